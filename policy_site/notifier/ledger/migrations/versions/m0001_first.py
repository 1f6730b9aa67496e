"""The layout of the first release, written out: what tables.py says today does not change what was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _make_feed_tables()
    _make_list_tables()
    _make_delivery_tables()


def _make_feed_tables() -> None:
    op.create_table(
        "layout",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("secret", sa.String(64), nullable=False),
    )
    op.create_table(
        "feed",
        sa.Column("only", sa.Integer, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("head_seq", sa.Integer, nullable=False),
        sa.Column("head_hash", sa.String(64)),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("read_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("ingested_at", sa.BigInteger, nullable=False),
        sa.Column("released_at", sa.BigInteger),
    )


def _make_list_tables() -> None:
    op.create_table(
        "pass",
        sa.Column("event_seq", sa.Integer, sa.ForeignKey("event.seq"), primary_key=True),
        sa.Column("audience", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("cursor", sa.Text),
        sa.Column("planned", sa.Integer, nullable=False),
        sa.Column("unusable", sa.Integer, nullable=False),
        sa.Column("is_finished", sa.Boolean, nullable=False),
    )
    op.create_table(
        "unusable_row",
        sa.Column("event_seq", sa.Integer, sa.ForeignKey("event.seq"), primary_key=True),
        sa.Column("audience", sa.Text, primary_key=True),
        sa.Column("place", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "suppression",
        sa.Column("channel", sa.String(40), primary_key=True),
        sa.Column("recipient", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )


def _make_delivery_tables() -> None:
    op.create_table(
        "worker",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("lease_until", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "delivery",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("event_seq", sa.Integer, sa.ForeignKey("event.seq"), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("accepted", sa.Text),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("worker", _ID),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("queued_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.UniqueConstraint("event_seq", "channel", "recipient"),
    )
    for name, columns, condition in (
        ("delivery_pending", ["channel", "due_at", "event_seq", "rank", "id"], "state = 'pending'"),
        ("delivery_taken", ["worker"], "state IN ('claimed', 'sending', 'doubtful')"),
        ("delivery_canary", ["event_seq"], "rank = 0"),
    ):
        op.create_index(name, "delivery", columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
    op.create_table(
        "wording",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("event_seq", sa.Integer, sa.ForeignKey("event.seq"), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("accepted", sa.Text),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.UniqueConstraint("event_seq", "channel", "digest"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("delivery", _ID, sa.ForeignKey("delivery.id"), nullable=False, index=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.String(11), nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("wording", _ID),
        sa.Column("worker", _ID),
    )
