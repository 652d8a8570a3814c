"""Colours as numbers: hex, OKLab and the contrast that WCAG 2.2 defines.

OKLab (Björn Ottosson, 2020) is used because equal steps in it look equal, so that a colour can be made lighter or
darker until it can be read without changing what it is. ``L`` runs from 0 to 1, chroma from 0 to about 0.37, hue in
degrees.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

Rgb = tuple[float, float, float]
"""Red, green and blue, gamma-encoded, each from 0 to 1."""

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def is_hex(text: str) -> bool:
    """Whether the text is a colour as ``#rrggbb``."""
    return _HEX.fullmatch(text) is not None


def parse_hex(text: str) -> Rgb:
    """The colour of ``#rrggbb``."""
    assert is_hex(text), text
    return int(text[1:3], 16) / 255, int(text[3:5], 16) / 255, int(text[5:7], 16) / 255


def to_hex(rgb: Rgb) -> str:
    """``#rrggbb``, clamped to what a screen has."""
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, part))):02x}" for part in rgb)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _encoded(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)


def luminance(color: str) -> float:
    """The relative luminance of WCAG 2.2."""
    red, green, blue = (_linear(part) for part in parse_hex(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def least_contrast(color: str, backgrounds: Iterable[str]) -> float:
    """The contrast against the background on which it is hardest to see."""
    return min(contrast(color, background) for background in backgrounds)


def to_oklab(color: str) -> tuple[float, float, float]:
    """Lightness and the two colour axes."""
    red, green, blue = (_linear(part) for part in parse_hex(color))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _linear_of_oklab(lightness: float, a: float, b: float) -> Rgb:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def from_oklab(lightness: float, a: float, b: float) -> str:
    """The nearest colour that a screen has, as hex."""
    red, green, blue = (_encoded(max(0.0, part)) for part in _linear_of_oklab(lightness, a, b))
    return to_hex((red, green, blue))


def from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """A colour by lightness, chroma and hue; chroma is lowered until a screen can show it."""
    turn = math.radians(hue)
    low, high = 0.0, chroma
    for _ in range(18):
        parts = _linear_of_oklab(lightness, high * math.cos(turn), high * math.sin(turn))
        if all(-1e-4 <= part <= 1 + 1e-4 for part in parts):
            break
        middle = (low + high) / 2
        parts = _linear_of_oklab(lightness, middle * math.cos(turn), middle * math.sin(turn))
        if all(-1e-4 <= part <= 1 + 1e-4 for part in parts):
            low = middle
            if high - low < 1e-3:
                high = low
        else:
            high = middle
    return from_oklab(lightness, high * math.cos(turn), high * math.sin(turn))


def mix(first: str, second: str, amount: float) -> str:
    """``amount`` of the second in the first, in OKLab."""
    one, two = to_oklab(first), to_oklab(second)
    lightness, a, b = (x + (y - x) * amount for x, y in zip(one, two, strict=True))
    return from_oklab(lightness, a, b)
