"""A merchant's folder with what was fetched before the network went, and the commands on it."""

import json
from pathlib import Path

from typer.testing import CliRunner

from interop import key_set
from interop.proof import status_list
from points_api.__main__ import app
from tests.interop.cities import HUANGSHI, later, signer
from tests.interop.proof import shown


def points(*words, stdin=b""):
    result = CliRunner().invoke(app, [str(word) for word in words], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


class Till:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keep("request.json", json.dumps(
            {"audience": shown.MERCHANT, "nonce": shown.NONCE, "scenario": shown.SCENARIO}
        ))  # fmt: skip
        self.keep("keys.json", json.dumps(key_set.publish([signer(HUANGSHI)])))
        self.list()

    def keep(self, name, text):
        (self.folder / name).write_text(text)
        return self.folder / name

    def list(self, statuses=None, **made):
        packed = status_list.pack(statuses or {}, shown.ENTRIES, 1)
        token = status_list.issue(packed, 1, shown.URI, signer(HUANGSHI), later(**made))
        return self.keep("list.jwt", token)

    def verify(self, text, *words, keys=("--keys", "keys.json"), status=None, stdin=False):
        status = ("--status-list", self.folder / "list.jwt") if status is None else status
        file = "-" if stdin else self.keep("shown.txt", text)
        keys = [self.folder / one if "." in str(one) else one for one in keys]
        return points(
            "verify-proof", file, "--request", self.folder / "request.json", *keys, *status,
            *words, stdin=text.encode() if stdin else b"",
        )  # fmt: skip
