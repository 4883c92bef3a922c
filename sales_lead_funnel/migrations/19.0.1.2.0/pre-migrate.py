from odoo.tools import sql

COLUMNS = ("funnel_proven_stage_id", "funnel_stage_gap")


def migrate(cr, version):
    """Make the columns of the proof without computing it for every lead."""
    for name in COLUMNS if version else ():
        if not sql.column_exists(cr, "crm_lead", name):
            sql.create_column(cr, "crm_lead", name, "int4")
