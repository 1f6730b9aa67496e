"""The title of a text and its front matter, as they are found in repositories of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_site.errors import SettingsError
from policy_site.model import Revision
from policy_site.settings import parse_settings
from policy_site.sources import Text, parse_text
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled


def parsed(text: str, *, title: str = "") -> Text:
    return parse_text(Revision("privacy/en.md", text, "0" * 64, None, None, title), is_strict=False)


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("Terms of use\n============\n\nYou pay.\n", "Terms of use", "\nYou pay.\n"),
        ("*Terms* of [use](x) {#top}\n===\nYou pay.\n", "Terms of use", "You pay.\n"),
        ("\n\nAGB\n=\n\nSie zahlen.\n", "AGB", "\nSie zahlen.\n"),
        ("Scope\n-----\n\nYou pay.\n", "Scope", "Scope\n-----\n\nYou pay.\n"),
        ("<h1 align='center'>Terms\nof <em>use</em></h1>\n\nYou pay.\n", "Terms of use", "\nYou pay.\n"),
        ("<!-- ask Bob -->\n\n# Terms {#top}\n\nYou pay.\n", "Terms", "<!-- ask Bob -->\n\n\n\nYou pay.\n"),
        ("<!--\na\n\nb -->\nTerms\n=====\nYou pay.\n", "Terms", "<!--\na\n\nb -->\n\n\nYou pay.\n"),
        (
            '[x]: /privacy "P"\n[//]: # (no)\n# Terms\nYou pay.\n',
            "Terms",
            '[x]: /privacy "P"\n[//]: # (no)\n\nYou pay.\n',
        ),
        ("{::comment}\nno\n{:/comment}\n\n# Terms\n", "Terms", ""),
    ],
)
def test_the_first_heading_is_the_title_however_it_is_written(text: str, title: str, body: str) -> None:
    found = parsed(text)
    assert (found.title, found.body) == (title, body)
    before = text[: text.index("You pay")] if "You pay" in text else ""
    if before:  # findings name lines of the file
        assert found.body_line + found.body.count("\n", 0, found.body.index("You pay")) == before.count("\n") + 1


@pytest.mark.parametrize(
    "text",
    [
        "You pay.\n\n# Later\n",
        "You pay.\n\nLater\n=====\n",
        "- a point\n===\n",
        "> quoted\n===\n",
        "1. You pay\n---\n",
        "<!-- never closed\n\n# Terms\n",
        "| a |\n---\n",
    ],
)
def test_what_follows_words_is_no_title(text: str) -> None:
    assert parsed(text).title == ""
    assert parsed(text).body == text


@pytest.mark.parametrize(
    "text",
    [
        "--- \ntitle: Terms\nowner: bob\n---\t\nYou pay.\n",
        "\ufeff---\ntitle: Terms\n---\nYou pay.\n",
        "\n \n---\ntitle: Terms\n...\nYou pay.\n",
        " ---\n# who\ntitle: Terms\n ---\nYou pay.\n",
        "+++\ntitle = 'Terms'\ndate = 2026-05-04\n[params]\nowner = 'bob'\n+++\nYou pay.\n",
        '+++ \n"title" = "Terms"\n+++ \nYou pay.\n',
    ],
)
def test_front_matter_is_read_in_the_forms_that_are_found(text: str) -> None:
    found = parsed(text)
    assert (found.title, found.body) == ("Terms", "You pay.\n")
    assert found.body_line == text[: text.index("You pay")].count("\n") + 1
    assert found.findings == ()


@pytest.mark.parametrize(
    "text",
    ["+++\nYou pay.\n", "+++\nYou pay much.\n+++\nMore.\n", "\n---\n\nYou pay.\n\n---\n", " ---\nYou pay.\n---\n"],
)
def test_a_rule_at_the_beginning_is_no_front_matter(text: str) -> None:
    assert parsed(text).body == text
    assert parsed(text).findings == ()


def test_values_of_toml_are_read_as_they_are_written() -> None:
    facts = parsed("+++\nupdated = 2026-05-04\ndraft = false\nrank = 3\ntags = ['a']\n[a]\nb = 1.5\n+++\n").front_matter
    assert facts == {"updated": "2026-05-04", "draft": "false", "rank": "3", "tags": ["a"], "a": {"b": "1.5"}}


@pytest.mark.parametrize(("text", "line"), [("+++\ntitle = 'a'\nversion = \n+++\n", 3), ("\n+++\ntitle = a\n+++\n", 3)])
def test_a_fault_in_toml_is_a_finding_with_its_line(text: str, line: int) -> None:
    (finding,) = parsed(text).findings
    assert "cannot be read" in finding.message
    assert finding.line == line


def test_a_title_of_the_settings_leaves_the_first_heading_in_the_text() -> None:
    found = parsed("# 1. INTRODUCTION\n\nYou pay.\n", title="Terms of use")
    assert (found.title, found.body) == ("Terms of use", "# 1. INTRODUCTION\n\nYou pay.\n")


def test_a_title_of_the_settings_stands_above_the_text_in_its_language_alone(tmp_path: Path) -> None:
    repository = PolicyRepository(tmp_path, folder=".")
    repository.site(
        languages=["en", "de"],
        versions={"source": "revision"},
        policies=[{"id": "terms", "title": {"en": "Terms of use"}}],
    )
    repository.write("terms/en.md", "# 1. INTRODUCTION\n\nYou pay.\n").write("terms/de.md", "# AGB\n\nSie zahlen.\n")
    repository.commit()
    publication = compiled(repository)
    editions = publication.policies[0].versions[0].editions
    assert {locale: edition.title for locale, edition in editions.items()} == {"en": "Terms of use", "de": "AGB"}
    headings = [section.heading for section in publication.documents[editions["en"].digest].sections]
    assert headings == ["1. INTRODUCTION"]


def test_a_title_in_words_stays_what_stands_in_for_a_missing_one(tmp_path: Path) -> None:
    repository = PolicyRepository(tmp_path, folder=".")
    repository.site(versions={"source": "revision"}, policies=[{"id": "terms", "title": "Terms"}])
    repository.write("terms/en.md", "# Terms of use\n\nYou pay.\n").commit()
    assert compiled(repository).policies[0].versions[0].editions["en"].title == "Terms of use"
    repository.write("terms/en.md", "You pay more.\n").commit()
    assert compiled(repository).policies[0].versions[-1].editions["en"].title == "Terms"


def test_a_title_in_a_language_that_the_site_does_not_have_is_refused() -> None:
    text = """
title = "T"
base_url = "https://example.org/"
languages = ["en"]
[[policies]]
id = "terms"
title = {fr = "Conditions"}
"""
    with pytest.raises(SettingsError) as error:
        parse_settings(text)
    assert "'fr'" in error.value.findings[0].message
