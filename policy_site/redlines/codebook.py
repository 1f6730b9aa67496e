"""One character for each distinct token of a comparison, so that no token can be cut."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

_PLACES = tuple(chain(range(0xE000, 0xF900), range(0xF0000, 0xFFFFE), range(0x100000, 0x10FFFE)))
"""Private-use characters, and after them those of planes 1 to 14: enough for a million distinct tokens."""


class Codebook:
    """Gives each distinct token of a comparison one character."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}
        self._keys: dict[str, str] = {}

    def encode(self, keys: Iterable[str]) -> str:
        """Return one character a token."""
        codes = self._codes
        return "".join([codes.get(key) or self._add(key) for key in keys])

    def _add(self, key: str) -> str:
        number = len(self._codes)
        code = chr(_PLACES[number]) if number < len(_PLACES) else chr(0x10000 + number - len(_PLACES))
        self._codes[key] = code
        self._keys[code] = key
        return code

    def keys(self, row: str) -> list[str]:
        """Return the tokens of a row."""
        return [self._keys[code] for code in row]

    def key(self, code: str) -> str:
        """Return the token of a character."""
        return self._keys[code]
