"""Each move of the guide for lawyers is one small pull request: what it does to readers, told as a team tells it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from policy_site.catalogue import upcoming, version_in_force
from policy_site.checks import check, stops_build
from policy_site.commands import main
from tests.support.builder import PolicyRepository, release_words
from tests.support.publishing import compiled

FIRST, SHORTER, GUESTS = "2025-01-01", "2026-08-01", "2026-10-01"
BASE = {"data": "We collect your name and your adress.", "keeping": "We keep it for 90 days.", "pets": "No pets."}
SHORT = "We keep it for 30 days."
DECLARED = "exception: {reason: The law asks for it earlier., approved_by: Board}"


class Team:
    """Lawyers who open one pull request a move."""

    def __init__(self, policies: PolicyRepository) -> None:
        self.policies = policies

    def release(self, label: str, day: str, category: str, section: str, *, on: str = "", **words: str) -> None:
        """Announce on ``day`` a version with these words in place of the first ones."""
        body = "".join(f"## {name} {{#{name}}}\n\n{text}\n\n" for name, text in {**BASE, **words}.items())
        changes = f"changes:\n  - {{category: {category}, sections: [{section}]}}\n"
        facts = f"published: {day}\neffective: {on or label}\n{changes}"
        self.policies.write(f"content/privacy/versions/{label}.en.md", f"---\ntitle: Privacy\n---\n{body}")
        self.policies.write(f"content/privacy/releases/{label}.md", f"---\n{facts}---\n{release_words()}")

    def merge(self, day: str) -> None:
        self.policies.commit(when=day)

    def edit_note(self, label: str, old: str, new: str) -> None:
        file = self.policies.content / f"privacy/releases/{label}.md"
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    def findings(self, day: str) -> set[str]:
        return {finding.rule for finding in check(compiled(self.policies, as_of=at(day)))}

    def reads(self, day: str) -> str:
        """Return the text that applies on a day, and see to it that the site could be built then."""
        publication = compiled(self.policies, as_of=at(day))
        assert not stops_build(check(publication), is_strict=True), check(publication)
        in_force = version_in_force(publication.policy("privacy"), at(day))
        assert in_force is not None
        return in_force.editions["en"].body

    def awaits(self, day: str) -> list[str]:
        policy = compiled(self.policies, as_of=at(day)).policy("privacy")
        return [version.label for version in upcoming(policy, at(day))]


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=20, tzinfo=UTC)


@pytest.fixture
def team(tmp_path: Path) -> Team:
    """Make a policy in force, and announce a significant version for August in a file of its own."""
    policies = PolicyRepository(tmp_path / "repository").site()
    body = "".join(f"## {name} {{#{name}}}\n\n{text}\n\n" for name, text in BASE.items())
    policies.publish("privacy", effective=FIRST, text=body, significance="minor")
    made = Team(policies)
    made.release(SHORTER, "2026-06-01", "retention", "keeping", keeping=SHORT)
    made.merge("2026-06-01")
    return made


def test_a_second_version_is_announced_while_the_first_one_waits(team: Team) -> None:
    team.release(GUESTS, "2026-06-10", "contract-terms", "pets", keeping=SHORT, pets="Cats only.")
    team.merge("2026-06-10")
    assert team.awaits("2026-06-11") == [SHORTER, GUESTS]
    assert ("90 days" in team.reads("2026-06-11"), "No pets" in team.reads("2026-08-02")) == (True, True)
    assert "Cats only" in team.reads("2026-10-02")


def test_the_text_in_force_is_corrected_while_another_version_waits(team: Team) -> None:
    right = "We collect your name and your address."
    team.release("2026-06-12", "2026-06-11", "editorial", "data", data=right)
    team.merge("2026-06-11")
    assert {"carried-words", "declared-changes"} & team.findings("2026-06-11"), "the announced text would undo it"
    team.release(f"{SHORTER}-2", "2026-06-11", "editorial", "data", on=SHORTER, data=right, keeping=SHORT)
    team.merge("2026-06-11")
    now, later = team.reads("2026-06-13"), team.reads("2026-08-02")
    assert ("address" in now, "90 days" in now) == (True, True), "nothing of August is there yet"
    assert ("address" in later, "30 days" in later) == (True, True), "and nothing is lost in August"


def test_a_withdrawn_version_leaves_no_word_behind(team: Team) -> None:
    team.edit_note(SHORTER, "effective:", "withdrawn: 2026-06-20\neffective:")
    team.merge("2026-06-20")
    assert team.awaits("2026-06-21") == []
    team.release("2026-09-01", "2026-06-25", "editorial", "data", keeping=SHORT, data="We collect names.")
    team.merge("2026-06-25")
    assert "carried-words" in team.findings("2026-06-25")
    team.policies.git("reset", "--quiet", "--hard", "HEAD~1")
    team.release("2026-09-01", "2026-06-25", "editorial", "data", data="We collect names.")
    team.merge("2026-06-25")
    assert "90 days" in team.reads("2026-09-02")


def test_a_version_is_postponed_past_the_next_one_and_is_told_what_it_would_undo(team: Team) -> None:
    team.release(GUESTS, "2026-06-10", "contract-terms", "pets", keeping=SHORT, pets="Cats only.")
    team.merge("2026-06-10")
    team.edit_note(SHORTER, f"effective: {SHORTER}", "effective: 2026-12-01")
    team.merge("2026-06-15")
    assert {"carried-words", "declared-changes"} & team.findings("2026-06-15")
    team.edit_note(SHORTER, "effective: 2026-12-01", "effective: 2026-09-01")
    team.merge("2026-06-16")
    assert "lowered-facts" in team.findings("2026-06-16"), "December was told"
    team.edit_note(SHORTER, "effective: 2026-09-01", f"effective: 2026-09-01\n{DECLARED}")
    team.merge("2026-06-16")
    assert "90 days" in team.reads("2026-08-15")
    assert "30 days" in team.reads("2026-09-02")


def test_a_version_is_brought_forward(team: Team) -> None:
    team.edit_note(SHORTER, f"effective: {SHORTER}", "effective: 2026-07-15")
    team.merge("2026-06-10")
    assert "lowered-facts" in team.findings("2026-06-10"), "August was told"
    team.edit_note(SHORTER, "effective: 2026-07-15", f"effective: 2026-07-15\n{DECLARED}")
    team.merge("2026-06-10")
    assert "30 days" in team.reads("2026-07-16")


def test_a_version_of_the_past_is_added_to_the_record(team: Team) -> None:
    before = compiled(team.policies, as_of=at("2026-06-19")).events
    team.policies.write(
        "content/privacy/archive/2020-01-01.en.md", "---\ntitle: Privacy\n---\n## Data {#data}\n\nAll.\n"
    )
    note = f"---\npublished: 2019-12-01\neffective: 2020-01-01\n---\n{release_words()}"
    team.policies.write("content/privacy/releases/2020-01-01.md", note)
    team.merge("2026-06-20")
    after = compiled(team.policies, as_of=at("2026-06-21")).events
    assert [event.kind.value for event in after[len(before) :]] == ["policy.version.recorded"]
    assert "90 days" in team.reads("2026-06-21")


def test_a_translation_comes_late(team: Team) -> None:
    team.policies.site(languages=["en", "de"])
    text = "".join(f"## {name} {{#{name}}}\n\nWorte.\n\n" for name in BASE).replace("Worte", "30 Tage", 1)
    team.policies.write(f"content/privacy/versions/{SHORTER}.de.md", f"---\ntitle: Datenschutz\n---\n{text}")
    team.merge("2026-06-20")
    version = compiled(team.policies, as_of=at("2026-06-21")).policy("privacy").version(SHORTER)
    assert sorted(version.editions) == ["de", "en"]


def test_a_retired_policy_is_not_in_force_in_the_log(
    team: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    team.policies.site(policies=[{"id": "privacy", "retired": date(2026, 7, 1)}])
    team.merge("2026-06-20")
    monkeypatch.chdir(team.policies.root)
    assert main(["log", "--quiet", "--as-of", "2026-07-02"]) == 0
    printed = capsys.readouterr().out
    assert "in-force" not in printed
    assert "retired" in printed
