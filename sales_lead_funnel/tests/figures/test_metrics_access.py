"""Figures hold the leads that their reader may see, and no others."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..common_figures import MARCH_UTC, Recount
from .test_metrics import UNITS, MetricsCommon


@tagged("post_install", "-at_install")
class TestFiguresAccess(MetricsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.recount = Recount(cls.env)

    def _is_reps(self, lead):
        return lead["user_id"] in (self.rep.id, None) and self._in_company(lead)

    def test_rep_sees_own_and_unassigned_leads_in_all_figures(self):
        for groupby in (None, "stage_id", "user_id"):
            self.assertAllAsRecounted(
                self.recount, MARCH_UTC, groupby, by=self.rep, sees=self._is_reps
            )

    def test_manager_and_director_see_all_leads_of_the_company(self):
        for user in (self.manager, self.director):
            for groupby in (None, "stage_id", "user_id"):
                self.assertAllAsRecounted(self.recount, MARCH_UTC, groupby, by=user)

    def test_figures_of_the_rep_are_the_managers_for_these_leads(self):
        domain = [("user_id", "in", [self.rep.id, False])]
        for groupby in (None, "stage_id", "source_id", "funnel_grade_id"):
            self.assertEqual(
                self._figures(UNITS, groupby=groupby, by=self.rep),
                self._figures(UNITS, groupby=groupby, domain=domain),
            )

    def test_lead_of_somebody_else_is_missing_whatever_is_asked(self):
        hidden = self.story["of the manager, obtained in the last second of February"]
        domain = [("id", "=", hidden.id)]
        self.assertEqual(self._figure("won_count", domain=domain).value, 1)
        for code, figure in self._figures(UNITS, domain=domain, by=self.rep).items():
            self.assertFalse(figure.n, code)
        by_user = self._figure("stage_entered", groupby="user_id", by=self.rep)
        self.assertNotIn(self.manager.id, by_user)

    def test_lead_that_changes_hands_takes_its_history_along(self):
        lead = self.story["skips a stage and wins"]
        before = self._figures(["won_count", "stage_entered"], by=self.rep)
        lead.user_id = self.manager
        self.env.flush_all()
        after = self._figures(["won_count", "stage_entered"], by=self.rep)
        self.assertEqual(before["won_count"].value - after["won_count"].value, 1)
        self.assertEqual(
            before["stage_entered"].value - after["stage_entered"].value, 2
        )

    def test_companies_do_not_see_each_other(self):
        foreign = self.company_foreign.id
        for groupby in (None, "stage_id"):
            self.assertAllAsRecounted(
                self.recount,
                MARCH_UTC,
                groupby,
                by=self.foreign_manager,
                sees=lambda lead: lead["company_id"] in (foreign, None),
            )
        lead = self.story["of a foreign company"]
        domain = [("id", "=", lead.id)]
        seen = self._figure("won_count", domain=domain, by=self.foreign_manager)
        self.assertEqual(seen.value, 1)
        self.assertEqual(self._figure("won_count", domain=domain).value, 0)

    def test_without_a_role_in_sales_there_are_no_figures(self):
        outsider = new_test_user(self.env, "outsider", groups="base.group_user")
        for code in UNITS:
            with self.assertRaises(AccessError):
                self._figures([code], by=outsider)
