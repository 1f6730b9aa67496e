"""Attribute lists, ``{#id}`` after a heading or on the last line of a paragraph, as the other reader takes them."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

_OF_HEADING = re.compile(r"(?:^|[ ]+)\{:?[ ]*([^{}\n ][^{}\n]*)\}[ ]*$")
_OF_PARAGRAPH = re.compile(r"\n[ ]*\{:?[ ]*([^{}\n ][^{}\n]*)\}[ ]*$")
_ATTRIBUTE = re.compile(r"#([^\s#.=}]+)|(lang|dir|id)=\"?([^\s\"}]+)\"?")


def read_attributes(reader: MarkdownIt) -> None:
    """Take attribute lists off the words, and keep ids, languages and directions."""
    reader.core.ruler.before("inline", "attributes", _read)


def _read(state: StateCore) -> None:
    for opening, inner in zip(state.tokens, state.tokens[1:], strict=False):
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
