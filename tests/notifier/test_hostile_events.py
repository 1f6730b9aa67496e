"""One event with a value that nobody can be told of is held with a sentence; its neighbours and later runs go on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policy_site.notifier.readable import oddity_of
from tests.support.mailing import NOTICE, Mailing
from tests.support.published_feeds import Record, chained, history
from tests.support.scripted_smtp import ScriptedServer

PLAIN = history(NOTICE)[-1]
LONG = "x" * 300_000


def edition(**facts: Any) -> dict[str, Any]:
    return {"editions": {tag: {**one, **facts} for tag, one in PLAIN["editions"].items()}}


HOSTILE: dict[str, dict[str, Any]] = {
    "after the end of the calendar": {"effective_at": "9999-12-31T23:59:59-12:00"},
    "before its beginning": {"effective_at": "0001-01-01T00:00:00+14:00"},
    "notice after the end": {"notice_at": "9999-12-31T23:59:59-12:00"},
    "published before the beginning": {"published_at": "0001-01-01T00:00:00+12:00"},
    "no instant": {"effective_at": "tomorrow"},
    "no text": {"effective_at": 17},
    "without a zone": {"effective_at": "2026-01-01T00:00:00"},
    "a day of nowhere": {"effective_date": "2026-02-30"},
    "a day at the end": {"effective_date": "9999-12-31"},
    "a zone of nowhere": {"time_zone": "Mars/Base"},
    "a zone that is a path": {"time_zone": "../../etc/passwd"},
    "a zone with a zero byte": {"time_zone": "UTC\0"},
    "no zone": {"time_zone": None},
    "consent by never": {"consent": {"required": True, "by": "9999-99-99"}},
    "consent that is a word": {"consent": "yes"},
    "consent that is a text": {"consent": {"required": "false", "by": None}},
    "no editions": {"editions": {}},
    "editions that are a list": {"editions": []},
    "another authoritative language": {"authoritative_language": "tlh"},
    "a language with a line end": {"editions": {"en\r\nBcc: x": PLAIN["editions"]["en"]}},
    "a title that is a list": edition(title=["a"]),
    "a title without end": edition(title=LONG),
    "words that are a number": edition(summary=5),
    "words without HTML": edition(summary={"text": "a"}),
    "words without end": edition(summary={"text": LONG, "html": ""}),
    "an address that acts": edition(version_url="javascript:alert(1)"),
    "an address that is none": edition(changes_url=None),
    "no address at all": edition(compare_url={"a": 1}),
    "a version before that is a number": {"previous_version": 4},
}


def following(*records: Record) -> list[Record]:
    """Return a feed that goes on with these, each an event of its own."""
    named = [{**one, "id": f"tag:example.org,2026:{place}", "supersedes": None} for place, one in enumerate(records)]
    return chained([*history(NOTICE - 1), *named])


def publish_raw(mailing: Mailing, events: list[Record]) -> None:
    """Write a feed whatever its values are, as somebody does who is no publisher of ours."""
    mailing.publish(NOTICE - 1)
    path = mailing.folder / "site/changes/v1/feed.json"
    page = json.loads(path.read_text())
    page |= {"events": events, "head": {"seq": events[-1]["seq"], "hash": events[-1]["hash"]}}
    path.write_text(json.dumps(page))


@pytest.mark.parametrize("facts", HOSTILE.values(), ids=list(HOSTILE))
def test_a_value_that_nobody_can_be_told_of_is_named(facts: dict[str, Any]) -> None:
    assert oddity_of(PLAIN) is None
    oddity = oddity_of({**PLAIN, **facts})
    assert oddity
    assert "\n" not in oddity
    assert len(oddity) < 400


@pytest.mark.parametrize(
    "name", ["after the end of the calendar", "a zone with a zero byte", "words that are a number"]
)
def test_it_is_held_with_a_sentence_and_all_others_go_on(tmp_path: Path, server: ScriptedServer, name: str) -> None:
    mailing = Mailing(tmp_path, server.port)
    mailing.publish(NOTICE - 1)
    mailing.run()
    bad = {**PLAIN, "version": "bad", **HOSTILE[name]}
    mended = {**PLAIN, "version": "bad", "type": "policy.version.corrected"}
    good = {**PLAIN, "version": "good"}
    publish_raw(mailing, following(bad, good))
    first = mailing.run()
    assert first.status == 6
    assert f"Event {NOTICE} is held: " in first.err
    assert "nobody can be told of it" in first.err
    assert len(server.taken) == 1, "the good one"
    publish_raw(mailing, following(bad, good, {**PLAIN, "version": "later"}, mended))
    second = mailing.run()
    assert second.status == 6
    assert len(server.taken) == 2, "later runs go on"
    assert f"Event {NOTICE + 3} is held: event {NOTICE} about the same version is held." in second.err
    assert mailing.run("release").status == 2, "it cannot be let go"
    status = json.loads(mailing.run("status", "--format", "json").out)
    assert [one["seq"] for one in status["events"] if one.get("held_for")] == [NOTICE, NOTICE + 3]
    assert mailing.run("rest", str(NOTICE)).status == 0
    assert mailing.run("release", str(NOTICE + 3)).status == 0
    assert mailing.run().status == 0
    assert len(server.taken) == 3


def test_one_in_the_past_disturbs_no_message(tmp_path: Path, server: ScriptedServer) -> None:
    mailing = Mailing(tmp_path, server.port)
    mailing.people(["a@example.org,en,bad", "b@example.org,en,2"])
    bad = {**PLAIN, "version": "bad", "effective_at": "9999-12-31T23:59:59-12:00"}
    publish_raw(mailing, following(bad))
    assert mailing.run().status == 0, "the first run tells nobody"
    publish_raw(mailing, following(bad, {**PLAIN, "version": "good"}))
    assert mailing.run().status == 0
    assert len(server.taken) == 2
