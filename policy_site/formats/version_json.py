"""``index.json``: a version in a language for machines: facts that stay. Where it stands is in ``current.json``."""

from __future__ import annotations

from typing import Any

from policy_site.characters import clean_html, clean_line, clean_text, instant_text, json_bytes
from policy_site.formats.values import EditionForm, EditionPage, Links
from policy_site.model import Block, Container, Mark, Section, Span


def write_version_json(page: EditionPage, links: Links) -> bytes:
    """Write a version in a language: facts, sections, and the blocks that a redline compares."""
    version, edition, policy = page.version, page.edition, page.policy.id
    document: dict[str, Any] = {
        "policy": policy,
        "version": version.label,
        "language": page.locale,
        "text_language": edition.locale if edition else None,
        "authoritative_language": page.policy.authoritative_locale,
        "fidelity": page.fidelity,
        "title": clean_line(edition.title) if edition else None,
        "published_at": instant_text(version.published_at),
        "published_date": version.published_date.isoformat(),
        "effective_at": instant_text(version.effective_at),
        "effective_date": version.effective_date.isoformat(),
        "significance": version.significance,
        "significance_declared": version.is_significance_declared,
        "previous_version": version.previous,
        "identical_to": version.identical_to,
        "sha256": edition.digest if edition else None,
        "commit": edition.revision.commit if edition else None,
        "links": {
            "html": links.version(page.locale, policy, version.label),
            "markdown": links.version_file(page.locale, policy, version.label, "index.md") if edition else None,
            "text": links.version_file(page.locale, policy, version.label, "index.txt") if edition else None,
            "changes": links.changes(page.locale, policy, version.label),
            "current": links.current(),
        },
        "sections": [_section(section) for section in (page.document.sections if page.document else ())],
    }
    return json_bytes(document, indent=None)


def _section(section: Section) -> dict[str, Any]:
    return {
        "id": clean_line(section.id),
        "level": section.level,
        "heading": clean_line(section.heading),
        "html": clean_html(section.html),
        "blocks": [_block(block) for block in section.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    """Return a leaf block; ``in`` names what it stands in, outermost first, equal numbers being the same element.

    Attributes are there where there are any: of the block, and as the third part of what it stands in. ``spans`` is
    there where the text alone does not say how it looks: each a text and the elements around it, outermost first.
    """
    text = clean_text(block.text)
    written: dict[str, Any] = {"tag": block.tag, "text": text, "in": [_container(one) for one in block.containers]}
    if block.attributes:
        written["attributes"] = _attributes(block.attributes)
    spans = [_span(span) for span in block.spans]
    if spans and spans != [[text]]:
        written["spans"] = spans
    return written


def _container(container: Container) -> list[Any]:
    attributes = [_attributes(container.attributes)] if container.attributes else []
    return [container.tag, container.ordinal, *attributes]


def _span(span: Span) -> list[Any]:
    """Return a run of text with its marks; of these, the bidirectional signs stay, since a redline gives them back."""
    return [clean_html(span.text), *(_mark(mark) for mark in span.marks)]


def _mark(mark: Mark) -> list[Any]:
    return [mark.tag, _attributes(mark.attributes)] if mark.attributes else [mark.tag]


def _attributes(attributes: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {name: clean_html(value) for name, value in attributes}


FORM = EditionForm("index.json", "application/json; charset=utf-8", write_version_json)
