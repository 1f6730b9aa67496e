"""What delivery asks of a channel: a connection that can stop right before the point of no return.

One thread runs all connections as tasks of ``event_loop.py``. What talks to a server is therefore written as a
coroutine: a generator that yields what it awaits, and is resumed when that has come, while the other tasks go on.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from policy_site.notifier.model import Message, Outcome


class ServerUnavailableError(Exception):
    """No connection can be had: the server's own words, or the system's."""


class SessionLostError(Exception):
    """The connection broke before the point of no return: nothing can have reached anybody."""


class NotStartedError(Exception):
    """A call was not made: the system has no more threads or descriptors."""


@dataclass(frozen=True, slots=True, eq=False)
class SocketReady:
    """Awaits a socket: resume when it can be read; throw :class:`TimeoutError` in when the time is over."""

    source: socket.socket
    seconds: float
    is_writing: bool = False
    """True: when it can be written."""


@dataclass(frozen=True, slots=True)
class Committed:
    """Awaits the ledger at the point of no return: resume when it is on disk that the last byte leaves."""


COMMITTED = Committed()

_Answer = TypeVar("_Answer")
Awaited: TypeAlias = SocketReady | Committed
Coroutine: TypeAlias = Generator[Awaited, None, _Answer]
"""A talk with a server: it yields what it awaits, and returns what came of it."""


class Session(Protocol):
    """One connection to a server, for one message after the other."""

    @property
    def is_used(self) -> bool:
        """True once a message went through: servers end such connections at will."""

    @property
    def is_spent(self) -> bool:
        """True where the next message deserves a new connection."""

    def attempt(self, message: Message) -> Coroutine[Outcome]:
        """Send a message. Raises :class:`SessionLostError` before the point of no return, nothing beyond it."""

    def prove(self) -> Coroutine[bool]:
        """Ask whether the server works, by something that it cannot refuse to a stranger's fault; raises nothing."""

    def close(self) -> None:
        """End the connection; never raises. It may take seconds."""


class Channel(Protocol):
    """A way to reach people."""

    def connect(self) -> Session:
        """Open a connection; raise :class:`ServerUnavailableError`. It may take minutes."""


def _forget(_answer: object) -> None:
    """Nobody needs what came too late."""


def in_thread(
    call: Callable[[], _Answer], *, seconds: float, too_late: Callable[[_Answer], object] = _forget
) -> Coroutine[_Answer]:
    """Make a call that blocks in a thread of its own; return or raise what came of it.

    Raises :class:`TimeoutError` when the time is over, and :class:`NotStartedError` where it cannot be made at all.
    ``too_late`` gets the answer that comes when nobody waits.
    """
    future: Future[_Answer] = Future()

    def give(done: Future[_Answer]) -> None:
        if not done.exception():
            too_late(done.result())

    def run() -> None:
        try:
            future.set_result(call())
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            future.set_exception(error)
        finally:
            mouth.close()  # which is heard at the other end

    try:
        ear, mouth = socket.socketpair()
        try:
            # as a daemon it does not keep a process that is told twice to end
            threading.Thread(target=run, name="in_thread", daemon=True).start()
        except RuntimeError:
            ear.close()
            mouth.close()
            raise
    except (OSError, RuntimeError) as error:
        raise NotStartedError(f"{type(error).__name__}: {error}") from None
    try:
        yield SocketReady(ear, seconds)
    except BaseException:
        future.add_done_callback(give)
        raise
    finally:
        ear.close()
    return future.result()
