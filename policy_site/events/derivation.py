"""What happened: the ledger from which every feed is written.

Pure and deterministic: the same policies and the same instant give the same events. Each event tells what was known
when it happened (:mod:`policy_site.events.knowledge`), so that what comes later never changes what was told. On one
history the events at an earlier instant are therefore the first of those at a later one.

What breaks that: a merge that brings a version whose note names a day of publication in the past, a withdrawal dated
back, the removal of a version, of a policy or of a language, and rewritten history; and where versions are the dates
that texts give themselves, words that change under an unchanged date. Nobody can tell from the content alone. So a
ledger that is published already is continued: its events keep their numbers, and what git tells of the past only now
comes after them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise, takewhile
from types import MappingProxyType
from typing import Any

from policy_site.catalogue.succession import first_published_at, known_withdrawn_at, states_of
from policy_site.events.knowledge import shown_at, version_known_at
from policy_site.model import Edition, Event, EventKind, Policy, ReleaseNote, SectionChange, Significance, Version

SectionChanges = Callable[[Policy, Version], tuple[SectionChange, ...]]
"""How the sections of a version, as known at an event, differ from those of the version that its ``previous`` names."""


def derive_events(
    policies: Sequence[Policy],
    *,
    as_of: datetime,
    section_changes: SectionChanges,
    authority: str,
    year: int,
    published: Sequence[Event] = (),
) -> tuple[Event, ...]:
    """Return every event that happened by ``as_of``, in the order of the ledger.

    By instant; what happened at the same instant by kind, policy, version (the earlier effective one first) and
    language. A version in which no word changed makes no event. ``authority`` and ``year`` make the ids (RFC 4151).

    ``published`` are the events of the ledger that is continued, in its order: they come first, and whatever is new
    follows them, at no earlier instant than the last of them. One that no longer follows from the policies is kept as
    it was told, marked, as long as its version is there.
    """
    stem = f"tag:{authority},{year}:policy/"
    happenings = sorted(
        (happening for policy in policies for happening in _happenings_of(policy) if happening.at <= as_of), key=_order
    )
    compared: dict[tuple[str, str, str | None], tuple[SectionChange, ...]] = {}
    events: list[Event] = []
    for happening in _in_line({f"{stem}{happening.path}": happening for happening in happenings}, policies, published):
        seq = len(events) + 1
        if isinstance(happening, Event):
            events.append(replace(happening, seq=seq, is_kept=True))
            continue
        policy, at = happening.policy, max(happening.at, events[-1].occurred_at if events else happening.at)
        version = version_known_at(policy, happening.version, at)
        key = (policy.id, version.label, version.previous)
        if key not in compared:
            compared[key] = section_changes(policy, version)
        event = Event(
            seq=seq,
            id=f"{stem}{happening.path}",
            kind=happening.kind,
            policy=policy.id,
            version=version.label,
            occurred_at=at,
            locale=happening.locale,
            revision=happening.revision,
            sections=compared[key],
            previous_version=version.previous,
            identical_to=version.identical_to,
            supersedes=f"{stem}{policy.id}/{version.label}/{happening.supersedes}" if happening.supersedes else None,
        )
        events.append(event)
    return tuple(events)


def _in_line(
    derived: Mapping[str, _Happening], policies: Sequence[Policy], published: Sequence[Event]
) -> Iterator[_Happening | Event]:
    """Give what was published in its order, then what is new; ``derived`` by id."""
    versions = {(policy.id, version.label) for policy in policies for version in policy.versions}
    for event in published:
        if event.id in derived:
            yield derived[event.id]
        elif (event.policy, event.version) in versions:
            yield event
    told = {event.id for event in published}
    yield from (happening for identity, happening in derived.items() if identity not in told)


# --- what happens to a version ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Happening:
    kind: EventKind
    policy: Policy
    version: Version
    at: datetime
    name: str
    """Last part of the event's id."""
    locale: str | None = None
    supersedes: str | None = None
    """Name of the event that this one mends."""
    revision: int = 1

    @property
    def path(self) -> str:
        """What its event's id names after the authority."""
        return f"{self.policy.id}/{self.version.label}/{self.name}"


def _order(happening: _Happening) -> tuple[datetime, int, str, datetime, str, str, int, str]:
    return (
        happening.at,
        list(EventKind).index(happening.kind),
        happening.policy.id,
        states_of(happening.version)[0].effective_at,
        happening.version.label,
        happening.locale or "",
        happening.revision,
        happening.name,
    )


def _happenings_of(policy: Policy) -> Iterator[_Happening]:
    for place in range(len(policy.versions)):
        yield from _happenings(policy, place)
    for at, day in policy.reviewed.items():
        version = _applying_at(policy, at)
        if version:
            yield _Happening(EventKind.REVIEWED, policy, version, at, f"reviewed/{day.isoformat()}")
    version = _applying_at(policy, policy.retired_at) if policy.retired_at else None
    if version and policy.retired_at:
        yield _Happening(EventKind.RETIRED, policy, version, policy.retired_at, "retired")


def _applying_at(policy: Policy, at: datetime) -> Version | None:
    """Return the version in force at an instant, as was known then."""
    known = [version_known_at(policy, version, at) for version in policy.versions if first_published_at(version) <= at]
    applying = [version for version in known if version.effective_at <= at and version.withdrawn_at is None]
    found = max(applying, key=lambda version: (version.effective_at, version.published_at, version.label), default=None)
    return policy.version(found.label) if found else None


def _happenings(policy: Policy, place: int) -> Iterator[_Happening]:
    version = policy.versions[place]
    if version.significance is Significance.TECHNICAL:
        return
    published = _Happening(EventKind.PUBLISHED, policy, version, first_published_at(version), "published")
    yield published
    effective_at = _took_effect_at(version, policy.versions[place + 1 :])
    if effective_at:
        yield _Happening(EventKind.EFFECTIVE, policy, version, effective_at, "effective")
    statements = [published, *_corrections(published)]
    yield from statements[1:]
    withdrawn_at = known_withdrawn_at(version)
    if withdrawn_at:
        mended = [statement for statement in statements if statement.at <= withdrawn_at][-1]
        yield _Happening(EventKind.WITHDRAWN, policy, version, withdrawn_at, "withdrawn", supersedes=mended.name)
    for locale, edition in version.editions.items():
        if locale != policy.authoritative_locale:
            yield from _translations(published, edition)


def _translations(published: _Happening, edition: Edition) -> Iterator[_Happening]:
    """Tell a translation that came late, and each time that readers got other words; from the second text on numbered.

    One that came with the version is told with it, and so is whatever was revised before.
    """
    first_at = shown_at(published.version, edition)
    told = replace(published, kind=EventKind.TRANSLATED, locale=edition.locale)
    name = f"translated/{edition.locale}"
    if first_at > published.at:
        yield replace(told, at=first_at, name=name)
    for revision, at in enumerate((at for at in edition.revised_at if at > first_at), start=2):
        yield replace(told, at=at, name=f"{name}/{revision}", revision=revision)


def _corrections(published: _Happening) -> Iterator[_Happening]:
    """Tell where the release note came to say something else; the second time of a kind is numbered."""
    last = published
    count: dict[EventKind, int] = {}
    for before, after in pairwise(states_of(published.version)):
        if after.effective_date != before.effective_date:
            kind = EventKind.RESCHEDULED
        elif _says_otherwise(before.note, after.note):
            kind = EventKind.CORRECTED
        else:
            continue
        count[kind] = count.get(kind, 0) + 1
        name = kind.name.lower() if count[kind] == 1 else f"{kind.name.lower()}/{count[kind]}"
        at = max(after.stated_at or published.at, last.at)
        last = _Happening(kind, published.policy, published.version, at, name, supersedes=last.name)
        yield last


def _says_otherwise(before: ReleaseNote | None, after: ReleaseNote | None) -> bool:
    """Words in one more language, and a withdrawal, are told in other ways than by a correction."""
    if before is None or after is None:
        return before is not after
    if any(after.words.get(locale) != words for locale, words in before.words.items()):
        return True
    return _facts(before) != _facts(after)


def _facts(note: ReleaseNote) -> ReleaseNote:
    nothing: MappingProxyType[str, Any] = MappingProxyType({})
    return replace(
        note,
        words=nothing,
        words_published_at=nothing,
        lines=nothing,
        withdrawn=None,
        # it tells the builders why a language may be missing; readers are told nothing else than before
        languages_exception=None,
        digest="",
        path="",
    )


def _took_effect_at(version: Version, later: Iterable[Version]) -> datetime | None:
    """Return when the version began to apply to readers.

    Its effective date, or its publication where that is later. ``None`` where it was withdrawn before, or where a later
    version applied already when it was published: it never was the one in force.
    """
    published_at, withdrawn_at = first_published_at(version), known_withdrawn_at(version)
    states = states_of(version)
    for state, following in zip(states, (*states[1:], None), strict=True):
        at = max(state.effective_at, state.stated_at or published_at, published_at)
        if following and following.stated_at and following.stated_at <= at:
            continue
        if withdrawn_at and withdrawn_at <= at:
            return None
        return None if _is_overtaken(later, at) else at
    return None


def _is_overtaken(later: Iterable[Version], at: datetime) -> bool:
    """Say whether one of the versions that follow by effective date was in force at ``at``."""
    for other in takewhile(lambda follower: follower.effective_at <= at, later):
        withdrawn_at = known_withdrawn_at(other)
        if first_published_at(other) <= at and not (withdrawn_at and withdrawn_at <= at):
            return True
    return False
