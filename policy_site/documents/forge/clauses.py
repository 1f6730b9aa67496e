"""Clauses numbered by hand on the lines of one paragraph become entries of a list, as with the other reader."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from policy_site.documents.clauses import split_clauses
from policy_site.documents.nodes import Node


def make_clauses(reader: MarkdownIt) -> None:
    """Make lists of clauses; their numbers stay in the words."""
    reader.core.ruler.before("inline", "clauses", _make)


def _make(state: StateCore) -> None:
    tokens: list[Token] = []
    waiting = iter(state.tokens)
    for token in waiting:
        if token.type != "paragraph_open":
            tokens.append(token)
            continue
        inner, closing = next(waiting), next(waiting)
        nodes = split_clauses(Node("paragraph", lines=inner.content.split("\n")))
        if len(nodes) == 1 and nodes[0].kind == "paragraph":
            tokens += [token, inner, closing]
        else:
            for node in nodes:
                tokens += _tokens(node, token, inner, is_hidden=token.hidden)
    state.tokens = tokens


def _tokens(node: Node, paragraph: Token, inner: Token, *, is_hidden: bool) -> Iterator[Token]:
    if node.kind == "paragraph":
        yield Token("paragraph_open", "p", 1, map=paragraph.map, block=True, hidden=is_hidden)
        yield Token("inline", "", 0, content=node.text, children=[], map=inner.map, block=True)
        yield Token("paragraph_close", "p", -1, block=True, hidden=is_hidden)
        return
    names = ("ordered_list", "ol") if node.kind == "list" else ("list_item", "li")
    attributes: dict[str, str | int | float] = dict(node.attributes)
    yield Token(f"{names[0]}_open", names[1], 1, attrs=attributes, map=paragraph.map, block=True)
    for child in node.children:
        yield from _tokens(child, paragraph, inner, is_hidden=True)
    yield Token(f"{names[0]}_close", names[1], -1, block=True)
