"""Killed at random instants, the notifier loses nothing; the long form is `make kill-notifier`."""

from __future__ import annotations

import pytest

from benchmarks.notifier_kills import Findings, Trial, try_kills


def trial(**facts: object) -> Trial:
    usual: dict[str, object] = {
        "kills": 6,
        "recipients": 1200,
        "ambiguous": "resend",
        "connections": 4,
        "ledger": "sqlite",
        "workers": 1,
        "is_queued": False,
        "seed": 7,
    }
    return Trial(**(usual | facts))  # type: ignore[arg-type]  # the facts of a trial, by name


@pytest.mark.parametrize("ambiguous", ["resend", "hold", "reconcile"])
def test_nothing_is_lost_and_little_is_sent_twice_however_doubts_are_settled(ambiguous: str) -> None:
    tried = trial(ambiguous=ambiguous)
    findings = try_kills(tried, tell=lambda _: None)
    assert findings.kills > 0, "nothing was killed, so nothing was tried"
    assert findings.broken(tried) == []


def test_two_workers_on_postgresql_take_over_from_each_other() -> None:
    tried = trial(kills=4, recipients=800, ledger="postgresql", workers=2)
    findings = try_kills(tried, tell=lambda _: None)
    assert findings.kills > 0
    assert findings.broken(tried) == []


def test_celery_and_its_broker_are_killed_and_the_ledger_finds_what_they_lost() -> None:
    tried = trial(kills=6, recipients=600, ledger="postgresql", workers=2, is_queued=True)
    findings = try_kills(tried, tell=lambda _: None)
    assert findings.kills > 0
    assert findings.broker_kills > 0
    assert findings.broken(tried) == []


def test_only_kills_that_were_made_excuse_a_message_that_is_sent_twice() -> None:
    tried = trial(kills=6, connections=4)
    assert Findings(kills=1, twice_on_the_wire=4).broken(tried) == []
    assert Findings(kills=1, twice_on_the_wire=5).broken(tried) == ["5 twice on the wire, 4 allowed"]
    assert Findings(kills=1, twice_on_the_wire=1).broken(trial(ambiguous="hold")) == ["1 twice on the wire, 0 allowed"]
