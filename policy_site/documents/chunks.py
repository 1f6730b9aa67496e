"""A text split at its headings, so that revisions share what they have in common.

A split is made only where a reader begins anew anyway; where that is in doubt the chunk is just larger.
All this runs outside the processes with a deadline, so whatever an author writes, it takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

GITHUB = ("github",)
"""Stands in the place of extensions where texts are read as a forge reads them."""
PREVIEW = ("preview",)
"""The same for what is published to be compared with: a forge's reading, in one piece, clauses as it shows them."""
_BLOCK_ELEMENTS = (
    "address|article|aside|blockquote|body|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]"
    "|head|header|hgroup|html|legend|li|main|math|menu|nav|object|ol|p|pre|section|select|summary|svg|table|tbody|td"
    "|tfoot|th|thead|tr|ul|video|audio|canvas"
)
_TAG = re.compile(rf"<(/?)({_BLOCK_ELEMENTS})(?=[\s/>])[^<>]*>", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r"#{1,6}")
_SETEXT_TEXT = re.compile(r"(?![ \t>|<:\[#=~`]|[*+-][ \t]|\d+\.[ \t])\S")
_SETEXT_LINE = re.compile(r"(?:=+|-+) *$")
_FOOTNOTE = re.compile(r"\[\^[^\]\n]+\]")
_REFERENCE = re.compile(
    r"^ {0,3}\[([^\[\]\n]+)\]:[ \t]*+\n?[ \t]*+(<[^<>\n]*>|\S+)"
    r"([ \t]*+\n?[ \t]*+(\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?[ \t]*+$",
    re.MULTILINE,
)
_LABEL = re.compile(r"\[([^\[\]]*)\]")


def split_chunks(text: str, *, extensions: tuple[str, ...]) -> tuple[str, ...]:
    """Split a normalized text into chunks that render alone as they do together, each with the references it needs."""
    if extensions == PREVIEW or (("footnotes" in extensions or extensions == GITHUB) and _FOOTNOTE.search(text)):
        return (text,) if text.strip() else ()
    starts = [0, *_split_points(text)]
    pieces = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    pieces = [piece for piece in pieces if piece.strip()]
    references: dict[str, str] = {}
    for found in _REFERENCE.finditer(text):
        references.setdefault(_label(found.group(1)), found.group().strip())  # the first of a name is the one meant
    if references and len(pieces) > 1:
        pieces = [_with_references(piece, references) for piece in pieces]
    return tuple(piece.strip("\n") for piece in pieces)


def expanded_length(text: str) -> int:
    """Return how long a text becomes, in characters, once each link says the address that it refers to."""
    references = {_label(found.group(1)): len(found.group()) for found in _REFERENCE.finditer(text)}
    if not references:
        return len(text)
    return len(text) + sum(references.get(_label(found.group(1)), 0) for found in _LABEL.finditer(text))


def _label(label: str) -> str:
    return " ".join(label.split()).lower()


def _with_references(piece: str, references: dict[str, str]) -> str:
    used = {_label(found.group(1)) for found in _LABEL.finditer(piece)} & references.keys()
    definitions = "\n\n".join(references[label] for label in sorted(used))
    return "{}\n\n{}".format(piece.rstrip("\n"), definitions) if used else piece


def _split_points(text: str) -> Iterator[int]:
    closed = find_raw_spans(text)
    fence, is_after_blank, offset, barrier = "", False, 0, 0
    lines = text.split("\n")
    for number, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1).startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        elif not fence and is_after_blank and _is_heading(lines, number):
            while barrier < len(closed) and closed[barrier][1] <= offset:
                barrier += 1
            if barrier == len(closed) or closed[barrier][0] >= offset:
                yield offset
        is_after_blank = not line.strip()
        offset += len(line) + 1


def _is_heading(lines: list[str], number: int) -> bool:
    if _ATX.match(lines[number]):
        return True
    following = lines[number + 1] if number + 1 < len(lines) else ""
    return bool(_SETEXT_TEXT.match(lines[number]) and _SETEXT_LINE.match(following))


def are_elements_closed(chunk: str) -> bool:
    """Say whether each block element of raw HTML is closed, in order."""
    waiting: list[str] = []
    for found in _TAG.finditer(chunk):
        if not found.group(1):
            waiting.append(found.group(2).lower())
        elif not waiting or waiting.pop() != found.group(2).lower():
            return False
    return not waiting


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """Yield where comments stand; nothing is looked for behind the last end of one."""
    last, end = text.rfind("-->"), 0
    while (start := text.find("<!--", end)) >= 0 and start + len("<!--") <= last:
        end = text.index("-->", start + len("<!--")) + len("-->")
        yield start, end


def find_raw_spans(text: str) -> list[tuple[int, int]]:
    """Return where raw HTML stands open, as ascending, disjoint spans; what is never closed opens nothing."""
    spans = list(_comments(text))
    waiting: list[tuple[str, int]] = []
    names: dict[str, int] = {}
    for found in _TAG.finditer(text):
        name = found.group(2).lower()
        if not found.group(1):
            waiting.append((name, found.start()))
            names[name] = names.get(name, 0) + 1
        elif names.get(name):
            while waiting:
                opened, start = waiting.pop()
                names[opened] -= 1
                if opened == name:
                    spans.append((start, found.end()))
                    break
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
