"""Runs git so that nobody's configuration, hooks or variables can change what comes out, or start anything."""

from __future__ import annotations

import os
import re
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from git import Git, GitCommandNotFound

from policy_site.errors import HistoryError

if TYPE_CHECKING:
    from subprocess import Popen

_OPTIONS = (
    "--no-pager",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    f"core.attributesFile={os.devnull}",
    "-c",
    "core.commitGraph=false",  # a cache in the repository's folder that can tell another history than its objects
    "-c",
    "core.useReplaceRefs=false",  # beats GIT_NO_REPLACE_OBJECTS where a repository sets it
    "-c",
    "log.diffMerges=separate",
    "-c",
    "protocol.allow=never",
)
_VARIABLES = {
    "GIT_ALLOW_PROTOCOL": "none",  # beats protocol.<name>.allow of the repository
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
# What an operator says about the machine. All else, GIT_DIR first, is what a calling hook says about its own run.
_KEPT = re.compile(
    r"GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|EXEC_PATH|CEILING_DIRECTORIES"
    r"|DISCOVERY_ACROSS_FILESYSTEM|PYTHON_\w+|TEST_\w+)"
)
_lock = threading.Lock()
MOST_SECONDS = 600.0
"""By the clock on the wall, of one run."""
MOST_BYTES = 256 * 1024 * 1024
"""Of what one run prints: the log of a million files."""
MOST_MEMORY = 768 * 1024 * 1024
"""Bytes that one git may write to; what it maps to read is not counted."""
_COMPLAINT = 64 * 1024


def run_git(
    folder: Path,
    *arguments: str,
    requests: IO[bytes] | None = None,
    seconds: float = MOST_SECONDS,
    most: int = MOST_BYTES,
) -> tuple[int, bytes, str]:
    """Run git in a folder; return its exit status, its output and its complaints (in English).

    Raises :class:`HistoryError` where it takes longer than ``seconds``, or prints more than ``most`` bytes.
    """
    command = next((argument for argument in arguments if not argument.startswith("-") and "=" not in argument), "")
    with start_git(folder, *arguments, requests=requests) as process:
        complaint = bytearray()
        drain = threading.Thread(target=_drain, args=(process.stderr, complaint), daemon=True)
        drain.start()
        is_over = threading.Event()

        def end() -> None:
            is_over.set()
            process.kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            output = cast("IO[bytes]", process.stdout).read(most + 1)
            if len(output) > most:
                raise _too_much(folder, command, f"prints more than {most // 1024 // 1024} MiB")
            process.wait()
        finally:
            timer.cancel()
            process.kill()
            drain.join()
    if process.returncode < 0 and is_over.is_set():
        raise _too_much(folder, command, f"takes longer than {seconds:g} s")
    told = complaint.decode("utf-8", "replace")
    if process.returncode != 0 and "out of memory" in told:
        raise _too_much(folder, command, f"needs more than {MOST_MEMORY // 1024 // 1024} MiB of memory")
    return process.returncode, output, told


def _drain(stream: IO[bytes], into: bytearray) -> None:
    """Read whatever git complains of, so that it never waits for us; keep the beginning."""
    while part := stream.read(1 << 14):
        into += part[: max(_COMPLAINT - len(into), 0)]


def _too_much(folder: Path, command: str, what: str) -> HistoryError:
    return HistoryError(
        f"`git {command}` {what} in {folder}: no history of policies is so large.",
        remedy="Keep the policies in a repository of their own, or name their folder as content.folder.",
    )


def start_git(folder: Path, *arguments: str, requests: IO[bytes] | None = None) -> Popen[bytes]:
    """Start git in a folder, with a file as its input."""
    command = [Git.GIT_PYTHON_GIT_EXECUTABLE or "git", "-C", str(folder.absolute()), *_OPTIONS, *arguments]
    try:
        with without_foreign_variables():
            process = Git().execute(command, istream=cast("BinaryIO | None", requests), as_process=True, env=_VARIABLES)
    except (GitCommandNotFound, PermissionError):
        raise HistoryError(
            "git cannot be started on this machine.", remedy="Install it (2.31 or newer) and put it on the PATH."
        ) from None
    started, process.proc = process.proc, None  # taken out of the wrapper, which would stop it when it is collected
    git = cast("Popen[bytes]", started)
    if hasattr(resource, "prlimit"):  # Linux: a repository can be made so that git takes all memory there is
        with suppress(OSError):
            resource.prlimit(git.pid, resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    return git


@contextmanager
def without_foreign_variables() -> Iterator[None]:
    """Leave aside, while a process starts, what a calling hook says about another repository.

    GitPython can add to the environment of git and not take away from it.
    """
    with _lock:
        aside = {name: os.environ.pop(name) for name in list(os.environ) if _is_foreign(name)}
        try:
            yield
        finally:
            os.environ.update(aside)


def _is_foreign(name: str) -> bool:
    return name.startswith("GIT_") and not _KEPT.fullmatch(name)
