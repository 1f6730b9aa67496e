"""The redline in two columns: what a reader gets on each side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from hypothesis import given

from policy_site import redlines
from policy_site.model import Document
from policy_site.redlines import side_by_side
from tests.support.redline_documents import document, pairs
from tests.support.redline_pages import parse_strictly, side_of_blocks


def _texts(root: Any, *, side: str) -> Iterator[str]:
    """Yield the words of one side, as the module promises that they can be taken."""
    name = root.get("data-side")
    is_other = name not in (None, "both", side)
    if is_other or root.get("data-redline") == "note" or (root.tag == "del" and side == "new"):
        return
    yield " " if root.tag in _BREAKING else ""
    yield root.text or ""
    for child in root:
        if isinstance(child.tag, str):
            yield from _texts(child, side=side)
        yield child.tail or ""
    yield " " if root.tag in _BREAKING else ""


_BREAKING_NAMES = "h1 h2 h3 h4 h5 h6 p ul ol li dl dt dd table thead tbody tr td th pre blockquote hr div br"
_BREAKING = frozenset(_BREAKING_NAMES.split())


def _words_of(root: Any, side: str) -> str:
    return " ".join("".join(_texts(root, side=side)).split())


def _side(html: str, side: str) -> str:
    return _words_of(parse_strictly(html), side)


def _words(text: Document) -> str:
    return " ".join(side_of_blocks(text.blocks).text.split())


def _without_space(text: str) -> str:
    return "".join(text.split())


def _rows(old: str, new: str) -> list[tuple[str, str]]:
    html = side_by_side.render(redlines.compare(document(old), document(new)))
    rows = []
    for row in parse_strictly(html).iter("div"):
        if "row" in (row.get("class") or "").split():
            sides = {child.get("data-side"): child for child in row}
            if "both" not in sides:
                old_words, new_words = (_words_of(sides[name], name) for name in ("old", "new"))
                rows.append((old_words, new_words))
    return rows


@given(pairs())
def test_each_side_holds_its_text_and_every_id_is_that_of_the_new_one(pair: tuple[Document, Document]) -> None:
    old, new = pair
    html = side_by_side.render(redlines.compare(old, new))
    assert _without_space(_side(html, "old")) == _without_space(_words(old))
    assert _without_space(_side(html, "new")) == _without_space(_words(new))
    ids = [element.get("id") for element in parse_strictly(html).iter() if element.get("id")]
    assert Counter(name for name in ids if not name.startswith("change-")) == Counter(side_of_blocks(new.blocks).ids)


@given(pairs())
def test_both_layouts_give_a_change_the_same_address(pair: tuple[Document, Document]) -> None:
    redline = redlines.compare(*pair)
    addresses = [
        {
            element.get("id")
            for element in parse_strictly(html).iter()
            if (element.get("id") or "").startswith("change-")
        }
        for html in (side_by_side.render(redline), redlines.html.render(redline))
    ]
    assert addresses[0] == addresses[1]


def test_blocks_stand_beside_what_they_became() -> None:
    old = "Keep.\n\nWe keep logs for 72 hours.\n\nWe sell nothing."
    new = "Keep.\n\nWe keep logs for 24 hours.\n\nWe sell nothing.\n\nAsk us."
    assert _rows(old, new) == [
        ("Keep.", "Keep."),
        ("We keep logs for 72 hours.", "We keep logs for 24 hours."),
        ("We sell nothing.", "We sell nothing."),
        ("", "Ask us."),
    ]


def test_table_rows_stand_beside_each_other() -> None:
    head = "| Data | Period |\n|---|---|\n| Logs | 90 days |\n"
    rows = _rows(head + "| Mail | 1 year |\n", head + "| Forms | 30 days |\n| Mail | 2 years |\n")
    assert ("", "Forms 30 days") in rows
    assert ("Mail 1 year", "Mail 2 years") in rows


def test_a_list_goes_on_with_its_numbers() -> None:
    items = ["We ask you first.", "We tell you why we ask.", "You may object to it at any time."]
    old = "".join(f"{place}. {text}\n" for place, text in enumerate(items, 1))
    html = side_by_side.render(redlines.compare(document(old), document(old.replace("any time", "once"))))
    assert html.count('<ol start="3">') == 2


def test_what_did_not_change_stands_there_once() -> None:
    text = "## Rights\n\nYou may object.\n\n"
    html = side_by_side.render(
        redlines.compare(document(text + "## Logs\n\n90 days."), document(text + "## Logs\n\n9 days."))
    )
    assert html.count("You may object.") == 1
