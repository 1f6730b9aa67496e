"""Nobody's attempts are spent on a server that fails as a whole, and those that are refused by a working one are."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_site.notifier.circuit import STREAK, Circuit, Judged, Pace, jittered
from policy_site.notifier.model import Delivery, Outcome, OutcomeKind, Recipient

ACCEPTED = Outcome(OutcomeKind.ACCEPTED, "250 Ok")
REFUSED = Outcome(OutcomeKind.REFUSED, "550 5.1.1 No such user")
POLICY = Outcome(OutcomeKind.REFUSED, "554 5.7.1 Relay access denied", is_personal=False)
DEFERRED = Outcome(OutcomeKind.DEFERRED, "450 4.2.1 Later")
AWAY = Outcome(OutcomeKind.UNAVAILABLE, "421 Closing")
DOUBTFUL = Outcome(OutcomeKind.DOUBTFUL, "No reply")


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def delivery(number: int) -> Delivery:
    return Delivery(number, 1, "mail", Recipient(f"person{number}@example.org", "en"), 0)


def circuit(clock: Clock | None = None, *, patience: float = 100) -> Circuit:
    return Circuit(patience=patience, clock=clock or Clock())


def counted(judged: list[Judged]) -> dict[int, bool]:
    return {one.delivery.id: one.counts for one in judged}


def goes_on(made: Circuit) -> bool:
    return not made.is_exhausted and made.rest() == 0


def test_a_refusal_counts_once_the_server_takes_another_message() -> None:
    made = circuit()
    assert made.judge(delivery(1), REFUSED, 1) == []
    assert counted(made.judge(delivery(2), ACCEPTED, 1)) == {1: True, 2: True}


def test_twenty_refusals_in_a_row_ask_for_a_proof() -> None:
    made = circuit()
    for number in range(STREAK - 1):
        made.judge(delivery(number), REFUSED, 1)
        assert not made.needs_proof
    made.judge(delivery(99), REFUSED, 1)
    assert made.needs_proof
    assert counted(made.settle(is_working=True)) == dict.fromkeys([*range(STREAK - 1), 99], True)
    assert goes_on(made), "the circuit stays closed"


def test_refusals_of_a_server_that_does_not_work_count_for_nobody() -> None:
    made = circuit()
    made.judge(delivery(1), REFUSED, 1)
    made.judge(delivery(2), DEFERRED, 1)
    assert counted(made.settle(is_working=False)) == {1: False, 2: False}
    assert made.reason == DEFERRED.reply


def test_a_policy_that_hits_everybody_counts_for_nobody() -> None:
    made = circuit()
    for number in range(STREAK):
        made.judge(delivery(number), POLICY, 1)
    assert set(counted(made.settle(is_working=True)).values()) == {False}
    assert made.reason == POLICY.reply


def test_a_policy_that_hits_a_few_counts_where_others_were_served_in_this_run() -> None:
    made = circuit()
    made.judge(delivery(1), ACCEPTED, 1)
    made.judge(delivery(2), POLICY, 1)
    assert counted(made.settle(is_working=True)) == {2: True}
    assert goes_on(made)


def test_bad_addresses_that_are_left_when_the_server_comes_back_are_refused() -> None:
    clock = Clock()
    made = circuit(clock)
    made.judge(delivery(1), AWAY, 1)
    clock.now += 2
    assert goes_on(made)
    assert made.judge(delivery(2), REFUSED, 1) == []
    assert made.needs_proof, "it may work again: ask it at once"
    assert counted(made.settle(is_working=True)) == {2: True}
    assert not made.is_exhausted
    assert goes_on(made)


def test_a_doubtful_attempt_is_on_record_at_once_and_five_open_the_circuit() -> None:
    made = circuit()
    for number in range(4):
        assert counted(made.judge(delivery(number), DOUBTFUL, 1)) == {number: True}
    assert counted(made.judge(delivery(5), DOUBTFUL, 1)) == {5: False}


def test_while_it_is_open_one_tries_and_the_others_wait() -> None:
    clock = Clock()
    made = circuit(clock)
    made.judge(delivery(1), AWAY, 1)
    clock.now += 1.001
    assert goes_on(made)
    assert not goes_on(made)
    assert 0 < made.rest() <= 0.5, "the others ask again"
    made.judge(delivery(1), ACCEPTED, 1)
    assert [made.rest() for _ in range(3)] == [0, 0, 0]


def test_who_was_to_try_and_found_nothing_lets_another_try() -> None:
    clock = Clock()
    made = circuit(clock)
    made.judge(delivery(1), AWAY, 1)
    clock.now += 1.001
    assert goes_on(made)
    made.withdraw()
    assert goes_on(made)


def test_pauses_grow_to_a_minute_and_end_with_the_patience() -> None:
    clock = Clock()
    made = circuit(clock, patience=1000)
    made.judge(delivery(1), AWAY, 1)
    pauses: list[float] = []
    since = clock.now
    while not made.is_exhausted:
        if rest := made.rest():
            clock.now += rest
        else:
            pauses.append(clock.now - since)
            since = clock.now
            made.judge(delivery(1), AWAY, 1)
    assert all(low / 2 <= pause <= low for low, pause in zip((1, 2, 4, 8, 16, 32, 60, 60), pauses, strict=False))
    assert len(pauses) > 15
    assert not goes_on(made)
    assert made.is_exhausted


def test_without_patience_nobody_waits() -> None:
    made = circuit(patience=0)
    assert goes_on(made)
    made.judge(delivery(1), AWAY, 1)
    assert not goes_on(made)
    assert made.is_exhausted


def test_what_is_kept_back_when_a_run_is_stopped_counts_for_nobody_and_blames_no_server() -> None:
    made = circuit(patience=0)
    made.judge(delivery(1), REFUSED, 1)
    assert counted(made.forgive()) == {1: False}
    assert not made.is_exhausted
    assert made.reason == ""


@given(
    st.lists(st.sampled_from([ACCEPTED, REFUSED, POLICY, DEFERRED, AWAY, DOUBTFUL, "proved", "failed"]), max_size=80)
)
def test_properties_of_every_history(outcomes: list[Outcome | str]) -> None:
    clock = Clock()
    made = circuit(clock, patience=10_000)
    decided: Counter[int] = Counter()
    counted_for: set[int] = set()
    given_in = 0
    has_worked = False
    for number, outcome in enumerate(outcomes):
        clock.now += 61
        if isinstance(outcome, str):
            found = made.settle(is_working=outcome == "proved")
            has_worked = has_worked or outcome == "proved"
        else:
            given_in += 1
            found = made.judge(delivery(number), outcome, 1)
            has_worked = has_worked or outcome is ACCEPTED
        for one in found:
            decided[one.delivery.id] += 1
            if one.counts:
                counted_for.add(one.delivery.id)
                assert has_worked or one.outcome.kind is OutcomeKind.DOUBTFUL, (
                    "no refusal counts before the server works"
                )
            assert not (one.counts and one.outcome.kind is OutcomeKind.UNAVAILABLE)
        if outcome is ACCEPTED:
            assert not made.has_streak
            assert goes_on(made)
    for one in made.forgive():
        decided[one.delivery.id] += 1
    assert sum(decided.values()) == given_in
    assert set(decided.values()) <= {1}, "every attempt is decided exactly once"


@given(st.floats(min_value=0, max_value=1e6))
def test_jitter_lies_between_half_and_whole(seconds: float) -> None:
    assert seconds / 2 <= jittered(seconds) <= seconds * (1 + 1e-9)


def test_jitter_differs() -> None:
    assert len({jittered(100) for _ in range(20)}) > 1


@pytest.mark.parametrize("rate", [0.5, 3, 100])
def test_a_rate_spreads_messages_evenly_and_does_not_catch_up(rate: float) -> None:
    clock = Clock()
    pace = Pace(rate, clock=clock)
    assert [pace.delay() for _ in range(4)] == pytest.approx([count / rate for count in range(4)])
    clock.now += 1000
    assert [pace.delay() for _ in range(2)] == pytest.approx([0, 1 / rate])


def test_without_a_rate_nobody_waits() -> None:
    assert [Pace(None).delay() for _ in range(3)] == [0, 0, 0]
