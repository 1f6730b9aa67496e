"""What a run would do is told before it is done, and it then does just that."""

from __future__ import annotations

import json
from email import message_from_string
from pathlib import Path

import pytest

from policy_site.notifier.forecast import Forecast, forecast_notices
from policy_site.notifier.ledger.plans import Pass, open_events
from policy_site.notifier.model import EventState
from policy_site.notifier.planning import plan_notices
from policy_site.notifier.settings_tables import Audience
from tests.support.mailing import NOTICE, Mailing
from tests.support.plans import PlannedLedger, customers, many, settings_of, write_list
from tests.support.scripted_smtp import ScriptedServer


def test_it_counts_languages_and_bad_rows_and_writes_nothing(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1, language="ar")
    planned.publish(2, state="held")
    path = write_list(tmp_path / "list.csv", [*many(7), "nobody,en,", "somebody@example.org"])
    settings = settings_of(customers(path), Audience(name="systems", channel="hooks"))
    forecasts = list(forecast_notices(planned.ledger, settings, open_events(planned.ledger)))
    assert forecasts == [
        Forecast(1, EventState.OPEN, "mail", {"en": 3, "de": 2, "tr": 2, "ar": 1}, 0, 1),
        Forecast(1, EventState.OPEN, "hooks", {"mul": 2}, 0, 0),
    ]
    assert list(forecasts[0].languages) == ["en", "de", "tr", "ar"]
    assert planned.deliveries() == []
    assert planned.unusable() == {}


def test_it_is_what_planning_then_does(planned: PlannedLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With canaries, people who stand in two lists or twice in one, the struck off, and lists that are half read."""
    monkeypatch.setattr("policy_site.notifier.audience.CHUNK_ROWS", 5)
    planned.publish(1)
    planned.suppress("person3@example.org")
    first = write_list(tmp_path / "first.csv", [*many(12), *many(2), "canary@example.org,en,"])
    second = write_list(tmp_path / "second.csv", [*many(12, start=8), "nobody,en,"])
    settings = settings_of(
        customers(first, canaries=["canary@example.org", "alone@example.org"]), customers(second, name="others")
    )

    class HalfwayError(Exception):
        """The planner is killed."""

    def stop(reached: Pass) -> None:
        if reached.planned >= 5:
            raise HalfwayError

    (before,) = forecast_notices(planned.ledger, settings, open_events(planned.ledger))
    with pytest.raises(HalfwayError):
        plan_notices(planned.ledger, settings, progress=stop)
    (halfway,) = forecast_notices(planned.ledger, settings, open_events(planned.ledger))
    plan_notices(planned.ledger, settings)
    (after,) = forecast_notices(planned.ledger, settings, open_events(planned.ledger))
    told = [row for row in planned.deliveries() if row.state == "pending"]
    assert before.languages == {
        language: sum(row.language == language for row in told) for language in ("en", "tr", "de")
    }
    assert (before.suppressed, before.unusable) == (1, 1)
    assert halfway.languages == after.languages == before.languages
    planned_again = planned.deliveries()
    assert {row.recipient for row in planned_again} == {
        *(f"person{number}@example.org" for number in range(20)), "canary@example.org", "alone@example.org",
    }  # fmt: skip


def test_of_a_list_that_was_read_to_its_end_nothing_is_foretold(planned: PlannedLedger, tmp_path: Path) -> None:
    planned.publish(1)
    settings = settings_of(customers(write_list(tmp_path / "list.csv", ["nobody,en,", *many(3)])))
    plan_notices(planned.ledger, settings)
    for address in planned.addresses():
        planned.deliver(address, "sent", "250 Ok")
    assert list(forecast_notices(planned.ledger, settings, open_events(planned.ledger))) == []


class TestPreview:
    def test_it_is_the_message_that_is_then_sent(self, tmp_path: Path, server: ScriptedServer) -> None:
        mailing = Mailing(tmp_path, server.port, others={"max_new": 0})
        mailing.announce()
        mailing.people(["somebody@example.org,de,"])
        assert mailing.run("ingest").status == 6
        before = mailing.run_apart("preview", str(NOTICE), "--language", "de")
        assert before.status == 0, before.said
        assert mailing.run("release").status == 0
        assert mailing.run().status == 0
        sent, foreseen = (
            message_from_string(text.replace("\r\n", "\n")) for text in (server.taken[0].content.decode(), before.out)
        )
        assert foreseen["Subject"] == sent["Subject"]
        assert foreseen["Message-ID"] == sent["Message-ID"]
        parts = [[part.get_payload() for part in one.walk() if not part.is_multipart()] for one in (sent, foreseen)]
        assert parts[0] == parts[1]

    def test_it_is_no_evidence(self, tmp_path: Path, server: ScriptedServer) -> None:
        mailing = Mailing(tmp_path, server.port)
        mailing.announce()
        mailing.plan()
        mailing.run_apart("preview", str(NOTICE))
        assert [json.loads(line)["kind"] for line in mailing.run("report", str(NOTICE)).out.splitlines()] == [
            "event", "delivery",
        ]  # fmt: skip
        assert mailing.run("preview", "99").status == 2
        over = mailing.run("preview", str(NOTICE), "--channel", "none")
        assert (over.status, "There is no channel 'none'. Name one of these: mail." in over.err) == (2, True)


class TestDryRun:
    def test_it_reads_the_feed_and_keeps_nothing(self, tmp_path: Path, server: ScriptedServer) -> None:
        mailing = Mailing(tmp_path, server.port)
        mailing.announce()
        mailing.people(["a@example.org,en,", "b@example.org,de,"])
        for _ in range(2):
            over = mailing.run("run", "--dry-run")
            assert over.status == 0, over.said
            assert "1 new events, 1 of which people are told." in over.out
            assert f"{NOTICE}\topen\tmail\t2\tde:1 en:1\t0\t0" in over.out
        assert (server.taken, mailing.rows()) == ([], {})
        assert mailing.run().status == 0
        assert len(server.taken) == 2
        assert "Nobody would be told of anything." in mailing.run("run", "--dry-run").out

    def test_what_would_be_held_is_told_as_held(self, tmp_path: Path, server: ScriptedServer) -> None:
        mailing = Mailing(tmp_path, server.port, others={"max_new": 0})
        mailing.announce()
        for_machines = json.loads(mailing.run("run", "--dry-run", "--format", "json").out)
        assert [(one["event"], one["state"], one["languages"]) for one in for_machines["forecasts"]] == [
            (NOTICE, "held", {"en": 1})
        ]

    def test_the_first_run_is_foretold_as_one_that_tells_nobody(self, tmp_path: Path, server: ScriptedServer) -> None:
        mailing = Mailing(tmp_path, server.port)
        mailing.publish()
        over = mailing.run("run", "--dry-run")
        assert "nobody is told of what was before" in over.out
        assert mailing.run("status").out == "The feed was not read yet.\n"

    def test_a_feed_that_is_away_does_not_keep_it_from_counting(self, tmp_path: Path, server: ScriptedServer) -> None:
        mailing = Mailing(tmp_path, server.port)
        mailing.announce()
        mailing.plan()
        (tmp_path / "site" / "changes" / "v1" / "feed.json").rename(tmp_path / "away.json")
        over = mailing.run("run", "--dry-run")
        assert over.status == 3
        assert f"{NOTICE}\topen\tmail\t1\ten:1\t0\t0" in over.out
