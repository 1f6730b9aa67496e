"""A ledger with open events and lists of recipients, built in sentences: for the tests of planning and of reports."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from policy_site.notifier.channels.smtp import MailChannel
from policy_site.notifier.channels.webhook import Endpoint, WebhookChannel
from policy_site.notifier.ledger import Ledger, open_ledger
from policy_site.notifier.ledger.deliveries import Verdict, keep_wording, record_attempts
from policy_site.notifier.ledger.tables import ATTEMPTS, DELIVERIES, EVENTS, SUPPRESSIONS, UNUSABLE_ROWS
from policy_site.notifier.model import DeliveryState, Wording
from policy_site.notifier.settings import NotifierSettings
from policy_site.notifier.settings_tables import Audience, ChannelSettings

MAIL = MailChannel(kind="smtp", host="localhost", security="none", sender="policies@example.org")
HOOKS = WebhookChannel(
    kind="webhook",
    endpoints={
        "crm": Endpoint(url="https://crm.example.org/", secret_file=Path("crm.key")),
        "shop": Endpoint(url="https://shop.example.org/", secret_file=Path("shop.key")),
    },
)
CHANNELS: dict[str, ChannelSettings] = {"mail": MAIL, "hooks": HOOKS}


def settings_of(*audiences: Audience) -> NotifierSettings:
    return NotifierSettings(feed="feed.json", channels=CHANNELS, audiences=audiences)


def customers(path: Path, **facts: object) -> Audience:
    return Audience.model_validate({"name": "customers", "channel": "mail", "csv": path, **facts})


def write_list(path: Path, rows: Iterable[str], *, header: str = "address,language,accepted") -> Path:
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def many(number: int, *, start: int = 0) -> list[str]:
    return [f"person{count}@example.org,{('en', 'de', 'tr')[count % 3]}," for count in range(start, start + number)]


@dataclass(frozen=True)
class Row:
    """A delivery as the ledger holds it."""

    id: int
    event_seq: int
    channel: str
    recipient: str
    language: str
    accepted: str | None
    rank: int
    state: str
    attempts: int
    due_at: int


@dataclass(frozen=True)
class PlannedLedger:
    """A ledger, and what tests look up in it."""

    ledger: Ledger
    url: str

    def publish(
        self, seq: int, *, policy: str = "privacy", state: str = "open", language: str = "en", version: str = ""
    ) -> None:
        identity = f"tag:example.org,2026:policy/{policy}/{seq}/published"
        record = {
            "seq": seq,
            "id": identity,
            "type": "policy.version.published",
            "policy": policy,
            "version": version or f"2026-0{seq}",
            "authoritative_language": language,
            "previous_version": None,
            "published_at": "2026-04-01T08:00:00Z",
            "notice_at": "2026-04-01T08:00:00Z",
            "effective_at": "2026-05-03T22:00:00Z",
            "effective_date": "2026-05-04",
            "time_zone": "Europe/Berlin",
            "consent": {"required": False, "by": None},
            "editions": {
                language: {
                    "title": "Privacy",
                    "language": language,
                    "summary": None,
                    "impact": None,
                    "choices": None,
                    "version_url": "https://example.org/v",
                    "changes_url": "https://example.org/c",
                    "compare_url": None,
                }
            },
        }
        with self.ledger.transaction() as connection:
            connection.execute(
                insert(EVENTS).values(
                    seq=seq, id=identity, hash=f"{seq:064x}", state=state, record=json.dumps(record), ingested_at=1
                )
            )

    def suppress(self, address: str, channel: str = "mail") -> None:
        with self.ledger.transaction() as connection:
            connection.execute(
                insert(SUPPRESSIONS).values(channel=channel, recipient=address, reason="It bounced.", at=5)
            )

    def deliver(self, address: str, state: str, *replies: str, channel: str = "mail", attempts: int = 1) -> None:
        """Record what became of a delivery, an attempt for each reply, with the words ``Words`` where it was sent."""
        with self.ledger.transaction() as connection:
            number, seq = connection.execute(
                update(DELIVERIES)
                .where(DELIVERIES.c.recipient == address, DELIVERIES.c.channel == channel)
                .values(state=state, attempts=attempts, due_at=77 if state == "pending" else 0)
                .returning(DELIVERIES.c.id, DELIVERIES.c.event_seq)
            ).one()
            wording = Wording(seq, channel, "en", None, "Subject", "Text", "<p>Text</p>", digest="d" * 64)
            kept = keep_wording(connection, wording) if state == "sent" else None
            verdicts = [
                Verdict(number, DeliveryState(state), attempts, 0, "accepted" if kept else "deferred", reply, kept)
                for reply in replies
            ]
            record_attempts(connection, verdicts, worker=None, now=1_777_000_000)

    def outcomes(self, address: str) -> list[tuple[str, str]]:
        with self.ledger.transaction() as connection:
            rows = connection.execute(
                select(ATTEMPTS.c.outcome, ATTEMPTS.c.reply)
                .join(DELIVERIES, DELIVERIES.c.id == ATTEMPTS.c.delivery)
                .where(DELIVERIES.c.recipient == address)
                .order_by(ATTEMPTS.c.id)
            )
            return [(outcome, reply) for outcome, reply in rows]

    def deliveries(self) -> list[Row]:
        columns = [DELIVERIES.c[name] for name in Row.__dataclass_fields__]
        with self.ledger.transaction() as connection:
            return [Row(*row) for row in connection.execute(select(*columns).order_by(DELIVERIES.c.id))]

    def addresses(self) -> list[str]:
        return [row.recipient for row in self.deliveries()]

    def unusable(self) -> dict[str, str]:
        with self.ledger.transaction() as connection:
            rows = connection.execute(select(UNUSABLE_ROWS.c.place, UNUSABLE_ROWS.c.reason))
            return {place: reason for place, reason in rows}  # noqa: C416 (rows are no pairs to the type checker)


def new_ledger(kind: str, folder: Path, request: pytest.FixtureRequest) -> PlannedLedger:
    """Make an empty ledger in SQLite, or in a database of its own in PostgreSQL."""
    url = f"sqlite:///{folder / 'notify.db'}"
    if kind == "postgresql":
        url = request.getfixturevalue("postgresql").create_database()
    return PlannedLedger(open_ledger(url), url)
