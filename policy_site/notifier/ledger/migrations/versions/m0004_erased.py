"""People who were erased, by the digests of their addresses; addresses as their list writes them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add a table and a column; nobody is erased by it."""
    op.create_table(
        "erasure",
        sa.Column("digest", sa.String(72), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.add_column("delivery", sa.Column("written", sa.Text))
    op.add_column("event", sa.Column("erased_at", sa.BigInteger))
