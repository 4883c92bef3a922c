"""The two leads of the sales handbooks (F1), with what F2 and F3 say about them."""

from datetime import datetime

from .plan import LOCAL, Client, Event, Plan


def _at(day, hour=10):
    return datetime.fromisoformat(f"{day}T{hour:02d}:00:00") - LOCAL


def _plan(source, grade, owner, day, industry, tag, **vals):
    client = Client("", "", "", industry, owner, False)
    moment = _at(day)
    plan = Plan(client, source, grade, owner, moment, moment, creator=owner, tag=tag)
    plan.vals = {"funnel_obtained_at": moment, **vals}
    return plan


def get_plans():
    """Both leads, brought to the ends that the handbook's dates suggest."""
    first = _plan(
        "web",
        "A",
        "rep",
        "2024-03-01",
        "internet",
        "high",
        funnel_code="LX2024001",
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
    second = _plan(
        "show",
        "C",
        "rep2",
        "2024-03-02",
        "manufacturing",
        "low",
        funnel_code="LX2024002",
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
        Event(_at("2024-05-30"), "rep2", "lost", "expensive"),
    ]
    first.notes = [
        (_at("2024-03-05"), "电话：现用Excel管理客户，效率低。3月8日上门演示产品。"),
        (_at("2024-03-08"), "拜访：需支持多部门数据同步。3月12日方案初稿。"),
    ]
    return [first, second]
