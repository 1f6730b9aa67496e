"""What every web server is to say with a file of the site. Written down once, for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from policy_site import redlines
from policy_site.formats import FEED_FORMS
from policy_site.pages import FEEDS, Page, PageKind, quote_address
from policy_site.settings import Settings
from policy_site.web.shell import SCRIPT_POLICY

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "html": "text/html; charset=utf-8",
        "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "mjs": "text/javascript; charset=utf-8",
        "json": "application/json",
        **{form.suffix: form.media_type for form in FEED_FORMS if not form.shared_type},
        "xml": "application/xml; charset=utf-8",
        "md": "text/markdown; charset=utf-8",
        "txt": "text/plain; charset=utf-8",
        "link": "application/link-format",
        "svg": "image/svg+xml",
        "png": "image/png",
        "woff2": "font/woff2",
        "pdf": "application/pdf",
        "docx": redlines.docx.MEDIA_TYPE,
    }
)
"""Media types by the end of a file's name; a rule may say another."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Headers of the files at a place."""

    place: str
    """Below the base path: ``:policy`` stands for one part of a path, ``*`` for all that follows."""
    headers: tuple[tuple[str, str], ...]

    def pattern(self, base_path: str) -> str:
        """Return a regular expression for whole paths."""
        place = re.sub(r":[a-z]+", "[^/]+", re.escape(self.place).replace(r"\*", ".*"))
        return f"^{re.escape(base_path)}{place}$".replace(r"\-", "-")


@dataclass(frozen=True, slots=True)
class Hosting:
    """What a server has to know of the site."""

    base_path: str
    """With a slash at both ends."""
    languages: tuple[str, ...]
    ranges: tuple[tuple[str, str], ...]
    """Regular expressions for what a reader asks for, each with the language it leads to; the first match wins."""
    common: tuple[tuple[str, str], ...]
    """Headers of every answer."""
    rules: tuple[Rule, ...]
    """Headers of some files, beside the common ones; no file is in two of them."""


def describe_hosting(
    settings: Settings, ranges: tuple[tuple[str, str], ...], pages: Iterable[Page], *, is_preview: bool = False
) -> Hosting:
    """Return what a server has to know of a site with these pages."""
    is_encrypted = settings.base_url.startswith("https:")
    common = (*_COMMON, *(_ENCRYPTED if is_encrypted else ()), *(_UNLISTED if is_preview else ()))
    rules = tuple(_gather_rules(settings, sorted(pages, key=lambda page: page.address)))
    return Hosting(settings.base_path, settings.languages, ranges, common, rules)


_FEATURES = ("camera", "display-capture", "fullscreen", "geolocation", "microphone", "midi", "payment", "usb")
"""What a page of policies never asks a browser for."""
_COMMON = (
    # what pages say themselves is stricter, and both hold: nearly all forbid scripts
    ("Content-Security-Policy", f"{SCRIPT_POLICY}; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", ", ".join(f"{feature}=()" for feature in _FEATURES)),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
_ENCRYPTED = (("Strict-Transport-Security", "max-age=31536000"),)
"""For a year the host is asked in no other way than with TLS (RFC 6797); hosts below it are another decision."""
_UNLISTED = (("X-Robots-Tag", "noindex"),)
"""Of a preview: what is no page of HTML cannot ask by itself not to be listed."""
_SHARED = (("Access-Control-Allow-Origin", "*"), ("Cache-Control", "public, max-age=300, must-revalidate"))
_FRESH = (("Cache-Control", "no-cache"),)
"""A browser keeps a page and asks each time whether it is still the one: what applies can be another text tomorrow."""
_FOR_EVER = (("Cache-Control", "public, max-age=31536000, immutable"),)
"""Of files that never change under their name: a digest is in it, or the file tells of one event."""
_FEED_TYPES = {form.suffix: form.media_type for form in FEED_FORMS}


def _gather_rules(settings: Settings, pages: Sequence[Page]) -> Iterator[Rule]:
    """Give the rules of some files; none is in two of them, since some hosts would say a header twice."""
    yield from (Rule(place, _FOR_EVER) for place in ("static/*", "files/*"))
    yield from (Rule(place, _FRESH) for place in ("sitemap.xml", "robots.txt", ":locale/:policy/compare/threads.json"))
    yield Rule(":locale/:policy/timemap.link", (("Content-Type", MEDIA_TYPES["link"]), *_SHARED))
    for kind in PageKind:
        stands_alone = kind is not PageKind.MOVED  # which stands at an address of another kind
        if kind.is_for_people and stands_alone and not kind.pattern.endswith(".html"):
            place = re.sub(r"\{(\w+)\}", r":\1", kind.pattern)
            yield from (Rule(f"{place}{file}", _FRESH) for file in ("", "index.html"))
    for page in pages:
        if page.kind in (PageKind.FEED_ARCHIVE, PageKind.SITE_FEED_ARCHIVE):
            yield Rule(quote_address(page.address), (("Content-Type", _FEED_TYPES[page.parameters["form"]]), *_SHARED))
    yield from _rules_with_hubs(settings, pages) if settings.feed.hubs else _rules_without_hubs()
    yield Rule("changes/v1/events/*", (_SHARED[0], *_FOR_EVER))
    for place in ("schemas/*", "embed/*", "current.json", "manifest.json"):
        yield Rule(place, _SHARED)
    for end in ("md", "txt"):
        for place in (":locale/:policy/v/:version", ":locale/:policy/v/:version/revisions/:revision"):
            yield Rule(f"{place}/index.{end}", (("Content-Type", MEDIA_TYPES[end]), *_FRESH))
    yield Rule(":locale/:policy/v/:version/index.json", _FRESH)
    yield Rule(":locale/:policy/v/:version/index.pdf", _FRESH)
    for end in ("pdf", "docx"):
        yield Rule(f":locale/:policy/compare/:older/:version/redline.{end}", _FRESH)


def _rules_without_hubs() -> Iterator[Rule]:
    for feed in FEEDS:
        for place in (":locale", ":locale/:policy"):
            yield Rule(f"{place}/{feed}", (("Content-Type", _FEED_TYPES[feed.rpartition(".")[2]]), *_SHARED))
    yield Rule("changes/v1/:file", _SHARED)


def _rules_with_hubs(settings: Settings, pages: Sequence[Page]) -> Iterator[Rule]:
    """Give each feed its hubs and its own address, which subscribers read from the answer's head first (WebSub, 4)."""
    for page in pages:
        headers: tuple[tuple[str, str], ...] = _SHARED
        if page.kind in (PageKind.FEED, PageKind.SITE_FEED):
            headers = (("Content-Type", _FEED_TYPES[page.address.rpartition(".")[2]]), *_SHARED)
        elif page.kind not in (PageKind.CHANGE_FEED, PageKind.ARCHIVE):
            continue
        if page.kind is not PageKind.ARCHIVE:
            own = settings.base_url + quote_address(page.address)
            links = [*((hub, "hub") for hub in settings.feed.hubs), (own, "self")]
            told = ", ".join(f'<{address}>; rel="{relation}"' for address, relation in links)
            headers = (*headers, ("Link", told))
        yield Rule(quote_address(page.address), headers)
