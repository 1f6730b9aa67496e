"""The site's addresses as the forms of ``formats`` ask for them: whole."""

from __future__ import annotations

from dataclasses import dataclass

from policy_site.pages import PageKind, make_page, quote_address


@dataclass(frozen=True, slots=True)
class Addresses:
    """Implements :class:`policy_site.formats.Links`."""

    base_url: str

    def home(self, locale: str) -> str:
        """Address of the list of policies in a language."""
        return self._address(PageKind.POLICIES, locale=locale)

    def policy(self, locale: str, policy: str) -> str:
        """Address of the text in force."""
        return self._address(PageKind.POLICY, locale=locale, policy=policy)

    def history(self, locale: str, policy: str) -> str:
        """Address of the list of versions."""
        return self._address(PageKind.HISTORY, locale=locale, policy=policy)

    def version(self, locale: str, policy: str, version: str) -> str:
        """Address of the permanent page of a version."""
        return self._address(PageKind.VERSION, locale=locale, policy=policy, version=version)

    def version_file(self, locale: str, policy: str, version: str, name: str) -> str:
        """Address of a file beside it: ``index.txt``."""
        return f"{self.version(locale, policy, version)}{name}"

    def changes(self, locale: str, policy: str, version: str) -> str:
        """Address of the account of a change."""
        return self._address(PageKind.CHANGES, locale=locale, policy=policy, version=version)

    def compare(self, locale: str, policy: str, older: str, newer: str) -> str:
        """Address of a redline."""
        return self._address(PageKind.COMPARE, locale=locale, policy=policy, older=older, version=newer)

    def feed(self, locale: str, policy: str | None, name: str) -> str:
        """Address of a feed of one policy, or of all."""
        if policy is None:
            return self._address(PageKind.SITE_FEED, locale=locale, feed=name)
        return self._address(PageKind.FEED, locale=locale, policy=policy, feed=name)

    def feed_archive(self, locale: str, policy: str | None, name: str, number: int) -> str:
        """Address of an archive document of the feed ``name``."""
        scope, _, form = name.partition(".")
        names = {"locale": locale, "scope": scope, "number": f"{number:05}", "form": form}
        if policy is None:
            return self._address(PageKind.SITE_FEED_ARCHIVE, **names)
        return self._address(PageKind.FEED_ARCHIVE, **names, policy=policy)

    def change_feed(self) -> str:
        """Address of the change feed."""
        return self._address(PageKind.CHANGE_FEED)

    def event(self, seq: int) -> str:
        """Address of one event."""
        return self._address(PageKind.EVENT, seq=f"{seq:06}")

    def archive(self, number: int) -> str:
        """Address of one page of the change feed's archive."""
        return self._address(PageKind.ARCHIVE, number=f"{number:05}")

    def current(self) -> str:
        """Address of ``current.json``."""
        return self._address(PageKind.CURRENT)

    def schema(self) -> str:
        """Address of the JSON Schema."""
        return self._address(PageKind.SCHEMA)

    def _address(self, kind: PageKind, /, **parameters: str) -> str:
        return self.base_url + quote_address(make_page(kind, **parameters).address)
