"""One build at a time, and nothing left of those that were killed."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from policy_site.errors import PublishingError
from policy_site.publishing.exchange import retired_folder


@contextmanager
def only_build(output: Path) -> Iterator[None]:
    """Hold the lock of ``output``: two builds at once would take turns in overwriting each other."""
    lock = output.parent / f".{output.name}.lock"
    # the folder may be everybody's: a link that someone put there is not followed
    file = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            raise PublishingError(
                f"Another build is writing {output}.", remedy="Wait until it has ended, and build again."
            ) from None
        _remove_leftovers(output)
        yield
    finally:
        os.close(file)


def _remove_leftovers(output: Path) -> None:
    """Remove what killed builds left: nobody else can be at work while the lock is held."""
    retired = retired_folder(output)
    if retired.exists() and not output.exists():
        retired.rename(output)  # killed between two renames
    for path in output.parent.iterdir():
        if path.name.startswith(f".{output.name}.new-"):
            shutil.rmtree(path, ignore_errors=True)
