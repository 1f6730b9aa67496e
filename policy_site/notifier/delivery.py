"""Deliveries are claimed, sent over several connections, and recorded.

For each message: everything but the last byte is sent; SENDING goes to disk; the last byte is sent; the verdict goes
to disk. A connection has at most one message between the last two: a kill leaves at most one doubtful delivery each.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from policy_site.errors import PolicySiteError
from policy_site.notifier.channels import Channel, ServerUnavailableError, Session, SessionLostError
from policy_site.notifier.circuit import Circuit, Judged, Pace, jittered
from policy_site.notifier.ledger.deliveries import Verdict, claim
from policy_site.notifier.model import Delivery, DeliveryState, Message, Outcome, OutcomeKind
from policy_site.notifier.recorder import Recorder
from policy_site.notifier.settings import MailChannel, WebhookChannel

if TYPE_CHECKING:
    from sqlalchemy import Connection

_CLAIM_SIZE = 500
_UNRENDERABLE = "This notice could not be written: "


class Renderer(Protocol):
    """Writes the message of a delivery."""

    def write(self, delivery: Delivery) -> Message:
        """Return the message, the same at every attempt; raise :class:`PolicySiteError` where it cannot be written."""


@dataclass(slots=True)
class Tally:
    """What a run has done on one channel."""

    sent: int = 0
    refused: int = 0
    exhausted: int = 0
    deferred: int = 0
    doubtful: int = 0
    reason: str = ""
    """Why it ended before everything that was due was tried; empty where it did not."""


def deliver(
    recorder: Recorder,
    *,
    name: str,
    channel: Channel,
    settings: MailChannel | WebhookChannel,
    renderer: Renderer,
    is_stopped: Callable[[], bool],
    told: Callable[[Tally], None] | None = None,
    among: Sequence[int] | None = None,
) -> Tally:
    """Send what is due on the channel called ``name``; return what was done.

    ``is_stopped`` is asked before each message; ``told`` hears of the progress; ``among`` restricts it to these
    deliveries. Raises :class:`PolicySiteError` where the ledger refuses for good.
    """
    run = _Run(recorder, name, channel, settings, renderer, is_stopped, told, among)
    # as daemons they do not keep a process that is told twice to end; the ledger knows what they were at
    threads = [
        threading.Thread(target=run.serve, name=f"{name}-{number}", daemon=True)
        for number in range(settings.connections)
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except BaseException:
        run.abandon()
        raise
    run.finish()
    return run.tally


class _Run:
    """What the connections of one channel share."""

    def __init__(
        self,
        recorder: Recorder,
        name: str,
        channel: Channel,
        settings: MailChannel | WebhookChannel,
        renderer: Renderer,
        is_stopped: Callable[[], bool],
        told: Callable[[Tally], None] | None,
        among: Sequence[int] | None,
    ) -> None:
        self.recorder, self.name, self.channel, self.settings = recorder, name, channel, settings
        self.renderer, self.told, self.among = renderer, told, among
        self.tally = Tally()
        self.circuit = Circuit(patience=settings.patience_seconds)
        self._asked = is_stopped
        self._pace = Pace(settings.rate)
        self._claims: deque[Delivery] = deque()
        self._turn = threading.Lock()
        self._decided = threading.Condition()
        self._under_way = 0
        self._is_abandoned = False
        self._counting = threading.Lock()
        self._errors: list[BaseException] = []

    def is_stopped(self) -> bool:
        """Say whether nothing more may be sent."""
        return bool(self._errors) or self._is_abandoned or self.recorder.is_broken or self._asked()

    def abandon(self) -> None:
        """Let every connection end after the message it is at."""
        self._is_abandoned = True

    def finish(self) -> None:
        """Give back what was claimed and not tried, and raise what broke a connection's thread."""
        if self._errors:
            raise self._errors[0]
        self._record_judged(self.circuit.forgive())
        self._record([self._unspent(delivery) for delivery in self._claims])
        if self.circuit.is_exhausted:
            self.tally.reason = f"The server is unavailable: {self.circuit.reason}"

    # --- one connection ----------------------------------------------------------------------------------------------

    def serve(self) -> None:
        """Send one message after the other over one connection, until nothing is due."""
        session: Session | None = None
        try:
            while not self.is_stopped() and self.circuit.wait(self.is_stopped):
                delivery = self._take()
                if delivery is None:
                    self.circuit.withdraw()
                    if self._others_may_bring_more():
                        continue
                    if not self.circuit.has_streak or self.is_stopped():
                        break
                    session = self._prove(session)
                    continue
                session = self._serve_one(session, delivery)
        except BaseException as error:  # noqa: BLE001 - whatever ends a thread ends the run, and is raised there
            self._errors.append(error)
        finally:
            self.circuit.withdraw()
            with self._decided:
                self._decided.notify_all()
            if session:
                session.close()

    def _serve_one(self, session: Session | None, delivery: Delivery) -> Session | None:
        try:
            if not self._keep_pace():
                self._claims.append(delivery)
                return session
            if session and session.is_spent:
                session.close()
                session = None
            try:
                message = self.renderer.write(delivery)
            except PolicySiteError as error:
                self._record([self._unwritten(delivery, error)])
                self.circuit.withdraw()
                return session
            session, outcome = self._attempt(session, message)
            self._record_judged(self.circuit.judge(delivery, outcome, message.wording_id))
            if session and outcome.kind in (OutcomeKind.UNAVAILABLE, OutcomeKind.DOUBTFUL):
                session.close()
                session = None
            if self.circuit.needs_proof:
                session = self._prove(session)
        finally:
            with self._decided:
                self._under_way -= 1
                self._decided.notify_all()
        return session

    def _keep_pace(self) -> bool:
        """Wait for the place that the rate allows; ``False`` where the run is stopped meanwhile."""
        until = time.monotonic() + self._pace.delay()
        while (rest := until - time.monotonic()) > 0:
            if self.is_stopped():
                return False
            time.sleep(min(rest, 0.2))
        return True

    def _attempt(self, session: Session | None, message: Message) -> tuple[Session | None, Outcome]:
        outcome: Outcome | None
        while True:
            is_fresh = session is None
            try:
                session = session or self.channel.connect()
                outcome = session.begin(message)
                break
            except ServerUnavailableError as error:
                return None, Outcome(OutcomeKind.UNAVAILABLE, str(error))
            except SessionLostError as error:
                was_used = session is not None and session.is_used
                if session:
                    session.close()
                session = None
                if is_fresh or not was_used:
                    return None, Outcome(OutcomeKind.UNAVAILABLE, str(error))
        if outcome is None:
            self.recorder.record((), beginning=message.delivery.id).wait()
            outcome = session.finish()
        return session, outcome

    def _prove(self, session: Session | None) -> Session | None:
        """Ask the server whether it works at all, and let the refusals kept back count or not."""
        is_working = False
        try:
            if session:
                is_working = session.proves_itself()
                if session.is_spent and not is_working:  # it may have stood idle for too long
                    session.close()
                    session = None
            if session is None:
                session = self.channel.connect()
                is_working = session.proves_itself()
        except ServerUnavailableError:
            session = None
        self._record_judged(self.circuit.settle(is_working=is_working))
        return session

    # --- claims ------------------------------------------------------------------------------------------------------

    def _take(self) -> Delivery | None:
        with self._turn:
            if not self._claims and not self.is_stopped():
                worker = self.recorder.worker

                def take(connection: Connection, now: int) -> list[Delivery]:
                    return claim(
                        connection,
                        worker=worker,
                        channel=self.name,
                        now=now,
                        limit=_CLAIM_SIZE,
                        among=self.among,
                    )

                self._claims.extend(self.recorder.execute(take))
            if not self._claims:
                return None
            with self._decided:
                self._under_way += 1
            return self._claims.popleft()

    def _others_may_bring_more(self) -> bool:
        """Wait while other connections are at work: a canary that is sent lets everybody else through."""
        with self._decided:
            if self._under_way:
                self._decided.wait(0.2)
                return True
        return False

    # --- verdicts ----------------------------------------------------------------------------------------------------

    def _record_judged(self, judged: Sequence[Judged]) -> None:
        self._record([self._verdict(one) for one in judged])

    def _record(self, verdicts: Sequence[Verdict]) -> None:
        if verdicts:
            self.recorder.record(verdicts)
            if self.told:
                self.told(self.tally)

    def _verdict(self, judged: Judged) -> Verdict:
        with self._counting:
            return self._count(judged)

    def _count(self, judged: Judged) -> Verdict:
        delivery, outcome = judged.delivery, judged.outcome
        make = partial(Verdict, delivery.id, outcome=outcome.kind.value, reply=outcome.reply, wording=judged.wording)
        spent = delivery.attempts + judged.counts
        if outcome.kind is OutcomeKind.ACCEPTED:
            self.tally.sent += 1
            return make(state=DeliveryState.SENT, attempts=spent, due_at=0)
        if outcome.kind is OutcomeKind.DOUBTFUL:
            self.tally.doubtful += 1
            return make(state=DeliveryState.DOUBTFUL, attempts=spent, due_at=self._retry_at(spent))
        if not judged.counts:
            # the server's failure: due at once, yet behind those never tried, lest one that it stumbles over stops all
            return make(state=DeliveryState.PENDING, attempts=spent, due_at=self.recorder.now())
        if outcome.kind is OutcomeKind.REFUSED and outcome.is_personal:
            self.tally.refused += 1
            return make(state=DeliveryState.REFUSED, attempts=spent, due_at=0)
        if spent >= self.settings.attempts:
            self.tally.exhausted += 1
            return make(state=DeliveryState.EXHAUSTED, attempts=spent, due_at=0)
        self.tally.deferred += 1
        return make(state=DeliveryState.PENDING, attempts=spent, due_at=self._retry_at(spent))

    def _retry_at(self, spent: int) -> int:
        longest = self.settings.longest_retry_seconds
        seconds = min(self.settings.retry_seconds * 2 ** min(max(spent - 1, 0), 20), longest)
        return self.recorder.now() + max(1, round(jittered(seconds)))

    def _unwritten(self, delivery: Delivery, error: PolicySiteError) -> Verdict:
        with self._counting:
            self.tally.deferred += 1
        return Verdict(
            delivery.id,
            state=DeliveryState.PENDING,
            attempts=delivery.attempts,
            due_at=self._retry_at(1),
            outcome="unwritten",
            reply=f"{_UNRENDERABLE}{error}"[:500],
            wording=None,
        )

    def _unspent(self, delivery: Delivery) -> Verdict:
        return Verdict(
            delivery.id,
            state=DeliveryState.PENDING,
            attempts=delivery.attempts,
            due_at=0 if delivery.attempts == 0 else self.recorder.now(),
            outcome="",
            reply="",
            wording=None,
        )
