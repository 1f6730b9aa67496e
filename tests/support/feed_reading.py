"""What tests with real feed readers share: a published site on loopback, and one class for each reader."""

from __future__ import annotations

import functools
import os
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseRequestHandler
from types import TracebackType
from typing import Any, Self

from tests.support.browsing import QuietHandler
from tests.support.services import SmtpSink


class _Handler(QuietHandler):
    def guess_type(self, path: str | os.PathLike[str]) -> str:
        return "application/atom+xml" if str(path).endswith(".atom") else super().guess_type(path)


class SiteServer:
    """Serves whatever folder is published at the moment."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._answer)
        self._thread = threading.Thread(target=functools.partial(self._server.serve_forever, poll_interval=0.01))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The address of the site, with its last slash."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def _answer(self, request: Any, client: Any, server: ThreadingHTTPServer) -> BaseRequestHandler:
        return _Handler(request, client, server, directory=str(self.folder))


@dataclass(frozen=True, slots=True)
class Newsboat:
    """newsboat with settings, list and cache of its own."""

    folder: Path

    def subscribe(self, *urls: str) -> None:
        (self.folder / "urls").write_text("".join(f"{url}\n" for url in urls), encoding="utf-8")
        (self.folder / "config").write_text("auto-reload no\nshow-read-feeds yes\n", encoding="utf-8")

    def reload(self) -> int:
        """Fetch everything; return how many articles are unread."""
        self._run("reload")
        (unread,) = re.findall(r"^(\d+) unread", self._run("print-unread"), re.MULTILINE)
        return int(unread)

    def articles(self, url: str) -> list[tuple[str, str, str]]:
        """Return id, title and address of the articles of a feed."""
        with closing(sqlite3.connect(self.folder / "cache.db")) as cache:
            query = "SELECT guid, title, url FROM rss_item WHERE feedurl = ? ORDER BY pubDate DESC"
            return list(cache.execute(query, (url,)))

    def _run(self, command: str) -> str:
        files = ("-u", "urls", "-C", "config", "-c", "cache.db")
        return run_reader(["newsboat", *files, "-x", command], self.folder)


@dataclass(frozen=True, slots=True)
class Rss2email:
    """rss2email with settings and memory of its own, sending to a sink."""

    folder: Path
    sink: SmtpSink

    def subscribe(self, **urls: str) -> None:
        self._run("new", "reader@example.test")
        self.change(
            **{"email-protocol": "smtp", "smtp-server": self.sink.host, "smtp-port": str(self.sink.port)},
        )
        for name, url in urls.items():
            self._run("add", name, url)

    def change(self, **values: str) -> None:
        file = self.folder / "settings.cfg"
        settings = file.read_text(encoding="utf-8")
        for name, value in values.items():
            settings = re.sub(rf"^{name} = .*$", f"{name} = {value}", settings, flags=re.MULTILINE)
        file.write_text(settings, encoding="utf-8")

    def run(self, *options: str) -> int:
        """Fetch everything; return how many mails were sent."""
        before = self.sink.count()
        self._run("run", *options)
        return self.sink.count() - before

    def _run(self, *arguments: str) -> None:
        program = Path(sys.executable).with_name("r2e")
        run_reader([str(program), "-c", "settings.cfg", "-d", "memory.json", *arguments], self.folder)


def run_reader(command: Sequence[str], folder: Path) -> str:
    """Run a reader in its folder; return what it prints."""
    finished = subprocess.run(
        command,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
    return finished.stdout
