from datetime import date

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.base.calendar import FIRST_YEAR, LAST_YEAR
from ..models.base.zones import get_sql_day


class LeadColumns:
    """Builds the columns of one query on leads, joining what names need.

    :param alias: where the leads stand in the query, when joined to something else
    """

    def __init__(self, leads, query, alias=None):
        self.leads = leads
        self.query = query
        self.alias = alias or leads._table
        self.env = leads.env

    def field(self, name):
        return self.leads._field_to_sql(self.alias, name, self.query)

    def related(self, name, other="name"):
        """A field of the record that a many2one points to."""
        alias, comodel = self._join(self.alias, self.leads[name], name)
        return comodel._field_to_sql(alias, other, self.query)

    def owner(self):
        alias, users = self._join(self.alias, self.leads.user_id, "user_id")
        alias, partners = self._join(alias, users.partner_id, "partner_id")
        return partners._field_to_sql(alias, "name", self.query)

    def client(self):
        """Company, or person with the mark that makes it importable again (F1)."""
        alias, partners = self._join(self.alias, self.leads.partner_id, "partner_id")
        return SQL(
            """COALESCE(NULLIF(%(company)s, ''), NULLIF(%(partner_company)s, ''),
                        COALESCE(NULLIF(%(contact)s, ''), %(partner)s)
                            || %(person)s)""",
            company=self.field("partner_name"),
            partner_company=partners._field_to_sql(
                alias, "commercial_company_name", self.query
            ),
            contact=self.field("contact_name"),
            partner=partners._field_to_sql(alias, "name", self.query),
            person=self.env._("(person)"),
        )

    def contact(self):
        return SQL(
            "concat_ws(' / ', NULLIF(%s, ''), NULLIF(%s, ''))",
            self.field("phone"),
            self.field("email_from"),
        )

    def local_date(self, sql):
        """The date of a UTC datetime where the company is, empty in odd years."""
        return SQL(
            """(SELECT local.day FROM (SELECT %s AS day) local
                 WHERE local.day BETWEEN %s AND %s)""",
            get_sql_day(self.env.company._funnel_get_tz(), sql),
            date(FIRST_YEAR, 1, 1),
            date(LAST_YEAR, 12, 31),
        )

    def tags(self):
        """Names of the tags, separated by commas."""
        name = self.env["crm.tag"]._field_to_sql("tag", "name", self.query)
        return SQL(
            """(SELECT string_agg(%s, ', ' ORDER BY tag.id)
                  FROM crm_tag tag JOIN crm_tag_rel rel ON rel.tag_id = tag.id
                 WHERE rel.lead_id = crm_lead.id)""",
            name,
        )

    def amount(self, name):
        """An amount of core's, which makes 0 of what nobody told."""
        return SQL("NULLIF(%s, 0)", self.field(name))

    def known(self, name):
        """A figure of the score, NULL where nothing is known of the lead."""
        coverage = self.field("funnel_score_coverage")
        return SQL("CASE WHEN %s > 0 THEN %s::float END", coverage, self.field(name))

    def reviewed_at(self):
        return SQL(
            """(SELECT max(happened_at) FROM funnel_grade_change
                 WHERE lead_id = crm_lead.id AND kind = 'reviewed')"""
        )

    def _join(self, alias, comodel, name):
        joined = self.query.left_join(alias, name, comodel._table, "id", name)
        return joined, comodel


class FunnelMonthlyWorkbook(models.AbstractModel):
    """Reads leads as rows of a form, names resolved, in one query per form.

    Record rules apply: the leads come from the ORM's own search.
    """

    _inherit = "funnel.monthly.workbook"

    def _read_register(self, domain):
        """Return rows of F1, oldest first.

        Columns: number, source, client, contact, industry, need, obtained on (date),
        owner, tags.
        """
        columns = self._open_leads(domain, "funnel_obtained_at, id")
        return self._fetch(
            columns,
            columns.field("funnel_code"),
            columns.related("source_id"),
            columns.client(),
            columns.contact(),
            columns.related("funnel_industry_id"),
            columns.field("funnel_need"),
            columns.local_date(columns.field("funnel_obtained_at")),
            columns.owner(),
            columns.tags(),
        )

    def _read_grading(self, domain):
        """Return rows of the grade list, best score first.

        Columns: number, client, industry, owner, stage, score, coverage (fraction),
        suggested grade, grade, reason, review state, reviewed on (date), pursued.
        """
        columns = self._open_leads(domain, "funnel_score desc, id")
        return self._fetch(
            columns,
            columns.field("funnel_code"),
            columns.client(),
            columns.related("funnel_industry_id"),
            columns.owner(),
            columns.related("stage_id"),
            columns.known("funnel_score"),
            SQL("%s / 100", columns.known("funnel_score_coverage")),
            columns.related("funnel_suggested_grade_id"),
            columns.related("funnel_grade_id"),
            columns.field("funnel_grade_reason"),
            columns.field("funnel_grade_state"),
            columns.local_date(columns.reviewed_at()),
            columns.related("funnel_grade_id", "is_pursued"),
        )

    def _open_leads(self, domain, order):
        leads = self.env["crm.lead"].with_context(active_test=False)
        leads.flush_model()
        return LeadColumns(leads, leads._search(Domain(domain), order=order))

    def _fetch(self, columns, *selected):
        return self.env.execute_query(columns.query.select(*selected))
