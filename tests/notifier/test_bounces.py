"""Delivery reports become evidence and strike off addresses that do not exist; forged ones do nothing."""

from __future__ import annotations

import base64
import json
import os
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from policy_site.errors import UsageError
from policy_site.notifier import bounces
from policy_site.notifier.bounces import BounceReading, read_bounces
from policy_site.notifier.delivery_reports import parse_report
from policy_site.notifier.identity import message_id_of
from policy_site.notifier.ledger import Ledger, open_ledger
from policy_site.notifier.ledger.suppressions import suppress, suppressed
from policy_site.notifier.ledger.tables import ATTEMPTS, DELIVERIES, EVENTS, LAYOUT_TABLE, SUPPRESSIONS
from policy_site.notifier.model import DeliveryState, EventState
from policy_site.notifier.replays import replay
from policy_site.notifier.settings import NotifierSettings
from tests.support.mailing import NOTICE, Mailing
from tests.support.published_feeds import notices
from tests.support.services import Postfix

SECRET = b"5" * 64
EVENT = "tag:example.org,2026:policy/privacy/2026-05-04/published"
GONE, WELL, FULL = "gone@customer.example", "well@customer.example", "full@customer.example"
FIELDS = f"X: y\n\nFinal-Recipient: rfc822; {GONE}\nAction: failed\nStatus: 5.1.1\n"
SETTINGS = NotifierSettings.model_validate(
    {
        "feed": "feed.json",
        "channels": {"mail": {"kind": "smtp", "host": "localhost", "sender": "policies@example.org"}},
        "audiences": [{"name": "all", "channel": "mail", "csv": "people.csv"}],
    }
)


def deliver(ledger: Ledger, *addresses: str, seq: int = 1, state: DeliveryState = DeliveryState.SENT) -> None:
    """Put deliveries of an event into the ledger."""
    with ledger.transaction() as connection:
        if seq not in connection.scalars(select(EVENTS.c.seq)).all():
            names = {"seq": seq, "id": EVENT if seq == 1 else f"{EVENT}/{seq}", "hash": f"{seq:064}", "record": "{}"}
            connection.execute(insert(EVENTS).values(**names, state=EventState.OPEN, ingested_at=0))
        for address in addresses:
            connection.execute(
                insert(DELIVERIES).values(
                    event_seq=seq, channel="mail", recipient=address, language="en", rank=1, state=state,
                    attempts=0, due_at=0, changed_at=0,
                )
            )  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = open_ledger(f"sqlite:///{tmp_path / 'notify.db'}")
    with ledger.transaction() as connection:
        connection.execute(update(LAYOUT_TABLE).values(secret=SECRET.decode()))
    deliver(ledger, GONE, WELL, FULL)
    return ledger


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / name).mkdir(parents=True)
    return tmp_path / "Maildir"


def arrive(maildir: Path, content: str | bytes, name: str = "1764000000.M1P2.host") -> Path:
    path = maildir / "new" / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def suppressions(ledger: Ledger) -> dict[str, str]:
    with ledger.transaction() as connection:
        return {row.recipient: row.reason for row in connection.execute(select(SUPPRESSIONS))}


def bounced(ledger: Ledger) -> list[tuple[str, str]]:
    """Return address and reply of each notice on record as bounced."""
    columns = select(DELIVERIES.c.recipient, ATTEMPTS.c.reply).join(ATTEMPTS, ATTEMPTS.c.delivery == DELIVERIES.c.id)
    with ledger.transaction() as connection:
        return [
            (row.recipient, row.reply) for row in connection.execute(columns.where(ATTEMPTS.c.outcome == "bounced"))
        ]


def returned(address: str, *, event: str = EVENT, secret: bytes = SECRET) -> str:
    return (
        "From: Example <policies@example.org>\n"
        f"To: {address}\n"
        f"Message-ID:\n <{message_id_of(event, 'mail', address, domain='example.org', secret=secret)}>\n"
        "Subject: Our privacy policy changes\n"
        f"Policy-Event: {event}\n"
    )


def report(
    address: str,
    fields: str,
    *,
    headers: str | None = None,
    returned_type: str = "message/rfc822",
    body: str = "\nWe keep it longer.\n",
    status_type: str = "message/delivery-status",
) -> str:
    """Return a report in the form of RFC 3464."""
    return (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: policies@example.org\nSubject: Undelivered\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n boundary="=_limit"\n\n'
        "This is a MIME-encapsulated message.\n\n--=_limit\nContent-Type: text/plain\n\nIt could not be delivered.\n\n"
        f"--=_limit\nContent-Type: {status_type}\n\n{fields}\n"
        f"--=_limit\nContent-Type: {returned_type}\n\n"
        f"{returned(address) if headers is None else headers}{body}\n--=_limit--\n"
    )


def postfix(address: str = GONE, code: str = "5.1.1", words: str = "550 5.1.1 no such user") -> str:
    return report(
        address,
        "Reporting-MTA: dns; mx.example\nX-Postfix-Queue-ID: 4F1\nX-Postfix-Sender: rfc822; policies@example.org\n"
        "Arrival-Date: Mon,  4 May 2026 10:00:00 +0200 (CEST)\n\n"
        f"Final-Recipient: rfc822; {address}\nOriginal-Recipient: rfc822;{address}\nAction: failed\nStatus: {code}\n"
        f"Remote-MTA: dns; mail.customer.example\nDiagnostic-Code: smtp; {words}\n    (in reply to RCPT TO command)\n",
    )


def exim(address: str = GONE) -> str:
    return report(
        address,
        "Reporting-MTA: dns; exim.example\n\n"
        f"Action: failed\nFinal-Recipient: rfc822;{address}\nStatus: 5.0.0\nRemote-MTA: dns; mail.customer.example\n"
        "Diagnostic-Code: smtp; 550-5.1.1 The account does not exist.\n 550 5.1.1 Look it up.\n",
    )


def exchange(address: str = GONE) -> str:
    return report(
        address,
        "Reporting-MTA: dns;EX01.example\nReceived-From-MTA: dns;mx.example\n"
        "Arrival-Date: Mon, 4 May 2026 08:00:00 +0000\n\n"
        f"Original-Recipient: rfc822;{address.upper()}\nFinal-Recipient: rfc822;{address.upper()}\nAction: failed\n"
        "Status: 5.1.10\n"
        "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup\n",
        returned_type="text/rfc822-headers",
        body="",
    )


def qmail(address: str = GONE) -> str:
    return (
        "From: MAILER-DAEMON@qmail.example\nTo: policies@example.org\nSubject: failure notice\n\n"
        "Hi. This is the qmail-send program at qmail.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{address}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        f"--- Below this line is a copy of the message.\n\n{returned(address)}\nWe keep it longer.\n"
    )


class TestReports:
    @pytest.mark.parametrize("write", [postfix, exim, exchange, qmail], ids=["Postfix", "Exim", "Exchange", "qmail"])
    @pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
    def test_an_address_that_does_not_exist_is_struck_off(
        self, ledger: Ledger, maildir: Path, write: object, line_end: str
    ) -> None:
        assert callable(write)
        arrive(maildir, write().replace("\n", line_end))
        assert read_bounces(ledger, SETTINGS, maildir) == BounceReading(1, 1, 1, (), ())
        assert list(suppressions(ledger)) == [GONE]
        [(address, reply)] = bounced(ledger)
        assert (address, reply) == (GONE, suppressions(ledger)[GONE])
        assert "5.1.1" in reply

    def test_headers_alone_or_in_base64_are_enough(self, ledger: Ledger, maildir: Path) -> None:
        packed = base64.encodebytes(returned(GONE).encode()).decode()
        fields = f"\nFinal-Recipient: rfc822; <{GONE}>\nAction: Failed (never mind)\nStatus: 5.1.1 (no mailbox)\n"
        coded = "text/rfc822-headers\nContent-Transfer-Encoding: base64"
        arrive(maildir, report(GONE, f"Reporting-MTA: dns; x\n{fields}", returned_type=coded, headers=packed, body=""))
        assert read_bounces(ledger, SETTINGS, maildir).suppressed == 1

    def test_reports_of_the_international_form_are_read(self, ledger: Ledger, maildir: Path) -> None:
        arrive(
            maildir,
            report(
                GONE,
                f"Reporting-MTA: dns; x\n\nFinal-Recipient: utf-8; {GONE}\nAction: failed\nStatus: 5.1.1\n",
                status_type="message/global-delivery-status",
                returned_type="message/global-headers",
            ),
        )
        assert read_bounces(ledger, SETTINGS, maildir).recorded == 1

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("5.2.2", "552 5.2.2 mailbox full"),
            ("5.7.1", "550 5.7.1 rejected as spam"),
            ("5.0.0", "550 no"),
            ("4.4.1", "connect to mail.customer.example[192.0.2.1]:25: Connection timed out"),
            ("5.0.0", "554 rejected by 5.1.1.7"),
        ],
    )
    def test_a_failure_that_says_nothing_about_the_address_is_evidence_only(
        self, ledger: Ledger, maildir: Path, code: str, words: str
    ) -> None:
        arrive(maildir, postfix(FULL, code, words))
        assert read_bounces(ledger, SETTINGS, maildir) == BounceReading(1, 0, 1, (), ())
        assert [address for address, _ in bounced(ledger)] == [FULL]
        assert suppressions(ledger) == {}

    def test_a_message_that_is_late_has_not_failed(self, ledger: Ledger, maildir: Path) -> None:
        arrive(maildir, postfix().replace("Action: failed", "Action: delayed").replace("5.1.1", "4.4.1"))
        assert read_bounces(ledger, SETTINGS, maildir) == BounceReading(0, 0, 1, (), ())

    def test_what_waits_for_the_address_is_not_sent(self, ledger: Ledger, maildir: Path) -> None:
        deliver(ledger, GONE, WELL, seq=2, state=DeliveryState.PENDING)
        arrive(maildir, postfix())
        read_bounces(ledger, SETTINGS, maildir)
        with ledger.transaction() as connection:
            rows = connection.execute(select(DELIVERIES.c.event_seq, DELIVERIES.c.recipient, DELIVERIES.c.state)).all()
        found = {(row.event_seq, row.recipient): row.state for row in rows}
        assert found[2, GONE] == "suppressed"
        assert found[2, WELL] == "pending"
        assert found[1, GONE] == "bounced"

    def test_addresses_are_asked_for_by_channel(self, ledger: Ledger) -> None:
        with ledger.transaction() as connection:
            assert suppress(connection, "mail", GONE, reason="5.1.1", at=1)
            assert not suppress(connection, "mail", GONE, reason="5.1.1 again", at=2)
            many = [f"{number}@customer.example" for number in range(1200)]
            assert suppressed(connection, "mail", [*many, GONE, WELL]) == {GONE}
            assert suppressed(connection, "other", [GONE]) == set()
        assert suppressions(ledger) == {GONE: "5.1.1"}


class TestForgeries:
    def test_a_report_without_the_message_is_not_believed(self, ledger: Ledger, maildir: Path) -> None:
        arrive(
            maildir,
            report(GONE, FIELDS, headers=""),
        )
        found = read_bounces(ledger, SETTINGS, maildir)
        assert (found.recorded, found.suppressed, found.reports, len(found.unread)) == (0, 0, 0, 1)

    def test_a_report_about_another_address_than_the_message_went_to_is_not_believed(
        self, ledger: Ledger, maildir: Path
    ) -> None:
        # one recipient has a message, and reports another's address
        arrive(
            maildir, postfix(WELL).replace(f"rfc822; {WELL}", f"rfc822; {GONE}").replace(f"rfc822;{WELL}", "rfc822;x")
        )
        assert read_bounces(ledger, SETTINGS, maildir).suppressed == 0
        assert bounced(ledger) == []

    def test_a_message_that_was_never_sent_cannot_come_back(self, ledger: Ledger, maildir: Path) -> None:
        deliver(ledger, "new@customer.example", state=DeliveryState.PENDING)
        arrive(maildir, postfix("new@customer.example"), "1.a")
        arrive(maildir, postfix("nobody@customer.example"), "2.b")
        arrive(maildir, report(GONE, FIELDS, headers=returned(GONE, event=f"{EVENT}/unknown")), "3.c")
        assert read_bounces(ledger, SETTINGS, maildir).reports == 0
        assert suppressions(ledger) == {}

    def test_one_report_names_each_address_for_itself(self, ledger: Ledger, maildir: Path) -> None:
        more = "".join(
            f"\nFinal-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\n" for address in (WELL, FULL)
        )
        arrive(maildir, report(GONE, FIELDS + more))
        read_bounces(ledger, SETTINGS, maildir)
        assert list(suppressions(ledger)) == [GONE]

    def test_control_characters_do_not_get_into_the_ledger(self, ledger: Ledger, maildir: Path) -> None:
        arrive(maildir, postfix(words="550 5.1.1 \x1b[31mred\x00\u202e" + "x" * 5000))
        read_bounces(ledger, SETTINGS, maildir)
        [(_, reply)] = bounced(ledger)
        assert reply.isprintable()
        assert len(reply) < 600


class TestMaildirs:
    def test_a_report_that_was_read_is_marked_as_seen(self, ledger: Ledger, maildir: Path) -> None:
        arrive(maildir, postfix(), "1764000000.M1P2.host")
        read_bounces(ledger, SETTINGS, maildir)
        assert names(maildir / "new") == []
        assert names(maildir / "cur") == ["1764000000.M1P2.host:2,S"]

    @pytest.mark.parametrize(
        "content",
        [
            "From: someone@customer.example\nSubject: Re: your policy\n\nI am away until Monday.\n",
            "",
            "\x00\x01\x02",
            "Content-Type: multipart/report; boundary=x\n\nno parts",
            "Content-Type: multipart/report\n\n",
            "Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n--x--\n",
            "Subject: failure notice\n\nHi. This is the qmail-send program.\n<a@b>:\n5.1.1\n",
        ],
    )
    def test_other_mail_is_left_for_a_person(self, ledger: Ledger, maildir: Path, content: str) -> None:
        arrive(maildir, content)
        found = read_bounces(ledger, SETTINGS, maildir)
        assert (found.reports, [path.name for path in found.unread]) == (0, ["1764000000.M1P2.host:2,"])
        assert read_bounces(ledger, SETTINGS, maildir) == BounceReading(0, 0, 0, (), ())

    def test_what_cannot_be_read_stays_and_is_listed_and_stops_nothing(
        self, ledger: Ledger, maildir: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "secret").write_text(postfix(WELL))
        (maildir / "new" / "1.link").symlink_to(tmp_path / "secret")
        (maildir / "new" / "2.folder").mkdir()
        os.mkfifo(maildir / "new" / "3.pipe")
        arrive(maildir, postfix(), "5.report")
        found = read_bounces(ledger, SETTINGS, maildir)
        assert found.suppressed == 1
        assert [damaged.path.name for damaged in found.damaged] == ["1.link", "2.folder", "3.pipe"]
        assert names(maildir / "new") == ["1.link", "2.folder", "3.pipe"]
        assert (tmp_path / "secret").exists()

    @pytest.mark.parametrize("function", ["_content", "_record"])
    def test_a_file_that_somebody_else_moves_meanwhile_is_no_damage(
        self, ledger: Ledger, maildir: Path, monkeypatch: pytest.MonkeyPatch, function: str
    ) -> None:
        path = arrive(maildir, postfix())
        plain = getattr(bounces, function)

        def moved_meanwhile(*given: object) -> object:
            if function == "_content":
                path.rename(maildir / "cur" / f"{path.name}:2,S")
                return plain(*given)
            found = plain(*given)
            path.rename(maildir / "cur" / f"{path.name}:2,S")
            return found

        monkeypatch.setattr(bounces, function, moved_meanwhile)
        found = read_bounces(ledger, SETTINGS, maildir)
        assert (found.suppressed, found.damaged) == (int(function == "_record"), ())

    def test_what_comes_back_while_it_is_to_be_sent_again_is_evidence(self, ledger: Ledger, maildir: Path) -> None:
        assert replay(ledger, "1", recipients=[GONE], is_sent_too=True).moved == 1
        arrive(maildir, postfix())
        assert read_bounces(ledger, SETTINGS, maildir).suppressed == 1
        assert len(bounced(ledger)) == 1

    def test_a_report_that_is_read_again_changes_nothing(self, ledger: Ledger, maildir: Path) -> None:
        # as after a kill between the ledger and the move
        for _ in range(2):
            arrive(maildir, postfix())
            read_bounces(ledger, SETTINGS, maildir)
        assert len(bounced(ledger)) == 1
        assert list(suppressions(ledger)) == [GONE]

    def test_of_a_huge_report_only_the_beginning_is_read(self, ledger: Ledger, maildir: Path) -> None:
        path = arrive(maildir, report(GONE, FIELDS, body="\n" + "We keep it longer.\n" * 10_000))
        with path.open("ab") as file:
            file.truncate(200 * 2**20)
        assert read_bounces(ledger, SETTINGS, maildir).suppressed == 1

    def test_a_folder_that_is_no_maildir_is_told(self, ledger: Ledger, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="is not a Maildir: it has no folder `cur`"):
            read_bounces(ledger, SETTINGS, tmp_path)
        (tmp_path / "cur").mkdir()
        with pytest.raises(UsageError, match="new cannot be read: No such file"):
            read_bounces(ledger, SETTINGS, tmp_path)


class TestHostileMail:
    @given(st.binary(max_size=400))
    @example(b'Content-Type: multipart/report; boundary="\n\n--')
    @example(b"Content-Type: multipart/report; boundary*0=a; boundary*=b\n\n--a\n\n--a--")
    @example(b"Content-Type: message/rfc822\n\n" * 1000)
    @example(b"".join(b"Content-Type: multipart/report; boundary=%d\n\n--%d\n" % (n, n) for n in range(3000)))
    @example(b"Content-Type: multipart/report; boundary=x\n\n" + b"--x\n" * 10_000)
    @example(
        b"Content-Type: multipart/report; boundary=x; charset=\xff\n\n--x\nContent-Type: text/rfc822-headers\n"
        b"Content-Transfer-Encoding: base64\n\n\xff\xfe=\n--x--"
    )
    def test_property_no_bytes_make_a_traceback(self, content: bytes) -> None:
        found = parse_report(content)
        assert found is None or found.failures == ()

    @given(st.data())
    def test_property_a_damaged_report_never_strikes_off_another_address(self, change: st.DataObject) -> None:
        content = bytearray(postfix().encode())
        for _ in range(change.draw(st.integers(1, 5))):
            content[change.draw(st.integers(0, len(content) - 1))] = change.draw(st.integers(0, 255))
        found = parse_report(bytes(content))
        for failure in found.failures if found else ():
            assert all(isinstance(address, str) for address in failure.addresses)
            assert failure.diagnostic.isprintable()

    def test_a_message_that_python_itself_writes_is_read(self, ledger: Ledger, maildir: Path) -> None:
        message = EmailMessage()
        message["Subject"] = "Grüße"
        message.set_content("Ich bin nicht da.")
        arrive(maildir, message.as_bytes())
        assert len(read_bounces(ledger, SETTINGS, maildir).unread) == 1


def test_a_report_that_names_a_message_by_another_secret_strikes_nobody_off(ledger: Ledger, maildir: Path) -> None:
    genuine, forged = (
        message_id_of(EVENT, "mail", GONE, domain="example.org", secret=secret) for secret in (SECRET, b"guessed" * 8)
    )
    assert genuine in postfix()
    arrive(maildir, postfix().replace(genuine, forged))
    reading = read_bounces(ledger, SETTINGS, maildir)
    assert (reading.recorded, reading.suppressed) == (0, 0)
    assert suppressions(ledger) == {}


def test_a_bounce_of_a_real_postfix_ends_in_suppression_and_the_next_notice_spares_the_address(
    tmp_path: Path, postfix: Postfix
) -> None:
    reports, customer = postfix.create_mailbox(), postfix.create_mailbox()
    mailing = Mailing(tmp_path, postfix.port, channel={"return_path": reports})
    mailing.announce()
    mailing.people(["nobody@gone.test,en,", "patient@busy.test,en,", f"{customer},en,"])
    assert mailing.run().status == 0
    assert mailing.counts() == {"sent": 3}, "Postfix took all three, and found out later"
    postfix.wait_until(lambda: bool(postfix.mail_of(reports)), what="writing its report")

    read = mailing.run("bounces", str(postfix.maildir(reports)))
    assert read.status == 0, read.said
    assert "1 delivery reports: 1 notices came back, 1 addresses are struck off." in read.out
    assert mailing.attempts("nobody@gone.test")[-1][0] == "bounced"
    assert "5.1.1" in mailing.attempts("nobody@gone.test")[-1][1]
    again = mailing.run("bounces", str(postfix.maildir(reports)))
    assert "0 delivery reports" in again.out, "what was read is not read twice"
    assert "mail: 2 sent, 1 bounced; 1 came back" in mailing.run("status").out
    struck_off = json.loads(mailing.run("status", "--suppressed", "--format", "json").out)
    assert [(one["channel"], one["address"]) for one in struck_off] == [("mail", "nobody@gone.test")]
    assert "5.1.1" in struck_off[0]["reason"]
    evidence = [json.loads(line) for line in mailing.run("report", str(NOTICE)).out.splitlines()]
    assert evidence[0]["came_back"] == {"mail": 1}
    named = {line["recipient"]: line["message_id"] for line in evidence if line["kind"] == "delivery"}
    assert postfix.mail_of(customer)[0]["Message-ID"] == f"<{named[customer]}>"

    mailing.publish(next(seq for seq in notices(60) if seq > NOTICE))
    assert mailing.run().status == 0
    second = {row["recipient"]: row["state"] for row in mailing.all_rows() if row["event_seq"] > NOTICE}
    assert second == {"nobody@gone.test": "suppressed", "patient@busy.test": "sent", customer: "sent"}
    postfix.wait_until(lambda: len(postfix.mail_of(customer)) == 2, what="delivering")
    assert len(postfix.mail_of(reports)) == 1
