from odoo.tools import sql


def migrate(cr, version):
    """Make the column of the next contact without computing it for every lead."""
    if version and not sql.column_exists(cr, "crm_lead", "funnel_next_contact_date"):
        sql.create_column(cr, "crm_lead", "funnel_next_contact_date", "date")
