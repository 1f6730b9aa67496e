"""What the views work with: the publication, the plan, and the values that templates are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Self

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


class Link(str):
    """A link of the site that knows whether it leads to a page in another language than the one it stands in."""

    __slots__ = ("language", "language_name")

    language: str
    """Tag of that language; empty where it is the same."""
    language_name: str
    """Its name, in the reader's."""

    def __new__(cls, href: str, *, language: str = "", language_name: str = "") -> Self:
        """Make a link, which is a string: where it leads."""
        link = str.__new__(cls, href)
        link.language, link.language_name = language, language_name
        return link

    def at(self, anchor: str) -> Link:
        """Return the same with a place in the page."""
        return Link(f"{self}#{anchor}", language=self.language, language_name=self.language_name)


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
class Paper:
    """A page that is printed: a screen, and the whole address of the page that it is a print of."""

    screen: Screen
    address: str


@dataclass(frozen=True, slots=True)
class Site:
    """A publication with its plan: everything a view may ask."""

    publication: Publication
    plan: Mapping[str, Page]
    """By address."""
    texts: Texts
    comparisons: Comparisons
    syndication: Syndication
    related: tuple[str, ...]
    """Ids of the policies in force that site.toml names a link relation for: every page says where they are."""

    @property
    def at(self) -> datetime:
        """The instant that the site is published for."""
        return self.publication.as_of

    def link(self, kind: PageKind, /, **parameters: str) -> Link:
        """Return the link to a planned page; one that is not planned is a defect, not a dead link."""
        address = make_page(kind, **parameters).address
        if address not in self.plan:
            raise LookupError(f"No page {address!r} is planned.")
        return Link(self.publication.settings.base_path + quote_address(address))

    def find_link(self, kind: PageKind, /, **parameters: str) -> Link | None:
        """Return the link to a page, or ``None`` where it is not planned."""
        return self.link(kind, **parameters) if make_page(kind, **parameters).address in self.plan else None

    def lead(self, kind: PageKind, /, **parameters: str) -> Link:
        """Return the link to a page in the language ``locale``, or where it has none, in the authoritative one."""
        found = self.find_lead(kind, **parameters)
        if found is None:
            raise LookupError(f"No page {make_page(kind, **parameters).address!r} is planned in any language.")
        return found

    def find_lead(self, kind: PageKind, /, **parameters: str) -> Link | None:
        """Return the same, or ``None`` where it is planned in neither language."""
        locale, authoritative = parameters["locale"], self.publication.policy(parameters["policy"]).authoritative_locale
        for language in (locale, authoritative):
            address = make_page(kind, **{**parameters, "locale": language}).address
            if address in self.plan:
                href = self.publication.settings.base_path + quote_address(address)
                name = "" if language == locale else self.phrases(locale).language_name(language)
                return Link(href, language="" if language == locale else language, language_name=name)
        return None

    def link_in(self, page: Page, locale: str) -> Link:
        """Return the link to ``page`` in another language.

        Where it is not there in that language, a page that says most of the same stands for it: for a version or its
        redline the account of the change, for a redline against the text in force what changed since, for an earlier
        text of a translation the version, and for the history of a clause that of the policy.
        """
        names = {**page.parameters, "locale": locale}
        for kind in (page.kind, *_INSTEAD.get(page.kind, ())):
            if kind is PageKind.SINCE is not page.kind and not self._ends_in_force(page):
                continue
            wanted = {name: names[name] for name in kind.parameters}
            found = self.find_link(kind, **wanted)
            if found:
                return found
        raise LookupError(f"No page {page.address!r} is planned in {locale}, nor one in its place.")

    def _ends_in_force(self, page: Page) -> bool:
        in_force = self.in_force(self.publication.policy(page.parameters["policy"]))
        return in_force is not None and in_force.label == page.parameters["version"]

    def absolute_link(self, kind: PageKind, /, **parameters: str) -> str:
        """Return the whole address of a planned page."""
        path = self.link(kind, **parameters)
        return self.publication.settings.base_url + path.removeprefix(self.publication.settings.base_path)

    def absolute_lead(self, kind: PageKind, /, **parameters: str) -> str:
        """Return the whole address of a page in the language ``locale``, or in the authoritative one."""
        path = self.lead(kind, **parameters)
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


_INSTEAD: Mapping[PageKind, tuple[PageKind, ...]] = MappingProxyType(
    {
        PageKind.VERSION: (PageKind.CHANGES,),
        PageKind.REVISION: (PageKind.VERSION, PageKind.CHANGES),
        PageKind.COMPARE: (PageKind.SINCE, PageKind.CHANGES),
        PageKind.SIDE_BY_SIDE: (PageKind.SINCE, PageKind.CHANGES),
        PageKind.SECTION: (PageKind.HISTORY,),
    }
)
"""What stands for a page in a language that has it not, the nearest first."""


def related_policies(publication: Publication) -> tuple[str, ...]:
    """Return the ids of the policies in force that site.toml names a link relation for."""
    return tuple(
        policy.id
        for policy in publication.policies
        if publication.settings.policy(policy.id).link_relation and version_in_force(policy, publication.as_of)
    )


def make_site(publication: Publication, related: tuple[str, ...] | None = None) -> Site:
    """Plan the pages of ``publication`` and lay out what its views need.

    ``related``: :func:`related_policies` of the whole, where ``publication`` is a portion.
    """
    plan = {page.address: page for page in plan_pages(publication)}
    texts = Texts(publication)
    return Site(
        publication,
        plan,
        texts,
        Comparisons(publication, texts),
        Syndication(publication, texts),
        related_policies(publication) if related is None else related,
    )
