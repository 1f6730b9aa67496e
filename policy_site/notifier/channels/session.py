"""What delivery asks of a channel: a connection that can stop right before the point of no return.

One thread serves all connections. What talks to a server is therefore written as a generator: it yields what it waits
for, and is resumed when that has come, while the others go on.
"""

from __future__ import annotations

from collections.abc import Generator
from enum import Enum, auto
from typing import Protocol, TypeAlias, TypeVar

from policy_site.notifier.model import Message, Outcome


class ServerUnavailableError(Exception):
    """No connection can be had: the server's own words, or the system's."""


class SessionLostError(Exception):
    """The connection broke before the point of no return: nothing can have reached anybody."""


class Wait(Enum):
    """What a talk with a server stands still for."""

    REPLY = auto()
    """Resume it when :attr:`Session.reply_source` can be read; throw :class:`TimeoutError` into it when
    :attr:`Session.reply_seconds` are over."""
    LEDGER = auto()
    """The point of no return. Resume it when it is on disk that the last byte leaves."""


_Answer = TypeVar("_Answer")
Talk: TypeAlias = Generator[Wait, None, _Answer]
"""A talk with a server, and what came of it."""


class Session(Protocol):
    """One connection to a server, for one message after the other."""

    @property
    def is_used(self) -> bool:
        """True once a message went through: servers end such connections at will."""

    @property
    def is_spent(self) -> bool:
        """True where the next message deserves a new connection."""

    @property
    def reply_source(self) -> int:
        """Descriptor of the file that can be read when a reply has come; the same as long as the session lives."""

    @property
    def reply_seconds(self) -> float:
        """How long the reply that is waited for may take."""

    def attempt(self, message: Message) -> Talk[Outcome]:
        """Send a message. Raises :class:`SessionLostError` before the point of no return, nothing beyond it."""

    def prove(self) -> Talk[bool]:
        """Ask whether the server works, by something that it cannot refuse to a stranger's fault; raises nothing."""

    def close(self) -> None:
        """End the connection; never raises."""


class Channel(Protocol):
    """A way to reach people."""

    def connect(self) -> Session:
        """Open a connection; raise :class:`ServerUnavailableError`."""
