"""The language that a reader asks for, in regular expressions that every server understands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def patterns_by_preference(ranges: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield patterns to try on ``Accept-Language`` one after the other; the first group of a match is what is wanted.

    One for each tenth of a weight, from ``q=1`` down, so that the order of the header counts only among equals; what is
    refused with ``q=0`` and what the site does not have is passed over.
    """
    wanted = "|".join(pattern for pattern, _ in ranges)
    for weight in (
        r"(?:;\s*q\s*=\s*1(?:\.0*)?\s*)?",
        *(rf";\s*q\s*=\s*0\.{tenth}[0-9]*\s*" for tenth in range(9, 0, -1)),
    ):
        yield rf"(?:^|,)\s*({_without_groups(wanted)})\s*{weight}(?:,|$)"
    yield rf"(?:^|,)\s*({_without_groups(wanted)})\s*;\s*q\s*=\s*0\.0[0-9]?[1-9]\s*(?:,|$)"


def _without_groups(pattern: str) -> str:
    """Return ``pattern`` with groups that are not counted."""
    return pattern.replace("(", "(?:")


def whole(pattern: str) -> str:
    """Return ``pattern`` so that it fits nothing but the whole of a range."""
    return f"^(?:{_without_groups(pattern)})$"
