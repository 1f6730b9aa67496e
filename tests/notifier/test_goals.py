"""The notifier's benchmarks fail by what they miss. Here they are judged, not run: the numbers are made up."""

from __future__ import annotations

import pytest

from benchmarks.notifier_goals import Goal, judge, missed
from benchmarks.notifier_planning import Planning
from benchmarks.notifier_planning import goals_of as goals_of_planning
from benchmarks.notifier_speed import Speed
from benchmarks.notifier_speed import goals_of as goals_of_delivery

_FAST_ENOUGH = Goal("ratio", "at least", 0.5, 0.5, digits=2)
_TOO_SLOW = Goal("ratio", "at least", 0.5, 0.49, digits=2)
_SLOW_MACHINE = Goal("messages a second", "at least", 2_000, 1_896, is_absolute=True)
_TOO_SMALL_A_RUN = Goal("seconds", "at most", 120, None, is_absolute=True)


def planning(**facts: float) -> Planning:
    usual = {
        "rows": 1_000_000,
        "seconds": 41,
        "cpu": 33,
        "bare_seconds": 46,
        "ledger": 153,
        "most_wal": 8,
        "peak": 89,
    }
    return Planning(**(usual | facts))  # type: ignore[arg-type]  # the facts of a planning, by name


def missed_by(*plannings: Planning, is_strict: bool = False) -> list[str]:
    return missed(goals_of_planning(plannings, is_sqlite=True), is_strict=is_strict)


def test_a_ratio_below_its_floor_fails_the_run_and_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert judge([_FAST_ENOUGH, _TOO_SLOW], is_strict=False) == 1
    assert "MISSED: ratio: 0.49, at least 0.50 is asked." in capsys.readouterr().out.splitlines()


def test_an_absolute_speed_is_told_and_fails_a_strict_run_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert judge([_FAST_ENOUGH, _SLOW_MACHINE], is_strict=False) == 0
    assert "missed (counts with --strict)" in capsys.readouterr().out
    assert judge([_FAST_ENOUGH, _SLOW_MACHINE], is_strict=True) == 1
    assert "MISSED: messages a second: 1,896, at least 2,000 is asked." in capsys.readouterr().out.splitlines()


def test_what_a_run_was_too_small_to_try_is_never_called_met(capsys: pytest.CaptureFixture[str]) -> None:
    assert judge([_TOO_SMALL_A_RUN], is_strict=False) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("not tried")
    assert missed([_TOO_SMALL_A_RUN], is_strict=True) == ["seconds: not tried, at most 120 is asked."]


def test_planning_as_it_was_measured_meets_every_goal() -> None:
    assert missed_by(planning(rows=100_000, seconds=1.8, bare_seconds=1.3, peak=85), planning(), is_strict=True) == []


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ({"seconds": 119}, "1,000,000 rows: ratio to bare SQLite: 0.39, at least 0.40 is asked."),
        ({"ledger": 501}, "1,000,000 rows: MB of ledger: 501, at most 500 is asked."),
        ({"peak": 107}, "peak of memory, 1,000,000 rows to 100,000: 1.26, at most 1.25 is asked."),
    ],
)
def test_slow_planning_a_large_ledger_and_growing_memory_fail_the_run(facts: dict[str, float], fault: str) -> None:
    assert missed_by(planning(rows=100_000, seconds=1.8, bare_seconds=1.3, peak=85), planning(**facts)) == [fault]


def test_a_million_rows_in_more_than_two_minutes_fail_a_strict_run_only() -> None:
    few, many = planning(rows=100_000, peak=85), planning(seconds=121, bare_seconds=136)
    assert missed_by(few, many) == []
    assert missed_by(few, many, is_strict=True) == ["1,000,000 rows: seconds: 121, at most 120 is asked."]


def test_planning_on_postgresql_is_not_compared_with_bare_sqlite() -> None:
    few, many = planning(rows=100_000, peak=85), planning(bare_seconds=1, ledger=0)
    assert missed(goals_of_planning([few, many], is_sqlite=False), is_strict=True) == []


def speed(ours: float, bare: float, *, messages: int = 5_000, connections: int = 4) -> Speed:
    return Speed(messages=messages, connections=connections, ours=ours, bare=bare)


def missed_by_delivery(*, is_strict: bool = False, **others: Speed) -> list[str]:
    usual = {"sqlite": speed(2_365, 3_400), "postgresql": speed(1_000, 3_400), "postfix": speed(640, 640)}
    return missed(goals_of_delivery(**(usual | others)), is_strict=is_strict)


def test_delivery_as_it_was_measured_meets_every_goal() -> None:
    assert missed_by_delivery(is_strict=True) == []


def test_delivery_that_is_slow_beside_bare_smtplib_fails_the_run_however_fast_the_machine() -> None:
    fault = "SQLite (FULL), smtp-sink: ratio to bare smtplib: 0.29, at least 0.30 is asked."
    assert missed_by_delivery(sqlite=speed(2_900, 10_000)) == [fault]


def test_a_slow_machine_fails_a_strict_run_only() -> None:
    slow, slow_disk = speed(1_999, 3_000), speed(499, 500)
    assert missed_by_delivery(sqlite=slow, postfix=slow_disk) == []
    assert missed_by_delivery(sqlite=slow, postfix=slow_disk, is_strict=True) == [
        "SQLite (FULL), smtp-sink: messages a second over 4 connections: 1,999, at least 2,000 is asked.",
        "SQLite (FULL), Postfix: messages a second: 499, at least 500 is asked.",
    ]


def test_a_few_messages_or_other_connections_show_nothing_of_the_goals() -> None:
    assert missed_by_delivery(sqlite=speed(9, 3_000, messages=4_999)) == []
    assert missed_by_delivery(sqlite=speed(3_097, 4_000, connections=8), is_strict=True) == [
        "SQLite (FULL), smtp-sink: messages a second over 4 connections: not tried, at least 2,000 is asked."
    ]
