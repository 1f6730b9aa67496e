"""What a run does, as lines for machines: JSON, each with its instant, level and event, to standard error.

People are never named in it: deliveries go by their number in the ledger. Of a server's reply the code is told alone,
for its words often hold the address.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Literal

Level = Literal["debug", "info", "warning", "error"]
_LOGGER = logging.getLogger("policy_site.notifier")
_LOGGER.propagate = False
_LOGGER.addHandler(logging.NullHandler())
_FACTS = "policy_site_facts"


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line of JSON."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"at": at, "level": record.levelname.lower(), "event": record.getMessage()}
        return json.dumps(line | getattr(record, _FACTS, {}), ensure_ascii=True, default=str)


class _TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return a record as words: level, event, and its facts as ``name=value``."""
        facts = " ".join(f"{name}={json.dumps(value, default=str)}" for name, value in _facts(record).items())
        return f"{record.levelname.lower()}: {record.getMessage()} {facts}".rstrip()


def _facts(record: logging.LogRecord) -> dict[str, object]:
    found: dict[str, object] = getattr(record, _FACTS, {})
    return found


@contextmanager
def keeping_journal(form: Literal["json", "text"] | None, level: Level) -> Iterator[None]:
    """Write what happens within to standard error; with ``None`` nothing is written."""
    if form is None:
        yield
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if form == "json" else _TextLines())
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(level.upper())
    try:
        yield
    finally:
        _LOGGER.removeHandler(handler)
        _LOGGER.setLevel(logging.NOTSET)


def note(level: Level, event: str, **facts: object) -> None:
    """Note what happened, with what a machine may want to know of it; no address is among the facts."""
    number = logging.getLevelNamesMapping()[level.upper()]
    if _LOGGER.isEnabledFor(number) and len(_LOGGER.handlers) > 1:
        _LOGGER.log(number, event, extra={_FACTS: facts})


def is_noted(level: Level) -> bool:
    """Say whether anybody reads what would be noted at a level; where there is much of it, this is asked first."""
    return len(_LOGGER.handlers) > 1 and _LOGGER.isEnabledFor(logging.getLevelNamesMapping()[level.upper()])
