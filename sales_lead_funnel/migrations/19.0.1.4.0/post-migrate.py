import logging

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from odoo.addons.sales_lead_funnel.tools.names import is_no_client, number_key

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    if version:
        spell_numbers(cr)
        forget_placeholders(cr)
        name_deleted_stages(cr)
        env = api.Environment(cr, SUPERUSER_ID, {})
        find_people_of_logs(env)
        env["funnel.stage.move"]._reconcile_archived()


def spell_numbers(cr):
    """Write lead numbers as they are written from now on; what is taken stays."""
    cr.execute(
        "SELECT id, funnel_code_company_id, funnel_code FROM crm_lead"
        " WHERE funnel_code ~ '[^!-`{-~]|[a-z]'"
    )
    for lead_id, company_id, code in cr.fetchall():
        cr.execute(
            SQL(
                """UPDATE crm_lead SET funnel_code = %(key)s
                    WHERE id = %(lead_id)s AND %(key)s <> '' AND NOT EXISTS (
                          SELECT FROM crm_lead twin WHERE twin.funnel_code = %(key)s
                             AND twin.funnel_code_company_id = %(company_id)s)""",
                key=number_key(code),
                lead_id=lead_id,
                company_id=company_id,
            )
        )
        if not cr.rowcount:
            _logger.warning("Lead %s keeps its number %r: it is taken.", lead_id, code)


def forget_placeholders(cr):
    """Names such as N/A are no client: leads with them are not of the same one."""
    cr.execute(
        "SELECT DISTINCT partner_name FROM crm_lead"
        " WHERE funnel_client_key IS NOT NULL AND partner_name IS NOT NULL"
    )
    names = [name for (name,) in cr.fetchall() if is_no_client(name)]
    cr.execute(
        SQL(
            "UPDATE crm_lead SET funnel_client_key = NULL WHERE partner_name = ANY(%s)",
            names,
        )
    )


def name_deleted_stages(cr):
    """Losses in a stage that is gone have its name from the history of the lead."""
    cr.execute(
        """
        UPDATE funnel_loss loss
           SET deleted_stage = (
               SELECT move.deleted_stage FROM funnel_stage_move move
                WHERE move.lead_id = loss.lead_id AND move.to_status = 'lost'
                  AND move.happened_at <= loss.lost_at
                ORDER BY move.id DESC LIMIT 1)
         WHERE loss.stage_id IS NULL AND loss.deleted_stage IS NULL
        """
    )


def find_people_of_logs(env):
    """Talks with a person who came into the chain later are talks with them too."""
    env["funnel.stakeholder"].search([])._take_older_logs()
