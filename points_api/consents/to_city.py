"""Consents whose recipient is another city: each by itself, none without having joined.

What is agreed to is that the city learns how one stands, where one shows a code there: the band,
and the score itself only where that was ticked too (PIPL 23). Records never go.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from points_api.consents.notice import MOST_MONTHS
from points_api.consents.service import CITY, Effects, Receipt, Terms, give, hold, plus_months
from points_api.db.transaction import transactional
from points_api.language import Text

BAND: Final = "band"
SCORE: Final = "score"
TITLE: Final = Text("在{name}作为访客得到认可", "Being recognized as a visitor in {name}")
KINDS: Final[Mapping[str, Text]] = {
    BAND: Text("等级", "The band"),
    SCORE: Text("分值", "The score"),
}


@dataclass(frozen=True, slots=True)
class CityNotice:
    """What a resident agrees to who lets a city know how they stand. `division` is its code.

    `residents_of` is the division whose residents it recognizes: ours, or a county of ours.
    """

    division: str
    name: Text
    agreement: str
    residents_of: str

    @property
    def notice_version(self) -> str:
        return f"city-{self.division}@{self.agreement}"


class CityNotices(Protocol):
    """Where the notices of cities come from."""

    def open(self, division: str, now: datetime) -> CityNotice | None:
        """What to agree to now; None where nothing is agreed on with that city."""
        ...

    def name_of(self, division: str) -> Text | None:
        """The name as it is shown, with the mark where it is not known that the city signed."""
        ...


@transactional
async def agree(
    effects: Effects,
    resident_id: UUID,
    notice: CityNotice,
    channel: str,
    now: datetime,
    *,
    score: bool,
) -> Receipt:
    """Let a city learn the band, and the score on demand, for 24 months at most."""
    await hold(resident_id)
    await effects.granted_to_scenario(resident_id)
    kinds = [BAND, SCORE] if score else [BAND]
    until = plus_months(now, MOST_MONTHS)
    terms = Terms(CITY, notice.division, kinds, notice.notice_version, until)
    (receipt,) = await give(resident_id, [terms], channel, now)
    return receipt
