"""The moves of a policy's life, each by one command: what it writes passes every check, and nothing is written over."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policy_site.commands import main
from policy_site.drafting.labels import free_label
from policy_site.drafting.proposals import propose_category
from tests.support.builder import PolicyRepository

_DAY = "2026-03-20"
_TEXT = "## Data {{#data}}\n\nWe keep names for {days} days.\n\n## Rights {{#rights}}\n\nYou may object.\n"
_WORDS = "\n\nWe changed it.\n\n"


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PolicyRepository:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    policies = PolicyRepository(tmp_path / "repository").site(languages=["en", "de"])
    policies.publish("privacy", effective="2025-03-01", text=_TEXT.format(days=30))
    monkeypatch.chdir(policies.root)
    return policies


def announce(policies: PolicyRepository) -> None:
    """Announce sixty days from May on."""
    policies.publish(
        "privacy",
        effective="2026-05-01",
        published="2026-03-01",
        text=_TEXT.format(days=60),
        changes=[{"category": "retention", "sections": ["data"]}],
    )


def edit(policies: PolicyRepository, path: str, old: str, new: str) -> None:
    file = policies.content / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def move(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> dict[str, Any]:
    assert main([*arguments, "--as-of", _DAY, "--format", "json", "--quiet"]) == status
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def refuse(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main([*arguments, "--as-of", _DAY, "--quiet"]) == 2
    return capsys.readouterr().err


def fill(policies: PolicyRepository, label: str) -> None:
    """Write words under every heading of a note."""
    for note in (policies.content / "privacy/releases").glob(f"{label}*.md"):
        text = note.read_text(encoding="utf-8")
        note.write_text(
            "".join(f"{line}{_WORDS if line.startswith('## ') else ''}" for line in text.splitlines(keepends=True))
        )


def check(capsys: pytest.CaptureFixture[str], *, day: str = _DAY) -> str:
    main(["check", "--work-tree", "--as-of", day])
    return capsys.readouterr().err


def test_release_proposes_sections_category_and_dates_that_keep_the_promise(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(policies, "privacy/en.md", "30 days", "60 days")
    told = move(capsys, "release", "privacy", "--category", "data=retention")
    assert told["facts"]["sections"] == "data"
    assert told["facts"]["categories"] == "retention"
    assert told["facts"]["significance"] == "significant"
    days = (date.fromisoformat(told["facts"]["effective"]) - date.fromisoformat(_DAY)).days
    assert days >= 30
    label = told["facts"]["label"]
    note = (policies.content / f"privacy/releases/{label}.md").read_text(encoding="utf-8")
    assert "period: 30 days → 60 days" in note
    assert f"version: {label}" in (policies.content / "privacy/en.md").read_text(encoding="utf-8")
    fill(policies, label)
    assert "error" not in check(capsys)


def test_release_writes_every_required_language(policies: PolicyRepository, capsys: pytest.CaptureFixture[str]) -> None:
    policies.site(languages=["en", "de"], policies=[{"id": "privacy", "required_languages": ["en", "de"]}])
    edit(policies, "privacy/en.md", "30 days", "60 days")
    label = move(capsys, "release", "privacy")["facts"]["label"]
    german = (policies.content / f"privacy/releases/{label}.de.md").read_text(encoding="utf-8")
    assert german.count("{#") == 3
    assert "What changed" not in german


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "there is nothing to release"),
        (("--fix",), "No version is announced"),
        (("--category", "money"), "There is no category 'money'"),
        (("--label", "2025-03-01"), "there is nothing to release"),
    ],
)
def test_release_of_what_did_not_change_is_refused(
    arguments: tuple[str, ...], said: str, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    before = policies.git("status", "--porcelain")
    assert said in refuse(capsys, "release", "privacy", *arguments)
    assert policies.git("status", "--porcelain") == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--effective", "2026-04-01"), "site.toml promises readers 30 days' notice"),
        (("--label", "2025-03-01"), "is in use"),
        (("--effective", "tomorrow"), ""),
    ],
)
def test_release_refuses_what_breaks_a_promise(
    arguments: tuple[str, ...], said: str, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(policies, "privacy/en.md", "30 days", "60 days")
    if not said:
        with pytest.raises(SystemExit, match="2"):
            main(["release", "privacy", *arguments])
        return
    assert said in refuse(capsys, "release", "privacy", *arguments)
    assert not policies.git("status", "--porcelain", "--", "content/privacy/releases")


def test_nothing_is_written_over_and_a_dry_run_writes_nothing(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(policies, "privacy/en.md", "30 days", "60 days")
    before = policies.git("status", "--porcelain", "-uall")
    move(capsys, "release", "privacy", "--dry-run")
    assert policies.git("status", "--porcelain", "-uall") == before
    label = move(capsys, "release", "privacy")["facts"]["label"]
    assert "is in use" in refuse(capsys, "release", "privacy", "--label", label)


def test_two_branches_get_two_labels(policies: PolicyRepository, capsys: pytest.CaptureFixture[str]) -> None:
    labels = []
    for name, days in (("first", 60), ("second", 90)):
        policies.branch("main").branch(name)
        edit(policies, "privacy/en.md", "30 days", f"{days} days")
        labels.append(move(capsys, "release", "privacy")["facts"]["label"])
        policies.commit(when=_DAY)
    assert labels[0] != labels[1]


def test_a_fix_corrects_the_text_in_force_while_another_version_is_announced(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(policies)
    told = move(capsys, "release", "privacy", "--fix")
    label = told["facts"]["label"]
    text = (policies.content / f"privacy/versions/{label}.en.md").read_text(encoding="utf-8")
    assert "30 days" in text, "the words in force, and not the announced ones"
    edit(policies, f"privacy/versions/{label}.en.md", "You may object.", "You may object at any time.")
    edit(
        policies,
        f"privacy/releases/{label}.md",
        "{category: editorial}",
        "{category: clarification, sections: [rights]}",
    )
    follow_up = (policies.content / "privacy/versions/2026-05-01-2.en.md").read_text(encoding="utf-8")
    assert "60 days" in follow_up, "the announced words, to which the correction is carried"
    note = (policies.content / "privacy/releases/2026-05-01-2.md").read_text(encoding="utf-8")
    assert "effective: 2026-05-01" in note
    edit(policies, "privacy/versions/2026-05-01-2.en.md", "You may object.", "You may object at any time.")
    fill(policies, label)
    fill(policies, "2026-05-01-2")
    policies.commit(when=f"{_DAY}T10:00")
    assert main(["log", "privacy", "--as-of", "2026-03-25", "--format", "json"]) == 0
    standing = {version["version"]: version["standing"] for version in json.loads(capsys.readouterr().out)}
    assert standing[label] == "in-force"
    assert standing["2026-05-01"] == "upcoming"


def test_withdrawing_gives_the_text_in_force_its_place_back(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(policies)
    move(capsys, "withdraw", "privacy", "2026-05-01")
    assert "30 days" in (policies.content / "privacy/en.md").read_text(encoding="utf-8")
    assert "60 days" in (policies.content / "privacy/versions/2026-05-01.en.md").read_text(encoding="utf-8")
    assert "error" not in check(capsys)
    policies.commit(when=f"{_DAY}T10:00")
    assert main(["log", "privacy", "--as-of", "2026-06-01", "--format", "json"]) == 0
    standing = {version["version"]: version["standing"] for version in json.loads(capsys.readouterr().out)}
    assert standing == {"2025-03-01": "in-force", "2026-05-01": "withdrawn"}


def test_a_version_is_postponed_and_brought_forward(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(policies)
    for day in ("2026-06-01", "2026-05-02"):
        move(capsys, "postpone", "privacy", "2026-05-01", day)
        note = (policies.content / "privacy/releases/2026-05-01.md").read_text(encoding="utf-8")
        assert f"effective: {day}" in note
        assert "error" not in check(capsys)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("postpone", "privacy", "2025-03-01", "2026-06-01"), "it cannot be moved"),
        (("postpone", "privacy", "2026-05-01", "2026-01-01"), "is not ahead"),
        (("postpone", "privacy", "2026-05-01", "2026-05-01"), "on that day already"),
        (("withdraw", "privacy", "2024-01-01"), "has no release note for a version '2024-01-01'"),
        (("withdraw", "terms", "2026-05-01"), "site.toml has no policy 'terms'"),
        (("review-done", "privacy", "--day", "2026-12-01"), "lies ahead"),
    ],
)
def test_moves_that_cannot_be_made_are_refused(
    arguments: tuple[str, ...], said: str, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(policies)
    assert said in refuse(capsys, *arguments)
    assert not policies.git("status", "--porcelain")


def test_the_end_and_the_reviews_of_a_policy_stand_in_site_toml_with_its_comments(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    toml = policies.content / "site.toml"
    toml.write_text(f"# Ours.\n{toml.read_text(encoding='utf-8')}", encoding="utf-8")
    move(capsys, "review-done", "privacy")
    move(capsys, "retire", "privacy", "2027-01-01")
    text = toml.read_text(encoding="utf-8")
    assert text.startswith("# Ours.\n")
    assert "reviewed = [2026-03-20]" in text
    assert "retired = 2027-01-01" in text
    assert "recorded already" in refuse(capsys, "review-done", "privacy")


def test_an_old_text_is_recorded_with_its_dates(
    policies: PolicyRepository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "old.txt"
    old.write_text("Privacy\n\nDATA\n\nWe keep names for 10 days.\n", encoding="utf-8")
    told = move(capsys, "backfill", "privacy", str(old), "--effective", "2020-05-01")
    assert told["facts"]["label"] == "2020-05-01"
    fill(policies, "2020-05-01")
    policies.commit(when=f"{_DAY}T10:00")
    assert main(["log", "privacy", "--as-of", _DAY, "--format", "json"]) == 0
    assert [version["version"] for version in json.loads(capsys.readouterr().out)] == ["2025-03-01", "2020-05-01"]


def test_a_link_is_never_written_through(
    policies: PolicyRepository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    edit(policies, "privacy/en.md", "30 days", "60 days")
    releases = policies.content / "privacy/releases"
    releases.rename(tmp_path / "kept")
    releases.symlink_to(elsewhere)
    refuse(capsys, "release", "privacy", "--label", "2027-01-01")
    assert not list(elsewhere.iterdir())


def test_labels_are_days_and_a_letter_where_a_day_is_taken() -> None:
    day = date(2027, 3, 1)
    assert free_label(day, ()) == "2027-03-01"
    assert free_label(day, {"2027-03-01", "2027-03-01-B"}) == "2027-03-01-c"


@pytest.mark.parametrize(
    ("heading", "evidence", "category"),
    [
        ("How long we keep it", ("period: 30 days → 60 days",), "retention"),
        ("Who we share it with", ("party: — → Acme",), "recipients"),
        ("Prices", ("amount: 5 EUR → 6 EUR",), "price"),
        ("Contact", ("email: a@b.example → c@b.example",), "contact"),
        ("Anything", ("email: a@b.example → c@b.example",), "contact"),
        ("Anything", ("negation: not → —",), "purpose"),
        ("Anything", (), "clarification"),
    ],
)
def test_categories_are_proposed_from_headings_and_words(
    heading: str, evidence: tuple[str, ...], category: str
) -> None:
    assert propose_category(section_id="x", heading=heading, evidence=evidence, changes_words=True) == category
