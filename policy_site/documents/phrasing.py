"""The words of a block as plain text: what looks otherwise than it is spelt keeps its meaning.

Struck words stand between tildes, ``~~10~~ 12``; a footnote's number in brackets apart from the word before it,
``30 [1] days``; powers after a caret, ``10^-3``, while ``CO2`` and ``1st`` are what people write anyway. What a link
leads to follows in parentheses. See ``docs/decisions/plain-text.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from policy_site.model import Mark, Span

Whole = Callable[[str], str]
"""Makes an address whole: readers of plain text stand on no page from which a part of one could lead."""

_STRUCK = frozenset({"del", "s"})
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|re|ème|e|o|a|º|ª)\.?", re.IGNORECASE)
_SIMPLE = re.compile(r"[-+\u2212\u2013]?\w+")


class _Kind(Enum):
    WORDS = auto()
    ABOVE = auto()
    BELOW = auto()
    NOTE = auto()
    SIGN = auto()
    """Set by this module: tildes, quotation marks, addresses."""


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: _Kind
    text: str


def say(spans: Sequence[Span], *, whole: Whole | None = None, has_addresses: bool = True) -> str:
    """Return the words of a block; ``has_addresses``: with what their links lead to, made whole by ``whole``."""
    if not any(span.marks for span in spans):
        return "".join(span.text for span in spans)
    pieces = list(_pieces(spans, whole or str, has_addresses=has_addresses))
    followings: list[str] = []
    following = ""
    for piece in reversed(pieces):
        followings.append(following)
        following = piece.text if piece.text and piece.kind is not _Kind.SIGN else following
    said: list[str] = []
    before = ""
    for piece in pieces:
        told = _said(piece, before, followings.pop())
        said.append(told)
        before = told or before
    return "".join(said)


def note_number(spans: Sequence[Span]) -> Iterator[tuple[str, str]]:
    """Yield each reference to a footnote: the note's id, and its number as it is shown."""
    for span in spans:
        target = _note(span)
        if target and span.text:
            yield target.removeprefix("#"), _digits(span.text)


def is_note_reference(span: Span) -> bool:
    """Say whether a span is the number that refers to a footnote."""
    return bool(span.text and _note(span))


def is_back_reference(span: Span) -> bool:
    """Say whether a span only leads from a footnote back to the words."""
    return any(mark.tag == "a" and _is_back(dict(mark.attributes)) for mark in span.marks)


def _is_back(attributes: dict[str, str]) -> bool:
    return "footnote-backref" in attributes.get("class", "").split() or attributes.get("href", "").startswith("#fnref")


def _note(span: Span) -> str:
    """Return where a reference to a footnote leads; empty for other words."""
    for mark in span.marks:
        attributes = dict(mark.attributes)
        href = attributes.get("href", "")
        is_reference = "footnote-ref" in attributes.get("class", "").split()
        is_raised = any(other.tag == "sup" for other in span.marks)
        if mark.tag == "a" and (is_reference or (is_raised and re.match(r"#fn[^r]", href))):
            return href[href.find("#") :] if "#" in href else href
    return ""


def _digits(text: str) -> str:
    return text.strip().removeprefix("[").removesuffix("]")


def _pieces(spans: Sequence[Span], whole: Whole, *, has_addresses: bool) -> Iterator[_Piece]:
    address, shown, is_struck, quotes = "", "", False, 0
    for span in spans:
        if is_back_reference(span):
            continue
        note = _note(span)
        target = "" if note else _target(span)
        struck = any(mark.tag in _STRUCK for mark in span.marks)
        quoted = sum(mark.tag == "q" for mark in span.marks)
        if (target, struck) != (address, is_struck):
            if has_addresses and target != address:
                yield _Piece(_Kind.SIGN, _told_address(address, shown, whole))
                shown = ""
            if struck != is_struck:
                yield _Piece(_Kind.SIGN, "~~")
            address, is_struck = target, struck
        if quoted != quotes:
            yield _Piece(_Kind.SIGN, "”" * (quotes - quoted) or "“" * (quoted - quotes))
            quotes = quoted
        piece = _piece(span, is_note=bool(note))
        shown += piece.text
        yield piece
    if has_addresses:
        yield _Piece(_Kind.SIGN, _told_address(address, shown, whole))
    yield _Piece(_Kind.SIGN, "~~" if is_struck else "")
    yield _Piece(_Kind.SIGN, "”" * quotes)


def _piece(span: Span, *, is_note: bool) -> _Piece:
    tags = {mark.tag for mark in span.marks}
    if not span.text:
        last = span.marks[-1]
        return _Piece(_Kind.WORDS, "\n" if last.tag == "br" else _alternative(last))
    if is_note:
        return _Piece(_Kind.NOTE, _digits(span.text))
    kind = _Kind.ABOVE if "sup" in tags else _Kind.BELOW if "sub" in tags else _Kind.WORDS
    return _Piece(kind, span.text)


def _alternative(mark: Mark) -> str:
    return dict(mark.attributes).get("alt", "") if mark.tag == "img" else ""


def _target(span: Span) -> str:
    return next((dict(mark.attributes).get("href", "") for mark in span.marks if mark.tag == "a"), "")


def _said(piece: _Piece, before: str, following: str) -> str:
    text = piece.text
    if piece.kind is _Kind.NOTE:
        gap = " " if before and not before[-1].isspace() else ""
        return f"{gap}[{text}]{' ' if following[:1].isalnum() else ''}"
    if piece.kind is _Kind.WORDS and before.endswith("\n"):
        return text.removeprefix(" ")
    if piece.kind not in (_Kind.ABOVE, _Kind.BELOW) or not text.strip():
        return text
    inner = text.strip()
    last = before[-1:]
    if piece.kind is _Kind.ABOVE and last.isdigit() and _ORDINAL.fullmatch(inner):
        return text
    if piece.kind is _Kind.BELOW and last.isalpha() and inner.isdigit() and not following[:1].isdigit():
        return text
    is_simple = bool(_SIMPLE.fullmatch(inner)) and not following[:1].isalnum()
    sign = "^" if piece.kind is _Kind.ABOVE else "_"
    return f"{sign}{inner}" if is_simple else f"{sign}({inner})"


def _told_address(address: str, shown: str, whole: Whole) -> str:
    """Say an address after the words that link to it, unless it stays on the page or the words are the address."""
    if not address or address.startswith("#"):
        return ""
    told = whole(address)
    bare = told.removeprefix("mailto:")
    return "" if shown.strip() in (address, told, bare) else f" ({bare})"
