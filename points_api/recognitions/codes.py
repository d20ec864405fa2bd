"""Making a visit code at home: for a host, a scenario there and a purpose, under a consent.

By an agreement of the whole city every resident is recognized, by the pilot of a county its own
people: those whose ID number begins with the county's code, today's or one of former times.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from interop.agreements import Agreement, Party
from interop.cities import City
from interop.divisions import covers
from points_api import clock
from points_api.consents.models import Consent
from points_api.consents.problems import CityNotOpen
from points_api.consents.service import CITY
from points_api.consents.to_city import CityNotice
from points_api.crypto.keyring import Keyring
from points_api.db.reads import select
from points_api.language import Text
from points_api.partners.profiles import Profiles
from points_api.recognitions.problems import CityConsentNeeded, CountyResidentsOnly
from points_api.recognitions.sealing import LIVES, VisitCode, VisitSeal, scope_of
from points_api.residents.membership import member_of
from points_api.residents.models import Person
from points_api.residents.persons import ID_NUMBER

_AGREED: Final = """
SELECT id FROM consent WHERE resident_id = $1 AND withdrawn_at IS NULL AND purpose = $2
    AND recipient = $3 AND expires_at > $4 LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class HostCities:
    """Where residents may go, as the agreements say: the `CityNotices` of consents."""

    profiles: Profiles

    def open(self, division: str, now: datetime) -> CityNotice | None:
        """What to agree to for a host; None where nothing is agreed on with it."""
        return next(iter(self.to(division, now)), None)

    def to(self, division: str, now: datetime) -> Sequence[CityNotice]:
        """The ways to a host: for all our residents, or for those of a county."""
        return [one for one in self.all(now) if one.division == division]

    def all(self, now: datetime) -> Sequence[CityNotice]:
        """Each host once for each division whose residents it recognizes, the widest agreement."""
        own = self.profiles.own
        if own is None:
            return ()
        hosts: dict[tuple[str, str], CityNotice] = {}
        for agreement in self._agreements(own, now):
            for ours, theirs in _pairs(agreement, own):
                name, of = Text(theirs.name.zh, theirs.name.en), ours.division
                notice = CityNotice(theirs.division, name, agreement.id, of)
                hosts.setdefault((of, theirs.division), notice)
        return tuple(hosts.values())

    def name_of(self, division: str) -> Text | None:
        """The host's name as it is shown, also after the agreement has ended."""
        for agreement in self.profiles.folder.agreements.values():
            for party in agreement.parties:
                if party.division == division:
                    return Text(party.name.zh, party.name.en)
        return None

    def _agreements(self, own: City, now: datetime) -> list[Agreement]:
        day = clock.day_of(now)
        found = [
            one
            for one in self.profiles.folder.agreements.values()
            if one.term.includes(day)
            and any(covers(own.division, party.division) for party in one.parties)
        ]
        return sorted(found, key=lambda one: len(one.recognizes), reverse=True)


def _pairs(agreement: Agreement, own: City) -> Iterator[tuple[Party, Party]]:
    """Each of the parties that is ours with each other that recognizes its residents."""
    ours = [one for one in agreement.parties if covers(own.division, one.division)]
    for one in ours:
        for other in agreement.parties:
            if other not in ours and agreement.joins(one, other):
                yield one, other


@dataclass(frozen=True, slots=True)
class MadeCode:
    """A code to show at the host, with whose code it is: `home`."""

    home: str
    code: str
    host: CityNotice
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class VisitCodes:
    """The service: what it needs besides the database."""

    seal: VisitSeal
    hosts: HostCities
    keyring: Keyring

    async def make(
        self,
        resident_id: UUID,
        session_id: UUID,
        host: str,
        scope: tuple[str, str],
        now: datetime,
    ) -> MadeCode:
        """Make a code; `scope` is scenario and purpose. Nothing is written.

        Raises `NoMember`, `CityNotOpen`, `CountyResidentsOnly`, `CityConsentNeeded`. How one stands
        plays no part.
        """
        member = await member_of(resident_id)
        notice = await self._way(member.person_id, self.hosts.to(host, now), now)
        agreed = await select(Consent, _AGREED, resident_id, CITY, host, now)
        if not agreed:
            raise CityConsentNeeded(host, notice.notice_version)
        expires_at = now.replace(microsecond=0) + LIVES
        code = VisitCode(
            resident_id, session_id, agreed[0]["id"], int(notice.residents_of), int(host),
            scope_of(*scope), int(expires_at.timestamp()),
        )  # fmt: skip
        return MadeCode(notice.residents_of, self.seal.seal(code), notice, expires_at)

    async def _way(
        self, person_id: UUID, notices: Sequence[CityNotice], now: datetime
    ) -> CityNotice:
        """The one by which this person is recognized at the host."""
        if not notices:
            raise CityNotOpen
        profiles = self.hosts.profiles
        own = profiles.own.division if profiles.own else ""
        for one in notices:
            if one.residents_of == own:
                return one
        person = await Person.get(id=person_id)
        id_number = self.keyring.decrypt_text(person.id_number, ID_NUMBER)
        division = profiles.today(id_number[:6], clock.day_of(now))
        for one in notices:
            # A number with the code of the whole city is nobody's: for trying out, in each county.
            if covers(one.residents_of, division) or covers(division, one.residents_of):
                return one
        raise CountyResidentsOnly(notices[0].residents_of)
