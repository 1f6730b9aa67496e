"""A redline as a Word document: accepting all changes in LibreOffice gives the new text, rejecting all the old one."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from policy_site.model import Document, Span
from policy_site.redlines import compare, docx
from policy_site.redlines.shapes import ShapeReader
from tests.redlines.test_gallery import PAIRS
from tests.support.office import settle
from tests.support.redline_documents import document

LIST = "# T\n\nWe collect:\n\n1. your name and address\n2. your payment details\n3. the pages you visit\n\nThat is all."
TABLE = "# T\n\n| Who | What |\n|---|---|\n| Alder | servers |\n| Cedar | mail |\n\nAfter."
ITEM = "# T\n\n- Harm others by viruses, worms, trojans, logic bombs or "
NEXT = "\n- Next one stays for all of us."
TELLING = (
    ("# T\n\nOne is here. Two is there.\n\nEnd.", "# T\n\nOne is here.\n\nTwo is there.\n\nEnd."),
    (LIST, LIST.replace("2. your payment details\n3.", "2.")),
    (LIST, "# New\n\nWe collect your name and address, your payment details, and the pages you visit.\n\nThat is all."),
    (TABLE, TABLE.replace("| Cedar | mail |", "| Birch | payments |\n| Cedar | post |")),
    (TABLE, "# T\n\nAfter.\n\nA paragraph at the end came."),
    (
        "# T\n\n## One\n\nThis paragraph goes to the other place soon.\n\nMore.\n\n## Two\n\nSome words stay here.",
        "# T\n\n## One\n\nMore.\n\n## Two\n\nSome words stay here.\n\nThis paragraph goes to another place soon.",
    ),
    ("# T\n\nIt is <del>10</del> 20 <b>euros</b> & more.", "# T\n\nIt is <del>10</del> 30 euros & <i>more</i>."),
    ("# T\n\n- a one\n    - b two\n\n> quoted words", "# T\n\n- a one\n- b two\n\nquoted words are here"),
    # the end of a paragraph changes, and what follows came or went
    (f"{ITEM}other code.{NEXT}", f"{ITEM}further words\n- Cheat people.\n- Fool them.{NEXT}"),
    (f"{ITEM}other code.{NEXT}", f"{ITEM}other code. Really so\n- Cheat people.{NEXT}"),
    (f"{ITEM}other code. Really so\n- Gone wholly away.{NEXT}", f"{ITEM}other code.{NEXT}"),
    (f"{ITEM}other code.{NEXT}", f"{ITEM}other code. Really so\n\n### New\n{NEXT.replace('Next', 'A next')}"),
    (f"{ITEM}other code.{NEXT}", f"{ITEM}other code, really so{NEXT.replace('Next', 'A next')}"),
    ("# T\n\nOne here. Two there.\n\nEnd.", "# T\n\nOne here.\n\nTwo there. Really so\n\nAnother is new.\n\nEnd."),
)  # fmt: skip


def lines_of(text: Document) -> list[str]:
    """Return what a document holds, a line for each line of a block, items with their numbers and bullets."""
    reader = ShapeReader()
    lines = [text.title]
    for block in text.blocks:
        marker = reader.read(block.containers).sign
        words = "".join("\n" if _is_break(span) else span.text.replace("\n", " ") for span in block.spans)
        lines.extend(f"{f'{marker} ' if marker else ''}{words}".split("\n"))
    return [line for line in map(_plain, lines) if line]


def _is_break(span: Span) -> bool:
    return not span.text and bool(span.marks) and span.marks[-1].tag == "br"


def _plain(line: str) -> str:
    return " ".join(line.split())


def shown(text: str) -> list[str]:
    """Return the lines that LibreOffice shows."""
    # it puts a zero-width joiner of its own into the empty cell of a row that came or went
    return [_plain(line) for line in text.split("\n") if line.strip().strip("\u200d")]


def pairs() -> Iterator[tuple[Document, Document]]:
    for old, new in (*TELLING, *((pair.old, pair.new) for pair in PAIRS)):
        yield document(old), document(new)


def test_libreoffice_gets_both_texts_back(tmp_path: Path) -> None:
    texts = {tmp_path / f"{number}.docx": pair for number, pair in enumerate(pairs())}
    for path, (old, new) in texts.items():
        path.write_bytes(docx.write(compare(old, new), author="Acme Ltd", date=datetime(2026, 11, 30, tzinfo=UTC)))
    for path, (accepted, rejected) in settle(list(texts), tmp_path / "office").items():
        old, new = texts[path]
        assert shown(accepted) == lines_of(new), path.name
        assert shown(rejected) == lines_of(old), path.name


def test_changes_are_tracked_by_author_and_date_and_moves_are_moves() -> None:
    written = docx.write(
        compare(*(document(text) for text in TELLING[5])), author="Acme & Co", date=datetime(2026, 11, 30, tzinfo=UTC)
    )
    with zipfile.ZipFile(io.BytesIO(written)) as package:
        assert package.testzip() is None
        body = package.read("word/document.xml").decode()
    assert 'w:author="Acme &amp; Co" w:date="2026-11-30T00:00:00Z"' in body
    names = [re.findall(rf'<w:{kind}RangeStart [^>]*w:name="([^"]+)"', body) for kind in ("moveFrom", "moveTo")]
    assert names[0] == names[1] != []
    identifiers = re.findall(r'<w:(?!moveFromRangeEnd|moveToRangeEnd)\w+ w:id="(\d+)"', body)
    assert len(identifiers) == len(set(identifiers))


def test_the_same_bytes_come_on_every_run() -> None:
    texts = document(LIST), document(TABLE)
    assert docx.write(compare(*texts), author="A") == docx.write(compare(*texts), author="A")
