"""What every service has in common: a private folder, a free port, a keeper that takes it down, and its log."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
_KEEPER = Path(__file__).with_name("keeper.py")
_POLLING_SECONDS = 0.02
_LOG_LINES_TOLD = 30


class ServiceError(Exception):
    """A service did not start or do what was waited for; the message carries the end of its log."""


class Service(ABC):
    """One service on loopback. It runs inside ``with``, and may be killed and started again on the same folder."""

    name: str
    account: str | None = "nobody"
    """Who runs it where the tests run as root; None for one that has to be root itself."""
    stop_signal: signal.Signals = signal.SIGKILL
    grace_seconds: float = 5.0
    start_seconds: float = 120.0
    """How long a start may take on a machine that does much else. What a start really takes, tests measure."""

    def __init__(self) -> None:
        self.host = HOST
        self.port = free_port()
        # Not in pytest's folder: that one is closed to other accounts, and its name too long for a socket.
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        self.log = self.folder / "log.txt"
        self._keeper: subprocess.Popen[bytes] | None = None
        self._own(self.folder)

    def __enter__(self) -> Self:
        try:
            self.prepare()
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tell_keeper(b"stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    @abstractmethod
    def prepare(self) -> None:
        """Lay out the folder, once."""

    @abstractmethod
    def command(self) -> Sequence[str]:
        """Return the program and its arguments."""

    def environment(self) -> Mapping[str, str]:
        """Return variables beyond PATH, HOME and the C locale."""
        return {}

    @abstractmethod
    def is_ready(self) -> bool:
        """Tell whether the service answers."""

    @property
    def pid(self) -> int:
        """The keeper's process number; the service and all it starts descend from it."""
        assert self._keeper is not None, f"{self.name} does not run."
        return self._keeper.pid

    def start(self) -> None:
        """Start on the present folder; return when the service is ready."""
        assert self._keeper is None, f"{self.name} runs already."
        account = pwd.getpwnam(self.account) if self.account and os.getuid() == 0 else None
        order = {
            "command": list(self.command()),
            "environment": self._whole_environment(),
            "folder": str(self.folder),
            "log": str(self.log),
            "user": account.pw_uid if account else None,
            "group": account.pw_gid if account else None,
            "stop_signal": int(self.stop_signal),
            "grace": self.grace_seconds,
        }
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", _KEEPER, json.dumps(order)], stdin=subprocess.PIPE, start_new_session=True
        )
        self.wait_until(self.is_ready, what="ready", seconds=self.start_seconds)

    def stop(self) -> None:
        """Stop as a person would; the folder stays, so that it can be started again."""
        self._tell_keeper(b"stop")

    def kill(self) -> None:
        """SIGKILL for the service and everything it started, at once; the folder stays."""
        self._tell_keeper(b"kill")

    def restart(self) -> None:
        """Start again on the same port and folder, after ``kill`` or ``stop``; kills first what still runs."""
        self.kill()
        self.start()

    def wait_until(self, fact: Callable[[], bool], *, what: str, seconds: float = 60.0) -> None:
        """Return as soon as ``fact`` is true; after ``seconds``, or when the service ends, say so with its log."""
        deadline = time.monotonic() + seconds
        while not fact():
            if self._keeper is None or self._keeper.poll() is not None:
                raise ServiceError(f"{self.name} ended before it was {what}. Its log ends:\n{self.end_of_log()}")
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"{self.name} is not {what} after {seconds:g} seconds. Its log ends:\n{self.end_of_log()}"
                )
            time.sleep(_POLLING_SECONDS)

    def end_of_log(self) -> str:
        """Return the last lines of what the service printed."""
        with contextlib.suppress(FileNotFoundError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-_LOG_LINES_TOLD:])
        return "(it printed nothing)"

    def run(self, *command: str | Path) -> None:
        """Run a program to its end as the account of the service, in its folder."""
        account = pwd.getpwnam(self.account) if self.account and os.getuid() == 0 else None
        with self.log.open("ab") as log:
            finished = subprocess.run(
                command,
                cwd=self.folder,
                env=self._whole_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )
        if finished.returncode:
            raise ServiceError(f"{command[0]} ended with {finished.returncode}. Its log ends:\n{self.end_of_log()}")

    def make_folder(self, name: str) -> Path:
        """Make a folder in the private one that the service may write."""
        made = self.folder / name
        made.mkdir()
        self._own(made)
        return made

    def _own(self, path: Path) -> None:
        if self.account and os.getuid() == 0:
            shutil.chown(path, self.account)
        path.chmod(0o755)

    def _whole_environment(self) -> dict[str, str]:
        return {
            "PATH": f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            **self.environment(),
        }

    def _tell_keeper(self, wish: bytes) -> None:
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        assert keeper.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it ended by itself
            keeper.stdin.write(wish)
            keeper.stdin.close()
        keeper.wait()


def free_port() -> int:
    """Return a port nobody listens on, below those that the system gives to outgoing connections."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        return port


def listens(port: int) -> bool:
    """Tell whether somebody listens on a port of loopback, without a connection that the service would count."""
    wanted = f"0100007F:{port:04X}"
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return any(fields[1] == wanted and fields[3] == "0A" for fields in lines)


def found(program: str, *folders: str) -> str:
    """Return the path of a program, looked for on the PATH and in ``folders``."""
    path = shutil.which(program, path=os.pathsep.join([*folders, os.environ.get("PATH", ""), "/usr/sbin"]))
    if path is None:
        raise ServiceError(f"{program} is not installed. `sh tests/install-debian` installs it.")
    return path
