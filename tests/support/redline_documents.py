"""Documents for tests of redlines: from Markdown in one line, or drawn by Hypothesis."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from policy_site.documents import render_document
from policy_site.model import Block, Container, Document, Mark, Section, Span

EXTENSIONS = ("tables", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists")


def document(markdown: str) -> Document:
    """Render Markdown as the site does."""
    return render_document(markdown, extensions=EXTENSIONS)


_SAMPLES = (
    "we share your personal data with partners 75% 72 hours € 1,000.50 2026-01-01 a@b.example not . , ;",
    "https://example.org/a?b=c don't opt-out 個人 情報 を 共有 。 プライバシー البيانات الشخصية 30 يومًا नहीं ข้อมูล",
    "é e\u0301 👩🏽\u200d🚀 🇩🇪 <b> &amp; ]]> </del> <ins> \ufffc \ue000 \u00ad \u200b \x00 \x85 \ud7ff",
)
WORDS = st.sampled_from([word for line in _SAMPLES for word in line.split(" ")])
TEXTS = st.one_of(
    st.lists(WORDS, max_size=14).map(" ".join),
    st.text(max_size=12),
    st.lists(st.one_of(WORDS, st.sampled_from(["\u00a0", "  ", "\n", "\u0301"])), max_size=8).map("".join),
)
MARKS = st.sampled_from(
    [
        (),
        (Mark("strong"),),
        (Mark("ins"),),
        (Mark("em"), Mark("del", (("class", "own"),))),
        (Mark("a", (("href", "/one"),)),),
        (Mark("a", (("href", "/two"), ("id", "anchor"))),),
        (Mark("a", (("href", "/one"),)), Mark("em")),
        (Mark("em"), Mark("a", (("href", "/three"),))),
    ]
)
VOID_SPANS = st.sampled_from(
    [
        Span("", (Mark("br"),)),
        Span("", (Mark("img", (("alt", "A seal"), ("src", "/seal.png"))),)),
        Span("", (Mark("a", (("href", "/one"),)), Mark("img", (("alt", ""), ("src", "/other.png"))))),
    ]
)
SPANS = st.lists(
    st.one_of(st.builds(Span, TEXTS.filter(bool), MARKS), VOID_SPANS), max_size=4
).map(tuple)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw a document: sections of headings, paragraphs, nested lists, tables, quotations, code and rules."""
    sections = []
    maker = _Maker(draw)
    for number in range(draw(st.integers(0, 3))):
        blocks: list[Block] = []
        if number or draw(st.booleans()):
            name = draw(st.sampled_from(["scope", "rights", "contact", "Ünder"])) + f"-{number}"
            spans = draw(SPANS) or (Span("Heading"),)
            blocks.append(Block(draw(st.sampled_from(["h2", "h3"])), (("id", name),), (), spans))
            heading = "".join(span.text for span in spans)
        else:
            name, heading = "preamble", ""
        for _ in range(draw(st.integers(0, 4))):
            choose = draw(st.integers(0, 3))
            blocks.extend((maker.paragraph, maker.items, maker.table, maker.quotation)[choose]())
        sections.append(Section(name, 2 if heading else 0, heading, "", tuple(blocks)))
    return Document(draw(st.sampled_from(["", "Privacy"])), tuple(section for section in sections if section.blocks))


class _Maker:
    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._ordinal = 0

    def _container(self, tag: str, *attributes: tuple[str, str]) -> Container:
        self._ordinal += 1
        return Container(tag, attributes, self._ordinal)

    def paragraph(self) -> list[Block]:
        tag = self._draw(st.sampled_from(["p", "p", "p", "pre", "hr"]))
        return [Block(tag, (), (), () if tag == "hr" else self._draw(SPANS))]

    def items(self, path: tuple[Container, ...] = ()) -> list[Block]:
        outer = (*path, self._container(self._draw(st.sampled_from(["ul", "ol"]))))
        blocks: list[Block] = []
        for _ in range(self._draw(st.integers(1, 3))):
            item = (*outer, self._container("li", ("class", "item")))
            blocks.append(Block(self._draw(st.sampled_from(["", "p"])), (), item, self._draw(SPANS)))
            if len(path) < 2 and self._draw(st.integers(0, 3)) == 0:
                blocks.extend(self.items(item))
        return blocks

    def table(self) -> list[Block]:
        table = self._container("table")
        body = (table, self._container("tbody"))
        width = self._draw(st.integers(1, 3))
        blocks: list[Block] = []
        for _ in range(self._draw(st.integers(1, 3))):
            row = (*body, self._container("tr"))
            blocks.extend(Block("td", (), row, self._draw(SPANS)) for _ in range(width))
        return blocks

    def quotation(self) -> list[Block]:
        quotation = (self._container("blockquote"),)
        blocks = [Block("p", (), quotation, self._draw(SPANS)) for _ in range(self._draw(st.integers(1, 2)))]
        return [*blocks, *self.items(quotation)] if self._draw(st.booleans()) else blocks


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Document, Document]:
    """Draw two documents, the second most often the first after some editing."""
    old = draw(documents())
    if draw(st.integers(0, 4)) == 0:
        return old, draw(documents())
    sections = [_edited(draw, section) for section in old.sections]
    if draw(st.booleans()):
        sections = draw(st.permutations(sections))
    kept = [section for section in sections if section.blocks and draw(st.integers(0, 5)) > 0]
    return old, Document(old.title, tuple(kept))


def _edited(draw: st.DrawFn, section: Section) -> Section:
    blocks = [block for block in section.blocks if draw(st.integers(0, 7))]
    if draw(st.integers(0, 3)) == 0 and not any(block.containers for block in blocks):
        blocks = draw(st.permutations(blocks))
    edited = [
        replace(block, spans=draw(SPANS)) if block.tag != "hr" and not draw(st.integers(0, 3)) else block
        for block in blocks
    ]
    edited = [_reworded(draw, block) if not draw(st.integers(0, 3)) else block for block in edited]
    return replace(section, blocks=tuple(edited))


def _reworded(draw: st.DrawFn, block: Block) -> Block:
    """Change one word, or what stands around one."""
    if not block.spans or block.tag == "hr":
        return block
    place = draw(st.integers(0, len(block.spans) - 1))
    span = block.spans[place]
    words = span.text.split(" ")
    words[draw(st.integers(0, len(words) - 1))] = draw(WORDS)
    new = Span(" ".join(words), draw(MARKS)) if span.text else draw(VOID_SPANS)
    return replace(block, spans=(*block.spans[:place], new, *block.spans[place + 1 :]))
