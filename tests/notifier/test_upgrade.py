"""A ledger of every released layout is upgraded when it is opened, on either database, and work goes on in it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from policy_site.errors import UsageError
from policy_site.notifier.ledger import migrating, open_ledger
from policy_site.notifier.ledger.tables import LAYOUT
from tests.support.mailing import Mailing
from tests.support.scripted_smtp import ScriptedServer
from tests.support.services import PostgreSQL

RELEASED = sorted((Path(__file__).parent / "released").glob("*.sql"))


def shape(engine: Engine) -> dict[str, object]:
    """Return tables, columns and indexes as a database has them."""
    found = inspect(engine)
    return {
        name: (
            sorted((one["name"], str(one["type"]), one["nullable"]) for one in found.get_columns(name)),
            sorted((str(one["name"]), one["column_names"]) for one in found.get_indexes(name)),
            sorted(one["column_names"] for one in found.get_unique_constraints(name)),
        )
        for name in found.get_table_names()
    }


def restore(dump: Path, file: Path) -> None:
    """Make the ledger that a released program wrote."""
    engine = create_engine(f"sqlite:///{file}")
    driver = engine.raw_connection()
    driver.driver_connection.executescript(dump.read_text(encoding="utf-8"))  # type: ignore[union-attr]  # sqlite3's
    driver.close()
    engine.dispose()


@pytest.mark.parametrize("dump", RELEASED, ids=[one.stem for one in RELEASED])
def test_a_ledger_that_a_release_wrote_goes_on(dump: Path, tmp_path: Path, server: ScriptedServer) -> None:
    restore(dump, tmp_path / "notify.db")
    with open_ledger(f"sqlite:///{tmp_path / 'notify.db'}") as ledger, ledger.transaction() as connection:
        assert migrating.layout_of(connection) == LAYOUT
        feed = str(tmp_path / "site/changes/v1/feed.json")
        connection.execute(text("UPDATE feed SET url = :url"), {"url": feed})
    mailing = Mailing(tmp_path, server.port)
    assert mailing.states() == {
        "sent@example.org": "sent",
        "slow@example.org": "pending",
        "gone@example.org": "refused",
        "back@example.org": "bounced",
        "new@example.org": "pending",
    }
    rows = mailing.rows()
    assert rows["slow@example.org"]["first_at"], "its copy keeps the date it had"
    assert rows["new@example.org"]["first_at"] is None
    mailing.publish()
    mailing.change("slow@example.org", due_at=0)
    assert mailing.run("deliver").status == 0
    assert sorted(server.recipients) == ["new@example.org", "slow@example.org"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_upgraded_ledger_has_the_shape_of_a_new_one(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    urls = [f"sqlite:///{tmp_path / name}" for name in ("new", "old")]
    if kind == "postgresql":
        service: PostgreSQL = request.getfixturevalue("postgresql")
        urls = [service.create_database(), service.create_database()]
    old = create_engine(urls[1])
    with old.begin() as connection:
        migrating.upgrade(connection, "", to="0001")
    with open_ledger(urls[0]) as new, open_ledger(urls[1]) as upgraded:
        assert shape(upgraded.engine) == shape(new.engine)
    old.dispose()


def test_a_ledger_of_a_later_release_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'notify.db'}"
    with open_ledger(url) as ledger, ledger.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UsageError, match=r"layout 9999, this program works with"):
        open_ledger(url)


def test_every_layout_before_this_one_has_a_ledger_to_try() -> None:
    scripts = sorted(path.stem[1:5] for path in Path(migrating.__file__).parent.glob("migrations/versions/m*.py"))
    assert scripts[-1] == LAYOUT
    assert [one.stem for one in RELEASED] == scripts[:-1]


@pytest.mark.parametrize(("before", "after"), [(None, 0o600), (0o644, 0o640), (0o600, 0o600), (0o660, 0o660)])
def test_nobody_else_can_read_a_ledger(tmp_path: Path, before: int | None, after: int) -> None:
    file = tmp_path / "notify.db"
    mask = os.umask(0o022)
    try:
        if before is not None:
            file.touch()
            file.chmod(before)
        with open_ledger(f"sqlite:///{file}") as ledger, ledger.connect():
            found = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(mask)
    assert found == {after}
