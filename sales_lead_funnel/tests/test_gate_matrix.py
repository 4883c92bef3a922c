"""Each effect × each door: blocked, warned, kept for approval, or let pass."""

from odoo.tests import Form, tagged

from ..exceptions import FunnelGateError
from .common_gates import GateCommon

WARNING = "Mind the need."


@tagged("post_install", "-at_install")
class TestEffectsOnDoors(GateCommon):
    """A door takes a user and brings one lead into the stage “next”."""

    def _doors(self):
        return {
            "write": self._by_write,
            "form": self._by_form,
            "board": lambda user: self._by_screen(user, "kanban"),
            "list": lambda user: self._by_screen(user, "list"),
            "list, values": self._by_values,
            "import": self._by_import,
            "birth": self._by_birth,
            "conversion": self._by_conversion,
            "wizard": self._by_wizard,
            "won button": self._by_won_button,
            "team": self._by_team,
        }

    def _fresh(self, **vals):
        return self._create_lead(**vals)

    def _by_write(self, user):
        lead = self._fresh()
        self._move(lead.with_user(user), self.stage_next)
        return lead

    def _by_form(self, user):
        lead = self._fresh()
        with Form(lead.with_user(user), "crm.crm_lead_view_form") as form:
            form.stage_id = self.stage_next
        return lead

    def _by_screen(self, user, screen):
        lead = self._fresh()
        specification = self._specification_of(screen)
        lead.with_user(user).web_save({"stage_id": self.stage_next.id}, specification)
        return lead

    def _by_values(self, user):
        lead = self._fresh()
        values = [{"stage_id": self.stage_next.id}]
        lead.with_user(user).web_save_multi(values, self._specification_of("list"))
        return lead

    def _by_import(self, user):
        lead = self._fresh()
        model = self.env["crm.lead"].with_user(user).with_context(import_file=True)
        row = [str(lead.id), str(self.stage_next.id)]
        result = model.load([".id", "stage_id/.id"], [row])
        if not result["ids"]:
            raise FunnelGateError(result["messages"][0]["message"])
        return lead

    def _by_birth(self, user):
        vals = self._lead_vals(stage_id=self.stage_next.id, name="Born")
        return self.env["crm.lead"].with_user(user).create(vals)

    def _by_conversion(self, user):
        lead = self._fresh(type="lead", stage_id=self.stage_next.id)
        lead.with_user(user).convert_opportunity(self.env["res.partner"])
        return lead

    def _by_wizard(self, user):
        lead = self._fresh(type="lead", stage_id=self.stage_next.id)
        wizard = self.env["crm.lead2opportunity.partner"].with_user(user)
        wizard = wizard.with_context(active_model="crm.lead", active_ids=lead.ids)
        wizard.create({"name": "convert", "lead_id": lead.id}).action_apply()
        return lead

    def _by_won_button(self, user):
        """Won is where the criterion stands, for this door only."""
        lead = self._fresh()
        lead.with_user(user).action_set_won_rainbowman()
        return lead

    def _by_team(self, user):
        lead = self._fresh(team_id=self.sales_team_1.id)
        lead.with_user(user).write({"team_id": self.team_other.id})
        return lead

    def _targets(self):
        """Put the criterion on every stage that some door leads to."""
        return (self.stage_next, self.stage_gen_won, self.stage_other_team)

    def _set_up(self, effect, **vals):
        for stage in self._targets():
            if effect == "approve":
                self._create_criterion(
                    stage=stage, effect=effect, domain="[]", message=WARNING
                )
            else:
                self._create_criterion(
                    "funnel_need", stage=stage, effect=effect, message=WARNING, **vals
                )

    def _listen(self):
        told = []
        self.patch(
            type(self.env["res.users"]),
            "_bus_send",
            lambda _user, _kind, payload, **_options: told.append(payload),
        )
        return told

    def test_block_stops_on_every_door(self):
        self._set_up("block")
        inside = [
            ("stage_id", "in", [stage.id for stage in self._targets()]),
            ("type", "=", "opportunity"),
        ]
        count = self.env["crm.lead"].search_count(inside)
        for name, door in self._doors().items():
            for user in (self.rep, self.director):
                with self.subTest(door=name, user=user.login):
                    with self.assertRaisesRegex(FunnelGateError, WARNING):
                        door(user)
                    self.assertEqual(self.env["crm.lead"].search_count(inside), count)

    def test_warning_lets_in_and_tells_on_every_door(self):
        self._set_up("warn")
        told = self._listen()
        for name, door in self._doors().items():
            with self.subTest(door=name):
                told.clear()
                lead = door(self.rep)
                self.assertIn(lead.stage_id, self._targets())
                self.assertEqual(lead.type, "opportunity")
                messages = [note["message"] for note in told if "message" in note]
                self.assertTrue([text for text in messages if WARNING in text], told)

    def test_approval_stops_the_rep_on_every_door(self):
        self._set_up("approve")
        for name, door in self._doors().items():
            with self.subTest(door=name):
                with self.assertRaises(FunnelGateError) as caught:
                    door(self.rep)
                self.assertIn("needs the manager's approval", str(caught.exception))

    def test_manager_lets_in_on_every_door_and_is_on_record(self):
        self._set_up("approve")
        for name, door in self._doors().items():
            with self.subTest(door=name):
                lead = door(self.manager)
                self.assertIn(lead.stage_id, self._targets())
                approvals = lead.funnel_approval_ids  # also of what “won” jumps over
                self.assertIn(lead.stage_id, approvals.stage_id)
                self.assertEqual(set(approvals.mapped("state")), {"approved"})
                self.assertTrue(all(approvals.mapped("is_direct")))

    def test_group_passes_on_every_door(self):
        group = self.env.ref("sales_team.group_sale_salesman")
        self._set_up("block", group_ids=[(4, group.id)])
        for name, door in self._doors().items():
            with self.subTest(door=name):
                self.assertIn(door(self.rep).stage_id, self._targets())

    def test_superuser_passes_on_every_door(self):
        self._set_up("block")
        self._set_up("approve")
        for name, door in self._doors().items():
            with self.subTest(door=name):
                self.assertIn(door(self.env.user).stage_id, self._targets())
