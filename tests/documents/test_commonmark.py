"""Markdown means what a forge's preview means: blocks and emphasis by the rules of CommonMark and GFM."""

from __future__ import annotations

import re

import pytest

from policy_site.documents import markers, render_document, text

EXTENSIONS = ("tables", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists")


READERS = {"python-markdown": EXTENSIONS, "github": ("github",)}


def html(body: str, reader: str = "python-markdown") -> str:
    """Return what is published, without the line ends between elements."""
    document = render_document(body, title="Terms", extensions=READERS[reader])
    return re.sub(r"\s*\n\s*(?=<)|(?<=>)\s*\n\s*", "", document.html)


TABLE = "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>"
LISTS = {
    "sub-clauses indented by three spaces": (
        "1. pay\n   1. in euros\n   2. on time\n2. leave",
        "<ol><li>pay<ol><li>in euros</li><li>on time</li></ol></li><li>leave</li></ol>",
    ),
    "sub-items indented by two spaces": (
        "- data\n  - names\n  - mail\n- rights",
        "<ul><li>data<ul><li>names</li><li>mail</li></ul></li><li>rights</li></ul>",
    ),
    "sub-items below a two-digit number need four": (
        "10. ten\n    - a\n11. eleven\n   - no item of it",
        '<ol start="10"><li>ten<ul><li>a</li></ul></li><li>eleven</li></ol><ul><li>no item of it</li></ul>',
    ),
    "a list right after a line of text": ("You:\n- pay\n- leave", "<p>You:</p><ul><li>pay</li><li>leave</li></ul>"),
    "a numbered list right after a line of text": ("You must:\n1. pay", "<p>You must:</p><ol><li>pay</li></ol>"),
    "a year at the beginning of a line of prose": (
        "These terms replace those of\n2024. Before, others applied.",
        "<p>These terms replace those of 2024. Before, others applied.</p>",
    ),
    "a paragraph inside an item, indented by three": (
        "1. one\n\n   more\n\n1. two",
        "<ol><li><p>one</p><p>more</p></li><li><p>two</p></li></ol>",
    ),
    "a list that goes on after a paragraph": (
        "1. one\n\nBetween.\n\n2. two",
        '<ol><li>one</li></ol><p>Between.</p><ol start="2"><li>two</li></ol>',
    ),
    "a list that goes on after a table": (
        "1. one\n\n| a |\n|---|\n| b |\n\n2. two\n3. three",
        f'<ol><li>one</li></ol>{TABLE}<ol start="2"><li>two</li><li>three</li></ol>',
    ),
    "a list that goes on after a quotation": (
        "3. one\n\n> said\n\n4. two",
        '<ol start="3"><li>one</li></ol><blockquote><p>said</p></blockquote><ol start="4"><li>two</li></ol>',
    ),
    "a number left out is left out": ("1. one\n3. three", '<ol><li>one</li><li value="3">three</li></ol>'),
    "ones all the way are counted": ("1. one\n1. two\n1. three", "<ol><li>one</li><li>two</li><li>three</li></ol>"),
    "a parenthesis after the number": ("1) one\n2) two", '<ol class="closing"><li>one</li><li>two</li></ol>'),
    "another sign begins another list": ("- one\n* two", "<ul><li>one</li></ul><ul><li>two</li></ul>"),
    "an empty line makes all entries paragraphs": ("- one\n\n- two", "<ul><li><p>one</p></li><li><p>two</p></li></ul>"),
    "a line that only goes on": ("- one\nmore\n- two", "<ul><li>one more</li><li>two</li></ul>"),
    "code of an item": ("1. run\n\n       x = 1", "<ol><li><p>run</p><pre><code>x = 1</code></pre></li></ol>"),
    "a quotation in an item": ("- one\n  > said", "<ul><li>one<blockquote><p>said</p></blockquote></li></ul>"),
}  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", LISTS)
def test_lists_are_those_of_the_preview(name: str, reader: str) -> None:
    body, wanted = LISTS[name]
    if reader == "github":
        # a forge counts on whatever is written, and knows no parenthesis
        wanted = wanted.replace(' value="3"', "").replace(' class="closing"', "")
    assert html(body, reader) == wanted


OTHERS = {
    "a fence": ("```\na *b*\n```", "<pre><code>a *b*</code></pre>"),
    "a fence inside an item": ("1. run\n   ```\n   a\n   ```", "<ol><li>run<pre><code>a</code></pre></li></ol>"),
    "a fence of tildes with a language": ("~~~text\na\n~~~", "<pre><code>a</code></pre>"),
    "words after a fence are shown": (
        "``` two words\nmore\n```",
        "<pre><code>two words\nmore</code></pre>",
    ),
    "words struck out": ("Price ~~10~~ 12", "<p>Price <del>10</del> 12</p>"),
    "a note": ("> [!NOTE]\n> Keep this.", "<blockquote><p><strong>Note</strong></p><p>Keep this.</p></blockquote>"),
    "a warning": ("> [!warning]\n> Keep.", "<blockquote><p><strong>Warning</strong></p><p>Keep.</p></blockquote>"),
    "a note of another kind is a quotation": ("> [!OTHER]\n> Keep.", "<blockquote><p>[!OTHER] Keep.</p></blockquote>"),
    "a backslash at the end of a line": ("one\\\ntwo", "<p>one<br> two</p>"),
    "a backslash at the end of a paragraph": ("one\\", "<p>one\\</p>"),
    "a number sign without a space": ("#1 among our rules", "<p>#1 among our rules</p>"),
    "a heading inside a list's entry": ("- # One", "<ul><li><h2>One</h2></li></ul>"),
    "text after an element goes on as Markdown": (
        "<details>\n<summary>More</summary>\n\n- one\n- *two*\n\n</details>",
        "<details><summary>More</summary><ul><li>one</li><li><em>two</em></li></ul></details>",
    ),
    "code that shows an element asking for Markdown": (
        '```\n<div markdown="1">\n*a*\n</div>\n```',
        '<pre><code>&lt;div markdown="1"&gt;\n*a*\n&lt;/div&gt;</code></pre>',
    ),
    "a definition of a link inside a paragraph is text": (
        "Our address is\n[a]: /a",
        "<p>Our address is [a]: /a</p>",
    ),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", OTHERS)
def test_blocks_are_those_of_the_preview(name: str, reader: str) -> None:
    body, wanted = OTHERS[name]
    assert html(body, reader).replace("<s>", "<del>").replace("</s>", "</del>") == wanted


def test_an_element_that_asks_for_markdown_gets_it() -> None:
    assert html('<div markdown="1">\n- one\n- *two*\n</div>') == (
        "<div><ul><li>one</li><li><em>two</em></li></ul></div>"
    )


NOTES = "One[^b] two[^a] again[^b].\n\n[^a]: First.\n[^b]: Second.\n\n    More.\n[^c]: Unused.\n[^a]: Twice."


@pytest.mark.parametrize("reader", READERS)
def test_notes_are_numbered_as_they_are_met_and_none_is_lost(reader: str) -> None:
    shown = html(NOTES, reader)
    assert re.findall('href="#fn:(.)">(.)</a></sup>', shown) == [("b", "1"), ("a", "2"), ("b", "1")]
    notes = re.findall("<li[^>]*>(.*?)</li>", shown)
    assert [re.sub("<[^>]*>|\\W", "", note) for note in notes] == ["SecondMore", "First", "Unused", "Twice"]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("note", ["<b>\n\n    w", "<w>", "- w", "| w |\n    |---|", "", "[r]: /w", "    w", "> w"])
def test_a_note_may_hold_whatever_a_text_may(note: str, reader: str) -> None:
    shown = html(f"One[^n].\n\n[^n]: {note}\n", reader)
    assert 'href="#fn:n">1</a>' in shown
    assert ("w" in re.sub("<[^>]*>", "", shown)) == ("w" in note and not note.startswith("[r]"))


EMPHASIS = {
    "names between underscores": ("_ga, _ga_* and _gid_*", "_ga, <em>ga</em>* and <em>gid</em>*"),
    "underscores inside words": ("snake_case_name and my__dunder__name", "snake_case_name and my__dunder__name"),
    "an asterisk at the end of a name": ("_ga* and _gid*", "_ga* and _gid*"),
    "asterisks inside words": ("un*frigging*believable", "un<em>frigging</em>believable"),
    "names with dots": ("_pk_id.* and _pk_ses.*", "_pk_id.* and _pk_ses.*"),
    "one inside another": ("**a *b* c** ***d***", "<strong>a <em>b</em> c</strong> <em><strong>d</strong></em>"),
    "runs of unequal length": ("**a* b", "*<em>a</em> b"),
    "escaped signs": (r"\*a\* \_b\_ \~\~c\~\~", "*a* _b_ ~~c~~"),
    "around code": ("*`a*b`*", "<em><code>a*b</code></em>"),
    "across a broken line": ("**a  \nb**", "<strong>a<br> b</strong>"),
    "a lone tilde before a number": ("~5 and ~6", "~5 and ~6"),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", EMPHASIS)
def test_emphasis_is_that_of_the_preview(name: str, reader: str) -> None:
    body, wanted = EMPHASIS[name]
    assert html(body, reader) == f"<p>{wanted}</p>"


TABLES = {
    "a bold line right above": ("**Kept:**\n| a | b |\n|---|---|\n| 1 | 2 |", ["a b", "1 2"]),
    "an escaped bar": ("| a | b |\n|---|---|\n| x\\|y | 2 |", ["a b", "x|y 2"]),
    "an escaped bar in code": ("| a | b |\n|---|---|\n| `x\\|y` | 2 |", ["a b", "x|y 2"]),
    "more cells than heads": ("| a | b |\n|---|---|\n| x|y | 2 |", ["a b", "x y 2"]),
    "fewer cells than heads": ("| a | b |\n|---|---|\n| x |", ["a b", "x "]),
    "no bars at the edges": ("a | b\n--- | ---\n1 | 2", ["a b", "1 2"]),
    "indented in an item": ("- one\n\n  | a |\n  |---|\n  | 1 |", ["a", "1"]),
    "a line without a bar below": ("| a | b |\n|---|---|\n| 1 | 2 |\nlast", ["a b", "1 2", "last "]),
    "no more heads than lines below them": ("| a |\n|---|---|\n| 1 |", []),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", TABLES)
def test_tables_are_those_of_the_preview_and_keep_every_cell(name: str, reader: str) -> None:
    body, wanted = TABLES[name]
    rows = re.findall("<tr>(.*?)</tr>", html(body, reader))
    assert [" ".join(re.findall(r"<t[hd]>(.*?)</t[hd]>", re.sub("</?code>", "", row))) for row in rows] == wanted


CLAUSES = {
    "letters in parentheses": ("(a) pay;\n(b) leave.", ["(a) pay;", "(b) leave."]),
    "letters with a dot": ("a. pay;\nb. leave.", ["a. pay;", "b. leave."]),
    "small Roman numbers": ("i) pay;\nii) leave;\niii) go.", ["i) pay;", "ii) leave;", "iii) go."]),
    "Roman numbers in the midst": ("(iv) pay;\n(v) leave.", ["(iv) pay;", "(v) leave."]),
    "decimal numbers": ("1.1 You pay.\n1.2 You leave.", ["1.1 You pay.", "1.2 You leave."]),
    "paragraphs": ("(a) pay;\n\n(b) leave.", ["(a) pay;", "(b) leave."]),
    "after a line of text": ("You must:\n(a) pay;\n(b) leave.", ["(a) pay;", "(b) leave."]),
    "below a numbered item": ("1. You must\n   (a) pay;\n   (b) leave.", ["(a) pay;", "(b) leave."]),
    "after (h) comes (i)": ("(h) pay;\n(i) leave;\n(j) go.", ["(h) pay;", "(i) leave;", "(j) go."]),
}


@pytest.mark.parametrize("name", CLAUSES)
def test_clauses_numbered_by_hand_are_entries_and_keep_their_numbers(name: str) -> None:
    body, wanted = CLAUSES[name]
    lists = re.findall(r'<ol class="written".*?</ol>', html(body))
    entries = [re.sub("<[^>]*>", "", each) for each in re.findall("<li>.*?</li>", "".join(lists))]
    assert entries == wanted
    assert len(lists) == 1


def test_clauses_stand_inside_clauses() -> None:
    nested = html("(a) pay\n(i) in euros\n(ii) on time\n(b) leave")
    assert nested == (
        '<ol class="written" type="a"><li>(a) pay<ol class="written" type="i"><li>(i) in euros</li><li>(ii) on time'
        "</li></ol></li><li>(b) leave</li></ol>"
    )


def test_plain_text_sets_clauses_off_that_belong_to_another() -> None:
    document = render_document("1. You:\n   (a) pay\n   (i) now\n   (ii) later\n   (b) leave", extensions=EXTENSIONS)
    assert text(document) == "1. You:\n   (a) pay\n       (i) now\n       (ii) later\n   (b) leave\n"


def test_clauses_indented_below_a_clause_are_no_code() -> None:
    nested = html("(a) pay\n\n    (i) in euros\n\n    (ii) on time\n\n(b) leave")
    assert "<pre>" not in nested
    assert nested.count("<ol") == 2


@pytest.mark.parametrize(
    "body",
    ["(a) is the only one.", "It costs\n1.5 million.", "A. Smith signed.", "See (a) and (b).", "e.g. this\nf.g. that"],
)
def test_what_only_looks_like_a_clause_stays_a_paragraph(body: str) -> None:
    assert html(body).startswith("<p>")
    assert "<ol" not in html(body)


NUMBERS = {
    "from one": ("1. a\n2. b", ["1.", "2."]),
    "from three, with a gap": ("3. a\n5. b\n6. c", ["3.", "5.", "6."]),
    "a number given twice": ("1. a\n2. b\n2. c\n3. d", ["1.", "2.", "2.", "3."]),
    "a number that goes back": ("4. a\n5. b\n1. c", ["4.", "5.", "1."]),
    "left to be counted": ("3. a\n3. b\n3. c", ["3.", "4.", "5."]),
    "after a paragraph": ("1. a\n\nBetween.\n\n2. b", ["1.", "2."]),
    "with a parenthesis": ("7) a\n8) b", ["7)", "8)"]),
    "inside one another": ("1. a\n   1. b\n   2. c\n2. d", ["1.", "1.", "2.", "2."]),
    "in the words": ("(c) a\n(d) b", ["", ""]),
    "in HTML": ('<ol type="i" start="3"><li>a</li><li value="9">b</li></ol>', ["iii.", "ix."]),
    "letters in HTML": ('<ol type="A" start="26"><li>a</li><li>b</li></ol>', ["Z.", "AA."]),
    "backwards": ("<ol reversed><li>a</li><li>b</li></ol>", ["2.", "1."]),
    "a start that is no number": ('<ol start="x"><li>a</li></ol>', ["1."]),
    "none": ("- a\n- b", []),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_every_form_of_a_text_asks_one_place_for_the_number_of_an_entry(name: str) -> None:
    body, wanted = NUMBERS[name]
    document = render_document(body, title="Terms", extensions=EXTENSIONS)
    assert list(markers(document.blocks).values()) == wanted
