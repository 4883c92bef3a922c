"""Numbers for the leads that were there before the addon."""

from odoo.tools import SQL


def number_leads(env):
    """Number leads by company and year of creation, in the order of creation."""
    main = env["res.company"].search([], order="id", limit=1)
    env.cr.execute(
        SQL(
            """
            WITH numbered AS (
                SELECT id, COALESCE(company_id, %(main)s) AS company_id,
                       to_char(create_date, 'YYYY') AS year,
                       row_number() OVER (
                           PARTITION BY COALESCE(company_id, %(main)s),
                                        to_char(create_date, 'YYYY')
                           ORDER BY create_date, id)::text AS number
                  FROM crm_lead
                 WHERE funnel_code IS NULL AND create_date IS NOT NULL
            )
            UPDATE crm_lead lead
               SET funnel_code_company_id = numbered.company_id,
                   funnel_code = 'LX' || year
                       || lpad(number, GREATEST(3, length(number)), '0')
              FROM numbered
             WHERE numbered.id = lead.id
            """,
            main=main.id,
        )
    )
    _move_counters(env)


def _move_counters(env):
    """Let each counter go on after the highest number given."""
    rows = env.execute_query(
        SQL(
            """
            SELECT funnel_code_company_id, to_char(create_date, 'YYYY')::int,
                   (array_agg(funnel_code
                              ORDER BY length(funnel_code) DESC, funnel_code DESC))[1]
              FROM crm_lead
             WHERE funnel_code IS NOT NULL
             GROUP BY 1, 2
            """
        )
    )
    for company_id, year, highest in rows:
        company = env["res.company"].browse(company_id)
        counter = env["crm.lead"]._funnel_get_counter(company, year)
        counter._funnel_move_past([highest])
