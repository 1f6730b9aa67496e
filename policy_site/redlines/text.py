"""A redline for the terminal: `[-deleted-]` and `{+added+}`, in colour where it is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from policy_site.documents import say
from policy_site.model import Span
from policy_site.redlines.inline import EDIT, split_at
from policy_site.redlines.phrases import ENGLISH, RedlinePhrases, fill, matter_of
from policy_site.redlines.shapes import PLAIN, shapes_of
from policy_site.redlines.source import SourceRedline
from policy_site.redlines.summary import repeated_replacements
from policy_site.redlines.tree import (
    Leaf,
    Move,
    MovedWords,
    Note,
    Operation,
    OperationKind,
    Redline,
    Run,
    RunKind,
    SectionRedline,
)

_RED, _GREEN, _BLUE, _BOLD, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[34m", "\x1b[1m", "\x1b[0m"
_CONTROL = regex.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Signs that a terminal would obey, or that change the order of what stands on a line."""


def render(
    redline: Redline | SourceRedline, *, colour: bool, phrases: RedlinePhrases = ENGLISH, is_whole: bool = False
) -> str:
    """Return the redline as lines of text; unchanged blocks only where ``is_whole``."""
    tree = redline.redline if isinstance(redline, SourceRedline) else redline
    return _Terminal(tree, phrases, colour=colour, is_whole=is_whole).text()


class _Terminal:
    def __init__(self, redline: Redline, phrases: RedlinePhrases, *, colour: bool, is_whole: bool) -> None:
        self._redline = redline
        self._phrases = phrases
        self._colour = colour
        self._is_whole = is_whole
        self._moves = {move.number: move for move in redline.moves}
        self._shapes = shapes_of(redline.old_blocks()) | shapes_of(redline.new_blocks())

    def text(self) -> str:
        """Return all lines, each with its end."""
        title = ""
        if self._redline.old_title != self._redline.new_title:
            words = fill(self._phrases.title, old=self._redline.old_title, new=self._redline.new_title)
            title = f"{self._painted(_clean(words), _BLUE)}\n\n"
        for one in repeated_replacements(self._redline):
            words = f"{one.times} × [-{_clean(one.old)}-]{{+{_clean(one.new)}+}}"  # noqa: RUF001 - the sign for times
            title += f"{self._painted(words, _BLUE)}\n"
        return title + "".join(f"{line}\n" for section in self._redline.sections for line in self._section(section))

    def _section(self, section: SectionRedline) -> Iterator[str]:
        shown = [line for operation in section.operations for line in self._operation(operation)]
        if shown:
            kinds = ", ".join(section.kinds)
            heading = _clean(section.heading or self._phrases.unnamed)
            yield self._painted(f"== {heading}{f' ({kinds})' if kinds else ''}", _BOLD)
            yield from shown
            yield ""

    def _operation(self, operation: Operation) -> Iterator[str]:
        if operation.kind is OperationKind.UNCHANGED and not self._is_whole:
            return
        if operation.move:
            yield self._painted(f"  ({self._signpost(operation, self._moves[operation.move])})", _BLUE)
            if operation.kind is OperationKind.MOVED_FROM:
                return
        if operation.is_row:
            yield "  | " + " | ".join(self._line([leaf]) for leaf in operation.leaves)
            return
        leaves: list[Leaf] = []
        for leaf in operation.leaves:
            if leaves and not leaf.continues_new:
                yield "  " + self._line(leaves)
                leaves = []
            leaves.append(leaf)
        if leaves:
            yield "  " + self._line(leaves)

    def _signpost(self, operation: Operation, move: Move) -> str:
        if operation.kind is OperationKind.MOVED_FROM:
            if move.is_within_section:
                return self._phrases.moved_within
            return _clean(fill(self._phrases.moved_to, heading=move.to_heading or self._phrases.unnamed))
        if move.is_within_section:
            return self._phrases.moved_here
        return _clean(fill(self._phrases.moved_from, heading=move.from_heading or self._phrases.unnamed))

    def _line(self, leaves: Sequence[Leaf]) -> str:
        parts: list[str] = [self._place(leaves[0])]
        for leaf in leaves:
            if leaf.continues_new:
                parts.append(self._painted("[-¶-] ", _RED))
            elif leaf.continues_old:
                parts.append(self._painted("{+¶+} ", _GREEN))
            for run in leaf.runs:
                self._add_run(parts, run)
            if leaf.notes:
                parts[-1:] = self._noted(parts[-1] if parts else "", leaf.notes)
        return "".join(parts).rstrip()

    def _place(self, leaf: Leaf) -> str:
        """Return what stands before the words of an item: as deep as it stands, its number or bullet.

        The number is that of the version which has the item; of an item that both have, of the new one.
        """
        shape = self._shapes.get(id(leaf.new or leaf.old), PLAIN)
        return "  " * max(shape.level - 1, 0) + (f"{shape.sign} " if shape.sign else "  " if shape.level else "")

    def _add_run(self, parts: list[str], run: Run) -> None:
        if run.kind in (RunKind.DELETED, RunKind.RENUMBERED) and run.old_text:
            parts.append(self._painted(f"[-{_said(_edited(run.old, run.moved))}-]", _RED))
        if run.kind in (RunKind.ADDED, RunKind.RENUMBERED) and run.new_text:
            parts.append(self._painted(f"{{+{_said(_edited(run.new, run.moved))}+}}", _GREEN))
        elif run.kind in (RunKind.EQUAL, RunKind.RECODED):
            parts.append(_said(run.new or run.old))
        if run.moved is not None:
            parts.append(self._painted(f" ({self._other_place(run.moved, is_old=run.kind is RunKind.DELETED)})", _BLUE))
        if run.matters:
            kinds = ", ".join(matter_of(self._phrases, kind) for kind in run.matters)
            parts.append(self._painted(f" ({kinds})", _BLUE))
        if run.notes:
            parts[-1:] = self._noted(parts[-1], run.notes)

    def _other_place(self, moved: MovedWords, *, is_old: bool) -> str:
        """Say where a sentence went or came from, and there which of its words changed."""
        phrases = self._phrases
        if moved.is_within_section:
            return phrases.moved_within if is_old else phrases.moved_here
        phrase = phrases.moved_to if is_old else phrases.moved_from
        return _clean(fill(phrase, heading=moved.heading or phrases.unnamed))

    def _noted(self, words: str, notes: Sequence[Note]) -> list[str]:
        """Put notes right after words, before the space that follows them."""
        end = len(words.rstrip(" "))
        return [words[:end], *(self._note(note) for note in notes), words[end:]]

    def _note(self, note: Note) -> str:
        return self._painted(f" ({_clean(self._phrases.of(note))})", _BLUE)

    def _painted(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_PLAIN}" if self._colour else text


def _said(spans: Sequence[Span]) -> str:
    """Return words as plain text says them everywhere: footnotes, powers and struck words told apart."""
    return _clean(say(spans, has_addresses=False))


def _clean(text: str) -> str:
    """Return text on one line that a terminal only shows."""
    return _CONTROL.sub("\ufffd", " ".join(text.split()) if "\n" in text and text.strip() else text)


def _edited(spans: Sequence[Span], moved: MovedWords | None) -> Sequence[Span]:
    """Put signs around the words of a sentence that moved which its other place has not."""
    if moved is None or not moved.edits:
        return spans
    return [
        Span(f"»{span.text}«", span.marks[:-1]) if span.marks[-1:] == (EDIT,) else span
        for span in split_at(spans, moved.edits)
    ]
