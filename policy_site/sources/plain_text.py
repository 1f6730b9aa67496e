"""Plain text as Markdown that reads the same: typed numbers stay as typed, a heading in capitals is a heading."""

from __future__ import annotations

import re

SUFFIX = ".txt"
_LONGEST_HEADING = 100
_SIGNS = re.compile(r"[\\`*_{}\[\]<>|&~]")
_NAMED = {"<": "&lt;", ">": "&gt;", "|": "&#124;", "&": "&amp;", "~": "&#126;", "=": "&#61;"}
"""Signs before which not every reader of Markdown takes a backslash."""
_NUMBER = re.compile(r"(?P<number>\d{1,9})(?P<sign>[.)])(?=\s|$)")
_BULLET = re.compile(r"[-\u2022\u00b7*+](?=\s+\S)")
_BEGINS = re.compile(r"\(?(?:\d{1,9}(?:\.\d+)*|[a-z]{1,4}|[A-Z])[.)]\s|\d+(?:\.\d+)+\s|[=#]")
"""What begins a line that does not continue the one before: a number, a letter."""
_RULE = re.compile(r"[-=_*~]{3,}")


def to_markdown(text: str) -> str:
    """Return plain text as Markdown, line by line, so that lines keep their numbers.

    Paragraphs are what blank lines part. A line of its own in capitals is a heading, the first of them the title; one
    that is underlined is a heading, too. Numbers stay as they were typed, hyphens and bullets are lists.
    """
    lines = [line.rstrip() for line in text.expandtabs(4).split("\n")]
    written: list[str] = []
    has_title = False
    for number, line in enumerate(lines):
        words = line.strip()
        before = lines[number - 1].strip() if number else ""
        after = lines[number + 1].strip() if number + 1 < len(lines) else ""
        if before and written[-1] and _BEGINS.match(words):
            written[-1] += "  "  # a line break
        if _RULE.fullmatch(words):
            written.append("" if before or after else "---")
        elif _is_heading(words, before, after):
            written.append(f"{'##' if has_title else '#'} {_plain(words)}")
            has_title = True
        elif bullet := _BULLET.match(words):
            written.append(f"{' ' * (len(line) - len(words))}- {_plain(words[bullet.end() :].strip())}")
        else:
            written.append(_paragraph_line(words))
    return "\n".join(written)


def _is_heading(words: str, before: str, after: str) -> bool:
    if not words or before or len(words) > _LONGEST_HEADING:
        return False
    if _RULE.fullmatch(after) and len(set(after)) == 1 and len(after) * 2 >= len(words):
        return True
    letters = [sign for sign in words if sign.isalpha()]
    is_shouted = len(letters) > 1 and words == words.upper() and words != words.lower()
    return not after and is_shouted and words[-1] not in ".;,"


def _paragraph_line(words: str) -> str:
    """Return a line of a paragraph in which no sign means anything to Markdown."""
    escaped = _plain(words)
    if found := _NUMBER.match(words):
        return f"{found['number']}\\{found['sign']}{escaped[found.end() :]}"
    if words[:1] == "=":
        return f"{_NAMED['=']}{escaped[1:]}"
    return f"\\{escaped}" if words[:1] in ("#", "+", "-") else escaped


def _plain(words: str) -> str:
    return _SIGNS.sub(lambda found: _NAMED.get(found[0], f"\\{found[0]}"), words)
