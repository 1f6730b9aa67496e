"""Workers: who is at work on a ledger, and what becomes of the claims of those who are not any more.

A worker's row is its lease, which it renews while it lives. Whoever buries a worker deletes it in the same transaction
in which its claims are given away, and a worker records nothing about a delivery that is not its own: so one that was
only slow neither sends nor records anything after it was buried.

Who changes both locks the worker before its deliveries; so nobody waits for one who waits for him.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, case, delete, insert, select, update

from policy_site.notifier.ledger.hot import HotStatement
from policy_site.notifier.ledger.tables import DELIVERIES, TAKEN, WORKERS
from policy_site.notifier.model import DeliveryState
from policy_site.notifier.settings_tables import LONGEST_LEASE


def start_worker(connection: Connection, *, name: str, lease_until: int) -> int:
    """Enter a worker; return its number."""
    started = connection.execute(insert(WORKERS).values(name=name, lease_until=lease_until).returning(WORKERS.c.id))
    return int(started.scalar_one())


def renew_lease(connection: Connection, worker: int, *, lease_until: int) -> bool:
    """Prolong a worker's lease; ``False`` where it was buried, and what it holds is others' business."""
    renewed = connection.execute(update(WORKERS).where(WORKERS.c.id == worker).values(lease_until=lease_until))
    return renewed.rowcount == 1


_HOLD = HotStatement(
    select(WORKERS.c.id).where(WORKERS.c.id == bindparam("number")).with_for_update(read=True, key_share=True), "number"
)


def hold_worker(connection: Connection, worker: int) -> None:
    """Keep everybody from burying a worker until the transaction ends; its lease may be renewed meanwhile.

    In SQLite there is one transaction at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        _HOLD.run(connection, [(worker,)])


def end_worker(connection: Connection, worker: int, *, now: int) -> None:
    """Strike a worker off; what it had only claimed is pending again, what it was still sending is doubtful."""
    if connection.execute(delete(WORKERS).where(WORKERS.c.id == worker)).rowcount:
        _take_over(connection, [worker], now=now)


def bury_dead_workers(connection: Connection, *, now: int, is_alone: bool) -> int:
    """Give back what dead workers had claimed, and mark as doubtful what they were sending; return how many those are.

    Dead is whose lease has run out, or ends later than any lease can, which a clock that ran ahead wrote; with
    ``is_alone``, everyone who is entered.
    """
    dead = delete(WORKERS).returning(WORKERS.c.id)
    if not is_alone:
        dead = dead.where((WORKERS.c.lease_until < now) | (WORKERS.c.lease_until > now + 2 * LONGEST_LEASE))
    workers = [int(number) for number in connection.execute(dead).scalars()]
    if not workers:
        return 0
    return _take_over(connection, workers, now=now)


def _take_over(connection: Connection, workers: Sequence[int], *, now: int) -> int:
    # in one statement: what a worker that is only slow changes meanwhile is found as it is then
    taken = connection.execute(
        update(DELIVERIES)
        .where(
            DELIVERIES.c.worker.in_(workers),
            TAKEN,
            DELIVERIES.c.state.in_((DeliveryState.CLAIMED, DeliveryState.SENDING)),
        )
        .values(
            state=case(
                (DELIVERIES.c.state == DeliveryState.SENDING, DeliveryState.DOUBTFUL.value),
                else_=DeliveryState.PENDING.value,
            ),
            worker=None,
            changed_at=now,
        )
        .returning(DELIVERIES.c.state)
    )
    return sum(state == DeliveryState.DOUBTFUL for state in taken.scalars())
