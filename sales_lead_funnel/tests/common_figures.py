"""A hand-built history, and its figures counted again from the raw rows."""

from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from math import sqrt
from statistics import NormalDist
from unittest.mock import patch

from odoo import fields

from .common import FULL_PROSPECT, FunnelCommon

ZONE = "America/New_York"  # clocks go forward on 10 March 2024
NOW = fields.Datetime.to_datetime("2024-07-15 12:00:00")  # UTC, as all moments here
MARCH = (fields.Date.to_date("2024-03-01"), fields.Date.to_date("2024-04-01"))
# The same month as instants: local midnight is 05:00 in winter, 04:00 in summer.
MARCH_UTC = (
    fields.Datetime.to_datetime("2024-03-01 05:00:00"),
    fields.Datetime.to_datetime("2024-04-01 04:00:00"),
)
STAGE_HORIZON = timedelta(days=30)
WIN_HORIZON = timedelta(days=90)
DAY = timedelta(days=1)
LOSS_FIELDS = {  # of which a loss has its own
    "stage_id",
    "lost_reason_id",
    "competitor_id",
    "funnel_grade_id",
    "user_id",
    "team_id",
}
OBTAINED_CODES = ("lead_count", "score_mean", "entered_on_time", "source_conversion")


class FiguresCommon(FunnelCommon):
    """Stages New (1), Generic (3), Proposition (5), Won; two teams, two sources."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_main.resource_calendar_id.tz = ZONE
        cls.source_web, cls.source_fair = cls.env["utm.source"].create(
            [{"name": "Web form"}, {"name": "Trade fair"}]
        )
        cls.stages = cls.stage_new + cls.stage_gen_1 + cls.stage_next + cls.stage_won

    # ------------------------------------------------------------
    # BUILDERS
    # ------------------------------------------------------------

    @classmethod
    @contextmanager
    def _clock(cls, moment):
        """Let it be that moment (UTC) for the ORM and for the ledger."""
        moment = fields.Datetime.to_datetime(moment)
        frozen = patch.object(fields.Datetime, "now", staticmethod(lambda *_a: moment))
        with patch.object(cls.env.cr, "_now", moment), frozen:
            yield

    @classmethod
    def _obtain(cls, at, recorded=None, told=False, **vals):
        """Create a lead that was obtained then, and recorded at once or later.

        :param told: moment of birth told explicitly
        """
        leads = cls.env["crm.lead"].with_context(
            tracking_disable=True, funnel_happened_at=told
        )
        vals = {"source_id": cls.source_web.id, "funnel_obtained_at": at, **vals}
        with cls._clock(recorded or at):
            lead = leads.create(cls._lead_vals(**vals))
            lead.flush_recordset()
        return lead.with_context(funnel_happened_at=None)

    @classmethod
    def _tell(cls, lead, at, **vals):
        """Write on the lead what happened then."""
        lead.with_context(funnel_happened_at=at).write(vals)

    @classmethod
    def _go(cls, lead, at, stage):
        cls._tell(lead, at, stage_id=stage.id)

    @classmethod
    def _lose(cls, lead, at):
        lead.with_context(funnel_happened_at=at).action_set_lost()

    @classmethod
    def _restore(cls, lead, at):
        lead.with_context(funnel_happened_at=at).action_restore()

    @classmethod
    def _archive(cls, lead, at):
        """Archive an open lead: neither won nor lost."""
        with cls._clock(at):
            lead.write({"probability": 40})
            lead.action_archive()
            lead.flush_recordset()

    @classmethod
    def _review(cls, lead, at, grade):
        told = lead.with_user(cls.manager).with_context(funnel_happened_at=at)
        told.funnel_review_grade(grade.id, "reviewed")

    @classmethod
    def _build_history(cls):
        """Sixteen leads; the names say what each is there for."""
        story = {
            **cls._tell_of_wins(),
            **cls._tell_of_losses(),
            **cls._tell_of_open_leads(),
            **cls._tell_of_odd_leads(),
        }
        cls.env.flush_all()
        return story

    @classmethod
    def _tell_of_wins(cls):
        _new, middle, late, won = cls.stages

        skips = cls._obtain("2024-03-02 15:00", expected_revenue=1000, **FULL_PROSPECT)
        cls._go(skips, "2024-03-05 15:00", late)
        cls._review(skips, "2024-03-04 10:00", cls.grade_c)
        cls._go(skips, "2024-03-20 15:00", won)
        cls._review(skips, "2024-03-21 10:00", cls.grade_a)

        reopened = cls._obtain("2024-03-01 05:00", expected_revenue=700)
        cls._review(reopened, "2024-03-01 05:00", cls.grade_a)
        cls._go(reopened, "2024-03-10 15:00", won)
        cls._go(reopened, "2024-03-12 15:00", late)
        cls._go(reopened, "2024-04-03 15:00", won)

        born_won = cls._obtain(
            "2024-03-14 09:00",
            recorded="2024-03-15 09:00",
            told="2024-03-14 15:00",
            stage_id=won.id,
            expected_revenue=50,
        )

        of_manager = cls._obtain("2024-03-01 04:59:59", user_id=cls.manager.id)
        cls._go(of_manager, "2024-03-13 15:00", middle)
        cls._go(of_manager, "2024-03-13 15:00", won)
        return {
            "skips a stage and wins": skips,
            "is won, reopened and won again": reopened,
            "is born won": born_won,
            "of the manager, obtained in the last second of February": of_manager,
        }

    @classmethod
    def _tell_of_losses(cls):
        return {
            **cls._tell_of_returns(),
            **cls._tell_of_losses_at_the_end(),
        }

    @classmethod
    def _tell_of_returns(cls):
        new, middle, late, _won = cls.stages
        fair = cls.source_fair.id

        returns = cls._obtain(
            "2024-02-20 15:00",
            recorded="2024-02-22 15:00",
            told="2024-02-21 15:00",
            source_id=fair,
        )
        cls._go(returns, "2024-03-03 15:00", middle)
        cls._go(returns, "2024-03-08 15:00", new)
        cls._review(returns, "2024-03-09 15:00", cls.grade_a)
        cls._go(returns, "2024-03-15 15:00", late)
        cls._lose(returns, "2024-03-25 15:00")

        restored = cls._obtain(
            "2024-03-04 15:00", recorded="2024-03-06 15:00:01", source_id=fair
        )
        cls._lose(restored, "2024-03-07 15:00")
        cls._restore(restored, "2024-03-09 15:00")
        cls._go(restored, "2024-03-28 15:00", middle)
        return {
            "goes back, on, and is lost": returns,
            "is lost and restored": restored,
        }

    @classmethod
    def _tell_of_losses_at_the_end(cls):
        in_march = cls._obtain(
            "2024-03-07 15:00",
            team_id=cls.team_other.id,
            stage_id=cls.stage_other_team.id,
            source_id=cls.source_fair.id,
            funnel_need_fit="partial",
        )
        cls._lose(in_march, "2024-04-01 03:59:59")

        in_april = cls._obtain("2024-03-08 15:00")
        cls._review(in_april, "2024-04-01 04:00", cls.grade_b)
        cls._lose(in_april, "2024-04-01 04:00")

        of_nobody = cls._obtain(
            "2024-03-10 07:00", user_id=False, funnel_need_fit="none"
        )
        cls._lose(of_nobody, "2024-03-16 15:00")
        return {
            "is lost in the last second of March": in_march,
            "is lost in the first second of April": in_april,
            "of nobody, obtained when the clocks went forward": of_nobody,
        }

    @classmethod
    def _tell_of_open_leads(cls):
        _new, middle, late, _won = cls.stages

        since_january = cls._obtain("2024-01-10 15:00", source_id=False)
        cls._go(since_january, "2024-01-20 15:00", middle)

        moved_on = cls._obtain("2024-01-15 15:00")
        cls._go(moved_on, "2024-01-15 15:00", middle)
        cls._go(moved_on, "2024-03-02 15:00", late)

        undated = cls._obtain(
            "2024-03-12 15:00",
            recorded="2024-03-13 16:00",
            source_id=cls.source_fair.id,
        )
        cls._tell(undated, "2024-03-12 16:00", funnel_obtained_at=False)
        return {
            "has been open since January": since_january,
            "moved on after six weeks": moved_on,
            "obtained nobody knows when": undated,
        }

    @classmethod
    def _tell_of_odd_leads(cls):
        _new, middle, late, won = cls.stages
        fair = cls.source_fair.id

        archived = cls._obtain(
            "2024-03-05 15:00", recorded="2024-03-06 15:00", source_id=fair
        )
        cls._archive(archived, "2024-03-18 15:00")

        gone = cls._obtain("2024-03-06 15:00", source_id=fair)
        cls._review(gone, "2024-03-06 16:00", cls.grade_a)
        cls._go(gone, "2024-03-07 15:00", middle)
        kept = cls._obtain("2024-03-03 15:00", source_id=False)
        cls._go(kept, "2024-03-08 15:00", late)
        both = (gone + kept).with_user(cls.manager)
        both.with_context(funnel_happened_at="2024-03-09 15:00").merge_opportunity()

        foreign = cls._obtain(
            "2024-03-11 15:00",
            user_id=False,
            team_id=False,
            company_id=cls.company_foreign.id,
        )
        cls._go(foreign, "2024-03-12 15:00", won)
        return {
            "is archived": archived,
            "survives a merge": kept,
            "of a foreign company": foreign,
        }


# ------------------------------------------------------------
# The recount
# ------------------------------------------------------------


def wilson_by_roots(successes, n):
    """Both solutions of |rate − p| = z·√(p(1−p)/n), the interval's definition."""
    z = NormalDist().inv_cdf(0.975)
    a, b, c = n + z * z, 2 * successes + z * z, successes * successes / n
    root = sqrt(max(0.0, b * b - 4 * a * c))
    return (b - root) / (2 * a), (b + root) / (2 * a)


def survival_by_product(stays):
    """Share of stays still going after an age, straight from the definition.

    :param stays: ``[(age first seen, age last seen, whether it ended)]``
    :return: function of an age, and of the number at risk at an age
    """

    def at_risk(age):
        return sum(
            last >= age and (first < age or first == 0 or first == last == age)
            for first, last, _ended in stays
        )

    def survival(age):
        share = 1.0
        last_entry = max((first for first, _last, _ended in stays), default=0)
        for time in sorted(
            {last for _f, last, ended in stays if ended and last <= age}
        ):
            if time <= last_entry and at_risk(time) < len(stays) ** 0.5 / 2:
                continue
            ended = sum(event and last == time for _f, last, event in stays)
            share *= 1 - ended / at_risk(time)
        return share

    return survival, at_risk


class Recount:
    """The definitions of metrics.md in plain Python over the raw rows of the tables.

    Knows neither the addon's figures nor its record rules. Each figure is a tuple
    (value, numerator, denominator, n).
    """

    def __init__(self, env, now=NOW, to_company=lambda lead, _moment: lead["revenue"]):
        self.env, self.now, self.to_company = env, now, to_company
        env.flush_all()
        self.leads = self._fetch(
            """SELECT id, user_id, team_id, source_id, company_id, funnel_grade_id,
                      stage_id, create_date, active, won_status,
                      COALESCE(funnel_obtained_at, create_date) AS obtained,
                      funnel_obtained_at AS known_obtained,
                      COALESCE(expected_revenue, 0)::float AS revenue,
                      COALESCE(funnel_score, 0)::float AS score,
                      COALESCE(funnel_score_coverage, 0)::float AS coverage
                 FROM crm_lead ORDER BY id"""
        )
        self.moves = self._by_lead(
            """SELECT lead_id, to_stage_id AS stage, to_status AS status,
                      happened_at AS at, archived_at AS archived
                 FROM funnel_stage_move ORDER BY id"""
        )
        self.reviews = self._by_lead(
            """SELECT lead_id, to_grade_id AS grade, happened_at AS at
                 FROM funnel_grade_change WHERE kind = 'reviewed' ORDER BY id"""
        )
        self.losses = self._by_lead(
            """SELECT *, grade_id AS funnel_grade_id FROM funnel_loss
                WHERE state != 'reopened'"""
        )
        stages = self._fetch("SELECT id, sequence FROM crm_stage")
        self.rank = {stage["id"]: (stage["sequence"], stage["id"]) for stage in stages}

    def _fetch(self, query):
        self.env.cr.execute(query)
        return self.env.cr.dictfetchall()

    def _by_lead(self, query):
        rows = defaultdict(list)
        for row in self._fetch(query):
            rows[row["lead_id"]].append(row)
        return rows

    def get(self, code, start, end, sees=lambda _lead: True, groupby=None):
        """Return the figure, with ``groupby`` one for each key that is there.

        :param sees: predicate of a lead: seen by the reader and in the domain
        """
        groups = defaultdict(list)
        for key, item in self._items(code, start, end, sees, groupby):
            groups[key if groupby else None].append(item)
        make = getattr(self, f"_make_{code}")
        if groupby:
            return {key or False: make(items) for key, items in groups.items()}
        return make(groups[None])

    def _items(self, code, start, end, sees, groupby):
        """Yield ``(key, what counts for the figure)``."""
        leads = [lead for lead in self.leads if sees(lead)]
        if code == "grade_win_rate":
            return self._reviewed(leads, start, end, groupby)
        if code in OBTAINED_CODES:
            return self._obtained(leads, start, end, groupby)
        if code.startswith("stage_"):
            is_cohort = code == "stage_loss_rate"
            return self._stayed(leads, start, end, groupby, is_cohort)
        if code.startswith("loss_"):
            return self._lost(leads, start, end, groupby)
        return self._closed(leads, start, end, groupby)

    def _obtained(self, leads, start, end, groupby):
        for lead in leads:
            if start <= lead["obtained"] < end:
                yield lead.get(groupby), lead

    def _reviewed(self, leads, start, end, groupby):
        for lead in leads:
            for first in self.reviews[lead["id"]][:1]:
                if start <= first["at"] < end:
                    by_grade = groupby == "funnel_grade_id"
                    yield first["grade"] if by_grade else lead.get(groupby), lead

    def _closed(self, leads, start, end, groupby):
        for lead in leads:
            closing = self.closing(lead, end)
            if closing and closing["at"] >= start:
                yield lead.get(groupby), (lead, closing)

    def _lost(self, leads, start, end, groupby):
        """Losses by the ledger that hold to this day; the record tells the rest."""
        lost = []
        for lead in leads:
            closing = self.closing(lead, self.now + DAY)
            if closing and closing["status"] == "lost" and start <= closing["at"] < end:
                lost.append((lead, closing, *self.losses[lead["id"]]))
        for lead, closing, loss in lost:
            is_own = groupby in LOSS_FIELDS
            yield (loss if is_own else lead).get(groupby), (lead, closing, len(lost))

    def _stayed(self, leads, start, end, groupby, is_cohort):
        for lead in leads:
            for stay in self.stays(lead):
                key = stay["stage"] if groupby == "stage_id" else lead.get(groupby)
                seen = stay
                if not is_cohort:
                    seen = self._see(stay, start, end)
                elif not start <= stay["in"] < end:
                    seen = None
                if seen:
                    yield key, seen

    def closing(self, lead, end):
        """The change by which a lead came to be won or lost, as it is at ``end``."""
        status, closing = None, None
        for move in self.moves[lead["id"]]:
            if move["at"] < end and move["status"] != status:
                status, closing = move["status"], move
        return closing if status in ("won", "lost") else None

    def stays(self, lead):
        """Every stay of a lead: stage, in, out (None: still there), outcome."""
        moves = self.moves[lead["id"]]
        for move, after in zip(moves, [*moves[1:], None], strict=True):
            if move["status"] != "pending":
                continue
            left, outcome = move["archived"], "archived" if move["archived"] else "open"
            if after and (not left or (left, after["status"]) == (after["at"], "lost")):
                left, outcome = after["at"], after["status"]
                if outcome == "pending":
                    forward = self.rank[after["stage"]] > self.rank[move["stage"]]
                    outcome = "advanced" if forward else "returned"
            yield {
                "stage": move["stage"],
                "in": move["at"],
                "out": left,
                "how": outcome,
            }

    def _see(self, stay, start, end):
        """What the period shows of a stay; None when it does not touch it."""
        until = min(end, self.now)
        if stay["in"] >= end or (stay["out"] and stay["out"] < start) or start > until:
            return None
        ended = stay["out"] is not None and stay["out"] < end
        last = stay["out"] if ended else until
        return {
            "entered": stay["in"] >= start,
            "how": stay["how"] if ended else "open",
            "first": max(stay["in"], start) - stay["in"],
            "last": last - stay["in"],
        }

    # rates, means, counts

    def _rate(self, numerator, denominator, publish=True):
        value = numerator / denominator if denominator and publish else None
        return value, numerator, denominator, denominator

    def _count(self, items):
        return len(items), len(items), None, len(items)

    def _mean(self, values):
        n = len(values)
        return (sum(values) / n if n else None), sum(values), n, n

    # leads

    def _make_lead_count(self, leads):
        return self._count(leads)

    def _make_score_mean(self, leads):
        return self._mean([lead["score"] for lead in leads if lead["coverage"] > 0])

    def _make_entered_on_time(self, leads):
        known = [lead for lead in leads if lead["known_obtained"]]
        late = [lead for lead in known if lead["create_date"] - lead["obtained"] > DAY]
        return self._rate(len(known) - len(late), len(known))

    def _make_source_conversion(self, leads):
        won = sum(
            [
                move["status"]
                for move in self.moves[lead["id"]]
                if move["at"] <= lead["obtained"] + WIN_HORIZON
            ][-1:]
            == ["won"]
            for lead in leads
        )
        old = all(lead["obtained"] + WIN_HORIZON <= self.now for lead in leads)
        return self._rate(won, len(leads), old)

    def _make_grade_win_rate(self, leads):
        won = [lead for lead in leads if lead["won_status"] == "won"]
        return self._rate(len(won), len(leads))

    # closings

    def _only(self, closings, status):
        return [pair for pair in closings if pair[1]["status"] == status]

    def _cycles(self, closings):
        return [
            max(timedelta(0), closing["at"] - lead["obtained"]) / DAY
            for lead, closing in self._only(closings, "won")
        ]

    def _make_won_count(self, closings):
        return self._count(self._only(closings, "won"))

    def _make_lost_count(self, closings):
        return self._count(self._only(closings, "lost"))

    def _make_won_amount(self, closings):
        won = self._only(closings, "won")
        amount = sum(self.to_company(lead, closing["at"]) for lead, closing in won)
        return amount, amount, None, len(won)

    def _make_win_rate(self, closings):
        return self._rate(len(self._only(closings, "won")), len(closings))

    def _make_cycle_days_mean(self, closings):
        return self._mean(self._cycles(closings))

    def _make_cycle_days_median(self, closings):
        days = sorted(self._cycles(closings))
        n = len(days)
        value = (days[(n - 1) // 2] + days[n // 2]) / 2 if n else None
        return value, None, None, n

    # losses

    def _make_loss_count(self, losses):
        return self._count(losses)

    def _make_loss_share(self, losses):
        return self._rate(len(losses), losses[0][2] if losses else 0)

    def _make_loss_amount(self, losses):
        amount = sum(
            self.to_company(lead, closing["at"]) for lead, closing, _n in losses
        )
        return amount, amount, None, len(losses)

    # stages

    def _how(self, seen, *outcomes):
        return [stay for stay in seen if stay["how"] in outcomes]

    def _make_stage_entered(self, seen):
        return self._count([stay for stay in seen if stay["entered"]])

    def _make_stage_open(self, seen):
        return self._count(self._how(seen, "open"))

    def _make_stage_returned(self, seen):
        return self._count(self._how(seen, "returned"))

    def _make_stage_loss_count(self, seen):
        return self._count(self._how(seen, "lost"))

    def _make_stage_conversion(self, seen):
        advanced = len(self._how(seen, "advanced", "won"))
        return self._rate(advanced, len(self._how(seen, "advanced", "won", "lost")))

    def _make_stage_flow(self, seen):
        entered = self._make_stage_entered(seen)[0]
        return self._rate(len(self._how(seen, "advanced", "won")), entered)

    def _make_stage_loss_exposure(self, seen):
        days = sum((stay["last"] - stay["first"]) / DAY for stay in seen)
        lost = len(self._how(seen, "lost"))
        return (lost / days * 30 if days else None), lost, days / 30, len(seen)

    def _make_stage_loss_rate(self, stays):
        lost = [stay for stay in stays if stay["how"] == "lost"]
        lost = [stay for stay in lost if stay["out"] - stay["in"] <= STAGE_HORIZON]
        old = all(stay["in"] + STAGE_HORIZON <= self.now for stay in stays)
        return self._rate(len(lost), len(stays), old)

    def _ages(self, seen):
        return [
            (s["first"] / DAY, s["last"] / DAY, s["how"] not in ("open", "archived"))
            for s in seen
        ]

    def _dwell(self, seen, value_of):
        stays = self._ages(seen)
        finished = sum(ended for _first, _last, ended in stays)
        value = value_of(*survival_by_product(stays), stays) if stays else None
        return value, finished, len(stays), len(stays)

    def _make_stage_dwell_days(self, seen):
        def restricted(survival, at_risk, stays):
            ages = {last for _first, last, _ended in stays}
            tau = max(age for age in ages if at_risk(age) >= len(stays) / 10 - 1e-9)
            steps = sorted({0.0, *(age for age in ages if age < tau), tau})
            return sum(
                survival(left) * (right - left) for left, right in pairwise(steps)
            )

        return self._dwell(seen, restricted)

    def _reach(self, share):
        def reach(survival, _at_risk, stays):
            ages = sorted(last for _first, last, ended in stays if ended)
            return next(
                (age for age in ages if 1 - survival(age) >= share - 1e-9), None
            )

        return reach

    def _make_stage_dwell_median(self, seen):
        return self._dwell(seen, self._reach(0.5))

    def _make_stage_dwell_p80(self, seen):
        return self._dwell(seen, self._reach(0.8))

    def _make_stage_dwell_days_finished(self, seen):
        return self._mean([last for _first, last, ended in self._ages(seen) if ended])
