"""Figures of random histories against recounts of what the ledger holds."""

from datetime import datetime, timedelta

from counts import examples
from hypothesis import given
from hypothesis import strategies as st

from odoo.fields import Domain
from odoo.tests import tagged

from odoo.addons.sales_lead_funnel.tests.common_figures import (
    MARCH,
    MARCH_UTC,
    NOW,
    Recount,
)
from odoo.addons.sales_lead_funnel.tests.figures.test_metrics import MetricsCommon

HOURS = st.integers(0, 40 * 24)
EVENTS = st.tuples(
    st.sampled_from(["new", "middle", "late", "won", "lose", "restore", "A", "B"]),
    HOURS,
)
LEADS = st.tuples(
    st.integers(0, 60 * 24),  # hours after 1 February at which it is obtained
    st.integers(0, 1),  # source
    st.integers(0, 2),  # owner
    st.booleans(),  # archived in the end, where it is open
    st.lists(EVENTS, max_size=5),
)


@tagged("post_install", "-at_install")
class TestFiguresProperty(MetricsCommon):
    """Random histories, told through the public paths, figures recounted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.company_ids.funnel_self_approval = True  # one reviews all leads

    @classmethod
    def _build_history(cls):
        return {}

    def _live(self, obtained, source, owner, archived, events):
        at = datetime(2024, 2, 1) + timedelta(hours=obtained)
        lead = self._obtain(
            at,
            source_id=(self.source_web + self.source_fair)[source].id,
            user_id=[self.rep.id, self.manager.id, False][owner],
        )
        for name, gap in events:
            at = min(at + timedelta(hours=gap), NOW)
            self._apply(lead, at, name)
        if archived and lead.active and lead.won_status == "pending":
            self._archive(lead, min(at + timedelta(hours=7), NOW))

    def _apply(self, lead, at, name):
        stages = dict(zip(("new", "middle", "late", "won"), self.stages, strict=True))
        if name in stages:
            if lead.active:
                self._go(lead, at, stages[name])
        elif name == "lose":
            if lead.active and lead.won_status == "pending":
                self._lose(lead, at)
        elif name == "restore":
            if lead.won_status == "lost":
                self._restore(lead, at)
        else:
            self._review(lead, at, {"A": self.grade_a, "B": self.grade_b}[name])

    @examples(150)
    @given(st.lists(LEADS, min_size=1, max_size=5))
    def test_figures_equal_the_recount(self, leads):
        with self.env.cr.savepoint() as savepoint:
            for lead in leads:
                self._live(*lead)
            recount = Recount(self.env)
            for groupby in (None, "stage_id", "funnel_grade_id"):
                self.assertAllAsRecounted(recount, MARCH_UTC, groupby)
            savepoint.rollback()
            self.env.invalidate_all(flush=False)


@tagged("post_install", "-at_install")
class TestLossesProperty(MetricsCommon):
    """What the ledger says and what the records of losses say."""

    @classmethod
    def _build_history(cls):
        return {}

    def _live(self, obtained, source, owner, path, events):
        at = datetime(2024, 2, 1) + timedelta(hours=obtained)
        lead = self._obtain(
            at,
            source_id=(self.source_web + self.source_fair)[source].id,
            user_id=[self.rep.id, self.manager.id, False][owner],
        )
        for name, gap in events:
            at = min(at + timedelta(hours=gap), NOW)
            self._apply(lead, at, name, path)
        return lead

    def _apply(self, lead, at, name, by_wizard):
        stages = dict(zip(("new", "middle", "late", "won"), self.stages, strict=True))
        told = lead.with_context(funnel_happened_at=at)
        if name in stages:
            told.stage_id = stages[name]
        elif name == "restore":
            told.action_restore()
        elif lead.won_status == "won":
            return  # core loses no lead that is won
        elif name == "lose" and by_wizard:
            wizard = self.env["crm.lead.lost"].with_env(told.env)
            wizard = wizard.create({"lead_ids": lead.ids})
            wizard.action_lost_reason_apply()
        elif name == "lose":
            told.write({"active": False, "probability": 0})

    def _merge(self, leads):
        alive = leads.filtered(lambda lead: lead.won_status != "won")[:3]
        if len(alive) > 1:
            alive.with_user(self.manager).with_context(
                funnel_happened_at=NOW
            ).merge_opportunity()

    def assertAgree(self):
        """All losses agree; of March's, but for who came back after its end."""
        for groupby in (None, "source_id"):
            lost, losses = self._count_both((None, None), groupby)
            self.assertEqual(lost, losses)
        lost, losses = self._count_both(MARCH)
        self.assertEqual(lost - losses, self._count_back())

    def _count_both(self, period, groupby=None):
        """Return numbers of losses by the ledger and by their records."""
        codes = ("lost_count", "loss_count")
        found = self._figures(codes, period, groupby=groupby)
        if not groupby:
            return [found[code].value for code in codes]
        return [
            {key: figure.value for key, figure in found[code].items() if figure.value}
            for code in codes
        ]

    def _count_back(self):
        """Count leads lost in March of which the ledger tells a later return."""
        back = 0
        start, end = MARCH_UTC
        before_its_end = Domain("happened_at", "<", end)
        moves = self.env["funnel.stage.move"].search([])
        leads = moves.sorted("id").grouped(
            lambda row: row.lead_id or (row.merged_into_id, row.merged_lead_label)
        )
        for rows in leads.values():
            then = rows.filtered_domain(before_its_end)
            changes = then.filtered(lambda row: row.from_status != row.to_status)
            is_lost = changes[-1:].to_status == "lost"
            if is_lost and changes[-1].happened_at >= start:
                later = rows - then
                back += any(row.from_status == "lost" != row.to_status for row in later)
        return back

    @examples(60)
    @given(st.lists(LEADS, min_size=2, max_size=5), st.booleans())
    def test_ledger_and_records_agree(self, lives, is_merged):
        with self.env.cr.savepoint() as savepoint:
            leads = self.env["crm.lead"].union(*(self._live(*life) for life in lives))
            if is_merged:
                self._merge(leads)
            self.assertAgree()
            savepoint.rollback()
            self.env.invalidate_all(flush=False)
