"""What a text holds that is not meant for readers: comments of every form, definitions that nothing refers to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_TOKEN = re.compile(r"^ {0,3}(?:`{3,}|~{3,})|`+|<!--", re.MULTILINE)
_COMMENT_END = re.compile(r"--!?>")
_DEFINITION = re.compile(
    r"^ {0,3}\[(?!\^)([^\[\]\n]+)\]:[ \t]*+\n?[ \t]*+(?:<[^<>\n]*>|\S+)"
    r"(?:[ \t]*+\n?[ \t]*+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^\n]*\)))?[ \t]*+$",
    re.MULTILINE,
)
_LABEL = re.compile(r"\[([^\[\]]*)\]")
_GENERATED = re.compile(
    r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}"  # Liquid
    r"|\{::comment\s*\}.*?\{:/(?:comment)?\s*\}"  # kramdown
    r"|\{\{!--.*?--\}\}|\{\{/\*.*?\*/\}\}|\{/\*.*?\*/\}"  # Handlebars, Hugo, MDX
    r"|\{#(?=[ \t\n]).*?(?<=[ \t\n])#\}",  # Jinja and Twig
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"""[ \t\n]+(?:data-[\w-]+|comment|note|on[a-z]+)[ \t]*=[ \t]*(?:"[^"]*"|'[^']*')""", re.IGNORECASE
)
_TAG = re.compile(r"<[A-Za-z][^<>]*>|\{:?[^{}\n]*\}")


def without_generators_comments(body: str) -> str:
    """Return a text without the comments of site generators, which no preview of a forge and no other site hides.

    The lines of the text keep their numbers.
    """
    if "comment" not in body and "{#" not in body and "*/}" not in body and "--}}" not in body:
        return body
    code = list(_code(body))

    def blank(found: re.Match[str]) -> str:
        if any(start <= found.start() < end for start, end in code):
            return found[0]
        return "\n" * found[0].count("\n")

    return _GENERATED.sub(blank, body)


EMPTY_COMMENT = "<!-- -->"
"""Keeps apart what a comment stood between."""


def each_without_one_comment(body: str) -> list[str]:
    """Return the Markdown as often as it has comments, each time with another one emptied."""
    body = without_generators_comments(body)
    return [_without(body, [span], EMPTY_COMMENT) for span in _comments(body)]


def without_hidden_parts(body: str, *, placeholder: str = "", kept: Collection[int] = ()) -> str:
    """Return Markdown without comments and without definitions that nothing refers to.

    ``placeholder`` takes the place of each comment; ``kept`` are the numbers, from 0, of those that are no comments but
    words: in indented code.
    """
    body = without_generators_comments(body)
    spans = [span for number, span in enumerate(_comments(body)) if number not in kept]
    body = _without(body, spans, placeholder)
    code = list(_code(body))
    definitions = [
        found for found in _DEFINITION.finditer(body) if not any(start <= found.start() < end for start, end in code)
    ]
    if definitions:
        rest = _without(body, [found.span() for found in definitions], "")
        used = {_normal(found[1]) for found in _LABEL.finditer(rest)}
        body = _without(body, [found.span() for found in definitions if _normal(found[1]) not in used], "")
    return _TAG.sub(lambda tag: _ATTRIBUTE.sub("", tag[0]), body) if "=" in body else body


def _normal(label: str) -> str:
    return " ".join(label.split()).casefold()


def _without(body: str, spans: list[tuple[int, int]], placeholder: str) -> str:
    """Cut stretches out of a text; a line that held nothing else goes, and one of the blank lines around it."""
    parts: list[str] = []
    position = 0
    for start, end in spans:
        first = body.rfind("\n", 0, start) + 1
        last = body.find("\n", end)
        last = len(body) if last < 0 else last
        is_alone = not placeholder and not body[first:start].strip() and not body[end:last].strip()
        cut_from, cut_to = (max(first, position), min(last + 1, len(body))) if is_alone else (start, end)
        parts.append(body[position:cut_from] + placeholder)
        if is_alone and "".join(parts[-1:]).endswith("\n\n") and body.startswith("\n", cut_to):
            cut_to += 1
        position = max(cut_to, position)
    parts.append(body[position:])
    return "".join(parts)


def _code(body: str) -> Iterator[tuple[int, int]]:
    return ((start, end) for kind, start, end in _found(body) if kind == "code")


def _comments(body: str) -> Iterator[tuple[int, int]]:
    return ((start, end) for kind, start, end in _found(body) if kind == "comment")


def _found(body: str) -> Iterator[tuple[str, int, int]]:
    """Yield where code and comments stand; what is never closed is neither."""
    last_end = body.rfind("-->")
    position = 0
    while found := _TOKEN.search(body, position):
        sign = found[0].strip()
        position = found.end()
        if sign == "<!--":
            is_empty = body.startswith((">", "->"), position)
            end = None if is_empty or found.start() > last_end else _COMMENT_END.search(body, position)
            if end:
                position = end.end()
                yield "comment", found.start(), position
            continue
        is_fence = found.start() == body.rfind("\n", 0, found.start()) + 1 and len(sign) >= 3  # noqa: PLR2004
        if is_fence:
            closing = re.compile(rf"^ {{0,3}}{re.escape(sign[0])}{{{len(sign)},}}[ \t]*$", re.MULTILINE)
            end = closing.search(body, position)
            position = end.end() if end else len(body)
            yield "code", found.start(), position
        else:
            paragraph = body.find("\n\n", position)
            span = re.compile(rf"(?<!`)`{{{len(sign)}}}(?!`)")
            end = span.search(body, position, paragraph if paragraph >= 0 else len(body))
            if end:
                position = end.end()
                yield "code", found.start(), position
