"""Making a visit code at home: for a host, a scenario there and a purpose, under a consent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from interop.agreements import Agreement
from interop.cities import City
from interop.divisions import covers
from points_api import clock
from points_api.consents.models import Consent
from points_api.consents.problems import CityNotOpen
from points_api.consents.service import CITY
from points_api.consents.to_city import CityNotice
from points_api.language import Text
from points_api.partners.profiles import Profiles
from points_api.recognitions.problems import CityConsentNeeded
from points_api.recognitions.sealing import LIVES, VisitCode, VisitSeal, scope_of
from points_api.residents.membership import member_of

VISITING: Final = "redemption"
"""What a host asks for: to let a scenario be used. Looking alone would be `eligibility`."""


@dataclass(frozen=True, slots=True)
class HostCities:
    """Where residents may go, as the agreements say: the `CityNotices` of consents."""

    profiles: Profiles

    def open(self, division: str, now: datetime) -> CityNotice | None:
        """What to agree to for a host; None where nothing is agreed on with it."""
        found = (one for one in self.all(now) if one.division == division)
        return next(found, None)

    def all(self, now: datetime) -> Sequence[CityNotice]:
        """Each host once, under the agreement that comes first."""
        own = self.profiles.own
        if own is None:
            return ()
        hosts: dict[str, CityNotice] = {}
        for agreement in self._agreements(own, now):
            for party in agreement.parties:
                if not covers(own.division, party.division):
                    name = Text(party.name.zh, party.name.en)
                    notice = CityNotice(party.division, name, agreement.id)
                    hosts.setdefault(party.division, notice)
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
        return [
            one
            for one in self.profiles.folder.agreements.values()
            if one.term.includes(day)
            and any(covers(own.division, party.division) for party in one.parties)
        ]


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
    home: str

    async def make(
        self,
        resident_id: UUID,
        session_id: UUID,
        host: str,
        scope: tuple[str, str],
        now: datetime,
    ) -> MadeCode:
        """Make a code; `scope` is scenario and purpose. Nothing is written.

        Raises `NoMember`, `CityNotOpen`, `CityConsentNeeded`. How one stands plays no part.
        """
        await member_of(resident_id)
        notice = self.hosts.open(host, now)
        if notice is None:
            raise CityNotOpen
        consent = await Consent.filter(
            resident_id=resident_id, withdrawn_at=None, purpose=CITY, recipient=host,
            expires_at__gt=now,
        ).first()  # fmt: skip
        if consent is None:
            raise CityConsentNeeded(host, notice.notice_version)
        expires_at = now.replace(microsecond=0) + LIVES
        code = VisitCode(
            resident_id, session_id, consent.id, int(host), scope_of(*scope),
            int(expires_at.timestamp()),
        )  # fmt: skip
        return MadeCode(self.home, self.seal.seal(code), notice, expires_at)
