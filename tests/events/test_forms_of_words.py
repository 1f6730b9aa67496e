"""A newer program may write the same words in another form: what is published stays, and nobody has to agree to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policy_site.commands import main
from policy_site.events.canonical import event_hash
from tests.support.builder import PolicyRepository

_WORDS = {"summary": "We keep names [longer](https://example.org/why).\n\n1. One\n2. Two"}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    policies = PolicyRepository(tmp_path / "repository").site()
    policies.publish("privacy", effective="2026-05-04", words=_WORDS)
    monkeypatch.chdir(policies.root)
    assert main(["build", "--as-of", "2026-05-05", "--quiet", "--jobs", "1", "--output", "published"]) == 0
    return policies.root


def republish(site: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Let the published feed say its words as an older program did, its chain whole."""
    file = site / "published/changes/v1/feed.json"
    feed = json.loads(file.read_text(encoding="utf-8"))
    prev = None
    for event in feed["events"]:
        change(event["editions"]["en"]["summary"])
        told = {key: value for key, value in {**event, "prev": prev}.items() if key != "hash"}
        event.update(told, hash=event_hash(told))
        prev = event["hash"]
    feed["head"]["hash"] = prev
    file.write_text(json.dumps(feed), encoding="utf-8")


def without_address(summary: dict[str, Any]) -> None:
    summary["text"] = summary["text"].replace(" (https://example.org/why)", "")


def with_other_tags(summary: dict[str, Any]) -> None:
    without_address(summary)
    summary["html"] = summary["html"].replace("<p>", "<div>").replace("</p>", "</div>").replace("\n", "")


def with_other_words(summary: dict[str, Any]) -> None:
    summary["html"] = summary["html"].replace("names", "addresses")
    summary["text"] = summary["text"].replace("names", "addresses")


def with_another_link(summary: dict[str, Any]) -> None:
    for form in ("html", "text"):
        summary[form] = summary[form].replace("example.org/why", "example.org/how")


@pytest.mark.parametrize(
    ("change", "status"), [(without_address, 0), (with_other_tags, 0), (with_other_words, 1), (with_another_link, 1)]
)
def test_words_in_another_form_stay_published_and_other_words_are_refused(
    change: Callable[[dict[str, Any]], None], status: int, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    republish(site, change)
    before = (site / "published/changes/v1/feed.json").read_text(encoding="utf-8")
    arguments = ["--previous", "published", "--output", "next", "--as-of", "2026-05-06", "--jobs", "1"]
    assert main(["build", *arguments]) == status
    assert ("their words have another form now" in capsys.readouterr().err) == (status == 0)
    if status == 0:
        after = json.loads((site / "next/changes/v1/feed.json").read_text(encoding="utf-8"))
        assert after["events"] == json.loads(before)["events"]
