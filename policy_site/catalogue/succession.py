"""Which version follows which: the one that is in force when another takes effect, as known at an instant.

Everything that says what changes compares a version with its predecessor: redlines, the sections of events, accounts,
notices and the rules of ``checks``. A version that was withdrawn before applied to nobody, so nothing is compared with
it; one that was put in between counts from the instant at which readers could know of it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from policy_site.model import Policy, Version


def languages_of(version: Version) -> frozenset[str]:
    """Return the languages in which anything of a version was ever written: its text, or words about it."""
    notes = (state.note for state in states_of(version))
    return frozenset((*version.editions, *(locale for note in notes if note for locale in note.words)))


def predecessor(policy: Policy, version: Version, at: datetime | None = None) -> Version | None:
    """Return the version in force when ``version`` takes effect; ``None`` where none is, as for a first version.

    ``at``: as was known then; without it, or later than the version took effect, as was known when it took effect.
    """
    state = version if at is None else state_known_at(version, at)
    place, start = _place(state), _start(state)
    known_at = start if at is None else min(at, start)

    def may_stand_before(other: Version) -> bool:
        return (
            other.label != version.label
            and known_from(other) <= known_at
            and _place(state_known_at(other, known_at)) < place
            and not _is_withdrawn(other, known_at)
        )

    # The order of the policy is the present one: only a version that was once rescheduled may have stood elsewhere.
    end = bisect_left(policy.versions, place, key=_place)
    steady = (policy.versions[number] for number in range(end - 1, -1, -1) if not policy.versions[number].earlier)
    candidates = [other for other in policy.versions if other.earlier and may_stand_before(other)]
    candidates += [other for other in (next(filter(may_stand_before, steady), None),) if other]
    return max(candidates, key=lambda other: _place(state_known_at(other, known_at)), default=None)


def settled(policy: Policy, version: Version, at: datetime | None = None) -> Version:
    """Return the version that applies once everything that takes effect together with ``version`` has: mostly itself.

    An announced text is never changed. What must be carried over into it stands in another version of the same day,
    published later, and that one is the text readers get. ``at`` as for :func:`predecessor`.
    """
    state = version if at is None else state_known_at(version, at)
    place, start = _place(state), _start(state)
    known_at = start if at is None else min(at, start)
    together = [
        other
        for other in _standing_after(policy, place)
        if known_from(other) <= known_at
        and (known := state_known_at(other, known_at)).effective_at == state.effective_at
        and _place(known) > place
        and not _is_withdrawn(other, known_at)
    ]
    return max(together, key=lambda other: _place(state_known_at(other, known_at)), default=version)


def is_overtaken(policy: Policy, version: Version, at: datetime) -> bool:
    """Say whether a version with a later effective date applied already at ``at``, as known then."""
    state = state_known_at(version, at)
    return any(
        known_from(other) <= at
        and state.effective_at < state_known_at(other, at).effective_at <= at
        and not _is_withdrawn(other, at)
        for other in _standing_after(policy, _place(state), until=at)
    )


def twin(policy: Policy, version: Version, at: datetime) -> str | None:
    """Return the label of the newest earlier version with the same wording, as known at ``at``.

    One that was withdrawn before it took effect never applied, so nobody has read it as the text in force.
    """
    state = state_known_at(version, at)
    start = _start(state)
    at = min(at, start)
    found = [
        known
        for label in version.twins
        for other in (policy.version(label),)
        for known in (state_known_at(other, at),)
        if _place(known) < _place(state) and known_from(other) <= at and not _never_applied(other, known, at)
    ]
    return max(found, key=_place).label if found else None


def link(versions: Sequence[Version], as_of: datetime) -> tuple[Version, ...]:
    """Order versions by effective date and say of each what it follows and repeats, as known at ``as_of``.

    A version that followed none when it took effect stands, for readers of its pages, after the one that was added to
    the record later.
    """
    ordered = tuple(sorted(versions, key=_place))
    policy = Policy("", "", ordered)
    linked: list[Version] = []
    for version in ordered:
        before = predecessor(policy, version, as_of) or _recorded_later(ordered, version)
        identical_to = twin(policy, version, as_of)
        linked.append(replace(version, previous=before.label if before else None, identical_to=identical_to))
    return tuple(linked)


def state_known_at(version: Version, at: datetime) -> Version:
    """Return what the release note said at ``at``, its links and editions aside."""
    states = states_of(version)
    stated = [state for state in states if state.stated_at is None or state.stated_at <= at]
    return stated[-1] if stated else states[0]


def states_of(version: Version) -> tuple[Version, ...]:
    """Return everything that was ever said of a version, the present last."""
    return (*version.earlier, version)


def first_published_at(version: Version) -> datetime:
    """Return when a version was published, whatever was said of it later."""
    return states_of(version)[0].published_at


def known_from(version: Version) -> datetime:
    """Return when readers could know of a version: its publication, or when it was added to the record of the past."""
    return version.recorded_at or first_published_at(version)


def known_withdrawn_at(version: Version) -> datetime | None:
    """Return when readers could know of the withdrawal: not before the note said so, nor before the publication."""
    states = states_of(version)
    if version.withdrawn_at is None:
        return None
    said = next(state for state in states if state.withdrawn_at is not None)
    return max(version.withdrawn_at, said.stated_at or version.withdrawn_at, states[0].published_at)


def _place(version: Version) -> tuple[datetime, datetime, str]:
    return (version.effective_at, version.published_at, version.label)


def _start(state: Version) -> datetime:
    """Return when a version begins to apply to readers: not before they could read it."""
    return max(state.effective_at, state.published_at, state.recorded_at or state.effective_at)


def _standing_after(
    policy: Policy, place: tuple[datetime, datetime, str], *, until: datetime | None = None
) -> Iterator[Version]:
    """Give the versions that may stand after a place and take effect by ``until`` (by default: with it)."""
    until = until or place[0]
    yield from (version for version in policy.versions if version.earlier)
    for number in range(bisect_right(policy.versions, place, key=_place), len(policy.versions)):
        version = policy.versions[number]
        if version.effective_at > until:
            break
        if not version.earlier:
            yield version


def _is_withdrawn(version: Version, at: datetime) -> bool:
    withdrawn_at = known_withdrawn_at(version)
    return withdrawn_at is not None and withdrawn_at <= at


def _never_applied(version: Version, state: Version, at: datetime) -> bool:
    withdrawn_at = known_withdrawn_at(version)
    return withdrawn_at is not None and withdrawn_at <= min(at, _start(state))


def _recorded_later(versions: Sequence[Version], version: Version) -> Version | None:
    """Return the nearest version before one, whenever it was published."""
    before = (other for other in reversed(versions) if _place(other) < _place(version))
    return next((other for other in before if not _never_applied(other, other, _start(other))), None)
