"""A release note begun: what changed since the text in force, and dates that keep the promise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from policy_site import redlines
from policy_site.catalogue import upcoming, version_in_force
from policy_site.drafting.front_matter import with_fact
from policy_site.drafting.labels import free_label
from policy_site.drafting.proposals import propose_category, significance_of
from policy_site.drafting.values import Draft, Shelf
from policy_site.errors import UsageError
from policy_site.localization import load_phrases
from policy_site.model import CATEGORIES, Document, Significance, Version
from policy_site.redlines.evidence import lines_by_kind, weigh_sections
from policy_site.sources.front_matter import split_front_matter

_TIME_TO_MERGE = timedelta(days=14)
"""Added to the notice that is promised: days on which people look at the pull request are days without notice."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for; the rest is proposed."""

    label: str = ""
    effective: date | None = None
    published: date | None = None
    significance: Significance | None = None
    reason: str = ""
    categories: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """By section id; the empty id stands for every section that is not named."""
    is_fix: bool = False
    """Correct the text in force while another version is announced."""


@dataclass(frozen=True, slots=True)
class _Changed:
    section: str
    heading: str
    category: str
    evidence: tuple[str, ...]


def draft_release(shelf: Shelf, request: Request) -> Draft:
    """Begin a release of the text on disk; :class:`UsageError` where nothing changed or a date breaks a promise."""
    for category in request.categories.values():
        if category not in CATEGORIES:
            raise UsageError(
                f"There is no category {category!r}.", remedy=f"The categories are {', '.join(CATEGORIES)}."
            )
    return _draft_fix(shelf, request) if request.is_fix else _draft_new(shelf, request)


def _draft_new(shelf: Shelf, request: Request) -> Draft:
    path = shelf.texts.get(shelf.authoritative)
    if path is None or path not in shelf.documents:
        raise UsageError(
            f"There is no text {shelf.folder}/{shelf.authoritative}.md to release.", remedy="Write it first."
        )
    document = shelf.documents[path]
    last = _last(shelf)
    base = last.editions.get(shelf.authoritative) if last else None
    old = shelf.publication.documents.get(base.digest) if base else None
    changed = _changed(old, document, request, shelf.authoritative) if old else []
    if old is not None and not changed and last is not None:
        raise UsageError(
            f"{path} reads as version {last.label!r} does, so there is nothing to release.",
            remedy="Change the text first. To correct the text in force while that version is announced, use --fix.",
        )
    level = request.significance or significance_of([entry.category for entry in changed])
    effective = _effective(shelf, request, level, after=last)
    written = str(split_front_matter(shelf.files[path], path=path).facts.get("version", ""))
    label = _label(shelf, request, effective, written=written)
    files = {path: with_fact(shelf.files[path], "version", _scalar(label))}
    files |= _notes(shelf, request, label, effective, changed, level)
    remarks = list(_remarks(shelf, level, effective, is_first=old is None))
    return _draft(shelf, label, effective, level, changed, files, remarks)


def _draft_fix(shelf: Shelf, request: Request) -> Draft:
    policy = shelf.policy
    at = shelf.publication.as_of
    ahead = upcoming(policy, at) if policy else ()
    in_force = version_in_force(policy, at) if policy else None
    edition = in_force.editions.get(shelf.authoritative) if in_force else None
    if not ahead or in_force is None or edition is None:
        raise UsageError(
            "No version is announced, so the text needs no copy to be corrected.",
            remedy=f"Change {shelf.folder}/{shelf.authoritative}.md, then run `policy-site release` without --fix.",
        )
    effective = request.effective or shelf.today + timedelta(days=1)
    label = request.label or free_label(effective, shelf.labels)
    path = f"{shelf.folder}/versions/{label}.{shelf.authoritative}.md"
    _refuse_existing(shelf, path)
    category = next(iter(request.categories.values()), "editorial")
    level = request.significance or CATEGORIES[category]
    changed = [_Changed("", "", category, ())]
    files = {path: with_fact(edition.revision.text, "version", _scalar(label))}
    files |= _notes(shelf, request, label, effective, changed, level)
    followed = [_follow_up(shelf, request, version, changed, level, files) for version in ahead]
    remarks = [
        (
            f"{path} holds the words of version {in_force.label}, which is in force. Correct them there, and in the"
            f" same way in {' and '.join(followed)}, which takes the place of what is announced on its day."
        ),
        "Name the sections you changed in each of the notes.",
    ]
    return _draft(shelf, label, effective, level, changed, files, remarks)


def _follow_up(
    shelf: Shelf,
    request: Request,
    version: Version,
    changed: list[_Changed],
    level: Significance,
    files: dict[str, str],
) -> str:
    """Begin the version that carries a correction past an announced one, whose text stays; return where its text is."""
    edition = version.editions.get(shelf.authoritative)
    taken = {*shelf.labels, *(path.rpartition("/")[2].removesuffix(".md") for path in files)}
    label = next(name for number in range(2, 100) if (name := f"{version.label}-{number}") not in taken)
    path = f"{shelf.folder}/versions/{label}.{shelf.authoritative}.md"
    if edition is not None:
        files[path] = with_fact(edition.revision.text, "version", _scalar(label))
        files |= _notes(shelf, request, label, version.effective_date, changed, level)
    return path


def _last(shelf: Shelf) -> Version | None:
    """Return the version that a new one follows: the last that is announced, or the one in force."""
    if shelf.policy is None:
        return None
    at = shelf.publication.as_of
    ahead = upcoming(shelf.policy, at)
    return ahead[-1] if ahead else version_in_force(shelf.policy, at)


def _changed(old: Document, new: Document, request: Request, locale: str) -> list[_Changed]:
    redline = redlines.compare(old, new)
    found = []
    for section, weighed in weigh_sections(redline, locale=locale):
        evidence = lines_by_kind(weighed)
        heading = section.heading or "Introduction"
        proposed = propose_category(
            section_id=section.id,
            heading=heading,
            evidence=evidence,
            changes_words=bool(section.words_added or section.words_deleted),
        )
        category = request.categories.get(section.id) or request.categories.get("") or proposed
        found.append(_Changed(section.id, heading, category, evidence))
    return found


def _promised(shelf: Shelf) -> int:
    return max((preset.days for preset in shelf.settings.notices.values()), default=0)


def _effective(shelf: Shelf, request: Request, level: Significance, *, after: Version | None) -> date:
    """Return the day on which a version takes effect: the one asked for, or the first that keeps every promise."""
    promised = _promised(shelf) if level is Significance.SIGNIFICANT and shelf.policy else 0
    announced = request.published or shelf.today
    earliest = announced + timedelta(days=promised)
    follows = after.effective_date if after and after.effective_date > shelf.today else None
    if request.effective is None:
        proposed = earliest + _TIME_TO_MERGE if promised else earliest
        return max(proposed, follows + timedelta(days=1)) if follows else proposed
    if request.effective < earliest:
        raise UsageError(
            f"{request.effective.isoformat()} is too early: site.toml promises readers {promised} days' notice.",
            remedy=f"Choose {earliest.isoformat()} or later. To record an exception, edit the release note.",
        )
    if follows and request.effective <= follows and after:
        raise UsageError(
            f"The text on disk holds the words of {after.label}, which applies only from {follows.isoformat()}.",
            remedy="Name a later day, or correct the text in force with --fix.",
        )
    return request.effective


def _label(shelf: Shelf, request: Request, effective: date, *, written: str) -> str:
    label = request.label
    if not label:
        # somebody wrote a new label into the text already
        label = written if written and written not in shelf.labels else free_label(effective, shelf.labels)
    if label in shelf.labels:
        raise UsageError(f"The label {label!r} is in use.", remedy="Name another with --label.")
    return label


def _notes(
    shelf: Shelf, request: Request, label: str, effective: date, changed: list[_Changed], level: Significance
) -> dict[str, str]:
    required = shelf.settings.policy(shelf.policy_id).required_languages or ()
    files = {
        shelf.note_path(label): _facts(request, effective, changed, level)
        + _headings(shelf, shelf.authoritative, level)
    }
    for locale in required:
        if locale != shelf.authoritative:
            files[shelf.note_path(label, locale)] = _headings(shelf, locale, level)
    for path in files:
        _refuse_existing(shelf, path)
    return files


def _facts(request: Request, effective: date, changed: list[_Changed], level: Significance) -> str:
    lines = ["---"]
    if request.published:
        lines.append(f"published: {request.published.isoformat()}")
    lines.append(f"effective: {effective.isoformat()}")
    if changed:
        lines.append("changes:")
        for category in dict.fromkeys(entry.category for entry in changed):
            entries = [entry for entry in changed if entry.category == category]
            lines += [f"  # {entry.section}: {line}" for entry in entries for line in entry.evidence[:3]]
            sections = [entry.section for entry in entries if entry.section]
            named = f", sections: [{', '.join(map(_scalar, sections))}]" if sections else ""
            lines.append(f"  - {{category: {category}{named}}}")
    asked = significance_of([entry.category for entry in changed])
    if level is not asked or not changed:
        lines.append(f"significance: {level.value}")
        reason = request.reason or ("This is the first version." if not changed else "")
        if level.rank < asked.rank or reason:
            lines.append(f"reason: {json.dumps(reason, ensure_ascii=False)}")
    return "\n".join([*lines, "---", "", ""])


def _headings(shelf: Shelf, locale: str, level: Significance) -> str:
    phrases = load_phrases(locale, shelf.publication.catalogues)
    parts = {
        "summary": phrases.gettext("What changed"),
        "impact": phrases.gettext("What it means for you"),
        "choices": phrases.gettext("Your choices"),
    }
    wanted = parts if level is Significance.SIGNIFICANT else {"summary": parts["summary"]}
    return "\n".join(f"## {heading} {{#{name}}}\n\n" for name, heading in wanted.items())


def _refuse_existing(shelf: Shelf, path: str) -> None:
    if path in shelf.files:
        raise UsageError(
            f"{path} is there already, and nothing is written over.", remedy="Edit it, or name another --label."
        )


def _scalar(label: str) -> str:
    """Write a string so that YAML reads it as one."""
    is_plain = label.replace("-", "").replace("_", "").isalnum() and label.isascii() and not label.isdigit()
    return label if is_plain else json.dumps(label, ensure_ascii=False)


def _remarks(shelf: Shelf, level: Significance, effective: date, *, is_first: bool) -> Iterator[str]:
    if is_first:
        yield "This is the first version, so there is nothing to compare it with."
        return
    yield "The categories are proposals: check each of them, and correct those that say too much or too little."
    if level is Significance.SIGNIFICANT:
        days = (effective - shelf.today).days
        yield (
            f"If merged today, this gives readers {days} days' notice; site.toml promises {_promised(shelf)}. Merge by"
            f" {(effective - timedelta(days=_promised(shelf))).isoformat()}."
        )


def _draft(
    shelf: Shelf,
    label: str,
    effective: date,
    level: Significance,
    changed: list[_Changed],
    files: dict[str, str],
    remarks: list[str],
) -> Draft:
    remarks.append(
        f"Write the words of {shelf.note_path(label)}; `policy-site check --work-tree` says what is missing."
    )
    return Draft(
        summary=f"Version {label} of {shelf.policy_id}, {level.value}, takes effect on {effective.isoformat()}.",
        files=MappingProxyType(files),
        remarks=tuple(remarks),
        label=label,
        facts=MappingProxyType(
            {
                "label": label,
                "effective": effective.isoformat(),
                "significance": level.value,
                "categories": ",".join(dict.fromkeys(entry.category for entry in changed)),
                "sections": ",".join(entry.section for entry in changed if entry.section),
            }
        ),
    )
