"""Files beside the pages: a version's text in other forms, and what hosts and search engines read."""

from __future__ import annotations

from functools import partial
from xml.sax.saxutils import escape, quoteattr

from policy_site.catalogue.standing import edition_at, edition_for
from policy_site.formats import EDITION_FORMS, EditionPage
from policy_site.localization import Phrases
from policy_site.localization.names import FIDELITY_NAMES, SIGNIFICANCE_NAMES
from policy_site.model import Edition, Fidelity, Version
from policy_site.pages import FEEDS, Page, PageKind, read_static_files, revision_names
from policy_site.web.addresses import Addresses
from policy_site.web.shell import SCRIPT_POLICY, has_interface, translated_locales
from policy_site.web.site import File, Site

_STATIC_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
}
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
    """List the pages that search engines are to know, each with its real translations."""
    languages = site.publication.settings.languages
    spoken = tuple(locale for locale in languages if has_interface(site, locale))
    entries: list[str] = []
    pages: list[tuple[PageKind, dict[str, str], tuple[str, ...]]] = [(PageKind.POLICIES, {}, spoken)]
    for policy in site.publication.policies:
        names = {"policy": policy.id}
        pages += [
            (PageKind.POLICY, names, translated_locales(site, policy, site.in_force(policy))),
            (PageKind.HISTORY, names, spoken),
        ]
    for kind, parameters, locales in pages:
        address = partial(site.absolute_link, kind, **parameters)
        alternates = "".join(
            f'<xhtml:link rel="alternate" hreflang={quoteattr(locale)} href={quoteattr(address(locale=locale))}/>'
            for locale in locales
        )
        entries += [f"<url><loc>{escape(address(locale=locale))}</loc>{alternates}</url>\n" for locale in locales]
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
        f"{''.join(entries)}</urlset>\n"
    )
    return File(content.encode(), "application/xml; charset=utf-8")


def view_headers(site: Site, page: Page) -> File:  # noqa: ARG001
    """Name media types, sharing and caching to static hosts that read ``_headers`` (Netlify, Cloudflare Pages)."""
    base = site.publication.settings.base_path
    shared = ["Access-Control-Allow-Origin: *", "Cache-Control: public, max-age=300, must-revalidate"]
    rules: list[tuple[str, list[str]]] = [
        (
            "*",
            [
                # what pages say themselves is stricter, and both hold: all but one forbid scripts
                f"Content-Security-Policy: {SCRIPT_POLICY}; frame-ancestors 'none'",
                "X-Content-Type-Options: nosniff",
                "Referrer-Policy: no-referrer",
            ],
        ),
        ("static/*", ["Cache-Control: public, max-age=31536000, immutable"]),
    ]
    types = {"atom": "application/atom+xml; charset=utf-8", "json": "application/feed+json; charset=utf-8"}
    rules += [
        (f"{place}/{feed}", [f"Content-Type: {types[feed.rpartition('.')[2]]}", *shared])
        for feed in FEEDS
        for place in (":locale", ":locale/:policy")
    ]
    rules += [(place, shared) for place in ("changes/v1/*", "schemas/*", "current.json", "manifest.json")]
    rules.append((":locale/:policy/v/:version/index.md", ["Content-Type: text/markdown; charset=utf-8"]))
    rules.append((":locale/:policy/v/:version/index.txt", ["Content-Type: text/plain; charset=utf-8"]))
    earlier = ":locale/:policy/v/:version/revisions/:revision"
    rules.append((f"{earlier}/index.md", ["Content-Type: text/markdown; charset=utf-8"]))
    rules.append((f"{earlier}/index.txt", ["Content-Type: text/plain; charset=utf-8"]))
    text = "\n".join(f"{base}{place}\n" + "".join(f"  {line}\n" for line in lines) for place, lines in rules)
    return File(text.encode(), _OCTETS)


def view_static(site: Site, page: Page, *, name: str) -> File:  # noqa: ARG001
    """Write a file of the look."""
    return File(read_static_files()[name], _STATIC_TYPES.get(name.rpartition(".")[2], _OCTETS))


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
