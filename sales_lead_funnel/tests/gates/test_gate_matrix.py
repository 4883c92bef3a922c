"""Each effect × each door: blocked, warned, kept for approval, or let pass."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...exceptions import FunnelGateError
from ..common_gates import DoorsCommon, RemoteCommon

WARNING = "Mind the need."
APPROVAL = "needs the manager's approval"


class EffectsCommon(DoorsCommon):
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


@tagged("post_install", "-at_install")
class TestEffectsOnDoors(EffectsCommon):
    def test_block_stops_on_every_door(self):
        self._set_up("block")
        inside = [
            ("stage_id", "in", [stage.id for stage in self._targets()]),
            ("type", "=", "opportunity"),
        ]
        count = self.env["crm.lead"].search_count(inside)
        for user, doors in (
            (self.rep, self._doors()),
            (self.director, self._doors_of_managers()),
        ):
            for name, door in doors.items():
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
                self.assertIn(APPROVAL, str(caught.exception))

    def test_manager_lets_in_on_every_door_and_is_on_record(self):
        self._set_up("approve")
        for name, door in self._doors_of_managers().items():
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


@tagged("post_install", "-at_install")
class TestEffectsInTheBackground(EffectsCommon):
    """What is meant for people neither stops nor bothers the others (rule 3)."""

    def _check_passes(self):
        told = self._listen()
        for name, door in self._background_doors().items():
            for user in (self.rep, self.manager):
                with self.subTest(door=name, user=user.login):
                    lead = door(user)
                    self.assertEqual(lead.sudo().stage_id, self.stage_next)
                    self.assertFalse(lead.sudo().funnel_approval_ids)
                    self.assertFalse([note for note in told if WARNING in str(note)])

    def test_blocked_for_people(self):
        self._set_up("block")
        self._check_passes()

    def test_warned_of_for_people(self):
        self._set_up("warn")
        self._check_passes()

    def test_approved_for_people(self):
        self._set_up("approve")
        self._check_passes()

    def test_what_came_in_so_is_above_its_proof(self):
        self._set_up("block")
        for name, door in self._background_doors().items():
            with self.subTest(door=name):
                self.assertEqual(door(self.rep).sudo().funnel_stage_gap, 1)


@tagged("post_install", "-at_install")
class TestEffectsFromOutside(RemoteCommon):
    """Calls over HTTP are people's, like a click."""

    def _set_up(self, effect):
        if effect != "approve":
            return self._require_need(self.stage_two, effect=effect, message=WARNING)
        self.env["funnel.criterion"].create(
            {
                "stage_id": self.stage_two.id,
                "kind": "domain",
                "effect": effect,
                "message": WARNING,
            }
        )

    def _open(self, door, user):
        """Let the user move a new lead by this door; return it."""
        lead = self._create_lead()
        door(user, lead, {"stage_id": self.stage_two.id})
        return lead

    def _check_refused(self, text):
        inside = [("stage_id", "=", self.stage_two.id)]
        for name, door in self._remote_doors().items():
            with self.subTest(door=name), self.assertRaisesRegex(Exception, text):
                self._open(door, self.rep)
            self.assertFalse(self.env["crm.lead"].search(inside), name)
        self.assertFalse(self.env["funnel.stage.approval"].search(inside))

    @mute_logger("odoo.http", "odoo.service.model")
    def test_block_is_refused_with_the_reason(self):
        self._set_up("block")
        self._check_refused(f"{WARNING}.*Initial need")

    def test_warning_lets_in(self):
        self._set_up("warn")
        for name, door in self._remote_doors().items():
            with self.subTest(door=name):
                self.assertEqual(self._open(door, self.rep).stage_id, self.stage_two)

    @mute_logger("odoo.http", "odoo.service.model")
    def test_approval_stops_the_rep(self):
        self._set_up("approve")
        self._check_refused(f"{WARNING}.*{APPROVAL}")

    def test_manager_lets_in_and_is_on_record(self):
        self._set_up("approve")
        for name, door in self._remote_doors().items():
            with self.subTest(door=name):
                lead = self._open(door, self.manager)
                self.assertEqual(lead.stage_id, self.stage_two)
                self.assertRecordValues(
                    lead.funnel_approval_ids,
                    [
                        {
                            "stage_id": self.stage_two.id,
                            "state": "approved",
                            "is_direct": True,
                            "answered_by_id": self.manager.id,
                        }
                    ],
                )
