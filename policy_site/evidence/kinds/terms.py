"""Defined terms, where they are defined."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from policy_site.evidence.definitions import definitions_in
from policy_site.evidence.folding import fold
from policy_site.evidence.values import Found, Passage


def find_terms(passage: Passage) -> Iterator[Found]:
    """Find the terms that a block defines; what they mean is compared in ``definitions``."""
    if passage.section is None:
        return
    for definition in definitions_in(passage.section, passage.place):
        words = r"\s+".join(map(regex.escape, definition.term.split()))
        found = regex.search(words, passage.text)
        if found:
            yield Found(fold(definition.term).casefold(), found.start(), found.end())
