"""Redlines composed along threads beside those aligned directly: ``python -m benchmarks.redline_threads CORPUS``.

CORPUS is a git repository of Markdown policies. Of the texts with the most revisions, pairs that are no neighbours are
drawn; rendering Markdown is not counted. Node shows what a browser would.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.redlines_corpus import EXTENSIONS, read_histories
from policy_site.documents import Source, render_documents
from policy_site.model import Document
from policy_site.redlines import compare, html, threads_json
from policy_site.redlines.threads import History
from tests.redlines.test_redline_module import in_browser, in_python
from tests.support.redline_pages import read_page, side_of_blocks


@dataclass(slots=True)
class Figures:
    """What was measured over pairs that are no neighbours."""

    direct_words: int = 0
    composed_words: int = 0
    direct_moves: int = 0
    composed_moves: int = 0
    direct_times: list[float] = field(default_factory=list)
    composed_times: list[float] = field(default_factory=list)
    html_times: list[float] = field(default_factory=list)
    whole: int = 0
    """Pairs of which both texts come back."""


def histories(repository: Path, *, files: int) -> dict[str, list[Document]]:
    """Return the texts of the files with the most revisions, oldest first."""
    every, texts = read_histories(repository)
    chosen = dict(sorted(every.items(), key=lambda item: -len(item[1]))[:files])
    names = sorted({name for history in chosen.values() for name in history})
    rendered = render_documents([Source(name, texts[name]) for name in names], extensions=EXTENSIONS, jobs=1)
    found = {name: one for name, one in rendered.items() if isinstance(one, Document)}
    return {path: [found[name] for name in names if name in found] for path, names in chosen.items()}


def measure(history: History, pairs: Sequence[tuple[int, int]], figures: Figures) -> None:
    """Compare pairs both ways."""
    for older, newer in pairs:
        old, new = history.documents[older], history.documents[newer]
        start = time.thread_time()
        direct = compare(old, new)
        middle = time.thread_time()
        composed = history.compare(older, newer)
        end = time.thread_time()
        page = html.render(composed)
        figures.html_times.append((time.thread_time() - end) * 1000)
        figures.direct_times.append((middle - start) * 1000)
        figures.composed_times.append((end - middle) * 1000)
        figures.direct_words += direct.words_added + direct.words_deleted
        figures.composed_words += composed.words_added + composed.words_deleted
        figures.direct_moves += len(direct.moves)
        figures.composed_moves += len(composed.moves)
        sides = read_page(page)
        figures.whole += (sides.old.text, sides.new.text) == (
            side_of_blocks(old.blocks).text,
            side_of_blocks(new.blocks).text,
        )


def at(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` of them stay within."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--files", type=int, default=30)
    parser.add_argument("--pairs", type=int, default=20, help="of each file")
    parser.add_argument("--node", type=int, default=6, help="files of which Node shows every pair")
    options = parser.parse_args()
    chance = random.Random(3)  # noqa: S311 - a choice that can be repeated
    figures, spun, sizes, same, shown = Figures(), [], [], 0, 0
    for number, texts in enumerate(histories(options.corpus, files=options.files).values()):
        start = time.thread_time()
        history = History(texts)
        spun.append((time.thread_time() - start) * 1000)
        far = [(older, newer) for newer in range(len(texts)) for older in range(newer - 1)]
        measure(history, chance.sample(far, min(len(far), options.pairs)), figures)
        if number < options.node:
            written = json.dumps(threads_json.to_json(history), ensure_ascii=False, separators=(",", ":")).encode()
            sizes.append((len(written), len(gzip.compress(written))))
            (outcomes,) = in_browser([history])
            every = [(older, newer) for older in range(len(texts)) for newer in range(older + 1, len(texts))]
            same += sum(outcome == in_python(history, *pair) for outcome, pair in zip(outcomes, every, strict=True))
            shown += len(every)
    count = len(figures.composed_times)
    print(f"{count} pairs; both texts come back: {figures.whole} of {count}")
    ratio = figures.composed_words / figures.direct_words
    print(f"words marked: direct {figures.direct_words}, composed {figures.composed_words} ({ratio:.3f} times)")
    print(f"moves: direct {figures.direct_moves}, composed {figures.composed_moves}")
    for name, times in (
        ("direct", figures.direct_times),
        ("composed", figures.composed_times),
        ("writing HTML", figures.html_times),
        ("threads of a whole history", spun),
    ):
        print(f"{name}: median {at(times, 0.5):.1f} ms, p99 {at(times, 0.99):.1f} ms, most {max(times):.1f} ms")
    print(f"Node: {same} of {shown} pairs have the same HTML")
    print("threads.json: " + ", ".join(f"{size / 1000:.0f} kB ({packed / 1000:.0f} packed)" for size, packed in sizes))


if __name__ == "__main__":
    main()
