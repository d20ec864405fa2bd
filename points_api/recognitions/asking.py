"""Host: asking about many visitors of one city in one message, at once or to be fetched.

What comes back stands in the order of the questions. One statement that does not hold makes the
whole answer count as a lie: of a city that signs such a one, nothing is believed. One that has
ended meanwhile is no lie: we came for it too late.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

from interop import statement
from interop.batch import Accepted, Result, asking, read_results
from interop.directory import Members
from interop.refusals import Expired, Malformed
from interop.shape import shaped
from interop.signing import Response
from interop.statement import Asked, Held, Said
from points_api import clock
from points_api.partners.client import Reader
from points_api.partners.problems import HomeNotAsked
from points_api.partners.replies import parsed, reason_of
from points_api.partners.service import Exchange

PATH: Final = "/interop/v1/recognitions/batch"


class NotAnswered(NamedTuple):
    """A question that home has refused, why, and the tables that it holds where it tells them.

    `expired`: the answer had ended before we came for it.
    """

    reason: str
    held: Sequence[Held]


Outcome = Said | NotAnswered


@dataclass(frozen=True, slots=True)
class Fetched:
    """Outcomes from a cursor on. `left` are not answered yet; `cursor` goes on, None at the end."""

    outcomes: Sequence[Outcome]
    left: int
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Asking:
    """A batch to one city. Its number is drawn once, so that asking again is asking the same."""

    exchange: Exchange
    home: str
    questions: tuple[Asked, ...]
    number: str

    @classmethod
    def about(cls, exchange: Exchange, home: str, questions: Sequence[Asked]) -> "Asking":
        """A new batch."""
        return cls(exchange, home, tuple(questions), secrets.token_urlsafe(24))

    async def now(self) -> Sequence[Outcome]:
        """Every outcome. Raises as `PartnerClient.ask`; then it may be asked again."""
        body = asking(self.number, [*self.questions], "now").body()
        return (await self._read("POST", PATH, body, partial(_all, self))).outcomes

    async def later(self) -> None:
        """Let home have the batch. Raises as `PartnerClient.ask`; then it may be asked again."""
        body = asking(self.number, [*self.questions], "later").body()
        client = self.exchange.client
        _, refused = await client.asked(self.home, "POST", PATH, body, partial(_accepted, self))
        if refused is not None:
            raise HomeNotAsked(refused)

    async def fetch(self, cursor: str = "0") -> Fetched:
        """What is there from a cursor on. Raises as `PartnerClient.ask`."""
        path = f"{PATH}/{self.number}?cursor={cursor}"
        return await self._read("GET", path, b"", partial(_results, self, int(cursor)))

    async def _read(
        self, method: str, path: str, body: bytes, reader: Reader[Fetched | str]
    ) -> Fetched:
        _, found = await self.exchange.client.asked(self.home, method, path, body, reader)
        if isinstance(found, str):
            raise HomeNotAsked(found)
        return found


def _accepted(batch: Asking, response: Response, members: Members) -> str | None:  # noqa: ARG001
    if response.status != 202:
        return reason_of(response)
    if shaped(Accepted, parsed(response)) != Accepted(
        batch=batch.number, size=len(batch.questions)
    ):
        raise Malformed("batch")
    return None


def _all(batch: Asking, response: Response, members: Members) -> Fetched | str:
    """The same where nothing may be left. Raises `Refused`."""
    found = _results(batch, 0, response, members)
    if isinstance(found, Fetched) and found.cursor is not None:
        raise Malformed("items")
    return found


def _results(batch: Asking, start: int, response: Response, members: Members) -> Fetched | str:
    """What was answered, or why nothing was. Raises `Refused` where it does not hold."""
    if response.status != 200:
        return reason_of(response)
    told = read_results(response.body, batch.number, len(batch.questions), start)
    city = batch.exchange.profiles.city_of(batch.home)
    bands = [one.id for one in city.bands] if city else None
    outcomes = [
        _outcome(one, question, members, bands)
        for one, question in zip(told.items, batch.questions[start:], strict=False)
    ]
    return Fetched(outcomes, told.open, told.next)


def _outcome(
    result: Result, asked: Asked, members: Members, bands: Sequence[str] | None
) -> Outcome:
    if result.statement is None:
        return NotAnswered(str(result.refused), result.tables)
    try:
        return statement.verify_either(result.statement, asked, members, bands, clock.now())
    except Expired as ended:  # all else of it was right
        return NotAnswered(ended.reason, ())
