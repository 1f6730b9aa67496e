"""Real histories to measure redlines with: the texts, the pairs, and what is kept of a measurement."""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

EXTENSIONS = ("tables", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists")
Pair = tuple[str, str]
Outcome = TypeVar("Outcome")


def read_histories(repository: Path) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the revisions of each Markdown file, oldest first, and the texts by their object names."""
    log = _git(
        repository, "log", "--first-parent", "--raw", "-z", "--no-abbrev", "--no-renames", "--reverse", "--format="
    )
    fields = log.decode("utf-8", "replace").split("\0")
    histories: dict[str, list[str]] = {}
    for change, path in pairwise(fields):
        name = change.split()[3] if change.lstrip("\n").startswith(":") else ""
        if name.strip("0") and path.endswith(".md") and histories.get(path, [""])[-1] != name:
            histories.setdefault(path, []).append(name)
    names = sorted({name for history in histories.values() for name in history})
    return histories, dict(zip(names, _texts(repository, names), strict=True))


def _git(repository: Path, *arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(
        ["git", "-C", str(repository), *arguments], input=given, capture_output=True, check=True
    ).stdout


def _texts(repository: Path, names: list[str]) -> Iterator[str]:
    output = _git(repository, "cat-file", "--batch", given="\n".join(names).encode())
    position = 0
    for _ in names:
        end = output.index(b"\n", position)
        size = int(output[position:end].split()[2])
        yield output[end + 1 : end + 1 + size].decode("utf-8-sig", "replace")
        position = end + size + 2


def choose_pairs(histories: dict[str, list[str]], *, count: int | None, is_far: bool) -> list[Pair]:
    """Return neighbouring pairs, or pairs further apart, the same ones on every run; ``None``: all."""
    chooser = random.Random(1)  # noqa: S311 - a sample, not a secret
    step = 2 if is_far else 1
    every = [
        (history[i], history[j])
        for history in histories.values()
        for i in range(len(history))
        for j in (range(i + step, len(history)) if is_far else range(i + 1, min(i + 2, len(history))))
    ]
    return chooser.sample(every, len(every) if count is None else min(count, len(every)))


class Tally:
    """Times and broken results of one tool."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.times: list[float] = []
        self.faults: Counter[str] = Counter()
        self.broken = 0

    def run(self, call: Callable[[], Outcome]) -> Outcome:
        """Call and keep the time."""
        start = time.thread_time()
        outcome = call()
        self.times.append((time.thread_time() - start) * 1000)
        return outcome

    def note(self, faults: list[str]) -> None:
        """Count what is wrong with one result."""
        self.faults.update(faults)
        self.broken += bool(faults)

    def quantile(self, share: float) -> float:
        """Return the time in milliseconds that ``share`` of the calls stayed within."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    def line(self) -> str:
        """Return a row of the table."""
        if not self.times:
            return f"{self.name:34} not installed"
        faults = ", ".join(f"{name} {count}" for name, count in sorted(self.faults.items()))
        return (
            f"{self.name:34} {self.quantile(0.5):9.2f} {self.quantile(0.99):9.1f} {max(self.times):9.1f} "
            f"{self.broken:7} of {len(self.times)}  {faults}"
        )
