"""The real services that tests and longer trials run against, each on loopback in a private folder, gone afterwards.

with PostgreSQL() as database, RabbitMQ() as broker, SmtpSink("-w", "1") as sink, Postfix() as mail_server:
    ...

`sh tests/install-debian` installs what they start. Benchmarks may import them from here as well.
"""

from tests.support.services.postfix import Postfix
from tests.support.services.postgresql import PostgreSQL
from tests.support.services.rabbitmq import RabbitMQ
from tests.support.services.service import Service, ServiceError
from tests.support.services.smtp_sink import RecordedMessage, SmtpSink

__all__ = ["Postfix", "PostgreSQL", "RabbitMQ", "RecordedMessage", "Service", "ServiceError", "SmtpSink"]
