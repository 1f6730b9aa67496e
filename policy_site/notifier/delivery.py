"""Deliveries are claimed, sent over several connections, and recorded.

For each message: everything but the last byte is sent; SENDING goes to disk; the last byte is sent; the verdict goes
to disk. A connection has at most one message between the last two: a kill leaves at most one doubtful delivery each.
One thread serves all connections in turns.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from policy_site.errors import PolicySiteError
from policy_site.notifier.channels import (
    Channel,
    NotStartedError,
    ServerUnavailableError,
    Session,
    SessionLostError,
    Talk,
    apart,
)
from policy_site.notifier.circuit import Circuit, Judged, Pace, jittered
from policy_site.notifier.ledger.deliveries import Verdict, claim, claimed_by, drop_unwanted
from policy_site.notifier.model import Delivery, DeliveryState, Message, Outcome, OutcomeKind
from policy_site.notifier.recorder import Recorder
from policy_site.notifier.settings import MailChannel, WebhookChannel
from policy_site.notifier.turns import Course, Line, Turns

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

    @property
    def done(self) -> int:
        """Deliveries that were tried."""
        return self.sent + self.refused + self.exhausted + self.deferred + self.doubtful


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
    turns = Turns(commit=recorder.begin, look_round=recorder.flush)
    run = _Run(recorder, name, channel, settings, renderer, lambda: turns.is_failing or is_stopped(), told, among)
    turns.serve([Line(run.serve) for _ in range(settings.connections)])
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
        self.renderer, self.is_stopped, self.told, self.among = renderer, is_stopped, told, among
        self.tally = Tally()
        self.circuit = Circuit(patience=settings.patience_seconds)
        self._pace = Pace(settings.rate)
        self._claims: deque[Delivery] = deque()
        self._claimed_at = 0.0
        """Or when it was last asked whether they are still to be sent."""
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

    def serve(self, line: Line) -> Course:
        """Send one message after the other over one connection, until nothing is due."""
        try:
            while not self.is_stopped() and not self.circuit.is_exhausted:
                if rest := self.circuit.rest():
                    yield rest
                elif delivery := self._take():
                    self._under_way += 1
                    yield from self._serve_one(line, delivery)
                    self._under_way -= 1
                else:
                    self.circuit.withdraw()
                    if self._under_way:  # a canary that is sent lets everybody else through
                        yield _SHORT_REST
                    elif self.circuit.has_streak:
                        yield from self._prove(line)
                    else:
                        break
            yield from self._hang_up(line)
        finally:
            self.circuit.withdraw()
            if line.session:
                line.session.close()

    def _serve_one(self, line: Line, delivery: Delivery) -> Course:
        until = time.monotonic() + self._pace.delay()
        while (rest := until - time.monotonic()) > 0:
            yield min(rest, _SHORT_REST)
            if self.is_stopped():
                self._claims.append(delivery)
                return
        try:
            message = self.renderer.write(delivery)
        except PolicySiteError as error:
            self._record([self._unwritten(delivery, error)])
            self.circuit.withdraw()
            return
        line.delivery = delivery.id
        outcome = yield from self._attempt(line, message)
        judged = self.circuit.judge(delivery, outcome, message.wording_id)
        if not judged:  # refused, and the refusal is kept back: a kill meanwhile must not put it in doubt
            self.recorder.withdraw(delivery.id)
        self._record_judged(judged)
        if outcome.kind in (OutcomeKind.UNAVAILABLE, OutcomeKind.DOUBTFUL):
            yield from self._hang_up(line)
        if self.circuit.needs_proof:
            yield from self._prove(line)

    def _attempt(self, line: Line, message: Message) -> Talk[Outcome]:
        while True:
            was_used = False
            try:
                session = yield from self._connected(line)
                was_used = session.is_used
                return (yield from session.attempt(message))
            except ServerUnavailableError as error:
                return Outcome(OutcomeKind.UNAVAILABLE, str(error))
            except SessionLostError as error:
                yield from self._hang_up(line)
                if not was_used:  # a new connection that does not last is the server's failure
                    return Outcome(OutcomeKind.UNAVAILABLE, str(error))

    def _prove(self, line: Line) -> Course:
        """Ask the server whether it works at all, and let the refusals kept back count or not."""
        is_working = False
        try:
            was_open = line.session is not None
            session = yield from self._connected(line)
            is_working = yield from session.prove()
            if was_open and session.is_spent and not is_working:  # it may have stood idle for too long
                session = yield from self._connected(line)
                is_working = yield from session.prove()
        except ServerUnavailableError:
            is_working = False
        self._record_judged(self.circuit.settle(is_working=is_working))

    def _connected(self, line: Line) -> Talk[Session]:
        if line.session and line.session.is_spent:
            yield from self._hang_up(line)
        if line.session is None:
            try:
                line.session = yield from apart(
                    self.channel.connect, seconds=_CONNECTING_SECONDS, too_late=lambda session: session.close()
                )
            except TimeoutError:
                raise ServerUnavailableError("It takes too long to be greeted.") from None
            except NotStartedError as error:
                raise ServerUnavailableError(str(error)) from None
        return line.session

    def _hang_up(self, line: Line) -> Talk[None]:
        session, line.session = line.session, None
        if session:
            try:
                yield from apart(session.close, seconds=_CLOSING_SECONDS)
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
        self._record([self._verdict(one) for one in judged])

    def _record(self, verdicts: Sequence[Verdict]) -> None:
        if verdicts:
            self.recorder.record(verdicts)
            self._at_hand.difference_update(verdict.delivery for verdict in verdicts)
            if self.told:
                self.told(self.tally)

    def _verdict(self, judged: Judged) -> Verdict:
        delivery, outcome = judged.delivery, judged.outcome
        reply = outcome.reply
        if not reply.isprintable():  # a server may say anything; PostgreSQL keeps no NUL, and a terminal obeys others
            reply = "".join(character if character.isprintable() else " " for character in reply)
        make = partial(Verdict, delivery.id, outcome=outcome.kind.value, reply=reply, wording=judged.wording)
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
