"""One file taken apart: its place, its front matter, its words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_site.model import Revision, Significance
from policy_site.settings import Settings
from policy_site.sources import (
    Place,
    Places,
    Role,
    find_date,
    parse_release_note,
    parse_text,
    parse_words,
    without_date,
)


def settings_with(**more: object) -> Settings:
    return Settings.model_validate(
        {
            "title": "x",
            "base_url": "https://example.org/",
            "languages": ["en", "de", "pt-BR"],
            "policies": [{"id": "privacy", "files": "privacy_notice"}, {"id": "cookies"}],
            **more,
        }
    )


def revision(text: str, path: str = "privacy/en.md") -> Revision:
    return Revision(path=path, text=text, digest="0" * 64, commit=None, committed_at=None)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("cookies/en.md", Place(Role.TEXT, "cookies", "en")),
        ("privacy_notice/pt-BR.md", Place(Role.TEXT, "privacy", "pt-BR")),
        ("cookies/fr.md", None),
        ("other/en.md", None),
        ("cookies/releases/2024-12-01.md", Place(Role.NOTE, "cookies", "", "2024-12-01")),
        ("cookies/releases/2024-12-01.de.md", Place(Role.NOTE_WORDS, "cookies", "de", "2024-12-01")),
        ("cookies/releases/2024-12-01.fr.md", None),
        ("cookies/releases/README.md", None),
        ("cookies/archive/2020.1.en.md", Place(Role.ARCHIVE, "cookies", "en", "2020.1")),
        ("cookies/en.txt", None),
    ],
)
def test_a_path_stands_for_one_thing(path: str, place: Place | None) -> None:
    assert Places(settings_with()).of(path) == place


def test_a_repository_with_two_layouts_is_adopted_by_configuration() -> None:
    content = {
        "layout": ["{locale}/{policy}.md", "{policy}/{locale}.md"],
        "folders": {"en-US": "en"},
        "exclude": ["**/*_preview.md", "old/**"],
    }
    places = Places(settings_with(content=content, versions={"source": "revision"}))
    assert places.of("en/cookies.md") == Place(Role.TEXT, "cookies", "en")
    assert places.of("cookies/en-US.md") == Place(Role.TEXT, "cookies", "en", rank=1)
    assert places.of("en/cookies_preview.md") is None
    assert places.of("old/cookies.md") is None


def test_front_matter_gives_title_and_version_as_they_are_written() -> None:
    text = parse_text(revision("---\ntitle: Privacy\nversion: 1.10\n---\n\n## Scope {#scope}\n"), is_strict=True)
    assert (text.title, text.version) == ("Privacy", "1.10")
    assert text.body == "\n## Scope {#scope}\n"
    assert text.body_line == 5
    assert text.findings == ()


def test_a_text_without_front_matter_takes_its_title_from_its_first_heading() -> None:
    text = parse_text(revision("# *Privacy* [notice](x) {#top}\n\nWords.\n"), is_strict=False)
    assert (text.title, text.body, text.body_line) == ("Privacy notice", "\nWords.\n", 2)


def test_a_smaller_heading_is_a_title_that_stays_in_the_text() -> None:
    text = parse_text(revision('## <span class="x">Firefox</span> Notice\n\nWords.\n'), is_strict=False)
    assert text.title == "Firefox Notice"
    assert text.body.startswith("## ")


@pytest.mark.parametrize(
    ("front_matter", "line", "message"),
    [
        ("title: [", 3, "These lines cannot be read"),
        ("title: x\ntitle: y", 3, "twice"),
        ("titel: x", 2, "'titel' is not known"),
        ("title: &a x\nversion: *a", 2, "begins with &"),
        ("title: !!python/object:os.system x", 2, "begins with &, * or !"),
        ("- a", 2, "These lines cannot be read"),
        (f"title: {'[' * 60}{']' * 60}", 2, "nested too deeply"),
    ],
)
def test_a_fault_in_front_matter_is_a_finding_with_its_line(front_matter: str, line: int, message: str) -> None:
    findings = parse_text(revision(f"---\n{front_matter}\n---\nx\n"), is_strict=True).findings
    assert [finding.line for finding in findings] == [line]
    assert message in findings[0].message
    assert findings[0].remedy


def test_front_matter_without_an_end_is_a_finding() -> None:
    findings = parse_text(revision("---\ntitle: x\n\nwords\n"), is_strict=True).findings
    assert "no end" in findings[0].message


@given(st.text(max_size=400))
def test_no_front_matter_makes_a_traceback(text: str) -> None:
    for written in (text, f"---\n{text}\n---\n"):
        parsed = parse_text(revision(written), is_strict=True)
        assert parsed.body_line >= 1
        parse_words(revision(written), locale="en")
        parse_release_note(revision(written), version="1", locale="en")


# --- dates -----------------------------------------------------------------------------------------------------------

MONTHS = {"may": 5, "mai": 5, "dezember": 12}


def dated(*patterns: str, key: str | None = None) -> Settings:
    return settings_with(versions={"source": "date", "date_patterns": list(patterns), "date_key": key})


@pytest.mark.parametrize(
    ("body", "day"),
    [
        ('Effective May 4, 2026\n{: datetime="2026-05-04" }\n', date(2026, 5, 4)),
        ('Effective\n{: datetime="04-05-2026" }\n', date(2026, 5, 4)),
        ('Effective\n{: datetime="2026-02-31" }\n', None),
        ("Last updated: May 4, 2026\n", date(2026, 5, 4)),
        ("Last updated: Foo 4, 2026\n", None),
        ("No date at all.\n", None),
    ],
)
def test_a_date_is_found_where_the_patterns_look(body: str, day: date | None) -> None:
    settings = dated(
        r'\{:\s*datetime="(?P<date>\d{4}-\d\d-\d\d|\d\d-\d\d-\d{4})"',
        r"updated: (?P<month>\p{L}+) (?P<day>\d+), (?P<year>\d{4})",
    )
    text = parse_text(revision(body), is_strict=False)
    assert find_date(text, settings=settings, month_names=MONTHS) == day


def test_a_date_in_front_matter_comes_first() -> None:
    settings = dated(r"(?P<date>\d{4}-\d\d-\d\d)", key="updated")
    text = parse_text(revision("---\nupdated: 2026-05-04\n---\n2025-01-01\n"), is_strict=False)
    assert find_date(text, settings=settings, month_names={}) == date(2026, 5, 4)


def test_the_words_of_a_date_are_left_out_of_comparisons() -> None:
    assert without_date("Hi\nUpdated 2026-05-04\nBye\n", settings=dated(r"Updated (?P<date>[\d-]+)\n")) == "Hi\nBye\n"


def test_a_pattern_that_never_ends_finds_nothing() -> None:
    settings = dated(r"(?P<date>(a+)+b)")
    assert find_date(parse_text(revision("a" * 40), is_strict=False), settings=settings, month_names={}) is None


# --- release notes ---------------------------------------------------------------------------------------------------

NOTE = """\
---
published: 2024-11-01
effective: 2024-12-01
changes:
  - {category: recipients, sections: [sharing]}
  - {category: contact}
---
## What changed {#summary}

New *recipients*.

## Was es bedeutet {#impact}

Little.
"""


def test_a_release_note_gives_facts_and_words() -> None:
    note, findings = parse_release_note(revision(NOTE, "privacy/releases/1.md"), version="1", locale="en")
    assert findings == ()
    assert note is not None
    assert (note.published, note.effective) == (date(2024, 11, 1), date(2024, 12, 1))
    assert note.significance is Significance.SIGNIFICANT
    assert note.changes[0].sections == ("sharing",)
    assert note.words["en"].summary == "New *recipients*."
    assert note.words["en"].impact == "Little."
    assert note.words["en"].choices == ""
    assert note.line("changes.1.category") == 6


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("recipients,", "recipient,", 5, "category 'recipient' does not exist"),
        ("2024-12-01", "2024-13-01", 3, "effective"),
        ("effective: 2024-12-01\n", "", 2, "'effective' is missing"),
        ("published:", "publised:", 2, "'publised' is not known"),
        ("{category: contact}", "{category: contact, section: [a]}", 6, "'section' is not known"),
        ("published: 2024-11-01", "significance: technical", 2, "Only the program decides"),
        ("{#impact}", "{#effect}", 12, "'effect' is not a part"),
        ("{#impact}", "{#summary}", 12, "twice"),
        ("## What changed {#summary}", "Words.\n\n## What changed {#summary}", 8, "would not be published"),
    ],
)
def test_a_fault_in_a_release_note_names_its_line(old: str, new: str, line: int, message: str) -> None:
    _, findings = parse_release_note(revision(NOTE.replace(old, new, 1)), version="1", locale="en")
    assert [finding.line for finding in findings] == [line], findings
    assert message in f"{findings[0].message} {findings[0].remedy}"
