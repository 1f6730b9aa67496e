"""What a monitor wants to know, in the form of Prometheus: a file for its node exporter, or a page on this machine.

The only door to prometheus-client. All values are read from the ledger when a run has ended, those of the circuit and
of the run itself aside; nobody is named in them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, start_http_server, write_to_textfile

from policy_site.errors import UsageError
from policy_site.notifier.ledger import Ledger
from policy_site.notifier.model import DeliveryState, EventState
from policy_site.notifier.reports import Survey, survey_ledger
from policy_site.notifier.running import ChannelRun
from policy_site.notifier.settings import NotifierSettings

_LOOPBACK = "127.0.0.1"


class Metrics:
    """Gauges of one notifier; each run sets them anew."""

    def __init__(self) -> None:
        """Declare them; there is nothing in them before a run has ended."""
        self.registry = CollectorRegistry()
        self._events = self._gauge("events", "Events of the feed, by state.", "state")
        self._deliveries = self._gauge(
            "deliveries", "Notices of open events, by channel and state.", "channel", "state"
        )
        self._oldest = self._gauge("oldest_waiting_seconds", "Age of the oldest notice that waits.", "channel")
        self._circuit = self._gauge("server_unavailable", "1 where the last run gave the server up.", "channel")
        self._struck_off = self._gauge("suppressed_addresses", "Addresses that are struck off.", "channel")
        self._read_at = self._gauge("feed_read_timestamp_seconds", "When the feed was last read.")
        self._ended_at = self._gauge("run_timestamp_seconds", "When the last run ended.")
        self._status = self._gauge("run_exit_status", "Exit status of the last run.")

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(f"policy_notify_{name}", what, labels, registry=self.registry)

    def take(self, ledger: Ledger, settings: NotifierSettings, runs: Sequence[ChannelRun], status: int) -> None:
        """Set all of them from what a run has left."""
        survey = survey_ledger(ledger)
        for gauge in (self._events, self._deliveries, self._oldest, self._circuit, self._struck_off):
            gauge.clear()
        for state in EventState:
            self._events.labels(state.value).set(survey.event_counts.get(state.value, 0))
        for channel in settings.channels:
            for delivery_state in DeliveryState:
                self._deliveries.labels(channel, delivery_state.value).set(_count(survey, channel, delivery_state))
            since = survey.waiting_since.get(channel)
            self._oldest.labels(channel).set(survey.taken_at - since if since is not None else 0)
            self._struck_off.labels(channel).set(survey.suppressions.get(channel, 0))
        for one in runs:
            self._circuit.labels(one.channel).set(bool(one.tally.reason))
        self._read_at.set(survey.feed.read_at if survey.feed else 0)
        self._ended_at.set(time.time())
        self._status.set(status)

    def write(self, file: Path) -> None:
        """Write them into a file for the textfile collector, whole or not at all.

        Raises :class:`UsageError` where it cannot be written.
        """
        try:
            write_to_textfile(str(file), self.registry)
            file.chmod(0o644)  # the exporter is another user; nobody is named in it
        except OSError as error:
            raise UsageError(
                f"The metrics cannot be written to {file}: {error.strerror}.", remedy="Grant access to its folder."
            ) from None

    def serve(self, port: int) -> int:
        """Answer on this machine alone, until the process ends; return the port.

        Raises :class:`UsageError` where it is taken.
        """
        try:
            server, _thread = start_http_server(port, addr=_LOOPBACK, registry=self.registry)
        except OSError as error:
            raise UsageError(
                f"The metrics cannot be served on port {port}: {error.strerror}.", remedy="Name a free `metrics.port`."
            ) from None
        return int(server.server_port)


def _count(survey: Survey, channel: str, state: DeliveryState) -> int:
    return sum(
        count.states.get(state.value, 0)
        for event in survey.events
        for count in event.channels
        if count.channel == channel
    )
