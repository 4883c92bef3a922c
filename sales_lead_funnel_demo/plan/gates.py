"""Gates of the demo's stages, what came of them, and why leads were lost."""

from datetime import timedelta

from .plan import Chance

# Standards ----------------------------------------------------------------------------

# stage: what is reached in it and who is responsible, each in English and Chinese
STANDARDS = {
    "new": (
        ("From a channel, with a valid contact.", "来自渠道，联系方式有效。"),
        ("Marketing specialist", "市场专员"),
    ),
    "qualified": (
        ("Need confirmed, budget and time fit.", "需求已确认，预算与时间匹配。"),
        ("Sales representative", "销售代表"),
    ),
    "proposition": (
        (
            "The decision maker knows our offer and compares it.",
            "决策人了解我方方案并在比较。",
        ),
        ("Sales representative", "销售代表"),
    ),
    "won": (
        ("Contract signed and first payment received.", "合同已签，首付款到账。"),
        ("Sales manager", "销售经理"),
    ),
}
STANDS_STILL = "[('funnel_stage_move_ids', 'not any', [('happened_at', '>=', '-30d')])]"
# stage, key of the handbooks' template if it is one of its criteria, direction, effect,
# name, message, required fields, condition
CRITERIA = (
    (
        *("qualified", "s1.mql.need", "entry", "block"),
        ("Need is known", "需求已明确"),
        ("Ask what the client needs, and write it down.", "问清客户需求并填写。"),
        *(("funnel_need",), ""),
    ),
    (
        *("qualified", "", "entry", "block"),
        ("Budget is known", "预算已明确"),
        ("Ask for the budget; a range is enough.", "询问预算，有范围即可。"),
        *(
            (),
            "['|', ('funnel_budget_min', '>', 0), ('funnel_budget_max', '>', 0)]",
        ),
    ),
    (
        *("qualified", "", "entry", "warn"),
        ("Planned purchase is known", "采购时间已明确"),
        ("Ask when they want to buy.", "询问客户计划何时采购。"),
        *(("funnel_purchase_date",), ""),
    ),
    (
        *("proposition", "s1.sql.decider", "entry", "block"),
        ("Decision maker is known", "决策人已明确"),
        (
            "Add the person who decides to the decision chain.",
            "在决策链中添加做决定的人。",
        ),
        *((), "[('funnel_stakeholder_ids', 'any', [('role', '=', 'decides')])]"),
    ),
    (
        *("proposition", "", "entry", "block"),
        ("A follow-up is logged", "已有跟进记录"),
        ("Log a follow-up with the client.", "先记录一次与客户的跟进。"),
        *((), "[('funnel_followup_ids', 'any', [('happened_at', '!=', False)])]"),
    ),
    (
        *("won", "s1.won.signed", "entry", "approve"),
        ("Contract and first payment are confirmed", "合同与首付款已确认"),
        (
            "The manager confirms contract and first payment.",
            "由经理确认合同与首付款。",
        ),
        *((), "[]"),
    ),
    *(
        (
            *(stage, key, "dropout", "block"),
            ("30 days without advance", "30天无推进"),
            False,
            *((), STANDS_STILL),
        )
        for stage, key in (("qualified", "s1.mql.still"), ("proposition", ""))
    ),
)

# Competitors --------------------------------------------------------------------------

# key: name, strengths, weaknesses, our answers
COMPETITORS = {
    "local": (
        "帆启云管",
        "报价低，本地服务团队响应快。",
        "功能以财务为主，批次追溯和移动端较弱；大客户案例少。",
        "请业务部门用自己的数据并排演示；把实施后的人工成本算进三年总成本。",
    ),
    "suite": (
        "Norvane Suite",
        "Well-known name, wide range of modules, strong references abroad.",
        "Long rollout, consultants are expensive, changes need a partner.",
        "Show a rollout plan of the same size; offer a first step in eight weeks.",
    ),
    "niche": (
        "Quillmark",
        "Made for one industry, quick to show.",
        "Small company, no interfaces to the ledger, one database per site.",
        "Ask who will keep the interfaces alive; bring their IT department in.",
    ),
    "own": (
        "客户自研（IT部门）",
        "熟悉自身流程，无需采购审批。",
        "依赖个别开发人员，维护成本看不见，上线时间常推迟。",
        "一起列出未来三年的维护人力；建议先用标准模块，特殊流程再开发。",
    ),
}
# of 10 leads that meet somebody: whom
MET = {
    "won": {"local": 2, "suite": 4, "niche": 3, "own": 1},
    "lost": {"local": 5, "suite": 2, "niche": 1, "own": 2},
    "open": {"local": 3, "suite": 3, "niche": 2, "own": 2},
}
# % of the leads that met somebody, by how they ended or the stage they are in
MET_SHARE = {"won": 55, "new": 0, "qualified": 30, "proposition": 50}
LOST_TO = {"price": 75, "function": 35, "budget": 30, "skills": 15, "stock": 20}

# Losses -------------------------------------------------------------------------------

# reason: what was learnt, in Chinese and in English
LESSONS = {
    "price": (
        (
            "报价前未了解竞品价格，应先谈价值再谈折扣。",
            "采购只比单价，应更早让业务部门算总成本。",
            "付款方式可以分期，提得太晚。",
        ),
        (
            "We quoted before they had seen the savings; show them first.",
            "Purchasing compared prices only. Win the users earlier.",
        ),
    ),
    "function": (
        (
            "首次沟通应问清必需功能，少走两个月。",
            "关键场景没有演示，客户自行判断不支持。",
            "客户要求定制，应先与产品确认再承诺。",
        ),
        (
            "Ask for the must-haves in the first call.",
            "The one case that mattered was not in the demo.",
        ),
    ),
    "budget": (
        ("预算范围应在初次沟通时确认。", "小客户适合标准版，不该推荐完整方案。"),
        ("Ask for the budget before the first visit.",),
    ),
    "skills": (
        ("跟进间隔太长，客户已经选定他人。", "没有找到决策人，只与使用者沟通。"),
        ("We never met who decides.",),
    ),
    "stock": (
        ("交付时间不明确，客户等不了；先确认排期。",),
        ("Check the delivery dates before the proposal.",),
    ),
}
UNTOLD_DAYS = 20  # losses younger than that may still be to analyse
LEFT_OPEN = {True: 1, False: 2}  # copies in the deck
LESSON_SHARE = {"new": 30, "qualified": 75, "proposition": 95}  # in %
RETRY_AFTER = (45, 150)  # days since the loss of those to be tried again
RETRY_AHEAD = (12, 26, 40, 61, 90, 120)  # days from today

# Approvals ----------------------------------------------------------------------------

# who asks: state, days ago, why now; the reason of the answer
APPROVALS = (
    ("rep", "requested", 2, "合同双方已盖章，首付款本周到账。", ""),
    ("rep2", "requested", 3, "合同已签，客户今天安排付款。", ""),
    ("rep3", "requested", 1, "Contract came back signed; payment is on its way.", ""),
    (
        *("rep", "refused", 4, "客户口头同意，想先算成交。"),
        "合同尚未盖章，首付款未到账；到账后再提交。",
    ),
)
CONFIRMED = ("合同与到账凭证已核对。", "Contract and payment checked.")
APPROVED_DAYS = 45  # wins by the manager since then were let in by approval


class Gates:
    """Adds to all plans how they stand with the gates, and what losses taught."""

    def __init__(self, now, seed):
        self.chance = Chance(now, seed)
        self.now = self.chance.now

    def add(self, plans):
        for plan in plans:
            if plan.is_assigned:
                self._add_rivals(plan)
        lost = [plan for plan in plans if plan.lost_for]
        for plan in lost:
            self._add_lesson(plan)
        self._try_again(lost)
        self._ask_approvals(plans)
        self._claim_too_much(plans)

    def _days_ago(self, plan):
        return (self.now - plan.last_at) / timedelta(days=1)

    # Losses --------------------------------------------------------------------------

    def _add_rivals(self, plan):
        if plan.lost_for:
            share, fate = LOST_TO[plan.lost_for], "lost"
            share = share if plan.stage != "new" else share // 5
        elif plan.is_open:
            share, fate = MET_SHARE[plan.stage], "open"
        else:
            share, fate = MET_SHARE["won"], "won"
        if self.chance.hits(share):
            plan.rivals.append(self.chance.deal(f"met {fate}", MET[fate]))

    def _add_lesson(self, plan):
        is_young = self._days_ago(plan) < UNTOLD_DAYS
        if is_young and self.chance.deal("left open", LEFT_OPEN):
            plan.is_analysed = False
            return
        if self.chance.hits(LESSON_SHARE[plan.stage]):
            texts = LESSONS[plan.lost_for]
            plan.loss["lesson"] = self.chance.text(texts, plan.client)

    def _try_again(self, lost):
        """Each rep's best loss of some months ago is due again, others will be."""
        first, last = RETRY_AFTER
        found = [
            plan
            for plan in lost
            if plan.stage != "new"
            and plan.grade != "C"
            and first < self._days_ago(plan) < last
        ]
        found.sort(key=lambda plan: plan.vals["expected_revenue"], reverse=True)
        ahead = list(RETRY_AHEAD)
        for owner in ("rep", "rep2", "rep3"):
            own = [plan for plan in found if plan.owner == owner]
            for place, plan in enumerate(own[:3]):
                days = ahead.pop(0) if place else -2
                plan.loss["retry_date"] = self.chance.date(days, days)

    # Stages --------------------------------------------------------------------------

    def _ask_approvals(self, plans):
        """The best proposals wait for the manager, or were refused."""
        found = [plan for plan in plans if self._is_near(plan)]
        found.sort(key=lambda plan: plan.vals["expected_revenue"], reverse=True)
        for who, *request in APPROVALS:
            own = [plan for plan in found if plan.owner == who and not plan.approval]
            if own:
                state, days, *texts = request
                asked_at = self.chance.earlier(self.now, days)
                own[0].approval = (state, asked_at, *texts)

    def _is_near(self, plan):
        is_moving = plan.turn and not plan.turn.kind
        decides = any(person["role"] == "decides" for person in plan.people)
        return is_moving and plan.stage == "proposition" and decides

    def _claim_too_much(self, plans):
        """One proposal of the first rep was made to nobody who decides (S1-39)."""
        found = [
            plan
            for plan in plans
            if plan.owner == "rep" and self._is_near(plan) and not plan.approval
        ]
        for plan in found[-1:]:
            plan.people = [
                person | {"boss": ""} if person["boss"] == "decides" else person
                for person in plan.people
                if person["role"] != "decides"
            ]

    @staticmethod
    def confirm(plan):
        """What the manager said to a win."""
        return CONFIRMED[plan.client.is_foreign]
