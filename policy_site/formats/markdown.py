"""``index.md``: a text as git has it, so that its SHA-256 is the one that the feed names."""

from __future__ import annotations

from policy_site.formats.values import EditionForm, EditionPage, Links


def write_markdown(page: EditionPage, _links: Links) -> bytes:
    """Write the source of the text that the page shows; nothing where the history does not hold it."""
    return page.edition.revision.text.encode("utf-8", "replace") if page.edition else b""


FORM = EditionForm("index.md", "text/markdown; charset=utf-8", write_markdown)
