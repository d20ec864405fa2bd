"""A sheet of SVG, written from top to bottom: rectangles, paths and wrapped text, all escaped.

One file without scripts, fonts or links, as wide as a telephone; text stays text, so it can be
searched, read aloud and enlarged.
"""

from html import escape
from typing import Final
from unicodedata import category, east_asian_width

WIDTH: Final = 390
MARGIN: Final = 16
INNER: Final = WIDTH - 2 * MARGIN
_FONTS: Final = (
    "'Noto Sans CJK SC','PingFang SC','Microsoft YaHei','WenQuanYi Micro Hei',sans-serif"
)
INK: Final = "#14201a"
GRAY: Final = "#52605a"


class Sheet:
    """What is drawn so far; `y` is where the next thing begins."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.y = 0.0

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "none",
        stroke: str = "none",
        radius: float = 0,
    ) -> None:
        """A rectangle."""
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'rx="{radius:g}" fill="{fill}" stroke="{stroke}"/>'
        )

    def path(self, d: str, *, stroke: str, width: float = 1, dash: str = "") -> None:
        """A line along a path."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{width:g}"{dashed}/>'
        )

    def text(
        self,
        x: float,
        y: float,
        content: str,
        *,
        size: float = 14,
        anchor: str = "start",
        fill: str = INK,
        bold: bool = False,
    ) -> None:
        """One line of text with its base at `y`; what has no Chinese in it is marked English."""
        weight = ' font-weight="bold"' if bold else ""
        english = "" if any(_wide(letter) for letter in content) else ' lang="en" xml:lang="en"'
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}" '
            f'fill="{fill}"{weight}{english}>{clean(content)}</text>'
        )

    def paragraph(
        self, content: str, *, size: float = 13, fill: str = INK, bold: bool = False
    ) -> None:
        """Text in as many lines as it needs; moves `y` below it."""
        for line in wrapped(content, INNER / size):
            self.y += size * 1.45
            self.text(MARGIN, self.y, line, size=size, fill=fill, bold=bold)

    def done(self, title: str, description: str) -> str:
        """The whole file; both texts are for who listens instead of looking."""
        height = self.y + MARGIN
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" '
            f'width="{WIDTH}" height="{height:.0f}" role="img" lang="zh" xml:lang="zh" '
            f'aria-labelledby="t d" font-family="{_FONTS}">\n'
            f'<title id="t">{clean(title)}</title>\n<desc id="d">{clean(description)}</desc>\n'
            f'<rect width="{WIDTH}" height="{height:.0f}" fill="#fff"/>\n'
            + "\n".join(self._parts)
            + "\n</svg>\n"
        )


def clean(content: str) -> str:
    """The text as it may stand in XML, which knows no control characters."""
    return escape("".join(letter for letter in content if category(letter)[0] != "C"))


def wrapped(content: str, ems: float) -> list[str]:
    """The text in lines of at most so many ems, broken at spaces or between Chinese letters."""
    lines, line = [], ""
    for piece in _pieces(content):
        if line and ems_of(line + piece.rstrip()) > ems:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


def ems_of(content: str) -> float:
    """About how wide a text is, in units of its size."""
    return sum(1.0 if _wide(letter) else 0.56 for letter in content)


def _pieces(content: str) -> list[str]:
    """What may not be broken: words, and letters with the closing punctuation after them."""
    pieces: list[str] = []
    for letter in content:
        previous = pieces[-1] if pieces else " "
        glued = letter in "，。；：、）" or not (_wide(letter) or _wide(previous[-1]))
        if pieces and (letter == " " or (glued and not previous.endswith(" "))):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _wide(letter: str) -> bool:
    return east_asian_width(letter) in "WF"
