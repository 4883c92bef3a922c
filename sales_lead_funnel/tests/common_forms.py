"""Titles of the handbooks' forms: identifiers, to the letter (requirements.md)."""

F1_TITLES = [
    "线索编号",
    "来源渠道",
    "客户名称/个人",
    "联系方式",
    "所属行业",
    "初步需求",
    "获取时间",
    "负责人",
    "初步标签",
]
F1_FIELDS = [
    "funnel_code",
    "source_id",
    "funnel_client",
    "funnel_contact",
    "funnel_industry_id",
    "funnel_need",
    "funnel_obtained_at",
    "user_id",
    "tag_ids",
]
F2_TITLES = [
    "线索编号",
    "跟进时间",
    "跟进方式",
    "跟进人",
    "沟通对象",
    "客户反馈/需求痛点",
    "决策人信息",
    "客户情绪",
    "下一步行动",
]
F3_TITLES = [
    "线索编号",
    "商机名称",
    "阶段",
    "需求紧急度(1-10)",
    "预算规模(万)",
    "竞争态势",
    "决策复杂度",
    "负责人",
    "预计成交时间",
    "下一步行动",
]
F5_TITLES = [
    "客户名称",
    "阶段",
    "跟进时间",
    "跟进方式",
    "跟进内容",
    "下一步行动",
    "负责人",
]
F7_STAGES = ["初步接洽", "需求分析", "方案提交", "谈判", "成交准备"]
