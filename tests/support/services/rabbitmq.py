"""RabbitMQ, a node of its own."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.services.service import HOST, Service, ServiceError, found, free_port

_GREETING = b"AMQP\x00\x00\x09\x01"


class RabbitMQ(Service):
    """A node with its own name, data, cookie and port mapper (epmd), so that nodes of other tests are not met.

    ``kill`` ends the node and all its helpers by SIGKILL, ``restart`` brings it back on the same data.
    """

    name = "rabbitmq"

    def __init__(self) -> None:
        super().__init__()
        self._distribution_port = free_port()
        self._mapper_port = free_port()

    @property
    def url(self) -> str:
        """The address of the virtual host ``/`` for Celery and Kombu."""
        return f"amqp://guest:guest@{HOST}:{self.port}//"

    def prepare(self) -> None:
        """Switch every plug-in off and make the folder that the node may write."""
        self.make_folder("home")
        (self.folder / "plugins").write_text("[].\n", encoding="ascii")

    def command(self) -> Sequence[str]:
        """Return RabbitMQ's own script. Debian's insists on the account `rabbitmq` and on folders of the system."""
        scripts = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin"))
        if not scripts:
            raise ServiceError("RabbitMQ is not installed. `sh tests/install-debian` installs it.")
        return [found("rabbitmq-server", str(scripts[-1]))]

    def environment(self) -> Mapping[str, str]:
        """Return where the node listens and where it keeps what it knows."""
        home = self.folder / "home"
        return {
            "HOME": str(home),
            "RABBITMQ_NODENAME": f"node{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": HOST,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            # Without it the port for other nodes would be open to the network.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_PORT": str(self._mapper_port),
            "ERL_EPMD_ADDRESS": HOST,
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "none"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        }

    def is_ready(self) -> bool:
        """Tell whether the node answers the greeting of AMQP 0-9-1 with a frame."""
        try:
            with socket.create_connection((HOST, self.port), timeout=2) as connection:
                connection.sendall(_GREETING)
                return connection.recv(1) == b"\x01"
        except OSError:
            return False
