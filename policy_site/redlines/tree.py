"""The redline of two documents, as frozen values: what every rendering is made from.

    Redline ─► SectionRedline ─► Operation ─► Leaf ─► Run
    (two texts)  (one section)   (one block    (one leaf   (words that stayed,
                                  or row)       block)      went or came)

The old text is the old side of all runs in order, the new text their new side; both come back exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from policy_site.model import Block, SectionChangeKind, Span


class RunKind(StrEnum):
    """What became of words."""

    EQUAL = "equal"
    DELETED = "deleted"
    ADDED = "added"
    RENUMBERED = "renumbered"
    """A number before a heading or paragraph: the old one and the new one."""
    RECODED = "recoded"
    """The same words in another Unicode form: no reader sees a difference, and both come back."""


class NoteKind(StrEnum):
    """What changed without a word having changed."""

    LINK = "link"
    LINK_ADDED = "link-added"
    LINK_REMOVED = "link-removed"
    IMAGE = "image"
    FORMATTING = "formatting"
    HEADING_LEVEL = "heading-level"
    ID = "id"
    BLOCK_KIND = "block-kind"
    TO_ITEM = "to-item"
    """A paragraph became an item of a list."""
    TO_PARAGRAPH = "to-paragraph"
    """An item of a list became a paragraph."""
    LIST_LEVEL = "list-level"
    LIST_NUMBERED = "list-numbered"
    """Bullets became numbers."""
    LIST_BULLETED = "list-bulleted"
    ITEM_NUMBER = "item-number"
    """An item of a numbered list has another number. Where that follows from items that came or went before it, it is
    no change of its own, and has the number 0."""
    QUOTED = "quoted"
    UNQUOTED = "unquoted"
    SPAN = "span"
    """A cell reaches over another number of columns or rows."""


class OperationKind(StrEnum):
    """What became of a block."""

    UNCHANGED = "unchanged"
    MODIFIED = "modified"
    REPLACED = "replaced"
    """So much changed that the old block stands before the new one."""
    ADDED = "added"
    DELETED = "deleted"
    SPLIT = "split"
    MERGED = "merged"
    MOVED_FROM = "moved-from"
    """At the old place: what was there, and where it went."""
    MOVED_TO = "moved-to"
    """At the new place: what is there, with its edits, and where it came from."""


@dataclass(frozen=True, slots=True)
class Note:
    """A change that the words do not show: of a link's target, a heading's level, an id."""

    kind: NoteKind
    old: str
    new: str
    change: int
    """Number of the change, from 1; 0 for what only follows from others."""


@dataclass(frozen=True, slots=True)
class MovedWords:
    """Of a sentence that went from one block and came into another."""

    change: int
    """The change at the other place."""
    heading: str
    """Of the section of the other place."""
    is_within_section: bool
    edits: tuple[tuple[int, int], ...]
    """Places in the sentence, in characters, of words that the other place has not."""
    words: int
    """How many words these are."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words that stayed, went or came."""

    kind: RunKind
    old: tuple[Span, ...] = ()
    new: tuple[Span, ...] = ()
    """Of an equal run, both sides: they can differ in white space and in marks."""
    notes: tuple[Note, ...] = ()
    change: int = 0
    """Number of the change it is part of, from 1; 0 for what stayed."""
    words: int = 0
    """Words deleted or added."""
    moved: MovedWords | None = None
    """The words are a sentence that is, edited or not, at another place in the other text."""
    matters: tuple[str, ...] = ()
    """At the end of a change: the kinds of evidence among its words (:class:`policy_site.evidence.Kind`)."""

    @property
    def old_text(self) -> str:
        """What stood there in the old text."""
        return "".join(span.text for span in self.old)

    @property
    def new_text(self) -> str:
        """What stands there in the new text."""
        return "".join(span.text for span in self.new)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf block of either side or of both, with its words."""

    old: Block | None
    new: Block | None
    runs: tuple[Run, ...]
    notes: tuple[Note, ...] = ()
    continues_old: bool = False
    """The old side goes on from the leaf before: the block was split here."""
    continues_new: bool = False
    """The new side goes on from the leaf before: two blocks were merged here."""

    @property
    def is_changed(self) -> bool:
        """Whether any word, mark or attribute differs."""
        return bool(
            self.notes
            or self.continues_old
            or self.continues_new
            or any(run.kind not in (RunKind.EQUAL, RunKind.RECODED) or run.notes for run in self.runs)
        )


@dataclass(frozen=True, slots=True)
class Operation:
    """One block, or one table row with its cells."""

    kind: OperationKind
    leaves: tuple[Leaf, ...]
    is_row: bool = False
    move: int = 0
    """Number of the move it is part of, from 1; 0 for what stayed in its place."""
    change: int = 0
    """Number of the change that it is as a whole, from 1; 0 where only words in it changed."""

    @property
    def has_old(self) -> bool:
        """Whether the old text has it at this place."""
        return self.kind not in (OperationKind.ADDED, OperationKind.MOVED_TO)

    @property
    def has_new(self) -> bool:
        """Whether the new text has it at this place."""
        return self.kind not in (OperationKind.DELETED, OperationKind.MOVED_FROM)

    @property
    def words_deleted(self) -> int:
        """Words that the old text had and the new one has not."""
        return sum(run.words for leaf in self.leaves for run in leaf.runs if run.kind is RunKind.DELETED)

    @property
    def words_added(self) -> int:
        """Words that the new text has and the old one had not."""
        return sum(run.words for leaf in self.leaves for run in leaf.runs if run.kind is RunKind.ADDED)


@dataclass(frozen=True, slots=True)
class SectionRedline:
    """What became of one section."""

    old_id: str | None
    new_id: str | None
    """``None`` for a section that the text of that side does not have."""
    old_heading: str
    new_heading: str
    level: int
    kinds: tuple[SectionChangeKind, ...]
    """Empty for one that did not change; several for one that moved and was edited."""
    operations: tuple[Operation, ...]
    is_trace: bool = False
    """It only shows what stood here: a section removed, or the old place of one that moved."""

    @property
    def id(self) -> str:
        """The id in the new text, or else in the old one."""
        return self.new_id if self.new_id is not None else self.old_id or ""

    @property
    def heading(self) -> str:
        """The heading in the new text, or else in the old one."""
        return self.new_heading if self.new_id is not None else self.old_heading

    @property
    def kind(self) -> SectionChangeKind | None:
        """What matters most of what became of it; ``None`` where it did not change."""
        return self.kinds[0] if self.kinds else None

    @property
    def words_deleted(self) -> int:
        """Words deleted under this heading."""
        return sum(operation.words_deleted for operation in self.operations)

    @property
    def words_added(self) -> int:
        """Words added under this heading."""
        return sum(operation.words_added for operation in self.operations)


@dataclass(frozen=True, slots=True)
class Move:
    """Blocks that left one place for another, together."""

    number: int
    from_change: int
    to_change: int
    """Numbers of the changes at both places: their addresses."""
    from_heading: str
    to_heading: str
    """Headings of the sections they left and joined."""
    is_within_section: bool
    """They stand under the same heading as before."""


@dataclass(frozen=True, slots=True)
class Redline:
    """The comparison of two documents, in the order in which it is read: the new text with what went from the old."""

    old_title: str
    new_title: str
    sections: tuple[SectionRedline, ...]
    moves: tuple[Move, ...]
    changes: int
    """How many changes there are; they are numbered from 1."""

    @property
    def is_empty(self) -> bool:
        """Whether a reader sees the same: no word, link, move, structure or title differs."""
        return not self.changes and not self.changed_sections and self.old_title == self.new_title

    @property
    def changed_sections(self) -> tuple[SectionRedline, ...]:
        """Each section that changed, once; the old places of moved ones are left out."""
        return tuple(
            section
            for section in self.sections
            if section.kinds and not (section.is_trace and SectionChangeKind.REMOVED not in section.kinds)
        )

    @property
    def words_added(self) -> int:
        """Words that only the new text has."""
        return sum(section.words_added for section in self.sections)

    @property
    def words_deleted(self) -> int:
        """Words that only the old text had."""
        return sum(section.words_deleted for section in self.sections)

    @property
    def operations(self) -> Iterator[Operation]:
        """Every operation, in order."""
        return (operation for section in self.sections for operation in section.operations)

    def old_blocks(self) -> tuple[Block, ...]:
        """Return the blocks of the old document, in order."""
        return tuple(
            leaf.old
            for operation in self.operations
            if operation.has_old
            for leaf in operation.leaves
            if leaf.old is not None
        )

    def new_blocks(self) -> tuple[Block, ...]:
        """Return the blocks of the new document, in order."""
        return tuple(
            leaf.new
            for operation in self.operations
            if operation.has_new
            for leaf in operation.leaves
            if leaf.new is not None
        )

    def old_texts(self) -> tuple[str, ...]:
        """Return the text of each block of the old document, put together from the runs."""
        texts: list[str] = []
        for operation in self.operations:
            for leaf in operation.leaves if operation.has_old else ():
                text = "".join(run.old_text for run in leaf.runs)
                if leaf.continues_old:
                    texts[-1] += text
                elif leaf.old is not None:
                    texts.append(text)
        return tuple(texts)

    def new_texts(self) -> tuple[str, ...]:
        """Return the text of each block of the new document, put together from the runs."""
        texts: list[str] = []
        for operation in self.operations:
            for leaf in operation.leaves if operation.has_new else ():
                text = "".join(run.new_text for run in leaf.runs)
                if leaf.continues_new:
                    texts[-1] += text
                elif leaf.new is not None:
                    texts.append(text)
        return tuple(texts)
