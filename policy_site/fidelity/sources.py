"""The Markdown of one section, as its author wrote it."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from policy_site import documents
from policy_site.model import Document, Edition
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


def line_of_heading(edition: Edition, document: Document, section_id: str) -> int | None:
    """Return the line of an edition's file on which a section begins; ``None`` where that cannot be said."""
    place = next((place for place, section in enumerate(document.sections) if section.id == section_id), None)
    starts = _starts(edition.body, document)
    before = edition.revision.text.rfind(edition.body)
    if place is None or starts is None or before < 0:
        return None
    return 1 + starts[place] + edition.revision.text.count("\n", 0, before)


def _pieces(body: str, document: Document) -> list[str] | None:
    lines = body.split("\n")
    starts = _starts(body, document)
    if starts is None:
        return None
    return ["\n".join(lines[start:end]) for start, end in pairwise([*starts, len(lines)])]


def _starts(body: str, document: Document) -> list[int] | None:
    """Return the line, from 0, on which each section begins; ``None`` where a heading is not found."""
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
    return starts


def _letters(text: str) -> str:
    """Return the letters and digits of a line: what marks it up is none of its words."""
    return "".join(sign for sign in unicodedata.normalize("NFC", text) if sign.isalnum())
