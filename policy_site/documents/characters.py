"""Characters that show nothing, and how wide the others are."""

from __future__ import annotations

import re
import unicodedata

SHOWS_NOTHING = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2060\u2061-\u2064\u202a-\u202e\u2066-\u2069\ufeff]")
"""Soft hyphens, zero-width spaces and joints of words, marks of direction: another word they do not make. The joiners
U+200C and U+200D are not among them: in Persian and Hindi, and in emoji, they are seen."""
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""What turns the direction of the words after it, so that they can read otherwise than they are written."""


def without_hidden(text: str) -> str:
    """Return a text without characters that show nothing."""
    return text if text.isascii() else SHOWS_NOTHING.sub("", text)


def width(line: str) -> int:
    """Count the columns of a line: East Asian signs take two, combining ones none."""
    return sum(
        2 if unicodedata.east_asian_width(sign) in "WF" else 0 if unicodedata.combining(sign) else 1
        for sign in without_hidden(line)
    )
