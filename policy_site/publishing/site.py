"""All pages to disk, or none.

Pages are frozen by several processes into a new folder beside the published one, which takes its place in one step when
every planned page is there. Whatever fails or interrupts, the site published before stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from policy_site.errors import PublishingError
from policy_site.pages import Page, PageKind, plan_pages, policy_of
from policy_site.publication import Publication
from policy_site.publishing.exchange import keep_times, new_folder, put_in_place
from policy_site.publishing.freezing import freeze_pages
from policy_site.publishing.lock import only_build
from policy_site.publishing.manifest import (
    MANIFEST_NAME,
    foreign_files,
    is_own_manifest,
    is_published,
    portion_keys,
    write_manifest,
)
from policy_site.publishing.memory import Memory, keep, recall, take_over
from policy_site.publishing.signatures import SIGNED
from policy_site.publishing.vouching import Vouching, refuse_unsigned

_NOBODY = Vouching()


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
    vouching: Vouching = _NOBODY,
    cache: Path | None = None,
) -> Frozen:
    """Write the whole site to ``output`` with ``jobs`` processes, and put it in place in one step.

    With a folder for memos, ``cache``, the pages of a policy that would be what they are published as are taken over.

    Raises :class:`PublishingError` where a page fails, the disk is full, another build is at work or ``output`` holds
    what this program did not write.
    """
    output = output.absolute()
    _refuse_foreign_folder(output)
    pages = [page for page in plan_pages(publication) if page.kind is not PageKind.MANIFEST]
    count = len(pages) + len(publication.extra_files) + 1
    if is_published(publication, output) and vouching.is_done(output):
        vouching.write_down(output)
        return Frozen(output, count, 0)
    refuse_unsigned(output, vouching)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with only_build(output):
            keys = portion_keys(publication) if cache is not None and publication.commit else {}
            with new_folder(output) as folder:
                taken = _take_over(recall(cache, output), keys, pages, output, folder)
                write_pages(publication, pages, folder, jobs=jobs, progress=progress, taken=taken)
                digests = write_manifest(publication, folder, taken)
                vouching.vouch(folder)
                changed = keep_times(folder, output)
                put_in_place(folder, output)
            if keys:
                keep(cache, output, keys, digests)
    except OSError as error:
        raise PublishingError(
            f"The site could not be written: {error.strerror or error} ({error.filename or output}).",
            remedy="The site published before is untouched; make room or grant access, and build again.",
        ) from error
    vouching.write_down(output)
    return Frozen(output, count, changed)


def write_pages(
    publication: Publication,
    pages: Sequence[Page],
    folder: Path,
    *,
    jobs: int,
    progress: Callable[[str, int, int], None] | None = None,
    taken: Collection[str] = (),
) -> None:
    """Write these pages of a site, and the files beside the policies, into a new folder: it holds ``taken`` alone.

    Raises :class:`PublishingError` where a page fails, or where a file beside the policies has the address of one.
    """
    new = [page for page in pages if page.file not in taken]
    freeze_pages(publication, new, folder, jobs=max(1, jobs), progress=progress)
    _compare_with_plan(folder, pages)
    _add_extra_files(folder, publication.extra_files)


def _take_over(
    memory: Memory, keys: Mapping[str, str], pages: Sequence[Page], output: Path, folder: Path
) -> Mapping[str, str]:
    """Take over the pages of each policy that is what it was; return the digests of their files."""
    same = {policy for policy, key in keys.items() if memory.keys.get(policy) == key}
    return take_over(memory, (page.file for page in pages if policy_of(page) in same), output, folder)


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
    if any(output.iterdir()) and (foreign := foreign_files(output)):
        shown = ", ".join(foreign[:3]) + (" …" if len(foreign) > 3 else "")  # noqa: PLR2004 - as many as are shown
        raise PublishingError(
            f"{output} holds files that policy-site did not write, and publishing would remove them: {shown}.",
            remedy="Move them away. What is to be published with the site belongs in a folder that site.toml names as"
            " `extra`.",
        )


def _add_extra_files(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        if name in (MANIFEST_NAME, *SIGNED) or path.exists() or any(parent.is_file() for parent in path.parents):
            raise PublishingError(
                f"The file {name} beside the policies has the address of a page of the site.",
                remedy="Give it another name, or take it out of the folder that site.toml names as `extra`.",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _compare_with_plan(folder: Path, pages: Sequence[Page]) -> None:
    planned = {page.file for page in pages}
    built = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    if planned != built:
        astray = sorted(planned ^ built)
        raise PublishingError(
            f"{len(astray)} files differ between plan and site, {astray[0]} among them.",
            remedy="This is a defect of policy-site; the site published before is untouched.",
        )
