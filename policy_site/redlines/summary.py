"""A redline in few words: each change on one line, under the section it stands in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from policy_site.model import Span
from policy_site.redlines.tree import Move, Note, Operation, OperationKind, Redline, RunKind, SectionRedline

_OFTEN = 5
"""Times that the same replacement is made, from which on it is said once for all."""
_LONGEST = 72
"""Characters of an excerpt."""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change, as a list names it."""

    number: int
    """Its address is ``change-`` and this."""
    old: str = ""
    """The beginning of what went; empty where nothing did."""
    new: str = ""
    """The beginning of what came; of a move, of what moved."""
    move: Move | None = None
    note: Note | None = None
    is_split: bool = False
    is_merged: bool = False


def list_changes(redline: Redline) -> Iterator[tuple[SectionRedline, tuple[ChangeLine, ...]]]:
    """Yield each section with its changes in reading order; a move is named at the new place alone."""
    moves = {move.number: move for move in redline.moves}
    for section in redline.sections:
        lines: dict[int, ChangeLine] = {}
        for operation in section.operations:
            for line in _lines(operation, moves):
                lines.setdefault(line.number, line)
        yield section, tuple(lines[number] for number in sorted(lines))


@dataclass(frozen=True, slots=True)
class Replacement:
    """The same words that became the same other ones, again and again."""

    old: str
    new: str
    times: int


def repeated_replacements(redline: Redline) -> tuple[Replacement, ...]:
    """Return what was replaced alike at five places or more, the most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    for operation in redline.operations:
        if operation.kind not in (OperationKind.UNCHANGED, OperationKind.MOVED_FROM, OperationKind.REPLACED):
            for leaf in operation.leaves:
                for old, new in pairwise(leaf.runs):
                    if old.kind is RunKind.DELETED and new.kind is RunKind.ADDED and old.change == new.change:
                        counts[_excerpt(old.old_text), _excerpt(new.new_text)] += 1
    return tuple(
        Replacement(old, new, times) for (old, new), times in counts.most_common() if times >= _OFTEN and old and new
    )  # fmt: skip


def _lines(operation: Operation, moves: dict[int, Move]) -> Iterator[ChangeLine]:
    if operation.kind in (OperationKind.UNCHANGED, OperationKind.MOVED_FROM):
        return
    if operation.kind is OperationKind.MOVED_TO:
        text = " ".join(run.new_text for leaf in operation.leaves for run in leaf.runs)
        yield ChangeLine(operation.change, new=_excerpt(text), move=moves[operation.move])
    if operation.kind in (OperationKind.SPLIT, OperationKind.MERGED) and not _has_own_words(operation):
        is_split = operation.kind is OperationKind.SPLIT
        yield ChangeLine(operation.change, is_split=is_split, is_merged=not is_split)
    yield from _word_lines(operation)
    for leaf in operation.leaves:
        for note in (*leaf.notes, *(note for run in leaf.runs for note in run.notes)):
            if note.change:
                yield ChangeLine(note.change, note=note)


def _has_own_words(operation: Operation) -> bool:
    return any(run.change == operation.change for leaf in operation.leaves for run in leaf.runs)


def _word_lines(operation: Operation) -> Iterator[ChangeLine]:
    words: dict[int, tuple[list[str], list[str]]] = {}
    for leaf in operation.leaves:
        for run in leaf.runs:
            if run.change and run.kind in (RunKind.DELETED, RunKind.ADDED):
                old, new = words.setdefault(run.change, ([], []))
                old.append(_shown(run.old))
                new.append(_shown(run.new))
    for number, (old, new) in words.items():
        yield ChangeLine(number, old=_excerpt(" ".join(old)), new=_excerpt(" ".join(new)))


def _shown(spans: tuple[Span, ...]) -> str:
    return "".join(span.text or _in_place_of(span) for span in spans)


def _in_place_of(span: Span) -> str:
    """Return the words of an image; a line break is a space."""
    if not span.marks or span.marks[-1].tag == "br":
        return " "
    return dict(span.marks[-1].attributes).get("alt", "")


def _excerpt(text: str) -> str:
    words = " ".join(text.split())
    if len(words) <= _LONGEST:
        return words
    start = words[: _LONGEST - 1]
    cut = start.rfind(" ", _LONGEST // 2)
    return f"{start[:cut] if cut > 0 else start.rstrip()}…"
