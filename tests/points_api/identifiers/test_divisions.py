from points_api.identifiers.divisions import inside, name_of, shipped
from tests.points_api.published import vectors


def test_huangshi_has_the_divisions_of_its_time():
    assert [division.name for division in inside("420200", 2026)] == [
        "黄石港区",
        "西塞山区",
        "下陆区",
        "铁山区",
        "阳新县",
        "大冶市",
    ]
    assert "大冶县" in [division.name for division in inside("420200", 1985)]
    assert "石灰窑区" in [division.name for division in inside("420200", 2000)]


def test_a_code_keeps_the_names_of_its_years():
    assert name_of("420203", 1999) == "石灰窑区"
    assert name_of("420203", 2001) == "西塞山区"
    assert name_of("420221", 1980) == "大冶县"
    assert name_of("420221", 2026) is None
    assert name_of("999999", 2026) is None


def test_every_name_is_one_that_the_standard_had():
    known = {(row["code"], row["name"]) for row in vectors("cn_divisions_pilot_areas.csv")}
    areas = {code[:4] for code, _ in known}
    ours = {(d.code, d.name) for d in shipped() if d.code[:4] in areas}
    assert len(ours) > 50
    assert ours - known == {("421171", "龙感湖管理区")}  # a statistical code, not of GB/T 2260


def test_the_years_of_huangshi_are_those_of_the_standard():
    published = {
        (row["code"], row["name"]): (row["from_year"], row["to_year"])
        for row in vectors("cn_divisions_pilot_areas.csv")
    }
    for division in shipped():
        if division.code.startswith("4202"):
            years = (str(division.since or ""), str(division.until or ""))
            assert published[division.code, division.name] == years
