"""How many changes a redline has of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policy_site.redlines.tree import NoteKind, Operation, OperationKind, Redline, RunKind

_LINKS = frozenset({NoteKind.LINK, NoteKind.LINK_ADDED, NoteKind.LINK_REMOVED, NoteKind.IMAGE, NoteKind.ID})


@dataclass(frozen=True, slots=True)
class Counts:
    """How many changes there are of each kind; a place counts once for each kind that it has."""

    words: int = 0
    """Places where words went or came."""
    moves: int = 0
    structure: int = 0
    """Lists, levels, quotations, headings, cells, paragraphs divided or joined, the title."""
    numbering: int = 0
    """Numbers of headings, paragraphs and items."""
    links: int = 0
    """Links, images, addresses of sections."""
    formatting: int = 0


def count_changes(redline: Redline) -> Counts:
    """Count the changes of a redline by kind."""
    words: set[int] = set()
    found = {"structure": int(redline.old_title != redline.new_title), "numbering": 0, "links": 0, "formatting": 0}
    for operation in redline.operations:
        if operation.kind is OperationKind.MOVED_FROM:
            continue
        words.update(run.change for leaf in operation.leaves for run in leaf.runs if run.words)
        for name in _kinds(operation):
            found[name] += 1
    return Counts(words=len(words), moves=len(redline.moves), **found)


def _kinds(operation: Operation) -> Iterator[str]:
    for leaf in operation.leaves:
        if leaf.continues_old or leaf.continues_new:
            yield "structure"
        yield from ("numbering" for run in leaf.runs if run.kind is RunKind.RENUMBERED)
        for note in (*leaf.notes, *(note for run in leaf.runs for note in run.notes)):
            yield kind_of_note(note.kind)


def kind_of_note(kind: NoteKind) -> str:
    """Return under which kind of change a note is counted."""
    if kind is NoteKind.ITEM_NUMBER:
        return "numbering"
    return "links" if kind in _LINKS else "formatting" if kind is NoteKind.FORMATTING else "structure"
