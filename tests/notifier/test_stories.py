"""A version that lives through much: each recipient is sent what is true, once, and how it came about."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.support.mailing import NOTICE, Mailing
from tests.support.published_feeds import Record, chained, history
from tests.support.scripted_smtp import ScriptedServer, Talk

FIRST = history(NOTICE)[-1]
_MOVED = "2024-02-14"
STORY: dict[str, Record] = {
    "published": FIRST,
    "corrected": {**FIRST, "type": "policy.version.corrected"},
    "rescheduled": {**FIRST, "type": "policy.version.rescheduled", "effective_date": _MOVED},
    "withdrawn": {**FIRST, "type": "policy.version.withdrawn", "effective_date": _MOVED},
    "between": {**FIRST, "version": "between", "effective_date": "2024-02-01"},
    "retired": {**FIRST, "type": "policy.retired", "version": "3"},
}


def story(*names: str) -> list[Record]:
    """Return a feed: ten events of the past, then what became of one version."""
    events: list[dict[str, Any]] = list(history(NOTICE - 1))
    for place, name in enumerate(names):
        before = next((one["id"] for one in reversed(events) if one["version"] == STORY[name]["version"]), None)
        record = {**STORY[name], "supersedes": None if name in ("published", "between") else before}
        record |= {"id": f"tag:example.org,2026:policy/privacy/{record['version']}/{place}-{name}"}
        if name in ("corrected", "rescheduled", "withdrawn"):
            summary = {"text": "Less, in truth.", "html": "<p>Less, in truth.</p>"}
            record["editions"] = {tag: {**one, "summary": summary} for tag, one in record["editions"].items()}
        events.append(record)
    return chained(events)


class Life(Mailing):
    """A notifier whose people are told of a version, event by event."""

    server: ScriptedServer

    def happen(self, *names: str, run: bool = True) -> None:
        """Publish these events, after the ones that were there before; run, unless it is to come later."""
        self.names: list[str] = [*getattr(self, "names", []), *names]
        self.publish(events=story(*self.names))
        if run:
            assert self.run().status in (0, 7)

    def sent(self, address: str = "a@example.org") -> list[EmailMessage]:
        """Return what one was sent."""
        return [parsed(one.content) for one in self.server.taken if one.recipient == address]

    def titles(self, address: str = "a@example.org") -> list[str]:
        return [str(message["Subject"]).partition(": ")[2] for message in self.sent(address)]

    def words(self, address: str = "a@example.org") -> str:
        """Return the last message that one was sent."""
        part = self.sent(address)[-1].get_body(("plain",))
        assert part is not None
        return str(part.get_content())


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.fixture
def life(tmp_path: Path, server: ScriptedServer) -> Life:
    made = Life(tmp_path, server.port)
    made.server = server
    made.publish(NOTICE - 1)
    assert made.run("ingest").status == 0
    return made


ANNOUNCED = "significant change, effective from January 23, 2024"
LATER = "significant change, effective from February 14, 2024"
CORRECTED = "corrected information about the version effective from January 23, 2024"
MOVED = "effective date changed to February 14, 2024"
BETWEEN = "significant change, effective from February 1, 2024"
GONE = "version with effective date February 14, 2024 withdrawn"


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([["published"], ["corrected"], ["rescheduled"], ["withdrawn"]], [ANNOUNCED, CORRECTED, MOVED, GONE]),
        ([["published", "corrected", "rescheduled", "withdrawn"]], []),
        ([["published", "withdrawn"]], []),
        ([["published", "rescheduled"]], [LATER]),
        ([["published", "corrected"]], [ANNOUNCED]),
        ([["published", "rescheduled", "corrected"]], [ANNOUNCED]),
        ([["published"], ["corrected", "rescheduled", "withdrawn"]], [ANNOUNCED, GONE]),
        ([["published"], ["corrected", "rescheduled"]], [ANNOUNCED, MOVED]),
        ([["published"], ["between"], ["withdrawn"]], [ANNOUNCED, BETWEEN, GONE]),
        ([["published", "between", "withdrawn"]], [BETWEEN]),
        ([["published"], ["retired"]], [ANNOUNCED]),
    ],
    ids=lambda value: " then ".join("+".join(step) for step in value) if value and isinstance(value[0], list) else "",
)
def test_who_is_there_from_the_start_is_sent_what_is_true(
    life: Life, steps: Sequence[Sequence[str]], told: list[str]
) -> None:
    for step in steps:
        life.happen(*step)
    assert life.titles() == told
    assert set(life.states().values()) <= {"sent", "superseded"}


def test_who_joins_late_hears_nothing_of_what_is_withdrawn(life: Life) -> None:
    life.happen("published")
    life.people(["a@example.org,en,", "late@example.org,en,"])
    life.happen("withdrawn")
    assert life.titles() == [ANNOUNCED, GONE]
    assert life.titles("late@example.org") == []
    assert life.states()["late@example.org"] == "superseded"


def test_who_joins_late_gets_a_new_date_as_an_announcement(life: Life) -> None:
    life.happen("published")
    life.people(["a@example.org,en,", "late@example.org,en,"])
    life.happen("rescheduled")
    assert "was to apply from January 23, 2024. It now applies from February 14, 2024." in life.words()
    assert life.titles("late@example.org") == [LATER]
    assert "was to apply" not in life.words("late@example.org")


@pytest.mark.parametrize(("then", "told"), [("withdrawn", []), ("rescheduled", [LATER]), ("corrected", [ANNOUNCED])])
def test_who_was_deferred_in_between_is_sent_the_present_truth_alone(life: Life, then: str, told: list[str]) -> None:
    slow = "slow@example.org"
    life.people(["a@example.org,en,", f"{slow},en,"])
    life.server.answers["RCPT"] = lambda talk: "450 4.7.1 Greylisted" if slow in talk.line else None
    life.happen("published")
    assert life.states()[slow] == "pending"
    del life.server.answers["RCPT"]
    life.happen(then)
    assert life.titles(slow) == told
    assert life.attempts(slow) if told == [] else True
    assert len(life.titles()) == 2, "the other has both"


def test_who_may_have_an_announcement_is_told_of_its_withdrawal(life: Life) -> None:
    def hang_up(_talk: Talk) -> str:
        return ""

    life.server.answers["."] = hang_up
    life.happen("published", run=False)
    assert life.run().status == 7
    del life.server.answers["."]
    life.happen("withdrawn")
    assert life.titles() == [GONE], "the doubtful copy is not sent again, for it is not true any more"


def test_what_was_announced_before_the_first_run_is_withdrawn_from_everybody(
    tmp_path: Path, server: ScriptedServer
) -> None:
    life = Life(tmp_path, server.port)
    life.server = server
    life.happen("published", run=False)
    assert life.run("ingest").status == 0
    life.happen("withdrawn")
    assert life.titles() == [GONE]


def test_a_correction_says_what_was_wrong(life: Life) -> None:
    life.happen("published")
    life.happen("corrected")
    words = life.words()
    assert "We are correcting information that we gave about this version." in words
    assert re.search(r"Corrected: What is changing\.", words)
    assert words.index("Less, in truth.") < words.index("What we had written before") < words.index("More.")


def test_a_withdrawal_names_the_date_that_was_told(life: Life) -> None:
    life.happen("published")
    life.happen("rescheduled", "withdrawn")
    assert "The version announced for January 23, 2024 will not take effect." in life.words()


def test_what_is_superseded_says_so_in_the_evidence(life: Life) -> None:
    life.happen("published", "corrected", "withdrawn")
    assert life.attempts("a@example.org") == [
        ("superseded", f"Event {NOTICE + 2} withdraws the version."),
        ("superseded", f"Event {NOTICE + 2} withdraws the version."),
        ("superseded", "The recipient was told nothing that is to be withdrawn."),
    ]


def test_canaries_that_need_nothing_hold_nobody_up(tmp_path: Path, server: ScriptedServer) -> None:
    life = Life(tmp_path, server.port, audience={"canaries": ["canary@example.org"]})
    life.server = server
    life.publish(NOTICE - 1)
    assert life.run("ingest").status == 0
    life.happen("published", "rescheduled")
    assert life.titles() == life.titles("canary@example.org") == [LATER]


def test_the_date_is_that_of_the_first_attempt_and_stays(life: Life) -> None:
    life.server.answers["."] = lambda _talk: "451 4.3.0 Later"
    life.people(["a@example.org,en,", "b@example.org,en,"])
    life.happen("published", run=False)
    life.run()
    first = {who: row["first_at"] for who, row in life.rows().items()}
    assert all(first.values())
    life.change(due_at=0, first_at=1_750_000_000, attempts=1)
    del life.server.answers["."]
    assert life.run().status == 0
    assert {message["Date"].datetime.timestamp() for message in life.sent()} == {1_750_000_000}


def test_evidence_of_one_delivery_never_runs_backwards(life: Life) -> None:
    life.server.answers["RCPT"] = lambda _talk: "450 4.2.0 Later"
    life.people(["a@example.org,en,", "b@example.org,en,"])
    life.server.answers["RCPT"] = lambda talk: "450 4.2.0 Later" if "a@" in talk.line else None
    life.happen("published")
    ahead = 4_000_000_000  # the clock ran ahead when the first attempt was made
    life.redate(ahead)
    life.change("a@example.org", due_at=0)
    del life.server.answers["RCPT"]
    assert life.run().status == 0
    assert [at for at, _ in life.instants("a@example.org")] == [ahead, ahead]
    assert "the clock stood before" in life.instants("a@example.org")[-1][1]
