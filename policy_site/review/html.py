"""A review as one page that needs nothing beside it: the words of the comment, and every redline whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from policy_site.model import Finding
from policy_site.review.sentences import (
    audience_sentence,
    compared_with,
    count,
    day_in_words,
    headline,
    kind_in_words,
    known_sentence,
    notice_sentence,
    overview,
    policy_sentence,
    text_sentence,
    words_sentence,
)
from policy_site.review.values import ChangedSection, EventReview, PolicyReview, Review, VersionReview
from policy_site.static_files import read_static_files, static_name

_STYLE = (
    "main{max-width:50rem;margin:0 auto;padding:1rem}table{border-collapse:collapse}"
    "th,td{padding:.25rem .75rem .25rem 0;text-align:start}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write_page(review: Review) -> str:
    """Write a review as a page of HTML; its redlines are the site's own, cleaned as there."""
    style = read_static_files()[static_name("site.css")].decode()
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="robots" content="noindex">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>{escape('If you merge')}</title><style>{style}{_STYLE}</style></head><body><main>",
        "<h1>If you merge</h1>",
        f"<p>{escape(overview(review))}</p>",
        *_warnings(review),
    ]
    for policy in review.policies:
        parts += _policy(policy)
    parts += [
        f"<p><small>policy-site review of {escape(review.head[:12])} into {escape(review.base[:12])}</small></p>",
        "</main></body></html>\n",
    ]
    return "\n".join(parts)


def _warnings(review: Review) -> Iterator[str]:
    if review.conflicts:
        files = escape(", ".join(review.conflicts))
        yield f"<p><strong>Both sides changed {files}; bring the branch up to date.</strong></p>"
    if review.incompleteness:
        yield f"<p><strong>The history is not whole, so this may be wrong.</strong> {escape(review.incompleteness)}</p>"
    yield from _list("What is published would change", [_finding(finding) for finding in review.refusals])
    yield from _list("Findings that this brings", [_finding(finding) for finding in review.findings])


def _finding(finding: Finding) -> str:
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    text = f"{finding.severity.value}: {finding.message} {finding.remedy}"
    return f"<code>{escape(place)}</code> {escape(text)} <code>{escape(finding.rule)}</code>"


def _list(title: str, entries: list[str], level: int = 2) -> Iterator[str]:
    if entries:
        yield f"<h{level}>{escape(title)}</h{level}><ul>"
        yield from (f"<li>{entry}</li>" for entry in entries)
        yield "</ul>"


def _policy(policy: PolicyReview) -> Iterator[str]:
    yield f"<h2>{escape(policy.title)}</h2>"
    if not policy.versions:
        yield f"<p>{escape(policy_sentence(policy))}</p>"
    yield from (f"<p>{escape(known)}</p>" for known in filter(None, map(known_sentence, policy.texts)))
    for version in policy.versions:
        yield from _version(version)
    for event in policy.events:
        yield from _event(event)
    stale = [
        f"{escape(entry.language)}, {count(entry.words, 'word')}: {escape('; '.join(entry.sections))}"
        for entry in policy.stale
    ]
    yield from _list("Translations that go stale", stale, 3)
    files = [f"<code>{escape(text.path)}</code>: {escape(text_sentence(text))}" for text in policy.texts]
    yield from _list("Files", [*files, *(f"<code>{escape(path)}</code>: release note" for path in policy.notes)], 3)


def _version(version: VersionReview) -> Iterator[str]:
    yield f"<h3>{escape(headline(version))}</h3>"
    if sentence := notice_sentence(version):
        yield f"<p>{escape(sentence)}</p>"
    sections = [escape(_section(section)) for section in version.sections]
    yield from _list("Sections that change", sections, 4)
    if version.redline:
        yield f"<h4>{escape(compared_with(version))}</h4>"
        yield f'<div class="redline">{_below(version)}</div>'


_DEEPER = 3
"""Levels from the first heading of a text, the second, to those below the fourth."""


def _section(section: ChangedSection) -> str:
    kind = section.kind if section.is_declared else f"{section.kind}, not declared"
    told = "; ".join((words_sentence(section.words_added, section.words_deleted), *section.evidence))
    return f"{section.heading} ({kind}): {told}"


def _below(version: VersionReview) -> str:
    """Give the redline ids of its own, since the page can hold several, and headings below that which names it."""
    prefix = f"of-{version.label}-"
    lower = re.sub(
        r"<(/?)h([1-6])(?=[\s>])", lambda found: f"<{found[1]}h{min(6, int(found[2]) + _DEEPER)}", version.redline
    )
    return lower.replace(' id="', f' id="{prefix}').replace(' href="#', f' href="#{prefix}')


def _event(event: EventReview) -> Iterator[str]:
    yield f"<h3>{escape(day_in_words(event.day))}: {escape(event.version)} {escape(kind_in_words(event))}</h3>"
    yield f"<p>{escape(audience_sentence(event)).capitalize()}.</p>"
    if not event.is_notice and not event.kind.value.endswith("published"):
        return
    for notice in event.notices:
        if notice.is_fallback and len(event.notices) > 1:
            yield f"<p>{escape(notice.language)}: gets the words of the authoritative language.</p>"
            continue
        yield f'<section lang="{escape(notice.language)}" dir="auto">'
        yield f"<h4>{escape(notice.language)}: {escape(notice.title)}</h4>"
        for part in (notice.summary, notice.impact, notice.choices):
            yield from (f"<p>{escape(line)}</p>" for line in part.split("\n") if line.strip())
        yield "</section>"
