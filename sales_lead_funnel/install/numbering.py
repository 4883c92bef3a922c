"""Numbers for the leads that were there before the addon."""

from odoo.tools import SQL


def numbers_sql(env):
    """``id``, ``company_id`` and ``code`` of the leads that have no number yet.

    They count by company and year of creation, in the order of creation; numbers
    that some leads have already (demo data) are kept, the others follow.
    """
    main = env["res.company"].search([], order="id", limit=1)
    return SQL(
        """
        WITH highest AS (
            SELECT funnel_code_company_id AS company_id,
                   substr(funnel_code, 3, 4) AS year,
                   max(substr(funnel_code, 7)::bigint) AS number
              FROM crm_lead
             WHERE funnel_code ~ '^LX[0-9]{7,}$'
             GROUP BY 1, 2
        ),
        numbered AS (
            SELECT lead.id, owner.id AS company_id, owner.year,
                   (COALESCE(highest.number, 0) + row_number() OVER (
                       PARTITION BY owner.id, owner.year
                       ORDER BY lead.create_date, lead.id))::text AS number
              FROM crm_lead lead
              CROSS JOIN LATERAL (
                   SELECT COALESCE(lead.company_id, %(main)s) AS id,
                          to_char(lead.create_date, 'YYYY') AS year) owner
              LEFT JOIN highest ON highest.company_id = owner.id
                               AND highest.year = owner.year
             WHERE lead.funnel_code IS NULL AND lead.create_date IS NOT NULL
        )
        SELECT id, company_id,
               'LX' || year || lpad(number, GREATEST(3, length(number)), '0') AS code
          FROM numbered
        """,
        main=main.id,
    )


def move_counters(env):
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
