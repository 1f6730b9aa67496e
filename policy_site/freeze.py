"""All pages to disk, or none: the act of publishing.

The only door to Frozen-Flask. Pages are frozen by several processes into a new folder beside the published one, which
takes its place in one step when every planned page is there. Whatever fails or interrupts, the site published before
stays as it was.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mimetypes
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask_frozen import Freezer, FrozenFlaskWarning, MissingURLGeneratorWarning

from policy_site.errors import PublishingError
from policy_site.manifest import MANIFEST_NAME, is_own_manifest, is_published, write_manifest
from policy_site.pages import Page, PageKind, plan_pages
from policy_site.publication import Publication
from policy_site.web import create_app

_SHARE = 24
"""Pages that a process freezes before it asks for more."""

MEDIA_TYPES = {
    ".atom": "application/atom+xml",
    ".md": "text/markdown",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".xml": "application/xml",
    ".conf": "text/plain",
}
"""What Frozen-Flask compares media types with: ours, not those of the machine that happens to build."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What was published."""

    folder: Path
    pages: int
    changed: int
    """Files whose bytes differ from the site before; all of them where there was none."""


def freeze_site(
    publication: Publication,
    output: Path,
    *,
    jobs: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
) -> Frozen:
    """Write the whole site to ``output`` with ``jobs`` processes, and put it in place in one step.

    Raises :class:`PublishingError` where a page fails, the disk is full, another build is at work or ``output`` holds
    what this program did not write.
    """
    output = output.absolute()
    _refuse_foreign_folder(output)
    pages = [page for page in plan_pages(publication) if page.kind is not PageKind.MANIFEST]
    if is_published(publication, output):
        return Frozen(output, len(pages) + 1, 0)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with _only_build(output), _new_folder(output) as folder:
            _freeze_pages(publication, pages, folder, jobs=max(1, jobs), progress=progress)
            _compare_with_plan(folder, pages)
            write_manifest(publication, folder)
            changed = _keep_times(folder, output)
            _put_in_place(folder, output)
    except OSError as error:
        raise PublishingError(
            f"The site could not be written: {error.strerror or error} ({error.filename or output}).",
            remedy="The site published before is untouched; make room or grant access, and build again.",
        ) from error
    return Frozen(output, len(pages) + 1, changed)


def _refuse_foreign_folder(output: Path) -> None:
    if not output.exists():
        return
    if not output.is_dir() or output.is_symlink():
        raise PublishingError(f"{output} is not a folder.", remedy="Name another place with --output.")
    if any(output.iterdir()) and not is_own_manifest(output / MANIFEST_NAME):
        raise PublishingError(
            f"{output} holds files that policy-site did not write, and publishing would remove them.",
            remedy="Name an empty folder with --output, or one that holds a site.",
        )


@contextmanager
def _only_build(output: Path) -> Iterator[None]:
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
    retired = _retired(output)
    if retired.exists() and not output.exists():
        retired.rename(output)  # killed between two renames
    for path in output.parent.iterdir():
        if path.name.startswith(f".{output.name}.new-"):
            shutil.rmtree(path, ignore_errors=True)


def _retired(output: Path) -> Path:
    return output.parent / f".{output.name}.new-retired"


@contextmanager
def _new_folder(output: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f".{output.name}.new-", dir=output.parent))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# --- pages -----------------------------------------------------------------------------------------------------------


def _freeze_pages(
    publication: Publication,
    pages: Sequence[Page],
    folder: Path,
    *,
    jobs: int,
    progress: Callable[[str, int, int], None] | None,
) -> None:
    shares = [list(pages[start : start + _SHARE]) for start in range(0, len(pages), _SHARE)]
    done = 0
    if jobs == 1:
        worker = _Worker(publication, folder)
        finished: Iterator[tuple[int, str]] = (worker.freeze(share) for share in shares)
        for count, fault in finished:
            done += _counted(count, fault)
            _tell(progress, done, len(pages))
        return
    # Forked children inherit the publication: nothing of it is copied or pickled.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_start, initargs=(publication, folder)) as pool:
        try:
            for future in as_completed([pool.submit(_freeze_share, share) for share in shares]):
                done += _counted(*future.result())
                _tell(progress, done, len(pages))
        except BrokenProcessPool:
            raise PublishingError(
                "A process that wrote pages was killed; memory may have run out.",
                remedy="The site published before is untouched; build again with --jobs 1.",
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def _counted(count: int, fault: str) -> int:
    if fault:
        raise PublishingError(fault, remedy="The site published before is untouched.")
    return count


def _tell(progress: Callable[[str, int, int], None] | None, done: int, total: int) -> None:
    if progress:
        progress("Writing the pages", done, total)


class _Worker:
    """Freezes shares of pages with one application."""

    def __init__(self, publication: Publication, folder: Path) -> None:
        for suffix, media_type in MEDIA_TYPES.items():
            mimetypes.add_type(media_type, suffix)
        self.share: Sequence[Page] = ()
        app = create_app(publication)
        app.config.update(
            FREEZER_DESTINATION=str(folder),
            FREEZER_BASE_URL=publication.settings.base_url,
            FREEZER_REMOVE_EXTRA_FILES=False,
            FREEZER_REDIRECT_POLICY="error",
            PROPAGATE_EXCEPTIONS=True,
        )
        self.freezer = Freezer(app, with_static_files=False, with_no_argument_rules=False, log_url_for=False)
        self.freezer.register_generator(self._addresses)

    def _addresses(self) -> Iterator[str]:
        for page in self.share:
            yield f"/{page.address}"

    def freeze(self, share: Sequence[Page]) -> tuple[int, str]:
        """Freeze a share; return how many pages were written, and what went wrong."""
        self.share = share
        url = share[0].address
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", FrozenFlaskWarning)
                # A share never covers every view; built pages are compared with the plan instead.
                warnings.simplefilter("ignore", MissingURLGeneratorWarning)
                for page in self.freezer.freeze_yield():
                    url = page.url
        except OSError as error:
            return 0, f"A page could not be written: {error.strerror or error} (after /{url.lstrip('/')})."
        except Exception as error:  # noqa: BLE001 - whatever a page does, the build ends with a sentence
            return 0, f"A page after /{url.lstrip('/')} could not be rendered: {type(error).__name__}: {error}."
        return len(share), ""


_worker: _Worker | None = None


def _start(publication: Publication, folder: Path) -> None:
    global _worker  # noqa: PLW0603 - a pool's process has no other place for what it starts with
    # An interrupt is the parent's business: it stops the pool and cleans up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = _Worker(publication, folder)


def _end_with_parent() -> None:
    """End this process when the build was killed: it would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _freeze_share(share: Sequence[Page]) -> tuple[int, str]:
    if _worker is None:
        raise PublishingError("A process was not started.")
    return _worker.freeze(share)


def _compare_with_plan(folder: Path, pages: Sequence[Page]) -> None:
    planned = {page.file for page in pages}
    built = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    if planned != built:
        astray = sorted(planned ^ built)
        raise PublishingError(
            f"{len(astray)} files differ between plan and site, {astray[0]} among them.",
            remedy="This is a defect of policy-site; the site published before is untouched.",
        )


# --- the swap --------------------------------------------------------------------------------------------------------


def _keep_times(folder: Path, output: Path) -> int:
    """Give unchanged files the time they had, so that a deployment copies only what changed; count the others."""
    changed = 0
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        before = output / path.relative_to(folder)
        if before.is_file() and before.read_bytes() == path.read_bytes():
            times = before.stat()
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        else:
            changed += 1
    return changed


_EXCHANGE = 2
"""RENAME_EXCHANGE of renameat2(2)."""
_AT_FDCWD = -100


def _put_in_place(folder: Path, output: Path) -> None:
    """Exchange the new folder and the published one; no visitor finds half a site."""
    if not output.exists():
        folder.rename(output)
        return
    if _exchange(folder, output):
        return
    # Where the system cannot exchange two folders, the site is away for the time of two renames.
    retired = _retired(output)
    output.rename(retired)
    folder.rename(output)
    shutil.rmtree(retired, ignore_errors=True)


def _exchange(first: Path, second: Path) -> bool:
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _EXCHANGE) == 0)
