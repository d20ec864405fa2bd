"""Is the person who joins really the one they say? Asked of WeChat's face verification.

The mini-program runs `wx.startFacialRecognitionVerify` with the name and the ID number and hands us
`verify_result`. That alone proves nothing: it is looked up at WeChat, and what comes back must say
that the check passed, for this WeChat account, this name and this number. We never see the face.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any, Protocol

from points_api import log
from points_api.auth.wechat import OpenId
from points_api.auth.wechat_token import ServerToken
from points_api.residents.names import normalize
from points_api.residents.problems import RealNameProofNeeded, RealNameRefused

_log = log.get("real_name")


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody who wants to join. `id_number` has 18 places; `name` is as they typed it.

    `owns` tells whether an openid is the one that is signed in. `known_name` is the name under
    which an agency delivered this person, if one did.
    """

    name: str
    id_number: str
    proof: str | None
    owns: Callable[[OpenId], bool]
    known_name: str | None


class RealName(Protocol):
    """Whoever can confirm a real name."""

    async def confirm(self, applicant: Applicant) -> None:
        """Return if the person is who they say; raise one of the problems above if not."""
        ...


class WeChatRealName:
    """WeChat's face verification."""

    def __init__(self, server: ServerToken) -> None:
        self._server = server

    async def confirm(self, applicant: Applicant) -> None:
        if not applicant.proof:
            raise RealNameProofNeeded
        answer = await self._server.post(
            "/cityservice/face/identify/getinfo", {"verify_result": applicant.proof}
        )
        if answer.get("errcode", 0) != 0 or answer.get("identify_ret") != 0:
            _log.info("real_name.refused", errcode=answer.get("errcode", 0))
            raise RealNameRefused
        if not _same_person(answer, applicant):
            raise RealNameRefused


class LocalRealName:
    """The stand-in for the demo: it believes anybody, unless an agency knows another name."""

    async def confirm(self, applicant: Applicant) -> None:
        known = applicant.known_name
        if known is not None and normalize(known) != normalize(applicant.name):
            raise RealNameRefused


def _same_person(answer: Mapping[str, Any], applicant: Applicant) -> bool:
    openid = answer.get("openid")
    return (
        isinstance(openid, str)
        and applicant.owns(OpenId(openid))
        and _digests(answer.get("id_card_number_md5"), applicant.id_number)
        and _digests(answer.get("name_utf8_md5"), applicant.name)
    )


def _digests(given: object, value: str) -> bool:
    # MD5 is WeChat's choice; it protects nothing here, it only compares.
    ours = hashlib.md5(value.encode(), usedforsecurity=False).hexdigest()
    return isinstance(given, str) and compare_digest(given.lower().encode(), ours.encode())
