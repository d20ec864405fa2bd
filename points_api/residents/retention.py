"""What stays when a resident leaves, by which law and until when; and its end.

Leaving deletes what was derived. The proof that a resident had agreed, and the logs of what was
done, have to outlive that: PIPL 56 has records of processing kept three years, PIPL 69 puts the
burden of proof on the handler, and claims lapse after three years (Civil Code 188). Records that
agencies deliver rest on their statutory duty (PIPL 13 (3)), not on this consent; without it they
are no longer used here.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from points_api import clock
from points_api.consents.erasure import Kept
from points_api.consents.service import plus_months
from points_api.db.transaction import transactional
from points_api.language import Text
from points_api.residents.models import Enrollment, Person

KEPT_MONTHS = 36


def kept_after(left_at: datetime) -> tuple[Kept, ...]:
    """Return what stays of a resident who left at this instant."""
    until = clock.day_of(plus_months(left_at, KEPT_MONTHS))
    return (
        Kept("consent_receipts", _RECEIPTS, _PROOF, until),
        Kept("logs", _LOGS, _LOG_RULES, until),
        Kept("public_records", _RECORDS, _DUTY, None),
    )


@transactional
async def purge(now: datetime, has_records: Callable[[UUID], Awaitable[bool]]) -> int:
    """Delete the enrollments whose term is over, and return how many. Nightly.

    A person goes with the last of them, unless an agency has delivered records about them.
    """
    over = Enrollment.filter(left_at__lt=plus_months(now, -KEPT_MONTHS))
    left = await over.values_list("id", "person_id")
    await Enrollment.filter(id__in=[row[0] for row in left]).delete()
    for person_id in sorted({row[1] for row in left}):
        joined_again = await Enrollment.filter(person_id=person_id).exists()
        if not joined_again and not await has_records(person_id):
            await Person.filter(id=person_id).delete()
    return len(left)


_RECEIPTS = Text(
    "同意凭证，以及作出同意者的身份（加密锁存，不再使用）",
    "The consent receipts and the identity of who gave them (encrypted, locked, not used)",
)
_PROOF = Text(
    "个人信息保护法 第五十六条、第六十九条；民法典 第一百八十八条",
    "Personal Information Protection Law, articles 56 and 69; Civil Code, article 188",
)
_LOGS = Text(
    "查询记录和审计日志（您仍可查看谁查询过）",
    "The access log and the audit log (you can still see who looked)",
)
_LOG_RULES = Text(
    "个人信息保护法 第五十六条；网络安全法关于日志留存不少于六个月的规定",
    "Personal Information Protection Law, article 56; Cybersecurity Law, logs of six months",
)
_RECORDS = Text(
    "信源单位依法报送的公共信用记录，如果有（不再用于积分，各按目录规定的期限删除）",
    "Public credit records that agencies deliver by law, if any (no longer used for points; "
    "each is deleted when its term in the catalog ends)",
)
_DUTY = Text(
    "个人信息保护法 第十三条第一款第三项",
    "Personal Information Protection Law, article 13 (1) (3)",
)
