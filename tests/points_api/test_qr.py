import re

import numpy as np
import pytest
import segno
import zxingcpp

from points_api.qr import svg_of, terminal_of
from tests.points_api.credit_codes.picture import drawn, read

CODE = "420200:" + "0429EL9NV" * 19
SECRET = "otpauth://totp/%E9%BB%84%E7%9F%B3:office?secret=JBSWY3DPEHPK3PXP&issuer=points&digits=6"


def modules(picture: np.ndarray) -> list[list[int]]:
    """Without the quiet zone of four, 1 is dark."""
    return [[int(module == 0) for module in row] for row in picture[4:-4, 4:-4]]


@pytest.mark.parametrize("text", ["A", "420200", CODE, CODE * 2])
def test_a_code_is_what_another_encoder_makes_under_one_of_the_eight_masks(text):
    ours = modules(drawn(svg_of(text, "码"), 1))
    others = [
        segno.make_qr(text, error="l", mask=mask, boost_error=False).matrix for mask in range(8)
    ]
    assert ours in [[list(row) for row in matrix] for matrix in others]


@pytest.mark.parametrize("scale", [2, 3, 8])
def test_a_scanner_reads_it(scale):
    assert read(svg_of(CODE, "码"), scale) == CODE


def test_its_title_is_text_and_nothing_else():
    made = svg_of("A", 'a <b> & "c"')
    assert '<title>a &lt;b&gt; &amp; "c"</title>' in made
    assert re.match(r"<svg role=\"img\" aria-label='a &lt;b&gt; &amp; \"c\"' ", made)


def test_what_a_terminal_shows_is_read_by_a_scanner():
    lines = [line.split("m", 1)[1].split("\x1b")[0] for line in terminal_of(SECRET).splitlines()]
    halves = {"█": (0, 0), "▀": (0, 255), "▄": (255, 0), " ": (255, 255)}
    rows = [[halves[mark][half] for mark in line] for line in lines for half in (0, 1)]
    picture = np.kron(np.array(rows, np.uint8), np.ones((4, 4), np.uint8))
    [found] = zxingcpp.read_barcodes(picture)
    assert found.text == SECRET
