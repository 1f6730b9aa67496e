"""Runs git so that nobody's configuration, hooks or variables can change what comes out, or start anything."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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


def run_git(folder: Path, *arguments: str) -> tuple[int, bytes, str]:
    """Run git in a folder; return its exit status, its output and its complaints (in English)."""
    process = start_git(folder, *arguments)
    output, complaints = process.communicate()
    return process.returncode, output, complaints.decode("utf-8", "replace")


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
    return cast("Popen[bytes]", started)


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
