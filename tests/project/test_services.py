"""The services that other tests lean on: each starts, works, survives what it should, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import smtplib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import amqp
import pytest
from sqlalchemy import create_engine, text

from tests.support.services import Postfix, PostgreSQL, RabbitMQ, Service, ServiceError, SmtpSink

_MESSAGE = b"Subject: Privacy\r\nMessage-ID:\r\n <1@example.test>\r\n\r\nFirst\r\n..two dots\r\nFrom here\r\n"


def _send(service: Service, *recipients: str, sender: str = "legal@example.test", message: bytes = _MESSAGE) -> None:
    with smtplib.SMTP(service.host, service.port) as connection:
        connection.sendmail(sender, recipients, message)


def _processes_of(folder: Path) -> list[str]:
    """Return what runs with the private folder of a service in its command or environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes()
            if str(folder).encode() in command + (process / "environ").read_bytes():
                found.append(f"{process.name} {command!r}")
    return found


def _put(url: str, *, body: str | None = None) -> str | None:
    """Publish ``body`` to a durable queue, or take from it what is there."""
    with amqp.Connection(url.partition("@")[2].rstrip("/")) as connection, connection.channel() as channel:
        channel.queue_declare("deliveries", durable=True, auto_delete=False)
        if body is not None:
            channel.confirm_select()
            channel.basic_publish_confirm(amqp.Message(body, delivery_mode=2), routing_key="deliveries")
            return None
        taken = channel.basic_get("deliveries", no_ack=True)
        return str(taken.body) if taken else None


def test_every_test_gets_an_empty_database_of_a_cluster_that_flushes_to_disk(postgresql: PostgreSQL) -> None:
    first, second = (create_engine(postgresql.create_database()) for _ in range(2))
    with first.begin() as connection:
        connection.execute(text("CREATE TABLE deliveries (recipient text)"))
        assert connection.execute(text("SHOW fsync")).scalar_one() == "on"
        assert connection.execute(text("SHOW listen_addresses")).scalar_one() == "127.0.0.1"
    with second.begin() as connection:
        tables = connection.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).scalar_one()
    first.dispose()
    second.dispose()
    assert tables == 0


def test_a_message_goes_through_rabbitmq(rabbitmq: RabbitMQ) -> None:
    _put(rabbitmq.url, body="17")
    assert _put(rabbitmq.url) == "17"
    assert _put(rabbitmq.url) is None


def test_what_rabbitmq_confirmed_is_there_after_a_kill() -> None:
    with RabbitMQ() as broker:
        _put(broker.url, body="confirmed")
        broker.kill()
        assert _processes_of(broker.folder) == []
        broker.start()
        assert _put(broker.url) == "confirmed"
    assert _processes_of(broker.folder) == []


def test_the_sink_records_content_and_envelope(smtp_sink: SmtpSink) -> None:
    _send(smtp_sink, "a@example.test", "b@example.test")
    _send(smtp_sink, "c@example.test", sender="", message=b"Subject: Second\r\n\r\n\r\n\r\n")
    first, second = smtp_sink.messages()
    assert (first.sender, first.recipients) == ("legal@example.test", ("a@example.test", "b@example.test"))
    assert first.content == b"Subject: Privacy\nMessage-ID:\n <1@example.test>\n\nFirst\n..two dots\nFrom here\n"
    assert (first.message["Subject"], first.message_id) == ("Privacy", "<1@example.test>")
    assert (second.sender, second.recipients, second.content) == ("", ("c@example.test",), b"Subject: Second\n\n\n\n")
    assert smtp_sink.count() == 2


def test_sessions_that_talk_at_once_are_recorded_apart_and_half_a_session_is_not(smtp_sink: SmtpSink) -> None:
    sessions = [smtplib.SMTP(smtp_sink.host, smtp_sink.port) for _ in range(3)]
    for number, session in enumerate(sessions):
        session.ehlo()
        session.mail("legal@example.test")
        session.rcpt(f"{number}@example.test")
        session.docmd("DATA")
        session.send(f"Subject: {number}\r\n\r\n" + f"{number}\r\n" * 50_000)
    sessions[1].close()
    for session in (sessions[2], sessions[0]):
        session.docmd(".")
        session.quit()
    assert [(one.recipients, one.content) for one in smtp_sink.messages()] == [
        ((f"{number}@example.test",), f"Subject: {number}\n\n".encode() + f"{number}\n".encode() * 50_000)
        for number in (2, 0)
    ]


@pytest.mark.parametrize(
    ("options", "error", "recorded"),
    [
        (("-r", "rcpt"), smtplib.SMTPRecipientsRefused, 0),
        (("-f", "mail"), smtplib.SMTPSenderRefused, 0),
        (("-Q", "mail"), smtplib.SMTPSenderRefused, 0),
        (("-r", "."), smtplib.SMTPDataError, 1),
        (("-f", "."), smtplib.SMTPDataError, 1),
        (("-Q", "."), smtplib.SMTPDataError, 1),
        (("-q", "."), smtplib.SMTPServerDisconnected, 1),
        (("-q", "data"), smtplib.SMTPServerDisconnected, 0),
        (("-q", "connect"), smtplib.SMTPServerDisconnected, 0),
    ],
)
def test_what_fails_at_the_final_dot_is_recorded_and_what_fails_earlier_is_not(
    options: tuple[str, ...], error: type[Exception], recorded: int
) -> None:
    with SmtpSink(*options) as sink:
        with pytest.raises(error):
            _send(sink, "a@example.test")
        assert sink.count() == recorded


def test_the_sink_can_be_slow_at_one_command_without_holding_up_other_sessions() -> None:
    with SmtpSink("-W", ".:3") as sink, smtplib.SMTP(sink.host, sink.port) as slow:
        slow.ehlo()
        slow.mail("legal@example.test")
        slow.rcpt("a@example.test")
        slow.docmd("DATA")
        slow.send(b"Subject: Slow\r\n\r\n.\r\n")
        with smtplib.SMTP(sink.host, sink.port) as other:
            other.noop()
        assert [one.message["Subject"] for one in sink.wait_for(1)] == ["Slow"]
        assert slow.sock
        assert select.select([slow.sock], [], [], 0)[0] == []  # both before the answer
        assert slow.getreply()[0] == 250


def test_the_sink_announces_a_login_that_smtplib_takes_for_a_refusal(smtp_sink: SmtpSink) -> None:
    with (
        smtplib.SMTP(smtp_sink.host, smtp_sink.port) as connection,
        pytest.raises(smtplib.SMTPAuthenticationError, match="250"),
    ):
        connection.login("user", "password")


def test_a_killed_sink_comes_back_on_its_port_with_its_record(smtp_sink: SmtpSink) -> None:
    _send(smtp_sink, "a@example.test")
    smtp_sink.kill()
    with pytest.raises(ConnectionRefusedError):
        _send(smtp_sink, "b@example.test")
    smtp_sink.start()
    _send(smtp_sink, "c@example.test")
    assert [one.recipients for one in smtp_sink.messages()] == [("a@example.test",), ("c@example.test",)]


def test_postfix_discards_defers_and_bounces_by_domain(postfix: Postfix) -> None:
    mailbox = postfix.create_mailbox()
    return_path = mailbox.replace("@", "+token@")
    _send(postfix, "kept@example.test", "a@gone.test", "b@busy.test", sender=return_path)
    postfix.wait_until(lambda: bool(postfix.mail_of(mailbox)), what="bouncing")
    (report,) = postfix.mail_of(mailbox)
    assert (report.get_content_type(), report["Delivered-To"]) == ("multipart/report", return_path)
    assert "Final-Recipient: rfc822; a@gone.test" in report.as_string()
    assert "Status: 5.1.1" in report.as_string()
    fates = postfix.wait_for_deliveries("kept@example.test", "a@gone.test", "b@busy.test")
    assert (fates["kept@example.test"], fates["a@gone.test"], fates["b@busy.test"]) == ("sent", "bounced", "deferred")


@pytest.mark.parametrize("service", [PostgreSQL, SmtpSink, Postfix])
def test_nothing_is_left_of_a_service(service: Callable[[], Service]) -> None:
    with service() as started:
        assert _processes_of(started.folder)
    assert _processes_of(started.folder) == []
    assert not started.folder.exists()


def test_nothing_is_left_of_services_when_the_tests_are_killed() -> None:
    program = (
        "from tests.support.services import *\n"
        "with PostgreSQL() as database, SmtpSink() as sink, Postfix() as mail:\n"
        "    print(*(one.folder for one in (database, sink, mail)), flush=True)\n"
        "    print(*(one.pid for one in (database, sink, mail)), flush=True)\n"
        "    input()\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tests:
        assert tests.stdout is not None
        folders = [Path(name) for name in tests.stdout.readline().decode().split()]
        keepers = [os.pidfd_open(int(pid)) for pid in tests.stdout.readline().split()]
        tests.send_signal(signal.SIGKILL)
    for keeper in keepers:
        assert select.select([keeper], [], [], 20)[0], "A keeper is there still after 20 seconds."
        os.close(keeper)
    assert [_processes_of(folder) for folder in folders] == [[], [], []]
    assert [folder for folder in folders if folder.exists()] == []


def test_a_service_that_ends_at_once_is_told_with_its_log() -> None:
    sink = SmtpSink("-Z")
    with pytest.raises(ServiceError, match=r"(?s)smtp-sink ended before it was ready.*usage: "), sink:
        pass
    assert not sink.folder.exists()
