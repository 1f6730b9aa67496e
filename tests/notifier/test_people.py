"""A person is erased and the evidence stays; old events name nobody; and it is known who must agree again."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from policy_site.notifier.ledger.tables import EVENTS
from tests.support.mailing import NOTICE, Mailing
from tests.support.published_feeds import Record, chained, history
from tests.support.scripted_smtp import ScriptedServer, always, refuse

ADA = "ada.lovelace@example.org"


@pytest.fixture
def mailing(tmp_path: Path, server: ScriptedServer) -> Mailing:
    made = Mailing(tmp_path, server.port)
    (tmp_path / "people.csv").write_text(
        "address,language,accepted,name,account\n"
        f"{ADA},en,,Ada Lovelace,4711\nbob@example.org,de,,,\nnobody at all,en,,,\n",
        encoding="utf-8",
    )
    made.announce()
    return made


def everything(mailing: Mailing) -> str:
    """Return all that the ledger holds, as text."""
    with sqlite3.connect(mailing.folder / "notify.db") as database:
        return "\n".join(database.iterdump())


def traces(mailing: Mailing, address: str = ADA) -> list[dict[str, Any]]:
    return [json.loads(line) for line in mailing.run("trace", address).out.splitlines()]


@pytest.mark.parametrize(
    ("command", "reply", "before", "after"),
    [
        (None, "", "sent", "sent"),
        ("RCPT", f"550 5.1.1 <{ADA.upper()}>: no such user", "refused", "refused"),
        ("RCPT", "450 4.2.2 Mailbox ada.lovelace is full", "pending", "suppressed"),
    ],
)
def test_an_erased_person_is_in_no_table_and_the_evidence_stays(
    mailing: Mailing, server: ScriptedServer, command: str | None, reply: str, before: str, after: str
) -> None:
    if command:
        server.answers[command] = refuse(ADA, reply=reply)
    mailing.run()
    (told,) = traces(mailing)
    assert (told["state"], told["recipient"]) == (before, ADA)
    assert mailing.run("erase", "Ada.Lovelace@example.org".lower()).status == 0
    text = everything(mailing).casefold()
    for secret in ("lovelace", "4711"):
        assert secret not in text
    (kept,) = traces(mailing)
    assert kept["state"] == after
    assert kept["recipient"].startswith("erased:")
    assert [one["outcome"] for one in kept["attempts"]] == [one["outcome"] for one in told["attempts"]] + ["erased"]
    assert told["message_id"] in kept["attempts"][-1]["reply"], "the mail server's log has it under this name"
    assert kept["attempts"][0]["wording"] == told["attempts"][0]["wording"]
    report = [json.loads(line) for line in mailing.run("report", str(NOTICE)).out.splitlines()]
    assert {one["state"] for one in report if one["kind"] == "delivery"} >= {after}
    assert traces(mailing, "someone.else@example.org") == []


def test_who_was_erased_is_not_told_twice_of_the_same_and_is_told_of_what_is_new(
    mailing: Mailing, server: ScriptedServer
) -> None:
    assert mailing.run().status == 1, "a row cannot be used"
    mailing.run("erase", ADA)
    mailing.people([f"{ADA},en,", "bob@example.org,de,", "new@example.org,en,"])
    assert mailing.run("plan", "--again", str(NOTICE)).status == 0
    assert mailing.run().status == 0
    assert sorted(server.recipients) == [ADA, "bob@example.org", "new@example.org"]
    later = chained([*history(NOTICE), {**history(NOTICE)[-1], "id": "tag:example.org,2026:x", "version": "later"}])
    mailing.publish(events=later)
    assert mailing.run().status == 0
    assert server.recipients.count(ADA) == 2, "she is on the list again"


def test_who_was_struck_off_stays_so_when_erased(mailing: Mailing, server: ScriptedServer) -> None:
    mailing.run()
    with sqlite3.connect(mailing.folder / "notify.db") as database:
        database.execute("INSERT INTO suppression VALUES ('mail', ?, ?, 1)", (ADA, f"550 {ADA} unknown"))
    mailing.run("erase", ADA)
    later = chained([*history(NOTICE), {**history(NOTICE)[-1], "id": "tag:example.org,2026:x", "version": "later"}])
    mailing.publish(events=later)
    mailing.run()
    assert server.recipients.count(ADA) == 1
    assert traces(mailing)[-1]["state"] == "suppressed"
    assert "lovelace" not in json.dumps(json.loads(mailing.run("status", "--suppressed", "--format", "json").out))


def test_nobody_is_erased_whom_nobody_knows(mailing: Mailing) -> None:
    assert mailing.run("erase", "stranger@example.org").status == 1
    assert mailing.run("trace", "stranger@example.org").status == 1


def test_what_is_on_its_way_is_not_erased(mailing: Mailing) -> None:
    mailing.run()
    mailing.change(ADA, state="sending", worker=1)
    over = mailing.run("erase", ADA)
    assert over.status == 2
    assert "being sent at this moment" in over.err
    assert traces(mailing)[0]["recipient"] == ADA


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_events_older_than_keep_days_name_nobody(
    kind: str, tmp_path: Path, server: ScriptedServer, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgresql").create_database() if kind == "postgresql" else ""
    mailing = Mailing(tmp_path, server.port, ledger_url=url, others={"keep_days": 30})
    mailing.people([f"{ADA},en,", "bob@example.org,de,", "broken,en,"])
    mailing.announce()
    assert mailing.run().status == 1
    assert set(mailing.states()) == {ADA, "bob@example.org"}, "it is not old yet"
    _grow_old(mailing, days=31)
    assert mailing.run().status == 0
    assert all(name.startswith("erased:") for name in mailing.states())
    assert set(mailing.states().values()) == {"sent"}
    assert json.loads(mailing.run("status", "--format", "json").out)["event_counts"]["closed"] == 1
    assert "broken" not in mailing.run("report", str(NOTICE), "--not-reached").out
    assert len(traces(mailing)) == 1
    assert mailing.run().status == 0
    assert len(server.taken) == 2


def test_what_still_waits_is_kept_however_old(mailing: Mailing, server: ScriptedServer) -> None:
    mailing.others = {"keep_days": 30}
    server.answers["RCPT"] = always("450 4.7.1 Later")
    mailing.run()
    _grow_old(mailing, days=400)
    mailing.run()
    assert ADA in mailing.states()


def _grow_old(mailing: Mailing, *, days: int) -> None:
    with mailing.ledger as ledger, ledger.transaction() as connection:
        connection.execute(EVENTS.update().values(ingested_at=EVENTS.c.ingested_at - days * 86_400))


# --- letters ---------------------------------------------------------------------------------------------------------


def test_letters_go_to_everybody_who_does_not_have_it(mailing: Mailing, server: ScriptedServer) -> None:
    server.answers["RCPT"] = refuse("bob@example.org", reply="450 4.2.2 Full")
    mailing.run()
    mailing.run("close", str(NOTICE))
    rows = list(csv.DictReader(io.StringIO(mailing.run("report", str(NOTICE), "--not-reached").out)))
    assert [(row["recipient_or_line"], row["why"]) for row in rows] == [
        ("bob@example.org", "closed"),
        ("4", "unusable"),
    ]
    assert set(rows[0]) >= {"name", "account", "reply", "language"}


# --- who must agree again --------------------------------------------------------------------------------------------


def lived(*steps: tuple[str, str, bool, str]) -> list[Record]:
    """Return a feed of one policy: kind, version, whether it asks for consent, effective day."""
    base = history(NOTICE)[-1]
    made = []
    for place, (kind, version, asks, day) in enumerate(steps):
        made.append(
            {
                **base,
                "id": f"tag:example.org,2026:{place}",
                "type": f"policy.version.{kind}",
                "version": version,
                "previous_version": None,
                "supersedes": None,
                "consent": {"required": asks, "by": "2026-03-01" if asks else None},
                "effective_date": day,
                "effective_at": f"{day}T00:00:00Z",
            }
        )
    return chained(made)


def asked(mailing: Mailing) -> dict[str, str]:
    over = mailing.run("agree-again", "privacy")
    assert over.status == 0, over.said
    return {row["address"]: row["why"] for row in csv.DictReader(io.StringIO(over.out))}


PEOPLE = ["old@x.org,en,a", "same@x.org,en,b", "later@x.org,en,c", "never@x.org,en,", "odd@x.org,en,'); DROP"]
OLDER, NONE, UNKNOWN = "older version", "none on record", "unknown version"
BEFORE_B = {"old@x.org": OLDER, "never@x.org": NONE, "odd@x.org": UNKNOWN}
A, B, C = (("published", name, name == "b", f"2024-0{place}-01") for place, name in enumerate("abc", start=1))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([A, B, C], BEFORE_B),
        ([A, B, C, ("effective", "a", False, "2024-01-01"), ("effective", "b", True, "2024-02-01")], None),
        ([A, B, C, ("withdrawn", "b", True, "2024-02-01")], {}),
        ([A, B, C, ("corrected", "b", False, "2024-02-01")], {}),
        ([A, B, C, ("rescheduled", "b", True, "9024-02-01")], {}),
        ([A, C, ("published", "b", True, "2999-01-01")], {}),
        ([A, C], {}),
    ],
    ids=["asked", "as in force", "withdrawn", "corrected", "put off", "not yet", "never"],
)
def test_who_agreed_to_an_older_version_than_the_one_that_asks(
    tmp_path: Path, steps: list[tuple[str, str, bool, str]], expected: dict[str, str] | None
) -> None:
    mailing = Mailing(tmp_path, 1)
    mailing.people(PEOPLE)
    mailing.publish(events=lived(*steps))
    assert mailing.run("ingest").status == 0
    found = asked(mailing)
    if expected is None:  # accepted are the numbers of taking effect, and c has none yet
        assert found == {**BEFORE_B, "later@x.org": OLDER}
    else:
        assert found == expected
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE person (address TEXT, language TEXT, accepted TEXT)")
        database.executemany("INSERT INTO person VALUES (?, ?, ?)", [(*row.split(",", 2),) for row in PEOPLE])
        query = mailing.run("agree-again", "privacy", "--sql").out
        assert {row[0] for row in database.execute(query)} - {None} == set(found), "the query finds the same people"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_query_is_written_around_the_list_of_the_settings(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = "sqlite:///shop.db"
    if kind == "postgresql":
        url = request.getfixturevalue("postgresql").create_database()
    shop = create_engine(url.replace("///", f"///{tmp_path}/") if kind == "sqlite" else url)
    with shop.begin() as database:
        database.execute(text("CREATE TABLE shop (id INTEGER, mail TEXT, version TEXT, policy TEXT)"))
        database.execute(text("INSERT INTO shop VALUES (1, 'o@x.org', 'a', 'privacy'), (2, 's@x.org', 'b', 'privacy')"))
    query = (
        "SELECT id AS cursor, mail AS address, 'en' AS language, version AS accepted FROM shop"
        " WHERE id > :after AND policy = :policy ORDER BY id LIMIT :limit"
    )
    mailing = Mailing(tmp_path, 1)
    mailing.audience = {"csv": None, "sql": {"url": url, "query": query}}
    mailing.publish(events=lived(A, B, C))
    mailing.run("ingest")
    with shop.begin() as database:
        asked_for = mailing.run("agree-again", "privacy", "--sql").out
        assert [row[1] for row in database.execute(text(asked_for))] == ["o@x.org"]
    shop.dispose()
    assert asked(mailing) == {"o@x.org": OLDER}


def test_a_policy_that_nobody_knows_is_2(mailing: Mailing) -> None:
    assert mailing.run("agree-again", "privcy").status == 2
