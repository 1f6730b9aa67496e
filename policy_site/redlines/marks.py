"""What changed about equal words without a word having changed: links, images, formatting."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import islice, takewhile

from policy_site.model import Block, Mark, Span
from policy_site.redlines.numbering import without_number
from policy_site.redlines.pieces import Bounds, kind_of
from policy_site.redlines.runs import Cut, Joined
from policy_site.redlines.shapes import Remark, number_in
from policy_site.redlines.tree import NoteKind, RunKind

FORMATTING = frozenset({"b", "code", "del", "em", "i", "ins", "kbd", "mark", "s", "small", "strong", "sub", "sup", "u"})
_SAME = {"b": "strong", "i": "em"}


def annotate(cuts: list[Cut], old: Joined, new: Joined) -> Iterator[tuple[Cut, tuple[Remark, ...]]]:
    """Yield the runs, equal ones divided where what is to be noted about their marks changes."""
    if not _has_marks(old) and not _has_marks(new):
        yield from ((cut, ()) for cut in cuts)
        return
    old_marks, new_marks = _Marks(old), _Marks(new)
    old_token = new_token = 0
    for cut in cuts:
        if cut.kind not in (RunKind.EQUAL, RunKind.RECODED):
            yield cut, ()
            continue
        while old_token < len(old.tokens) and old.tokens.starts[old_token] < cut.old[0]:
            old_token += 1
        while new_token < len(new.tokens) and new.tokens.starts[new_token] < cut.new[0]:
            new_token += 1
        old_start, new_start = cut.old[0], cut.new[0]
        remarks: tuple[Remark, ...] = ()
        while old_token < len(old.tokens) and old.tokens.starts[old_token] < cut.old[1]:
            mine, other = old.tokens.starts[old_token], new.tokens.starts[new_token]
            found = _compare_within(
                old_marks.within(mine, old.tokens.ends[old_token]), new_marks.within(other, new.tokens.ends[new_token])
            )
            if found != remarks:
                if mine > old_start or other > new_start:
                    yield Cut(cut.kind, (old_start, mine), (new_start, other)), remarks
                old_start, new_start, remarks = mine, other, found
            old_token, new_token = old_token + 1, new_token + 1
        yield Cut(cut.kind, (old_start, cut.old[1]), (new_start, cut.new[1])), remarks


def _has_marks(joined: Joined) -> bool:
    return any(span.marks for passage in joined.passages for span in passage.spans)


class _Marks:
    """The span at each place of a text, asked for in rising order."""

    def __init__(self, joined: Joined) -> None:
        self._bounds = [
            Bounds(offset + place.start, offset + place.end, place.span)
            for offset, passage in zip(joined.offsets, joined.passages, strict=True)
            for place in passage.bounds
            if place.end > place.start
        ]
        self._next = 0

    def within(self, start: int, end: int) -> list[tuple[int, Span]]:
        """Return the spans of a token, each with where in the token it begins: a link can begin inside a word."""
        while self._next < len(self._bounds) - 1 and self._bounds[self._next].end <= start:
            self._next += 1
        first = self._bounds[self._next]
        spans = [(0, first.span)]
        if first.end < end:
            rest = takewhile(lambda bounds: bounds.start < end, islice(self._bounds, self._next + 1, None))
            spans.extend((bounds.start - start, bounds.span) for bounds in rest)
        return spans


def _compare_within(old: list[tuple[int, Span]], new: list[tuple[int, Span]]) -> tuple[Remark, ...]:
    """Compare the marks of one token, which can change inside it."""
    if len(old) == len(new) == 1:
        return _compare(old[0][1], new[0][1])
    places = sorted({place for place, _ in (*old, *new)})
    remarks: dict[Remark, None] = {}
    for place in places:
        mine, other = (next(span for start, span in reversed(spans) if start <= place) for spans in (old, new))
        remarks.update(dict.fromkeys(_compare(mine, other)))
    return tuple(remarks)


def _compare(old: Span, new: Span) -> tuple[Remark, ...]:
    if old.marks == new.marks:
        return ()
    return tuple(_remarks(old, new))


def _remarks(old: Span, new: Span) -> Iterator[Remark]:
    old_link, new_link = _attribute(old.marks, "a", "href"), _attribute(new.marks, "a", "href")
    if old_link != new_link and not _is_bare(old, old_link, new, new_link):
        if old_link and new_link:
            yield NoteKind.LINK, old_link, new_link
        else:
            yield NoteKind.LINK_ADDED if new_link else NoteKind.LINK_REMOVED, old_link, new_link
    if not old.text and not new.text:
        old_image, new_image = _image(old), _image(new)
        if old_image != new_image:
            yield NoteKind.IMAGE, old_image, new_image
    old_formatting, new_formatting = _formatting(old.marks), _formatting(new.marks)
    if old_formatting != new_formatting:
        yield NoteKind.FORMATTING, old_formatting, new_formatting


def _is_bare(old: Span, old_link: str, new: Span, new_link: str) -> bool:
    """Say whether an address that stands in the words became a link to itself, or ceased to be one."""
    text, link = (new.text, new_link) if new_link else (old.text, old_link)
    if old_link and new_link:
        return False
    bare = link.removeprefix("mailto:").removeprefix("https://").removeprefix("http://").rstrip("/")
    return text.strip().removeprefix("https://").removeprefix("http://").rstrip("/") == bare


def _attribute(marks: tuple[Mark, ...], tag: str, name: str) -> str:
    return next((value for mark in marks if mark.tag == tag for key, value in mark.attributes if key == name), "")


def _image(span: Span) -> str:
    attributes = dict(span.marks[-1].attributes)
    source, words = attributes.get("src", ""), attributes.get("alt", "")
    return f"{source} ({words})" if source and words else source or words


def _formatting(marks: tuple[Mark, ...]) -> str:
    return " ".join(sorted({_SAME.get(mark.tag, mark.tag) for mark in marks if mark.tag in FORMATTING}))


def compare_blocks(old: Block, new: Block) -> tuple[Remark, ...]:
    """Return what changed about a block itself: its kind, its heading level, the cells it reaches over, its id."""
    remarks: list[Remark] = []
    old_kind, new_kind = kind_of(old), kind_of(new)
    if old_kind != new_kind:
        kind = {("paragraph", "item"): NoteKind.TO_ITEM, ("item", "paragraph"): NoteKind.TO_PARAGRAPH}
        remarks.append((kind.get((old_kind, new_kind), NoteKind.BLOCK_KIND), old_kind, new_kind))
    elif old_kind == "heading" and old.tag != new.tag:
        remarks.append((NoteKind.HEADING_LEVEL, old.tag[1], new.tag[1]))
    old_span, new_span = _span_of(old), _span_of(new)
    if old_span != new_span:
        remarks.append((NoteKind.SPAN, old_span, new_span))
    old_id, new_id = (next((value for name, value in block.attributes if name == "id"), "") for block in (old, new))
    if old_id != new_id and not (_is_derived(old_id, old.text) and _is_derived(new_id, new.text)):
        remarks.append((NoteKind.ID, old_id, new_id))
    return tuple(remarks)


def _is_derived(name: str, heading: str) -> bool:
    """Say whether an id is made of the words of its heading: it changes with them, which needs no note of its own."""
    letters = _letters(name)
    return bool(letters) and letters in (_letters(heading), _letters(without_number(heading)))


def _letters(text: str) -> str:
    composed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in composed if sign.isalnum())


def _span_of(block: Block) -> str:
    """Return over how many columns and rows a cell reaches."""
    if block.tag not in ("td", "th"):
        return ""
    columns, rows = (number_in(block.attributes, name) or 1 for name in ("colspan", "rowspan"))
    return f"{columns} × {rows}"  # noqa: RUF001 - the sign for times
