"""Debian's nginx, Apache and Caddy on loopback, each with the files that a build writes for it."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.services.service import free_port

_BASE = "/legal/"
_NGINX = """
daemon off; master_process off; pid {work}/nginx.pid; error_log {work}/error.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
  uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
  include {site}/hosting/nginx-http.conf;
  server {{
    listen 127.0.0.1:{port};
    root {root};
    include {site}/hosting/nginx-server.conf;
  }}
}}
"""
_APACHE = """
ServerRoot {work}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {work}/apache.pid
ErrorLog {work}/error.log
{modules}
TypesConfig /dev/null
DocumentRoot {root}
<Directory {root}>
  AllowOverride All
  Require all granted
</Directory>
"""
_APACHE_MODULES = ("mpm_event", "authz_core", "dir", "mime", "headers", "rewrite")
_CADDY = """
{{
  admin off
  auto_https off
  storage file_system {work}
}}
http://127.0.0.1:{port} {{
  root * {root}
  import {site}/hosting/Caddyfile
}}
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered."""

    status: int
    headers: dict[str, str]
    """By their names in small letters; several of one name are joined."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Server:
    """A server at work."""

    port: int

    def ask(self, path: str, **headers: str) -> Answer:
        """Request ``path`` below the host; underscores in names of headers are hyphens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            found: dict[str, str] = {}
            for name, value in response.getheaders():
                key = name.lower()
                found[key] = f"{found[key]}, {value}" if key in found else value
            return Answer(response.status, found, response.read())


@contextmanager
def serve(name: str, root: Path, work: Path) -> Iterator[Server]:
    """Run the server ``name`` over ``root``, which holds a site at ``legal``, until the block ends."""
    work.mkdir(parents=True, exist_ok=True)
    port = free_port()
    modules = "\n".join(
        f"LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so" for module in _APACHE_MODULES
    )
    pattern = {"nginx": _NGINX, "apache": _APACHE, "caddy": _CADDY}[name]
    configuration = work / "configuration"
    configuration.write_text(
        pattern.format(work=work, root=root, site=root / _BASE.strip("/"), port=port, modules=modules), encoding="utf-8"
    )
    command = {
        "nginx": ["/usr/sbin/nginx", "-e", str(work / "error.log"), "-p", str(work), "-c", str(configuration)],
        "apache": ["/usr/sbin/apache2", "-D", "FOREGROUND", "-f", str(configuration)],
        "caddy": ["/usr/bin/caddy", "run", "--adapter", "caddyfile", "--config", str(configuration)],
    }[name]
    log = work / "output.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env={
                **os.environ,
                "HOME": str(work),
                "XDG_CONFIG_HOME": str(work),
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(port, process, log)
        yield Server(port)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Ask until the server listens; it says itself why it does not."""
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.05)
            raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))
