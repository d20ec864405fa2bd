"""What `points federation up --check` tells: a matrix of cities, a list of pilots, what failed."""

from collections.abc import Sequence
from typing import Any, Final

from rich.table import Table

from interop.cities import City
from points_api.cli.terminal import out, say
from points_api.federation.check import MEETS, Outcome, Verdict
from points_api.federation.journey import STEPS, Step
from points_api.federation.places import Place

_UNCONFIRMED: Final = "？"
_WELL: Final = "●"
_PARTLY: Final = "◐"
_NOT: Final = "○"
_STEPS: Final[dict[Step, str]] = {
    "agreed": "同意并出码 agreed",
    "recognized": "被认可 recognized",
    "redeemed": "兑现一次 redeemed once",
    "seen": "在家看到 seen at home",
    "ended": "撤回即止 ended by withdrawal",
}


def document(verdict: Verdict) -> dict[str, Any]:
    """The verdict as one JSON object."""
    return {
        "journeys": [_journey(one) for one in verdict.outcomes],
        "complete": len(verdict.outcomes) - len(verdict.failures),
        "failures": len(verdict.failures),
        "bytes_between_cities": verdict.crossed,
        "personal_data_found": list(verdict.leaks),
        "seconds": round(verdict.seconds, 1),
        "holds": verdict.holds,
    }


def _journey(one: Outcome) -> dict[str, Any]:
    trip, (asked, answered) = one.trip, one.failure or (None, None)
    return {
        "home": trip.home.city.id,
        "host": trip.host.city.id,
        "home_division": trip.origin,
        "host_division": trip.destination,
        "agreement": trip.agreement.id,
        "scenario": one.scenario,
        "band": one.band,
        "mapped_band": one.mapped,
        **{step: step in one.journey.done for step in STEPS},
        "asked": asked,
        "answered": answered,
    }


def show(places: Sequence[Place], verdict: Verdict, told: dict[str, Any]) -> None:
    """For a person: both tables, what failed, and what was read on the wire."""
    between = [one for one in verdict.outcomes if not one.trip.agreement.by_scenario]
    pilots = [one for one in verdict.outcomes if one.trip.agreement.by_scenario]
    say("从哪里来（行）到哪里去（列） · home (rows), host (columns)")
    out.print(_matrix([one.city for one in places], between))
    if pilots:
        say("县市试点 · the counties' pilots")
        out.print(_pilots(pilots))
    say(
        f"{_WELL} 走完 complete　{_PARTLY} 中途停下 stopped on the way　{_NOT} 没有被认可 not "
        f"recognized；一次旅程 (a journey): {'、'.join(_STEPS.values())}。"
        f"“{_UNCONFIRMED}”：是否签约未证实 (signatory unconfirmed)"
    )
    for one in verdict.failures:
        asked, answered = one.failure or ("", "")
        trip = f"{one.trip.origin} → {one.trip.destination} {one.scenario}"
        say(f"{_NOT} {trip}: {asked}\n  {answered}")
    found = (
        "、".join(verdict.leaks) or "没有身份证号码、姓名或信用记录 (no ID number, name or record)"
    )
    say(
        f"{len(verdict.outcomes)} 次旅程，{len(verdict.failures)} 次失败 (journeys, failures)；"
        f"城市之间 {verdict.crossed:,} 字节，逐一读过 (bytes between cities, all read): {found}；"
        f"启动 {told['seconds']} 秒，旅程 {verdict.seconds:.1f} 秒 (seconds to start, to travel)"
    )


def _matrix(cities: Sequence[City], outcomes: Sequence[Outcome]) -> Table:
    """Rows are homes, columns hosts; in a cell how it went, and the band at the host."""
    taking_part = {one.trip.home.city.id for one in outcomes}
    named = [city for city in cities if city.id in taking_part]
    cells = {(one.trip.home.city.id, one.trip.host.city.id): one for one in outcomes}
    grid = Table(padding=(0, 0))
    grid.add_column("")
    for city in named:
        grid.add_column(_short(city), justify="center")
    for home in named:
        found = [cells.get((home.id, host.id)) for host in named]
        grid.add_row(_short(home), *(_cell(one) for one in found))
    return grid


def _cell(one: Outcome | None) -> str:
    if one is None:
        return "–"
    names = {band.id: band.name.zh.removeprefix("信用") for band in one.trip.host.city.bands}
    return f"{_mark(one)}\n{names.get(one.mapped or '', one.mapped or '')}"


def _pilots(outcomes: Sequence[Outcome]) -> Table:
    grid = Table()
    for heading in ("居民 residents of", "去 to", "场景 scenario", ""):
        grid.add_column(heading, overflow="fold")
    for one in outcomes:
        names = {party.division: party for party in one.trip.agreement.parties}
        ends = (names[one.trip.origin], names[one.trip.destination])
        # None of them is known to have signed.
        told = (f"{party.bare_name.zh}{_UNCONFIRMED} {party.division}" for party in ends)
        grid.add_row(*told, one.scenario, f"{_mark(one)} {'达标' if one.mapped == MEETS else ''}")
    return grid


def _mark(one: Outcome) -> str:
    if one.failure is None:
        return _WELL
    return _PARTLY if "recognized" in one.journey.done else _NOT


def _short(city: City) -> str:
    """The name and, where no source says that it signed, the mark."""
    return city.bare_name.zh + ("" if city.signatory == "named" else f"\n{_UNCONFIRMED}")
