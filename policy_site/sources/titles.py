"""The title that a text gives itself: the heading that nothing visible stands before."""

from __future__ import annotations

import re
from dataclasses import dataclass

_INVISIBLE = re.compile(
    r"""
      \s++
    | <!--(?!-?>).*?-->                                                             # a comment
    | [ ]{0,3}\[[^\[\]\n]++\]:[ \t]*+\n?[ \t]*+                                       # where a link by reference leads
      (?:<[^<>\n]*+>|\S++)(?:[ \t]*+\n?[ \t]*+(?:"[^"\n]*+"|'[^'\n]*+'|\([^()\n]*+\)))?[ \t]*+(?:\n|\Z)
    | \{::comment[^{}\n]*+\}.*?\{:/(?:comment)?\}                                     # a comment of kramdown
    """,
    re.VERBOSE | re.DOTALL,
)
_ATX = re.compile(r" {0,3}(?P<level>#{1,6})[ \t]++(?P<title>[^\n]++)(?:\n|\Z)")
_SETEXT = re.compile(
    r" {0,3}(?P<title>(?![>|#=`~<]|[+*-][ \t]|\d+[.)][ \t])[^\s\n][^\n]*+)\n {0,3}(?P<line>=+|-+)[ \t]*+(?:\n|\Z)"
)
_HTML = re.compile(r" {0,3}<h(?P<level>[1-6])(?:\s[^<>]*+)?>(?P<title>.*?)</h(?P=level)>[ \t]*+(?:\n|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading at the beginning of a text."""

    title: str
    """Its words, without Markdown; possibly empty."""
    level: int
    start: int
    """Where it begins in the text; comments and definitions can stand before it."""
    end: int
    """Where the line after it begins."""


def first_heading(body: str) -> Heading | None:
    """Return the heading that a text begins with: written with number signs, underlined, or as HTML.

    Blank lines, comments and the definitions of links show nothing, so they can stand before it.
    """
    blank = len(body) - len(body.lstrip())
    if found := _atx(body, blank):
        return found
    position = 0
    while found_nothing := _INVISIBLE.match(body, position):
        position = found_nothing.end()
    start = body.rfind("\n", 0, position) + 1
    start = position if body[start:position].strip() else start
    return _atx(body, start) or _underlined(body, start) or _html(body, start)


def _atx(body: str, start: int) -> Heading | None:
    found = _ATX.match(body, start)
    return Heading(_plain(without_marks(found["title"])), len(found["level"]), start, found.end()) if found else None


def _underlined(body: str, start: int) -> Heading | None:
    found = _SETEXT.match(body, start)
    if found is None:
        return None
    return Heading(_plain(without_marks(found["title"])), 1 if found["line"][0] == "=" else 2, start, found.end())


def _html(body: str, start: int) -> Heading | None:
    found = _HTML.match(body, start)
    if found is None or re.search(r"\n[ \t]*\n", found["title"]):
        return None
    return Heading(_plain(" ".join(found["title"].split())), int(found["level"]), start, found.end())


def without_marks(heading: str) -> str:
    """Return a heading without the list of attributes and the number signs at its end."""
    words = heading.rstrip(" \t")
    if words.endswith("}"):
        start = words.find("{", words.rfind("}", 0, -1) + 1)
        words = words[:start] if start > 0 else words
    return words.rstrip(" \t").rstrip("#").rstrip(" \t") or heading


def _plain(heading: str) -> str:
    without_links = re.sub(r"!?\[([^\[\]]*+)\]\((?:[^()]|\([^()]*+\))*+\)", r"\1", heading)
    return re.sub(r"[*_`]+|</?[A-Za-z][^<>]*>", "", without_links).strip()
