"""The deny list at work: refuse an item or a column that may never become part of a score.

An allow list alone is not enough: city data platforms do hold tables of petitions, births, bodies
and houses per person, and a catalog can be edited. So every item and every column, by whatever name
it comes, is also compared with the words of `denied_kinds.py`.

A text is compared in one width and case, with blanks and punctuation taken out between Chinese
characters. Chinese words match anywhere, English words as whole words. A kind's `allowed` phrases
are taken out first: 税务局 names an office, not a tax.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from scoring.denied_kinds import DENIED, Denied


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an item or a column is refused. `text` is the catalog's or header's own wording."""

    denied: Denied
    where: Literal["item", "column"]
    text: str
    word: str

    @property
    def message(self) -> str:
        """In Chinese: what, which article, and how to mend it."""
        what = "目录项" if self.where == "item" else "列"
        return (
            f"{what}“{self.text}”涉及{self.denied.subject}，{self.denied.article[0]}"
            f"不允许采集或用于信用评价：删去该{what}"
        )

    @property
    def message_en(self) -> str:
        """In English."""
        return (
            f"{self.where} “{self.text}” concerns {self.denied.subject_en}, which must not be "
            f"collected or scored ({self.denied.article[1]}): remove the {self.where}"
        )


def refusals(code: str, title: str, columns: Iterable[str]) -> list[Refusal]:
    """Everything forbidden in an item: its code and title, and its columns' codes and headings."""
    found = [_refusal("item", text) for text in (code, title)]
    found += [_refusal("column", text) for text in columns]
    return [refusal for refusal in found if refusal is not None]


def refused_column(heading: str) -> Refusal | None:
    """Why a heading met in a delivered file is refused; None where it is not.

    >>> refusal = refused_column("血型")
    >>> refusal.denied.id if refusal else None
    'blood_type'
    >>> refused_column("无偿献血次数") is None
    True
    """
    return _refusal("column", heading)


def _refusal(where: Literal["item", "column"], text: str) -> Refusal | None:
    found = _search(text)
    return None if found is None else Refusal(found[0], where, text, found[1])


@lru_cache(maxsize=4096)
def _search(text: str) -> tuple[Denied, str] | None:
    compared = _compared(text)
    for denied, words, allowed in _PATTERNS:
        rest = allowed.sub("|", compared) if allowed else compared
        match = words.search(rest)
        if match:
            return denied, match.group()
    return None


def _compared(text: str) -> str:
    """One width and case, words joined by `_`, nothing between Chinese characters."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", unicodedata.normalize("NFKC", text))
    joined = re.sub(r"[\W_]+", "_", spaced.casefold())
    return re.sub(r"(?<=[\u4e00-\u9fff])_(?=[\u4e00-\u9fff])", "", joined)


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(
        "|".join(
            rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word)
            for word in longest_first
        )
    )


_PATTERNS = tuple(
    (denied, _pattern(denied.words), _pattern(denied.allowed) if denied.allowed else None)
    for denied in DENIED
)
