"""What Alembic runs: the upgrade, in the transaction in which the ledger is being opened."""

from __future__ import annotations

from alembic import context

if hasattr(context, "config"):  # while Alembic runs it, not where it is merely imported
    context.configure(connection=context.config.attributes["connection"], target_metadata=None)
    with context.begin_transaction():
        context.run_migrations()
