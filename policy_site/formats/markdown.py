"""``index.md``: a text in Markdown, as git has it, or without the comments and foreign front matter that git has."""

from __future__ import annotations

from policy_site.formats.values import EditionForm, EditionPage, Links


def write_markdown(page: EditionPage, _links: Links) -> bytes:
    """Write the source of the text that the page shows; nothing where the history does not hold it."""
    if page.source is not None:
        return page.source.encode("utf-8", "replace")
    return page.edition.revision.text.encode("utf-8", "replace") if page.edition else b""


FORM = EditionForm("index.md", "text/markdown; charset=utf-8", write_markdown)
