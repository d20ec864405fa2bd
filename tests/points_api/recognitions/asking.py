"""A host that asks about many visitors in one message, as a partner's program may."""

import secrets
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from interop import statement
from interop.batch import asking, read_results
from interop.refusals import Expired
from interop.statement import Asked
from points_api import clock
from points_api.partners.problems import HomeNotAsked
from points_api.partners.replies import reason_of
from points_api.partners.service import Exchange

PATH = "/interop/v1/recognitions/batch"


class NotAnswered(NamedTuple):
    """Why home has refused a question, and the tables that it holds where it tells them."""

    reason: str
    held: object


class Fetched(NamedTuple):
    outcomes: list[Any]
    left: int
    cursor: str | None


@dataclass(frozen=True)
class Asking:
    """A batch to one city. Its number is drawn once, so that asking again is asking the same."""

    exchange: Exchange
    home: str
    questions: tuple[Asked, ...]
    number: str

    @classmethod
    def about(cls, exchange, home, questions):
        return cls(exchange, home, tuple(questions), secrets.token_urlsafe(24))

    async def now(self):
        body = asking(self.number, [*self.questions], "now").body()
        return (await self._said("POST", PATH, body, self._results)).outcomes

    async def later(self):
        body = asking(self.number, [*self.questions], "later").body()
        await self._said("POST", PATH, body, lambda response, _: None, status=202)

    async def fetch(self, cursor="0"):
        path = f"{PATH}/{self.number}?cursor={cursor}"
        return await self._said("GET", path, b"", partial(self._results, start=int(cursor)))

    async def _said(self, method, path, body, read, status=200):
        def reader(response, members):
            if response.status != status:
                return HomeNotAsked(reason_of(response))
            return read(response, members)

        _, said = await self.exchange.client.asked(self.home, method, path, body, reader)
        if isinstance(said, HomeNotAsked):
            raise said
        return said

    def _results(self, response, members, start=0):
        told = read_results(response.body, self.number, len(self.questions), start)
        city = self.exchange.profiles.city_of(self.home)
        assert city is not None
        bands = [one.id for one in city.bands]
        pairs = zip(told.items, self.questions[start:], strict=False)
        outcomes = [_outcome(result, question, members, bands) for result, question in pairs]
        return Fetched(outcomes, told.open, told.next)


def _outcome(result, question, members, bands):
    if result.statement is None:
        return NotAnswered(result.refused, result.tables)
    try:
        return statement.verify_either(result.statement, question, members, bands, clock.now())
    except Expired as ended:  # fetched too late
        return NotAnswered(ended.reason, ())
