"""What is written is what is read: every word of a random text arrives once and in order, or somebody is told.

Each word is written once, so that one that is lost, doubled or moved is seen. `make readings` tries ten thousand texts.
"""

from __future__ import annotations

import os
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_site.documents import PREVIEW, Difference, Kind, compare_readings, letters_of, render_document

EXAMPLES = int(os.environ.get("READINGS", "60"))
READERS = {
    "python-markdown": ("tables", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists"),
    "github": ("github",),
}
LOSSES = {Kind.LOST, Kind.ADDED}
WORD = re.compile(r"w\d+w")

SHAPES = st.sampled_from(
    [
        "{}", "{}", "{}", "*{}*", "**{}**", "_{}_", "__{}__", "***{}***", "~~{}~~", "`{}`", "[{}](/a)", "[{}][r]",
        "_{}", "_{}_*", "__{}_mid__", "{}_*", "_{}_* and _{}_*", "_{}, _{}_* and _{}_*", "*{} **{}* {}**", "{}|{}",
        "`{}|{}`", "{}\\|{}", "{}*{}*{}", "{}__{}__{}", "\\*{}\\*", "<b>{}</b>", "<{}>", "&amp;{}", "{}[^n]",
        "**{} **{}", "2024. {}", "{}  ", "{}\\", "(a) {}", "![{}](b.png)", "{{{}}}", "`{}", "[{}", "]{}(",
        "<i>{}", "~{}~",
    ]
)  # fmt: skip
PREFIXES = st.sampled_from(
    [
        "", "", "", "- ", "* ", "+ ", "1. ", "2. ", "1) ", "2024. ", "10. ", "> ", "> - ", "- 1. ", "(a) ", "(b) ",
        "a. ", "b. ", "i) ", "ii) ", "(iv) ", "1.1 ", "1.2 ", "# ", "## ", "#", "    ", ": ", "[^n]: ",
        "[^m]: ", "```\n", "~~~ ", "| ", "• ", "--- \n", "| a | b |\n|---|---|\n| ", "[r]: /u\n", "<div>\n", "</div>\n",
        "{.x}\n", "> [!NOTE]\n> ",
    ]
)  # fmt: skip
INDENTS = st.sampled_from(["", "", "", "", " ", "  ", "   ", "    ", "     ", "        "])
ENDS = st.sampled_from(["\n", "\n", "\n\n", "\n\n", " |\n", " | {} |\n", "\n---\n", "\n\n---\n\n", "\n===\n", " ##\n"])
LINES = st.tuples(INDENTS, PREFIXES, st.lists(SHAPES, min_size=1, max_size=3), ENDS)


def numbered(lines: list[tuple[str, str, list[str], str]]) -> str:
    """Return the text in which each place for a word holds one of its own."""
    written = "".join(f"{indent}{prefix}{' '.join(shapes)}{end}" for indent, prefix, shapes, end in lines)
    count = 0

    def word(_: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"w{count}w"

    return re.sub(r"\{\}", word, written)


TEXTS = st.lists(LINES, min_size=1, max_size=10).map(numbered)


def arrived(body: str, extensions: tuple[str, ...]) -> tuple[list[str], list[Difference]]:
    """Return the words that readers get, and what the rule tells."""
    published = render_document(body, title="Terms", extensions=extensions)
    preview = render_document(body, title="Terms", extensions=PREVIEW)
    pictures = [
        dict(span.marks[-1].attributes).get("alt", "") if span.marks and span.marks[-1].tag == "img" else span.text
        for block in published.blocks
        for span in (*block.spans, None)
        if span
    ]
    found = WORD.findall("\n".join(block.text for block in published.blocks) + "\n".join(pictures))
    return found, list(compare_readings(published, preview))


@pytest.mark.parametrize("reader", READERS)
def test_no_word_of_any_text_is_lost_without_a_finding(reader: str) -> None:
    @settings(max_examples=EXAMPLES, deadline=None)
    @given(TEXTS)
    def holds(body: str) -> None:
        found, differences = arrived(body, READERS[reader])
        lost = set(WORD.findall(body)) - set(found)
        assert not lost or any(difference.kind in LOSSES for difference in differences), (body, lost)

    holds()


DIFFERENT: dict[str, tuple[str, set[Kind]]] = {
    "a number left out": ("1. a\n3. b", {Kind.NUMBER}),
    "two numbers left out": ("1. a\n4. b\n5. c", {Kind.NUMBER}),
    "a bar too many": ("| a | b |\n|---|---|\n| c|d | e |", {Kind.SURPLUS}),
    "a bar in code": ("| a |\n|---|\n| `c|d` |", {Kind.SURPLUS}),
    "clauses on one line of the preview": ("(a) one\n(b) two\n(c) three", {Kind.SPLIT}),
    "clauses after words": ("You must\n(a) pay\n(b) leave", {Kind.SPLIT}),
    "clauses that are code in the preview": ("(a) one\n\n    (i) two\n\n(b) three", {Kind.PLACE}),
    "an element that asks for Markdown": ('<div markdown="1">\n- one\n- two\n</div>', {Kind.SPLIT, Kind.PLACE}),
    "a note that nothing refers to": ("Text[^a].\n\n[^a]: One.\n[^b]: Two.", {Kind.UNUSED_NOTE}),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_where_two_readings_differ_somebody_is_told(name: str) -> None:
    body, kinds = DIFFERENT[name]
    found = arrived(body, READERS["python-markdown"])[1]
    assert {difference.kind for difference in found} & kinds
    assert all(difference.words for difference in found)


SAME = {
    "sub-clauses": "1. a\n   1. b\n   2. c\n2. d",
    "clauses that are paragraphs": "(a) one\n\n(b) two",
    "lists that go on": "1. a\n\nBetween.\n\n2. b",
    "ones all the way": "1. a\n1. b\n1. c",
    "notes in another order": "One[^b] two[^a].\n\n[^a]: A.\n[^b]: B.",
    "ids": "## Data {#data}\n\nText *x*{.y}.\n{: .z }",
    "tables": "**Head**\n| a | b |\n|---|--:|\n| 1 | `x\\|y` |",
    "definitions": "Term\n: Meaning",
    "an alert": "> [!NOTE]\n> Text",
    "raw HTML": "<details>\n<summary>S</summary>\n\n- a\n\n</details>\n\n<table><tr><td>1</td></tr></table>",
    "code": "```text\n(a) x\n```\n\n    y",
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", SAME)
def test_where_two_readings_agree_nobody_is_told(name: str, reader: str) -> None:
    assert arrived(SAME[name], READERS[reader])[1] == []


def test_a_reader_that_loses_words_is_found_out() -> None:
    body = "One two three four.\n\n- five\n- six"
    whole = render_document(body, extensions=PREVIEW)
    lossy = render_document(body.replace("two ", ""), extensions=PREVIEW)
    assert {each.kind: each.words for each in compare_readings(lossy, whole)} == {Kind.LOST: "two"}
    assert letters_of("Ünï-1_a²") == "ünï1a²"


@pytest.mark.parametrize("words", ["w " * 100_000, " ".join(f"w{number}w" for number in range(100_000))])
def test_two_long_readings_are_compared_soon(words: str) -> None:
    body = "\n".join(words[start : start + 60_000] for start in range(0, len(words), 60_000))
    one = render_document(f"First.\n\n{body}\n\nLast.", extensions=PREVIEW)
    other = render_document(f"Other.\n\n{body}\n\nEnd.", extensions=PREVIEW)
    started = time.process_time()
    assert Kind.LOST in {difference.kind for difference in compare_readings(one, other)}
    assert time.process_time() - started < 10  # it was for ever
