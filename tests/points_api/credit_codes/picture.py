"""Reading a QR code as a scanner does: from the picture that the SVG draws."""

import re

import numpy as np
import zxingcpp


def drawn(svg: str, scale: int = 4) -> np.ndarray:
    """The picture of an SVG that consists of horizontal strokes, as ours do."""
    [size] = map(int, re.findall(r'viewBox="0 0 (\d+) \d+"', svg))
    [path] = re.findall(r'stroke="#000" d="([^"]+)"', svg)
    modules = np.full((size, size), 255, np.uint8)
    x = y = 0.0
    for kind, values in re.findall(r"([Mmh])([-\d. ]+)", path):
        numbers = [float(one) for one in values.split()]
        if kind == "h":
            modules[int(y), int(x) : int(x + numbers[0])] = 0
            x += numbers[0]
        else:
            x, y = numbers if kind == "M" else (x + numbers[0], y + numbers[1])
    return np.kron(modules, np.ones((scale, scale), np.uint8))


def read(svg: str, scale: int = 4) -> str:
    """What a scanner reads."""
    [found] = zxingcpp.read_barcodes(drawn(svg, scale))
    return found.text
