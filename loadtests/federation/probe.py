"""Residents who read their own score at their own city, in a process of its own.

    echo '{"readers": [["http://127.0.0.1:8100", "<token>"]], "rate": 20, "seconds": 30}' \
        | python -m loadtests.federation.probe

Reads begin when their time has come, and their seconds count from then: a city that keeps one
waiting keeps the next waiting, too. Prints for each address the milliseconds of its reads, and how
many failed.

A resident's phone does not wait for the cities' processors. So this process goes before theirs
where the system allows it (root), else its own waiting is part of what it measures, and it says so.
"""

import asyncio
import json
import os
import sys
from random import Random
from time import perf_counter
from typing import Any

import httpx
import uvloop


async def run(readers: list[tuple[str, str]], rate: float, seconds: float) -> dict[str, Any]:
    """Read at this rate, by lot."""
    found: dict[str, Any] = {address: {"ms": [], "failed": 0} for address, _ in readers}
    random = Random(7)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=200)
    async with httpx.AsyncClient(timeout=10, limits=limits) as http:

        async def read(address: str, token: str, due: float) -> None:
            headers = {"Authorization": f"Bearer {token}"}
            try:
                answer = await http.get(f"{address}/v1/me/score", headers=headers)
            except httpx.HTTPError:
                found[address]["failed"] += 1
                return
            if answer.status_code == 200:
                found[address]["ms"].append(round((perf_counter() - due) * 1000, 3))
            else:
                found[address]["failed"] += 1

        begun = perf_counter()  # the loop's own clock counts whole milliseconds
        async with asyncio.TaskGroup() as tasks:
            for n in range(int(rate * seconds)):
                due = begun + n / rate
                await asyncio.sleep(max(0.0, due - perf_counter()))
                tasks.create_task(read(*random.choice(readers), due))
    return found


async def apart(readers: list[tuple[str, str]], rate: float, seconds: float) -> dict[str, Any]:
    """The same, as a process beside the one that makes the traffic."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "loadtests.federation.probe",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    order = json.dumps({"readers": readers, "rate": rate, "seconds": seconds}).encode()
    try:
        told, _ = await process.communicate(order)
    except BaseException:
        process.kill()
        raise
    found: dict[str, Any] = json.loads(told)
    return found


def go_first() -> None:
    """Run before whatever else wants a processor; it takes a hundredth of one."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except (PermissionError, AttributeError):
        print("the probe's own waiting for a processor is measured, too", file=sys.stderr)


if __name__ == "__main__":
    go_first()
    print(json.dumps(uvloop.run(run(**json.load(sys.stdin)))))
