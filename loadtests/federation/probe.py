"""Residents who read their own score at their own city, in a process of its own.

    echo '{"readers": [["http://127.0.0.1:8100", "<token>"]], "rate": 20, "seconds": 30}' \
        | python -m loadtests.federation.probe

Reads begin when their time has come, and their seconds count from then: a city that keeps one
waiting keeps the next waiting, too. Prints for each address the milliseconds of its reads, and how
many failed.
"""

import asyncio
import json
import sys
from random import Random
from typing import Any

import httpx
import uvloop


async def run(readers: list[tuple[str, str]], rate: float, seconds: float) -> dict[str, Any]:
    """Read at this rate, by lot."""
    found: dict[str, Any] = {address: {"ms": [], "failed": 0} for address, _ in readers}
    loop, random = asyncio.get_running_loop(), Random(7)
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
                found[address]["ms"].append(round((loop.time() - due) * 1000, 3))
            else:
                found[address]["failed"] += 1

        begun = loop.time()
        async with asyncio.TaskGroup() as tasks:
            for n in range(int(rate * seconds)):
                due = begun + n / rate
                await asyncio.sleep(max(0.0, due - loop.time()))
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


if __name__ == "__main__":
    print(json.dumps(uvloop.run(run(**json.load(sys.stdin)))))
