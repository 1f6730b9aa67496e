"""Texts as the site shows them: links from one to another lead to its page."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote, urlsplit

from policy_site.documents import rewrite_links
from policy_site.model import (
    Document,
    Edition,
)
from policy_site.pages import PageKind, make_page, quote_address
from policy_site.publication import Publication
from policy_site.sources import Places, Role


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
            self._documents[key] = rewrite_links(
                self._publication.documents[edition.digest], lambda href: self.page_meant(href, edition.revision.path)
            )
        return self._documents[key]

    def page_meant(self, href: str, source: str) -> str | None:
        """Return the link to the page of the text that a path from the file ``source`` means; ``None`` for others."""
        parts = urlsplit(href)
        if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
            return None
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), unquote(parts.path)))
        place = self._places.of(path)
        settings = self._publication.settings
        if place is None or place.role is not Role.TEXT or place.locale not in settings.languages:
            return None
        page = make_page(PageKind.POLICY, locale=place.locale, policy=place.policy)
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        return f"{settings.base_path}{quote_address(page.address)}{fragment}"
