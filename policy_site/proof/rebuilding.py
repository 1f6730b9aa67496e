"""The site that git gives today, made again beside the published one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from policy_site.errors import UnreachableError
from policy_site.events.chain import FEED_ADDRESS, ChangeFeed
from policy_site.events.continuation import Continuation, Ground
from policy_site.pages import PageKind, plan_pages
from policy_site.proof.differences import Cause, Difference
from policy_site.proof.files import SiteFiles
from policy_site.proof.statements import Statement
from policy_site.proof.substance import have_same_words, is_taken_from, say_the_same
from policy_site.publication import Publication
from policy_site.publishing.manifest import MANIFEST_NAME, write_manifest
from policy_site.publishing.site import write_pages

_ARCHIVES = frozenset({PageKind.ARCHIVE, PageKind.FEED_ARCHIVE, PageKind.SITE_FEED_ARCHIVE})


def write_again(
    publication: Publication,
    folder: Path,
    *,
    jobs: int,
    progress: Callable[[str, int, int], None] | None = None,
) -> Mapping[str, Any]:
    """Write a publication into a new, empty folder; return its manifest, the digests of its files among it."""
    pages = [page for page in plan_pages(publication) if page.kind is not PageKind.MANIFEST]
    write_pages(publication, pages, folder, jobs=jobs, progress=progress)
    write_manifest(publication, folder)
    manifest: Mapping[str, Any] = json.loads((folder / MANIFEST_NAME).read_bytes())
    return manifest


def kept_files(files: SiteFiles, statement: Statement | None, publication: Publication) -> Mapping[str, bytes]:
    """Return the archive documents that the manifest says to stay as they were published once."""
    names = statement.kept if statement else frozenset()
    kept: dict[str, bytes] = {}
    for page in plan_pages(publication):
        if page.kind in _ARCHIVES and page.address in names:
            try:
                content = files.read(page.file)
            except UnreachableError:
                continue
            if content is not None:
                kept[page.address] = content
    return MappingProxyType(kept)


def judge_kept(kept: Mapping[str, bytes], made: Mapping[str, bytes]) -> Iterator[Difference]:
    """Say of each document that is kept whether today's would say the same."""
    for name, content in sorted(kept.items()):
        is_same = name in made and say_the_same(name, content, made[name])
        fact = (
            "It stays as an earlier version of the program wrote it, and says what git gives."
            if is_same
            else "The manifest says that it stays as it was published once; git gives other words today."
        )
        yield Difference(Cause.KEPT, name, fact, counts=not is_same)


def judge_departures(
    continuation: Continuation, records: Sequence[Mapping[str, Any]], feed: ChangeFeed
) -> Iterator[Difference]:
    """Say of each published event that git would tell otherwise whether an honest site can have it so."""
    published = {record["id"]: record for record in records}
    derived = {record["id"]: record for record in feed.records}
    departed = {departure.id for departure in continuation.departures}
    for identity, record in continuation.kept.items():
        if identity not in departed:
            fact = f"Event {record['seq']} has other fields than are written today, or other forms of its words."
            is_same = _is_same_form(record, derived[identity])
            cause = Cause.KEPT if is_same else Cause.ALTERED
            yield Difference(cause, FEED_ADDRESS, fact, counts=not is_same)
    for departure in continuation.departures:
        name = f"Event {departure.seq}, {departure.id},"
        if not departure.differences:
            yield Difference(Cause.HISTORY, FEED_ADDRESS, f"{name} does not follow from git.")
            continue
        told = "; ".join(
            f"{one.field} is {one.published} and would be {one.derived}" for one in departure.differences[:3]
        )
        if departure.ground is Ground.FORM and not _is_same_form(published[departure.id], derived[departure.id]):
            told, ground = "its words in HTML and as text are not the same", None
        else:
            ground = departure.ground
        if ground is None:
            yield Difference(Cause.ALTERED, FEED_ADDRESS, f"{name} is published otherwise than git tells it: {told}.")
        else:
            fact = f"{name} stays as it was published ({ground}): {told or 'its words have another form now'}."
            yield Difference(Cause.KEPT, FEED_ADDRESS, fact, counts=False)


def _is_same_form(published: Mapping[str, Any], derived: Mapping[str, Any]) -> bool:
    """Say whether an event has the words that git gives, and no others, in HTML and as text."""
    for locale, edition in published["editions"].items():
        other = derived["editions"].get(locale) or {}
        for part in ("summary", "impact", "choices"):
            before, after = edition.get(part), other.get(part)
            if before is None and after is None:
                continue
            if before is None or after is None or not have_same_words(before["html"], after["html"]):
                return False
            if not is_taken_from(before["text"], before["html"]):
                return False
    return True
