"""What a list says of a recipient beside address and language."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns; of what was planned before nothing is known."""
    for name in ("name", "account", "time_zone"):
        op.add_column("delivery", sa.Column(name, sa.Text))
