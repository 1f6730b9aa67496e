"""Each rule has content that keeps it, and content that breaks it in one place."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from policy_site.checks import stops_build
from policy_site.model import Finding, Severity
from tests.support.builder import PolicyRepository
from tests.support.publishing import findings_of

FIRST, SECOND = "2025-03-01", "2026-03-01"
TEXT = "## Scope {#scope}\n\nWords.\n\n## Data {#data}\n\nSee [scope](#scope).\n"


@pytest.fixture
def policies(tmp_path: Path) -> PolicyRepository:
    """One policy with a first version that keeps every rule."""
    repository = PolicyRepository(tmp_path / "repository")
    repository.site(languages=["en", "de"])
    repository.publish("privacy", effective=FIRST, text=TEXT)
    return repository


def only(findings: tuple[Finding, ...], rule: str) -> Finding:
    assert [finding.rule for finding in findings] == [rule], findings
    (finding,) = findings
    assert finding.message.endswith(".")
    assert finding.remedy.endswith(".")
    assert stops_build(findings, is_strict=False) == (finding.severity is Severity.ERROR)
    return finding


def test_content_that_keeps_every_rule_has_no_finding(policies: PolicyRepository) -> None:
    policies.publish("privacy", effective=SECOND, text=TEXT.replace("Words", "Other words"))
    assert findings_of(policies) == ()


def test_too_short_a_notice_is_an_error(policies: PolicyRepository) -> None:
    policies.publish("privacy", effective=SECOND, published="2026-02-15", text=TEXT + "More.\n")
    finding = only(findings_of(policies), "notice-period")
    assert finding.message == "This significant change gives readers 14 days' notice; site.toml promises 30."
    assert (finding.path, finding.line) == (f"privacy/releases/{SECOND}.md", 3)


def test_too_short_a_notice_is_allowed_with_a_reason(policies: PolicyRepository) -> None:
    exception = {"exception": {"reason": "A court ordered it.", "approved_by": "General counsel"}}
    policies.publish("privacy", effective=SECOND, published="2026-02-15", text=TEXT + "More.\n", facts=exception)
    assert findings_of(policies) == ()


def test_the_first_version_needs_no_notice(tmp_path: Path) -> None:
    repository = PolicyRepository(tmp_path).site()
    repository.publish("privacy", effective=FIRST, published=FIRST, text=TEXT)
    assert findings_of(repository) == ()


def test_a_notice_preset_must_be_one_of_the_site(policies: PolicyRepository) -> None:
    policies.publish("privacy", effective=SECOND, text=TEXT + "More.\n", facts={"notice": "speedy"})
    assert "notice preset 'speedy' is not defined" in only(findings_of(policies), "notice-period").message


def test_taking_effect_before_publication_is_an_error(policies: PolicyRepository) -> None:
    policies.publish(
        "privacy", effective=SECOND, published="2026-03-02", significance="minor", text=TEXT, when="2026-03-02"
    )
    finding = only(findings_of(policies), "effective-date")
    assert "before it is published on 2026-03-02" in finding.message


def test_a_retroactive_version_must_renew_consent(policies: PolicyRepository) -> None:
    policies.publish("privacy", effective=SECOND, text=TEXT + "More.\n", facts={"retroactive": True})
    assert "does not ask for consent again" in only(findings_of(policies), "effective-date").message


def test_two_versions_on_one_day_are_an_error(policies: PolicyRepository) -> None:
    policies.publish("privacy", effective=SECOND, text=TEXT + "More.\n")
    policies.publish("privacy", effective=SECOND, version="second-try", text=TEXT + "Less.\n")
    assert "take effect on the same day" in only(findings_of(policies), "one-in-force").message


def test_playing_a_change_down_needs_a_reason(policies: PolicyRepository) -> None:
    changes = [{"category": "recipients", "sections": ["data"]}]
    policies.publish("privacy", effective=SECOND, significance="minor", changes=changes, text=TEXT + "More.\n")
    assert "its categories require significant" in only(findings_of(policies), "significance").message


def test_playing_a_change_down_is_allowed_with_a_reason(policies: PolicyRepository) -> None:
    changes = [{"category": "recipients"}]
    facts = {"reason": "A recipient was renamed."}
    policies.publish(
        "privacy", effective=SECOND, significance="minor", changes=changes, text=TEXT + "More.\n", facts=facts
    )
    assert findings_of(policies) == ()


def test_consent_is_renewed_only_with_significant_versions(policies: PolicyRepository) -> None:
    policies.publish(
        "privacy", effective=SECOND, significance="minor", text=TEXT + "More.\n", facts={"consent": "renew"}
    )
    assert "no notice would be sent" in only(findings_of(policies), "significance").message


def test_a_significant_version_needs_all_three_parts(policies: PolicyRepository) -> None:
    policies.publish("privacy", effective=SECOND, text=TEXT + "More.\n", words={"choices": ""})
    assert "has no 'choices' part" in only(findings_of(policies), "release-words").message


def test_a_required_language_needs_words_of_its_own(policies: PolicyRepository) -> None:
    policies.site(languages=["en", "de"], policies=[{"id": "privacy", "required_languages": ["de"]}])
    policies.commit()
    findings = {finding.rule: finding for finding in findings_of(policies)}
    assert findings.keys() == {"release-words", "required-languages"}
    assert findings["release-words"].path == f"privacy/releases/{FIRST}.de.md"
    assert "has no text in the required language 'de'" in findings["required-languages"].message
    policies.publish("privacy", effective=FIRST, language="de", text=TEXT)
    assert findings_of(policies) == ()


def test_a_change_names_sections_that_exist(policies: PolicyRepository) -> None:
    changes = [{"category": "purpose", "sections": ["data"]}, {"category": "rights", "sections": ["rihgts"]}]
    policies.publish("privacy", effective=SECOND, changes=changes, text=TEXT + "More.\n")
    assert "names section 'rihgts'" in only(findings_of(policies), "changed-sections").message


def test_a_change_may_name_a_section_that_was_removed(policies: PolicyRepository) -> None:
    changes = [{"category": "purpose", "sections": ["data"]}]
    policies.publish("privacy", effective=SECOND, changes=changes, text="## Scope {#scope}\n\nWords.\n")
    assert findings_of(policies) == ()


def test_an_id_in_use_twice_is_an_error_where_it_comes_again(policies: PolicyRepository) -> None:
    policies.publish("privacy", effective=SECOND, text=f"{TEXT}\n## Again {{#data}}\n\n```\n## Code {{#data}}\n```\n")
    finding = only(findings_of(policies), "section-ids")
    assert (finding.line, finding.message) == (13, "The section id 'data' is already used on line 9.")


@pytest.mark.parametrize("link", ["#rihgts", "../cookies/en.md", "../privacy/en.md#nowhere", "other.md"])
def test_a_link_to_nowhere_is_an_error(policies: PolicyRepository, link: str) -> None:
    policies.publish("privacy", effective=SECOND, text=f"{TEXT}\nSee [more]({link}).\n")
    finding = only(findings_of(policies), "links")
    assert (finding.path, finding.line) == ("privacy/en.md", 13)
    assert link in finding.message


@pytest.mark.parametrize("link", ["#scope", "../privacy/en.md#scope", "en.md", "https://example.org/x", "mailto:a@b.c"])
def test_a_link_that_leads_somewhere_is_fine(policies: PolicyRepository, link: str) -> None:
    policies.publish("privacy", effective=SECOND, text=f"{TEXT}\nSee [more]({link}).\n")
    assert findings_of(policies) == ()


def test_every_finding_is_told_at_once(policies: PolicyRepository) -> None:
    policies.publish(
        "privacy",
        effective=SECOND,
        published="2026-02-15",
        changes=[{"category": "purpose", "sections": ["nowhere"]}],
        text=f"{TEXT}\nSee [more](#lost).\n\n## Again {{#data}}\n",
        words={"impact": ""},
    )
    rules = {finding.rule for finding in findings_of(policies)}
    assert rules == {"notice-period", "changed-sections", "declared-changes", "links", "section-ids", "release-words"}


def test_a_note_that_cannot_be_read_hides_no_fault_of_its_text(policies: PolicyRepository) -> None:
    changes = [{"category": "purposes"}]
    text = f"{TEXT}\nSee [more](#lost).\n\n## Again {{#data}}\n"
    policies.publish("privacy", effective=SECOND, changes=changes, text=text)
    assert {finding.rule for finding in findings_of(policies)} == {"release-note", "links", "section-ids"}


def test_a_hostile_text_is_a_finding_and_not_a_traceback(policies: PolicyRepository) -> None:
    policies.publish("privacy", effective=SECOND, text="> " * 300 + "deep\n")
    finding = only(findings_of(policies), "rendering")
    assert finding.path == "privacy/en.md"


# --- translations ----------------------------------------------------------------------------------------------------

REQUIRED = [{"id": "privacy", "required_languages": ["de"]}]


def test_a_required_language_may_be_missing_with_a_reason(policies: PolicyRepository) -> None:
    policies.site(languages=["en", "de"], policies=REQUIRED)
    excused = {"languages_exception": {"reason": "A court ordered it.", "approved_by": "Counsel", "languages": ["de"]}}
    policies.publish("privacy", effective=FIRST, text=TEXT, facts=excused)
    assert findings_of(policies) == ()
    excused["languages_exception"]["languages"] = ["tr"]
    policies.publish("privacy", effective=FIRST, text=TEXT, facts=excused)
    assert {finding.rule for finding in findings_of(policies)} == {"release-words", "required-languages"}


def test_the_authoritative_words_are_never_excused(policies: PolicyRepository) -> None:
    facts = {"languages_exception": {"reason": "Haste.", "approved_by": "Counsel"}}
    policies.publish("privacy", effective=SECOND, text=TEXT + "More.\n", words={"impact": ""}, facts=facts)
    assert "has no 'impact' part" in only(findings_of(policies), "release-words").message


def test_an_exception_needs_a_reason_and_someone_who_allowed_it(policies: PolicyRepository) -> None:
    facts = {"languages_exception": {"reason": "Haste.", "aproved_by": "Counsel"}}
    policies.publish("privacy", effective=SECOND, text=TEXT + "More.\n", facts=facts)
    messages = [finding.message + finding.remedy for finding in findings_of(policies)]
    assert [message for message in messages if "aproved_by" in message] == [
        "'aproved_by' is not known here.Write 'approved_by' instead."
    ], "what stands there under a wrong name is not missing, too"


def test_only_what_applies_or_will_needs_its_translations(policies: PolicyRepository) -> None:
    policies.site(languages=["en", "de"], policies=REQUIRED)
    policies.publish("privacy", effective=FIRST, language="de", text=TEXT)
    policies.publish("privacy", effective=SECOND, text=TEXT + "More.\n", significance="minor")
    assert {finding.rule for finding in findings_of(policies)} == {"release-words"}


def translated(policies: PolicyRepository, german: str) -> tuple[Finding, ...]:
    policies.publish("privacy", effective=FIRST, language="de", text=german)
    return findings_of(policies)


def test_a_translation_with_the_same_sections_has_no_finding(policies: PolicyRepository) -> None:
    assert translated(policies, TEXT.replace("Words", "Worte")) == ()


def test_a_missing_section_of_a_translation_is_reported(policies: PolicyRepository) -> None:
    finding = only(
        translated(policies, "## Daten {#data}\n\nSiehe [A](#scope).\n\n<a id='scope'></a>\n"), "translated-sections"
    )
    assert finding.message == "This translation lacks section 'scope', which is in privacy/en.md."
    assert finding.severity is Severity.WARNING


def test_an_extra_section_of_a_translation_is_reported_at_its_line(policies: PolicyRepository) -> None:
    finding = only(translated(policies, f"{TEXT}\n## Neu {{#neu}}\n\nWorte.\n"), "translated-sections")
    assert (finding.path, finding.line) == ("privacy/de.md", 13)
    assert finding.message == "This translation has a section 'neu', which is not in privacy/en.md."


def test_sections_in_another_order_are_reported(policies: PolicyRepository) -> None:
    german = "## Daten {#data}\n\nSiehe [A](#scope).\n\n## Bereich {#scope}\n\nWorte.\n"
    assert "is in a different place" in only(translated(policies, german), "translated-sections").message


def test_a_heading_of_another_level_is_reported(policies: PolicyRepository) -> None:
    finding = only(translated(policies, TEXT.replace("## Data", "### Daten")), "translated-levels")
    assert finding.message == "Section 'data' has a level 3 heading here, but a level 2 heading in privacy/en.md."
    assert finding.line == 9


def test_links_that_lead_elsewhere_are_reported(policies: PolicyRepository) -> None:
    finding = only(translated(policies, TEXT.replace("(#scope)", "(https://example.com/x)")), "translated-links")
    assert "'#scope' is missing, only this text has 'https://example.com/x'" in finding.message
    assert finding.line == 11


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("https://example.org/en/help", "https://example.org/de/help/"),
        ("https://www.example.org/help?hl=en", "http://example.org/help?hl=de"),
        ("https://en.wikipedia.org/wiki/Privacy", "https://de.wikipedia.org/wiki/Datenschutz"),
        ("https://example.org/EN/TXT/?uri=1", "https://example.org/DE/TXT/?uri=1"),
        ("../privacy/en.md#data", "../privacy/de.md#data"),
    ],
)
def test_the_same_place_in_another_language_is_the_same(policies: PolicyRepository, english: str, german: str) -> None:
    policies.publish("privacy", effective=FIRST, text=TEXT.replace("#scope)", f"{english})"))
    assert translated(policies, TEXT.replace("#scope)", f"{german})")) == ()


def test_a_translation_that_is_behind_is_not_told_off_for_being_behind(policies: PolicyRepository) -> None:
    assert translated(policies, TEXT) == ()
    policies.publish("privacy", effective=SECOND, text=f"{TEXT}\n## New {{#new}}\n\nWords.\n")
    assert findings_of(policies) == ()


# --- declared = changed ---------------------------------------------------------------------------------------------

CLAUSES = """\
## How long {#keeping}

We keep your data for 30 days.

## Contact {#contact}

Write to us.
"""


def _declare(policies: PolicyRepository, text: str, *changes: dict[str, object], significance: str = "minor") -> None:
    policies.publish("terms", effective=FIRST, text=CLAUSES)
    policies.publish("terms", effective=SECOND, text=text, changes=changes, significance=significance)


@pytest.fixture
def terms(tmp_path: Path) -> PolicyRepository:
    """One policy, of two clauses."""
    return PolicyRepository(tmp_path / "terms").site(policies=["terms"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            CLAUSES.replace("30 days", "30 years"),
            "'keeping' differs from version '2025-03-01'.*“30 days” became “30 years”",
        ),
        (
            CLAUSES + "\n## Buyers {#buyers}\n\nWe may sell it.\n",
            "'buyers' is new.*“may” was added",
        ),
        (
            "## Contact {#contact}\n\nWrite to us.\n",
            "'keeping' of version '2025-03-01', which.* was removed.*“30 days” was taken out",
        ),
        (CLAUSES.replace("We keep", "1. We keep"), "'keeping' differs"),
    ],
)
def test_a_section_that_changed_unsaid_is_an_error(terms: PolicyRepository, text: str, told: str) -> None:
    text = text.replace("Write to us.", "Write to us at any time.")
    _declare(terms, text, {"category": "contact", "sections": ["contact"]})
    finding = only(findings_of(terms), "declared-changes")
    assert re.search(told, finding.message)
    assert (finding.path, finding.line) == (f"terms/releases/{SECOND}.md", 4)


def test_an_id_that_is_lost_is_told_at_its_heading(terms: PolicyRepository) -> None:
    text = CLAUSES.replace(" {#keeping}", "").replace("Write to us.", "Write to us at any time.")
    _declare(terms, text, {"category": "contact", "sections": ["contact"]})
    finding = only(findings_of(terms), "declared-changes")
    assert (finding.path, finding.line) == ("terms/en.md", 5)
    assert finding.remedy.startswith("Write {#keeping} after the heading.")


def test_an_id_may_be_changed_by_saying_so(terms: PolicyRepository) -> None:
    text = CLAUSES.replace("{#keeping}", "{#retention}")
    _declare(terms, text, {"category": "formatting", "sections": ["retention"]}, significance="editorial")
    assert findings_of(terms) == ()


def test_a_section_that_is_named_and_the_same_is_told(terms: PolicyRepository) -> None:
    text = CLAUSES.replace("Write to us.", "Write to us at any time.")
    _declare(terms, text, {"category": "contact", "sections": ["contact", "keeping"]})
    finding = only(findings_of(terms), "declared-changes")
    assert finding.severity is Severity.WARNING
    assert "section 'keeping' as changed, but it reads the same" in finding.message


@pytest.mark.parametrize("category", ["contract-terms", "retention"])
def test_a_significant_change_without_sections_stands_for_the_whole_text(
    terms: PolicyRepository, category: str
) -> None:
    _declare(terms, CLAUSES.replace("30 days", "30 years"), {"category": category}, significance="significant")
    assert findings_of(terms) == ()


@pytest.mark.parametrize("category", ["editorial", "clarification", "contact"])
def test_a_lesser_change_without_sections_declares_nothing(terms: PolicyRepository, category: str) -> None:
    _declare(terms, CLAUSES.replace("30 days", "30 years"), {"category": category})
    only(findings_of(terms), "declared-changes")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We keep your data for 30 days.", "As of 1 March 2025: we keep your data for 30 days."),
        ("Last changed on March 1, 2025.", "Last changed on March 1, 2026."),
        ("Version of 2025-03-01.", "Version of 2026-03-01."),
    ],
)
def test_the_day_of_the_version_in_its_own_text_need_not_be_declared(
    terms: PolicyRepository, old: str, new: str
) -> None:
    first = CLAUSES.replace("We keep your data for 30 days.", old)
    second = CLAUSES.replace("We keep your data for 30 days.", new).replace("us.", "us at any time.")
    terms.publish("terms", effective=FIRST, text=first)
    changes = [{"category": "contact", "sections": ["contact"]}]
    terms.publish("terms", effective=SECOND, text=second, changes=changes, significance="minor")
    expected = {"declared-changes"} if "As of" in new else set()
    assert {finding.rule for finding in findings_of(terms)} == expected


def test_what_only_moved_or_counts_otherwise_need_not_be_declared(terms: PolicyRepository) -> None:
    clauses = "## 1. Keeping {#keeping}\n\nWe do.\n\n## 2. Contact {#contact}\n\nHere.\n"
    terms.publish("terms", effective=FIRST, text=clauses)
    text = "## 1. Scope {#scope}\n\nAll of you.\n\n" + clauses.replace("2. C", "3. C").replace("1. K", "2. K")
    changes = [{"category": "contract-terms", "sections": ["scope"]}]
    terms.publish("terms", effective=SECOND, text=text, changes=changes)
    assert findings_of(terms) == ()


@pytest.mark.parametrize(
    ("old", "new", "category", "told"),
    [
        ("Write to us.", "Write to us within 30 days.", "editorial", "“30 days” was added"),
        ("Write to us.", "You must write to us.", "clarification", "“must” was added"),
        ("Write to us.", "Do not write to us.", "editorial", "“not” was added"),
        ("Write to us.", "Write to us or to Stripe.", "formatting", "“Stripe” was added"),
        ("Write to us.", "Write to us for €5.", "contact", "“€5” was added"),
        ("Write to us.", "Write to us if you are 16 years old.", "contact", "“16 years old” was added"),
        ("Write to us.", "[Write](https://example.org/a) to us.", "editorial", r"“Write” \(example.org/a\) was added"),
        ("30 days", "30 business days", "link", "“30 days” became “30 business days”"),
    ],
)
def test_a_change_that_weighs_more_than_its_category_is_told(
    terms: PolicyRepository, old: str, new: str, category: str, told: str
) -> None:
    section = "keeping" if old in CLAUSES.split("## Contact", maxsplit=1)[0] else "contact"
    _declare(terms, CLAUSES.replace(old, new), {"category": category, "sections": [section]})
    finding = only(findings_of(terms), "declared-weight")
    assert re.search(told, finding.message), finding.message
    assert (finding.severity, finding.line) == (Severity.WARNING, 4)


@pytest.mark.parametrize(
    ("old", "new", "category"),
    [
        ("Write to us.", "Write to help@example.org, or call 555 1234.", "contact"),
        ("Write to us.", "[Write](https://example.org/a) to us.", "link"),
        ("Write to us.", "Please write to us.", "editorial"),
        ("30 days", "30 business days", "retention"),
        ("Write to us.", "Write to us, see section 3.", "clarification"),
        ("Write to us.", "At any time and from everywhere, write to us.", "clarification"),
    ],
)
def test_a_change_that_fits_its_category_is_not_told(
    terms: PolicyRepository, old: str, new: str, category: str
) -> None:
    section = "keeping" if old in CLAUSES.split("## Contact", maxsplit=1)[0] else "contact"
    _declare(
        terms, CLAUSES.replace(old, new), {"category": category, "sections": [section]}, significance="significant"
    )
    assert [finding for finding in findings_of(terms) if finding.rule != "cross-references"] == []


def test_a_name_that_only_stands_elsewhere_in_its_section_is_not_told(terms: PolicyRepository) -> None:
    first = CLAUSES.replace("Write to us.", "Write to us or to Stripe.\n\nWe read letters and answer each of them.")
    second = CLAUSES.replace("Write to us.", "Write to us.\n\nWe or Stripe read letters and answer each of them.")
    terms.publish("terms", effective=FIRST, text=first)
    changes = [{"category": "editorial", "sections": ["contact"]}]
    terms.publish("terms", effective=SECOND, text=second, changes=changes, significance="editorial")
    assert findings_of(terms) == ()


@pytest.mark.parametrize("category", ["editorial", "clarification"])
def test_no_section_comes_or_goes_as_a_matter_of_words(terms: PolicyRepository, category: str) -> None:
    text = CLAUSES.split("## Contact", maxsplit=1)[0] + "## Buyers {#buyers}\n\nEverybody.\n"
    _declare(terms, text, {"category": category, "sections": ["contact", "buyers"]})
    messages = [finding.message for finding in findings_of(terms)]
    assert any("the whole section is new" in message for message in messages)
    assert any("the whole section is gone" in message for message in messages)


def test_what_was_superseded_is_left_as_it_is(terms: PolicyRepository) -> None:
    _declare(terms, CLAUSES.replace("30 days", "30 years"), {"category": "contact", "sections": ["contact"]})
    assert findings_of(terms)
    later = CLAUSES.replace("30 days", "30 years").replace("us.", "us at any time.")
    changes = [{"category": "contact", "sections": ["contact"]}]
    terms.publish("terms", effective="2026-06-01", text=later, changes=changes, significance="minor")
    assert {finding.path for finding in findings_of(terms, as_of=datetime(2026, 7, 1, tzinfo=UTC))} == set()
