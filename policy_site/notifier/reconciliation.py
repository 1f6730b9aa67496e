"""What becomes of deliveries of which nobody knows whether they arrived: resend, hold, or the mail server's record."""

from __future__ import annotations

import glob
import gzip
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from policy_site.errors import UsageError
from policy_site.notifier.channels import kind_of
from policy_site.notifier.ledger import Ledger
from policy_site.notifier.ledger.deliveries import Doubt, Verdict, count_in, list_doubts, mend_doubts, settle_doubts
from policy_site.notifier.ledger.notices import read_secret
from policy_site.notifier.model import DeliveryState
from policy_site.notifier.settings_tables import ChannelSettings, ServerRecord

_LATEST = 2**62


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of doubtful deliveries."""

    resent: int = 0
    """To be sent again."""
    sent: int = 0
    """The server's record shows them."""
    held: int = 0
    waiting: int = 0
    """The server's record is not complete yet."""


def settle(ledger: Ledger, *, name: str, settings: ChannelSettings) -> Settled:
    """Settle the doubtful deliveries of the channel called ``name`` as its ``ambiguous`` says.

    Raises :class:`UsageError` where the server's record cannot be read: then nothing is decided.
    """
    if settings.ambiguous == "reconcile" and settings.server_record:
        return _reconcile(ledger, name, settings, settings.server_record)
    moved = _decide_all(
        ledger,
        name,
        before=_LATEST,
        decide=lambda doubt: _held(doubt) if settings.ambiguous == "hold" else _resend(doubt, settings.attempts),
    )
    return _settled(moved, waiting=0)


def _reconcile(ledger: Ledger, name: str, settings: ChannelSettings, record: ServerRecord) -> Settled:
    with ledger.transaction() as connection:
        now = ledger.now(connection)
        mend_doubts(connection, now=now)
        secret = read_secret(connection)
        # older ones are in the record, should the server have taken them; those of the time in which it is read wait
        before = now - record.settle_seconds
        is_needed = bool(list_doubts(connection, name, before=before, limit=1))
    moved = Counter[DeliveryState]()
    if is_needed:
        taken = read_server_record(record)  # which takes its time: nobody waits for the ledger meanwhile

        def decide(doubt: Doubt) -> Verdict:
            is_taken = _message_id(doubt, settings, secret) in taken
            return _found(doubt) if is_taken else _resend(doubt, settings.attempts)

        moved = _decide_all(ledger, name, before=before, decide=decide)
    with ledger.transaction() as connection:
        waiting = count_in(connection, name, DeliveryState.DOUBTFUL)
    return _settled(moved, waiting=waiting)


def _decide_all(
    ledger: Ledger, name: str, *, before: int, decide: Callable[[Doubt], Verdict]
) -> Counter[DeliveryState]:
    """Decide about all doubts since ``before`` or longer; return how many came into which state."""
    moved = Counter[DeliveryState]()
    while True:
        with ledger.transaction() as connection:
            verdicts = [decide(doubt) for doubt in list_doubts(connection, name, before=before)]
            settle_doubts(connection, verdicts, now=ledger.now(connection))
        if not verdicts:
            return moved
        moved.update(verdict.state for verdict in verdicts)


def _settled(moved: Counter[DeliveryState], *, waiting: int) -> Settled:
    held, sent = moved[DeliveryState.HELD], moved[DeliveryState.SENT]
    return Settled(resent=moved.total() - held - sent, sent=sent, held=held, waiting=waiting)


def _message_id(doubt: Doubt, settings: ChannelSettings, secret: bytes) -> str:
    delivery, name_of = doubt.delivery, kind_of(settings).message_name
    return str(name_of(settings, doubt.event_id, delivery.channel, delivery.recipient.address, secret))


def _held(doubt: Doubt) -> Verdict:
    return _decided(doubt, DeliveryState.HELD, due_at=0, reply="Nobody knows whether it arrived; a person decides.")


def _resend(doubt: Doubt, attempts: int) -> Verdict:
    if not doubt.is_open:
        return _held(doubt)
    reply = "Nobody knows whether it arrived; it is sent again under the same Message-ID."
    if doubt.delivery.attempts >= attempts:
        reply = "Nobody knows whether it arrived, and it was tried as often as is allowed."
        return _decided(doubt, DeliveryState.EXHAUSTED, due_at=0, reply=reply)
    return _decided(doubt, DeliveryState.PENDING, due_at=doubt.due_at, reply=reply)


def _found(doubt: Doubt) -> Verdict:
    return _decided(doubt, DeliveryState.SENT, due_at=0, reply="The mail server's record shows that it was taken.")


def _decided(doubt: Doubt, state: DeliveryState, *, due_at: int, reply: str) -> Verdict:
    return Verdict(
        doubt.delivery.id,
        state=state,
        attempts=doubt.delivery.attempts,
        due_at=due_at,
        outcome="settled",
        reply=reply,
        wording=None,
    )


# --- the server's record ---------------------------------------------------------------------------------------------

_MESSAGE_ID = re.compile(rb"^message-id:\s*<([^<>\s]+)>", re.IGNORECASE)
_LOGGED_ID = re.compile(rb" postfix[\w./-]*/cleanup\[\d+\]: ([0-9A-Za-z]+): message-id=<([^<>\s]+)>")
_QUEUED = re.compile(rb" postfix[\w./-]*/qmgr\[\d+\]: ([0-9A-Za-z]+): from=<")


def read_server_record(record: ServerRecord) -> frozenset[str]:
    """Return the Message-IDs of what the mail server took.

    Of a log of Postfix those count that reached the queue manager: ``cleanup`` logs a Message-ID before the final dot.
    Raises :class:`UsageError` where no file is there or one cannot be read: an empty record would send all again.
    """
    paths = {Path(path) for pattern in record.files for path in glob.glob(pattern)}  # noqa: PTH207 - absolute patterns
    if not paths:
        raise UsageError(
            f"The mail server's record {', '.join(record.files)} is not there.",
            remedy='Correct record.files, or set ambiguous to "hold" or "resend".',
        )
    found: set[str] = set()
    path = Path()
    ids: dict[bytes, str] = {}
    try:
        for path in sorted(paths, key=_age):  # a log may be rotated between the two lines of one message
            lines = _lines(path)
            found.update(_logged(lines, ids) if record.kind == "postfix-log" else _written(lines))
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(
            f"The mail server's record {path} cannot be read: {error}.", remedy="Grant access to it, or mend it."
        ) from None
    return frozenset(found)


def _age(path: Path) -> tuple[float, str]:
    return (path.stat().st_mtime, str(path))


def _lines(path: Path) -> Iterator[bytes]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        yield from file


def _written(lines: Iterator[bytes]) -> Sequence[str]:
    return [match[1].decode("ascii", "replace") for match in map(_MESSAGE_ID.match, lines) if match]


def _logged(lines: Iterator[bytes], ids: dict[bytes, str]) -> Sequence[str]:
    queued: list[str] = []
    for line in lines:
        logged = _LOGGED_ID.search(line)
        if logged:
            ids[logged[1]] = logged[2].decode("ascii", "replace")
            continue
        taken = _QUEUED.search(line)
        if taken and taken[1] in ids:
            queued.append(ids[taken[1]])
    return queued
