"""What the leads that were there before the addon have to have, in one go."""

from odoo.tools import SQL

from . import client, lead_table, numbering

KEYS = "funnel_keys"
COLUMNS = {
    "funnel_code": "varchar",
    "funnel_code_company_id": "int4",
    "funnel_client_key": "varchar",
    "funnel_industry_id": "int4",
    "funnel_client_type": "varchar",
    "funnel_bought": "bool",
}


def fill_facts(env):
    """Give the leads numbers, client keys, client types and industries.

    Leads that have them (demo data) keep them.
    """
    lead_table.keep_texts(env.cr, KEYS, client.get_keys(env))
    lead_table.fill(env.cr, COLUMNS, _facts_sql(env))
    env.cr.execute(SQL("DROP TABLE %s", SQL.identifier("pg_temp", KEYS)))
    numbering.move_counters(env)


def _facts_sql(env):
    return SQL(
        """
        SELECT lead.id,
               COALESCE(lead.funnel_code, number.code) AS funnel_code,
               COALESCE(number.company_id, lead.funnel_code_company_id)
                   AS funnel_code_company_id,
               COALESCE(lead.funnel_client_key, key.text) AS funnel_client_key,
               CASE WHEN client.id IS NULL THEN lead.funnel_industry_id
                    ELSE client.industry_id END AS funnel_industry_id,
               COALESCE(lead.funnel_client_type, client.client_type)
                   AS funnel_client_type,
               COALESCE(lead.funnel_bought, client.client_type = 'existing')
                   AS funnel_bought
          FROM crm_lead lead
          LEFT JOIN (%(numbers)s) number ON number.id = lead.id
          LEFT JOIN %(keys)s key ON key.id = lead.id
          LEFT JOIN (%(clients)s) client ON client.id = lead.id
        """,
        numbers=numbering.numbers_sql(env),
        keys=SQL.identifier("pg_temp", KEYS),
        clients=client.clients_sql(),
    )
