from typing import NamedTuple

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools.osutil import clean_filename

from ..tools.periods import Period, bounds_utc, period_of
from ..tools.workbook import Chart, Column, Note, Sheet, Table, Title, write_workbook
from .figure_table import figure_table, get_remark, value_cell

COHORT_MONTHS = 12  # months of reviews behind the win rate per grade
CHART_SIZE = {"width": 420, "height": 240}  # pixels; two fit beside each other
HEADLINES = [
    "lead_count",
    "entered_on_time",
    "score_mean",
    "won_count",
    "lost_count",
    "won_amount",
    "win_rate",
    "cycle_days_mean",
    "cycle_days_median",
]
STAGE_FIGURES = [
    "stage_entered",
    "stage_open",
    "stage_returned",
    "stage_loss_count",
    "stage_loss_exposure",
    "stage_dwell_days",
    "stage_dwell_median",
    "stage_dwell_days_finished",
]


LOSS_FIGURES = ["loss_count", "loss_share", "loss_amount"]


class Scope(NamedTuple):
    """What the workbook is about."""

    period: Period
    team: object  # crm.team record, empty for all teams
    domain: Domain


class FunnelMonthlyWorkbook(models.AbstractModel):
    """Layout of the monthly review workbook (S0-29, S0-33; F1, 线索分级清单).

    Every figure comes from ``funnel.metrics``; this only says where it stands.
    """

    _name = "funnel.monthly.workbook"
    _description = "Monthly review workbook"

    def _write_to(self, stream, month, team=None):
        """Write the workbook of a month for the current company.

        :param stream: binary stream, opened for writing
        :param date month: any day of the month
        :param team: ``crm.team`` record; None for all teams
        :return: file name
        """
        scope = self._get_scope(month, team)
        local_now = fields.Datetime.context_timestamp(self, self.env.cr.now())
        write_workbook(
            stream,
            self._get_sheets(scope),
            title=self._get_title(scope),
            author=self.env.company.name,
            created=local_now.replace(tzinfo=None),
        )
        return clean_filename(f"{self._get_title(scope)}.xlsx", "-")

    def _get_scope(self, month, team):
        team = team or self.env["crm.team"]
        domain = Domain("company_id", "in", [self.env.company.id, False])
        if team:
            domain &= Domain("team_id", "=", team.id)
        return Scope(period_of("month", month), team, domain)

    def _get_title(self, scope):
        title = self.env._("Monthly sales review %s", scope.period.label)
        return f"{title} {scope.team.name}" if scope.team else title

    def _get_sheets(self, scope):
        """Yield the sheets in order. Override to add one."""
        yield self._get_cover(scope)
        yield self._get_kpi_sheet(scope)
        yield self._get_stage_sheet(scope)
        yield self._get_register_sheet(scope)
        yield self._get_grading_sheet(scope)
        yield from self._get_gate_sheets(scope)
        yield from self._get_work_sheets(scope)

    # ------------------------------------------------------------
    # COVER
    # ------------------------------------------------------------

    def _get_cover(self, scope):
        return Sheet(
            self.env._("Cover"),
            [
                Title(self._get_title(scope)),
                Table(
                    [
                        Column(self.env._("Scope"), width=26),
                        Column(self.env._("Content"), width=90),
                    ],
                    self._get_scope_facts(scope),
                ),
                Note(self._get_reading_notes()),
                Table(
                    [
                        Column(self.env._("Figure"), width=26),
                        Column(self.env._("Definition"), width=90),
                    ],
                    self._get_definitions(),
                    title=self.env._("Definitions"),
                ),
            ],
            landscape=False,
        )

    def _get_scope_facts(self, scope):
        company = self.env.company
        zone = company._funnel_get_tz()
        last_day = fields.Date.subtract(scope.period.date_to, days=1)
        as_of = fields.Datetime.context_timestamp(
            self.with_context(tz=zone), self.env.cr.now()
        )
        return [
            (self.env._("Period"), f"{scope.period.date_from} – {last_day}"),
            (self.env._("Company"), company.name),
            (self.env._("Team"), scope.team.name or self.env._("All teams")),
            (self.env._("As of"), f"{as_of:%Y-%m-%d %H:%M} ({zone})"),
            (self.env._("Currency"), company.currency_id.name),
            (self.env._("Read by"), self._get_reader()),
        ]

    def _get_definitions(self):
        specs = self.env["funnel.metrics"]._get_specs()
        used = [*HEADLINES, "grade_win_rate", *STAGE_FIGURES]
        used += ["stage_conversion", "stage_loss_rate", "source_conversion"]
        used += LOSS_FIGURES
        return [(specs[code].label, specs[code].definition) for code in used]

    def _get_reader(self):
        """Whose rights decided which leads count."""
        return (
            self.env._("the system: all leads") if self.env.su else self.env.user.name
        )

    def _get_reading_notes(self):
        company = self.env.company
        return [
            self.env._(
                "Leads that the reader may not see are left out. “—” means no data, "
                "not zero."
            ),
            self.env._(
                "Rates show numerator, denominator and a 95 %% interval (Wilson); "
                "below %s leads they are marked “too few”.",
                company.funnel_min_sample,
            ),
            self.env._(
                "Loss rates judge stays %(stage)s days after they began, conversions "
                "of sources leads %(win)s days after they were obtained.",
                stage=company.funnel_stage_horizon,
                win=company.funnel_win_horizon,
            ),
        ]

    # ------------------------------------------------------------
    # KEY FIGURES
    # ------------------------------------------------------------

    def _get_kpi_sheet(self, scope):
        grades = self._get_grade_table(scope)
        sources = self._get_source_table(scope)
        return Sheet(
            self.env._("Key figures"),
            [
                Title(self.env._("Key figures %s", scope.period.label)),
                self._get_headline_table(scope),
                grades,
                Chart(
                    "column",
                    self.env._("Win rate per grade"),
                    grades,
                    series=[(self.env._("Win rate"), 1)],
                    **CHART_SIZE,
                ),
                Chart(
                    "doughnut",
                    self.env._("New leads per source"),
                    sources,
                    series=[(self.env._("New leads"), 6)],
                    **CHART_SIZE,
                    beside=True,
                ),
                sources,
            ],
        )

    def _get_figures(self, scope, codes, period=None, groupby=None):
        period = period or scope.period
        return self.env["funnel.metrics"]._get_figures(
            codes, period.date_from, period.date_to, scope.domain, groupby
        )

    def _get_headline_table(self, scope):
        """The month's figures beside those of the month before, A leads first."""
        specs = self.env["funnel.metrics"]._get_specs()
        now = self._get_figures(scope, HEADLINES)
        before = self._get_figures(scope, HEADLINES, scope.period.previous())
        rows = [(specs[code].label, now[code], before[code]) for code in HEADLINES]
        return figure_table(self.env, self.env._("This month"), rows)

    def _get_grade_table(self, scope):
        """Win rate by first reviewed grade: A leads and the others (S0-29, D12)."""
        code = "grade_win_rate"
        now = self._get_grade_cohort(scope, scope.period)
        before = self._get_grade_cohort(scope, scope.period.previous())
        empty = self._get_empty(code)
        rows = [
            (
                self.env._("%s leads: won ÷ graded", grade.name),
                now.get(grade.id, empty),
                before.get(grade.id, empty),
            )
            for grade in self.env["funnel.grade"].search([])
        ]
        title = self.env._(
            "Win rate per grade, leads first reviewed in the last %s months",
            COHORT_MONTHS,
        )
        return figure_table(self.env, title, rows)

    def _get_grade_cohort(self, scope, last_month):
        first = fields.Date.subtract(last_month.date_to, months=COHORT_MONTHS)
        code = "grade_win_rate"
        return self.env["funnel.metrics"]._get_figures(
            [code], first, last_month.date_to, scope.domain, "funnel_grade_id"
        )[code]

    def _get_empty(self, code):
        """A figure over nothing."""
        return self.env["funnel.metrics"]._get_specs()[code].make(None)

    def _get_source_table(self, scope):
        """Conversion of leads old enough to be judged, and what each source brought.

        The columns stand under those of the other tables of the sheet.
        """
        mature = scope.period.shift_days(-self.env.company.funnel_win_horizon)
        code = "source_conversion"
        cohort = self._get_figures(scope, [code], mature, "source_id")[code]
        brought = ["lead_count", "won_amount"]
        month = self._get_figures(scope, brought, groupby="source_id")
        figures = {code: cohort, **month}
        names = self._get_names("utm.source", set().union(*figures.values()))
        rows = []
        for key, name in names.items():
            share, leads, amount = (
                figures[code].get(key, self._get_empty(code)) for code in figures
            )
            parts = (*share[:3], *share[5:7])
            rows.append(
                (name, *parts, leads.value, amount.value, get_remark(self.env, share))
            )
        rows.sort(key=lambda row: -row[6])
        title = self.env._(
            "Sources: conversion of the leads obtained from %(first)s to %(last)s; "
            "new leads and won amount of this month",
            first=mature.date_from,
            last=fields.Date.subtract(mature.date_to, days=1),
        )
        return Table(self._get_source_columns(), rows, title=title)

    def _get_source_columns(self):
        return [
            Column(self.env._("Source")),
            Column(self.env._("Conversion"), "percent", dash=True),
            Column(self.env._("Won"), "integer"),
            Column(self.env._("Judged"), "integer"),
            Column(self.env._("95 % from"), "percent"),
            Column(self.env._("95 % to"), "percent"),
            Column(self.env._("New leads"), "integer"),
            Column(self.env._("Won amount"), "money"),
            Column(self.env._("Remark")),
        ]

    def _get_names(self, model, keys):
        """Return ``{id or False: name}`` of records that figures are grouped by."""
        records = self.env[model].sudo().browse(sorted(key for key in keys if key))
        names = {record.id: record.display_name for record in records}
        return names | ({False: self.env._("(none)")} if False in keys else {})

    # ------------------------------------------------------------
    # STAGES
    # ------------------------------------------------------------

    def _get_stage_sheet(self, scope):
        table = self._get_stage_table(scope)
        losses = self._get_loss_table(scope)
        return Sheet(
            self.env._("Stages"),
            [
                Title(self.env._("Stages %s", scope.period.label)),
                table,
                Chart(
                    "bar",
                    self.env._("Leads in each stage at the end of the period"),
                    table,
                    series=[(self.env._("Leads"), 2)],
                    **CHART_SIZE,
                ),
                Chart(
                    "column",
                    self.env._("Loss rate per stage"),
                    losses,
                    series=[(self.env._("Loss rate"), 1)],
                    **CHART_SIZE,
                    beside=True,
                ),
                self._get_conversion_table(scope),
                losses,
            ],
        )

    def _get_stages(self, keys):
        return self.env["crm.stage"].search(
            [("id", "in", [key for key in keys if key])]
        )

    def _get_stage_table(self, scope):
        figures = self._get_figures(scope, STAGE_FIGURES, groupby="stage_id")
        specs = self.env["funnel.metrics"]._get_specs()
        rows = [
            (
                stage.name,
                *(value_cell(figures[code][stage.id]) for code in STAGE_FIGURES),
            )
            for stage in self._get_stages(figures["stage_entered"])
        ]
        columns = [
            Column(specs[code].label, "cell", dash=True) for code in STAGE_FIGURES
        ]
        return Table([Column(self.env._("Stage")), *columns], rows)

    def _get_conversion_table(self, scope):
        """Conversion per stage, of the leads that left it this month."""
        return self._get_rate_table(
            scope,
            "stage_conversion",
            self.env._("Conversion: advanced ÷ (advanced + lost) this month"),
        )

    def _get_loss_table(self, scope):
        """Loss rate per stage, of the stays that reached the horizon this month."""
        horizon = self.env.company.funnel_stage_horizon
        title = self.env._(
            "Loss rate: lost within %s days of entering the stage", horizon
        )
        return self._get_rate_table(scope, "stage_loss_rate", title, horizon)

    def _get_rate_table(self, scope, code, title, days_before=0):
        """A rate per stage, this month or so many days earlier, and a month before."""
        now, before = (
            self._get_figures(
                scope, [code], period.shift_days(-days_before), "stage_id"
            )
            for period in (scope.period, scope.period.previous())
        )
        empty = self._get_empty(code)
        rows = [
            (
                stage.name,
                now[code].get(stage.id, empty),
                before[code].get(stage.id, empty),
            )
            for stage in self._get_stages({*now[code], *before[code]})
        ]
        return figure_table(self.env, title, rows, self.env._("Stage"))

    # ------------------------------------------------------------
    # FORMS
    # ------------------------------------------------------------

    def _get_register_sheet(self, scope):
        """F1, the leads obtained in the month."""
        _ = self.env._
        return Sheet(
            _("Initial lead register"),
            [
                Table(
                    [
                        Column(_("Lead no."), width=14),
                        Column(_("Source channel"), width=16),
                        Column(_("Client / person"), width=32),
                        Column(_("Contact information"), width=38),
                        Column(_("Industry of the client"), width=20),
                        Column(_("Initial need"), width=40),
                        Column(_("Obtained on"), "date"),
                        Column(_("Owner"), width=14),
                        Column(_("First tags"), width=20),
                    ],
                    self._read_register(
                        scope.domain & self._get_obtained_domain(scope)
                    ),
                )
            ],
        )

    def _get_grading_sheet(self, scope):
        """Grade list: graded leads that are open or were obtained in the month."""
        _ = self.env._
        domain = scope.domain & Domain("funnel_grade_id", "!=", False)
        is_open = Domain("won_status", "=", "pending") & Domain("active", "=", True)
        domain &= is_open | self._get_obtained_domain(scope)
        states = dict(
            self.env["crm.lead"]
            ._fields["funnel_grade_state"]
            ._description_selection(self.env)
        )
        pursued = {True: _("On the key list"), False: _("Not pursued for now")}
        return Sheet(
            _("Lead grade list"),
            [
                Table(
                    [
                        Column(_("Lead no."), width=14),
                        Column(_("Client / person"), width=32),
                        Column(_("Industry of the client"), width=20),
                        Column(_("Owner"), width=14),
                        Column(_("Stage"), width=14),
                        Column(_("Score"), "days", dash=True),
                        Column(_("Coverage"), "percent", dash=True),
                        Column(_("Suggested grade")),
                        Column(_("Grade")),
                        Column(_("Reason of the grade"), width=40),
                        Column(_("Grade review"), width=12),
                        Column(_("Reviewed on"), "date"),
                        Column(_("Follow-up"), width=21),
                    ],
                    (
                        (*row[:10], states.get(row[10]), row[11], pursued.get(row[12]))
                        for row in self._read_grading(domain)
                    ),
                )
            ],
        )

    def _get_obtained_domain(self, scope):
        """Leads that ``lead_count`` counts."""
        start, end = bounds_utc(
            scope.period.date_from,
            scope.period.date_to,
            self.env.company._funnel_get_tz(),
        )
        known = Domain("funnel_obtained_at", ">=", start)
        known &= Domain("funnel_obtained_at", "<", end)
        recorded = Domain("funnel_obtained_at", "=", False)
        recorded &= Domain("create_date", ">=", start) & Domain("create_date", "<", end)
        return known | recorded
