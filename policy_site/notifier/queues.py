"""The same deliveries carried by Celery on RabbitMQ: the queue holds delivery ids and nothing else.

The ledger stays the truth. A task claims what it names, and what is claimed or sent already it leaves alone, so a task
that comes twice does nothing the second time; what a broker loses is put on the queue again after ``requeue_seconds``.
Tasks are acknowledged late, when the ledger has the verdicts. Redis and files are no brokers here: they lost tasks
under ``kill -9`` when it was measured.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError

from policy_site.errors import NoticeError, PolicySiteError, UsageError
from policy_site.notifier.channels import Renderer, kind_of
from policy_site.notifier.delivery import deliver
from policy_site.notifier.ledger import Ledger, open_ledger
from policy_site.notifier.ledger.queueing import take_for_queue
from policy_site.notifier.reconciliation import settle
from policy_site.notifier.recorder import Recorder
from policy_site.notifier.running import drop_untrue, mend_times
from policy_site.notifier.settings import NotifierSettings

TASK = "policy_site.notifier.deliver"
BATCH = 200
"""Ids a task carries."""


def make_queue(settings: NotifierSettings) -> Any:  # noqa: ANN401 - Celery has no types
    """Return the Celery application of a notifier; raise :class:`UsageError` where the settings do not allow one."""
    if settings.broker is None or not settings.broker.startswith(("amqp://", "amqps://")):
        raise UsageError(
            "There is no broker to carry deliveries.", remedy='Set broker to the address of RabbitMQ, "amqp://…".'
        )
    if not settings.ledger.startswith("postgresql"):
        raise UsageError(
            "Celery's workers cannot share a ledger in SQLite.", remedy="Keep it in PostgreSQL: set ledger to its URL."
        )
    queue = Celery("policy-site-notify", broker=settings.broker, set_as_current=False)
    queue.conf.update(
        task_default_queue="policy-site-notices",
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={"confirm_publish": True, "max_retries": 2, "interval_max": 1},
        task_publish_retry=False,
    )
    desk = _Desk(settings)
    queue.task(name=TASK)(desk.deliver_some)
    return queue


def dispatch(ledger: Ledger, settings: NotifierSettings, queue: Any) -> int:  # noqa: ANN401 - the same
    """Settle doubts, then put every due delivery on the queue that is not there already; return how many.

    Raises :class:`NoticeError` where the broker takes nothing: the ledger finds what is missing at the next dispatch.
    """
    with Recorder(ledger, name=_worker_name("dispatch"), lease_seconds=settings.lease_seconds):
        count = 0
        for name, channel in settings.channels.items():
            settle(ledger, name=name, settings=channel)
            mend_times(ledger, name, channel)
            drop_untrue(ledger, name)
            while True:
                with ledger.transaction() as connection:
                    now = ledger.now(connection)
                    ids = take_for_queue(
                        connection,
                        name,
                        now=now,
                        requeue_before=now - settings.requeue_seconds,
                        limit=BATCH,
                        canary_pause=channel.canary_pause_seconds,
                    )
                    if ids:
                        _publish(queue, name, ids)  # within the transaction: what the broker refuses is not marked
                count += len(ids)
                if not ids:
                    break
    return count


def _publish(queue: Any, channel: str, ids: list[int]) -> None:  # noqa: ANN401 - the same
    try:
        queue.send_task(TASK, args=[channel, ids])
    except (OperationalError, OSError) as error:
        raise NoticeError(
            f"The broker is out of reach: {error}.", remedy="Start RabbitMQ; what waits is in the ledger."
        ) from None


class _Desk:
    """What one of Celery's processes works with, made when its first task comes: nothing of it survives a fork."""

    def __init__(self, settings: NotifierSettings) -> None:
        self._settings = settings
        self._recorder: Recorder | None = None
        self._ledger: Ledger | None = None
        self._renderers: dict[str, Renderer] = {}
        self._pid = 0

    def deliver_some(self, channel: str, ids: list[int]) -> None:
        """Send those of these deliveries that are still to be sent."""
        settings = self._settings.channels.get(channel)
        if settings is None:
            return  # the ledger keeps what is pending; a worker with newer settings takes it
        kind = kind_of(settings)
        try:
            recorder = self._at_work()
            deliver(
                recorder,
                name=channel,
                channel=kind.open(settings),
                settings=settings.model_copy(update={"connections": 1}),
                renderer=self._renderers.setdefault(
                    channel, kind.renderer(settings, name=channel, execute=recorder.execute)
                ),
                is_stopped=self._settings.stop_file.exists,
                among=ids,
            )
            recorder.flush()
        except BaseException:
            self._leave()
            raise

    def _at_work(self) -> Recorder:
        if self._recorder and self._recorder.is_broken:
            self._leave()
        if self._recorder is None or self._pid != os.getpid():
            self._pid = os.getpid()
            self._renderers = {}  # an event is loaded and its words are written once for all tasks
            self._ledger = open_ledger(self._settings.ledger)
            name = _worker_name("celery")
            # it ends with its process: its lease runs out, and others take over what it had claimed
            recorder = Recorder(self._ledger, name=name, lease_seconds=self._settings.lease_seconds)
            self._recorder = recorder.__enter__()
        return self._recorder

    def _leave(self) -> None:
        """Give back what is claimed, or let the lease run out where the ledger is away; the next task begins anew."""
        recorder, self._recorder = self._recorder, None
        if recorder and self._pid == os.getpid():
            with contextlib.suppress(PolicySiteError):
                recorder.__exit__()
        if self._ledger:
            self._ledger.close()
            self._ledger = None


def work(queue: Any, *, concurrency: int, is_quiet: bool) -> Callable[[], None]:  # noqa: ANN401 - the same
    """Return what runs one of Celery's workers in the foreground, until it is told to end."""
    level = "WARNING" if is_quiet else "INFO"

    def start() -> None:
        queue.worker_main(["worker", f"--concurrency={concurrency}", f"--loglevel={level}", "--without-gossip"])

    return start


def _worker_name(role: str) -> str:
    return f"{role}@{socket.gethostname()}:{os.getpid()}"
