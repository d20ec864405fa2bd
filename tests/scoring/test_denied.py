"""The deny list in both directions: what must be refused, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.catalog_files import shipped_catalog
from scoring.denied import refusals, refused_column
from scoring.denied_kinds import DENIED

WORDS = [(kind.id, word) for kind in DENIED for word in kind.words]
ITEMS = shipped_catalog().items


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("血型", "blood_type"),
        ("血 型", "blood_type"),
        ("血型（ABO）", "blood_type"),
        ("Blood Type", "blood_type"),
        ("bloodType", "blood_type"),
        ("ＢＬＯＯＤ＿ＴＹＰＥ", "blood_type"),
        ("宗教信仰", "religion"),
        ("民族", "ethnicity"),
        ("政治面貌", "politics"),
        ("既往病史", "disease"),
        ("残疾等级", "disease"),
        ("献血量(ml)", "disease"),
        ("生理体征信息", "body"),
        ("DNA样本编号", "gene"),
        ("指纹特征码", "fingerprint"),
        ("信访次数", "petition"),
        ("越级上访", "petition"),
        ("网络言论", "speech"),
        ("计划生育情况", "family_planning"),
        ("月收入", "income"),
        ("工资总额", "income"),
        ("公积金缴存基数", "income"),
        ("公积金月缴存额", "income"),
        ("存款余额", "deposits"),
        ("bank-balance", "deposits"),
        ("持有证券市值", "securities"),
        ("商业保险保单号", "insurance"),
        ("不动产权证号", "real_estate"),
        ("房产套数", "real_estate"),
        ("年纳税额", "tax_amount"),
        ("欠税金额", "tax_amount"),
        ("商业保险费", "insurance"),
        ("持有股份", "securities"),
        ("社保缴费额", "income"),
        ("配偶是否失信", "relatives"),
        ("父亲姓名", "relatives"),
        ("子女姓名", "relatives"),
        ("出行轨迹", "location"),
        ("GPS", "location"),
        ("通话记录", "contacts"),
        ("考勤扣分", "work_discipline"),
        ("红白喜事", "marriage"),
    ],
)
def test_a_forbidden_column_is_refused_by_kind(heading, kind):
    refusal = refused_column(heading)
    assert refusal is not None
    assert refusal.denied.id == kind


@pytest.mark.parametrize(
    "text",
    [
        "国家税务总局黄石市税务局", "欠税公告", "个人所得税按期申报且无欠税",
        "重大税收违法失信主体名单", "无偿献血", "献血日期", "公积金连续缴存月数",
        "住房公积金管理中心", "残疾军人优待", "残疾人联合会", "罚款金额(万元)",
        "没收违法所得、没收非法财物的金额", "捐赠金额", "拖欠农民工工资失信联合惩戒对象名单",
        "罚没收入", "卫生健康委员会", "卫生和计划生育委员会", "疾病预防控制中心",
        "违反传染病防治法", "生育保险参保状态", "工伤保险参保状态", "民族团结进步模范",
        "民族宗教事务委员会", "转基因食品标识", "知识产权", "安全生产权责", "非遗传承人",
        "施工资质", "员工资格", "担保单位", "社保单位", "诚信访谈", "物流产业", "个体征信",
        "主体重名", "市场主体检查", "分期货款", "办理财务", "评定位次", "证券期货市场失信",
        "骗取医疗保障基金", "社会保险连续参保", "社会保险费征缴", "骗取失业保险金", "股份有限公司",
        "licence.health", "Health Commission",
        "Social insurance: months in a row", "general", "Hired without a deposit",
        "List: arrears of wages", "cardNum", "disruptTypeName",
    ],
)  # fmt: skip
def test_what_only_looks_forbidden_passes(text):
    assert refusals(text, text, [text]) == []


def test_no_shipped_item_is_denied():
    found = [
        refusal
        for item in ITEMS
        for refusal in refusals(
            item.code,
            f"{item.title} {item.title_en} {item.unit} {item.unit_en}",
            [heading for column in item.layout.columns for heading in column.headings],
        )
    ]
    assert found == []


@given(item=st.sampled_from(ITEMS), entry=st.sampled_from(WORDS), title=st.booleans())
def test_any_deny_word_put_into_any_shipped_item_makes_it_refused(item, entry, title):
    kind, word = entry
    columns = [column.name for column in item.layout.columns]
    found = (
        refusals(item.code, f"{item.title}（{word}）", columns)
        if title
        else refusals(item.code, item.title, [*columns, word])
    )
    assert kind in [refusal.denied.id for refusal in found]
    assert {refusal.where for refusal in found} == {"item" if title else "column"}


@given(entry=st.sampled_from(WORDS), blank=st.sampled_from([" ", "\u3000", "·", "-", "("]))
def test_blanks_and_signs_between_chinese_characters_hide_nothing(entry, blank):
    kind, word = entry
    heading = word.replace("_", blank) if word.isascii() else blank.join(word)
    refusal = refused_column(heading)
    assert refusal is not None
    assert refusal.denied.id == kind


def test_a_refusal_names_the_text_the_article_and_the_mend_in_both_languages():
    refusal = refused_column("血型")
    assert refusal is not None
    assert refusal.message == (
        "列“血型”涉及血型，《征信业管理条例》第十四条不允许采集或用于信用评价：删去该列"
    )
    assert "article 14" in refusal.message_en
    assert refusal.message_en.endswith("remove the column")


def test_every_kind_of_the_law_is_in_the_list():
    forbidden_by_article_14 = {
        "religion", "gene", "fingerprint", "blood_type", "disease", "income", "deposits",
        "securities", "insurance", "real_estate", "tax_amount",
    }  # fmt: skip
    named = {kind.id for kind in DENIED if "第十四条" in kind.article[0]}
    assert named == forbidden_by_article_14
    assert len({kind.id for kind in DENIED}) == len(DENIED)


def test_no_word_is_hidden_by_its_own_kinds_allowed_phrases():
    assert [word for _, word in WORDS if refused_column(word) is None] == []
