"""Pictures and files beside texts."""

from __future__ import annotations

from policy_site.pages import Page, attachments_by_name
from policy_site.web.site import File, Site


def view_attachment(site: Site, page: Page, *, name: str) -> File:  # noqa: ARG001
    """Write a picture or a file as git has it."""
    attachment = attachments_by_name(site.publication)[name]
    return File(attachment.content, attachment.media_type)
