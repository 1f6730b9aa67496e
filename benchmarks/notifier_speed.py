"""Messages a second that the notifier delivers, beside a bare `smtplib` loop in the same run.

    python -m benchmarks.notifier_speed [--messages 20000] [--connections 4] [--strict]

Both send the same messages. The bare loop keeps no ledger: it forgets everything when it is killed. Into `smtp-sink`,
which takes what it is given, and into a real Postfix, which writes each message to disk before it answers.

Ends with 1 where a ratio is below its floor, and with `--strict` where a speed is missed, too.
"""

from __future__ import annotations

import argparse
import smtplib
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.notifier_goals import Goal, judge
from benchmarks.notifier_kills import Mailing, prepare_mailing
from policy_site.notifier.channels.smtp import MailChannel
from policy_site.notifier.ledger import open_ledger
from policy_site.notifier.ledger.deliveries import claim
from policy_site.notifier.model import Message
from policy_site.notifier.recorder import Recorder
from policy_site.notifier.rendering import MailRenderer
from policy_site.notifier.running import deliver_all
from policy_site.notifier.settings import read_notifier_settings
from tests.support.services import Postfix, PostgreSQL, SmtpSink

_SQLITE, _POSTGRESQL, _POSTFIX = "SQLite (FULL), smtp-sink", "PostgreSQL, smtp-sink", "SQLite (FULL), Postfix"

_FEWEST = 5_000
"""Messages. With fewer, starting and stopping weigh too much for a verdict."""

_ASKED_CONNECTIONS = 4
"""Over these, 2,000 messages a second are asked for."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Messages a second into one server."""

    messages: int
    connections: int
    ours: float
    bare: float
    """Over as many connections."""

    @property
    def ratio(self) -> float | None:
        """Return how many of ours are sent in the time of one bare message."""
        return self.ours / self.bare if self.messages >= _FEWEST else None

    @property
    def absolute(self) -> float | None:
        """Return ours, if there were enough to tell."""
        return self.ours if self.messages >= _FEWEST else None


def goals_of(*, sqlite: Speed, postgresql: Speed, postfix: Speed) -> list[Goal]:
    """Return what is asked of delivery: floors well below the ratios that are usual, and absolute speeds."""
    is_as_asked = sqlite.connections == _ASKED_CONNECTIONS
    floors = ((_SQLITE, sqlite, 0.3), (_POSTGRESQL, postgresql, 0.15), (_POSTFIX, postfix, 0.5))
    fast = f"{_SQLITE}: messages a second over {_ASKED_CONNECTIONS} connections"
    return [
        *(
            Goal(f"{name}: ratio to bare smtplib", "at least", floor, speed.ratio, digits=2)
            for name, speed, floor in floors
        ),
        Goal(fast, "at least", 2_000, sqlite.absolute if is_as_asked else None, is_absolute=True),
        Goal(f"{_POSTFIX}: messages a second", "at least", 500, postfix.absolute, is_absolute=True),
    ]


def _bare(port: int, messages: Sequence[Message], connections: int) -> float:
    """Send with nothing but smtplib; return the messages a second."""

    def send(share: Sequence[Message]) -> None:
        with smtplib.SMTP("127.0.0.1", port) as server:
            assert server.sock
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for message in share:
                server.sendmail("notices@policies.example", [message.delivery.recipient.address], message.content)

    shares = [list(islice(messages, start, None, connections)) for start in range(connections)]
    started = time.monotonic()
    with ThreadPoolExecutor(connections) as threads:
        sendings = [threads.submit(send, share) for share in shares]
    for sending in sendings:
        sending.result()  # what broke off was not fast
    return len(messages) / (time.monotonic() - started)


def _ours(folder: Path, expected: int) -> float:
    """Deliver what is planned in ``folder``; return the messages a second, connections and ledger included."""
    settings = read_notifier_settings(folder / "notify.toml")
    started = time.monotonic()
    runs = deliver_all(open_ledger(settings.ledger), settings, is_interrupted=lambda: False)
    seconds = time.monotonic() - started
    sent = sum(run.tally.sent for run in runs)
    if sent != expected:
        raise SystemExit(f"{sent} of {expected} were sent.")
    return sent / seconds


def _messages(folder: Path) -> list[Message]:
    """Write the messages that are planned in ``folder``, and give the deliveries back."""
    settings = read_notifier_settings(folder / "notify.toml")
    channel = settings.channels["mail"]
    assert isinstance(channel, MailChannel)
    with Recorder(open_ledger(settings.ledger), name="benchmark", lease_seconds=60) as recorder:
        renderer = MailRenderer(channel, name="mail", execute=recorder.execute)
        worker = recorder.worker
        claimed = recorder.execute(
            lambda connection, now: claim(connection, worker=worker, channel="mail", now=now, limit=1_000_000)
        )
        return [renderer.write(delivery) for delivery in claimed]


def _measure(name: str, port: int, count: int, connections: int, *, url: str = "sqlite:///notify.db") -> Speed:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        mailing = Mailing(recipients=count, ambiguous="resend", connections=connections)
        prepare_mailing(folder, mailing, port, url=url)
        messages = _messages(folder)
        bare_one = _bare(port, messages, 1)
        bare = _bare(port, messages, connections)
        ours = _ours(folder, count)
        size = len(messages[0].content)
    print(
        f"{name}: {ours:,.0f} messages a second with a ledger ({connections} connections, {size:,} bytes each);"
        f" bare smtplib {bare:,.0f} over {connections} connections, {bare_one:,.0f} over one:"
        f" ratio {ours / bare:.2f} and {ours / bare_one:.2f}"
    )
    return Speed(messages=count, connections=connections, ours=ours, bare=bare)


def main() -> int:
    """Measure both servers, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=_ASKED_CONNECTIONS)
    parser.add_argument("--strict", action="store_true", help="fail by a missed speed and by what is not tried, too")
    given = parser.parse_args()
    half, quarter = max(given.messages // 2, 1), max(given.messages // 4, 1)
    with SmtpSink(record=False) as sink:
        sqlite = _measure(_SQLITE, sink.port, given.messages, given.connections)
        with PostgreSQL() as cluster:
            url = cluster.create_database()
            postgresql = _measure(_POSTGRESQL, sink.port, half, given.connections, url=url)
    with Postfix() as server:
        # a real server waits for its disk: twice as many connections keep it busy
        postfix = _measure(_POSTFIX, server.port, quarter, 2 * given.connections)
    return judge(goals_of(sqlite=sqlite, postgresql=postgresql, postfix=postfix), is_strict=given.strict)


if __name__ == "__main__":
    sys.exit(main())
