"""The list of changes on top of a redline."""

from __future__ import annotations

from hypothesis import given

from policy_site import redlines
from policy_site.model import Document
from policy_site.redlines.summary import ChangeLine, list_changes
from policy_site.redlines.tree import OperationKind
from tests.support.redline_documents import document, pairs


def _lines(old: str, new: str) -> list[ChangeLine]:
    redline = redlines.compare(document(old), document(new))
    return [line for _, lines in list_changes(redline) for line in lines]


def test_a_change_is_named_by_what_went_and_what_came() -> None:
    assert [(line.old, line.new) for line in _lines("Kept for 72 hours.", "Kept for 24 hours.")] == [
        ("72 hours", "24 hours")
    ]


def test_a_long_change_is_named_by_its_beginning() -> None:
    (line,) = _lines("## A\n\nOne.", "## A\n\nOne.\n\n" + "Many words follow each other here. " * 9)
    assert line.new.endswith("…")
    assert len(line.new) <= 72


def test_a_link_that_leads_elsewhere_is_named_too() -> None:
    (line,) = _lines("[Here](https://a.example).", "[Here](https://b.example).")
    assert line.note is not None
    assert (line.old, line.new) == ("", "")


@given(pairs())
def test_every_change_is_on_the_list_but_the_places_that_blocks_left(pair: tuple[Document, Document]) -> None:
    redline = redlines.compare(*pair)
    numbers = [line.number for _, lines in list_changes(redline) for line in lines]
    left = {
        operation.change for operation in redline.operations if operation.kind is OperationKind.MOVED_FROM
    }  # fmt: skip
    assert sorted(numbers) == sorted(set(range(1, redline.changes + 1)) - left)
