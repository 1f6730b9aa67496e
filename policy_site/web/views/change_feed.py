"""The change feed and what stands beside it: its archive, each event, what is in force, and the schemas."""

from __future__ import annotations

from policy_site import formats
from policy_site.characters import json_bytes
from policy_site.events.chain import ChangeFeed
from policy_site.pages import Page
from policy_site.redlines.schema import json_schema
from policy_site.web.addresses import Addresses
from policy_site.web.site import File, Site

_JSON = "application/json; charset=utf-8"


def view_change_feed(site: Site, page: Page) -> File:  # noqa: ARG001
    """Write the change feed."""
    return File(formats.write_change_feed(_change_feed(site), _addresses(site)), _JSON)


def view_archive(site: Site, page: Page, *, number: str) -> File:  # noqa: ARG001
    """Write a full page of the change feed's archive."""
    return File(formats.write_archive(_change_feed(site), _addresses(site), int(number)), _JSON)


def view_event(site: Site, page: Page, *, seq: str) -> File:  # noqa: ARG001
    """Write one event of the change feed."""
    return File(formats.write_event(_change_feed(site), int(seq)), _JSON)


def view_current(site: Site, page: Page) -> File:  # noqa: ARG001
    """Write what is in force, for products that embed a notice."""
    content = formats.write_current(
        _change_feed(site),
        policies=site.publication.policies,
        words=site.syndication.words_abroad,
        locales=site.publication.settings.languages,
        as_of=site.at,
        links=_addresses(site),
    )
    return File(content, _JSON)


def view_schema(site: Site, page: Page) -> File:  # noqa: ARG001
    """Write the JSON Schema of the change feed."""
    return File(formats.write_schema(_addresses(site)), _JSON)


def view_redline_schema(site: Site, page: Page) -> File:
    """Write the JSON Schema of a redline in JSON."""
    return File(json_bytes(json_schema(site.absolute_link(page.kind))), _JSON)


def _addresses(site: Site) -> Addresses:
    return Addresses(site.publication.settings.base_url)


def _change_feed(site: Site) -> ChangeFeed:
    return site.syndication.change_feed
