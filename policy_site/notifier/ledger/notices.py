"""What a message is written from: an event with what was known of its policy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from policy_site.notifier.ledger.tables import EVENTS, LAYOUT_TABLE
from policy_site.notifier.readable import oddity_of


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
    versions: tuple[dict[str, Any], ...] = ()
    """The last that was said of each of them by then, in the order in which they apply; the withdrawn ones left out."""
    superseded: dict[str, Any] | None = None
    """The event that this one mends, as published; ``None`` where it mends none, or it is not in the ledger."""


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
    last: dict[str, dict[str, Any]] = {}
    superseded = None
    is_own_time = True
    for other in map(json.loads, before):
        if other["policy"] != record["policy"] or oddity_of(
            other
        ):  # what nobody can be told of is no part of a message
            continue
        superseded = other if other["id"] == record.get("supersedes") else superseded
        if other["version"] == record["version"]:
            is_own_time = False  # what mends a version comes later than it, and maybe later than its successors
        elif is_own_time:
            labels.append(str(other["version"]))
        last[str(other["version"])] = other
    dated_at = int(row.released_at or row.ingested_at)
    applied = [other for label, other in last.items() if label in labels and other["type"] != _WITHDRAWN]
    versions = tuple(sorted(applied, key=lambda other: (str(other.get("effective_at")), int(other["seq"]))))
    secret = read_secret(connection)
    return Notice(seq, row.id, record, dated_at, secret, frozenset(labels), versions, superseded)


def load_record(connection: Connection, seq: int) -> dict[str, Any]:
    """Return an event of the ledger as published."""
    text = connection.execute(select(EVENTS.c.record).where(EVENTS.c.seq == seq)).scalar_one()
    record: dict[str, Any] = json.loads(text)
    return record


_WITHDRAWN = "policy.version.withdrawn"
