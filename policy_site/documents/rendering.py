"""The way from Markdown to documents: one text at once, or a whole history with processes and a memo."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from policy_site.documents.blocks import MAXIMUM_ORDINAL, NestingError, parse_blocks
from policy_site.documents.chunks import split_chunks
from policy_site.documents.cleaning import is_clean
from policy_site.documents.conversion import Converter
from policy_site.documents.limits import MAXIMUM_BLOCKS, MAXIMUM_SECTIONS, RenderFault, find_fault, normalize
from policy_site.documents.memo import Memo
from policy_site.documents.sections import Part, join_parts, split_parts
from policy_site.documents.worker import convert_chunk, shorten
from policy_site.documents.workers import Outcome, Workers
from policy_site.errors import ContentError
from policy_site.model import Document

_WRITE_EVERY = 2_000
"""Chunks after which the memo is written, so that an interrupted run was not in vain."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text to be rendered."""

    key: str
    """Names the text for the caller; texts with one key are the same."""
    body: str
    """Markdown without front matter."""
    title: str = ""
    """Where empty, the first-level heading at the very start of the body is the title."""


def render_document(body: str, *, title: str = "", extensions: tuple[str, ...]) -> Document:
    """Render one text in this process, without a deadline: for short texts and for tests.

    A first-level heading at the very start is the title and leaves the text, where ``title`` is empty or the same; any
    other becomes one of the second level, since a page has one ``h1``. Raises :class:`ContentError` for a text that
    is refused.
    """
    text = normalize(body)
    _raise(find_fault(text))
    converter, assembler = Converter(extensions), _Assembler()
    keys = []
    for chunk in split_chunks(text, extensions=extensions):
        html, fault = convert_chunk(converter, chunk)
        _raise(fault)
        keys.append(converter.key(chunk))
        assembler.add(keys[-1], chunk, html)
    document = assembler.assemble(keys, title=title)
    if isinstance(document, RenderFault):
        raise ContentError(document.message, remedy=document.remedy)
    return document


def render_documents(
    sources: Sequence[Source],
    *,
    extensions: tuple[str, ...],
    cache: Path | None = None,
    jobs: int = 1,
    seconds: float = 10.0,
    progress: Callable[[int], None] | None = None,
    given_up: dict[str, RenderFault] | None = None,
) -> Mapping[str, Document | RenderFault]:
    """Render texts, each chunk once, in ``jobs`` processes, with the memo in ``cache``; return them by key.

    A text that needs more than ``seconds`` is given up and becomes a fault; the others go on. ``progress`` is called
    with the number of texts done. ``given_up`` remembers, from one call to the next, which passages cannot be read:
    nobody waits for them twice. What comes out does not depend on ``jobs`` or ``cache``.
    """
    known = {} if given_up is None else given_up
    run = _Run(sources, extensions=extensions, cache=cache, progress=progress, given_up=known)
    return run.run(jobs=jobs, seconds=seconds)


def _raise(fault: RenderFault | None) -> None:
    if fault:
        raise ContentError(fault.message, remedy=fault.remedy)


class _Assembler:
    """Makes documents of converted chunks, taking each chunk apart once."""

    def __init__(self) -> None:
        self._chunks: dict[str, tuple[str, str]] = {}
        self._parts: dict[tuple[str, int], tuple[Part, ...]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._chunks

    def add(self, key: str, chunk: str, html: str) -> None:
        self._chunks[key] = (chunk, html)

    def assemble(self, keys: Sequence[str], *, title: str) -> Document | RenderFault:
        parts: list[Part] = []
        bases: set[int] = set()
        following: dict[str, int] = {}  # a text may hold one passage ten thousand times
        for key in keys:
            base = following.get(key, int(key[:8], 16))
            while base in bases:
                base += 1
            bases.add(base)
            following[key] = base + 1
            try:
                parts.extend(self._parts_of(key, base))
            except NestingError:
                passage = shorten(self._chunks[key][0])
                return RenderFault(
                    f"The passage {passage} has too many elements inside each other.", "Take them out of one another."
                )
        if sum(bool(part.section.level) for part in parts) > MAXIMUM_SECTIONS:
            return RenderFault(
                f"The text has more than {MAXIMUM_SECTIONS} headings.", "Split it into several policies."
            )
        if sum(len(part.section.blocks) for part in parts) > MAXIMUM_BLOCKS:
            return RenderFault(
                f"The text has more than {MAXIMUM_BLOCKS} paragraphs, entries and table cells.",
                "Split it into several policies.",
            )
        return join_parts(parts, title=title)

    def _parts_of(self, key: str, base: int) -> tuple[Part, ...]:
        """Ordinals come from the chunk's name: unique in a document, and parts are shared by all that hold it."""
        if (key, base) not in self._parts:
            blocks = parse_blocks(self._chunks[key][1], first_ordinal=base * MAXIMUM_ORDINAL)
            self._parts[key, base] = split_parts(blocks)
        return self._parts[key, base]


class _Run:
    """One call of :func:`render_documents`."""

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        extensions: tuple[str, ...],
        cache: Path | None,
        progress: Callable[[int], None] | None,
        given_up: dict[str, RenderFault],
    ) -> None:
        self._extensions = extensions
        self._sources = list({source.key: source for source in sources}.values())
        self._progress = progress
        self._memo = Memo(cache)
        self._assembler = _Assembler()
        self._keys: dict[str, str] = {}
        self._faults: dict[int, RenderFault] = {}
        self._chunk_faults = given_up
        self._under_way: set[str] = set()
        self._unwritten: dict[str, str] = {}
        converter = Converter(extensions)
        self._plans = [self._plan(number, source, converter) for number, source in enumerate(self._sources)]
        self._texts = {key: chunk for chunk, key in self._keys.items()}
        for key, html in self._memo.read(self._texts).items():
            if is_clean(html):
                self._assembler.add(key, self._texts[key], html)

    def run(self, *, jobs: int, seconds: float) -> dict[str, Document | RenderFault]:
        results: dict[str, Document | RenderFault] = {}
        begun = finished = 0
        try:
            with Workers(extensions=self._extensions, jobs=jobs, seconds=seconds) as workers:
                while finished < len(self._sources):
                    while workers.has_room and begun < len(self._sources):
                        self._begin(begun, workers)
                        begun += 1
                    for document in self._assembled(finished):
                        results[self._sources[finished].key] = document
                        finished += 1
                        if self._progress:
                            self._progress(finished)
                    if workers.is_busy:
                        for task, outcomes, is_over in workers.wait():
                            self._note(task, outcomes, is_over=is_over)
                    elif finished < len(self._sources):
                        # its chunks were under way in a text that was given up
                        self._begin(finished, workers)
        finally:
            self._memo.write(self._unwritten)
        return results

    def _plan(self, number: int, source: Source, converter: Converter) -> tuple[str, ...]:
        text = normalize(source.body)
        if fault := find_fault(text):
            self._faults[number] = fault
            return ()
        keys = []
        for chunk in split_chunks(text, extensions=self._extensions):
            if chunk not in self._keys:
                self._keys[chunk] = converter.key(chunk)
            keys.append(self._keys[chunk])
        return tuple(keys)

    def _missing(self, number: int) -> list[str]:
        if number in self._faults:
            return []
        return [key for key in dict.fromkeys(self._plans[number]) if key not in self._assembler]

    def _begin(self, number: int, workers: Workers) -> None:
        missing = self._missing(number)
        if any(key in self._chunk_faults for key in missing):
            return
        todo = [key for key in missing if key not in self._under_way]
        if todo:
            self._under_way.update(todo)
            workers.begin(number, [self._texts[key] for key in todo])

    def _note(self, task: int, outcomes: list[Outcome], *, is_over: bool) -> None:
        for outcome in outcomes:
            key = self._keys[outcome.chunk]
            if outcome.fault is None:
                self._assembler.add(key, outcome.chunk, outcome.html)
                self._unwritten[key] = outcome.html
            elif outcome.is_blamed:
                self._chunk_faults[key] = outcome.fault
            else:
                self._faults[task] = outcome.fault
        if is_over:
            self._under_way.difference_update(self._plans[task])
        if len(self._unwritten) >= _WRITE_EVERY:
            self._memo.write(self._unwritten)
            self._unwritten = {}

    def _assembled(self, first: int) -> Iterator[Document | RenderFault]:
        """Assemble the texts from number ``first`` on, up to the first of which a chunk is not known yet."""
        for number in range(first, len(self._sources)):
            source, missing = self._sources[number], self._missing(number)
            fault = self._faults.get(number) or next(
                (self._chunk_faults[key] for key in missing if key in self._chunk_faults), None
            )
            if missing and fault is None:
                return
            yield fault or self._assembler.assemble(self._plans[number], title=source.title)
