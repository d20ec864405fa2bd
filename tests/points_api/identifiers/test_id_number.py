from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from points_api.identifiers.id_number import (
    MESSAGES,
    PROVINCES,
    age_on,
    birth_date,
    check_character,
    is_test_number,
    mask,
    normalize,
    parse,
    problem_of,
)
from points_api.validation import FieldError
from tests.points_api.published import vectors

TODAY = date(2026, 11, 24)
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Any valid number: any division of any province, any birth date, any sequence."""
    division = draw(st.sampled_from(sorted(PROVINCES))) + f"{draw(st.integers(0, 9999)):04d}"
    born = draw(st.dates(date(1900, 1, 1), TODAY))
    first17 = f"{division}{born:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return first17 + check_character(first17)


def test_the_examples_of_the_standard_are_judged_as_published():
    examples = vectors("standards_small_vectors.json")["gb11643_examples"]
    assert [problem_of(text, TODAY) for text in examples["valid"]] == [None, None]
    assert None not in [problem_of(text, TODAY) for text in examples["invalid"]]


@given(numbers())
def test_a_valid_number_is_taken_however_it_is_dressed(number):
    for text in (
        number,
        number.lower(),
        f" {number}\n",
        f"'{number}",
        f"\ufeff{number}\u200b",
        f"{number[:6]} {number[6:14]} {number[14:]}",
        number.translate(FULL_WIDTH),
    ):
        assert problem_of(text, TODAY) is None
        assert parse(text, TODAY) == number


@given(numbers())
def test_normalizing_twice_changes_nothing_more(number):
    assert normalize(normalize(number.lower())) == normalize(number) == number


@given(numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_no_single_wrong_character_passes(number, place, character):
    changed = number[:place] + character + number[place + 1 :]
    assert (problem_of(changed) is None) == (changed == number)


@given(numbers(), st.integers(0, 16))
def test_no_two_neighbors_that_changed_places_pass(number, place):
    changed = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert (problem_of(changed) is None) == (changed == number)


@given(st.text(max_size=24))
def test_no_text_is_too_strange_to_be_judged(text):
    code = problem_of(text, TODAY)
    if code is None:
        assert problem_of(normalize(text), TODAY) is None
    else:
        assert MESSAGES[code].zh
        assert MESSAGES[code].en


@given(st.text("0123456789X*xE+. ", min_size=14, max_size=19))
def test_only_what_the_independent_library_also_finds_right_is_taken(text):
    if problem_of(text) is None:
        assert ric.calc_check_digit(normalize(text)) == normalize(text)[-1]


@given(numbers())
def test_check_character_and_birth_date_agree_with_the_independent_library(number):
    assert ric.calc_check_digit(number) == number[-1]
    assert ric.get_birth_date(number) == birth_date(number)


def test_an_independent_library_takes_our_districts_too():
    for division in ("420202", "420203", "420204", "420205", "420222", "420281"):
        first17 = f"{division}20010203001"
        assert ric.is_valid(first17 + check_character(first17))


@given(numbers())
def test_fifteen_digits_become_the_same_person_s_eighteen(number):
    old = number[:6] + number[8:17]
    twentieth_century = f"{number[:6]}19{number[8:17]}"
    if problem_of(old) is None:
        assert normalize(old) == twentieth_century + check_character(twentieth_century)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \u3000\n'", "empty"),
        ("4202**********1234", "masked"),
        ("4202＊＊＊＊＊＊＊＊＊＊1234", "masked"),
        ("4202xxxxxxxxxx1234", "masked"),
        ("4202XXXXXXXXXXXXXX", "masked"),
        ("****", "masked"),
        ("420202●●●●●●●●001X", "masked"),
        ("4.20202E+17", "scientific"),
        ("4.20202199001011e+17", "scientific"),
        ("４.２Ｅ＋１７", "scientific"),
        ("4E17", "scientific"),
        ("123", "length"),
        ("42020219900101001", "length"),
        ("4202021990010100123", "length"),
        ("4202021990010100AB", "characters"),
        ("4202021990010100一二", "characters"),
        ("١٢٣٤٥٦١٩٩٠٠١٠١٠٠١٢", "characters"),
        ("000202199001010011", "province"),
        ("990202199001010011", "check_character"),
        ("420202199013010011", "birth_date"),
        ("420202199002300011", "birth_date"),
        ("420202000001010011", "birth_date"),
        ("420202100001010011", "birth_date"),
        ("420202900230001", "birth_date"),
        ("420202199001010000", "rounded"),
        ("420202199001010013", "check_character"),
    ],
)
def test_each_kind_of_wrong_number_is_told_apart(text, code):
    assert problem_of(text, TODAY) == code
    with pytest.raises(FieldError) as refused:
        parse(text, TODAY)
    assert refused.value.code == f"id_number.{code}"
    assert refused.value.text == MESSAGES[code]


def test_no_message_quotes_a_number():
    for text in MESSAGES.values():
        assert not any(character == "{" for character in text.zh + text.en)


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000", "911156"])
def test_residents_from_beyond_the_mainland_and_foreigners_are_taken(prefix):
    first17 = f"{prefix}19900101001"
    assert problem_of(first17 + check_character(first17), TODAY) is None


def test_a_number_of_an_abolished_division_stays_valid():
    first17 = "42022119800101001"  # Daye county, a city since 1994
    assert problem_of(first17 + check_character(first17), TODAY) is None


def test_nobody_is_born_tomorrow():
    for born, code in ((TODAY, None), (TODAY + timedelta(days=1), "born_later")):
        first17 = f"420200{born:%Y%m%d}001"
        assert problem_of(first17 + check_character(first17), TODAY) == code
        assert problem_of(first17 + check_character(first17)) is None


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("20081124", date(2026, 11, 23), 17),
        ("20081124", date(2026, 11, 24), 18),
        ("20080229", date(2026, 2, 28), 17),
        ("20080229", date(2026, 3, 1), 18),
        ("20080229", date(2028, 2, 29), 20),
        ("20261124", date(2026, 11, 24), 0),
    ],
)
def test_a_year_of_age_is_full_on_the_birthday(born, day, age):
    assert age_on(f"420200{born}0018", day) == age


@given(numbers())
def test_a_mask_shows_neither_birth_date_nor_sequence(number):
    shown = mask(number)
    assert (shown[:3], shown[3:14], shown[14:]) == (number[:3], "*" * 11, number[14:])
    assert len(shown) == 18
    assert problem_of(shown) == "masked"


def test_the_test_range_was_never_issued():
    """The code of the prefecture is no code of a place where somebody could be registered."""
    assert is_test_number("420200199001010015")
    assert not is_test_number("420202199001010015")
