"""A ledger is brought to the layout that this program works with; nothing of it is lost, and none goes back."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from policy_site.errors import UsageError
from policy_site.notifier.ledger.tables import LAYOUT, METADATA

_FIRST = "0001"
"""Ledgers of the first release do not say which layout they have."""
_SCRIPTS = Path(__file__).parent / "migrations"


def bring_up_to_date(connection: Connection) -> bool:
    """Make the tables, or upgrade those of an earlier release, in the connection's transaction.

    Return whether they were made now. Raises :class:`UsageError` for a layout of a later release.
    """
    found = layout_of(connection)
    if found is None:
        METADATA.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:number)"), {"number": LAYOUT})
        return True
    if found != LAYOUT:
        upgrade(connection, found)
    return False


def layout_of(connection: Connection) -> str | None:
    """Return the layout of a ledger; ``None`` where there is none."""
    names = set(inspect(connection).get_table_names())
    if "alembic_version" in names:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    return _FIRST if "layout" in names else None


def upgrade(connection: Connection, found: str, *, to: str = LAYOUT) -> None:
    """Upgrade the tables from layout ``found``; an empty one: from nothing.

    Raises :class:`UsageError` for a layout that this program does not know.
    """
    # only when there is something to upgrade: it is slow to import
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found and found not in known:
        raise UsageError(
            f"The ledger has layout {found}, this program works with {LAYOUT}.",
            remedy="Use the release of policy-site that wrote it, or a later one.",
        )
    if found == _FIRST and "alembic_version" not in inspect(connection).get_table_names():
        command.stamp(config, _FIRST)
    command.upgrade(config, to)
