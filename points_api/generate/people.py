"""The city's people: made-up names, and ID numbers that no person can have.

An ID number begins with the division that first issued it, always a county or district. These
begin with the code of a whole city, province or group of counties, which is never issued, so no
real person is hit; otherwise they are right in every place. The n-th person depends on nothing but
the seed and n: whoever needs a login asks `person` and never reads the files.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from points_api.generate.names import name_series

HUANGSHI = "420200"
PREFIXES = (420200, 420000, 429000)
OLDEST = date(1931, 10, 1)  # 95 and 14 years old at the end of September 2026
YOUNGEST = date(2012, 9, 30)
REFERENCE_YEAR = 2026
SEQUENCES = 999  # 001 to 999, odd for men

WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHECKS = pl.Series(list("10X98765432"))

Days = NDArray[np.int32]  # since 1970-01-01


@dataclass(frozen=True)
class People:
    """A block of people: the numbers `first` and following."""

    first: int
    births: Days
    id_numbers: pl.Series
    names: pl.Series


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - date(1970, 1, 1).toordinal()


def person(seed: int, n: int, division: str = HUANGSHI) -> tuple[str, str]:
    """Name and ID number of the n-th person (from 0) of the city of this seed."""
    one = people_block(seed, n, n + 1, division)
    return str(one.names[0]), str(one.id_numbers[0])


def prefixes_of(division: str) -> tuple[int, ...]:
    """What test numbers of a city or county begin with: codes of no single county, never issued."""
    return PREFIXES if division == HUANGSHI else (int(division[:4]) * 100,)


def people_block(seed: int, start: int, stop: int, division: str = HUANGSHI) -> People:
    """The people numbered `start` up to `stop`. ValueError beyond `capacity()`."""
    prefixes_here = prefixes_of(division)
    if not 0 <= start <= stop <= (most := capacity(len(prefixes_here))):
        raise ValueError(f"people: at most {most:,} have a test ID number: ask for fewer")
    numbers = np.arange(start, stop, dtype=np.int64)
    births, places, sequences = _slots(seed, numbers)
    prefixes = np.array(prefixes_here)[places]
    draws = mixed(seed, numbers)
    return People(
        first=start,
        births=births,
        id_numbers=_id_numbers(prefixes, births, sequences),
        names=name_series(draws, sequences % 2 == 1),
    )


def capacity(prefixes: int = len(PREFIXES)) -> int:
    """How many people have an ID number of their own."""
    days, _, _ = _deck()
    return _decks_per_prefix() * prefixes * len(days)


def _years_weight(age: int) -> int:
    """How many of 3 people of the fullest years there are of an age."""
    if age < 18 or age > 75:
        return 1
    return 3 if 25 <= age <= 60 else 2


@cache
def _deck() -> tuple[Days, NDArray[np.int64], NDArray[np.int64]]:
    """Birthdays as often as their year's weight; with the copy's number and the day's weight."""
    days = np.arange(day_number(OLDEST), day_number(YOUNGEST) + 1, dtype=np.int32)
    years = days.astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    weights = np.array([_years_weight(REFERENCE_YEAR - year) for year in years], dtype=np.int64)
    copies = np.concatenate([np.arange(weight) for weight in weights])
    return np.repeat(days, weights), copies, np.repeat(weights, weights)


@cache
def _decks_per_prefix() -> int:
    return SEQUENCES // int(_deck()[2].max())


@lru_cache(maxsize=8)
def _shuffled(seed: int, deck: int) -> NDArray[np.int64]:
    return np.random.default_rng([seed, 0, deck]).permutation(len(_deck()[0]))


def _slots(
    seed: int, numbers: NDArray[np.int64]
) -> tuple[Days, NDArray[np.int64], NDArray[np.int64]]:
    """Birthday, place of the prefix and sequence of each; no two numbers share all three.

    Deck after deck is dealt. Deck q gives the c-th copy of a day of weight w the place w*q + c of
    that day's sequences; places become sequences by a multiplication that 999 cannot undo.
    """
    days, copies, weights = _deck()
    decks, place = np.divmod(numbers, len(days))
    card = np.empty_like(place)
    for deck in np.unique(decks).tolist():
        here = decks == deck
        card[here] = _shuffled(seed, deck)[place[here]]
    prefix, round_ = np.divmod(decks, _decks_per_prefix())
    births = days[card]
    taken = weights[card] * round_ + copies[card]
    sequences = 1 + (taken * 577 + births * 131 + seed) % SEQUENCES
    return births, prefix, sequences


def _id_numbers(
    prefixes: NDArray[np.int64], births: Days, sequences: NDArray[np.int64]
) -> pl.Series:
    day = births.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    year = day.astype("datetime64[Y]")
    written = (
        (year.astype(np.int64) + 1970) * 10_000
        + ((month - year).astype(np.int64) + 1) * 100
        + (day - month).astype(np.int64)
        + 1
    )
    body = prefixes * 10**11 + written * 1000 + sequences
    digits = body[:, None] // 10 ** np.arange(16, -1, -1, dtype=np.int64) % 10
    remainder = (digits @ WEIGHTS) % 11
    return pl.Series(body).cast(pl.String) + CHECKS.gather(remainder.astype(np.uint32))


def mixed(seed: int, numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A 64-bit draw for each number (splitmix64): the same wherever a block begins."""
    z = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z += np.uint64(seed * 0xD1B54A32D192ED03 % 2**64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
