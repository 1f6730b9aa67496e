"""What a schema cannot see of a change feed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_site.events.audit import feed_faults
from policy_site.events.canonical import event_hash
from policy_site.events.chain import ChangeFeed, compose_change_feed
from policy_site.model import Significance
from tests.support.histories import LINKS, entries_of, policy_of, version_of

PRIVACY = policy_of(
    version_of("1", published=1, effective=4, significance=Significance.MINOR),
    version_of("2", published=30, effective=60, translations={"de": (45,)}),
)
FEED = compose_change_feed(entries_of(PRIVACY), links=LINKS, time_zone="UTC")


def changed(seq: int, **change: Any) -> ChangeFeed:
    """Return the change feed with other facts in an event, its chain made whole again."""
    records: list[dict[str, Any]] = []
    for record in FEED.records:
        draft = {**record, "prev": records[-1]["hash"] if records else None}
        draft |= change if record["seq"] == seq else {}
        records.append({**draft, "hash": event_hash(draft)})
    return replace(FEED, records=tuple(records))


def test_a_change_feed_agrees_with_itself() -> None:
    assert list(feed_faults(FEED)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"effective_at": "2024-01-04T23:59:59Z"}, "names a date and an instant that are not the same"),
        ({"effective_date": "2024-01-04"}, "names a date and an instant that are not the same"),
        ({"time_zone": "America/New_York"}, "names a date and an instant that are not the same"),
        ({"notice_at": "2023-12-31T00:00:00Z"}, "became public before the event in front of it"),
        ({"published_at": "2024-06-01T00:00:00Z"}, "is told before its version was published"),
        ({"supersedes": "tag:example.org,2026:policy/privacy/9/published"}, "mends an event that is not there"),
        ({"consent": {"required": True, "by": "2024-01-05"}}, "asks for consent though nothing significant changed"),
        ({"editions": {}}, "lacks its authoritative language"),
        ({"language": "fr"}, "lacks the language it is about"),
        ({"id": FEED.records[0]["id"]}, "has an id that is in use"),
    ],
)
def test_an_event_that_contradicts_itself_is_named(change: dict[str, Any], fault: str) -> None:
    faults = list(feed_faults(changed(2, **change)))
    assert any(fault in sentence and sentence.startswith("Event 2") for sentence in faults), faults


def test_what_is_published_already_is_not_judged_again_but_its_chain_is() -> None:
    broken = changed(2, editions={})
    assert list(feed_faults(broken, since=2)) == []
    cut = replace(broken, records=(broken.records[0], *broken.records[2:]))
    assert "Event 3 follows event 1." in list(feed_faults(cut, since=4))


@settings(deadline=None, max_examples=40)
@given(
    versions=st.lists(st.tuples(st.integers(0, 60), st.integers(-20, 60)), min_size=1, max_size=5),
)
def test_whatever_happens_the_change_feed_agrees_with_itself(versions: list[tuple[int, int]]) -> None:
    policy = policy_of(
        *(
            version_of(f"v{number}", published=published, effective=published + after)
            for number, (published, after) in enumerate(versions)
        )
    )
    assert list(feed_faults(compose_change_feed(entries_of(policy), links=LINKS, time_zone="UTC"))) == []
