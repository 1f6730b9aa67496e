"""``index.txt``: a text for terminals, mail and comparison; one line for each paragraph, no wrapping."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin

from policy_site.characters import clean_line, clean_text
from policy_site.documents import text
from policy_site.formats.values import EditionForm, EditionPage, Links
from policy_site.model import Document


def write_text(page: EditionPage, links: Links) -> bytes:
    """Write a version in a language: title, facts, then the words."""
    title = clean_line(page.edition.title if page.edition else "") or page.policy.id
    heading = text(Document(title, ()))
    facts = "\n".join(f"{clean_line(name)}: {clean_line(value)}" for name, value in page.facts)
    here = links.version(page.locale, page.policy.id, page.version.label)
    words = replace(page.document, title="") if page.document else None
    body = clean_text(text(words, whole=lambda address: urljoin(here, address))) if words else ""
    return ("\n\n".join(part.strip("\n") for part in (heading, facts, body) if part.strip()) + "\n").encode()


FORM = EditionForm("index.txt", "text/plain; charset=utf-8", write_text)
