"""The words of a block as HTML: marks of the new text outside, ``ins`` and ``del`` innermost, hidden words around."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from policy_site.model import Mark, Span
from policy_site.redlines.phrases import RedlinePhrases, fill, matter_of
from policy_site.redlines.pieces import kind_of
from policy_site.redlines.tree import Leaf, Move, MovedWords, Note, Run, RunKind
from policy_site.redlines.writing import (
    OWN_MARKS,
    VOID,
    Attributes,
    attributes_of,
    escape_text,
    marks_around,
    old_attributes,
    own_attributes,
    own_tag,
    shared_marks,
)

_NOTE = 'data-redline="note"'
_QUIET = {RunKind.RENUMBERED: "redline-number", RunKind.RECODED: "redline-recoded"}
"""Runs that differ and are no change: both sides stand there, without hidden words and numbers."""


class Inline:
    """Writes the words of the blocks of one section, one block after the other.

    Places are left free in the output for what is known later: where a run of change ends, where its links stand.
    """

    def __init__(self, parts: list[str], phrases: RedlinePhrases, *, changes: int) -> None:
        self._parts = parts
        self._phrases = phrases
        self._changes = changes
        self._path: tuple[Mark, ...] = ()
        self._addressed: set[int] = set()
        self._ends: dict[tuple[int, str], int] = {}
        self._link_places: dict[int, int] = {}
        self._waiting: list[str | int] = []
        """Notes, and numbers of changes whose links come, as soon as no link is open."""
        self._in_block: list[int] = []
        self._is_moved = False
        self._has_lost_space = False
        """The words before ended in white space, in the old text alone."""

    # --- a block ---

    def block(self, leaves: Sequence[Leaf], *, change: int, is_moved: bool) -> None:
        """Write leaves that are one block of the page, and what is said of it. ``change`` is what it is as a whole."""
        self.leaves(leaves, is_moved=is_moved)
        self.remarks(leaves)
        self.end_block(change)

    def remarks(self, leaves: Sequence[Leaf]) -> None:
        """Say what changed about a block without a word having changed."""
        for leaf in leaves:
            self.notes(leaf.notes)
            if leaf.new is not None and kind_of(leaf.new) == "heading":
                self.renumbering([run for run in leaf.runs if run.kind is RunKind.RENUMBERED])

    def leaves(self, leaves: Sequence[Leaf], *, is_moved: bool) -> None:
        """Write the words of leaves that are one block of the page."""
        self._is_moved = is_moved
        runs: list[Run | None] = []
        for index, leaf in enumerate(leaves):
            if index:
                runs.append(None)
            elif leaf.continues_old:
                self._parts.append(f'<ins class="redline-split">{self._hidden(self._phrases.split)}</ins>')
                if self._has_lost_space:
                    self._parts.append('<del class="redline-recoded" hidden> </del>')
            runs.extend(leaf.runs)
        for run, coming in zip(runs, _coming(runs), strict=True):
            if run is None:
                self._set_path(self._path[: self._kept(coming)])
                joint = f'<del class="redline-merged"> {self._hidden(self._phrases.merged)}</del>'
                self._parts.append(f'<ins class="redline-moved">{joint}</ins>' if is_moved else joint)
            else:
                self._run(run, coming)
        self._set_path(())
        self._is_moved = False
        last = leaves[-1].runs[-1] if leaves[-1].runs else Run(RunKind.EQUAL)
        self._has_lost_space = last.old_text[-1:].isspace() and last.kind is RunKind.EQUAL

    def departed(self, leaf: Leaf) -> None:
        """Write the words of a block that moved away."""
        spans = [span for run in leaf.runs for span in run.old]
        if any(shows(span) for span in spans):
            self._parts.append(f'<del class="redline-moved">{_old_html(spans)}</del>')

    def notes(self, notes: Sequence[Note]) -> None:
        """Say what changed about a block itself."""
        for note in notes:
            self._parts.append(self._note(note))
            if note.change:
                self._leave_room_for_links(note.change)

    def renumbering(self, runs: Sequence[Run]) -> None:
        """Say once that a section has another number."""
        for run in runs:
            words = fill(self._phrases.renumbered, old=run.old_text.strip(), new=run.new_text.strip())
            self._parts.append(f'<span class="redline-note" {_NOTE}> {escape_text(words)}</span>')

    def end_block(self, change: int) -> None:
        """Leave room for the links of what this block is as a whole."""
        if change:
            self._in_block.append(change)
        for number in self._in_block:
            self._leave_room_for_links(number)
        self._in_block = []

    def _leave_room_for_links(self, change: int) -> None:
        """Leave room for the links of a change, which has its address here if nothing of it could be shown."""
        if change not in self._addressed:
            attributes = attributes_of((("class", "redline-anchor"), *self.take_address(change)))
            self._parts.append(f"<span{attributes} {_NOTE}></span>")
        self._link_places[change] = len(self._parts)
        self._parts.append("")

    def arrival(self, change: int, move: Move, words: str) -> None:
        """Say, once, that blocks came here from elsewhere."""
        self._signpost(change, move.from_change, words)

    def departure(self, change: int, move: Move, words: str) -> None:
        """Say, once, that blocks went elsewhere."""
        self._signpost(change, move.to_change, words)

    def _signpost(self, change: int, target: int, words: str) -> None:
        if change in self._addressed:
            return
        attributes = attributes_of((("class", "redline-note"), *self.take_address(change)))
        self._in_block.append(change)
        self._parts.append(
            f'<span{attributes} {_NOTE}><a href="#change-{target}">{escape_text(words)}</a> </span>'
        )  # fmt: skip

    def take_address(self, change: int) -> Attributes:
        """Return the id of a change for the element that shows it first."""
        if not change or change in self._addressed:
            return ()
        self._addressed.add(change)
        return (("id", f"change-{change}"),)

    def finish(self) -> None:
        """Fill the places that were left free."""
        for (_, kind), place in self._ends.items():
            words = self._phrases.deletion_ends if kind == "del" else self._phrases.addition_ends
            self._parts[place] = self._hidden(f" {words}")
        for change, place in self._link_places.items():
            self._parts[place] = self._links(change)

    # --- runs ---

    def _run(self, run: Run, coming: tuple[Span, ...]) -> None:
        if run.kind is not RunKind.EQUAL and run.old:
            self._deletion(run, run.new or coming)
        edits = run.moved.edits if run.moved is not None else ()
        spans = split_at(run.new, edits) if edits and run.kind is RunKind.ADDED else run.new
        words, space = _without_space_after(spans) if run.notes and run.kind is RunKind.EQUAL else (spans, ())
        for span in words:
            self._new_span(span, run)
        for note in run.notes:
            self._waiting.extend((self._note(note), note.change))
        for span in space:
            self._new_span(span, run)
        if run.moved is not None:
            self._waiting.append(self._other_place(run.moved, is_old=run.kind is RunKind.DELETED))
        if run.matters:
            self._waiting.append(self._matters(run.matters))
        if run.change:
            self._waiting.append(run.change)

    def _new_span(self, span: Span, run: Run) -> None:
        self._set_path(marks_around(span))
        content = escape_text(span.text) if span.text else _empty_element(span.marks[-1], span.marks[-1].attributes)
        if not shows(span):
            self._parts.append(content)
        elif run.kind is RunKind.ADDED:
            self._change("ins", run.change, content)
        elif run.kind in _QUIET:
            self._parts.append(f'<ins class="{_QUIET[run.kind]}">{content}</ins>')
        else:
            self._parts.append(f'<ins class="redline-moved">{content}</ins>' if self._is_moved else content)

    def _deletion(self, run: Run, coming: tuple[Span, ...]) -> None:
        """Write what went inside those marks of the new text that reach over it; its other marks go with it."""
        if not any(shows(span) for span in run.old):
            return
        depth = max(self._kept(coming), shared_marks(self._path, marks_around(run.old[0])))
        self._set_path(self._path[:depth])
        edits = run.moved.edits if run.moved is not None else ()
        content = _old_html(split_at(run.old, edits) if edits else run.old, inside=self._path)
        if self._is_moved:
            self._parts.append('<ins class="redline-moved">')
        if run.kind is RunKind.DELETED:
            self._change("del", run.change, content)
        else:
            is_shown = "" if run.kind is RunKind.RENUMBERED else " hidden"
            self._parts.append(f'<del class="{_QUIET[run.kind]}"{is_shown}>{content}</del>')
        if self._is_moved:
            self._parts.append("</ins>")

    def _kept(self, coming: tuple[Span, ...]) -> int:
        """Return how many of the open marks the next words of the new text stand in."""
        return shared_marks(self._path, marks_around(coming[0])) if coming else 0

    def _change(self, tag: str, change: int, content: str) -> None:
        is_first = (change, tag) not in self._ends
        address = attributes_of(self.take_address(change))
        self._parts.append(f"<{tag}{address}>")
        if is_first:
            self._parts.append(self._hidden(f"{self._phrases.deleted if tag == 'del' else self._phrases.added} "))
        self._parts.append(content)
        self._parts.append("")
        self._ends[change, tag] = len(self._parts) - 1
        self._parts.append(f"</{tag}>")

    def _set_path(self, path: tuple[Mark, ...]) -> None:
        shared = shared_marks(self._path, path)
        for mark in reversed(self._path[shared:]):
            self._parts.append(f"</{own_tag(mark)}>")
        self._path = path[:shared]
        if self._waiting and not any(mark.tag == "a" for mark in self._path):
            for one in self._waiting:
                if isinstance(one, str):
                    self._parts.append(one)
                else:
                    self._leave_room_for_links(one)
            self._waiting = []
        for mark in path[shared:]:
            self._parts.append(f"<{own_tag(mark)}{attributes_of(own_attributes(mark))}>{self._said_of(mark)}")
        self._path = path

    # --- what is said around the words ---

    def _said_of(self, mark: Mark) -> str:
        """Say aloud that words are struck out or underlined by the policy itself."""
        if mark.tag not in OWN_MARKS:
            return ""
        words = self._phrases.own_deleted if mark.tag == "del" else self._phrases.own_added
        return self._hidden(f"{words} ")

    def _hidden(self, words: str) -> str:
        return f'<span class="visually-hidden" {_NOTE}>{escape_text(words)}</span>'

    def _note(self, note: Note) -> str:
        attributes = attributes_of((("class", f"redline-note redline-{note.kind}"), *self.take_address(note.change)))
        return f"<span{attributes} {_NOTE}> [{escape_text(self._phrases.of(note))}]</span>"

    def _other_place(self, moved: MovedWords, *, is_old: bool) -> str:
        """Say where a sentence went or came from."""
        phrases = self._phrases
        if moved.is_within_section:
            words = phrases.moved_within if is_old else phrases.moved_here
        else:
            phrase = phrases.moved_to if is_old else phrases.moved_from
            words = fill(phrase, heading=moved.heading or phrases.unnamed)
        link = f'<a href="#change-{moved.change}">{escape_text(words)}</a>'
        return f'<span class="redline-note" {_NOTE}> [{link}]</span>'

    def _matters(self, kinds: Sequence[str]) -> str:
        words = ", ".join(escape_text(matter_of(self._phrases, kind)) for kind in kinds)
        return f'<span class="redline-note redline-matters" {_NOTE}> [{words}]</span>'

    def _links(self, change: int) -> str:
        """Return the links to the change before and the one after."""
        links = [
            f'<a class="redline-{name}" href="#change-{number}">{escape_text(words)}</a>'
            for name, number, words in (
                ("previous", change - 1, self._phrases.previous),
                ("next", change + 1, self._phrases.next),
            )
            if 1 <= number <= self._changes
        ]
        return f'<span class="redline-links" {_NOTE}> {" ".join(links)}</span>' if links else ""


EDIT = Mark("strong", (("class", "redline-edit"),))
"""Around the words of a sentence that moved which its other place has not."""


def split_at(spans: Sequence[Span], edits: Sequence[tuple[int, int]]) -> list[Span]:
    """Return spans with a mark around the characters of ``edits``."""
    marked: list[Span] = []
    position = 0
    for span in spans:
        end = position + len(span.text)
        places = sorted({position, end, *(place for edit in edits for place in edit if position < place < end)})
        if not span.text:
            marked.append(span)
        for first, last in pairwise(places):
            is_edit = any(start <= first and last <= stop for start, stop in edits)
            text = span.text[first - position : last - position]
            marked.append(Span(text, (*span.marks, EDIT) if is_edit else span.marks))
        position = end
    return marked


def _coming(runs: Sequence[Run | None]) -> list[tuple[Span, ...]]:
    """Return for each run what comes after it in the new text."""
    coming: list[tuple[Span, ...]] = []
    spans: tuple[Span, ...] = ()
    for run in reversed(runs):
        coming.append(spans)
        spans = (run.new if run is not None else ()) or spans
    return coming[::-1]


def _without_space_after(spans: Sequence[Span]) -> tuple[Sequence[Span], Sequence[Span]]:
    """Return spans, and by itself the white space at their end, so that a note stands right behind the words."""
    if not spans or not spans[-1].text[-1:].isspace():
        return spans, ()
    text, marks = spans[-1].text, spans[-1].marks
    kept = text.rstrip()
    return (*spans[:-1], *((Span(kept, marks),) if kept else ())), (Span(text[len(kept) :], marks),)


def shows(span: Span) -> bool:
    """Say whether a span shows anything: an empty anchor does not."""
    return bool(span.text) or bool(span.marks and span.marks[-1].tag in VOID and span.marks[-1].tag != "wbr")


def _empty_element(mark: Mark, attributes: Attributes) -> str:
    end = "" if mark.tag in VOID else f"</{own_tag(mark)}>"
    return f"<{own_tag(mark)}{attributes_of(attributes)}>{end}"


def _old_html(spans: Sequence[Span], *, inside: tuple[Mark, ...] = ()) -> str:
    """Return spans of the old text without ids; marks that they stand in already, and links in links, are left out."""
    parts: list[str] = []
    path: tuple[Mark, ...] = ()
    is_in_link = any(mark.tag == "a" for mark in inside)
    for span in spans:
        around = marks_around(span)
        wanted = around[shared_marks(inside, around) :]
        wanted = tuple(mark for mark in wanted if not (is_in_link and mark.tag == "a"))
        shared = shared_marks(path, wanted)
        parts.extend(f"</{own_tag(mark)}>" for mark in reversed(path[shared:]))
        parts.extend(
            f"<{own_tag(mark)}{attributes_of(old_attributes(own_attributes(mark)))}>" for mark in wanted[shared:]
        )
        path = wanted
        if span.text:
            parts.append(escape_text(span.text))
        elif shows(span):
            parts.append(_empty_element(span.marks[-1], old_attributes(span.marks[-1].attributes)))
    parts.extend(f"</{own_tag(mark)}>" for mark in reversed(path))
    return "".join(parts)
