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
from policy_site.redlines.words import common_prefix, common_suffix

_START = regex.compile(
    r"[ \t]*(?:(?P<item>[-*+]|\d{1,9}[.)])[ \t]|(?P<row>\|)|(?P<fence>```|~~~))|(?P<heading>#{1,6}[ \t])"
)
_FIRST_SIGNS = frozenset("-*+|`~#")
"""What a line that is more than a line of a paragraph begins with, unless with a digit."""
_HEADING = regex.compile(r"#{1,6}[ \t][^\n]*(?:\n\s*\n|\n|$)")
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
    start = _start_of_difference(old, new)
    stop = _length_of_same_end(old[start:], new[start:])
    first = old.rfind("\n#", 0, start + 1) + 1
    last = len(old) - stop if old.startswith("#", len(old) - stop) else old.find("\n#", len(old) - stop) + 1 or len(old)
    if _has_fence(old, first, start) or _has_fence(old, len(old) - stop, last):
        start, stop = first, len(old) - last
    before, after = _whole(old[:first], "before"), _whole(old[last:], "after")
    opening, closing = old[first:start], old[len(old) - stop : last]
    opening_blocks = [(kind, _block(kind, chunk)) for kind, chunk in _heading_and_rest(opening)]
    closing_blocks = [("p", _block("p", closing))] if closing else []
    middles = [
        _take_apart([*opening_blocks, *_blocks(text[start : len(text) - stop]), *closing_blocks]) for text in (old, new)
    ]
    old_document, new_document = (Document("", (*before, *middle, *after)) for middle in middles)
    return SourceRedline(compare(old_document, new_document))


_BLOCK_STARTS = regex.compile(r"\n\n(?=\S)|\n(?=#|[-*] \S|\|)")
"""Where most blocks begin. Where one begins otherwise, more of the text is looked at, and the outcome is the same."""


def _start_of_difference(old: str, new: str) -> int:
    """Return where the last block begins before which both texts are the same."""
    same = old[: common_prefix(old, new)]
    position = len(same)
    while (position := same.rfind("\n", 0, position)) >= 0:
        found = _BLOCK_STARTS.match(same, position)
        if found is not None:
            return found.end()
    return 0


def _length_of_same_end(old: str, new: str) -> int:
    """Return how many characters from the end both texts are the same, from the beginning of a block on."""
    same = common_suffix(old, new)
    found = _BLOCK_STARTS.search(old, len(old) - same)
    return len(old) - found.end() if found is not None else 0


def _has_fence(text: str, start: int, end: int) -> bool:
    """Say whether code may begin or end in a stretch: what follows could not be told from text without it."""
    return text.find("```", start, end) >= 0 or text.find("~~~", start, end) >= 0


def _whole(text: str, name: str) -> tuple[Section, ...]:
    """Return what is the same in both texts as one section of one block."""
    return (Section(name, 0, "", "", (_block("p", text),)),) if text else ()


def _take_apart(kinds_and_blocks: list[tuple[str, Block]]) -> tuple[Section, ...]:
    sections: list[Section] = []
    names: Counter[str] = Counter()
    blocks: list[Block] = []
    for kind, block in kinds_and_blocks:
        if kind == "h" and blocks:
            sections.append(_section(blocks, names))
            blocks = []
        blocks.append(block)
    if blocks:
        sections.append(_section(blocks, names))
    return tuple(sections)


def _heading_and_rest(text: str) -> Iterator[tuple[str, str]]:
    found = _HEADING.match(text)
    if found is not None:
        yield "h", found.group()
    rest = text[found.end() :] if found is not None else text
    if rest:
        yield "p", rest


def _blocks(text: str) -> Iterator[tuple[str, Block]]:
    return ((kind, _block(kind, chunk)) for kind, chunk in _chunks(text))


def _block(kind: str, text: str) -> Block:
    return Block(_TAGS[kind], (), (), (Span(text),))


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
        first = line.lstrip(" \t")[:1]
        found = _START.match(line) if first in _FIRST_SIGNS or first.isdecimal() else None
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
