"""“Obtained at”: any day of old registers at first, later corrected with a reason."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged, users
from odoo.tools import SQL

from ...exceptions import FunnelRegisterError
from ..common import FunnelCommon


@tagged("post_install", "-at_install")
class TestObtained(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = cls.env.cr.now()
        cls.lead = cls._create_lead(name="Obtained one")

    def _age(self, **age):
        """Let the lead have been entered so long ago."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead SET create_date = %s WHERE id = %s",
                self.now - timedelta(**age),
                self.lead.id,
            )
        )
        self.env.invalidate_all()

    def _change(self, user, days=3, **vals):
        moment = self.now - timedelta(days=days)
        self.lead.with_user(user).write({"funnel_obtained_at": moment, **vals})
        self.assertEqual(self.lead.funnel_obtained_at, moment)

    def _notes(self):
        return self.lead.message_ids.filtered(lambda msg: "Obtained at" in msg.body)

    def test_new_lead_may_be_of_the_last_ten_years(self):
        nine = self.now - timedelta(days=9 * 365)
        lead = self._create_lead(by=self.rep, funnel_obtained_at=nine)
        self.assertEqual(lead.funnel_obtained_at, nine)
        eleven = self.now - timedelta(days=11 * 366)
        for user in (self.rep, self.manager):
            with self.assertRaisesRegex(FunnelRegisterError, "Ancient.*10 years"):
                self._create_lead(by=user, name="Ancient", funnel_obtained_at=eleven)
        model = self.env["crm.lead"].with_user(self.rep).with_context(import_file=True)
        names = ["name", "funnel_obtained_at"]
        result = model.load(names, [["Ancient", "2001-03-05 10:00:00"]])
        self.assertFalse(result["ids"])
        self.assertIn("10 years", str(result["messages"]))

    def test_background_code_brings_any_age(self):
        lead = self._create_lead(funnel_obtained_at="2001-03-05 10:00:00")
        self.assertEqual(lead.funnel_obtained_at.year, 2001)

    def test_owner_corrects_within_a_day(self):
        self._age(hours=23)
        self._change(self.rep)
        [note] = self._notes()
        self.assertIn("→", note.body)
        self.assertEqual(note.author_id, self.rep.partner_id)

    def test_owner_asks_the_manager_later(self):
        self._age(hours=25)
        for vals in ({}, {"funnel_obtained_reason": "Card found"}):
            with self.assertRaisesRegex(AccessError, "Obtained one.*manager"):
                self._change(self.rep, **vals)
        with self.assertRaises(AccessError):
            self.lead.with_user(self.rep).funnel_obtained_at = False

    def test_colleague_does_not_correct(self):
        self._age(hours=2)
        self.lead.user_id = self.manager
        with self.assertRaises(AccessError):
            self._change(self.rep)

    def test_manager_gives_a_reason_later(self):
        self._age(days=2)
        for reason in ("", " ", "\xa0\u200b"):
            with self.assertRaisesRegex(
                FunnelRegisterError, "Obtained one.*Reason for the new time"
            ):
                self._change(self.manager, funnel_obtained_reason=reason)
        self._change(self.manager, funnel_obtained_reason="Card found")
        [note] = self._notes()
        for text in ("→", "Card found", self.manager.name):
            self.assertIn(text, note.body)

    def test_it_was_obtained_before_it_was_entered(self):
        self._age(days=2)
        with self.assertRaisesRegex(FunnelRegisterError, "lead was entered"):
            self._change(self.manager, days=1, funnel_obtained_reason="Card found")

    def test_the_same_moment_again_is_no_change(self):
        self._age(days=2)
        moment = self.lead.funnel_obtained_at
        self.lead.with_user(self.rep).write({"funnel_obtained_at": moment})
        self.assertFalse(self._notes())

    def test_import_over_an_old_lead(self):
        self._age(days=2)
        names = [".id", "funnel_obtained_at"]
        row = [str(self.lead.id), "2026-03-05 10:00:00"]
        for user, told in ((self.rep, "manager"), (self.manager, "Reason for")):
            model = self.env["crm.lead"].with_user(user)
            result = model.with_context(import_file=True).load(names, [row])
            self.assertFalse(result["ids"])
            self.assertIn(told, str(result["messages"]))
        result = model.load([*names, "funnel_obtained_reason"], [[*row, "Old card"]])
        self.assertTrue(result["ids"])

    @users("user_sales_leads")
    def test_form_asks_the_manager_for_a_reason(self):
        self._age(days=2)
        with Form(self.lead.with_env(self.env)) as form:
            self.assertTrue(form._get_modifier("funnel_obtained_reason", "invisible"))
            form.funnel_obtained_at = self.now - timedelta(days=3)
            self.assertFalse(form._get_modifier("funnel_obtained_reason", "invisible"))
            self.assertTrue(form._get_modifier("funnel_obtained_reason", "required"))
            form.funnel_obtained_reason = "Card found"
        self.assertIn("Card found", self._notes().body)

    @users("user_sales_salesman")
    def test_form_is_closed_for_the_rep(self):
        lead = self.lead.with_env(self.env)
        self.assertFalse(Form(lead)._get_modifier("funnel_obtained_at", "readonly"))
        self._age(days=2)
        self.assertTrue(Form(lead)._get_modifier("funnel_obtained_at", "readonly"))

    def test_merging_is_not_asked(self):
        self._age(days=2)
        other = self._create_lead(funnel_obtained_at=self.now - timedelta(days=9))
        merged = (self.lead | other).with_user(self.manager).merge_opportunity()
        self.assertEqual(merged.funnel_obtained_at, self.now - timedelta(days=9))

    def test_merging_with_an_older_one_is_seen(self):
        self._age(days=3)
        older = self._create_lead(
            by=self.rep, funnel_obtained_at=self.now - timedelta(days=900)
        )
        merged = (self.lead.with_user(self.rep) + older).merge_opportunity()
        notes = " ".join(merged.message_ids.mapped("body"))
        if merged == self.lead:
            self.assertIn("“Obtained at”", notes)
            self.assertIn(self.rep.name, notes)
        else:
            self.fail("the older lead is to go")

    def test_future_is_refused(self):
        with self.assertRaisesRegex(UserError, "future"):
            self._change(self.rep, days=-2)
