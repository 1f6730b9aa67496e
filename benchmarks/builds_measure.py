"""Runs a command and says what it and everything that it started cost."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.05
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class Cost:
    """CPU and wall seconds, and the peak of memory of all processes together in bytes, shared pages once."""

    cpu: float
    wall: float
    memory: int


class BuildFailedError(Exception):
    """A command ended with another status than 0; the message is what it wrote."""


def measure(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str], log: Path) -> Cost:
    """Run ``command`` in ``folder`` and return its cost; what it writes goes to the file ``log``.

    :raises BuildFailedError: with the last lines that it wrote
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    peak = 0
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*map(str, command)],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        while True:
            try:
                status = process.wait(_EVERY)
                break
            except subprocess.TimeoutExpired:
                peak = max(peak, _memory_of_session(process.pid))
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if status != 0:
        tail = log.read_text("utf-8", "replace").splitlines()[-15:]
        raise BuildFailedError("\n".join([f"{command[0]} ended with {status} in {folder}:", *tail]))
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, wall, peak)


def _memory_of_session(session: int) -> int:
    """Return the proportional set size of all processes of a session, in bytes (proc(5), ``smaps_rollup``)."""
    total = 0
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            if os.getsid(int(process.name)) != session:
                continue
            rollup = (process / "smaps_rollup").read_text("ascii", "replace")
        except OSError:
            continue  # it ended meanwhile
        total += sum(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
    return total
