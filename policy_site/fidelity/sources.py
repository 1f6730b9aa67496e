"""The Markdown of one section, as its author wrote it."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from policy_site import documents
from policy_site.model import Document
from policy_site.sources.headings import find_headings


def source_of(body: str, document: Document, section_id: str) -> str:
    """Return the Markdown of the section of ``document``, which ``body`` is the source of.

    The program's Markdown reader keeps no positions, so headings are looked for in their order by their words; where
    that does not find every one of them, the section comes as plain text.
    """
    place = next((place for place, section in enumerate(document.sections) if section.id == section_id), None)
    if place is None:
        return ""
    pieces = _pieces(body, document)
    if pieces is not None:
        return pieces[place]
    section = document.sections[place]
    return documents.text(Document("", (section,)))


def _pieces(body: str, document: Document) -> list[str] | None:
    lines = body.split("\n")
    headings = [heading.line - 1 for heading in find_headings(body)]
    starts: list[int] = []
    place = 0
    for section in document.sections:
        if not section.level:
            starts.append(0)
            continue
        words = _letters(section.heading)
        while place < len(headings) and not _letters(lines[headings[place]]).startswith(words):
            place += 1
        if place == len(headings):
            return None
        starts.append(headings[place])
        place += 1
    return ["\n".join(lines[start:end]) for start, end in pairwise([*starts, len(lines)])]


def _letters(text: str) -> str:
    """Return the letters and digits of a line: what marks it up is none of its words."""
    return "".join(sign for sign in unicodedata.normalize("NFC", text) if sign.isalnum())
