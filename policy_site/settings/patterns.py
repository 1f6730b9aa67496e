"""Regular expressions that the operator writes: they compile, and stay small."""

from __future__ import annotations

import re

import regex

_LARGEST_PATTERN = 10_000
"""Signs of a pattern, each repetition written out: compiled, a million of them take 300 MB."""
_PART = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(?P<least>\d*),?(?P<most>\d*)\}|.", re.DOTALL)
"""Of a pattern: a sign, a class of signs, or how often what stands before it is repeated."""


def _written_out(pattern: str) -> int:
    """Return how many signs a pattern has when each of its repetitions is written out."""
    groups = [(0, 0)]  # of each group that is open: its signs up to the last part, and those of the last part
    for part in _PART.finditer(pattern):
        before, last = groups[-1]
        if part[0] == "(":
            groups.append((0, 0))
        elif part[0] == ")" and len(groups) > 1:
            groups.pop()
            outer, sibling = groups[-1]
            groups[-1] = (outer + sibling, before + last)
        elif part["least"] or part["most"]:
            groups[-1] = (before, last * max(1, *(int(times.lstrip("0")[:10] or 0) for times in part.group(1, 2))))
        else:
            groups[-1] = (before + last, 1)
    return sum(before + last for before, last in groups)


def compilable_pattern(pattern: str) -> str:
    """Return a regular expression that finds a date, compiles and stays small."""
    groups = _groups_of(pattern)
    if "date" not in groups and not {"year", "month", "day"} <= groups:
        msg = "a date pattern names the group 'date' (2026-05-04), or the groups 'year', 'month' and 'day'"
        raise ValueError(msg)
    return pattern


def label_pattern(pattern: str) -> str:
    """Return a regular expression that finds a label."""
    if "label" not in _groups_of(pattern):
        raise ValueError(f"{pattern[:200]!r} has no group 'label': write (?P<label>…) around what names the version")
    return pattern


def plain_pattern(pattern: str) -> str:
    """Return a regular expression that finds anything, compiles and stays small."""
    _groups_of(pattern)
    return pattern


def _groups_of(pattern: str) -> set[str]:
    if len(pattern) > _LARGEST_PATTERN or _written_out(pattern) > _LARGEST_PATTERN:
        msg = (
            f"{pattern[:200]!r} is too large: with each repetition written out, it may have {_LARGEST_PATTERN:,} signs"
        )
        raise ValueError(msg)
    try:
        return set(regex.compile(pattern).groupindex)
    except (regex.error, RecursionError, MemoryError) as error:
        msg = f"{pattern[:200]!r} is not a regular expression: {error}"
        raise ValueError(msg) from error
