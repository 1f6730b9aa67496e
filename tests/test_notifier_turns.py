"""One thread serves all connections: none holds up another, and what stands at the same point goes to disk at once."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from policy_site.notifier.channels import Talk, Wait
from policy_site.notifier.model import Message, Outcome
from policy_site.notifier.turns import Course, Line, Turns


@dataclass
class Pair:
    """A session that is one end of a pair of sockets, and the server's end."""

    own: socket.socket
    server: socket.socket
    reply_seconds: float = 10.0
    is_used: bool = False
    is_spent: bool = False
    reply_source: int = field(init=False)

    def __post_init__(self) -> None:
        self.reply_source = self.own.fileno()

    def attempt(self, message: Message) -> Talk[Outcome]:
        raise NotImplementedError

    def prove(self) -> Talk[bool]:
        raise NotImplementedError

    def close(self) -> None:
        self.own.close()


@pytest.fixture
def connect() -> Iterator[Callable[[], Pair]]:
    with ExitStack() as stack:

        def made() -> Pair:
            own, server = socket.socketpair()
            stack.callback(own.close)
            stack.callback(server.close)
            return Pair(own, server)

        yield made


class Hands:
    """What turns are given, and what they did with it."""

    def __init__(self) -> None:
        self.commits: list[list[int]] = []
        self.looks = 0

    def commit(self, deliveries: Sequence[int]) -> None:
        self.commits.append(list(deliveries))

    def look_round(self) -> None:
        self.looks += 1

    def serve(self, *courses: Callable[[Line], Course]) -> list[Line]:
        lines = [Line(course) for course in courses]
        Turns(commit=self.commit, look_round=self.look_round).serve(lines)
        return lines


def test_all_that_stand_before_the_point_of_no_return_go_to_disk_at_once() -> None:
    hands, beyond = Hands(), list[tuple[int, int]]()

    def course(number: int) -> Callable[[Line], Course]:
        def steps(line: Line) -> Course:
            for count in range(3):
                line.delivery = 10 * number + count
                yield Wait.LEDGER
                beyond.append((line.delivery, len(hands.commits)))

        return steps

    hands.serve(*(course(number) for number in range(1, 5)))
    assert hands.commits == [[10, 20, 30, 40], [11, 21, 31, 41], [12, 22, 32, 42]]
    assert all(delivery in hands.commits[commits - 1] for delivery, commits in beyond), "on disk before it goes on"


def test_one_that_waits_for_its_server_holds_nobody_up(connect: Callable[[], Pair]) -> None:
    hands, slow = Hands(), connect()

    def waiting(line: Line) -> Course:
        line.session = slow
        yield Wait.REPLY
        assert slow.own.recv(10) == b"at last"

    def busy(line: Line) -> Course:
        for number in range(100):
            line.delivery = number
            yield Wait.LEDGER
        slow.server.send(b"at last")

    before = time.monotonic()
    hands.serve(waiting, busy)
    assert len(hands.commits) == 100
    assert time.monotonic() - before < 5


def test_one_that_stands_does_not_wait_long_for_others_that_keep_talking(connect: Callable[[], Pair]) -> None:
    hands, talkative = Hands(), connect()
    is_over = False

    def talking(line: Line) -> Course:
        line.session = talkative
        while not is_over:
            talkative.server.send(b"x")
            yield Wait.REPLY
            talkative.own.recv(1)

    def standing(line: Line) -> Course:
        nonlocal is_over
        line.delivery = 1
        yield Wait.LEDGER
        is_over = True

    before = time.monotonic()
    hands.serve(talking, standing)
    assert time.monotonic() - before < 2


def test_a_reply_that_takes_too_long_is_thrown_into_the_talk(connect: Callable[[], Pair]) -> None:
    hands, silent, quick = Hands(), connect(), connect()
    silent.reply_seconds = 0.3
    seen: list[str] = []

    def waiting(line: Line) -> Course:
        line.session = silent
        try:
            yield Wait.REPLY
        except TimeoutError:
            seen.append("timed out")
        quick.server.send(b"x")

    def patient(line: Line) -> Course:
        line.session = quick
        yield Wait.REPLY
        seen.append("answered")

    hands.serve(waiting, patient)
    assert seen == ["timed out", "answered"]


def test_a_new_connection_may_get_the_descriptor_of_the_old_one(connect: Callable[[], Pair]) -> None:
    hands = Hands()

    def course(line: Line) -> Course:
        line.session = old = connect()
        old.server.send(b"x")
        yield Wait.REPLY
        old.close()
        line.session = new = connect()
        assert new.reply_source == old.reply_source
        new.server.send(b"y")
        yield Wait.REPLY
        assert new.own.recv(1) == b"y"

    before = time.monotonic()
    hands.serve(course)
    assert time.monotonic() - before < 5


def test_what_a_server_says_unasked_costs_no_turn_and_is_read_later(connect: Callable[[], Pair]) -> None:
    hands, chatty = Hands(), connect()
    said = b""

    def course(line: Line) -> Course:
        nonlocal said
        line.session = chatty
        chatty.server.send(b"1")
        yield Wait.REPLY
        said += chatty.own.recv(1)
        chatty.server.send(b"2")
        yield 0.5  # meanwhile it could be read all the time
        yield Wait.REPLY
        said += chatty.own.recv(1)

    cost = time.process_time()
    hands.serve(course)
    assert said == b"12"
    assert time.process_time() - cost < 0.2


def test_what_there_is_to_do_besides_is_done_every_now_and_then() -> None:
    hands = Hands()

    def resting(line: Line) -> Course:
        assert line.session is None
        yield 0.55

    before = time.monotonic()
    hands.serve(resting)
    assert 0.55 <= time.monotonic() - before < 5
    assert hands.looks >= 4


def test_what_one_raises_closes_all(connect: Callable[[], Pair]) -> None:
    hands, closed = Hands(), list[str]()

    def waiting(line: Line) -> Course:
        line.session = connect()
        try:
            yield Wait.REPLY
        finally:
            closed.append("waiting")

    def failing(line: Line) -> Course:
        yield Wait.LEDGER
        raise ValueError(line.delivery)

    with pytest.raises(ValueError, match="0"):
        hands.serve(waiting, failing)
    assert closed == ["waiting"]


def test_where_the_ledger_refuses_nobody_goes_on() -> None:
    gone_on: list[Line] = []

    def course(line: Line) -> Course:
        yield Wait.LEDGER
        gone_on.append(line)

    def refuse(_deliveries: Sequence[int]) -> None:
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        Turns(commit=refuse, look_round=lambda: None).serve([Line(course), Line(course)])
    assert gone_on == []
