"""What merging one revision into another would bring: found by trees alone, nothing is merged or written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from policy_site.errors import HistoryError
from policy_site.history import disk, texts
from policy_site.history.blobs import read_blobs
from policy_site.history.findings import report_fault
from policy_site.history.history import FAULT_OF_MODE, History, from_root, normalise, read_history, read_texts
from policy_site.history.repository import Repository, open_repository
from policy_site.history.texts import Fault, ReadText
from policy_site.model import Finding, Revision

_PARENTS_OF_MERGE = 2


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that is another one after the merge."""

    path: str
    """Relative to the content folder."""
    before: Revision | None
    """As it is on the branch that is merged into; ``None`` where it is not there or no text."""
    after: Revision | None
    """As it will be; ``None`` where it goes or is no text."""
    is_gone: bool = False
    """Whether the file is not there after the merge."""


@dataclass(frozen=True, slots=True)
class Merge:
    """What merging would change, before anything is read of the history."""

    repository: Path
    folder: str
    base: str
    """Full object name of the commit that is merged into."""
    head: str
    """Full object name of the commit that is merged."""
    fork: str
    """Full object name of the commit at which the two parted."""
    changes: tuple[FileChange, ...]
    """Files of the content, by path."""
    others: tuple[str, ...]
    """Files below the content folder that are no content, by path."""
    conflicts: tuple[str, ...]
    """Files of the content that both sides changed since they parted, each in its own way."""
    findings: tuple[Finding, ...]
    """About files that are no text."""

    @property
    def is_behind(self) -> bool:
        """Whether the branch that is merged into went on since the two parted."""
        return self.fork != self.base

    def read(self, *, wanted: Callable[[str], bool], at: datetime) -> tuple[History, History]:
        """Return the history before, and the one after a merge at ``at``, of the files that are ``wanted``."""
        before = read_history(self.repository, folder=self.folder, branch=None, wanted=wanted, ref=self.base)
        changes = [change for change in self.changes if wanted(change.path)]
        return before, _merged(before, changes, findings=self.findings, head=self.head, at=at)


def find_merge(repository: Path, *, base: str, head: str, folder: str, wanted: Callable[[str], bool]) -> Merge:
    """Compare the trees of two revisions and of the commit at which they parted.

    ``folder`` is relative to the root of the repository, ``.`` for all of it; paths given to ``wanted`` are relative to
    ``folder``. Raises :class:`HistoryError` where one of the two is not there, or nothing joins them.
    """
    opened, folder = open_repository(repository), normalise(folder)
    base, head = (opened.find_tip(branch=None, ref=ref).commit for ref in (base, head))
    fork = opened.find_fork(base, head)
    if fork is None:
        remedy = (
            "Fetch the rest of the history with `git fetch --unshallow` (in CI: a clone of full depth)."
            if opened.is_shallow
            else "Name a branch that began on the publishing branch."
        )
        raise HistoryError(f"Nothing in this clone joins {base[:12]} and {head[:12]}.", remedy=remedy)
    brought = opened.compare_trees(fork, head, folder=folder)
    meanwhile = opened.compare_trees(fork, base, folder=folder) if fork != base else {}
    prefix = "" if folder == "." else f"{folder}/"
    told: dict[str, tuple[str, str, str]] = {}
    others, conflicts = list[str](), list[str]()
    for path, (mode, old, new) in sorted(brought.items()):
        below = path.removeprefix(prefix)
        if not disk.is_utf8(path) or not wanted(below):
            others.append(below.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))
            continue
        if path in meanwhile:
            if meanwhile[path][2] != new:
                conflicts.append(below)
            continue
        told[below] = (mode, old, new)
    changes, findings = _read_changes(opened, told, folder=folder)
    return Merge(
        repository=opened.folder,
        folder=folder,
        base=base,
        head=head,
        fork=fork,
        changes=tuple(changes),
        others=tuple(others),
        conflicts=tuple(conflicts),
        findings=tuple(findings),
    )


def _read_changes(
    repository: Repository, told: Mapping[str, tuple[str, str, str]], *, folder: str
) -> tuple[list[FileChange], list[Finding]]:
    names = sorted({blob for _, *blobs in told.values() for blob in blobs if blob.strip("0")})
    contents = read_texts(repository, names)
    changes: list[FileChange] = []
    findings: list[Finding] = []
    for path, (mode, old, new) in told.items():
        fault = FAULT_OF_MODE.get(mode) or contents.get(new)
        if isinstance(fault, Fault):
            findings.append(replace(report_fault(from_root(path, folder), fault), path=path))
        is_text = mode not in FAULT_OF_MODE
        changes.append(
            FileChange(
                path=path,
                before=_revision(path, contents.get(old)),
                after=_revision(path, contents.get(new) if is_text else None),
                is_gone=not new.strip("0"),
            )
        )
    return changes, findings


def _revision(path: str, content: ReadText | Fault | None) -> Revision | None:
    if not isinstance(content, ReadText):
        return None
    return Revision(path=path, text=content.text, digest=content.digest, commit=None, committed_at=None)


def _merged(
    history: History, changes: Sequence[FileChange], *, findings: Sequence[Finding], head: str, at: datetime
) -> History:
    """Let what a merge at ``at`` brings follow the history."""
    revisions, files = dict(history.revisions), set(history.files)
    added: list[tuple[str, Revision]] = []
    for change in changes:
        if change.is_gone:
            files.discard(change.path)
            continue
        files.add(change.path)
        past = revisions.get(change.path, ())
        if change.after is not None and (not past or past[-1].digest != change.after.digest):
            revision = replace(change.after, commit=head, committed_at=at)
            revisions[change.path] = (*past, revision)
            added.append((change.path, revision))
    touched = {change.path for change in changes}
    kept = (finding for finding in history.findings if finding.path not in touched)
    return replace(
        history,
        commit=head,
        committed_at=at,
        revisions=MappingProxyType(dict(sorted(revisions.items()))),
        sequence=(*history.sequence, *added),
        files=frozenset(files),
        findings=(*kept, *findings),
    )


def find_moves(repository: Path, head: str, *, branch: str | None, folder: str) -> tuple[str, Mapping[str, str]]:
    """Return the commit at which ``head`` left the publishing branch, and which files it moved since: new by old paths.

    Paths are relative to ``folder``. Where nothing was left, the commit is ``head``, and nothing moved.
    """
    opened = open_repository(repository)
    base = opened.find_publishing_tip(branch)
    fork = opened.find_fork(base, head) if base else None
    difference = opened.read_difference(fork, head, folder=normalise(folder)) if fork and fork != head else None
    if fork is None or difference is None:
        return head, MappingProxyType({})
    prefix = "" if folder == "." else f"{normalise(folder)}/"
    moves: dict[str, str] = {}
    tokens = iter(difference.split(b"\0"))
    for token in tokens:
        if not token.startswith(b":"):
            continue
        is_move = token.split(b" ")[-1].startswith(b"R")
        paths = [next(tokens).decode("utf-8", "surrogateescape") for _ in range(2 if is_move else 1)]
        if is_move:
            moves[paths[0].removeprefix(prefix)] = paths[1].removeprefix(prefix)
    return fork, MappingProxyType(moves)


def read_file(repository: Path, commit: str, path: str) -> str | None:
    """Return the text of a file of a commit, by its path from the root; ``None`` where none can be read."""
    for blob in read_blobs(open_repository(repository).folder, [f"{commit}:{path}"], limit=texts.SIZE_LIMIT):
        if blob.content is not None:
            content = texts.read_text(blob.content)
            return content.text if isinstance(content, ReadText) else None
    return None


def read_committed_files(
    repository: Path,
    commit: str,
    folder: str,
    *,
    suffix: str = "",
    limit: int = disk.SMALL_LIMIT,
    is_deep: bool = False,
) -> dict[str, bytes | None]:
    """Return the files of ``folder`` in a commit whose names end with ``suffix``, by their paths below it.

    ``None`` for links, modules and what is larger than ``limit`` bytes; without ``is_deep``, folders are left out.
    """
    opened = open_repository(repository)
    listed = opened.list_files(commit, folder, is_deep=is_deep)
    files = {name: blob for name, blob in listed.items() if name.endswith(suffix)}
    blobs = read_blobs(opened.folder, [blob for blob in files.values() if blob], limit=limit)
    contents = {blob.name: blob.content for blob in blobs}
    return {name: contents.get(blob) for name, blob in files.items()}


def find_proposed(repository: Path, commit: str, *, branch: str | None) -> str:
    """Return the commit that people made: of a merge into the publishing branch that is not on it, what was merged.

    Git hosts check a pull request in such a merge, which nobody ever sees.
    """
    opened = open_repository(repository)
    base, parents = opened.find_publishing_tip(branch), opened.find_parents(commit)
    if base is None or len(parents) != _PARENTS_OF_MERGE or opened.find_fork(base, commit) == commit:
        return commit
    return parents[1] if opened.find_fork(base, parents[0]) == parents[0] else commit


def read_texts_of(repository: Path, commit: str, folder: str, wanted: Callable[[str], bool]) -> dict[str, str]:
    """Return the texts of the files of a commit that are ``wanted``, by their paths below ``folder``."""
    opened = open_repository(repository)
    listed = opened.list_files(commit, "" if folder == "." else folder, is_deep=True)
    names = {path: blob for path, blob in listed.items() if blob and wanted(path)}
    read = read_texts(opened, list(dict.fromkeys(names.values())))
    found = {path: read[blob] for path, blob in names.items()}
    return {path: text.text for path, text in found.items() if isinstance(text, ReadText)}


def find_names_on_branches(repository: Path, folder: str) -> frozenset[str]:
    """Return the names of files that any branch has in ``folder``, a path from the root of the repository."""
    opened = open_repository(repository)
    return frozenset(name for tip in opened.find_tips() for name in opened.list_names(tip, folder))
