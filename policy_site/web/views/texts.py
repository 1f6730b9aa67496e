"""Pages that show a policy's text: the one in force, and the permanent page of each version."""

from __future__ import annotations

from dataclasses import dataclass, replace

from policy_site.catalogue.standing import applied_until, current_edition, edition_for, standing
from policy_site.localization import Language, find_language
from policy_site.model import Edition, Fidelity, Policy, Standing, Version
from policy_site.pages import Page, PageKind
from policy_site.web.shell import Crumb, Frame, make_shell
from policy_site.web.site import Day, Screen, Site, Title
from policy_site.web.views.reading import Text, make_text
from policy_site.web.views.values import (
    Badge,
    VersionLine,
    VersionLink,
    standing_badge,
    version_line,
    version_link,
)


@dataclass(frozen=True, slots=True)
class Banner:
    """Where the version on the page stands, for a banner that cannot be missed."""

    standing: Badge
    since: Day
    """First day on which it applies, or was to."""
    until: Day | None
    successor: VersionLink | None
    """The version that took its place."""
    present: str | None
    """The text in force."""
    next: VersionLink | None
    """On the text in force: the one that is announced."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a version, for whoever needs proof."""

    line: VersionLine
    consent_is_renewed: bool
    is_retroactive: bool
    notice_days: int
    has_notice_exception: bool
    digest: str
    """SHA-256 of the source of the text shown."""
    commit: str | None
    markdown: str | None
    plain: str | None
    machine: str
    translations: tuple[tuple[Language, str], ...]


@dataclass(frozen=True, slots=True)
class PolicyView:
    """The text in force."""

    title: Title
    retired: Day | None
    """First day on which the policy no longer applied to anyone."""
    reviewed: Day | None
    """When people last looked through the text and found nothing to change."""
    banner: Banner | None
    """``None`` where no version is in force."""
    text: Text | None
    line: VersionLine | None
    upcoming: tuple[VersionLine, ...]
    upcoming_page: str
    history: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version, for ever."""

    title: Title
    label: str
    banner: Banner
    text: Text | None
    facts: Facts
    present: str
    history: str
    older: VersionLink | None
    newer: VersionLink | None


def view_policy(site: Site, page: Page, *, locale: str, policy: str) -> Screen:
    """Show the text in force."""
    phrases = site.phrases(locale)
    work = site.publication.policy(policy)
    in_force = site.in_force(work)
    edition, fidelity = site.shown(work, in_force, locale) if in_force else (None, Fidelity.MISSING)
    title = site.policy_title(work, locale)
    view = PolicyView(
        title=title,
        retired=site.day_of(work.retired_at, locale) if work.retired_at else None,
        reviewed=site.day(work.reviewed[max(work.reviewed)], locale) if work.reviewed else None,
        banner=make_banner(site, work, in_force, locale) if in_force else None,
        text=_present_text(site, page, work, in_force, edition, fidelity, locale) if in_force else None,
        line=version_line(site, work, in_force, locale) if in_force else None,
        upcoming=tuple(version_line(site, work, later, locale) for later in site.upcoming(work)),
        upcoming_page=site.link(PageKind.UPCOMING, locale=locale, policy=policy),
        history=site.link(PageKind.HISTORY, locale=locale, policy=policy),
    )
    frame = Frame(
        title=title.text,
        description=phrases.gettext(
            "%(policy)s, in force since %(day)s, with every earlier version and what changed.",
            policy=title.text,
            day=phrases.date_in_words(in_force.effective_date),
        )
        if in_force
        else "",
        policy=work,
    )
    return Screen("policy.html", make_shell(site, page, frame), view, phrases)


def _present_text(
    site: Site, page: Page, policy: Policy, version: Version, edition: Edition | None, fidelity: Fidelity, locale: str
) -> Text | None:
    """Return the text in force; where a stale translation yields to it, with the way to that."""
    text = make_text(site, page, policy, version, edition, fidelity, locale)
    yielding, own_fidelity = current_edition(policy, version, locale)
    if text is None or yielding is None or own_fidelity is not Fidelity.BEHIND or yielding == edition:
        return text
    return replace(text, yielded=version_link(site, policy, policy.version(yielding.version), locale))


def view_version(site: Site, page: Page, *, locale: str, policy: str, version: str) -> Screen:
    """Show one version, for ever."""
    phrases = site.phrases(locale)
    work = site.publication.policy(policy)
    shown = work.version(version)
    edition, fidelity = edition_for(work, shown, locale)
    title = Title(edition.title, find_language(edition.locale)) if edition else site.policy_title(work, locale)
    place = work.versions.index(shown)
    neighbours = [
        version_link(site, work, work.versions[index], locale) if 0 <= index < len(work.versions) else None
        for index in (place - 1, place + 1)
    ]
    view = VersionView(
        title=title,
        label=shown.label,
        banner=make_banner(site, work, shown, locale),
        text=make_text(site, page, work, shown, edition, fidelity, locale),
        facts=_facts(site, work, shown, edition, locale),
        present=site.link(PageKind.POLICY, locale=locale, policy=policy),
        history=site.link(PageKind.HISTORY, locale=locale, policy=policy),
        older=neighbours[0],
        newer=neighbours[1],
    )
    where = standing(work, shown, site.at)
    frame = Frame(
        title=phrases.gettext("%(policy)s, version %(version)s", policy=title.text, version=phrases.isolate(version)),
        policy=work,
        crumbs=_version_crumbs(site, shown, locale),
        is_indexed=where in (Standing.IN_FORCE, Standing.UPCOMING),
        canonical=_version_canonical(site, page, work, fidelity, where),
    )
    return Screen("version.html", make_shell(site, page, frame), view, phrases)


def make_banner(site: Site, policy: Policy, version: Version, locale: str) -> Banner:
    """Say where ``version`` stands."""
    where = standing(policy, version, site.at)
    ended = applied_until(policy, version, site.at)
    in_force = site.in_force(policy)
    upcoming = site.upcoming(policy)
    successor = _successor(policy, version, in_force) if where is Standing.SUPERSEDED else None
    return Banner(
        standing=standing_badge(where, site.phrases(locale)),
        since=site.day(version.effective_date, locale),
        until=site.day_of(ended, locale) if ended else None,
        successor=version_link(site, policy, successor, locale) if successor else None,
        present=site.link(PageKind.POLICY, locale=locale, policy=policy.id) if in_force else None,
        next=version_link(site, policy, upcoming[0], locale) if upcoming and where is Standing.IN_FORCE else None,
    )


def notice_days(version: Version) -> int:
    """Return how many days before it takes effect ``version`` was announced; negative where it was announced later."""
    return (version.effective_date - version.published_date).days


def _successor(policy: Policy, version: Version, in_force: Version | None) -> Version | None:
    """Return the first later version that came to apply, as far as is known now."""
    if in_force is None:
        return None
    last = policy.versions.index(in_force)
    later = policy.versions[policy.versions.index(version) + 1 : last + 1]
    applied = [candidate for candidate in later if candidate.withdrawn_at is None]
    return applied[0] if applied else in_force


def _facts(site: Site, policy: Policy, version: Version, edition: Edition | None, locale: str) -> Facts:
    names = {"locale": locale, "policy": policy.id, "version": version.label}
    note = version.note
    return Facts(
        line=version_line(site, policy, version, locale),
        consent_is_renewed=bool(note and note.consent == "renew"),
        is_retroactive=bool(note and note.retroactive),
        notice_days=notice_days(version),
        has_notice_exception=bool(note and note.exception),
        digest=edition.digest if edition else "",
        commit=edition.revision.commit if edition else None,
        markdown=site.find_link(PageKind.VERSION_MARKDOWN, **names),
        plain=site.find_link(PageKind.VERSION_TEXT, **names),
        machine=site.link(PageKind.VERSION_JSON, **names),
        translations=tuple(
            (find_language(other), site.link(PageKind.VERSION, **{**names, "locale": other}))
            for other in site.publication.settings.languages
            if other in version.editions
        ),
    )


def _version_crumbs(site: Site, version: Version, locale: str) -> tuple[Crumb, ...]:
    phrases = site.phrases(locale)
    names = {"locale": locale, "policy": version.policy}
    return (
        Crumb(phrases.gettext("All versions"), site.link(PageKind.HISTORY, **names), phrases.language),
        Crumb(version.label, site.link(PageKind.VERSION, **names, version=version.label), phrases.language),
    )


def _version_canonical(site: Site, page: Page, policy: Policy, fidelity: Fidelity, where: Standing) -> str | None:
    """Return the address that search engines are to know the page by, where it is another than its own."""
    if where is not Standing.IN_FORCE:
        return None
    locale = policy.authoritative_locale if fidelity is Fidelity.MISSING else page.parameters["locale"]
    return site.absolute_link(PageKind.POLICY, locale=locale, policy=policy.id)
