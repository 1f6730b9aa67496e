"""The choice of language."""

from __future__ import annotations

from dataclasses import dataclass

from policy_site.localization import Language, find_language
from policy_site.localization.tags import ranges_of
from policy_site.pages import Page, PageKind
from policy_site.static_files import module_name
from policy_site.web.parts.values import site_description
from policy_site.web.shell import Frame, make_shell
from policy_site.web.site import Screen, Site, Title


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
    frame = Frame(settings.title, site_description(site, phrases), script=script)
    return Screen(
        "languages.html",
        make_shell(site, page, frame),
        LanguagesView(entries, ranges_of(settings.languages)),
        phrases,
    )
