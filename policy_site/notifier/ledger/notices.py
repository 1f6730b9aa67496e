"""What a message is written from: an event with what was known of its policy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from policy_site.notifier.ledger.tables import EVENTS, LAYOUT_TABLE


@dataclass(frozen=True, slots=True)
class Notice:
    """An event as a message tells it."""

    seq: int
    id: str
    record: dict[str, Any]
    """As published."""
    dated_at: int
    """The instant in the ``Date`` of its messages: when it was read, or released."""
    secret: bytes
    """Of the ledger: what Message-IDs are made with."""
    labels: frozenset[str]
    """Versions of the policy that were published before this one."""


def read_secret(connection: Connection) -> bytes:
    """Return the secret of this ledger."""
    return str(connection.execute(select(LAYOUT_TABLE.c.secret)).scalar_one()).encode("ascii")


def load_notice(connection: Connection, seq: int) -> Notice:
    """Return an event of the ledger."""
    row = connection.execute(
        select(EVENTS.c.id, EVENTS.c.record, EVENTS.c.ingested_at, EVENTS.c.released_at).where(EVENTS.c.seq == seq)
    ).one()
    record: dict[str, Any] = json.loads(row.record)
    before = connection.execute(select(EVENTS.c.record).where(EVENTS.c.seq < seq).order_by(EVENTS.c.seq)).scalars()
    labels: list[str] = []
    for other in map(json.loads, before):
        if other["policy"] == record["policy"]:
            if other["version"] == record["version"]:
                break  # what mends a version comes later than it, and maybe later than its successors
            labels.append(str(other["version"]))
    dated_at = int(row.released_at or row.ingested_at)
    return Notice(seq, row.id, record, dated_at, read_secret(connection), frozenset(labels))
