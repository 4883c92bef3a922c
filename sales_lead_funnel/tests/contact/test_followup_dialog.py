"""What the dialog that logs a contact tells, before and after."""

from datetime import timedelta

from odoo.tests import Form, tagged
from odoo.tools import format_date

from .test_followup import QUICK, FollowupCommon


@tagged("post_install", "-at_install")
class TestFollowupDialog(FollowupCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["funnel.cadence"].search([]).unlink()

    def _open(self):
        action = self.lead.with_user(self.rep).action_funnel_log_followup()
        logs = self.env["funnel.followup"].with_user(self.rep)
        return Form(logs.with_context(**action["context"]), QUICK)

    def _plan(self, days=7):
        self.env["funnel.cadence"].create({"days": days, "channel": "call"})

    def test_first_talk_has_no_last_one(self):
        form = self._open()
        self.assertFalse(form.last_talk or form.planned_step)

    def test_last_talk_and_planned_step_are_told(self):
        day = self.today + timedelta(days=3)
        log = self._log(
            channel="visit",
            contact="Mom",
            summary="They like it,\nbut wait",
            next_action="Send the quotation",
            next_date=day,
        )
        form = self._open()
        self.assertEqual(
            form.last_talk, f"{log.display_name}, Mom: They like it, but wait"
        )
        self.assertEqual(
            form.planned_step,
            f"Send the quotation · {format_date(self.env, day)}",
        )

    def test_day_by_cadence_is_what_a_blank_date_gives(self):
        self._plan()
        log = self._log()
        expected = self.lead._funnel_get_local_date(log.happened_at)
        self.assertEqual(log.cadence_date, expected + timedelta(days=7))
        self.assertEqual(self.lead.funnel_next_contact_date, log.cadence_date)

    def test_without_a_cadence_there_is_no_day(self):
        self.assertFalse(self._log().cadence_date)
        self._plan(days=0)
        self.assertFalse(self._log().cadence_date)

    def _told(self, log):
        action = log.action_logged()
        self.assertEqual(
            action["params"]["next"]["type"], "ir.actions.act_window_close"
        )
        return action["params"]["message"]

    def test_saving_tells_the_next_contact(self):
        self.assertEqual(self._told(self._log()), "Logged. No next contact is planned.")
        self._plan()
        days = {7: {}, 2: {"next_date": self.today + timedelta(days=2)}}
        for count, vals in days.items():
            log = self._log(lead=self._create_lead(), **vals)
            day = format_date(self.env, self.today + timedelta(days=count))
            self.assertEqual(self._told(log), f"Logged. Next contact: {day}")

    def test_hint_of_a_key_is_not_shown_on_a_phone(self):
        arch = self.env["funnel.followup"].get_view(self.env.ref(QUICK).id)["arch"]
        self.assertEqual(arch.count("Ctrl"), 1)
        self.assertIn("d-none d-md-block", arch.split("Ctrl")[0].rsplit("<div", 1)[1])
