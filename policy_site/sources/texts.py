"""A policy text: its title, the version it renders, its words."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from policy_site.model import Finding, Revision
from policy_site.sources.front_matter import FrontMatter, fault, split_front_matter, unknown_key
from policy_site.sources.hidden import without_generators_comments
from policy_site.sources.plain_text import SUFFIX, to_markdown
from policy_site.sources.titles import Heading, first_heading


@dataclass(frozen=True, slots=True)
class Text:
    """A policy text taken apart."""

    title: str
    version: str
    """Label named in the front matter, or empty."""
    body: str
    """Markdown without front matter."""
    body_line: int
    """Line of the file on which ``body`` begins, from 1."""
    front_matter: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    whole: str = field(default="", repr=False)
    """The whole file, with its front matter and its title."""


_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
"""What no title holds: control characters, those that turn what follows it, noncharacters."""
_KNOWN_KEYS = ("title", "version")


@functools.lru_cache(maxsize=16_384)
def parse_text(revision: Revision, *, is_strict: bool) -> Text:
    """Take a policy text apart.

    ``is_strict``: front matter is ours (:attr:`Grouping.is_ours`), so an unknown key is a fault; an adopted
    repository may keep its own keys.
    """
    if revision.path.endswith(SUFFIX):
        parts = FrontMatter({}, {}, to_markdown(revision.text), 1)
    else:
        parts = split_front_matter(revision.text, path=revision.path)
    findings = [parts.fault] if parts.fault else []
    body, body_line = without_generators_comments(parts.body), parts.body_line
    title: object = revision.title or parts.facts.get("title", "")
    if not isinstance(title, str) or not title.strip():
        heading = first_heading(body)
        title = heading.title if heading else ""
        # A text may begin with a smaller heading that is its title to readers; it stays where it is.
        if heading and heading.level == 1:
            body, body_line = _without_heading(body, body_line, heading)
    version = parts.facts.get("version", "")
    if is_strict:
        findings += _faults_of_values(parts, revision.path)
        findings += [
            unknown_key(key, _KNOWN_KEYS, path=revision.path, line=parts.lines.get(f"{key}."))
            for key in parts.facts
            if key not in _KNOWN_KEYS
        ]
    return Text(
        title=" ".join(_UNPRINTABLE.sub("", title).split()),
        version=version if isinstance(version, str) else "",
        body=body,
        body_line=body_line,
        front_matter=parts.facts,
        findings=tuple(findings),
        whole=revision.text,
    )


_OPENING_MARKS = {
    "\u201c": "\u201d", "\u201e": "\u201c\u201d", "\u201d": "", "\u2018": "\u2019", "«": "»", "\u2039": "\u203a",
}  # fmt: skip
"""Typographic quotation marks that a value may begin with, each with those that end it."""


def _faults_of_values(parts: FrontMatter, path: str) -> Iterator[Finding]:
    """Say where a title or a version is no words, or has half of a pair of quotation marks around it."""
    for name in ("title", "version"):
        value, line = parts.facts.get(name, ""), parts.lines.get(f"{name}.")
        if not isinstance(value, str):
            yield fault(path, line, f"`{name}` must be words, not a list.", "Remove the brackets.", rule=name)
        elif value[:1] in _OPENING_MARKS and not set(value[1:]) & set(_OPENING_MARKS[value[0]]):
            message = f"The quotation mark {value[0]} in this line is not closed, and readers would see it."
            yield fault(path, line, message, f"Write `{name}: {value[1:].strip()}`.", rule=name)


def _without_heading(body: str, body_line: int, heading: Heading) -> tuple[str, int]:
    """Return the text after its title, and its line; what stands before the title stays, on its line."""
    before = body[: heading.start]
    if before.strip():
        blank = "\n" * body.count("\n", heading.start, heading.end)
        return f"{before}{blank}{body[heading.end :]}", body_line
    return body[heading.end :], body_line + body.count("\n", 0, heading.end)
