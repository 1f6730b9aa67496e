"""What a message is written from: an event with what was known of its policy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from policy_site.notifier.ledger.tables import EVENTS


@dataclass(frozen=True, slots=True)
class Notice:
    """An event as a message tells it."""

    seq: int
    id: str
    record: dict[str, Any]
    """As published."""
    dated_at: int
    """The instant in the ``Date`` of its messages: when it was read, or released."""
    labels: frozenset[str]
    """Versions of the policy that were published before."""


def load_notice(connection: Connection, seq: int) -> Notice:
    """Return an event of the ledger."""
    row = connection.execute(
        select(EVENTS.c.id, EVENTS.c.record, EVENTS.c.ingested_at).where(EVENTS.c.seq == seq)
    ).one()
    record: dict[str, Any] = json.loads(row.record)
    before = connection.execute(select(EVENTS.c.record).where(EVENTS.c.seq < seq)).scalars()
    others = (json.loads(other) for other in before)
    labels = frozenset(str(other["version"]) for other in others if other["policy"] == record["policy"])
    return Notice(seq, row.id, record, int(row.ingested_at), labels)
