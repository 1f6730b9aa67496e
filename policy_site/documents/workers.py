"""Processes that convert chunks under a deadline.

A regular expression cannot be interrupted by a thread, so conversion happens in processes that can be ended. They are
started as plain commands, not forked: that holds for parents with threads and for scripts that cannot be imported
again.
"""

from __future__ import annotations

import atexit
import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from policy_site.documents.limits import RenderFault
from policy_site.documents.worker import shorten
from policy_site.errors import PublishingError

_READ = 1 << 16
_START_SECONDS = 120.0
"""Within which a process is ready; a busy machine may need many, and no passage is to blame for them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one chunk."""

    chunk: str
    html: str
    fault: RenderFault | None
    is_blamed: bool = True
    """False for a fault that only says where the time of a whole document ran out."""


class _Worker:
    def __init__(self, extensions: tuple[str, ...]) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self._chunks: Sequence[str] = ()
        self._answered = 0
        self._buffer = b""
        self._seconds = 0.0
        self._last_answer = 0.0
        self.is_ready = False
        self.deadline = time.monotonic() + _START_SECONDS
        """Of the start, then of the task."""
        self.task = -1
        # a session of its own: an interrupt at the terminal is the parent's affair
        self._process = subprocess.Popen(
            # -P: the folder one stands in may be a stranger's repository, and no module of it is imported
            [sys.executable, "-P", "-c", "from policy_site.documents.worker import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environment, "PYTHONIOENCODING": "utf-8"},
            start_new_session=True,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._input, self.output = self._process.stdin, self._process.stdout
        self._send(list(extensions))

    def begin(self, task: int, chunks: Sequence[str], *, seconds: float) -> None:
        self.task, self._chunks, self._answered, self._seconds = task, chunks, 0, seconds
        if self.is_ready:
            self._hand_over()

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    @property
    def is_done(self) -> bool:
        return self._answered == len(self._chunks)

    def receive(self) -> list[Outcome] | None:
        """Return what was answered since; ``None`` where the process has ended."""
        data = os.read(self.output.fileno(), _READ)
        if not data:
            return None
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        if lines and not self.is_ready:
            del lines[0]
            self.is_ready = True
            self._hand_over()
        outcomes = []
        for line in lines:
            answer = json.loads(line)
            fault = RenderFault(*answer["fault"]) if answer["fault"] else None
            outcomes.append(Outcome(self._chunks[answer["number"]], answer["html"], fault))
        if lines:
            self._answered += len(lines)
            self._last_answer = time.monotonic()
        return outcomes

    def unanswered(self, predicate: str) -> Outcome:
        """Return the fault of the chunk under way; it is blamed where it took half of the time or more."""
        chunk = self._chunks[self._answered]
        is_blamed = time.monotonic() - self._last_answer >= self._seconds / 2
        fault = RenderFault(f"The passage {shorten(chunk)} {predicate}", "Write this passage in simpler Markdown.")
        return Outcome(chunk, "", fault, is_blamed)

    def end(self) -> None:
        self._process.kill()
        with suppress(OSError):
            self._input.close()
        self._process.wait()
        self.output.close()

    def _hand_over(self) -> None:
        # not before it listens: a long text would wait in the pipe, and nobody would look at the clock
        self._send({"chunks": list(self._chunks), "seconds": self._seconds})
        self._last_answer = time.monotonic()
        self.deadline = self._last_answer + self._seconds

    def _send(self, message: object) -> None:
        # a worker that has died is noticed where its answer is read
        with suppress(OSError):
            self._input.write(json.dumps(message).encode() + b"\n")
            self._input.flush()


_MOST_RESTING = 2
"""Processes that wait for more work of one kind: starting one costs more than reading a policy."""
_resting: dict[tuple[tuple[str, ...], int], list[_Worker]] = {}
"""By extensions and the process that started them: a forked child has none."""


def _wake(extensions: tuple[str, ...]) -> _Worker:
    """Return a process that waits for work, or a new one."""
    waiting = _resting.get((extensions, os.getpid()), [])
    while waiting:
        worker = waiting.pop()
        if worker.is_alive:
            return worker
        worker.end()
    return _Worker(extensions)


def _rest(worker: _Worker, extensions: tuple[str, ...]) -> None:
    """Let a process wait for more work, or end it."""
    waiting = _resting.setdefault((extensions, os.getpid()), [])
    if worker.is_ready and worker.is_alive and len(waiting) < _MOST_RESTING:
        waiting.append(worker)
    else:
        worker.end()


@atexit.register
def _end_all() -> None:
    for (_, owner), waiting in _resting.items():
        while waiting and owner == os.getpid():
            waiting.pop().end()


class Workers:
    """Up to ``jobs`` processes; use it in a ``with`` statement, at whose end none is at work."""

    def __init__(self, *, extensions: tuple[str, ...], jobs: int, seconds: float) -> None:
        self._extensions = extensions
        self._jobs = max(jobs, 1)
        self._seconds = seconds
        self._idle: list[_Worker] = []
        self._busy = selectors.DefaultSelector()
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for key in list(self._busy.get_map().values()):
            self._end(key.data)
        for worker in self._idle:
            _rest(worker, self._extensions)
        self._busy.close()

    @property
    def has_room(self) -> bool:
        """Whether another task can begin at once."""
        return bool(self._idle) or self._count < self._jobs

    @property
    def is_busy(self) -> bool:
        """Whether a task is under way."""
        return bool(self._busy.get_map())

    def begin(self, task: int, chunks: Sequence[str]) -> None:
        """Have the chunks of task number ``task`` converted, within the deadline all together."""
        if not self._idle:
            self._count += 1
        worker = self._idle.pop() if self._idle else _wake(self._extensions)
        self._busy.register(worker.output, selectors.EVENT_READ, worker)
        worker.begin(task, chunks, seconds=self._seconds)

    def wait(self) -> Iterator[tuple[int, list[Outcome], bool]]:
        """Wait for answers; yield task, new outcomes and whether the task is over (all done, or given up).

        Raises :class:`PublishingError` where a process does not get as far as its first task.
        """
        deadline = min(key.data.deadline for key in self._busy.get_map().values())
        for key, _ in self._busy.select(max(deadline - time.monotonic(), 0.0)):
            worker: _Worker = key.data
            outcomes = worker.receive()
            if outcomes is None:
                self._end(worker)
                if not worker.is_ready:
                    raise PublishingError(
                        "A process that reads passages ended before it was ready.",
                        remedy="Look whether this machine has memory left, and build again.",
                    )
                yield worker.task, [worker.unanswered("ended the process that read it.")], True
                continue
            if worker.is_done:
                self._busy.unregister(worker.output)
                self._idle.append(worker)
            yield worker.task, outcomes, worker.is_done
        now = time.monotonic()
        for key in list(self._busy.get_map().values()):
            if key.data.deadline <= now:
                self._end(key.data)
                if not key.data.is_ready:
                    raise PublishingError(
                        f"A process that reads passages was not ready after {_START_SECONDS:g} seconds.",
                        remedy="Look what keeps this machine busy, and build again.",
                    )
                outcome = key.data.unanswered(f"could not be read within {self._seconds:g} seconds.")
                yield key.data.task, [outcome], True

    def _end(self, worker: _Worker) -> None:
        self._busy.unregister(worker.output)
        self._count -= 1
        worker.end()
