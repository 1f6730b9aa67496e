# ruff: noqa: RUF001 - words of many languages
"""Percentages."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from policy_site.evidence.values import Found, Passage

_AFTER = regex.compile(
    r"[\s\u00a0\u202f]?(?:%|٪|％|‰|per\s?cent\b|percentage\s+points?\b|prozent\p{L}*|pour\s+cent\b|por\s+ciento\b|por\s+cento\b"
    r"|procent\b|proc\.|в процентах|パーセント|بالمئة|بالمائة|في المئة|אחוז\p{L}*)",
    regex.IGNORECASE,
)
_BEFORE = regex.compile(r"(?:%|٪|\byüzde\s|百分之)\s?$", regex.IGNORECASE)


def find_percentages(passage: Passage) -> Iterator[Found]:
    """Find shares of a hundred: ``5 %``."""
    for numeral in passage.numerals:
        after = _AFTER.match(passage.text, numeral.end)
        before = _BEFORE.search(passage.text[max(0, numeral.start - 8) : numeral.start])
        if after or before:
            start = numeral.start - (len(before[0]) if before else 0)
            yield Found(f"{numeral.value} %", start, after.end() if after else numeral.end)
