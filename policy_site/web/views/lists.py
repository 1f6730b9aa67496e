"""Pages that lead to others: the choice of language, the policies, and the page for a wrong address."""

from __future__ import annotations

from dataclasses import dataclass

from policy_site.localization import Language, Phrases, find_language
from policy_site.localization.tags import ranges_of
from policy_site.pages import Page, PageKind, module_name
from policy_site.web.shell import Frame, make_shell
from policy_site.web.site import Day, Screen, Site, Title
from policy_site.web.views.values import VersionLine, version_line


@dataclass(frozen=True, slots=True)
class LanguageEntry:
    """A language with the policies as it calls them."""

    language: Language
    href: str
    policies: tuple[tuple[Title, str], ...]


@dataclass(frozen=True, slots=True)
class LanguagesView:
    """The choice of language."""

    entries: tuple[LanguageEntry, ...]
    ranges: tuple[tuple[str, str], ...]
    """Patterns for what a reader's browser asks for, each with the language it leads to."""


@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """A policy in the list."""

    title: Title
    href: str
    history: str
    since: Day | None
    """First day of the version in force; ``None`` where none is."""
    line: VersionLine | None
    upcoming: VersionLine | None
    upcoming_page: str


@dataclass(frozen=True, slots=True)
class PoliciesView:
    """All policies of the site."""

    title: str
    publisher: str
    policies: tuple[PolicyEntry, ...]


@dataclass(frozen=True, slots=True)
class Apology:
    """That a page is not there, in one language."""

    language: Language
    heading: str
    text: str
    href: str
    link: str


@dataclass(frozen=True, slots=True)
class NotFoundView:
    """That a page is not there, in every language of the site: nobody knows which one the reader has."""

    apologies: tuple[Apology, ...]


def view_languages(site: Site, page: Page) -> Screen:
    """Offer the languages, each in its own words."""
    settings = site.publication.settings
    phrases = site.phrases(settings.languages[0])
    entries = tuple(
        LanguageEntry(
            find_language(locale),
            site.link(PageKind.POLICIES, locale=locale),
            tuple(
                (site.policy_title(policy, locale), site.link(PageKind.POLICY, locale=locale, policy=policy.id))
                for policy in site.publication.policies
            ),
        )
        for locale in settings.languages
    )
    script = site.link(PageKind.STATIC, name=module_name("languages/page.mjs"))
    frame = Frame(settings.title, _description(site, phrases), script=script)
    return Screen(
        "languages.html",
        make_shell(site, page, frame),
        LanguagesView(entries, ranges_of(settings.languages)),
        phrases,
    )


def view_policies(site: Site, page: Page, *, locale: str) -> Screen:
    """List the policies."""
    settings = site.publication.settings
    phrases = site.phrases(locale)
    entries = tuple(_policy_entry(site, policy.id, locale) for policy in site.publication.policies)
    frame = Frame(phrases.gettext("Policies"), _description(site, phrases))
    view = PoliciesView(settings.title, settings.publisher, entries)
    return Screen("policies.html", make_shell(site, page, frame), view, phrases)


def view_not_found(site: Site, page: Page) -> Screen:
    """Say that there is no such page, and where to go on."""
    phrases = site.phrases(site.publication.settings.languages[0])
    apologies = tuple(_apology(site, locale) for locale in site.publication.settings.languages)
    frame = Frame(phrases.gettext("There is no such page"))
    return Screen("not_found.html", make_shell(site, page, frame), NotFoundView(apologies), phrases)


def _policy_entry(site: Site, policy_id: str, locale: str) -> PolicyEntry:
    policy = site.publication.policy(policy_id)
    in_force = site.in_force(policy)
    upcoming = next(iter(site.upcoming(policy)), None)
    names = {"locale": locale, "policy": policy.id}
    return PolicyEntry(
        title=site.policy_title(policy, locale),
        href=site.link(PageKind.POLICY, **names),
        history=site.link(PageKind.HISTORY, **names),
        since=site.day(in_force.effective_date, locale) if in_force else None,
        line=version_line(site, policy, in_force, locale) if in_force else None,
        upcoming=version_line(site, policy, upcoming, locale) if upcoming else None,
        upcoming_page=site.link(PageKind.UPCOMING, **names),
    )


def _description(site: Site, phrases: Phrases) -> str:
    settings = site.publication.settings
    return phrases.gettext(
        "The policies of %(publisher)s: the texts in force, every earlier version, and what changed.",
        publisher=settings.publisher or settings.title,
    )


def _apology(site: Site, locale: str) -> Apology:
    phrases: Phrases = site.phrases(locale)
    return Apology(
        language=phrases.language,
        heading=phrases.gettext("There is no such page"),
        text=phrases.gettext(
            "Perhaps the address was mistyped. Every version of every policy that this site ever showed is still here."
        ),
        href=site.link(PageKind.POLICIES, locale=locale),
        link=phrases.gettext("Go to the policies"),
    )
