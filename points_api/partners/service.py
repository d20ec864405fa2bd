"""The exchange as this city takes part in it: who is let in, what is signed, how partners do."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from interop.directory import Members
from interop.directory_shapes import Member
from interop.refusals import (
    Refused,
    ReplayedNonce,
    UnlistedPeer,
    WrongDestination,
)
from interop.signing import (
    Request,
    Response,
    Terms,
    Verified,
    sign_response,
    verify_request,
)
from points_api import clock
from points_api.crypto.keyring import Keyring
from points_api.db.writes import Insert, write_all
from points_api.partners.breaker import Breaker
from points_api.partners.client import PartnerClient
from points_api.partners.directory import MemberDirectory
from points_api.partners.keys import OwnKeys
from points_api.partners.line import Line
from points_api.partners.models import PartnerNonce
from points_api.partners.problems import (
    DestinationWrong,
    ExchangeClosed,
    MessageReplayed,
    PartnerUnsigned,
    PeerUnlisted,
)
from points_api.partners.profiles import Profiles, load_profiles
from points_api.partners.tables import Named, Tables, stored
from points_api.settings import Settings


class DatabaseNonces:
    """`interop.signing.Nonces`: the row is the memory, so all processes share it."""

    async def first_use(self, keyid: str, nonce: str, until: datetime) -> bool:
        row = {"keyid": keyid, "nonce": nonce, "until": until}
        return await write_all([Insert(PartnerNonce, [row], unless="partner_nonce_once")]) == [1]


@dataclass(frozen=True, slots=True)
class PartnerStatus:
    """A member as this process knows it."""

    member: Member
    breaker: Breaker
    confirmed: bool  # that it has signed an agreement is known from a source
    visitors: Sequence[str]  # versions of tables in force from their scale to ours
    residents: Sequence[str]  # and from ours to theirs


@dataclass(frozen=True, slots=True)
class Exchange:
    """The service: profiles, directory, our keys and the way out. One per process."""

    profiles: Profiles
    directory: MemberDirectory
    keys: OwnKeys
    client: PartnerClient
    tables: Tables

    async def own(self, now: datetime) -> tuple[Members, Member]:
        """The members and ourselves among them. Raises `ExchangeClosed`."""
        members = await self.directory.members(now)
        try:
            return members, members.member(self.keys.division)
        except UnlistedPeer:
            raise ExchangeClosed("own-city-not-listed") from None

    async def admit(self, host: str, path: str, message: Request) -> tuple[Request, Verified]:
        """The request as it was addressed, and who has sent it.

        `message.target` is not known to whoever receives it: it is made of the Host that was
        named, under the scheme of our own address. Raises one of `problems.ADMISSION`.
        """
        now = clock.now()
        members, own = await self.own(now)
        target = f"{urlsplit(own.address).scheme}://{host}{path}"
        request = Request(message.method, target, message.headers, message.body)
        try:
            verified = await verify_request(
                request, members, Terms(own.address), now, DatabaseNonces()
            )
        except UnlistedPeer:
            raise PeerUnlisted from None
        except WrongDestination:
            raise DestinationWrong(own.address) from None
        except ReplayedNonce:
            raise MessageReplayed from None
        except Refused as refused:
            raise PartnerUnsigned(refused) from None
        return request, verified

    async def signed(self, response: Response, asked: Request) -> Response:
        """An answer that holds for just this request."""
        now = clock.now()
        signer = self.keys.signer(await self.directory.members(now))
        return sign_response(response, asked, signer, now, secrets.token_urlsafe(24))

    async def statuses(self, now: datetime) -> Sequence[PartnerStatus]:
        """How each other member does, as this process has met it."""
        members = await self.directory.members(now)
        others = [one for one in members if one.city != self.keys.division]
        day = clock.day_of(now)
        held = [one for one in await stored() if one.since <= day <= one.until]
        return [self._status(one, held) for one in others]

    def _status(self, member: Member, held: Sequence[Named]) -> PartnerStatus:
        city, own = self.profiles.city_of(member.city), self.profiles.own
        ends = (city.id, own.id) if city and own else ("", "")
        return PartnerStatus(
            member,
            self.client.breakers.get(member.city, Breaker()),
            self._named(member.city),
            visitors=[one.version for one in held if (one.source, one.target) == ends],
            residents=[one.version for one in held if (one.target, one.source) == ends],
        )

    def _named(self, division: str) -> bool:
        city = self.profiles.city_of(division)
        return city is not None and city.division == division and city.signatory == "named"


def compose(settings: Settings, keyring: Keyring, line: Line) -> Exchange:
    """Put the exchange together as the settings say."""
    profiles = load_profiles(settings.city, settings.data_dir)
    directory = MemberDirectory(settings.partners_directory, settings.partners_digest)
    keys = OwnKeys(keyring, profiles.own.division if profiles.own else "")
    return Exchange(profiles, directory, keys, PartnerClient(line, keys, directory), Tables())


async def purge(now: datetime) -> int:
    """Forget nonces of messages that could not pass any more; return how many."""
    return await PartnerNonce.filter(until__lt=now).delete()
