"""What happened: the change feed from which every feed is written.

Pure and deterministic: the same policies and the same instant give the same events. Each event tells what was known
when it happened (:mod:`policy_site.events.knowledge`), so that what comes later never changes what was told. On one
history the events at an earlier instant are therefore the first of those at a later one.

What breaks that: a merge that brings a version whose note names a day of publication in the past, a withdrawal dated
back, the removal of a version, of a policy or of a language, and rewritten history; and where versions are the dates
that texts give themselves, words that change under an unchanged date. Nobody can tell from the content alone. So a
change feed that is published already is continued: its events keep their numbers, and what git tells of the past only
now comes after them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from policy_site.events.happenings import Happening, SectionChanges, VersionChanges, happenings_of, in_time
from policy_site.events.knowledge import version_known_at
from policy_site.model import Event, Policy


def derive_events(
    policies: Sequence[Policy],
    *,
    as_of: datetime,
    section_changes: SectionChanges,
    tag: str,
    published: Sequence[Event] = (),
) -> tuple[Event, ...]:
    """Return every event that happened by ``as_of``, in the order of the change feed.

    By instant; what happened at the same instant by kind, policy, version (the earlier effective one first) and
    language. A version in which no word changed makes no event. ``tag`` begins the ids: ``tag:example.org,2026:``.

    ``published`` are the events of the change feed that is continued, in its order: they come first, and whatever is
    new follows them, at no earlier instant than the last of them. One that no longer follows from the policies is kept
    as it was told, marked, as long as its version is there.
    """
    stem = f"{tag}policy/"
    comparison = VersionChanges(section_changes)
    happenings = sorted(
        (happening for policy in policies for happening in happenings_of(policy, comparison) if happening.at <= as_of),
        key=in_time,
    )
    events: list[Event] = []
    for happening in _in_line({f"{stem}{happening.path}": happening for happening in happenings}, policies, published):
        seq = len(events) + 1
        if isinstance(happening, Event):
            events.append(replace(happening, seq=seq, is_kept=True))
            continue
        policy, at = happening.policy, max(happening.at, events[-1].occurred_at if events else happening.at)
        version = version_known_at(policy, happening.version, at)
        event = Event(
            seq=seq,
            id=f"{stem}{happening.path}",
            kind=happening.kind,
            policy=policy.id,
            version=version.label,
            occurred_at=at,
            locale=happening.locale,
            revision=happening.revision,
            sections=comparison.of(policy, happening.version, version, at),
            previous_version=version.previous,
            identical_to=version.identical_to,
            supersedes=f"{stem}{policy.id}/{version.label}/{happening.supersedes}" if happening.supersedes else None,
        )
        events.append(event)
    return tuple(events)


def _in_line(
    derived: Mapping[str, Happening], policies: Sequence[Policy], published: Sequence[Event]
) -> Iterator[Happening | Event]:
    """Give what was published in its order, then what is new; ``derived`` by id."""
    versions = {(policy.id, version.label) for policy in policies for version in policy.versions}
    for event in published:
        if event.id in derived:
            yield derived[event.id]
        elif (event.policy, event.version) in versions:
            yield event
    told = {event.id for event in published}
    head_at = published[-1].occurred_at if published else None
    for identity, happening in derived.items():
        if identity not in told and (happening.may_be_late or head_at is None or happening.at >= head_at):
            yield happening
