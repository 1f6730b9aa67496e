"""The pages that search engines are to know."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

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
    return f"<url><loc>{escape(site.absolute_link(page.kind, **page.parameters))}</loc>{alternates}</url>\n"
