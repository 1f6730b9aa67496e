"""Two made-up languages for the preview: they show what is not translated, and what breaks.

``en-XA`` is English with accents, longer by two fifths and in brackets; ``ar-XB`` is English that runs from right to
left. Both are made from a phrase alone, so every phrase has them at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import cycle
from types import MappingProxyType

from babel.support import NullTranslations

from policy_site.model import LONG_PSEUDO_LANGUAGE, MIRRORED_PSEUDO_LANGUAGE

_ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "áƀçđéƒğĥíĵķļɱñöþǫŕšţûṽŵẋýžÅßÇĐÉƑĞĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ",
)
_PADDING = ("ôñé", "ţŵö", "ţĥŕéé", "ƒöûŕ", "ƒíṽé", "šíẋ", "šéṽéñ", "éíğĥţ")
_GROWTH = 0.4
_PLACE = re.compile(r"(%\(\w+\)s|%%)")
_RIGHT_TO_LEFT, _END = "\u202e", "\u202c"


def lengthen(phrase: str) -> str:
    """Return ``phrase`` with accents, about two fifths longer, in brackets; its places for values are kept."""
    if not phrase.strip():
        return phrase
    parts = _PLACE.split(phrase)
    written = "".join(part if place % 2 else part.translate(_ACCENTED) for place, part in enumerate(parts))
    wanted = round(sum(len(part) for part in parts[::2]) * _GROWTH)
    words = cycle(_PADDING)
    padding = ""
    while len(padding) < wanted:
        padding += f" {next(words)}"
    return f"[{written}{padding}]"


def mirror(phrase: str) -> str:
    """Return ``phrase`` with each word turned round; its places for values are kept."""
    parts = _PLACE.split(phrase)
    return "".join(
        part if place % 2 else re.sub(r"[^\W\d_]+", lambda word: f"{_RIGHT_TO_LEFT}{word[0]}{_END}", part)
        for place, part in enumerate(parts)
    )


WRITERS = MappingProxyType({LONG_PSEUDO_LANGUAGE: lengthen, MIRRORED_PSEUDO_LANGUAGE: mirror})
NAMES = MappingProxyType({LONG_PSEUDO_LANGUAGE: lengthen("Longer"), MIRRORED_PSEUDO_LANGUAGE: mirror("Right to left")})
"""What the two are called in themselves."""


class PseudoCatalogue(NullTranslations):
    """Every phrase, written by one of :data:`WRITERS`."""

    def __init__(self, write: Callable[[str], str]) -> None:
        super().__init__()
        self.write = write

    def ugettext(self, message: str) -> str:
        """Return ``message`` in the made-up language."""
        return self.write(message)

    def ungettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the English form for ``n`` in the made-up language."""
        return self.write(msgid1 if n == 1 else msgid2)
