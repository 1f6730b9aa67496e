"""Reads a repository, or a folder that is none, as revisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from policy_site.errors import HistoryError
from policy_site.history import disk, texts
from policy_site.history.attached import AttachedFiles
from policy_site.history.blobs import read_blobs
from policy_site.history.findings import (
    MOVES_NOT_FOLLOWED,
    Skipped,
    report_fault,
    report_linked_folders,
    report_names,
    report_skipped,
    report_tip,
)
from policy_site.history.log import SUBMODULE, SYMBOLIC_LINK, Lineages, Sighting, follow_files, parse_log
from policy_site.history.repository import PARTIAL_REMEDY, Log, Repository, Tip, open_repository
from policy_site.history.tags import TaggedCommit, read_tags
from policy_site.history.texts import Fault, ReadText
from policy_site.model import Finding, Revision, Severity

FAULT_OF_MODE = {SYMBOLIC_LINK: texts.SYMBOLIC_LINK, SUBMODULE: texts.SUBMODULE}


@dataclass(frozen=True, slots=True)
class History:
    """What there is to know about the files of a content folder."""

    commit: str | None
    """Full object name of the newest commit read; ``None`` outside a repository."""
    committed_at: datetime | None
    """Its committer date, UTC; ``None`` where no commit touched the folder."""
    branch: str | None
    """The publishing branch, or the revision asked for instead; ``None`` outside a repository."""
    is_complete: bool
    """False where older revisions can exist elsewhere: a shallow clone, one that lacks a text, and no repository."""
    how_to_complete: str
    """A sentence; empty where the history is complete."""
    revisions: Mapping[str, tuple[Revision, ...]]
    """By file: its newest path. Oldest first, in the order of the branch, whatever their dates say."""
    sequence: tuple[tuple[str, Revision], ...]
    """The same in one row, each with its file, in the order of the branch; within a commit, of the paths."""
    files: frozenset[str]
    """The files that are there at the tip (on disk, for a preview), readable or not."""
    findings: tuple[Finding, ...]
    others: frozenset[str] = frozenset()
    """The files beside them that nobody wanted, by their paths from the content folder."""
    attached: AttachedFiles = field(default_factory=AttachedFiles)
    """Where pictures and files that texts name are read from."""
    gone: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    """When the files that are not there any more were deleted or moved away, by their last paths, UTC."""
    tags: tuple[TaggedCommit, ...] = ()
    """Those of the branch, where they were asked for."""
    places: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Place on the branch of each of its commits, as :attr:`TaggedCommit.place`, where tags were asked for."""


def read_history(
    repository: Path,
    *,
    folder: str,
    branch: str | None,
    wanted: Callable[[str], bool],
    ref: str | None = None,
    with_work_tree: bool = False,
    merged_at: datetime | None = None,
    with_tags: bool = False,
    encoding_of: Callable[[str], str] = lambda _: "",
) -> History:
    """Read the first-parent history of the files below ``folder`` that are ``wanted``.

    ``folder`` is relative to the root of the repository, ``.`` for all of it; paths given to ``wanted`` and got back
    are relative to ``folder``. ``ref`` is read instead of ``branch``; ``branch`` None means the one checked out. With
    the work tree, the files on disk count as one more revision each, without a commit. With ``merged_at``, what is not
    on the publishing branch yet counts as merged into it at that instant, in one commit. ``encoding_of`` says in
    what the texts at a path are that are not UTF-8, empty for none. Raises :class:`HistoryError`.
    """
    opened = open_repository(repository)
    reader = _Reader(folder=normalise(folder), wanted=cache(wanted), encoding_of=encoding_of)
    tip = opened.find_tip(branch=branch, ref=ref)
    log = _read_merged(opened, tip, reader.folder, branch, merged_at) if merged_at else None
    log = log or opened.read_log(tip.commit, folder=reader.folder)
    commits = list(parse_log(log.output))
    history = reader.collect(opened, tip, follow_files(reversed(commits), wanted=reader.wants))
    if with_tags:
        line = opened.read_line(tip.commit)
        places = MappingProxyType({name: place for name, (place, _) in line.items()})
        history = replace(history, tags=tuple(read_tags(opened, line)), places=places)
    if commits:
        history = replace(history, committed_at=texts.date_of(commits[0].seconds))
    if log.are_renames_exact_only:
        history = _without_likeness(history, is_partial=opened.is_partial)
    if with_work_tree:
        history = reader.add_work_tree(opened, history, merged_at)
    findings = (replace(finding, path=reader.below(finding.path)) for finding in history.findings)
    attached = AttachedFiles(
        repository=opened.folder,
        folder=reader.folder,
        tip=tip.commit,
        disk=opened.folder / reader.folder if with_work_tree else None,
    )
    return replace(history, findings=tuple(findings), attached=attached)


def list_paths(repository: Path, *, folder: str, branch: str | None, ref: str | None = None) -> frozenset[str]:
    """Return every file there is or was in ``folder`` of the branch, by its last path."""
    opened = open_repository(repository)
    reader = _Reader(folder=normalise(folder), wanted=bool)
    log = opened.read_log(opened.find_tip(branch=branch, ref=ref).commit, folder=reader.folder)
    followed = follow_files(reversed(list(parse_log(log.output))), wanted=lambda _: False)
    return frozenset(reader.below(path) for path in followed.sightings if disk.is_utf8(path))


def read_folder(
    folder: Path, wanted: Callable[[str], bool], *, encoding_of: Callable[[str], str] = lambda _: ""
) -> History:
    """Read a folder without history, as from a source archive: one revision a file, without commit."""
    if not folder.is_dir():
        raise HistoryError(f"There is no folder {folder}.", remedy="Name the folder that holds the content.")
    none = History(
        commit=None,
        committed_at=None,
        branch=None,
        is_complete=False,
        how_to_complete="Build from a clone of the repository: a folder without git has no history.",
        revisions=MappingProxyType({}),
        sequence=(),
        files=frozenset(),
        findings=(),
        attached=AttachedFiles(disk=folder),
    )
    return _Reader(folder=".", wanted=cache(wanted), encoding_of=encoding_of).add_files(folder, none)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads for one content folder."""

    folder: str
    wanted: Callable[[str], bool]
    encoding_of: Callable[[str], str] = lambda _: ""

    def wants(self, path: str) -> bool:
        """Whether a path from the root of the repository is one of the content."""
        return disk.is_utf8(path) and self.wanted(self.below(path))

    def is_other(self, path: str) -> bool:
        """Whether a path from the root is in the content folder and not wanted."""
        is_inside = self.folder == "." or path.startswith(f"{self.folder}/")
        return is_inside and disk.is_utf8(path) and not self.wants(path)

    def below(self, path: str) -> str:
        """Return a path from the root of the repository as one from the content folder."""
        return path if self.folder == "." else path.removeprefix(f"{self.folder}/")

    def from_root(self, path: str) -> str:
        """Return a path from the content folder as one from the root of the repository."""
        return from_root(path, self.folder)

    def collect(self, repository: Repository, tip: Tip, lineages: Lineages) -> History:
        """Read the blobs of the files that are wanted, and put their revisions in order."""
        pasts = {path: past for path, past in sorted(lineages.sightings.items()) if self.wants(path)}
        contents = self._read_contents(repository, pasts.values())
        is_lacking = any(content is texts.MISSING for content in contents.values())
        is_partial = is_lacking and repository.is_partial
        revisions: dict[str, tuple[Revision, ...]] = {}
        sequence: list[tuple[int, str, Revision]] = []
        findings = [*report_tip(tip), *report_names(lineages.present)]
        for path, past in pasts.items():
            kept, skipped = self.sift(past, contents)
            if kept:
                revisions[self.below(path)] = tuple(revision for _, revision in kept)
                sequence.extend((order, self.below(path), revision) for order, revision in kept)
            if skipped and skipped[-1].sighting is past[-1] and path in lineages.present:
                findings.append(report_fault(path, skipped.pop().fault))
            findings.extend(report_skipped(path, skipped, is_partial=is_partial))
        sequence.sort(key=lambda entry: entry[:2])
        return History(
            commit=tip.commit,
            committed_at=None,
            branch=tip.branch,
            is_complete=not (repository.is_shallow or is_lacking),
            how_to_complete=_how_to_complete(
                is_shallow=repository.is_shallow, is_partial=is_partial, is_lacking=is_lacking
            ),
            revisions=MappingProxyType(revisions),
            sequence=tuple((path, revision) for _, path, revision in sequence),
            files=frozenset(self.below(path) for path in lineages.present if self.wants(path)),
            others=frozenset(self.below(path) for path in lineages.present if self.is_other(path)),
            findings=tuple(findings),
            gone=MappingProxyType(
                {
                    self.below(path): texts.date_of(ending.seconds)
                    for path, ending in sorted(lineages.endings.items())
                    if path in pasts
                }
            ),
        )

    def sift(
        self, past: Iterable[Sighting], contents: Mapping[str, ReadText | Fault]
    ) -> tuple[list[tuple[int, Revision]], list[Skipped]]:
        """Part the sightings of a file into revisions, each with its place on the branch, and what is none."""
        kept: list[tuple[int, Revision]] = []
        skipped: list[Skipped] = []
        for sighting in past:
            content = FAULT_OF_MODE.get(sighting.mode) or contents[sighting.blob]
            if isinstance(content, Fault):
                skipped.append(Skipped(sighting=sighting, fault=content))
            elif not kept or kept[-1][1].digest != content.digest:
                kept.append((sighting.order, _revision(self.below(sighting.path), content, sighting)))
        return kept, skipped

    def _read_contents(self, repository: Repository, pasts: Iterable[list[Sighting]]) -> dict[str, ReadText | Fault]:
        encodings: dict[str, str] = {}
        for sighting in (sighting for past in pasts for sighting in past if sighting.mode not in FAULT_OF_MODE):
            encodings.setdefault(sighting.blob, self.encoding_of(self.below(sighting.path)))
        return read_texts(repository, list(encodings), encodings)

    def add_work_tree(self, repository: Repository, history: History, merged_at: datetime | None) -> History:
        """Let the files on disk follow the history; what is wrong at the tip may be right on disk."""
        if repository.is_bare:
            raise HistoryError(
                f"{repository.folder} is a bare repository: it has no files to preview.",
                remedy="Preview in a clone of it.",
            )
        place = repository.folder / self.folder
        if not place.resolve().is_relative_to(repository.folder):
            raise HistoryError(
                f"The content folder {place} leads out of the repository.", remedy="Put a folder in place of the link."
            )
        kept = tuple(finding for finding in history.findings if finding.severity is not Severity.ERROR)
        return self.add_files(place, replace(history, findings=kept), merged_at)

    def add_files(self, place: Path, history: History, merged_at: datetime | None = None) -> History:
        """Add the files of a folder on disk as one more revision each, where their text differs."""
        revisions = dict(history.revisions)
        added: list[tuple[str, Revision]] = []
        contents = dict(disk.read_files(place, wanted=self.wanted))
        findings = [
            *history.findings,
            *report_linked_folders(self.from_root(path) for path in disk.find_linked_folders(place)),
            *report_names(self.from_root(path) for path in contents),
        ]
        files = frozenset(path for path in contents if disk.is_utf8(path))
        for path in sorted(files):
            content = contents[path]
            text = content if isinstance(content, Fault) else texts.read_text(content, encoding=self.encoding_of(path))
            past = revisions.get(path, ())
            if isinstance(text, Fault):
                findings.append(report_fault(self.from_root(path), text))
            elif not past or past[-1].text != text.text:
                revisions[path] = (*past, replace(_revision(path, text, None), committed_at=merged_at))
                added.append((path, revisions[path][-1]))
        return replace(
            history,
            revisions=MappingProxyType(dict(sorted(revisions.items()))),
            sequence=(*history.sequence, *added),
            files=files,
            others=frozenset(disk.find_others(place, wanted=self.wanted)),
            findings=tuple(dict.fromkeys(findings)),
        )


def _read_merged(repository: Repository, tip: Tip, folder: str, branch: str | None, merged_at: datetime) -> Log | None:
    """Return the log of the publishing branch with ``tip`` merged into it; ``None`` where nothing is to be merged.

    What a merge commit, a squash and a rebase leave on the branch is the same: the difference, on the day of the merge.
    """
    base = repository.find_publishing_tip(branch)
    common = repository.find_fork(base, tip.commit) if base else None
    if base is None or common is None or common == tip.commit:
        return None
    log, difference = (
        repository.read_log(base, folder=folder),
        repository.read_difference(common, tip.commit, folder=folder),
    )
    if difference is None:
        return None
    head = f"{tip.commit} {int(merged_at.timestamp())}".encode("ascii")
    return replace(log, output=head + b"\0" + difference + log.output)


def read_texts(
    repository: Repository, names: Sequence[str], encodings: Mapping[str, str] = MappingProxyType({})
) -> dict[str, ReadText | Fault]:
    """Return what git has under object names as texts, or why it is none; ``encodings``: of those not in UTF-8."""
    contents: dict[str, ReadText | Fault] = {}
    for blob in read_blobs(repository.folder, names, limit=texts.SIZE_LIMIT):
        if blob.content is not None:
            contents[blob.name] = texts.read_text(blob.content, encoding=encodings.get(blob.name, ""))
        else:
            contents[blob.name] = texts.TOO_LARGE if blob.is_too_large else texts.MISSING
    return contents


def _revision(path: str, text: ReadText, sighting: Sighting | None) -> Revision:
    return Revision(
        path=path,
        text=text.text,
        digest=text.digest,
        commit=sighting.commit if sighting else None,
        committed_at=texts.date_of(sighting.seconds) if sighting else None,
    )


def _without_likeness(history: History, *, is_partial: bool) -> History:
    """Do not let a history pass for the whole one where the past of a moved file could be cut off."""
    if not is_partial:
        return replace(history, findings=(*history.findings, MOVES_NOT_FOLLOWED))
    how = history.how_to_complete or _how_to_complete(is_shallow=False, is_partial=True)
    return replace(history, is_complete=False, how_to_complete=how)


def _how_to_complete(*, is_shallow: bool, is_partial: bool, is_lacking: bool = False) -> str:
    if is_shallow:
        return "Fetch the rest of the history with `git fetch --unshallow` (in CI: a clone of full depth)."
    if is_partial:
        return PARTIAL_REMEDY
    return "Look at the repository with `git fsck`, then fetch or clone it again." if is_lacking else ""


def from_root(path: str, folder: str) -> str:
    """Return a path from the content folder as one from the root of the repository."""
    return path if folder == "." else f"{folder}/{path}"


def normalise(folder: str) -> str:
    """Return the content folder as git knows it; raise :class:`HistoryError` for one outside the repository."""
    path = PurePosixPath(folder)
    if path.is_absolute() or ".." in path.parts or "\0" in folder:
        raise HistoryError(
            f"The content folder {folder!r} is not one inside the repository.",
            remedy="Name it relative to the root of the repository.",
        )
    return str(path)
