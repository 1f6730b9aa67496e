"""Which deliveries are on a queue, as far as the ledger knows."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from policy_site.notifier.ledger.due import due_deliveries
from policy_site.notifier.ledger.tables import DELIVERIES


def take_for_queue(
    connection: Connection, channel: str, *, now: int, requeue_before: int, limit: int, canary_pause: int
) -> list[int]:
    """Mark due deliveries as queued and return their ids: those that never were, or so long ago that they are lost."""
    wanted = due_deliveries(connection, channel, now=now, canary_pause=canary_pause).where(
        DELIVERIES.c.queued_at <= requeue_before
    )
    due = wanted.limit(limit).with_for_update(of=DELIVERIES, skip_locked=True).cte("due")
    queued = connection.execute(
        update(DELIVERIES).where(DELIVERIES.c.id.in_(select(due.c.id))).values(queued_at=now).returning(DELIVERIES.c.id)
    )
    return sorted(int(number) for number in queued.scalars())
