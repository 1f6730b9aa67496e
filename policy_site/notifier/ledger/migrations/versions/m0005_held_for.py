"""Why an event is held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; what was held before was held because more came at once than expected."""
    op.add_column("event", sa.Column("held_for", sa.Text))
