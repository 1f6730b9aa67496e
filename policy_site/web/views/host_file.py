"""What web servers are told."""

from __future__ import annotations

from policy_site.localization.tags import ranges_of
from policy_site.pages import Page
from policy_site.web.hosts import WRITERS
from policy_site.web.hosts.rules import describe_hosting
from policy_site.web.site import File, Site


def view_host_file(site: Site, page: Page) -> File:
    """Tell a web server what a file alone cannot say: media types, sharing, caching, and the language to lead to."""
    settings = site.publication.settings
    hosting = describe_hosting(
        settings,
        ranges_of(settings.languages),
        site.plan.values(),
        is_preview=site.publication.preview_of is not None,
    )
    media_type = "text/plain; charset=utf-8" if page.address.endswith(".conf") else "application/octet-stream"
    return File(WRITERS[page.kind](hosting).encode(), media_type)
