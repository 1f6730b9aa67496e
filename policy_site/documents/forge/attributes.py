"""Attribute lists, ``{#id}`` after a heading or on the last line of a paragraph, as the other reader takes them."""

from __future__ import annotations

import re
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

_LIST = r"\{(?::[ ]*|[ ]*(?=[#.]|[\w:-]+=))([^{}\n ][^{}\n]*)\}"
_OF_HEADING = re.compile(rf"(?:^|[ ]+){_LIST}[ ]*$")
_OF_PARAGRAPH = re.compile(rf"\n[ ]*{_LIST}[ ]*$")
_OF_WORDS = re.compile(_LIST)
_ATTRIBUTE = re.compile(r"#([^\s#.=}]+)|(lang|dir|id)=\"?([^\s\"}]+)\"?")


def read_attributes(reader: MarkdownIt) -> None:
    """Take attribute lists off the words, and keep ids, languages and directions."""
    reader.core.ruler.before("inline", "attributes", _read)
    reader.core.ruler.after("inline", "inline_attributes", _read_inline)


def _read(state: StateCore) -> None:
    for opening, inner in pairwise(state.tokens):
        if inner.type != "inline" or not inner.content.endswith(("}", "} ")):
            continue
        is_heading = opening.type in ("heading_open", "td_open", "th_open", "dt_open")
        found = (_OF_HEADING if is_heading else _OF_PARAGRAPH).search(inner.content)
        if found is None or (is_heading and found.start() == 0):
            continue
        for own, name, value in _ATTRIBUTE.findall(found.group(1)):
            opening.attrSet(name or "id", value or own)
        inner.content = inner.content[: found.start()]
        if opening.type == "heading_open":
            inner.content = re.sub(r"(?:^|[ ]+)#+[ ]*$", "", inner.content)


def _read_inline(state: StateCore) -> None:
    for token in state.tokens:
        children = token.children or []
        for before, after in pairwise(children):
            if before.type.endswith("_close") or before.type in ("code_inline", "image"):
                found = _OF_WORDS.match(after.content) if after.type == "text" else None
                after.content = after.content[found.end() :] if found else after.content
