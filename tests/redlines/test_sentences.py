"""A sentence that moved says where it went, and what was edited in it does not hide."""

from __future__ import annotations

import pytest

from policy_site.redlines import RunKind, compare, html, json, text
from tests.support.redline_documents import document
from tests.support.redline_pages import read_page, side_of_blocks

SENTENCE = "We may raise the fees once a year by no more than five per cent, and we tell you sixty days before."
OTHER = "Invoices are sent by email on the first of the month."


def page_of(*paragraphs: str) -> str:
    return "# T\n\n" + "\n\n".join(f"## Part {number}\n\n{one}" for number, one in enumerate(paragraphs, start=1))


@pytest.mark.parametrize("edit", ["sixty", "thirty", "ninety working"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ((f"Fees. {SENTENCE} {OTHER}", "We may change it."), (f"Fees. {OTHER}", f"We may change it. {SENTENCE}")),
        ((f"{SENTENCE} {OTHER}", "We may change it."), (OTHER, f"{SENTENCE} We may change it.")),
        ((f"{OTHER} {SENTENCE}", "Nothing here."), (OTHER, f"Nothing here.\n\n{SENTENCE}")),
    ],
)  # fmt: skip
def test_a_moved_sentence_has_its_edit_marked_inside(old: tuple[str, ...], new: tuple[str, ...], edit: str) -> None:
    texts = document(page_of(*old)), document(page_of(*new).replace("sixty", edit))
    redline = compare(*texts)
    words = 0 if edit == "sixty" else len(edit.split())
    assert redline.words_added == words
    assert redline.words_deleted == min(words, 1)
    shown = html.render(redline)
    assert "Moved" in shown
    assert ("redline-edit" in shown) == bool(words)
    lines = text.render(redline, colour=False)
    assert "Moved" in lines
    assert ("»" in lines) == bool(words)
    page = read_page(shown)
    assert page.old.text == side_of_blocks(texts[0].blocks).text
    assert page.new.text == side_of_blocks(texts[1].blocks).text
    assert page.dangling == ()
    value = json.to_json(redline)
    assert json.new_text(value) == "\n".join(block.text for block in texts[1].blocks)


def test_sentences_that_have_little_in_common_are_not_called_moved() -> None:
    old = page_of(f"Fees are due. {SENTENCE}", "We may change it.")
    new = page_of("Fees are due.", "We may change it. You must keep your password secret and tell nobody about it.")
    assert "Moved" not in html.render(compare(document(old), document(new)))


def test_a_sentence_moved_within_its_paragraph_is_said_to_be_moved() -> None:
    redline = compare(document(page_of(f"{SENTENCE} {OTHER}")), document(page_of(f"{OTHER} {SENTENCE}")))
    assert (redline.words_added, redline.words_deleted) == (0, 0)
    assert "Moved here from elsewhere in this section" in html.render(redline)


@pytest.mark.parametrize("kept", [SENTENCE, OTHER])
def test_a_paragraph_cut_down_to_one_of_its_sentences_keeps_that_sentence(kept: str) -> None:
    rest = "We also send mail about products. We combine it with lists that partners sell. It is kept for two years."
    long = f"{kept} {rest} {rest}"
    for old, new in ((long, kept), (kept, long)):
        redline = compare(document(page_of(old)), document(page_of(new)))
        marked = {run.old_text + run.new_text for operation in redline.operations for leaf in operation.leaves
                  for run in leaf.runs if run.kind in (RunKind.DELETED, RunKind.ADDED)}  # fmt: skip
        assert {words.strip() for words in marked} == {f"{rest} {rest}"}
