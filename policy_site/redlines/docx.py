"""A redline as a Word document with tracked changes: accepting all gives the new text, rejecting all the old one.

The package is written here, part by part (ECMA-376, WordprocessingML): a document, its styles, and nothing else. Items
have their numbers and bullets as words, so that each side has those of its own version.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from xml.sax.saxutils import escape, quoteattr

from policy_site.model import Block, Span
from policy_site.redlines.pieces import kind_of
from policy_site.redlines.shapes import Shape, shapes_of
from policy_site.redlines.tree import Leaf, Operation, OperationKind, Redline, Run, RunKind
from policy_site.redlines.writing import clean

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_TYPE}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
)
_ROOT = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_PARTS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_WHOLE = {
    OperationKind.ADDED: "ins",
    OperationKind.DELETED: "del",
    OperationKind.MOVED_FROM: "moveFrom",
    OperationKind.MOVED_TO: "moveTo",
}
_OF_MOVE = {"moveFrom": "del", "moveTo": "ins"}
_OTHER = {"ins": "del", "del": "ins"}
_APART = timedelta(minutes=2)
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the package: the same bytes come on every run."""


def write(redline: Redline, *, author: str, date: datetime | None = None) -> bytes:
    """Return the document; every change is ``author``'s, made at ``date``."""
    body = _Body(redline, author, date).write()
    document = f'{_HEAD}<w:document xmlns:w="{_MAIN}"><w:body>{body}<w:sectPr/></w:body></w:document>'
    files = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _ROOT,
        "word/_rels/document.xml.rels": _PARTS,
        "word/document.xml": document,
        "word/styles.xml": _styles(),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(name, _EPOCH), content.encode(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _dated(instant: datetime) -> str:
    return f' w:date="{instant:%Y-%m-%dT%H:%M:%SZ}"'


def _styles() -> str:
    headings = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{level}"><w:name w:val="heading {level}"/>'
        f'<w:pPr><w:keepNext/><w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="{level - 1}"/></w:pPr>'
        f'<w:rPr><w:b/><w:sz w:val="{36 - 3 * level}"/></w:rPr></w:style>'
        for level in range(1, 7)
    )
    normal = (
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        '<w:pPr><w:spacing w:after="120"/></w:pPr></w:style>'
    )
    return f'{_HEAD}<w:styles xmlns:w="{_MAIN}">{normal}{headings}</w:styles>'


@dataclass(slots=True)
class _Paragraph:
    style: str = ""
    indent: int = 0
    mark: str = ""
    """What became of its end: ``ins``, ``del``, ``moveFrom``, ``moveTo``, or nothing."""
    move: str = ""
    """Name of the move it is part of."""
    parts: list[str] = field(default_factory=list)

    def begins_with(self, kind: str) -> bool:
        """Say whether its first words came (``ins``) or went (``del``), by a move or otherwise."""
        first = self.parts[0] if self.parts else ""
        return any(
            first.startswith(f"<w:{one} ") for one in (kind, *(move for move in _OF_MOVE if _OF_MOVE[move] == kind))
        )


class _Body:
    def __init__(self, redline: Redline, author: str, date: datetime | None) -> None:
        self._redline = redline
        name = f"w:author={quoteattr(clean(author))}"
        self._by = name + (_dated(date) if date is not None else "")
        self._by_later = name + (_dated(date + _APART) if date is not None else "")
        self._ids = 0
        self._moves: Counter[tuple[int, OperationKind]] = Counter()
        self._old_shapes, self._new_shapes = shapes_of(redline.old_blocks()), shapes_of(redline.new_blocks())

    def write(self) -> str:
        """Return the paragraphs and tables."""
        written: list[str] = []
        waiting = list(self._title())
        operations = list(self._redline.operations)
        index = 0
        while index < len(operations):
            if operations[index].is_row:
                rows = [operations[index]]
                while index + 1 < len(operations) and _is_same_table(rows, operations[index + 1]):
                    index += 1
                    rows.append(operations[index])
                written.append(self._all(waiting) + self._table(rows))
                waiting = []
            else:
                waiting.extend(self._paragraphs(operations[index]))
            index += 1
        return "".join(written) + self._all(waiting)

    def _all(self, paragraphs: list[_Paragraph]) -> str:
        # from the end, since what a paragraph begins with may change with it
        for index, paragraph in reversed(list(enumerate(paragraphs))):
            if not paragraph.mark and paragraph.parts:
                self._part(paragraph, paragraphs[index + 1 :])
        return "".join(self._paragraph(one) for one in paragraphs)

    def _part(self, paragraph: _Paragraph, following: Sequence[_Paragraph]) -> None:
        """Keep words that came, or went, at the end of a paragraph from running into those that did behind it.

        LibreOffice takes both for one change that has the paragraph's own end in it, and joins the paragraph to what
        follows. Where words both came and went, their order parts them. Before whole paragraphs, the end of the last of
        them is the one that stays, as where somebody writes on at the end of a paragraph. Else the time does it:
        changes that lie less than a minute apart are taken for one.
        """
        kind = next((kind for kind in _OTHER if paragraph.parts[-1].startswith(f"<w:{kind} ")), "")
        if not kind or not following or not following[0].begins_with(kind):
            return
        followers = list(takewhile(lambda one: bool(one.mark), following))
        if paragraph.parts[-2:-1] and paragraph.parts[-2].startswith(f"<w:{_OTHER[kind]} "):
            paragraph.parts[-2:] = reversed(paragraph.parts[-2:])
        elif followers and all(one.mark == kind for one in followers):
            paragraph.mark, followers[-1].mark = kind, ""
        else:
            paragraph.parts[-1] = paragraph.parts[-1].replace(self._by, self._by_later, 1)

    def _title(self) -> Iterator[_Paragraph]:
        old, new = self._redline.old_title, self._redline.new_title
        if old or new:
            paragraph = _Paragraph(style="Heading1")
            paragraph.parts.extend(self._either([Span(old)], [Span(new)]))
            yield paragraph

    # --- paragraphs ---

    def _paragraphs(self, operation: Operation) -> Iterator[_Paragraph]:
        whole = _WHOLE.get(operation.kind, "")
        move = ""
        if operation.move:
            self._moves[operation.move, operation.kind] += 1
            move = f"move{operation.move}-{self._moves[operation.move, operation.kind]}"
        paragraph: _Paragraph | None = None
        for leaf in operation.leaves:
            goes_on = leaf.continues_new if operation.kind is OperationKind.MOVED_TO else False
            if paragraph is None or not goes_on:
                if paragraph is not None:
                    if not whole:
                        is_parted = leaf.continues_old or leaf.continues_new
                        mark = "del" if leaf.continues_new else "ins"
                        paragraph.mark = mark if is_parted else paragraph.mark
                    yield paragraph
                paragraph = self._begin(leaf, whole, move)
            for run in leaf.runs:
                paragraph.parts.extend(self._run(run, whole))
        if paragraph is not None:
            yield paragraph

    def _begin(self, leaf: Leaf, whole: str, move: str) -> _Paragraph:
        block = leaf.new or leaf.old
        one_sided = "" if leaf.continues_old or leaf.continues_new else "ins" if leaf.old is None else "del"
        is_both = leaf.old is not None and leaf.new is not None
        paragraph = _Paragraph(mark=whole or ("" if is_both else one_sided), move=move)
        if block is not None:
            if kind_of(block) == "heading":
                paragraph.style = f"Heading{block.tag[1]}"
            shape = self._new_shapes.get(id(leaf.new)) if leaf.new else self._old_shapes.get(id(leaf.old))
            paragraph.indent = 360 * (shape.level if shape else 0)
        if block is not None:
            old, new = self._marker(leaf.old, self._old_shapes), self._marker(leaf.new, self._new_shapes)
            if whole:
                paragraph.parts.extend(self._tracked(whole, [Span(old if whole in ("del", "moveFrom") else new)]))
            else:
                paragraph.parts.extend(self._either([Span(old)], [Span(new)]))
        return paragraph

    @staticmethod
    def _marker(block: Block | None, shapes: dict[int, Shape]) -> str:
        shape = shapes.get(id(block)) if block is not None else None
        return f"{shape.sign} " if shape is not None and shape.sign else ""

    def _paragraph(self, paragraph: _Paragraph) -> str:
        style = f'<w:pStyle w:val="{paragraph.style}"/>' if paragraph.style else ""
        indent = f'<w:ind w:left="{paragraph.indent}"/>' if paragraph.indent else ""
        mark = f"<w:rPr><w:{paragraph.mark} {self._change()}/></w:rPr>" if paragraph.mark else ""
        properties = f"<w:pPr>{style}{indent}{mark}</w:pPr>" if style or indent or mark else ""
        content = "".join(paragraph.parts)
        if paragraph.move:
            number = self._change()
            name = number.split(" ", 1)[0]
            content = (
                f'<w:{paragraph.mark}RangeStart {number} w:name="{paragraph.move}"/>{content}'
                f"<w:{paragraph.mark}RangeEnd {name}/>"
            )
        return f"<w:p>{properties}{content}</w:p>"

    # --- words ---

    def _run(self, run: Run, whole: str) -> Iterator[str]:
        if whole:
            yield from self._tracked(whole, run.old if whole in ("del", "moveFrom") else run.new)
        elif run.kind is RunKind.DELETED:
            yield from self._tracked("del", run.old)
        elif run.kind is RunKind.ADDED:
            yield from self._tracked("ins", run.new)
        else:
            yield from self._either(run.old, run.new)

    def _either(self, old: Sequence[Span], new: Sequence[Span]) -> Iterator[str]:
        """Write what stands in both texts: once where it is the same; white space alone is tracked by itself."""
        mine, other = ("".join(span.text for span in spans) for spans in (old, new))
        if mine == other:
            yield from self._plain(new)
        elif mine.rstrip() == other.rstrip():
            kept = len(other.rstrip())
            yield from self._plain(_cut(new, kept))
            yield from self._tracked("del", [Span(mine[kept:])])
            yield from self._tracked("ins", [Span(other[kept:])])
        else:
            yield from self._tracked("del", old)
            yield from self._tracked("ins", new)

    def _tracked(self, kind: str, spans: Sequence[Span]) -> Iterator[str]:
        written = "".join(self._plain(spans, tag="delText" if kind == "del" else "t"))
        if written:
            yield f"<w:{kind} {self._change()}>{written}</w:{kind}>"

    @staticmethod
    def _plain(spans: Sequence[Span], *, tag: str = "t") -> Iterator[str]:
        for span in spans:
            names = {mark.tag for mark in span.marks}
            bold = "<w:b/>" if names & {"strong", "b"} else ""
            italic = "<w:i/>" if names & {"em", "i", "cite"} else ""
            line = '<w:u w:val="single"/>' if "a" in names else ""
            look = f"<w:rPr>{bold}{italic}{line}</w:rPr>" if bold or italic or line else ""
            if span.text:
                text = escape(clean(span.text))
                yield f'<w:r>{look}<w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'
            elif span.marks and span.marks[-1].tag == "br":
                yield f"<w:r>{look}<w:br/></w:r>"

    def _change(self) -> str:
        self._ids += 1
        return f'w:id="{self._ids}" {self._by}'

    # --- tables ---

    def _table(self, rows: Sequence[Operation]) -> str:
        border = "".join(
            f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
            for side in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
        width = max(len(row.leaves) for row in rows)
        grid = "<w:gridCol/>" * width
        head = f"<w:tblPr><w:tblBorders>{border}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        return f"<w:tbl>{head}{''.join(self._row(row) for row in rows)}</w:tbl>"

    def _row(self, row: Operation) -> str:
        kind = _WHOLE.get(row.kind, "")
        whole = _OF_MOVE.get(kind, kind)
        properties = f"<w:trPr><w:{whole} {self._change()}/></w:trPr>" if whole else ""
        cells = []
        for leaf in row.leaves:
            paragraph = _Paragraph(mark=whole)
            for run in leaf.runs:
                paragraph.parts.extend(self._run(run, whole))
            cells.append(f"<w:tc><w:tcPr/>{self._paragraph(paragraph)}</w:tc>")
        return f"<w:tr>{properties}{''.join(cells)}</w:tr>"


def _cut(spans: Sequence[Span], end: int) -> list[Span]:
    kept: list[Span] = []
    position = 0
    for span in spans:
        if not span.text or position < end:
            kept.append(Span(span.text[: end - position], span.marks) if span.text else span)
        position += len(span.text)
    return kept


def _is_same_table(rows: Sequence[Operation], following: Operation) -> bool:
    """Say whether a row goes on with the table of those before it, on the side that both have."""
    if not following.is_row:
        return False
    for side in ("new", "old"):
        mine = [table for row in rows if (table := _table_of(row, side)) is not None]
        other = _table_of(following, side)
        if mine and other is not None:
            return mine[-1] == other
    return True


def _table_of(row: Operation, side: str) -> int | None:
    blocks = (leaf.new if side == "new" else leaf.old for leaf in row.leaves)
    block = next((block for block in blocks if block is not None), None)
    if block is None:
        return None
    return next((one.ordinal for one in reversed(block.containers) if one.tag == "table"), None)
