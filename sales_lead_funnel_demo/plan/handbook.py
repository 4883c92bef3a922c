"""The two leads of the sales handbooks (F1), with what F2, F3 and F5 say of them.

Their numbers are not the handbooks', so that the forms can be imported as they stand.
"""

from datetime import datetime

from .plan import LOCAL, Client, Event, Log, Plan


def _at(day, hour=10):
    return datetime.fromisoformat(f"{day}T{hour:02d}:00:00") - LOCAL


def _plan(source, grade, owner, day, industry, tag, **vals):
    client = Client("", "", "", industry, owner, False)
    moment = _at(day)
    plan = Plan(client, source, grade, owner, moment, moment, creator=owner, tag=tag)
    plan.vals = {"funnel_obtained_at": moment, **vals}
    return plan


def _log(who, day, hour, channel, contact, text, action, vals):
    """A row of F2 (feedback) or, where a stage is told, of F5 (summary)."""
    name = "summary" if "stage_name" in vals else "feedback"
    said = {"channel": channel, "contact": contact, name: text, "next_action": action}
    return Log(_at(day, hour), _at(day, hour + 2), who, said | vals)


def _evaluation(day, urgency, competition, people, decision, action):
    return {
        "date": day,
        "urgency": urgency,
        "competition": competition,
        "people_count": people,
        "decision": decision,
        "next_action": action,
    }


# day, hour, channel, talked to, what, next action, the rest
FOLLOW_UPS = (
    (
        *("2024-03-01", 11, "call", False),
        *("确认产品功能需求,明确决策流程", "3月5日前提交方案初稿"),
        {"stage_name": "意向客户"},
    ),
    (
        *("2024-03-05", 10, "call", "经理", "现用Excel管理客户,效率低"),
        *("3月8日上门演示产品", {"decider_info": "经理(采购)", "mood": "positive"}),
    ),
    (
        *("2024-03-05", 15, "email", False, "发送方案初稿,约定3月8日demo演示"),
        *("准备demo演示环境,确认参会人", {"stage_name": "意向客户"}),
    ),
    (
        *("2024-03-08", 14, "visit", "经理、总", "需支持多部门数据同步"),
        *("提供3月12日方案初稿", {"decider_info": "总(技术总监)", "mood": "positive"}),
    ),
    (
        *("2024-03-10", 10, "demo", False, "演示反馈良好,客户提出价格异议"),
        *("3月12日前提供报价单,争取优惠权限", {"stage_name": "商机客户"}),
    ),
)


def get_plans():
    """Both leads, brought to the ends that the handbook's dates suggest."""
    return [_get_first(), _get_second()]


def _get_first():
    first = _plan(
        "web",
        "A",
        "rep",
        "2024-03-01",
        "internet",
        "high",
        funnel_code="LX2024101",
        name="科技CRM",
        partner_name="科技有限公司",
        phone="1388888",
        funnel_need="需要客户关系管理系统",
        funnel_need_fit="full",
        funnel_authority="decides",
        funnel_budget_min=150_000,
        funnel_budget_max=200_000,
        expected_revenue=180_000,
        funnel_purchase_date="2024-04-15",
        date_deadline="2024-04-15",
    )
    reason = "需求明确，3人决策，1家竞品，预算15-20万"
    first.events = [
        Event(_at("2024-03-05", 11), "rep", "move", "qualified"),
        Event(_at("2024-03-05", 14), "rep", "propose", ("A", reason)),
        Event(_at("2024-03-06"), "manager", "review", (False, False)),
        Event(_at("2024-03-12"), "rep", "move", "proposition"),
        Event(_at("2024-04-15"), "rep", "won"),
    ]
    first.logs = [_log("rep", *row) for row in FOLLOW_UPS]
    first.evaluations = [
        _evaluation(
            "2024-03-06", 8, "1家竞品", 3, "中(3人决策)", "3月15日提交正式报价单"
        )
    ]
    return first


def _get_second():
    second = _plan(
        "show",
        "C",
        "rep2",
        "2024-03-02",
        "manufacturing",
        "low",
        funnel_code="LX2024102",
        name="总办公设备",
        contact_name="总",
        phone="1399999",
        funnel_need="采购办公设备",
        funnel_need_fit="partial",
        funnel_authority="none",
        funnel_budget_min=50_000,
        funnel_budget_max=80_000,
        expected_revenue=60_000,
        funnel_purchase_date="2024-05-30",
        date_deadline="2024-05-30",
    )
    second.events = [
        Event(_at("2024-03-06"), "rep2", "propose", ("C", "个人咨询，竞争情况未知")),
        Event(_at("2024-03-07"), "manager", "review", (False, False)),
        Event(_at("2024-05-30"), "rep2", "lost", "budget"),
    ]
    second.evaluations = [
        _evaluation("2024-03-06", 3, "未知", 1, "高(个人决策)", "发送产品目录,跟进需求")
    ]
    return second
