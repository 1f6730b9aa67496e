"""Pages are frozen by several processes. The only door to Frozen-Flask."""

from __future__ import annotations

import gc
import mimetypes
import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from flask_frozen import Freezer, FrozenFlaskWarning, MissingURLGeneratorWarning

from policy_site.errors import PublishingError
from policy_site.pages import Page, policy_of
from policy_site.publication import Publication
from policy_site.publication.attachments import MEDIA_TYPES as ATTACHED_TYPES
from policy_site.publication.portions import portion
from policy_site.web import create_app, related_policies
from policy_site.web.hosts.rules import MEDIA_TYPES

_SHARE = 24
"""Pages that a process freezes before it asks for more."""


def freeze_pages(
    publication: Publication,
    pages: Sequence[Page],
    folder: Path,
    *,
    jobs: int,
    progress: Callable[[str, int, int], None] | None,
) -> None:
    """Freeze ``pages`` into ``folder`` with ``jobs`` processes; :class:`PublishingError` where one fails.

    The pages of a policy are made from its portion of the publication alone: nothing else can be seen in them.
    """
    shares = _shares(pages)
    done = 0
    if jobs == 1:
        worker = _Worker(publication, folder)
        for share in shares:
            worker.freeze(share)
            done += len(share)
            _tell(progress, done, len(pages))
        return
    # Forked children inherit the publication: nothing of it is copied or pickled.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_start, initargs=(publication, folder)) as pool:
        try:
            for future in as_completed([pool.submit(_freeze_share, share) for share in shares]):
                done += future.result()
                _tell(progress, done, len(pages))
        except BrokenProcessPool:
            raise PublishingError(
                "A process that wrote pages was killed; memory may have run out.",
                remedy="The site published before is untouched; build again with --jobs 1.",
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def _shares(pages: Sequence[Page]) -> list[list[Page]]:
    """Part the pages into shares, each of one policy: what a process knows of a policy serves all shares of it."""
    by_policy: dict[str, list[Page]] = {}
    for page in pages:
        by_policy.setdefault(policy_of(page), []).append(page)
    return [group[start : start + _SHARE] for group in by_policy.values() for start in range(0, len(group), _SHARE)]


def _tell(progress: Callable[[str, int, int], None] | None, done: int, total: int) -> None:
    if progress:
        progress("Writing the pages", done, total)


class _Worker:
    """Freezes shares of pages, with one application for each policy, and one for what is of none."""

    def __init__(self, publication: Publication, folder: Path) -> None:
        # What Frozen-Flask compares media types with is ours, not what the machine knows that happens to build.
        for end, media_type in (*ATTACHED_TYPES.items(), *MEDIA_TYPES.items(), ("conf", "text/plain")):
            mimetypes.add_type(media_type.partition(";")[0], f".{end}")
        self._publication = publication
        self._related = related_policies(publication)
        self._folder = folder
        self._share: Sequence[Page] = ()
        self._current: tuple[str, Freezer] | None = None

    def _freezer_of(self, policy: str) -> Freezer:
        """Return the freezer of a policy's pages; what was known of the policy before is let go."""
        if self._current is None or self._current[0] != policy:
            whole = self._publication
            self._current = None
            self._current = policy, self._make_freezer(portion(whole, whole.policy(policy)) if policy else whole)
        return self._current[1]

    def _make_freezer(self, publication: Publication) -> Freezer:
        app = create_app(publication, self._related)
        app.config.update(
            FREEZER_DESTINATION=str(self._folder),
            FREEZER_BASE_URL=publication.settings.base_url,
            FREEZER_REMOVE_EXTRA_FILES=False,
            FREEZER_REDIRECT_POLICY="error",
            PROPAGATE_EXCEPTIONS=True,
        )
        freezer = Freezer(app, with_static_files=False, with_no_argument_rules=False, log_url_for=False)
        freezer.register_generator(self._addresses)
        return freezer

    def _addresses(self) -> Iterator[str]:
        for page in self._share:
            yield f"/{page.address}"

    def freeze(self, share: Sequence[Page]) -> None:
        """Freeze a share of one policy; :class:`PublishingError` where a page fails."""
        self._share = share
        url = share[0].address
        try:
            freezer = self._freezer_of(policy_of(share[0]))
            with warnings.catch_warnings():
                warnings.simplefilter("error", FrozenFlaskWarning)
                # A share never covers every view; built pages are compared with the plan instead.
                warnings.simplefilter("ignore", MissingURLGeneratorWarning)
                for page in freezer.freeze_yield():
                    url = page.url
        except OSError as error:
            raise _failed(
                f"A page could not be written: {error.strerror or error} (after /{url.lstrip('/')})."
            ) from error
        except Exception as error:
            name = type(error).__name__
            raise _failed(f"A page after /{url.lstrip('/')} could not be rendered: {name}: {error}.") from error


def _failed(message: str) -> PublishingError:
    return PublishingError(message, remedy="The site published before is untouched.")


_worker: _Worker | None = None


def _start(publication: Publication, folder: Path) -> None:
    global _worker  # noqa: PLW0603 - a pool's process has no other place for what it starts with
    # An interrupt is the parent's business: it stops the pool and cleans up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = _Worker(publication, folder)
    # What was compiled stays to the end; looking through it again and again for what could go took a sixth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _end_with_parent() -> None:
    """End this process when the build was killed: it would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _freeze_share(share: Sequence[Page]) -> int:
    """Freeze a share in a process of the pool; return how many pages it has."""
    if _worker is None:
        raise PublishingError("A process was not started.")
    _worker.freeze(share)
    return len(share)
