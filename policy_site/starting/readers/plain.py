"""Plain text: paragraphs, and headings where a line stands alone in capitals or with a number."""

from __future__ import annotations

import re
from itertools import takewhile

from policy_site.starting.readers.reading import Reading, decode, escape_markup, words_of

SUFFIXES = (".txt",)

_LONGEST_HEADING = 80
_NUMBERED = re.compile(r"(?P<number>\d+(?:\.\d+)*)[.)]?[ \t]+(?P<words>\S[^\n]*)")
_KIND = re.compile(r"\b(policy|policies|terms|conditions|notice|statement|agreement|disclosure)\b", re.IGNORECASE)
_BULLET = re.compile(r"^[ \t]*[•·▪◦‣\u2013\u2014*-][ \t]+(?=\S)")
_LINE_START = re.compile(r"^(\s*)(#{1,6}(?=\s)|[+>-](?=\s)|(?:\d{1,9})[.)](?=\s)|:(?=\s)|=+$|-+$)")


def read(name: str, content: bytes) -> Reading:
    """Take a plain text; every sign that Markdown would read is written so that it stays a sign."""
    text = decode(name, content)
    paragraphs = [part for part in re.split(r"\n[ \t]*\n", text) if part.strip()]
    title = _take_title(paragraphs)
    body = "\n\n".join(_paragraph(part) for part in paragraphs)
    return Reading(title=title, body=body, words=words_of("\n".join(paragraphs)))


def _take_title(paragraphs: list[str]) -> str:
    """Take the title out of the lines that stand alone at the top: one that names a kind of document, or the first."""
    top = list(takewhile(lambda part: "\n" not in part.strip() and len(part.strip()) <= _LONGEST_HEADING, paragraphs))
    before_sections = list(takewhile(lambda part: not _NUMBERED.fullmatch(part.strip()), top))
    if not before_sections:
        return ""
    named = [place for place, part in enumerate(before_sections) if _KIND.search(part)]
    return paragraphs.pop(named[0] if named else 0).strip()


def _paragraph(part: str) -> str:
    lines = [line.rstrip() for line in part.strip("\n").split("\n")]
    if len(lines) == 1 and (level := _heading_level(lines[0].strip())):
        return f"{'#' * level} {escape_markup(lines[0].strip())}"
    if all(_BULLET.match(line) for line in lines):
        return "\n".join(f"- {escape_markup(_BULLET.sub('', line))}" for line in lines)
    return "\n".join(_LINE_START.sub(_escaped_start, escape_markup(line.strip())) for line in lines)


def _escaped_start(found: re.Match[str]) -> str:
    sign = found[2]
    if sign == ":":
        return f"{found[1]}&#58;"
    return f"{found[1]}{sign[:-1]}\\{sign[-1]}" if sign[0].isdigit() else f"{found[1]}\\{sign}"


def _heading_level(line: str) -> int:
    """Return 2 or 3 for a line that reads as a heading, 0 for any other."""
    if len(line) > _LONGEST_HEADING or line[-1:] in ".;,:?!":
        return 0
    numbered = _NUMBERED.fullmatch(line)
    if numbered:
        return 3 if "." in numbered["number"] else 2
    letters = [sign for sign in line if sign.isalpha()]
    return 2 if letters and all(sign.isupper() for sign in letters) and len(line.split()) > 0 else 0
