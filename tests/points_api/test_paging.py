from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import URL

from points_api.crypto.keyring import Keyring
from points_api.paging import Page, Pages, UnknownCursor, link_header
from points_api.settings import MasterKey

KEYRING = Keyring([MasterKey("a", bytes(range(32)))])
PLACE = st.lists(st.integers(-(2**60), 2**60) | st.text(max_size=20), max_size=3)


@dataclass(frozen=True)
class Row:
    number: int


def read_on(pages: Pages, rows: list[Row], limit: int, cursor: str | None) -> Page[Row]:
    """What a service does: read one more than the limit from the place of the cursor."""
    place = pages.read(cursor)
    later = [row for row in rows if not place or row.number > place[0]]
    return pages.page(later[: limit + 1], limit, lambda row: (row.number,))


@given(PLACE)
def test_a_cursor_brings_back_its_place(place):
    pages = Pages(KEYRING, "me.records")
    assert pages.read(pages.write(*place)) == tuple(place)
    assert pages.read(None) == ()


@given(st.integers(0, 40), st.integers(1, 15))
def test_page_by_page_every_entry_comes_once(total, limit):
    pages = Pages(KEYRING, "me.records")
    rows = [Row(number) for number in range(total)]
    seen: list[Row] = []
    cursor: str | None = None
    for _ in range(total // limit + 1):
        page = read_on(pages, rows, limit, cursor)
        assert len(page.entries) <= limit
        seen += page.entries
        cursor = page.next_cursor
        if cursor is None:
            break
    assert cursor is None
    assert seen == rows


def test_rows_added_meanwhile_neither_repeat_nor_hide_others():
    pages = Pages(KEYRING, "me.records")
    rows = [Row(number) for number in range(0, 20, 2)]
    first = read_on(pages, rows, 4, None)
    rows = [Row(-1), *rows, Row(99)]
    second = read_on(pages, rows, 4, first.next_cursor)
    assert [row.number for row in second.entries] == [8, 10, 12, 14]


def test_a_cursor_is_opaque():
    assert "420200" not in Pages(KEYRING, "x").write("42020019900101001X")


@given(st.text(max_size=60))
def test_a_made_up_cursor_is_refused(text):
    with pytest.raises(UnknownCursor):
        Pages(KEYRING, "me.records").read(text)


def test_a_cursor_of_another_list_is_refused():
    cursor = Pages(KEYRING, "me.records").write(1)
    with pytest.raises(UnknownCursor):
        Pages(KEYRING, "me.access-log").read(cursor)


def test_the_link_header_keeps_the_other_parameters_and_no_host():
    url = URL("http://inside:8000/v1/me/records?limit=5&cursor=old")
    link = link_header(url, "a-b_c")["Link"]
    assert link == '</v1/me/records?limit=5&cursor=a-b_c>; rel="next"'
    assert link_header(url, None) == {}
