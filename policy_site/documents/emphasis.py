"""Emphasis by CommonMark's rules for runs of delimiters, and GFM's for words struck out. No library, no HTML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_RUN = re.compile(r"\*+|_+|~+")
_MOST_TILDES = 2


@dataclass(slots=True)
class _Run:
    """A run of one delimiter; what is used up goes from its inner end."""

    sign: str
    start: int
    end: int
    length: int
    """As written."""
    can_open: bool
    can_close: bool
    before: int
    """Index of the run before it that is still in play; -1 for none."""

    @property
    def left(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Edge:
    """Where an element begins or ends."""

    start: int
    end: int
    """Of its delimiter: signs that are not shown."""
    tag: str
    is_opening: bool


def find_edges(text: str) -> list[Edge]:
    """Return the edges of all emphasis in ``text``, in order; they nest. Takes linear time."""
    runs = list(_runs(text))
    edges: list[Edge] = []
    bottoms: dict[tuple[str, bool, int], int] = {}
    top = -1
    for index, run in enumerate(runs):
        run.before = top
        while run.can_close and run.left:
            key = (run.sign, run.can_open, run.length if run.sign == "~" else run.length % 3)
            bottom = bottoms.get(key, -1)
            opener = _opener(runs, run, bottom)
            if opener < 0:
                bottoms[key] = run.before
                break
            edges.extend(_matched(runs[opener], run))
            # what stood between the two stays as it is written
            run.before = opener if runs[opener].left else runs[opener].before
        top = index if run.can_open and run.left else run.before
    return sorted(edges, key=lambda edge: edge.start)


def _opener(runs: list[_Run], run: _Run, bottom: int) -> int:
    index = run.before
    while index > bottom:
        if _fit(runs[index], run):
            return index
        index = runs[index].before
    return -1


def _fit(opener: _Run, closer: _Run) -> bool:
    if opener.sign != closer.sign or not opener.can_open or not opener.left:
        return False
    if opener.sign == "~":
        return opener.length == closer.length
    if opener.can_close or closer.can_open:
        return (opener.length + closer.length) % 3 != 0 or (opener.length % 3 == 0 and closer.length % 3 == 0)
    return True


def _matched(opener: _Run, closer: _Run) -> Iterator[Edge]:
    if closer.sign == "~":
        width, tag = closer.left, "del"
    else:
        width = 2 if opener.left > 1 and closer.left > 1 else 1
        tag = "strong" if width > 1 else "em"
    yield Edge(opener.end - width, opener.end, tag, is_opening=True)
    yield Edge(closer.start, closer.start + width, tag, is_opening=False)
    opener.end -= width
    closer.start += width


def _runs(text: str) -> Iterator[_Run]:
    for found in _RUN.finditer(text):
        before = text[found.start() - 1] if found.start() else " "
        after = text[found.end()] if found.end() < len(text) else " "
        after_space, before_space = _is_space(after), _is_space(before)
        after_sign, before_sign = _is_sign(after), _is_sign(before)
        is_left = not after_space and (not after_sign or before_space or before_sign)
        is_right = not before_space and (not before_sign or after_space or after_sign)
        sign, length = found.group()[0], len(found.group())
        if sign == "~" and length > _MOST_TILDES:
            continue
        if sign == "_":
            can_open = is_left and (not is_right or before_sign)
            can_close = is_right and (not is_left or after_sign)
        else:
            can_open, can_close = is_left, is_right
        yield _Run(sign, found.start(), found.end(), length, can_open, can_close, -1)


def _is_space(sign: str) -> bool:
    return sign.isspace()


def _is_sign(sign: str) -> bool:
    """Say whether a sign is punctuation or a symbol; what stands for an element that was read before is one."""
    return sign in "\x02\x03" or unicodedata.category(sign)[0] in "PS"
