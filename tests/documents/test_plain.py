"""What a document says as plain text: in ``index.txt``, feeds, messages and the terminal."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from policy_site.documents import render_document, set_apart, text, wording, words
from policy_site.model import Document

EXTENSIONS = ("tables", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists")
CONTENT = Path(__file__).parents[2] / "content"


def rendered(body: str) -> Document:
    return render_document(body, extensions=EXTENSIONS)


def plain(body: str) -> str:
    return text(rendered(body)).removesuffix("\n")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("30[^1] days.\n\n[^1]: Working days.", "30 [1] days.\n\n[1] Working days."),
        ("Free[^a][^b].\n\n[^a]: One.\n[^b]: Two.", "Free [1] [2].\n\n[1] One.\n\n[2] Two."),
        ("Twice[^n], and[^n].\n\n[^n]: Note.\n\n    More.", "Twice [1], and [1].\n\n[1] Note.\n\n    More."),
        ("<del>No.</del> <s>5</s> 7", "~~No.~~ ~~5~~ 7"),
        ("<del>One *two* three</del> four", "~~One two three~~ four"),
        ("<del>[old](https://a.example/)</del>", "~~old (https://a.example/)~~"),
    ],
)
def test_notes_and_struck_words_are_told_apart(body: str, said: str) -> None:
    assert plain(body) == said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("10<sup>-3</sup> and m<sup>2</sup>", "10^-3 and m^2"),
        ("CO<sub>2</sub>, H<sub>2</sub>O, x<sub>i</sub>", "CO2, H2O, x_i"),
        ("the 1<sup>st</sup>, 2<sup>e</sup> and 10<sup>n</sup>", "the 1st, 2e and 10^n"),
        ("10<sub>2</sub>5 10<sup>3</sup>5 2<sup>a + b</sup>", "10_(2)5 10^(3)5 2^(a + b)"),
        ("x<sub>1</sub>5 y<sub>max, min</sub>", "x_(1)5 y_(max, min)"),
    ],
)
def test_powers_and_indices_are_readable(body: str, said: str) -> None:
    assert plain(body) == said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<ol start="3"><li>a</li><li value="9">b</li><li>c</li></ol>', "3. a\n9. b\n10. c"),
        ('<ol type="a"><li>x</li></ol>', "a. x"),
        ('<ol type="I" start="4"><li>x</li><li>y</li></ol>', "IV. x\nV. y"),
        ('<ol type="A" start="26"><li>x</li><li>y</li></ol>', "Z. x\nAA. y"),
        ('<ol reversed=""><li>x</li><li>y</li></ol>', "2. x\n1. y"),
        ("- one\n\n    1. two\n\n        three\n", "- one\n\n  1. two\n\n     three"),
    ],
)
def test_lists_keep_the_marks_that_are_shown(body: str, said: str) -> None:
    assert plain(body) == said


def test_a_narrow_table_is_aligned() -> None:
    body = "| Plan | 料金 |\n|---|---|\n| Basic | 10 |\n| Plus *and* | [25](https://a.example/) |\n"
    assert plain(body) == (
        "Plan     | 料金\n---------|------------------------\nBasic    | 10\nPlus and | 25 (https://a.example/)"
    )


def test_a_wide_table_is_listed_by_row() -> None:
    long = "word " * 20
    body = f"| Name | What it does |\n|---|---|\n| One | {long}|\n| Two |  |\n"
    assert plain(body) == f"| Name: One\n| What it does: {long.strip()}\n|\n| Name: Two\n| What it does:"


def test_a_table_with_wide_cells_keeps_its_rows() -> None:
    body = '<table><caption>Fees</caption><tr><td colspan="2">a</td></tr><tr><td>b<br>c</td><td>d</td></tr></table>'
    assert plain(body) == "Fees\n| a\n| b / c | d"


def test_a_table_in_a_list_stands_under_its_entry() -> None:
    body = "1. Fees:\n\n    | a | b |\n    |---|---|\n    | 1 | 2 |\n"
    assert plain(body) == "1. Fees:\n\n   a | b\n   --|--\n   1 | 2"


def test_headings_of_every_level_are_told_from_paragraphs() -> None:
    shown = {plain(f"# T\n\n{signs} Fees\n\nYou pay.") for signs in ("##", "###", "####", "")}
    assert len(shown) == 4


def test_addresses_are_made_whole_where_they_can_be() -> None:
    document = rendered("[us](../privacy/en.md#x) [here](#x) [mail](mailto:a@b.example) <https://c.example/>\n\n## X\n")
    said = text(document, whole=lambda address: address.replace("../", "https://a.example/"))
    assert said.startswith("us (https://a.example/privacy/en.md#x) here mail (a@b.example) https://c.example/\n")


def test_documents_on_one_page_share_no_id_and_no_number() -> None:
    parts = {name: rendered(f"{name}[^1] [^2]\n\n### Same\n\n[^1]: A.\n[^2]: B.") for name in ("s-", "i-", "c-")}
    apart = set_apart(parts)
    html = "".join(document.html for document in apart)
    found = re.findall(r' id="([^"]*)"', html)
    assert len(found) == len(set(found))
    assert set(re.findall(r'href="#([^"]*)"', html)) <= set(found)
    notes = [number for document in apart for number in re.findall(r"^\[(\d)\]", text(document), re.MULTILINE)]
    assert notes == ["1", "2", "3", "4", "5", "6"]
    assert '<ol start="5">' in apart[2].html


# --- what counts as a word -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["\u200b", "\u00ad", "\u200e", "\u200f", "\u061c", "\u2060", "\u202e", "\u2068"])
def test_a_character_that_shows_nothing_changes_no_word(sign: str) -> None:
    assert wording(rendered(f"We kee{sign}p your data{sign}.")) == wording(rendered("We keep your data."))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("30[^1] days\n\n[^1]: A.", "301 days\n\n[^1]: A."),
        ("<del>You may not leave.</del>", "You may not leave."),
        ("10<sup>3</sup> euros", "103 euros"),
        ("می\u200cخواهم", "میخواهم"),
    ],
)
def test_what_reads_otherwise_is_another_wording(one: str, other: str) -> None:
    assert wording(rendered(one)) != wording(rendered(other))


# --- no two texts say the same, and none loses a word ----------------------------------------------------------------

PIECES = {
    "30 days": "Keep 30 days.",
    "301 days": "Keep 301 days.",
    "30 1 days": "Keep 30 1 days.",
    "note": "Keep 30[^1] days.",
    "other note": "Keep 30[^2] days.",
    "struck": "<del>Keep 30 days.</del>",
    "half struck": "Keep <s>30</s> days.",
    "power": "Keep 30<sup>1</sup> days.",
    "index": "Keep 30<sub>1</sub> days.",
    "item": "- Keep 30 days.",
    "numbered": "1. Keep 30 days.",
    "from three": '<ol start="3"><li>Keep 30 days.</li></ol>',
    "letters": '<ol type="a"><li>Keep 30 days.</li></ol>',
    "nested": "- Keep\n\n    1. 30 days.",
    "quoted": "> Keep 30 days.",
    "heading": "## Keep 30 days.",
    "small heading": "#### Keep 30 days.",
    "code": "    Keep 30 days.",
    "row": "| Keep | 30 |\n|---|---|\n| days | . |",
    "table": "| Keep |\n|---|\n| 30 |\n| days. |",
    "link": "Keep [30](https://a.example/30) days.",
    "other link": "Keep [30](https://b.example/30) days.",
    "rule": "Keep 30 days.\n\n---",
    "term": "Keep\n:   30 days.",
    "broken": "Keep  \n30 days.",
}
NOTES = "\n\n[^1]: First.\n\n[^2]: Second.\n"
TEXTS = st.lists(st.sampled_from(sorted(PIECES)), min_size=1, max_size=4)


def body_of(pieces: list[str]) -> str:
    # a word between them keeps lists apart
    return "\n\nAnd.\n\n".join(PIECES[piece] for piece in pieces) + NOTES


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS)
def test_no_two_texts_say_the_same(one: list[str], other: list[str]) -> None:
    assume(one != other)
    said = [re.sub(r"\n+\[\d\] (First|Second)\.", r"\n\1", plain(body_of(pieces))) for pieces in (one, other)]
    assert said[0] != said[1] or {"note", "other note"} & {*one} == {"note", "other note"} & {*other} == set()


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_every_word_is_found_once(pieces: list[str]) -> None:
    document = rendered(body_of(pieces))
    shown = Counter(re.findall(r"[^\W\d_]+", re.sub(r"<[^<>]*>|&\w+;", " ", document.html)))
    said = Counter(re.findall(r"[^\W\d_]+", re.sub(r"\(https:[^()]*\)", "", text(document))))
    said -= Counter({"a": said["a"]})  # the mark of a list in letters
    assert said == shown


def test_no_two_texts_of_the_sample_say_the_same() -> None:
    bodies = {path.read_text(encoding="utf-8").split("---\n", 2)[-1] for path in CONTENT.rglob("*.md")}
    documents = [rendered(body) for body in sorted(bodies)]
    shown = {document.html for document in documents}
    assert len({text(document) for document in documents}) == len(shown)
    for document in documents:
        kept = Counter(word for part in words(document) for word in re.findall(r"\w+", part))
        assert not kept - Counter(re.findall(r"\w+", text(document, whole=lambda _: "§").replace(" (§)", "")))
