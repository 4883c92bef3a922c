"""What is said and planned when a lead is worked on: Chinese, then English."""

# Follow-ups --------------------------------------------------------------------------

SUMMARIES = {  # phase: channel and what was talked about
    "first": (
        (
            ("call", "介绍公司，了解现状，约定详谈。"),
            ("call", "确认需求来源和联系人分工。"),
            ("call", "回访咨询，客户愿意进一步了解。"),
            ("chat", "加微信，发送公司介绍，约定电话时间。"),
        ),
        (
            ("call", "Their situation, our company."),
            ("call", "What they need, and who else is concerned."),
        ),
    ),
    "new": (
        (
            ("email", "发送同行业案例，客户已转给部门内部看。"),
            ("call", "确认需求范围，约线上演示时间。"),
            ("video", "看了产品概览，客户提了几个问题。"),
        ),
        (
            ("email", "Sent two references of the same industry."),
            ("call", "Agreed on the scope."),
        ),
    ),
    "qualified": (
        (
            ("visit", "上门调研：走访现场，核对业务流程。"),
            ("video", "逐项确认需求清单和用户数。"),
            ("demo", "重点演示客户提出的三个场景。"),
            ("call", "了解预算审批进度和时间计划。"),
            ("visit", "与业务部门座谈，明确验收标准。"),
        ),
        (
            ("visit", "Walked through the process on site."),
            ("demo", "Demo of the three cases they asked for."),
            ("call", "Budget approval and dates."),
        ),
    ),
    "proposition": (
        (
            ("visit", "方案讲解：方案获认可，讨论实施范围。"),
            ("email", "已提交报价单第二版，客户内部比价。"),
            ("call", "跟进报价反馈，商务条款逐条过。"),
            ("visit", "与决策人当面沟通投入产出。"),
            ("video", "合同条款沟通，法务提出付款节点修改。"),
        ),
        (
            ("visit", "Presented the proposal; scope discussed."),
            ("email", "Second version of the quotation sent."),
            ("visit", "Return on investment with the decision maker."),
        ),
    ),
    "won": (
        (
            ("call", "确认合同终稿，约定签约日期。"),
            ("visit", "签约会议：合同盖章，约定首付款时间。"),
        ),
        (("visit", "Final contract agreed and signed."),),
    ),
    "lost": (
        (
            ("call", "客户告知项目暂停或已选其他家，感谢沟通。"),
            ("call", "确认不再推进，约明年再联系。"),
        ),
        (("call", "They decided against us; keep in touch next year."),),
    ),
    "none": (
        (
            ("call", "目前仅了解，暂无采购计划。"),
            ("email", "已发送产品资料，客户暂无预算。"),
        ),
        (("email", "Only collecting information for now."),),
    ),
    "silent": (
        (
            ("email", "已提交正式报价，客户称需上会讨论。"),
            ("call", "报价后回访，对方称领导出差，等通知。"),
        ),
        (("email", "Quotation is out; they will discuss it in the board."),),
    ),
}
FEEDBACK = {  # phase: what the client thinks
    "new": (
        ("希望看到同行业案例。", "对产品方向认可，想先了解价格区间。", False, False),
        ("Wants references of the industry.", False),
    ),
    "qualified": (
        (
            "演示反馈良好，IT部门关心接口。",
            "业务部门支持，担心上线影响生产。",
            "希望三个月内上线，赶在旺季之前。",
            False,
        ),
        ("Users like it; IT asks about interfaces.", False),
    ),
    "proposition": (
        (
            "方案认可，价格高于预期。",
            "要求补充实施计划和服务承诺。",
            "希望分期付款。",
            "竞品报价低一成，但功能不全。",
        ),
        ("Likes the proposal, finds it expensive.", "Asks for a rollout plan."),
    ),
}
DECIDER = (  # about the decision maker
    (
        "最终由总经理拍板，财务总监会签。",
        "20万以上需上总经理办公会。",
        "决策人关注投资回收期，反感复杂实施。",
    ),
    ("The general manager signs, finance countersigns.",),
)
NEXT = {  # phase: what is to be done next
    "first": (
        ("发送公司介绍和案例", "约线上演示时间", "电话确认需求范围"),
        ("Send references", "Agree on a demo"),
    ),
    "new": (
        ("上门调研现场流程", "线上演示产品", "确认决策流程和预算"),
        ("Visit the site", "Demo online"),
    ),
    "qualified": (
        (
            "提交方案初稿",
            "约决策人见面",
            "准备演示环境，确认参会人",
            "与财务确认预算审批",
        ),
        ("Send the draft proposal", "Meet the decision maker"),
    ),
    "proposition": (
        (
            "提交最终报价单",
            "电话跟进内部讨论结果",
            "安排同行业客户参观",
            "合同条款谈判",
            "申请优惠权限后回复",
        ),
        ("Send the final quotation", "Call about the board meeting"),
    ),
    "lost": (("明年初再联系", False), (False,)),
    "none": ((False,), (False,)),
    "silent": (("等上会结果，主动约决策人",), ("Ask for a date with the board",)),
}
PAUSE = (
    ("客户年度审计中，审计结束后再谈", "总部架构调整，新负责人到任后继续"),
    ("New fiscal year: budget opens later",),
)
MOODS = {  # how it goes on: mood and how often
    "won": {"positive": 7, "neutral": 3, "hesitant": 1},
    "lost": {"neutral": 3, "hesitant": 5, "negative": 2},
    "open": {"positive": 4, "neutral": 4, "hesitant": 2},
}
# objection: its answers, as (xmlid, copies in the deck)
OBJECTIONS = {
    "objection_price": 7,
    "objection_rollout": 3,
    "objection_trust": 2,
    "objection_fit": 2,
    "objection_rival": 3,
}
ANSWERS = {  # objection: answers, and how often each is given to deals won, lost
    "objection_price": {
        "objection_price_answer_2": (6, 3),
        "answer_price_payback_demo": (4, 1),
        "objection_price_answer_1": (1, 4),
    },
    "objection_rollout": {
        "objection_rollout_answer_1": (5, 2),
        "answer_rollout_team_demo": (1, 2),
    },
    "objection_trust": {"objection_trust_answer_1": (4, 2)},
    "objection_fit": {"objection_fit_answer_1": (2, 3)},
    "objection_rival": {
        "objection_rival_answer_1": (2, 3),
        "answer_rival_side_demo": (3, 1),
    },
}

# Decision chain ----------------------------------------------------------------------

# role, power, jobs; from the top down, each reports to the one named
CHAIN = (
    (
        "decides",
        "high",
        (("总经理", "董事长", "副总经理"), ("General manager", "CEO")),
        "",
    ),
    (
        "approves",
        "high",
        (("财务总监", "财务经理"), ("Finance director",)),
        "decides",
    ),
    (
        "influences",
        "medium",
        (("IT经理", "信息中心主任"), ("IT manager",)),
        "decides",
    ),
    (
        "uses",
        "medium",
        (("业务主管", "车间主任", "部门经理"), ("Head of department",)),
        "influences",
    ),
    ("guards", "low", (("总经理助理", "采购专员"), ("Assistant",)), "decides"),
)
STANCES = {
    "decides": {"supports": 4, "neutral": 4, "unknown": 2},
    "approves": {"neutral": 5, "opposes": 2, "unknown": 2},
    "influences": {"supports": 5, "neutral": 3, "opposes": 1},
    "uses": {"supports": 6, "neutral": 2},
    "guards": {"neutral": 5, "unknown": 3},
}
CHAIN_NOTES = {
    "decides": (
        ("关注投资回收期，要求先看同行案例", False),
        ("Asks for payback", False),
    ),
    "approves": (("关注付款节点和税率", "要求三家比价", False), ("Wants instalments",)),
    "opposes": (
        ("与现有供应商合作多年", "担心工作量增加"),
        ("Prefers the old vendor",),
    ),
}

# Evaluation --------------------------------------------------------------------------

COMPETITION = (
    ("1家竞品", "2家竞品在比价", "独家", "老供应商在续约", "未知"),
    ("One competitor", "Alone so far", "Two others compared"),
)
EVALUATED = (
    ("预算已立项，时间明确。", "决策人未见面，需补。", False, False),
    ("Budget approved, date set.", False),
)

# Closing plan ------------------------------------------------------------------------

STEPS = (  # Chinese and English
    ("提交最终报价单", "Send the final quotation"),
    ("确认合同条款", "Agree on the terms"),
    ("客户内部审批会", "Approval by the client's board"),
    ("签约会议", "Signing"),
    ("首付款到账", "First payment"),
)

# Resource requests -------------------------------------------------------------------

ASKED = {  # state: days since the request was made
    "draft": 0,
    "submitted": 1,
    "approved": 4,
    "refused": 2,
    "done": 9,
    "cancelled": 6,
}
# who asks, kind, state, what for, details, wanted in days, answer, who does it, when
REQUESTS = (
    (
        "rep",
        "executive",
        "submitted",
        "请总监陪同拜访客户总经理",
        "客户总经理希望与我方高层见面，确认长期服务承诺。",
        4,
    ),
    (
        "rep",
        "tech",
        "submitted",
        "接口方案技术支持",
        "客户IT要求说明与现有财务系统的接口，需工程师参加线上会议。",
        2,
    ),
    (
        "rep2",
        "demo",
        "submitted",
        "定制化产品演示",
        "需要用客户数据准备两个场景的演示环境。",
        5,
    ),
    (
        "rep3",
        "tech",
        "submitted",
        "Engineer for the interface workshop",
        "Their IT wants to see how stock postings reach the ledger.",
        6,
    ),
    (
        "rep",
        "demo",
        "approved",
        "现场产品演示",
        "客户三个部门参加，约20人，需讲师一名。",
        6,
        "同意。由王经理带队，提前一天调试环境。",
        "manager",
        3,
    ),
    (
        "rep2",
        "executive",
        "approved",
        "总监参加签约前沟通会",
        "客户董事长出席，希望对等接待。",
        8,
        "Approved, I will be there.",
        "director",
        5,
    ),
    (
        "rep",
        "other",
        "refused",
        "申请免费试用三个月",
        "客户希望先试用再签约。",
        3,
        "试用期最长一个月，请先与客户确认试用目标和验收标准后再提交。",
    ),
    (
        "rep2",
        "tech",
        "done",
        "现场网络与条码设备勘察",
        "仓库条码枪型号老旧，需确认能否利旧。",
        -3,
        "同意，安排工程师到现场。",
        "manager",
        -4,
    ),
    (
        "rep3",
        "demo",
        "done",
        "Demo with the client's own data",
        "Two cases, one hour, online.",
        -2,
        "Approved.",
        "rep3",
        -2,
    ),
    ("rep", "tech", "draft", "数据迁移评估", "历史数据约40万条，需评估清洗工作量。", 9),
    ("rep2", "other", "cancelled", "样机借用", "客户改为线上演示，不再需要。", 7),
)
