"""Texts that say nothing, or not what they seem to say: empty, unreadable, dated otherwise, translated otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_site.model import Finding, Severity
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled, findings_of

FIRST, SECOND = "2025-03-01", "2026-03-01"
WORDS = "## Keeping {#keeping}\n\nWe keep your data for 30 days.\n"


@pytest.fixture
def policies(tmp_path: Path) -> PolicyRepository:
    """One policy in two languages, with its first version."""
    repository = PolicyRepository(tmp_path / "repository").site(languages=["en", "de"])
    repository.publish("privacy", effective=FIRST, text=WORDS)
    return repository


def _of(findings: tuple[Finding, ...], rule: str) -> list[Finding]:
    return [finding for finding in findings if finding.rule == rule]


# --- empty or unreadable --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "\n \n", "<!-- to follow -->\n", "# Privacy\n\n## Keeping {#keeping}\n", "---\n\n***\n"]
)
def test_a_text_without_words_is_an_error(policies: PolicyRepository, text: str) -> None:
    policies.publish("privacy", effective=SECOND, text=text)
    (finding,) = _of(findings_of(policies), "empty-text")
    assert (finding.path, finding.severity) == ("privacy/en.md", Severity.ERROR)


def test_a_translation_without_words_is_an_error(policies: PolicyRepository) -> None:
    policies.publish("privacy", effective=FIRST, text="\n", language="de")
    assert [finding.path for finding in _of(findings_of(policies), "empty-text")] == ["privacy/de.md"]


def _adopted(tmp_path: Path, source: str, *texts: str) -> PolicyRepository:
    repository = PolicyRepository(tmp_path / "adopted")
    repository.site(versions={"source": source, **({"date_key": "effective"} if source == "date" else {})})
    for number, text in enumerate(texts):
        repository.write("content/privacy/en.md", text)
        repository.commit(when=f"2025-0{number + 1}-01")
    return repository


OLD = "---\ntitle: Privacy\neffective: 2025-01-01\n---\n\nWe keep data for 90 days.\n"


@pytest.mark.parametrize("source", ["date", "revision"])
@pytest.mark.parametrize(
    ("new", "rule"),
    [
        ("---\ntitle: Privacy: new\neffective: 2099-01-01\n---\n\nWe sell data.\n", "front-matter"),
        ("---\ntitle: Privacy\neffective: 2099-01-01\n\nWe sell data.\n", "front-matter"),
        ("---\ntitle: Privacy\ntitle: Terms\neffective: 2099-01-01\n---\n\nWe sell data.\n", "front-matter"),
        ("---\ntitle: Privacy\neffective: 2025-01-01\n---\n\n<!-- gone -->\n", "empty-text"),
    ],
)
def test_what_cannot_be_read_stops_an_adopted_repository_too(tmp_path: Path, source: str, new: str, rule: str) -> None:
    (finding,) = _of(findings_of(_adopted(tmp_path, source, OLD, new)), rule)
    assert (finding.path, finding.severity) == ("privacy/en.md", Severity.ERROR)


@pytest.mark.parametrize(
    ("written", "severity"),
    [("2099-13-01", Severity.ERROR), ("January 2099", Severity.ERROR), ("", Severity.WARNING)],
)
def test_a_text_whose_date_is_lost_does_not_slip_under_the_one_before(
    tmp_path: Path, written: str, severity: Severity
) -> None:
    new = OLD.replace("effective: 2025-01-01", f"effective: {written}".rstrip() if written else "layout: page")
    (finding,) = _of(findings_of(_adopted(tmp_path, "date", OLD, new.replace("90", "30"))), "text-date")
    assert finding.severity is severity


def test_faults_of_texts_that_were_replaced_are_left_alone(tmp_path: Path) -> None:
    broken = "---\ntitle: Privacy: new\n---\n\nWe sell data.\n"
    assert _of(findings_of(_adopted(tmp_path, "date", OLD, broken, OLD)), "front-matter") == []


_TWICE = [
    r"(?m)^[^\n]*?\b(?P<month>\p{L}+) (?P<day>\d{1,2}), (?P<year>\d{4})[^\n]*?\s*\{:\s*datetime=[^}\n]*\}",
    r"(?m)^[^\n]*?\b(?P<day>\d{1,2})\. (?P<month>\p{L}+) (?P<year>\d{4})[^\n]*?\s*\{:\s*datetime=[^}\n]*\}",
    r'(?m)^[^\n]*\n?[^\n]*\{:\s*datetime="(?P<date>\d{4}-\d{1,2}-\d{1,2})"\s*\}',
]


@pytest.mark.parametrize(
    ("dated", "told"),
    [
        ('*Effective June 30, 2023*\n{: datetime="2022-06-30" }', (6, "2022-06-30 here, and 2023-06-30 beside it.")),
        ('Effective June 30, 2023 {: datetime="2023-06-03" }', (5, "2023-06-03 here, and 2023-06-30 beside it.")),
        ('Gültig ab 30. Juni 2023\n{: datetime="2023-07-30" }', (6, "2023-07-30 here, and 2023-06-30 beside it.")),
        ('*Effective June 30, 2023*\n{: datetime="2023-06-30" }', None),
        ('Gültig ab 30. Juni 2023\n{: datetime="2023-6-30" }', None),
        ('Since June 3, 2020.\n\n*Effective June 30, 2023*\n{: datetime="2023-06-30" }', None),
        ('*In effect*\n{: datetime="2023-06-30" }', None),
        ('*Effective June 31, 2023*\n{: datetime="2023-06-30" }', None),
    ],
)
def test_a_date_in_words_that_is_another_one_for_machines_is_told(
    tmp_path: Path, dated: str, told: tuple[int, str] | None
) -> None:
    repository = PolicyRepository(tmp_path).site(
        languages=["en", "de"], versions={"source": "date", "date_patterns": _TWICE}
    )
    repository.write("content/privacy/en.md", f"---\ntitle: Privacy\n---\n\n{dated}\n\nWe keep data.\n")
    repository.commit(when="2023-05-01")
    found = _of(findings_of(repository), "text-date")
    assert [(each.line, each.message) for each in found] == (
        [(told[0], f"This text names its date twice: {told[1]}")] if told else []
    )


# --- dates in the text ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "is_told"),
    [
        ("**Effective date: March 1, 2025.**", True),
        ("Effective date: March 1, 2026.", False),
        ("Last updated: March 1, 2025.", True),
        ("Last updated: January 15, 2026.", False),
        ("Last updated January 2026.", False),
        ("This policy is in effect as of 2025-03-01.", True),
        ("We were founded on March 1, 2025.", False),
        ("Under a law of January 1, 2020 you may ask.", False),
    ],
)
def test_a_day_that_a_text_names_as_its_own_is_compared_with_its_version(
    policies: PolicyRepository, words: str, is_told: bool
) -> None:
    policies.publish("privacy", effective=SECOND, text=f"{words}\n\n{WORDS}")
    found = _of(findings_of(policies), "dates-in-text")
    assert len(found) == is_told
    assert all((finding.severity, finding.line) == (Severity.WARNING, 5) for finding in found)


@pytest.mark.parametrize(
    "words",
    [
        "Gültig ab 1. März 2025",
        "Stand: 01.03.2025",
        "Zuletzt geändert am 1. März 2025",
        "In Kraft seit dem 1. März 2025",
    ],
)
def test_the_date_of_a_translation_is_compared_too(policies: PolicyRepository, words: str) -> None:
    policies.publish("privacy", effective=SECOND, text=WORDS)
    policies.publish("privacy", effective=SECOND, text=f"{words}\n\n{WORDS}", language="de")
    assert [finding.path for finding in _of(findings_of(policies), "dates-in-text")] == ["privacy/de.md"]


# --- translations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("We keep it for 30 days.", "Wir bewahren es 30 Tage auf."),
        ("We keep it for twelve months.", "Wir bewahren es 12 Monate auf."),
        ("It costs €1,000.50.", "Es kostet 1.000,50 Euro."),
        ("From September 1, 2026 on.", "Ab dem 01.09.2026."),
        ("See Article 6(1)(f) and section 4.2.", "Siehe Art. 6 Abs. 1 lit. f und Ziffer 4.2."),
        ("Once a month.", "Einmal im Monat (1 Mal)."),
        ("1. You pay.\n2. You leave.", "1. Sie zahlen.\n2. Sie gehen."),
        ("Write to a@example.org.", "Schreiben Sie an [uns](mailto:a@example.org)."),
    ],
)
def test_each_language_writes_numbers_in_its_own_way(policies: PolicyRepository, english: str, german: str) -> None:
    assert _compared(policies, english, german) == []


@pytest.mark.parametrize(
    ("english", "german", "told"),
    [
        (
            "We keep it for 30 days.",
            "Wir bewahren es 90 Tage auf.",
            "“30 days” is missing here; “90 Tage” is only",
        ),
        (
            "We keep it for 30 days.",
            "Wir bewahren es 30 Monate auf.",
            "“30 days” is missing here; “30 Monate”",
        ),
        (
            "It costs €1,000.50.",
            "Es kostet 1.000,05 Euro.",
            "“€1,000.50” is missing here; “1.000,05 Euro”",
        ),
        ("It costs $5.", "Es kostet 5 Euro.", "“$5” is missing here; “5 Euro” is only here"),
        ("From September 1, 2026 on.", "Ab dem 09.01.2026.", "“September 1, 2026” is missing here"),
        ("Within 30 days; 30 days later.", "Binnen 30 Tagen.", "“30 days” is missing here"),
        ("1. You pay.\n2. You leave.", "1. Sie zahlen.", "1 list items here, 2 there"),
        (
            "| A | B |\n|---|---|\n| x | y |\n| z | w |",
            "| A | B |\n|---|---|\n| x | y |",
            "2 table rows here, 3 there",
        ),
        ("Write to a@example.org.", "Schreiben Sie an b@example.org.", "“a@example.org” is missing here"),
    ],
)
def test_what_a_translation_says_otherwise_is_told(
    policies: PolicyRepository, english: str, german: str, told: str
) -> None:
    (finding,) = _compared(policies, english, german)
    assert told in finding.message
    assert (finding.path, finding.severity) == ("privacy/de.md", Severity.WARNING)


def _compared(policies: PolicyRepository, english: str, german: str) -> list[Finding]:
    policies.publish("privacy", effective=SECOND, text=f"## Keeping {{#keeping}}\n\n{english}\n")
    policies.publish("privacy", effective=SECOND, text=f"## Dauer {{#keeping}}\n\n{german}\n", language="de")
    return _of(findings_of(policies), "translated-facts")


# --- wording includes structure -------------------------------------------------------------------------------------

LIST = "## Ending {#ending}\n\nNot where:\n\n1. you owe money;\n2. you broke the terms;\n3. a court forbids it.\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (LIST, LIST.replace("2. you broke", "   1. you broke").replace("3. a court", "2. a court")),
        (LIST, LIST.replace("1. you", "3. you").replace("2. you", "4. you").replace("3. a", "5. a")),
        (LIST, LIST.replace("1. ", "- ").replace("2. ", "- ").replace("3. ", "- ")),
        ("## Ending {#ending}\n\nYou leave.\n", "## Ending {#ending}\n\n> You leave.\n"),
        (
            '## Ending {#ending}\n\n<abbr title="European Union">EU</abbr> law.\n',
            '## Ending {#ending}\n\n<abbr title="United States">EU</abbr> law.\n',
        ),
        (
            "<table><tr><td>a</td><td>b</td></tr></table>\n",
            '<table><tr><td colspan="2">a</td><td>b</td></tr></table>\n',
        ),
    ],
)
def test_a_change_of_structure_is_a_change_of_wording(tmp_path: Path, old: str, new: str) -> None:
    policies = PolicyRepository(tmp_path / "terms").site(policies=["terms"])
    policies.publish("terms", effective=FIRST, text=old)
    policies.publish("terms", effective=SECOND, text=new)
    version = compiled(policies).policy("terms").version(SECOND)
    assert version.identical_to is None
    text = (policies.content / "terms/en.md").read_text(encoding="utf-8")
    policies.write("content/terms/en.md", text.replace(new, old)).commit(when="2026-02-01")
    (finding,) = _of(findings_of(policies), "wording-without-release")
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    "new",
    [
        LIST.replace("1. ", "1.  "),
        LIST.replace("\n2. ", "\n\n2. ").replace("\n3. ", "\n\n3. "),
        LIST.replace("owe", "**owe**"),
        LIST.replace("Not where:", "Not\nwhere:"),
    ],
)
def test_white_space_and_looks_are_no_wording(tmp_path: Path, new: str) -> None:
    policies = PolicyRepository(tmp_path / "terms").site(policies=["terms"])
    policies.publish("terms", effective=FIRST, text=LIST)
    policies.publish("terms", effective=SECOND, text=new)
    assert compiled(policies).policy("terms").version(SECOND).identical_to == FIRST
