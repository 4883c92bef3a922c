"""What clients answer along SPIN, by what they need. All of it made up."""

# need: situation, problem, implication, need-payoff
SPIN = {
    # Manufacturing -------------------------------------------------------------------
    "生产排程系统": (
        "3个车间共用一张Excel排产表，计划员每天手工调整。",
        "插单一多就排不过来，车间经常等料停线。",
        "上季度交付准时率82%，两家大客户已书面警告。",
        "插单半小时内重排，准时率若到95%，年底大单有把握。",
    ),
    "车间数据采集": (
        "60台设备，每班由班长抄表，次日录入电脑。",
        "数据晚一天，异常停机原因说不清楚。",
        "OEE只有61%，每停机一小时损失约8000元。",
        "实时看板上墙，停机提前预警，OEE先提5个点。",
    ),
    "质量追溯": (
        "批次记录在纸质流转卡上，按月归档。",
        "客户投诉后要三天才能查到同批次产品。",
        "去年一次召回多召了四批，直接损失40多万。",
        "扫码十分钟查清批次，能通过主机厂二方审核。",
    ),
    "ERP升级": (
        "现有系统用了11年，厂商已停止维护，财务另用一套。",
        "仓库与财务对不上账，月结要12天。",
        "月底决策靠估，多压了约300万库存。",
        "月结缩到3天，库存周转提高一成就能收回投入。",
    ),
    "设备维护管理": (
        "点检靠纸质表，保养由老师傅凭经验安排。",
        "关键设备带病运行，备件常常临时采购。",
        "去年主轴故障停产两天，延误一张出口订单。",
        "按计划保养，备件有安全库存，非计划停机减半。",
    ),
    "供应商协同平台": (
        "200多家供应商用邮件和微信对单，采购5人。",
        "交期变更没人及时知道，对账每月要一周。",
        "缺料造成的加班费一年约60万。",
        "供应商自己确认交期，对账当天完成。",
    ),
    # Internet ------------------------------------------------------------------------
    "客户管理系统": (
        "销售18人，各用各的Excel，经理每周手工汇总。",
        "撞单多，人员离职后客户跟丢。",
        "去年离职两人，带走约150万在谈项目。",
        "客户沉淀在公司，新人一周能接手。",
    ),
    "工单系统": (
        "客服12人，微信、电话、邮件三个入口各自登记。",
        "同一问题重复处理，超时没人发现。",
        "续约率从91%降到84%，客户主要抱怨响应慢。",
        "统一入口并自动催办，续约率回到九成。",
    ),
    "销售预测看板": (
        "每月由各区经理报Excel，数据部门拼表两天。",
        "口径不一，预测与实际偏差超过三成。",
        "备货和招聘跟着偏，上半年多招了6人。",
        "周一早会直接看数，偏差控制在一成以内。",
    ),
    "合同管理": (
        "年签合同约900份，纸质审批，走完平均9天。",
        "版本混乱，到期没有提醒。",
        "有3份合同自动续期，多付了28万。",
        "审批两天走完，到期前60天提醒。",
    ),
    # Retail --------------------------------------------------------------------------
    "门店进销存": (
        "30家门店每晚传表，总部第二天手工合并。",
        "畅销款断货、滞销款积压，调拨靠电话。",
        "旺季断货率12%，滞销库存占用200多万。",
        "按销量自动补货，断货率降到5%以下。",
    ),
    "会员营销系统": (
        "会员分散在小程序、天猫和门店三处，共26万。",
        "同一个人重复发券，活动效果算不清。",
        "每年营销费180万，复购率只有17%。",
        "统一会员后精准触达，复购率提高5个点。",
    ),
    "经销商订货平台": (
        "140家经销商用微信报单，内勤4人录入。",
        "录错型号、漏单，每月纠纷二十多起。",
        "退换货运费一年35万，两家经销商因此流失。",
        "经销商自助下单查库存，内勤减到2人。",
    ),
    # Logistics -----------------------------------------------------------------------
    "运输管理系统": (
        "自有车45辆、外协80辆，调度3人靠电话和白板。",
        "在途看不见，回单平均7天才收齐。",
        "客户按时效扣款，上季度扣了19万。",
        "在途可视、电子回单，回款提前一周。",
    ),
    "仓储管理系统": (
        "新仓明年3月启用，1.2万平米，现用手工台账。",
        "找货慢，盘点要停发两天。",
        "错发率千分之六，大客户要求降到千分之一。",
        "条码上架、波次拣货，新仓人手不增加。",
    ),
    # Construction --------------------------------------------------------------------
    "项目成本管理": (
        "在建项目14个，成本由项目部按月报表。",
        "超支要到结算才知道，签证单常有遗漏。",
        "去年两个项目亏损，合计约260万。",
        "每周看到动态成本，超支5%自动预警。",
    ),
    "办公设备采购": (
        "新办公楼9月交付，6层，会议室22间。",
        "各部门分别询价，型号和售后不统一。",
        "若分散采购，预计多花15%，维护也难。",
        "一家统包，按楼层分批到货并统一维保。",
    ),
    # Health --------------------------------------------------------------------------
    "经销商管理系统": (
        "全国二级经销商63家，库存按季度上报。",
        "流向数据不全，两票制检查时补资料很被动。",
        "上次飞行检查补资料用了三周，销售停摆。",
        "流向每日自动归集，检查资料当天导出。",
    ),
    "冷链温控追溯": (
        "试剂由三家冷链公司运输，温度单随货纸质。",
        "途中断链没有报警，到货才发现。",
        "去年报废试剂9批，约70万，医院还要换供应商。",
        "全程温度在线，断链五分钟报警。",
    ),
    # Education -----------------------------------------------------------------------
    "教务排课系统": (
        "五个校区、80位老师，教务用共享表格排课。",
        "调课冲突多，家长投诉集中在周末。",
        "续班率从78%降到71%，主要因为调课。",
        "冲突自动检查，调课当天通知家长。",
    ),
    "学员管理系统": (
        "咨询来自六个渠道，前台登记在本子上。",
        "跟进没有记录，说不清哪个渠道有效。",
        "每月咨询400人，只有一成报名，广告费照付。",
        "渠道转化看得见，广告费先省两成。",
    ),
    # Finance -------------------------------------------------------------------------
    "合同与回款管理": (
        "在租合同1200份，回款由5人电话催收。",
        "逾期发现晚，罚息算不清。",
        "逾期率4.8%，占用资金约3000万。",
        "到期前自动提醒，逾期率压到3%以内。",
    ),
    "论文资料咨询": (
        "学生写论文，需要行业资料。",
        False,
        False,
        False,
    ),
    # Clients that write in English ---------------------------------------------------
    "Production scheduling": (
        "Three lines planned in one spreadsheet by two planners.",
        "Every rush order breaks the plan; lines wait for material.",
        "On-time delivery is 81 %; the largest client pays penalties to others.",
        "Replanning within the hour would save the key account.",
    ),
    "Shop-floor data": (
        "48 machines, read by hand once per shift.",
        "Nobody knows why a line stopped until the day after.",
        "Each lost hour costs about 9,000 CNY.",
        "Stops seen at once; five points of OEE expected.",
    ),
    "Batch traceability": (
        "Batch cards on paper, filed once a month.",
        "It takes three days to trace one batch.",
        "The last recall took four batches too many, 420,000 CNY.",
        "A trace in ten minutes passes the customer's audit.",
    ),
    "ERP replacement": (
        "The ERP is eleven years old; finance uses another system.",
        "Stock and ledger never agree; closing takes twelve days.",
        "About 3 million CNY too much stock.",
        "Closing in three days, one stock figure for all.",
    ),
    "CRM roll-out": (
        "Twenty reps, one shared spreadsheet.",
        "Two reps call the same client; leavers take theirs along.",
        "Deals worth 1.5 million CNY left with two people last year.",
        "New people take over an account within a week.",
    ),
    "Help desk": (
        "Support by mail only, four people, no numbers.",
        "The same question is answered three times, others never.",
        "Renewals fell from 91 % to 85 %.",
        "One queue with reminders; renewals back above 90 %.",
    ),
    "Dealer ordering portal": (
        "120 dealers order by chat; four clerks type it in.",
        "Wrong models and lost orders, about twenty a month.",
        "Returns cost 350,000 CNY a year.",
        "Dealers order by themselves and see the stock.",
    ),
    "Store replenishment": (
        "Twelve stores send a sheet each night.",
        "Best sellers run out, slow ones pile up.",
        "12 % out of stock in the season.",
        "Replenishment by sales, below 5 % out of stock.",
    ),
    "Warehouse system": (
        "New warehouse next March, stock cards on paper today.",
        "Stocktaking stops shipping for two days.",
        "Six wrong parcels in a thousand; the client wants one.",
        "Scanning and waves, no additional staff.",
    ),
    "Transport planning": (
        "45 own trucks, three dispatchers, a whiteboard.",
        "Nobody sees a truck on the road.",
        "190,000 CNY deducted for late deliveries last quarter.",
        "Live positions; proof of delivery the same day.",
    ),
    "Project costing": (
        "Fourteen sites report their costs once a month.",
        "Overruns are known only at the final account.",
        "Two sites lost 2.6 million CNY last year.",
        "A weekly view and a warning at 5 %.",
    ),
    "Distributor management": (
        "63 distributors report their stock once a quarter.",
        "Flow data has gaps before each inspection.",
        "The last inspection took three weeks of paper work.",
        "Daily flow data, exported the same day.",
    ),
    "Student CRM": (
        "Enquiries from six channels, in a notebook at the desk.",
        "No record of who called back.",
        "400 enquiries a month, one in ten enrols.",
        "Seeing which channel works would save a fifth of the ads.",
    ),
    "Contract management": (
        "900 contracts a year, signed on paper.",
        "Nine days for an approval, no reminder before the end.",
        "Three contracts renewed themselves: 280,000 CNY.",
        "Two days for an approval, a reminder 60 days ahead.",
    ),
}
