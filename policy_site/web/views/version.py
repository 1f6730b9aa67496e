"""The permanent page of a version."""

from __future__ import annotations

from dataclasses import dataclass

from policy_site.catalogue.standing import edition_for, standing
from policy_site.localization import Language, find_language
from policy_site.model import Edition, Fidelity, Policy, Standing, Version
from policy_site.pages import Page, PageKind
from policy_site.web.parts.banner import Banner, make_banner, notice_days
from policy_site.web.parts.text import ShownText, make_text
from policy_site.web.parts.values import (
    Downloads,
    VersionLine,
    VersionLink,
    make_downloads,
    name_of,
    version_line,
    version_link,
)
from policy_site.web.shell import Crumb, Frame, make_shell
from policy_site.web.site import Screen, Site, Title


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
    translations: tuple[tuple[Language, str], ...]


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version, for ever."""

    title: Title
    label: str
    banner: Banner
    text: ShownText | None
    facts: Facts
    present: str
    history: str
    older: VersionLink | None
    newer: VersionLink | None
    versions: tuple[VersionLink, ...]
    """All of the policy, newest first."""
    downloads: Downloads


def view_version(site: Site, page: Page, *, locale: str, policy: Policy, version: str) -> Screen:
    """Show one version, for ever."""
    phrases = site.phrases(locale)
    shown = policy.version(version)
    edition, fidelity = edition_for(policy, shown, locale)
    title = Title(edition.title, find_language(edition.locale)) if edition else site.policy_title(policy, locale)
    place = policy.versions.index(shown)
    neighbours = [
        version_link(site, policy, policy.versions[index], locale) if 0 <= index < len(policy.versions) else None
        for index in (place - 1, place + 1)
    ]
    view = VersionView(
        title=title,
        label=shown.label,
        banner=make_banner(site, policy, shown, locale),
        text=make_text(site, page, policy, shown, edition, fidelity, locale),
        facts=_facts(site, policy, shown, edition, locale),
        present=site.link(PageKind.POLICY, locale=locale, policy=policy.id),
        history=site.link(PageKind.HISTORY, locale=locale, policy=policy.id),
        older=neighbours[0],
        newer=neighbours[1],
        versions=tuple(version_link(site, policy, other, locale) for other in reversed(policy.versions)),
        downloads=make_downloads(site, policy, version, edition.locale if edition else locale),
    )
    where = standing(policy, shown, site.at)
    frame = Frame(
        title=phrases.gettext(
            "%(policy)s, version effective from %(day)s",
            policy=title.text,
            day=name_of(view.facts.line.version, phrases),
        ),
        policy=policy,
        crumbs=_version_crumbs(site, shown, locale),
        is_indexed=where in (Standing.IN_FORCE, Standing.UPCOMING),
        canonical=_version_canonical(site, page, policy, fidelity, where),
    )
    return Screen("version.html", make_shell(site, page, frame), view, phrases)


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
        translations=tuple(
            (find_language(other), site.link(PageKind.VERSION, **{**names, "locale": other}))
            for other in site.publication.settings.languages
            if other in version.editions
        ),
    )


def _version_crumbs(site: Site, version: Version, locale: str) -> tuple[Crumb, ...]:
    phrases = site.phrases(locale)
    names = {"locale": locale, "policy": version.policy}
    link = version_link(site, site.publication.policy(version.policy), version, locale)
    return (
        Crumb(phrases.gettext("All versions"), site.link(PageKind.HISTORY, **names), phrases.language),
        Crumb(name_of(link, phrases), link.href, phrases.language),
    )


def _version_canonical(site: Site, page: Page, policy: Policy, fidelity: Fidelity, where: Standing) -> str | None:
    """Return the address that search engines are to know the page by, where it is another than its own."""
    if where is not Standing.IN_FORCE:
        return None
    locale = policy.authoritative_locale if fidelity is Fidelity.MISSING else page.parameters["locale"]
    return site.absolute_link(PageKind.POLICY, locale=locale, policy=policy.id)
