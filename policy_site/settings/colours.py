"""Colours of a brand: whether words in them can be read on the grounds of the site (WCAG 2.2, relative luminance)."""

from __future__ import annotations

import re

GROUNDS = {
    "light": ("#fdfcfa", "#ffffff", "#eef3f8", "#ecf5ee", "#fdf3e1", "#fbecea", "#dcebfa"),
    "dark": ("#16191d", "#1e2227", "#1d2834", "#1b2b21", "#31281a", "#35201e", "#173a5c"),
}
"""What links stand on in ``static/site.css``, in light and in dark."""
READABLE = 4.5
"""The least contrast of links (WCAG 2.2, 1.4.3); the site's own colours have 7 (1.4.6)."""
_EASY = 7.0
_STEPS = 20


def hex_colour(colour: str) -> str:
    """Return a colour as ``#1a2b3c``."""
    if not re.fullmatch(r"#(?:[0-9A-Fa-f]{3}){1,2}", colour):
        raise ValueError(f"{colour!r} is not a colour; write it as '#1a2b3c'")
    digits = colour[1:].lower()
    return "#" + (digits if len(digits) == len("1a2b3c") else "".join(digit * 2 for digit in digits))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable_colour(colour: str, scheme: str) -> str:
    """Return a colour in which links can be read in ``light`` or ``dark``; :class:`ValueError` with its ratio else."""
    colour = hex_colour(colour)
    ratio, ground = min((contrast(colour, ground), ground) for ground in GROUNDS[scheme])
    if ratio < READABLE:
        change = "darker" if scheme == "light" else "lighter"
        raise ValueError(
            f"{colour} has a contrast of {int(ratio * 100) / 100:.2f}:1 with the {scheme} ground {ground}, and links"
            f" need {READABLE}:1; choose a {change} colour"
        )
    return colour


def lightened(colour: str) -> str:
    """Return the first of ever lighter shades of ``colour`` that is easily read on the dark grounds."""
    channels = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    for step in range(_STEPS + 1):
        mixed = [channel + (255 - channel) * step // _STEPS for channel in channels]
        shade = "#" + "".join(f"{channel:02x}" for channel in mixed)
        if min(contrast(shade, ground) for ground in GROUNDS["dark"]) >= _EASY:
            return shade
    return "#ffffff"


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]  # noqa: PLR2004 - the standard's
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
