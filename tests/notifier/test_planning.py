"""Planning: everybody in the list once, whatever happens in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from policy_site.errors import UsageError
from policy_site.notifier import audience as audiences
from policy_site.notifier.ledger import open_ledger
from policy_site.notifier.ledger.plans import Pass
from policy_site.notifier.planning import plan_notices
from policy_site.notifier.settings_tables import Audience, SqlSource
from tests.support.plans import HOOKS, PlannedLedger, customers, many, settings_of, write_list


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audiences, "CHUNK_ROWS", 10)


def test_everybody_in_the_list_has_one_delivery_of_each_open_event(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1, state="past")
    planned.publish(2)
    planned.publish(3, state="held")
    planned.publish(4, language="de")
    audience = customers(write_list(tmp_path / "list.csv", ["a@example.org,tr,2024", "b@example.org,,"]))
    passes = plan_notices(planned.ledger, settings_of(audience))
    found = [(row.event_seq, row.recipient, row.language, row.accepted) for row in planned.deliveries()]
    assert found == [
        (2, "a@example.org", "tr", "2024"),
        (2, "b@example.org", "en", None),
        (4, "a@example.org", "tr", "2024"),
        (4, "b@example.org", "de", None),
    ]
    assert {(row.channel, row.rank, row.state, row.attempts, row.due_at) for row in planned.deliveries()} == {
        ("mail", 1, "pending", 0, 0)
    }
    assert [(reached.event_seq, reached.planned, reached.unusable, reached.is_finished) for reached in passes] == [
        (2, 2, 0, True),
        (4, 2, 0, True),
    ]


def test_an_audience_is_told_of_the_policies_it_follows(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1, policy="privacy")
    planned.publish(2, policy="cookies")
    path = write_list(tmp_path / "list.csv", many(1))
    plan_notices(
        planned.ledger,
        settings_of(customers(path, policies=("cookies",)), Audience(name="systems", channel="hooks", policies=())),
    )
    assert [row.event_seq for row in planned.deliveries()] == [2]


def test_one_who_stands_twice_in_a_list_or_in_two_lists_is_told_once(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    first = write_list(tmp_path / "first.csv", ["a@example.org,de,", "a@EXAMPLE.org,en,", "b@example.org,en,"])
    second = write_list(tmp_path / "second.csv", ["a@example.org,tr,", "c@example.org,en,"])
    plan_notices(planned.ledger, settings_of(customers(first), customers(second, name="partners")))
    assert [(row.recipient, row.language) for row in planned.deliveries()] == [
        ("a@example.org", "de"),
        ("b@example.org", "en"),
        ("c@example.org", "en"),
    ]


def test_bad_rows_are_kept_with_place_and_reason_and_the_others_planned(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    path = write_list(tmp_path / "list.csv", ["a@example.org,en,", "nobody,en,", "b@example.org,en,", ",en,"])
    (reached,) = plan_notices(planned.ledger, settings_of(customers(path)))
    assert planned.addresses() == ["a@example.org", "b@example.org"]
    assert (reached.planned, reached.unusable) == (2, 2)
    assert planned.unusable() == {"3": "'nobody' is not a mail address.", "5": "The address is missing."}


def test_of_very_many_bad_rows_all_are_counted_and_kept(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    path = write_list(tmp_path / "list.csv", ["nobody,en,"] * 22_000)
    (reached,) = plan_notices(planned.ledger, settings_of(customers(path)))
    assert reached.unusable == 22_000
    assert len(planned.unusable()) == 22_000


def test_a_finished_list_is_read_again_only_to_mend_its_bad_rows(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    path = write_list(tmp_path / "list.csv", ["a@example.org,en,", "b,en,"])
    settings = settings_of(customers(path))
    for _ in range(2):
        (reached,) = plan_notices(planned.ledger, settings)
        assert reached.unusable == 1
    write_list(path, ["a@example.org,en,", "b@example.org,en,"])
    (reached,) = plan_notices(planned.ledger, settings)
    assert (reached.planned, reached.unusable) == (2, 0)
    assert planned.addresses() == ["a@example.org", "b@example.org"]
    assert planned.unusable() == {}
    path.unlink()  # nothing more is asked of it
    plan_notices(planned.ledger, settings)


def test_who_joined_later_is_told_when_a_person_asks_for_it(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    path = write_list(tmp_path / "list.csv", many(2))
    settings = settings_of(customers(path), Audience(name="systems", channel="hooks"))
    plan_notices(planned.ledger, settings)
    write_list(path, many(3))
    plan_notices(planned.ledger, settings)
    assert len(planned.addresses()) == 4
    plan_notices(planned.ledger, settings, again=[1])
    assert sorted(planned.addresses()) == sorted(
        ["crm", "shop", "person0@example.org", "person1@example.org", "person2@example.org"]
    )


def test_canaries_come_first_whether_they_are_in_the_list_or_not(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    first = write_list(tmp_path / "first.csv", ["a@example.org,en,", "in-list@example.org,tr,2024"])
    second = write_list(tmp_path / "second.csv", ["b@example.org,en,", "a@example.org,de,"])
    plan_notices(
        planned.ledger,
        settings_of(
            customers(first, canaries=("in-list@Example.org", "ours@example.org")),
            customers(second, name="partners", canaries=("a@example.org",)),
        ),
    )
    rows = [(row.recipient, row.language, row.accepted, row.rank) for row in planned.deliveries()]
    assert sorted(rows[:3]) == [
        ("a@example.org", "de", None, 0),
        ("in-list@example.org", "tr", "2024", 0),
        ("ours@example.org", "en", None, 0),
    ]
    assert rows[3:] == [("b@example.org", "en", None, 1)]


def test_a_suppressed_address_is_recorded_and_never_due(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    planned.suppress("a@example.org")
    planned.suppress("b@example.org", channel="other")
    plan_notices(
        planned.ledger,
        settings_of(customers(write_list(tmp_path / "list.csv", ["a@Example.org,en,", "b@example.org,en,"]))),
    )
    assert [(row.recipient, row.state) for row in planned.deliveries()] == [
        ("a@example.org", "suppressed"),
        ("b@example.org", "pending"),
    ]


def test_a_channel_of_webhooks_has_a_delivery_for_each_endpoint(planned: PlannedLedger) -> None:
    planned.publish(1)
    (reached,) = plan_notices(planned.ledger, settings_of(Audience(name="systems", channel="hooks")))
    found = [(row.channel, row.recipient, row.language) for row in planned.deliveries()]
    assert found == [("hooks", "crm", "mul"), ("hooks", "shop", "mul")]
    assert (reached.planned, reached.is_finished) == (2, True)


def test_hostile_but_usable_rows_arrive_in_the_ledger_as_they_are(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    rows = ["o'brien@example.org,en,'; DROP TABLE delivery; --", "{x}@example.org,en,\\u0000 %s :x"]
    plan_notices(planned.ledger, settings_of(customers(write_list(tmp_path / "list.csv", rows))))
    assert [(row.recipient, row.accepted) for row in planned.deliveries()] == [
        ("o'brien@example.org", "'; DROP TABLE delivery; --"),
        ("{x}@example.org", "\\u0000 %s :x"),
    ]


class StoppedError(Exception):
    pass


def stop_after(chunks: int, then: Callable[[], None] = lambda: None) -> Callable[[Pass], None]:
    seen: list[Pass] = []

    def progress(reached: Pass) -> None:
        seen.append(reached)
        if len(seen) == chunks:
            then()
            raise StoppedError

    return progress


@pytest.mark.usefixtures("small_chunks")
def test_a_planning_that_was_stopped_goes_on_at_the_next_row(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    path = write_list(tmp_path / "list.csv", many(35))
    settings = settings_of(customers(path))
    with pytest.raises(StoppedError):
        plan_notices(planned.ledger, settings, progress=stop_after(2))
    assert len(planned.addresses()) == 20
    seen: list[int] = []
    plan_notices(planned.ledger, settings, progress=lambda reached: seen.append(reached.planned))
    assert seen == [30, 35]
    assert len(set(planned.addresses())) == len(planned.addresses()) == 35


@pytest.mark.usefixtures("small_chunks")
def test_a_list_exchanged_between_two_runs_is_read_from_its_beginning(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    path = write_list(tmp_path / "list.csv", many(35))
    with pytest.raises(StoppedError):
        plan_notices(planned.ledger, settings_of(customers(path)), progress=stop_after(2))
    write_list(path, [*many(5, start=100), *many(30)])
    (reached,) = plan_notices(planned.ledger, settings_of(customers(path)))
    assert reached.planned == 35
    assert len(planned.addresses()) == 35
    assert set(planned.addresses()) >= {"person104@example.org", "person29@example.org"}


@pytest.mark.usefixtures("small_chunks")
def test_a_list_exchanged_under_the_reader_is_read_from_its_beginning(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    path = write_list(tmp_path / "list.csv", many(25))
    exchanged: list[Pass] = []

    def exchange(reached: Pass) -> None:
        if not exchanged:
            write_list(tmp_path / "next.csv", many(25, start=20)).replace(path)
        exchanged.append(reached)

    (reached,) = plan_notices(planned.ledger, settings_of(customers(path)), progress=exchange)
    assert (reached.planned, reached.is_finished) == (25, True)
    assert len(planned.addresses()) == len(set(planned.addresses())) == 35


@pytest.mark.usefixtures("small_chunks")
def test_a_list_that_never_rests_is_given_up_with_the_next_step(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    path = write_list(tmp_path / "list.csv", many(25))

    def write_on(reached: Pass) -> None:
        with path.open("a") as file:
            file.write(f"late{reached.planned}@example.org,en,\n")

    with pytest.raises(UsageError, match=r"changes while it is read\. Write a new file beside it"):
        plan_notices(planned.ledger, settings_of(customers(path)), progress=write_on)


PLAN_AND_DIE = """
import os, signal, sys
from pathlib import Path
from policy_site.notifier import audience
from policy_site.notifier.ledger import open_ledger
from policy_site.notifier.planning import plan_notices
from tests.support.plans import customers, settings_of

audience.CHUNK_ROWS = 10
chunks = int(sys.argv[3])

def progress(reached):
    global chunks
    chunks -= 1
    if not chunks:
        os.kill(os.getpid(), signal.SIGKILL)

plan_notices(open_ledger(sys.argv[1]), settings_of(customers(Path(sys.argv[2]))), progress=progress)
"""


def test_planners_killed_one_after_the_other_lose_and_double_nobody(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    path = write_list(tmp_path / "list.csv", [*many(55), "nobody,en,"])
    planned.ledger.engine.dispose()
    for _ in range(2):
        killed = subprocess.run(
            [sys.executable, "-c", PLAN_AND_DIE, planned.url, path, "2"],
            check=False,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert killed.returncode == -signal.SIGKILL
    assert len(planned.addresses()) == 40
    (reached,) = plan_notices(planned.ledger, settings_of(customers(path)))
    assert (reached.planned, reached.unusable, reached.is_finished) == (55, 1, True)
    assert sorted(planned.addresses()) == sorted(f"person{number}@example.org" for number in range(55))


@pytest.mark.usefixtures("small_chunks")
def test_two_planners_at_once_do_not_disturb_each_other(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    settings = settings_of(customers(write_list(tmp_path / "list.csv", many(200))))
    ledgers = [open_ledger(planned.url) for _ in range(2)]
    with ThreadPoolExecutor() as pool:
        planners = [pool.submit(plan_notices, ledger, settings) for ledger in ledgers]
    for ledger in ledgers:
        ledger.engine.dispose()
    assert [planner.exception() for planner in planners] == [None, None]
    (reached,) = plan_notices(planned.ledger, settings)
    assert (reached.planned, reached.is_finished) == (200, True)
    assert len(planned.addresses()) == len(set(planned.addresses())) == 200


@pytest.mark.usefixtures("small_chunks")
def test_who_was_overtaken_by_another_planner_writes_nothing_of_its_own(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    path = write_list(tmp_path / "list.csv", [*many(25), "nobody,en,"])
    other = open_ledger(planned.url)
    overtaken: list[Pass] = []

    def overtake(reached: Pass) -> None:
        if not overtaken and not planned.ledger.is_shared:  # where there is a lock the other would stay away
            overtaken.append(reached)
            plan_notices(other, settings_of(customers(path)))

    (reached,) = plan_notices(planned.ledger, settings_of(customers(path)), progress=overtake)
    other.engine.dispose()
    assert (reached.planned, reached.unusable, reached.is_finished) == (25, 1, True)
    assert len(planned.addresses()) == 25


@pytest.mark.usefixtures("small_chunks")
def test_who_is_overtaken_at_every_step_goes_on_from_where_the_other_is(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    settings = settings_of(customers(write_list(tmp_path / "list.csv", [*many(200), "nobody,en,"])))
    overtakings = 0

    class HaltedError(Exception):
        """The other planner has written one chunk."""

    def halt(_reached: Pass) -> None:
        raise HaltedError

    def overtake(_reached: Pass) -> None:
        nonlocal overtakings
        if not planned.ledger.is_shared:  # where there is a lock the other would stay away
            try:
                plan_notices(other, settings, progress=halt)
            except HaltedError:
                overtakings += 1

    with open_ledger(planned.url) as other:
        (reached,) = plan_notices(planned.ledger, settings, progress=overtake)
    assert planned.ledger.is_shared or overtakings > 5
    assert (reached.planned, reached.unusable, reached.is_finished) == (200, 1, True)
    assert len(planned.addresses()) == 200


def test_a_query_is_planned_from_where_it_stood(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000)"
    query = (
        f"{rows} SELECT i AS cursor, 'p' || i || '@example.org' AS address, 'de' AS language FROM n"  # noqa: S608 (ours)
        " WHERE i > :after ORDER BY i LIMIT :limit"
    )
    people = Audience(name="people", channel="mail", sql=SqlSource(url="sqlite://", query=query))
    with pytest.raises(StoppedError):
        plan_notices(planned.ledger, settings_of(people), progress=stop_after(1))
    (reached,) = plan_notices(planned.ledger, settings_of(people))
    assert (reached.planned, reached.is_finished) == (25_000, True)
    assert len(planned.addresses()) == 25_000
    write_list(tmp_path / "unused.csv", [])


def test_a_missing_list_is_named_and_what_was_planned_before_stays(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    settings = settings_of(Audience(name="systems", channel="hooks"), customers(tmp_path / "gone.csv"))
    with pytest.raises(UsageError, match=r"gone\.csv cannot be read"):
        plan_notices(planned.ledger, settings)
    assert planned.addresses() == list(HOOKS.endpoints)
