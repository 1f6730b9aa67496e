"""What many tests of the notifier begin with, as fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.plans import PlannedLedger, new_ledger
from tests.support.scripted_smtp import ScriptedServer


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Lend a mail server that answers as the test wants."""
    with ScriptedServer() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def planned(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PlannedLedger]:
    """Lend an empty ledger, in each of the two databases."""
    made = new_ledger(request.param, tmp_path, request)
    yield made
    made.ledger.close()
