"""Client key, client type and industry of the leads that were there before."""

from odoo.tools import SQL, split_every

from ..tools.names import client_key, is_no_client

BATCH = 10_000  # leads per UPDATE


def fill_client_fields(env):
    _fill_keys(env)
    _fill_from_partners(env)


def _fill_keys(env):
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
    rows = [row for row in rows if row[1] and not is_no_client(row[1])]
    keys = ((lead_id, client_key(name)) for lead_id, name in rows)
    for batch in split_every(BATCH, filter(lambda row: row[1], keys), list):
        env.cr.execute(
            SQL(
                """
                UPDATE crm_lead SET funnel_client_key = new.key
                  FROM unnest(%s, %s) AS new(id, key)
                 WHERE crm_lead.id = new.id
                """,
                *map(list, zip(*batch, strict=True)),
            )
        )


def _fill_from_partners(env):
    """A client that bought in another lead of the company is an existing one."""
    env.cr.execute(
        SQL(
            """
            WITH buyer AS (
                SELECT partner.commercial_partner_id AS client_id,
                       won.company_id, count(*) AS wins
                  FROM crm_lead won
                  JOIN res_partner partner ON partner.id = won.partner_id
                 WHERE won.won_status = 'won'
                 GROUP BY 1, 2
            ),
            source AS (
                SELECT lead.id, client.industry_id,
                       COALESCE(sum(buyer.wins), 0)
                       - (COALESCE(lead.won_status, '') = 'won')::int > 0 AS is_buyer
                  FROM crm_lead lead
                  LEFT JOIN res_partner partner ON partner.id = lead.partner_id
                  LEFT JOIN res_partner client
                         ON client.id = partner.commercial_partner_id
                  LEFT JOIN buyer ON buyer.client_id = client.id
                        AND (buyer.company_id IS NULL
                             OR buyer.company_id = lead.company_id)
                 WHERE lead.funnel_client_type IS NULL
                 GROUP BY lead.id, client.industry_id
            )
            UPDATE crm_lead lead
               SET funnel_industry_id = source.industry_id,
                   funnel_client_type = CASE WHEN source.is_buyer
                       THEN 'existing' ELSE 'new' END
              FROM source
             WHERE source.id = lead.id
            """
        )
    )
