"""A member whose information may be processed today: joined, and the consent still stands.

A changed notice or an expired consent stops reading and scoring until the resident agrees anew
(PIPL articles 14, 15); nothing is deleted meanwhile.
"""

from typing import Annotated

from fastapi import Depends, Request

from points_api import clock
from points_api.auth.callers import ResidentCaller
from points_api.consents import service as consents
from points_api.problem import Problem
from points_api.residents.membership import Member, NoMember, member_of
from points_api.residents.registry import Registry


class ConsentLapsed(Problem):
    slug, status, errcode = "consent-lapsed", 403, 40336
    title = ("需要您重新同意", "Your consent is needed anew")

    def __init__(self, reason: str) -> None:
        super().__init__(
            "告知书有更新或同意已到期，积分已暂停；请阅读告知书后 POST /v1/me/consents",
            "The notice changed or the consent ran out, so the points are paused; "
            "read the notice and POST /v1/me/consents",
            reason=reason,
        )


REFUSALS = (NoMember, ConsentLapsed)


async def _consenting(request: Request, caller: ResidentCaller) -> Member:
    member = await member_of(caller.resident_id)
    registry: Registry = request.app.state.registry
    now = clock.now()
    notice = registry.notices.current(clock.day_of(now))
    standing, _ = await consents.standing(caller.resident_id, notice, now)
    if standing != "given":
        raise ConsentLapsed(standing)
    return member


ConsentingMember = Annotated[Member, Depends(_consenting)]
