"""Numbers that nothing else took: neither part of a date nor of a period, an amount or a reference."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.evidence.values import Found, Passage


def find_numbers(passage: Passage) -> Iterator[Found]:
    """Find numbers in digits."""
    for numeral in passage.numerals:
        if not numeral.is_word:
            yield Found(numeral.value, numeral.start, numeral.end)
