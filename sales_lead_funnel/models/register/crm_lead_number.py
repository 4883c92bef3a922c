from collections import Counter, defaultdict

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ...exceptions import FunnelRegisterError
from ...tools.names import given_number
from ..base.derived import with_step
from ..base.hidden import HiddenMany2one
from ..base.rights import is_manager
from ..base.zones import get_company_day

SEQUENCE_CODE = "funnel.lead.number"
DEFAULT_SEQUENCE = {  # as installed, for when somebody deleted the shared one
    "name": "Lead number",
    "code": SEQUENCE_CODE,
    "prefix": "LX%(range_year)s",
    "padding": 3,
    "use_date_range": True,
}


class CrmLead(models.Model):
    """Lead numbers like LX2024001, counted per company and year (F1).

    They come from core's sequences (Settings › Technical › Sequences): one per
    company, a subsequence per year of the date the lead was obtained. The numbers of
    a batch are drawn in one query and without locks, so creating leads never waits
    for somebody else's import.
    """

    _inherit = "crm.lead"

    funnel_code = fields.Char(
        string="Lead no.",
        compute="_compute_funnel_code",
        store=True,
        readonly=False,
        copy=False,
        help="Given when the lead is created; a number that is imported is kept.",
    )
    funnel_code_company_id = HiddenMany2one(
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
            company = lead._funnel_get_number_company()
            if not lead.funnel_code or company != lead.funnel_code_company_id:
                groups[company, lead._funnel_get_number_year()] |= lead
        return groups

    def _funnel_number(self, company, year):
        arriving = self.filtered("funnel_code")
        taken = self._funnel_find_taken(arriving.mapped("funnel_code"), company)
        kept, missing = set(), self - arriving
        for lead in arriving:
            if lead.funnel_code in kept or lead.funnel_code in taken:
                missing |= lead
            else:
                kept.add(lead.funnel_code)
        counter = self._funnel_get_counter(company, year)
        codes = missing._funnel_draw(counter, company, kept)
        for lead, code in zip(missing, codes, strict=True):
            lead.funnel_code = code
        self.funnel_code_company_id = company

    def _funnel_prepare_number(self, vals):
        """Leave an empty number out, as forms send it, so that one is given.

        What a file writes where it has none is empty as well.
        """
        vals = dict(vals)
        code = vals.pop("funnel_code", False)
        code = given_number(code or self.env.context.get("default_funnel_code"))
        return {**vals, "funnel_code": code} if code else vals

    def _funnel_prepare_numbers(self, vals_list):
        """Read the numbers that new leads are given."""
        vals_list = [self._funnel_prepare_number(vals) for vals in vals_list]
        if any("funnel_code" in vals for vals in vals_list):
            self.flush_model(["funnel_code", "funnel_code_company_id"])
        return vals_list

    def _funnel_number_new(self, vals_list):
        """Number new leads, but for those that were given one, each its own."""
        given = self.browse()
        for lead, vals in zip(self, vals_list, strict=True):
            if "funnel_code" in vals:
                given |= lead
                if lead.funnel_code != vals["funnel_code"]:
                    raise self._funnel_number_error(vals["funnel_code"])
        given._funnel_take_given_numbers()
        self._recompute_recordset(["funnel_code"])

    def _funnel_prepare_renumbering(self, vals):
        """Check a number that is written, before any flush hits the unique index."""
        vals = {**vals, "funnel_code": given_number(vals["funnel_code"]) or False}
        self._funnel_check_may_renumber(vals["funnel_code"])
        if vals["funnel_code"]:
            self._funnel_check_written_number(vals)
        return vals

    def _funnel_renumber(self):
        """Take the numbers that were written; without one, a lead is given another."""
        given = self.filtered("funnel_code")
        given._funnel_take_given_numbers()
        self.env.add_to_compute(self._fields["funnel_code"], self - given)

    def _funnel_check_may_renumber(self, code):
        """A number is on paper already: reps leave it as it is.

        :raise FunnelRegisterError: names the lead and what to do
        """
        if is_manager(self.env):
            return
        for lead in self:
            if lead.funnel_code and lead.funnel_code != code:
                raise FunnelRegisterError(
                    self.env._(
                        "%(lead)s: “Lead no.” is %(code)s. Ask a manager to change it.",
                        lead=lead.display_name,
                        code=lead.funnel_code,
                    )
                )

    def _funnel_take_given_numbers(self):
        """Check numbers given from outside and let the counters move past them.

        :raise FunnelRegisterError: another lead of the company has the number
        """
        groups = defaultdict(lambda: self.browse())
        for lead in self:
            company = lead._funnel_get_number_company()
            groups[company, lead._funnel_get_number_year()] |= lead
        for (company, year), leads in groups.items():
            leads._funnel_check_numbers_are_free(leads.mapped("funnel_code"), company)
            if leads.funnel_code_company_id != company:
                with_step(leads).funnel_code_company_id = company
            counter = self._funnel_get_counter(company, year)
            counter._funnel_move_past(
                leads.mapped("funnel_code"), company.funnel_number_step
            )

    def _funnel_get_number_company(self):
        return self.company_id or self.funnel_code_company_id or self.env.company

    def _funnel_get_number_year(self):
        """Return the year it was where the company is, whoever enters the lead."""
        moment = self.funnel_obtained_at or self.create_date or fields.Datetime.now()
        return get_company_day(self._funnel_get_number_company(), moment).year

    @api.model
    def _funnel_get_counter(self, company, year):
        """Return what counts for the company and year, made at first use.

        That is a subsequence, or the sequence itself where somebody switched its
        subsequences off. Sudo: a rep may not touch sequences; only the counter of a
        lead that the rep could create is read.

        :raise ConcurrencyError: somebody else makes the same subsequence just now; the
            request is tried again
        """
        sequences = self.env["ir.sequence"].sudo()
        domain = [("code", "=", SEQUENCE_CODE), ("company_id", "=", company.id)]
        sequence = sequences.search(domain, limit=1)
        if not sequence:
            sequence = self._funnel_make_sequence(company)
        try:
            return sequence._get_current_sequence(fields.Date.to_date(f"{year}-07-01"))
        except UniqueViolation as error:
            raise ConcurrencyError("first lead of the year, twice at once") from error

    @api.model
    def _funnel_make_sequence(self, company):
        """Copy the shared sequence for a company."""
        sequences = self.env["ir.sequence"].sudo()
        shared = [("code", "=", SEQUENCE_CODE), ("company_id", "=", False)]
        pattern = sequences.search(shared, limit=1)
        name = pattern.name or DEFAULT_SEQUENCE["name"]
        values = {"company_id": company.id, "name": f"{name} {company.name}"}
        if pattern:
            return pattern.copy(values)
        return sequences.create({**DEFAULT_SEQUENCE, **values})

    def _funnel_draw(self, counter, company, kept):
        """Draw as many free numbers as there are leads.

        A number that somebody typed in by hand may lie ahead of the counter, so
        drawn numbers are checked, and replaced by further ones if taken. A counter
        that lags behind (made anew, two years with one prefix) is moved on in leaps.

        :param set kept: numbers that other leads bring along just now
        """
        codes = counter._funnel_draw(len(self)) if self else []
        while taken := self._funnel_find_taken(codes, company) | (kept & set(codes)):
            numbers = self._funnel_get_numbers(company)
            counter._funnel_move_past(numbers, company.funnel_number_step)
            codes = [code for code in codes if code not in taken]
            codes += counter._funnel_draw(len(self) - len(codes))
        return codes

    def _funnel_find_taken(self, codes, company):
        """Return the numbers that other leads of the company already have.

        Those of leads being created, whose company is not noted yet, count too.
        Sudo in SQL: a number is taken also by a lead the user cannot see.
        """
        if not codes:
            return set()
        rows = self.env.execute_query(
            SQL(
                """SELECT funnel_code FROM crm_lead
                    WHERE funnel_code IN %s AND id NOT IN %s
                      AND (funnel_code_company_id = %s
                           OR funnel_code_company_id IS NULL)""",
                tuple(codes),
                tuple(self.ids),
                company.id,
            )
        )
        return {code for (code,) in rows}

    @api.model
    def _funnel_get_numbers(self, company):
        """Return all numbers of a company, also of leads the user cannot see."""
        rows = self.env.execute_query(
            SQL(
                """SELECT funnel_code FROM crm_lead
                    WHERE funnel_code_company_id = %s AND funnel_code IS NOT NULL""",
                company.id,
            )
        )
        return [code for (code,) in rows]

    def _funnel_check_written_number(self, vals):
        """Check before writing, because any flush would hit the unique index."""
        self.flush_model(["funnel_code", "funnel_code_company_id"])
        target = self.env["res.company"].browse(vals.get("company_id"))
        groups = self.grouped(lambda lead: target or lead._funnel_get_number_company())
        for company, leads in groups.items():
            codes = [vals["funnel_code"]] * len(leads)
            leads._funnel_check_numbers_are_free(codes, company)

    def _funnel_check_numbers_are_free(self, codes, company):
        """Refuse numbers for these leads that another lead of the company has.

        In SQL: a search would first write the numbers, and hit the unique index.

        :raise FunnelRegisterError: names the number and what to do
        """
        twice = [code for code, count in Counter(codes).items() if count > 1]
        taken = twice or [
            code
            for (code,) in self.env.execute_query(
                SQL(
                    """SELECT funnel_code FROM crm_lead
                        WHERE funnel_code_company_id = %s AND funnel_code IN %s
                          AND id NOT IN %s LIMIT 1""",
                    company.id,
                    tuple(codes),
                    tuple(self.ids),
                )
            )
        ]
        if taken:
            raise self._funnel_number_error(taken[0])

    def _funnel_number_error(self, code):
        return FunnelRegisterError(
            self.env._(
                "“Lead no.” %(code)s is already used by another lead. Leave the "
                "number empty to get the next free one, or correct it.",
                code=code,
            )
        )
