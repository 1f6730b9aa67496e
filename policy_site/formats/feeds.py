"""Entries become feeds for people: which of them a document holds, and how many documents there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from policy_site.catalogue.succession import state_known_at
from policy_site.events.entries import Entry, must_reach_people
from policy_site.formats.values import Feed, FeedPhrases, Item, Scope
from policy_site.model import Event, Policy

FEED_PAGE = 50
"""Entries in an archive document of a feed for people. Frozen: another number would change what is published."""
_BEFORE_ANY_EVENT = datetime(1970, 1, 1, tzinfo=UTC)


def count_archives(events: Sequence[Event], policies: Sequence[Policy], *, policy: str | None, scope: Scope) -> int:
    """Return how many archive documents a feed has, without composing it."""
    mine = [event for event in events if policy in (None, event.policy)]
    if scope is Scope.CHANGES or _archives(len(mine)) == 0:
        return _archives(len(mine))
    versions = {(each.id, version.label): version for each in policies for version in each.versions}
    notified: set[tuple[str, str]] = set()
    count = 0
    for event in mine:
        key = (event.policy, event.version)
        significance = state_known_at(versions[key], event.occurred_at).significance
        if must_reach_people(event, significance, is_known=key in notified):
            notified.add(key)
            count += 1
    return _archives(count)


def _archives(entries: int) -> int:
    """Return how many full pages lie before the newest full one, which stays in the document people subscribe to."""
    return max(entries // FEED_PAGE - 1, 0)


def compose_feed(
    entries: Sequence[Entry],
    *,
    locale: str,
    locales: tuple[str, ...],
    policy: str | None,
    scope: Scope,
    title: Callable[[Entry | None], str],
    publisher: str,
    tag: str,
    phrases: FeedPhrases,
    headline: Callable[[Entry], str],
    lead: Callable[[Entry], str] = lambda _: "",
    hubs: tuple[str, ...] = (),
    archive: int | None = None,
) -> Feed:
    """Compose one document of a feed for people from the entries of the whole change feed.

    ``archive``: the number of an archive document, 1 for the oldest; ``None`` for the one that people subscribe to,
    which holds the newest full page and what followed it. ``title`` is asked with the newest entry of an archive
    document, whose title is that of its time, and with ``None`` otherwise. ``tag`` begins the feed's id:
    ``tag:example.org,2026:``.
    """
    mine = [entry for entry in entries if policy in (None, entry.policy.id)]
    every = [entry for entry in mine if scope is Scope.CHANGES or entry.is_notice]
    archives = _archives(len(every))
    first = (archives if archive is None else archive - 1) * FEED_PAGE
    told = every[first : None if archive is None else first + FEED_PAGE][::-1]
    newest = told[0] if told else next(iter(mine), None)
    return Feed(
        id=f"{tag}feed/{policy or ''}/{locale}/{scope}" if policy else f"{tag}feed/{locale}/{scope}",
        locale=locale,
        policy=policy,
        scope=scope,
        title=title(told[0] if archive is not None else None),
        publisher=publisher,
        updated=newest.event.occurred_at if newest else _BEFORE_ANY_EVENT,
        items=tuple(Item(entry, headline(entry), lead(entry)) for entry in told),
        locales=locales,
        phrases=phrases,
        hubs=hubs if archive is None else (),
        archive=archive,
        archive_before=(archives if archive is None else archive - 1) or None,
    )
