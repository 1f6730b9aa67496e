"""Pages about what changed: one screen for a version, and redlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from policy_site.localization import Language, Phrases
from policy_site.model import Policy, Version
from policy_site.pages import Page, PageKind
from policy_site.web.library import RedlinePart, render_redline
from policy_site.web.shell import Crumb, Frame, make_shell
from policy_site.web.site import Screen, Site, Title
from policy_site.web.views.texts import Banner, make_banner, notice_days
from policy_site.web.views.values import (
    SectionLine,
    VersionLine,
    VersionLink,
    Words,
    compare_link,
    release_words,
    section_lines,
    version_line,
    with_scrollable_tables,
)


@dataclass(frozen=True, slots=True)
class ChangesView:
    """What a version changes, on one screen."""

    title: Title
    line: VersionLine
    banner: Banner
    words: Words | None
    sections: tuple[SectionLine, ...]
    sections_language: Language
    consent_is_renewed: bool
    is_retroactive: bool
    notice_days: int
    text_is_missing: bool
    history: str


@dataclass(frozen=True, slots=True)
class RedlineGroup:
    """Neighbouring sections of a redline that all changed, or that all did not."""

    is_changed: bool
    parts: tuple[RedlinePart, ...]


@dataclass(frozen=True, slots=True)
class CompareView:
    """Two versions, and what differs."""

    title: Title
    older: VersionLine
    newer: VersionLine
    is_since: bool
    """True for "what changed since I agreed": the newer one is the version in force."""
    sections: tuple[SectionLine, ...]
    redline: tuple[RedlineGroup, ...]
    language: Language
    """Of the texts."""
    language_name: str
    """Name of the language of the texts, in the reader's."""
    is_fallback: bool
    totals: tuple[int, int]
    """Words that went and words that came."""
    older_step: VersionLink | None
    """The same kind of page one step back: its redline ends where this one begins."""
    newer_step: VersionLink | None
    last_step: VersionLink | None
    """Where the two are not neighbours: the newer one against the version just before it."""
    compare: str
    history: str


def view_changes(site: Site, page: Page, *, locale: str, policy: str, version: str) -> Screen:
    """Show what a version changes, on one screen: what a notice links to."""
    phrases = site.phrases(locale)
    work = site.publication.policy(policy)
    shown = work.version(version)
    title = site.policy_title(work, locale)
    comparison = site.library.compare_with_previous(work, shown, locale)
    view = ChangesView(
        title=title,
        line=version_line(site, work, shown, locale),
        banner=make_banner(site, work, shown, locale),
        words=release_words(site, work, shown, locale),
        sections=section_lines(site, comparison, locale, redline=compare_link(site, work, shown, locale) or "")
        if comparison
        else (),
        sections_language=comparison.language if comparison else phrases.language,
        consent_is_renewed=bool(shown.note and shown.note.consent == "renew"),
        is_retroactive=bool(shown.note and shown.note.retroactive),
        notice_days=notice_days(shown),
        text_is_missing=shown.previous is not None and comparison is None,
        history=site.link(PageKind.HISTORY, locale=locale, policy=policy),
    )
    crumbs = [
        Crumb(phrases.gettext("All versions"), view.history, phrases.language),
        Crumb(shown.label, view.line.version.href, phrases.language),
        Crumb(phrases.gettext("What changed"), site.link(page.kind, **page.parameters), phrases.language),
    ]
    name = phrases.gettext(
        "What changed: %(policy)s, version %(version)s", policy=title.text, version=phrases.isolate(version)
    )
    return Screen("changes.html", make_shell(site, page, Frame(name, policy=work, crumbs=crumbs)), view, phrases)


def view_compare(site: Site, page: Page, *, locale: str, policy: str, older: str, version: str) -> Screen:
    """Show the redline of two versions."""
    work = site.publication.policy(policy)
    return _compare(site, page, work, work.version(older), work.version(version), locale)


def view_since(site: Site, page: Page, *, locale: str, policy: str, older: str) -> Screen:
    """Show what changed since a reader agreed: the redline of an old version against the one in force."""
    work = site.publication.policy(policy)
    in_force = site.in_force(work)
    assert in_force is not None, "since/ is planned only where a version is in force"
    return _compare(site, page, work, work.version(older), in_force, locale)


def _compare(site: Site, page: Page, policy: Policy, older: Version, newer: Version, locale: str) -> Screen:
    phrases = site.phrases(locale)
    comparison = site.library.compare(policy, older, newer, locale)
    assert comparison is not None, "only versions whose texts are there are planned to be compared"
    title = site.policy_title(policy, locale)
    names = {"locale": locale, "policy": policy.id}
    compare = site.link(PageKind.COMPARE, **names, older=older.label, version=newer.label)
    steps = _steps(site, policy, older, newer, locale)
    view = CompareView(
        title=title,
        older=version_line(site, policy, older, locale),
        newer=version_line(site, policy, newer, locale),
        is_since=page.kind is PageKind.SINCE,
        sections=section_lines(site, comparison, locale, redline=""),
        redline=_groups(render_redline(comparison, phrases), phrases),
        language=comparison.language,
        language_name=phrases.language_name(comparison.language.tag),
        is_fallback=comparison.is_fallback,
        totals=site.library.totals(comparison),
        older_step=steps[0],
        newer_step=steps[1],
        last_step=steps[2],
        compare=compare,
        history=site.link(PageKind.HISTORY, **names),
    )
    if view.is_since:
        name = phrases.gettext(
            "Changes to %(policy)s since version %(version)s", policy=title.text, version=phrases.isolate(older.label)
        )
        crumb = phrases.gettext("What changed since you agreed")
    else:
        name = phrases.gettext(
            "%(policy)s: version %(older)s compared with %(newer)s",
            policy=title.text,
            older=phrases.isolate(older.label),
            newer=phrases.isolate(newer.label),
        )
        crumb = phrases.gettext("Comparison")
    frame = Frame(
        title=name,
        policy=policy,
        crumbs=[
            Crumb(phrases.gettext("All versions"), view.history, phrases.language),
            Crumb(crumb, site.link(page.kind, **page.parameters), phrases.language),
        ],
        canonical=site.absolute_link(PageKind.COMPARE, **names, older=older.label, version=newer.label)
        if view.is_since
        else None,
    )
    return Screen("compare.html", make_shell(site, page, frame), view, phrases)


def _groups(parts: Sequence[RedlinePart], phrases: Phrases) -> tuple[RedlineGroup, ...]:
    parts = [replace(part, html=with_scrollable_tables(part.html, phrases)) for part in parts]
    return tuple(
        RedlineGroup(is_changed, tuple(group)) for is_changed, group in groupby(parts, key=lambda part: part.is_changed)
    )


def _steps(
    site: Site, policy: Policy, older: Version, newer: Version, locale: str
) -> tuple[VersionLink | None, VersionLink | None, VersionLink | None]:
    """Return the redlines one step back and one step on, and that of the newer one's own step."""

    def step(version: Version | None) -> VersionLink | None:
        href = compare_link(site, policy, version, locale) if version else None
        day = site.day(version.effective_date, locale) if version else None
        return VersionLink(version.label, href, day) if version and href and day else None

    following = policy.versions.index(newer) + 1
    return (
        step(older),
        step(policy.versions[following] if following < len(policy.versions) else None),
        step(newer) if newer.previous != older.label else None,
    )
