"""All commands by name. A command's file is imported when it is asked for, and none for another."""

from importlib import import_module
from typing import Any

from typer.core import TyperGroup
from typer.main import get_group

from points_api.cli.failures import told
from points_api.cli.terminal import fail

_FILES = {
    "demo": "demo",
    "generate": "generate",
    "ingest": "ingest",
    "score": "score",
    "rescore": "rescore",
    "statistics": "statistics",
    "snapshot": "snapshot",
    "scorecard": "scorecard",
    "scenarios": "scenarios",
    "statements": "statements",
    "entitlements": "entitlements",
    "cities": "cities",
    "federation": "federation",
    "evidence": "evidence",
    "proof-request": "proof",
    "verify-proof": "proof",
    "agencies": "agencies",
    "merchants": "merchants",
    "officers": "officers",
    "records": "records",
    "assertion": "assertion",
    "keys": "keys",
    "audit": "audit",
    "migrate": "service",
    "serve": "service",
    "relay": "service",
    "jobs": "service",
}


class Commands(TyperGroup):
    """The commands, whose refusals are told in one line without a traceback."""

    def list_commands(self, _ctx: Any) -> list[str]:
        return list(_FILES)

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        file = _FILES.get(cmd_name)
        if file is None:
            return None
        return get_group(import_module(f"points_api.cli.{file}").app).commands[cmd_name]

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            if (line := told(error)) is None:
                raise
            fail(line)
