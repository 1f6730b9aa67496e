"""What went and what came in a redline of all that matters in a text: numbers, periods, negations, parties.

``evidence`` finds it in each side; here is what the redline knows besides: which words changed, which only moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policy_site.evidence import Evidence, Kind, read_spans, vocabulary_of
from policy_site.model import Block
from policy_site.redlines.tree import Leaf, NoteKind, OperationKind, Redline, Run, RunKind, SectionRedline

_LINKED = frozenset({Kind.LINK, Kind.EMAIL, Kind.REFERENCE})
_LINKS = frozenset({NoteKind.LINK, NoteKind.LINK_ADDED, NoteKind.LINK_REMOVED})
_WHOLE = frozenset(
    {OperationKind.ADDED, OperationKind.DELETED, OperationKind.REPLACED, OperationKind.SPLIT, OperationKind.MERGED}
)


@dataclass(frozen=True, slots=True)
class EvidenceOfChange:
    """What went and what came, each in the order of its text."""

    gone: tuple[Evidence, ...] = ()
    """``start`` and ``end`` are characters of the old side of the leaf."""
    come: tuple[Evidence, ...] = ()
    """``start`` and ``end`` are characters of the new side of the leaf."""

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return bool(self.gone or self.come)


@dataclass(frozen=True, slots=True)
class _Gap:
    """What differs between two runs that stayed: places in both sides, and which kinds can have changed."""

    old: tuple[int, int]
    new: tuple[int, int]
    kinds: frozenset[Kind] | None = None
    """``None``: every kind."""


def weigh_sections(redline: Redline, *, locale: str) -> tuple[tuple[SectionRedline, EvidenceOfChange], ...]:
    """Return each section that changed with what went and came in it.

    ``locale``: the language of both texts. What stands on both sides of a section in blocks that came or went as a
    whole, was said before and is said now: a paragraph that became a list.
    """
    words = vocabulary_of((*redline.old_blocks(), *redline.new_blocks()))
    return tuple((section, _weigh_section(section, locale, words)) for section in redline.changed_sections)


def lines_by_kind(evidence: EvidenceOfChange, *, at_most: int = 12) -> tuple[str, ...]:
    """Return what went and what came, a line for each kind: ``period: 30 days → 60 days``."""
    lines: list[str] = []
    for kind in Kind:
        gone, come = (
            ", ".join({each.value: " ".join(each.words.split()) for each in side if each.kind is kind}.values())
            for side in (evidence.gone, evidence.come)
        )
        if gone or come:
            lines.append(f"{kind.value}: {gone or '—'} → {come or '—'}")
    return tuple(lines[:at_most])


def weigh_leaf(leaf: Leaf, *, locale: str, vocabulary: frozenset[str] = frozenset()) -> EvidenceOfChange:
    """Return what went and came in one leaf, at its place in either side."""
    gaps = tuple(_gaps(leaf.runs))
    if not gaps:
        return EvidenceOfChange()
    is_heading = any(block is not None and _is_heading(block) for block in (leaf.old, leaf.new))
    sides = [
        read_spans(spans, locale=locale, vocabulary=vocabulary, is_heading=is_heading)
        for spans in (
            [span for run in leaf.runs for span in run.old],
            [span for run in leaf.runs for span in run.new],
        )
    ]
    gone: list[Evidence] = []
    come: list[Evidence] = []
    for gap in gaps:
        mine = [each for each in sides[0] if _touches(each, gap.old, gap.kinds) and each not in gone]
        other = [each for each in sides[1] if _touches(each, gap.new, gap.kinds) and each not in come]
        gone += _without(mine, other)
        come += _without(other, mine)
    return EvidenceOfChange(tuple(gone), tuple(come))


def _weigh_section(section: SectionRedline, locale: str, words: frozenset[str]) -> EvidenceOfChange:
    edited: list[EvidenceOfChange] = []
    whole: list[EvidenceOfChange] = []
    for operation in section.operations:
        if operation.kind not in (OperationKind.UNCHANGED, OperationKind.MOVED_FROM):
            found = (weigh_leaf(leaf, locale=locale, vocabulary=words) for leaf in operation.leaves)
            (whole if operation.kind in _WHOLE else edited).extend(found)
    gone = [each for weighed in whole for each in weighed.gone]
    come = [each for weighed in whole for each in weighed.come]
    return EvidenceOfChange(
        gone=(*(each for weighed in edited for each in weighed.gone), *_without(gone, come)),
        come=(*(each for weighed in edited for each in weighed.come), *_without(come, gone)),
    )


def _gaps(runs: Sequence[Run]) -> Iterator[_Gap]:
    """Yield what differs: runs that went or came side by side are one gap; a number that only counts is none."""
    old = new = 0
    start: tuple[int, int] | None = None
    for run in runs:
        if run.moved is not None:
            for first, last in run.moved.edits:  # the rest of a sentence that moved says what it said
                if run.kind is RunKind.DELETED:
                    yield _Gap((old + first, old + last), (new, new))
                else:
                    yield _Gap((old, old), (new + first, new + last))
        elif run.kind in (RunKind.DELETED, RunKind.ADDED):
            start = start or (old, new)
        if start is not None and (run.moved is not None or run.kind not in (RunKind.DELETED, RunKind.ADDED)):
            yield _Gap((start[0], old), (start[1], new))
            start = None
        old_end, new_end = old + len(run.old_text), new + len(run.new_text)
        if any(note.kind in _LINKS for note in run.notes):
            yield _Gap((old, old_end), (new, new_end), _LINKED)
        old, new = old_end, new_end
    if start is not None:
        yield _Gap((start[0], old), (start[1], new))


def _touches(evidence: Evidence, place: tuple[int, int], kinds: frozenset[Kind] | None) -> bool:
    start, end = place
    if kinds is not None and evidence.kind not in kinds:
        return False
    return evidence.start < end and evidence.end > start if start < end else evidence.start < start < evidence.end


def _without(these: Iterable[Evidence], others: Iterable[Evidence]) -> list[Evidence]:
    """Return those that say something else than ``others``, each as often as it is said more often."""
    said = Counter((each.kind, each.value) for each in others)
    kept: list[Evidence] = []
    for each in these:
        if said[each.kind, each.value]:
            said[each.kind, each.value] -= 1
        else:
            kept.append(each)
    return kept


def _is_heading(block: Block) -> bool:
    return block.tag[:1] == "h" and block.tag[1:].isdigit()
