"""The two languages of everything people read, and the choice between them.

Chinese is the default; English is given when `Accept-Language` prefers it (RFC 9110 section
12.5.4). A message is written once as a `Text`, so neither language can be forgotten.
"""

from functools import lru_cache
from typing import Annotated, Literal, NamedTuple

from fastapi import Depends, Request

Language = Literal["zh", "en"]
DEFAULT: Language = "zh"
LANGUAGES: tuple[Language, Language] = ("zh", "en")


class Text(NamedTuple):
    """One message in both languages."""

    zh: str
    en: str

    def say(self, language: Language) -> str:
        return self.en if language == "en" else self.zh

    def fill(self, **values: object) -> "Text":
        """Put the values in the places marked `{name}`. Never pass what a caller sent."""
        return Text(self.zh.format(**values), self.en.format(**values))


@lru_cache(maxsize=256)
def choose(accept_language: str | None) -> Language:
    """Return the language that the header ranks highest; Chinese if it ranks neither.

    At equal weight the one named first wins, as browsers mean it. `*` stands for Chinese.
    """
    best: Language = DEFAULT
    best_weight = 0.0
    for part in (accept_language or "").split(","):
        tag, _, parameters = part.partition(";")
        language = _language(tag.strip().lower())
        weight = _weight(parameters)
        if language is not None and weight > best_weight:
            best, best_weight = language, weight
    return best


def _language(tag: str) -> Language | None:
    primary = tag.split("-", 1)[0]
    if primary in {"zh", "*"}:
        return "zh"
    return "en" if primary == "en" else None


def _weight(parameters: str) -> float:
    """Return the q value; a mistaken one counts as 0, so it can never win by accident."""
    for parameter in parameters.split(";"):
        name, equals, value = parameter.partition("=")
        if equals and name.strip().lower() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return weight if 0.0 <= weight <= 1.0 else 0.0
    return 1.0


async def language_of(request: Request) -> Language:
    """FastAPI dependency; async because a plain function would cost a trip to the thread pool."""
    return choose(request.headers.get("accept-language"))


Reader = Annotated[Language, Depends(language_of)]
