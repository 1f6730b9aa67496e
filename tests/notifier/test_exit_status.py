"""Failure does not look like success: each way of not telling people has an exit status, and is said when quiet."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import update

from policy_site.notifier.ledger.tables import EVENTS
from tests.support.mailing import NOTICE, Mailing
from tests.support.scripted_smtp import ScriptedServer, always

OTHER = "b@example.org"


@pytest.fixture
def mailing(tmp_path: Path, server: ScriptedServer) -> Mailing:
    made = Mailing(tmp_path, server.port, channel={"patience_seconds": 0})
    made.people(["a@example.org,en,", f"{OTHER},en,"])
    made.announce()
    return made


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("MAIL", "550 5.7.1 Sender rejected"),
        ("MAIL", "530 5.7.0 Must issue a STARTTLS command first"),
        ("MAIL", "530 5.7.0 Authentication required"),
        ("GREETING", "554 5.7.1 Go away"),
        ("GREETING", "421 4.3.2 Busy"),
        ("RCPT", "554 5.7.1 Relay access denied"),
    ],
)
def test_a_server_that_takes_nothing_is_no_success(
    mailing: Mailing, server: ScriptedServer, command: str, answer: str
) -> None:
    server.answers[command] = always(answer)
    ended = mailing.run("run", "--quiet")
    assert ended.status == 8
    assert answer[:3] in ended.err
    assert mailing.counts() == {"pending": 2}, "nobody pays for it"


def test_an_unknown_host_is_no_success(mailing: Mailing) -> None:
    mailing.channel["host"] = "mx.invalid"
    ended = mailing.run("run", "--quiet")
    assert ended.status == 8
    assert "The server is unavailable" in ended.err


@pytest.mark.parametrize(("attempts", "answer"), [(8, "550 5.1.1 No such user"), (1, "450 4.2.1 Mailbox busy")])
def test_people_who_cannot_be_reached_are_no_success(
    mailing: Mailing, server: ScriptedServer, attempts: int, answer: str
) -> None:
    mailing.channel["attempts"] = attempts
    server.answers["RCPT"] = lambda talk: answer if OTHER in talk.line else None
    ended = mailing.run("run", "--quiet")
    assert ended.status == 10
    assert "1 recipients could not be reached" in ended.err
    assert mailing.run("run", "--quiet").status == 0, "it is said once; the report keeps it"


def test_a_retry_that_is_not_due_is_the_usual_course(mailing: Mailing, server: ScriptedServer) -> None:
    server.answers["RCPT"] = lambda talk: "450 4.2.0 Later" if OTHER in talk.line else None
    ended = mailing.run("run", "--quiet")
    assert (ended.status, ended.err) == (7, "")


def test_what_waits_for_too_long_is_late(mailing: Mailing, server: ScriptedServer) -> None:
    mailing.others["late_hours"] = 2
    server.answers["RCPT"] = lambda talk: "450 4.2.0 Later" if OTHER in talk.line else None
    assert mailing.run().status == 7
    with mailing.ledger as ledger, ledger.transaction() as connection:
        connection.execute(update(EVENTS).values(ingested_at=int(time.time()) - 3 * 3600))
    ended = mailing.run("run", "--quiet")
    assert ended.status == 9
    assert "notices have waited for more than 2 hours" in ended.err


def test_a_monitor_sees_the_age_of_a_file(mailing: Mailing, server: ScriptedServer) -> None:
    alive = mailing.folder / "alive"
    mailing.others["alive_file"] = "alive"
    server.answers["MAIL"] = always("550 5.7.1 Sender rejected")
    assert mailing.run().status == 8
    assert not alive.exists()
    del server.answers["MAIL"]
    assert mailing.run().status == 0
    assert alive.exists()


def test_who_was_not_reached_is_listed_for_letters(mailing: Mailing, server: ScriptedServer) -> None:
    mailing.people(["a@example.org,en,", f"{OTHER},de,1", "nobody,en,", '=evil"@example.org,en,'])
    server.answers["RCPT"] = lambda talk: "550 5.1.1 No such user" if OTHER in talk.line else None
    assert mailing.run().status == 10
    rows = list(csv.reader(io.StringIO(mailing.run("report", str(NOTICE), "--not-reached").out)))
    assert [row[1:4] for row in rows[1:]] == [
        ["mail", OTHER, "refused"],
        ["people", "4", "unusable"],
        ["people", "5", "unusable"],
    ]
    assert rows[1][4:] == ["de", "1", "550 5.1.1 No such user", "", ""]


def test_a_replay_over_one_channel_leaves_the_others_alone(mailing: Mailing, server: ScriptedServer) -> None:
    assert mailing.run().status == 0
    other = mailing.run("replay", str(NOTICE), "--sent", "--recipient", OTHER, "--channel", "elsewhere")
    assert other.status == 2
    assert mailing.run("replay", str(NOTICE), "--sent", "--recipient", OTHER, "--channel", "mail").status == 0
    assert mailing.run().status == 0
    assert server.recipients.count(OTHER) == 2


@pytest.mark.parametrize(
    "facts", [{"feed": "http://u:S3CR3T@[::1/x"}, {"feed": "http://u:S3CR3T@"}, {"ledger": "u:S3CR3T@h"}]
)
def test_a_password_in_an_address_is_not_printed(mailing: Mailing, facts: dict[str, str]) -> None:
    mailing.others |= facts
    ended = mailing.run("ingest")
    assert ended.status in (2, 3)
    assert "S3CR3T" not in ended.said


def test_no_password_of_a_database_is_printed(mailing: Mailing) -> None:
    for place in ("u@127.0.0.1:1/x?password=S3CR3T", "u:S3CR3T@127.0.0.1:port/x", "u:S3CR3T@127.0.0.1:1/x"):
        mailing.ledger_url = f"postgresql+psycopg://{place}"
        ended = mailing.run("ingest")
        assert ended.status == 2, ended.said
        assert "S3CR3T" not in ended.said


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        ("--help", 0, "read a change feed and deliver notices"),
        ("--version", 0, "policy-site "),
        ("notify --help", 0, "all of it: ingest, plan, deliver"),
        ("build", 2, "is not installed"),
    ],
)
def test_the_notifier_installed_alone_tells_what_it_has(asked: str, status: int, told: str) -> None:
    missing = ("flask", "flask_frozen", "git", "markdown", "diff_match_patch", "lxml", "watchfiles", "rapidfuzz")
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({missing!r}));"
        f"from policy_site.commands import main; sys.exit(main({asked.split()!r}))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, "Traceback" in ended.stderr) == (status, False), ended.stderr
    assert told in ended.stdout + ended.stderr
