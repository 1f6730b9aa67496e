"""Python-Markdown taught to read blocks and emphasis as a forge's preview does: an extension of it.

The blocks come from ``structure``, the emphasis from ``emphasis``; links, code, entities and tags inside words, notes
and attribute lists stay Python-Markdown's own.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.attr_list import AttrListTreeprocessor
from markdown.extensions.footnotes import FootnoteExtension
from markdown.inlinepatterns import InlineProcessor, SubstituteTagInlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import ETX, STX, AtomicString, code_escape

from policy_site.documents.chunks import are_elements_closed, find_raw_spans
from policy_site.documents.emphasis import find_edges
from policy_site.documents.python_markdown.building import Blocks
from policy_site.documents.starts import FENCE

_REPLACED = ("empty", "code", "hashheader", "setextheader", "hr", "olist", "ulist", "quote", "reference", "paragraph")
_REPLACED_BY_OTHERS = ("indent", "footnote", "markdown_block")
_ASKS = re.compile(r"<[a-zA-Z][^<>]*\smarkdown\b")
_MOST_INDENT = 3
_WRAPPER = "emphasized"
"""An element that holds a stretch of words with emphasis in it, until the tree is whole."""


class CommonMark(Extension):
    """Blocks and emphasis by CommonMark's and GFM's rules; load it after every other extension."""

    def __init__(self, names: Sequence[str], footnotes: FootnoteExtension | None) -> None:
        super().__init__()
        self._names = frozenset(names)
        self._footnotes = footnotes

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name that Python-Markdown calls
        """Put the readers of this package into the places of Python-Markdown's own."""
        processors = md.parser.blockprocessors
        in_html = processors["markdown_block"] if "md_in_html" in self._names else None
        for name in (*_REPLACED, *_REPLACED_BY_OTHERS):
            processors.deregister(name, strict=False)
        processors.register(Blocks(md.parser, self._names, self._footnotes, in_html), "structure", 100)
        extract = md.preprocessors["html_block"]
        md.preprocessors.deregister("html_block")
        if in_html is not None:
            md.preprocessors.register(_MarkdownInHtml(extract, md), "html_block", 20)
        md.ESCAPED_CHARS = list(string.punctuation)
        for name in ("not_strong", "em_strong", "em_strong2"):
            md.inlinePatterns.deregister(name, strict=False)
        md.inlinePatterns.register(_Code(r"\\[\\`]|(`++)(?:(.+?)(?<!`)\1(?!`))?", md), "backtick", 190)
        md.inlinePatterns.register(_Escape(r"\\([!-/:-@\[-`{-~]|\n)", md), "escape", 180)
        # the line end stays, as the white space that it is
        md.inlinePatterns.register(SubstituteTagInlineProcessor(r"(?<= ) +(?=\n)", "br"), "linebreak", 100)
        md.inlinePatterns.register(_Emphasis(r"[*_~]", md), "emphasis", 60)
        md.treeprocessors.register(_Unwrap(md), "unwrap", 18)
        if "attr_list" in self._names:
            md.treeprocessors.register(_Attributes(md), "attr_list", 8)


class _MarkdownInHtml(Preprocessor):
    """Hands elements that ask for it by an attribute ``markdown`` to md_in_html; all other tags stay where they are."""

    def __init__(self, extract: Preprocessor, md: Markdown) -> None:
        super().__init__(md)
        self._extract = extract

    def run(self, lines: list[str]) -> list[str]:
        """Put a placeholder in the place of each such element."""
        text = "\n".join(lines)
        if not _ASKS.search(text):
            return lines
        parts: list[str] = []
        position = 0
        code = _fenced(lines)
        for start, end in find_raw_spans(text):
            before = text.rfind("\n", 0, start) + 1
            segment = text[start:end]
            if start - before > _MOST_INDENT or text[before:start].strip(" ") or not _ASKS.search(segment):
                continue
            is_code = any(first <= start < last for first, last in code)
            if before < position or is_code or not are_elements_closed(segment):
                continue
            parts += [text[position:before], "\n".join(self._extract.run(segment.split("\n"))), "\n\n"]
            position = end
        return "".join((*parts, text[position:])).split("\n")


def _fenced(lines: list[str]) -> list[tuple[int, int]]:
    """Return where fenced code stands, roughly: one that is never closed goes to the end."""
    spans: list[tuple[int, int]] = []
    mark, start, offset = "", 0, 0
    for line in lines:
        found = FENCE.match(line.lstrip(" "))
        if found and not mark:
            mark, start = found.group(), offset
        elif mark and line.strip(" ").startswith(mark) and not line.strip(" ").strip(mark[0]):
            spans.append((start, offset))
            mark = ""
        offset += len(line) + 1
    return [*spans, (start, offset)] if mark else spans


class _Code(InlineProcessor):
    """Code stands between two runs of backticks that are equally long."""

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Python-Markdown's name; its stubs know no other answer
        self,
        m: re.Match[str],
        data: str,  # noqa: ARG002 - the same
    ) -> tuple[ET.Element, int, int] | tuple[None, None, None]:
        """Return the code; nothing for an escaped sign or a run without another."""
        if m.group(2) is None:
            return None, None, None
        words = m.group(2).replace("\n", " ")
        if words.strip(" ") and words[0] == words[-1] == " ":
            words = words[1:-1]
        code = ET.Element("code")
        code.text = AtomicString(code_escape(words))
        return code, m.start(), m.end()


class _Escape(InlineProcessor):
    """A backslash before a sign takes its meaning; one at the end of a line breaks the line."""

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Python-Markdown's name; its stubs forget plain text
        self,
        m: re.Match[str],
        data: str,  # noqa: ARG002 - the same
    ) -> tuple[ET.Element | str, int, int]:
        """Return the sign as Python-Markdown hides one, or a break."""
        if m.group(1) == "\n":
            return ET.Element("br"), m.start(), m.end() - 1
        return f"{STX}{ord(m.group(1))}{ETX}", m.start(), m.end()


class _Emphasis(InlineProcessor):
    """All emphasis of a stretch of words at once; signs that stay are hidden from a second reading."""

    def handleMatch(  # type: ignore[override]  # noqa: N802 - the same
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element, int, int] | tuple[None, None, None]:
        """Return one element around everything from the first sign to the end."""
        wrapper = ET.Element(_WRAPPER)
        path = [wrapper]
        position = m.start()
        for edge in find_edges(data):
            _add_words(path[-1], data[position : edge.start])
            position = edge.end
            if edge.is_opening:
                path.append(ET.SubElement(path[-1], edge.tag))
            else:
                path.pop()
        _add_words(path[-1], data[position:])
        return wrapper, m.start(), len(data)


def _add_words(parent: ET.Element, words: str) -> None:
    words = re.sub(r"[*_~]", lambda found: f"{STX}{ord(found.group())}{ETX}", words)
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + words
    else:
        parent.text = (parent.text or "") + words


class _Attributes(AttrListTreeprocessor):
    """Attribute lists as they are meant: words in braces, ``{VAT}``, are words, and stay."""

    # the stubs call final what is there to be replaced
    BASE_RE = r"\{(?:\:[ ]*|[ ]*(?=[#.]|[\w:-]+=))([^\}\n ][^\n]*)\}"  # type: ignore[misc]
    HEADER_RE = re.compile(rf"[ ]+{BASE_RE}[ ]*$")  # type: ignore[misc]
    BLOCK_RE = re.compile(rf"\n[ ]*{BASE_RE}[ ]*$")  # type: ignore[misc]
    INLINE_RE = re.compile(rf"^{BASE_RE}")  # type: ignore[misc]


class _Unwrap(Treeprocessor):
    """Takes the elements around stretches of words off again."""

    def run(self, root: ET.Element) -> None:
        """Put what each wrapper holds in its place."""
        for parent in list(root.iter()):
            if any(child.tag == _WRAPPER for child in parent):
                children = list(parent)
                for child in children:
                    parent.remove(child)
                for child in children:
                    for piece in _unwrapped(child):
                        if isinstance(piece, str):
                            _append_tail(parent, piece)
                        else:
                            parent.append(piece)


def _unwrapped(element: ET.Element) -> Iterator[ET.Element | str]:
    if element.tag != _WRAPPER:
        yield element
        return
    yield element.text or ""
    for child in list(element):
        yield from _unwrapped(child)
    yield element.tail or ""


def _append_tail(parent: ET.Element, words: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + words
    else:
        parent.text = (parent.text or "") + words
