import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from points_api.identifiers.credit_code import (
    ALPHABET,
    MESSAGES,
    CreditCodeError,
    check_character,
    has_organization_check,
    normalize,
    organization_check_character,
    parse,
    problem_of,
)

PUBLISHED = "91350100M000100Y43"  # the example of the standard


@st.composite
def codes(draw: st.DrawFn) -> str:
    first8 = draw(st.text(ALPHABET, min_size=8, max_size=8))
    first17 = (
        draw(st.sampled_from(["11", "12", "52", "53", "91", "93", "Y1", "N1", "A1"]))
        + draw(st.sampled_from(["420200", "420281", "110000"]))
        + first8
        + organization_check_character(first8)
    )
    return first17 + check_character(first17)


def test_the_published_example_is_valid_and_its_misprint_is_not():
    assert problem_of(PUBLISHED) is None
    assert problem_of("91350100M000100Y4Z") == "characters"
    assert has_organization_check("M000100Y4")


def test_the_published_organization_code_checks():
    assert organization_check_character("D2143569") == "X"
    assert has_organization_check("D2143569X")
    assert not has_organization_check("D21435690")


@given(codes())
def test_a_valid_code_is_taken_however_it_is_dressed(code):
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in code)
    for text in (code, code.lower(), f" {code} ", f"'{code}", full_width, f"{code[:8]}-{code[8:]}"):
        assert problem_of(text) is None
        assert parse(text) == normalize(text) == code


@given(codes(), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_no_single_wrong_character_passes(code, place, character):
    changed = code[:place] + character + code[place + 1 :]
    assert (problem_of(changed) is None) == (changed == code)


@given(codes())
def test_the_check_character_agrees_with_the_independent_library(code):
    assert uscc.calc_check_digit(code) == code[-1]
    if code[0].isdigit():  # it does not know the letters
        assert uscc.is_valid(code)


@pytest.mark.parametrize("office", ["Y1", "N1", "A1"])
def test_letters_in_the_first_place_are_taken(office):
    first17 = f"{office}420200M000100Y4"
    assert problem_of(first17 + check_character(first17)) is None


def test_the_inner_check_is_asked_of_organizations_but_not_of_the_self_employed():
    for kind, code in (("91", "organization_code"), ("92", None)):
        first17 = f"{kind}420200M000100Y5"
        assert problem_of(first17 + check_character(first17)) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \u3000", "empty"),
        ("91350100M000100Y4", "length"),
        ("91350100M000100Y433", "length"),
        ("9135O100M000100Y43", "characters"),
        ("91A50100M000100Y43", "characters"),
        ("91350100M000100Y44", "check_character"),
        ("组" * 18, "characters"),
    ],
)
def test_each_kind_of_wrong_code_is_told_apart(text, code):
    assert problem_of(text) == code
    with pytest.raises(CreditCodeError) as refused:
        parse(text)
    assert refused.value.text == MESSAGES[code]


@given(st.text(max_size=24))
def test_no_text_is_too_strange_to_be_judged(text):
    code = problem_of(text)
    assert code is None or MESSAGES[code].en
