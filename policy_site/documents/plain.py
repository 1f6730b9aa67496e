"""A document without its form: its words, and plain text for people who read it in a terminal or a mail."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby

from policy_site.model import Block, Container, Document, Span

_UNDERLINES = {1: "=", 2: "=", 3: "-"}


def words(document: Document) -> tuple[str, ...]:
    """Return what readers read, title first: the runs of signs between white space, the texts of images included."""
    return tuple(unicodedata.normalize("NFC", " ".join((document.title, *_block_words(document.blocks)))).split())


def wording(document: Document) -> str:
    """Return the SHA-256 of the words: equal where no word was changed, whatever else was."""
    return sha256(" ".join(words(document)).encode()).hexdigest()


def text(document: Document) -> str:
    """Return the document as plain text, one line a paragraph, addresses in brackets after the words that link."""
    parts = [f"{document.title}\n{'=' * _width(document.title)}"] if document.title else []
    for _, rows in groupby(enumerate(document.blocks), key=_paragraph_key):
        parts.append("\n".join(_lines([block for _, block in rows])))
    return "\n\n".join(part for part in parts if part) + "\n"


def _block_words(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        yield "".join(span.text or _alternative(span) for span in block.spans)


def _alternative(span: Span) -> str:
    return dict(span.marks[-1].attributes).get("alt", "") if span.marks and span.marks[-1].tag == "img" else ""


def _paragraph_key(numbered: tuple[int, Block]) -> tuple[int, int]:
    """Keep the rows of a table and the entries of a tight list together."""
    number, block = numbered
    for container in block.containers:
        if container.tag == "table":
            return (1, container.ordinal)
    outermost = next((each for each in block.containers if each.tag in ("ul", "ol", "dl")), None)
    if outermost is not None and block.tag in ("", "dt"):
        return (2, outermost.ordinal)
    return (0, number)


def _lines(blocks: list[Block]) -> Iterator[str]:
    marked: set[int] = set()
    counts: dict[int, int] = {}
    for row, cells in groupby(blocks, key=_row):
        cell_blocks = list(cells)
        if row is not None:
            yield " | ".join(_inline(block.spans) for block in cell_blocks)
            continue
        for block in cell_blocks:
            yield from _block_lines(block, marked, counts)


def _row(block: Block) -> int | None:
    return next((container.ordinal for container in block.containers if container.tag == "tr"), None)


def _block_lines(block: Block, marked: set[int], counts: dict[int, int]) -> Iterator[str]:
    words_of_block = _inline(block.spans)
    if block.tag[:1] == "h" and block.tag[1:].isdigit():
        level = int(block.tag[1])
        yield words_of_block
        if level in _UNDERLINES:
            yield _UNDERLINES[level] * _width(words_of_block)
        return
    if block.tag == "hr":
        yield "* * *"
        return
    first, rest = _margins(block.containers, marked, counts)
    for number, line in enumerate(words_of_block.rstrip("\n").split("\n")):
        yield f"{first if number == 0 else rest}{line}".rstrip()


def _margins(containers: tuple[Container, ...], marked: set[int], counts: dict[int, int]) -> tuple[str, str]:
    """Return what stands before the first line of a block and before its others."""
    first = rest = ""
    around: Container | None = None
    for container in containers:
        if container.tag == "li":
            sign = "-"
            if around is not None and around.tag == "ol":
                if container.ordinal not in marked:
                    counts[around.ordinal] = counts.get(around.ordinal, _start(around) - 1) + 1
                sign = f"{counts.get(around.ordinal, 1)}."
            is_new = container.ordinal not in marked
            marked.add(container.ordinal)
            first += f"{sign} " if is_new else " " * (len(sign) + 1)
            rest += " " * (len(sign) + 1)
        elif container.tag == "blockquote":
            first, rest = f"{first}> ", f"{rest}> "
        elif container.tag == "dd":
            first, rest = f"{first}    ", f"{rest}    "
        around = container
    return first, rest


def _start(container: Container) -> int:
    start = dict(container.attributes).get("start", "1")
    return int(start) if start.isascii() and start.isdigit() and len(start) < 10 else 1  # noqa: PLR2004


def _inline(spans: tuple[Span, ...]) -> str:
    parts: list[str] = []
    address, shown = "", ""
    for span in spans:
        target = next((dict(mark.attributes).get("href", "") for mark in span.marks if mark.tag == "a"), "")
        if target != address:
            parts.append(_told_address(address, shown))
            address, shown = target, ""
        is_break = not span.text and bool(span.marks) and span.marks[-1].tag == "br"
        piece = "\n" if is_break else span.text or _alternative(span)
        if parts and parts[-1] == "\n":
            piece = piece.removeprefix(" ")
        parts.append(piece)
        shown += piece
    parts.append(_told_address(address, shown))
    return "".join(parts)


def _told_address(address: str, shown: str) -> str:
    """Say an address after the words that link to it, unless it stays on the page or the words are the address."""
    bare = address.removeprefix("mailto:").removeprefix("tel:")
    if not address or address.startswith("#") or shown.strip() in (address, bare):
        return ""
    return f" ({bare})"


def _width(line: str) -> int:
    """Count the columns of a line: East Asian signs take two, combining ones none."""
    return sum(
        2 if unicodedata.east_asian_width(sign) in "WF" else 0 if unicodedata.combining(sign) else 1 for sign in line
    )
