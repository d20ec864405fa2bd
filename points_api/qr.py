"""Texts as QR codes: for a page, at any size, and for a terminal.

Drawn by zxing-cpp in a quarter of a millisecond. A city shows one for every code, and an encoder in
Python held up everybody else for seven.
"""

import re
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from zxingcpp import BarcodeFormat, create_barcode

_dark_runs: Final = re.compile(rb"\x00+").finditer
_HALVES: Final = {(0, 0): "█", (0, 255): "▀", (255, 0): "▄", (255, 255): " "}
_BLACK_ON_WHITE, _AS_BEFORE = "\x1b[30;107m", "\x1b[0m"


def svg_of(text: str, title: str) -> str:
    """Return an SVG with a view box and no size of its own; `title` is read out aloud."""
    rows = _rows(text, "L")
    size, path, x, y = len(rows), ["M0 .5"], 0, 0
    for at, row in enumerate(rows):
        for run in _dark_runs(row):
            path.append(f"m{run.start() - x} {at - y}h{run.end() - run.start()}")
            x, y = run.end(), at
    return (
        f'<svg role="img" aria-label={quoteattr(title)} xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {size} {size}"><title>{escape(title)}</title>'
        f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/>'
        f'<path stroke="#000" d="{"".join(path)}"/></svg>'
    )


def terminal_of(text: str) -> str:
    """Return lines for a terminal, two rows of the code in each."""
    rows = _rows(text, "M")
    rows.append(b"\xff" * len(rows[0]))  # their number is odd
    pairs = zip(rows[::2], rows[1::2], strict=False)
    lines = ("".join(_HALVES[both] for both in zip(*pair, strict=True)) for pair in pairs)
    return "\n".join(f"{_BLACK_ON_WHITE}{line}{_AS_BEFORE}" for line in lines)


def _rows(text: str, error_correction: str) -> list[bytes]:
    """The modules with the quiet zone, a byte each: 0 is dark."""
    code = create_barcode(text, BarcodeFormat.QRCode, ec_level=error_correction)
    return [row.tobytes() for row in np.asarray(code.to_image())]
