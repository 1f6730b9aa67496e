"""When a notice was first tried; when the feed was last read whole."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns. What was tried before keeps the date it had: that of its first attempt on record."""
    op.add_column("delivery", sa.Column("first_at", sa.BigInteger))
    op.add_column("feed", sa.Column("read_whole_at", sa.BigInteger, nullable=False, server_default="0"))
    # messages already under way were dated when their event was read or released: the copy must stay the same
    op.execute(
        "UPDATE delivery SET first_at = (SELECT coalesce(event.released_at, event.ingested_at) FROM event"
        " WHERE event.seq = delivery.event_seq)"
        " WHERE state <> 'pending' OR attempts > 0 OR EXISTS"
        " (SELECT 1 FROM attempt WHERE attempt.delivery = delivery.id)"
    )
    # a notice that came back was not delivered, whatever the server said at first
    op.execute(
        "UPDATE delivery SET state = 'bounced' WHERE state = 'sent' AND EXISTS"
        " (SELECT 1 FROM attempt WHERE attempt.delivery = delivery.id AND attempt.outcome = 'bounced')"
    )
