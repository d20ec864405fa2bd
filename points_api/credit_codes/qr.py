"""A text of digits and capitals as a QR code that any page can show at any size."""

import io
from xml.sax.saxutils import quoteattr

import segno


def svg_of(text: str, title: str) -> str:
    """Return an SVG with a view box and no size of its own; `title` is read out aloud."""
    code = segno.make_qr(text, mode="alphanumeric", error="l")
    out = io.BytesIO()
    code.save(
        out, kind="svg", border=4, xmldecl=False, omitsize=True, title=title,
        svgclass=None, lineclass=None, light="#fff", nl=False,
    )  # fmt: skip
    label = f'<svg role="img" aria-label={quoteattr(title)} '
    return out.getvalue().decode().replace("<svg ", label, 1)
