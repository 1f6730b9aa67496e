"""Where a command's content comes from: the configuration, the repository, the folder in it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import date as day_of
from pathlib import Path, PurePosixPath

from policy_site.catalogue.grouping import start_of
from policy_site.console.calling import cache_folder, default_configuration
from policy_site.errors import HistoryError, UsageError
from policy_site.history import (
    SMALL_LIMIT,
    History,
    find_repository,
    list_paths,
    read_committed_files,
    read_folder,
    read_history,
    read_small_files,
)
from policy_site.localization.catalogues import read_own_catalogues
from policy_site.model import Event
from policy_site.pages import plan_with_former_names
from policy_site.publication import Publication, Workshop, compile_publication
from policy_site.publication.brand import LARGEST as LARGEST_OF_BRAND
from policy_site.publication.brand import Brand, take_brand
from policy_site.publication.extra import LARGEST, take_extra_files
from policy_site.settings import BrandSettings, Settings, read_settings
from policy_site.sources import Places, expand_wildcards


@dataclass(frozen=True, slots=True)
class Origin:
    """The place that a site is made from."""

    settings: Settings
    config: Path
    repository: Path | None
    """``None`` for a folder without history."""
    folder: str
    """Content folder, relative to the repository; to the current folder where there is none."""
    ref: str | None
    home: Path = Path()
    """What the paths in the settings are relative to: the folder of ``site.toml``, or what ``--repository`` names."""

    def read(self, *, with_work_tree: bool = False, merged_at: datetime | None = None) -> History:
        """Read the history of the content; with ``merged_at``, as if what is not merged yet were, at that instant."""
        places = Places(self.settings)

        def is_wanted(path: str) -> bool:
            return places.of(path) is not None

        if self.repository is None:
            return read_folder(Path(self.folder), is_wanted, encoding_of=places.encoding_of)
        return read_history(
            self.repository,
            folder=self.folder,
            branch=self.settings.branch,
            wanted=is_wanted,
            ref=self.ref,
            with_work_tree=with_work_tree,
            merged_at=merged_at,
            with_tags=self.settings.reads_tags,
            encoding_of=places.encoding_of,
        )

    def of_checkout(self) -> Origin:
        """Return the same with the commit that is checked out in place of the publishing branch, unless one is named.

        Who checks a pull request wants to know of that commit, whatever the branch is called.
        """
        is_bare = self.repository is not None and not (self.repository / ".git").exists()
        return self if self.repository is None or self.ref is not None or is_bare else replace(self, ref="HEAD")

    def compile(
        self,
        as_of: datetime,
        *,
        jobs: int = 1,
        progress: Callable[[str, int, int], None] | None = None,
        history: History | None = None,
        with_work_tree: bool = False,
        with_drafts: bool = False,
        published: Sequence[Event] = (),
    ) -> Publication:
        """Compile what is published at ``as_of``; ``published``: the events of the change feed that is continued.

        ``history``: as was read already. ``with_drafts``: versions announced for a later day are there, too.
        """
        workshop = Workshop(jobs=jobs, cache=cache_folder(), progress=progress)
        history = history or self.read(with_work_tree=with_work_tree)
        publication = compile_publication(
            self.settings,
            history,
            as_of=as_of,
            workshop=workshop,
            with_drafts=with_drafts,
            published=published,
            catalogues=read_own_catalogues(self._catalogue_files(history, with_work_tree=with_work_tree)),
        )
        publication = plan_with_former_names(publication)
        extra = self._extra_files(history, with_work_tree=with_work_tree)
        brand = self._brand(history, with_work_tree=with_work_tree)
        return replace(publication, extra_files=extra, brand=brand or publication.brand)

    def _brand(self, history: History, *, with_work_tree: bool) -> Brand | None:
        """Read the files of the brand from where the texts are read, and make the look of the site from them."""
        settings = self.settings.brand
        if settings == BrandSettings():
            return None
        files: dict[str, bytes | None] = {}
        root = self.repository or self.home.resolve()
        commit = None if with_work_tree else history.commit
        for path in settings.files:
            folder, name = (self.home / path).parent.resolve(), PurePosixPath(path).name
            if folder.is_relative_to(root):
                found = self._read_files(folder, commit, suffix=name, limit=LARGEST_OF_BRAND)
                files |= {path: found[name]} if name in found else {}
        return take_brand(settings, files)

    def _extra_files(self, history: History, *, with_work_tree: bool) -> Mapping[str, bytes]:
        """Read the files that are published as they are, from where the texts are read."""
        if not self.settings.extra:
            return {}
        folder = (self.home / self.settings.extra).resolve()
        root = self.repository or self.home.resolve()
        if not folder.is_relative_to(root):
            raise HistoryError(f"The folder {self.settings.extra} is outside {root}.", remedy="Correct `extra`.")
        commit = None if with_work_tree else history.commit
        files = self._read_files(folder, commit, limit=LARGEST, is_deep=True)
        if not files:
            raise HistoryError(
                f"There are no files in the folder {self.settings.extra} that site.toml names as `extra`.",
                remedy="Put the files there and commit them, or take the line out.",
            )
        return take_extra_files(files, folder=self.settings.extra)

    def _catalogue_files(self, history: History, *, with_work_tree: bool) -> Mapping[str, bytes | None]:
        """Read the operator's catalogues: of the commit that is published, where it holds them, else of the disk."""
        folder = self.config.absolute().parent.resolve() / "translations"
        return self._read_files(folder, None if with_work_tree else history.commit, suffix=".po")

    def _read_files(
        self, folder: Path, commit: str | None, *, suffix: str = "", limit: int = SMALL_LIMIT, is_deep: bool = False
    ) -> Mapping[str, bytes | None]:
        """Read the files of a folder from the commit, where the repository holds it, else from the disk."""
        if self.repository is None or commit is None or not folder.is_relative_to(self.repository):
            return read_small_files(folder, suffix=suffix, limit=limit, is_deep=is_deep)
        below = folder.relative_to(self.repository).as_posix()
        return read_committed_files(self.repository, commit, below, suffix=suffix, limit=limit, is_deep=is_deep)


def open_origin(arguments: argparse.Namespace) -> Origin:
    """Find configuration, repository and content folder; raise :class:`UsageError` where they do not fit together."""
    config = arguments.config or default_configuration()
    settings = read_settings(config)
    if arguments.repository is not None:
        return _expanded(_in_repository(arguments, settings, config))
    home = config.absolute().parent
    base = home / settings.content.folder
    if not base.is_dir():
        raise UsageError(f"There is no content folder {base}.", remedy="Correct content.folder in site.toml.")
    # what the settings, or a link, make of the path of the texts says nothing of where texts may be read
    root = find_repository(home)
    if not base.resolve().is_relative_to(root or home.resolve()):
        raise HistoryError(
            f"The content folder {base} is outside {f'the repository {root}' if root else f'the folder {home}'}.",
            remedy="Correct content.folder, or name the repository that holds it with --repository.",
        )
    repository = root or find_repository(base)
    if repository is None:
        return _expanded(Origin(settings, config, None, os.path.relpath(base), arguments.ref, home))
    folder = base.resolve().relative_to(repository).as_posix()
    return _expanded(Origin(settings, config, repository, folder, arguments.ref, home))


def _expanded(origin: Origin) -> Origin:
    """Return the same with a policy for each file that a wildcard of ``site.toml`` fits."""
    settings = origin.settings
    if not any(policy.is_wildcard for policy in settings.policies):
        return origin
    if origin.repository is None:
        root = Path(origin.folder)
        paths = frozenset(file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file())
    else:
        paths = list_paths(origin.repository, folder=origin.folder, branch=settings.branch, ref=origin.ref)
    return replace(origin, settings=expand_wildcards(settings, paths))


def _in_repository(arguments: argparse.Namespace, settings: Settings, config: Path) -> Origin:
    """Find the content in the folder that ``--repository`` names."""
    if not arguments.repository.is_dir():
        raise UsageError(f"There is no folder {arguments.repository}.", remedy="Correct --repository.")
    folder = Path(os.path.normpath(settings.content.folder)).as_posix()
    base = arguments.repository / folder
    if not base.resolve().is_relative_to(arguments.repository.resolve()):
        raise HistoryError(
            f"The content folder {base} is outside {arguments.repository}.", remedy="Correct content.folder."
        )
    repository = find_repository(arguments.repository)
    if repository is None:
        return Origin(settings, config, None, str(base), arguments.ref, arguments.repository)
    return Origin(settings, config, repository, folder, arguments.ref, arguments.repository)


def instant_of(written: str | None, settings: Settings, *, now: datetime) -> datetime:
    """Return the as-of instant: ``now``, the end of a day in the site's time zone, or an instant as written.

    The end of the day, so that what took effect or was merged on that day is seen.
    """
    if written is None:
        return now
    try:
        if len(written) == len("2024-12-15"):
            return start_of(day_of.fromisoformat(written) + timedelta(days=1), settings.zone) - timedelta(seconds=1)
        at = datetime.fromisoformat(written)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=settings.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"--as-of {written!r} is neither a day nor an instant.",
            remedy="Write 2024-12-15 or 2024-12-15T12:00:00Z.",
        ) from None
