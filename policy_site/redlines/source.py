"""Two texts compared as they are written, for audit: the same core on the blocks of Markdown, byte for byte.

Nothing is rendered. Every character of a file belongs to one block, white space and line ends included, so that both
files come back exactly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import regex

from policy_site.model import Block, Document, Section, Span
from policy_site.redlines.compare import compare
from policy_site.redlines.tree import Redline

_START = regex.compile(
    r"[ \t]*(?:(?P<item>[-*+]|\d{1,9}[.)])[ \t]|(?P<row>\|)|(?P<fence>```|~~~))|(?P<heading>#{1,6}[ \t])"
)
_OWN_ID = regex.compile(r"\{[^{}]*#([^\s{}]+)[^{}]*\}")


@dataclass(frozen=True, slots=True)
class SourceRedline:
    """The comparison of two Markdown files."""

    redline: Redline

    @property
    def is_empty(self) -> bool:
        """Whether only white space differs, or nothing."""
        return self.redline.is_empty

    @property
    def words_added(self) -> int:
        """Words that only the new file has."""
        return self.redline.words_added

    @property
    def words_deleted(self) -> int:
        """Words that only the old file had."""
        return self.redline.words_deleted

    def old_text(self) -> str:
        """Return the old file, character for character."""
        return "".join(self.redline.old_texts())

    def new_text(self) -> str:
        """Return the new file, character for character."""
        return "".join(self.redline.new_texts())


def compare_sources(old: str, new: str) -> SourceRedline:
    """Compare two Markdown texts block by block, then word by word. Never fails, and gives back both exactly."""
    start = _end_of_same_sections(old, new)
    stop = _start_of_same_sections(old[start:], new[start:])
    before, after = _whole(old[:start], "before"), _whole(old[len(old) - stop :], "after")
    middles = [_take_apart(text[start : len(text) - stop]) for text in (old, new)]
    old_document, new_document = (Document("", (*before, *middle, *after)) for middle in middles)
    return SourceRedline(compare(old_document, new_document))


def _end_of_same_sections(old: str, new: str) -> int:
    """Return where the last heading stands before which both texts are the same."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return old.rfind("\n#", 0, low) + 1


def _start_of_same_sections(old: str, new: str) -> int:
    """Return how many characters from the end both texts are the same, from a heading on."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]:
            low = middle
        else:
            high = middle - 1
    place = old.find("\n#", len(old) - low)
    return len(old) - place - 1 if place >= 0 else 0


def _whole(text: str, name: str) -> tuple[Section, ...]:
    """Return what is the same in both texts as one section of one block."""
    return (Section(name, 0, "", "", (Block("p", (), (), (Span(text),)),)),) if text else ()


def _take_apart(text: str) -> tuple[Section, ...]:
    sections: list[Section] = []
    names: Counter[str] = Counter()
    blocks: list[Block] = []
    for kind, chunk in _chunks(text):
        if kind == "h" and blocks:
            sections.append(_section(blocks, names))
            blocks = []
        blocks.append(Block(_TAGS[kind], (), (), (Span(chunk),)))
    if blocks:
        sections.append(_section(blocks, names))
    return tuple(sections)


_TAGS = {"h": "h2", "i": "dd", "r": "td", "p": "p"}


def _section(blocks: list[Block], names: Counter[str]) -> Section:
    if blocks[0].tag != "h2":
        return Section("preamble", 0, "", "", tuple(blocks))
    line = blocks[0].text.strip()
    heading = line.lstrip("#").strip()
    own = _OWN_ID.search(heading)
    name = own.group(1) if own else heading.casefold()
    names[name] += 1
    identifier = name if names[name] == 1 else f"{name}-{names[name]}"
    return Section(identifier, len(line) - len(line.lstrip("#")), heading, "", tuple(blocks))


def _chunks(text: str) -> Iterator[tuple[str, str]]:
    """Yield the blocks of a text with their kinds; blank lines go with the block before them."""
    kind, start, position = "p", 0, 0
    is_blank = is_fenced = False
    for line in text.splitlines(keepends=True):
        found = _START.match(line)
        is_boundary = found is not None and not is_fenced and not found.group("fence")
        if found is not None and found.group("fence"):
            is_boundary = not is_fenced
            is_fenced = not is_fenced
        blank = not line.strip()
        if position > start and not blank and (is_boundary or (is_blank and not is_fenced) or kind == "h"):
            yield kind, text[start:position]
            start, kind = position, "p"
        if position == start and found is not None:
            kind = "h" if found.group("heading") else "i" if found.group("item") else "r" if found.group("row") else "p"
        is_blank = blank
        position += len(line)
    if position > start:
        yield kind, text[start:position]
