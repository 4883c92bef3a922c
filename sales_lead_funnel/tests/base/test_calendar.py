"""Days that cannot be: a message on every door, and no job stops at them."""

from datetime import date, datetime

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from ...models.contact.crm_lead import START_KEY
from ..common import FULL_PROSPECT, FunnelCommon
from ..contact.test_plan import PlanCommon

ODD = ("0001-01-01", "0202-02-02", "9999-12-31", {"a": 1}, [1], True, 5, "x")


@tagged("post_install", "-at_install")
class TestDaysThatCannotBe(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep.tz = "America/New_York"
        cls.lead = cls._create_lead(name="Momcorp")

    def _env(self, user):
        return self.env(user=user)

    def assertTold(self, function, value, *texts):
        """``function`` is refused, and the message names record and field."""
        text = ".*".join(texts)
        with (
            self.assertRaisesRegex(ValidationError, text) as caught,
            self.env.cr.savepoint(),
        ):
            function(value)
        self.assertIn("1900", str(caught.exception), value)

    def _papers(self):
        """``{(model, field): values}`` that make such a record of the lead."""
        lead = {"lead_id": self.lead.id}
        plan = {"date_due": "2026-03-01"}
        return {
            ("funnel.followup", "happened_at"): {**lead, "summary": "x"},
            ("funnel.followup", "next_date"): {**lead, "summary": "x"},
            ("funnel.evaluation", "date"): lead,
            ("funnel.closing.step", "date_due"): {**lead, "name": "Sign"},
            ("funnel.closing.step", "done_on"): {**lead, "name": "Sign", **plan},
            ("funnel.resource.request", "wanted_date"): {**lead, "name": "Demo"},
        }

    def test_lead(self):
        leads = self._env(self.rep)["crm.lead"]
        lead = self.lead.with_user(self.rep)
        for name in ("funnel_obtained_at", "funnel_purchase_date"):
            label = leads._fields[name].string
            for value in ODD:
                vals = self._lead_vals(name="New one")
                with self.subTest(name, value=value):
                    self.assertTold(
                        lambda day, name=name, vals=vals: leads.create(
                            {**vals, name: day}
                        ),
                        value,
                        "New one",
                        label,
                    )
                    self.assertTold(
                        lambda day, name=name: lead.write({name: day}),
                        value,
                        "Momcorp",
                        label,
                    )

    def test_papers(self):
        env = self._env(self.rep)
        for (model, name), vals in self._papers().items():
            label = env[model]._fields[name].string
            for value in ODD:
                with self.subTest(model, name=name, value=value):
                    self.assertTold(
                        lambda day, m=model, n=name, v=vals: env[m].create(
                            {**v, n: day}
                        ),
                        value,
                        "Momcorp",
                        label,
                    )

    def test_papers_corrected(self):
        env = self._env(self.rep)
        for (model, name), vals in self._papers().items():
            day = self.env.cr.now()
            record = env[model].create({**vals, name: day})
            with self.subTest(model, name=name):
                self.assertTold(
                    lambda day, r=record, n=name: r.write({n: day}),
                    "0202-02-02",
                    env[model]._fields[name].string,
                )

    def test_defaults_lists_and_screens(self):
        env = self._env(self.rep)
        label = "“Planned purchase”"
        forged = env["crm.lead"].with_context(default_funnel_purchase_date="0001-01-01")
        self.assertTold(lambda _day: forged.create(self._lead_vals()), "", label)
        lead = self.lead.with_user(self.rep)
        vals = {"funnel_purchase_date": "0001-01-01"}
        self.assertTold(lambda _day: lead.web_save(vals, {}), "", label)
        step = {"name": "Sign", "date_due": "9999-12-31"}
        self.assertTold(
            lambda _day: lead.write({"funnel_closing_step_ids": [(0, 0, step)]}),
            "",
            "“Due on”",
        )

    def test_days_of_core_by_which_we_plan(self):
        lead = self.lead.with_user(self.rep)
        for value in ("9999-12-31", "0202-02-02"):
            self.assertTold(
                lambda day: lead.write({"date_deadline": day}),
                value,
                "Momcorp.*Expected Closing",
            )
            self.assertTold(
                lambda day: lead.activity_schedule(
                    "mail.mail_activity_data_call", day, summary="Call back"
                ),
                value,
                "Call back.*Due Date",
            )
        activity = lead.activity_schedule("mail.mail_activity_data_call", "2026-03-01")
        self.assertTold(
            lambda day: activity.write({"date_deadline": day}), "9999-12-31", "Due Date"
        )

    def test_what_other_code_plans_at_the_end_of_time_breaks_no_job(self):
        lead = self.lead.sudo()
        lead.date_deadline = "9999-12-31"
        lead.activity_schedule(
            "mail.mail_activity_data_call", "9999-12-31", user_id=self.rep.id
        )
        self.env.flush_all()
        for xmlid, cron in self._crons().items():
            with (
                self.subTest(xmlid),
                self.enter_registry_test_mode(),
                self.assertNoLogs("odoo.addons.sales_lead_funnel", "ERROR"),
            ):
                cron.method_direct_trigger()
        self.env["funnel.my.day"].with_user(self.rep).get_day()

    def _crons(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", "sales_lead_funnel"), ("model", "=", "ir.cron")]
        )
        return {row.name: self.env["ir.cron"].browse(row.res_id) for row in data}

    def test_default_that_a_user_saved_is_left_out(self):
        defaults = self.env["ir.default"].with_user(self.rep)
        defaults.set("crm.lead", "funnel_purchase_date", "9999-12-31", user_id=True)
        lead = self._env(self.rep)["crm.lead"].create({"name": "Plain"})
        self.assertFalse(lead.funnel_purchase_date)

    def test_pausing_and_losing(self):
        lead = self.lead.with_user(self.rep)
        self.assertTold(lambda day: lead.funnel_pause("Later", day), {"a": 1}, "Resume")
        self.assertTold(lambda day: lead.funnel_pause("Later", day), "9999-12-31")
        wizards = self._env(self.rep)["crm.lead.lost"]
        self.assertTold(
            lambda day: wizards.create(
                {"lead_ids": lead.ids, "funnel_retry_date": day}
            ),
            "0202-02-02",
            "Try again on",
        )
        lead.action_set_lost()
        loss = self.env["funnel.loss"].search([("lead_id", "=", lead.id)])
        self.assertTold(
            lambda day: loss.with_user(self.rep).write({"retry_date": day}),
            "0202-02-02",
            "Momcorp.*Try again on",
        )

    def test_import_tells_the_row(self):
        logs = self._env(self.rep)["funnel.followup"]
        columns = ["lead_id/.id", "happened_at", "summary"]
        row = [str(self.lead.id), "0202-03-05 10:00:00", "Met"]
        result = logs.load(columns, [row])
        self.assertFalse(result["ids"])
        self.assertIn("“When”", str(result["messages"]))

    def test_import_of_moments_at_the_ends_of_the_calendar(self):
        columns = {
            "funnel.followup": ["lead_id/.id", "summary", "happened_at"],
            "crm.lead": ["name", "type", "funnel_obtained_at"],
        }
        rows = {
            "funnel.followup": [str(self.lead.id), "Met"],
            "crm.lead": ["Old one", "lead"],
        }
        for zone in ("Asia/Shanghai", "America/New_York"):
            self.rep.tz = zone
            for model, names in columns.items():
                for day in ("0001-01-01 00:00:00", "0202-05-05", "9999-12-31 23:59:59"):
                    for is_file in (False, True):
                        files = self._env(self.rep)[model]
                        files = files.with_context(import_file=is_file)
                        with self.subTest(model, zone=zone, day=day, is_file=is_file):
                            result = files.load(names, [[*rows[model], day]])
                            self.assertFalse(result["ids"])
                            label = files._fields[names[-1]].string
                            self.assertIn(label, str(result["messages"]))

    def test_days_of_the_trade_pass(self):
        lead = self.lead.with_user(self.rep)
        for day in (date(2031, 3, 1), datetime(2031, 3, 1, 9), "2031-03-01", False, ""):
            lead.funnel_purchase_date = day
        self.assertFalse(lead.funnel_purchase_date)


@tagged("post_install", "-at_install")
class TestJobsPassOddDays(PlanCommon):
    """Days of before the rule, or that other programs wrote."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep.tz = "America/New_York"
        # The addon came before any of the leads, wherever it is which day now.
        cls.env["ir.config_parameter"].set_param(START_KEY, "2020-01-01")
        cls.odd, cls.good = cls._create_leads(2, **FULL_PROSPECT)

    def _spoil(self, **columns):
        """Write days that cannot be as another program does."""
        self.env.flush_all()
        for column, value in columns.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE crm_lead SET %s = %s WHERE id = %s",
                    SQL.identifier(column),
                    value,
                    self.odd.id,
                )
            )
        self.env.invalidate_all()

    def test_planning_scoring_and_reminding(self):
        leads = self.odd | self.good
        for zone in ("America/New_York", "Asia/Shanghai"):
            self.rep.tz = zone
            for day in ("0001-01-01", "0001-01-01 23:59:59", "9999-12-31 23:59:59"):
                self._spoil(funnel_obtained_at=day, funnel_last_contact_at=day)
                self.good._write({"funnel_next_contact_date": None})
                with self.subTest(day, zone=zone):
                    leads.sudo()._funnel_replan()
                    self.assertTrue(self.good.funnel_next_contact_date)
                    self.env["funnel.regrade"]._regrade()
                    plan = self.env["funnel.plan"]
                    with self._committing():
                        plan.plan_first_contacts()
                        plan.remind_overdue()
                        plan.resume_paused()

    def test_lead_is_opened_lost_and_restored(self):
        self._spoil(funnel_obtained_at="0001-01-01 00:00:00")
        lead = self.odd.with_user(self.rep)
        specification = {n: {} for n in lead._fields if n.startswith("funnel_")}
        self.assertTrue(lead.web_read(specification))
        lead.action_set_lost()
        lead.action_restore()
        lead.funnel_grade_id = False
        self.env.flush_all()

    def test_log_of_an_odd_day_is_named(self):
        log = self.env["funnel.followup"].create(
            {"lead_id": self.odd.id, "summary": "x"}
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE funnel_followup SET happened_at = '0001-01-01' WHERE id = %s",
            [log.id],
        )
        self.env.invalidate_all()
        log = log.with_user(self.rep).with_context(tz="America/New_York")
        self.assertIn("Call", log.display_name)
        log.modified(["happened_at"])
        self.assertFalse(log.same_day)

    def test_days_far_ahead(self):
        self.env["funnel.cadence"].search([]).days = 30
        self._spoil(funnel_last_contact_at=datetime(9999, 12, 30))
        self.odd._funnel_replan()
        self.assertFalse(self.odd.funnel_next_contact_date)
