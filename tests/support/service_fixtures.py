"""The services as fixtures: one of each for a whole run (of each worker of it), started when the first test asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.services import Postfix, PostgreSQL, RabbitMQ, SmtpSink


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """Lend a cluster; ``postgresql.create_database()`` gives each test its own database."""
    with PostgreSQL() as service:
        yield service


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMQ]:
    """Lend a node; tests that kill it start one of their own."""
    with RabbitMQ() as service:
        yield service


@pytest.fixture(scope="session")
def postfix() -> Iterator[Postfix]:
    """Lend a mail server; ``postfix.create_mailbox()`` gives each test its own address."""
    with Postfix() as service:
        yield service


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """Lend a sink of the test's own, with an empty record: it starts in no time."""
    with SmtpSink() as service:
        yield service
