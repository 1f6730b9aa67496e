"""A new repository with a first history: the one place where this program writes to git."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from git import Actor, GitCommandError, GitCommandNotFound, Repo

from policy_site.errors import UsageError
from policy_site.history.runner import without_foreign_variables

_AUTHOR = Actor("policy-site", "policy-site@localhost")
"""Nobody's name is taken from the machine: a sample's history is not somebody's work."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One commit to be made: files that are new or changed, by path."""

    message: str
    files: Mapping[str, str]


def create_repository(folder: Path, snapshots: Sequence[Snapshot], *, branch: str) -> None:
    """Make a git repository in an empty ``folder`` with one commit a snapshot.

    Raises :class:`UsageError` where the folder cannot be written or git is missing.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with without_foreign_variables(), Repo.init(folder, initial_branch=branch) as repository:
            for snapshot in snapshots:
                for name, content in snapshot.files.items():
                    path = folder / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(content, encoding="utf-8", newline="\n")
                repository.index.add(sorted(snapshot.files))
                repository.index.commit(snapshot.message, author=_AUTHOR, committer=_AUTHOR, skip_hooks=True)
    except GitCommandNotFound:
        raise UsageError("git is not installed.", remedy="Install git, version 2.31 or newer.") from None
    except (OSError, GitCommandError) as error:
        raise UsageError(f"The site could not be made in {folder}: {error}.", remedy="Name another folder.") from None
