"""Operations made of aligned pieces: words compared, marks compared, changes numbered in reading order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from policy_site.redlines.codebook import Codebook
from policy_site.redlines.marks import annotate, compare_blocks
from policy_site.redlines.pieces import Passage, Piece
from policy_site.redlines.rows import ColumnMaps
from policy_site.redlines.runs import Cut, Joined, Parts, count_words, cut_runs, parts_of
from policy_site.redlines.shapes import compare_shapes, renumbered
from policy_site.redlines.tidying import Stretch
from policy_site.redlines.tree import Leaf, Note, NoteKind, Operation, OperationKind, Run, RunKind
from policy_site.redlines.words import match_words, similarity

TOO_MUCH = 0.60
"""Share of words that differ, above which the old block stands before the new one."""
_MARGIN = 0.2
"""By how much the words that stay once all is tidied can fall behind the similarity."""
_SHORTENED, _IN_A_ROW = 0.8, 5
"""Share of the shorter block's tokens that stand in the longer one, and tokens in a row, from which on it was shortened
or went on, and not rewritten."""
_TOO_MANY = 20_000
"""Tokens that differ, above which the old block stands before the new one, however long both are."""
_SHORT = 8
"""Tokens below which a block that changed wholly is still shown as one."""


@dataclass(frozen=True, slots=True)
class Step:
    """One operation to be built: places on the old and on the new side."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    move: int = 0
    """Number of the move it is part of; 0 for what stayed in its place."""


class Builder:
    """Makes operations, one after the other as they are read, and counts the changes."""

    def __init__(self, old: Sequence[Piece], new: Sequence[Piece], *, columns: ColumnMaps, codebook: Codebook) -> None:
        self._old, self._new = old, new
        self._codebook = codebook
        self._columns = columns
        self._known: dict[tuple[str, str], tuple[Stretch, ...]] = {}
        self.changes = 0

    def build(self, steps: Iterable[Step]) -> tuple[Operation, ...]:
        """Build the operations of a section. Neighbours that came, went or moved together are one change."""
        operations: list[Operation] = []
        for step in steps:
            old, new, move = step.old, step.new, step.move
            before = operations[-1] if operations else None
            if not new:
                kind = OperationKind.MOVED_FROM if move else OperationKind.DELETED
                operations.append(self._one_sided([self._old[place] for place in old], kind, move, before))
            elif not old:
                operations.append(self._one_sided([self._new[place] for place in new], OperationKind.ADDED, 0, before))
            else:
                operations.append(
                    self._two_sided([self._old[i] for i in old], [self._new[j] for j in new], move, before)
                )
        return tuple(operations)

    def _next_change(self) -> int:
        self.changes += 1
        return self.changes

    def _change_of(self, kind: OperationKind, move: int, before: Operation | None) -> int:
        if before is not None and before.kind is kind and before.move == move:
            return before.change
        return self._next_change()

    def _one_sided(
        self, pieces: Sequence[Piece], kind: OperationKind, move: int, before: Operation | None
    ) -> Operation:
        change = self._change_of(kind, move, before)
        is_old = kind is not OperationKind.ADDED
        run_kind = {OperationKind.ADDED: RunKind.ADDED, OperationKind.DELETED: RunKind.DELETED}.get(kind, RunKind.EQUAL)
        leaves = []
        for piece in pieces:
            for leaf, passage in zip(piece.leaves, piece.passages, strict=True):
                words = 0 if kind is OperationKind.MOVED_FROM else count_words(passage.tokens, 0, len(passage.text) + 1)
                spans = leaf.spans
                run = Run(
                    run_kind,
                    old=spans if is_old else (),
                    new=() if is_old else spans,
                    change=0 if kind is OperationKind.MOVED_FROM else change,
                    words=words,
                )
                leaves.append(Leaf(leaf if is_old else None, None if is_old else leaf, (run,)))
        return Operation(kind, tuple(leaves), is_row=pieces[0].is_row, move=move, change=change)

    def _two_sided(self, old: Sequence[Piece], new: Sequence[Piece], move: int, before: Operation | None) -> Operation:
        change = self._change_of(OperationKind.MOVED_TO, move, before) if move else 0
        if len(old) == len(new) == 1 and _is_identical(old[0], new[0]):
            leaves = tuple(
                Leaf(mine, other, (Run(RunKind.EQUAL, mine.spans, other.spans),))
                for mine, other in zip(old[0].leaves, new[0].leaves, strict=True)
            )
            kind = OperationKind.MOVED_TO if move else OperationKind.UNCHANGED
            return Operation(kind, leaves, is_row=new[0].is_row, move=move, change=change)
        if old[0].is_row and new[0].is_row:
            leaves = self._cells(old[0], new[0])
            kind = OperationKind.MODIFIED if any(leaf.is_changed for leaf in leaves) else OperationKind.UNCHANGED
            if move:
                kind = OperationKind.MOVED_TO
            return Operation(kind, leaves, is_row=True, move=move, change=change)
        if old[0].is_row or new[0].is_row or len(old[0].leaves) != 1 or len(new[0].leaves) != 1:
            raise AssertionError("A row is paired with rows only.")
        return self._blocks(old, new, move, change)

    def _blocks(self, old: Sequence[Piece], new: Sequence[Piece], move: int, change: int) -> Operation:
        olds, news = [piece.passages[0] for piece in old], [piece.passages[0] for piece in new]
        kind = OperationKind.MODIFIED
        if len(old) + len(new) > 2:  # noqa: PLR2004 - one of each
            kind = OperationKind.SPLIT if len(new) >= len(old) else OperationKind.MERGED
        if kind is OperationKind.MODIFIED and not move and old[0].kind != "heading" and self._is_too_much(*olds, *news):
            change = self._next_change()
            replaced = (
                Leaf(old[0].leaves[0], None, (self._whole(RunKind.DELETED, olds[0], change),)),
                Leaf(None, new[0].leaves[0], (self._whole(RunKind.ADDED, news[0], change),)),
            )
            return Operation(OperationKind.REPLACED, replaced, change=change)
        if kind is not OperationKind.MODIFIED:
            change = change or self._next_change()
        runs_of = self._runs(Joined(olds), Joined(news), ends=(old[0].number_end, new[0].number_end))
        leaves = tuple(self._leaves(old, new, runs_of))
        if kind is OperationKind.MODIFIED and not any(leaf.is_changed for leaf in leaves):
            kind = OperationKind.UNCHANGED
        return Operation(OperationKind.MOVED_TO if move else kind, leaves, move=move, change=change)

    def _leaves(self, old: Sequence[Piece], new: Sequence[Piece], runs: list[tuple[Parts, Run]]) -> Iterable[Leaf]:
        """Yield a leaf wherever a block begins on either side; the other side goes on where none begins there."""
        said: set[tuple[str, str]] = set()
        before: Parts = (-1, -1)
        for parts, group in groupby(runs, key=lambda step: step[0]):
            begins_old, begins_new = parts[0] > before[0], parts[1] > before[1]
            mine, other = old[parts[0]], new[parts[1]]
            kinds = (mine.kind, other.kind)
            is_told = before[0] >= 0 and (kinds[0] == kinds[1] or kinds in said)
            said.add(kinds)
            yield Leaf(
                mine.leaves[0] if begins_old else None,
                other.leaves[0] if begins_new else None,
                tuple(run for _, run in group),
                () if is_told else self._block_notes(mine, other),
                continues_old=not begins_old,
                continues_new=not begins_new,
            )
            before = parts

    def _cells(self, old: Piece, new: Piece) -> tuple[Leaf, ...]:
        leaves: list[Leaf] = []
        for i, j in self._columns.pair_cells(old, new):
            if i is None or j is None:
                piece, place, kind = (new, j, RunKind.ADDED) if i is None else (old, i, RunKind.DELETED)
                assert place is not None
                leaf = piece.leaves[place]
                run = self._whole(kind, piece.passages[place], self._next_change())
                leaves.append(Leaf(leaf if j is None else None, leaf if i is None else None, (run,)))
                continue
            mine, other = old.passages[i], new.passages[j]
            runs = self._runs(Joined([mine]), Joined([other]))
            notes = self._notes(compare_blocks(old.leaves[i], new.leaves[j]))
            leaves.append(Leaf(old.leaves[i], new.leaves[j], tuple(run for _, run in runs), notes))
        return tuple(leaves)

    def _whole(self, kind: RunKind, passage: Passage, change: int) -> Run:
        spans = tuple(passage.spans)
        words = count_words(passage.tokens, 0, len(passage.text) + 1)
        old, new = (spans, ()) if kind is RunKind.DELETED else ((), spans)
        return Run(kind, old, new, change=change, words=words)

    def _is_too_much(self, old: Passage, new: Passage) -> bool:
        if len(old.code) < _SHORT or len(new.code) < _SHORT:
            return False
        alike = similarity(old.code, new.code)
        if (1 - alike) * (len(old.code) + len(new.code)) > _TOO_MANY:
            return True
        shorter = min(len(old.code), len(new.code))
        may_be_part = alike * (len(old.code) + len(new.code)) >= 2 * _SHORTENED * shorter
        if abs(alike - (1 - TOO_MUCH)) > _MARGIN and not may_be_part:
            return alike < 1 - TOO_MUCH
        stretches = self._stretches(old.code, new.code)
        kept = sum(length for _, _, length in stretches)
        if kept >= _SHORTENED * shorter and kept >= _IN_A_ROW * len(stretches):
            return False
        return 2 * kept < (1 - TOO_MUCH) * (len(old.code) + len(new.code))

    def _stretches(self, old: str, new: str) -> tuple[Stretch, ...]:
        known = self._known.get((old, new))
        if known is None:
            # of two texts always the same one comes first, so that diff(b, a) mirrors diff(a, b)
            if self._codebook.keys(old) > self._codebook.keys(new):
                known = tuple((j, i, length) for i, j, length in match_words(new, old, self._codebook))
            else:
                known = match_words(old, new, self._codebook)
            self._known[old, new] = known
        return known

    def _runs(self, old: Joined, new: Joined, *, ends: tuple[int, int] = (0, 0)) -> list[tuple[Parts, Run]]:
        """Return the runs, each with the blocks of both sides that it belongs to.

        ``ends`` says where the words begin after markers on both sides.
        """
        numbers = _numbers(old, new, ends)
        if numbers is None:
            cuts = cut_runs(old, new, self._stretches(old.code, new.code))
        else:
            i, j = numbers
            rest = self._stretches(old.code[i:], new.code[j:])
            cuts = cut_runs(old, new, [(i + a, j + b, length) for a, b, length in rest], after_numbers=numbers)
        annotated = list(annotate(cuts, old, new))
        numbered: list[tuple[Parts, Run]] = []
        change = 0
        for (cut, remarks), parts in zip(annotated, parts_of([cut for cut, _ in annotated], old, new), strict=True):
            is_change = cut.kind in (RunKind.DELETED, RunKind.ADDED)
            change = (change or self._next_change()) if is_change else 0
            numbered.append((parts, self._run(cut, old, new, change, remarks)))
        return numbered

    def _run(
        self, cut: Cut, old: Joined, new: Joined, change: int, remarks: tuple[tuple[NoteKind, str, str], ...]
    ) -> Run:
        words = 0
        if cut.kind is RunKind.DELETED:
            words = count_words(old.tokens, *cut.old)
        elif cut.kind is RunKind.ADDED:
            words = count_words(new.tokens, *cut.new)
        old_spans, new_spans = old.cut(*cut.old), new.cut(*cut.new)
        return Run(
            cut.kind,
            old_spans,
            old_spans if old_spans == new_spans else new_spans,
            self._notes(remarks),
            change,
            words,
        )

    def _block_notes(self, old: Piece, new: Piece) -> tuple[Note, ...]:
        """Note what changed of a block that is no row: its shape, its kind, its number."""
        remarks = compare_blocks(old.leaves[0], new.leaves[0])
        notes = self._notes((*compare_shapes(old.shape, new.shape), *remarks))
        if renumbered(old.shape, new.shape):
            notes = (Note(NoteKind.ITEM_NUMBER, old.shape.marker, new.shape.marker, 0), *notes)
        return notes

    def _notes(self, remarks: Iterable[tuple[NoteKind, str, str]]) -> tuple[Note, ...]:
        return tuple(Note(kind, old, new, self._next_change()) for kind, old, new in remarks)


def _is_identical(old: Piece, new: Piece) -> bool:
    """Say whether two pieces are the same in words, marks and attributes."""
    return (
        old.kind == new.kind
        and (old.is_row or old.shape == new.shape)
        and len(old.leaves) == len(new.leaves)
        and all(
            mine is other
            or (mine.tag == other.tag and mine.attributes == other.attributes and mine.spans == other.spans)
            for mine, other in zip(old.leaves, new.leaves, strict=True)
        )
    )


def _numbers(old: Joined, new: Joined, ends: tuple[int, int]) -> tuple[int, int] | None:
    """Return how many tokens the differing markers before the words take, where there are such on both sides."""
    if not all(ends) or old.text[: ends[0]].split() == new.text[: ends[1]].split():
        return None
    counts = []
    for joined, place in zip((old, new), ends, strict=True):
        count = sum(start < place for start in joined.tokens.starts[:8])
        if count and joined.tokens.ends[count - 1] > place:
            return None
        counts.append(count)
    return counts[0], counts[1]
