"""What Locust loads: who acts, how the crowd grows, and the verdict at the end.

    python -m loadtests.run                     starts a server of its own, then this
    locust -f loadtests/locustfile.py --headless --host http://127.0.0.1:8000

Only a server on this machine may be the target.
"""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from locust import events
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

from loadtests.merchants import Till
from loadtests.partners import Host
from loadtests.residents import Resident
from loadtests.shapes import Crowd
from loadtests.targets import P99_TARGET_MS, Measured, missed

__all__ = ["Crowd", "Host", "Resident", "Till"]

_environments: list[Environment] = []  # `quit` is not told which run has ended


@events.init_command_line_parser.add_listener
def _options(parser: LocustArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=200, help="demo residents on the server")
    parser.add_argument("--crowd", type=int, default=40, help="residents acting at a time")
    parser.add_argument("--seconds", type=int, default=60, help="how long it takes, at most 600")
    parser.add_argument("--merchant-token", required=True, help="of the demo's merchant")
    parser.add_argument("--partner", required=True, help="file with a partner city's key")
    parser.add_argument("--shape", choices=["steady", "spike"], default="steady")


@events.init.add_listener
def _refuse_other_machines(environment: Environment, **_: Any) -> None:
    host = urlsplit(environment.host or "").hostname or ""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    options = environment.parsed_options
    if not loopback or options is None or options.seconds > 600:
        raise SystemExit("--host must be on this machine, and --seconds at most 600")
    _environments.append(environment)


@events.quitting.add_listener
def _judge(environment: Environment, **_: Any) -> None:
    environment.process_exit_code = 1 if missed(_measured(environment)) else 0


@events.quit.add_listener
def _tell(**_: Any) -> None:
    """Print the verdict last, below Locust's own tables."""
    if _environments:
        measured = _measured(_environments[-1])
        for row in sorted(measured, key=lambda row: row.operation):
            target = P99_TARGET_MS.get(row.operation)
            print(
                f"{row.operation:30} {row.requests:7} requests  p99 {row.p99_ms:5.0f} / {target} ms"
            )
        print("\n".join(f"missed: {fault}" for fault in missed(measured)) or "every target reached")


def _measured(environment: Environment) -> list[Measured]:
    return [
        Measured(
            f"{entry.method} {entry.name}",
            entry.num_requests,
            entry.num_failures,
            entry.get_response_time_percentile(0.99) or 0.0,
        )
        for entry in environment.stats.entries.values()
    ]
