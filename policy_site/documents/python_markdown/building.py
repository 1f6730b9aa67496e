"""The tree of nodes becomes the tree of elements that Python-Markdown goes on with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor
from markdown.extensions.footnotes import FootnoteExtension
from markdown.util import HTML_PLACEHOLDER_RE, AtomicString, code_escape

from policy_site.documents.clauses import find_clauses
from policy_site.documents.nodes import Node, table_rows
from policy_site.documents.structure import read_structure

_TITLE = r"""(?:[ ]+|[ ]*\n[ ]*)("(?:\\.|[^"\\])*+"|'(?:\\.|[^'\\])*+'|\((?:\\.|[^()\\])*+\))"""
_REFERENCE_START = re.compile(r"\[((?:\\.|[^\[\]\\])++)\]:[ ]*\n?[ ]*(<[^<>\n]*>|[^<\s]\S*)", re.DOTALL)
_REFERENCE_TITLE = re.compile(rf"{_TITLE}[ ]*(?:\n|$)", re.DOTALL)
_REFERENCE_END = re.compile(r"[ ]*(?:\n|$)")


class Blocks(BlockProcessor):
    """The only reader of blocks: takes all there is of a text or a container."""

    def __init__(
        self,
        parser: BlockParser,
        names: frozenset[str],
        footnotes: FootnoteExtension | None,
        in_html: BlockProcessor | None,
    ) -> None:
        super().__init__(parser)
        self._names = names
        self._footnotes = footnotes
        self._in_html = in_html

    def test(self, parent: ET.Element, block: str) -> bool:  # noqa: ARG002 - Python-Markdown's interface
        """Say that every block is read here."""
        return True

    def run(self, parent: ET.Element, blocks: list[str]) -> None:
        """Read all ``blocks`` at once: where they begin and end is not for empty lines to say."""
        text = "\n\n".join(blocks)
        blocks.clear()
        root = read_structure(
            text.split("\n"),
            has_tables="tables" in self._names,
            has_definitions="def_list" in self._names,
            has_footnotes=self._footnotes is not None,
        )
        find_clauses(root)
        self._build_all(parent, root.children, is_tight=False)

    def _build_all(self, parent: ET.Element, nodes: Sequence[Node], *, is_tight: bool) -> None:
        terms: ET.Element | None = None
        for node in nodes:
            if node.kind in ("term", "definition"):
                if terms is None:
                    terms = ET.SubElement(parent, "dl")
                self._build_definition(terms, node)
                continue
            terms = None
            self._build(parent, node, is_tight=is_tight)

    def _build(self, parent: ET.Element, node: Node, *, is_tight: bool) -> None:
        match node.kind:
            case "paragraph":
                self._build_paragraph(parent, node, is_tight=is_tight)
            case "heading":
                element = ET.SubElement(parent, f"h{node.level}")
                element.text = self._without_references(node.text).strip()
            case "list":
                self._build_list(parent, node)
            case "table":
                self._build_table(parent, node)
            case "quote":
                quote = ET.SubElement(parent, "blockquote")
                if node.mark:
                    ET.SubElement(ET.SubElement(quote, "p"), "strong").text = node.mark
                self._build_all(quote, node.children, is_tight=False)
            case _:
                self._build_unread(parent, node, is_tight=is_tight)

    def _build_unread(self, parent: ET.Element, node: Node, *, is_tight: bool) -> None:
        """Build what holds no words to be read, or not yet."""
        if node.kind == "rule":
            ET.SubElement(parent, "hr")
        elif node.kind in ("code", "fence"):
            code = ET.SubElement(ET.SubElement(parent, "pre"), "code")
            code.text = AtomicString(code_escape(f"{node.text}\n" if node.lines else ""))
        elif node.kind == "html":
            placeholder = self.parser.md.htmlStash.store(node.text)
            if is_tight:
                _append_text(parent, placeholder)
            else:
                # Python-Markdown takes the paragraph off again; of a note it keeps elements only
                ET.SubElement(parent, "p").text = placeholder
        elif self._footnotes is not None:
            # a second note of a name is shown, though nothing can refer to it
            number, label = 1, node.mark
            while label in self._footnotes.footnotes:
                number += 1
                label = f"{node.mark}-{number}"
            self._footnotes.setFootnote(label, node.text)

    def _build_paragraph(self, parent: ET.Element, node: Node, *, is_tight: bool) -> None:
        text = self._without_references(node.text).strip()
        if self._in_html is not None and HTML_PLACEHOLDER_RE.match(text):
            blocks = [text]
            self._in_html.run(parent, blocks)
            text = "\n\n".join(blocks).strip()
        if text and is_tight:
            _append_text(parent, text)
        elif text:
            ET.SubElement(parent, "p").text = text

    def _build_list(self, parent: ET.Element, node: Node) -> None:
        first = node.marker.number if node.marker else None
        element = ET.SubElement(parent, "ul" if first is None and not node.attributes else "ol", node.attributes)
        expected = 1
        if first is not None and not node.attributes:
            if first != 1:
                element.set("start", str(first))
            if node.marker and node.marker.kind == ")":
                element.set("class", "closing")
            expected = first
        written = {item.marker.number for item in node.children if item.marker}
        for item in node.children:
            entry = ET.SubElement(element, "li", item.attributes)
            # where every entry has the same number, the author left the counting to us
            number = item.marker.number if item.marker and len(written) > 1 else None
            if number is not None and number != expected:
                entry.set("value", str(number))
                expected = number
            expected += 1
            self._build_all(entry, item.children, is_tight=node.is_tight)

    def _build_table(self, parent: ET.Element, node: Node) -> None:
        table = ET.SubElement(parent, "table")
        part = ET.SubElement(table, "thead")
        for number, cells in enumerate(table_rows(node)):
            if number == 1:
                part = ET.SubElement(table, "tbody")
            row = ET.SubElement(part, "tr")
            for column, cell in enumerate(cells):
                element = ET.SubElement(row, "td" if number else "th")
                element.text = cell
                alignment = node.alignments[column] if column < len(node.alignments) else ""
                if alignment:
                    element.set("style", f"text-align: {alignment};")

    def _build_definition(self, terms: ET.Element, node: Node) -> None:
        if node.kind == "term":
            for line in node.lines:
                ET.SubElement(terms, "dt").text = line.strip()
        else:
            self._build_all(ET.SubElement(terms, "dd"), node.children, is_tight=node.is_tight)

    def _without_references(self, text: str) -> str:
        """Take the definitions of links off the beginning of a paragraph and remember them."""
        while text.startswith("[") and (found := _read_reference(text)):
            label, address, title, end = found
            # the stubs do not know that a link may have no title
            self.parser.md.references.setdefault(" ".join(label.split()).lower(), (address, title))  # type: ignore[arg-type]
            text = text[end:].lstrip(" ")
        return text


def _read_reference(text: str) -> tuple[str, str, str | None, int] | None:
    """Return label, address and title of the definition that ``text`` begins with, and where it ends."""
    start = _REFERENCE_START.match(text)
    if start is None or not start.group(1).strip() or start.group(1).startswith("^"):
        return None
    address = start.group(2)
    address = address[1:-1] if address.startswith("<") else address
    if title := _REFERENCE_TITLE.match(text, start.end()):
        return start.group(1), address, title.group(1)[1:-1], title.end()
    if end := _REFERENCE_END.match(text, start.end()):
        return start.group(1), address, None, end.end()
    return None


def _append_text(parent: ET.Element, text: str) -> None:
    """Put words directly into an element, after what it holds."""
    if len(parent):
        parent[-1].tail = f"{(parent[-1].tail or '').rstrip()}\n{text}"
    else:
        parent.text = f"{parent.text}\n{text}" if parent.text else text
