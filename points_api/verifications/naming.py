"""Names in place of ids, for lines of the access log that were kept without them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from points_api.access_log.seen import Seen
from points_api.language import Text
from points_api.merchants.models import Merchant
from points_api.scenarios.live import LiveScenarios
from scenarios.scenario import Scenario

_ENTITLED = Text("在名单上，享受这项优惠", "That you are on the list and entitled")


async def named(live: LiveScenarios, lines: Sequence[Seen]) -> list[Seen]:
    """The same lines; merchants and scenarios that are known are called by their names."""
    scenarios = live.current.by_id
    nameless = {UUID(one.actor) for one in lines if _is_nameless(one)}
    if not nameless:
        return list(lines)
    rows = await Merchant.filter(id__in=sorted(nameless))
    merchants = {str(row.id): Text(row.name, row.name_en) for row in rows}
    return [_named(one, merchants, scenarios) if _is_nameless(one) else one for one in lines]


def _is_nameless(line: Seen) -> bool:
    return line.actor_kind == "merchant" and line.actor_name is None


def _named(line: Seen, merchants: Mapping[str, Text], scenarios: Mapping[str, Scenario]) -> Seen:
    scenario = scenarios.get(line.purpose)
    return replace(
        line,
        actor_name=merchants.get(line.actor),
        purpose_name=Text(*scenario.title) if scenario else None,
        given=_ENTITLED if line.what == "entitlement" else line.given,
    )
