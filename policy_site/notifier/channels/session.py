"""What delivery asks of a channel: a connection that can stop right before the point of no return."""

from __future__ import annotations

from typing import Protocol

from policy_site.notifier.model import Message, Outcome


class ServerUnavailableError(Exception):
    """No connection can be had: the server's own words, or the system's."""


class SessionLostError(Exception):
    """The connection broke before the point of no return: nothing can have reached anybody."""


class Session(Protocol):
    """One connection to a server, for one message after the other."""

    @property
    def is_used(self) -> bool:
        """True once a message went through: servers end such connections at will."""

    @property
    def is_spent(self) -> bool:
        """True where the next message deserves a new connection."""

    def begin(self, message: Message) -> Outcome | None:
        """Bring a message up to the point of no return: all but the last byte.

        ``None``: it stands there; an outcome: it went no further. Raises :class:`SessionLostError`.
        """

    def finish(self) -> Outcome:
        """Go beyond it, and wait for the reply; never raises."""

    def proves_itself(self) -> bool:
        """Say whether the server works, by asking it for something that it cannot refuse to a stranger's fault."""

    def close(self) -> None:
        """End the connection; never raises."""


class Channel(Protocol):
    """A way to reach people."""

    def connect(self) -> Session:
        """Open a connection; raise :class:`ServerUnavailableError`."""
