"""Why something that another city, or a visitor, has sent does not hold: one class for each reason.

The whole tree, by where a reason belongs:

    Refused
    ├── the message        Malformed, BadSignature, WrongType
    ├── who signed         UnlistedPeer, UnknownKey
    ├── when               Stale, FromTheFuture, Expired, LivesTooLong
    ├── HTTP signature     MissingComponent, MissingParameter, WrongDestination, WrongTag,
    │                      DigestMismatch, ReplayedNonce
    ├── directory          RolledBack, Gap, Equivocated, DirectoryExpired, UnknownSigner,
    │                      ThresholdNotMet, DuplicateKey, DuplicateMember, KeyGap
    ├── statement          WrongHome, WrongHost, WrongNonce, WrongScope, WrongTable, UnknownBand,
    │                      ScoreUnasked, PurposeNotListed, AreaNotListed
    ├── table              DatesOutOfOrder, TermsOverlap, VersionTaken, ScaleMismatch, NotOurs
    ├── evidence           WrongOrder, NotInLog, WrongLog
    └── proof              UnreferencedDisclosure, DuplicateDigest, ForbiddenClaim, WrongHashing,
                           KeyBindingMissing, WrongAudience, NothingProven, StatusUnknown, Revoked

A refusal says what the other side has done, never a value that it sent: its text may be logged and
shown. That a peer was not reached at all is no refusal; the application tells that apart.
"""

import re
from typing import ClassVar

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class Refused(Exception):
    """What was sent does not hold. `reason` is its stable name: `wrong-destination`."""

    reason: ClassVar[str] = "refused"

    def __init_subclass__(cls) -> None:
        cls.reason = _CAPITAL.sub("-", cls.__name__).lower()

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        said = (self.__doc__ or "").partition("\n")[0]
        return f"{self.reason}: {said}" + (f" ({self.detail})" if self.detail else "")


class Malformed(Refused):
    """It has not the form that the protocol asks for."""


class BadSignature(Refused):
    """The signature is not that of this key over these bytes."""


class WrongType(Refused):
    """It is a signed document of another kind."""


class UnlistedPeer(Refused):
    """No member of this name stands in the directory."""


class UnknownKey(Refused):
    """The member has no such key, or had it not at that time."""


class Stale(Refused):
    """It was made too long ago."""


class FromTheFuture(Refused):
    """It claims to be made at a time that has not come: one of the two clocks is wrong."""


class Expired(Refused):
    """Its own end has passed."""


class LivesTooLong(Refused):
    """It asks to hold for longer than was agreed."""


class MissingComponent(Refused):
    """The signature does not cover a part of the message that it has to cover."""


class MissingParameter(Refused):
    """The signature lacks created, expires, nonce, keyid or tag."""


class WrongDestination(Refused):
    """It was addressed to somebody else."""


class WrongTag(Refused):
    """The signature was made for another use."""


class DigestMismatch(Refused):
    """The body is not the one that was signed."""


class ReplayedNonce(Refused):
    """This very message has been here before."""


class RolledBack(Refused):
    """An older directory than the one already trusted."""


class Gap(Refused):
    """A directory between the trusted one and this one is missing."""


class Equivocated(Refused):
    """Two different documents bear the same number."""


class DirectoryExpired(Refused):
    """The last good directory has passed its end; nobody in it can be trusted any more."""


class UnknownSigner(Refused):
    """Somebody has signed who is no signer of the directory."""


class ThresholdNotMet(Refused):
    """Too few of the signers have signed."""


class DuplicateKey(Refused):
    """The same key, or the same name of a key, stands twice."""


class DuplicateMember(Refused):
    """The same member stands twice."""


class KeyGap(Refused):
    """A member has at some time no key, or changes it without an overlap."""


class WrongHome(Refused):
    """The statement comes from another city than the one that was asked."""


class WrongHost(Refused):
    """The statement was made for another city."""


class WrongNonce(Refused):
    """It answers another question."""


class WrongScope(Refused):
    """It is about another scenario or another purpose."""


class WrongTable(Refused):
    """It rests on another version of the mapping table."""


class UnknownBand(Refused):
    """The city has published no such band."""


class ScoreUnasked(Refused):
    """It carries a score that nobody asked for."""


class PurposeNotListed(Refused):
    """The directory does not list this purpose for the member that asks."""


class AreaNotListed(Refused):
    """The directory does not list this area for the member that asks."""


class DatesOutOfOrder(Refused):
    """Its dates do not follow one another: made, signed, in force, ended."""


class TermsOverlap(Refused):
    """Its term overlaps that of another table by more than a dual run."""


class VersionTaken(Refused):
    """Another table of this direction bears the same version."""


class ScaleMismatch(Refused):
    """It is not made for the scales and bands of these two cities."""


class NotOurs(Refused):
    """This city is no party of it."""


class WrongOrder(Refused):
    """The answer does not follow the request."""


class NotInLog(Refused):
    """The entry is not in the log that the checkpoint stands for."""


class WrongLog(Refused):
    """The checkpoint, or the entry, is about something else."""


class UnreferencedDisclosure(Refused):
    """A disclosure that the issuer's signature does not stand for."""


class DuplicateDigest(Refused):
    """A digest stands twice."""


class ForbiddenClaim(Refused):
    """A claim under a name that may not be disclosed there."""


class WrongHashing(Refused):
    """Digests are made by another algorithm than SHA-256."""


class KeyBindingMissing(Refused):
    """Nothing shows that the proof is in its holder's hands."""


class WrongAudience(Refused):
    """It was shown to somebody else."""


class NothingProven(Refused):
    """It does not say what was asked."""


class StatusUnknown(Refused):
    """No fresh list tells whether it still counts."""


class Revoked(Refused):
    """Its issuer has withdrawn or suspended it."""
