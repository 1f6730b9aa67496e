"""Cells beyond the heads of a table, which a forge leaves out, are kept: a bar too many must not cost words."""

from __future__ import annotations

from functools import partial

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import table
from markdown_it.token import Token

from policy_site.documents.starts import split_cells


def keep_cells(reader: MarkdownIt, *, marked_as: str) -> None:
    """Have every cell of a table read; those beyond its heads get this value of ``headers``, if any."""
    reader.block.ruler.at("table", partial(_table, marked_as), {"alt": ["paragraph", "reference"]})


def _table(
    mark: str,
    state: StateBlock,
    start: int,
    end: int,
    silent: bool,  # noqa: FBT001 - the same
) -> bool:
    before = len(state.tokens)
    if not table(state, start, end, silent):
        return False
    tokens: list[Token] = []
    heads = cells = 0
    line = start
    for token in state.tokens[before:]:
        if token.type == "tr_open":
            cells, line = 0, token.map[0] if token.map else start
        elif token.type in ("th_open", "td_open"):
            cells += 1
        elif token.type == "tr_close":
            heads = heads or cells
            row = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
            for cell in split_cells(row)[heads:]:
                tokens += _cell(cell, line, token.level, mark)
        tokens.append(token)
    state.tokens[before:] = tokens
    return True


def _cell(words: str, line: int, level: int, mark: str) -> list[Token]:
    opening = Token("td_open", "td", 1, attrs={"headers": mark} if mark else {}, level=level + 1, block=True)
    inner = Token("inline", "", 0, level=level + 2, content=words, children=[], map=[line, line + 1], block=True)
    return [opening, inner, Token("td_close", "td", -1, level=level + 1, block=True)]
