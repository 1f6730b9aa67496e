"""Deliveries are claimed, sent over several connections, and recorded.

For each message: everything but the last byte is sent; SENDING goes to disk; the last byte is sent; the verdict goes
to disk. A connection has at most one message between the last two: a kill leaves at most one doubtful delivery each.
One thread runs all connections as tasks of an event loop.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from policy_site.errors import PolicySiteError
from policy_site.notifier.channels import (
    Channel,
    Coroutine,
    NotStartedError,
    Renderer,
    ServerUnavailableError,
    Session,
    SessionLostError,
    in_thread,
)
from policy_site.notifier.circuit import Circuit, Judged, Pace, jittered
from policy_site.notifier.event_loop import EventLoop, Task, TaskCoroutine
from policy_site.notifier.journal import is_noted, note
from policy_site.notifier.ledger.deliveries import Verdict, claim, claimed_by, drop_unwanted
from policy_site.notifier.model import Delivery, DeliveryState, Message, Outcome, OutcomeKind
from policy_site.notifier.recorder import Recorder
from policy_site.notifier.settings_tables import ChannelSettings

if TYPE_CHECKING:
    from sqlalchemy import Connection

_CLAIM_SIZE = 500
_SHORT_REST = 0.2
"""Seconds until it is asked again whether something has changed."""
_WANTED_SECONDS = 10.0
"""How old the knowledge may be that a claim is still to be sent; where messages go slowly, claims wait for long."""
_CONNECTING_SECONDS = 300.0
"""For all of it: name, connection, TLS, authentication, each of which has a shorter time of its own."""
_CLOSING_SECONDS = 10.0
_UNRENDERABLE = "This notice could not be written: "


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

    @property
    def done(self) -> int:
        """Deliveries that were tried."""
        return self.sent + self.refused + self.exhausted + self.deferred + self.doubtful

    def count(self, verdict: Verdict, *, is_spent: bool) -> None:
        """Take a verdict in; one of an attempt that the server as a whole failed is none of its recipient's."""
        match verdict.state:
            case DeliveryState.SENT:
                self.sent += 1
            case DeliveryState.DOUBTFUL:
                self.doubtful += 1
            case DeliveryState.REFUSED:
                self.refused += 1
            case DeliveryState.EXHAUSTED:
                self.exhausted += 1
            case _:
                self.deferred += is_spent


def deliver(
    recorder: Recorder,
    *,
    name: str,
    channel: Channel,
    settings: ChannelSettings,
    renderer: Renderer,
    is_stopped: Callable[[], bool],
    told: Callable[[Tally], None] | None = None,
    among: Sequence[int] | None = None,
) -> Tally:
    """Send what is due on the channel called ``name``; return what was done.

    ``is_stopped`` is asked before each message; ``told`` hears of the progress; ``among`` restricts it to these
    deliveries. Raises :class:`PolicySiteError` where the ledger refuses for good.
    """
    first_at: dict[int, int] = {}
    loop = EventLoop(
        commit=lambda ids: recorder.begin([(number, first_at[number]) for number in ids]),
        housekeeping=recorder.flush,
    )
    run = _Run(
        recorder, name, channel, settings, renderer, lambda: loop.is_failing or is_stopped(), told, among, first_at
    )
    loop.run([Task(run.serve) for _ in range(settings.connections)])
    run.finish()
    return run.tally


class _Run:
    """What the connections of one channel share."""

    def __init__(
        self,
        recorder: Recorder,
        name: str,
        channel: Channel,
        settings: ChannelSettings,
        renderer: Renderer,
        is_stopped: Callable[[], bool],
        told: Callable[[Tally], None] | None,
        among: Sequence[int] | None,
        first_at: dict[int, int],
    ) -> None:
        self.recorder, self.name, self.channel, self.settings = recorder, name, channel, settings
        self.renderer, self.is_stopped, self.told, self.among = renderer, is_stopped, told, among
        self.tally = Tally()
        self.circuit = Circuit(patience=settings.patience_seconds)
        self._pace = Pace(settings.rate)
        self._claims: deque[Delivery] = deque()
        self._claimed_at = 0.0
        """Or when it was last asked whether they are still to be sent."""
        self._first_at = first_at
        """When each delivery in hand was first tried, by id: the event loop asks for it when its last byte leaves."""
        self._at_hand: set[int] = set()
        """Ids of what was claimed and is not decided yet."""
        self._under_way = 0

    def finish(self) -> None:
        """Give back what was claimed and not tried."""
        self._record_judged(self.circuit.forgive())
        self._record([self._unspent(delivery) for delivery in self._claims])
        if self.circuit.is_exhausted:
            self.tally.reason = f"The server is unavailable: {self.circuit.reason}"

    # --- one connection ----------------------------------------------------------------------------------------------

    def serve(self, task: Task) -> TaskCoroutine:
        """Send one message after the other over one connection, until nothing is due."""
        try:
            while not self.is_stopped() and not self.circuit.is_exhausted:
                if rest := self.circuit.rest():
                    yield rest
                elif delivery := self._take():
                    self._under_way += 1
                    try:
                        yield from self._serve_one(task, delivery)
                    finally:  # whatever ended it: the others must not wait for it
                        self._under_way -= 1
                else:
                    self.circuit.withdraw()
                    if self._under_way:  # a canary that is sent lets everybody else through
                        yield _SHORT_REST
                    elif self.circuit.has_streak:
                        yield from self._prove(task)
                    else:
                        break
            yield from self._hang_up(task)
        finally:
            self.circuit.withdraw()
            if task.session:
                task.session.close()

    def _serve_one(self, task: Task, delivery: Delivery) -> TaskCoroutine:
        until = time.monotonic() + self._pace.delay()
        while (rest := until - time.monotonic()) > 0:
            yield min(rest, _SHORT_REST)
            if self.is_stopped():
                self._claims.append(delivery)
                return
        delivery = replace(delivery, first_at=delivery.first_at or self.recorder.now())
        self._first_at[delivery.id] = delivery.first_at or 0
        try:
            message = self.renderer.write(delivery)
        except PolicySiteError as error:
            self.tally.deferred += 1
            self._record([self._unwritten(delivery, error)])
            self.circuit.withdraw()
            return
        task.delivery = delivery.id
        outcome = yield from self._attempt(task, message)
        judged = self.circuit.judge(delivery, outcome, message.wording_id)
        if not judged:  # refused, and the refusal is kept back: a kill meanwhile must not put it in doubt
            self.recorder.withdraw(delivery.id)
        self._record_judged(judged)
        if outcome.kind in (OutcomeKind.UNAVAILABLE, OutcomeKind.DOUBTFUL):
            yield from self._hang_up(task)
        if self.circuit.needs_proof:
            yield from self._prove(task)

    def _attempt(self, task: Task, message: Message) -> Coroutine[Outcome]:
        while True:
            was_used = False
            try:
                session = yield from self._connected(task)
                was_used = session.is_used
                return (yield from session.attempt(message))
            except ServerUnavailableError as error:
                return Outcome(OutcomeKind.UNAVAILABLE, str(error))
            except SessionLostError as error:
                yield from self._hang_up(task)
                if not was_used:  # a new connection that does not last is the server's failure
                    return Outcome(OutcomeKind.UNAVAILABLE, str(error))

    def _prove(self, task: Task) -> TaskCoroutine:
        """Ask the server whether it works at all, and let the refusals kept back count or not."""
        is_working = False
        try:
            was_open = task.session is not None
            session = yield from self._connected(task)
            is_working = yield from session.prove()
            if was_open and session.is_spent and not is_working:  # it may have stood idle for too long
                session = yield from self._connected(task)
                is_working = yield from session.prove()
        except ServerUnavailableError:
            is_working = False
        self._record_judged(self.circuit.settle(is_working=is_working))

    def _connected(self, task: Task) -> Coroutine[Session]:
        if task.session and task.session.is_spent:
            yield from self._hang_up(task)
        if task.session is None:
            try:
                task.session = yield from in_thread(
                    self.channel.connect, seconds=_CONNECTING_SECONDS, too_late=lambda session: session.close()
                )
            except TimeoutError:
                raise ServerUnavailableError("It takes too long to be greeted.") from None
            except NotStartedError as error:
                raise ServerUnavailableError(str(error)) from None
        return task.session

    def _hang_up(self, task: Task) -> Coroutine[None]:
        session, task.session = task.session, None
        if session:
            try:
                yield from in_thread(session.close, seconds=_CLOSING_SECONDS)
            except TimeoutError:
                pass  # it goes on by itself
            except NotStartedError:
                session.close()

    # --- claims and verdicts -----------------------------------------------------------------------------------------

    def _take(self) -> Delivery | None:
        if self._claims and time.monotonic() - self._claimed_at > _WANTED_SECONDS:
            self._claims = deque(self.recorder.execute(self._still_wanted))
            self._claimed_at = time.monotonic()
        if not self._claims:
            self._claims.extend(self.recorder.execute(self._claim))
            self._claimed_at = time.monotonic()
            self._at_hand.update(delivery.id for delivery in self._claims)
        return self._claims.popleft() if self._claims else None

    def _claim(self, connection: Connection, now: int) -> list[Delivery]:
        worker = self.recorder.worker
        # claims of which it never heard, since the answer of a commit was lost, are its own all the same
        forgotten = claimed_by(connection, worker=worker, channel=self.name, but=self._at_hand)
        return forgotten or claim(
            connection,
            worker=worker,
            channel=self.name,
            now=now,
            limit=_CLAIM_SIZE,
            among=self.among,
            canary_pause=self.settings.canary_pause_seconds,
        )

    def _still_wanted(self, connection: Connection, now: int) -> list[Delivery]:
        return drop_unwanted(connection, self.name, self._claims, now=now)

    def _record_judged(self, judged: Sequence[Judged]) -> None:
        verdicts = [self._verdict(one) for one in judged]
        for one, verdict in zip(judged, verdicts, strict=True):
            self.tally.count(verdict, is_spent=one.counts)
            if verdict.state is not DeliveryState.SENT or is_noted("debug"):
                _note_attempt(self.name, one, verdict)
        self._record(verdicts)

    def _record(self, verdicts: Sequence[Verdict]) -> None:
        if verdicts:
            self.recorder.record(verdicts)
            for verdict in verdicts:
                self._at_hand.discard(verdict.delivery)
                self._first_at.pop(verdict.delivery, None)
            if self.told:
                self.told(self.tally)

    def _verdict(self, judged: Judged) -> Verdict:
        """Decide what becomes of a delivery after an attempt; nothing is counted here."""
        outcome, spent = judged.outcome, judged.delivery.attempts + judged.counts
        make = partial(
            Verdict,
            judged.delivery.id,
            attempts=spent,
            outcome=outcome.kind.value,
            reply=_printable(outcome.reply),
            wording=judged.wording,
            first_at=judged.delivery.first_at,
        )
        if outcome.kind is OutcomeKind.ACCEPTED:
            return make(state=DeliveryState.SENT, due_at=0)
        if outcome.kind is OutcomeKind.DOUBTFUL:
            return make(state=DeliveryState.DOUBTFUL, due_at=self._retry_at(spent))
        if not judged.counts:
            # the server's failure: due at once, yet behind those never tried, lest one that it stumbles over stops all
            return make(state=DeliveryState.PENDING, due_at=self.recorder.now())
        if outcome.kind is OutcomeKind.REFUSED and outcome.is_personal:
            return make(state=DeliveryState.REFUSED, due_at=0)
        if spent >= self.settings.attempts:
            return make(state=DeliveryState.EXHAUSTED, due_at=0)
        return make(state=DeliveryState.PENDING, due_at=self._retry_at(spent))

    def _retry_at(self, spent: int) -> int:
        longest = self.settings.longest_retry_seconds
        seconds = min(self.settings.retry_seconds * 2 ** min(max(spent - 1, 0), 20), longest)
        return self.recorder.now() + max(1, round(jittered(seconds)))

    def _unwritten(self, delivery: Delivery, error: PolicySiteError) -> Verdict:
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


def _note_attempt(channel: str, judged: Judged, verdict: Verdict) -> None:
    is_lost = verdict.state in (DeliveryState.REFUSED, DeliveryState.EXHAUSTED)
    note(
        "warning" if is_lost else "debug",
        "delivery.attempted",
        channel=channel,
        seq=judged.delivery.event_seq,
        delivery=verdict.delivery,
        state=verdict.state.value,
        outcome=verdict.outcome,
        code=verdict.reply.partition(" ")[0][:3],
        attempts=verdict.attempts,
    )


def _printable(reply: str) -> str:
    """Return a reply without what PostgreSQL does not keep (NUL) and what a terminal would obey."""
    return reply if reply.isprintable() else "".join(one if one.isprintable() else " " for one in reply)
