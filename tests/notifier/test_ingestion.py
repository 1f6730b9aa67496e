"""New events come into the notifier's ledger: all of them, once, and the past reaches nobody."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as example_limit
from hypothesis import strategies as st
from sqlalchemy import select, text

from policy_site.errors import (
    FeedConflictError,
    FeedRolledBackError,
    FeedUnreachableError,
    HeldError,
    NoticeError,
    UsageError,
)
from policy_site.notifier.feed import parse_event
from policy_site.notifier.ingestion import Ingestion, ingest, must_reach_people, refuse_held, release, rest
from policy_site.notifier.ledger import Ledger, open_ledger
from policy_site.notifier.ledger.tables import EVENTS, FEED
from policy_site.notifier.model import EventState
from policy_site.notifier.settings import NotifierSettings
from tests.support.published_feeds import chained, history, notices, publish, serving


def settings_of(feed: Path | str, **others: Any) -> NotifierSettings:
    return NotifierSettings.model_validate(
        {
            "feed": str(feed),
            "channels": {"mail": {"kind": "smtp", "host": "localhost", "sender": "policies@example.org"}},
            "audiences": [{"name": "all", "channel": "mail", "csv": "people.csv"}],
            **others,
        }
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return open_ledger(f"sqlite:///{tmp_path / 'notify.db'}")


def states(ledger: Ledger) -> dict[int, str]:
    with ledger.transaction() as connection:
        return {row.seq: row.state for row in connection.execute(select(EVENTS.c.seq, EVENTS.c.state))}


def content(ledger: Ledger) -> list[Any]:
    """Return all that the ledger holds of the feed, the time of reading aside."""
    with ledger.transaction() as connection:
        position = connection.execute(select(FEED.c.url, FEED.c.head_seq, FEED.c.head_hash, FEED.c.etag)).all()
        return [*position, *connection.execute(select(EVENTS.c.seq, EVENTS.c.hash, EVENTS.c.state, EVENTS.c.record))]


class TestRuns:
    def test_the_first_run_takes_what_is_there_as_past(self, ledger: Ledger, tmp_path: Path) -> None:
        found = ingest(ledger, settings_of(publish(tmp_path, history(230))))
        assert found == Ingestion(head=230, new=tuple(range(1, 231)), is_baseline=True)
        assert set(states(ledger).values()) == {"past"}

    def test_what_comes_later_reaches_people_where_it_must(self, ledger: Ledger, tmp_path: Path) -> None:
        ingest(ledger, settings_of(publish(tmp_path, history(100))))
        found = ingest(ledger, settings_of(publish(tmp_path, history(120))))
        told = tuple(seq for seq in notices(120) if seq > 100)
        assert told
        assert found == Ingestion(head=120, new=tuple(range(101, 121)), notices=told)
        assert {seq for seq, state in states(ledger).items() if state == "open"} == set(told)
        assert {seq for seq, state in states(ledger).items() if state == "silent"} == set(range(101, 121)) - set(told)

    def test_an_empty_feed_is_a_beginning_too(self, ledger: Ledger, tmp_path: Path) -> None:
        assert ingest(ledger, settings_of(publish(tmp_path, []))) == Ingestion(head=0, is_baseline=True)
        found = ingest(ledger, settings_of(publish(tmp_path, history(3))))
        assert found == Ingestion(head=3, new=(1, 2, 3), notices=tuple(notices(3)))

    def test_a_second_run_finds_nothing_new(self, ledger: Ledger, tmp_path: Path) -> None:
        settings = settings_of(publish(tmp_path, history(10)))
        ingest(ledger, settings)
        before = content(ledger)
        assert ingest(ledger, settings) == Ingestion(head=10)
        assert content(ledger) == before

    def test_a_server_is_asked_for_changes_only(self, ledger: Ledger, tmp_path: Path) -> None:
        publish(tmp_path, history(10))
        with serving(tmp_path) as server:
            ingest(ledger, settings_of(server.feed))
            assert ingest(ledger, settings_of(server.feed)) == Ingestion(head=10)
            assert "If-None-Match" in server.asked[-1][1]
            publish(tmp_path, history(12))
            assert ingest(ledger, settings_of(server.feed)).new == (11, 12)

    def test_one_away_for_long_walks_the_archive(self, ledger: Ledger, tmp_path: Path) -> None:
        ingest(ledger, settings_of(publish(tmp_path, history(5))))
        found = ingest(ledger, settings_of(publish(tmp_path, history(230)), max_new=1000))
        assert found.new == tuple(range(6, 231))
        assert found.notices == tuple(seq for seq in notices(230) if seq > 5)

    def test_events_are_due_whatever_their_dates_say(self, ledger: Ledger, tmp_path: Path) -> None:
        # publication is disclosure: a clock that is five years behind, or ahead, changes nothing
        ingest(ledger, settings_of(publish(tmp_path, history(2))))
        published = next(event for event in history(20) if event["significance"] == "significant")
        instants = {"published_at": "2099-01-01T00:00:00Z", "notice_at": "2099-01-01T00:00:00Z"}
        ahead = {**published, **instants, "id": f"{published['id']}/ahead", "type": "policy.version.published"}
        found = ingest(ledger, settings_of(publish(tmp_path, chained([*history(2), ahead]))))
        assert found.notices == (3,)

    def test_the_record_is_kept_as_published(self, ledger: Ledger, tmp_path: Path) -> None:
        ingest(ledger, settings_of(publish(tmp_path, history(3))))
        with ledger.transaction() as connection:
            record = connection.scalar(select(EVENTS.c.record).where(EVENTS.c.seq == 2))
        assert record is not None
        assert json.loads(record) == history(3)[1]


class TestFaults:
    @pytest.mark.parametrize(
        ("known", "then", "error"),
        [
            (5, lambda: chained([{**history(1)[0], "policy": "another"}, *history(7)[1:]]), FeedConflictError),
            (5, lambda: history(3), FeedRolledBackError),
            (5, list, FeedRolledBackError),
        ],
        ids=["rewritten", "rolled back", "empty"],
    )
    def test_a_feed_that_does_not_continue_leaves_the_ledger_as_it_was(
        self, ledger: Ledger, tmp_path: Path, known: int, then: Any, error: type[NoticeError]
    ) -> None:
        ingest(ledger, settings_of(publish(tmp_path, history(known))))
        before = content(ledger)
        with pytest.raises(error):
            ingest(ledger, settings_of(publish(tmp_path, then())))
        assert content(ledger) == before
        assert ingest(ledger, settings_of(publish(tmp_path, history(7)))).new == (6, 7)

    def test_what_differs_in_a_rewritten_event_is_told(self, ledger: Ledger, tmp_path: Path) -> None:
        ingest(ledger, settings_of(publish(tmp_path, history(5))))
        edited = chained([*history(5)[:4], {**history(5)[4], "effective_date": "2030-01-01"}])
        with pytest.raises(FeedConflictError, match=r'Event 5 .*: effective_date is "2030-01-01", it was "2024-'):
            ingest(ledger, settings_of(publish(tmp_path, edited)))

    def test_a_missing_archive_leaves_the_ledger_as_it_was(self, ledger: Ledger, tmp_path: Path) -> None:
        ingest(ledger, settings_of(publish(tmp_path, history(5))))
        feed = publish(tmp_path, history(230))
        (feed.parent / "archive-00001.json").unlink()
        before = content(ledger)
        with pytest.raises(FeedUnreachableError):
            ingest(ledger, settings_of(feed))
        assert content(ledger) == before

    def test_a_ledger_follows_one_feed(self, ledger: Ledger, tmp_path: Path) -> None:
        ingest(ledger, settings_of(publish(tmp_path / "old", history(5))))
        moved = settings_of(publish(tmp_path / "new", history(7)))
        with pytest.raises(UsageError, match=r"The ledger follows .*old.*, not .*new.*--follow"):
            ingest(ledger, moved)
        assert ingest(ledger, moved, follow=True).new == (6, 7)
        assert ingest(ledger, moved).new == ()

    def test_another_feed_is_not_followed(self, ledger: Ledger, tmp_path: Path) -> None:
        ingest(ledger, settings_of(publish(tmp_path / "old", history(5))))
        other = chained([{**event, "id": f"{event['id']}/other"} for event in history(9)])
        with pytest.raises(FeedConflictError, match=r"Event 1 .* was rewritten"):
            ingest(ledger, settings_of(publish(tmp_path / "new", other)), follow=True)

    def test_a_validator_of_the_old_address_is_not_sent_to_the_new_one(self, ledger: Ledger, tmp_path: Path) -> None:
        publish(tmp_path, history(5))
        with serving(tmp_path) as old:
            ingest(ledger, settings_of(old.feed))
        with serving(tmp_path) as new:
            ingest(ledger, settings_of(new.feed), follow=True)
            assert "If-None-Match" not in new.asked[-1][1]


class TestHolding:
    def test_more_notices_than_expected_wait_for_a_person(self, ledger: Ledger, tmp_path: Path) -> None:
        ingest(ledger, settings_of(publish(tmp_path, history(1))))
        settings = settings_of(publish(tmp_path, history(60)), max_new=2)
        told = tuple(seq for seq in notices(60) if seq > 1)
        found = ingest(ledger, settings)
        assert (found.notices, found.held) == ((), told)
        assert len(found.new) == 59
        with pytest.raises(HeldError, match=r"Events .* are held: .*`policy-site notify release`") as raised:
            refuse_held(ledger)
        assert raised.value.exit_status == 6
        assert ingest(ledger, settings).held == told

    def test_as_many_as_expected_do_not_wait(self, ledger: Ledger, tmp_path: Path) -> None:
        ingest(ledger, settings_of(publish(tmp_path, history(1))))
        told = [seq for seq in notices(60) if seq > 1]
        assert ingest(ledger, settings_of(publish(tmp_path, history(60)), max_new=len(told))).held == ()
        refuse_held(ledger)

    def test_while_some_wait_what_follows_waits_with_them(self, ledger: Ledger, tmp_path: Path) -> None:
        ingest(ledger, settings_of(publish(tmp_path, history(1))))
        ingest(ledger, settings_of(publish(tmp_path, history(60)), max_new=2))
        found = ingest(ledger, settings_of(publish(tmp_path, history(80))))
        assert found.notices == ()
        assert set(found.held) == {seq for seq in notices(80) if seq > 1}

    def test_a_person_releases_some_and_lets_others_rest(self, ledger: Ledger, tmp_path: Path) -> None:
        ingest(ledger, settings_of(publish(tmp_path, history(1))))
        first, second, *others = ingest(ledger, settings_of(publish(tmp_path, history(60)), max_new=2)).held
        assert release(ledger, [second]) == (second,)
        assert rest(ledger, [first]) == (first,)
        assert (states(ledger)[first], states(ledger)[second]) == ("past", "open")
        assert release(ledger) == tuple(others)
        assert release(ledger) == ()
        refuse_held(ledger)

    def test_what_is_not_held_cannot_be_released(self, ledger: Ledger, tmp_path: Path) -> None:
        ingest(ledger, settings_of(publish(tmp_path, history(1))))
        held = ingest(ledger, settings_of(publish(tmp_path, history(60)), max_new=2)).held
        with pytest.raises(UsageError, match="Event 1 is not held"):
            release(ledger, [held[0], 1])
        with pytest.raises(UsageError, match="Event 999 is not held"):
            rest(ledger, [999])
        assert states(ledger)[held[0]] == "held"


class TestNotices:
    def test_the_notifier_and_the_feeds_for_people_agree(self) -> None:
        events = [parse_event(event) for event in history(230)]
        records = {event.id: event.record for event in events}
        assert [event.seq for event in events if must_reach_people(event, records.get)] == notices(230)
        mended = [event for event in events if event.seq in notices(230) and event.supersedes]
        assert {event.type.rpartition(".")[2] for event in mended} == {"rescheduled", "withdrawn"}

    def test_events_that_mend_each_other_in_a_circle_end(self) -> None:
        event = {**history(1)[0], "type": "policy.version.corrected", "significance": "minor"}
        circle = parse_event({**event, "supersedes": event["id"]})
        assert not must_reach_people(circle, {circle.id: circle.record}.get)

    @pytest.mark.parametrize(
        "kind", ["policy.retired", "policy.reviewed", "policy.version.effective", "of.later.feeds"]
    )
    def test_other_types_are_silent(self, kind: str) -> None:
        event = parse_event({**history(1)[0], "type": kind, "significance": "significant"})
        assert not must_reach_people(event, lambda _: None)

    @example_limit(max_examples=15)
    @given(first=st.integers(0, 60), later=st.integers(0, 60))
    def test_property_no_notice_is_missed_however_often_the_feed_is_read(
        self, tmp_path_factory: pytest.TempPathFactory, first: int, later: int
    ) -> None:
        folder = tmp_path_factory.mktemp("site")
        ledger = open_ledger(f"sqlite:///{folder / 'notify.db'}")
        steps = sorted((first, later, 60))
        opened: list[int] = []
        for count in steps:
            opened += ingest(ledger, settings_of(publish(folder, history(count)), max_new=100)).notices
        assert opened == [seq for seq in notices(60) if seq > steps[0]]
        ledger.engine.dispose()


_RUN = """
import sys
from policy_site.notifier.ingestion import ingest
from policy_site.notifier.ledger import open_ledger
from policy_site.notifier.settings import NotifierSettings
ledger, settings = open_ledger(sys.argv[1]), NotifierSettings.model_validate_json(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
print(len(ingest(ledger, settings).new), flush=True)
"""


def start(url: str, feed: Path) -> subprocess.Popen[str]:
    """Start a run of its own and wait until it is about to read the feed."""
    run = subprocess.Popen(
        [sys.executable, "-c", _RUN, url, settings_of(feed, max_new=1000).model_dump_json()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    assert run.stdout.readline() == "ready\n"
    return run


def go(run: subprocess.Popen[str]) -> None:
    assert run.stdin is not None
    run.stdin.write("\n")
    run.stdin.flush()


class TestKills:
    def test_a_kill_at_any_instant_leaves_all_of_the_feed_or_nothing(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'notify.db'}"
        ledger = open_ledger(url)
        ingest(ledger, settings_of(publish(tmp_path, history(5))))
        before = content(ledger)
        ledger.engine.dispose()
        feed = publish(tmp_path, history(230))
        run = start(f"sqlite:///{tmp_path / 'trial.db'}", feed)
        began = time.monotonic()
        run.communicate("\n", timeout=300)
        usual = time.monotonic() - began
        chance = random.Random(4)  # noqa: S311 - instants, not secrets
        for _ in range(6):
            run = start(url, feed)
            go(run)
            try:
                run.wait(chance.uniform(0, usual))
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGKILL)
            run.communicate()
            found = content(ledger)
            assert found == before or len(found) == 231
        ingest(ledger, settings_of(feed, max_new=1000))
        assert list(states(ledger)) == list(range(1, 231))
        assert [seq for seq, state in states(ledger).items() if state == EventState.OPEN] == [
            seq for seq in notices(230) if seq > 5
        ]
        with ledger.transaction() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        ledger.engine.dispose()

    @pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
    def test_of_several_runs_at_once_one_takes_the_events_in(
        self, tmp_path: Path, backend: str, request: pytest.FixtureRequest
    ) -> None:
        if backend == "sqlite":
            url = f"sqlite:///{tmp_path / 'notify.db'}"
        else:
            url = request.getfixturevalue("postgresql").create_database()
        ledger = open_ledger(url)
        ingest(ledger, settings_of(publish(tmp_path, history(5))))
        feed = publish(tmp_path, history(40))
        runs = [start(url, feed) for _ in range(3)]
        for run in runs:
            go(run)
        assert sorted(run.communicate(timeout=300)[0] for run in runs) == ["0\n", "0\n", "35\n"]
        assert list(states(ledger)) == list(range(1, 41))
        ledger.engine.dispose()


@pytest.mark.parametrize("age", [86_400, 90_000, -60], ids=["a day", "more", "in the future"])
def test_a_host_whose_validators_stand_still_hides_nothing_for_longer_than_a_day(tmp_path: Path, age: int) -> None:
    publish(tmp_path / "site", history(10))
    with serving(tmp_path / "site") as server, open_ledger(f"sqlite:///{tmp_path / 'notify.db'}") as ledger:
        settings = settings_of(server.feed)
        ingest(ledger, settings)
        publish(tmp_path / "site", history(11))
        stuck = {"ETag": '"same"'}
        body = (tmp_path / "site/changes/v1/feed.json").read_bytes()
        server.answers["/changes/v1/feed.json"] = (304, stuck, b"")
        assert ingest(ledger, settings).new == ()
        with ledger.transaction() as connection:
            connection.execute(FEED.update().values(read_whole_at=int(time.time()) - age))
        server.answers["/changes/v1/feed.json"] = (200, stuck, body)
        assert ingest(ledger, settings).new == (11,)
        assert "If-None-Match" not in server.asked[-1][1]
