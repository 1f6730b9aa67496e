"""Which version of a policy applied when, as archives read it: a TimeMap (Memento, RFC 7089, section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from email.utils import format_datetime

from policy_site.model import Policy, Version
from policy_site.pages import Page, PageKind
from policy_site.web.site import File, Site
from policy_site.web.timeline import applied


def view_timemap(site: Site, page: Page, *, locale: str, policy: Policy) -> File:
    """List the permanent pages of the versions that apply or did, oldest first, each from when it applied.

    A version that came back after another was withdrawn is there once, since its page is.
    """
    mementos = [*_mementos(site, policy)]
    own = site.absolute_link(page.kind, **page.parameters)
    span = f'; from="{mementos[0][1]}"; until="{mementos[-1][1]}"' if mementos else ""
    lines = [
        f'<{site.absolute_link(PageKind.POLICY, locale=locale, policy=policy.id)}>; rel="original"',
        f'<{own}>; rel="self"; type="application/link-format"{span}',
    ]
    for place, (version, since) in enumerate(mementos):
        address = site.absolute_lead(PageKind.VERSION, locale=locale, policy=policy.id, version=version.label)
        first = "first " if place == 0 else ""
        last = "last " if place == len(mementos) - 1 else ""
        lines.append(f'<{address}>; rel="{first}{last}memento"; datetime="{since}"')
    return File((",\n".join(lines) + "\n").encode(), "application/link-format")


def _mementos(site: Site, policy: Policy) -> Iterator[tuple[Version, str]]:
    zone = site.publication.settings.zone
    known: set[str] = set()
    for stretch in applied(policy, zone):
        since = datetime.combine(stretch.first, time(), zone).astimezone(UTC)
        if stretch.version and since <= site.at and stretch.version.label not in known:
            known.add(stretch.version.label)
            yield stretch.version, format_datetime(since, usegmt=True)
