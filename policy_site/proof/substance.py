"""What a file says, whatever it looks like: for files that another version of the program wrote.

The words in their order, where links and forms lead, and whatever a browser would run. Two pages of one substance say
the same to readers; classes, attributes for style and the order of what is not shown may differ.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

_LEADING = frozenset({"action", "content", "data", "datetime", "formaction", "href", "src", "srcset", "srcdoc"})
_ACTIVE = frozenset({"applet", "base", "embed", "form", "iframe", "input", "link", "meta", "object", "script", "style"})
_MARKUP = (".html", ".atom", ".xml", ".svg")
_STATIC = "static/"
_PASSIVE = (".css", ".svg", ".txt")


def say_the_same(name: str, before: bytes, after: bytes) -> bool:
    """Say whether two forms of one file tell readers and programs the same."""
    if name.startswith(_STATIC):
        return name.endswith(_PASSIVE)
    if name.endswith(_MARKUP):
        return list(_spoken(before)) == list(_spoken(after))
    if name.endswith(".json"):
        return _leaves(before) == _leaves(after)
    if name.endswith((".docx", ".pdf")):
        return False
    return _decoded(before).split() == _decoded(after).split()


def have_same_words(before: str, after: str) -> bool:
    """Say whether two pieces of HTML have the same letters in their order, and lead to the same places."""
    return _letters_and_places(before) == _letters_and_places(after)


def is_taken_from(text: str, html: str) -> bool:
    """Say whether a text has no word that is not in a piece of HTML, its addresses and numbers left aside."""
    return set(_WORD.findall(text)) <= set(_WORD.findall(" ".join(_spoken(html.encode()))))


_WORD = re.compile(r"[^\W\d_]+")


def _letters_and_places(html: str) -> tuple[str, list[str]]:
    said = list(_spoken(html.encode()))
    places = [word for word in said if word.startswith(("href=", "src="))]
    return "".join(sign for word in said if word not in places for sign in word if sign.isalnum()), places


def _spoken(content: bytes) -> Iterator[str]:
    reader = _Reader()
    reader.feed(_decoded(content))
    reader.close()
    return iter(reader.said)


class _Reader(HTMLParser):
    """Takes words, what leads elsewhere, and what is active, in the order of the page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _ACTIVE and not _is_of_look(tag, given):
            self.said.append(f"<{tag}>")
        leading = sorted(
            f"{name}={value}"
            for name, value in given.items()
            if (name in _LEADING or name.startswith("on") or name in ("hidden", "style")) and not _is_look(value)
        )
        if not _is_of_look(tag, given):
            self.said.extend(leading)

    def handle_data(self, data: str) -> None:
        self.said.extend(data.split())


def _is_of_look(tag: str, given: dict[str, str]) -> bool:
    return tag == "link" and given.get("rel") in ("stylesheet", "icon")


def _is_look(value: str) -> bool:
    """Say whether an address is one of a file of the look, whose name carries a digest of it."""
    return "/static/" in value and "//" not in value


def _leaves(content: bytes) -> object:
    try:
        found: object = json.loads(content)
    except (ValueError, RecursionError):
        return content
    return found


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", "replace")
