"""The result of a simulation as one picture, for a telephone and for a report.

Who gains and loses, both distributions, the movement between bands, the verdict. Old and new differ
by line and area, gains and losses by arrows: color only repeats it.
"""

from itertools import pairwise
from typing import Any, Final

from points_api.cli.simulation_tables import mark_of, measured, name_of, number
from points_api.cli.svg import GRAY, INK, INNER, MARGIN, Sheet, ems_of

_UP, _DOWN, _STAY = "#0b6e4f", "#a3431b", "#52605a"
_TINTS: Final = {"▲": "#e3f3ec", "▼": "#fbeadf", "＝": "#eef1ef"}
_COLORS: Final = {"▲": _UP, "▼": _DOWN, "＝": _STAY}
_NEW, _OLD = "#9fd3bf", INK
_PLOT: Final = 150
_LABELS: Final = 84  # width of the names beside the matrix


def draw(told: dict[str, Any]) -> str:
    """The SVG of a simulation's document."""
    sheet = Sheet()
    sheet.y = 6
    sheet.paragraph("新评分卡试算 · Simulation", size=19, bold=True)
    sheet.paragraph(f"现行 now: {told['old']}", fill=GRAY)
    sheet.paragraph(f"新版 new: {told['new']}", fill=GRAY)
    people = number(told["whole"]["people"])
    sheet.paragraph(f"全市 {people} 人 people · {told['as_of']}", fill=GRAY)
    _changes(sheet, told["whole"])
    _heading(sheet, "分数分布 · Scores")
    _distributions(sheet, told)
    _heading(sheet, "等级移动 · Movement between bands")
    _matrix(sheet, told)
    _heading(sheet, "能否发布 · May it be published")
    _verdict(sheet, told)
    return sheet.done(f"新评分卡试算 {told['old']} → {told['new']}", _description(told))


def _heading(sheet: Sheet, content: str) -> None:
    sheet.y += 14
    sheet.paragraph(content, size=15, bold=True)
    sheet.y += 8


def _changes(sheet: Sheet, whole: dict[str, Any]) -> None:
    gap = 8
    width = (INNER - 2 * gap) / 3
    top = sheet.y + 14
    words = (("▲", "加分 gain", "gain"), ("▼", "减分 lose", "lose"), ("＝", "不变 same", "same"))
    for n, (mark, name, key) in enumerate(words):
        left = MARGIN + n * (width + gap)
        sheet.rect(left, top, width, 76, fill=_TINTS[mark], radius=10)
        middle = left + width / 2
        sheet.text(
            middle, top + 22, f"{mark} {name}", anchor="middle", fill=_COLORS[mark], bold=True
        )
        size = min(22, (width - 12) / ems_of(number(whole[key])))
        sheet.text(middle, top + 48, number(whole[key]), size=size, anchor="middle", bold=True)
        share = _share(whole[key], whole["people"])
        sheet.text(middle, top + 67, share, size=12.5, anchor="middle", fill=GRAY)
    sheet.y = top + 76


def _distributions(sheet: Sheet, told: dict[str, Any]) -> None:
    rows = _occupied(told["distribution"])
    starts = [float(row["from"]) for row in rows]
    step = starts[1] - starts[0] if len(starts) > 1 else 1.0
    low, high = starts[0], starts[-1] + step
    most = max([1, *(_height(row[side]) for row in rows for side in ("old", "new"))])
    bottom = sheet.y + 40 + _PLOT

    def at(points: float) -> float:
        return MARGIN + (points - low) / (high - low) * INNER

    def up(people: int | str) -> float:
        return bottom - _height(people) / most * _PLOT

    _legend(sheet, sheet.y + 12)
    sheet.path(f"M{MARGIN} {bottom - _PLOT:.1f}h{INNER}", stroke="#d5dcd8")
    top = _share(most, told["whole"]["people"])
    sheet.text(MARGIN, bottom - _PLOT - 5, top, size=12, fill=GRAY)
    for row, start in zip(rows, starts, strict=True):
        y = up(row["new"])
        sheet.rect(at(start) + 1, y, at(start + step) - at(start) - 2, bottom - y, fill=_NEW)
    outline = [f"M{at(low):.1f} {bottom:.1f}"]
    for row, start in zip(rows, starts, strict=True):
        outline.append(f"V{up(row['old']):.1f}H{at(start + step):.1f}")
    sheet.path(" ".join([*outline, f"V{bottom:.1f}"]), stroke=_OLD, width=2)
    _axis(sheet, told["bands"]["new"], bottom, (low, high))


def _legend(sheet: Sheet, y: float) -> None:
    sheet.path(f"M{MARGIN} {y - 4:.1f}h22", stroke=_OLD, width=2)
    sheet.text(MARGIN + 28, y, "现行 now", size=12.5)
    sheet.rect(MARGIN + 108, y - 11, 22, 13, fill=_NEW)
    sheet.text(MARGIN + 136, y, "新版 new", size=12.5)


def _axis(
    sheet: Sheet, bands: list[dict[str, str]], bottom: float, ends: tuple[float, float]
) -> None:
    """Where the new bands begin, and their names in two rows, since narrow ones stand close."""
    low, high = ends
    sheet.path(f"M{MARGIN} {bottom:.1f}h{INNER}", stroke=GRAY)
    edges = [max(low, float(band["from"])) for band in bands] + [high]
    shown = [(band, a, b) for band, (a, b) in zip(bands, pairwise(edges), strict=True) if b > a]
    for n, (band, begin, end) in enumerate(shown):
        x, until = (MARGIN + (edge - low) / (high - low) * INNER for edge in (begin, end))
        anchor = "middle" if begin > low else "start"
        sheet.text(x, bottom + 15, f"{begin:g}", size=12, anchor=anchor, fill=GRAY)
        if begin > low:
            sheet.path(f"M{x:.1f} {bottom - _PLOT:.1f}V{bottom:.1f}", stroke=GRAY, dash="3 4")
        half = ems_of(band["name"]) * 12 / 2
        middle = min(max((x + until) / 2, MARGIN + half), MARGIN + INNER - half)
        sheet.text(middle, bottom + 32 + n % 2 * 16, band["name"], size=12, anchor="middle")
    sheet.text(MARGIN + INNER, bottom + 15, f"{high:g}", size=12, anchor="end", fill=GRAY)
    sheet.y = bottom + 50


def _matrix(sheet: Sheet, told: dict[str, Any]) -> None:
    old, new = told["bands"]["old"], told["bands"]["new"]
    width = (INNER - _LABELS) / len(new)
    sheet.text(MARGIN, sheet.y + 14, "现行 now ↓", size=12, fill=GRAY)
    sheet.text(MARGIN, sheet.y + 30, "新版 new →", size=12, fill=GRAY)
    for n, band in enumerate(new):
        _name(sheet, band, MARGIN + _LABELS + (n + 0.5) * width, sheet.y + 14, "middle", width)
    sheet.y += 38
    for n, (band, row) in enumerate(zip(old, told["movement"]["cells"], strict=True)):
        _name(sheet, band, MARGIN, sheet.y + 20, "start", _LABELS)
        people = told["groups"]["band"][n]["people"]
        for to, cell in enumerate(row):
            left = MARGIN + _LABELS + to * width
            _cell(sheet, (left, width), mark_of(n, to), cell, people)
        sheet.y += 50
    sheet.paragraph("▲ 升档 up　＝ 不变 stays　▼ 降档 down", size=12.5, fill=GRAY)
    sheet.paragraph("百分数：占该行人数 · share of the row", size=12.5, fill=GRAY)


def _name(
    sheet: Sheet, band: dict[str, str], x: float, y: float, anchor: str, width: float
) -> None:
    for n, (name, largest, fill) in enumerate(
        ((band["name"], 13.0, INK), (band["name_en"], 11.5, GRAY))
    ):
        size = min(largest, (width - 4) / ems_of(name))
        sheet.text(x, y + 16 * n, name, size=size, anchor=anchor, fill=fill)


def _cell(
    sheet: Sheet, place: tuple[float, float], mark: str, cell: int | str, people: int | str
) -> None:
    left, width = place
    nobody = cell == 0
    sheet.rect(
        left + 2, sheet.y, width - 4, 46, fill="#fafbfa" if nobody else _TINTS[mark],
        stroke=_STAY if mark == "＝" else "none", radius=6,
    )  # fmt: skip
    middle = left + width / 2
    if nobody:
        sheet.text(middle, sheet.y + 28, "0", size=13, anchor="middle", fill=GRAY)
        return
    said = number(cell)
    size = min(14, (width - 8) / ems_of(said))
    sheet.text(
        middle, sheet.y + 20, said, size=size, anchor="middle", fill=_COLORS[mark], bold=True
    )
    share = f"{mark} {_share(cell, people)}"
    sheet.text(middle, sheet.y + 37, share, size=12, anchor="middle", fill=GRAY)


def _verdict(sheet: Sheet, told: dict[str, Any]) -> None:
    for gate in told["gates"]:
        sheet.paragraph(f"✕ 不得发布：{gate['zh']}", fill=_DOWN, bold=True)
        sheet.paragraph(gate["en"], size=12, fill=GRAY)
    if told["publishable"]:
        sheet.paragraph("✓ 没有不得发布的理由", fill=_UP, bold=True)
        sheet.paragraph("nothing stands against publication", size=12, fill=GRAY)
    for name, said in (told["verdicts"] or {}).items():
        sheet.paragraph(f"{measured(told, name)}：{said['zh']}")
        sheet.paragraph(said["en"], size=12, fill=GRAY)
    sheet.y += 6
    sheet.paragraph("<10：不足十人不公布；≥10：一并隐去，以免由合计推出", size=12, fill=GRAY)
    sheet.paragraph("<10, ≥10: withheld, so that nobody is recognised", size=12, fill=GRAY)


def _description(told: dict[str, Any]) -> str:
    whole = told["whole"]
    counts = (
        f"全市 {number(whole['people'])} 人：加分 {number(whole['gain'])}，"
        f"减分 {number(whole['lose'])}，不变 {number(whole['same'])}。"
    )
    moves = [
        f"{name_of(old)} → {name_of(new)}：{number(cell)}"
        for old, row in zip(told["bands"]["old"], told["movement"]["cells"], strict=True)
        for new, cell in zip(told["bands"]["new"], row, strict=True)
        if cell != 0
    ]
    return counts + "等级移动：" + "；".join(moves) + "。"


def _occupied(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the empty bins below the lowest score that anybody has; at least the upper half."""
    taken = [n for n, row in enumerate(rows) if row["old"] != 0 or row["new"] != 0]
    return rows[min([*taken, len(rows) // 2]) :]


def _height(people: int | str) -> int:
    """Withheld bins are the smallest ones, so they are drawn as empty."""
    return people if isinstance(people, int) else 0


def _share(part: int | str, people: int | str) -> str:
    if isinstance(part, int) and isinstance(people, int) and people:
        return f"{part / people:.1%}"
    return "–"
