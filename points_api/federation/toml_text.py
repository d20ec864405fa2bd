"""Plain values as TOML, for data files that the program writes: tables at the top, the rest inline.

The standard library reads TOML and does not write it; this writes no more than such files hold.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def toml(document: Mapping[str, Any]) -> str:
    """Return a document of tables and arrays of tables.

    >>> print(toml({"notice": {"city": "sanya"}, "band": [{"id": "good", "from": Decimal(100)}]}))
    [notice]
    city = "sanya"
    <BLANKLINE>
    [[band]]
    id = "good"
    from = 100.0
    <BLANKLINE>
    """
    return "\n".join("\n".join(block) + "\n" for block in _blocks(document))


def _blocks(document: Mapping[str, Any]) -> Iterator[list[str]]:
    for name, value in document.items():
        heading, rows = (
            (f"[[{name}]]", value) if isinstance(value, list) else (f"[{name}]", [value])
        )
        for row in rows:
            yield [heading, *(f"{key} = {_inline(inner)}" for key, inner in row.items())]


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_inline(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        written = f"{value.normalize():f}"
        return written if "." in written else f"{written}.0"
    # What is left are texts, whole numbers and truth values, which JSON writes as TOML does.
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)
