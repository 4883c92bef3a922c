"""Words of the demo leads: clients, contacts, needs, reasons. All of them made up."""

# Clients ---------------------------------------------------------------------------

# (character, pinyin): two of them make the brand of a company
FIRST = (
    ("华", "hua"),
    ("远", "yuan"),
    ("恒", "heng"),
    ("盛", "sheng"),
    ("瑞", "rui"),
    ("鼎", "ding"),
    ("博", "bo"),
    ("宏", "hong"),
    ("睿", "rui"),
    ("卓", "zhuo"),
    ("锦", "jin"),
    ("泰", "tai"),
    ("云", "yun"),
    ("星", "xing"),
    ("江", "jiang"),
    ("嘉", "jia"),
)
SECOND = (
    ("辰", "chen"),
    ("拓", "tuo"),
    ("澜", "lan"),
    ("禾", "he"),
    ("岳", "yue"),
    ("茂", "mao"),
    ("屿", "yu"),
    ("霖", "lin"),
    ("铭", "ming"),
    ("晟", "sheng"),
    ("泽", "ze"),
    ("轩", "xuan"),
    ("越", "yue"),
    ("维", "wei"),
)
EAST = ("上海", "苏州", "杭州", "宁波", "无锡", "南京", "常州", "合肥")
SOUTH = ("广州", "深圳", "佛山", "东莞", "厦门", "珠海")

# industry: what a company of it is called
LINES = {
    "manufacturing": ("精密机械", "汽车零部件", "电子", "新材料", "自动化设备"),
    "internet": ("科技", "网络科技", "信息技术", "数据科技"),
    "retail": ("商贸", "供应链管理", "服饰", "食品"),
    "logistics": ("物流", "冷链物流", "国际货运"),
    "construction": ("建筑工程", "装饰工程", "机电安装"),
    "health": ("医疗器械", "生物科技", "健康管理"),
    "education": ("教育科技", "教育咨询"),
    "finance": ("融资租赁", "商业保理"),
}
INDUSTRY_WEIGHTS = {
    "manufacturing": 34,
    "internet": 18,
    "retail": 14,
    "logistics": 10,
    "construction": 8,
    "health": 8,
    "education": 5,
    "finance": 3,
}
FOREIGN = (
    ("Brightwater Tooling Co., Ltd.", "brightwater", "manufacturing"),
    ("Harbour Lane Logistics Ltd", "harbourlane", "logistics"),
    ("Northfold Components (Suzhou) Co., Ltd.", "northfold", "manufacturing"),
    ("Alder & Finch Trading Ltd", "alderfinch", "retail"),
    ("Copperleaf Electronics Co., Ltd.", "copperleaf", "manufacturing"),
    ("Stonebridge Medical Devices Ltd", "stonebridge", "health"),
    ("Fernhill Foods (Shanghai) Co., Ltd.", "fernhill", "retail"),
    ("Kestrel Automation Ltd", "kestrel", "manufacturing"),
    ("Marlow Packaging Co., Ltd.", "marlow", "manufacturing"),
    ("Silverbirch Learning Ltd", "silverbirch", "education"),
    ("Oakridge Freight (Ningbo) Co., Ltd.", "oakridge", "logistics"),
    ("Tidewell Instruments Ltd", "tidewell", "manufacturing"),
    ("Lantern Digital Ltd", "lantern", "internet"),
    ("Quarry Street Fit-Out Ltd", "quarrystreet", "construction"),
    ("Wexcombe Valves (Wuxi) Co., Ltd.", "wexcombe", "manufacturing"),
    ("Bluefern Diagnostics Ltd", "bluefern", "health"),
    ("Pinemarsh Textiles Ltd", "pinemarsh", "retail"),
    ("Graylock Motion Control Co., Ltd.", "graylock", "manufacturing"),
    ("Saltmeadow Cold Chain Ltd", "saltmeadow", "logistics"),
    ("Orchard Row Software Ltd", "orchardrow", "internet"),
    ("Hawthorn Precision (Changzhou) Co., Ltd.", "hawthorn", "manufacturing"),
    ("Millpond Furniture Ltd", "millpond", "retail"),
    ("Redgate Sensors Co., Ltd.", "redgate", "manufacturing"),
    ("Coldharbour Leasing Ltd", "coldharbour", "finance"),
    ("Larkfield Polymers (Nanjing) Co., Ltd.", "larkfield", "manufacturing"),
    ("Foxglove Analytics Ltd", "foxglove", "internet"),
    ("Westbrook Pumps Ltd", "westbrook", "manufacturing"),
    ("Ashdown Interiors Ltd", "ashdown", "construction"),
    ("Juniper Labs (Hangzhou) Co., Ltd.", "juniper", "health"),
    ("Thornbury Castings Ltd", "thornbury", "manufacturing"),
)

# Contacts --------------------------------------------------------------------------

SURNAMES = (
    ("王", "wang"),
    ("李", "li"),
    ("张", "zhang"),
    ("刘", "liu"),
    ("陈", "chen"),
    ("杨", "yang"),
    ("赵", "zhao"),
    ("黄", "huang"),
    ("周", "zhou"),
    ("吴", "wu"),
    ("徐", "xu"),
    ("孙", "sun"),
    ("林", "lin"),
    ("郭", "guo"),
    ("何", "he"),
    ("沈", "shen"),
)
GIVEN = (
    ("伟", "wei"),
    ("静", "jing"),
    ("建国", "jianguo"),
    ("晓东", "xiaodong"),
    ("丽萍", "liping"),
    ("志强", "zhiqiang"),
    ("敏", "min"),
    ("文博", "wenbo"),
    ("雪梅", "xuemei"),
    ("俊杰", "junjie"),
    ("海燕", "haiyan"),
    ("国华", "guohua"),
    ("思远", "siyuan"),
    ("佳怡", "jiayi"),
    ("明哲", "mingzhe"),
    ("春燕", "chunyan"),
)
FOREIGN_CONTACTS = (
    "Daniel Hart",
    "Sophie Lang",
    "Martin Reyes",
    "Claire Novak",
    "Peter Osei",
    "Hannah Berg",
    "Lucas Moreau",
    "Priya Nair",
    "Tom Aldous",
    "Ingrid Dahl",
)
# what the contact has to say → job, Chinese and English
JOBS = {
    "decides": (("总经理", "采购总监", "副总经理"), ("General manager", "COO")),
    "influences": (("IT经理", "采购经理", "生产经理"), ("IT manager", "Plant manager")),
    "none": (("采购专员", "行政专员"), ("Purchasing assistant",)),
    False: (("经理",), ("Manager",)),
}

# Needs -----------------------------------------------------------------------------

# industry: (title, first need), Chinese and English
NEEDS = {
    "manufacturing": (
        (
            ("生产排程系统", "现用Excel排产，插单频繁，需要生产计划与排程系统"),
            ("车间数据采集", "设备数据靠人工抄表，需要数据采集与车间看板"),
            ("质量追溯", "客户要求批次追溯，需要质量管理与追溯系统"),
            ("ERP升级", "现有ERP已停止维护，需升级并打通财务与仓库"),
            ("设备维护管理", "点检和保养记录在纸上，需要设备维护管理系统"),
            ("供应商协同平台", "与200多家供应商靠邮件对单，需要供应商协同平台"),
        ),
        (
            ("Production scheduling", "Planning in spreadsheets, wants scheduling"),
            ("Shop-floor data", "Wants machine data and a dashboard per line"),
            ("Batch traceability", "Auditors ask for traceability per batch"),
            ("ERP replacement", "ERP out of support, must link stock and finance"),
        ),
    ),
    "internet": (
        (
            ("客户管理系统", "销售用Excel管理客户，需要客户关系管理系统"),
            ("工单系统", "客服渠道分散，需要统一工单与知识库"),
            ("销售预测看板", "管理层要看销售预测，需要数据看板"),
            ("合同管理", "合同审批慢、归档乱，需要电子合同与审批流"),
        ),
        (
            ("CRM roll-out", "Twenty reps share one spreadsheet, wants a CRM"),
            ("Help desk", "Support by mail only, wants tickets and a portal"),
        ),
    ),
    "retail": (
        (
            ("门店进销存", "30家门店库存不准，需要进销存与补货建议"),
            ("会员营销系统", "会员数据分散在三个平台，需要统一会员系统"),
            ("经销商订货平台", "经销商用微信下单易出错，需要订货平台"),
        ),
        (
            ("Dealer ordering portal", "Dealers order by chat, wants a portal"),
            ("Store replenishment", "Stock-outs in 12 stores, wants replenishment"),
        ),
    ),
    "logistics": (
        (
            ("运输管理系统", "调度靠电话，需要运输管理与在途跟踪"),
            ("仓储管理系统", "新仓明年启用，需要仓储管理系统和条码"),
        ),
        (
            ("Warehouse system", "New warehouse next year, wants WMS with scanning"),
            ("Transport planning", "Dispatch by phone, wants route planning"),
        ),
    ),
    "construction": (
        (
            ("项目成本管理", "项目成本事后才知道，需要项目成本与进度管理"),
            ("办公设备采购", "新办公楼采购办公设备与会议系统"),
        ),
        (("Project costing", "Costs known only afterwards, wants project control"),),
    ),
    "health": (
        (
            ("经销商管理系统", "需符合两票制要求的经销商与库存管理"),
            ("冷链温控追溯", "试剂运输需要全程温控与追溯"),
        ),
        (("Distributor management", "Wants stock visibility at distributors"),),
    ),
    "education": (
        (
            ("教务排课系统", "五个校区排课冲突多，需要教务系统"),
            ("学员管理系统", "咨询转化率看不清，需要学员与线索管理"),
        ),
        (("Student CRM", "Enquiries get lost, wants one student database"),),
    ),
    "finance": (
        (("合同与回款管理", "租赁合同回款靠人工催收，需要合同与回款管理"),),
        (("Contract management", "Wants contracts and collections in one place"),),
    ),
}
STUDENT_NEED = ("论文资料咨询", "学生写论文，想了解产品资料，无采购计划")

# Sources ---------------------------------------------------------------------------

SHOWS = ("华东工业博览会", "华南智能制造展", "企业数字化大会", "国际物流技术展")
SOURCE_DETAILS = {  # Chinese and English
    "web": (
        ("官网“预约演示”页", "官网“联系我们”页", "官网白皮书下载页", "官网价格页"),
        ("Website, “Book a demo”", "Website, price page"),
    ),
    "ad": (
        ("百度推广-ERP关键词", "微信朋友圈广告", "行业网站横幅", "抖音企业号"),
        ("Search ads, ERP keywords", "Trade site banner"),
    ),
    "referral": (
        ("老客户推荐", "合作伙伴推荐", "供应商推荐", "前同事推荐"),
        ("Referred by a client", "Referred by a partner"),
    ),
    "repeat": (
        ("增购用户数", "二期项目", "续约并扩展模块", "分公司推广"),
        ("Second phase", "More users"),
    ),
}

# Grading ---------------------------------------------------------------------------

REASONS = {
    "A": (
        (
            "预算明确、需求匹配，联系人可拍板，三个月内上线",
            "采购总监直接对接，预算已立项",
        ),
        ("Budget approved, full match, decision maker on board",),
    ),
    "B": (
        (
            "需求方向明确，预算待审批",
            "需求部分匹配，值得继续沟通",
            "有采购意向，时间未定",
        ),
        ("Real need, budget not yet approved", "Partial match, worth following"),
    ),
    "C": (
        ("预算不足，暂无采购计划", "需求与产品不匹配", "仅咨询，联系人无决策权"),
        ("No budget this year", "Only collecting information"),
    ),
}
CONFIRMED = (  # mostly nothing is said
    ("已电话核实预算与决策人", False, False, False, False),
    ("Checked with the client by phone", False, False, False),
)
CORRECTIONS = {  # (proposed, corrected): reason
    ("C", "B"): ("行业契合度高", "The industry fits well"),
    ("A", "B"): ("预算未获批准，先按B跟进", "Budget not approved yet"),
}
UPGRADE = ("预算已获批，决策人确认", "Budget now approved, decider confirmed")

# Follow-up -------------------------------------------------------------------------

TASKS = (  # to be sent, Chinese and English
    ("发送案例资料", "发送报价单", "发送产品目录", "发送会议纪要"),
    ("Send the quotation", "Send two references", "Send the minutes"),
)
# Core's own demo leads sell furniture; they get an industry in turn
CORE_INDUSTRIES = ("retail", "construction", "education", "internet", "health")
