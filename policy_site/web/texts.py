"""Texts as the site shows them: links from one to another lead to its page, pictures to the copy of their version."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from policy_site.documents import pictures, rewrite_links
from policy_site.history import Wanted
from policy_site.hyperlinks import Kind, judge
from policy_site.model import Document, Edition, Policy, RenderedWords, Version
from policy_site.pages import PageKind, make_page, quote_address
from policy_site.publication import Publication
from policy_site.publication.attachments import Attachment, paths_meant, text_meant
from policy_site.publication.gathering import place_of, sources_of_note
from policy_site.publication.rendering import own_ids, with_links
from policy_site.sources import Places


class Texts:
    """A publication's texts. A memo of pure functions: throwing it away costs time alone."""

    def __init__(self, publication: Publication) -> None:
        self._publication = publication
        self._places = Places(publication.settings)
        self._documents: dict[tuple[str, str], Document] = {}

    def document(self, edition: Edition | None) -> Document | None:
        """Return the text of ``edition`` with its links to other texts leading to their pages."""
        if edition is None or edition.digest not in self._publication.documents:
            return None
        key = (edition.digest, edition.revision.path)
        if key not in self._documents:
            commit, sources = place_of(edition)
            document = self._publication.documents[edition.digest]
            shown = frozenset(pictures(document))
            self._documents[key] = rewrite_links(
                document, lambda href: self._target(href, commit, sources, edition.locale, is_picture=href in shown)
            )
        return self._documents[key]

    def words(self, words: RenderedWords, policy: Policy, version: Version) -> RenderedWords:
        """Return words of a release note with their links leading to pages of the site."""
        if not words.documents:
            return words
        sources = sources_of_note(policy, version)
        own = f"#{own_ids(version.label)}"
        locale = words.language if words.is_fallback else words.locale  # where the version surely has a page
        page = make_page(PageKind.VERSION, locale=locale, policy=policy.id, version=version.label)
        place = f"{self._publication.settings.base_path}{quote_address(page.address)}"

        shown = frozenset(href for document in words.documents for href in pictures(document))

        def lead(href: str) -> str | None:
            if href.startswith("#"):
                return None if href.startswith(own) else f"{place}{href}"
            return self._target(href, words.commit, sources, words.language, is_picture=href in shown)

        return with_links(words, lead)

    def _target(
        self, href: str, commit: str | None, sources: Sequence[str], locale: str, *, is_picture: bool
    ) -> str | None:
        """Return where a path from the files ``sources`` leads on the site, empty where nowhere; else ``None``."""
        link = judge(href)
        settings = self._publication.settings
        if link.kind is Kind.SITE and settings.content.root_links and not is_picture:
            return f"{settings.content.root_links.rstrip('/')}{link.address}"
        if link.kind is not Kind.PATH:
            # the site's own pictures are named by what they hold: nobody can write their address
            is_missing = is_picture and link.kind is Kind.SITE and link.address.startswith(settings.base_path)
            return "" if is_missing else None
        paths = list(paths_meant(href, sources))
        place = text_meant(paths, self._places, (locale, *settings.languages))
        if place is not None and place.locale in settings.languages:
            page = make_page(PageKind.POLICY, locale=place.locale, policy=place.policy)
            fragment = urlsplit(link.address).fragment
            return f"{settings.base_path}{quote_address(page.address)}{f'#{fragment}' if fragment else ''}"
        for path in paths:
            attachment = self._publication.attachments.get(Wanted(commit, path))
            if isinstance(attachment, Attachment):
                address = make_page(PageKind.ATTACHMENT, name=attachment.name).address
                return f"{settings.base_path}{quote_address(address)}"
        return ""
