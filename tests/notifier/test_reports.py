"""Where everything stands, the evidence of an event, and what a person takes up again."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from policy_site.errors import UsageError
from policy_site.notifier.ledger.tables import FEED, WORKERS
from policy_site.notifier.model import DeliveryState
from policy_site.notifier.planning import plan_notices
from policy_site.notifier.replays import Replayed, decide, replay
from policy_site.notifier.reports import survey_ledger, write_report, write_report_table
from policy_site.notifier.settings_tables import Audience
from tests.support.plans import CHANNELS, PlannedLedger, customers, many, new_ledger, settings_of, write_list

SENT_AT = "2026-04-24T03:06:40Z"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PlannedLedger]:
    made = new_ledger(request.param, tmp_path, request)
    yield made
    made.ledger.engine.dispose()


@pytest.fixture
def told(empty: PlannedLedger, tmp_path: Path) -> PlannedLedger:
    """Lend an event in the middle of its delivery: a recipient in each state."""
    empty.publish(1)
    states = ["sent", "refused", "exhausted", "held", "pending"]
    rows = [*(f"{state}@example.org,en,2024" for state in states), "struck@example.org,de,", "nobody,en,"]
    empty.suppress("struck@example.org")
    path = write_list(tmp_path / "list.csv", rows)
    plan_notices(empty.ledger, settings_of(customers(path), Audience(name="systems", channel="hooks")))
    for state in states:
        empty.deliver(f"{state}@example.org", state, "250 2.0.0 Ok" if state == "sent" else "451 =later")
    return empty


def lines(ledger: PlannedLedger, reference: str = "1") -> list[dict[str, Any]]:
    file = io.StringIO()
    write_report(ledger.ledger, reference, CHANNELS, file)
    return [json.loads(line) for line in file.getvalue().splitlines()]


def table(ledger: PlannedLedger) -> list[dict[str, str]]:
    file = io.StringIO(newline="")
    write_report_table(ledger.ledger, "1", CHANNELS, file)
    return list(csv.DictReader(io.StringIO(file.getvalue(), newline="")))


def states(ledger: PlannedLedger) -> dict[str, str]:
    return {row.recipient.partition("@")[0]: row.state for row in ledger.deliveries() if row.channel == "mail"}


def test_of_an_empty_ledger_there_is_nothing_to_tell(empty: PlannedLedger) -> None:
    survey = survey_ledger(empty.ledger).as_json()
    assert survey.pop("taken_at").endswith("Z")
    assert survey == {
        "feed": None,
        "event_counts": {},
        "events": [],
        "next_due": {},
        "waiting_since": {},
        "canaries": {},
        "workers": [],
        "suppressions": {},
    }


def test_a_survey_tells_where_everything_stands(told: PlannedLedger) -> None:
    told.publish(2, state="held")
    told.publish(3, state="past")
    with told.ledger.transaction() as connection:
        connection.execute(
            insert(FEED).values(only=1, url="https://x/feed.json", head_seq=3, head_hash="ab", read_at=0)
        )
        connection.execute(
            insert(WORKERS), [{"name": "dead", "lease_until": 5}, {"name": "box:7", "lease_until": 2**40}]
        )
    survey = survey_ledger(told.ledger)
    told_of = json.loads(json.dumps(survey.as_json()))
    assert told_of["feed"] == {
        "url": "https://x/feed.json",
        "head_seq": 3,
        "head_hash": "ab",
        "read_at": "1970-01-01T00:00:00Z",
    }
    assert told_of["event_counts"] == {"past": 1, "held": 1, "open": 1}
    assert [(event["seq"], event["state"]) for event in told_of["events"]] == [(1, "open"), (2, "held")]
    assert told_of["events"][0]["channels"] == {
        "hooks": {"pending": 2},
        "mail": {"pending": 1, "sent": 1, "held": 1, "refused": 1, "exhausted": 1, "suppressed": 1},
    }
    assert told_of["events"][0]["audiences"] == {
        "customers": {"planned": 6, "unusable": 1, "is_finished": True},
        "systems": {"planned": 2, "unusable": 0, "is_finished": True},
    }
    assert [row["place"] for row in told_of["events"][0]["unusable_rows"]] == ["8"]
    assert survey.next_due == {"hooks": 0, "mail": 77}
    assert told_of["workers"] == ["box:7"]
    assert told_of["suppressions"] == {"mail": 1}
    assert (told_of["canaries"], told_of["events"][0]["came_back"]) == ({}, {})


def test_evidence_holds_the_event_the_words_and_each_attempt(told: PlannedLedger) -> None:
    event, wording, *deliveries = lines(told)
    assert event["id"] == "tag:example.org,2026:policy/privacy/1/published"
    assert event["hash"] == f"{1:064x}"
    assert event["channels"]["mail"]["sent"] == 1
    assert event["unusable_rows"] == [
        {"audience": "customers", "place": "8", "reason": "'nobody' is not a mail address."}
    ]
    assert event["record"]["effective_date"] == "2026-05-04"
    assert (wording["subject"], wording["text"], wording["html"], wording["digest"]) == (
        "Subject",
        "Text",
        "<p>Text</p>",
        "d" * 64,
    )
    sent = next(delivery for delivery in deliveries if delivery["state"] == "sent")
    assert sent.pop("changed_at").endswith("Z")
    assert re.fullmatch(r"[0-9a-f]{32}@example\.org", sent.pop("message_id"))
    assert sent == {
        "kind": "delivery",
        "channel": "mail",
        "recipient": "sent@example.org",
        "language": "en",
        "accepted": "2024",
        "is_canary": False,
        "state": "sent",
        "attempts": [{"at": SENT_AT, "outcome": "accepted", "reply": "250 2.0.0 Ok", "wording": "d" * 64}],
    }
    assert [delivery["recipient"] for delivery in deliveries[5:]] == ["struck@example.org", "crm", "shop"]
    assert deliveries[5]["attempts"] == []
    assert len(deliveries) == 8


def test_evidence_is_found_by_the_id_of_the_event_too(told: PlannedLedger) -> None:
    identity = "tag:example.org,2026:policy/privacy/1/published"
    assert [line.get("recipient") for line in lines(told, identity)] == [line.get("recipient") for line in lines(told)]


@pytest.mark.parametrize("reference", ["7", "tag:x", "", "-1", "²", "9" * 400, "1; DROP TABLE event"])
def test_an_event_that_is_not_there_is_named_with_the_next_step(told: PlannedLedger, reference: str) -> None:
    with pytest.raises(UsageError, match=r"There is no event .* status` lists them"):
        lines(told, reference)
    with pytest.raises(UsageError, match="There is no event"):
        replay(told.ledger, reference)


def test_the_table_has_a_row_for_each_attempt_and_no_cell_that_computes(empty: PlannedLedger, tmp_path: Path) -> None:
    empty.publish(1)
    path = write_list(tmp_path / "list.csv", ["=cmd@example.org,en,=1+1", "b@example.org,en,", "+c@example.org,en,"])
    plan_notices(empty.ledger, settings_of(customers(path)))
    empty.deliver("=cmd@example.org", "sent", "@451 later", '250 "Ok", queued')
    rows = table(empty)
    assert [(row["recipient"], row["accepted"], row["reply"]) for row in rows] == [
        ("'+c@example.org", "", ""),
        ("'=cmd@example.org", "'=1+1", "'@451 later"),
        ("'=cmd@example.org", "'=1+1", '250 "Ok", queued'),
        ("b@example.org", "", ""),
    ]
    assert (rows[1]["at"], rows[1]["wording"], rows[0]["at"]) == (SENT_AT, "d" * 64, "")


def test_evidence_of_more_recipients_than_a_page_holds_has_each_once(empty: PlannedLedger, tmp_path: Path) -> None:
    for seq in (1, 2):
        empty.publish(seq)
    plan_notices(empty.ledger, settings_of(customers(write_list(tmp_path / "list.csv", many(2_000)))))
    found = [line["recipient"] for line in lines(empty, "2") if line["kind"] == "delivery"]
    assert sorted(found) == sorted(f"person{number}@example.org" for number in range(2_000))


def test_a_replay_sends_to_those_who_were_not_reached(told: PlannedLedger) -> None:
    assert replay(told.ledger, "1") == Replayed(moved=3, suppressed=1)
    assert states(told) == {
        "sent": "sent",
        "refused": "pending",
        "exhausted": "pending",
        "held": "pending",
        "pending": "pending",
        "struck": "suppressed",
    }
    again = next(row for row in told.deliveries() if row.recipient == "exhausted@example.org")
    assert (again.attempts, again.due_at) == (0, 0)
    assert told.outcomes("exhausted@example.org") == [
        ("deferred", "451 =later"),
        ("replayed", "By a person: to be sent again; it was exhausted."),
    ]
    assert told.outcomes("pending@example.org") == [("deferred", "451 =later")]


def test_a_replay_may_name_states_or_recipients(told: PlannedLedger) -> None:
    assert replay(told.ledger, "1", states=[DeliveryState.REFUSED]).moved == 1
    assert replay(told.ledger, "1", recipients=["held@EXAMPLE.org", "sent@example.org"]).moved == 1
    assert states(told)["exhausted"] == "exhausted"
    assert states(told)["sent"] == "sent"
    assert states(told)["held"] == states(told)["refused"] == "pending"


def test_what_was_sent_is_sent_again_only_by_name(told: PlannedLedger) -> None:
    with pytest.raises(UsageError, match="Name the recipients who are to have it twice"):
        replay(told.ledger, "1", is_sent_too=True)
    with pytest.raises(UsageError, match="What is sent is not replayed"):
        replay(told.ledger, "1", states=[DeliveryState.SENT])
    assert states(told)["sent"] == "sent"
    assert replay(told.ledger, "1", recipients=["sent@example.org"], is_sent_too=True).moved == 1
    assert states(told)["sent"] == "pending"


def test_nothing_is_replayed_while_one_name_is_unknown(told: PlannedLedger) -> None:
    with pytest.raises(UsageError, match=r"has no delivery to 'stranger@example\.org'"):
        replay(told.ledger, "1", recipients=["refused@example.org", "stranger@example.org"])
    assert states(told)["refused"] == "refused"


def test_nobody_who_is_suppressed_meanwhile_is_sent_anything_by_a_replay(told: PlannedLedger) -> None:
    told.suppress("refused@example.org")
    assert replay(told.ledger, "1", states=[DeliveryState.REFUSED]) == Replayed(moved=0, suppressed=1)
    assert states(told)["refused"] == "refused"


def test_an_event_that_is_not_open_is_not_replayed(told: PlannedLedger) -> None:
    told.publish(2, state="held")
    with pytest.raises(UsageError, match="The event 2 is held: nothing of it is sent"):
        replay(told.ledger, "2")


def test_a_replay_of_thousands_takes_up_each_once(empty: PlannedLedger, tmp_path: Path) -> None:
    empty.publish(1)
    plan_notices(empty.ledger, settings_of(customers(write_list(tmp_path / "list.csv", many(2_500)))))
    everybody = empty.addresses()
    assert replay(empty.ledger, "1", recipients=everybody).moved == 0
    with empty.ledger.transaction() as connection:
        connection.exec_driver_sql("UPDATE delivery SET state = 'exhausted'")
    assert replay(empty.ledger, "1", recipients=everybody[:1_200]).moved == 1_200
    assert replay(empty.ledger, "1").moved == 1_300
    assert replay(empty.ledger, "1").moved == 0


@pytest.mark.parametrize(("is_sent", "state"), [(True, "sent"), (False, "pending")])
def test_a_person_decides_about_what_is_held(told: PlannedLedger, is_sent: bool, state: str) -> None:
    assert decide(told.ledger, "1", is_sent=is_sent).moved == 1
    assert states(told)["held"] == state
    assert states(told)["exhausted"] == "exhausted"
    decided = "counts as sent" if is_sent else "to be sent again"
    assert told.outcomes("held@example.org")[-1] == ("decided", f"By a person: {decided}; it was held.")
    assert decide(told.ledger, "1", is_sent=is_sent) == Replayed(0)
