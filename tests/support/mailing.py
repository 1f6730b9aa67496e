"""A company's notifier in a folder: feed, list, settings, ledger. It runs the command line as a person does."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from policy_site.commands import main
from policy_site.notifier.ledger import Ledger, open_ledger
from policy_site.notifier.ledger.tables import ATTEMPTS, DELIVERIES
from tests.support.published_feeds import Record, history, publish

NOTICE = 11
"""Number of the event in the history that people are told of; the ten before it are past."""


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


@dataclass
class Mailing:
    """One notifier."""

    folder: Path
    port: int
    ledger_url: str = ""
    channel: dict[str, Any] = field(default_factory=dict)
    audience: dict[str, Any] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)
    """Of the whole settings."""

    def __post_init__(self) -> None:
        self.ledger_url = self.ledger_url or f"sqlite:///{self.folder / 'notify.db'}"
        self.people(["a@example.org,en,"])

    @property
    def config(self) -> Path:
        """Write ``notify.toml`` as it is to be now; return its path."""
        channel = {
            "kind": "smtp",
            "host": "127.0.0.1",
            "port": self.port,
            "security": "none",
            "sender": "policies@example.org",
            "connections": 2,
            "patience_seconds": 2,
            "retry_seconds": 600,
            **self.channel,
        }
        audience = {"name": "people", "channel": "mail", "csv": "people.csv", **self.audience}
        whole = {"feed": "site/changes/v1/feed.json", "ledger": self.ledger_url, **self.others}
        lines = [*_lines(whole), "[channels.mail]", *_lines(channel), "[[audiences]]", *_lines(audience)]
        path = self.folder / "notify.toml"
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    @property
    def ledger(self) -> Ledger:
        return open_ledger(self.ledger_url)

    def people(self, rows: Iterable[str]) -> None:
        """Write the list of recipients."""
        text = "\n".join(["address,language,accepted", *rows, ""])
        (self.folder / "people.csv").write_text(text, encoding="utf-8")

    def people_many(self, number: int) -> list[str]:
        """Write a list of so many; return their addresses."""
        addresses = [f"person{count:05}@example.org" for count in range(number)]
        self.people(f"{address},{('en', 'de')[count % 2]}," for count, address in enumerate(addresses))
        return addresses

    def publish(self, count: int = NOTICE, events: list[Record] | None = None) -> None:
        """Publish the first ``count`` events of the history, or these."""
        publish(self.folder / "site", events or history(count))

    def announce(self) -> None:
        """Take what was published for past, then publish one event that people are told of."""
        self.publish(NOTICE - 1)
        ended = self.run("ingest")
        assert ended.status == 0, ended.said
        self.publish(NOTICE)

    def plan(self) -> None:
        """Take in what was published, and plan who is told."""
        for step in ("ingest", "plan"):
            over = self.run(step)
            assert over.status == 0, over.said

    def run(self, *step: str) -> Ended:
        """Run a step of ``policy-site notify``, by default all of them, in this process."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = main(["notify", *(step or ("run",)), "--config", str(self.config)])
        return Ended(status, out.getvalue(), err.getvalue())

    def start(
        self, *step: str, before: Iterable[str] = (), environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start it as a process of its own, ``before``: a program that starts it."""
        return subprocess.Popen(
            [
                *before,
                sys.executable,
                "-m",
                "policy_site",
                "notify",
                *(step or ("run",)),
                "--config",
                str(self.config),
            ],
            env={**os.environ, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run_apart(self, *step: str, before: Iterable[str] = (), environment: Mapping[str, str] | None = None) -> Ended:
        """Run it as a process of its own to its end."""
        return ended(self.start(*step, before=before, environment=environment))

    def states(self) -> dict[str, str]:
        """Return the state of each recipient's delivery."""
        return {address: row["state"] for address, row in self.rows().items()}

    def counts(self) -> dict[str, int]:
        """Return how many deliveries are in each state."""
        states = list(self.states().values())
        return {state: states.count(state) for state in sorted(set(states))}

    def rows(self) -> dict[str, Mapping[str, Any]]:
        """Return each recipient's delivery, the last where there are several."""
        return {row["recipient"]: row for row in self.all_rows()}

    def all_rows(self) -> list[Mapping[str, Any]]:
        """Return all deliveries."""
        with self.ledger as ledger, ledger.transaction() as connection:
            found = connection.execute(select(DELIVERIES).order_by(DELIVERIES.c.id)).mappings().all()
        return [dict(row) for row in found]

    def attempts(self, address: str) -> list[tuple[str, str]]:
        """Return outcome and reply of each attempt at a recipient."""
        with self.ledger as ledger, ledger.transaction() as connection:
            rows = connection.execute(
                select(ATTEMPTS.c.outcome, ATTEMPTS.c.reply)
                .join(DELIVERIES, DELIVERIES.c.id == ATTEMPTS.c.delivery)
                .where(DELIVERIES.c.recipient == address)
                .order_by(ATTEMPTS.c.id)
            ).all()
        return [(row[0], row[1]) for row in rows]

    def instants(self, address: str) -> list[tuple[int, str]]:
        """Return instant and reply of each attempt at a recipient."""
        with self.ledger as ledger, ledger.transaction() as connection:
            rows = connection.execute(
                select(ATTEMPTS.c.at, ATTEMPTS.c.reply)
                .join(DELIVERIES, DELIVERIES.c.id == ATTEMPTS.c.delivery)
                .where(DELIVERIES.c.recipient == address)
                .order_by(ATTEMPTS.c.id)
            ).all()
        return [(row[0], row[1]) for row in rows]

    def redate(self, at: int) -> None:
        """Date every attempt so far, as a clock that was wrong would have."""
        with self.ledger as ledger, ledger.transaction() as connection:
            connection.execute(ATTEMPTS.update().values(at=at))

    def change(self, address: str | None = None, **values: object) -> None:
        """Change deliveries in the ledger, as the time would: ``due_at=0``."""
        with self.ledger as ledger, ledger.transaction() as connection:
            statement = DELIVERIES.update().values(**values)
            connection.execute(statement.where(DELIVERIES.c.recipient == address) if address else statement)


def ended(process: subprocess.Popen[str], *, seconds: float = 300) -> Ended:
    """Wait for the end of a process."""
    out, err = process.communicate(timeout=seconds)
    return Ended(process.returncode, out, err)


def _lines(table: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in table.items() if value is not None]


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} = {_value(one)}" for name, one in value.items()) + "}"
    return json.dumps(str(value) if isinstance(value, Path) else value)
