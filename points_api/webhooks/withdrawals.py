"""What a withdrawal stops: everything that still waits for its resident and scenario.

A message that is being tried at that moment cannot be called back, so it keeps its place in the
order; where its try fails, it is not tried again.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from points_api.webhooks.kinds import WITHOUT_CONSENT
from points_api.webhooks.models import WebhookMessage


async def drop(endpoints: Sequence[UUID], subject: str, scenario_id: str, now: datetime) -> int:
    """End what waits for a resident in a scenario, but for what the withdrawal itself means."""
    waiting = WebhookMessage.filter(
        Q(claimed_until=None) | Q(claimed_until__lte=now),
        endpoint_id__in=list(endpoints), subject=subject, ended_at=None,
    ).select_for_update()  # fmt: skip
    dropped = [row.id for row in await waiting if _is_of(row, scenario_id)]
    if not dropped:
        return 0
    return await WebhookMessage.filter(id__in=dropped).update(
        ended_at=now, outcome="dropped", claimed_until=None
    )


async def overtaken(rows: Sequence[WebhookMessage]) -> set[UUID]:
    """Those of some messages of one endpoint whose consent was withdrawn since."""
    if not rows:
        return set()
    later = WebhookMessage.filter(
        endpoint_id=rows[0].endpoint_id, kind="consent.withdrawn",
        id__gt=min(row.id for row in rows), subject__in={row.subject for row in rows},
    )  # fmt: skip
    ended: dict[tuple[str, str | None], UUID] = {}
    for row in await later.order_by("id"):
        ended[row.subject, _scenario_of(row)] = row.id
    return {
        row.id
        for row in rows
        if row.kind not in WITHOUT_CONSENT
        and (stopped := ended.get((row.subject, _scenario_of(row)))) is not None
        and stopped > row.id
    }


def _is_of(row: WebhookMessage, scenario_id: str) -> bool:
    return row.kind not in WITHOUT_CONSENT and _scenario_of(row) == scenario_id


def _scenario_of(row: WebhookMessage) -> str | None:
    body: Any = json.loads(row.body)
    found: str | None = body["data"].get("scenario_id")
    return found
