"""A mistaken scorecard is refused with file, key and the mend."""

import tomllib
from decimal import Decimal

import pytest

from scoring.scorecard_files import ScorecardError, in_force, load_scorecard
from tests.scoring.generated import CATALOG

GOOD = """
[scorecard]
city = "test"
version = "test-1"
effective_from = 2026-01-01
basis = "reference"
note = "for tests"
minimum = 0.0
maximum = 100.0
base = 60.0

[[band]]
id = "low"
name = "低"
name_en = "low"
from = 0.0

[[dimension]]
id = "all"
name = "全部"
name_en = "all"
floor = -40.0
ceiling = 40.0

[[rule]]
id = "good-levels"
dimension = "all"
title = "好"
title_en = "good"
legal_basis = "test"
items = ["positive.levels.1", "positive.levels.2"]
levels = { low = 1.0, middle = 2.0, high = 3.0 }

[[rule]]
id = "good-quantity"
dimension = "all"
title = "多"
title_en = "much"
legal_basis = "test"
items = ["positive.quantity.1", "positive.quantity.2"]
steps = [{ from = 10, points = 0.4 }, { from = 20, points = 1.0 }]

[[rule]]
id = "good-plain"
dimension = "all"
title = "一"
title_en = "one"
legal_basis = "test"
items = ["positive.plain.1", "positive.plain.2"]
levels = { any = 0.5 }

[[rule]]
id = "bad-levels"
dimension = "all"
title = "坏"
title_en = "bad"
legal_basis = "test"
items = ["adverse.levels.1", "adverse.levels.2"]
levels = { low = -1.0, middle = -2.0, high = -3.0 }
one_per = "act"
repeat = { within_days = 365, percent = [100, 200] }

[[rule]]
id = "bad-quantity"
dimension = "all"
title = "少"
title_en = "little"
legal_basis = "test"
items = ["adverse.quantity.1", "adverse.quantity.2"]
per_unit = { points = -0.1, per = 1 }
fade = { hold_days = 10, end_days = 20 }

[[rule]]
id = "bad-plain"
dimension = "all"
title = "负"
title_en = "minus"
legal_basis = "test"
items = ["adverse.plain.1", "adverse.plain.2"]
levels = { any = -5.0 }

[[example]]
rule = "good-levels"
name = "a middle one gives two"
on = 2026-03-01
records = [{ item = "positive.levels.1", level = "middle", occurred_on = 2026-02-01 }]
points = 2.0
[[example]]
rule = "good-quantity"
name = "ten"
on = 2026-03-01
records = [{ item = "positive.quantity.1", quantity = 10, occurred_on = 2026-02-01 }]
points = 0.4
[[example]]
rule = "good-plain"
name = "none"
on = 2026-03-01
points = 0.0
[[example]]
rule = "bad-levels"
name = "a repeat doubles"
on = 2026-03-01
records = [
  { item = "adverse.levels.1", level = "low", occurred_on = 2026-01-05 },
  { item = "adverse.levels.1", level = "low", occurred_on = 2026-02-05 },
]
points = -3.0
[[example]]
rule = "bad-quantity"
name = "half faded"
on = 2026-03-01
records = [{ item = "adverse.quantity.1", quantity = 10, occurred_on = 2026-02-14 }]
points = -0.5
[[example]]
rule = "bad-plain"
name = "none"
on = 2026-03-01
points = 0.0
"""

MISTAKES = {
    "unknown key": ('note = "for tests"', 'note = "x"\nnotes = 1', "scorecard.notes", "remove"),
    "missing basis": ('legal_basis = "test"\nitems = ["positive.p', 'items = ["positive.p',
                      "rule.2«good-plain».legal_basis", "add the key"),
    "unknown item": ('"positive.plain.2"', '"positive.plain.9"', "positive.plain.9", "mend"),
    "forgotten item": ('["adverse.plain.1", "adverse.plain.2"]', '["adverse.plain.1"]',
                       "item adverse.plain.2", "add a rule"),
    "item twice": ('["adverse.plain.1",', '["adverse.plain.1", "adverse.levels.1",',
                   "already priced by bad-levels", "remove one"),
    "neutral item": ('"positive.plain.2"]', '"positive.plain.2", "neutral.plain.1"]',
                     "is neutral", "remove it"),
    "wrong sign": ("{ any = -5.0 }", "{ any = 5.0 }", "is adverse", "turn the sign"),
    "both signs": ("{ low = 1.0, middle", "{ low = -1.0, middle", "both signs", "split"),
    "missing level": ("middle = 2.0, high = 3.0", "high = 3.0", "['middle']", "price them"),
    "level upside down": ("low = 1.0, middle = 2.0", "low = 2.5, middle = 2.0",
                          "must not weigh less", "sort"),
    "unknown level": ("high = 3.0 }", "high = 3.0, top = 9.0 }", "levels.top", "remove it"),
    "falling steps": ("points = 1.0 }]", "points = 0.1 }]", "good-quantity.steps", "sort"),
    "two prices": ("{ any = 0.5 }", "{ any = 0.5 }\nper_unit = { points = 1.0, per = 1 }",
                   "exactly one", "keep one"),
    "no price": ("levels = { any = 0.5 }\n", "", "exactly one", "keep one"),
    "too fine": ("{ any = 0.5 }", "{ any = 0.0005 }", "finer than a thousandth", "round"),
    "base outside": ("base = 60.0", "base = 160.0", "scorecard.base", "move it inside"),
    "ceiling below zero": ("ceiling = 40.0", "ceiling = -1.0", "dimension all", "mend"),
    "unknown dimension": ('dimension = "all"\ntitle = "一"', 'dimension = "none"\ntitle = "一"',
                          "no dimension none", "one of"),
    "repeat of good": ("{ any = 0.5 }", "{ any = 0.5 }\nrepeat = {within_days=9, percent=[100]}",
                       "only adverse", "remove"),
    "percent falling": ("[100, 200]", "[200, 100]", "repeat.percent", "sort"),
    "cap by year with acts": ("percent = [100, 200] }", "percent = [100, 200] }\ncap = {year = 1}",
                              "yearly cap", "cap.total"),
    "fade backwards": ("end_days = 20", "end_days = 5", "fade", "raise"),
    "example wrong": ("points = -0.5", "points = -0.6", "half faded", "mend the rule or"),
    "example of nothing": ('rule = "bad-plain"\nname', 'rule = "bad-plan"\nname',
                           "bad-plan does not exist", "bad-plain: has no worked example"),
    "no toml": ("[scorecard]", "[scorecard", "line 2", "mend the TOML"),
}  # fmt: skip


def write(folder, text):
    path = folder / "card.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_good_file_loads_and_its_examples_hold(tmp_path):
    card = load_scorecard(write(tmp_path, GOOD), CATALOG)
    assert card.version == "test-1"
    assert card.digest.startswith("sha256:")
    assert card.rule_of["positive.levels.2"].id == "good-levels"


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_refused_with_its_place_and_the_mend(tmp_path, name):
    old, new, place, mend = MISTAKES[name]
    assert old in GOOD
    with pytest.raises(ScorecardError) as caught:
        load_scorecard(write(tmp_path, GOOD.replace(old, new, 1)), CATALOG)
    message = str(caught.value)
    assert "card.toml" in message
    assert place in message
    assert mend in message


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / "card.toml"
    path.write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(ScorecardError, match="save as UTF-8"):
        load_scorecard(path, CATALOG)


def test_the_scorecard_in_force_is_the_last_that_took_effect(tmp_path):
    first = load_scorecard(write(tmp_path, GOOD), CATALOG)
    later_text = GOOD.replace("2026-01-01", "2026-07-01").replace("test-1", "test-2")
    cards = (first, load_scorecard(write(tmp_path, later_text), CATALOG))
    parsed = tomllib.loads(later_text, parse_float=Decimal)
    assert in_force(cards, first.effective_from) is cards[0]
    assert in_force(cards, parsed["scorecard"]["effective_from"]) is cards[1]
    with pytest.raises(LookupError):
        in_force(cards, first.effective_from.replace(year=2020))
