"""How a command ends when it is told to: by Ctrl-C, or by SIGTERM from whatever supervises it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class TerminatedError(KeyboardInterrupt):
    """SIGTERM: like an interrupt, so that leftovers and processes are cleared away."""


@contextmanager
def ending_in_order() -> Iterator[Callable[[], bool]]:
    """Yield what says whether the command was told to end: it comes to an end by itself, then the interrupt is raised.

    Told a second time, it is interrupted at once.
    """
    told: list[type[KeyboardInterrupt]] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return

    def note(number: int, _frame: object) -> None:
        kind = TerminatedError if number == signal.SIGTERM else KeyboardInterrupt
        if told:
            raise kind
        told.append(kind)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(told)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if told:
        raise told[0]
