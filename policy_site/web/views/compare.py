"""Redlines of two versions: one below the other, side by side, and against the text in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from policy_site import redlines
from policy_site.localization import Language, Phrases
from policy_site.model import Policy, Version
from policy_site.pages import Page, PageKind
from policy_site.web.comparisons import Comparison, RedlinePart, render_redline
from policy_site.web.editing import with_scrollable_tables
from policy_site.web.parts.summary import Summary, make_summary
from policy_site.web.parts.values import (
    ShownWords,
    VersionLine,
    VersionLink,
    compare_link,
    name_of,
    release_words,
    version_line,
)
from policy_site.web.shell import Crumb, Frame, make_shell
from policy_site.web.site import File, Screen, Site, Title


@dataclass(frozen=True, slots=True)
class CompareView:
    """Two versions, and what differs."""

    title: Title
    older: VersionLine
    newer: VersionLine
    is_followed: bool
    """Whether the newer one is in force and the day is known on which another takes its place."""
    is_since: bool
    """True for "what changed since I agreed": the newer one is the version in force."""
    summary: Summary
    redline: tuple[RedlinePart, ...]
    language: Language
    """Of the texts."""
    language_name: str
    """Name of the language of the texts, in the reader's."""
    is_fallback: bool
    in_columns: bool
    """The texts stand side by side."""
    document: str | None
    """The same as a Word document with tracked changes, in the language of the texts."""
    paper: str | None
    """The same as PDF."""
    other_layout: str | None
    """The same comparison in the other layout."""
    older_step: VersionLink | None
    """The same kind of page one step back: its redline ends where this one begins."""
    newer_step: VersionLink | None
    steps_between: tuple[VersionLink, ...]
    """Where the two are not neighbours: the redline of each version after the older one, up to the newer one."""
    history: str
    ahead: tuple[VersionLink, ...]
    """Of what changed since a reader agreed: the redlines that end with an announced version, by its name."""
    accounts: tuple[Account, ...]
    """Of each version since a reader agreed, the announced ones included, newest first; empty on other pages."""


@dataclass(frozen=True, slots=True)
class Account:
    """What people wrote about one version."""

    line: VersionLine
    words: ShownWords | None


def view_compare(site: Site, page: Page, *, locale: str, policy: Policy, older: str, version: str) -> Screen:
    """Show the redline of two versions."""
    return _compare(site, page, policy, policy.version(older), policy.version(version), locale)


def view_side_by_side(site: Site, page: Page, *, locale: str, policy: Policy, older: str, version: str) -> Screen:
    """Show the redline of two versions in two columns."""
    return view_compare(site, page, locale=locale, policy=policy, older=older, version=version)


def view_redline_document(site: Site, page: Page, *, locale: str, policy: Policy, older: str, version: str) -> File:  # noqa: ARG001
    """Write the redline of two versions as a Word document with tracked changes."""
    newer = policy.version(version)
    comparison = site.comparisons.compare(policy, policy.version(older), newer, locale)
    assert comparison is not None, "only versions whose texts are there are planned to be compared"
    settings = site.publication.settings
    content = redlines.docx.write(
        comparison.redline, author=settings.publisher or settings.title, date=newer.published_at
    )
    return File(content, redlines.docx.MEDIA_TYPE)


def view_since(site: Site, page: Page, *, locale: str, policy: Policy, older: str) -> Screen:
    """Show what changed since a reader agreed: the redline of an old version against the one in force."""
    in_force = site.in_force(policy)
    assert in_force is not None, "since/ is planned only where a version is in force"
    return _compare(site, page, policy, policy.version(older), in_force, locale)


def _compare(site: Site, page: Page, policy: Policy, older: Version, newer: Version, locale: str) -> Screen:
    phrases = site.phrases(locale)
    comparison = site.comparisons.compare(policy, older, newer, locale)
    assert comparison is not None, "only versions whose texts are there are planned to be compared"
    in_columns = page.kind is PageKind.SIDE_BY_SIDE
    parts = render_redline(comparison, phrases, in_columns=in_columns)
    pair = {"locale": locale, "policy": policy.id, "older": older.label, "version": newer.label}
    older_step, newer_step = _neighbour_steps(site, policy, older, newer, locale)
    view = CompareView(
        title=site.policy_title(policy, locale),
        older=version_line(site, policy, older, locale),
        newer=version_line(site, policy, newer, locale),
        is_followed=newer == site.in_force(policy) and bool(site.upcoming(policy)),
        is_since=page.kind is PageKind.SINCE,
        summary=make_summary(site, comparison, locale, anchors=frozenset(part.anchor for part in parts)),
        redline=_parts(parts, phrases, in_columns=in_columns),
        language=comparison.language,
        language_name=phrases.language_name(comparison.language.tag),
        is_fallback=comparison.is_fallback,
        in_columns=in_columns,
        document=site.find_link(PageKind.REDLINE_DOCUMENT, **{**pair, "locale": comparison.language.tag}),
        paper=site.find_link(PageKind.REDLINE_PAPER, **pair),
        other_layout=site.find_link(PageKind.COMPARE if in_columns else PageKind.SIDE_BY_SIDE, **pair),
        older_step=older_step,
        newer_step=newer_step,
        steps_between=_steps_between(site, policy, older, newer, locale),
        history=site.link(PageKind.HISTORY, locale=locale, policy=policy.id),
        ahead=_ahead(site, policy, older, locale) if page.kind is PageKind.SINCE else (),
        accounts=_accounts(site, policy, older, locale) if page.kind is PageKind.SINCE else (),
    )
    name, crumb = _names(view, phrases)
    frame = Frame(
        title=name,
        policy=policy,
        crumbs=[
            Crumb(phrases.gettext("All versions"), view.history, phrases.language),
            Crumb(crumb, site.link(page.kind, **page.parameters), phrases.language),
        ],
        canonical=_canonical(site, page, comparison, pair),
    )
    return Screen("compare.html", make_shell(site, page, frame), view, phrases)


def _canonical(site: Site, page: Page, comparison: Comparison, pair: Mapping[str, str]) -> str | None:
    """Return the address of the redline that a page repeats: in another layout, or for want of a translation.

    Not every version has a redline against the one in force but its ``since/``, which then stands for itself.
    """
    source = {**pair, "locale": comparison.language.tag}
    is_planned = site.find_link(PageKind.COMPARE, **source) is not None
    kind, names = (PageKind.COMPARE, source) if is_planned else (page.kind, {**page.parameters, **source})
    address = site.absolute_link(kind, **names)
    return address if address != site.absolute_link(page.kind, **page.parameters) else None


def _names(view: CompareView, phrases: Phrases) -> tuple[str, str]:
    """Return the title of the page, and what the way to it calls it."""
    older, newer = (name_of(line.version, phrases) for line in (view.older, view.newer))
    if view.is_since:
        title = phrases.gettext("%(policy)s: what changed since %(day)s", policy=view.title.text, day=older)
        return title, phrases.gettext("What changed since you agreed")
    values = {"policy": view.title.text, "older": older, "newer": newer}
    if view.in_columns:
        return phrases.gettext("%(policy)s: %(older)s → %(newer)s, side by side", **values), phrases.gettext(
            "Side by side"
        )
    return phrases.gettext("%(policy)s: %(older)s → %(newer)s", **values), phrases.gettext("Comparison")


def _accounts(site: Site, policy: Policy, older: Version, locale: str) -> tuple[Account, ...]:
    """Return what was written about each version after ``older`` that was not withdrawn, newest first."""
    later = policy.versions[policy.versions.index(older) + 1 :]
    return tuple(
        Account(version_line(site, policy, version, locale), release_words(site, policy, version, locale))
        for version in reversed(later)
        if version.withdrawn_at is None
    )


def _ahead(site: Site, policy: Policy, older: Version, locale: str) -> tuple[VersionLink, ...]:
    """Return the redlines of ``older`` against each announced version, as far as they are planned."""
    names = {"locale": locale, "policy": policy.id, "older": older.label}
    return tuple(
        VersionLink(version.label, href, site.day(version.effective_date, locale))
        for version in site.upcoming(policy)
        if (href := site.find_lead(PageKind.COMPARE, **names, version=version.label))
    )


def _parts(parts: Sequence[RedlinePart], phrases: Phrases, *, in_columns: bool) -> tuple[RedlinePart, ...]:
    """Let wide tables scroll; in columns their cells are narrow instead."""
    if in_columns:
        return tuple(parts)
    return tuple(replace(part, html=with_scrollable_tables(part.html, phrases)) for part in parts)


def _neighbour_steps(
    site: Site, policy: Policy, older: Version, newer: Version, locale: str
) -> tuple[VersionLink | None, VersionLink | None]:
    """Return the redlines one step back and one step on."""
    following = policy.versions.index(newer) + 1
    return (
        _step(site, policy, older, locale),
        _step(site, policy, policy.versions[following], locale) if following < len(policy.versions) else None,
    )


def _steps_between(
    site: Site, policy: Policy, older: Version, newer: Version, locale: str
) -> tuple[VersionLink, ...]:  # fmt: skip
    """Return the redline of each version after ``older`` up to ``newer``; none where they are neighbours."""
    between = policy.versions[policy.versions.index(older) + 1 : policy.versions.index(newer) + 1]
    steps = [_step(site, policy, version, locale) for version in between]
    return tuple(step for step in steps if step) if len(between) > 1 else ()


def _step(site: Site, policy: Policy, version: Version, locale: str) -> VersionLink | None:
    """Return the redline of a version against the one before, by the name of the version."""
    href = compare_link(site, policy, version, locale)
    return VersionLink(version.label, href, site.day(version.effective_date, locale)) if href else None
