"""What crawlers are told: everyone may come in."""

from __future__ import annotations

from policy_site.pages import Page, PageKind
from policy_site.web.site import File, Site


def view_robots(site: Site, page: Page) -> File:  # noqa: ARG001 (the shape of every view)
    """Let everyone in; pages say themselves whether they are to be listed. A preview lets nobody in."""
    if site.publication.preview_of:
        return File(b"User-agent: *\nDisallow: /\n", "text/plain; charset=utf-8")
    sitemap = site.absolute_link(PageKind.SITEMAP)
    return File(f"User-agent: *\nAllow: /\n\nSitemap: {sitemap}\n".encode(), "text/plain; charset=utf-8")
