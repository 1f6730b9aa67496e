"""What readers get of a Markdown text."""

from __future__ import annotations

import re

import pytest

from policy_site.documents import (
    adopt_ids,
    anchors,
    emit,
    links,
    render_document,
    rewrite_links,
    text,
    wording,
    words,
)
from policy_site.errors import ContentError
from policy_site.model import Document

EXTENSIONS = ("tables", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists")


def rendered(body: str, *, title: str = "") -> Document:
    return render_document(body, title=title, extensions=EXTENSIONS)


def ids(document: Document) -> list[str]:
    return [section.id for section in document.sections]


# --- sections --------------------------------------------------------------------------------------------------------


def test_a_text_becomes_a_title_a_preamble_and_sections() -> None:
    document = rendered("# Privacy\n\nIn force since May.\n\n## Data {#data}\n\nMuch.\n\n### Cookies\n\nFew.\n")
    assert document.title == "Privacy"
    assert [(section.id, section.level, section.heading) for section in document.sections] == [
        ("preamble", 0, ""),
        ("data", 2, "Data"),
        ("cookies", 3, "Cookies"),
    ]
    assert document.sections[1].html == '<h2 id="data">Data</h2>\n<p>Much.</p>'


def test_an_empty_text_has_no_sections() -> None:
    assert rendered("  \n\n").sections == ()


def test_a_title_from_the_front_matter_is_not_said_twice() -> None:
    assert rendered("# Privacy\n\nText.", title="Privacy").html == "<p>Text.</p>"


def test_a_heading_that_is_not_the_title_stays_one_level_below_it() -> None:
    document = rendered("# One\n\nText.\n\n# Two", title="Privacy")
    assert [(section.heading, section.level) for section in document.sections] == [("One", 2), ("Two", 2)]


@pytest.mark.parametrize("underline", ["===", "---"])
def test_underlined_headings_begin_sections(underline: str) -> None:
    assert ids(rendered(f"Text.\n\nData\n{underline}\n\nMore.", title="Privacy")) == ["preamble", "data"]


def test_a_heading_inside_an_element_begins_no_section() -> None:
    document = rendered('## One\n\n<div markdown="1">\n\n## Inner\n\nText.\n\n</div>\n\n> ## Quoted\n\n## Two')
    assert ids(document) == ["one", "two"]
    assert "<h2>Inner</h2>" in document.sections[0].html


def test_links_by_reference_work_in_every_section() -> None:
    document = rendered("## One\n\n[a][x]\n\n## Two\n\n[X] and [b][x]\n\n[x]: https://example.org/ 'T'\n")
    assert document.html.count('href="https://example.org/"') == 3
    assert "[x]" not in text(document)


def test_footnotes_stand_at_the_end_and_are_linked_both_ways() -> None:
    document = rendered("## One\n\nWord[^n].\n\n## Two\n\n[^n]: Explained.\n")
    assert "Explained." in document.sections[-1].html
    assert {address.removeprefix("#") for address in links(document)} <= anchors(document)


# --- ids -------------------------------------------------------------------------------------------------------------


def test_ids_are_made_of_words_in_any_script() -> None:
    assert ids(rendered("## Ihre Rechte & Über uns\n\n## 隐私 政策\n\n## حقوقك\n\n## ...")) == [
        "ihre-rechte-über-uns",
        "隐私-政策",
        "حقوقك",
        "section",
    ]


def test_headings_of_the_same_words_get_different_ids() -> None:
    document = rendered("## Data\n\n## Data\n\n## Other {#data-2}\n\n## Data")
    assert ids(document) == ["data", "data-3", "data-2", "data-4"]


def test_an_id_that_someone_set_wins_over_one_made_of_words() -> None:
    assert ids(rendered("## Data\n\n## Other {#data}")) == ["data-2", "data"]


def test_ids_never_take_those_of_the_page() -> None:
    document = rendered("## A {#page-top}\n\n## Change 1\n\n## Preamble\n\n[up](#page-top)")
    assert ids(document) == ["section-page-top", "section-change-1", "section-preamble"]
    assert links(document) == ("#section-page-top",)


def test_anchors_inside_a_text_are_kept_once() -> None:
    document = rendered('## A\n\n<a name="x"></a>Text <span id="x">again</span> [to](#x)\n\n## X')
    assert anchors(document) == {"a", "x", "x-2"}
    assert document.html.count('id="x"') == 1


def test_an_anchor_gives_way_to_a_heading_of_its_name() -> None:
    document = rendered('<a id="x"></a>\n\n## X {#x}\n\n<a id="x"></a>Text')
    assert document.html == '<h2 id="x">X</h2>\n<p>Text</p>'


def test_equal_passages_are_different_containers() -> None:
    document = rendered("## A\n\n- one\n\n## A\n\n- one")
    ordinals = [container.ordinal for block in document.blocks for container in block.containers]
    assert len(set(ordinals)) == 4


def test_a_translation_takes_the_ids_of_the_authoritative_text() -> None:
    english = rendered("## Data {#data}\n\n### Cookies {#cookies}\n\n## Rights {#rights}")
    german = adopt_ids(rendered("## Daten\n\n### Kekse\n\nSiehe [Rechte](#rechte).\n\n## Rechte"), english)
    assert ids(german) == ["data", "cookies", "rights"]
    assert links(german) == ("#rights",)
    assert '<h2 id="rights">' in german.html


def test_a_translation_keeps_its_own_ids_where_the_headings_disagree() -> None:
    english = rendered("## Data {#data}\n\n### Cookies {#cookies}\n\n## Rights {#rights}")
    german = rendered("## Daten\n\n### Neu\n\n### Kekse\n\n## Rechte {#meine}")
    assert ids(adopt_ids(german, english)) == ["data", "neu", "kekse", "meine"]


def test_adopted_ids_stay_unique() -> None:
    english = rendered("## One {#two}\n\n## Two {#one}")
    adopted = adopt_ids(rendered("## One\n\n## Two"), english)
    assert ids(adopted) == ["two", "one"]


# --- what stays and what goes ----------------------------------------------------------------------------------------


def test_attributes_of_the_corpus_leave_nothing_behind() -> None:
    document = rendered('In force since May 4\n{: datetime="2026-05-04" }\n\n## A {: .wide onclick="x()" #a }')
    assert document.html == '<p>In force since May 4</p>\n<h2 id="a">A</h2>'


def test_scripts_styles_and_dangerous_addresses_do_no_harm() -> None:
    document = rendered(
        "[a](javascript:alert(1)) [b](data:text/html,x) <b onclick='x' style='color:red' class=\"c\">c</b>\n\n"
        '<img src="http://example.org/i.png" alt="Only words"><iframe src="//x"></iframe><form action="/x">d</form>'
    )
    assert not re.search(r"javascript|data:|onclick|style|class|<(img|iframe|form)", document.html.replace("&lt;", ""))
    assert "Only words" in document.html


def test_links_to_other_sites_do_not_tell_where_the_reader_comes_from() -> None:
    assert 'rel="noopener noreferrer"' in rendered("[a](https://example.org/)").html
    assert "rel" not in rendered("[a](../cookies/en.md)").html


@pytest.mark.parametrize(
    "opening",
    [
        "<textarea>", "<title>", "<style>", "<script>", "<plaintext>", "<xmp>", "<noscript>", "<noembed>", "<iframe>",
        "<!--", "<!-->", "<![CDATA[", "<?php", "<!DOCTYPE", "<template>", "<select>", "<svg>", "<math>", "<svg><style>",
        "<table>", "<div title='", '<b title="', '<a href="x', "<div>", "<pre>", "<frameset>", "<math><mtext><xmp>",
        "`<!--` and <!--", "</script", "<company name>", "<option>", "<p", "```", "<details>", "<ruby><rt>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("gap", ["", " ", "\n", "\n\n", "\n\n## Heading\n\n"])
def test_no_opening_swallows_the_words_after_it(opening: str, gap: str) -> None:
    document = rendered(f"Before.\n\n{opening}{gap}All these words are visible.\n\nThose 'too', \"always\".\n")
    shown = " ".join(words(document))
    for sentence in ("Before.", "All these words are visible.", "Those 'too', \"always\"."):
        assert sentence in shown


def test_an_element_open_inside_another_loses_no_words() -> None:
    assert "Visible." in words(rendered('[^1]: Note.\n\n<div markdown="1"><div>\n\n## A\n\nVisible.'))


def test_a_closed_comment_is_not_shown_unless_it_is_code() -> None:
    assert words(rendered("a <!-- secret --> b\n\n<!--\n\n## Not\n\n-->\n\n`<!-- code -->`")) == (
        "a", "b", "<!--", "code", "-->",
    )  # fmt: skip


def test_names_in_angle_brackets_are_words() -> None:
    assert words(rendered("Ask <company name> or `<title>`.")) == ("Ask", "<company", "name>", "or", "<title>.")


def test_columns_keep_their_alignment_without_styles() -> None:
    assert '<td class="align-right">1</td>' in rendered("| a |\n|--:|\n| 1 |").html


# --- blocks ----------------------------------------------------------------------------------------------------------


def test_blocks_know_their_containers() -> None:
    document = rendered("- one\n    - two\n\n| a |\n|---|\n| 1 |\n\n> said\n\nTerm\n:   Meaning")
    assert [
        (block.tag, "/".join(container.tag for container in block.containers), block.text) for block in document.blocks
    ] == [
        ("", "ul/li", "one"),
        ("", "ul/li/ul/li", "two"),
        ("th", "table/thead/tr", "a"),
        ("td", "table/tbody/tr", "1"),
        ("p", "blockquote", "said"),
        ("dt", "dl", "Term"),
        ("", "dl/dd", "Meaning"),
    ]


def test_white_space_is_as_a_browser_shows_it() -> None:
    document = rendered("one  two\nthree  \nfour <b> five </b> six")
    assert document.html == "<p>one two three<br> four <b>five </b>six</p>"
    assert document.blocks[0].text == "one two three four five six"
    assert rendered("    a\n      b").html == "<pre><code>a\n  b\n</code></pre>"


def test_html_is_emitted_from_blocks() -> None:
    document = rendered("## A\n\n- *one*\n\n    two\n\n| a |  |\n|---|---|\n| 1 | 2 |")
    assert all(emit(section.blocks) == section.html for section in document.sections)


# --- words, text, links ----------------------------------------------------------------------------------------------


def test_wording_is_equal_where_no_word_was_changed() -> None:
    before = rendered("## Data {#data}\n\nWe *store* [mail](https://a.example/)\naddresses.")
    after = rendered("## Data\n\nWe store\n\n- [mail](https://b.example/ 'T') addresses.")
    assert wording(before) == wording(after)
    assert wording(before) != wording(rendered("## Data\n\nWe do not store mail addresses."))
    assert wording(rendered("![sign](a.png)")) != wording(rendered("![seal](a.png)"))


def test_plain_text_is_readable() -> None:
    document = rendered(
        "# Terms\n\n## You\n\nSee [us](https://example.org/) or <mail@example.org>.  \nNow.\n\n"
        "1. one\n2. two\n    - inner\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> said\n\n---\n"
    )
    assert text(document) == (
        "Terms\n=====\n\nYou\n===\n\nSee us (https://example.org/) or mail@example.org.\nNow.\n\n"
        "1. one\n2. two\n   - inner\n\na | b\n--|--\n1 | 2\n\n> said\n\n* * *\n"
    )


def test_links_are_rewritten_in_blocks_and_html() -> None:
    document = rendered("## A\n\n[one](../cookies/de.md#x) [two](b.md)")
    changed = rewrite_links(document, lambda address: "/de/cookies/#x" if "cookies" in address else None)
    assert links(changed) == ("/de/cookies/#x", "b.md")
    assert changed.html == '<h2 id="a">A</h2>\n<p><a href="/de/cookies/#x">one</a> <a href="b.md">two</a></p>'


# --- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "x\n" * 2**20 + "x",
        "word " * 20_001,
        "[" * 8_000,
        "[a " * 60,
        "> " * 60 + "x",
        "- " * 60 + "x",
        " " * 400 + "- x",
        "*" * 2_001,
        "<div>" * 150 + "x",
    ],
    ids=["size", "line", "brackets", "open brackets", "quotes", "lists", "indentation", "run", "elements"],
)  # fmt: skip
def test_a_text_out_of_bounds_is_refused_with_a_remedy(body: str) -> None:
    with pytest.raises(ContentError) as refusal:
        rendered(f"Fine.\n\n{body}")
    assert refusal.value.message.endswith(".")
    assert refusal.value.remedy.endswith(".")
