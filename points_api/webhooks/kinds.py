"""What is pushed: a closed set of kinds, and what each becomes of."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

Kind = Literal[
    "entitlement.granted",
    "entitlement.changed",
    "entitlement.revoked",
    "redemption.reserved",
    "redemption.confirmed",
    "redemption.canceled",
    "redemption.expired",
    "redemption.reversed",
    "redemption.returned",
    "consent.withdrawn",
    "ping",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

ALWAYS: Final[frozenset[Kind]] = frozenset({"consent.withdrawn", "ping"})
"""Sent to every endpoint, chosen or not: a merchant must learn that it has to stop."""

WITHOUT_CONSENT: Final[frozenset[Kind]] = frozenset({"consent.withdrawn", "entitlement.revoked"})
"""Sent although the consent has ended, for they are what its end means."""

OF_MOVE: Final[Mapping[str, Kind]] = {
    "reserve": "redemption.reserved",
    "confirm": "redemption.confirmed",
    "cancel": "redemption.canceled",
    "expire": "redemption.expired",
    "reverse": "redemption.reversed",
    "return": "redemption.returned",
}
OF_CHANGE: Final[Mapping[str, Kind]] = {
    "granted": "entitlement.granted",
    "changed": "entitlement.changed",
    "revoked": "entitlement.revoked",
}
