"""Workers: who is at work on a ledger, and what becomes of the claims of those who are not any more.

A worker's row is its lease. Every transaction of a worker renews it first, and whoever buries a worker deletes it in
the same transaction in which its claims are given away: so a worker that was only slow cannot record anything after it
was buried.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from policy_site.notifier.ledger.tables import DELIVERIES, WORKERS
from policy_site.notifier.model import DeliveryState


def start_worker(connection: Connection, *, name: str, lease_until: int) -> int:
    """Enter a worker; return its number."""
    started = connection.execute(insert(WORKERS).values(name=name, lease_until=lease_until).returning(WORKERS.c.id))
    return int(started.scalar_one())


def renew_lease(connection: Connection, worker: int, *, lease_until: int) -> bool:
    """Prolong a worker's lease; ``False`` where it was buried, and what it holds is others' business."""
    renewed = connection.execute(update(WORKERS).where(WORKERS.c.id == worker).values(lease_until=lease_until))
    return renewed.rowcount == 1


def end_worker(connection: Connection, worker: int) -> None:
    """Strike a worker off that has recorded everything; what it had only claimed is pending again."""
    _give_back(connection, [worker])
    connection.execute(delete(WORKERS).where(WORKERS.c.id == worker))


def bury_dead_workers(connection: Connection, *, now: int, is_alone: bool) -> int:
    """Give back what dead workers had claimed, and mark as doubtful what they were sending; return how many those are.

    Dead is whose lease has run out; with ``is_alone``, everyone who is entered.
    """
    dead = delete(WORKERS).returning(WORKERS.c.id)
    if not is_alone:
        dead = dead.where(WORKERS.c.lease_until < now)
    workers = [int(number) for number in connection.execute(dead).scalars()]
    if not workers:
        return 0
    _give_back(connection, workers)
    doubtful = connection.execute(
        update(DELIVERIES)
        .where(DELIVERIES.c.worker.in_(workers), DELIVERIES.c.state == DeliveryState.SENDING)
        .values(state=DeliveryState.DOUBTFUL, worker=None, changed_at=now)
    )
    return int(doubtful.rowcount)


def _give_back(connection: Connection, workers: Sequence[int]) -> None:
    connection.execute(
        update(DELIVERIES)
        .where(DELIVERIES.c.worker.in_(workers), DELIVERIES.c.state == DeliveryState.CLAIMED)
        .values(state=DeliveryState.PENDING, worker=None)
    )


def count_workers(connection: Connection, *, now: int) -> int:
    """Return how many workers hold a lease."""
    return len(connection.execute(select(WORKERS.c.id).where(WORKERS.c.lease_until >= now)).all())
