"""E-mail addresses, written out or behind a link."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

import regex

from policy_site.evidence.linked import linked_words
from policy_site.evidence.values import Found, Passage

_ADDRESS = regex.compile(
    r"(?<![\p{L}\p{N}._%+\-])[\p{L}\p{N}._%+\-]{1,64}+@[\p{L}\p{N}\-]{1,63}+(?:\.[\p{L}\p{N}\-]{1,63}+){1,8}+"
)


def find_emails(passage: Passage) -> Iterator[Found]:
    """Find the addresses that a reader can write to; the words of a link stand for the address behind it."""
    behind: list[tuple[int, int]] = []
    for link in linked_words(passage.spans):
        if link.href.lower().startswith("mailto:"):
            address = unquote(link.href[len("mailto:") :].partition("?")[0])
            behind.append((link.start, link.end))
            yield Found(address.casefold(), link.start, link.end)
    for found in _ADDRESS.finditer(passage.text):
        if not any(start <= found.start() < end for start, end in behind):
            yield Found(found[0].casefold(), found.start(), found.end())
