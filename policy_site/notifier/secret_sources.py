"""Where a secret is kept: in a file, in the environment (``env:NAME``), or as a credential of systemd."""

from __future__ import annotations

import os
from pathlib import Path

_ENVIRONMENT, _CREDENTIAL = "env:", "credential:"
_FOLDER = "CREDENTIALS_DIRECTORY"
"""In which variable systemd names the folder of a unit's credentials (systemd.exec, LoadCredential=)."""


def source_beside(folder: Path, source: Path) -> Path:
    """Return where a secret is: a relative path is relative to ``folder``."""
    return source if str(source).startswith((_ENVIRONMENT, _CREDENTIAL)) else folder / source


def read_secret_source(source: Path) -> bytes:
    """Return a secret without white space around it; raise :class:`OSError` where there is none."""
    written = str(source)
    if written.startswith(_ENVIRONMENT):
        name = written.removeprefix(_ENVIRONMENT)
        if not os.environ.get(name):
            raise FileNotFoundError(f"the environment has no {name}")
        return os.environ[name].encode("utf-8", "surrogateescape").strip()
    if written.startswith(_CREDENTIAL):
        name = written.removeprefix(_CREDENTIAL)
        folder = os.environ.get(_FOLDER)
        if not folder or name != Path(name).name:
            raise FileNotFoundError(f"systemd gives no credential {name}; LoadCredential= in the unit names it")
        return (Path(folder) / name).read_bytes().strip()
    return source.read_bytes().strip()
