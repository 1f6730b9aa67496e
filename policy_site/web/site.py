"""What the views work with: the publication, the plan, and the values that templates are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from policy_site.catalogue.standing import current_edition, edition_for, upcoming, version_in_force
from policy_site.localization import Language, Phrases, find_language, load_phrases
from policy_site.model import Document, Edition, Fidelity, Policy, Version
from policy_site.pages import Page, PageKind, make_page, plan_pages, quote_address
from policy_site.publication import Publication
from policy_site.web.comparisons import Comparisons
from policy_site.web.syndication import Syndication
from policy_site.web.texts import Texts


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it is written in a page."""

    iso: str
    words: str


@dataclass(frozen=True, slots=True)
class Title:
    """A title from the content, with the language it is in."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Screen:
    """A page of HTML: the template, what surrounds the page, and the page's own value."""

    template: str
    shell: object
    view: object
    phrases: Phrases


@dataclass(frozen=True, slots=True)
class File:
    """A page that is not HTML."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Site:
    """A publication with its plan: everything a view may ask."""

    publication: Publication
    plan: Mapping[str, Page]
    """By address."""
    texts: Texts
    comparisons: Comparisons
    syndication: Syndication

    @property
    def at(self) -> datetime:
        """The instant that the site is published for."""
        return self.publication.as_of

    def link(self, kind: PageKind, /, **parameters: str) -> str:
        """Return the link to a planned page; one that is not planned is a defect, not a dead link."""
        address = make_page(kind, **parameters).address
        if address not in self.plan:
            raise LookupError(f"No page {address!r} is planned.")
        return self.publication.settings.base_path + quote_address(address)

    def find_link(self, kind: PageKind, /, **parameters: str) -> str | None:
        """Return the link to a page, or ``None`` where it is not planned."""
        return self.link(kind, **parameters) if make_page(kind, **parameters).address in self.plan else None

    def link_in(self, page: Page, locale: str) -> str:
        """Return the link to ``page`` in another language.

        An earlier text of a translation is in its own language alone: elsewhere the version's page stands for it.
        """
        parameters = {**page.parameters, "locale": locale}
        found = self.find_link(page.kind, **parameters)
        return found or self.link(
            PageKind.VERSION, locale=locale, policy=parameters["policy"], version=parameters["version"]
        )

    def absolute_link(self, kind: PageKind, /, **parameters: str) -> str:
        """Return the whole address of a planned page."""
        path = self.link(kind, **parameters)
        return self.publication.settings.base_url + path.removeprefix(self.publication.settings.base_path)

    def phrases(self, locale: str) -> Phrases:
        """Return the interface's phrases for ``locale``."""
        days = self.publication.settings.day_formats.get(locale, "")
        return load_phrases(locale, self.publication.catalogues, days)

    def in_force(self, policy: Policy) -> Version | None:
        """Return the version of ``policy`` in force."""
        return version_in_force(policy, self.at)

    def upcoming(self, policy: Policy) -> tuple[Version, ...]:
        """Return the versions of ``policy`` that lie ahead, the next one first."""
        return upcoming(policy, self.at)

    def document(self, edition: Edition | None) -> Document | None:
        """Return the rendered text of ``edition``."""
        return self.texts.document(edition)

    def present(self, policy: Policy, locale: str) -> tuple[Version | None, Edition | None, Fidelity]:
        """Return what a reader of ``locale`` is shown as the present text: in force, or else the next one."""
        version = self.in_force(policy) or next(iter(self.upcoming(policy)), None)
        if version is None:
            return None, None, Fidelity.MISSING
        return version, *self.shown(policy, version, locale)

    def shown(self, policy: Policy, version: Version, locale: str) -> tuple[Edition | None, Fidelity]:
        """Return what a page about ``version`` as the present text shows in ``locale``.

        Where the policy says that stale translations yield, one that is stale is as good as missing.
        """
        edition, fidelity = current_edition(policy, version, locale)
        settings = self.publication.settings.policy(policy.id)
        if fidelity is Fidelity.BEHIND and settings.stale_translation == "yield":
            state = self.comparisons.staleness(policy, version, locale)
            if state is None or state.is_stale:
                return edition_for(policy, version, locale)
        return edition, fidelity

    def policy_title(self, policy: Policy, locale: str) -> Title:
        """Return the policy's title as readers of ``locale`` know it."""
        _, edition, _ = self.present(policy, locale)
        if edition is None and policy.versions:
            editions = policy.versions[-1].editions
            edition = editions.get(locale) or editions.get(policy.authoritative_locale)
        if edition is not None and edition.title:
            return Title(edition.title, find_language(edition.locale))
        title = self.publication.settings.policy(policy.id).fallback_title(policy.authoritative_locale)
        return Title(title, find_language(policy.authoritative_locale))

    def day(self, day: date, locale: str) -> Day:
        """Return ``day`` in the words of ``locale``."""
        return Day(day.isoformat(), self.phrases(locale).date_in_words(day))

    def day_of(self, instant: datetime, locale: str) -> Day:
        """Return the day of ``instant`` in the site's time zone."""
        return self.day(instant.astimezone(self.publication.settings.zone).date(), locale)


def make_site(publication: Publication) -> Site:
    """Plan the pages of ``publication`` and lay out what its views need."""
    plan = {page.address: page for page in plan_pages(publication)}
    texts = Texts(publication)
    return Site(publication, plan, texts, Comparisons(publication, texts), Syndication(publication, texts))
