"""What people were told about a published version is taken back openly, by somebody who stands for it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from policy_site.model import Finding
from tests.support.builder import PolicyRepository
from tests.support.publishing import findings_of

_LABEL = "2026-03-01"
_NOTE = f"content/privacy/releases/{_LABEL}.md"
_APPROVED = "approved_by: [Data protection officer]"
_SIGNIFICANT, _MINOR = 'significance: "significant"', "significance: minor\nreason: A misprint."


def publish(tmp_path: Path, *facts: str, published: str = "2026-01-05") -> PolicyRepository:
    """Publish a significant version, with these facts besides its own."""
    policies = PolicyRepository(tmp_path / "repository").site()
    policies.publish("privacy", effective="2025-03-01", text="## Data {#data}\n\nWe keep names.\n")
    policies.publish(
        "privacy",
        effective=_LABEL,
        published=published,
        text="## Data {#data}\n\nWe keep names and numbers.\n",
        changes=[{"category": "data-categories", "sections": ["data"]}],
    )
    for fact in facts:
        edit(policies, _SIGNIFICANT, f"{_SIGNIFICANT}\n{fact}")
    policies.commit(when="2026-01-05T10:00:00Z")
    return policies


def edit(policies: PolicyRepository, old: str, new: str) -> None:
    text = (policies.root / _NOTE).read_text(encoding="utf-8")
    assert old in text, text
    policies.write(_NOTE, text.replace(old, new))


def lowered(policies: PolicyRepository, *, on: str = "2026-01-11") -> list[Finding]:
    """Commit what was edited, and return what the rule says of it on that day."""
    policies.commit(when=f"{on}T10:00:00Z")
    return [
        found
        for found in findings_of(policies, as_of=datetime.fromisoformat(f"{on}T12:00:00Z"))
        if found.rule == "lowered-facts"
    ]


def test_a_published_significance_is_not_lowered_by_a_reason_alone(tmp_path: Path) -> None:
    policies = publish(tmp_path)
    edit(policies, _SIGNIFICANT, _MINOR)
    (finding,) = lowered(policies)
    assert finding.message == (
        "Version '2026-03-01' was published with `significance: significant`, and readers were told so; the"
        " release note now says `minor`."
    )
    lines = (policies.root / _NOTE).read_text(encoding="utf-8").splitlines()
    assert finding.line is not None
    assert lines[finding.line - 1] == "significance: minor"


@pytest.mark.parametrize(
    ("published_with", "edited"),
    [
        ((), f"significance: minor\n{_APPROVED}"),
        ((_APPROVED,), _MINOR.partition("\n")[0]),
        (("reason: None.", _APPROVED), _MINOR.partition("\n")[0]),
    ],
    ids=["no reason", "approved before and no reason", "approved and explained before"],
)
def test_a_name_or_an_old_reason_is_not_enough(tmp_path: Path, published_with: tuple[str, ...], edited: str) -> None:
    policies = publish(tmp_path, *published_with)
    edit(policies, _SIGNIFICANT, edited)
    assert len(lowered(policies)) == 1


def test_it_is_lowered_with_a_new_reason_and_the_name_of_who_approved_it(tmp_path: Path) -> None:
    policies = publish(tmp_path)
    edit(policies, _SIGNIFICANT, f"{_MINOR}\n{_APPROVED}")
    assert lowered(policies) == []


def test_raising_it_needs_no_approval(tmp_path: Path) -> None:
    policies = publish(tmp_path)
    edit(policies, _SIGNIFICANT, f"{_MINOR}\n{_APPROVED}")
    lowered(policies)
    edit(policies, f"{_MINOR}\n{_APPROVED}", _SIGNIFICANT)
    assert lowered(policies, on="2026-01-12") == []


def test_lowering_it_in_two_steps_is_lowering_it(tmp_path: Path) -> None:
    policies = publish(tmp_path)
    edit(policies, _SIGNIFICANT, f"{_MINOR}\n{_APPROVED}")
    lowered(policies)
    edit(policies, f"{_MINOR}\n{_APPROVED}", "significance: editorial\nreason: A comma.")
    assert len(lowered(policies, on="2026-01-12")) == 1


def test_it_is_told_at_the_changes_where_the_note_states_no_significance(tmp_path: Path) -> None:
    policies = publish(tmp_path)
    edit(policies, f"{_SIGNIFICANT}\n", "")
    edit(policies, "data-categories", "clarification")
    (finding,) = lowered(policies)
    lines = (policies.root / _NOTE).read_text(encoding="utf-8").splitlines()
    assert finding.line is not None
    assert lines[finding.line - 1].startswith("changes:")


def test_consent_that_was_asked_for_is_not_taken_back_in_silence(tmp_path: Path) -> None:
    policies = publish(tmp_path, "consent: renew")
    edit(policies, "consent: renew", "consent: none")
    (finding,) = lowered(policies)
    assert "`consent: renew`" in finding.message


def test_a_note_is_free_until_its_day_of_publication(tmp_path: Path) -> None:
    policies = publish(tmp_path, published="2026-01-20")
    edit(policies, _SIGNIFICANT, _MINOR)
    policies.commit(when="2026-01-11T10:00:00Z")
    found = findings_of(policies, as_of=datetime.fromisoformat("2026-01-25T12:00:00Z"))
    assert [finding for finding in found if finding.rule == "lowered-facts"] == []


def test_what_is_corrected_once_a_version_no_longer_applies_is_left_alone(tmp_path: Path) -> None:
    policies = publish(tmp_path)
    policies.publish("privacy", effective="2026-06-01", text="## Data {#data}\n\nWe keep numbers.\n")
    edit(policies, _SIGNIFICANT, _MINOR)
    assert lowered(policies, on="2026-06-10") == []


@pytest.mark.parametrize("declared", ["", f"{_APPROVED}\n", "reason: A court asked for it.\n"])
def test_a_day_that_was_announced_does_not_come_earlier_in_silence(tmp_path: Path, declared: str) -> None:
    policies = publish(tmp_path)
    edit(policies, f"effective: {_LABEL}", f"{declared}effective: 2026-02-20")
    (finding,) = lowered(policies)
    assert finding.message == (
        "Version '2026-03-01' was announced for 2026-03-01, and readers were told so; the release note now says"
        " 2026-02-20, which is earlier. From the day of this change, readers get 40 days' notice instead"
        " of 55."
    )
    lines = (policies.root / _NOTE).read_text(encoding="utf-8").splitlines()
    assert finding.line is not None
    assert lines[finding.line - 1] == "effective: 2026-02-20"


@pytest.mark.parametrize(
    "declared", [f"reason: A court asked for it.\n{_APPROVED}", "exception: {reason: A court, approved_by: Counsel}"]
)
def test_an_earlier_day_is_declared_by_somebody_who_stands_for_it(tmp_path: Path, declared: str) -> None:
    policies = publish(tmp_path)
    edit(policies, f"effective: {_LABEL}", f"{declared}\neffective: 2026-02-20")
    assert lowered(policies) == []


def test_another_edit_does_not_hide_that_a_day_came_earlier(tmp_path: Path) -> None:
    policies = publish(tmp_path)
    edit(policies, f"effective: {_LABEL}", "effective: 2026-02-20")
    lowered(policies)
    edit(policies, "## ", "A word.\n\n## ")
    assert len(lowered(policies, on="2026-01-12")) == 1


@pytest.mark.parametrize(("days", "findings"), [(("2026-04-01",), 0), (("2026-04-01", "2026-03-15"), 1)])
def test_a_later_day_needs_no_approval_and_holds_from_then_on(
    tmp_path: Path, days: tuple[str, ...], findings: int
) -> None:
    policies, written = publish(tmp_path), f"effective: {_LABEL}"
    found: list[Finding] = []
    for number, day in enumerate(days):
        edit(policies, written, f"effective: {day}")
        written, found = f"effective: {day}", lowered(policies, on=f"2026-01-{11 + number}")
    assert len(found) == findings


def test_a_day_that_came_earlier_and_was_put_back_is_as_it_was_told(tmp_path: Path) -> None:
    policies = publish(tmp_path)
    edit(policies, f"effective: {_LABEL}", "effective: 2026-02-20")
    lowered(policies)
    edit(policies, "effective: 2026-02-20", f"effective: {_LABEL}")
    assert lowered(policies, on="2026-01-12") == []
