"""Pairs made to be costly: each has to end within two seconds, and to give back both sides."""

from __future__ import annotations

import random
import string
import time
from collections.abc import Iterator

from policy_site.redlines import compare_sources

MOST_SECONDS = 2.0


def _vocabulary(count: int) -> list[str]:
    chooser = random.Random(7)  # noqa: S311 - a sample, not a secret
    return ["".join(chooser.choices(string.ascii_lowercase, k=chooser.randint(2, 10))) for _ in range(count)]


def _words(chooser: random.Random, count: int, vocabulary: list[str]) -> list[str]:
    return [chooser.choice(vocabulary) + ("." if place % 17 == 16 else "") for place in range(count)]  # noqa: PLR2004


def unrelated_text(seed: int, *, size: int) -> str:
    """Return a text of headings and paragraphs that shares its vocabulary with others, and nothing else."""
    chooser, vocabulary = random.Random(seed), _vocabulary(4000)  # noqa: S311 - a sample, not a secret
    paragraphs: list[str] = []
    length = 0
    while length < size:
        is_heading = len(paragraphs) % 8 == 0
        words = _words(chooser, chooser.randint(20, 120), vocabulary)
        paragraphs.append(f"## Heading {seed} {len(paragraphs)}" if is_heading else " ".join(words))
        length += len(paragraphs[-1]) + 2
    return "\n\n".join(paragraphs)


def edited_paragraph(share: float, *, count: int) -> tuple[str, str]:
    """Return one paragraph of ``count`` words, and the same with a share of its words replaced."""
    chooser, vocabulary = random.Random(3), _vocabulary(4000)  # noqa: S311 - a sample, not a secret
    words = _words(chooser, count, vocabulary)
    edited = [chooser.choice(vocabulary) + "x" if chooser.random() < share else word for word in words]
    return " ".join(words), " ".join(edited)


def items_with_one_moved(*, count: int, is_numbered: bool) -> tuple[str, str]:
    """Return a long list of which one item moved far."""
    items = [f"- item number {place}\n" if is_numbered else "- the same item\n" for place in range(count)]
    items[count // 50] = "- the one that moves\n"
    moved = [*items[: count // 50], *items[count // 50 + 1 :]]
    moved.insert(count * 4 // 5, items[count // 50])
    return "".join(items), "".join(moved)


def hard_pairs(*, scale: float = 1.0) -> Iterator[tuple[str, str, str]]:
    """Yield the name of each costly pair, and its two texts; ``scale`` makes them smaller."""
    size, words, items = int(300_000 * scale), int(100_000 * scale), int(5_000 * scale)
    yield "two unrelated texts of 300 KB", unrelated_text(1, size=size), unrelated_text(2, size=size)
    for share in (0.02, 0.33, 0.5, 0.9):
        yield f"one paragraph of 100,000 words, {share:.0%} edited", *edited_paragraph(share, count=words)
    for is_numbered in (False, True):
        name = "5,000 items, one moved" if is_numbered else "5,000 identical items, one other moved"
        yield name, *items_with_one_moved(count=items, is_numbered=is_numbered)
    yield "300 KB of one letter, then of another", "a " * (size // 2), "b " * (size // 2)
    yield "10,000 equal lines, and 9,000 of them", "Yes.\n\n" * items * 2, "Yes.\n\n" * (items * 9 // 5)


def measure_hard_pairs() -> list[tuple[str, float, bool]]:
    """Return the name of each costly pair, its CPU seconds, and whether both sides came back."""
    measured = []
    for name, old, new in hard_pairs():
        start = time.thread_time()
        redline = compare_sources(old, new)
        seconds = time.thread_time() - start
        measured.append((name, seconds, (redline.old_text(), redline.new_text()) == (old, new)))
    return measured
