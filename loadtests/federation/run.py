"""The run: make, measure at rest, let visitors come, kill two cities, look what is left."""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from itertools import chain, repeat
from math import inf
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import uvloop

from loadtests.federation import cities as places
from loadtests.federation import probe, verdict
from loadtests.federation.aftermath import Leavers, look
from loadtests.federation.cities import City, kill, serving, sign_in
from loadtests.federation.people import Visitor, prepare
from loadtests.federation.posting import posting
from loadtests.federation.visits import Traffic

READS: Final = 5  # a second at each city
DOWN_SECONDS: Final = 5.0


def main() -> int:
    """Run once, as the arguments say; 0 when every target was reached."""
    args = _arguments()
    with tempfile.TemporaryDirectory(prefix="points-federation-") as folder:
        made = places.make(Path(folder) / "cities", args.cities, args.people, args.base_port)
        print(f"{args.cities} cities, {args.rate:g} visits/s for {args.seconds} s", file=sys.stderr)
        found, tally, after = uvloop.run(_run(made, args))
    if args.json:
        print(json.dumps(verdict.document(found, after), ensure_ascii=False))
    else:
        verdict.show(found, tally, after)
    return 0 if all(row.met is not False for row in found) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make load ARGS=--federation", description=__doc__)
    parser.add_argument("--cities", type=int, default=10, choices=range(2, 11), metavar="2-10")
    parser.add_argument("--people", type=int, default=30, help="of each city")
    parser.add_argument("--visitors", type=int, default=12, help="of each city, who travel")
    parser.add_argument("--rate", type=float, default=100, help="visits a second")
    parser.add_argument("--seconds", type=int, default=300, choices=range(5, 601), metavar="5-600")
    parser.add_argument("--kill", type=int, default=2, choices=range(3), help="cities, one by one")
    parser.add_argument("--base-port", type=int, default=18100)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


async def _run(cities: list[City], args: argparse.Namespace) -> tuple[Any, Any, Any]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=400)
    async with (
        serving(cities),
        posting() as post,
        httpx.AsyncClient(timeout=30, limits=limits) as http,
    ):
        await asyncio.gather(*(sign_in(city, http) for city in cities))
        visitors = await prepare(cities, args.people, args.visitors + 1, http)
        leavers = Leavers([visitors[city.id].pop() for city in cities])
        random = Random(20261127)
        killed = random.sample(cities, args.kill)
        traffic = Traffic(cities, visitors, post, http, random)
        since = await _now_of(cities[0], http)
        await leavers.prepare(traffic, [*killed, cities[0]])
        every = list(chain.from_iterable(visitors.values()))
        alone = await _reads(every, len(cities), min(60, args.seconds), killed)
        beside = await _traffic(traffic, leavers, killed, every, args)
        after = await look(traffic, leavers, since, every)
        found = verdict.rows(traffic.tally, after, (alone, beside), args.rate)
    return found, traffic.tally, after


def _give_way() -> None:
    """Leave the processors to the cities: who makes the visits is no part of them.

    What is started from here, a city or the probe, does not.
    """
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_IDLE | os.SCHED_RESET_ON_FORK, os.sched_param(0))


async def _traffic(
    traffic: Traffic, leavers: Leavers, killed: list[City], every: list[Visitor],
    args: argparse.Namespace,
) -> list[float]:  # fmt: skip
    """Visits, reads of the cities' own residents, and cities that die one after the other."""
    _give_way()
    async with asyncio.TaskGroup() as tasks:
        visits = tasks.create_task(traffic.run(args.rate, args.seconds))
        reads = tasks.create_task(_reads(every, len(traffic.cities), args.seconds, killed))
        rest = args.seconds / (len(killed) + 2)
        await asyncio.sleep(rest)
        await leavers.leave(traffic.http, killed)
        others = [city for city in traffic.cities if city not in killed]
        for city in killed:
            killing = tasks.create_task(kill(city, DOWN_SECONDS))
            await asyncio.sleep(0.5)  # it is down when its former visitors leave
            await leavers.leave(traffic.http, others)
            others = []
            await killing
            await asyncio.sleep(rest)
        if not killed:
            await leavers.leave(traffic.http, others)
        await visits
    return reads.result()


async def _reads(
    every: list[Visitor], cities: int, seconds: float, killed: list[City]
) -> list[float]:
    """Milliseconds of own reads at the cities that are not killed; without end where one failed."""
    readers = [(one.home.address, one.token) for one in every]
    found = await probe.apart(readers, READS * cities, seconds)
    gone = {city.address for city in killed}
    return times([one for url, one in found.items() if url not in gone])


def times(found: Iterable[Mapping[str, Any]]) -> list[float]:
    """What a probe has found of some addresses: a read that failed took for ever."""
    return [ms for one in found for ms in (*one["ms"], *repeat(inf, one["failed"]))]


async def _now_of(city: City, http: httpx.AsyncClient) -> str:
    """A time before the first visit, by the city's clock; no clock of ours is read."""
    answer = await http.get(f"{city.address}/healthz")
    return parsedate_to_datetime(answer.headers["date"]).isoformat()


if __name__ == "__main__":
    sys.exit(main())
