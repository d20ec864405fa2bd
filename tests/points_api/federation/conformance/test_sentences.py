"""What the kit finds is told in both languages, whichever check finds it."""

import ast
import re
from pathlib import Path

import pytest

from points_api.federation import conformance
from points_api.federation.conformance import checks, desk
from points_api.federation.conformance.desk import Closed, Fault, Finding, Skipped, Unreached

KINDS = {one.__name__ for one in (Finding, Fault, Unreached, Closed, Skipped)}
SHARED = {name: text for module in (desk, checks) for name, text in vars(module).items()}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _sentences():
    """Each place where a finding is made, with its two sentences."""
    for path in sorted(Path(conformance.__path__[0]).glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", None) in KINDS:
                said = [_value(one) for one in call.args]
                yield pytest.param(sum(said, ()), id=f"{path.name}:{call.lineno}")


def _value(argument):
    match argument:
        case ast.Starred(ast.Name(name)):
            return tuple(SHARED[name])
    return (ast.literal_eval(argument),)


SENTENCES = list(_sentences())


@pytest.mark.parametrize("said", SENTENCES)
def test_every_sentence_is_in_both_languages_and_tells_the_same_values(said):
    zh, en = said
    assert CHINESE.search(zh)
    assert not CHINESE.search(en)
    assert re.search("[a-z]{2}", en)
    values = re.compile(r"(?<!{){[a-z]+(?::[a-z]+)?}")
    assert sorted(values.findall(zh)) == sorted(values.findall(en))


def test_there_are_as_many_sentences_as_the_kit_has():
    assert len(SENTENCES) > 30


def test_what_a_city_has_sent_may_hold_braces():
    told = Fault("答 {said}", "{said} is answered", said="{x}{")
    assert told.said == ("答 {x}{", "{x}{ is answered")
