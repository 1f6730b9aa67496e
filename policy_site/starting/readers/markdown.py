"""Markdown: taken as it is, front matter left out."""

from __future__ import annotations

import re

from policy_site.sources.front_matter import split_front_matter
from policy_site.starting.readers.reading import Reading, decode, unescaped, words_of

SUFFIXES = (".md", ".markdown")

_TITLE = re.compile(r"\A\s*(?:#[ \t]+(?P<title>[^\n]+?)[ \t]*#*[ \t]*|(?P<underlined>[^\n]+)\n=+[ \t]*)(?:\n|\Z)")


def read(name: str, content: bytes) -> Reading:
    """Take a Markdown file; its title is the first heading of the first level, or the `title` of its front matter."""
    parts = split_front_matter(decode(name, content), path=name)
    remarks = []
    if parts.fault:
        remarks.append(f"{parts.fault.message} {parts.fault.remedy}")
    written = parts.facts.get("title", "")
    title, body = (written if isinstance(written, str) else ""), parts.body
    found = _TITLE.match(body)
    if found:
        title = title or re.sub(r"\s*\{:?[^{}]*\}$", "", found["title"] or found["underlined"])
        body = body[found.end() :]
    return Reading(title=title, body=body, words=words_of(unescaped(body)), remarks=tuple(remarks))
