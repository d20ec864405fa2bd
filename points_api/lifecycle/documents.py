"""The document of a version: JSON as in the files. May it be kept, is it sound?"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from points_api.lifecycle.problems import DocumentRefused
from points_api.scenarios.live import LiveScenarios
from scenarios.files import Fault, checked
from scenarios.near_copies import near_copies
from scenarios.scenario import Scenario

MOST_CHARACTERS: Final = 32_000
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a document says, as far as it can be read, and every fault in it."""

    scenario: Scenario | None
    faults: tuple[Fault, ...]


def check(document: Mapping[str, Any], live: LiveScenarios, today: date) -> Checked:
    """Read a document and compare it with what is published."""
    if text_of(document, "category", 64) not in live.categories:
        known = "、".join(live.categories)
        return Checked(None, (Fault("category", f"类别应为 {known} 之一 (one of these)"),))
    scenario, faults = checked(document, live.city.known(today), live.seats)
    if scenario is None:
        return Checked(None, tuple(faults))
    others = [one for one in live.current.by_id.values() if one.id != scenario.id]
    copies = [Fault("", said) for name, said in near_copies([*others, scenario])
              if name == scenario.id]  # fmt: skip
    if scenario.valid_until < today:
        faults.append(Fault("valid_until", "已经过期，请改到以后 (is over)"))
    return Checked(scenario, (*faults, *copies))


def keepable(document: Mapping[str, Any]) -> str:
    """The scenario's id, of a document that may be stored. Raises `DocumentRefused`."""
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, RecursionError):
        raise DocumentRefused("不是可保存的 JSON", "Not JSON that can be kept") from None
    if "\\u0000" in text or len(text) > MOST_CHARACTERS:
        raise DocumentRefused(
            f"不能有空字符，最长 {MOST_CHARACTERS} 字",
            f"No null characters, and {MOST_CHARACTERS} characters at most",
        )
    name = document.get("id")
    if not isinstance(name, str) or len(name) > 64 or not _ID.fullmatch(name):
        raise DocumentRefused(
            "id 用小写字母、数字和连字符，最长 64 字", "id: lower case, digits, hyphens, at most 64"
        )
    return name


def text_of(document: Mapping[str, Any], key: str, most: int) -> str:
    """A text of a document that may be faulty, cut to what a column holds."""
    value = document.get(key)
    return value[:most] if isinstance(value, str) else ""
