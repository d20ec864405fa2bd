"""The result of a simulation as tables that somebody who does not program can read."""

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from points_api.cli.terminal import out, say

_TITLES = {
    "band": "按原等级 · by present band",
    "division": "按证件属地 · by division of the ID number",
    "age": "按年龄 · by age",
}
_HEADS = (
    "人数\npeople", "加分\ngain", "减分\nlose", "不变\nsame", "平均\nmean", "升档\nup",
    "降档\ndown",
)  # fmt: skip


def show(told: dict[str, Any]) -> None:
    """Print everything, the summary first and the verdict last."""
    _summary(told)
    for name, title in _TITLES.items():
        _groups(title, told["groups"][name])
    _matrix(told)
    _verdict(told)


def number(value: Any) -> str:
    """A count as people read it: `12,345`, `<10`."""
    return f"{value:,}" if isinstance(value, int) else str(value)


def name_of(entry: dict[str, str], separator: str = " ") -> str:
    """Both names of a band or group, or the one where they say the same."""
    zh, en = entry["name"], entry["name_en"]
    return zh if zh.startswith(en) else f"{zh}{separator}{en}"


def _summary(told: dict[str, Any]) -> None:
    whole = told["whole"]
    say(f"新评分卡试算 · simulation: {told['old']} → {told['new']}，{told['as_of']}")
    say(f"全市 {number(whole['people'])} 人 · people in all")
    for mark, zh, en, key in (
        ("▲", "加分", "gain", "gain"), ("▼", "减分", "lose", "lose"), ("＝", "不变", "same", "same")
    ):  # fmt: skip
        say(f"  {mark} {zh} {number(whole[key])} · {en}")
    if whole["same"] == whole["people"]:
        say("两份评分卡给每个人的分都一样 (both scorecards give everybody the same score)")
    if whole["mean_change"] is not None:
        say(
            f"  平均变动 {_signed(whole['mean_change'])} 分；从少到多排，第 10%、50%、90% 的人变动 "
            f"{_signed(whole['p10'])}、{_signed(whole['p50'])}、{_signed(whole['p90'])} 分\n"
            "  (mean change; change of the person at 10, 50 and 90 % of the order)"
        )


def _groups(title: str, rows: list[dict[str, Any]]) -> None:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("")
    for head in _HEADS:
        table.add_column(head, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            name_of(row),
            *(number(row[key]) for key in ("people", "gain", "lose", "same")),
            _signed(row["mean_change"]),
            *(number(row[key]) for key in ("up", "down")),
        )
    out.print(table)


def _matrix(told: dict[str, Any]) -> None:
    table = Table(
        title="等级移动 · movement between bands",
        title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0),
    )  # fmt: skip
    table.add_column("现在 ↓  将来 →")
    for band in told["bands"]["new"]:
        table.add_column(name_of(band, "\n"), justify="right")
    for n, (band, row) in enumerate(
        zip(told["bands"]["old"], told["movement"]["cells"], strict=True)
    ):
        marked = (f"{number(cell)} {mark_of(n, to)}" for to, cell in enumerate(row))
        table.add_row(name_of(band), *marked)
    out.print(table)
    say("▲ 升档 up   ＝ 不变 stays   ▼ 降档 down")


def mark_of(old: int, new: int) -> str:
    """What a move between the places of two bands is, without color."""
    return "＝" if old == new else "▲" if new > old else "▼"


def measured(told: dict[str, Any], name: str) -> str:
    """A measure of the whole city: `PSI 0.044`."""
    value = told["whole"][name]
    return f"{name.upper()} {'–' if value is None else format(value, '.3f')}"


def _verdict(told: dict[str, Any]) -> None:
    for name, said in (told["verdicts"] or {}).items():
        say(f"{measured(told, name)}：{said['zh']} ({said['en']})")
    if told["publishable"]:
        say("没有不得发布的理由 (nothing stands against publication)")
    for gate in told["gates"]:
        say(f"不得发布 · publication refused: {gate['zh']} ({gate['en']})")
    say(
        "<10：不足十人不公布；≥10：一并隐去，以免由合计推出 "
        "(under ten people are not told; ≥10: withheld with them, lest totals give them away)"
    )


def _signed(points: str | None) -> str:
    if points is None:
        return "–"
    return points if points.startswith("-") or not points.strip("0.") else f"+{points}"
