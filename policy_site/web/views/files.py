"""Files beside the pages: a version's text in other forms, and what hosts and search engines read."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from policy_site.catalogue.standing import edition_at, edition_for
from policy_site.formats import EDITION_FORMS, EditionPage
from policy_site.localization import Phrases
from policy_site.localization.names import FIDELITY_NAMES, SIGNIFICANCE_NAMES
from policy_site.localization.tags import ranges_of
from policy_site.model import Edition, Fidelity, Version
from policy_site.pages import Page, PageKind, read_static_files, revision_names
from policy_site.web.addresses import Addresses
from policy_site.web.hosts import WRITERS
from policy_site.web.hosts.rules import MEDIA_TYPES, describe_hosting
from policy_site.web.site import File, Site
from policy_site.web.translations import alternates_of, is_listed

_OCTETS = "application/octet-stream"


def view_edition_file(site: Site, page: Page, *, locale: str, policy: str, version: str, revision: str = "") -> File:
    """Write a version in a language, or an earlier text of its translation, in one of its forms."""
    name = page.address.rpartition("/")[2]
    form = next(form for form in EDITION_FORMS if form.name == name)
    work = site.publication.policy(policy)
    shown = work.version(version)
    edition, fidelity = edition_for(work, shown, locale)
    if revision:
        edition = edition_at(shown.editions[locale], revision_names(work, shown, locale)[revision])
    phrases = site.phrases(locale)
    edition_page = EditionPage(
        policy=work,
        version=shown,
        locale=locale,
        edition=edition,
        fidelity=fidelity,
        document=site.document(edition),
        facts=_facts(phrases, shown, edition, fidelity),
    )
    return File(form.write(edition_page, Addresses(site.publication.settings.base_url)), form.media_type)


def view_robots(site: Site, page: Page) -> File:  # noqa: ARG001 (the shape of every view)
    """Let everyone in; pages say themselves whether they are to be listed."""
    sitemap = site.absolute_link(PageKind.SITEMAP)
    return File(f"User-agent: *\nAllow: /\n\nSitemap: {sitemap}\n".encode(), "text/plain; charset=utf-8")


def view_sitemap(site: Site, page: Page) -> File:  # noqa: ARG001
    """List the pages that search engines are to know, each with its real translations, as the page itself does."""
    entries = [_sitemap_entry(site, listed) for listed in site.plan.values() if is_listed(site, listed)]
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
        f"{''.join(entries)}</urlset>\n"
    )
    return File(content.encode(), "application/xml; charset=utf-8")


def _sitemap_entry(site: Site, page: Page) -> str:
    alternates = "".join(
        f'<xhtml:link rel="alternate" hreflang={quoteattr(alternate.hreflang)} href={quoteattr(alternate.address)}/>'
        for alternate in alternates_of(site, page)
    )
    return f"<url><loc>{escape(site.absolute_link(page.kind, **page.parameters))}</loc>{alternates}</url>\n"


def view_host_file(site: Site, page: Page) -> File:
    """Tell a web server what a file alone cannot say: media types, sharing, caching, and the language to lead to."""
    settings = site.publication.settings
    hosting = describe_hosting(settings, ranges_of(settings.languages), site.plan.values())
    media_type = "text/plain; charset=utf-8" if page.address.endswith(".conf") else _OCTETS
    return File(WRITERS[page.kind](hosting).encode(), media_type)


def view_static(site: Site, page: Page, *, name: str) -> File:  # noqa: ARG001
    """Write a file of the look."""
    return File(read_static_files()[name], MEDIA_TYPES.get(name.rpartition(".")[2], _OCTETS))


def _facts(
    phrases: Phrases, version: Version, edition: Edition | None, fidelity: Fidelity
) -> tuple[tuple[str, str], ...]:
    facts = [
        (phrases.gettext("Version"), version.label),
        (phrases.gettext("Takes effect"), phrases.date_in_words(version.effective_date)),
        (phrases.gettext("Published"), phrases.date_in_words(version.published_date)),
        (phrases.gettext("Significance"), phrases.gettext(SIGNIFICANCE_NAMES[version.significance])),
        (phrases.gettext("Text"), phrases.gettext(FIDELITY_NAMES[fidelity])),
    ]
    if edition:
        facts.append((phrases.gettext("SHA-256 of the source"), edition.digest))
    return tuple(facts)
