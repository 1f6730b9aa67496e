"""One thread serves all connections: none holds up another, and what stands at the same point goes to disk at once."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from policy_site.notifier.channels import COMMITTED, NotStartedError, SocketReady, in_thread
from policy_site.notifier.event_loop import EventLoop, Task, TaskCoroutine


@dataclass
class Pair:
    """Both ends of a connection."""

    own: socket.socket
    server: socket.socket

    def reply(self, seconds: float = 10.0) -> SocketReady:
        return SocketReady(self.own, seconds)

    def close(self) -> None:
        self.own.close()
        self.server.close()

    def in_place_of(self, old: Pair) -> Pair:
        """Take over the descriptor of another connection, as if that had been closed just before."""
        number = old.own.detach()
        os.dup2(self.own.fileno(), number)
        self.own.close()
        self.own = socket.socket(fileno=number)
        return self


Connect = Callable[[], Pair]


@pytest.fixture
def connect() -> Iterator[Connect]:
    with ExitStack() as stack:

        def made() -> Pair:
            pair = Pair(*socket.socketpair())
            stack.callback(pair.close)
            return pair

        yield made


class Hands:
    """What turns are given, and what they did with it."""

    def __init__(self) -> None:
        self.commits: list[list[int]] = []
        self.looks = 0
        self.loop = EventLoop(commit=self.commit, housekeeping=self.housekeeping)

    def commit(self, deliveries: Sequence[int]) -> None:
        self.commits.append(list(deliveries))

    def housekeeping(self) -> None:
        self.looks += 1

    def run(self, *coroutines: Callable[[Task], TaskCoroutine]) -> None:
        self.loop.run([Task(coroutine) for coroutine in coroutines])


def steps(*waits: SocketReady | float) -> Callable[[Task], TaskCoroutine]:
    """Return a coroutine that does nothing but wait."""

    def coroutine(_task: Task) -> TaskCoroutine:
        yield from waits

    return coroutine


def test_all_that_stand_before_the_point_of_no_return_go_to_disk_at_once() -> None:
    hands, beyond = Hands(), list[tuple[int, int]]()

    def coroutine(number: int) -> Callable[[Task], TaskCoroutine]:
        def stand(task: Task) -> TaskCoroutine:
            for count in range(3):
                task.delivery = 10 * number + count
                yield COMMITTED
                beyond.append((task.delivery, len(hands.commits)))

        return stand

    hands.run(*(coroutine(number) for number in range(1, 5)))
    assert hands.commits == [[10, 20, 30, 40], [11, 21, 31, 41], [12, 22, 32, 42]]
    assert all(delivery in hands.commits[commits - 1] for delivery, commits in beyond), "on disk before it goes on"


def test_one_that_waits_for_its_server_holds_nobody_up(connect: Connect) -> None:
    hands, slow = Hands(), connect()

    def busy(task: Task) -> TaskCoroutine:
        for number in range(100):
            task.delivery = number
            yield COMMITTED
        slow.server.send(b"at last")

    before = time.monotonic()
    hands.run(steps(slow.reply()), busy)
    assert len(hands.commits) == 100
    assert time.monotonic() - before < 9


def test_one_that_stands_does_not_wait_long_for_others_that_keep_talking(connect: Connect) -> None:
    hands, talkative = Hands(), connect()

    def talking(_task: Task) -> TaskCoroutine:
        for _ in range(100_000):
            if hands.commits:
                return
            talkative.server.send(b"x")
            yield talkative.reply()
            talkative.own.recv(1)
        pytest.fail("It goes to disk when nobody talks any more.")

    def standing(task: Task) -> TaskCoroutine:
        task.delivery = 1
        yield COMMITTED

    hands.run(talking, standing)
    assert hands.commits == [[1]]


def test_a_reply_that_takes_too_long_is_thrown_into_the_talk(connect: Connect) -> None:
    hands, silent, quick = Hands(), connect(), connect()
    seen: list[str] = []

    def waiting(_task: Task) -> TaskCoroutine:
        try:
            yield silent.reply(0.3)
        except TimeoutError:
            seen.append("timed out")
        quick.server.send(b"x")

    hands.run(waiting, steps(quick.reply()))
    assert seen == ["timed out"]


def test_what_has_come_while_the_thread_was_busy_has_come_in_time(connect: Connect) -> None:
    hands, patient = Hands(), connect()

    def busy(_task: Task) -> TaskCoroutine:
        yield 0.05
        patient.server.send(b"x")
        time.sleep(1)  # longer than the other may wait
        yield 0.0

    hands.run(busy, steps(patient.reply(0.5)))
    assert not hands.loop.is_failing


def test_a_new_connection_may_get_the_descriptor_of_the_old_one(connect: Connect) -> None:
    hands = Hands()

    def coroutine(_task: Task) -> TaskCoroutine:
        old = connect()
        old.server.send(b"x")
        yield old.reply()
        new = connect().in_place_of(old)
        new.server.send(b"y")
        yield new.reply()
        assert new.own.recv(1) == b"y"

    hands.run(coroutine)


def test_another_line_may_get_the_descriptor_of_a_connection_that_was_closed(connect: Connect) -> None:
    hands, old, new = Hands(), connect(), connect()
    heard: list[bytes] = []

    def closing(_task: Task) -> TaskCoroutine:
        old.server.send(b"x")
        yield old.reply()
        new.in_place_of(old)
        while not heard:
            yield 0.01
        new.server.send(b"z")

    def opening(_task: Task) -> TaskCoroutine:
        while old.own.fileno() >= 0:
            yield 0.01
        new.server.send(b"y")
        for _ in range(2):  # while the other holds the number, and when it is at its end
            yield new.reply()
            heard.append(new.own.recv(1))

    hands.run(closing, opening)
    assert heard == [b"y", b"z"]


def test_one_socket_is_waited_for_in_both_directions(connect: Connect) -> None:
    hands, pair = Hands(), connect()
    pair.own.setblocking(False)
    received = bytearray()

    def writing(_task: Task) -> TaskCoroutine:
        rest = memoryview(b"x" * 5_000_000)
        while rest:
            try:
                rest = rest[pair.own.send(rest) :]
            except BlockingIOError:
                yield SocketReady(pair.own, 10, is_writing=True)
        yield pair.reply()
        assert pair.own.recv(10) == b"thanks"

    def read() -> None:
        while len(received) < 5_000_000:
            received.extend(pair.server.recv(1_000_000))
        pair.server.send(b"thanks")

    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read)
        hands.run(writing)
    assert reading.exception() is None
    assert len(received) == 5_000_000


def test_what_a_server_says_unasked_costs_no_turn_and_is_read_later(connect: Connect) -> None:
    hands, chatty = Hands(), connect()
    said, polls = b"", 0

    def coroutine(_task: Task) -> TaskCoroutine:
        nonlocal said
        chatty.server.send(b"1")
        yield chatty.reply()
        said += chatty.own.recv(1)
        chatty.server.send(b"2")
        yield 0.3  # meanwhile it could be read all the time
        yield chatty.reply()
        said += chatty.own.recv(1)

    def count(_frame: object, event: str, called: object) -> None:
        nonlocal polls
        polls += event == "c_call" and getattr(called, "__name__", "") == "poll"

    sys.setprofile(count)
    try:
        hands.run(coroutine)
    finally:
        sys.setprofile(None)
    assert said == b"12"
    assert 0 < polls < 50  # it was one after the other


def test_what_there_is_to_do_besides_is_done_every_now_and_then() -> None:
    hands, rests = Hands(), 0
    before = time.monotonic()

    def coroutine(_task: Task) -> TaskCoroutine:
        nonlocal rests
        while hands.looks < 4 and rests < 100:
            yield 0.05
            rests += 1

    hands.run(coroutine)
    assert hands.looks >= 4
    assert time.monotonic() - before >= 0.05 * rests


def test_what_one_raises_is_raised_when_the_others_are_at_their_end(connect: Connect) -> None:
    hands, slow = Hands(), connect()
    ended: list[str] = []

    def waiting(_task: Task) -> TaskCoroutine:
        yield slow.reply()
        assert hands.loop.is_failing
        ended.append("heard the reply")

    def failing(task: Task) -> TaskCoroutine:
        yield COMMITTED
        threading.Timer(0.3, slow.server.send, (b"250 Ok",)).start()
        raise ValueError(f"about {task.delivery}")

    with pytest.raises(ValueError, match="about 0"):
        hands.run(waiting, failing)
    assert ended == ["heard the reply"]


@pytest.mark.parametrize("is_at_once", [True, False])
def test_where_the_ledger_refuses_nobody_goes_on_and_everything_is_closed(connect: Connect, is_at_once: bool) -> None:
    gone_on, closed, pair = list[Task](), list[str](), connect()

    def standing(task: Task) -> TaskCoroutine:
        yield COMMITTED
        gone_on.append(task)

    def waiting(_task: Task) -> TaskCoroutine:
        try:
            yield pair.reply()
        finally:
            closed.append("waiting")

    def refuse(_deliveries: Sequence[int] = ()) -> None:
        raise OSError("full")

    loop = (
        EventLoop(commit=refuse, housekeeping=lambda: None)
        if is_at_once
        else EventLoop(commit=len, housekeeping=refuse)  # type: ignore[arg-type]  # what it returns is not looked at
    )
    with pytest.raises(OSError, match="full"):
        loop.run([Task(waiting), Task(standing if is_at_once else waiting)])
    assert gone_on == []
    assert "waiting" in closed


class TestApart:
    def test_a_call_that_blocks_holds_nobody_up(self) -> None:
        hands, answers = Hands(), list[int]()
        is_over = threading.Event()

        def block() -> int:
            assert is_over.wait(10)
            return 17

        def calling(_task: Task) -> TaskCoroutine:
            answers.append((yield from in_thread(block, seconds=10, too_late=answers.append)))

        def busy(task: Task) -> TaskCoroutine:
            for number in range(50):
                task.delivery = number
                yield COMMITTED
            is_over.set()

        hands.run(calling, busy)
        assert answers == [17]
        assert len(hands.commits) == 50

    def test_what_it_raises_is_raised(self) -> None:
        def fail() -> int:
            raise LookupError("nobody there")

        def calling(_task: Task) -> TaskCoroutine:
            with pytest.raises(LookupError, match="nobody there"):
                yield from in_thread(fail, seconds=10, too_late=lambda _: None)

        Hands().run(calling)

    def test_an_answer_that_nobody_waits_for_any_more_is_cleared_away(self) -> None:
        is_over, cleared = threading.Event(), threading.Event()

        def block() -> int:
            is_over.wait(10)
            return 17

        def calling(_task: Task) -> TaskCoroutine:
            with pytest.raises(TimeoutError):
                yield from in_thread(
                    block, seconds=0.2, too_late=lambda answer: cleared.set() if answer == 17 else None
                )

        Hands().run(calling)
        assert not cleared.is_set()
        is_over.set()
        assert cleared.wait(10)

    @pytest.mark.parametrize("lacking", ["socket.socketpair", "threading.Thread.start"])
    def test_what_cannot_be_called_for_lack_of_means_was_not_called(
        self, monkeypatch: pytest.MonkeyPatch, lacking: str
    ) -> None:
        error = OSError(24, "Too many open files") if lacking.startswith("socket") else RuntimeError("can't start")

        def fail(*_: object) -> None:
            raise error

        def calling(_task: Task) -> TaskCoroutine:
            monkeypatch.setattr(lacking, fail)
            with pytest.raises(NotStartedError, match=type(error).__name__):
                yield from in_thread(lambda: 17, seconds=10, too_late=lambda _: None)

        hands = Hands()
        hands.run(calling)
        assert not hands.loop.is_failing
