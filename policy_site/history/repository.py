"""What is asked of a repository: its tip, its log, where it is. Objects only, never the work tree."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from policy_site.errors import HistoryError
from policy_site.history.renames import find_large_files, has_candidates, join_logs
from policy_site.history.runner import run_git

PARTIAL_REMEDY = "Fetch what is missing with `git fetch --refetch --no-filter`, or clone again without `--filter`."
_BRANCHES_NAMED = 10
_LOG = (
    "log",
    "--first-parent",
    "-m",
    "--root",
    "--raw",
    "-z",
    "--no-abbrev",
    "--no-color",
    "--no-decorate",
    "--no-ext-diff",
    "--no-follow",
    "--no-mailmap",
    "--no-notes",
    "--no-relative",
    "--no-show-signature",
    "--no-textconv",
    "--encoding=UTF-8",
    "--ignore-submodules=none",
    "-O/dev/null",
    "-l1000",
    "--format=%H %ct",
)
_TREES = (
    "diff-tree",
    "-r",
    "--raw",
    "-z",
    "--no-abbrev",
    "--no-ext-diff",
    "--no-relative",
    "--no-renames",
    "--no-textconv",
    "--ignore-submodules=none",
    "-O/dev/null",
)


@dataclass(frozen=True, slots=True)
class Tip:
    """The commit that is read up to."""

    commit: str
    branch: str
    """The branch, or the revision that was asked for instead of one."""
    is_head_detached: bool


@dataclass(frozen=True, slots=True)
class Log:
    """What changed at each first-parent commit."""

    output: bytes
    """As :mod:`log` takes it, newest commit first."""
    are_renames_exact_only: bool
    """Whether files that changed while they moved could not be told, as an old blob is missing or damaged."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A place in which git has been asked, once, and has answered."""

    folder: Path
    """The root of the work tree; of a bare repository, the repository itself."""
    is_bare: bool
    is_shallow: bool

    def find_tip(self, *, branch: str | None, ref: str | None) -> Tip:
        """Return the commit of ``ref``, else of ``branch``, else of the branch that is checked out."""
        status, output, _ = run_git(self.folder, "symbolic-ref", "-q", "HEAD")
        checked_out = _decode(output).strip().removeprefix("refs/heads/") if status == 0 else None
        if ref is not None:
            commit = self.find_commit(ref)
            if commit is None:
                raise HistoryError(
                    f"There is no revision {ref!r} in {self.folder}.",
                    remedy="Name a commit, tag or branch that `git log` knows, or fetch it first.",
                )
            return Tip(commit=commit, branch=ref, is_head_detached=False)
        name = branch or checked_out
        if name is None:
            raise HistoryError(
                f"No branch is checked out in {self.folder} (its HEAD is detached), so none is known to publish from.",
                remedy='Name one in site.toml (`branch = "main"`), or build exactly this commit with `--ref HEAD`.',
            )
        for place in ("refs/heads", "refs/remotes/origin"):
            status, output, _ = run_git(self.folder, "show-ref", "--verify", "-s", "--", f"{place}/{name}")
            if status == 0:
                commit = _decode(output).strip()
                return Tip(commit=commit, branch=name, is_head_detached=checked_out is None)
        raise self._no_such_branch(name)

    def find_commit(self, ref: str) -> str | None:
        """Return the full object name of the commit that ``ref`` means; ``None`` where it means none."""
        if "\0" in ref:
            return None
        status, output, _ = run_git(
            self.folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
        )
        return _decode(output).strip() if status == 0 else None

    def _no_such_branch(self, name: str) -> HistoryError:
        _, output, _ = run_git(self.folder, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes/origin")
        names = {
            re.sub(r"^refs/(heads|remotes/origin)/", "", line)
            for line in _decode(output).splitlines()
            if line != "refs/remotes/origin/HEAD"
        }
        status, _, _ = run_git(self.folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if not names and status == 0:
            return HistoryError(
                f"There is no branch {name!r} in {self.folder}, nor any other: a commit is checked out by itself.",
                remedy="Publish that commit with --ref HEAD, or fetch the branch.",
            )
        if not names:
            return HistoryError(
                f"The repository {self.folder} has no commits yet.",
                remedy="Commit the texts first: `git add .` and `git commit`.",
            )
        if name in names:
            return HistoryError(
                f"The branch {name!r} is there, but its last commit is missing or damaged in {self.folder}.",
                remedy="Look at it with `git fsck`, or clone it again.",
            )
        more = len(names) - _BRANCHES_NAMED
        shown = ", ".join(sorted(names)[:_BRANCHES_NAMED]) + (f" and {more} more" if more > 0 else "")
        return HistoryError(
            f"There is no branch {name!r} in {self.folder}; there are: {shown}.",
            remedy='Name the publishing branch in site.toml (`branch = "..."`), or fetch it.',
        )

    def read_log(self, commit: str, *, folder: str) -> Log:
        """Return what changed below ``folder`` up to ``commit``."""
        where = [] if folder == "." else [folder]
        status, exact, complaint = run_git(self.folder, *_LOG, "-M100%", "--end-of-options", commit, "--", *where)
        if status == 0:
            compared = self._compare_moved(exact, commit, where) if has_candidates(exact) else exact
            return Log(output=exact if compared is None else compared, are_renames_exact_only=compared is None)
        if self.is_partial:
            raise HistoryError(
                f"The clone {self.folder} is a partial one, without the directories of old commits.",
                remedy=PARTIAL_REMEDY,
            )
        raise HistoryError(
            f"The history of {self.folder} cannot be read: git says {_last_line(complaint)!r}.",
            remedy="Look at it with `git fsck`, or clone it again.",
        )

    def find_parents(self, commit: str) -> tuple[str, ...]:
        """Return the commits that a commit follows; none for the first one, and at the edge of a shallow clone."""
        status, output, _ = run_git(self.folder, "rev-list", "--parents", "--max-count=1", "--end-of-options", commit)
        return tuple(_decode(output).split()[1:]) if status == 0 else ()

    def _compare_moved(self, exact: bytes, commit: str, where: list[str]) -> bytes | None:
        """Return the log in which files that changed while they moved are told by likeness; ``None`` where git fails.

        Likeness needs the files themselves: an old one can be missing, and a large one is left out.
        """
        large = find_large_files(self.folder, exact)
        if not large:
            status, output, _ = run_git(self.folder, *_LOG, "-M50%", "--end-of-options", commit, "--", *where)
            return output if status == 0 else None
        paths = [f":(top,literal){path}" for path in where] or [":(top)"]
        paths += [f":(top,exclude,literal){os.fsdecode(path)}" for path in sorted(large)]
        command = ("--no-literal-pathspecs", *_LOG, "-M50%", "--end-of-options", commit, "--", *paths)
        status, output, _ = run_git(self.folder, *command)
        return join_logs(output, exact, large=large) if status == 0 else None

    def find_fork(self, base: str, head: str) -> str | None:
        """Return the newest commit that two have in common; ``None`` where none is in this clone."""
        status, output, _ = run_git(self.folder, "merge-base", base, head)
        return _decode(output).strip() if status == 0 else None

    def compare_trees(self, old: str, new: str, *, folder: str) -> dict[str, tuple[str, str, str]]:
        """Return what differs between two trees below ``folder``: by path the new mode, the old and the new blob.

        Zeros stand for a file that is not there. A file that moved is one that went and one that came.
        """
        command = (*_TREES, "--end-of-options", old, new, "--", *([] if folder == "." else [folder]))
        status, output, complaint = run_git(self.folder, *command)
        if status != 0:
            raise HistoryError(
                f"Two commits of {self.folder} cannot be compared: git says {_last_line(complaint)!r}.",
                remedy="Look at it with `git fsck`, or clone it again.",
            )
        tokens = iter(output.split(b"\0"))
        found: dict[str, tuple[str, str, str]] = {}
        for token in tokens:
            if token:
                _, mode, before, after, _ = token.decode("ascii").split(" ")
                found[next(tokens).decode("utf-8", "surrogateescape")] = (mode, before, after)
        return found

    def read_line(self, tip: str) -> dict[str, tuple[int, int]]:
        """Return the first-parent commits up to ``tip``: of each its place, from 0 at the oldest, and its seconds."""
        _, output, _ = run_git(self.folder, "rev-list", "--first-parent", "--timestamp", "--end-of-options", tip)
        lines = _decode(output).split("\n")[:-1]
        found: dict[str, tuple[int, int]] = {}
        for place, line in enumerate(reversed(lines)):
            seconds, _, name = line.partition(" ")
            found[name] = (place, int(seconds or 0))
        return found

    def find_branches(self) -> tuple[str, ...]:
        """Return the names of the branches, of this clone and of its origin."""
        _, output, _ = run_git(self.folder, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes/origin")
        names = (re.sub(r"^refs/(heads|remotes/origin)/", "", line) for line in _decode(output).splitlines())
        return tuple(sorted({name for name in names if name != "HEAD"}))

    def find_tags(self) -> dict[str, str]:
        """Return the commit of each tag, by the tag's name."""
        form = "--format=%(refname:strip=2)%00%(objectname)%00%(*objectname)"
        _, output, _ = run_git(self.folder, "for-each-ref", form, "refs/tags")
        tags: dict[str, str] = {}
        for line in output.decode("utf-8", "surrogateescape").split("\n")[:-1]:
            name, own, peeled = line.split("\0")
            tags[name] = peeled or own
        return tags

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether the history of ``new`` has ``old`` in it."""
        status, _, _ = run_git(self.folder, "merge-base", "--is-ancestor", "--end-of-options", old, new)
        return status == 0

    def find_tips(self) -> tuple[str, ...]:
        """Return the commits at which branches end, of this clone and of its remotes."""
        _, output, _ = run_git(self.folder, "for-each-ref", "--format=%(objectname)", "refs/heads", "refs/remotes")
        return tuple(dict.fromkeys(_decode(output).split()))

    def list_names(self, commit: str, folder: str) -> tuple[str, ...]:
        """Return the names of files that a commit has directly in ``folder``; none where it has no such folder."""
        return tuple(self.list_files(commit, folder))

    def list_files(self, commit: str, folder: str, *, is_deep: bool = False) -> dict[str, str]:
        """Return the entries of ``folder`` in a commit by name, each with its object; empty for links and such.

        ``is_deep``: those of the folders in it, too, by their paths.
        """
        deep = ("-r",) if is_deep else ()
        status, output, _ = run_git(self.folder, "ls-tree", "-z", "--full-tree", *deep, f"{commit}:{folder}")
        found: dict[str, str] = {}
        for entry in output.split(b"\0") if status == 0 else ():
            facts, tab, name = entry.partition(b"\t")
            if tab:
                mode, _, blob = _decode(facts).split()
                found[_decode(name)] = blob if mode.startswith("100") else ""
        return found

    def find_publishing_tip(self, branch: str | None) -> str | None:
        """Return the commit of the publishing branch where it can be told: of ``branch``, else of ``main`` or alike.

        What is checked out says nothing of it: a pull request is checked out as a branch of its own.
        """
        status, output, _ = run_git(self.folder, "symbolic-ref", "-q", "refs/remotes/origin/HEAD")
        default = _decode(output).strip().removeprefix("refs/remotes/origin/") if status == 0 else ""
        for name in (branch,) if branch else (default, "main", "master"):
            for place in ("refs/heads", "refs/remotes/origin") if name else ():
                commit = self.find_commit(f"{place}/{name}")
                if commit is not None:
                    return commit
        return None

    def read_difference(self, old: str, new: str, *, folder: str) -> bytes | None:
        """Return what ``new`` changed below ``folder`` since ``old``, as the log says it of one commit."""
        where = [] if folder == "." else [folder]
        command = ("diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--no-relative")
        for renames in ("-M50%", "-M100%"):
            status, output, _ = run_git(self.folder, *command, renames, "--end-of-options", old, new, "--", *where)
            if status == 0:
                return output
        return None

    @property
    def is_partial(self) -> bool:
        """Whether git left out objects on purpose when it cloned (``--filter``)."""
        pattern = r"^(remote\..*\.promisor|extensions\.partialclone)$"
        status, _, _ = run_git(self.folder, "config", "--get-regexp", pattern)
        return status == 0


def open_repository(path: Path) -> Repository:
    """Return the repository that contains ``path``; raise :class:`HistoryError` where there is none to read."""
    if not path.is_dir():
        raise HistoryError(f"There is no folder {path}.", remedy="Name the repository that holds the content.")
    status, output, complaint = run_git(
        path, "rev-parse", "--is-bare-repository", "--is-shallow-repository", "--is-inside-work-tree", "--show-cdup"
    )
    if status != 0:
        raise _refusal(path, complaint)
    is_bare, is_shallow, is_inside, *up = _decode(output).split("\n")
    folder = path.resolve()
    if is_inside == "true":
        folder = (folder / up[0]).resolve()
    return Repository(folder=folder, is_bare=is_bare == "true", is_shallow=is_shallow == "true")


def find_repository(path: Path) -> Path | None:
    """Return the root of the repository that contains ``path``, ``None`` where none does.

    Raises :class:`HistoryError` where there is one that may not be read.
    """
    place = path.resolve()
    while not place.is_dir():
        place = place.parent
    try:
        return open_repository(place).folder
    except _NotARepositoryError:
        _refuse_broken(place)
        return None


def _refuse_broken(place: Path) -> None:
    """Raise :class:`HistoryError` where ``.git`` is there and git finds no repository: files alone may be drafts."""
    for folder in (place, *place.parents):
        if os.path.lexists(folder / ".git"):
            raise HistoryError(
                f"{folder / '.git'} is there, but git finds no repository in it.",
                remedy="Clone the repository again. To publish files without a history, copy them to another place.",
            )
        if os.path.ismount(folder):
            return


def find_merge_base(repository: Path, base: str, head: str) -> str | None:
    """Return the newest commit that two revisions have in common, ``None`` where they have none."""
    opened = open_repository(repository)
    commits = [opened.find_tip(branch=None, ref=ref).commit for ref in (base, head)]
    return opened.find_fork(*commits)


def find_reference_places(repository: Path) -> tuple[Path, ...]:
    """Return the folders in which a repository keeps what its branches are: its own, and of a work tree the shared one.

    None where git does not say.
    """
    status, output, _ = run_git(repository, "rev-parse", "--absolute-git-dir", "--git-common-dir")
    if status != 0:
        return ()
    places = (repository / line for line in os.fsdecode(output).split("\n") if line)
    return tuple(dict.fromkeys(place.resolve() for place in places))


class _NotARepositoryError(HistoryError):
    """No folder from here to the root is a repository."""


def _refusal(path: Path, complaint: str) -> HistoryError:
    if "dubious ownership" in complaint or "unsafe repository" in complaint:
        named = re.search(r"safe\.directory (.+)$", complaint, re.MULTILINE)
        place = " ".join(shlex.split(named.group(1))) if named else str(path.absolute())
        return HistoryError(
            f"The repository {place} belongs to another user, so git does not read it.",
            remedy="If you trust it, say so for this one folder: "
            f"`git config --global --add safe.directory {shlex.quote(place)}`.",
        )
    if "not a git repository" in complaint:
        return _NotARepositoryError(
            f"{path} is not in a git repository.",
            remedy="Name the repository that holds the content, or make one with `git init`.",
        )
    return HistoryError(
        f"git does not read the repository at {path}: it says {_last_line(complaint)!r}.",
        remedy="Mend what git names, then try again.",
    )


def _last_line(complaint: str) -> str:
    return (complaint.strip().splitlines() or ["nothing"])[-1].removeprefix("fatal: ")


def _decode(output: bytes) -> str:
    return output.decode("utf-8", "replace")
