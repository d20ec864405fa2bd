"""Each kind of mistake in a catalog's files is refused, with file, key, message and mend."""

import pytest

from scoring.catalog_files import CatalogError, load_catalog

AGENCIES = """
[[agency]]
id = "office"
name = "测试局"
name_en = "Test office"
credit_code = "11420200TT0000015N"
basis = "test"
"""
LEVELS = """
[[scale]]
id = "severity"
levels = [
  { id = "minor", name = "轻", name_en = "Minor" },
  { id = "serious", name = "重", name_en = "Serious" },
]
"""
FRAME = """
id = "plain"
title = "通用"
basis = "own"
column = [
  { code = "MLBM", name = "目录编码", type = "text", required = true, role = "item" },
  { code = "XM", name = "姓名", type = "name", required = true, role = "name" },
  { code = "ZJHM", name = "身份证号码", type = "id_number", required = true, role = "id_number" },
  { code = "WSH", name = "文书号", type = "text", required = true, role = "document_no" },
  { code = "RDRQ", name = "认定日期", type = "date", required = true, role = "decided_on" },
  { code = "LYDWDM", name = "来源", type = "credit_code", required = true, role = "source_code" },
]
"""
ITEMS = """
[catalog]
edition = "test"

[[item]]
code = "breach.found"
title = "违约认定"
title_en = "Breach found"
agency = "office"
group = "遵守法律法规情况信息"
nature = "adverse"
legal_basis = "测试法"
basis = "assumption"
in_force_from = 2024-01-01
retention_months = 60
repairable = true
levels = "severity"
level_of = { column = "CLLB", values = { "警告" = "minor", "处分" = "serious" } }
column = [
  { code = "CLLB", name = "处理类别", type = "enum", role = "level", values = ["警告", "处分"] },
]

[[item]]
code = "service.hours"
title = "服务时长"
title_en = "Hours of service"
agency = "office"
group = "地方补充：社会公益信息"
nature = "positive"
legal_basis = "测试法"
basis = "assumption"
in_force_from = 2024-01-01
unit = "小时"
unit_en = "hours"
scale = 100
column = [
  { code = "SC", name = "时长", type = "decimal", required = true, role = "quantity", scale = 100 },
]
"""
LIST = "catalog/a.toml"
OWN = 'column = [\n  { code = "SC"'
PLAIN = "layouts/plain.toml"
FILES = {"agencies.toml": AGENCIES, "levels.toml": LEVELS, PLAIN: FRAME, LIST: ITEMS}


def write(folder, **changed):
    for name, text in {**FILES, **changed}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def faults_of(folder):
    with pytest.raises(CatalogError) as caught:
        load_catalog(folder)
    return caught.value.faults


def test_the_sound_files_load(tmp_path):
    catalog = load_catalog(write(tmp_path))
    assert [item.code for item in catalog.items] == ["breach.found", "service.hours"]
    assert catalog.edition == "test"


MISTAKES = [
    # file, what stood there, what stands there now, key, what is wrong
    (LIST, "repairable = true", "repairabel = true", "item[breach.found].repairabel",
     "not permitted"),
    (LIST, 'legal_basis = "测试法"', "", "item[breach.found].legal_basis", "required"),
    (LIST, 'legal_basis = "测试法"', 'legal_basis = ""', "item[breach.found].legal_basis",
     "at least"),
    (LIST, 'agency = "office"', 'agency = "nobody"', "agency", "not in agencies.toml"),
    (LIST, OWN, 'layout = "none"\n' + OWN,
     "item[service.hours].layout", "none is unknown"),
    (LIST, OWN, 'layout = "plain"\n' + OWN,
     "item[service.hours].layout", "stands beside own columns"),
    (LIST, 'role = "level"', 'role = "document_no"', "column", "document_no stands twice"),
    (LIST, '"处分" = "serious"', '"处分" = "grave"', "level_of.values[处分]", "no level grave"),
    (LIST, '"处分" = "serious"', '"开除" = "serious"', "level_of.values", "disagree on"),
    (LIST, 'column = "CLLB"', 'column = "CL"', "level_of.column", "CL is no enum"),
    (LIST, 'levels = "severity"', 'levels = "gravity"', "levels", "no scale gravity"),
    (LIST, 'levels = "severity"', 'levels = "severity"\nfixed_level = "minor"', "fixed_level",
     "no column decides it"),
    (LIST, "retention_months = 60", "retention_months = 61", "retention_months", "article 16"),
    (LIST, "retention_months = 60", "", "retention_months", "must end"),
    (LIST, 'nature = "adverse"', 'nature = "neutral"', "repairable", "needs no repair"),
    (LIST, "repairable = true", "continuing = true", "continuing", "when the act ended"),
    (LIST, 'group = "遵守法律法规情况信息"', 'group = "其他"', "group", "no class"),
    (LIST, "in_force_from = 2024-01-01", "in_force_from = 2024-01-01\nin_force_until = 2023-01-01",
     "in_force_until", "not after"),
    (LIST, 'code = "service.hours"', 'code = "breach.found"', "in_force_from", "in force together"),
    (LIST, 'unit_en = "hours"', "", "unit", "column, unit and unit_en"),
    (LIST, "\nscale = 100", "\nscale = 10", "scale", "item's scale"),
    (LIST, 'name = "时长"', 'name = "月收入"', "column “月收入”", "article 14"),
    (LIST, 'title = "违约认定"', 'title = "信访登记"', "item “信访登记”", "petitions"),
    (LIST, ', values = ["警告", "处分"] }', " }", "column[CLLB].values", "values belong"),
    (LIST, 'edition = "test"', "edition = test", "TOML", "Invalid value"),
    (PLAIN, 'type = "id_number", required = true, role = "id_number"', 'type = "text"',
     "column", "no required column has the role id_number"),
    (PLAIN, 'required = true, role = "document_no"', 'role = "document_no"',
     "column", "no required column has the role document_no"),
    (PLAIN, 'required = true, role = "decided_on"', 'role = "decided_on"',
     "item[breach.found].column", "day of its decision"),
    (PLAIN, 'name = "目录编码"', 'name = "姓 名"', "column[XM]", "also means MLBM"),
    (PLAIN, 'type = "date"', 'type = "text"', "column[RDRQ].type", "needs date"),
    (PLAIN, 'id = "plain"', 'id = "frame"', "id", "is frame"),
    ("agencies.toml", "11420200TT0000015N", "11420200TI0000015N", "credit_code", "match pattern"),
    ("agencies.toml", 'basis = "test"', 'basis = "test"\n' + AGENCIES, "agency[office]", "twice"),
    ("levels.toml", "[[scale]]", LEVELS + "[[scale]]", "scale[severity]", "twice"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "stood", "stands", "key", "message"), MISTAKES)
def test_a_mistake_is_refused_with_file_key_and_mend(tmp_path, file, stood, stands, key, message):
    assert stood in FILES[file]
    folder = write(tmp_path, **{file: FILES[file].replace(stood, stands, 1)})
    found = faults_of(folder)
    assert any(key in fault.key and message in fault.message for fault in found), found
    assert all(fault.file in FILES and fault.mend for fault in found)


def test_several_mistakes_are_told_at_once(tmp_path):
    text = ITEMS.replace("retention_months = 60", "").replace('"office"', '"nobody"')
    found = faults_of(write(tmp_path, **{LIST: text}))
    assert [fault.key for fault in found] == [
        "item[breach.found].agency",
        "item[breach.found].retention_months",
        "item[service.hours].agency",
    ]


def test_the_error_reads_as_one_line_for_each_mistake(tmp_path):
    folder = write(tmp_path, **{LIST: ITEMS.replace("retention_months = 60", "")})
    with pytest.raises(CatalogError) as caught:
        load_catalog(folder)
    assert str(caught.value) == (
        "catalog/a.toml: item[breach.found].retention_months: an adverse record must end: "
        "say at most 60"
    )


def test_a_file_in_another_encoding_is_refused(tmp_path):
    write(tmp_path)
    (tmp_path / LIST).write_bytes(ITEMS.encode("gb18030"))
    assert "not UTF-8" in faults_of(tmp_path)[0].message


def test_versions_that_follow_each_other_load_and_hold_by_day(tmp_path):
    second = ITEMS[ITEMS.index("[[item]]") : ITEMS.index('code = "service.hours"')]
    second = second.removesuffix("[[item]]\n").replace("2024-01-01", "2025-07-01")
    first = ITEMS.replace(
        "in_force_from = 2024-01-01", "in_force_from = 2024-01-01\nin_force_until = 2025-07-01", 1
    )
    catalog = load_catalog(write(tmp_path, **{LIST: first + second}))
    assert len([item for item in catalog.items if item.code == "breach.found"]) == 2


def test_one_agency_delivers_a_published_layout_for_one_item_only(tmp_path):
    layout = FRAME.replace('id = "plain"', 'id = "penalty"')
    item = ITEMS[ITEMS.rindex("[[item]]") :]
    item = item[: item.index("unit =")] + 'layout = "penalty"\n'
    text = '[catalog]\nedition = "test"\n' + item + item.replace("service.hours", "service.other")
    found = faults_of(write(tmp_path, **{LIST: text, "layouts/penalty.toml": layout}))
    assert [fault.key for fault in found] == ["item[service.other].layout"]


def test_the_digest_follows_every_byte_of_the_files(tmp_path):
    first = load_catalog(write(tmp_path)).digest
    assert load_catalog(write(tmp_path)).digest == first
    assert load_catalog(write(tmp_path, **{LIST: ITEMS + "# \n"})).digest != first
