"""What a reader sees of an edit, one kind of edit at a time."""

from __future__ import annotations

from itertools import pairwise

import pytest

from benchmarks.redlines_hard import edited_paragraph, hard_pairs
from policy_site.model import SectionChangeKind
from policy_site.redlines import (
    NoteKind,
    OperationKind,
    Redline,
    RunKind,
    compare,
    compare_sources,
    html,
    section_changes,
    text,
)
from policy_site.redlines.tokens import tokenise
from tests.support.redline_documents import document
from tests.support.redline_pages import read_page

POLICY = """## Scope {#scope}

This policy covers the services that we offer to you, and the data that we process for them.

## Sharing {#sharing}

We share 75% of the data with our partners within 72 hours of your request.

- Payment providers, so that you can pay
- Carriers, so that you get what you bought
- Auditors, if the law demands it

| Recipient | Country | Since |
|---|---|---|
| Acme Payments | Ireland | 2024-05-01 |
| Umbrella Logistics | Germany | 2025-01-01 |

## Your rights {#rights}

You may object to the processing at any time. Write to privacy@example.org and we will answer.
"""


def changed(old: str, new: str) -> Redline:
    """Compare the policy with itself after one replacement."""
    assert old in POLICY
    return compare(document(POLICY), document(POLICY.replace(old, new)))


def marked(redline: Redline) -> list[tuple[str, str]]:
    """Return what was deleted and added, in order: ``("-", words)``, ``("+", words)``."""
    signs = {RunKind.DELETED: "-", RunKind.ADDED: "+"}
    return [
        (signs[run.kind], (run.old_text + run.new_text).strip())
        for operation in redline.operations
        for leaf in operation.leaves
        for run in leaf.runs
        if run.kind in signs
    ]


def kinds(redline: Redline) -> list[str]:
    return [operation.kind.value for operation in redline.operations if operation.kind is not OperationKind.UNCHANGED]


# --- words ---


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("75%", "95%", [("-", "75%"), ("+", "95%")]),
        ("72 hours", "24 hours", [("-", "72 hours"), ("+", "24 hours")]),
        ("You may object", "You may not object", [("+", "not")]),
        ("our partners", "our many partners", [("+", "many")]),
        (" so that you can pay", "", [("-", "so that you can pay")]),
        ("privacy@example.org", "legal@example.org", [("-", "privacy@example.org"), ("+", "legal@example.org")]),
        ("2024-05-01", "2024-06-01", [("-", "2024-05-01"), ("+", "2024-06-01")]),
        ("Ireland", "France", [("-", "Ireland"), ("+", "France")]),
        (" and we will answer", "", [("-", "and we will answer")]),
        ("any time. Write", "any time. It is free. Write", [("+", "It is free.")]),
    ],
)
def test_exactly_the_words_that_changed_are_marked(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert marked(changed(old, new)) == expected


def test_two_changes_with_little_between_are_marked_as_one() -> None:
    redline = compare(
        document("We sell all of the old things of yours to everybody."),
        document("We never give any such new and other goods to everybody."),
    )
    assert marked(redline)[0][0] == "-"
    assert len(marked(redline)) <= 4


def test_a_new_sentence_begins_where_a_sentence_begins() -> None:
    redline = compare(document("We ask. We answer."), document("We ask. We wait. We answer."))
    assert marked(redline) == [("+", "We wait.")]


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("up to 75% of $1,000.50", ["up", "to", "75%", "of", "$1,000.50"]),
        ("from December 1, 2024 on", ["from", "December 1, 2024", "on"]),
        ("am 12. März 2024 um", ["am", "12. März 2024", "um"]),
        ("within 30 days or 14 Tagen", ["within", "30 days", "or", "14 Tagen"]),
        ("2024年12月1日から30日間", ["2024年12月1日", "か", "ら", "30日間"]),
        ("https://example.org/a?b=c, x@y.example.", ["https://example.org/a?b=c", ",", "x@y.example", "."]),
        ("don't opt-out e.g", ["don't", "opt-out", "e.g"]),
        ("プライバシーの情報", ["プライバシー", "の", "情", "報"]),
        ("e\u0301te\u0301 👩🏽\u200d🚀🇩🇪", ["été", "👩🏽\u200d🚀", "🇩🇪"]),
        ("خلال 30 يومًا", ["خلال", "30 يومًا"]),
        ("a 30-day period, 3rd party", ["a", "30-day", "period", ",", "3rd", "party"]),
    ],
)
def test_what_belongs_together_is_never_cut(sample: str, expected: list[str]) -> None:
    assert list(tokenise(sample).keys) == expected


def test_japanese_is_marked_by_the_character_and_not_by_the_paragraph() -> None:
    old, new = "当社は、お客様の情報を72時間以内に削除します。", "当社は、お客様の情報を24時間以内に削除します。"
    assert marked(compare(document(old), document(new))) == [("-", "72時間"), ("+", "24時間")]


def test_arabic_words_stay_whole() -> None:
    old, new = "نحتفظ ببياناتك لمدة 30 يومًا بعد الطلب.", "نحتفظ ببياناتك لمدة 60 يومًا بعد الطلب."
    assert marked(compare(document(old), document(new))) == [("-", "30 يومًا"), ("+", "60 يومًا")]


# --- what no reader sees ---


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("one two\nthree four", "one two three\nfour"),
        ("1. one\n2. two", "1. one\n1. two"),
        ("* one\n* two", "- one\n- two"),
        ("**word** and", "__word__ and"),
        ("caf\u00e9", "cafe\u0301"),
        ("Title\n=====\n\ntext", "# Title\n\ntext"),
    ],
)
def test_what_no_reader_sees_is_no_change(old: str, new: str) -> None:
    redline = compare(document(old), document(new))
    assert redline.is_empty
    assert "<del id" not in html.render(redline)


# --- blocks ---


def test_a_paragraph_split_in_two_is_said_to_be_split() -> None:
    redline = changed("at any time. Write", "at any time.\n\nWrite")
    assert kinds(redline) == ["split"]
    assert marked(redline) == []


def test_two_paragraphs_joined_are_said_to_be_joined() -> None:
    new = document(POLICY)
    old = document(POLICY.replace("at any time. Write", "at any time.\n\nWrite"))
    assert kinds(compare(old, new)) == ["merged"]


def test_a_list_item_that_moved_is_said_to_have_moved() -> None:
    one, two, three = (line for line in POLICY.splitlines(keepends=True) if line.startswith("- "))
    redline = changed(one + two + three, two + three + one)
    assert sorted(kinds(redline)) == ["moved-from", "moved-to"]
    assert redline.words_added == redline.words_deleted == 0
    (move,) = redline.moves
    assert move.is_within_section


def test_a_paragraph_that_moved_and_was_edited_shows_the_edit_at_its_new_place() -> None:
    sentence = "We share 75% of the data with our partners within 72 hours of your request.\n\n"
    old = POLICY.replace("## Your rights", f"{sentence}## Your rights").replace(sentence, "", 1)
    redline = compare(document(old), document(POLICY.replace("75%", "95%")))
    assert sorted(kinds(redline)) == ["moved-from", "moved-to"]
    assert marked(redline) == [("-", "75%"), ("+", "95%")]


def test_a_rewritten_paragraph_stands_whole_before_its_successor() -> None:
    redline = changed(
        "You may object to the processing at any time. Write to privacy@example.org and we will answer.",
        "Every visitor can ask that nothing more is done with the records; our officer replies to letters.",
    )
    assert kinds(redline) in (["replaced"], ["deleted", "added"])
    assert [sign for sign, _ in marked(redline)] == ["-", "+"]


# --- tables ---


def test_a_row_added_to_a_table_is_one_row() -> None:
    row = "| Umbrella Logistics | Germany | 2025-01-01 |\n"
    redline = changed(row, f"| Initech | Austria | 2025-06-01 |\n{row}")
    assert [(operation.kind, operation.is_row) for operation in redline.operations if operation.change] == [
        (OperationKind.ADDED, True)
    ]
    assert marked(redline) == [("+", "Initech"), ("+", "Austria"), ("+", "2025-06-01")]


def test_a_column_added_to_a_table_leaves_the_other_cells_alone() -> None:
    redline = compare(
        document("| a | b |\n|---|---|\n| one | two |\n| three | four |"),
        document("| a | new | b |\n|---|---|---|\n| one | x | two |\n| three | y | four |"),
    )
    assert marked(redline) == [("+", "new"), ("+", "x"), ("+", "y")]


# --- sections ---


def test_a_section_that_moved_is_one_move() -> None:
    parts = POLICY.split("## ")
    redline = compare(document(POLICY), document("## ".join([parts[0], parts[3], parts[1], parts[2]])))
    assert len(redline.moves) == 1
    assert [(change.id, change.kind) for change in section_changes(redline)] == [("rights", SectionChangeKind.MOVED)]
    assert marked(redline) == []


def test_renumbering_is_said_once_and_marked_nowhere() -> None:
    old = document("## 1. Scope {#scope}\n\ntext of scope\n\n## 2. Rights {#rights}\n\ntext of rights")
    new = document(
        "## 1. Purpose {#purpose}\n\nwhat for\n\n## 2. Scope {#scope}\n\ntext of scope\n\n"
        "## 3. Rights {#rights}\n\ntext of rights"
    )
    redline = compare(old, new)
    assert [(change.id, change.kind.value) for change in section_changes(redline)] == [
        ("purpose", "added"),
        ("scope", "renumbered"),
        ("rights", "renumbered"),
    ]
    assert marked(redline) == [("+", "1. Purpose"), ("+", "what for")]
    assert html.render(redline).count("Renumbered from 1. to 2.") == 1


def test_a_section_is_known_by_its_id_when_its_heading_changes() -> None:
    redline = changed("## Your rights {#rights}", "## What you can ask of us {#rights}")
    assert [(change.id, change.kind.value) for change in section_changes(redline)] == [("rights", "modified")]


def test_added_and_removed_sections_are_told() -> None:
    redline = changed("## Sharing {#sharing}\n", "## Cookies {#cookies}\n\nNone at all.\n\n## Sharing {#sharing}\n")
    assert [(change.id, change.kind.value) for change in section_changes(redline)] == [("cookies", "added")]
    start, end = POLICY.index("## Sharing"), POLICY.index("## Your rights")
    redline = compare(document(POLICY), document(POLICY[:start] + POLICY[end:]))
    assert [(change.id, change.kind.value) for change in section_changes(redline)] == [("sharing", "removed")]


# --- what text alone hides ---


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("see [here](/old)", "see [here](/new)", NoteKind.LINK),
        ("see here", "see [here](/new)", NoteKind.LINK_ADDED),
        ("see [here](/old)", "see here", NoteKind.LINK_REMOVED),
        ("see ![seal](/old.png)", "see ![seal](/new.png)", NoteKind.IMAGE),
        ("see **here**", "see here", NoteKind.FORMATTING),
        ("text\n\n## Head {#a}", "text\n\n### Head {#a}", NoteKind.HEADING_LEVEL),
        ("text\n\n## Head {#a}", "text\n\n## Head {#b}", NoteKind.ID),
    ],
)
def test_what_text_alone_hides_is_said_in_words(old: str, new: str, kind: NoteKind) -> None:
    redline = compare(document(old), document(new))
    notes = [
        note
        for operation in redline.operations
        for leaf in operation.leaves
        for note in (*leaf.notes, *(note for run in leaf.runs for note in run.notes))
    ]
    assert [note.kind for note in notes] == [kind]
    assert marked(redline) == []
    assert not redline.is_empty
    assert f"redline-{kind}" in html.render(redline)


def test_a_link_that_begins_inside_a_word_is_compared_too() -> None:
    redline = compare(document("see all[one](/old) now"), document("see all[one](/new) now"))
    assert marked(redline) == []
    assert [note.new for o in redline.operations for leaf in o.leaves for run in leaf.runs for note in run.notes] == [
        "/new"
    ]


# --- the page ---


def test_each_change_has_an_address_and_links_to_its_neighbours() -> None:
    redline = compare(document(POLICY), document(POLICY.replace("75%", "95%").replace("may object", "may not object")))
    page = html.render(redline)
    assert redline.changes == 2
    assert 'id="change-1"' in page
    assert 'href="#change-2">Next change' in page
    assert 'href="#change-1">Previous change' in page
    assert read_page(page).dangling == ()


def test_hidden_words_say_where_a_change_begins_and_ends() -> None:
    page = html.render(changed("75%", "95%"))
    said = ("Deleted: ", "75%", "End of deletion.", "Added: ", "95%", "End of addition.")
    places = [page.index(words) for words in said]
    assert places == sorted(places)


def test_hidden_words_stand_once_around_neighbouring_blocks() -> None:
    page = html.render(compare(document("one two"), document("one two\n\n- three\n- four\n- five")))
    assert page.count("Added:") == page.count("End of addition.") == 1


def test_nothing_on_the_page_needs_a_style_or_a_script() -> None:
    old = document('<p onclick="x()">a</p>\n\n<script>alert(1)</script>')
    page = html.render(compare(old, document(POLICY)))
    assert " style=" not in page
    assert "<script" not in page


def test_a_deleted_item_stands_in_the_list_it_was_deleted_from() -> None:
    page = html.render(changed("- Carriers, so that you get what you bought\n", ""))
    assert page.count("<ul") == 1
    assert '<li data-redline="old">' in page


def test_what_went_never_keeps_its_id() -> None:
    old = document("## One {#one}\n\ntext <a id='here'></a>\n\n## Two {#two}\n\nother words entirely")
    page = read_page(html.render(compare(old, document("## Two {#two}\n\nnothing of <a id='here'></a>that"))))
    assert page.repeated_ids == ()
    assert page.new.ids == ("two", "here")


# --- terminal and source ---


def test_the_terminal_marks_words_without_colour_too() -> None:
    lines = text.render(changed("75%", "95%"), colour=False)
    assert "We share [-75%-]{+95%+} of the data" in lines
    assert "\x1b[31m[-75%-]\x1b[0m" in text.render(changed("75%", "95%"), colour=True)


def test_a_source_redline_gives_back_both_files_with_their_line_ends() -> None:
    old, new = "\ufeff# A\r\n\r\none  two\r\n", "# A\n\none two three\n\n\n"
    redline = compare_sources(old, new)
    assert (redline.old_text(), redline.new_text()) == (old, new)
    assert redline.words_added == 1


# --- cost ---


def test_rearranged_lists_of_thousands_are_compared_in_bounded_time() -> None:
    items = ["- the same item\n" for _ in range(3000)]
    old = [*items[:100], "- another one\n", *items[100:]]
    new = [*items[:2000], "- another one\n", *items[2000:]]
    redline = compare_sources("".join(old), "".join(new))
    assert len(redline.redline.moves) == 1
    assert redline.words_added == 0


@pytest.mark.parametrize(("name", "old", "new"), [*hard_pairs(scale=0.1)])
def test_costly_pairs_give_back_both_sides(name: str, old: str, new: str) -> None:
    redline = compare_sources(old, new)
    assert (redline.old_text(), redline.new_text()) == (old, new), name


def test_a_paragraph_of_which_tens_of_thousands_of_words_changed_stands_whole_before_its_successor() -> None:
    redline = compare_sources(*edited_paragraph(0.33, count=60_000))
    assert redline.redline.changes == 1


def test_a_date_that_moved_alone_is_said_to_have_moved() -> None:
    paragraph = "This paragraph is long enough to stay in its place when others around it move."
    redline = compare(document(f"6 September 2017\n\n{paragraph}"), document(f"{paragraph}\n\n6 September 2017"))
    assert len(redline.moves) == 1


def test_changes_are_numbered_without_gaps() -> None:
    redline = compare(document(POLICY), document(POLICY.replace("the", "a").replace("- Auditors", "- Judges")))
    numbers = {run.change for operation in redline.operations for leaf in operation.leaves for run in leaf.runs}
    assert all(after - before == 1 for before, after in pairwise(sorted(numbers | {redline.changes})))


@pytest.mark.parametrize("sign", ["\u200b", "\u00ad", "\u200e", "\u2060", "\u061c"])
def test_a_character_that_shows_nothing_is_no_change(sign: str) -> None:
    old = "## Data\n\nWe keep your data for 30 days, and no longer.\n"
    new = f"## Data\n\nWe kee{sign}p your{sign} data {sign}for 3{sign}0 days{sign}, and no{sign} longer{sign}.\n"
    for redline in (compare(document(old), document(new)), compare(document(new), document(old))):
        assert (redline.words_added, redline.words_deleted) == (0, 0)
    assert "".join(compare(document(old), document(new)).new_texts()).replace(sign, "") == "".join(
        compare(document(old), document(old)).new_texts()
    )
    changed = compare(document(old), document(new.replace("30", "60").replace(f"3{sign}0", f"6{sign}0")))
    assert (changed.words_added, changed.words_deleted) == (1, 1)
