"""Where headings stand in a file and which ids they carry: the one place that finds the line of a section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEADING = re.compile(r" {0,3}(?P<signs>#{1,6})(?=[ \t]|$)")
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})")


@dataclass(frozen=True, slots=True)
class HeadingLine:
    """A line that is a heading, written with number signs, outside of code."""

    line: int
    """From 1."""
    start: int
    """Where the line begins in the text."""
    text: str
    """The line as it is written."""
    level: int
    id: str
    """As its author wrote it, ``{#retention}``; empty where there is none."""

    @property
    def end(self) -> int:
        """Where the line ends in the text, before its line end."""
        return self.start + len(self.text)


def find_headings(text: str) -> Iterator[HeadingLine]:
    """Give the headings of a text, in their order."""
    fence = ""
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        opening = _FENCE.match(line)
        if opening and not fence:
            fence = opening["fence"]
        elif opening and fence and opening["fence"].startswith(fence):
            fence = ""
        elif not fence and (found := _HEADING.match(line)):
            yield HeadingLine(number, start, line, len(found["signs"]), _id_of(line))
        start += len(line) + 1


def line_of_section(text: str, section: str) -> int | None:
    """Return the line on which the id of a section stands, from 1; ``None`` where its author wrote none."""
    for heading in find_headings(text):
        if heading.id == section:
            return heading.line
    # a heading that is underlined, or HTML around Markdown
    found = re.search(rf"\{{[^{{}}\n]*#{re.escape(section)}(?=[\s}}])", text)
    return line_at(text, found.start()) if found else None


def line_at(text: str, position: int) -> int:
    """Return the line of a position in a text, from 1."""
    return text.count("\n", 0, position) + 1


def line_of(text: str, words: str) -> int | None:
    """Return the line on which ``words`` first stand, from 1; ``None`` where they do not."""
    position = text.find(words)
    return line_at(text, position) if position >= 0 else None


def _id_of(heading: str) -> str:
    """Return the id in the list of attributes at the end of a heading; empty where there is none."""
    words = heading.rstrip(" \t")
    start = words.rfind("{")
    if not words.endswith("}") or start < words.rfind("}", 0, -1):
        return ""
    ids = [word[1:] for word in words[start + 1 : -1].removeprefix(":").split() if word.startswith("#")]
    return ids[-1] if ids else ""
