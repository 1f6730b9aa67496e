"""A company's own rules: levels of rules, clauses that stay, words to avoid, who approves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policy_site.errors import SettingsError
from policy_site.model import Finding
from policy_site.settings import parse_settings
from tests.support.builder import PolicyRepository
from tests.support.publishing import findings_of

_TEXT = (
    "## Data {#data}\n\nWe keep names\nfor 30 days, and never sell them.\n\n## Rights {#rights}\n\nYou may object.\n"
)


def told(tmp_path: Path, *, text: str = _TEXT, **settings: Any) -> list[Finding]:
    policies = PolicyRepository(tmp_path / "repository").site(**settings)
    policies.publish("privacy", effective="2026-05-04", text=text)
    return [*findings_of(policies)]


@pytest.mark.parametrize(
    ("guard", "is_kept"),
    [
        ({"section": "rights"}, True),
        ({"section": "complaints"}, False),
        ({"sentence": "We keep names for 30 days, and never sell them."}, True),
        ({"sentence": "We keep names for 60 days"}, False),
        ({"sentence": "You may object.", "section": "rights"}, True),
        ({"sentence": "You may object.", "section": "data"}, False),
    ],
)
def test_a_guarded_clause_stays(guard: dict[str, str], is_kept: bool, tmp_path: Path) -> None:
    found = told(tmp_path, guards=[{"policy": "privacy", "reason": "We promised it.", **guard}])
    assert [finding.rule for finding in found] == ([] if is_kept else ["guarded-clauses"])
    assert all("Reason: We promised it." in finding.message for finding in found)


@pytest.mark.parametrize(
    ("level", "severities"), [("error", ["error"]), ("warning", ["warning"]), ("note", ["note"]), ("off", [])]
)
def test_a_rule_has_the_level_that_the_company_gives_it(level: str, severities: list[str], tmp_path: Path) -> None:
    found = told(tmp_path, avoid_words=["object"], rules={"avoided-words": level})
    assert [finding.severity for finding in found] == severities


def test_a_rule_that_is_not_there_is_an_error_with_the_one_that_was_meant(tmp_path: Path) -> None:
    (finding,) = told(tmp_path, rules={"notice-periods": "off"})
    assert finding.severity == "error"
    assert "'notice-period'" in finding.remedy


def test_words_to_avoid_are_found_whole_and_with_their_line(tmp_path: Path) -> None:
    found = told(tmp_path, text=_TEXT.replace("names", "mayor's names"), avoid_words=["wp260"])
    assert [(finding.rule, finding.line) for finding in found] == [("avoided-words", 12)]
    assert "'may'" in found[0].message


@pytest.mark.parametrize(("approved_by", "count"), [([], 1), (["Counsel"], 1), (["Data protection officer"], 0)])
def test_a_category_asks_for_its_approval(approved_by: list[str], count: int, tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "repository").site(approvals={"purpose": ["Data protection officer", "CEO"]})
    policies.publish("privacy", effective="2026-05-04", text=_TEXT, facts={"approved_by": approved_by})
    assert [finding.rule for finding in findings_of(policies)] == ["approvals"] * count


def test_a_text_covers_what_the_law_lists(tmp_path: Path) -> None:
    (finding,) = told(tmp_path, policies=[{"id": "privacy", "must_cover": "gdpr"}])
    assert "complaints to an authority (13(2)(d))" in finding.message
    assert "where the data comes from (14(2)(f))" in finding.message
    assert "how long the data is kept" not in finding.message


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("whom to ask about data protection", "Write to our DPO."),
        ("whether people must give the data", "Your age is optional."),
        ("where the data comes from", "We receive it from your bank."),
        ("which data it is", "Which information do we hold?"),
        ("who the controller is", "## Us {#about-us}"),
    ],
)
def test_a_topic_is_covered_by_words_or_by_the_id_of_a_section(topic: str, words: str, tmp_path: Path) -> None:
    policies: list[dict[str, str]] = [{"id": "privacy", "must_cover": "gdpr"}]
    (before,) = told(tmp_path / "before", policies=policies)
    (after,) = told(tmp_path / "after", text=f"{_TEXT}\n{words}\n", policies=policies)
    assert topic in before.message
    assert topic not in after.message


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[[guards]]\npolicy = "terms"\nsection = "a"\n', "which is none of privacy"),
        ('[[guards]]\npolicy = "privacy"\n', "a section, a sentence or both"),
        ('[approvals]\nmoney = ["CEO"]\n', "there is no category 'money'"),
        ('[rules]\nnotice-period = "loud"\n', "'error', 'warning', 'note' or 'off'"),
    ],
)
def test_rules_of_a_company_that_cannot_be_are_told(toml: str, said: str) -> None:
    site = 'title = "T"\nbase_url = "https://example.org/"\nlanguages = ["en"]\n[[policies]]\nid = "privacy"\n'
    with pytest.raises(SettingsError) as refused:
        parse_settings(site + toml)
    assert said in str([finding.message for finding in refused.value.findings])
