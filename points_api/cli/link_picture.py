"""A link of two cities as one picture: the curve, its error as an area, and the bands of both."""

from typing import Any, Final

from points_api.cli.svg import GRAY, INNER, MARGIN, Sheet

_PLOT: Final = 300
_LEFT: Final = 40
_CURVE, _AREA = "#0b6e4f", "#cfe8dc"


def draw(told: dict[str, Any]) -> str:
    """The SVG of a link's document."""
    sheet = Sheet()
    sheet.y = 6
    source, target = told["from"], told["to"]
    title = f"{source['name']} → {target['name']}"
    sheet.paragraph(title, size=17, bold=True)
    sheet.paragraph(f"{told['method']} · {told['table']}", fill=GRAY)
    sheet.paragraph(f"{told['use_zh']} · {told['use_en']}", bold=True)
    if told["study"]:
        _curve(sheet, told)
    for row in told["bands"]:
        reached = row["to"]["name"] if row["to"] else "–"
        sheet.paragraph(f"{row['from']['name']}（≥ {row['floor']}） → {reached}")
    for failure in told["failures"]:
        sheet.paragraph(f"✕ {failure['zh']}", size=12)
        sheet.paragraph(failure["en"], size=12, fill=GRAY)
    if told["basis"] == "assumption":
        sheet.paragraph("依据含假设，未签署，不得使用", bold=True)
        sheet.paragraph("rests on assumptions, not signed, not for use", size=12, fill=GRAY)
    return sheet.done(f"换算 {title}", f"{told['use_zh']}。{told['use_en']}.")


def _curve(sheet: Sheet, told: dict[str, Any]) -> None:
    source, target = told["from"], told["to"]
    left, width = MARGIN + _LEFT, INNER - _LEFT
    bottom = sheet.y + _PLOT + 16
    ends = [(float(city["minimum"]), float(city["covered"])) for city in (source, target)]
    (low, high), (least, most) = ends

    def across(score: float) -> float:
        return left + (score - low) / (high - low) * width

    def up(value: float) -> float:
        return bottom - (min(max(value, least), most) - least) / (most - least) * _PLOT

    sheet.rect(left, bottom - _PLOT, width, _PLOT, stroke="#d5dcd8")
    for n, band in enumerate(source["bands"][1:]):
        x = across(float(band["from"]))
        sheet.path(f"M{x:.1f} {bottom:.1f}v-{_PLOT}", stroke=GRAY, dash="2 5")
        sheet.text(x, bottom + 14 + n % 2 * 13, band["from"], size=11, anchor="middle", fill=GRAY)
    for band in target["bands"][1:]:
        y = up(float(band["from"]))
        sheet.path(f"M{left:.1f} {y:.1f}h{width}", stroke=GRAY, dash="2 5")
        sheet.text(left - 4, y + 4, band["from"], size=11, anchor="end", fill=GRAY)
    rows = told["study"][:: max(1, len(told["study"]) // 250)]
    at = [(float(r["score"]), float(r["value"]), 2 * float(r["error"])) for r in rows]
    for sign in (1, -1):
        line = "L".join(f"{across(x):.1f} {up(y + sign * e):.1f}" for x, y, e in at)
        sheet.path(f"M{line}", stroke=_AREA, width=2)
    line = "L".join(f"{across(x):.1f} {up(y):.1f}" for x, y, _ in at)
    sheet.path(f"M{line}", stroke=_CURVE, width=2)
    sheet.y = bottom + 30
    sheet.paragraph("横：来源分值，纵：换算分值，单位分；浅线：± 2 标准误", size=12, fill=GRAY)
    sheet.paragraph(
        "across: source, up: target, in points; light: ± 2 standard errors", size=12, fill=GRAY
    )
