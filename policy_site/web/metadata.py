"""What a page tells programs of itself: link relations, Dublin Core dates, and JSON-LD.

All of it repeats what the page says to people, for those who read no prose: archives, search engines, crawlers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from policy_site.catalogue.standing import applied_until, edition_for
from policy_site.characters import clean_line
from policy_site.formats import EDITION_FORMS, markdown
from policy_site.model import Edition, Policy, Version
from policy_site.pages import Page, PageKind, make_page, quote_address
from policy_site.web.site import Site

_FILES = (PageKind.VERSION_MARKDOWN, PageKind.VERSION_TEXT, PageKind.VERSION_JSON)


@dataclass(frozen=True, slots=True)
class Relation:
    """Another resource, and what it is to the page (RFC 8288)."""

    name: str
    href: str
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What programs are told."""

    relations: tuple[Relation, ...]
    dates: tuple[tuple[str, str], ...]
    """Dublin Core terms with their values: ``DCTERMS.issued`` is ``2026-02-01``."""
    data: str
    """JSON-LD, safe inside a ``script`` element; empty where the page shows no version."""


def describe_page(site: Site, page: Page) -> Metadata:
    """Return what ``page`` tells programs."""
    policy = site.publication.policy(page.parameters["policy"]) if "policy" in page.parameters else None
    version = _shown(site, page, policy) if policy else None
    relations = [*_site_relations(site, page)]
    if policy:
        relations += _policy_relations(site, page, policy)
    if policy is None or version is None:
        return Metadata(tuple(relations), (), "")
    locale = page.parameters["locale"]
    if page.kind is PageKind.REVISION:
        return Metadata((*relations, *_neighbours(site, policy, version, locale)), (), "")
    dates = tuple(_dates(site, policy, version))
    data = _safe_json(_document(site, page, policy, version))
    return Metadata((*relations, *_neighbours(site, policy, version, locale)), dates, data)


def _shown(site: Site, page: Page, policy: Policy) -> Version | None:
    """Return the version whose text the page is."""
    match page.kind:
        case PageKind.POLICY:
            return site.in_force(policy)
        case PageKind.UPCOMING:
            return next(iter(site.upcoming(policy)), None)
        case PageKind.VERSION | PageKind.REVISION:
            return policy.version(page.parameters["version"])
    return None


def _site_relations(site: Site, page: Page) -> Iterator[Relation]:
    """Yield where the site's privacy policy and terms of service are (RFC 6903, 4 and 5)."""
    locale = page.parameters.get("locale", site.publication.settings.languages[0])
    settings = site.publication.settings
    for policy in site.related:
        address = make_page(PageKind.POLICY, locale=locale, policy=policy).address
        yield Relation(settings.policy(policy).link_relation, f"{settings.base_path}{quote_address(address)}")


def _policy_relations(site: Site, page: Page, policy: Policy) -> Iterator[Relation]:
    """Yield where a policy's versions are (RFC 5829, 3) and which one applied when (RFC 7089, 2.2)."""
    names = {"locale": page.parameters["locale"], "policy": policy.id}
    if page.kind not in (PageKind.POLICY, PageKind.UPCOMING, PageKind.HISTORY, PageKind.VERSION, PageKind.REVISION):
        return
    if page.kind is not PageKind.POLICY:
        present = site.link(PageKind.POLICY, **names)
        yield Relation("latest-version", present)
        if page.kind is PageKind.VERSION:
            yield Relation("original", present)
    if page.kind is not PageKind.HISTORY:
        yield Relation("version-history", site.link(PageKind.HISTORY, **names))
    yield Relation("timemap", site.link(PageKind.TIMEMAP, **names), "application/link-format")


def _neighbours(site: Site, policy: Policy, version: Version, locale: str) -> Iterator[Relation]:
    """Yield the version that this one replaced, and those that replaced it (RFC 5829, 3.4 and 3.5)."""
    names = {"locale": locale, "policy": policy.id}
    if version.previous is not None:
        yield Relation("predecessor-version", site.lead(PageKind.VERSION, **names, version=version.previous))
    for later in policy.versions:
        if later.previous == version.label:
            yield Relation("successor-version", site.lead(PageKind.VERSION, **names, version=later.label))


def _last_day(site: Site, policy: Policy, version: Version) -> date | None:
    """Return the last day on which a version applied; ``None``: none is known."""
    until = applied_until(policy, version, site.at)
    return until.astimezone(site.publication.settings.zone).date() - timedelta(days=1) if until else None


def _dates(site: Site, policy: Policy, version: Version) -> Iterator[tuple[str, str]]:
    """Yield when a version was published and when it applies (DCMI Metadata Terms; the period as DCMI Period)."""
    last = _last_day(site, policy, version)
    yield "DCTERMS.issued", version.published_date.isoformat()
    if last is None or last >= version.effective_date:
        end = f"; end={last.isoformat()}" if last else ""
        yield "DCTERMS.valid", f"start={version.effective_date.isoformat()}{end}; scheme=W3C-DTF"


def _document(site: Site, page: Page, policy: Policy, version: Version) -> dict[str, Any]:
    """Return a version in a language as schema.org knows documents."""
    settings = site.publication.settings
    locale = page.parameters["locale"]
    names = {"locale": locale, "policy": policy.id}
    edition, _ = edition_for(policy, version, locale)
    last = _last_day(site, policy, version)
    document: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "DigitalDocument",
        "@id": _address(site, policy, version, locale),
        "url": site.absolute_link(page.kind, **page.parameters),
        "name": clean_line(edition.title if edition else site.policy_title(policy, locale).text),
        "version": version.label,
        "datePublished": version.published_date.isoformat(),
    }
    if last is None or last >= version.effective_date:
        end = last.isoformat() if last else ".."
        document["temporalCoverage"] = f"{version.effective_date.isoformat()}/{end}"
    if edition:
        document["inLanguage"] = edition.locale
    if settings.publisher:
        document["publisher"] = {"@type": "Organization", "name": settings.publisher}
    document["isPartOf"] = {"@type": "CreativeWork", "@id": site.absolute_link(PageKind.POLICY, **names)}
    if version.previous is not None:
        document["isBasedOn"] = _address(site, policy, policy.version(version.previous), locale)
    if edition and edition.locale != policy.authoritative_locale and settings.prevailing_locale(policy.id):
        document["translationOfWork"] = {"@id": _address(site, policy, version, policy.authoritative_locale)}
    document["encoding"] = [*_encodings(site, policy, version, edition, locale)]
    return document


def _address(site: Site, policy: Policy, version: Version, locale: str) -> str:
    return site.absolute_lead(PageKind.VERSION, locale=locale, policy=policy.id, version=version.label)


def _encodings(
    site: Site, policy: Policy, version: Version, edition: Edition | None, locale: str
) -> Iterator[dict[str, Any]]:
    """Yield the files with the same text; with its SHA-256 the one that was made before the page: the Markdown."""
    for kind, form in zip(_FILES, EDITION_FORMS, strict=True):
        names = {"locale": locale, "policy": policy.id, "version": version.label}
        if site.find_lead(kind, **names) is None:
            continue
        encoding = {
            "@type": "MediaObject",
            "contentUrl": site.absolute_lead(kind, **names),
            "encodingFormat": form.media_type.partition(";")[0],
        }
        if form is markdown.FORM and edition:
            source = site.publication.sources.get(edition.digest, edition.revision.text)
            encoding["sha256"] = hashlib.sha256(source.encode("utf-8", "replace")).hexdigest()
        yield encoding


def _safe_json(document: dict[str, Any]) -> str:
    """Return JSON that no ``script`` element and no comment in it can be left from, whatever titles say."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
