"""Where two JSON values differ, and both shown so that the difference is seen. Pure; it knows nothing of events."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

MISSING: Final = object()
"""Stands for the member that one of two objects lacks."""

_WIDTH = 60
"""Characters of a value that are shown."""
_BEFORE = 24
"""Characters of them, at most, before the first that differs where others follow it."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """One place at which two JSON values differ."""

    path: str
    """Keys joined by dots: ``editions.en.summary.text``; empty where the values themselves are no two objects."""
    before: object
    """:data:`MISSING` where it has no such member."""
    after: object


def find_divergences(before: object, after: object, path: str = "") -> Iterator[Divergence]:
    """Give the members in which two values differ: those of ``before`` first, in its order.

    The order of keys counts for nothing, and true is not 1. A list is one value, whole.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            inner = f"{path}.{_printable(key)}" if path else _printable(key)
            yield from find_divergences(before.get(key, MISSING), after.get(key, MISSING), inner)
    elif _written(before) != _written(after):
        yield Divergence(path, before, after)


def show_divergence(divergence: Divergence) -> tuple[str, str]:
    """Write both values as JSON, cut to what is around the first character that differs; or say that one is missing.

    Both are on one line. Where Unicode calls them equivalent, so that they would look the same, they are escaped;
    letters of two scripts that look alike are not.
    """
    values = (divergence.before, divergence.after)
    before, after = _around_difference(*(_printable(_written(value)) for value in values))
    if unicodedata.normalize("NFC", before) != unicodedata.normalize("NFC", after):
        return before, after
    return _around_difference(*(_escaped(_written(value)) for value in values))


def _written(value: object) -> str:
    return "missing" if value is MISSING else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _printable(text: str) -> str:
    """Escape what has no look of its own or changes that of the rest: controls, marks of direction, odd spaces."""
    return "".join(character if character.isprintable() else _escaped(character) for character in text)


def _escaped(text: str) -> str:
    return "".join(
        character if " " <= character <= "~" else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def _around_difference(before: str, after: str) -> tuple[str, str]:
    place = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    start = max(min(place - _BEFORE, max(len(before), len(after)) - _WIDTH), 0)
    return _cut(before, start), _cut(after, start)


def _cut(text: str, start: int) -> str:
    end = start + _WIDTH
    return f"{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}"
