"""What readers see without words: numbers, lists, quotations, cells, titles, and marks that are the policy's own."""

from __future__ import annotations

import re

import pytest

from policy_site.model import SectionChangeKind
from policy_site.redlines import ENGLISH, NoteKind, Redline, compare, html, section_changes, text
from policy_site.redlines.counts import count_changes
from tests.support.redline_documents import document
from tests.support.redline_pages import read_page, side_of_blocks


def redline_of(old: str, new: str) -> Redline:
    return compare(document(old), document(new))


def notes_of(redline: Redline) -> list[tuple[NoteKind, str, str]]:
    leaves = [leaf for operation in redline.operations for leaf in operation.leaves]
    return [(note.kind, note.old, note.new) for leaf in leaves for note in leaf.notes]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# A\n\n- 20 Euro for each reminder", "# A\n\n- 40 Euro for each reminder"),
        ("# A\n\n2 Directors sign.", "# A\n\n1 Directors sign."),
        ("# A\n\n## 10 Business Days\n\nText.", "# A\n\n## 30 Business Days\n\nText."),
        ("# A\n\n2.5 Percent apply.", "# A\n\n3.5 Percent apply."),
        ("# A\n\n30\\. Juni ist der letzte Tag.", "# A\n\n31\\. Juni ist der letzte Tag."),
        ("# A\n\n- 5 Users\n- 6 Guests", "# A\n\n- 6 Users\n- 7 Guests"),
        ("# A\n\n1. Only one paragraph began so.", "# A\n\n7. Only one paragraph began so."),
    ],
)
def test_a_number_at_the_start_that_nothing_confirms_is_a_word(old: str, new: str) -> None:
    redline = redline_of(old.replace("\n1. ", "\n1\\. "), new.replace("\n7. ", "\n7\\. "))
    assert redline.words_added >= 1
    assert redline.words_deleted >= 1
    assert [change.kind for change in section_changes(redline)] == [SectionChangeKind.MODIFIED]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("## 1. Scope {#a}\n\n## 2. Law {#b}", "## 1. New {#n}\n\n## 2. Scope {#a}\n\n## 3. Law {#b}"),
        ("## 4 Scope {#a}\n\n## 4.1 Law {#b}", "## 5 Scope {#a}\n\n## 5.1 Law {#b}"),
        ("## § 3 Scope {#a}\n\n## § 4 Law {#b}", "## § 4 Scope {#a}\n\n## § 5 Law {#b}"),
        ("(a) to pay on time\n\n(b) to be honest", "(b) to pay on time\n\n(c) to be honest"),
        ("(i) second mail\n\n(ii) day of post", "(ii) second mail\n\n(iii) day of post"),
    ],
)  # fmt: skip
def test_a_marker_that_counts_on_is_renumbering(old: str, new: str) -> None:
    redline = redline_of(old, new)
    kept = [section for section in redline.sections if section.old_id is not None]
    assert {kind for section in kept for kind in section.kinds} == {SectionChangeKind.RENUMBERED}
    assert count_changes(redline).numbering == 2


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("- a one\n    - b two", "- a one\n- b two", [(NoteKind.LIST_LEVEL, "2", "1")]),
        ("- a one", "1. a one", [(NoteKind.LIST_NUMBERED, "", "1.")]),
        ("1. a one\n2. b two", "- a one\n- b two", [(NoteKind.LIST_BULLETED, "", "")] * 2),
        ("1. a one", "3. a one", [(NoteKind.ITEM_NUMBER, "1.", "3.")]),
        ("1. a one", '<ol type="a"><li>a one</li></ol>', [(NoteKind.ITEM_NUMBER, "1.", "a.")]),
        ("We keep it here.", "> We keep it here.", [(NoteKind.QUOTED, "", "")]),
        ("> We keep it here.", "We keep it here.", [(NoteKind.UNQUOTED, "", "")]),
        ("We keep it here.", "- We keep it here.", [(NoteKind.TO_ITEM, "paragraph", "item")]),
        ("- We keep it here.", "We keep it here.", [(NoteKind.TO_PARAGRAPH, "item", "paragraph")]),
        (
            "<table><tr><td>a one</td><td>b two</td></tr></table>",
            '<table><tr><td colspan="2">a one</td><td>b two</td></tr></table>',
            [(NoteKind.SPAN, "1 × 1", "2 × 1")],
        ),
    ],
)  # fmt: skip
def test_structure_is_said_where_no_word_changed(old: str, new: str, expected: list[tuple[NoteKind, str, str]]) -> None:
    redline = redline_of(f"# T\n\nBefore.\n\n{old}\n\nAfter.", f"# T\n\nBefore.\n\n{new}\n\nAfter.")
    assert notes_of(redline) == expected
    assert redline.words_added == redline.words_deleted == 0
    assert [change.kind for change in section_changes(redline)] == [SectionChangeKind.MODIFIED]
    page, lines = html.render(redline), text.render(redline, colour=False)
    for kind, was, now in expected:
        said = getattr(ENGLISH, kind.replace("-", "_")).format(old=was, new=now)
        assert said in page
        assert said in lines


def test_a_title_is_shown_and_counted() -> None:
    redline = redline_of("# For customers\n\nText.", "# For all\n\nText.")
    assert not redline.is_empty
    assert count_changes(redline).structure == 1
    assert "Title changed from “For customers” to “For all”" in html.render(redline)
    assert "Title changed" in text.render(redline, colour=False)


def test_items_have_the_numbers_of_their_own_text() -> None:
    redline = redline_of(
        "1. alpha is one\n2. beta is two\n3. gamma is three\n4. delta is four",
        "1. alpha is one\n2. gamma is three\n3. delta is four",
    )
    items = re.findall(r"<li((?: [^>]*)?)>.*?(alpha|beta|gamma|delta)", html.render(redline), re.DOTALL)
    values = {word: re.findall(r'value="(\d+)"', attributes) for attributes, word in items}
    assert values == {"alpha": [], "beta": [], "gamma": ["2"], "delta": []}
    assert count_changes(redline).numbering == 2


def test_an_item_that_came_gives_those_after_it_other_numbers_quietly() -> None:
    redline = redline_of("1. alpha one\n2. beta two", "1. new item here\n2. alpha one\n3. beta two")
    assert [note for note in notes_of(redline) if note[0] is NoteKind.ITEM_NUMBER] == [
        (NoteKind.ITEM_NUMBER, "1.", "2."),
        (NoteKind.ITEM_NUMBER, "2.", "3."),
    ]
    assert redline.changes == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<ins>Definitions.</ins> A day is a working day.", "<ins>Definitions.</ins> A day is a calendar day."),
        ("The fee is <del>10</del> 20 euros.", "The fee is <del>10</del> 30 euros."),
        ("It is <del>never</del> shared.", "It is <del>always</del> shared. <ins>Or not.</ins>"),
        ("<del>Gone **and** bold</del> stays", "<ins>Gone **and** bold</ins> stays"),
    ],
)
def test_marks_of_the_policy_itself_are_told_from_ours(old: str, new: str) -> None:
    texts = document(f"# T\n\n{old}"), document(f"# T\n\n{new}")
    page = read_page(html.render(compare(*texts)))
    assert page.old.text == side_of_blocks(texts[0].blocks).text
    assert page.new.text == side_of_blocks(texts[1].blocks).text
    assert "redline-own" in html.render(compare(*texts))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Write to privacy@acme.example now.", "Write to <privacy@acme.example> now."),
        ("See https://acme.example/privacy now.", "See <https://acme.example/privacy> now."),
        ("## Ten days\n\nText.", "## Nine days\n\nText."),
    ],
)
def test_what_follows_from_the_words_has_no_note(old: str, new: str) -> None:
    assert notes_of(redline_of(old, new)) == []
    assert count_changes(redline_of(old, new)).links == 0


SENTENCES = (
    "You may cancel at any time in your account.",
    "We refund the unused part of the fee within thirty days.",
    "Fees for usage that has already happened are kept.",
    "If we end the contract, we refund the whole of the period.",
)


@pytest.mark.parametrize("parts", [2, 3, 4])
@pytest.mark.parametrize("separator", ["\n\n", "\n- "])
def test_a_paragraph_divided_or_joined_has_no_word_marked(parts: int, separator: str) -> None:
    whole = " ".join(SENTENCES)
    divided = ("\n- " if separator == "\n- " else "") + separator.join(SENTENCES[: parts - 1])
    divided += separator + " ".join(SENTENCES[parts - 1 :])
    for old, new in ((whole, divided), (divided, whole)):
        redline = redline_of(
            f"# T\n\nBefore it all.\n\n{old}\n\nAfter it.", f"# T\n\nBefore it all.\n\n{new}\n\nAfter it."
        )
        assert (redline.words_added, redline.words_deleted) == (0, 0)
        assert count_changes(redline).structure >= parts - 1


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Pay within thirty (30) days.", "Pay within sixty (60) days.", "[-thirty (30)-]{+sixty (60)+} days."),
        ("Pay within “ten” days now.", "Pay within “two” days now.", "Pay within “[-ten-]{+two+}” days now."),
        ("Up to EUR 10 (ten euros).", "Up to EUR 25 (twenty euros).", "EUR [-10-]{+25+} ([-ten-]{+twenty+} euros)"),
        ("We share it [rarely] with them.", "We share it [often] with them.", "[[-rarely-]{+often+}]"),
        ("A host; name and address. End.", "A host; a mailer; name and address. End.", "A host; {+a mailer; +}name"),
    ],
)  # fmt: skip
def test_brackets_and_signs_stay_with_what_they_hold(old: str, new: str, expected: str) -> None:
    assert expected in text.render(redline_of(f"# T\n\n{old}", f"# T\n\n{new}"), colour=False)
