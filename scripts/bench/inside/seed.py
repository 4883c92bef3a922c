"""Leads of a company that has used core's CRM for a while, made set by set.

Everything is drawn from one seeded generator of PostgreSQL, relative to today.
"""

import random
from datetime import datetime, timedelta

from odoo.tools import SQL

from .session import MANAGER

DAYS = 540  # days of history
CLIENTS = 400
TAGS = (
    "Key account",
    "Trade fair",
    "Price sensitive",
    "Retrofit",
    "New line",
    "Tender",
    "Distributor",
    "Hot",
)
REPS = 12
FACTORIES = ("精密机械", "新能源", "包装材料", "自动化设备", "Foods", "Textiles")
NEEDS = ("产线升级", "新建产线", "备件", "retrofit", "pilot")


def fill(session, month_end, is_of_last_month, **numbers):
    """Fill an empty database with core alone.

    :param str month_end: the last day of the month before this one
    :param bool is_of_last_month: whether all leads are of that month
    :param int numbers: of leads, ``open`` and ``closed``
    """
    with session.env() as env:
        period = _get_period(is_of_last_month, month_end)
        _insert_leads(
            env,
            _drawn_sql(numbers, period),
            _get_course_columns(env, _make_users(env)),
            _get_client_columns(),
            _get_master_columns(_make_masters(env)),
        )
        _insert_tags(env)
        _insert_history(env)
        env["ir.config_parameter"].set_param("crm.pls_start_date", "2000-01-01")
    with session.env() as env:
        env["crm.lead"]._cron_update_automated_probabilities()


def _make_users(env):
    """A manager, and reps in three teams; returns ``[(user id, team id)]``."""
    groups = {
        MANAGER: env.ref("sales_team.group_sale_manager"),
        "bench_rep": env.ref("sales_team.group_sale_salesman"),
    }
    common = {"tz": "Asia/Shanghai", "lang": "zh_CN", "email": "someone@example.com"}
    logins = [MANAGER, *(f"bench_rep{number}" for number in range(REPS))]
    users = env["res.users"].create(
        [
            {
                **common,
                "name": login.replace("_", " "),
                "login": login,
                "group_ids": [(4, groups[login.rstrip("0123456789")].id)],
            }
            for login in logins
        ]
    )
    teams = env["crm.team"].create(
        [{"name": f"Team {letter}", "use_opportunities": True} for letter in "ABC"]
    )
    members = [(user, teams[n % len(teams)]) for n, user in enumerate(users[1:])]
    env["crm.team.member"].create(
        [{"user_id": user.id, "crm_team_id": team.id} for user, team in members]
    )
    return [(user.id, team.id) for user, team in members]


def _make_masters(env):
    """Tags and clients; returns the ids that leads draw from, by column."""
    env["crm.tag"].create([{"name": name} for name in TAGS])
    china = env.ref("base.cn")
    industries = env["res.partner.industry"].search([]).ids
    draw = random.Random(19)
    clients = env["res.partner"].create(
        [
            {
                "name": f"{draw.choice(FACTORIES)} {number} 有限公司",
                "is_company": True,
                "country_id": china.id,
                "industry_id": draw.choice(industries),
            }
            for number in range(CLIENTS)
        ]
    )
    countries = env["res.country"].search([], limit=20)
    languages = env["res.lang"].search([("code", "in", ("zh_CN", "en_US"))])
    return {
        "partner_id": clients.ids,
        "source_id": env["utm.source"].search([]).ids,
        "medium_id": env["utm.medium"].search([]).ids,
        "lost_reason_id": env["crm.lost.reason"].search([]).ids,
        "country_id": [china.id] * 30 + countries.ids,
        "state_id": china.state_ids.ids,
        "lang_id": languages.ids,
    }


def _get_period(is_of_last_month, month_end):
    """First moment and days of the leads' dates of creation."""
    last = datetime.fromisoformat(month_end)
    if is_of_last_month:
        return last.replace(day=2), last.day - 3
    return last - timedelta(days=DAYS), DAYS


def _insert_leads(env, drawn, course, client, masters):
    """Insert drawn leads; the other arguments are columns of theirs."""
    columns = {**course, **client, **masters}
    env.cr.execute("SELECT setseed(0.19)")
    env.cr.execute(
        SQL(
            """
            WITH drawn AS MATERIALIZED (%s)
            INSERT INTO crm_lead (%s)
            SELECT %s FROM drawn, %s ORDER BY number
            """,
            drawn,
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL(", ").join(columns.values()),
            _shared_sql(),
        )
    )
    env["crm.lead"].invalidate_model(flush=False)


def _drawn_sql(numbers, period):
    """One row per lead: its number, its dice, when it was created, how it ended."""
    dice = SQL(", ").join(
        SQL("random() AS %s", SQL.identifier(f"dice{number}")) for number in range(12)
    )
    return SQL(
        """
        SELECT number, %(dice)s,
               %(first)s::timestamp + random() * %(days)s * interval '1 day' AS born,
               CASE WHEN number < %(open)s THEN 'pending'
                    WHEN random() < 0.4 THEN 'won' ELSE 'lost' END AS status
          FROM generate_series(0, %(count)s - 1) AS number
        """,
        dice=dice,
        first=period[0],
        days=period[1],
        open=numbers["open"],
        count=numbers["open"] + numbers["closed"],
    )


def _shared_sql():
    """What several columns of a drawn lead are made of."""
    return SQL(
        """
        LATERAL (SELECT '@firm' || number / 3 || '.example' AS domain,
                        round((2000 / (0.01 + dice4))::numeric, 2) AS revenue,
                        CASE status WHEN 'won' THEN 100 WHEN 'lost' THEN 0
                                    ELSE 20.0 END AS chance) AS first,
        LATERAL (SELECT CASE WHEN dice3 < 0.85 THEN 'buyer' || number || domain
                        END AS mail,
                        CASE WHEN dice1 < 0.8 THEN '+86138'
                            || lpad(number::text, 8, '0') END AS phone) AS second
        """
    )


def _get_course_columns(env, users):
    """Columns that tell how the lead goes: whose, in which stage, since when."""
    stages = [env.ref(f"crm.stage_lead{number}").id for number in (1, 2, 3)]
    now = env.cr.now()
    owner = SQL("1 + number %% %s", len(users))
    moved = SQL("LEAST(born + dice4 * interval '60 days', %s)", now)
    closed = SQL("LEAST(born + dice4 * interval '90 days', %s)", now)
    is_closed = SQL("CASE WHEN status != 'pending' THEN %s END", closed)
    stage = SQL("(%s)[1 + floor(3 * dice1 * dice1)::int]", stages)
    won = SQL("%s", env.ref("crm.stage_lead4").id)
    return {
        "type": SQL("'opportunity'"),
        "active": SQL("status != 'lost'"),
        "won_status": SQL("status"),
        "stage_id": SQL("CASE WHEN status = 'won' THEN %s ELSE %s END", won, stage),
        "probability": SQL("chance"),
        "automated_probability": SQL("chance"),
        "user_id": SQL("(%s)[%s]", [user for user, _team in users], owner),
        "team_id": SQL("(%s)[%s]", [team for _user, team in users], owner),
        "company_id": SQL("%s", env.company.id),
        "priority": SQL("floor(4 * dice2 ^ 3)::int::text"),
        "expected_revenue": SQL("revenue"),
        "prorated_revenue": SQL("round(revenue * chance::numeric / 100, 2)"),
        "create_date": SQL("born"),
        "write_date": SQL("born"),
        "create_uid": SQL("1"),
        "write_uid": SQL("1"),
        "date_open": SQL("born"),
        "date_last_stage_update": moved,
        "date_closed": is_closed,
    }


def _get_client_columns():
    """Columns that tell who it is."""
    needs = SQL("(%s)[1 + floor(dice0 * %s)::int]", list(NEEDS), len(NEEDS))
    works = SQL("(%s)[1 + number %% %s]", list(FACTORIES), len(FACTORIES))
    return {
        "name": SQL("'Line ' || number || ' ' || %s", needs),
        "partner_name": SQL("%s || number / 3 || '有限公司'", works),
        "contact_name": SQL("'联系人' || number"),
        "email_from": SQL("mail"),
        "email_normalized": SQL("mail"),
        "email_domain_criterion": SQL("CASE WHEN mail IS NOT NULL THEN domain END"),
        "email_state": SQL("CASE WHEN mail IS NOT NULL THEN 'correct' END"),
        "phone": SQL("phone"),
        "phone_sanitized": SQL("phone"),
        "phone_state": SQL(
            """CASE WHEN phone IS NOT NULL THEN
               CASE WHEN dice3 < 0.1 THEN 'incorrect' ELSE 'correct' END END"""
        ),
    }


def _get_master_columns(masters):
    """Columns that point to one of some records, each by a die of its own."""
    limits = {
        "partner_id": SQL("dice2 < 0.4"),
        "lost_reason_id": SQL("status = 'lost'"),
    }
    return {
        column: SQL(
            "CASE WHEN %s THEN (%s)[1 + floor(%s * %s)::int] END",
            limits.get(column, SQL("TRUE")),
            ids,
            SQL.identifier(f"dice{number}"),
            len(ids),
        )
        for number, (column, ids) in enumerate(masters.items(), 5)
    }


def _insert_tags(env):
    """None to two tags a lead."""
    env.cr.execute(
        SQL(
            """
            INSERT INTO crm_tag_rel (lead_id, tag_id)
            SELECT lead.id, (%(tags)s)[1 + (lead.id * step) %% %(count)s]
              FROM crm_lead lead, generate_series(1, 2) AS step
             WHERE lead.id %% (step + 2) != 0
                ON CONFLICT DO NOTHING
            """,
            tags=env["crm.tag"].search([]).ids,
            count=len(TAGS),
        )
    )


def _insert_history(env):
    """Two tracked moves in each lead's chatter, and how it was closed."""
    env.cr.execute(
        SQL(
            """
            WITH stage AS (SELECT id, name->>'en_US' AS name FROM crm_stage),
            move AS MATERIALIZED (%s),
            message AS (%s)
            %s
            """,
            _moves_sql(env),
            _messages_sql(env),
            _tracking_sql(env),
        )
    )


def _moves_sql(env):
    """From the first stage by way of another one to where the lead is now."""
    first, second, third = (
        env.ref(f"crm.stage_lead{number}").id for number in (1, 2, 3)
    )
    return SQL(
        """
        SELECT lead.id AS lead_id, lead.user_id, step,
               CASE step WHEN 1 THEN %(first)s ELSE middle END AS before,
               CASE step WHEN 1 THEN middle ELSE lead.stage_id END AS after,
               CASE WHEN step = 2 THEN NULLIF(lead.won_status, 'pending') END AS status,
               lead.create_date + (lead.date_last_stage_update - lead.create_date)
                   * step / 2 AS moved_at
          FROM crm_lead lead, generate_series(1, 2) AS step,
               LATERAL (SELECT CASE lead.stage_id WHEN %(second)s THEN %(third)s
                               ELSE %(second)s END AS middle) AS path
        """,
        first=first,
        second=second,
        third=third,
    )


def _messages_sql(env):
    """The message of each move; its subject tells which."""
    return SQL(
        """
        INSERT INTO mail_message (
            model, res_id, message_type, subtype_id, author_id, date, body,
            create_date, write_date, create_uid, write_uid, subject)
        SELECT 'crm.lead', lead_id, 'notification', %s,
               (SELECT partner_id FROM res_users WHERE id = user_id), moved_at,
               '', moved_at, moved_at, user_id, user_id, step::text
          FROM move
     RETURNING id, res_id, subject
        """,
        env.ref("crm.mt_lead_stage").id,
    )


def _tracking_sql(env):
    """What each message tracked: the stage, and the closing where there is one."""
    fields = env["ir.model.fields"]
    return SQL(
        """
        INSERT INTO mail_tracking_value (
            mail_message_id, field_id, old_value_integer, new_value_integer,
            old_value_char, new_value_char, create_date, write_date, create_uid,
            write_uid)
        SELECT message.id, tracked.field, tracked.old_id, tracked.new_id,
               tracked.old_name, tracked.new_name, moved_at, moved_at, user_id, user_id
          FROM message
          JOIN move ON move.lead_id = message.res_id
           AND move.step::text = message.subject
          JOIN stage old ON old.id = move.before
          JOIN stage new ON new.id = move.after,
               LATERAL (VALUES
                   (%s, old.id, new.id, old.name, new.name),
                   (CASE WHEN move.status IS NOT NULL THEN %s END,
                    NULL, NULL, 'Pending', initcap(move.status))
               ) AS tracked(field, old_id, new_id, old_name, new_name)
         WHERE tracked.field IS NOT NULL
        """,
        fields._get("crm.lead", "stage_id").id,
        fields._get("crm.lead", "won_status").id,
    )
