"""A document without its form: its words, and plain text for people who read it in a terminal or a mail.

The rules of plain text stand in ``docs/decisions/plain-text.md``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import groupby

from policy_site.documents.characters import width, without_hidden
from policy_site.documents.numbering import markers
from policy_site.documents.phrasing import Whole, note_number, say
from policy_site.documents.tables import write_table
from policy_site.model import Block, Container, Document

_UNDERLINES = {1: "=", 2: "=", 3: "-"}
_LOWEST_UNDERLINE = "."


def words(document: Document) -> tuple[str, ...]:
    """Return what readers read, title first: the runs of signs between white space, the texts of images included.

    Characters that show nothing are left out; struck words, powers and references to footnotes are told apart.
    """
    told = " ".join((document.title, *(say(block.spans, has_addresses=False) for block in document.blocks)))
    return tuple(unicodedata.normalize("NFC", without_hidden(told)).split())


def wording(document: Document) -> str:
    """Return the SHA-256 of the words: equal where no word was changed, whatever else was."""
    return sha256(" ".join(words(document)).encode()).hexdigest()


def says_nothing(document: Document) -> bool:
    """Say whether a document has no words below its title and headings."""
    return not any(
        any(sign.isalnum() for sign in block.text)
        for block in document.blocks
        if not (block.tag[:1] == "h" and block.tag[1:].isdigit())
    )


def text(document: Document, *, whole: Whole | None = None) -> str:
    """Return the document as plain text, one line a paragraph, addresses in brackets after the words that link.

    ``whole`` makes addresses whole; without it they are told as they stand in the document.
    """
    parts = [f"{document.title}\n{'=' * width(document.title)}"] if document.title else []
    parts += _Writer(document, whole).paragraphs()
    return "\n\n".join(part for part in parts if part) + "\n"


class _Writer:
    def __init__(self, document: Document, whole: Whole | None) -> None:
        self._blocks = document.blocks
        self._whole = whole
        self._markers = _with_notes(markers(self._blocks), self._blocks)
        self._marked: set[int] = set()

    def paragraphs(self) -> Iterator[str]:
        """Yield what stands between two blank lines: a paragraph, a table, a tight list."""
        for _, group in groupby(enumerate(self._blocks), key=_paragraph_key):
            blocks = [block for _, block in group]
            place = _table_place(blocks[0])
            if place is None:
                yield "\n".join(line for block in blocks for line in self._lines(block))
            else:
                first, rest = self._margins(blocks[0].containers[:place])
                yield _within(write_table(blocks, self._say), first, rest)

    def _say(self, block: Block) -> str:
        return say(block.spans, whole=self._whole)

    def _lines(self, block: Block) -> Iterator[str]:
        first, rest = self._margins(block.containers)
        said = self._say(block).rstrip("\n")
        if block.tag[:1] == "h" and block.tag[1:].isdigit():
            said = " ".join(said.split())
            said += f"\n{_UNDERLINES.get(int(block.tag[1]), _LOWEST_UNDERLINE) * width(said)}"
        elif block.tag == "hr":
            if any(_is_footnotes(container) for container in block.containers):
                return  # the notes' numbers set them apart
            said = "* * *"
        yield _within(said, first, rest)

    def _margins(self, containers: tuple[Container, ...]) -> tuple[str, str]:
        """Return what stands before the first line of a block and before its others."""
        first = rest = ""
        is_clause = False
        for container in containers:
            if container.tag == "li":
                sign = self._markers.get(container.ordinal, "-")
                # a clause whose number stands in its words is set off where it belongs to another
                gap = " " * (len(sign) + 1) if sign else "    " if is_clause else ""
                is_clause = not sign
                first += gap if container.ordinal in self._marked or not sign else f"{sign} "
                rest += gap
                self._marked.add(container.ordinal)
            elif container.tag == "blockquote":
                first, rest = f"{first}> ", f"{rest}> "
            elif container.tag == "dd":
                first, rest = f"{first}    ", f"{rest}    "
        return first, rest


def _within(said: str, first: str, rest: str) -> str:
    lines = said.split("\n")
    return "\n".join(f"{first if number == 0 else rest}{line}".rstrip() for number, line in enumerate(lines))


def _with_notes(marks: Mapping[int, str], blocks: tuple[Block, ...]) -> Mapping[int, str]:
    """Return the marks of list entries, those of footnotes being their numbers as the words refer to them."""
    numbers: dict[str, str] = {}
    for block in blocks:
        for name, number in note_number(block.spans):
            numbers.setdefault(name, number)
    entries = {
        container.ordinal: numbers.get(dict(container.attributes).get("id", ""), "")
        for block in blocks
        for container in block.containers
        if container.tag == "li" and any(_is_footnotes(each) for each in block.containers)
    }
    notes = {ordinal: number or marks.get(ordinal, "").rstrip(".") for ordinal, number in entries.items()}
    return {**marks, **{ordinal: f"[{number}]" for ordinal, number in notes.items() if number}}


def _is_footnotes(container: Container) -> bool:
    return container.tag == "div" and dict(container.attributes).get("class") == "footnote"


def _table_place(block: Block) -> int | None:
    return next((index for index, each in enumerate(block.containers) if each.tag == "table"), None)


def _paragraph_key(numbered: tuple[int, Block]) -> tuple[int, int]:
    """Keep the rows of a table and the entries of a tight list together."""
    number, block = numbered
    place = _table_place(block)
    if place is not None:
        return (1, block.containers[place].ordinal)
    outermost = next((each for each in block.containers if each.tag in ("ul", "ol", "dl")), None)
    if outermost is not None and block.tag in ("", "dt"):
        return (2, outermost.ordinal)
    return (0, number)
