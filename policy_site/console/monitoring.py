"""What is told to those who watch a notifier from outside, at the end of each run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from policy_site.console.terminal import Terminal
from policy_site.errors import PolicySiteError
from policy_site.notifier.heartbeat import call_monitor
from policy_site.notifier.ledger import Ledger
from policy_site.notifier.running import ChannelRun
from policy_site.notifier.settings import NotifierSettings

ALIVE = (0, 1, 7, 10)
"""Ends of a run that did what it could: done, with rows that cannot be used, waiting, people not reached."""


class Monitor:
    """Tells of runs: a file that is touched, an address that is called, metrics."""

    def __init__(self, ledger: Ledger, settings: NotifierSettings, terminal: Terminal, *, is_watching: bool) -> None:
        """Begin to serve metrics where the settings ask for it; raise :class:`UsageError` where that cannot be."""
        self._ledger, self._settings, self._terminal = ledger, settings, terminal
        wanted = settings.metrics
        is_serving = is_watching and wanted.port is not None
        self._metrics: Any = None
        if wanted.textfile or is_serving:  # the library is slow to import
            self._metrics = import_module("policy_site.notifier.metrics").Metrics()
        if is_serving:
            self._metrics.serve(wanted.port)

    def around(self, run: Callable[[], tuple[int, Sequence[ChannelRun]]]) -> int:
        """Do a run and tell of its end, however it ends; return its exit status."""
        try:
            status, runs = run()
        except PolicySiteError as error:
            self._tell(error.exit_status, ())
            raise
        self._tell(status, runs)
        return status

    def _tell(self, status: int, runs: Sequence[ChannelRun]) -> None:
        settings = self._settings
        is_alive = status in ALIVE
        if settings.alive_file and is_alive:
            settings.alive_file.touch()
        if settings.healthcheck_url:
            problem = call_monitor(settings.healthcheck_url, status, is_alive=is_alive)
            if problem:
                self._terminal.say_aside(f"The monitor of healthcheck_url was not reached: {problem}.")
        if self._metrics:
            self._metrics.take(self._ledger, settings, runs, status)
            if settings.metrics.textfile:
                self._metrics.write(settings.metrics.textfile)
