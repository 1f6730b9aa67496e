"""Notes at the foot of a text in the form that the other reader gives them, those that nothing refers to included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin


def keep_notes(reader: MarkdownIt) -> None:
    """Put all notes at the end: in the order in which they are referred to, then the others."""
    reader.use(footnote_plugin, inline=False)
    # the plug-in's own leaves out notes that nothing refers to, and all but the last of a name
    reader.core.ruler.at("footnote_tail", _collect)
    reader.add_render_rule("footnote_ref", _reference)
    reader.add_render_rule("note_list_open", lambda *_: '<div class="footnote">\n<hr>\n<ol>\n')
    reader.add_render_rule("note_list_close", lambda *_: "</ol>\n</div>\n")
    reader.add_render_rule("note_open", _beginning)
    reader.add_render_rule("note_close", lambda *_: "</li>\n")
    reader.add_render_rule("note_back", _way_back)


def _collect(state: StateCore) -> None:
    notes: list[tuple[str, list[Token]]] = []
    kept: list[Token] = []
    is_inside = False
    for token in state.tokens:
        if token.type == "footnote_reference_open":
            is_inside = True
            notes.append((token.meta["label"], []))
        elif token.type == "footnote_reference_close":
            is_inside = False
        elif is_inside:
            notes[-1][1].append(token)
        else:
            kept.append(token)
    if notes:
        referred = {each["label"]: each["count"] for each in state.env["footnotes"].get("list", {}).values()}
        order = {label: number for number, label in enumerate(referred)}
        first = {label: index for index, (label, _) in reversed(list(enumerate(notes)))}
        is_first = [first[label] == index for index, (label, _) in enumerate(notes)]
        ranked = sorted(
            range(len(notes)), key=lambda index: (not is_first[index], order.get(notes[index][0], len(notes)), index)
        )
        kept.append(Token("note_list_open", "", 1))
        for index in ranked:
            label, tokens = notes[index]
            own = label if is_first[index] else ""
            kept.extend(_note(own, tokens, referred.get(own, 0)))
        kept.append(Token("note_list_close", "", -1))
    state.tokens = kept


def _note(label: str, tokens: list[Token], count: int) -> Iterator[Token]:
    yield Token("note_open", "", 1, meta={"label": label})
    is_paragraph = bool(tokens) and tokens[-1].type == "paragraph_close"
    yield from tokens[: len(tokens) - is_paragraph]
    for number in range(count):
        yield Token("note_back", "", 0, meta={"label": label, "number": number})
    yield from tokens[len(tokens) - is_paragraph :]
    yield Token("note_close", "", -1)


def _label(token: Token) -> str:
    return escapeHtml(str(token.meta["label"]))


def _number(token: Token, key: str) -> str:
    """Return what tells a second reference to a note from the first: nothing, 2, 3 and so on."""
    number = int(token.meta.get(key, 0)) + 1
    return str(number) if number > 1 else ""


def _beginning(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    label = _label(tokens[index])
    return f'<li id="fn:{label}">\n' if label else "<li>\n"


def _reference(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    token = tokens[index]
    own, label = f"fnref{_number(token, 'subId')}:{_label(token)}", _label(token)
    return f'<sup id="{own}"><a class="footnote-ref" href="#fn:{label}">{token.meta["id"] + 1}</a></sup>'


def _way_back(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    token = tokens[index]
    target = f"#fnref{_number(token, 'number')}:{_label(token)}"
    return f'&#160;<a class="footnote-backref" href="{target}">&#8617;</a>'
