"""The tables of the ledger, the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
)

METADATA = MetaData()
LAYOUT = "0005"
"""The last of ``migrations/``: what changes here gets a file there, and ledgers are upgraded when they are opened."""

_ID = BigInteger().with_variant(Integer, "sqlite")

LAYOUT_TABLE = Table(
    "layout",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("secret", String(64), nullable=False),  # of this ledger alone: Message-IDs are made with it
)

FEED = Table(
    "feed",
    METADATA,
    Column("only", Integer, primary_key=True),  # always 1: a ledger follows one feed
    Column("url", Text, nullable=False),
    Column("head_seq", Integer, nullable=False),  # 0: the feed was empty
    Column("head_hash", String(64)),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("read_at", BigInteger, nullable=False),
    Column("read_whole_at", BigInteger, nullable=False, server_default="0"),  # last time without a condition
)

EVENTS = Table(
    "event",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("hash", String(64), nullable=False),
    Column("state", String(8), nullable=False),
    Column("record", Text, nullable=False),  # the event's JSON as published
    Column("ingested_at", BigInteger, nullable=False),
    Column("released_at", BigInteger),  # by a person, where it was held
    Column("held_for", Text),  # why, where it is not that more came at once than expected
    Column("erased_at", BigInteger),  # since when it names no recipient any more
)

PASSES = Table(
    "pass",
    METADATA,
    Column("event_seq", Integer, ForeignKey("event.seq"), primary_key=True),
    Column("audience", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),  # of the list read: another one begins anew
    Column("cursor", Text),  # how far it is; null: nothing yet
    Column("planned", Integer, nullable=False),
    Column("unusable", Integer, nullable=False),
    Column("is_finished", Boolean, nullable=False),
)

UNUSABLE_ROWS = Table(
    "unusable_row",
    METADATA,
    Column("event_seq", Integer, ForeignKey("event.seq"), primary_key=True),
    Column("audience", Text, primary_key=True),
    Column("place", Text, primary_key=True),  # line of the file, or the cursor of the query
    Column("reason", Text, nullable=False),
)

WORKERS = Table(
    "worker",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("lease_until", BigInteger, nullable=False),
)

DELIVERIES = Table(
    "delivery",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("event_seq", Integer, ForeignKey("event.seq"), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("accepted", Text),
    Column("rank", Integer, nullable=False),  # 0: a canary, 1: everybody else
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),  # spent
    Column("due_at", BigInteger, nullable=False),  # 0: never tried
    Column("worker", _ID),
    Column("changed_at", BigInteger, nullable=False),
    Column("queued_at", BigInteger, nullable=False, server_default="0"),  # when it was last put on Celery's queue
    Column("first_at", BigInteger),  # of the first attempt, in Date; null: none was made yet
    Column("name", Text),  # what the list says of the recipient; null: nothing
    Column("account", Text),
    Column("time_zone", Text),
    Column("written", Text),  # the address as its list writes it; null: as `recipient`
    UniqueConstraint("event_seq", "channel", "recipient"),
)

_PENDING = DELIVERIES.c.state == "pending"
Index(
    "delivery_pending",
    DELIVERIES.c.channel,
    DELIVERIES.c.due_at,
    DELIVERIES.c.event_seq,
    DELIVERIES.c.rank,
    DELIVERIES.c.id,
    sqlite_where=_PENDING,
    postgresql_where=_PENDING,
)
# in literals wherever it is written: SQLite uses the index only for a query that repeats its condition
_LITERALS: BindParameter[Sequence[str]] = bindparam(
    "taken", ("claimed", "sending", "doubtful"), expanding=True, literal_execute=True
)
TAKEN = DELIVERIES.c.state.in_(_LITERALS)
Index("delivery_taken", DELIVERIES.c.worker, sqlite_where=TAKEN, postgresql_where=TAKEN)
_CANARY = DELIVERIES.c.rank == 0
Index("delivery_canary", DELIVERIES.c.event_seq, sqlite_where=_CANARY, postgresql_where=_CANARY)

WORDINGS = Table(
    "wording",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("event_seq", Integer, ForeignKey("event.seq"), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("language", String(35), nullable=False),
    Column("accepted", Text),
    Column("digest", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    UniqueConstraint("event_seq", "channel", "digest"),
)

ATTEMPTS = Table(
    "attempt",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("delivery", _ID, ForeignKey("delivery.id"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("outcome", String(11), nullable=False),
    Column("reply", Text, nullable=False),
    Column("wording", _ID),
    Column("worker", _ID),
)

SUPPRESSIONS = Table(
    "suppression",
    METADATA,
    Column("channel", String(40), primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

ERASURES = Table(
    "erasure",
    METADATA,
    Column("digest", String(72), primary_key=True),  # stands in the place of an address wherever that was
    Column("at", BigInteger, nullable=False),
)
