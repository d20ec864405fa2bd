"""Search in the registry as people in China type: characters, pinyin, or initials.

`图书馆`, `tushuguan`, `tushug` and `tsg` all find the library; so does `library`. Each word of a
query must be found in one of a scenario's texts. What is found in the title comes first, then in
provider, category, division, benefit; characters before pinyin before initials; then by id.

>>> spelled("黄石市图书馆").full, spelled("黄石市图书馆").initials
('huangshishitushuguan', 'hsstsg')
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from scenarios.scenario import Category, Scenario
from scenarios.words import Words

MOST_WORDS: Final = 8
_BREAK: Final = re.compile(r"[^\w]+|_+")
_RUN: Final = re.compile(r"[a-z]+|[0-9]|[^\x00-\x7f]+")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A text as it is searched: its characters, its pinyin, and where syllables begin in it."""

    characters: str
    full: str
    begins: frozenset[int]
    initials: str

    def grade(self, word: str) -> int | None:
        """How a word is found: 0 by characters, 1 by pinyin, 2 by initials; None if it is not."""
        if word in self.characters:
            return 0
        if not word.isascii():
            return None
        at = self.full.find(word)
        while at >= 0:
            if at in self.begins:
                return 1
            at = self.full.find(word, at + 1)
        return 2 if word in self.initials else None


@dataclass(frozen=True, slots=True)
class Searched:
    """A scenario's texts in the order of their weight, each in both languages."""

    id: str
    texts: tuple[tuple[Spelling, str], ...]

    def rank(self, words: Iterable[str]) -> int | None:
        """The lower the better; None where a word is found nowhere."""
        rank = 0
        for word in words:
            found = [
                place * 3 + grade
                for place, (chinese, english) in enumerate(self.texts)
                if (grade := 0 if word in english else chinese.grade(word)) is not None
            ]
            if not found:
                return None
            rank += min(found)
        return rank


class Search:
    """The texts of a list of scenarios, spelled when the first query comes."""

    def __init__(
        self,
        scenarios: Iterable[Scenario],
        categories: Mapping[str, Category],
        divisions: Mapping[str, Words],
    ) -> None:
        self._scenarios = tuple(scenarios)
        self._categories, self._divisions = categories, divisions

    def ranks(self, query: str) -> dict[str, int]:
        """The ids of what is found, each with its rank; nothing for a query without a word."""
        if not (words := words_of(query)):
            return {}
        ranked = ((one.id, one.rank(words)) for one in self._searched)
        return {name: rank for name, rank in ranked if rank is not None}

    def prepare(self) -> None:
        """Spell the texts now, rather than when the first query comes."""
        _ = self._searched

    @cached_property
    def _searched(self) -> tuple[Searched, ...]:
        return tuple(Searched(one.id, tuple(self._texts(one))) for one in self._scenarios)

    def _texts(self, one: Scenario) -> Iterable[tuple[Spelling, str]]:
        category = self._categories.get(one.category)
        division = self._divisions.get(one.place.division, Words("", ""))
        texts = (one.title, one.provider.name, category.name if category else Words("", ""))
        for said in (*texts, division, one.benefit.says()):
            yield spelled(said.zh), folded(said.en)


def words_of(query: str) -> list[str]:
    """The words of a query, at most eight of them.

    >>> words_of("  图书馆，押金 Xi'an ")
    ['图书馆', '押金', 'xian']
    """
    words = _BREAK.split(folded(query))
    return [word for word in words if word][:MOST_WORDS]


def folded(text: str) -> str:
    """The text without differences of width and case, and without apostrophes."""
    return unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")


@lru_cache(maxsize=8192)
def spelled(text: str) -> Spelling:
    """Spell a text; words of Latin letters count as one syllable."""
    characters = folded(text)
    syllables: list[str] = []
    for run in _RUN.findall(characters):
        syllables += [run] if run.isascii() else _pinyin()(run)
    begins, at = set(), 0
    for syllable in syllables:
        begins.add(at)
        at += len(syllable)
    initials = "".join(syllable[0] for syllable in syllables)
    return Spelling(characters, "".join(syllables), frozenset(begins), initials)


@lru_cache(maxsize=1)
def _pinyin() -> Callable[[str], list[str]]:
    """The speller; its dictionary is read when it is first needed."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - a tenth of a second at every start

    def of(run: str) -> list[str]:
        return lazy_pinyin(run, style=Style.NORMAL, errors="ignore")

    return of
