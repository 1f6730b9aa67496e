"""Files of the look."""

from __future__ import annotations

from policy_site.pages import Page
from policy_site.web.hosts.rules import MEDIA_TYPES
from policy_site.web.site import File, Site


def view_static(site: Site, page: Page, *, name: str) -> File:  # noqa: ARG001
    """Write a file of the look."""
    return File(
        site.publication.brand.static[name], MEDIA_TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    )
