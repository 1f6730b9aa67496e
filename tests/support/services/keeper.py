"""Runs one service and takes everything it started down with it, whatever becomes of the tests.

Started as a program of its own, with the order as JSON in its first argument. It listens on its standard input:

- ``stop``: signal the service, kill what is left after the time of grace;
- ``kill``: SIGKILL for the service and all that it started;
- end of file, which is also how the end of the tests is told, a ``kill -9`` of them included: stop, then remove the
  folder.

As a subreaper it inherits what a service puts into the background (epmd, Postfix's master, PostgreSQL's backends in
sessions of their own), so that nothing escapes by leaving its process group, which a signal to the group would miss.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_PR_SET_CHILD_SUBREAPER = 36


def main() -> int:
    """Run the service that the first argument orders; return its exit status."""
    order: dict[str, Any] = json.loads(sys.argv[1])
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with Path(order["log"]).open("ab") as log:
        account = {"user": order["user"], "group": order["group"], "extra_groups": []} if order["user"] else {}
        service = subprocess.Popen(
            order["command"],
            cwd=order["folder"],
            env=order["environment"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **account,
        )
    wish = _wait_for_wish(service.pid)
    if wish != b"kill":
        _ask_to_stop(service, order["stop_signal"], order["grace"])
    _kill_descendants()
    if not wish:
        shutil.rmtree(order["folder"], ignore_errors=True)
    return service.returncode or 0


def _wait_for_wish(pid: int) -> bytes:
    """Return what the tests ask for, or ``ended`` when the service ends before."""
    ended = os.pidfd_open(pid)
    readable, _, _ = select.select([sys.stdin, ended], [], [])
    os.close(ended)
    return os.read(sys.stdin.fileno(), 4) if sys.stdin in readable else b"ended"


def _ask_to_stop(service: subprocess.Popen[bytes], stop_signal: int, grace: float) -> None:
    service.send_signal(stop_signal)
    try:
        service.wait(grace)
    except subprocess.TimeoutExpired:
        service.kill()


def _kill_descendants() -> None:
    """Kill until none is left: what is orphaned by a kill becomes a child of this process, and is found in turn."""
    while True:
        for pid in _descendants(os.getpid()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.005)


def _descendants(ancestor: int) -> set[int]:
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                # The name of a program may contain spaces and brackets: the fields begin after the last one.
                fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents[int(folder.name)] = int(fields[1])
    found = {ancestor}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {ancestor}


if __name__ == "__main__":
    sys.exit(main())
