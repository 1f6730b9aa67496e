"""Every page of the site, planned before any is rendered.

An address is a promise: written down once, in :class:`PageKind`, from which the plan and every link are made.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache
from itertools import combinations, product
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Self
from urllib.parse import quote

from policy_site.catalogue.standing import earlier_revisions, version_in_force
from policy_site.catalogue.succession import known_from, languages_of, states_of
from policy_site.errors import PublishingError
from policy_site.events.chain import ARCHIVE_ADDRESS, ARCHIVE_SIZE, FEED_ADDRESS
from policy_site.formats import FEED_FORMS, Scope, count_archives
from policy_site.model import (
    LONG_PSEUDO_LANGUAGE,
    MIRRORED_PSEUDO_LANGUAGE,
    Policy,
    Revision,
    Significance,
    Version,
)
from policy_site.publication import Publication
from policy_site.publication.attachments import Attachment
from policy_site.publication.clauses import changed_sections

FEEDS = tuple(f"{scope}.{form.suffix}" for scope in Scope for form in FEED_FORMS)
"""File names of the feeds for people: ``changes.atom``."""
ALL_PAIRS_OF_FIRST = 12
"""Of so many versions of a policy, the first that readers could know of, every two get a redline."""
_REVISION_DIGITS = 12
"""Of the SHA-256 of an earlier text of a translation: enough to tell it from its siblings."""


class Listing(StrEnum):
    """Whether search engines are to list a page."""

    FILE = "file"
    """People read no such page: it is a file for programs."""
    NEVER = "never"
    """They are asked to leave it out, whatever it shows."""
    ALWAYS = "always"
    WHILE_AHEAD = "while-ahead"
    """Only while the version that it shows lies ahead: the text in force is known by one address."""


class Translated(StrEnum):
    """Which languages really have a page: those that ``hreflang`` and the sitemap name. Elsewhere it is a fallback."""

    INTERFACE = "interface"
    """Those that the interface speaks."""
    IN_FORCE = "in-force"
    """Those in which readers are shown the text in force, be it behind."""
    NEXT = "next"
    """Those into which the next version is translated."""
    VERSION = "version"
    """Those into which the version of the address is translated."""
    OWN = "own"
    """The one of its address alone."""


class PageKind(StrEnum):
    """What a page is. A member says all of its kind; where its pages are, is planned below."""

    pattern: str
    """Its address below the site's base path, a promise. What stands in braces are its parameters."""
    view: str
    """Where its view is, below ``web/views/``: ``history`` is ``view_history`` in ``history.py``, ``compare:since`` is
    ``view_since`` in ``compare.py``. Empty for ``/manifest.json``, which the act of publishing writes."""
    listing: Listing
    translated: Translated

    def __new__(
        cls,
        name: str,
        pattern: str,
        view: str,
        listing: Listing = Listing.FILE,
        translated: Translated = Translated.INTERFACE,
    ) -> Self:
        """Make a member, which is a string: its name."""
        kind = str.__new__(cls, name)
        kind._value_ = name
        kind.pattern, kind.view, kind.listing, kind.translated = pattern, view, listing, translated
        return kind

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names that stand in braces."""
        return tuple(re.findall(r"\{(\w+)\}", self.pattern))

    @property
    def is_for_people(self) -> bool:
        """True for a page of HTML."""
        return self.listing is not Listing.FILE

    LANGUAGES = "languages", "", "languages", Listing.ALWAYS
    POLICIES = "policies", "{locale}/", "policies", Listing.ALWAYS
    POLICY = "policy", "{locale}/{policy}/", "policy", Listing.ALWAYS, Translated.IN_FORCE
    UPCOMING = "upcoming", "{locale}/{policy}/upcoming/", "upcoming", Listing.WHILE_AHEAD, Translated.NEXT
    HISTORY = "history", "{locale}/{policy}/history/", "history", Listing.ALWAYS
    TIMEMAP = "timemap", "{locale}/{policy}/timemap.link", "timemap"
    VERSION = "version", "{locale}/{policy}/v/{version}/", "version", Listing.WHILE_AHEAD, Translated.VERSION
    VERSION_MARKDOWN = "version-markdown", "{locale}/{policy}/v/{version}/index.md", "edition_file"
    VERSION_TEXT = "version-text", "{locale}/{policy}/v/{version}/index.txt", "edition_file"
    VERSION_JSON = "version-json", "{locale}/{policy}/v/{version}/index.json", "edition_file"
    REVISION = (
        "revision", "{locale}/{policy}/v/{version}/revisions/{revision}/", "revision", Listing.NEVER, Translated.OWN
    )  # fmt: skip
    REVISION_MARKDOWN = (
        "revision-markdown", "{locale}/{policy}/v/{version}/revisions/{revision}/index.md", "edition_file"
    )  # fmt: skip
    REVISION_TEXT = "revision-text", "{locale}/{policy}/v/{version}/revisions/{revision}/index.txt", "edition_file"
    CHANGES = "changes", "{locale}/{policy}/v/{version}/changes/", "changes", Listing.NEVER
    COMPARISONS = "comparisons", "{locale}/{policy}/compare/", "comparisons", Listing.ALWAYS
    THREADS = "threads", "{locale}/{policy}/compare/threads.json", "comparisons:threads"
    COMPARE = "compare", "{locale}/{policy}/compare/{older}/{version}/", "compare", Listing.NEVER
    SIDE_BY_SIDE = (
        "side-by-side", "{locale}/{policy}/compare/{older}/{version}/side-by-side/", "compare:side_by_side",
        Listing.NEVER,
    )  # fmt: skip
    REDLINE_DOCUMENT = (
        "redline-document", "{locale}/{policy}/compare/{older}/{version}/redline.docx", "compare:redline_document"
    )  # fmt: skip
    VERSION_PAPER = "version-paper", "{locale}/{policy}/v/{version}/index.pdf", "paper:version_paper"
    REDLINE_PAPER = (
        "redline-paper", "{locale}/{policy}/compare/{older}/{version}/redline.pdf", "paper:redline_paper"
    )  # fmt: skip
    SINCE = "since", "{locale}/{policy}/since/{older}/", "compare:since", Listing.NEVER
    AGREED = "agreed", "{locale}/{policy}/since/", "agreed", Listing.NEVER
    SECTION = "section", "{locale}/{policy}/sections/{section}/", "section", Listing.NEVER
    FEED = "feed", "{locale}/{policy}/{feed}", "feed"
    SITE_FEED = "site-feed", "{locale}/{feed}", "feed"
    FEED_ARCHIVE = "feed-archive", "{locale}/{policy}/{scope}/archive-{number}.{form}", "feed:feed_archive"
    SITE_FEED_ARCHIVE = "site-feed-archive", "{locale}/{scope}/archive-{number}.{form}", "feed:feed_archive"
    CHANGE_FEED = "change-feed", FEED_ADDRESS, "change_feed"
    ARCHIVE = "archive", ARCHIVE_ADDRESS, "change_feed:archive"
    EVENT = "event", "changes/v1/events/{seq}.json", "change_feed:event"
    CURRENT = "current", "current.json", "change_feed:current"
    EMBED = "embed", "embed/policy-notice.js", "embed"
    EMBED_PHRASES = "embed-phrases", "embed/{locale}.json", "embed:phrases"
    SCHEMA = "schema", "schemas/change-feed/1.0.json", "change_feed:schema"
    REDLINE_SCHEMA = "redline-schema", "schemas/redline/1.0.json", "change_feed:redline_schema"
    MANIFEST = "manifest", "manifest.json", ""
    NOT_FOUND = "not-found", "404.html", "not_found", Listing.NEVER
    ROBOTS = "robots", "robots.txt", "robots"
    SITEMAP = "sitemap", "sitemap.xml", "sitemap"
    HEADERS = "headers", "_headers", "host_file"
    REDIRECTS = "redirects", "_redirects", "host_file"
    HTACCESS = "htaccess", ".htaccess", "host_file"
    NGINX_HTTP = "nginx-http", "hosting/nginx-http.conf", "host_file"
    NGINX_SERVER = "nginx-server", "hosting/nginx-server.conf", "host_file"
    CADDY = "caddy", "hosting/Caddyfile", "host_file"
    MOVED = "moved", "{address}", "moved", Listing.NEVER
    """What is left at an address that was public once: the way to the page that stands for it now."""
    ATTACHMENT = "attachment", "files/{name}", "attachment"
    STATIC = "static", "static/{name}", "static"


HOST_FILES: Mapping[str, tuple[PageKind, ...]] = MappingProxyType(
    {
        "apache": (PageKind.HTACCESS,),
        "caddy": (PageKind.CADDY,),
        "netlify": (PageKind.REDIRECTS,),
        "nginx": (PageKind.NGINX_HTTP, PageKind.NGINX_SERVER),
    }
)
"""What is written for the hosts that ``site.toml`` names."""


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
    address = kind.pattern.format(**parameters)
    file = f"{address}index.html" if not address or address.endswith("/") else address
    return Page(address=address, file=file, kind=kind, parameters=parameters)


def policy_of(page: Page) -> str:
    """Return the id of the policy that a page is of; empty where it is of the site."""
    return "" if page.kind is PageKind.MOVED else page.parameters.get("policy", "")


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


def plan_with_former_names(publication: Publication) -> Publication:
    """Return the publication with the addresses that its policies had under former ids, each leading to today's."""
    if not any(policy.formerly for policy in publication.settings.policies):
        return publication
    moved = dict(publication.moved)
    for page in plan_pages(publication):
        policy = page.parameters.get("policy", "")
        if page.kind not in _LEAD_ON or not policy:
            continue
        for name in publication.settings.policy(policy).formerly:
            moved[make_page(page.kind, **{**page.parameters, "policy": name}).address] = page.address
    return replace(publication, moved=MappingProxyType(moved))


_LEAD_ON = frozenset({PageKind.POLICY, PageKind.UPCOMING, PageKind.HISTORY, PageKind.VERSION, PageKind.CHANGES})
"""Pages that people have bookmarked, or that letters name: where a policy is called otherwise, these lead on."""


def plan_with_moved(publication: Publication, published: Iterable[str]) -> Publication:
    """Return the publication with every address that ``published`` files have and that would go with them.

    Languages and policies that the site does not have any more are the operator's choice, and so are documents.
    """
    planned = {page.address for page in plan_pages(publication)}
    moved = dict(publication.moved)
    for file in sorted(published):
        address = file.removesuffix("index.html")
        found = _page_at(address, publication)
        if found is None or address in planned:
            continue
        names = {**found.parameters, "locale": publication.policy(found.parameters["policy"]).authoritative_locale}
        own = {name: found.parameters[name] for name in ("locale", "policy")}
        instead = (make_page(found.kind, **names).address, make_page(PageKind.HISTORY, **own).address)
        target = next((each for each in instead if each in planned), None)
        if target is not None:
            moved[address] = target
    return replace(publication, moved=MappingProxyType(moved))


_MAY_MOVE = (
    PageKind.VERSION_MARKDOWN,
    PageKind.VERSION_TEXT,
    PageKind.VERSION_JSON,
    PageKind.VERSION,
    PageKind.SIDE_BY_SIDE,
    PageKind.COMPARE,
    PageKind.SINCE,
    PageKind.AGREED,
    PageKind.SECTION,
    PageKind.FEED,
    PageKind.FEED_ARCHIVE,
)
"""Kinds whose pages depend on what is there in a language, or on what is in force."""


@cache
def _address_patterns() -> tuple[tuple[PageKind, re.Pattern[str]], ...]:
    return tuple(
        (kind, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(kind.pattern)))) for kind in _MAY_MOVE
    )


def _page_at(address: str, publication: Publication) -> Page | None:
    """Return the page that an address stands for, as far as it names a policy and a language of the site."""
    policies = {policy.id for policy in publication.policies}
    for kind, pattern in _address_patterns():
        found = pattern.fullmatch(address)
        if found and found["policy"] in policies and found["locale"] in publication.settings.languages:
            names = found.groupdict()
            if kind is PageKind.FEED and names["feed"] not in FEEDS:
                continue
            labels = {version.label for version in publication.policy(names["policy"]).versions}
            if {names[name] for name in ("version", "older") if name in names} <= labels:
                return make_page(kind, **names)
    return None


def _gather_moved(publication: Publication) -> Iterator[Page]:
    """Give what stands at addresses that were public once: a way on for people; for programs the file as it was."""
    for address in publication.moved:
        found = _page_at(address, publication)
        if found and not found.kind.is_for_people:
            yield found
        else:
            yield make_page(PageKind.MOVED, address=address)


def comparisons(policy: Policy, publication: Publication) -> tuple[tuple[Version, Version], ...]:
    """Return the pairs of versions that have a redline page, the older one first, by effective date.

    The set only ever grows: a redline that was public once stays. Every two of the first versions that readers could
    know of; neighbours, also those between which another came later; each older version with every one that people
    were told of, since notices link to the redline from the version that their reader accepted; and what an event of
    the change feed links to. Against the version in force, which changes, ``since/`` compares. A version whose text is
    not there has none.
    """
    present = [version for version in policy.versions if is_text_present(policy, version, publication)]
    places = {version.label: place for place, version in enumerate(present)}
    known = sorted(range(len(present)), key=lambda place: (known_from(present[place]), place))
    pairs = set(combinations(sorted(known[:ALL_PAIRS_OF_FIRST]), 2))
    standing: list[int] = []
    for place in known:
        spot = bisect(standing, place)
        pairs |= {(older, place) for older in standing[max(spot - 1, 0) : spot]}
        pairs |= {(place, newer) for newer in standing[spot : spot + 1]}
        standing.insert(spot, place)
    told = [place for place, version in enumerate(present) if _was_told_of(version)]
    pairs |= {(older, newer) for newer in told for older in range(newer)}
    linked = {(version.previous, version.label) for version in present}
    linked |= {(event.previous_version, event.version) for event in publication.events if event.policy == policy.id}
    pairs |= {(places[older], places[newer]) for older, newer in linked if older in places and newer in places}
    return tuple((present[older], present[newer]) for older, newer in sorted(pairs) if older < newer)


def _was_told_of(version: Version) -> bool:
    """Say whether people were told of a version, whatever its release note says now."""
    return any(state.significance is Significance.SIGNIFICANT for state in states_of(version))


def is_text_present(policy: Policy, version: Version, publication: Publication) -> bool:
    """Say whether the authoritative text of ``version`` is there and could be rendered."""
    edition = version.editions.get(policy.authoritative_locale)
    return edition is not None and edition.digest in publication.documents


_MADE_UP = (LONG_PSEUDO_LANGUAGE, MIRRORED_PSEUDO_LANGUAGE)


def has_page_of(policy: Policy, version: Version, locale: str) -> bool:
    """Say whether ``version`` has a permanent page in ``locale``: where anything of it is written in that language.

    Elsewhere it would repeat the authoritative one, to which links lead instead. Made-up languages, in which nobody
    writes, have every page: they are there to look at the interface.
    """
    return locale in (policy.authoritative_locale, *_MADE_UP) or locale in languages_of(version)


def has_redline_of(policy: Policy, older: Version, newer: Version, locale: str) -> bool:
    """Say whether two versions have a redline in ``locale``: where both texts are there in that language."""
    is_shown = locale in (policy.authoritative_locale, *_MADE_UP)
    return is_shown or (locale in older.editions and locale in newer.editions)


def has_policy_in(policy: Policy, locale: str) -> bool:
    """Say whether anything of a policy is written in ``locale``: then it has feeds and histories of clauses there."""
    return any(has_page_of(policy, version, locale) for version in policy.versions)


def revision_names(policy: Policy, version: Version, locale: str) -> Mapping[str, Revision]:
    """Return the texts that a translation of ``version`` had before its present one, oldest first, by their names."""
    edition = version.editions.get(locale)
    earlier = earlier_revisions(policy, edition) if edition else ()
    return {revision.digest[:_REVISION_DIGITS]: revision for revision in earlier}


@lru_cache(maxsize=16384)
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
    """Return the ids of the sections that have a history, as addresses: the order is that of their first change.

    Where more have one than ``content.section_histories`` allows, those that changed later have no page.
    """
    changed = changed_sections(policy, publication)[: publication.settings.content.section_histories]
    return tuple(dict.fromkeys(section_address(section_id) for section_id in changed))


def attachments_by_name(publication: Publication) -> Mapping[str, Attachment]:
    """Return the pictures and files that are published, by their names; one digest is one file."""
    found = (each for each in publication.attachments.values() if isinstance(each, Attachment))
    return {attachment.name: attachment for attachment in sorted(found, key=lambda each: each.name)}


def _gather_pages(publication: Publication) -> Iterator[Page]:
    yield make_page(PageKind.LANGUAGES)
    yield from _gather_moved(publication)
    for kind in (PageKind.CHANGE_FEED, PageKind.CURRENT, PageKind.SCHEMA, PageKind.REDLINE_SCHEMA, PageKind.EMBED):
        yield make_page(kind)
    for kind in (PageKind.NOT_FOUND, PageKind.ROBOTS, PageKind.SITEMAP, PageKind.HEADERS):
        yield make_page(kind)
    yield from (make_page(kind) for host in publication.settings.hosts for kind in HOST_FILES[host])
    for number in range(1, len(publication.events) // ARCHIVE_SIZE + 1):
        yield make_page(PageKind.ARCHIVE, number=f"{number:05}")
    for event in publication.events:
        yield make_page(PageKind.EVENT, seq=f"{event.seq:06}")
    for kind, names in (
        (PageKind.STATIC, publication.brand.static),
        (PageKind.ATTACHMENT, attachments_by_name(publication)),
    ):
        yield from (make_page(kind, name=name) for name in names)
    for locale in publication.settings.languages:
        yield make_page(PageKind.POLICIES, locale=locale)
        yield make_page(PageKind.EMBED_PHRASES, locale=locale)
        for feed in FEEDS:
            yield make_page(PageKind.SITE_FEED, locale=locale, feed=feed)
    yield from _gather_feed_archives(publication)
    for policy in publication.policies:
        pairs = comparisons(policy, publication)
        for locale in publication.settings.languages:
            yield from _gather_policy_pages(policy, locale, publication, pairs)


def _gather_feed_archives(publication: Publication) -> Iterator[Page]:
    for policy in (None, *publication.policies):
        for scope in Scope:
            count = count_archives(
                publication.events, publication.policies, policy=policy.id if policy else None, scope=scope
            )
            for number in (f"{number:05}" for number in range(1, count + 1)):
                for locale, form in product(publication.settings.languages, FEED_FORMS):
                    if policy and not has_policy_in(policy, locale):
                        continue
                    names = {"locale": locale, "scope": scope.value, "number": number, "form": form.suffix}
                    if policy:
                        yield make_page(PageKind.FEED_ARCHIVE, **names, policy=policy.id)
                    else:
                        yield make_page(PageKind.SITE_FEED_ARCHIVE, **names)


def _gather_policy_pages(
    policy: Policy, locale: str, publication: Publication, pairs: tuple[tuple[Version, Version], ...]
) -> Iterator[Page]:
    names = {"locale": locale, "policy": policy.id}
    for kind in (PageKind.POLICY, PageKind.UPCOMING, PageKind.HISTORY, PageKind.TIMEMAP):
        yield make_page(kind, **names)
    for feed in FEEDS if has_policy_in(policy, locale) else ():
        yield make_page(PageKind.FEED, **names, feed=feed)
    for version in policy.versions:
        yield from _gather_version_pages(policy, version, locale, publication)
    if pairs:
        yield make_page(PageKind.COMPARISONS, **names)
        if any(locale in version.editions for version in policy.versions):
            yield make_page(PageKind.THREADS, **names)
    for older, newer in (pair for pair in pairs if has_redline_of(policy, *pair, locale)):
        yield from _gather_pair_pages(policy, older, newer, locale, publication)
    superseded = _superseded(policy, publication)
    if superseded:
        yield make_page(PageKind.AGREED, **names)
    for older in superseded:
        yield make_page(PageKind.SINCE, **names, older=older.label)
    for section in section_ids(policy, publication) if has_policy_in(policy, locale) else ():
        yield make_page(PageKind.SECTION, **names, section=section)


def _superseded(policy: Policy, publication: Publication) -> tuple[Version, ...]:
    """Return the versions before the one in force; none where one of the texts to compare is not there."""
    in_force = version_in_force(policy, publication.as_of)
    if in_force is None or not is_text_present(policy, in_force, publication):
        return ()
    before = policy.versions[: policy.versions.index(in_force)]
    return tuple(version for version in before if is_text_present(policy, version, publication))


def _gather_pair_pages(
    policy: Policy, older: Version, newer: Version, locale: str, publication: Publication
) -> Iterator[Page]:
    names = {"locale": locale, "policy": policy.id, "older": older.label, "version": newer.label}
    yield make_page(PageKind.COMPARE, **names)
    yield make_page(PageKind.SIDE_BY_SIDE, **names)
    if publication.has_documents:
        yield make_page(PageKind.REDLINE_DOCUMENT, **names)
    if publication.has_papers and newer.previous == older.label:
        yield make_page(PageKind.REDLINE_PAPER, **names)


def _gather_version_pages(policy: Policy, version: Version, locale: str, publication: Publication) -> Iterator[Page]:
    names = {"locale": locale, "policy": policy.id}
    yield make_page(PageKind.CHANGES, **names, version=version.label)
    if not has_page_of(policy, version, locale):
        return
    yield make_page(PageKind.VERSION, **names, version=version.label)
    yield make_page(PageKind.VERSION_JSON, **names, version=version.label)
    if publication.has_papers:
        yield make_page(PageKind.VERSION_PAPER, **names, version=version.label)
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
