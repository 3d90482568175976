"""QR codes drawn as inline SVG."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_svg(text: str, label: str = "") -> Markup:
    """A QR code of the text, dark on transparent, scaled by CSS; ``label`` names it for screen readers."""
    code = segno.make(text, error="m", micro=False)
    drawing = code.svg_inline(omitsize=True, border=2, dark="#063f37", svgclass="qr-code", lineclass=None)
    role = Markup(' role="img" aria-label="{}"').format(label) if label else Markup(' aria-hidden="true"')
    return Markup(drawing.replace("<svg", "<svg" + str(role), 1))  # noqa: S704  # segno's SVG and an escaped label
