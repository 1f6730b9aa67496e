"""What a reader of a redline's HTML gets from it, read with an independent HTML5 parser."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import html5lib

from policy_site.documents import emit
from policy_site.model import Block

_BLOCK_NAMES = """
h1 h2 h3 h4 h5 h6 p ul ol li dl dt dd table thead tbody tfoot tr td th caption pre blockquote hr div section
aside figure figcaption details summary address
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())


_END = "\x01"
"""Stands where a block begins or ends."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two texts as it stands in the HTML."""

    text: str
    """White space folded."""
    links: tuple[str, ...]
    ids: tuple[str, ...]
    outline: tuple[tuple[int, str], ...]
    """Depth among blocks, and tag, of each block."""


@dataclass(frozen=True, slots=True)
class Page:
    """A redline's HTML, read."""

    old: Side
    new: Side
    repeated_ids: tuple[str, ...]
    dangling: tuple[str, ...]
    """Links to changes that are not there."""


def read_page(html: str) -> Page:
    """Parse ``html`` strictly, so that a parse error is raised, and take both sides from it."""
    root = parse_strictly(html)
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    targets = {
        element.get("href")[1:] for element in root.iter("a") if (element.get("href") or "").startswith("#change-")
    }
    return Page(
        old=_side(root, dropped="ins", side="new"),
        new=_side(root, dropped="del", side="old"),
        repeated_ids=tuple(name for name, count in ids.items() if count > 1),
        dangling=tuple(sorted(targets - set(ids))),
    )


def read_side(html: str) -> Side:
    """Read HTML that is no redline."""
    return _side(parse_strictly(html), dropped="", side="")


def side_of_blocks(blocks: Iterable[Block]) -> Side:
    """Return what the HTML of blocks holds, without a redline: signs that HTML cannot carry are replaced."""
    return read_side(_FORBIDDEN.sub("\ufffd", _SPACES.sub(" ", emit(blocks))))


_SPACES = re.compile(r"\r\n?|[\x0b\x1c-\x1f\x85]")
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr((plane << 16) + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)


def parse_strictly(html: str) -> Any:
    """Return the tree of an HTML fragment; raise where it has any parse error."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parseFragment(html)


def _side(root: Any, *, dropped: str, side: str) -> Side:
    return _Reader(dropped=dropped, side=side).read(root)


class _Reader:
    """Takes one side from a page; with ``dropped`` empty the page is no redline."""

    def __init__(self, *, dropped: str, side: str) -> None:
        self._dropped, self._side = dropped, side
        self._words: list[str] = []
        self._links: list[str] = []
        self._ids: list[str] = []
        self._outline: list[tuple[int, str]] = []

    def read(self, root: Any) -> Side:
        self._walk(root, 0)
        text = "".join(self._words).replace(_END, " ")
        return Side(" ".join(text.split()), tuple(self._links), tuple(self._ids), tuple(self._outline))

    def _walk(self, element: Any, depth: int) -> None:
        for child in _children(element):
            if isinstance(child, str):
                self._words.append(child)
            elif not self._is_dropped(child):
                self._read_element(child, depth)

    def _is_dropped(self, element: Any) -> bool:
        if self._dropped == "ins" and element.get("class") == "redline-split":
            while self._words and self._words[-1] in (_END, "\n"):  # the end of the paragraph before it was added
                self._words.pop()
        return element.tag == self._dropped or element.get("data-redline") in ("note", self._side)

    def _read_element(self, element: Any, depth: int) -> None:
        is_block = element.tag in _BLOCKS
        if element.tag not in ("ins", "del") or not self._dropped:
            self._ids.extend([own] if (own := element.get("id")) and not own.startswith("change-") else [])
            self._links.extend([element.get("href")] if element.tag == "a" and element.get("href") is not None else [])
            self._outline.extend([(depth, element.tag)] if is_block else [])
        self._words.extend([_END] if is_block else [" "] if element.tag == "br" else [])
        self._walk(element, depth + is_block)
        self._words.extend([_END] if is_block else [])


def _children(element: Any) -> Iterator[Any]:
    if element.text:
        yield element.text
    for child in element:
        if isinstance(child.tag, str):
            yield child
        if child.tail:
            yield child.tail
