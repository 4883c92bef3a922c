"""The demo company: plenty, sound, and the same every time."""

import pytest
from conftest import REPO

from toolchain.layout import DEMO_ADDON

CHECK = """
import collections
from ast import literal_eval
from dateutil.relativedelta import relativedelta
from lxml import etree
from odoo import fields
from odoo.addons.sales_lead_funnel.models.base.zones import get_company_day

leads = env["crm.lead"].with_context(active_test=False)
everything = leads.search([])
"""
LOSS_COUNTS = (
    "SELECT state, competitor_id, stage_id, retry_date, count(*), count(lesson)"
    " FROM funnel_loss WHERE user_id IN (SELECT id FROM res_users"
    " WHERE login LIKE 'rep%') GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
)
WORK_COUNTS = (
    "SELECT log.channel, log.mood, count(*), count(log.objection_id) FROM"
    " funnel_followup log JOIN res_users rep ON rep.id = log.user_id"
    " WHERE rep.login LIKE 'rep%' GROUP BY 1, 2 ORDER BY 1, 2"
)
COUNTS = (
    "SELECT won_status, stage_id, funnel_grade_id, funnel_grade_state, count(*),"
    " sum(expected_revenue)::int FROM crm_lead GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
)
MOVES_ASTRAY = (
    "SELECT count(*) FROM crm_lead lead LEFT JOIN LATERAL ("
    "  SELECT to_stage_id, to_status FROM funnel_stage_move"
    "   WHERE lead_id = lead.id ORDER BY id DESC LIMIT 1) last ON TRUE"
    " WHERE last.to_stage_id IS DISTINCT FROM lead.stage_id"
    "    OR last.to_status IS DISTINCT FROM lead.won_status"
)
SUGGESTIONS_ASTRAY = (
    "SELECT count(*) FROM crm_lead lead LEFT JOIN LATERAL ("
    "  SELECT to_grade_id FROM funnel_grade_change"
    "   WHERE lead_id = lead.id AND kind = 'suggested'"
    "   ORDER BY id DESC LIMIT 1) last ON TRUE"
    " WHERE last.to_grade_id IS DISTINCT FROM lead.funnel_suggested_grade_id"
)
LANGUAGES = (
    "SELECT DISTINCT lang FROM res_partner JOIN res_users"
    " ON res_users.partner_id = res_partner.id WHERE login IN ('rep', 'manager')"
)


@pytest.fixture(scope="module")
def demo(module_odoo, addon_template):
    """A function that runs code on a database with the demo company."""
    name = module_odoo.new_db(addon_template)
    module_odoo.install(name, DEMO_ADDON)
    assert module_odoo.complaints() == []
    return lambda code: module_odoo.shell(name, f"{CHECK}\n{code}")


@pytest.fixture(scope="module")
def demo_sql(demo, module_odoo):
    return lambda statement: module_odoo.sql(module_odoo.names[-1], statement)


def test_many_leads_beside_those_of_the_handbooks(demo):
    result = demo(
        """
teams = env.ref("sales_lead_funnel_demo.crm_team_east_demo")
teams |= env.ref("sales_lead_funnel_demo.crm_team_south_demo")
own = leads.search([("team_id", "in", teams.ids)])
handbook = leads.search([("funnel_code", "in", ["LX2024101", "LX2024102"])])
result = [
    len(own),
    len(set(everything.mapped("funnel_code"))) == len(everything),
    sorted(handbook.mapped("funnel_need")),
    sorted(str(lead.funnel_obtained_at.date()) for lead in handbook),
]
"""
    )
    assert result[0] >= 230
    assert result[1:] == [
        True,
        ["采购办公设备", "需要客户关系管理系统"],
        ["2024-03-01", "2024-03-02"],
    ]


def test_replaying_the_ledgers_gives_the_live_leads(demo_sql):
    assert demo_sql(MOVES_ASTRAY) == [[0]]
    assert demo_sql(SUGGESTIONS_ASTRAY) == [[0]]


@pytest.mark.parametrize("ledger", ["funnel_stage_move", "funnel_grade_change"])
def test_nothing_happened_in_the_future_or_out_of_order(demo_sql, ledger):
    future = f"SELECT count(*) FROM {ledger} WHERE happened_at > recorded_at"
    mixed = (
        f"SELECT count(*) FROM {ledger} a JOIN {ledger} b ON a.lead_id = b.lead_id"
        " WHERE a.id < b.id AND a.happened_at > b.happened_at"
    )
    assert demo_sql(future) == [[0]]
    if ledger == "funnel_stage_move":
        assert demo_sql(mixed) == [[0]]


@pytest.mark.parametrize("ledger", ["funnel_stage_move", "funnel_grade_change"])
def test_the_past_was_entered_in_the_past(demo_sql, ledger):
    """So that what was known on a day of the past can be asked."""
    of_ours = (
        f"FROM {ledger} ledger JOIN crm_lead lead"
        "   ON lead.id = COALESCE(ledger.lead_id, ledger.merged_into_id)"
        " WHERE ledger.recorded_at"
    )
    seeded = "(SELECT max(create_date) FROM crm_team)"
    by_day = [
        demo_sql(f"SELECT count(*) {of_ours} < {seeded} - interval '{days} days'")[0][0]
        for days in (180, 120, 60, 30, 7, 0)
    ]
    assert by_day == sorted(set(by_day))
    assert by_day[2] > by_day[-1] / 2
    assert demo_sql(f"SELECT count(*) {of_ours} >= {seeded}") == [[0]]
    before = "(SELECT min(recorded_at) FROM {} WHERE lead_id = lead.id)"
    born = f"{of_ours} < {before.format('funnel_stage_move')} AND ledger.lead_id > 0"
    assert demo_sql(f"SELECT count(*) {born}") == [[0]]


@pytest.mark.parametrize(
    "table",
    [
        "funnel_followup",
        "funnel_loss",
        "funnel_evaluation",
        "funnel_stakeholder",
        "funnel_closing_step",
        "funnel_stage_approval",
    ],
)
def test_papers_are_as_old_as_what_they_tell(demo_sql, table):
    fresh = "create_date >= (SELECT max(create_date) FROM crm_team)"
    assert demo_sql(f"SELECT count(*) FROM {table} WHERE {fresh}") == [[0]]


def test_losses_came_back_when_their_leads_did(demo_sql):
    astray = "reopened_at < lost_at OR reopened_at > now() - interval '1 day'"
    found = f"SELECT count(*), count(*) FILTER (WHERE {astray}) FROM funnel_loss"
    [[reopened, wrong]] = demo_sql(f"{found} WHERE state = 'reopened'")
    assert reopened and not wrong


def test_closing_dates_of_core_agree_with_the_ledger(demo_sql):
    differing = demo_sql(
        "SELECT count(*) FROM crm_lead lead JOIN funnel_stage_move move"
        "    ON move.id = (SELECT max(id) FROM funnel_stage_move"
        "                   WHERE lead_id = lead.id)"
        " WHERE lead.won_status != 'pending'"
        "   AND abs(extract(epoch FROM lead.date_closed - move.happened_at)) > 60"
    )
    assert differing == [[0]]


def test_every_filter_of_ours_finds_something(demo):
    found = demo(
        """
result = {}
for xmlid in ("crm.view_crm_case_opportunities_filter",):
    arch = env["crm.lead"].get_view(env.ref(xmlid).id, "search")["arch"]
    for node in etree.fromstring(arch).xpath("//filter[starts-with(@name, 'funnel_')]"):
        if node.get("domain"):
            result[node.get("name")] = env["crm.lead"].search_count(
                literal_eval(node.get("domain"))
            )
"""
    )
    assert len(found) >= 5
    assert min(found.values()) > 0, found


def test_every_figure_of_last_month_has_data(demo):
    empty = demo(
        """
end = get_company_day(env.company).replace(day=1)
start = end - relativedelta(months=1)
company = env.ref("base.main_company")
metrics = env["funnel.metrics"].with_company(company)
cohorts = {
    "source_conversion": company.funnel_win_horizon,
    "stage_loss_rate": company.funnel_stage_horizon,
}
result = []
for code in metrics._get_specs():
    older = relativedelta(days=cohorts.get(code, 0))
    figure = metrics._get_figures([code], start - older, end - older)[code]
    if not figure.value:
        result.append(code)
"""
    )
    # Nobody may have been sent back, and 80 % may take longer than was observed.
    assert set(empty) <= {"stage_returned", "stage_dwell_p80"}


def test_wins_follow_the_grades_and_the_sources(demo):
    rates = demo(
        """
today = get_company_day(env.company)
result = {}
for code, key in (("grade_win_rate", "funnel_grade_id"),
                  ("source_conversion", "source_id")):
    late = relativedelta(days=95 if key == "source_id" else -1)
    start, end = today - relativedelta(months=8), today - late
    found = env["funnel.metrics"]._get_figures([code], start, end, groupby=key)[code]
    for record in env[leads._fields[key].comodel_name].browse(filter(None, found)):
        result[record.name] = found[record.id].value
"""
    )
    assert 0.4 <= rates["A"] <= 0.65
    assert 0.18 <= rates["B"] <= 0.36
    assert rates["C"] <= 0.05
    assert rates["客户转介绍"] > rates["线上广告"]


def test_all_states_of_grading_and_all_endings_occur(demo):
    result = demo(
        """
def count(*domain):
    return leads.search_count(list(domain))

pending = ("won_status", "=", "pending")
month = fields.Datetime.now() - relativedelta(days=60)
stalled = ("date_last_stage_update", "<", month)
merged = env["funnel.stage.move"].search_count([("merged_into_id", "!=", False)])
reviews = env["funnel.grade.change"].search([("kind", "=", "reviewed")])
result = {
    **collections.Counter(everything.mapped("funnel_grade_state")),
    **collections.Counter(everything.mapped("won_status")),
    "unassigned": count(pending, ("user_id", "=", False)),
    "archived": count(pending, ("active", "=", False)),
    "stalled": count(pending, stalled, ("active", "=", True)),
    "customers": count(("funnel_client_type", "=", "existing")),
    "converted": count(("date_conversion", "!=", False)),
    "merged": merged,
    "corrected": len(reviews.filtered(lambda r: r.from_grade_id != r.to_grade_id)),
    "suggested only": count(
        ("funnel_grade_id", "=", False), ("funnel_suggested_grade_id", "!=", False)
    ),
    "same client": len(
        leads.search([pending]).filtered("funnel_same_client_count")
    ),
    "activities": env["mail.activity"].search_count([("res_model", "=", "crm.lead")]),
}
"""
    )
    few = {what: number for what, number in result.items() if number < 3}
    assert few == {}


WORK = """
reps = env["res.users"].search([("login", "in", ["rep", "rep2", "rep3"])])
lead_of_ours = ("lead_id.team_id", "in", [
    env.ref("sales_lead_funnel_demo.crm_team_east_demo").id,
    env.ref("sales_lead_funnel_demo.crm_team_south_demo").id,
])

def get_day(user, screen="own"):
    day = env["funnel.my.day"].with_user(user).with_context(tz=user.tz, lang=user.lang)
    return day.get_day(screen)
"""


def test_each_rep_has_a_day_of_a_healthy_team(demo):
    days = demo(
        f"""{WORK}
result = []
for rep in reps:
    counts = {{s["name"]: s["count"] for s in get_day(rep)["sections"]}}
    open_leads = leads.search_count([
        ("user_id", "=", rep.id), ("won_status", "=", "pending"), ("active", "=", True)
    ])
    result.append([counts, open_leads])
"""
    )
    for counts, open_leads in days:
        assert 2 <= counts["overdue"] <= 6, days
        assert 1 <= counts["due"] <= 5, days
        assert 1 <= counts["risk"] <= 7, days
        assert counts["overdue"] <= open_leads / 3, days
    assert all(day[0]["waiting"] for day in days)


def test_the_manager_finds_requests_reviews_and_a_moving_list(demo):
    result = demo(
        f"""{WORK}
manager = env["res.users"].search([("login", "=", "manager")])
day = get_day(manager, "team")
counts = {{s["name"]: s["count"] for s in day["sections"]}}
rows = day["meeting"]["rows"]
result = [
    counts["requests"],
    counts["reviews"],
    len(day["team"]["rows"]),
    len(rows),
    sum(bool(row["moved"]) for row in rows),
    sum(bool(row["blocker"]) for row in rows),
]
"""
    )
    assert result[0] >= 3
    assert min(result) >= 2, result


def test_every_kind_of_risk_and_gap_occurs(demo):
    found = demo(
        f"""{WORK}
manager = env["res.users"].search([("login", "=", "manager")])
lists = env["funnel.my.day"].with_user(manager).with_context(tz=manager.tz)
pending = [("won_status", "=", "pending")]
today = get_company_day(env.company)
own = leads.with_user(manager)
result = {{
    **{{risk: own.search_count(pending + list(domain))
       for risk, domain in lists._get_risks(today).items() if risk != "overdue"}},
    **collections.Counter(str(gap) for gap in own.search(pending).mapped("funnel_gap")),
    "paused": own.search_count([("funnel_resume_date", "!=", False)]),
}}
"""
    )
    wanted = {"step", "silent", "rotting", "problem", "decider", "paused"}
    assert wanted <= {name for name, count in found.items() if count}, found


PIPELINE = """
pipeline = leads.search([
    ("won_status", "=", "pending"), ("active", "=", True), ("type", "=", "opportunity")
])
"""


def test_gates_leave_the_board_usable(demo):
    """At most one card in five stands above its proof, of several people."""
    result = demo(
        f"""{WORK}{PIPELINE}
above = pipeline.filtered("funnel_stage_gap")
result = {{
    "above": len(above),
    "all": len(pipeline),
    "owners": len(above.user_id & reps),
    "cards": sum(
        "Evidence supports only" in (lead.funnel_card_note or "") for lead in above
    ),
    "proven": len(pipeline.filtered("funnel_proven_stage_id")),
}}
"""
    )
    assert 3 <= result["above"] <= result["all"] / 5
    assert result["owners"] == 3
    assert result["cards"] >= 2
    assert result["proven"] == result["all"]


def test_later_runs_prove_the_same(demo):
    changed = demo(
        f"""{PIPELINE}
def tell():
    return [(l.id, l.funnel_proven_stage_id.id, l.funnel_stage_gap) for l in pipeline]

before = tell()
env["funnel.gate.plan"].prove_stages()
result = tell() != before
"""
    )
    assert changed is False


def test_a_refused_drop_asks_a_rep_in_english(demo):
    """Of a lead each: for answers, for a person who decides, for the approval.

    One that waits for the approval is told so.
    """
    asked = demo(
        f"""{WORK}{PIPELINE}
emma = env["res.users"].search([("login", "=", "rep3")])
own = pipeline.filtered(lambda lead: lead.user_id == emma).with_user(emma)
stages = [env.ref(f"crm.stage_lead{{n}}") for n in (1, 2, 3, 4)]
there = own.grouped("stage_id")
result = []
for before, after in zip(stages, stages[1:]):
    asks = [lead.action_funnel_gate_ask(after.id) for lead in there[before]]
    asks = filter(None, asks)
    result.append(sorted({{ask.get("res_model") or ask["tag"] for ask in asks}}))
"""
    )
    assert asked == [
        ["crm.lead"],
        ["crm.lead"],
        ["display_notification", "funnel.stage.approval"],
    ]


def test_approvals_wait_and_were_answered(demo):
    result = demo(
        f"""{WORK}
approvals = env["funnel.stage.approval"].search([])
waiting = approvals.filtered(lambda a: a.state == "requested")
refused = approvals.filtered(lambda a: a.state == "refused")
approved = approvals.filtered(lambda a: a.state == "approved")
result = [
    len(waiting),
    len(waiting.activity_ids),
    len(refused),
    all(refused.mapped("reason")),
    len(approved) > 1,
    len(approved.filtered("is_direct")),
    set(approved.lead_id.mapped("won_status")) == {{"won"}},
    all(a.answered_at >= a.create_date for a in approved),
]
"""
    )
    assert result == [3, 3, 1, True, True, 1, True, True]


def test_losses_teach_something(demo):
    result = demo(
        f"""{WORK}
losses = env["funnel.loss"].search([lead_of_ours])
today = get_company_day(env.company)
due = losses.filtered(lambda loss: loss.retry_date and loss.retry_date <= today)
result = {{
    "states": collections.Counter(losses.mapped("state")),
    "reasons": all(losses.mapped("lost_reason_id")) and len(losses.lost_reason_id),
    "lessons": len(losses.filtered("lesson")),
    "due": len(due),
    "ahead": len(losses.filtered("retry_date") - due),
    "mine": len(due.user_id),
}}
competitors = env["funnel.competitor"].search([])
result["competitors"] = [
    bool(c.strengths and c.weaknesses and c.answers and c.won_count and c.lost_count)
    for c in competitors
]
"""
    )
    states = result["states"]
    assert 3 <= states["todo"] <= 15
    assert states["reopened"] >= 1
    assert states["done"] >= 90
    assert result["reasons"] >= 4
    assert result["lessons"] >= 40
    assert (result["due"], result["mine"]) == (3, 3)
    assert result["ahead"] >= 3
    assert result["competitors"] == [True] * 4


def test_few_leads_may_be_dropped_and_one_was_kept(demo):
    result = demo(
        f"""{WORK}{PIPELINE}
candidates = pipeline.filtered("funnel_is_dropout")
result = [
    len(candidates) <= len(pipeline) / 5,
    len(candidates.user_id & reps),
    len(pipeline.filtered("funnel_keep_until")),
]
"""
    )
    assert result[0] and result[1] >= 2 and result[2] == 1, result


def test_papers_of_the_work_are_complete(demo):
    result = demo(
        f"""{WORK}
logs = env["funnel.followup"].search([lead_of_ours])
answers = env["funnel.objection.answer"].search([])
requests = env["funnel.resource.request"].search([lead_of_ours])
steps = env["funnel.closing.step"].search([lead_of_ours])
judged = collections.Counter(e.lead_id.id for e in env["funnel.evaluation"].search([]))
chains = env["funnel.stakeholder"].search([]).grouped("lead_id")
first = leads.search([("funnel_code", "=", "LX2024101")])
result = {{
    "logs": len(logs),
    "late": sum(not log.same_day for log in logs),
    "spin": [sum(bool(log[name]) for log in logs) for name in (
        "situation", "problem", "implication", "need_payoff")],
    "moods": len(set(logs.mapped("mood"))),
    "won answers": sum(answer.won_count > 0 for answer in answers),
    "requests": sorted(set(requests.mapped("state"))),
    "steps": sorted(set(steps.mapped("state"))),
    "twice": sum(number > 1 for number in judged.values()),
    "chains": sum(len(people) in (3, 4, 5) for people in chains.values()),
    "opposing": sum("opposes" in p.mapped("stance") for p in chains.values()),
    "reporting": sum(bool(p.parent_id) for p in chains.values()),
    "handbook": [len(first.funnel_followup_ids), len(first.funnel_evaluation_ids)],
}}
"""
    )
    assert result["logs"] >= 400
    assert 0.05 <= result["late"] / result["logs"] <= 0.25
    assert min(result["spin"]) >= 20
    assert result["moods"] >= 4
    assert result["won answers"] >= 4
    assert result["requests"] == [
        *("approved", "cancelled", "done", "draft", "refused", "submitted")
    ]
    assert result["steps"] == ["done", "late", "planned"]
    assert min(result["twice"], result["opposing"]) >= 3
    assert min(result["chains"], result["reporting"]) >= 20
    assert result["handbook"] == [5, 1]


def test_each_lead_has_one_planned_contact_at_most(demo):
    result = demo(
        f"""{WORK}
own = leads.search([("user_id", "in", reps.ids), ("won_status", "=", "pending")])
calls = own.activity_ids.filtered(
    lambda a: a.activity_type_id.category in ("phonecall", "meeting")
)
closed = leads.search([("user_id", "in", reps.ids), ("won_status", "!=", "pending")])
result = [
    len(calls) - len(set(calls.mapped("res_id"))),
    len(calls) > 10,
    len(closed.activity_ids),
]
"""
    )
    assert result == [0, True, 0]


def test_work_happened_within_office_hours_before_today(demo_sql):
    outside = demo_sql(
        "SELECT count(*) FROM funnel_followup log JOIN crm_lead lead"
        "    ON lead.id = log.lead_id JOIN crm_team team ON team.id = lead.team_id"
        "  JOIN res_users rep ON rep.id = log.user_id AND rep.login LIKE 'rep%'"
        " WHERE log.happened_at > log.recorded_at OR log.recorded_at > now()"
        "    OR extract(hour FROM log.happened_at AT TIME ZONE 'UTC'"
        "                         AT TIME ZONE 'Asia/Shanghai') NOT BETWEEN 8 AND 21"
    )
    assert outside == [[0]]


def test_nobody_was_told(demo):
    result = demo(
        """
ours = env["res.users"].search([("login", "in", ["rep", "rep2", "rep3", "manager"])])
domain = [("res_partner_id", "in", ours.partner_id.ids)]
result = [
    env["mail.notification"].search_count(domain),
    env["mail.mail"].search_count([("recipient_ids", "in", ours.partner_id.ids)]),
]
"""
    )
    assert result == [0, 0]


def test_contacts_are_planned_from_the_first_lead_on(demo):
    """A later run of the planning finds nothing to change."""
    changed = demo(
        """
before = {lead.id: lead.funnel_next_contact_date for lead in everything}
everything._funnel_replan()
env.invalidate_all()
result = [l.name for l in everything if before[l.id] != l.funnel_next_contact_date]
"""
    )
    assert changed == []


def test_each_user_can_log_in_and_sees_leads(demo):
    result = demo(
        """
result = {}
for login in ("rep", "rep2", "rep3", "manager", "director"):
    user = env["res.users"].search([("login", "=", login)])
    credential = {"login": login, "password": login, "type": "password"}
    user.with_user(user)._check_credentials(credential, {"interactive": True})
    seen = env["crm.lead"].with_user(user).search([("user_id", "=", user.id)])
    result[login] = [user.lang, len(seen) > 1]
"""
    )
    assert result == {
        "rep": ["zh_CN", True],
        "rep2": ["zh_CN", True],
        "rep3": ["en_US", True],
        "manager": ["zh_CN", True],
        "director": ["en_US", True],
    }


def test_all_hours_of_a_day_give_the_same_leads(demo):
    same = demo(
        """
from odoo.addons.sales_lead_funnel_demo.plan.planner import Planner

def tell(now):
    return [
        (plan.client, plan.recorded, sorted(plan.vals.items(), key=str), [
            event[:3] for event in plan.events
        ], [log[:3] for log in plan.logs], plan.people, plan.evaluations, plan.steps,
        plan.requests, plan.pause, plan.rivals, plan.loss, plan.is_analysed,
        plan.approval)
        for plan in Planner(fields.Datetime.to_datetime(now)).get_plans()
    ]

result = tell("2026-03-31 16:00:00") == tell("2026-04-01 15:59:59")
"""
    )
    assert same


def test_core_s_own_leads_beside_it_are_complete(odoo_cli):
    """Both installed at once, on a database with the demo data of core."""
    name = odoo_cli.new_db(template=None)
    odoo_cli.install(name, DEMO_ADDON, demo=True)
    assert odoo_cli.complaints() == []
    of_core = (
        "FROM crm_lead lead JOIN ir_model_data data ON data.res_id = lead.id"
        " AND data.model = 'crm.lead' AND data.module = 'crm'"
    )
    assert odoo_cli.sql(name, f"SELECT count(*) > 20 {of_core}") == [[True]]
    untold = (
        "(lead.funnel_code IS NULL OR lead.funnel_need IS NULL OR NOT EXISTS ("
        " SELECT FROM funnel_stage_move move WHERE move.lead_id = lead.id))"
    )
    assert odoo_cli.sql(name, f"SELECT count(*) {of_core} WHERE {untold}") == [[0]]
    for statement in (MOVES_ASTRAY, SUGGESTIONS_ASTRAY):
        assert odoo_cli.sql(name, statement) == [[0]]


def test_another_database_without_chinese_has_the_same_leads(demo_sql, odoo_cli):
    name = odoo_cli.new_db(template=None)
    odoo_cli.install(name, DEMO_ADDON)
    assert odoo_cli.complaints() == []
    assert odoo_cli.sql(name, LANGUAGES) == [["en_US"]]
    assert odoo_cli.sql(name, COUNTS) == demo_sql(COUNTS)
    assert odoo_cli.sql(name, WORK_COUNTS) == demo_sql(WORK_COUNTS)
    assert odoo_cli.sql(name, LOSS_COUNTS) == demo_sql(LOSS_COUNTS)


def test_the_handbooks_files_are_imported_one_after_the_other(demo):
    """Register, follow-ups, evaluations: the later ones find the leads of the first."""
    files = REPO / "sales_lead_funnel" / "tests" / "data"
    result = demo(
        f"""
import sys
sys.path.insert(0, {str(REPO / "tests" / "lifecycle")!r})
from import_files import import_file
result = []
for model, name in (
    ("crm.lead", "f1_lead_register"),
    ("funnel.followup", "f2_follow_ups"),
    ("funnel.evaluation", "f3_evaluation_and_stage"),
):
    content = open({str(files)!r} + "/" + name + ".csv", "rb").read()
    ids, messages = import_file(env, model, content, "manager")
    result.append([len(ids), messages])
lead = leads.search([("funnel_code", "=", "LX2024001")])
result.append([
    lead.name, lead.stage_id.with_context(lang="zh_CN").name,
    len(lead.funnel_followup_ids), len(lead.funnel_evaluation_ids),
])
env.cr.rollback()
"""
    )
    assert result[:3] == [[2, []], [2, []], [2, []]]
    assert result[3][0] == "科技CRM" and result[3][2:] == [2, 1]
