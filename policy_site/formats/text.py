"""``index.txt``: a text for terminals, mail and comparison; one line for each paragraph, no wrapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from policy_site.formats.characters import clean_line, clean_text
from policy_site.formats.values import EditionPage, Links
from policy_site.model import Block, Container, Document, Span

_UNDERLINES = {"h1": "=", "h2": "=", "h3": "-"}
_CELLS = ("td", "th")


def write_text(page: EditionPage, _links: Links) -> bytes:
    """Write a version in a language: title, facts, then the words."""
    title = clean_line(page.edition.title if page.edition else "") or page.policy.id
    facts = "\n".join(f"{clean_line(name)}: {clean_line(value)}" for name, value in page.facts)
    body = document_text(page.document) if page.document else ""
    parts = [f"{title}\n{'=' * min(len(title), 72)}", facts, body]
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def document_text(document: Document) -> str:
    """Return the words of a document as plain text, with the marks that its structure needs."""
    numbers: dict[int, int] = {}
    seen: set[int] = set()
    parts: list[str] = []
    for row, blocks in groupby(document.blocks, key=_row):
        if row is None:
            parts += [_block_text(block, numbers, seen) for block in blocks]
        else:
            parts.append(" | ".join(clean_line(span_text(block.spans)) for block in blocks))
    return "\n\n".join(part for part in parts if part.strip())


def span_text(spans: Iterable[Span]) -> str:
    """Return words with their line breaks, and the address behind each link that does not show it."""
    return clean_text("".join(_pieces(spans)))


def _pieces(spans: Iterable[Span]) -> Iterator[str]:
    for href, run in groupby(spans, key=_href):
        words = "".join(_words(span) for span in run)
        yield words
        if href and words.strip() and words.strip() not in (href, href.removeprefix("mailto:")):
            yield f" <{href}>"


def _words(span: Span) -> str:
    innermost = span.marks[-1] if span.marks else None
    if innermost and not span.text:
        return "\n" if innermost.tag == "br" else dict(innermost.attributes).get("alt", "")
    return span.text


def _href(span: Span) -> str:
    """Return the whole address that words link to; anchors and addresses within the site say nothing on paper."""
    for mark in span.marks:
        address = dict(mark.attributes).get("href", "") if mark.tag == "a" else ""
        if address.startswith(("https://", "http://", "mailto:")):
            return address
    return ""


def _row(block: Block) -> int | None:
    """Return what names the table row that a block is in, if it is in one."""
    if block.tag not in _CELLS and not any(container.tag in _CELLS for container in block.containers):
        return None
    return next((container.ordinal for container in reversed(block.containers) if container.tag == "tr"), None)


def _block_text(block: Block, numbers: dict[int, int], seen: set[int]) -> str:
    if block.tag == "hr":
        return "* * *"
    text = span_text(block.spans)
    if block.tag == "pre":
        lines = [f"    {line}" for line in text.strip("\n").split("\n")]
    else:
        lines = [" ".join(line.split()) for line in text.split("\n")] if _has_breaks(block) else [clean_line(text)]
    if block.tag in _UNDERLINES:
        lines.append(_UNDERLINES[block.tag] * min(len(lines[0]), 72))
    first, following = _margins(block.containers, numbers, seen)
    return "\n".join(f"{following if number else first}{line}".rstrip() for number, line in enumerate(lines))


def _has_breaks(block: Block) -> bool:
    return any(mark.tag == "br" for span in block.spans for mark in span.marks)


def _margins(containers: tuple[Container, ...], numbers: dict[int, int], seen: set[int]) -> tuple[str, str]:
    """Return what stands before a block's first line and before its others: quotes, bullets, numbers."""
    first = following = ""
    enclosing = None
    for container in containers:
        if container.tag in ("blockquote", "dd"):
            margin = "> " if container.tag == "blockquote" else "    "
            first, following = first + margin, following + margin
        elif container.tag == "li":
            sign = _sign(enclosing, numbers, is_new=container.ordinal not in seen)
            first += sign if container.ordinal not in seen else " " * len(sign)
            following += " " * len(sign)
            seen.add(container.ordinal)
        enclosing = container
    return first, following


def _sign(enclosing: Container | None, numbers: dict[int, int], *, is_new: bool) -> str:
    if enclosing is None or enclosing.tag != "ol":
        return "- "
    start = dict(enclosing.attributes).get("start", "1")
    before = numbers.get(enclosing.ordinal, (int(start) if start.isascii() and start.isdigit() else 1) - 1)
    numbers[enclosing.ordinal] = before + 1 if is_new else before
    return f"{numbers[enclosing.ordinal]}. "
