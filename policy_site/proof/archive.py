"""One archive that shows which text applied, made to be checked without this program."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from policy_site.characters import json_bytes
from policy_site.errors import HistoryError, UsageError
from policy_site.events.published import PublishedFeed
from policy_site.history import History
from policy_site.history.objects import FileOnBranch, read_file_on_branch, read_source
from policy_site.model import Edition, Policy, Version
from policy_site.pages import PageKind, has_page_of, make_page
from policy_site.proof.files import SiteFiles
from policy_site.proof.guide import CHECKS, Case, write_guide
from policy_site.publishing.manifest import MANIFEST_NAME
from policy_site.publishing.signatures import SIGNED

SUMS = "SHA256SUMS"
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first instant that a zip archive can name, for each file: the same evidence is the same bytes."""
_PARTS = (PageKind.VERSION, PageKind.VERSION_MARKDOWN, PageKind.VERSION_TEXT, PageKind.VERSION_JSON, PageKind.CHANGES)


def gather_site_files(files: SiteFiles, policy: Policy, version: Version, locale: str) -> dict[str, bytes]:
    """Take what the site shows of a version in a language, its manifest, and what is signed or stamped of it.

    Raises :class:`UsageError` where the site has no manifest, or not the page.
    """
    names = {"policy": policy.id, "version": version.label}
    there = locale if has_page_of(policy, version, locale) else policy.authoritative_locale
    wanted = [make_page(kind, locale=locale if kind is PageKind.CHANGES else there, **names).file for kind in _PARTS]
    found: dict[str, bytes] = {}
    for name in (MANIFEST_NAME, *SIGNED, *wanted, *_styles(files)):
        content = files.read(name)
        if content is not None:
            found[f"site/{name}"] = content
    for name in (MANIFEST_NAME, wanted[0]):
        if f"site/{name}" not in found:
            raise UsageError(f"{files.name} has no {name}.", remedy="Name a site that shows this version with --site.")
    return found


def _styles(files: SiteFiles) -> list[str]:
    return sorted(name for name in files.names or () if name.startswith("static/site.") and name.endswith(".css"))


def gather_events(feed: PublishedFeed) -> dict[str, bytes]:
    """Take every event, from the first one to the head."""
    return {"events.json": json_bytes([dict(record) for record in feed.records])}


def gather_git(repository: Path, folder: str, edition: Edition, tip: str) -> tuple[dict[str, bytes], FileOnBranch]:
    """Take the source of a text, and what leads from it to the tip of the branch."""
    path = edition.revision.path if folder == "." else f"{folder}/{edition.revision.path}"
    source = read_file_on_branch(repository, path, commit=edition.revision.commit or tip, tip=tip)
    if hashlib.sha256(source.blob.content).hexdigest() != edition.digest:
        raise HistoryError(
            f"The text at {source.commits[-1].name[:12]} is not the one that is published.",
            remedy="Look at the repository with `git fsck`, then clone it again.",
        )
    found = {"source.md": source.blob.content}
    for number, commit in enumerate(source.commits, start=1):
        found[f"git/commits/{number:06}-{commit.name}"] = commit.content
    for number, tree in enumerate(source.trees, start=1):
        found[f"git/trees/{number:02}-{tree.name}"] = tree.content
    return found, source


def gather_notes(repository: Path, folder: str, history: History, version: Version) -> dict[str, bytes]:
    """Take the release note of a version in every language and every state that was on the branch, oldest first."""
    if version.note is None:
        return {}
    stem = version.note.path.removesuffix(".md")
    found: dict[str, bytes] = {}
    for path, past in sorted(history.revisions.items()):
        if path != f"{stem}.md" and not (path.startswith(f"{stem}.") and path.count(".") == stem.count(".") + 2):
            continue
        for number, revision in enumerate(past, start=1):
            if revision.commit is not None:
                whole = revision.path if folder == "." else f"{folder}/{revision.path}"
                name = path.rpartition("/")[2]
                found[f"notes/{name.removesuffix('.md')}/{number:02}-{revision.commit[:12]}.md"] = read_source(
                    repository, revision.commit, whole
                )
    return found


def pack(case: Case, files: Mapping[str, bytes]) -> bytes:
    """Pack the evidence: the same evidence, the same bytes."""
    whole = {**files, **CHECKS}
    whole["README.txt"] = write_guide(case, whole).encode("utf-8")
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(whole.items()))
    whole[SUMS] = sums.encode("utf-8")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:  # deflated, it would depend on the library
        for name, content in sorted(whole.items()):
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.external_attr, entry.create_system = 0o644 << 16, 3
            archive.writestr(entry, content)
    return packed.getvalue()
