"""A version is published when readers could read it; one of the past is put on record without a notice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from policy_site.checks import check
from policy_site.commands import main
from policy_site.history import read_history
from policy_site.model import Event, EventKind, Severity
from policy_site.publication import Publication, compile_publication
from policy_site.settings import read_settings
from policy_site.sources import Places
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

FIRST, SECOND = "2024-03-01", "2025-03-01"
TEXT = "## Data {#data}\n\nWe keep your data for 90 days.\n"
CHANGES = ({"category": "retention", "sections": ["data"]},)


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PolicyRepository:
    repository = PolicyRepository(tmp_path / "repository").site()
    repository.publish("privacy", effective=FIRST, text=TEXT, published="2024-01-10")
    repository.publish(
        "privacy", effective=SECOND, text=TEXT.replace("90", "60"), published="2025-01-10", changes=CHANGES
    )
    monkeypatch.chdir(repository.root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return repository


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=20, tzinfo=UTC)


def publish(policies: PolicyRepository, effective: str, *, published: str | None, when: str, days: int = 30) -> None:
    """Publish a shorter period, with the day that the note names, or without one."""
    text = TEXT.replace("90", str(days))
    policies.publish("privacy", effective=effective, text=text, published=published or when, changes=CHANGES, when=when)


def told(publication: Publication, label: str) -> list[Event]:
    return [event for event in publication.events if event.version == label]


# --- announced before it could be read -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "days"),
    [("2025-04-01", 2), ("2025-05-01", 2), ("2025-05-29", 2)],
    ids=["long ago", "a month", "yesterday"],
)
def test_a_day_before_the_merge_is_a_finding_with_the_real_notice(
    policies: PolicyRepository, published: str, days: int
) -> None:
    publish(policies, "2025-06-01", published=published, when="2025-05-30")
    publication = compiled(policies, as_of=at("2025-05-30"))
    found = {finding.rule: finding for finding in check(publication)}
    assert set(found) == {"publication-day", "notice-period"}
    assert f"`published:` says {published}" in found["publication-day"].message
    assert f"readers get {days} days of notice" in found["publication-day"].message
    assert f"gives readers {days} days' notice" in found["notice-period"].message
    version = publication.policy("privacy").version("2025-06-01")
    assert version.published_date.isoformat() == "2025-05-30"


def test_the_day_of_the_merge_and_later_days_are_believed(policies: PolicyRepository) -> None:
    publish(policies, "2025-08-01", published="2025-05-30", when="2025-05-30T18:00:00")
    publish(policies, "2025-10-01", published="2025-06-05", when="2025-05-31", days=20)
    publication = compiled(policies, as_of=at("2025-06-06"))
    assert check(publication) == ()
    days = [version.published_date.isoformat() for version in publication.policy("privacy").versions[2:]]
    assert days == ["2025-05-30", "2025-06-05"]


def test_what_is_imported_with_the_first_note_is_believed(tmp_path: Path) -> None:
    repository = PolicyRepository(tmp_path / "repository").site()
    for label, days in (("2020-01-01", 90), ("2021-01-01", 60)):
        publish(repository, label, published=f"{int(label[:4]) - 1}-11-01", when="2025-01-01", days=days)
    publication = compiled(repository, as_of=at("2025-02-01"))
    assert check(publication) == ()
    assert [version.published_date.year for version in publication.policy("privacy").versions] == [2019, 2020]


def test_an_import_may_not_shorten_a_notice_that_lies_ahead(tmp_path: Path) -> None:
    repository = PolicyRepository(tmp_path / "repository").site()
    publish(repository, "2020-01-01", published="2019-11-01", when="2025-01-01", days=90)
    publish(repository, "2025-01-10", published="2024-11-01", when="2025-01-01", days=60)
    (finding,) = check(compiled(repository, as_of=at("2025-01-02")))
    assert "gives readers 9 days' notice, since it was merged on 2025-01-01 and not on 2024-11-01" in finding.message


def _merge(policies: PolicyRepository, *, style: str) -> None:
    """Merge a branch whose commit is of 1 April on 30 May."""
    policies.branch("shorter")
    policies.write("content/privacy/versions/next.en.md", f"---\ntitle: Privacy\n---\n{TEXT.replace('90', '30')}")
    changes = "changes:\n  - {category: clarification, sections: [data]}\n"
    note = f"---\neffective: 2025-08-01\n{changes}---\n## What {{#summary}}\n\nx\n"
    policies.write("content/privacy/releases/next.md", note).commit(when="2025-04-01")
    policies.branch("main")
    if style == "merge":
        policies.merge("shorter", when="2025-05-30")
    elif style == "squash":
        policies.git("merge", "--quiet", "--squash", "shorter")
        policies.commit(when="2025-05-30")
    elif style == "rebase":
        policies.git("cherry-pick", "shorter", when=datetime(2025, 5, 30, 12, tzinfo=UTC))
    else:
        policies.git("merge", "--quiet", "--ff-only", "shorter")


@pytest.mark.parametrize(
    ("style", "day"),
    [("merge", "2025-05-30"), ("squash", "2025-05-30"), ("rebase", "2025-05-30"), ("fast-forward", "2025-04-01")],
)
def test_a_merge_dates_a_version_and_a_fast_forward_leaves_no_day_in_git(
    policies: PolicyRepository, style: str, day: str
) -> None:
    _merge(policies, style=style)
    version = compiled(policies, as_of=at("2025-06-01")).policy("privacy").version("next")
    assert version.published_date.isoformat() == day


def test_the_published_feed_knows_better_than_a_fast_forward(policies: PolicyRepository) -> None:
    published = compiled(policies, as_of=at("2025-05-20")).events
    reviewed = replace(published[-1], seq=len(published) + 1, id="later", occurred_at=at("2025-05-20"))
    _merge(policies, style="fast-forward")
    settings = read_settings(policies.content / "site.toml")
    places = Places(settings)
    history = read_history(
        policies.root, folder="content", branch="main", wanted=lambda path: places.of(path) is not None
    )
    publication = compile_publication(settings, history, as_of=at("2025-06-01"), published=(*published, reviewed))
    version = publication.policy("privacy").version("next")
    assert version.published_date.isoformat() == "2025-05-20", "the feed of that day does not tell it"


# --- the past, put on record -----------------------------------------------------------------------------------------


def backfill(policies: PolicyRepository, label: str = "2020-01-01", *, when: str = "2025-05-30") -> None:
    changes = "changes:\n  - {category: retention, sections: [data]}\n"
    note = f"---\npublished: {int(label[:4]) - 1}-11-01\neffective: {label}\n{changes}---\n"
    words = "".join(f"## {part} {{#{part}}}\n\nx\n\n" for part in ("summary", "impact", "choices"))
    policies.write(f"content/privacy/archive/{label}.en.md", f"---\ntitle: Privacy\n---\n{TEXT.replace('90', '180')}")
    policies.write(f"content/privacy/releases/{label}.md", note + words).commit(when=when)


def test_a_version_of_the_past_is_put_on_record_with_its_own_dates(policies: PolicyRepository) -> None:
    before = compiled(policies, as_of=at("2025-05-29"))
    backfill(policies)
    publication = compiled(policies, as_of=at("2025-06-01"))
    assert check(publication) == ()
    version = publication.policy("privacy").version("2020-01-01")
    assert (version.published_date.isoformat(), version.effective_date.isoformat()) == ("2019-11-01", "2020-01-01")
    assert [(event.kind, event.occurred_at.date().isoformat()) for event in told(publication, "2020-01-01")] == [
        (EventKind.RECORDED, "2025-05-30")
    ]
    assert publication.events[: len(before.events)] == before.events
    assert compiled(policies, as_of=at("2025-05-29")).events == before.events, "nobody could know of it before"


def test_a_version_between_two_others_is_put_on_record_too(policies: PolicyRepository) -> None:
    backfill(policies, "2024-06-01")
    publication = compiled(policies, as_of=at("2025-06-01"))
    assert [event.kind for event in told(publication, "2024-06-01")] == [EventKind.RECORDED]
    assert check(publication) == ()


def test_a_version_that_lies_ahead_is_no_backfill(policies: PolicyRepository) -> None:
    publish(policies, "2025-08-01", published="2025-05-30", when="2025-05-30")
    publication = compiled(policies, as_of=at("2025-09-01"))
    assert [event.kind for event in told(publication, "2025-08-01")] == [EventKind.PUBLISHED, EventKind.EFFECTIVE]


def test_a_build_goes_on_after_a_backfill_and_tells_nobody(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--jobs", "1", "--quiet"]) == 0
    before = json.loads(Path("build/site/changes/v1/feed.json").read_bytes())["events"]
    backfill(policies)
    assert main(["check", "--strict", "--quiet"]) == 0
    assert main(["build", "--jobs", "1", "--quiet", "--strict"]) == 0
    after = json.loads(Path("build/site/changes/v1/feed.json").read_bytes())["events"]
    assert after[: len(before)] == before
    assert [event["type"] for event in after[len(before) :]] == ["policy.version.recorded"]
    capsys.readouterr()
    assert main(["build", "--jobs", "1", "--quiet", "--strict"]) == 0, "and the next build, nothing changed"
    assert "2020" not in Path("build/site/en/privacy/notices.atom").read_text(encoding="utf-8")
    assert "2020" in Path("build/site/en/privacy/changes.atom").read_text(encoding="utf-8")
    assert "180 days" in Path("build/site/en/privacy/v/2020-01-01/index.html").read_text(encoding="utf-8")
    assert Severity.ERROR not in {finding.severity for finding in check(compiled(policies, as_of=at("2025-06-01")))}
