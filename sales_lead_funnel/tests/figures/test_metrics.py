"""Every figure against numbers counted by hand and against a recount of the rows."""

from datetime import date, datetime, timedelta
from itertools import pairwise

from odoo.tests import tagged

from ..common_figures import (
    MARCH,
    MARCH_UTC,
    NOW,
    FiguresCommon,
    Recount,
    wilson_by_roots,
)

UNITS = {
    "lead_count": "count",
    "score_mean": "score",
    "entered_on_time": "rate",
    "won_count": "count",
    "lost_count": "count",
    "won_amount": "money",
    "win_rate": "rate",
    "cycle_days_mean": "days",
    "cycle_days_median": "days",
    "grade_win_rate": "rate",
    "source_conversion": "rate",
    "stage_entered": "count",
    "stage_open": "count",
    "stage_conversion": "rate",
    "stage_flow": "ratio",
    "stage_returned": "count",
    "stage_loss_count": "count",
    "stage_loss_exposure": "ratio",
    "stage_loss_rate": "rate",
    "stage_dwell_days": "days",
    "stage_dwell_median": "days",
    "stage_dwell_p80": "days",
    "stage_dwell_days_finished": "days",
    "loss_count": "count",
    "loss_share": "rate",
    "loss_amount": "money",
}
GROUPINGS = ("stage_id", "source_id", "user_id", "team_id", "funnel_grade_id")
EMPTY_PERIOD = (date(2019, 1, 1), date(2019, 2, 1))
EMPTY_PERIOD_UTC = (datetime(2019, 1, 1, 5), datetime(2019, 2, 1, 5))


class MetricsCommon(FiguresCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.story = cls._build_history()

    def setUp(self):
        super().setUp()
        self.enterContext(self._clock(NOW))

    def _figures(self, codes, period=MARCH, domain=None, groupby=None, by=None):
        metrics = self.env["funnel.metrics"].with_user(by or self.manager)
        return metrics._get_figures(codes, *period, domain, groupby)

    def _figure(self, code, key=None, **options):
        found = self._figures([code], **options)[code]
        return found[key] if key is not None else found

    def _in_company(self, lead):
        return lead["company_id"] in (self.company_main.id, None)

    def assertFigure(self, figure, expected, msg=None):
        """The figure is (value, numerator, denominator, n), and so is its interval."""
        for number, part in zip(figure[:4], expected, strict=True):
            self.assertSame(number, part, msg)
        bounds = None, None
        if figure.unit == "rate" and figure.value is not None:
            bounds = wilson_by_roots(figure.numerator, figure.denominator)
        for number, bound in zip((figure.low, figure.high), bounds, strict=True):
            self.assertSame(number, bound, msg)

    def assertSame(self, number, expected, msg=None):
        if number is None or expected is None:
            return self.assertEqual(number, expected, msg)
        delta = 1e-6 * max(1, abs(expected))
        self.assertAlmostEqual(number, expected, delta=delta, msg=msg)

    def assertAllAsRecounted(
        self, recount, period, groupby=None, domain=None, **options
    ):
        """Every figure that there is equals the recount's.

        :param options: ``sees`` for the recount, ``by`` for the figures
        """
        sees = options.get("sees", self._in_company)
        found = self._figures(UNITS, period, domain, groupby, options.get("by"))
        for code in UNITS:
            again = recount.get(code, *period, sees, groupby)
            if groupby:
                empty = recount.get(code, *EMPTY_PERIOD_UTC, sees)
                self.assertGroups(found[code], again, empty, (code, groupby, period))
            else:
                self.assertFigure(found[code], again, (code, period))

    def assertGroups(self, found, expected, empty, msg):
        """The same figure for each key; none is as good as one over nothing."""
        for key in {*found, *expected}:
            if key in found:
                self.assertFigure(found[key], expected.get(key, empty), (*msg, key))
            else:
                self.assertEqual(expected[key], empty, (*msg, key))


@tagged("post_install", "-at_install")
class TestFiguresByHand(MetricsCommon):
    """March 2024 of the history, counted on paper."""

    def test_new_leads_are_those_obtained_in_the_local_month(self):
        self.assertFigure(self._figure("lead_count"), (10, 10, None, 10))

    def test_entered_within_a_day_leaves_out_what_nobody_knows(self):
        self.assertFigure(self._figure("entered_on_time"), (8 / 9, 8, 9, 9))

    def test_average_score_counts_leads_of_which_something_is_known(self):
        known = ["skips a stage and wins", "is lost in the last second of March"]
        known.append("of nobody, obtained when the clocks went forward")
        scores = [self.story[name].funnel_score for name in known]
        self.assertEqual(len(set(scores)), 3)
        self.assertFigure(
            self._figure("score_mean"), (sum(scores) / 3, sum(scores), 3, 3)
        )

    def test_reopened_win_and_restored_loss_do_not_count(self):
        self.assertFigure(self._figure("won_count"), (3, 3, None, 3))
        self.assertFigure(self._figure("lost_count"), (3, 3, None, 3))
        self.assertFigure(self._figure("win_rate"), (0.5, 3, 6, 6))

    def test_won_amount(self):
        self.assertFigure(self._figure("won_amount"), (1050, 1050, None, 3))

    def test_closing_cycle_runs_from_obtained_to_won(self):
        days = [18, 0.25, 12 + 36001 / 86400]
        self.assertFigure(
            self._figure("cycle_days_mean"), (sum(days) / 3, sum(days), 3, 3)
        )
        self.assertFigure(self._figure("cycle_days_median"), (days[2], None, None, 3))

    def test_first_reviewed_grade_decides(self):
        by_grade = self._figure("grade_win_rate", groupby="funnel_grade_id")
        self.assertEqual(by_grade.keys(), {self.grade_a.id, self.grade_c.id})
        self.assertFigure(by_grade[self.grade_a.id], (1 / 3, 1, 3, 3))
        self.assertFigure(by_grade[self.grade_c.id], (1.0, 1, 1, 1))
        self.assertEqual(
            self.story["skips a stage and wins"].funnel_grade_id, self.grade_a
        )

    def test_source_conversion_per_source(self):
        by_source = self._figure("source_conversion", groupby="source_id")
        self.assertFigure(by_source[self.source_web.id], (3 / 5, 3, 5, 5))
        self.assertFigure(by_source[self.source_fair.id], (0, 0, 5, 5))

    def test_stage_conversion_counts_skips_and_wins_as_advance(self):
        by_stage = self._figure("stage_conversion", groupby="stage_id")
        self.assertFigure(by_stage[self.stage_new.id], (7 / 9, 7, 9, 9))
        self.assertFigure(by_stage[self.stage_gen_1.id], (1, 2, 2, 2))
        self.assertFigure(by_stage[self.stage_next.id], (0.5, 1, 2, 2))
        self.assertNotIn(self.stage_won.id, by_stage)

    def test_entered_open_moved_back_and_lost_per_stage(self):
        codes = ["stage_entered", "stage_open", "stage_returned", "stage_loss_count"]
        found = self._figures(codes, groupby="stage_id")
        for stage, expected in (
            (self.stage_new, [10, 2, 0, 2]),
            (self.stage_gen_1, [3, 2, 1, 0]),
            (self.stage_next, [5, 3, 0, 1]),
            (self.stage_other_team, [1, 0, 0, 1]),
        ):
            with self.subTest(stage=stage.name):
                counts = [found[code][stage.id].value for code in codes]
                self.assertEqual(counts, expected)

    def test_flow_is_advanced_over_entered(self):
        flow = self._figure("stage_flow", self.stage_new.id, groupby="stage_id")
        self.assertFigure(flow, (0.7, 7, 10, 10))

    def test_loss_rate_judges_the_stays_that_began(self):
        losses = self._figure("stage_loss_rate", groupby="stage_id")
        self.assertFigure(losses[self.stage_new.id], (0.3, 3, 10, 10))
        self.assertFigure(losses[self.stage_gen_1.id], (0, 0, 3, 3))

    def test_losses_per_thirty_days_count_days_inside_the_period(self):
        # Proposition: 15 d, 10 d, and to the end of March 19 d 13 h, 23 d 13 h,
        # 29 d 13 h
        days = 15 + 10 + 19 + 23 + 29 + 3 * 13 / 24
        losses = self._figure("stage_loss_exposure", groupby="stage_id")
        self.assertFigure(losses[self.stage_next.id], (30 / days, 1, days / 30, 5))

    def test_finished_stays(self):
        # Generic: 5 d, none at all, and 47 d since January
        finished = self._figure("stage_dwell_days_finished", groupby="stage_id")
        self.assertFigure(finished[self.stage_gen_1.id], (52 / 3, 52, 3, 3))

    def test_average_stay_counts_open_and_late_seen_stays(self):
        # Proposition, days: 10 (ended), 15 (ended), and three still there after
        # 19.5 to 29.5: S = 4/5 from 10 on, 3/5 from 15 on, up to the longest
        stay = self._figure("stage_dwell_days", groupby="stage_id")
        longest = 29 + 13 / 24
        mean = 10 + 0.8 * 5 + 0.6 * (longest - 15)
        self.assertFigure(stay[self.stage_next.id], (mean, 2, 5, 5))

    def test_half_of_the_stays_may_still_be_open(self):
        codes = ["stage_dwell_median", "stage_dwell_p80"]
        found = self._figures(codes, groupby="stage_id")
        for code in codes:
            self.assertFigure(found[code][self.stage_next.id], (None, 2, 5, 5))

    def test_archived_stay_keeps_its_length(self):
        lead = self._obtain("2024-03-02 15:00")
        self._archive(lead, "2024-03-12 15:00")

        def told():
            self.env.flush_all()
            self.env.invalidate_all()
            stays = self.env["funnel.stage.episode"]
            stay = stays.search([("lead_id", "=", lead.id)], order="id", limit=1)
            return stay.outcome, stay.days

        for vals in (
            {"probability": 30},
            {"stage_id": self.stage_next.id},
            {"team_id": self.team_other.id},
            {"stage_id": self.stage_new.id},
        ):
            with self.subTest(vals=vals):
                lead.write(vals)
                self.assertEqual(told(), ("archived", 10))
        lead.action_set_lost()
        self.assertEqual(told(), ("archived", 10))

    def test_unarchived_lead_is_still_there(self):
        lead = self._obtain("2024-03-02 15:00")
        self._archive(lead, "2024-03-12 15:00")
        lead.action_unarchive()
        self.env.flush_all()
        stays = self.env["funnel.stage.episode"].search([("lead_id", "=", lead.id)])
        self.assertEqual(stays.mapped("outcome"), ["open"])

    def test_lost_by_the_button_is_not_archived(self):
        lead = self._obtain("2024-03-02 15:00")
        with self._clock("2024-03-12 15:00"):
            lead.action_set_lost()
        self.env.flush_all()
        stays = self.env["funnel.stage.episode"].search([("lead_id", "=", lead.id)])
        self.assertEqual(stays.mapped("outcome"), ["lost"])

    def test_archived_by_sql_is_noted_by_the_nightly_check(self):
        lead = self._obtain("2024-03-02 15:00")
        self.env.cr.execute(
            "UPDATE crm_lead SET active = FALSE, date_closed = '2024-03-12 15:00'"
            " WHERE id = %s",
            [lead.id],
        )
        self.env.invalidate_all()
        moves = self.env["funnel.stage.move"]
        self.assertEqual(moves._reconcile("reconcile"), 1)
        self.assertEqual(moves._reconcile("reconcile"), 0)
        stay = self.env["funnel.stage.episode"].search([("lead_id", "=", lead.id)])
        self.assertEqual((stay.outcome, stay.days), ("archived", 10))

    def test_win_taken_back_is_no_conversion_of_the_source(self):
        domain = [("source_id", "=", self.source_fair.id), ("name", "=", "Mistaken")]
        period = (date(2024, 1, 1), date(2024, 2, 1))

        def told():
            return self._figure("source_conversion", period=period, domain=domain).value

        lead = self._obtain(
            "2024-01-02 15:00", source_id=self.source_fair.id, name="Mistaken"
        )
        self._go(lead, "2024-01-05 15:00", self.stage_won)
        self.assertEqual(told(), 1)
        self._go(lead, "2024-01-05 16:00", self.stage_next)
        self.assertEqual(told(), 0)
        self._go(lead, "2024-01-09 15:00", self.stage_won)
        self.assertEqual(told(), 1)
        self._go(lead, "2024-06-09 15:00", self.stage_next)  # after the horizon
        self.assertEqual(told(), 1)

    def test_merged_away_leads_bend_nothing(self):
        survivor = self.story["survives a merge"]
        ledger = self.env["funnel.stage.move"]
        self.assertEqual(ledger.search_count([("merged_into_id", "=", survivor.id)]), 2)
        domain = [("id", "=", survivor.id)]
        self.assertEqual(self._figure("stage_entered", domain=domain).value, 2)
        # the grade that was reviewed in March goes on to count, of one lead
        self.assertFigure(self._figure("grade_win_rate", domain=domain), (0, 0, 1, 1))


@tagged("post_install", "-at_install")
class TestFiguresRecounted(MetricsCommon):
    """All figures, all groupings, against the recount."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.recount = Recount(cls.env)

    def test_every_figure_has_a_recount_and_a_unit(self):
        specs = self.env["funnel.metrics"]._get_specs()
        self.assertEqual(specs.keys(), UNITS.keys())
        for code, figure in self._figures(UNITS).items():
            self.assertEqual(figure.unit, UNITS[code], code)
            self.assertTrue(hasattr(self.recount, f"_make_{code}"), code)

    def test_all_figures_of_march(self):
        self.assertAllAsRecounted(self.recount, MARCH_UTC)

    def test_all_figures_of_march_grouped(self):
        for groupby in GROUPINGS:
            self.assertAllAsRecounted(self.recount, MARCH_UTC, groupby)

    def test_all_figures_of_one_source(self):
        web = self.source_web.id
        for groupby in (None, "stage_id", "user_id"):
            self.assertAllAsRecounted(
                self.recount,
                MARCH_UTC,
                groupby,
                domain=[("source_id", "=", web)],
                sees=lambda lead: lead["source_id"] == web and self._in_company(lead),
            )

    def test_all_figures_of_other_periods(self):
        moments = [
            (datetime(2024, 1, 15), datetime(2024, 1, 16)),
            (datetime(2024, 3, 1, 4, 59, 59), datetime(2024, 3, 1, 5)),
            (datetime(2024, 3, 13, 15), datetime(2024, 3, 13, 15, 0, 1)),
            (datetime(2024, 4, 1, 3, 59, 59), datetime(2024, 4, 1, 4, 0, 1)),
            (datetime(2024, 1, 1), datetime(2024, 12, 31)),
        ]
        for period in moments:
            for groupby in (None, "stage_id"):
                self.assertAllAsRecounted(self.recount, period, groupby)

    def test_groups_add_up(self):
        codes = ["lead_count", "won_count", "lost_count", "stage_entered", "stage_open"]
        codes += ["loss_count", "loss_amount"]
        whole = self._figures(codes)
        for groupby in GROUPINGS:
            parts = self._figures(codes, groupby=groupby)
            for code in codes:
                if code.startswith("stage") or groupby != "stage_id":
                    total = sum(figure.value for figure in parts[code].values())
                    self.assertEqual(total, whole[code].value, (code, groupby))

    def test_figures_together_are_the_figures_alone(self):
        together = self._figures(UNITS, groupby="source_id")
        for code in UNITS:
            alone = self._figures([code], groupby="source_id")
            self.assertEqual(alone[code], together[code], code)


@tagged("post_install", "-at_install")
class TestFiguresPeriods(MetricsCommon):
    def test_dates_begin_at_midnight_where_the_company_is(self):
        for groupby in (None, "stage_id"):
            by_dates = self._figures(UNITS, MARCH, groupby=groupby)
            self.assertEqual(by_dates, self._figures(UNITS, MARCH_UTC, groupby=groupby))

    def test_company_elsewhere_has_other_midnights(self):
        self.company_main.resource_calendar_id.tz = "Asia/Shanghai"
        at_home = self._figures(UNITS)
        abroad = (datetime(2024, 2, 29, 16), datetime(2024, 3, 31, 16))
        self.assertEqual(at_home, self._figures(UNITS, abroad))
        self.assertEqual(at_home["lead_count"].value, 11)

    def test_periods_side_by_side_count_each_event_once(self):
        codes = ["lead_count", "stage_entered", "stage_loss_count", "stage_returned"]
        days = [date(2024, 1, 1) + timedelta(days=7 * week) for week in range(28)]
        weeks = [self._figures(codes, (first, last)) for first, last in pairwise(days)]
        whole = self._figures(codes, (days[0], days[-1]))
        for code in codes:
            total = sum(week[code].value for week in weeks)
            self.assertEqual(total, whole[code].value, code)

    def test_day_of_23_hours(self):
        spring = (date(2024, 3, 10), date(2024, 3, 11))
        found = self._figures(["lead_count", "stage_loss_exposure"], spring)
        self.assertEqual(found["lead_count"].value, 1)
        stays = found["stage_loss_exposure"].n
        months = found["stage_loss_exposure"].denominator
        self.assertLess(months * 30, stays * 23 / 24 + 1e-9)

    def test_empty_period_has_counts_but_no_rates(self):
        for code, figure in self._figures(UNITS, EMPTY_PERIOD).items():
            with self.subTest(code=code):
                is_count = figure.unit in ("count", "money")
                self.assertEqual(figure.value, 0 if is_count else None)
                self.assertEqual((figure.n, figure.low, figure.high), (0, None, None))

    def test_empty_period_has_no_groups(self):
        found = self._figures(UNITS, EMPTY_PERIOD, groupby="source_id")
        self.assertEqual(found, {code: {} for code in UNITS})

    def test_unknown_figure_is_refused(self):
        with self.assertRaisesRegex(ValueError, "win_rat.*known:.*win_rate"):
            self._figures(["win_rate", "win_rat"])

    def test_period_that_lies_ahead_is_empty(self):
        ahead = (date(2024, 8, 1), date(2024, 9, 1))
        for code, figure in self._figures(UNITS, ahead).items():
            self.assertFalse(figure.n, code)

    def test_what_happens_now_is_in_the_running_period(self):
        self._obtain(NOW)
        running = (date(2024, 7, 1), date(2024, 8, 1))
        found = self._figures(["lead_count", "stage_entered"], running)
        self.assertEqual([figure.value for figure in found.values()], [1, 1])

    def test_running_period_ends_now(self):
        running = (date(2024, 7, 1), date(2024, 8, 1))
        until_now = (datetime(2024, 7, 1, 4), NOW)
        for groupby in (None, "stage_id"):
            found = self._figures(UNITS, running, groupby=groupby)
            self.assertEqual(found, self._figures(UNITS, until_now, groupby=groupby))


@tagged("post_install", "-at_install")
class TestFiguresCohorts(MetricsCommon):
    """A cohort is told once all of it is as old as the horizon (M2)."""

    def test_conversion_waits_for_the_youngest_lead(self):
        # the youngest lead of March was obtained on the 14th at 9
        for moment, value in (
            ("2024-06-12 08:59:59", None),
            ("2024-06-12 09:00:00", 0.3),
        ):
            with self._clock(moment):
                figure = self._figure("source_conversion")
            self.assertFigure(figure, (value, 3, 10, 10))

    def test_each_source_waits_for_itself(self):
        with self._clock("2024-06-12 08:59:59"):
            found = self._figure("source_conversion", groupby="source_id")
        self.assertIsNone(found[self.source_web.id].value)
        self.assertEqual(found[self.source_fair.id].value, 0)

    def test_loss_rate_waits_for_the_youngest_stay(self):
        for moment, value in (("2024-04-11 14:59:59", None), ("2024-04-11 15:00", 0.3)):
            with self._clock(moment):
                figure = self._figure(
                    "stage_loss_rate", self.stage_new.id, groupby="stage_id"
                )
            self.assertFigure(figure, (value, 3, 10, 10))

    def test_horizons_are_settings(self):
        self.company_main.write({"funnel_win_horizon": 9, "funnel_stage_horizon": 5})
        # lead 3 was won on day 9 plus 10 hours, lead 5 on its first day
        self.assertEqual(self._figure("source_conversion").numerator, 1)
        losses = self._figure("stage_loss_rate", groupby="stage_id")
        self.assertEqual(losses[self.stage_new.id].numerator, 1)

    def test_win_on_the_last_day_of_the_horizon_counts(self):
        lead = self._obtain("2024-01-01 12:00", source_id=self.source_fair.id)
        self._go(lead, "2024-03-31 12:00:00", self.stage_won)
        late = self._obtain("2024-01-01 12:00", source_id=self.source_fair.id)
        self._go(late, "2024-03-31 12:00:01", self.stage_won)
        january = (date(2024, 1, 1), date(2024, 1, 2))
        figure = self._figure("source_conversion", period=january)
        self.assertFigure(figure, (0.5, 1, 2, 2))

    def test_regrading_a_winner_polishes_nothing(self):
        before = self._figure("grade_win_rate", groupby="funnel_grade_id")
        self._review(self.story["is born won"], "2024-04-20", self.grade_b)
        self._review(self.story["skips a stage and wins"], "2024-03-22", self.grade_b)
        after = self._figure("grade_win_rate", groupby="funnel_grade_id")
        self.assertEqual(before, after)

    def test_proposed_grade_is_no_review(self):
        lead = self.story["is born won"].with_user(self.rep)
        lead.funnel_propose_grade(self.grade_a.id, "sure of it")
        by_grade = self._figure("grade_win_rate", groupby="funnel_grade_id")
        self.assertEqual(by_grade[self.grade_a.id].n, 3)


class MoneyCommon(MetricsCommon):
    """Another company with another currency, whose rate changes every month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currency = cls.env["res.currency"].create(
            {"name": "FUN", "symbol": "F", "rounding": 0.01}
        )
        for day, rate in (
            ("2024-01-01", 2.0),
            ("2024-03-01", 4.0),
            ("2024-04-01", 5.0),
        ):
            cls.env["res.currency.rate"].create(
                {
                    "name": day,
                    "rate": rate,
                    "currency_id": cls.currency.id,
                    "company_id": cls.company_main.id,
                }
            )
        cls.company_fun = cls.env["res.company"].create(
            {"name": "Fun", "currency_id": cls.currency.id}
        )
        cls.manager.company_ids += cls.company_fun


@tagged("post_install", "-at_install")
class TestFiguresMoney(MoneyCommon):
    """Amounts in the company's currency, at the rate of the local day (M)."""

    def _win(self, at, amount):
        lead = self._obtain(
            "2024-01-05 12:00",
            team_id=False,
            user_id=False,
            company_id=self.company_fun.id,
            expected_revenue=amount,
        )
        self._go(lead, at, self.stage_gen_won)

    def _won_amount(self, companies):
        metrics = self.env["funnel.metrics"].with_user(self.manager)
        metrics = metrics.with_context(allowed_company_ids=companies.ids)
        figures = metrics._get_figures(["won_amount", "won_count"], *MARCH)
        return figures["won_amount"].value, figures["won_count"].value

    def test_amounts_are_converted_at_the_day_of_the_win(self):
        self._win("2024-03-20 12:00", 800)
        companies = self.company_main + self.company_fun
        self.assertEqual(self._won_amount(companies), (1050 + 800 / 4, 4))

    def test_day_of_the_win_is_the_day_where_the_company_is(self):
        self._win("2024-04-01 02:00", 800)  # still 31 March in New York
        companies = self.company_main + self.company_fun
        self.assertEqual(self._won_amount(companies), (1050 + 800 / 4, 4))

    def test_each_company_tells_its_own_currency(self):
        self._win("2024-03-20 12:00", 800)
        self.assertEqual(self._won_amount(self.company_fun), (800, 1))
        self.assertEqual(self._won_amount(self.company_main), (1050, 3))
