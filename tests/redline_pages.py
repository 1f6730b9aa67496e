"""What a reader of a redline's HTML gets from it, read with an independent HTML5 parser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import html5lib

_BLOCKS = frozenset(
    "h1 h2 h3 h4 h5 h6 p ul ol li dl dt dd table thead tbody tfoot tr td th caption pre blockquote hr div section "
    "aside figure figcaption details summary address".split()
)


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


def parse_strictly(html: str) -> Any:
    """Return the tree of an HTML fragment; raise where it has any parse error."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parseFragment(html)


def _side(root: Any, *, dropped: str, side: str) -> Side:
    words: list[str] = []
    links: list[str] = []
    ids: list[str] = []
    outline: list[tuple[int, str]] = []

    def walk(element: Any, depth: int) -> None:
        inner = depth
        for child in _children(element):
            if isinstance(child, str):
                words.append(child)
                continue
            tag = child.tag
            if dropped == "ins" and child.get("class") == "redline-split":
                _join(words)  # the end of the paragraph before it was added
            if tag == dropped or child.get("data-redline") in ("note", side):
                continue
            if tag not in ("ins", "del") or not dropped:
                if child.get("id") and not child.get("id").startswith("change-"):
                    ids.append(child.get("id"))
                if tag == "a" and child.get("href") is not None:
                    links.append(child.get("href"))
                if tag in _BLOCKS:
                    outline.append((depth, tag))
                    words.append(" ")
                if tag == "br":
                    words.append(" ")
            walk(child, inner + (tag in _BLOCKS))
            if tag in _BLOCKS:
                words.append(" ")

    walk(root, 0)
    return Side(" ".join("".join(words).split()), tuple(links), tuple(ids), tuple(outline))


def _join(words: list[str]) -> None:
    while words and not words[-1].strip():
        words.pop()


def _children(element: Any) -> Iterator[Any]:
    if element.text:
        yield element.text
    for child in element:
        if isinstance(child.tag, str):
            yield child
        if child.tail:
            yield child.tail
