"""Opaque cursors and the Link header of lists.

A list is read from a place, not from a number of rows, so it stays stable while rows are added.
The cursor holds that place (the sort values of the last row) and is sealed: clients cannot read
it, build it, or take it to another list, and we may change what is inside.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from starlette.datastructures import URL

from points_api.crypto.cipher import CipherError
from points_api.crypto.keyring import Keyring
from points_api.problem import Problem

MOST = 200
T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=MOST, description="每页多少条 · entries on a page")]
CursorText = Annotated[
    str | None, Query(max_length=512, description="取自 Link 头 · from the Link header")
]


class UnknownCursor(Problem):
    slug, status, errcode = "unknown-cursor", 400, 40010
    title = ("翻页位置无效", "Unknown cursor")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Entries of one page, and the cursor of the next; None on the last page."""

    entries: list[T]
    next_cursor: str | None


class Pages:
    """Makes and reads the cursors of one list, e.g. `Pages(keyring, "me.records")`."""

    def __init__(self, keyring: Keyring, name: str) -> None:
        self._keyring = keyring
        self._context = f"cursor:{name}"

    def write(self, *place: str | int) -> str:
        """Return the cursor that stands after a row with these sort values."""
        plain = json.dumps(place, separators=(",", ":"))
        sealed = self._keyring.encrypt(plain, self._context)
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def read(self, cursor: str | None) -> tuple[Any, ...]:
        """Return the sort values, () for the beginning; raises `UnknownCursor`."""
        if cursor is None:
            return ()
        try:
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
            return tuple(json.loads(self._keyring.decrypt(sealed, self._context)))
        except (ValueError, CipherError):
            raise UnknownCursor("请从第一页重新开始", "Start again from the first page") from None

    def page(
        self, rows: Sequence[T], limit: int, place: Callable[[T], tuple[str | int, ...]]
    ) -> Page[T]:
        """Cut a page from rows that were read with one more than the limit."""
        entries = list(rows[:limit])
        more = len(rows) > limit
        return Page(entries, self.write(*place(entries[-1])) if more else None)


def link_header(url: URL, next_cursor: str | None) -> dict[str, str]:
    """Return the header that names the next page (RFC 8288); nothing on the last page.

    The reference is relative, so it is right behind every proxy.
    """
    if next_cursor is None:
        return {}
    target = url.include_query_params(cursor=next_cursor)
    return {"Link": f'<{target.path}?{target.query}>; rel="next"'}
