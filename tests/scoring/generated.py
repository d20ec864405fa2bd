"""Generated catalogs, scorecards and people: every scorecard that loads may come up."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from scoring.catalog import Agency, Catalog, Item, Layout, Level
from scoring.records import Record
from scoring.scorecard_files import read_scorecard

TODAY = date(2026, 6, 1)
LEVELS = (Level("low", "低", "low"), Level("middle", "中", "middle"), Level("high", "高", "high"))
LAYOUT = Layout("plain", "测试", (), "test")
AGENCY = Agency("office", "测试单位", "Test office", "11420200MB1234567X", "test")


def _item(code, nature, shape, retention, continuing):
    return Item(
        code=code, title=code, title_en=code, agency="office", group="test", nature=nature,
        layout=LAYOUT, legal_basis="test", basis="test", in_force_from=date(2015, 1, 1),
        retention_months=retention, repairable=nature == "adverse", continuing=continuing,
        levels=LEVELS if shape == "levels" else (),
        unit="小时" if shape == "quantity" else "", unit_en="hours" if shape == "quantity" else "",
        scale=100 if shape == "quantity" else 1,
    )  # fmt: skip


SHAPES = ("levels", "quantity", "plain")
CATALOG = Catalog(
    edition="test",
    digest="",
    agencies={"office": AGENCY},
    layouts={"plain": LAYOUT},
    items=tuple(
        _item(f"{nature}.{shape}.{n}", nature, shape, 60 if n == 1 else None, n == 2)
        for nature in ("positive", "adverse", "neutral")
        for shape in SHAPES
        for n in (1, 2)
    ),
)
ITEMS = {item.code: item for item in CATALOG.items}

milli = st.integers(1, 20_000).map(lambda n: Decimal(n) / 1000)
tenths = st.integers(0, 400).map(lambda n: Decimal(n) / 10)


@st.composite
def _pricing(draw, shape, sign, per_year):
    if shape == "plain":
        return {"levels": {"any": draw(milli) * sign}}
    if shape == "levels":
        worth = sorted(draw(st.lists(milli, min_size=3, max_size=3)))
        names = [level.id for level in LEVELS]
        return {"levels": {name: points * sign for name, points in zip(names, worth, strict=True)}}
    kind = draw(
        st.sampled_from(["steps", "brackets"] if per_year else ["per_unit", "steps", "brackets"])
    )
    if kind == "per_unit":
        return {"per_unit": {"points": draw(milli) * sign, "per": draw(st.integers(1, 50))}}
    starts = sorted(draw(st.sets(st.integers(0, 300), min_size=1, max_size=4)))
    worth = sorted(draw(st.sets(milli, min_size=len(starts), max_size=len(starts))))
    rows = [{"from": at, "points": points * sign} for at, points in zip(starts, worth, strict=True)]
    if kind == "brackets":
        rows = [{**row, "per": draw(st.integers(1, 100))} for row in rows]
    return {kind: rows}


@st.composite
def _rule(draw, dimension, nature, shape):
    sign = 1 if nature == "positive" else -1
    per_year = shape == "quantity" and draw(st.booleans())
    pricing = draw(_pricing(shape, sign, per_year))
    on_sums = "steps" in pricing or "brackets" in pricing
    name = f"{nature}-{shape}"
    rule = {
        "id": name, "dimension": dimension, "title": name, "title_en": name,
        "items": [f"{nature}.{shape}.1", f"{nature}.{shape}.2"], "legal_basis": "test",
        "advice": "做" if sign > 0 else "", "advice_en": "do" if sign > 0 else "", **pricing,
    }  # fmt: skip
    cap = {}
    if per_year:
        rule["sum_over"] = "year"
    else:
        rule["one_per"] = draw(st.sampled_from(["record", "act", "item", "rule"]))
    if draw(st.booleans()):
        cap["total"] = draw(milli)
    if (per_year or (not on_sums and rule["one_per"] == "record")) and draw(st.booleans()):
        cap["year"] = draw(milli)
    if sign < 0 and not on_sums and rule["one_per"] in ("record", "act") and draw(st.booleans()):
        percent = [100, *sorted(draw(st.lists(st.integers(100, 400), min_size=1, max_size=3)))]
        rule["repeat"] = {"within_days": draw(st.integers(1, 800)), "percent": percent}
    if draw(st.booleans()):
        hold = draw(st.integers(0, 900))
        rule["fade"] = {"hold_days": hold, "end_days": hold + draw(st.integers(1, 1500))}
    return {**rule, "cap": cap}


@st.composite
def scorecards(draw, version="test-1"):
    """A scorecard of six rules in up to three dimensions, read by the real loader."""
    names = [f"d{n}" for n in range(draw(st.integers(1, 3)))]
    dimensions = [
        {"id": n, "name": n, "name_en": n, "floor": -draw(tenths), "ceiling": draw(tenths)}
        for n in names
    ]
    rules = [
        draw(_rule(draw(st.sampled_from(names)), nature, shape))
        for nature in ("positive", "adverse")
        for shape in SHAPES
    ]
    parsed = {
        "scorecard": {
            "city": "test", "version": version, "effective_from": date(2020, 1, 1),
            "basis": "reference", "note": "generated", "minimum": Decimal(0),
            "maximum": Decimal(100), "base": Decimal(draw(st.integers(0, 100))),
        },
        "band": [
            {"id": "low", "name": "低", "name_en": "low", "from": Decimal(0)},
            {"id": "high", "name": "高", "name_en": "high", "from": Decimal(60)},
        ],
        "dimension": dimensions,
        "rule": rules,
        "example": [
            {"rule": r["id"], "name": "nothing", "on": TODAY, "points": Decimal(0)} for r in rules
        ],
    }  # fmt: skip
    return read_scorecard("generated", parsed, CATALOG)


@st.composite
def records(draw, key, natures=("positive", "adverse", "neutral")):
    """A record of a catalog item, mostly in the years before TODAY."""
    item = ITEMS[draw(st.sampled_from([c for c in ITEMS if c.split(".")[0] in natures]))]
    occurred = TODAY - timedelta(days=draw(st.integers(-200, 2500)))
    lasting = item.continuing and draw(st.booleans())
    ended = None if lasting else occurred + timedelta(days=draw(st.sampled_from([0, 0, 30, 400])))
    shape = item.code.split(".")[1]
    return Record(
        key=key,
        item=item.code,
        occurred_on=occurred,
        ended_on=ended,
        level=draw(st.sampled_from(["low", "middle", "high"])) if shape == "levels" else None,
        quantity=draw(st.integers(0, 40_000)) if shape == "quantity" else None,
        act_key=draw(st.sampled_from(["", "act-1", "act-2", "act-3"])),
        valid_until=draw(
            st.none() | st.integers(1, 1500).map(lambda n: occurred + timedelta(days=n))
        ),
        status=draw(st.sampled_from(["active"] * 8 + ["disputed", "repaired", "withdrawn"])),
    )


@st.composite
def people(draw, most=14):
    """The records of one person; keys differ."""
    return tuple(draw(records(f"r{n:02d}")) for n in range(draw(st.integers(0, most))))


days = st.integers(-300, 1500).map(lambda n: TODAY + timedelta(days=n))
