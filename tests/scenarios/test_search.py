"""Search as people in China type: characters, pinyin, initials."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from points_api.city import load_city
from points_api.clock import today
from scenarios import files
from scenarios.search import Search, spelled, words_of


@pytest.fixture(scope="module")
def folder():
    return files.load(load_city().known(today()))


@pytest.fixture(scope="module")
def search(folder):
    categories = {one.id: one for one in folder.categories}
    return Search(folder.scenarios, categories, folder.divisions)


def best(search, query):
    ranks = search.ranks(query)
    return sorted(ranks, key=lambda name: (ranks[name], name))


LIBRARY = "huangshi-library-no-deposit"


@pytest.mark.parametrize(
    "query",
    [
        "图书馆", "tushuguan", "tushug", "tsg", "TSG", "ｔｓｇ", "library", "黄石 图书馆",
        "hs tsg 押金", "免押金 借书", "huangshishi tushuguan", "图书馆，信易阅",
    ],
)  # fmt: skip
def test_the_library_is_found_however_it_is_typed(search, query):
    assert LIBRARY in search.ranks(query)


@pytest.mark.parametrize("query", ["ushuguan", "图书馆 医院", "zzzz", "馆书图", "图书馆 xyzzy"])
def test_what_begins_inside_a_syllable_or_lacks_a_word_is_not_found(search, query):
    assert LIBRARY not in search.ranks(query)


def test_a_character_with_two_readings_is_read_as_in_its_word(search):
    assert spelled("银行").full == "yinhang"
    assert spelled("重阳").full == "chongyang"
    assert spelled("旅游").full == "lvyou"


def test_the_title_comes_before_provider_and_category(folder, search):
    ranks = search.ranks("图书馆")
    titled = {one.id for one in folder.scenarios if "图书馆" in one.title.zh}
    others = set(ranks) - titled
    assert titled
    assert others
    assert max(ranks[name] for name in titled) < min(ranks[name] for name in others)


def test_characters_come_before_pinyin_and_pinyin_before_initials():
    one = spelled("图书馆")
    assert [one.grade(word) for word in ("图书", "tushu", "ts", "shutu")] == [0, 1, 2, None]


def test_latin_words_and_digits_are_searched_as_they_are():
    one = spelled("EV 充电 4A 景区")
    assert one.full == "evchongdian4ajingqu"
    assert one.grade("ev") == 0
    assert one.grade("chongdian4a") == 1


@pytest.mark.parametrize("query", ["  ，。 ", "😀", "", "？！"])
def test_a_query_without_a_word_finds_nothing(search, query):
    assert search.ranks(query) == {}


def test_a_long_query_is_cut_to_eight_words():
    assert words_of("a " * 50) == ["a"] * 8


@settings(max_examples=25)
@given(st.text(max_size=100))
def test_any_text_can_be_searched_for_and_always_with_the_same_result(search, query):
    assert search.ranks(query) == search.ranks(query)


def test_every_scenario_is_found_by_its_title_in_characters_pinyin_and_initials(folder, search):
    for one in folder.scenarios:
        title = spelled(one.title.zh)
        for query in (one.title.zh, title.full, title.initials, one.title.en):
            if len(words_of(query)) <= 8:
                assert one.id in search.ranks(query), (one.id, query)
