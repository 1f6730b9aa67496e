"""What leaves the site by itself: events with their words, made whole for readers elsewhere, and the change feed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from policy_site.events.chain import ChangeFeed, compose_change_feed
from policy_site.events.entries import Entry, compose_entries
from policy_site.hyperlinks import whole_address
from policy_site.model import (
    RenderedWords,
    Words,
)
from policy_site.pages import PageKind, make_page, quote_address
from policy_site.publication import Publication
from policy_site.publication.rendering import with_links
from policy_site.web.addresses import Addresses
from policy_site.web.texts import Texts


class Syndication:
    """What feeds are written from. A memo of pure functions: throwing it away costs time alone."""

    def __init__(self, publication: Publication, texts: Texts | None = None) -> None:
        self._publication = publication
        self._texts = texts or Texts(publication)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The events with what was known when they happened."""
        return compose_entries(
            self._publication.events, self._publication.policies, self.words_abroad, self._earlier_words_abroad()
        )

    @cached_property
    def words_abroad(self) -> Mapping[tuple[str, str, str], RenderedWords]:
        """Words of release notes for those who read them elsewhere: links into the text are whole addresses."""
        return {key: self._abroad(words, *key[:2]) for key, words in self._publication.words.items()}

    def _earlier_words_abroad(self) -> Mapping[Words, RenderedWords]:
        abroad: dict[Words, RenderedWords] = {}
        for policy in self._publication.policies:
            for version in policy.versions:
                for state in version.earlier:
                    for said in state.note.words.values() if state.note else ():
                        abroad[said] = self._abroad(self._publication.earlier_words[said], policy.id, version.label)
        return abroad

    def _abroad(self, words: RenderedWords, policy: str, version: str) -> RenderedWords:
        """Make every link whole: newsreaders and mail programs know no page that one could start from."""
        settings = self._publication.settings
        names = {"policy": policy, "version": version}
        written = words.language if words.is_fallback else words.locale  # where the version surely has a page
        page, account = (
            f"{settings.base_url}{quote_address(make_page(kind, **names, locale=locale).address)}"
            for kind, locale in ((PageKind.VERSION, written), (PageKind.CHANGES, words.locale))
        )
        work = self._publication.policy(policy)
        led = self._texts.words(words, work, work.version(version))

        def whole(link: str) -> str:
            return account + link if link.startswith("#") else whole_address(link, page)

        return with_links(led, whole)

    @cached_property
    def change_feed(self) -> ChangeFeed:
        """The events as the change feed tells them."""
        settings = self._publication.settings
        return compose_change_feed(
            self.entries,
            links=Addresses(settings.base_url),
            time_zone=settings.time_zone,
            kept=self._publication.kept_records,
        )
