"""The words of a receipt: those of the notice that the resident read, of the city or a scenario."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from points_api.consents import to_city
from points_api.consents.notice import Notices
from points_api.consents.scenario_notice import (
    KINDS,
    PURPOSE,
    TITLE,
    ScenarioNotice,
    ScenarioNotices,
)
from points_api.consents.service import CITY, Receipt
from points_api.consents.to_city import CityNotices
from points_api.language import Text


@dataclass(frozen=True, slots=True)
class Words:
    """What is called how; a kind that is not here goes by its id."""

    title: Text
    recipient: Text
    kinds: Mapping[str, Text] = field(default_factory=dict)
    merchants: Sequence[Text] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """All notices that some receipts were given on."""

    notices: Notices
    scenarios: Mapping[str, ScenarioNotice]
    cities: CityNotices
    merchants: Mapping[str, Sequence[Text]] = field(default_factory=dict)

    def of(self, receipt: Receipt) -> Words:
        """The words of one receipt."""
        if receipt.purpose == PURPOSE:
            return self._of_scenario(receipt)
        if receipt.purpose == CITY:
            return self._of_city(receipt)
        notice = self.notices.version(receipt.notice_version)
        purpose = notice.purpose_of(receipt.purpose) if notice else None
        if purpose is None:
            return _ids(receipt)
        name = purpose.recipient.name
        return Words(
            Text(purpose.title.zh, purpose.title.en),
            Text(name.zh, name.en),
            {kind.id: Text(kind.title.zh, kind.title.en) for kind in purpose.data},
        )

    def _of_city(self, receipt: Receipt) -> Words:
        name = self.cities.name_of(receipt.recipient)
        if name is None:
            return _ids(receipt)
        zh, en = (text.format(name=own) for text, own in zip(to_city.TITLE, name, strict=True))
        return Words(Text(zh, en), name, to_city.KINDS)

    def _of_scenario(self, receipt: Receipt) -> Words:
        notice = self.scenarios.get(receipt.notice_version)
        if notice is None:
            return _ids(receipt)
        title = Text(TITLE.zh.format(title=notice.title.zh), TITLE.en.format(title=notice.title.en))
        given = receipt.state == "given"
        merchants = self.merchants.get(receipt.recipient, ()) if given else ()
        return Words(title, notice.provider, KINDS, merchants)


async def read_notices(
    notices: Notices,
    scenarios: ScenarioNotices,
    cities: CityNotices,
    receipts: Sequence[Receipt],
) -> Read:
    """Read the notices of these receipts; those of scenarios with the merchants that serve them."""
    ids = {one.recipient for one in receipts if one.purpose == PURPOSE}
    if not ids:
        return Read(notices, {}, cities)
    return Read(notices, await scenarios.read(ids), cities, await scenarios.served_by(ids))


def _ids(receipt: Receipt) -> Words:
    return Words(Text(receipt.purpose, receipt.purpose), Text(receipt.recipient, receipt.recipient))
