"""The rep's day: follow-ups in great number, logging one, opening a lead, My Day."""

import json

from lxml import etree

from odoo.tools import SQL
from odoo.tools.json import json_default

from .session import MANAGER, Clock

REP = "bench_rep1"
FORM = "crm.crm_lead_view_form"
PAPERS = (  # table, columns, values of one paper of a lead
    (
        "funnel_stakeholder",
        "name, role, power, stance, last_contact_at",
        """'联系人' || number,
           (ARRAY['decides', 'approves', 'influences', 'uses'])[1 + number %% 4],
           'medium', 'neutral', now() - random() * interval '60 days'""",
    ),
    (
        "funnel_closing_step",
        "name, date_due, user_id",
        """'节点' || number, CURRENT_DATE + (random() * 120 - 20)::int, lead.user_id""",
    ),
)


def fill_papers(session):
    """Chains of three people for each open lead, closing steps for every fourth."""
    with session.env() as env:
        for (table, columns, values), share, count in zip(
            PAPERS, (1, 4), (3, 2), strict=True
        ):
            env.cr.execute(
                f"""
                INSERT INTO {table} (lead_id, {columns})
                SELECT lead.id, {values}
                  FROM crm_lead lead, generate_series(1, {count}) number
                 WHERE lead.won_status = 'pending' AND lead.id %% {share} = 0
                """,
                [],
            )
        env["crm.stage"].search([], order="sequence desc", limit=2).write(
            {"funnel_quote_out": True}
        )


def fill_followups(session, count, ids=None):
    """Log follow-ups by SQL, then tell the leads of their contacts.

    :param int count: of follow-ups over the leads, the latest first
    :param list ids: of the leads; all open ones by default
    """
    with session.env() as env:
        env.cr.execute(
            SQL(
                """
                WITH target AS MATERIALIZED (
                    SELECT id, user_id, row_number() OVER (ORDER BY id) - 1 AS place
                      FROM crm_lead
                     WHERE won_status = 'pending' AND user_id IS NOT NULL AND %(which)s)
                INSERT INTO funnel_followup (
                    lead_id, user_id, happened_at, recorded_at, same_day, channel,
                    contact, summary, situation, problem, mood, next_action, next_date,
                    create_date, create_uid)
                SELECT id, user_id, moment, moment, TRUE,
                       (ARRAY['call', 'visit', 'email'])[1 + number %% 3],
                       '联系人' || place, '沟通了需求与预算 ' || number,
                       CASE WHEN number %% 2 = 0 THEN '目前用表格管理' END,
                       CASE WHEN number %% 3 = 0 THEN '数据不及时' END,
                       'positive', '发送方案',
                       CURRENT_DATE + (number * 7 %% 40)::int - 6, moment, user_id
                  FROM generate_series(0, %(count)s - 1) number
                 CROSS JOIN (SELECT count(*) AS total FROM target) every
                  JOIN target ON target.place = number %% total,
                       LATERAL (SELECT date_trunc('second', now() AT TIME ZONE 'UTC'
                           - (number / total * 6 + random() * 5) * interval '1 day')
                           AS moment) clock
                """,
                count=count,
                which=SQL("id IN %s", tuple(ids)) if ids else SQL("TRUE"),
            )
        )
        env.cr.execute(
            """
            UPDATE crm_lead lead
               SET funnel_last_contact_at = log.happened_at,
                   funnel_agreed_contact_date = log.next_date,
                   funnel_next_contact_date = log.next_date
              FROM (SELECT DISTINCT ON (lead_id) lead_id, happened_at, next_date
                      FROM funnel_followup
                     ORDER BY lead_id, happened_at DESC, id DESC) log
             WHERE log.lead_id = lead.id AND lead.won_status = 'pending'
            """
        )
        env.cr.execute("SELECT count(*) FROM funnel_followup")
        return env.cr.fetchone()[0]


def log(session, ids):
    """Log a follow-up from the board's dialog, a request each; mean milliseconds."""
    specification = _get_specification(
        session, "funnel.followup", "sales_lead_funnel.funnel_followup_view_form_quick"
    )
    with Clock(session) as clock:
        for lead_id in ids:
            with session.env(MANAGER) as env:
                vals = {
                    "lead_id": lead_id,
                    "channel": "call",
                    "contact": "王总",
                    "summary": "确认了预算",
                    "next_action": "发送报价",
                    "next_date": "2099-01-01",
                }
                _send(env["funnel.followup"].web_save(vals, specification))
    return clock.read(1000 / len(ids))


def open_lead(session, ids):
    """Open the form of leads, a request each; mean milliseconds."""
    specification = _get_specification(session, "crm.lead", FORM)
    with Clock(session) as clock:
        for lead_id in ids:
            with session.env(MANAGER, bin_size=True) as env:
                lead = env["crm.lead"].browse(lead_id)
                _send(lead.web_read(specification))
    return clock.read(1000 / len(ids))


def open_day(session, screen):
    """My Day, as the web client asks for it; milliseconds."""
    login = MANAGER if screen == "team" else REP
    with Clock(session) as clock, session.env(login) as env:
        day = env["funnel.my.day"].get_day(screen)
        _send(day)
    if not any(section["count"] for section in day["sections"]):
        raise ValueError("My Day is empty")
    return clock.read(1000)


def _get_specification(session, model, xmlid):
    """What the web client reads: fields, and those of lists within."""
    with session.env(MANAGER) as env:
        view = env.ref(xmlid)
        views = env[model].get_views([(view.id, "form")])
        return _specify(env, model, views["views"]["form"]["arch"])


def _specify(env, model, arch):
    root = etree.fromstring(arch) if isinstance(arch, str) else arch
    specification = {}
    for node in root.xpath(".//field[not(ancestor::field)]"):
        name = node.get("name")
        field = env[model]._fields[name]
        specification[name] = {}
        if field.type == "many2one":
            specification[name] = {"fields": {"display_name": {}}}
        elif field.type in ("one2many", "many2many"):
            inner = node.find("list")
            if inner is not None:
                wrapped = etree.Element("form")
                wrapped.extend(list(inner))
                specification[name] = {
                    "fields": _specify(env, field.comodel_name, wrapped),
                    "limit": int(inner.get("limit") or 40),
                }
    return specification


def _send(result):
    return json.dumps(result, default=json_default)
