"""Whose day it is: rules judge by the lead's company, people by their own zone."""

from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import new_test_user, tagged

from ...models.base.zones import (
    get_company_day,
    get_local_day,
    get_person_day,
    get_person_zone,
)
from ..common_gates import GateCommon

# Whenever this is run they have different days.
EARLY, LATE = "Pacific/Kiritimati", "Etc/GMT+12"


@tagged("post_install", "-at_install")
class TestCompanyDay(GateCommon):
    """The same lead is judged alike whoever saves it, and by night."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.resource_calendar_id.tz = EARLY
        cls.far = cls.env["res.company"].create({"name": "Far"})
        cls.far.resource_calendar_id.tz = LATE
        cls.env.user.company_ids |= cls.far
        cls.here, cls.there = (
            get_company_day(company) for company in (cls.env.company, cls.far)
        )
        cls.env.user.tz = "UTC"

    def _leads(self, *companies):
        ids = [company.id for company in companies]
        return self.env["crm.lead"].with_context(allowed_company_ids=ids)

    def _create_far_lead(self, day, **vals):
        vals = {"company_id": self.far.id, "user_id": False, "team_id": False, **vals}
        leads = self._leads(self.far, self.env.company)
        return leads.create(
            {**self._lead_vals(name="Zoned", funnel_purchase_date=day), **vals}
        )

    def _each_company_first(self, lead):
        home = self.env.company
        for companies in ((self.far, home), (home, self.far)):
            yield lead.with_env(self._leads(*companies).env)

    def _create_card(self):
        bands = [
            ("past", "[('funnel_purchase_date', '<', 'today')]", 10),
            ("to come", "[('funnel_purchase_date', '>=', 'today')]", 1),
        ]
        bands = [
            fields.Command.create({"name": name, "domain": domain, "points": points})
            for name, domain, points in bands
        ]
        criterion = {"name": "When", "band_ids": bands}
        dimension = {
            "name": "Time",
            "criterion_ids": [fields.Command.create(criterion)],
        }
        return self.env["funnel.scorecard"].create(
            {
                "name": "Zones",
                "sequence": -5,
                "domain": "[('name', '=', 'Zoned')]",
                "dimension_ids": [fields.Command.create(dimension)],
            }
        )

    def test_days_differ(self):
        self.assertNotEqual(self.here, self.there)

    def test_score(self):
        self._create_card()
        # Far's today: to come there, past at home.
        lead = self._create_far_lead(self.there)
        scores = [lead.funnel_score]
        for saver in self._each_company_first(lead):
            saver.funnel_purchase_date = self.there - timedelta(days=400)
            saver.funnel_purchase_date = self.there
            scores.append(saver.funnel_score)
            answers = [line["answer"] for line in saver.funnel_score_why["lines"]]
            self.assertEqual(answers, ["to come"])
        self.env["funnel.regrade"]._regrade()
        lead.invalidate_recordset()
        scores.append(lead.funnel_score)
        self.assertEqual(set(scores), {10.0}, "one point of ten")

    def test_leads_of_both_companies_in_one_batch(self):
        self._create_card()
        far = self._create_far_lead(self.there)
        home = self._create_far_lead(self.there, company_id=self.env.company.id)
        self.env["funnel.regrade"]._regrade()
        leads = far + home
        leads.invalidate_recordset()
        self.assertEqual(leads.mapped("funnel_score"), [10.0, 100.0])
        leads.funnel_purchase_date = self.there - timedelta(days=400)
        leads.funnel_purchase_date = self.there
        self.assertEqual(leads.mapped("funnel_score"), [10.0, 100.0])

    def test_shared_lead_is_of_the_company_that_numbered_it(self):
        self._create_card()
        lead = self._create_far_lead(self.there, company_id=False)
        lead.write({"company_id": False})
        self.assertEqual(lead.funnel_code_company_id, self.far)
        for saver in self._each_company_first(lead):
            saver.funnel_purchase_date = self.there - timedelta(days=400)
            saver.funnel_purchase_date = self.there
            self.assertEqual(saver.funnel_score, 10.0)
        self.env["funnel.regrade"]._regrade()
        lead.invalidate_recordset()
        self.assertEqual(lead.funnel_score, 10.0)

    def test_gate_and_its_proof(self):
        domain = "[('funnel_purchase_date', '>=', 'today')]"
        self._create_criterion(stage=self.stage_next, domain=domain)
        lead = self._create_far_lead(self.there, stage_id=self.stage_new.id)
        for saver in self._each_company_first(lead):
            saver.stage_id = self.stage_next
            saver.invalidate_recordset()
            self.assertEqual(saver.funnel_stage_gap, 0)
            [part] = [p for p in saver.funnel_checklist if p["items"]][:1]
            self.assertTrue(part["items"][0]["done"])
            saver.stage_id = self.stage_new

    def test_dropout_found_and_told(self):
        domain = "[('funnel_purchase_date', '<', 'today')]"
        self._create_criterion(
            stage=self.stage_new, direction="dropout", name="Too late", domain=domain
        )
        kept = self._create_far_lead(self.there, stage_id=self.stage_new.id)
        late = self._create_far_lead(
            self.there - timedelta(days=1), stage_id=self.stage_new.id
        )
        for leads in self._each_company_first(kept + late):
            leads.invalidate_recordset()
            self.assertEqual(leads.mapped("funnel_is_dropout"), [False, True])
            found = leads.search([("funnel_is_dropout", "=", True)])
            self.assertEqual(found & leads, late)

    def test_kept_until_the_companys_day(self):
        leads = self._create_far_lead(self.there)
        leads.action_funnel_keep()
        self.assertEqual(leads.funnel_keep_until, self.there + timedelta(days=30))


@tagged("post_install", "-at_install")
class TestZoneInMemory(GateCommon):
    MOMENT = datetime(2026, 12, 31, 16, 30)  # the next year in Shanghai

    def _day(self):
        return get_company_day(self.env.company, self.MOMENT)

    def test_of_a_company(self):
        company, calendar = self.env.company, self.env.company.resource_calendar_id
        calendar.tz = "Asia/Shanghai"
        self.assertEqual(self._day(), date(2027, 1, 1))
        calendar.tz = "Europe/Berlin"
        self.assertEqual(self._day(), date(2026, 12, 31))
        other = calendar.copy({"tz": "Asia/Tokyo"})
        company.resource_calendar_id = other
        self.assertEqual(self._day(), date(2027, 1, 1))
        company.resource_calendar_id = False
        company.partner_id.tz = "America/New_York"
        self.assertEqual(self._day(), date(2026, 12, 31))

    def test_of_a_person(self):
        self.env.company.resource_calendar_id.tz = EARLY
        user = new_test_user(self.env, "zoned", tz=LATE)
        moment = self.MOMENT
        env = self.env(user=user, context={})
        self.assertEqual(get_person_day(env, moment), get_local_day(LATE, moment))
        user.tz = False
        self.assertEqual(get_person_day(env, moment), get_local_day(EARLY, moment))
        user.partner_id.tz = "Asia/Tokyo"
        self.assertEqual(get_person_day(env, moment), date(2027, 1, 1))
        told = self.env(user=user, context={"tz": LATE})
        self.assertEqual(get_person_day(told, moment), get_local_day(LATE, moment))

    def test_odd_zone_is_utc_as_in_core(self):
        day, end = date(2026, 12, 31), datetime(9999, 12, 31, 23)
        self.assertEqual(get_local_day("Mars/Olympus", self.MOMENT), day)
        self.assertEqual(get_local_day(EARLY, end), end.date())

    def test_due_day_of_an_owner_without_zone(self):
        self.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        self.rep.tz = False
        lead = self._create_lead(user_id=self.rep.id)
        self.assertEqual(lead._funnel_get_local_date(self.MOMENT), date(2027, 1, 1))
        self.rep.tz = "Europe/Berlin"
        self.assertEqual(lead._funnel_get_local_date(self.MOMENT), date(2026, 12, 31))

    def test_nobody_is_where_the_company_is(self):
        self.env.company.resource_calendar_id.tz = EARLY
        nobody = self.env["res.users"]
        told = self.env(context={"tz": LATE})
        self.assertEqual(get_person_zone(told, nobody), EARLY)
        self.assertEqual(get_person_zone(told), LATE)

    def test_zone_that_is_none(self):
        self.assertTrue(get_person_day(self.env(context={"tz": {"a": 1}})))
        for zone in (5, ["Asia/Shanghai"], "Mars/Olympus"):
            leads = self.env["crm.lead"].with_context(tz=zone)
            self.assertFalse(leads.new({"name": "x"}).funnel_contact_overdue)

    def test_contacts_that_nobody_asks_leave_the_memory_alone(self):
        clear = self.patch_clear()
        contact = self.env["res.partner"].create({"name": "Guest"})
        contact.tz = LATE
        self.assertFalse(clear.called)
        self.rep.partner_id.tz = LATE
        self.assertTrue(clear.called)

    def patch_clear(self):
        patcher = patch.object(type(self.env.registry), "clear_cache")
        self.addCleanup(patcher.stop)
        return patcher.start()
