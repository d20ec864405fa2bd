"""The kinds of information that the law keeps out of a score, and the words that betray them.

The list is code and not data on purpose: a city configures its catalog, not the law. Chinese has no
blanks between words, so `allowed` also holds the harmless neighbors in which a forbidden
word appears by accident: 担保单位 is a guarantor, not 保单; 施工资质 is no 工资.
"""

from dataclasses import dataclass

CREDIT_14 = ("《征信业管理条例》第十四条", "Regulation on Credit Reporting, article 14")
PRIVACY_28 = ("《个人信息保护法》第二十八条", "Personal Information Protection Law, article 28")
PRIVACY_6 = ("《个人信息保护法》第六条", "Personal Information Protection Law, article 6")
OPINION_2025 = (
    "中办、国办《关于健全社会信用体系的意见》（2025年）",
    "Opinions on Improving the Social Credit System (2025)",
)
STATE_2020 = ("国办发〔2020〕49号", "State Council General Office 2020 no. 49")
JUVENILE_59 = (
    "《预防未成年人犯罪法》第五十九条",
    "Law on Preventing Juvenile Delinquency, article 59",
)


@dataclass(frozen=True, slots=True)
class Denied:
    """A forbidden kind of information: the words that betray it, the article that forbids it."""

    id: str
    subject: str
    subject_en: str
    article: tuple[str, str]
    words: tuple[str, ...]
    allowed: tuple[str, ...] = ()


DENIED: tuple[Denied, ...] = (
    Denied(
        "religion", "宗教信仰", "religion", CREDIT_14,
        ("宗教", "信仰", "信教", "教徒", "教派", "礼拜", "religion", "religious", "creed"),
        ("民族宗教事务", "宗教事务局"),
    ),
    Denied(
        "gene", "基因", "genes", CREDIT_14,
        ("基因", "遗传", "dna", "gene", "genes", "genetic", "genome"),
        ("转基因", "非遗传"),
    ),
    Denied(
        "fingerprint", "指纹等生物识别信息", "fingerprints and other biometrics", CREDIT_14,
        ("指纹", "虹膜", "掌纹", "声纹", "人脸", "步态", "生物识别", "生物特征", "fingerprint",
         "fingerprints", "iris", "face_image", "faceprint", "voiceprint", "biometric",
         "biometrics"),
        ("进步态", "初步态", "逐步态"),
    ),
    Denied(
        "blood_type", "血型", "blood type", CREDIT_14,
        ("血型", "xuexing", "blood_type", "bloodtype", "blood_group"),
    ),
    Denied(
        "disease", "疾病、病史等健康信息", "disease, medical history and health", CREDIT_14,
        ("疾病", "病史", "病历", "病情", "病种", "病名", "患病", "慢性病", "传染病", "精神病",
         "职业病", "精神障碍", "诊断", "就诊", "住院", "用药", "处方", "手术", "体检", "健康状况",
         "残疾", "献血量", "采血量", "工伤", "身体检查", "艾滋", "乙肝", "精神状况", "症状",
         "疫苗", "核酸", "disease", "diseases", "illness", "diagnosis", "medical_history",
         "medical_record", "health_status", "health_condition", "disability", "prescription",
         "blood_volume"),
        ("疾病预防控制", "传染病防治", "职业病防治", "残疾军人", "残疾人联合会", "残疾人保障",
         "工伤保险", "农用药", "兽用药", "处方便", "处方面", "处方案", "处方式", "主体检",
         "个体检", "团体检", "集体检", "实体检", "整体检", "总体检", "具体检", "全体检", "物体检"),
    ),
    Denied(
        "body", "身体特征", "bodily features", OPINION_2025,
        ("身高", "体重", "体征", "体貌", "视力", "body_height", "body_weight", "physique"),
        ("主体征", "个体征", "团体征", "集体征", "主体重", "个体重", "团体重", "集体重", "整体重",
         "总体重", "具体重"),
    ),
    Denied(
        "petition", "信访", "petitions", OPINION_2025,
        ("信访", "上访", "缠访", "闹访", "越级访", "petition", "petitions", "petitioner"),
        ("诚信访", "守信访", "征信访", "微信访", "通信访", "网上访", "线上访"),
    ),
    Denied(
        "speech", "言论", "speech", OPINION_2025,
        ("言论", "发帖", "跟帖", "网络发言", "舆情", "聊天", "微博", "朋友圈", "社交账号",
         "浏览记录", "搜索记录", "网络评论", "评论内容", "留言", "speech", "chat", "chats",
         "online_posts", "browsing_history", "search_history", "social_media"),
    ),
    Denied(
        "ethnicity", "民族", "ethnicity", OPINION_2025,
        ("民族", "族别", "族裔", "minzu", "ethnicity", "ethnic", "ethnic_group"),
        ("民族团结", "民族宗教事务", "民族英雄", "中华民族"),
    ),
    Denied(
        "politics", "政治面貌与党团组织生活", "political status and party life", OPINION_2025,
        ("政治面貌", "党员", "入党", "党龄", "党费", "党籍", "党派", "党组织", "组织生活",
         "共青团员", "political_status", "political_affiliation", "party_member",
         "party_membership", "party_dues"),
    ),
    Denied(
        "family_planning", "计划生育", "family planning", OPINION_2025,
        ("计划生育", "计生", "生育", "超生", "独生子女", "避孕", "流产", "孕产", "family_planning",
         "childbirth", "pregnancy", "birth_control", "one_child"),
        ("卫生和计划生育委员会", "卫生和计划生育局", "生育保险", "物流产"),
    ),
    Denied(
        "income", "收入", "income", CREDIT_14,
        ("收入", "工资", "薪酬", "薪资", "月薪", "年薪", "劳务报酬", "缴费基数", "缴存基数",
         "参保基数", "缴费金额", "缴存金额", "缴存额", "缴费额", "income", "salary", "salaries",
         "wage", "wages", "earnings", "contribution_base", "contribution_amount"),
        ("农民工工资", "拖欠工资", "罚没收入", "wage_arrears", "arrears_of_wages",
         "migrant_workers_wages", "工资质", "工资格", "工资料", "工资源", "工资助", "接收入"),
    ),
    Denied(
        "deposits", "存款", "deposits", CREDIT_14,
        ("存款", "储蓄", "账户余额", "银行余额", "公积金余额", "银行流水", "银行卡号", "银行账号",
         "缴存余额", "现金余额", "savings", "deposit", "deposits", "bank_balance",
         "account_balance", "bank_statement", "bank_account"),
        ("without_a_deposit", "without_deposit", "deposit_free", "no_deposit"),
    ),
    Denied(
        "securities", "有价证券", "securities", CREDIT_14,
        ("证券", "股票", "债券", "持股", "持仓", "基金份额", "理财", "期货", "股权", "股份",
         "securities", "stocks", "bonds", "shareholding", "fund_shares"),
        ("证券监督管理", "证券期货市场", "证券期货监督管理", "securities_market", "期货款",
         "期货物", "办理财", "管理财", "代理财", "审理财", "清理财", "处理财", "股份有限公司",
         "股份公司", "股份合作"),
    ),
    Denied(
        "insurance", "商业保险", "commercial insurance", CREDIT_14,
        ("商业保险", "人寿保险", "保单", "保费", "投保", "理赔", "车险", "保险金额", "保额",
         "保险费", "保险金", "commercial_insurance", "life_insurance", "insurance_policy",
         "insurance_premium", "insurance_claim"),
        ("保单位", "担保单", "环保单", "社保费", "医保费", "环保费", "担保费", "办理赔", "审理赔",
         "处理赔", "受理赔", "社会保险费", "养老保险费", "医疗保险费", "失业保险金", "养老保险金",
         "社会保险金"),
    ),
    Denied(
        "real_estate", "不动产", "real estate", CREDIT_14,
        ("不动产", "房产", "产权", "宅基地", "土地使用权", "房屋面积", "住房面积", "建筑面积",
         "房屋套数", "房屋价值", "房屋所有权", "real_estate", "property_value", "property_area",
         "house_area", "home_ownership"),
        ("知识产权", "房产测绘", "房产税", "生产权", "资产权", "房产生"),
    ),
    Denied(
        "tax_amount", "纳税数额", "amounts of tax", CREDIT_14,
        ("税额", "税款", "税金", "纳税数额", "纳税金额", "缴税金额", "缴税数额", "欠税金额",
         "欠税数额", "退税金额", "税收金额", "纳税总额", "应税所得", "tax_amount", "tax_paid",
         "tax_due", "taxes_paid", "tax_owed"),
    ),
    Denied(
        "wealth", "资产与负债", "assets and liabilities", STATE_2020,
        ("资产总额", "资产状况", "个人资产", "家庭资产", "家庭财产", "财产状况", "负债", "信用卡",
         "网贷", "贷款余额", "贷款金额", "借贷记录", "assets", "liabilities", "net_worth",
         "credit_card", "loan_balance", "loan_amount"),
    ),
    Denied(
        "spending", "消费与交易记录", "spending and purchases", OPINION_2025,
        ("消费记录", "消费金额", "消费明细", "购物记录", "交易流水", "交易明细", "交易记录",
         "purchase_history", "purchases", "spending", "transaction_history"),
    ),
    Denied(
        "relatives", "亲属的行为或身份", "the conduct or standing of relatives", STATE_2020,
        ("亲属", "家属", "配偶", "子女", "父母", "家庭成员", "兄弟姐妹", "亲友", "父亲", "母亲",
         "丈夫", "妻子", "儿子", "女儿", "爱人", "兄弟", "姐妹", "relatives", "spouse", "parents",
         "children", "siblings", "next_of_kin", "family_member", "family_members"),
    ),
    Denied(
        "marriage", "婚恋与私人生活", "marriage and private life", OPINION_2025,
        ("婚姻", "婚史", "婚育", "离婚", "恋爱", "性取向", "红白喜事", "彩礼", "宴席", "宠物",
         "广场舞", "邻里纠纷", "marital", "marriage", "divorce", "sexual_orientation", "pets",
         "neighbor_dispute"),
    ),
    Denied(
        "work_discipline", "单位内部考勤与纪律", "attendance and discipline at work", OPINION_2025,
        ("考勤", "旷工", "迟到", "早退", "厂规", "厂纪", "attendance", "absenteeism",
         "work_discipline"),
    ),
    Denied(
        "location", "行踪轨迹", "whereabouts", PRIVACY_28,
        ("轨迹", "行踪", "定位", "位置信息", "经纬度", "出行记录", "通行记录", "乘车记录",
         "住宿记录", "基站", "trajectory", "gps", "latitude", "longitude", "geolocation",
         "location_history", "location_trail", "whereabouts", "itinerary"),
        ("认定位", "指定位", "确定位", "鉴定位", "固定位", "评定位", "法定位"),
    ),
    Denied(
        "contacts", "通信与通讯录", "communications and contacts", PRIVACY_6,
        ("通讯录", "通话记录", "短信内容", "contacts", "call_log", "call_records",
         "text_messages"),
    ),
    Denied(
        "juvenile", "未成年人违法犯罪记录", "offences committed as a minor", JUVENILE_59,
        ("未成年人犯罪", "未成年人违法", "少年犯", "juvenile_offence", "juvenile_offense",
         "juvenile_record"),
        ("预防未成年人犯罪",),
    ),
)  # fmt: skip
