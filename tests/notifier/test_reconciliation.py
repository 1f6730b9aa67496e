"""What nobody knows is looked up in the mail server's own record, and nothing is decided without it."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from policy_site.errors import UsageError
from policy_site.notifier.reconciliation import read_server_record
from policy_site.notifier.settings_tables import ServerRecord
from tests.notifier.test_rendering import parse
from tests.support.mailing import Mailing
from tests.support.scripted_smtp import ScriptedServer, always
from tests.support.services import Postfix

CLEANUP = "Nov 25 10:00:00 mx postfix/cleanup[12]: {queue}: message-id=<{id}>\n"
QUEUED = "Nov 25 10:00:01 mx postfix/qmgr[13]: {queue}: from=<p@example.org>, size=1, nrcpt=1 (queue active)\n"


def log_of(*lines: tuple[str, str, str]) -> str:
    return "".join(form.format(queue=queue, id=name) for form, queue, name in lines)


def record(*files: Path | str, kind: str = "postfix-log") -> ServerRecord:
    return ServerRecord.model_validate({"kind": kind, "files": [str(file) for file in files], "settle_seconds": 0})


class TestRecord:
    def test_of_a_log_counts_what_reached_the_queue(self, tmp_path: Path) -> None:
        log = tmp_path / "mail.log"
        log.write_text(log_of((CLEANUP, "4F1", "a@x"), (CLEANUP, "4F2", "b@x"), (QUEUED, "4F1", "")))
        assert read_server_record(record(log)) == {"a@x"}

    def test_a_queue_id_that_is_used_again_stands_for_the_later_message(self, tmp_path: Path) -> None:
        log = tmp_path / "mail.log"
        log.write_text(log_of((CLEANUP, "4F1", "aborted@x"), (CLEANUP, "4F1", "b@x"), (QUEUED, "4F1", "")))
        assert read_server_record(record(log)) == {"b@x"}

    @pytest.mark.parametrize("is_compressed", [True, False])
    def test_a_log_may_be_rotated_between_the_two_lines(self, tmp_path: Path, is_compressed: bool) -> None:
        new, old = tmp_path / "mail.log", tmp_path / ("mail.log.1.gz" if is_compressed else "mail.log.1")
        first = log_of((CLEANUP, "4F1", "a@x")).encode()
        old.write_bytes(gzip.compress(first) if is_compressed else first)
        new.write_text(log_of((QUEUED, "4F1", "")))
        os.utime(old, (1000, 1000))
        assert read_server_record(record(tmp_path / "mail.log*")) == {"a@x"}

    def test_files_that_hold_messages_count_as_they_are(self, tmp_path: Path) -> None:
        (tmp_path / "1.eml").write_bytes(b"To: a@x\r\nmessage-ID: <a@x>\r\n\r\nHello\r\n")
        (tmp_path / "2.eml").write_bytes(b"Message-Id:<b@x>\n\nHello\n")
        assert read_server_record(record(tmp_path / "*.eml", kind="messages")) == {"a@x", "b@x"}

    def test_a_record_that_is_missing_or_broken_decides_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="is not there"):
            read_server_record(record(tmp_path / "none*"))
        whole = gzip.compress(b"x" * 10_000)
        for content in (whole[:-10], b"no gzip", whole[:5] + b"xxxxxxxxxx"):
            (tmp_path / "mail.log.gz").write_bytes(content)
            with pytest.raises(UsageError, match=r"mail\.log\.gz cannot be read"):
                read_server_record(record(tmp_path / "mail.log.gz"))
        with pytest.raises(UsageError, match="cannot be read"):
            read_server_record(record(tmp_path))

    def test_an_empty_record_is_a_record(self, tmp_path: Path) -> None:
        (tmp_path / "mail.log").touch()
        assert read_server_record(record(tmp_path / "mail.log")) == frozenset()


def test_what_the_server_has_is_sent_and_what_it_lacks_is_sent_again(tmp_path: Path, server: ScriptedServer) -> None:
    mailing = Mailing(tmp_path, server.port, channel={"ambiguous": "hold"})
    mailing.announce()
    mailing.people(["a@example.org,en,", "b@example.org,en,"])
    assert mailing.run().status == 0
    ids = {taken.recipient: parse(taken.content)["Message-ID"].strip("<>") for taken in server.taken}
    server.taken.clear()
    mailing.change(state="doubtful", changed_at=1)
    (tmp_path / "mail.log").write_text(
        log_of((CLEANUP, "4F1", ids["a@example.org"]), (CLEANUP, "4F2", ids["b@example.org"]), (QUEUED, "4F1", ""))
    )
    facts = {"kind": "postfix-log", "files": ["mail.log"], "settle_seconds": 0}
    mailing.channel |= {"ambiguous": "reconcile", "record": facts}
    over = mailing.run()
    assert over.status == 0, over.said
    assert "1 doubtful, to be sent again, 1 doubtful, found in the server's record" in over.out
    assert server.recipients == ["b@example.org"]
    assert mailing.counts() == {"sent": 2}


def test_a_record_that_is_not_complete_yet_is_waited_for(tmp_path: Path, server: ScriptedServer) -> None:
    (tmp_path / "mail.log").touch()
    facts = {"kind": "postfix-log", "files": ["mail.log"], "settle_seconds": 600}
    mailing = Mailing(tmp_path, server.port, channel={"ambiguous": "reconcile", "record": facts})
    mailing.announce()
    server.answers["."] = always("")
    over = mailing.run()
    assert over.status == 7
    assert "1 doubtful, the server's record is not complete yet" in over.out
    assert mailing.counts() == {"doubtful": 1}


def test_without_its_record_nothing_is_sent_again(tmp_path: Path, server: ScriptedServer) -> None:
    facts = {"kind": "postfix-log", "files": ["mail.log"], "settle_seconds": 0}
    mailing = Mailing(tmp_path, server.port, channel={"ambiguous": "reconcile", "record": facts})
    mailing.announce()
    server.answers["."] = always("")
    over = mailing.run()
    assert over.status == 2
    assert "mail.log is not there" in over.err
    assert mailing.counts() == {"doubtful": 1}


def test_the_log_of_a_real_postfix_shows_what_it_took(tmp_path: Path, postfix: Postfix) -> None:
    facts = {"kind": "postfix-log", "files": [str(postfix.maillog)], "settle_seconds": 0}
    mailing = Mailing(tmp_path, postfix.port, channel={"ambiguous": "reconcile", "record": facts})
    mailing.announce()
    boxes = [postfix.create_mailbox() for _ in range(3)]
    mailing.people(f"{box},en," for box in boxes)
    assert mailing.run().status == 0
    postfix.wait_for_deliveries(*boxes)
    mailing.change(state="doubtful", changed_at=1)
    over = mailing.run()
    assert over.status == 0, over.said
    assert "3 doubtful, found in the server's record" in over.out
    assert [len(postfix.mail_of(box)) for box in boxes] == [1, 1, 1]
