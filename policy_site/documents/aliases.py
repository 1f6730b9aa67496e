"""Ids as other programs give them to headings: links that were written for GitHub or pandoc lead to its sections."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from policy_site.documents.links import anchors, rewrite_links
from policy_site.model import Document

_NOT_GITHUB = re.compile(r"[^\w\- ]")
_NOT_PANDOC = re.compile(r"[^\w\-. ]")


def follow_aliases(document: Document, rules: Sequence[str]) -> Document:
    """Return the document with its own links to ids by ``rules``, ``github`` or ``pandoc``, leading to its sections.

    A link to an id that the document has keeps its target.
    """
    if not rules:
        return document
    known = anchors(document)
    aliases: dict[str, str] = {}
    for rule in rules:
        for alias, section in _aliases(document, rule):
            aliases.setdefault(alias, section)

    def resolve(address: str) -> str | None:
        wanted = unicodedata.normalize("NFC", unquote(address[1:]))
        is_known = not address.startswith("#") or wanted in known
        return None if is_known or wanted not in aliases else f"#{aliases[wanted]}"

    return rewrite_links(document, resolve)


def _aliases(document: Document, rule: str) -> Iterator[tuple[str, str]]:
    counts: dict[str, int] = {}
    for section in document.sections:
        if section.level:
            name = _by_github(section.heading) if rule == "github" else _by_pandoc(section.heading)
            count = counts.get(name, 0)
            counts[name] = count + 1
            yield (f"{name}-{count}" if count else name), section.id


def _by_github(heading: str) -> str:
    return _NOT_GITHUB.sub("", unicodedata.normalize("NFC", heading).lower().strip()).replace(" ", "-")


def _by_pandoc(heading: str) -> str:
    name = "-".join(_NOT_PANDOC.sub("", unicodedata.normalize("NFC", heading)).split()).lower()
    first = next((index for index, sign in enumerate(name) if sign.isalpha()), len(name))
    return name[first:] or "section"
