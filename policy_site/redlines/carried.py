"""Whether a text carries along what another one changed: word by word, in one section of three texts."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from policy_site.model import Document
from policy_site.redlines.tokens import tokenise_once

_LONGEST = 6_000
"""Words from which on only a whole section is compared: no section that people wrote is so long."""


def words_of_section(document: Document, section_id: str) -> tuple[str, ...]:
    """Return the words of a section, its heading's among them; none where the document has no such section."""
    return tuple(
        key
        for section in document.sections
        if section.id == section_id
        for block in section.blocks
        for key in tokenise_once(block.text, is_verbatim=False).keys
    )


def is_carried(base: Sequence[str], changed: Sequence[str], text: Sequence[str]) -> bool:
    """Say whether ``text`` has every change of words that led from ``base`` to ``changed``, whatever else it changes.

    Words that came are there, in their place, and of the words that went none is left in its place.
    """
    if base in (changed, text):
        return False
    if changed == text:
        return True
    if max(len(base), len(changed), len(text)) > _LONGEST:
        return False
    kept = _kept(changed, text)
    left = _kept(base, text)
    for tag, start, end, changed_start, changed_end in _matcher(base, changed).get_opcodes():
        if tag == "equal":
            continue
        if not kept.issuperset(range(changed_start, changed_end)):
            return False
        if not left.isdisjoint(range(start, end)):
            return False
    return True


def _matcher(old: Sequence[str], new: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, old, new, autojunk=False)


def _kept(old: Sequence[str], new: Sequence[str]) -> set[int]:
    """Return the places of the words of ``old`` that stand in ``new``, in the same order."""
    return {block.a + step for block in _matcher(old, new).get_matching_blocks() for step in range(block.size)}
