"""The page for a wrong address."""

from __future__ import annotations

from dataclasses import dataclass

from policy_site.localization import Language, Phrases
from policy_site.pages import Page, PageKind
from policy_site.web.shell import Frame, make_shell
from policy_site.web.site import Screen, Site


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


def view_not_found(site: Site, page: Page) -> Screen:
    """Say that there is no such page, and where to go on."""
    phrases = site.phrases(site.publication.settings.languages[0])
    apologies = tuple(_apology(site, locale) for locale in site.publication.settings.languages)
    frame = Frame(phrases.gettext("Page not found"))
    return Screen("not_found.html", make_shell(site, page, frame), NotFoundView(apologies), phrases)


def _apology(site: Site, locale: str) -> Apology:
    phrases: Phrases = site.phrases(locale)
    return Apology(
        language=phrases.language,
        heading=phrases.gettext("Page not found"),
        text=phrases.gettext(
            "Check the address for typing errors. "
            "Every version of every policy ever shown on this site is still available."
        ),
        href=site.link(PageKind.POLICIES, locale=locale),
        link=phrases.gettext("Go to the policies"),
    )
