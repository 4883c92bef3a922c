"""Client key, client type and industry of the leads that were there before."""

from odoo.tools import SQL

from ..tools.names import client_key, is_no_client


def get_keys(env):
    """Yield ``(lead id, key)`` of the leads whose client has a name."""
    rows = env.execute_query(
        SQL(
            """
            SELECT lead.id, COALESCE(
                       NULLIF(lead.partner_name, ''),
                       CASE WHEN client.is_company THEN client.name END)
              FROM crm_lead lead
              LEFT JOIN res_partner partner ON partner.id = lead.partner_id
              LEFT JOIN res_partner client ON client.id = partner.commercial_partner_id
             WHERE lead.funnel_client_key IS NULL
            """
        )
    )
    for lead_id, name in rows:
        key = name and not is_no_client(name) and client_key(name)
        if key:
            yield lead_id, key


def clients_sql():
    """``id``, ``industry_id``, ``client_type`` of the leads that have no type yet.

    A client that bought in another lead of the company is an existing one.
    """
    return SQL(
        """
        WITH buyer AS (
            SELECT partner.commercial_partner_id AS client_id,
                   won.company_id, count(*) AS wins
              FROM crm_lead won
              JOIN res_partner partner ON partner.id = won.partner_id
             WHERE won.won_status = 'won'
             GROUP BY 1, 2
        )
        SELECT lead.id, client.industry_id,
               CASE WHEN COALESCE(sum(buyer.wins), 0)
                         - (COALESCE(lead.won_status, '') = 'won')::int > 0
                    THEN 'existing' ELSE 'new' END AS client_type
          FROM crm_lead lead
          LEFT JOIN res_partner partner ON partner.id = lead.partner_id
          LEFT JOIN res_partner client ON client.id = partner.commercial_partner_id
          LEFT JOIN buyer ON buyer.client_id = client.id
                AND (buyer.company_id IS NULL OR buyer.company_id = lead.company_id)
         WHERE lead.funnel_client_type IS NULL
         GROUP BY lead.id, client.industry_id
        """
    )
