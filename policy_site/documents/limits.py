"""Which texts are refused before any parser sees them.

Python-Markdown needs quadratic time for small hostile texts; an honest policy stays far below every limit here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from policy_site.documents.chunks import expanded_length

MAXIMUM_BYTES = 2 * 1024 * 1024
MAXIMUM_LINE = 100_000
"""Characters."""
MAXIMUM_DEPTH = 50
"""Levels of quotes, lists, brackets and elements inside each other."""
MAXIMUM_RUN = 2_000
"""How often one character may stand in a row."""
MAXIMUM_BLOCKS = 20_000
"""Paragraphs, entries, table cells; the longest policy measured anywhere has some 1,500."""
MAXIMUM_SECTIONS = 10_000
"""The longest policy measured anywhere has some 120, an act of parliament a few thousand."""
MAXIMUM_EXPANSION = 4 * 1024 * 1024
"""Characters of a text in which each link carries its own address."""

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Control characters, lone surrogates, noncharacters."""
_TRAILING_SPACES = re.compile(r"(?<![ \t])[ \t]{3,}$", re.MULTILINE)
_BLANK = re.compile(r"^[ \t]+$", re.MULTILINE)
_RUN = re.compile(r"(.)\1*+")
_QUOTES = re.compile(rf"^(?:[ ]{{0,3}}>){{{MAXIMUM_DEPTH + 1}}}", re.MULTILINE)
_INDENTATION = re.compile(rf"^(?:[ ]{{4}}|[ ]{{0,3}}\t){{{MAXIMUM_DEPTH + 1}}}", re.MULTILINE)
_MARKERS = re.compile(rf"^(?:[ ]*+(?:[*+-]|\d++\.)[ \t]++){{{MAXIMUM_DEPTH + 1}}}", re.MULTILINE)
_BRACKET = re.compile(r"\n[ \t]*\n|[\[\]]")


@dataclass(frozen=True, slots=True)
class RenderFault:
    """Why a text could not become a document, and how to mend it."""

    message: str
    """What is wrong, a full sentence."""
    remedy: str
    """How to mend it, a full sentence."""


def normalize(body: str) -> str:
    """Return ``body`` with LF line ends, without control and noncharacters and without superfluous trailing spaces."""
    text = body.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ").removeprefix("\ufeff")
    text = UNPRINTABLE.sub("", text) if UNPRINTABLE.search(text) else text
    if " \n" in text or "\t\n" in text or text.endswith((" ", "\t")):
        text = _BLANK.sub("", _TRAILING_SPACES.sub("  ", text))
    return text


def find_fault(text: str) -> RenderFault | None:
    """Say why a normalized text is refused; ``None`` where it is not."""
    if len(text) > MAXIMUM_BYTES or len(text.encode()) > MAXIMUM_BYTES:
        return RenderFault(
            f"The text is larger than {MAXIMUM_BYTES // 1024 // 1024} MiB.", "Split it into several policies."
        )
    if fault := _line_fault(text):
        return fault
    for pattern, what, remedy in (
        (_QUOTES, f"opens more than {MAXIMUM_DEPTH} quotes inside each other", "Take quotes out of one another."),
        (_INDENTATION, f"is indented more than {MAXIMUM_DEPTH} levels deep", "Take lists out of one another."),
        (_MARKERS, f"opens more than {MAXIMUM_DEPTH} lists inside each other", "Take lists out of one another."),
    ):
        if found := pattern.search(text):
            return RenderFault(f"Line {_line_at(text, found.start())} {what}.", remedy)
    if expanded_length(text) > MAXIMUM_EXPANSION:
        return RenderFault(
            "The text refers to long addresses too often: written out, it would be larger than"
            f" {MAXIMUM_EXPANSION // 1024 // 1024} million characters.",
            "Shorten the addresses, or refer to them less often.",
        )
    return _bracket_fault(text)


def _line_fault(text: str) -> RenderFault | None:
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAXIMUM_LINE:
            return RenderFault(f"Line {number} has more than {MAXIMUM_LINE} characters.", "Break the line.")
        if len(line) > MAXIMUM_RUN and any(len(run.group()) > MAXIMUM_RUN for run in _RUN.finditer(line)):
            return RenderFault(
                f"Line {number} repeats one character more than {MAXIMUM_RUN} times.", "Shorten the run."
            )
    return None


def _bracket_fault(text: str) -> RenderFault | None:
    """Refuse paragraphs in which many brackets stay open: each is read to the end of the paragraph, again and again."""
    depth = 0
    for found in _BRACKET.finditer(text):
        sign = found.group()
        depth = depth + 1 if sign == "[" else max(depth - 1, 0) if sign == "]" else 0
        if depth > MAXIMUM_DEPTH:
            return RenderFault(
                f"Line {_line_at(text, found.start())} opens more than {MAXIMUM_DEPTH} square brackets in a paragraph.",
                "Close the brackets, or write \\[ for those that are no links.",
            )
    return None


def _line_at(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
