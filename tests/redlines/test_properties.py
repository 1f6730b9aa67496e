"""What holds for any two texts."""

from __future__ import annotations

import json as standard_json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy_site.model import Document
from policy_site.redlines import OperationKind, Redline, RunKind, compare, compare_sources, html, json, text
from tests.support.redline_documents import documents, pairs
from tests.support.redline_pages import read_page, read_side, side_of_blocks

MANY = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))


@MANY
@given(pairs())
def test_both_documents_come_back_from_the_redline(pair: tuple[Document, Document]) -> None:
    old, new = pair
    redline = compare(old, new)
    assert redline.old_blocks() == old.blocks
    assert redline.new_blocks() == new.blocks
    assert redline.old_texts() == _texts(old)
    assert redline.new_texts() == _texts(new)


@MANY
@given(pairs())
def test_both_texts_links_ids_and_blocks_come_back_from_the_html(pair: tuple[Document, Document]) -> None:
    old, new = pair
    page = read_page(html.render(compare(old, new)))
    expected_old, expected_new = (side_of_blocks(one.blocks) for one in (old, new))
    assert page.old.text == expected_old.text
    assert page.new.text == expected_new.text
    assert page.new.links == expected_new.links
    assert page.new.ids == expected_new.ids
    assert page.new.outline == expected_new.outline
    assert set(page.repeated_ids) <= _repeated_in(new)
    assert page.dangling == ()


@MANY
@given(pairs())
def test_every_change_has_its_address_on_the_page(pair: tuple[Document, Document]) -> None:
    redline = compare(*pair)
    numbers = [int(number) for number in re.findall(r'id="change-(\d+)"', html.render(redline))]
    assert sorted(numbers) == list(range(1, redline.changes + 1))


@MANY
@given(pairs())
def test_both_texts_come_back_from_the_json(pair: tuple[Document, Document]) -> None:
    old, new = pair
    value = standard_json.loads(standard_json.dumps(json.to_json(compare(old, new))))
    assert json.old_text(value) == "\n".join(_texts(old))
    assert json.new_text(value) == "\n".join(_texts(new))


@MANY
@given(documents())
def test_a_document_does_not_differ_from_itself(document: Document) -> None:
    redline = compare(document, document)
    assert redline.is_empty
    assert redline.changes == 0
    assert {operation.kind for operation in redline.operations} <= {OperationKind.UNCHANGED}


@MANY
@given(pairs())
def test_the_redline_back_is_the_mirror_of_the_redline_forth(pair: tuple[Document, Document]) -> None:
    old, new = pair
    forth, back = compare(old, new), compare(new, old)
    assert forth.words_added == back.words_deleted
    assert forth.words_deleted == back.words_added
    assert _kept(forth) == _kept(back, is_mirrored=True)


@MANY
@given(pairs())
def test_the_same_bytes_come_on_every_run(pair: tuple[Document, Document]) -> None:
    old, new = pair
    assert html.render(compare(old, new)) == html.render(compare(old, new))


@MANY
@given(pairs())
def test_the_terminal_shows_no_sign_that_it_would_obey(pair: tuple[Document, Document]) -> None:
    old, new = pair
    lines = text.render(compare(old, new), colour=False)
    assert not any(sign < " " and sign != "\n" for sign in lines.replace("\t", " "))
    assert "\x1b" not in lines


@MANY
@given(st.text(), st.text())
def test_any_two_sources_come_back_character_for_character(old: str, new: str) -> None:
    redline = compare_sources(old, new)
    assert redline.old_text() == old
    assert redline.new_text() == new


LINES = (
    *("# One\n", "## Two {#two}\n", "## Two\n", "\n", "\n\n", "text and more words\n", "text and other words\r\n"),
    *(
        "- item one\n",
        "1. item two\n",
        "2) item\n",
        "| a | b |\n",
        "|---|---|\n",
        "```\n",
        "# no heading\n",
        "> said\n",
    ),
    *(
        "\ufeff",
        "   ",
        "\t",
        "[link](https://example.org)",
        "**strong** ",
        "72 hours ",
        "日本語の文。",
        "\u0301",
        "\r",
        "é",
    ),
)
MARKDOWN = st.lists(st.sampled_from(LINES), max_size=25).map("".join)


@MANY
@given(MARKDOWN, MARKDOWN)
def test_any_two_markdown_files_come_back_from_the_json(old: str, new: str) -> None:
    value = standard_json.loads(standard_json.dumps(json.to_json(compare_sources(old, new))))
    assert json.old_text(value) == old
    assert json.new_text(value) == new


@pytest.mark.parametrize("sign", ["\ud800", "\U0010ffff", "\ufffe", "\x00", "\x1b", "\ufffc"])
def test_signs_that_html_cannot_carry_make_no_error(sign: str) -> None:
    old, new = f"a {sign} b", f"a {sign}{sign} c"
    redline = compare_sources(old, new)
    assert (redline.old_text(), redline.new_text()) == (old, new)
    read_side(html.render(redline.redline))


def _texts(document: Document) -> tuple[str, ...]:
    return tuple(block.text for block in document.blocks)


def _repeated_in(document: Document) -> set[str]:
    ids = side_of_blocks(document.blocks).ids
    return {name for name in ids if ids.count(name) > 1}


def _kept(redline: Redline, *, is_mirrored: bool = False) -> list[tuple[str, str]]:
    """Return what stayed of each block, from old to new."""
    kept: list[tuple[str, str]] = []
    for operation in redline.operations:
        if operation.kind is OperationKind.MOVED_FROM:
            continue
        for leaf in operation.leaves:
            kept.extend(
                (run.new_text, run.old_text) if is_mirrored else (run.old_text, run.new_text)
                for run in leaf.runs
                if run.kind is RunKind.EQUAL
            )
    return sorted(kept)
