"""Sentences that went from one block and came into another: they moved, and what was edited in them is marked inside.

Their words stay deleted at one place and added at the other, so that both texts come back as ever; what is said of them
is where the other place is, and which of their words really changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import regex

from policy_site.model import Span
from policy_site.redlines.codebook import Codebook
from policy_site.redlines.tokens import is_wordlike, tokenise
from policy_site.redlines.tree import Leaf, MovedWords, OperationKind, Redline, Run, RunKind, SectionRedline
from policy_site.redlines.words import find_alike, match_words

_ALIKE, _WORDS = 0.7, 8
"""Similarity from which on two sentences are one, and words that it has at least."""
_MOST_COMPARISONS = 40_000
_END = regex.compile(r"(?<=[.!?。！？؟।][”\"’)]?)\s+|(?<=[。！？])(?=\S)")  # noqa: RUF001 - signs of many scripts
_WITH_SENTENCES = frozenset(
    {
        OperationKind.MODIFIED,
        OperationKind.REPLACED,
        OperationKind.SPLIT,
        OperationKind.MERGED,
        OperationKind.ADDED,
        OperationKind.DELETED,
    }
)

Place = tuple[int, int, int, int]
"""Section, operation, leaf and run."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    place: Place
    start: int
    end: int
    text: str
    code: str
    change: int
    heading: str
    section: int


def trace_sentences(redline: Redline) -> Redline:
    """Return a redline whose moved sentences say where they went and where they came from."""
    if not _may_have_moved(redline):
        return redline
    codebook = Codebook()
    found = list(_sentences(redline, codebook))
    gone = [sentence for is_old, sentence in found if is_old]
    come = [sentence for is_old, sentence in found if not is_old]
    if not gone or not come or len(gone) * len(come) > _MOST_COMPARISONS:
        return redline
    codes = {other: new.code for other, new in enumerate(come)}
    scored = sorted(
        (-score, mine, other)
        for mine, old in enumerate(gone)
        for other, score in find_alike(old.code, codes, at_least=_ALIKE)
        if old.change != come[other].change
    )
    moved: dict[Place, list[tuple[_Sentence, MovedWords]]] = {}
    taken: set[tuple[bool, int]] = set()
    for _, mine, other in scored:
        if (True, mine) in taken or (False, other) in taken:
            continue
        taken |= {(True, mine), (False, other)}
        for sentence, words in _words_of(gone[mine], come[other], codebook):
            moved.setdefault(sentence.place, []).append((sentence, words))
    if not moved:
        return redline
    return replace(
        redline,
        sections=tuple(_section(section, place, moved) for place, section in enumerate(redline.sections)),
    )


def _long_runs(redline: Redline) -> Iterator[tuple[Place, Run]]:
    """Yield what went or came and is long enough to hold a sentence."""
    for s, section in enumerate(redline.sections):
        for o, operation in enumerate(section.operations):
            if operation.kind not in _WITH_SENTENCES or operation.is_row:
                continue
            for n, leaf in enumerate(operation.leaves):
                for r, run in enumerate(leaf.runs):
                    if run.kind in (RunKind.DELETED, RunKind.ADDED) and run.words >= _WORDS:
                        yield (s, o, n, r), run


def _may_have_moved(redline: Redline) -> bool:
    """Say whether anything long went by one change and came by another, without reading any of it."""
    changes: dict[RunKind, set[int]] = {RunKind.DELETED: set(), RunKind.ADDED: set()}
    for _, run in _long_runs(redline):
        changes[run.kind].add(run.change)
    gone, come = changes.values()
    return bool(gone and come) and len(gone | come) > 1


def _sentences(redline: Redline, codebook: Codebook) -> Iterator[tuple[bool, _Sentence]]:
    """Yield each long sentence that went (true) or came (false) as a whole."""
    for place, run in _long_runs(redline):
        section = redline.sections[place[0]]
        is_old = run.kind is RunKind.DELETED
        heading = section.old_heading if is_old else section.new_heading
        for sentence in _of_run(run, place, heading, codebook):
            yield is_old, sentence


def _of_run(run: Run, place: Place, heading: str, codebook: Codebook) -> Iterator[_Sentence]:
    text = run.old_text or run.new_text
    for start, end in _bounds(text):
        keys = tokenise(text[start:end]).keys
        if sum(is_wordlike(key) for key in keys) >= _WORDS:
            code = codebook.encode(keys)
            yield _Sentence(place, start, end, text[start:end], code, run.change, heading, place[0])


def _bounds(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for found in _END.finditer(text):
        if found.start() > start:
            yield start, found.start()
        start = found.end()
    if text[start:].strip():
        yield start, len(text.rstrip())


def _words_of(old: _Sentence, new: _Sentence, codebook: Codebook) -> Iterator[tuple[_Sentence, MovedWords]]:
    stretches = match_words(old.code, new.code, codebook)
    for sentence, other, side in ((old, new, 0), (new, old, 1)):
        tokens = tokenise(sentence.text)
        kept = {stretch[side] + offset for stretch in stretches for offset in range(stretch[2])}
        edits: list[tuple[int, int]] = []
        for index, (start, end) in enumerate(zip(tokens.starts, tokens.ends, strict=True)):
            if index in kept:
                continue
            if edits and index - 1 not in kept:
                edits[-1] = (edits[-1][0], end)
            else:
                edits.append((start, end))
        words = sum(is_wordlike(key) for index, key in enumerate(tokens.keys) if index not in kept)
        yield sentence, MovedWords(other.change, other.heading, sentence.section == other.section, tuple(edits), words)


def _section(section: SectionRedline, s: int, moved: dict[Place, list[tuple[_Sentence, MovedWords]]]) -> SectionRedline:
    operations = list(section.operations)
    for o, operation in enumerate(operations):
        leaves = [
            replace(leaf, runs=tuple(_runs(leaf, (s, o, n), moved)))
            if any((s, o, n, r) in moved for r in range(len(leaf.runs)))
            else leaf
            for n, leaf in enumerate(operation.leaves)
        ]
        operations[o] = replace(operation, leaves=tuple(leaves))
    return replace(section, operations=tuple(operations))


def _runs(
    leaf: Leaf, place: tuple[int, int, int], moved: dict[Place, list[tuple[_Sentence, MovedWords]]]
) -> Iterator[Run]:
    for r, run in enumerate(leaf.runs):
        there = sorted(moved.get((*place, r), ()), key=lambda pair: pair[0].start)
        if not there:
            yield run
            continue
        text = run.old_text or run.new_text
        position = 0
        for sentence, words in there:
            if sentence.start > position:
                yield _part(run, position, sentence.start, None)
            rest = text[sentence.end :]
            position = sentence.end + len(rest) - len(rest.lstrip())
            yield _part(run, sentence.start, position, words)
        if position < len(text):
            yield _part(run, position, len(text), None)


def _part(run: Run, start: int, end: int, moved: MovedWords | None) -> Run:
    is_old = run.kind is RunKind.DELETED
    spans = _cut(run.old if is_old else run.new, start, end)
    text = "".join(span.text for span in spans)
    words = moved.words if moved else sum(is_wordlike(key) for key in tokenise(text).keys)
    return replace(run, old=spans if is_old else (), new=() if is_old else spans, words=words, moved=moved)


def _cut(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """Return the spans between two characters; one without text goes with what begins where it stands."""
    kept: list[Span] = []
    position = 0
    for span in spans:
        after = position + len(span.text)
        if not span.text:
            if start <= position < end:
                kept.append(span)
        elif position < end and after > start:
            kept.append(Span(span.text[max(start - position, 0) : end - position], span.marks))
        position = after
    return tuple(kept)
