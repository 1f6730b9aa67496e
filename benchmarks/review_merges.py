"""Reviews the merges of a real repository: none may fail, and half of them take less than a second.

python -m benchmarks.review_merges FOLDER --config SITE.TOML [--merges 200]

Merges are taken evenly from the first-parent line, each twice: what is measured is the second time, with warm memos.
Prints a line a merge (words added and deleted, evidence, seconds), then the table; ends with 1 where one fails or the
median is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from policy_site.commands import main

GOAL = 1.0
"""Seconds of a median review with warm memos."""


def find_merges(repository: Path, count: int) -> list[str]:
    """Return object names of merges on the first-parent line, evenly chosen, newest first."""
    command = ["git", "-C", str(repository), "log", "--first-parent", "--merges", "--format=%H"]
    merges = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    step = max(len(merges) // count, 1)
    return merges[::step][:count]


def review(repository: Path, config: Path, merge: str) -> tuple[dict[str, Any] | None, float]:
    """Review a merge against what it was merged into; return what is told, and the seconds it took."""
    output = io.StringIO()
    started = time.perf_counter()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(io.StringIO()):
        status = main(
            [
                *("review", f"{merge}^1", merge, "--repository", str(repository)),
                *("--config", str(config), "--format", "json", "--quiet"),
            ]
        )
    seconds = time.perf_counter() - started
    return (json.loads(output.getvalue()) if status == 0 else None), seconds


def run() -> int:
    """Review the merges and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--merges", type=int, default=200)
    chosen = parser.parse_args()
    times: list[float] = []
    failed = silent = 0
    for merge in find_merges(chosen.repository, chosen.merges):
        review(chosen.repository, chosen.config, merge)
        told, seconds = review(chosen.repository, chosen.config, merge)
        if told is None:
            failed += 1
            print(f"{merge[:8]} FAILED")
            continue
        times.append(seconds)
        silent += told["touches_no_word"]
        texts = [text for policy in told["policies"] for text in policy["texts"]]
        versions = [version for policy in told["policies"] for version in policy["versions"]]
        evidence = sum(len(section["evidence"]) for version in versions for section in version["sections"])
        words = f"+{sum(text['words_added'] for text in texts)} -{sum(text['words_deleted'] for text in texts)}"
        print(f"{merge[:8]} {words:>14} words, {evidence:3} evidence, {seconds:6.2f} s  {told['overview'][:70]}")
    if not times:
        print("No merge was reviewed.")
        return 1
    median, slowest = statistics.median(times), max(times)
    print(f"\n{len(times)} merges, {failed} failed, {silent} touch no word")
    p90 = sorted(times)[int(len(times) * 0.9)]
    print(f"seconds: median {median:.2f} (goal {GOAL}), p90 {p90:.2f}, slowest {slowest:.2f}")
    return 1 if failed or median > GOAL else 0


if __name__ == "__main__":
    sys.exit(run())
