"""The words of the notifier, as frozen values. Nothing here computes, reads or writes.

Instants are whole seconds since 1970 in UTC, as the ledger's database counts them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class EventState(StrEnum):
    """What the notifier does about an event of the feed."""

    PAST = "past"
    """It was there before the first run: nobody is told."""
    SILENT = "silent"
    """Known, but nothing that must reach people."""
    HELD = "held"
    """More came at once than expected: a person releases it or lets it rest."""
    OPEN = "open"
    """Its notices are planned and delivered."""
    CLOSED = "closed"
    """It was open, and a person ended it: nobody else is told."""


class DeliveryState(StrEnum):
    """Where one notice to one recipient stands."""

    PENDING = "pending"
    """To be sent, from ``due_at`` on."""
    CLAIMED = "claimed"
    """A worker has taken it; nothing that could reach the recipient has left yet."""
    SENDING = "sending"
    """On record before the last byte leaves: if the worker dies now, nobody knows whether it arrived."""
    SENT = "sent"
    """The server took it."""
    DOUBTFUL = "doubtful"
    """The worker died, or the reply was lost, while it was SENDING."""
    HELD = "held"
    """Doubtful, and a person decides."""
    REFUSED = "refused"
    """The server will never take it for this recipient."""
    EXHAUSTED = "exhausted"
    """Tried as often as is allowed."""
    SUPPRESSED = "suppressed"
    """The address bounced before, or was struck off."""
    BOUNCED = "bounced"
    """The server took it, and later reported that it cannot be delivered."""
    SUPERSEDED = "superseded"
    """Not sent, for a later event says what is true by now."""


NOT_REACHED = (DeliveryState.REFUSED, DeliveryState.EXHAUSTED, DeliveryState.SUPPRESSED, DeliveryState.BOUNCED)
"""It came to an end, and its recipient does not have it."""


UNDECIDED = (DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.DOUBTFUL)
"""Some run or other sees to it, without a person."""


class OutcomeKind(StrEnum):
    """How one attempt ended."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """For good, for this recipient."""
    DEFERRED = "deferred"
    """Not now, for this recipient."""
    UNAVAILABLE = "unavailable"
    """The server as a whole: nobody's attempt is spent."""
    DOUBTFUL = "doubtful"
    """The last byte left and no reply came."""


BOUNCED = "bounced"
"""Stands among the outcomes of a delivery's attempts where the server took the message and later reported a failure.
No attempt ends so."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended, and in the server's own words."""

    kind: OutcomeKind
    reply: str
    """One line: ``250 2.0.0 Ok: queued as 4F1``."""
    is_personal: bool = True
    """False where a refusal speaks of the server, the message or policy, which would hit everybody."""


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """An event as the feed publishes it, verified."""

    seq: int
    id: str
    hash: str
    prev: str | None
    type: str
    policy: str
    version: str
    significance: str
    supersedes: str | None
    record: Mapping[str, Any]
    """The whole event, with whatever later feeds add."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One who is told, as an audience lists them."""

    address: str
    """Of mail; for a webhook the endpoint's name in the settings."""
    language: str
    """BCP 47; the nearest language of the event is taken."""
    accepted: str | None = None
    """Label of the version they accepted, where the audience knows it."""
    name: str = ""
    """How they are called, where the audience knows it and the message may say it."""
    account: str = ""
    """Number or name of their account with the company; the same."""
    time_zone: str = ""
    """Of the time zone database, such as ``Europe/Berlin``; empty: not known."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice to one recipient, as claimed from the ledger."""

    id: int
    event_seq: int
    channel: str
    recipient: Recipient
    attempts: int
    """Spent before this one."""
    first_at: int | None = None
    """When it was first tried: the ``Date`` of every copy; ``None`` before the first attempt."""
    told: int | None = None
    """Number of the last event about this version whose words the recipient has or may have; 0: of none, though they
    would have been told; ``None``: nobody was told of it over this ledger."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of an event in one language (and against one accepted version), rendered once for all recipients."""

    event_seq: int
    channel: str
    language: str
    accepted: str | None
    subject: str
    text: str
    """The whole plain text."""
    html: str
    """The whole HTML document; for a webhook the JSON of the event."""
    digest: str
    """SHA-256, in hexadecimal, of subject, text and HTML: evidence of the words."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one recipient is sent, finished to the byte."""

    delivery: Delivery
    wording_id: int
    content: bytes
    """For mail: the whole message with CRLF line ends, dots not yet doubled. For a webhook: the body."""
    message_id: str
    """The same over all attempts: without angle brackets for mail, the ``webhook-id`` for a webhook."""
