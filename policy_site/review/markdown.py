"""A review as a comment of a pull request: short, folded, and the same bytes for the same review."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policy_site.model import Finding, Severity
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
)
from policy_site.review.values import EventReview, PolicyReview, Review, VersionReview

MARKER = "<!-- policy-site review -->"
"""The first line, by which a pipeline finds the comment that it brings up to date."""
LIMIT = 65_000
"""Characters; git hosts refuse comments from 65,536 on."""
_MOST_FINDINGS = 30
_MOST_FILES = 40
_MOST_SECTIONS = 20
_OBEYED = re.compile(r"[\\`*_\[\]|~]|[&<>@#]|://|www\.")
"""What a git host reads as markup, a mention, a reference or an address."""
_LINE_START = re.compile(r"^(\s*)([+>-]|\d+[.)])", re.MULTILINE)


def write_comment(review: Review) -> str:
    """Write a review as Markdown of at most :data:`LIMIT` characters; what does not fit is named and left out."""
    head = [MARKER, "## If you merge", "", safe(overview(review)), ""]
    essential = [*head, *_warnings(review)]
    optional: list[list[str]] = []
    if not review.touches_no_word:
        for policy in review.policies:
            essential += _policy_head(policy)
            optional += [list(part) for part in _policy_details(policy)]
        optional.append(list(_findings("Findings that this brings", review.findings)))
    foot = ["", f"<sub>{_foot(review)}</sub>", ""]
    body, left_out = essential, 0
    for part in optional:
        if sum(len(line) + 1 for line in (*body, *part, *foot)) > LIMIT - 200:
            left_out += 1
            continue
        body = [*body, *part]
    if left_out:
        body += ["", f"{count(left_out, 'part')} did not fit here: the review as a page has all of it."]
    return "\n".join([*body, *foot])[:LIMIT]


def safe(text: str) -> str:
    """Return words of the content so that a comment shows them and obeys nothing: no markup, mention or reference."""

    def shown(found: re.Match[str]) -> str:
        sign = found[0]
        if sign in "\\`*_[]|~":
            return f"\\{sign}"
        if sign == "www.":
            return "www&#46;"
        return f"&#58;{sign[1:]}" if sign == "://" else f"&#{ord(sign)};"

    return _LINE_START.sub(_as_words, _OBEYED.sub(shown, text))


def _as_words(found: re.Match[str]) -> str:
    """Let a line begin with a sign that would begin a list or a quotation."""
    space, sign = found[1], found[2]
    return f"{space}{sign[:-1]}\\{sign[-1]}"


def _cell(text: str) -> str:
    return safe(" ".join(text.split()))


def _quote(text: str) -> list[str]:
    return [f"> {safe(line)}" if line.strip() else ">" for line in text.strip().split("\n")]


def _fold(summary: str, lines: list[str]) -> list[str]:
    return ["<details>", f"<summary>{safe(summary)}</summary>", "", *lines, "", "</details>", ""]


def _warnings(review: Review) -> Iterator[str]:
    errors = [finding for finding in review.findings if finding.severity is Severity.ERROR]
    if review.conflicts:
        files = ", ".join(map(_code, review.conflicts))
        yield (
            f"**This branch and the one it goes into both changed {files}.** Bring the branch up to date and settle the"
            " two, then this review tells what merging does."
        )
        yield ""
    elif review.is_behind:
        yield "The branch is behind the one it goes into; this tells what merging the two would do."
        yield ""
    if review.incompleteness:
        yield f"**The history is not whole, so this may be wrong.** {safe(review.incompleteness)}"
        yield ""
    if review.refusals:
        yield "**The site could not be built: what is published would change.**"
        yield ""
        yield from (f"- {_finding(finding)}" for finding in review.refusals[:_MOST_FINDINGS])
        yield ""
    if errors:
        yield f"**Do not merge yet: {count(len(errors), 'error')} would keep the site from being built.**"
        yield ""
        yield from (f"- {_finding(finding)}" for finding in errors[:_MOST_FINDINGS])
        yield ""
    if review.settings_changed:
        yield f"Settings that change: {', '.join(map(_code, review.settings_changed))}."
        yield ""


def _code(text: str) -> str:
    return "`" + text.replace("`", "'") + "`"


def _finding(finding: Finding) -> str:
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    return f"{_code(place) + ' ' if place else ''}{safe(finding.message)} {safe(finding.remedy)} {_code(finding.rule)}"


def _policy_head(policy: PolicyReview) -> Iterator[str]:
    yield f"### {_cell(policy.title)}"
    yield ""
    if not policy.versions:
        yield policy_sentence(policy)
        yield ""
    for known in filter(None, map(known_sentence, policy.texts)):
        yield f"**{safe(known)}**"
        yield ""
    for version in policy.versions:
        yield f"**{safe(headline(version))}** {safe(notice_sentence(version))}".rstrip()
        if version.renews_consent:
            yield "People must agree again."
        if version.sections:
            told = [
                f"{_cell(section.heading)} ({section.kind}{'' if section.is_declared else ', not declared'})"
                for section in version.sections
            ]
            more = f"; and {count(len(told) - _MOST_SECTIONS, 'more section')}" if len(told) > _MOST_SECTIONS else ""
            yield ""
            yield f"{safe(compared_with(version))}: {'; '.join(told[:_MOST_SECTIONS])}{more}."
        evidence = [
            f"{_cell(section.heading)}: {_cell(line)}" for section in version.sections for line in section.evidence
        ]
        if evidence:
            yield ""
            yield "What the words themselves say that matters:"
            yield ""
            yield from (f"- {line}" for line in evidence[:10])
            if len(evidence) > 10:  # noqa: PLR2004 - as many as are told
                yield f"- … and {len(evidence) - 10} more"
        yield ""
    told_to = [event for event in policy.events if event.is_notice]
    if told_to:
        yield f"{count(len(told_to), 'notice')} will be {audience_sentence(told_to[0])}."
        yield ""
    if policy.stale:
        behind = ", ".join(f"{_cell(stale.language)} ({count(stale.words, 'word')})" for stale in policy.stale)
        yield f"Translations that go stale: {behind}."
        yield ""


def _policy_details(policy: PolicyReview) -> Iterator[list[str]]:
    dated = [version for version in policy.versions if version.move.value in ("new", "rescheduled", "withdrawn")]
    if dated:
        yield _fold(f"{policy.title}: timeline", _timeline(dated))
    for event in policy.events:
        if event.is_notice or event.kind.value.endswith("published"):
            yield _fold(f"{policy.title}: what people are told, {kind_in_words(event)} {event.version}", _told(event))
    for version in policy.versions:
        if version.lines:
            lines = [f"- {_cell(line)}" for line in version.lines]
            yield _fold(f"{policy.title}: each change of {version.label}", lines)
    if policy.stale:
        lines = [f"- {_cell(stale.language)}: {'; '.join(map(_cell, stale.sections))}" for stale in policy.stale]
        yield _fold(f"{policy.title}: sections to translate", lines)
    files = [f"- {_code(text.path)}: {safe(text_sentence(text))}" for text in policy.texts[:_MOST_FILES]]
    files += [f"- {_code(path)}: release note" for path in policy.notes[:_MOST_FILES]]
    events = [
        f"- {day_in_words(event.day)}: {_cell(event.version)} {safe(kind_in_words(event))}"
        for event in policy.events[:_MOST_FILES]
    ]
    if files or events:
        pages = [f"- {_code(page)}" for page in policy.pages] if policy.versions else []
        lines = [*files, *(["", "Events of the change feed:", "", *events] if events else [])]
        if pages:
            lines += ["", f"{count(policy.new_pages, 'new page')}; look at:", "", *pages]
        yield _fold(f"{policy.title}: files, events and pages", lines)


def _timeline(versions: list[VersionReview]) -> list[str]:
    rows = ["| version | announced | takes effect | notice | promised |", "|---|---|---|---|---|"]
    for version in versions:
        promised = "—" if version.promised_days is None else count(version.promised_days, "day")
        rows.append(
            f"| {_cell(version.label)} | {day_in_words(version.published)} | {day_in_words(version.effective)}"
            f" | {count(version.notice_days, 'day')} | {promised} |"
        )
    return rows


def _told(event: EventReview) -> list[str]:
    lines = [f"{day_in_words(event.day)}, {audience_sentence(event)}.", ""]
    if not any((notice.summary, notice.impact, notice.choices) != ("", "", "") for notice in event.notices):
        return [*lines, "Nobody has written what changed."]
    for notice in event.notices:
        if notice.is_fallback and len(event.notices) > 1:
            lines += [f"**{_cell(notice.language)}**: gets the words of the authoritative language.", ""]
            continue
        lines += [f"**{_cell(notice.language)}**, {_cell(notice.title)}", ""]
        for part in (notice.summary, notice.impact, notice.choices):
            if part:
                lines += [*_quote(part), ""]
    return lines


def _findings(title: str, findings: tuple[Finding, ...]) -> Iterator[str]:
    for severity in (Severity.WARNING, Severity.NOTE):
        found = [finding for finding in findings if finding.severity is severity]
        lines = [f"- {_finding(finding)}" for finding in found[:_MOST_FINDINGS]]
        if len(found) > _MOST_FINDINGS:
            lines.append(f"- … and {len(found) - _MOST_FINDINGS} more")
        if found:
            yield from _fold(f"{title}: {count(len(found), severity.value)}", lines)


def _foot(review: Review) -> str:
    parts = [f"policy-site review of {review.head[:12]} into {review.base[:12]}"]
    if review.others:
        parts.append(f"{count(len(review.others), 'other file')} changed")
    if review.standing_findings:
        parts.append(f"{count(review.standing_findings, 'finding')} there before")
    if review.solved_findings:
        parts.append(f"{count(review.solved_findings, 'finding')} solved")
    return "; ".join(parts)
