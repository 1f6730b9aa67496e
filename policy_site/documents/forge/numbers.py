"""A forge counts the entries of a list from the first one on: the numbers that were written are kept beside."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from policy_site.documents.cleaning import WRITTEN


def keep_numbers(reader: MarkdownIt) -> None:
    """Have each entry that is shown under another number than was written say the written one in ``headers``."""
    reader.core.ruler.before("inline", "numbers", _mark)


def _mark(state: StateCore) -> None:
    lists: list[list[Token]] = []
    for token in state.tokens:
        if token.type in ("ordered_list_open", "bullet_list_open"):
            lists.append([])
        elif token.type == "list_item_open" and token.info:
            lists[-1].append(token)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            _mark_entries(lists.pop())


def _mark_entries(entries: list[Token]) -> None:
    numbers = [int(entry.info) for entry in entries]
    if len(set(numbers)) > 1:
        for shown, (number, entry) in enumerate(zip(numbers, entries, strict=True), start=numbers[0]):
            if number != shown:
                entry.attrSet("headers", f"{WRITTEN}{number}")
