"""Figures of losses and of competitors, by hand and against the ledger."""

from datetime import date, datetime

from odoo.tests import tagged
from odoo.tools import SQL

from ..common_figures import DAY, MARCH, NOW
from .test_metrics import MetricsCommon, MoneyCommon

LOSSES = ("loss_count", "loss_share", "loss_amount")
DUELS = ("won_count", "lost_count", "win_rate")
APRIL = (date(2024, 4, 1), date(2024, 5, 1))


class LossesCommon(MetricsCommon):
    @classmethod
    def _build_history(cls):
        cls.reasons = cls.env["crm.lost.reason"].create(
            [{"name": "Too dear"}, {"name": "No need"}]
        )
        cls.rival, cls.other_rival = cls.env["funnel.competitor"].create(
            [{"name": "Mom's"}, {"name": "Robo Corp"}]
        )
        return {}

    def _obtain_with(self, *rivals, **vals):
        ids = [rival.id for rival in rivals]
        vals = {"funnel_competitor_ids": [(6, 0, ids)], **vals}
        return self._obtain("2024-03-02 15:00", **vals)

    def _lost_with(self, *rivals, at="2024-03-20 15:00", reason=None, **vals):
        lead = self._obtain_with(*rivals, **vals)
        reason = reason or self.reasons[0]
        told = lead.with_context(funnel_happened_at=at)
        told.action_set_lost(lost_reason_id=reason.id)
        return lead

    def _won_with(self, *rivals, **vals):
        lead = self._obtain_with(*rivals, **vals)
        self._go(lead, "2024-03-20 15:00", self.stage_won)
        return lead

    def assertGroupsAre(self, codes, groupby, expected, **options):
        """Values of these figures per key: ``{key: [value]}``."""
        found = self._figures(codes, groupby=groupby, **options)
        values = {
            key: [found[code][key].value for code in codes] for key in found[codes[0]]
        }
        self.assertEqual(values, expected)


@tagged("post_install", "-at_install")
class TestLossFigures(LossesCommon):
    def test_losses_are_grouped_by_what_they_kept(self):
        dear, none = self.reasons
        lead = self._lost_with(self.rival, expected_revenue=300)
        self._lost_with(expected_revenue=500)
        self._lost_with(reason=none, expected_revenue=200, user_id=self.manager.id)
        lead.write({"stage_id": self.stage_next.id, "user_id": self.manager.id})
        lead.write({"team_id": self.team_other.id, "expected_revenue": 9})
        lead.lost_reason_id = none
        lead.lost_reason_id = dear
        self.manager.company_ids.funnel_self_approval = True
        self._review(lead, NOW, self.grade_a)
        third = 1 / 3
        for groupby, expected in (
            (
                "lost_reason_id",
                {dear.id: [2, 2 * third, 800], none.id: [1, third, 200]},
            ),
            ("stage_id", {self.stage_new.id: [3, 1, 1000]}),
            (
                "user_id",
                {self.rep.id: [2, 2 * third, 800], self.manager.id: [1, third, 200]},
            ),
            ("team_id", {self.sales_team_1.id: [3, 1, 1000]}),
            ("funnel_grade_id", {False: [3, 1, 1000]}),
            (
                "competitor_id",
                {self.rival.id: [1, third, 300], False: [2, 2 * third, 700]},
            ),
            ("source_id", {self.source_web.id: [3, 1, 1000]}),
        ):
            with self.subTest(groupby=groupby):
                self.assertGroupsAre(LOSSES, groupby, expected)

    def test_share_tells_group_and_whole(self):
        self._lost_with(self.rival, self.other_rival)
        self._lost_with(self.rival)
        self._lost_with()
        met = self._figure("loss_share", groupby="funnel_competitor_ids")
        self.assertFigure(met[self.rival.id], (2 / 3, 2, 3, 3))
        self.assertFigure(met[self.other_rival.id], (1 / 3, 1, 3, 3))
        self.assertFigure(met[False], (1 / 3, 1, 3, 3))
        self.assertFigure(self._figure("loss_share"), (1, 3, 3, 3))

    def test_restored_after_the_period_counts_in_the_ledger_only(self):
        lead = self._lost_with()
        self._lost_with()
        self._restore(lead, "2024-04-05 15:00")
        self.assertEqual(self._figure("lost_count").value, 2)
        self.assertEqual(self._figure("loss_count").value, 1)
        self._lose(lead, "2024-04-10 15:00")
        self.assertEqual(self._figure("loss_count").value, 1)
        self.assertEqual(self._figure("loss_count", period=APRIL).value, 1)

    def test_loss_told_late_is_not_before_the_last_move(self):
        lead = self._obtain_with()
        self._go(lead, "2024-04-02 15:00", self.stage_next)
        self._lose(lead, "2024-03-20 15:00")
        self.assertEqual(lead.funnel_loss_ids.lost_at, datetime(2024, 4, 2, 15))
        for code in ("lost_count", "loss_count"):
            self.assertEqual(self._figure(code).value, 0)
            self.assertEqual(self._figure(code, period=APRIL).value, 1)

    def test_rep_counts_own_losses(self):
        self._lost_with(expected_revenue=70)
        self._lost_with(user_id=self.manager.id)
        self._lost_with(user_id=False, expected_revenue=5)
        self.assertGroupsAre(
            LOSSES, "team_id", {self.sales_team_1.id: [2, 1, 75]}, by=self.rep
        )
        self.assertEqual(self._figure("loss_count").value, 3)

    def _merge_into_open(self, *leads):
        """Merge leads into one that lives, months after."""
        head = self._obtain_with(stage_id=self.stage_next.id, probability=90)
        survivor = head.union(*leads).with_user(self.manager).merge_opportunity()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(survivor, head)
        return survivor

    def test_a_later_merge_takes_no_loss_out_of_its_month(self):
        lead = self._lost_with(expected_revenue=300)
        other = self._lost_with(expected_revenue=500, reason=self.reasons[1])
        codes = (*LOSSES, "lost_count")
        before = [figure.value for figure in self._figures(codes).values()]
        survivor = self._merge_into_open(lead, other)
        after = [figure.value for figure in self._figures(codes).values()]
        self.assertEqual(before, after)
        self.assertEqual(before, [2, 1, 800, 2])
        self.assertEqual(survivor.funnel_loss_ids.lost_reason_id, self.reasons)
        own = self._figure("lost_count", domain=[("id", "=", survivor.id)])
        self.assertEqual(own.value, 2)

    def test_merges_of_before_amounts_were_kept_count_for_nothing(self):
        leads = self._won_with(expected_revenue=300) + self._won_with(
            expected_revenue=False
        )
        lost = self._lost_with(expected_revenue=500)
        survivor = (leads + lost).with_user(self.manager).merge_opportunity()
        codes = ("won_count", "won_amount", "lost_count")
        self.assertEqual([self._figure(code).value for code in codes], [2, 300, 1])
        self.env.flush_all()
        ids = [survivor.id]
        moves = SQL("SELECT merged_amount FROM funnel_stage_move WHERE lead_id IS NULL")
        self.assertNotIn((None,), self.env.execute_query(moves))
        self.env.cr.execute(
            "UPDATE funnel_stage_move SET merged_amount = NULL"
            " WHERE merged_into_id = %s",
            ids,
        )
        self.env.cr.execute(
            "UPDATE funnel_loss SET merged_lead_label = NULL WHERE lead_id = %s", ids
        )
        self.env.invalidate_all()
        found = [self._figure(code).value for code in (*codes, "loss_count")]
        own = survivor.expected_revenue
        self.assertEqual(found, [1, own, 0, 0])

    def test_a_later_merge_takes_no_win_out_of_its_month(self):
        leads = self._won_with(expected_revenue=300) + self._won_with(
            expected_revenue=500
        )
        codes = ("won_count", "won_amount", "cycle_days_mean", "win_rate")
        before = [figure[:4] for figure in self._figures(codes).values()]
        survivor = leads.with_user(self.manager).merge_opportunity()
        self.assertEqual(len(leads.exists()), 1)
        self.env.invalidate_all()
        after = [figure[:4] for figure in self._figures(codes).values()]
        self.assertEqual(before, after)
        self.assertEqual(before[0][0], 2)
        third = self._obtain_with(stage_id=self.stage_won.id, probability=100)
        self.assertEqual(self._figure("won_count").value, 3)
        (third + survivor).with_user(self.manager).merge_opportunity()
        self.assertEqual(self._figure("won_count").value, 3)

    def test_loss_of_before_a_restore_does_not_come_back_by_a_merge(self):
        lead = self._lost_with()
        self._restore(lead, "2024-03-25 15:00")
        self._merge_into_open(lead)
        for code in ("loss_count", "lost_count"):
            self.assertEqual(self._figure(code).value, 0)

    def test_one_query_serves_all_figures_of_a_grouping(self):
        self._lost_with(self.rival)

        def read_figures(*codes):
            self.assertTrue(self.env.company.funnel_min_sample)  # some figures ask it
            self._figures(codes, groupby="stage_id")

        def read(*codes):
            return self._count(lambda: read_figures(*codes))

        read(*LOSSES)
        self.assertEqual(read(*LOSSES), read("loss_count"))


@tagged("post_install", "-at_install")
class TestLossMoney(MoneyCommon):
    """Amounts of the losses at the rate of the local day of the loss."""

    def _lose_at(self, at, amount):
        lead = self._obtain(
            "2024-01-05 12:00",
            team_id=False,
            user_id=False,
            company_id=self.company_fun.id,
            expected_revenue=amount,
        )
        self._lose(lead, at)
        lead.expected_revenue = 1

    def _lost_amount(self, companies):
        metrics = self.env["funnel.metrics"].with_user(self.manager)
        metrics = metrics.with_context(allowed_company_ids=companies.ids)
        [figures] = metrics._get_figures(["loss_amount"], *MARCH).values()
        return figures.value, figures.n

    def test_amounts_are_converted_at_the_local_day_of_the_loss(self):
        own, alone = map(self._lost_amount, (self.company_main, self.company_fun))
        self._lose_at("2024-03-20 12:00", 800)
        self._lose_at("2024-04-01 02:00", 400)  # still 31 March in New York
        self._lose_at("2024-02-20 12:00", 999)
        both = self.company_main + self.company_fun
        self.assertEqual(self._lost_amount(both), (own[0] + 1200 / 4, own[1] + 2))
        self.assertEqual(self._lost_amount(self.company_main), own)
        told = self._lost_amount(self.company_fun)  # its days begin at midnight UTC
        self.assertEqual(told, (alone[0] + 800, alone[1] + 1))


@tagged("post_install", "-at_install")
class TestCompetitors(LossesCommon):
    def test_lead_counts_under_each_competitor(self):
        self._won_with(self.rival, self.other_rival)
        self._lost_with(self.rival)
        self._lost_with(self.rival)
        self._won_with()
        self._obtain_with(self.rival)
        self.assertGroupsAre(
            DUELS,
            "funnel_competitor_ids",
            {
                self.rival.id: [1, 2, 1 / 3],
                self.other_rival.id: [1, 0, 1],
                False: [1, 0, 1],
            },
        )
        self.assertEqual(self._figure("won_count").value, 2)

    def test_competitor_shows_the_figures_of_all_time(self):
        self._won_with(self.rival)
        self._lost_with(self.rival, at="2024-05-01 12:00")
        self._lost_with(self.rival, at=NOW)
        self._won_with(self.rival, user_id=self.manager.id)
        self.rival.active = False
        for user, label in ((self.rep, "33% (1/3)"), (self.manager, "50% (2/4)")):
            with self.subTest(user=user.login):
                rival = self.rival.with_user(user)
                self.assertEqual(rival.win_rate_label, label)
        self.assertEqual(self.other_rival.win_rate_label, "—")
        self.assertEqual(self.env["funnel.competitor"].new().win_rate_label, "—")

    def test_all_time_ends_with_what_happens_now(self):
        self._lost_with(self.rival, at=NOW)
        met = [("funnel_competitor_ids", "in", self.rival.ids)]
        for start, end, expected in (
            (None, None, 1),
            (MARCH[0], None, 1),
            (None, NOW + DAY, 1),
            (None, NOW, 0),
        ):
            lost = self._figure("lost_count", period=(start, end), domain=met)
            self.assertEqual(lost.value, expected)

    def test_list_of_many_costs_no_more(self):
        def read(rivals):
            names = ["won_count", "lost_count", "win_rate_label"]
            return self._count(lambda: rivals.with_user(self.manager).read(names))

        many = self.env["funnel.competitor"].create(
            [{"name": f"Rival {number}"} for number in range(40)]
        )
        for rival in many:
            self._won_with(rival)
        read(many)
        self.assertEqual(read(many), read(many[0]))
