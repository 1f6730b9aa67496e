"""Kill the notifier at random instants, as often as asked, and count what was lost and what was sent twice.

    python -m benchmarks.notifier_kills --kills 200 --recipients 60000
    python -m benchmarks.notifier_kills --kills 50 --recipients 20000 --ledger postgresql --workers 2
    python -m benchmarks.notifier_kills --kills 50 --recipients 20000 --celery

What was sent is read from the record of Postfix's `smtp-sink`, which knows nothing of the notifier. Ends with 1 where a
promise is broken.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from policy_site.notifier.identity import message_id_of
from policy_site.notifier.ledger import open_ledger
from policy_site.notifier.ledger.notices import read_secret
from policy_site.notifier.ledger.tables import DELIVERIES
from policy_site.notifier.model import DeliveryState
from tests.support.published_feeds import chained, history
from tests.support.services import PostgreSQL, RabbitMQ, SmtpSink

_DOMAIN = "policies.example"
_MESSAGE_ID = re.compile(rb"^Message-ID: <([^>]+)>", re.MULTILINE)
_LANGUAGES = ("en", "de", "fr")


@dataclass(frozen=True, slots=True)
class Mailing:
    """What is sent, and how."""

    recipients: int
    ambiguous: str
    connections: int


@dataclass(frozen=True, slots=True)
class Trial(Mailing):
    """A mailing, and how it is disturbed."""

    kills: int
    ledger: str
    workers: int
    is_queued: bool
    seed: int


@dataclass(slots=True)
class Findings:
    """What came out."""

    kills: int = 0
    broker_kills: int = 0
    seconds: float = 0.0
    lost: int = 0
    held: int = 0
    strangers: int = 0
    """Messages under a Message-ID that no recipient has."""
    twice_on_the_wire: int = 0
    killed_while: Counter[str] = field(default_factory=Counter)

    def allowed(self, trial: Trial) -> int:
        """Return how many may be twice on the wire: those that the kills made could leave in doubt, if sent again."""
        return self.kills * trial.connections * trial.workers if trial.ambiguous == "resend" else 0

    def broken(self, trial: Trial) -> list[str]:
        """Return the promises that were broken."""
        faults = []
        if self.lost:
            faults.append(f"{self.lost} lost")
        if self.strangers:
            faults.append(f"{self.strangers} under a Message-ID that nobody has")
        if self.twice_on_the_wire > self.allowed(trial):
            faults.append(f"{self.twice_on_the_wire} twice on the wire, {self.allowed(trial)} allowed")
        return faults


def try_kills(trial: Trial, tell: Callable[[str], None] = print) -> Findings:
    """Kill and run on until everything is delivered; count on the wire."""
    chance = random.Random(trial.seed)  # noqa: S311 - a trial, repeatable by its seed
    findings = Findings()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sink = stack.enter_context(SmtpSink())
        url = "sqlite:///notify.db"
        if trial.ledger == "postgresql":
            url = stack.enter_context(PostgreSQL()).create_database()
        broker = stack.enter_context(RabbitMQ()) if trial.is_queued else None
        _write_settings(folder, trial, sink.port, url, record=sink.record, broker=broker.url if broker else None)
        _publish(folder, is_announced=False)
        _finish(folder, "ingest")
        _publish(folder, is_announced=True)
        started = time.monotonic()
        crew = _Crew(folder, trial, sink)
        stack.callback(crew.dismiss)
        for number in range(2 * trial.kills):  # one that ended by itself could not be killed: it does not count
            if findings.kills == trial.kills:
                break
            crew.fill()
            crew.kill_one(chance, findings, remaining=trial.kills - findings.kills)
            if broker and number % 10 == 5:  # noqa: PLR2004 - now and then
                broker.kill()
                broker.restart()
                findings.broker_kills += 1
            if number % 10 == 9:  # noqa: PLR2004 - now and then
                tell(f"{findings.kills} kills, {sink.count_quickly()} messages, {time.monotonic() - started:.0f} s")
        crew.run_to_the_end()
        findings.seconds = time.monotonic() - started
        _count(findings, trial, folder, sink)
    return findings


def prepare_mailing(folder: Path, mailing: Mailing, port: int, *, url: str) -> None:
    """Fill ``folder`` with settings, an audience, and a ledger in which the notices of one event are planned."""
    _write_settings(folder, mailing, port, url, record=None, broker=None)
    for is_announced in (False, True):
        _publish(folder, is_announced=is_announced)
        _finish(folder, "ingest")
    _finish(folder, "plan")


class _Crew:
    """The processes that are killed and replaced."""

    def __init__(self, folder: Path, trial: Trial, sink: SmtpSink) -> None:
        self._folder, self._trial, self._sink = folder, trial, sink
        self._processes: list[subprocess.Popen[bytes]] = []

    def fill(self) -> None:
        """Start what is missing."""
        self._processes = [process for process in self._processes if process.poll() is None]
        wanted = 3 if self._trial.is_queued else self._trial.workers
        while len(self._processes) < wanted:
            if self._trial.is_queued:
                kinds = [process.args[-1] for process in self._processes]  # type: ignore[index]  # a list, see _start
                step = ["dispatch", "--watch", "0.5"] if "0.5" not in kinds else ["work", "--concurrency", "2"]
            else:
                step = ["run"]
            self._processes.append(_start(self._folder, *step))

    def kill_one(self, chance: random.Random, findings: Findings, *, remaining: int) -> None:
        """Kill one process, with all it started, at a random instant: early, or some time after mail began to flow."""
        victim = chance.choice(self._processes)
        begun_at = time.monotonic()
        size = self._sink.size()
        if chance.random() < 0.2:  # noqa: PLR2004 - a fifth: while it starts, ingests, plans
            time.sleep(chance.uniform(0, 2.5))
        else:
            left = self._trial.recipients - self._sink.count_quickly()
            patience = 30 if left > 0 else 1  # where all is sent, hardly anything is to come
            while self._sink.size() == size and victim.poll() is None and time.monotonic() - begun_at < patience:
                time.sleep(0.002)
            time.sleep(chance.uniform(0, 2 * max(left, 1) / max(remaining, 1) / _FASTEST))
        phase = "sending" if self._sink.size() > size else "before sending"
        if victim.poll() is None:
            os.killpg(victim.pid, signal.SIGKILL)
            victim.wait()
            findings.kills += 1
            findings.killed_while[phase] += 1

    def run_to_the_end(self) -> None:
        """Run on undisturbed until nothing waits."""
        if self._trial.is_queued:
            self.fill()
            ledger = open_ledger(_url_of(self._folder))
            deadline = time.monotonic() + 600
            open_states = (*_OPEN_STATES, DeliveryState.DOUBTFUL)
            while time.monotonic() < deadline:
                with ledger.transaction() as connection:
                    if not connection.execute(
                        select(DELIVERIES.c.id).where(DELIVERIES.c.state.in_(open_states)).limit(1)
                    ).first():
                        break
                time.sleep(0.5)
            ledger.close()
            self.dismiss()
            return
        for process in self._processes:
            process.wait()
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline and _finish(self._folder, "run") not in (0, 6):
            time.sleep(0.5)

    def dismiss(self) -> None:
        """End whatever runs."""
        for process in self._processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


_OPEN_STATES = (DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.SENDING)


_FASTEST = 3_000
"""Messages a second that nobody sends: kills planned by it are all done before the last message is."""


def _start(folder: Path, *step: str) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "policy_site", "notify", step[0], "--quiet", *step[1:]],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _finish(folder: Path, *step: str) -> int:
    return _start(folder, *step).wait()


def _write_settings(
    folder: Path, mailing: Mailing, port: int, url: str, *, record: Path | None, broker: str | None
) -> None:
    reconciling = f'record = {{kind = "messages", files = ["{record}"], settle_seconds = 1}}'
    (folder / "notify.toml").write_text(
        f"""\
feed = "feed.json"
ledger = "{url}"
lease_seconds = 2
requeue_seconds = 3
{f'broker = "{broker}"' if broker else ""}
[channels.mail]
kind = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
sender = "notices@{_DOMAIN}"
connections = {mailing.connections}
ambiguous = "{mailing.ambiguous}"
retry_seconds = 1
{reconciling if mailing.ambiguous == "reconcile" else ""}
[[audiences]]
name = "customers"
channel = "mail"
csv = "customers.csv"
""",
        encoding="utf-8",
    )
    rows = (f"{address},{_LANGUAGES[number % 3]}\n" for number, address in enumerate(_addresses(mailing)))
    (folder / "customers.csv").write_text("address,language\n" + "".join(rows), encoding="utf-8")


def _url_of(folder: Path) -> str:
    found = re.search(r'^ledger = "(.*)"$', (folder / "notify.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return found[1].replace("sqlite:///", f"sqlite:///{folder}/")


def _addresses(mailing: Mailing) -> Sequence[str]:
    return [f"person{number}@example.org" for number in range(mailing.recipients)]


def _events() -> list[dict[str, Any]]:
    """Return a feed up to its second significant version: the first is past, the second is told of."""
    records = history(40)
    told = [
        index
        for index, record in enumerate(records)
        if record["type"] == "policy.version.published" and record["significance"] == "significant"
    ]
    return records[: told[1] + 1]


def _publish(folder: Path, *, is_announced: bool) -> None:
    events = chained(_events() if is_announced else _events()[:-1])
    head = {"seq": events[-1]["seq"], "hash": events[-1]["hash"]}
    feed = {"feed_url": "https://x.example/changes/v1/feed.json", "head": head, "prev_archive": None, "events": events}
    new = folder / "feed.new"
    new.write_text(json.dumps(feed), encoding="utf-8")
    new.replace(folder / "feed.json")


def _count(findings: Findings, trial: Trial, folder: Path, sink: SmtpSink) -> None:
    ledger = open_ledger(_url_of(folder))
    with ledger.transaction() as connection:
        held = set(
            connection.execute(select(DELIVERIES.c.recipient).where(DELIVERIES.c.state == DeliveryState.HELD)).scalars()
        )
        secret = read_secret(connection)
    ledger.close()
    event = _events()[-1]["id"]
    expected = {
        message_id_of(event, "mail", address, domain=_DOMAIN, secret=secret): address for address in _addresses(trial)
    }
    wire = Counter(found.decode() for found in _MESSAGE_ID.findall(sink.record.read_bytes()))
    findings.held = len(held)
    findings.lost = sum(name not in wire and address not in held for name, address in expected.items())
    findings.strangers = sum(name not in expected for name in wire)
    findings.twice_on_the_wire = sum(number - 1 for number in wire.values())


def main() -> int:
    """Try, tell, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--recipients", type=int, default=60_000)
    parser.add_argument("--ambiguous", choices=("resend", "hold", "reconcile"), default="resend")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--ledger", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--celery", action="store_true", help="carried by Celery, the broker killed, too")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    trial = Trial(
        kills=given.kills,
        recipients=given.recipients,
        ambiguous=given.ambiguous,
        connections=given.connections,
        ledger="postgresql" if given.celery else given.ledger,
        workers=2 if given.celery else given.workers,
        is_queued=given.celery,
        seed=given.seed,
    )
    findings = try_kills(trial)
    print(
        f"{trial.recipients} recipients, {trial.ledger}{', Celery' if trial.is_queued else ''}, {trial.ambiguous}:"
        f" {findings.kills} of {trial.kills} kills ({dict(findings.killed_while)}),"
        f" {findings.broker_kills} of the broker, {findings.seconds:.0f} s: {findings.lost} lost, {findings.held} held,"
        f" {findings.twice_on_the_wire} twice on the wire of {findings.allowed(trial)} allowed,"
        f" {findings.strangers} after de-duplication by Message-ID (under ids that nobody has)"
    )
    for fault in findings.broken(trial):
        print(f"BROKEN: {fault}")
    return 1 if findings.broken(trial) else 0


if __name__ == "__main__":
    sys.exit(main())
