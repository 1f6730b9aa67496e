"""Evidence: which texts the site shows, from which commit, and the digest of every file it consists of."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Any

import policy_site
from policy_site import __version__
from policy_site.catalogue import applied_until, standing, version_in_force
from policy_site.localization import translations_folder
from policy_site.model import Policy, Version
from policy_site.publication import Publication
from policy_site.publication.portions import digest_portion, portion
from policy_site.publishing.signatures import MANIFEST_NAME as MANIFEST_NAME
from policy_site.publishing.signatures import SIGNED
from policy_site.settings import Settings
from policy_site.web import related_policies

_NONE: Mapping[str, str] = MappingProxyType({})


def write_manifest(publication: Publication, folder: Path, known: Mapping[str, str] = _NONE) -> Mapping[str, str]:
    """Write ``manifest.json`` into a finished site: the same site, the same bytes; return the digests of its files.

    ``known``: digests of files that need not be read for it.
    """
    digests = digest_files(folder, known)
    manifest = {**describe(publication), "files": digests}
    content = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (folder / MANIFEST_NAME).write_text(content, encoding="utf-8")
    return digests


def foreign_files(folder: Path) -> list[str]:
    """Return the files of a published site that its manifest does not name: what others put there, sorted."""
    manifest = json.loads((folder / MANIFEST_NAME).read_bytes())
    known = manifest.get("files") if isinstance(manifest, dict) else None
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or path.is_file())
    return sorted(
        name
        for name in files
        if name not in (MANIFEST_NAME, *SIGNED) and (not isinstance(known, dict) or name not in known)
    )


def is_own_manifest(path: Path) -> bool:
    """Say whether a file is the manifest of a site that this program wrote."""
    try:
        manifest = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(manifest, dict) and str(manifest.get("generator", "")).startswith("policy-site ")


@functools.cache
def program_digest() -> str:
    """Return a digest of this program, and of the libraries whose doing can be seen in a page."""
    digest = hashlib.sha256()
    for folder in (Path(policy_site.__file__).parent, translations_folder()):
        files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.suffix in _SOURCES}
        for name in sorted(name for name in files if not name.startswith("translations/")):
            digest.update(name.encode() + b"\0" + hashlib.sha256(files[name].read_bytes()).digest())
    versions = sorted((name, metadata.version(name)) for name in _SEEN_IN_PAGES)
    return hashlib.sha256(digest.digest() + repr(versions).encode()).hexdigest()


def settings_digest(settings: Settings) -> str:
    """Return a digest of what ``site.toml`` says, however it is written."""
    return hashlib.sha256(settings.model_dump_json().encode("utf-8", "surrogatepass")).hexdigest()


_SOURCES = frozenset({".css", ".html", ".js", ".mjs", ".po", ".py", ".svg"})
_SEEN_IN_PAGES = (
    "babel",
    "diff-match-patch",
    "flask",
    "jinja2",
    "lxml",
    "markdown",
    "markdown-it-py",
    "mdit-py-plugins",
    "nh3",
    "rapidfuzz",
    "regex",
)


def fingerprint(publication: Publication) -> str:
    """Return a digest of everything a page of the site is made from: equal fingerprints, equal sites.

    The as-of instant counts only by what it makes of the versions, so that a site need not be written again for being
    built later.
    """
    at = publication.as_of
    standings = [
        (standing(policy, version, at), applied_until(policy, version, at))
        for policy in publication.policies
        for version in policy.versions
    ]
    parts = (
        program_digest(),
        publication.settings.model_dump_json(),
        publication.commit,
        publication.is_complete,
        publication.incompleteness,
        publication.policies,
        standings,
        publication.next_transition,
        tuple(publication.words.items()),
        tuple(publication.earlier_words.items()),
        publication.events,
        [(identity, record["hash"]) for identity, record in publication.kept_records.items()],
        [(address, hashlib.sha256(content).hexdigest()) for address, content in publication.kept_files.items()],
        tuple(publication.moved.items()),
        publication.catalogues,
        publication.preview_of,
        publication.has_documents,
        publication.has_papers and metadata.version("weasyprint"),
        [(path, hashlib.sha256(content).hexdigest()) for path, content in sorted(publication.extra_files.items())],
        (sorted(publication.brand.static), publication.brand.logo, publication.brand.logo_dark),
    )
    digest = hashlib.sha256()
    for part in parts:
        digest.update(repr(part).encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def portion_keys(publication: Publication) -> Mapping[str, str]:
    """Return a digest of everything that the pages of a policy are made from, by the policy's id."""
    papers = metadata.version("weasyprint") if publication.has_papers else ""
    common = repr(
        (
            program_digest(),
            publication.settings.model_dump_json(),
            publication.catalogues,
            related_policies(publication),
            papers,
        )
    )
    start = hashlib.sha256(common.encode("utf-8", "surrogatepass")).hexdigest()
    return {
        policy.id: hashlib.sha256(
            f"{start} {digest_portion(portion(publication, policy), policy)}".encode()
        ).hexdigest()
        for policy in publication.policies
    }


def is_published(publication: Publication, folder: Path) -> bool:
    """Say whether ``folder`` holds this very publication, whole: the manifest says so, and every file proves it."""
    try:
        manifest = json.loads((folder / MANIFEST_NAME).read_bytes())
        is_same = isinstance(manifest, dict) and manifest.get("fingerprint") == fingerprint(publication)
        return is_same and manifest.get("files") == digest_files(folder)
    except (OSError, ValueError, RecursionError):
        return False


def describe(publication: Publication) -> dict[str, Any]:
    """Return what is published, without the files."""
    return {
        "generator": f"policy-site {__version__}",
        "base_url": publication.settings.base_url,
        "program": program_digest(),
        "settings": settings_digest(publication.settings),
        "fingerprint": fingerprint(publication),
        "kept": sorted(publication.kept_files),
        "moved": dict(publication.moved),
        "commit": publication.commit,
        "is_history_complete": publication.is_complete,
        "next_transition": instant(publication.next_transition),
        "policies": [_describe_policy(policy, publication.as_of) for policy in publication.policies],
    }


def _describe_policy(policy: Policy, at: datetime) -> dict[str, Any]:
    in_force = version_in_force(policy, at)
    return {
        "policy": policy.id,
        "authoritative_language": policy.authoritative_locale,
        "in_force": in_force.label if in_force else None,
        "versions": [_describe_version(version) for version in policy.versions],
    }


def _describe_version(version: Version) -> dict[str, Any]:
    return {
        "version": version.label,
        "published_at": instant(version.published_at),
        "effective_at": instant(version.effective_at),
        "effective_date": version.effective_date.isoformat(),
        "withdrawn_at": instant(version.withdrawn_at),
        "significance": version.significance.value,
        "editions": {
            locale: {
                "path": edition.revision.path,
                "commit": edition.revision.commit,
                "sha256": edition.digest,
            }
            for locale, edition in sorted(version.editions.items())
        },
    }


def digest_files(folder: Path, known: Mapping[str, str] = _NONE) -> Mapping[str, str]:
    """Return the SHA-256 of every file below a folder by its path; not of the manifest and what vouches for it.

    ``known``: digests of files that need not be read.
    """
    digests: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in (MANIFEST_NAME, *SIGNED):
            digests[name] = known.get(name) or hashlib.sha256(path.read_bytes()).hexdigest()
    return digests


def instant(at: datetime | None) -> str | None:
    """Write an instant as RFC 3339 in UTC with seconds: ``2026-05-04T00:00:00Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
