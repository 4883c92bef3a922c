"""Values that a caller hands to superuser code reach no lead and nothing of ours."""

from uuid import uuid4

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...exceptions import FunnelLedgerError, FunnelLossError
from ..common_gates import GateCommon

MAIL = (
    "From: {sender}\r\nTo: {to}\r\nMessage-Id: <{id}@example.com>\r\n"
    "Subject: Please call\r\n\r\nNow"
)


class HandedInCommon(GateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_criterion("funnel_need")
        cls.employee = new_test_user(cls.env, "handed_in_employee", "base.group_user")
        cls.log = cls.env["funnel.followup"].create(
            {"lead_id": cls.lead.id, "summary": "They like it"}
        )
        cls.victim = cls._create_lead(name="To be lost")
        cls.victim.action_set_lost()

    def _process(self, user, model, values, to="nobody@example.com", **kwargs):
        mail = MAIL.format(sender="client@example.com", to=to, id=uuid4())
        threads = self.env["mail.thread"].with_user(user)
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            record_id = threads.message_process(
                model, mail, custom_values=values, **kwargs
            )
        self.env.flush_all()
        self.env.invalidate_all()
        return record_id

    def _attacks(self):
        """Return commands on a list of leads, by what they would do."""
        lead, lost = self.lead, self.victim
        inner = {
            "forges a follow-up": ("funnel_followup_ids", {"summary": "Forged"}),
            "forges a loss": ("funnel_loss_ids", {"lost_at": "2026-01-01"}),
            "forges a move": (
                "funnel_stage_move_ids",
                {"to_stage_id": self.stage_won.id, "to_status": "won", "path": "form"},
            ),
            "forges an approval": (
                "funnel_approval_ids",
                {"stage_id": self.stage_next.id, "state": "approved"},
            ),
        }
        attacks = {
            name: Command.update(lead.id, {field: [Command.create(vals)]})
            for name, (field, vals) in inner.items()
        }
        return attacks | {
            "renames": Command.update(lead.id, {"name": "Stolen"}),
            "moves": Command.update(lead.id, {"stage_id": self.stage_next.id}),
            "wins": Command.update(lead.id, {"stage_id": self.stage_won.id}),
            "deletes": Command.delete(lead.id),
            "links": Command.link(lead.id),
            "replaces": Command.set(lead.ids),
            "makes one": Command.create({"name": "Born", "funnel_score": 99}),
            "rewrites a log": Command.update(
                lead.id,
                {"funnel_followup_ids": [(1, self.log.id, {"summary": "Never said"})]},
            ),
            "deletes a loss": Command.update(
                lost.id, {"funnel_loss_ids": [(2, lost.funnel_loss_ids.id)]}
            ),
        }

    def _snapshot(self):
        """Return all that an attack could have changed."""
        self.env.flush_all()
        parts = []
        for table in (
            "crm_lead",
            "funnel_stage_move",
            "funnel_loss",
            "funnel_followup",
            "funnel_followup_revision",
            "funnel_stage_approval",
            "funnel_criterion",
        ):
            self.env.cr.execute(f"SELECT * FROM {table} ORDER BY id")
            parts.append(self.env.cr.fetchall())
        return parts


@tagged("post_install", "-at_install")
class TestMessageProcess(HandedInCommon):
    def test_no_command_reaches_a_lead_by_another_model(self):
        before = self._snapshot()
        for user in (self.employee, self.rep, self.manager):
            for name, command in self._attacks().items():
                with self.subTest(user=user.login, attack=name):
                    values = {"name": "P", "opportunity_ids": [command]}
                    partner_id = self._process(user, "res.partner", values)
                    self.assertTrue(partner_id, "plain values stay core's affair")
                    self.assertEqual(self._snapshot(), before)

    def test_nor_by_way_of_other_lists(self):
        before = self._snapshot()
        for name, command in self._attacks().items():
            child = {"name": "Child", "opportunity_ids": [command]}
            values = {"name": "P", "child_ids": [Command.create(child)]}
            with self.subTest(attack=name):
                partner_id = self._process(self.employee, "res.partner", values)
                partner = self.env["res.partner"].browse(partner_id)
                self.assertEqual(partner.child_ids.name, "Child")
                self.assertEqual(self._snapshot(), before)

    def test_every_list_that_reaches_us_is_cut(self):
        """Read off the registry: a model added later is covered as well."""
        threads = self.env["mail.thread"]
        tried = 0
        for name, model in self.env.registry.items():
            for field in model._fields.values() if not model._abstract else ():
                reaches = (field.comodel_name or "") == "crm.lead" or (
                    field.comodel_name or ""
                ).startswith("funnel.")
                if field.type not in ("one2many", "many2many") or not reaches:
                    continue
                if name.startswith("funnel."):
                    continue
                values = {field.name: [Command.delete(1)], "x_plain": 1}
                route = threads._funnel_clean_route(name, False, values, 1, "alias")
                with self.subTest(model=name, field=field.name):
                    self.assertEqual(route[2], {"x_plain": 1})
                tried += 1
        self.assertGreater(tried, 5)

    def test_nor_by_defaults_of_the_context(self):
        before = self._snapshot()
        command = Command.update(self.lead.id, {"name": "Stolen"})
        user = self.env["res.users"].browse(self.employee.id)
        threads = self.env["mail.thread"].with_user(user)
        threads = threads.with_context(default_opportunity_ids=[command])
        mail = MAIL.format(sender="a@example.com", to="b@example.com", id=uuid4())
        threads.message_process("res.partner", mail)
        self.assertEqual(self._snapshot(), before)

    def test_nor_by_defaults_that_a_user_saved(self):
        defaults = self.env["ir.default"].with_user(self.employee)
        for model, field, planted in (
            ("res.partner", "opportunity_ids", {"name": "Planted"}),
            ("crm.lead", "funnel_followup_ids", {"summary": "Planted"}),
        ):
            with (
                self.subTest(model),
                self.assertRaisesRegex(ValidationError, "default"),
            ):
                defaults.set(model, field, [[0, 0, planted]], user_id=True)
        defaults.set("res.partner", "city", "Shanghai", user_id=True)

    def test_no_mail_makes_a_record_of_ours(self):
        before = self._snapshot()
        values = {
            "funnel.criterion": {"stage_id": self.stage_new.id, "effect": "block"},
            "funnel.loss": {"lead_id": self.lead.id, "lost_at": "2026-01-01"},
            "funnel.stage.approval": {
                "lead_id": self.lead.id,
                "stage_id": self.stage_next.id,
            },
        }
        for model, vals in values.items():
            with self.subTest(model=model), self.assertRaises(ValueError):
                self._process(self.employee, model, vals)
            self.assertEqual(self._snapshot(), before)

    def test_an_alias_says_what_core_lets_it_and_no_more(self):
        """Also a sales manager sets the defaults of a team's alias."""
        alias = self.env["mail.alias"].create(
            {
                "alias_name": "handed-in",
                "alias_model_id": self.env["ir.model"]._get_id("crm.lead"),
                "alias_defaults": repr(
                    {
                        "type": "opportunity",
                        "stage_id": self.stage_next.id,
                        "funnel_score": 99,
                        "won_status": "won",
                        "funnel_last_contact_at": "2026-01-01 10:00:00",
                        "funnel_followup_ids": [(0, 0, {"summary": "Forged"})],
                        "tag_ids": [(0, 0, {"name": "From the alias"})],
                    }
                ),
                "alias_domain_id": self.mail_alias_domain.id,
            }
        )
        root = self.env.ref("base.user_root")
        lead_id = self._process(root, None, None, to=alias.alias_full_name)
        lead = self.env["crm.lead"].browse(lead_id)
        self.assertEqual(lead.stage_id, self.stage_next)
        self.assertEqual(lead.tag_ids.name, "From the alias")
        self.assertEqual(lead.won_status, "pending")
        self.assertNotEqual(lead.funnel_score, 99)
        self.assertFalse(lead.funnel_last_contact_at or lead.funnel_followup_ids)

    def test_a_caller_names_no_place_in_the_funnel(self):
        """Without rights on leads nothing at all, but the mail itself arrives."""
        values = {
            "priority": "3",
            "stage_id": self.stage_won.id,
            "user_id": self.manager.id,
            "probability": 100,
            "won_status": "won",
            "funnel_obtained_at": "1990-01-01 00:00:00",
            "funnel_grade_id": self.grade_a.id,
            "funnel_followup_ids": [Command.create({"summary": "Forged"})],
            "tag_ids": [Command.create({"name": "Forged"})],
        }
        leads = self.env["crm.lead"]
        for user, priority in ((self.employee, "0"), (self.rep, "3")):
            with self.subTest(user=user.login):
                plain = leads.browse(self._process(user, "crm.lead", None))
                lead = leads.browse(self._process(user, "crm.lead", dict(values)))
                self.assertEqual((lead.name, lead.priority), ("Please call", priority))
                self.assertEqual(lead.stage_id, plain.stage_id)
                self.assertEqual(lead.won_status, plain.won_status)
                self.assertNotEqual(lead.funnel_obtained_at.year, 1990)
                self.assertFalse(
                    lead.user_id
                    or lead.funnel_grade_id
                    or lead.funnel_followup_ids
                    or lead.tag_ids
                )


@tagged("post_install", "-at_install")
class TestHistoryStays(HandedInCommon):
    """Ledgers, losses and revisions refuse superuser code that is not ours as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.log.with_user(cls.manager).summary = "Put right"
        cls.lead.funnel_propose_grade(cls.grade_a.id, "Fits")

    def _history(self):
        return {
            "move": (self._moves(self.lead)[:1], FunnelLedgerError),
            "grade": (self._changes(self.lead)[:1], FunnelLedgerError),
            "loss": (self.victim.funnel_loss_ids, FunnelLossError),
            "revision": (self.log.revision_ids, AccessError),
        }

    def test_nothing_is_deleted(self):
        for name, (rows, error) in self._history().items():
            with self.subTest(name), self.assertRaises(error):
                self.assertTrue(rows)
                rows.sudo().unlink()

    def test_nothing_is_forged(self):
        for name, (rows, error) in self._history().items():
            [vals] = rows.sudo().copy_data()
            with self.subTest(name), self.assertRaises(error):
                rows.sudo().create(vals)

    def test_nothing_is_rewritten(self):
        vals = {
            "move": {"to_status": "won"},
            "grade": {"reason": "Forged"},
            "loss": {"lost_at": "2020-01-01"},
            "revision": {"old_text": "Forged"},
        }
        for name, (rows, error) in self._history().items():
            with self.subTest(name), self.assertRaises(error):
                rows.sudo().write(vals[name])

    def test_they_go_with_their_lead(self):
        loss, lead = self.victim.funnel_loss_ids, self.victim
        lead.unlink()
        self.assertFalse(loss.exists() or self._moves(lead))
