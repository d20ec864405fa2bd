"""Who of the signed-in residents has joined, and which person they are."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from points_api.db.reads import exists, select
from points_api.problem import Problem
from points_api.residents.models import Enrollment


class NoMember(Problem):
    slug, status, errcode = "no-member", 404, 40435
    title = ("您还没有加入", "You have not joined")

    def __init__(self) -> None:
        super().__init__(
            "读完告知书、同意加入后才有信用积分；不加入不影响您办任何事",
            "There is a score only after joining, by agreeing to the notice; not joining affects "
            "nothing else",
        )


@dataclass(frozen=True, slots=True)
class Member:
    """A resident who has joined, and the person they are."""

    resident_id: UUID
    enrollment_id: UUID
    person_id: UUID


async def member_of(resident_id: UUID) -> Member:
    """The member behind an account. Raises `NoMember`."""
    sql = "SELECT id, person_id FROM enrollment WHERE resident_id = $1 AND left_at IS NULL"
    for row in await select(Enrollment, sql, resident_id):
        return Member(resident_id, row["id"], row["person_id"])
    raise NoMember


async def joined_by(member: Member, at: datetime) -> bool:
    """Tell whether the member was one already at an instant, by the enrollment of today."""
    return await exists(Enrollment, "id = $1 AND joined_at <= $2", member.enrollment_id, at)
