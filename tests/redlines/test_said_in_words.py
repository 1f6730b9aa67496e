"""What changed without a word is said in words people use, right where it changed, in every rendering."""

from __future__ import annotations

from dataclasses import fields

import pytest

from policy_site.localization import load_phrases
from policy_site.redlines import RedlinePhrases, compare, html, text
from policy_site.redlines.marks import FORMATTING
from policy_site.web.redline_phrases import redline_phrases
from tests.support.redline_documents import document


def shown(old: str, new: str, phrases: RedlinePhrases | None = None) -> tuple[str, str]:
    """Return a pair in the terminal and as HTML."""
    redline = compare(document(old), document(new))
    said = phrases or RedlinePhrases()
    return text.render(redline, colour=False, phrases=said), html.render(redline, said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("We *never* sell it.", "We **never** sell it.", "Formatting: italic → bold"),
        ("We never sell it.", "We ***never*** sell it.", "Formatting: plain → italic, bold"),
        ("We `never` sell it.", "We never sell it.", "Formatting: code → plain"),
        ("In m2 of space.", "In m<sup>2</sup> of space.", "Formatting: plain → superscript"),
        ("We never sell it.", "We <del>never</del> sell it.", "Formatting: plain → crossed out"),
    ],
)
def test_formatting_has_the_names_that_people_use(old: str, new: str, said: str) -> None:
    for rendering in shown(old, new):
        assert said in rendering


@pytest.mark.parametrize("language", ["de", "ja", "ar"])
def test_formatting_is_named_in_the_language_of_the_reader(language: str) -> None:
    phrases = redline_phrases(load_phrases(language))
    rendering = shown("We *never* sell it.", "We **never** sell it.", phrases)[1]
    assert phrases.format_em != "italic"
    assert phrases.format_em in rendering
    assert phrases.format_strong in rendering


def test_all_formatting_that_is_compared_has_a_name() -> None:
    assert {f"format_{name}" for name in FORMATTING} <= {field.name for field in fields(RedlinePhrases)}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("See [the law](https://a.example) and more.", "See [the law](https://b.example) and more.", "law</a>"),
        ("See [the law](https://a.example) and more.", "See the law and more.", "law"),
        ("See *this* and more.", "See **this** and more.", "this</strong>"),
    ],
)
def test_a_note_stands_right_behind_its_words(old: str, new: str, said: str) -> None:
    assert f'{said}<span class="redline-note' in shown(old, new)[1].replace(' id="change-1"', "")


def test_the_terminal_shows_the_numbers_and_bullets_of_items() -> None:
    old = "Rules:\n\n1. the first one\n2. the second rule\n3. the third one\n"
    lines = shown(old, old.replace("second rule", "other rule"))[0].splitlines()
    assert "  2. the [-second-]{+other+} rule" in lines
    deleted = shown(old, old.replace("2. the second rule\n3.", "2."))[0]
    assert "  2. [-the second rule-]" in deleted.splitlines()
    nested = "- one thing\n    - a small part of it\n- another thing\n"
    assert "    • a [-small-]{+large+} part of it" in shown(nested, nested.replace("small", "large"))[0].splitlines()
