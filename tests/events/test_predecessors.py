"""An event tells what a version changes against the one it will follow, as known at its instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from policy_site.model import Event, EventKind, Version
from tests.support.histories import day, derive, policy_of, version_of


def told(events: Sequence[Event], label: str) -> list[tuple[str, str | None]]:
    """Return the names of the events of a version, and what each is compared with."""
    return [(event.id.partition(f"/{label}/")[2], event.previous_version) for event in events if event.version == label]


FIRST = version_of("first", published=0, effective=10)
ANNOUNCED = version_of("announced", published=20, effective=80)


def rescheduled(version: Version, *, effective: float, stated: float) -> Version:
    return replace(
        version,
        effective_at=day(effective),
        effective_date=day(effective).date(),
        stated_at=day(stated),
        earlier=(version,),
    )


def test_a_version_put_in_between_corrects_the_announcement_after_it() -> None:
    events = derive(policy_of(FIRST, ANNOUNCED, version_of("urgent", published=30, effective=40)))
    assert told(events, "announced") == [
        ("published", "first"),
        ("follows/urgent", "urgent"),
        ("effective", "urgent"),
    ]
    corrected = next(event for event in events if event.id.endswith("follows/urgent"))
    assert (corrected.kind, corrected.occurred_at) == (EventKind.CORRECTED, day(30))
    assert corrected.supersedes == "tag:example.org,2026:policy/privacy/announced/published"


def test_the_withdrawal_of_the_one_before_corrects_the_announcement() -> None:
    between = version_of("between", published=15, effective=60, withdrawn_at=day(50))
    events = derive(policy_of(FIRST, between, ANNOUNCED))
    assert told(events, "announced") == [
        ("published", "between"),
        ("follows/first", "first"),
        ("effective", "first"),
    ]


def test_a_predecessor_that_comes_and_goes_is_told_each_time() -> None:
    urgent = version_of("urgent", published=30, effective=40, withdrawn_at=day(35))
    again = version_of("again", published=50, effective=60, withdrawn_at=day(55))
    events = derive(policy_of(FIRST, ANNOUNCED, urgent, again))
    assert [name for name, _ in told(events, "announced")] == [
        "published",
        "follows/urgent",
        "follows/first",
        "follows/again",
        "follows/first/2",
        "effective",
    ]


def test_one_rescheduled_past_another_changes_what_both_follow() -> None:
    moved = rescheduled(version_of("moved", published=15, effective=60), effective=120, stated=30)
    events = derive(policy_of(FIRST, moved, ANNOUNCED))
    assert told(events, "moved") == [("published", "first"), ("rescheduled", "announced"), ("effective", "announced")]
    assert told(events, "announced") == [("published", "moved"), ("follows/first", "first"), ("effective", "first")]


def test_one_brought_forward_before_another_changes_what_both_follow() -> None:
    moved = rescheduled(version_of("moved", published=25, effective=120), effective=60, stated=30)
    events = derive(policy_of(FIRST, ANNOUNCED, moved))
    assert told(events, "moved") == [("published", "announced"), ("rescheduled", "first"), ("effective", "first")]
    assert told(events, "announced") == [("published", "first"), ("follows/moved", "moved"), ("effective", "moved")]


def test_what_comes_after_a_version_took_effect_changes_nothing_of_it() -> None:
    late = version_of("late", published=90, effective=50)
    events = derive(policy_of(FIRST, ANNOUNCED, late))
    assert told(events, "announced") == [("published", "first"), ("effective", "first")]


def test_of_two_versions_of_one_day_both_take_effect_and_the_later_published_last() -> None:
    follow_up = version_of("follow-up", published=30, effective=80)
    events = derive(policy_of(FIRST, ANNOUNCED, follow_up))
    effective = [event.version for event in events if event.kind is EventKind.EFFECTIVE]
    assert effective == ["first", "announced", "follow-up"]
    assert told(events, "follow-up") == [("published", "announced"), ("effective", "announced")]


@pytest.mark.parametrize("until", range(5, 130, 5))
def test_the_events_of_an_earlier_instant_are_the_first_of_a_later_one(until: int) -> None:
    moved = rescheduled(version_of("moved", published=15, effective=60), effective=120, stated=30)
    urgent = version_of("urgent", published=35, effective=40, withdrawn_at=day(38))
    policy = policy_of(FIRST, moved, ANNOUNCED, urgent, version_of("between", published=50, effective=70))
    events = derive(policy)
    earlier = derive(policy, as_of=day(until))
    assert events[: len(earlier)] == earlier


def test_a_change_feed_of_an_earlier_program_is_not_given_old_corrections() -> None:
    policy = policy_of(FIRST, ANNOUNCED, version_of("urgent", published=30, effective=40))
    published = [event for event in derive(policy, as_of=day(45)) if "follows" not in event.id]
    published = [replace(event, seq=seq) for seq, event in enumerate(published, start=1)]
    events = derive(policy, published=published)
    assert not any("follows" in event.id for event in events)
    assert [event.id for event in events[: len(published)]] == [event.id for event in published]
