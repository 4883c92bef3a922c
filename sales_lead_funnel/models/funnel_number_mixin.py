import re
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..exceptions import FunnelRegisterError

SEQUENCE_CODE = "funnel.lead.number"


class FunnelNumberMixin(models.AbstractModel):
    """Lead numbers like LX2024001, counted per company and year (F1).

    They come from core's sequences (Settings › Technical › Sequences): one per
    company, a subsequence per year of the date the lead was obtained. The numbers of
    a batch are drawn in one query and without locks, so creating leads never waits
    for somebody else's import.
    """

    _name = "funnel.number.mixin"
    _description = "Lead number"

    funnel_code = fields.Char(
        string="Lead no.",
        compute="_compute_funnel_code",
        store=True,
        readonly=False,
        copy=False,
        help="Given when the lead is created; a number that is imported is kept.",
    )
    funnel_code_company_id = fields.Many2one(
        "res.company",
        string="Numbered in",
        compute="_compute_funnel_code",
        store=True,
        copy=False,
        export_string_translation=False,
    )

    _funnel_code_unique = models.UniqueIndex(
        "(funnel_code_company_id, funnel_code) WHERE funnel_code IS NOT NULL",
        "This lead number is already in use in the company.",
    )

    @api.depends("company_id")
    def _compute_funnel_code(self):
        """Number new leads, and keep numbers unique when leads change company.

        A lead that goes to another company keeps its number if it is free there;
        else it gets a new one.
        """
        real = self.filtered(lambda lead: isinstance(lead.id, int))
        for lead in self:
            lead.funnel_code = lead.funnel_code
            lead.funnel_code_company_id = lead.funnel_code_company_id
        for (company, year), leads in real._funnel_group_by_counter().items():
            leads._funnel_number(company, year)

    def _funnel_group_by_counter(self):
        """Return ``{(company, year): leads}`` of the leads to be numbered there."""
        groups = defaultdict(lambda: self.browse())
        for lead in self:
            company = lead.company_id or lead.funnel_code_company_id or self.env.company
            if not lead.funnel_code or company != lead.funnel_code_company_id:
                groups[company, lead._funnel_get_number_year()] |= lead
        return groups

    def _funnel_number(self, company, year):
        arriving = self.filtered("funnel_code")
        taken = arriving._funnel_find_taken(arriving.mapped("funnel_code"), company)
        missing = self.filtered(
            lambda lead: not lead.funnel_code or lead.funnel_code in taken
        )
        codes = missing._funnel_draw(self._funnel_get_counter(company, year), company)
        for lead, code in zip(missing, codes, strict=True):
            lead.funnel_code = code
        self.funnel_code_company_id = company

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        given = leads.browse()
        for lead, vals in zip(leads, vals_list, strict=True):
            if vals.get("funnel_code"):
                given |= lead
                if lead.funnel_code != vals["funnel_code"]:
                    raise self._funnel_number_error(vals["funnel_code"])
        given._funnel_take_given_numbers()
        return leads

    def write(self, vals):
        result = super().write(vals)
        if "funnel_code" in vals:
            given = self.filtered("funnel_code")
            given._funnel_take_given_numbers()
            self.env.add_to_compute(self._fields["funnel_code"], self - given)
        return result

    def _funnel_take_given_numbers(self):
        """Check numbers given from outside and let the counters move past them.

        :raise FunnelRegisterError: another lead of the company has the number
        """
        groups = defaultdict(lambda: self.browse())
        for lead in self:
            company = lead.company_id or lead.funnel_code_company_id or self.env.company
            groups[company, lead._funnel_get_number_year()] |= lead
        for (company, year), leads in groups.items():
            leads._funnel_check_number_is_free(company)
            if leads.funnel_code_company_id != company:
                leads.funnel_code_company_id = company
            counter = self._funnel_get_counter(company, year)
            counter._funnel_move_past(leads.mapped("funnel_code"))

    def _funnel_get_number_year(self):
        moment = self.funnel_obtained_at or self.create_date or fields.Datetime.now()
        return fields.Datetime.context_timestamp(self, moment).year

    @api.model
    def _funnel_get_counter(self, company, year):
        """Return the company's subsequence of the year, made at first use.

        Sudo: a rep may not touch sequences; only the counter of a lead that the
        rep could create is read.
        """
        sequences = self.env["ir.sequence"].sudo()
        domain = [("code", "=", SEQUENCE_CODE), ("company_id", "=", company.id)]
        sequence = sequences.search(domain, limit=1)
        if not sequence:
            shared = [("code", "=", SEQUENCE_CODE), ("company_id", "=", False)]
            pattern = sequences.search(shared, limit=1)
            values = {"company_id": company.id, "name": f"{pattern.name} {company.name}"}
            sequence = pattern.copy(values)
        return sequence._get_current_sequence(fields.Date.to_date(f"{year}-07-01"))

    def _funnel_draw(self, counter, company):
        """Draw as many free numbers as there are leads.

        A number that somebody typed in by hand may lie ahead of the counter, so
        drawn numbers are checked, and replaced by further ones if taken.
        """
        codes = counter._funnel_draw(len(self)) if self else []
        while taken := self._funnel_find_taken(codes, company):
            codes = [code for code in codes if code not in taken]
            codes += counter._funnel_draw(len(self) - len(codes))
        return codes

    @api.model
    def _funnel_find_taken(self, codes, company):
        """Return the numbers that leads of the company already have.

        Sudo in SQL: a number is taken also by a lead the user cannot see.
        """
        if not codes:
            return {}
        rows = self.env.execute_query(
            SQL(
                """SELECT funnel_code, id FROM crm_lead
                    WHERE funnel_code_company_id = %s AND funnel_code IN %s""",
                company.id,
                tuple(codes),
            )
        )
        return dict(rows)

    def _funnel_check_number_is_free(self, company):
        """Refuse a given number that another lead of the company has.

        :raise FunnelRegisterError: names the number and what to do
        """
        codes = self.mapped("funnel_code")
        for code, leads in self.grouped("funnel_code").items():
            if len(leads) > 1:
                raise self._funnel_number_error(code)
        taken = self.with_context(active_test=False).sudo().search_fetch(
            [
                ("funnel_code", "in", codes),
                ("funnel_code_company_id", "=", company.id),
                ("id", "not in", self.ids),
            ],
            ["funnel_code"],
            limit=1,
        )
        if taken:
            raise self._funnel_number_error(taken.funnel_code)

    def _funnel_number_error(self, code):
        return FunnelRegisterError(
            self.env._(
                "“Lead no.” %(code)s is already used by another lead. Leave the "
                "number empty to get the next free one, or correct it.",
                code=code,
            )
        )


class IrSequenceDateRange(models.Model):
    _inherit = "ir.sequence.date_range"

    def _funnel_draw(self, count):
        """Draw ``count`` numbers of this subsequence in one query."""
        numbers = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                self._funnel_get_pg_name(),
                count,
            )
        )
        sequence = self.sequence_id.with_context(ir_sequence_date_range=self.date_from)
        return [sequence.get_next_char(number) for (number,) in numbers]

    def _funnel_move_past(self, codes):
        """Let the counter continue after the highest of these numbers.

        ``setval`` takes no lock; if the transaction fails a gap remains, no more.
        """
        sequence = self.sequence_id.with_context(ir_sequence_date_range=self.date_from)
        prefix, suffix = sequence._get_prefix_suffix()
        pattern = re.compile(rf"{re.escape(prefix)}(\d+){re.escape(suffix)}")
        matches = filter(None, map(pattern.fullmatch, codes))
        highest = max((int(match[1]) for match in matches), default=0)
        if highest:
            name = self._funnel_get_pg_name()
            self.env.cr.execute(
                SQL(
                    """SELECT setval(%(name)s, %(highest)s)
                         FROM %(sequence)s
                        WHERE last_value < %(highest)s
                           OR (last_value = %(highest)s AND NOT is_called)""",
                    name=name,
                    highest=highest,
                    sequence=SQL.identifier(name),
                )
            )

    def _funnel_get_pg_name(self):
        """Name of the database sequence behind this subsequence, as core names it."""
        return f"ir_sequence_{self.sequence_id.id:03d}_{self.id:03d}"
