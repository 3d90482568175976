"""A commune's accent colour, made readable: contrast is computed (WCAG 2.2 §1.4.3), never hoped for."""

from __future__ import annotations

import colorsys
import re
from functools import lru_cache

DEFAULT_ACCENT = "#0b6e5f"
ENOUGH = 4.5
LIGHT_GROUNDS = ("#ffffff", "#fbf8f2", "#f1ebdf")
DARK_GROUNDS = ("#18211e", "#101715", "#1f2a26")
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def is_colour(text: str) -> bool:
    """Whether the text is a colour like #0b6e5f; nothing else ever reaches the style sheet."""
    return _HEX.fullmatch(text) is not None


def _channels(colour: str) -> tuple[float, float, float]:
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _at_lightness(colour: str, lightness: float) -> str:
    hue, _, saturation = colorsys.rgb_to_hls(*_channels(colour))
    return "#" + "".join(f"{round(c * 255):02x}" for c in colorsys.hls_to_rgb(hue, lightness, saturation))


def readable(colour: str, grounds: tuple[str, ...], *, darker: bool) -> str:
    """The colour itself if it stands out from every ground, else the nearest lightness that does."""
    lightness = colorsys.rgb_to_hls(*_channels(colour))[1]
    shade = colour.lower()
    while min(contrast(shade, ground) for ground in grounds) < ENOUGH:
        lightness += -0.01 if darker else 0.01
        if not 0 <= lightness <= 1:
            return "#000000" if darker else "#ffffff"
        shade = _at_lightness(colour, lightness)
    return shade


def is_readable(colour: str) -> bool:
    """Whether a commune may use the colour as it is on light pages (an administrator is told otherwise)."""
    return is_colour(colour) and min(contrast(colour, ground) for ground in LIGHT_GROUNDS) >= ENOUGH


def _variables(accent: str, *, dark: bool) -> str:
    lightness = colorsys.rgb_to_hls(*_channels(accent))[1]
    deep = _at_lightness(accent, min(0.9, lightness + 0.15) if dark else max(0.06, lightness * 0.7))
    on_accent = max(("#ffffff", "#06231d"), key=lambda ink: min(contrast(ink, accent), contrast(ink, deep)))
    return f"--accent:{accent};--accent-deep:{deep};--on-accent:{on_accent}"


@lru_cache(maxsize=256)
def theme_css(accent: str | None) -> str:
    """The style sheet /theme.css: the accent's variables for light and dark."""
    if accent is None or not is_colour(accent) or accent.lower() == DEFAULT_ACCENT:
        return "/* the standard colours */\n"
    light = readable(accent, LIGHT_GROUNDS, darker=True)
    dark = readable(accent, DARK_GROUNDS, darker=False)
    pass_deep = _at_lightness(light, max(0.05, colorsys.rgb_to_hls(*_channels(light))[1] * 0.5))
    return (
        "@layer tokens{"
        f":root{{{_variables(light, dark=False)};--pass-1:{light};--pass-2:{pass_deep}}}"
        f"@media (prefers-color-scheme:dark){{:root{{{_variables(dark, dark=True)}}}}}"
        "}\n"
    )
