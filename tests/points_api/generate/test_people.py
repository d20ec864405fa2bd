from collections import Counter
from datetime import date

import pytest

from points_api.generate.people import PREFIXES, capacity, people_block, person
from points_api.identifiers import id_number
from points_api.residents.names import is_name, normalize

DAY = date(2026, 9, 30)


def test_every_id_number_is_valid_and_belongs_to_nobody() -> None:
    block = people_block(3, 0, 3000)
    for number in block.id_numbers:
        assert id_number.problem_of(number, DAY) is None
        assert id_number.is_test_number(number)


def test_no_two_people_share_an_id_number_wherever_their_blocks_lie() -> None:
    far = capacity() - 70_000
    blocks = [people_block(3, start, start + 70_000) for start in (0, 21_250_000, far)]
    numbers = [number for block in blocks for number in block.id_numbers]
    assert len(set(numbers)) == 210_000
    assert {int(number[:6]) for number in numbers} == set(PREFIXES)
    assert all(id_number.problem_of(number, DAY) is None for number in numbers[::97])


def test_there_are_test_numbers_for_a_province() -> None:
    assert capacity() >= 60_000_000
    with pytest.raises(ValueError, match="at most"):
        people_block(1, capacity(), capacity() + 1)


def test_a_person_is_the_same_asked_alone_or_in_any_block() -> None:
    block = people_block(5, 64_000, 66_000)
    for n in (64_000, 64_283, 65_999):
        here = n - block.first
        assert person(5, n) == (block.names[here], block.id_numbers[here])


def test_another_seed_makes_other_people() -> None:
    same = sum(person(1, n) == person(2, n) for n in range(200))
    assert same == 0


def test_people_are_14_to_95_years_old_and_nearly_all_of_age() -> None:
    block = people_block(1, 0, 20_000)
    ages = [id_number.age_on(number, DAY) for number in block.id_numbers]
    assert min(ages) >= 14
    assert max(ages) <= 95
    assert sum(age >= 18 for age in ages) > 19_000
    assert sum(25 <= age <= 60 for age in ages) > 10_000


def test_births_stand_in_the_id_numbers() -> None:
    block = people_block(1, 0, 500)
    born = [date.fromordinal(date(1970, 1, 1).toordinal() + n) for n in block.births.tolist()]
    assert born == [id_number.birth_date(number) for number in block.id_numbers]


def test_names_are_names_and_the_difficult_ones_occur() -> None:
    names = people_block(1, 0, 60_000).names.to_list()
    assert all(is_name(normalize(name)) for name in names)
    assert any("·" in name for name in names)
    assert any(ord(character) > 0xFFFF for name in names for character in name)
    assert any(name.startswith("欧阳") for name in names)
    surnames = Counter(name[0] for name in names)
    assert surnames["王"] > 4 * surnames["汤"]


def test_women_and_men_are_about_as_many() -> None:
    numbers = people_block(1, 0, 20_000).id_numbers
    men = sum(int(number[16]) % 2 for number in numbers)
    assert 9_500 < men < 10_500


def test_people_of_another_city_have_test_numbers_of_its_own():
    numbers = people_block(1, 0, 500, "460200").id_numbers.to_list()
    assert {number[:6] for number in numbers} == {"460200"}
    assert all(id_number.problem_of(number) is None for number in numbers)
    assert all(id_number.is_test_number(number) for number in numbers)
    with pytest.raises(ValueError, match="ask for fewer"):
        people_block(1, 0, capacity(1) + 1, "460200")
