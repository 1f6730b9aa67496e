"""Messages a second that the notifier delivers, beside a bare `smtplib` loop in the same run.

    python -m benchmarks.notifier_speed [--messages 20000] [--connections 4]

Both send the same messages. The bare loop keeps no ledger: it forgets everything when it is killed. Into `smtp-sink`,
which takes what it is given, and into a real Postfix, which writes each message to disk before it answers.
"""

from __future__ import annotations

import argparse
import smtplib
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from benchmarks.notifier_kills import Mailing, prepare_mailing
from policy_site.notifier.ledger import open_ledger
from policy_site.notifier.ledger.deliveries import claim
from policy_site.notifier.model import Message
from policy_site.notifier.recorder import Recorder
from policy_site.notifier.rendering import MailRenderer
from policy_site.notifier.running import deliver_all
from policy_site.notifier.settings import MailChannel, read_notifier_settings
from tests.services import Postfix, PostgreSQL, SmtpSink


def _bare(port: int, messages: Sequence[Message], connections: int) -> float:
    """Send with nothing but smtplib; return the messages a second."""

    def send(share: Sequence[Message]) -> None:
        with smtplib.SMTP("127.0.0.1", port) as server:
            assert server.sock
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for message in share:
                server.sendmail("notices@policies.example", [message.delivery.recipient.address], message.content)

    threads = [
        threading.Thread(target=send, args=(list(islice(messages, start, None, connections)),))
        for start in range(connections)
    ]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
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


def _measure(name: str, port: int, count: int, connections: int, *, url: str = "sqlite:///notify.db") -> None:
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


def main() -> int:
    """Measure both servers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=4)
    given = parser.parse_args()
    with SmtpSink(record=False) as sink:
        _measure("SQLite (FULL), smtp-sink", sink.port, given.messages, given.connections)
        with PostgreSQL() as cluster:
            url = cluster.create_database()
            _measure("PostgreSQL, smtp-sink", sink.port, max(given.messages // 2, 1), given.connections, url=url)
    with Postfix() as server:
        # a real server waits for its disk: twice as many connections keep it busy
        _measure("SQLite (FULL), Postfix", server.port, max(given.messages // 4, 1), 2 * given.connections)
    return 0


if __name__ == "__main__":
    sys.exit(main())
