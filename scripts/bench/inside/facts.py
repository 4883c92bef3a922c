"""What the addon adds to seeded leads: the register's facts, scores and grades."""

from odoo.tools import SQL


def fill(session):
    """Facts with gaps on all leads, scores by the addon, grades on three of four."""
    with session.env() as env:
        _fill_register(env)
        env["funnel.regrade"]._regrade()
        _fill_grades(env)
        env["crm.lead"].invalidate_model(flush=False)


def _fill_register(env):
    env.cr.execute("SELECT setseed(0.7)")
    env.cr.execute(
        SQL(
            """
            UPDATE crm_lead lead
               SET funnel_obtained_at = lead.create_date,
                   funnel_source_detail = 'Hall ' || lead.id %% 9,
                   funnel_need = '需求 ' || lead.id || '：提高产能，改善质量',
                   funnel_industry_id = (%(industries)s)[1 + lead.id %% %(count)s],
                   funnel_need_fit = (ARRAY['full', 'partial', 'none'])[
                       1 + floor(dice.fit * 4)::int],
                   funnel_authority = (ARRAY['decides', 'influences', 'none'])[
                       1 + floor(dice.authority * 4)::int],
                   funnel_budget_min = round(dice.budget::numeric * 60000),
                   funnel_budget_max = CASE WHEN dice.budget > 0.3
                       THEN round(dice.budget::numeric * 150000) END,
                   funnel_purchase_date = CASE WHEN dice.date > 0.25
                       THEN CURRENT_DATE + round(dice.date * 300)::int END,
                   funnel_sales_12m = round((dice.budget * 2000000)::numeric),
                   funnel_industry_growth = 30 * dice.fit - 5,
                   funnel_decision_people = floor(6 * dice.authority)
              FROM (SELECT id, random() AS fit, random() AS authority,
                           random() AS budget, random() AS date
                      FROM crm_lead ORDER BY id) dice
             WHERE dice.id = lead.id
            """,
            industries=env["res.partner.industry"].search([]).ids,
            count=env["res.partner.industry"].search_count([]),
        )
    )
    env["crm.lead"].invalidate_model(flush=False)


def _fill_grades(env, share=0.75):
    """Grades as suggested, else the lowest, with the rows of both steps."""
    lowest = env["funnel.grade"].search([], order="cut, id", limit=1)
    env.cr.execute(
        SQL(
            """
            UPDATE crm_lead
               SET funnel_grade_id = COALESCE(funnel_suggested_grade_id, %(lowest)s),
                   funnel_grade_state = CASE WHEN id %% 3 = 0
                       THEN 'proposed' ELSE 'reviewed' END,
                   funnel_grade_reason = '预算明确，决策人已拜访 ' || id
             WHERE id %% 100 < %(share)s
            """,
            lowest=lowest.id,
            share=100 * share,
        )
    )
    env.cr.execute(
        """
        INSERT INTO funnel_grade_change (
            lead_id, from_grade_id, to_grade_id, kind, reason, happened_at,
            recorded_at, user_id)
        SELECT lead.id, CASE step.kind WHEN 'reviewed' THEN funnel_grade_id END,
               funnel_grade_id, step.kind, funnel_grade_reason,
               create_date + step.days * interval '1 day',
               create_date + step.days * interval '1 day', user_id
          FROM crm_lead lead,
               (VALUES (1, 'proposed'), (2, 'reviewed')) AS step(days, kind)
         WHERE lead.funnel_grade_id IS NOT NULL
           AND (step.kind = 'proposed' OR lead.funnel_grade_state = 'reviewed')
         ORDER BY lead.id, step.days
        """
    )


def grade_all(session):
    """Grades on every lead, so that the grade list is as long as the register."""
    with session.env() as env:
        env.cr.execute(
            "DELETE FROM funnel_grade_change WHERE kind IN ('proposed', 'reviewed')"
        )
        _fill_grades(env, share=1)
        env["crm.lead"].invalidate_model(flush=False)
