"""Two documents become a redline: aligned, put in reading order, numbered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from policy_site.model import Document, Section, SectionChangeKind
from policy_site.redlines.alignment import Alignment, Side, align, mirrored
from policy_site.redlines.building import Builder, Step
from policy_site.redlines.codebook import Codebook
from policy_site.redlines.moves import Match
from policy_site.redlines.pieces import Piece, leaf_key
from policy_site.redlines.rows import ColumnMaps
from policy_site.redlines.sentences import trace_sentences
from policy_site.redlines.tree import Move, NoteKind, Operation, OperationKind, Redline, RunKind, SectionRedline


def compare(old: Document, new: Document) -> Redline:
    """Compare two documents as readers see them. Never fails, and gives back both exactly."""
    codebook = Codebook()
    sides = Side.of(old, codebook), Side.of(new, codebook)
    return trace_sentences(Comparison.of_sides(old, new, sides).redline())


@dataclass(slots=True)
class _Entry:
    """A section of the redline while its operations are gathered."""

    old: int | None
    new: int | None
    steps: list[Step]
    is_trace: bool = False


class Comparison:
    """Two documents with their alignment, from which the redline is made."""

    def __init__(self, old: Document, new: Document, sides: tuple[Side, Side], alignment: Alignment) -> None:
        """Take an alignment that is known already."""
        self._old_document, self._new_document = old, new
        self._old, self._new = sides
        self.alignment = alignment
        self._partners = dict(alignment.sections)
        self._old_of = {j: i for i, j in alignment.sections}
        self._moved_old = {i for i, _ in alignment.moved_sections}

    @classmethod
    def of_sides(cls, old: Document, new: Document, sides: tuple[Side, Side]) -> Comparison:
        """Align two documents. Both directions are computed in one, so that diff(b, a) mirrors diff(a, b)."""
        is_flipped = _comes_after(old, new)
        left, right = reversed(sides) if is_flipped else sides
        found = align(left, right, same=lambda i, j: _are_same(left.sections[i], right.sections[j]))
        if is_flipped:
            found = mirrored(found, sides[0].pieces, sides[1].pieces)
        return cls(old, new, sides, found)

    def redline(self) -> Redline:
        """Build the redline."""
        builder = Builder(
            self._old.pieces,
            self._new.pieces,
            columns=ColumnMaps(self._paired_rows()),
            codebook=self._old.codebook,
        )
        sections = [self._section(entry, builder) for entry in self._entries()]
        return Redline(
            self._old_document.title,
            self._new_document.title,
            tuple(sections),
            self._moves(sections),
            builder.changes,
        )

    def _paired_rows(self) -> Iterator[tuple[Piece, Piece]]:
        for match in self.alignment.matches:
            old, new = self._old.pieces[match.left[0]], self._new.pieces[match.right[0]]
            if old.is_row and new.is_row:
                yield old, new

    # --- reading order ---

    def _steps(self) -> Iterator[Step]:
        """Yield all operations in reading order: what went stands right after what stood before it."""
        by_left = {match.left[0]: match for match in self.alignment.matches}
        by_right = {place: match for match in self.alignment.matches for place in match.right}
        gone = self._gone(by_left)
        yield from gone(0)
        place = 0
        while place < len(self._new.pieces):
            match = by_right.get(place)
            if match is None:
                yield Step((), (place,))
                place += 1
                continue
            yield Step(match.left, match.right, match.move)
            place = match.right[-1] + 1
            if not match.is_moved:
                yield from gone(match.left[-1] + 1)

    def _gone(self, by_left: dict[int, Match]) -> Callable[[int], Iterator[Step]]:
        def gone(start: int) -> Iterator[Step]:
            """Yield what the old text has from ``start`` up to the next block that stayed in its place."""
            place = start
            while place < len(self._old.pieces):
                match = by_left.get(place)
                if match is None:
                    yield Step((place,), ())
                    place += 1
                elif match.is_moved:
                    yield Step(match.left, (), match.move)
                    place = match.left[-1] + 1
                else:
                    return

        return gone

    def _entries(self) -> list[_Entry]:
        """Gather the operations into sections: those of the new text, and traces of old ones between them."""
        entries: list[_Entry] = []
        waiting: list[Step] = []
        for step in self._steps():
            if not step.new:
                waiting.append(step)
                continue
            section = self._new.pieces[step.new[0]].section
            if entries and entries[-1].new == section:
                entries[-1].steps.extend(waiting)
            else:
                own = self._old_of.get(section)
                count = len(waiting)
                while (
                    count and own not in self._moved_old and self._old.pieces[waiting[count - 1].old[0]].section == own
                ):
                    count -= 1
                self._add_traces(entries, waiting[:count])
                self._add_empty_sections(entries, section)
                entries.append(_Entry(own, section, waiting[count:]))
            waiting = []
            entries[-1].steps.append(step)
        self._add_traces(entries, waiting)
        self._add_empty_sections(entries, len(self._new.sections))
        return self._with_traces_of_all(entries)

    def _add_traces(self, entries: list[_Entry], waiting: Sequence[Step]) -> None:
        """Put what went where a section ends: to that section if it was its own, else to traces of the old sections."""
        for step in waiting:
            section = self._old.pieces[step.old[0]].section
            last = entries[-1] if entries else None
            if last is not None and (last.old == section or not self._leaves_trace(section)):
                last.steps.append(step)
            else:
                entries.append(_Entry(section, None, [step], is_trace=True))

    def _leaves_trace(self, section: int) -> bool:
        """Say whether a section has an entry of its own where it stood: it is gone, or was moved."""
        return section not in self._partners or section in self._moved_old

    def _add_empty_sections(self, entries: list[_Entry], until: int) -> None:
        """Add sections of the new text without any block (only a document made by hand has such)."""
        start = max((entry.new for entry in entries if entry.new is not None), default=-1) + 1
        entries.extend(_Entry(self._old_of.get(index), index, []) for index in range(start, until))

    def _with_traces_of_all(self, entries: list[_Entry]) -> list[_Entry]:
        """Add a trace for each removed section whose blocks all went into others, so that it is told of."""
        told = {entry.old for entry in entries if entry.old is not None}
        for section in range(len(self._old.sections)):
            if section not in told:
                before = [index for index, entry in enumerate(entries) if entry.old is not None and entry.old < section]
                entries.insert(before[-1] + 1 if before else 0, _Entry(section, None, [], is_trace=True))
        return entries

    # --- sections ---

    def _section(self, entry: _Entry, builder: Builder) -> SectionRedline:
        operations = builder.build(entry.steps)
        old = self._old.sections[entry.old] if entry.old is not None else None
        new = self._new.sections[entry.new] if entry.new is not None else None
        shown = new or old
        assert shown is not None
        return SectionRedline(
            old_id=old.id if old else None,
            new_id=new.id if new else None,
            old_heading=old.heading if old else "",
            new_heading=new.heading if new else "",
            level=shown.level,
            kinds=self._kinds(entry, old, new, operations),
            operations=operations,
            is_trace=entry.is_trace,
        )

    def _is_moved(self, entry: _Entry) -> bool:
        if entry.new is None:
            return entry.old in self._moved_old
        return (entry.old, entry.new) in self.alignment.moved_sections

    def _kinds(
        self, entry: _Entry, old: Section | None, new: Section | None, operations: tuple[Operation, ...]
    ) -> tuple[SectionChangeKind, ...]:
        is_moved = self._is_moved(entry)
        if new is None:
            if entry.old in self._partners:
                return (SectionChangeKind.MOVED,)
            return (SectionChangeKind.REMOVED,)
        if old is None:
            return (SectionChangeKind.ADDED,)
        kinds: list[SectionChangeKind] = []
        # Blocks that changed places inside a section that stayed are a change of the section, though no word differs.
        if any(is_modified(operation) or (operation.move and not is_moved) for operation in operations):
            kinds.append(SectionChangeKind.MODIFIED)
        if is_moved:
            kinds.append(SectionChangeKind.MOVED)
        if any(is_renumbered(operation) for operation in operations):
            kinds.append(SectionChangeKind.RENUMBERED)
        return tuple(kinds)

    def _moves(self, sections: Sequence[SectionRedline]) -> tuple[Move, ...]:
        places: dict[tuple[int, OperationKind], tuple[int, SectionRedline]] = {}
        for section in sections:
            for operation in section.operations:
                if operation.move:
                    places.setdefault((operation.move, operation.kind), (operation.change, section))
        moves = []
        for number in sorted({number for number, _ in places}):
            from_change, left = places[number, OperationKind.MOVED_FROM]
            to_change, joined = places[number, OperationKind.MOVED_TO]
            moves.append(
                Move(
                    number,
                    from_change=from_change,
                    to_change=to_change,
                    from_heading=left.old_heading,
                    to_heading=joined.new_heading,
                    is_within_section=left is joined,
                )
            )
        return tuple(moves)


def is_modified(operation: Operation) -> bool:
    """Say whether an operation changes words, marks or attributes where it stands; renumbering and moving do not."""
    if operation.kind in (OperationKind.UNCHANGED, OperationKind.MOVED_FROM):
        return False
    if operation.kind not in (OperationKind.MODIFIED, OperationKind.MOVED_TO):
        return True
    return any(
        leaf.continues_old
        or leaf.continues_new
        or any(note.change and note.kind is not NoteKind.ID for note in leaf.notes)
        or any(run.kind in (RunKind.ADDED, RunKind.DELETED) or run.notes for run in leaf.runs)
        or leaf.old is None
        or leaf.new is None
        for leaf in operation.leaves
    )


def is_renumbered(operation: Operation) -> bool:
    """Say whether a marker at the start of a block, or the number of an item, is another one."""
    return any(
        any(run.kind is RunKind.RENUMBERED for run in leaf.runs) or any(not note.change for note in leaf.notes)
        for leaf in operation.leaves
    )


def _comes_after(old: Document, new: Document) -> bool:
    """Put two documents in an order of their own, whichever is called old."""
    if len(old.sections) != len(new.sections):
        return len(old.sections) > len(new.sections)
    for mine, other in zip(old.sections, new.sections, strict=True):
        if mine is not other and mine != other:
            words = [[block.text for block in section.blocks] for section in (mine, other)]
            return words[0] > words[1] if words[0] != words[1] else repr(mine) > repr(other)
    return old.title > new.title


def _are_same(old: Section, new: Section) -> bool:
    """Say whether two sections are the same block by block, a row of cells being as long on both sides."""
    if len(old.blocks) != len(new.blocks):
        return False
    if old is new:
        return True
    return all(
        mine is other
        or (
            mine.tag == other.tag
            and len(mine.containers) == len(other.containers)
            and all(a.tag == b.tag for a, b in zip(mine.containers, other.containers, strict=True))
            and (mine.spans == other.spans or leaf_key(mine) == leaf_key(other))
        )
        for mine, other in zip(old.blocks, new.blocks, strict=True)
    ) and _rows(old) == _rows(new)


def _rows(section: Section) -> list[bool]:
    """Say of each block whether it begins a new row or stands outside of rows."""
    last: int | None = None
    begins = []
    for block in section.blocks:
        row = block.containers[-1].ordinal if block.containers and block.containers[-1].tag == "tr" else None
        begins.append(row is None or row != last)
        last = row
    return begins
