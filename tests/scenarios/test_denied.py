"""No punishment can be written: neither by a key nor by words."""

import pytest

from scenarios.benefit_shapes import FileBenefit
from scenarios.denied import MEASURES, refusals
from scenarios.shapes import FileScenario

WORDS = [(measure.id, word) for measure in MEASURES for word in measure.words]


@pytest.mark.parametrize(("measure", "word"), WORDS)
def test_each_disadvantage_is_refused_by_its_name_with_the_mend(measure, word):
    found = refusals([("ordinary", f"前面{word}后面")])
    assert measure in {one.measure.id for one in found}
    assert all("请改写" in str(one) and "ordinary" in str(one) for one in found)


def test_capital_letters_hide_nothing():
    assert refusals([("note", "A PENALTY for those below")])


@pytest.mark.parametrize(
    "text",
    [
        "凭身份证交 100 元押金办证，退证退押金",
        "先诊疗后付费，出院后十日内结清",
        "年满 60 周岁免费，其他人照常购票",
        "No deposit for a card; everybody else pays and gets it back",
    ],
)
def test_ordinary_words_of_a_perk_are_not_taken_for_a_punishment(text):
    assert refusals([("ordinary", text)]) == []


def test_the_fourteen_measures_and_worse_service_are_all_there():
    national = [one for one in MEASURES if one.id not in {"worse_service", "english"}]
    assert len(national) == 14


FORBIDDEN_KEYS = {
    "penalty", "punishment", "surcharge", "fee", "deny", "refuse", "block", "blacklist", "minus",
    "limit_service", "raise", "otherwise", "else", "unless", "below",
}  # fmt: skip


def test_no_key_of_a_scenario_can_say_a_disadvantage():
    schema = str(FileScenario.model_json_schema())
    assert FileBenefit is not None
    assert not [key for key in FORBIDDEN_KEYS if f"'{key}'" in schema]
    assert "'additionalProperties': False" in schema
