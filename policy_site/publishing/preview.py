"""A preview: the site as it would be today and on each day to come, side by side in a folder that any host serves.

It is never taken for the published site: it has no manifest and no feed of any kind, a build does not write over it,
and every page says what it is and asks not to be listed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path

from policy_site.errors import PublishingError
from policy_site.pages import PageKind, plan_pages
from policy_site.publication import Publication
from policy_site.publishing.exchange import new_folder, put_in_place
from policy_site.publishing.lock import only_build
from policy_site.publishing.portable import make_portable
from policy_site.publishing.site import write_pages

MARK = "preview.json"
"""Says that a folder is a preview, and of what."""
_NOT_FOR_PREVIEWS = frozenset(
    {
        PageKind.CHANGE_FEED,
        PageKind.ARCHIVE,
        PageKind.EVENT,
        PageKind.CURRENT,
        PageKind.FEED,
        PageKind.SITE_FEED,
        PageKind.FEED_ARCHIVE,
        PageKind.SITE_FEED_ARCHIVE,
        PageKind.SITEMAP,
        PageKind.MANIFEST,
    }
)
"""What programs would take for that of the published site."""
_HEADERS = "/*\n  X-Robots-Tag: noindex\n"


@dataclass(frozen=True, slots=True)
class PreviewedDay:
    """One day of a preview."""

    day: date
    name: str
    """Of its folder: ``today`` or ``2027-01-15``."""
    changes: tuple[str, ...]
    """What happens on that day, a sentence each, in English."""
    publication: Publication


def freeze_preview(
    days: Sequence[PreviewedDay],
    output: Path,
    *,
    is_portable: bool = True,
    jobs: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
) -> None:
    """Write a site for each day into ``output``, and a page that names them, and put all in place in one step.

    ``is_portable``: the links hold wherever the folder lies, on the disk too; for sites made for the root of
    a host.
    Raises :class:`PublishingError` where ``output`` holds anything but a preview, or cannot be written.
    """
    output = output.absolute()
    if output.exists() and (output.is_symlink() or not output.is_dir() or not _may_be_replaced(output)):
        raise PublishingError(f"{output} holds something other than a preview.", remedy="Name an empty folder.")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with only_build(output), new_folder(output) as folder:
            for one in days:
                _write_day(one, folder / one.name, jobs, progress)
            if is_portable:
                make_portable(folder)
            (folder / "index.html").write_text(_page(days, end="index.html" if is_portable else ""), encoding="utf-8")
            (folder / "robots.txt").write_text("User-agent: *\nDisallow: /\n", encoding="utf-8")
            (folder / "_headers").write_text(_HEADERS, encoding="utf-8")
            about = {"commit": _commit(days), "days": [one.day.isoformat() for one in days]}
            (folder / MARK).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
            put_in_place(folder, output)
    except OSError as error:
        raise PublishingError(
            f"The preview could not be written: {error.strerror or error} ({error.filename or output}).",
            remedy="Make room there, or change who may write there.",
        ) from error


def _may_be_replaced(output: Path) -> bool:
    return (output / MARK).is_file() or not any(output.iterdir())


def _write_day(one: PreviewedDay, folder: Path, jobs: int, progress: Callable[[str, int, int], None] | None) -> None:
    folder.mkdir()
    pages = [page for page in plan_pages(one.publication) if page.kind not in _NOT_FOR_PREVIEWS]
    write_pages(one.publication, pages, folder, jobs=jobs, progress=progress)


def _commit(days: Sequence[PreviewedDay]) -> str:
    preview = days[0].publication.preview_of
    return preview.commit if preview else ""


def _page(days: Sequence[PreviewedDay], *, end: str) -> str:
    """Return the page that names the days, for the legal team: in English, as the commands are.

    ``end``: of the address of each day's first page.
    """
    title = escape(days[0].publication.settings.title)
    rows = "".join(
        f'<li><a href="{one.name}/{end}">{_when(one)}</a><ul>'
        + "".join(f"<li>{escape(change)}</li>" for change in one.changes)
        + "</ul></li>\n"
        for one in days
    )
    commit = escape(_commit(days)[:12])
    is_of_files = days[0].publication.preview_of is not None and days[0].publication.preview_of.has_uncommitted
    shown = f"commit {commit} and the changes not committed yet" if is_of_files else f"commit {commit}"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="robots" content="noindex">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Preview of {title}</title>\n</head>\n<body>\n<main>\n<h1>Preview of {title}</h1>\n"
        f"<p>The site as it would be if {shown} were merged now. It is not published.</p>\n"
        f"<ul>\n{rows}</ul>\n</main>\n</body>\n</html>\n"
    )


def _when(one: PreviewedDay) -> str:
    return f"Today, {one.day.isoformat()}" if one.name == "today" else f"From {one.day.isoformat()}"
