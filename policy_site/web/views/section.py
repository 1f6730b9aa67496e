"""The history of one clause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policy_site.localization import find_language
from policy_site.model import Policy, Section, SectionChange, Standing, Version
from policy_site.pages import Page, PageKind, section_address
from policy_site.web.comparisons import Comparison
from policy_site.web.editing import with_scrollable_tables
from policy_site.web.parts.values import (
    Badge,
    Passage,
    VersionLine,
    VersionLink,
    section_change_badge,
    version_line,
    version_link,
)
from policy_site.web.shell import Crumb, Frame, make_shell
from policy_site.web.site import Day, Screen, Site, Title


@dataclass(frozen=True, slots=True)
class SectionStep:
    """A version in which a clause changed."""

    line: VersionLine
    badge: Badge
    heading: str
    passage: Passage
    language_name: str
    is_fallback: bool


@dataclass(frozen=True, slots=True)
class SectionView:
    """The history of one clause."""

    title: Title
    heading: Title
    steps: tuple[SectionStep, ...]
    first: VersionLink | None
    """The first version that had it."""
    present: str | None
    """The clause in the text in force; ``None`` where it is gone."""
    history: str
    unchanged_since: Day | None
    """Of a clause in the text in force: when its words last changed, or came."""
    changes_on: Day | None
    """When an announced version changes them."""


def view_section(site: Site, page: Page, *, locale: str, policy: Policy, section: str) -> Screen:
    """Show each version that changed a clause, newest first, with its redline."""
    phrases = site.phrases(locale)
    title = site.policy_title(policy, locale)
    steps = tuple(
        step
        for version in site.comparisons.versions_changing(policy, section)
        if (step := _section_step(site, policy, version, section, locale))
    )
    heading = _newest_heading(site, policy, section, locale)
    first = next((version for version in policy.versions if _find_section(site, version, policy, section)), None)
    in_force = site.in_force(policy)
    present = _find_section(site, in_force, policy, section) if in_force else None
    view = SectionView(
        title=title,
        heading=heading,
        steps=steps,
        first=version_link(site, policy, first, locale) if first else None,
        present=_present_link(site, policy, section, locale) if present else None,
        history=site.link(PageKind.HISTORY, locale=locale, policy=policy.id),
        unchanged_since=site.day(_last_change(steps, first, policy).effective_date, locale)
        if present and first
        else None,
        changes_on=_next_change(steps),
    )
    is_fallback = bool(steps) and all(step.is_fallback for step in steps)
    source = {**page.parameters, "locale": policy.authoritative_locale}
    frame = Frame(
        title=phrases.gettext("History of “%(section)s”: %(policy)s", section=heading.text, policy=title.text),
        policy=policy,
        crumbs=[
            Crumb(phrases.gettext("All versions"), view.history, phrases.language),
            Crumb(heading.text, site.link(page.kind, **page.parameters), heading.language),
        ],
        canonical=site.absolute_link(page.kind, **source) if is_fallback else None,
    )
    return Screen("section.html", make_shell(site, page, frame), view, phrases)


def _section_step(site: Site, policy: Policy, version: Version, section: str, locale: str) -> SectionStep | None:
    comparison = site.comparisons.compare_with_previous(policy, version, locale)
    change = _change_in(comparison, section)
    if comparison is not None and change is None and comparison.language.tag != policy.authoritative_locale:
        comparison = site.comparisons.compare_with_previous(policy, version, policy.authoritative_locale)
        change = _change_in(comparison, section)
    if comparison is None or change is None:
        return None
    phrases = site.phrases(locale)
    line = version_line(site, policy, version, locale)
    html = site.comparisons.render_section(comparison, section, phrases, page=line.version.href)
    return SectionStep(
        line=line,
        badge=section_change_badge(change.kind, phrases),
        heading=change.heading,
        passage=Passage(with_scrollable_tables(html, phrases, when=line.version.effective.words), comparison.language),
        language_name=phrases.language_name(comparison.language.tag),
        is_fallback=comparison.language.tag != locale,
    )


def _last_change(steps: Sequence[SectionStep], first: Version, policy: Policy) -> Version:
    """Return the version that last changed a clause before now, or else the one that brought it."""
    past = [step for step in steps if step.line.standing.kind in (Standing.IN_FORCE, Standing.SUPERSEDED)]
    return policy.version(past[0].line.version.label) if past else first


def _next_change(steps: Sequence[SectionStep]) -> Day | None:
    ahead = [step for step in steps if step.line.standing.kind == Standing.UPCOMING]
    return ahead[-1].line.version.effective if ahead else None


def _change_in(comparison: Comparison | None, section: str) -> SectionChange | None:
    changes = comparison.sections if comparison else ()
    return next((change for change in changes if section_address(change.id) == section), None)


def _present_link(site: Site, policy: Policy, section: str, locale: str) -> str:
    """Return the link to the text in force, at the clause where the page shows a text that has a heading for it."""
    href = site.link(PageKind.POLICY, locale=locale, policy=policy.id)
    _, edition, _ = site.present(policy, locale)
    document = site.document(edition)
    for found in document.sections if document else ():
        if section_address(found.id) == section and found.level:
            return f"{href}#{found.id}"
    return href


def _find_section(site: Site, version: Version, policy: Policy, section: str) -> Section | None:
    document = site.document(version.editions.get(policy.authoritative_locale))
    sections = document.sections if document else ()
    return next((found for found in sections if section_address(found.id) == section), None)


def _newest_heading(site: Site, policy: Policy, section: str, locale: str) -> Title:
    """Return the newest heading that the clause had in ``locale``, or else in the authoritative language."""
    phrases = site.phrases(locale)
    for language in (locale, policy.authoritative_locale):
        for version in reversed(policy.versions):
            document = site.document(version.editions.get(language))
            for found in document.sections if document else ():
                if section_address(found.id) == section:
                    if found.heading:
                        return Title(found.heading, find_language(language))
                    return Title(phrases.gettext("Introduction"), phrases.language)
    return Title(section, find_language(policy.authoritative_locale))
