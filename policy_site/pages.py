"""Every page of the site, planned before any is rendered.

An address is a promise: written down once, in :data:`PATTERNS`, from which the plan and every link are made.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, pairwise, product
from pathlib import PurePosixPath
from types import MappingProxyType
from urllib.parse import quote

from policy_site.catalogue.standing import earlier_revisions, version_in_force
from policy_site.errors import PublishingError
from policy_site.events.chain import ARCHIVE_ADDRESS, ARCHIVE_SIZE, FEED_ADDRESS
from policy_site.formats import FEED_FORMS, Scope, count_archives
from policy_site.model import Document, Policy, Revision, Significance, Version
from policy_site.publication import Publication
from policy_site.static_files import read_static_files

FEEDS = tuple(f"{scope}.{form.suffix}" for scope in Scope for form in FEED_FORMS)
"""File names of the feeds for people: ``changes.atom``."""
ALL_PAIRS_UP_TO = 12
"""A policy with no more versions than this gets a redline of every two of them."""
_REVISION_DIGITS = 12
"""Of the SHA-256 of an earlier text of a translation: enough to tell it from its siblings."""


class PageKind(StrEnum):
    """What a page is; there is one view for each kind."""

    LANGUAGES = "languages"
    POLICIES = "policies"
    POLICY = "policy"
    UPCOMING = "upcoming"
    HISTORY = "history"
    VERSION = "version"
    VERSION_MARKDOWN = "version-markdown"
    VERSION_TEXT = "version-text"
    VERSION_JSON = "version-json"
    REVISION = "revision"
    REVISION_MARKDOWN = "revision-markdown"
    REVISION_TEXT = "revision-text"
    CHANGES = "changes"
    COMPARISONS = "comparisons"
    THREADS = "threads"
    COMPARE = "compare"
    SIDE_BY_SIDE = "side-by-side"
    SINCE = "since"
    SECTION = "section"
    FEED = "feed"
    SITE_FEED = "site-feed"
    FEED_ARCHIVE = "feed-archive"
    SITE_FEED_ARCHIVE = "site-feed-archive"
    LEDGER = "ledger"
    ARCHIVE = "archive"
    EVENT = "event"
    CURRENT = "current"
    SCHEMA = "schema"
    REDLINE_SCHEMA = "redline-schema"
    MANIFEST = "manifest"
    NOT_FOUND = "not-found"
    ROBOTS = "robots"
    SITEMAP = "sitemap"
    HEADERS = "headers"
    REDIRECTS = "redirects"
    HTACCESS = "htaccess"
    NGINX_HTTP = "nginx-http"
    NGINX_SERVER = "nginx-server"
    CADDY = "caddy"
    STATIC = "static"


PATTERNS: Mapping[PageKind, str] = MappingProxyType(
    {
        PageKind.LANGUAGES: "",
        PageKind.POLICIES: "{locale}/",
        PageKind.POLICY: "{locale}/{policy}/",
        PageKind.UPCOMING: "{locale}/{policy}/upcoming/",
        PageKind.HISTORY: "{locale}/{policy}/history/",
        PageKind.VERSION: "{locale}/{policy}/v/{version}/",
        PageKind.VERSION_MARKDOWN: "{locale}/{policy}/v/{version}/index.md",
        PageKind.VERSION_TEXT: "{locale}/{policy}/v/{version}/index.txt",
        PageKind.VERSION_JSON: "{locale}/{policy}/v/{version}/index.json",
        PageKind.REVISION: "{locale}/{policy}/v/{version}/revisions/{revision}/",
        PageKind.REVISION_MARKDOWN: "{locale}/{policy}/v/{version}/revisions/{revision}/index.md",
        PageKind.REVISION_TEXT: "{locale}/{policy}/v/{version}/revisions/{revision}/index.txt",
        PageKind.CHANGES: "{locale}/{policy}/v/{version}/changes/",
        PageKind.COMPARISONS: "{locale}/{policy}/compare/",
        PageKind.THREADS: "{locale}/{policy}/compare/threads.json",
        PageKind.COMPARE: "{locale}/{policy}/compare/{older}/{version}/",
        PageKind.SIDE_BY_SIDE: "{locale}/{policy}/compare/{older}/{version}/side-by-side/",
        PageKind.SINCE: "{locale}/{policy}/since/{older}/",
        PageKind.SECTION: "{locale}/{policy}/sections/{section}/",
        PageKind.FEED: "{locale}/{policy}/{feed}",
        PageKind.SITE_FEED: "{locale}/{feed}",
        PageKind.FEED_ARCHIVE: "{locale}/{policy}/{scope}/archive-{number}.{form}",
        PageKind.SITE_FEED_ARCHIVE: "{locale}/{scope}/archive-{number}.{form}",
        PageKind.LEDGER: FEED_ADDRESS,
        PageKind.ARCHIVE: ARCHIVE_ADDRESS,
        PageKind.EVENT: "changes/v1/events/{seq}.json",
        PageKind.CURRENT: "current.json",
        PageKind.SCHEMA: "schemas/change-feed/1.0.json",
        PageKind.REDLINE_SCHEMA: "schemas/redline/1.0.json",
        PageKind.MANIFEST: "manifest.json",
        PageKind.NOT_FOUND: "404.html",
        PageKind.ROBOTS: "robots.txt",
        PageKind.SITEMAP: "sitemap.xml",
        PageKind.HEADERS: "_headers",
        PageKind.REDIRECTS: "_redirects",
        PageKind.HTACCESS: ".htaccess",
        PageKind.NGINX_HTTP: "hosting/nginx-http.conf",
        PageKind.NGINX_SERVER: "hosting/nginx-server.conf",
        PageKind.CADDY: "hosting/Caddyfile",
        PageKind.STATIC: "static/{name}",
    }
)
"""Addresses below the site's base path. ``/manifest.json`` is written by the act of publishing, not by a view."""

HOST_FILES: Mapping[str, tuple[PageKind, ...]] = MappingProxyType(
    {
        "apache": (PageKind.HTACCESS,),
        "caddy": (PageKind.CADDY,),
        "netlify": (PageKind.REDIRECTS,),
        "nginx": (PageKind.NGINX_HTTP, PageKind.NGINX_SERVER),
    }
)
"""What is written for the hosts that ``site.toml`` names."""

NEVER_INDEXED = frozenset(
    {
        PageKind.REVISION,
        PageKind.CHANGES,
        PageKind.COMPARE,
        PageKind.SIDE_BY_SIDE,
        PageKind.SINCE,
        PageKind.SECTION,
        PageKind.NOT_FOUND,
    }
)
"""Kinds of pages that search engines are asked to leave out, whatever they show."""


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the site."""

    address: str
    """Below the base path, not quoted: ``en/privacy/``."""
    file: str
    """Where it lands below the site's folder: ``en/privacy/index.html``."""
    kind: PageKind
    parameters: Mapping[str, str]
    """What the kind's pattern names."""


def make_page(kind: PageKind, /, **parameters: str) -> Page:
    """Return the page of ``kind`` with these parameters."""
    address = PATTERNS[kind].format(**parameters)
    file = f"{address}index.html" if not address or address.endswith("/") else address
    return Page(address=address, file=file, kind=kind, parameters=parameters)


def quote_address(address: str) -> str:
    """Return an address as it is written into a link."""
    return quote(address, safe="/~")


def plan_pages(publication: Publication) -> tuple[Page, ...]:
    """Plan every page of the site, in the order of their addresses.

    Raises :class:`PublishingError` where two pages would fall into one file or a file would leave the site's folder.
    """
    pages = sorted(_gather_pages(publication), key=lambda page: page.address)
    _refuse_collisions(pages)
    return tuple(pages)


def comparisons(policy: Policy, publication: Publication) -> tuple[tuple[Version, Version], ...]:
    """Return the pairs of versions that have a redline page, the older one first, by effective date.

    Every pair of a policy with few versions. Of one with many: neighbours; each version with the one in force; and each
    older version with every one that people are told of, since notices link to the redline from the version that their
    reader accepted, and such links stay true. A version whose text is not there has none.
    """
    present = [version for version in policy.versions if is_text_present(policy, version, publication)]
    if len(present) <= ALL_PAIRS_UP_TO:
        return tuple(combinations(present, 2))
    pairs = set(pairwise(range(len(present))))
    in_force = version_in_force(policy, publication.as_of)
    if in_force in present:
        middle = present.index(in_force)
        pairs |= {(min(index, middle), max(index, middle)) for index in range(len(present)) if index != middle}
    told = [index for index, version in enumerate(present) if version.significance is Significance.SIGNIFICANT]
    pairs |= {(older, newer) for newer in told for older in range(newer)}
    return tuple((present[older], present[newer]) for older, newer in sorted(pairs))


def is_text_present(policy: Policy, version: Version, publication: Publication) -> bool:
    """Say whether the authoritative text of ``version`` is there and could be rendered."""
    edition = version.editions.get(policy.authoritative_locale)
    return edition is not None and edition.digest in publication.documents


def revision_names(policy: Policy, version: Version, locale: str) -> Mapping[str, Revision]:
    """Return the texts that a translation of ``version`` had before its present one, oldest first, by their names."""
    edition = version.editions.get(locale)
    earlier = earlier_revisions(policy, edition) if edition else ()
    return {revision.digest[:_REVISION_DIGITS]: revision for revision in earlier}


def section_address(section_id: str) -> str:
    """Return the part of an address that stands for a section's id.

    Ids come from authors: letters, digits, ``-``, ``_`` and ``.`` stay, the rest is written as ``~`` and its code
    point. Ids that differ only in case share an address, since some disks hold them for the same.
    """
    text = unicodedata.normalize("NFC", section_id).casefold()
    safe = re.sub(r"[^\w.-]|^\.|\.$", lambda found: f"~{ord(found.group()):x}", text)
    if len(safe.encode()) <= 120:  # noqa: PLR2004 (disks take names of 255 bytes; half of it is long enough)
        return safe or "~"
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"{safe.encode()[:90].decode(errors='ignore')}~{digest}"


def section_ids(policy: Policy, publication: Publication) -> tuple[str, ...]:
    """Return the ids of the sections that the policy's authoritative texts ever had, oldest first, as addresses."""
    documents = (authoritative_document(policy, version, publication) for version in policy.versions)
    found = {section_address(section.id): None for document in documents if document for section in document.sections}
    return tuple(found)


def authoritative_document(policy: Policy, version: Version, publication: Publication) -> Document | None:
    """Return the authoritative text of ``version``; ``None`` where it is not there."""
    edition = version.editions.get(policy.authoritative_locale)
    return publication.documents.get(edition.digest) if edition else None


def _gather_pages(publication: Publication) -> Iterator[Page]:
    yield make_page(PageKind.LANGUAGES)
    for kind in (PageKind.LEDGER, PageKind.CURRENT, PageKind.SCHEMA, PageKind.REDLINE_SCHEMA):
        yield make_page(kind)
    for kind in (PageKind.NOT_FOUND, PageKind.ROBOTS, PageKind.SITEMAP, PageKind.HEADERS):
        yield make_page(kind)
    yield from (make_page(kind) for host in publication.settings.hosts for kind in HOST_FILES[host])
    for number in range(1, len(publication.events) // ARCHIVE_SIZE + 1):
        yield make_page(PageKind.ARCHIVE, number=f"{number:05}")
    for event in publication.events:
        yield make_page(PageKind.EVENT, seq=f"{event.seq:06}")
    for name in read_static_files():
        yield make_page(PageKind.STATIC, name=name)
    for locale in publication.settings.languages:
        yield make_page(PageKind.POLICIES, locale=locale)
        for feed in FEEDS:
            yield make_page(PageKind.SITE_FEED, locale=locale, feed=feed)
    yield from _gather_feed_archives(publication)
    for policy in publication.policies:
        for locale in publication.settings.languages:
            yield from _gather_policy_pages(policy, locale, publication)


def _gather_feed_archives(publication: Publication) -> Iterator[Page]:
    for policy in (None, *publication.policies):
        for scope in Scope:
            count = count_archives(
                publication.events, publication.policies, policy=policy.id if policy else None, scope=scope
            )
            for number in (f"{number:05}" for number in range(1, count + 1)):
                for locale, form in product(publication.settings.languages, FEED_FORMS):
                    names = {"locale": locale, "scope": scope.value, "number": number, "form": form.suffix}
                    if policy:
                        yield make_page(PageKind.FEED_ARCHIVE, **names, policy=policy.id)
                    else:
                        yield make_page(PageKind.SITE_FEED_ARCHIVE, **names)


def _gather_policy_pages(policy: Policy, locale: str, publication: Publication) -> Iterator[Page]:
    names = {"locale": locale, "policy": policy.id}
    for kind in (PageKind.POLICY, PageKind.UPCOMING, PageKind.HISTORY):
        yield make_page(kind, **names)
    for feed in FEEDS:
        yield make_page(PageKind.FEED, **names, feed=feed)
    for version in policy.versions:
        yield from _gather_version_pages(policy, version, locale, publication)
    pairs = comparisons(policy, publication)
    if pairs:
        yield make_page(PageKind.COMPARISONS, **names)
        if any(locale in version.editions for version in policy.versions):
            yield make_page(PageKind.THREADS, **names)
    for older, newer in pairs:
        yield make_page(PageKind.COMPARE, **names, older=older.label, version=newer.label)
        yield make_page(PageKind.SIDE_BY_SIDE, **names, older=older.label, version=newer.label)
    in_force = version_in_force(policy, publication.as_of)
    for older, newer in pairs:
        if newer == in_force:
            yield make_page(PageKind.SINCE, **names, older=older.label)
    for section in section_ids(policy, publication):
        yield make_page(PageKind.SECTION, **names, section=section)


def _gather_version_pages(policy: Policy, version: Version, locale: str, publication: Publication) -> Iterator[Page]:
    names = {"locale": locale, "policy": policy.id}
    yield make_page(PageKind.VERSION, **names, version=version.label)
    yield make_page(PageKind.CHANGES, **names, version=version.label)
    yield make_page(PageKind.VERSION_JSON, **names, version=version.label)
    if is_text_present(policy, version, publication) or locale in version.editions:
        yield make_page(PageKind.VERSION_MARKDOWN, **names, version=version.label)
        yield make_page(PageKind.VERSION_TEXT, **names, version=version.label)
    for revision in revision_names(policy, version, locale):
        for kind in (PageKind.REVISION, PageKind.REVISION_MARKDOWN, PageKind.REVISION_TEXT):
            yield make_page(kind, **names, version=version.label, revision=revision)


def _refuse_collisions(pages: list[Page]) -> None:
    taken: dict[str, Page] = {}
    folders = {str(parent).casefold(): page for page in pages for parent in PurePosixPath(page.file).parents}
    for page in pages:
        parts = page.file.split("/")
        if any(part in ("", ".", "..") for part in parts) or any(character in page.file for character in "\\\0"):
            raise PublishingError(
                f"The page {page.address!r} would be written outside the site's folder.",
                remedy="Change the name that holds dots, slashes or backslashes.",
            )
        name = unicodedata.normalize("NFC", page.file).casefold()
        other = taken.get(name) or folders.get(name)
        if other is not None:
            raise PublishingError(
                f"The pages {other.address!r} and {page.address!r} would fall into one file.",
                remedy="Rename the policy, version or language that one of them is named after.",
            )
        taken[name] = page
