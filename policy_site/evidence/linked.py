"""The words of a block that link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from policy_site.model import Span


@dataclass(frozen=True, slots=True)
class Linked:
    """Words with the address that they lead to."""

    href: str
    start: int
    end: int


def linked_words(spans: Sequence[Span]) -> Iterator[Linked]:
    """Yield each link of a block, its words in one piece whatever marks stand in it."""
    position = 0
    for href, run in groupby(spans, key=_address):
        length = sum(len(span.text) for span in run)
        if href and length:
            yield Linked(href, position, position + length)
        position += length


def _address(span: Span) -> str:
    return next(
        (value for mark in span.marks if mark.tag == "a" for name, value in mark.attributes if name == "href"), ""
    )
