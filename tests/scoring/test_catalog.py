"""The catalog's shapes, and what the shipped catalog promises."""

from collections import Counter
from datetime import date, timedelta

import pytest

from scoring.catalog import GROUPS, LevelRule, plain
from scoring.catalog_files import shipped_catalog

CATALOG = shipped_catalog()
TODAY = date(2026, 6, 1)
ITEMS = CATALOG.in_force(TODAY)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def test_at_least_64_items_of_at_least_26_agencies_are_in_force():
    assert len(ITEMS) >= 64
    assert len({item.agency for item in ITEMS.values()}) >= 26


def test_all_seven_administrative_classes_are_there_and_licence_and_penalty_from_many_agencies():
    deliver = Counter(item.layout.id for item in ITEMS.values())
    for layout in ("enforcement", "adjudication", "confirmation", "award", "inspection"):
        assert deliver[layout] >= 1
    assert deliver["licence"] >= 6
    assert deliver["penalty"] >= 6


def test_every_agency_has_a_made_up_credit_code_of_valid_form():
    codes = [agency.credit_code for agency in CATALOG.agencies.values()]
    assert len(set(codes)) == len(codes)
    for code in codes:
        # GB 32100: weights are the powers of 3 modulo 31, and the sum with the check is 0 mod 31
        total = sum(ALPHABET.index(c) * pow(3, n, 31) for n, c in enumerate(code[:17]))
        assert (total + ALPHABET.index(code[17])) % 31 == 0
        assert code[2:8] == "420200"


def test_every_item_names_its_class_its_basis_and_its_law():
    for item in CATALOG.items:
        assert item.group in GROUPS
        assert item.basis in ("published", "reference", "assumption")
        assert item.legal_basis.strip()
        assert item.title_en.isascii()


def test_adverse_items_name_document_and_decision_and_end_within_five_years():
    adverse = [item for item in CATALOG.items if item.nature == "adverse"]
    assert adverse
    for item in adverse:
        for role in ("document_no", "decided_on"):
            column = item.layout.column_of(role)
            assert column is not None, item.code
            assert column.required, item.code
        assert item.retention_months is not None
        assert item.retention_months <= 60


def test_basic_information_and_findings_that_blame_nobody_are_neutral():
    for code, item in ITEMS.items():
        kind = code.split(".")[0]
        if kind in ("licence", "inspection", "confirmation", "profession", "registration"):
            assert item.nature == "neutral", code


def test_lists_last_until_the_day_of_removal_is_delivered():
    for code in ("court.defaulter", "court.restriction", "list.market", "tax.arrears"):
        assert ITEMS[code].continuing
        assert ITEMS[code].layout.column_of("ended_on") is not None


def test_the_court_lists_take_the_full_card_number_only():
    for code in ("court.defaulter", "court.restriction"):
        column = ITEMS[code].layout.column_of("id_number")
        assert column is not None
        assert (column.code, column.type, column.required) == ("cardNum", "id_number", True)


@pytest.mark.parametrize(
    ("layout", "codes"),
    [
        (
            "licence",
            (
                "XK_XDR_MC XK_XDR_LB XK_XDR_SHXYM XK_XDR_GSZC XK_XDR_ZZJG XK_XDR_SWDJ XK_XDR_SYDW"
                " XK_XDR_SHZZ XK_FRDB XK_FR_ZJLX XK_FR_ZJHM XK_XDR_ZJLX XK_XDR_ZJHM XK_XKWS XK_WSH"
                " XK_XKLB XK_XKZS XK_XKBH XK_NR XK_JDRQ XK_YXQZ XK_YXQZI XK_XKJG XK_XKJGDM XK_ZT"
                " XK_LYDW XK_LYDWDM BZ"
            ),
        ),
        (
            "penalty",
            (
                "CF_XDR_MC CF_XDR_LB CF_XDR_SHXYM CF_XDR_GSZC CF_XDR_ZZJG CF_XDR_SWDJ CF_XDR_SYDW"
                " CF_XDR_SHZZ CF_FRDB CF_FR_ZJLX CF_FR_ZJHM CF_XDR_ZJLX CF_XDR_ZJHM CF_WSH CF_WFXW"
                " CF_SY CF_YJ CF_CFLB CF_NR CF_NR_FK CF_NR_WFFF CF_NR_ZKDX CF_JDRQ CF_YXQ CF_GSJZQ"
                " CF_CFJG CF_CFJGDM CF_SJLY CF_SJLYDM BZ"
            ),
        ),
    ],
)
def test_the_published_layouts_have_exactly_the_published_codes(layout, codes):
    columns = CATALOG.layouts[layout].columns
    assert [column.code for column in columns if not column.legacy] == codes.split()


@pytest.mark.parametrize(
    ("layout", "heading", "code"),
    [
        ("licence", "XK_XDR_TYPE", "XK_XDR_LB"),
        ("licence", "XK_FDDB", "XK_FRDB"),
        ("licence", "XK_FR_SFZH", "XK_FR_ZJHM"),
        ("licence", "行政相对人代码_1 （统一社会信用代码）", "XK_XDR_SHXYM"),
        ("licence", "行政相对人代码_5（居民身份证号）", "XK_XDR_ZJHM"),
        ("licence", "行政相对人代码_5（事业单位证书号）", "XK_XDR_SYDW"),
        ("penalty", "B000002", "CF_XDR_ZJHM"),
        ("penalty", "CF_XKJG", "CF_CFJG"),
        ("penalty", "处罚事由", "CF_SY"),
        ("penalty", "处罚结果", "CF_NR"),
        ("penalty", "处罚类别1", "CF_CFLB"),
        ("penalty", "处罚类别2", "CF_CFLB2"),
        ("penalty", "罚款金额（万元）", "CF_NR_FK"),
        ("penalty", "地方编码", "DFBM"),
        ("penalty", "数据更新时间戳", "SJC"),
    ],
)
def test_second_codes_and_old_headings_are_understood(layout, heading, code):
    found = [
        column.code
        for column in CATALOG.layouts[layout].columns
        if plain(heading) in {plain(text) for text in column.headings}
    ]
    assert found == [code]


def test_a_fine_written_in_yuan_is_never_taken_for_one_in_ten_thousand_yuan():
    headings = [
        plain(text) for column in CATALOG.layouts["penalty"].columns for text in column.headings
    ]
    assert plain("罚款金额（元）") not in headings


@pytest.mark.parametrize(
    ("cells", "level"),
    [
        (["警告"], "minor"),
        (["警告;罚款"], "ordinary"),
        (["罚款；暂扣或吊销许可证、执照；警告"], "serious"),
        (["罚款; "], "ordinary"),
        (["警告", "罚款"], "ordinary"),
        (["警告", ""], "minor"),
        (["没收违法所得、没收非法财物"], "ordinary"),
        (["训诫"], None),
        (["罚款;训诫"], None),
        ([""], None),
    ],
)
def test_of_several_kinds_of_penalty_the_gravest_decides(cells, level):
    assert ITEMS["penalty.market"].level_of(*cells) == level


def test_a_fixed_level_needs_no_cell():
    assert ITEMS["court.defaulter"].level_of() == "defaulter"
    assert ITEMS["blood.donation"].level_of() is None


def test_penalties_read_the_second_kind_of_older_exports_too():
    rule = ITEMS["penalty.market"].level
    assert rule is not None
    assert isinstance(rule, LevelRule)
    assert rule.more_columns == ("CF_CFLB2",)


def test_plain_layouts_open_with_identity_and_close_with_decision_and_source():
    for item in CATALOG.items:
        if item.layout.id != item.code:
            continue
        codes = [column.code for column in item.layout.columns]
        assert codes[:5] == ["MLBM", "XM", "ZJLX", "ZJHM", "WSH"]
        assert codes[-5:] == ["RDRQ", "LYDW", "LYDWDM", "JLZT", "BZ"]


def test_a_change_of_status_names_the_earlier_document_and_its_organ():
    layout = CATALOG.layouts["status_change"]
    for role in ("item", "id_number", "document_no", "unit_code", "decided_on"):
        column = layout.column_of(role)
        assert column is not None
        assert column.required


@pytest.mark.parametrize(
    ("code", "last_day"),
    [
        ("organ.registration", date(2024, 4, 30)),
        ("organ.donation", date(2024, 4, 30)),
        ("charity.donation", date(2024, 9, 4)),
        ("court.unfulfilled", date(2023, 12, 31)),
        ("arbitration.unfulfilled", date(2026, 2, 28)),
    ],
)
def test_an_amended_item_follows_the_law_of_its_day(code, last_day):
    before = CATALOG.in_force(last_day)[code]
    after = CATALOG.in_force(last_day + timedelta(days=1))[code]
    assert before.legal_basis != after.legal_basis
    assert before.in_force_until == after.in_force_from


def test_public_security_penalties_are_sealed_by_law_and_not_collected():
    assert not [code for code, item in ITEMS.items() if "治安" in item.title]
    assert "第一百三十六条" in ITEMS["penalty.police"].note


def test_months_in_a_row_are_counts_and_never_amounts():
    for code, item in ITEMS.items():
        if code.endswith(".months"):
            assert (item.unit, item.scale) == ("个月", 1)
            assert not any("额" in column.name for column in item.layout.columns)


def test_no_item_is_in_force_before_the_catalog_or_twice_on_a_day():
    assert CATALOG.in_force(date(2014, 12, 31)) == {}
    for day in (date(2015, 1, 1), date(2023, 6, 1), date(2024, 5, 1), date(2025, 12, 31), TODAY):
        codes = [item.code for item in CATALOG.items if item.in_force(day)]
        assert len(codes) == len(set(codes))


def test_the_shipped_catalog_is_read_once():
    assert shipped_catalog() is CATALOG
    assert CATALOG.digest.startswith("sha256:")
