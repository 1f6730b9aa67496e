"""The pages that search engines are to know."""

from __future__ import annotations

from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from policy_site.characters import instant_text
from policy_site.pages import Page
from policy_site.web.site import File, Site
from policy_site.web.translations import alternates_of, is_listed


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
    changed = _last_change(site, page)
    modified = f"<lastmod>{instant_text(changed)}</lastmod>" if changed else ""
    return f"<url><loc>{escape(site.absolute_link(page.kind, **page.parameters))}</loc>{modified}{alternates}</url>\n"


def _last_change(site: Site, page: Page) -> datetime | None:
    """Return the instant of the newest event of what the page is about: a version, a policy, or all of them."""
    wanted = [(name, page.parameters[name]) for name in ("policy", "version") if name in page.parameters]
    return max(
        (
            event.occurred_at
            for event in site.publication.events
            if all(getattr(event, name) == value for name, value in wanted)
        ),
        default=None,
    )
