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

from loadtests.residents import Resident
from loadtests.shapes import Crowd
from loadtests.targets import P95_TARGET_MS, Measured, missed

__all__ = ["Crowd", "Resident"]


@events.init_command_line_parser.add_listener
def _options(parser: LocustArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=200, help="demo residents on the server")
    parser.add_argument("--crowd", type=int, default=40, help="residents acting at a time")
    parser.add_argument("--seconds", type=int, default=60, help="how long it takes, at most 600")
    parser.add_argument("--shape", choices=["steady", "spike"], default="steady")


@events.init.add_listener
def _refuse_other_machines(environment: Environment, **_: Any) -> None:
    host = urlsplit(environment.host or "").hostname or ""
    loopback = host == "localhost" or (
        host.replace(".", "").isdigit() and ipaddress.ip_address(host).is_loopback
    )
    options = environment.parsed_options
    if not loopback or options is None or options.seconds > 600:
        raise SystemExit("--host must be on this machine, and --seconds at most 600")


@events.quitting.add_listener
def _judge(environment: Environment, **_: Any) -> None:
    """Print operation, p95 and target, and set the exit code."""
    measured = [
        Measured(
            f"{entry.method} {entry.name}",
            entry.num_requests,
            entry.num_failures,
            entry.get_response_time_percentile(0.95) or 0.0,
        )
        for entry in environment.stats.entries.values()
    ]
    for row in sorted(measured, key=lambda row: row.operation):
        target = P95_TARGET_MS.get(row.operation)
        print(f"{row.operation:34} {row.requests:7} requests  p95 {row.p95_ms:5.0f} / {target} ms")
    faults = missed(measured)
    for fault in faults:
        print(f"missed: {fault}")
    environment.process_exit_code = 1 if faults else 0
