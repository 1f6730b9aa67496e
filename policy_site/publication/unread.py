"""Files that look like a text or a release note and are read as neither: a slip in a name must not pass unseen."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from types import MappingProxyType

from policy_site.catalogue.release_texts import full_days
from policy_site.localization import is_known_locale
from policy_site.model import Finding, Severity
from policy_site.settings import Settings
from policy_site.sources import Places

_NONE: Mapping[str, bool] = MappingProxyType({})
MAXIMUM = 50
"""Findings: whoever has mended so many is told of the next ones."""
_WRITTEN = frozenset({".md", ".markdown", ".mdown", ".mkd", ".txt"})
_NO_TEXTS = re.compile(r"(?:README|CHANGELOG|LICEN[CS]E|CONTRIBUTING|CODE_OF_CONDUCT|NOTICE)\b.*", re.IGNORECASE)
_LABEL = re.compile(r"\d{4}-\d")
_HYPHENATED = re.compile(r"(\d)[-_]([A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?)(\.md)$")


def report_unread(
    paths: Iterable[str], settings: Settings, *, lacking: Mapping[str, bool] = _NONE
) -> Iterator[Finding]:
    """Yield a warning for each file, by its path from the content folder, that somebody may take for read.

    ``lacking``: ids of the policies that have no text at all, and whether they had one before.

    Only where the layout is ours: what else stands in the repository of others is their business.
    """
    if not settings.is_ours:
        return
    places = Places(settings)
    told: dict[str, Finding] = {}
    for path in sorted(paths):
        pure = PurePosixPath(path)
        if _may_be_ignored(pure, settings) or places.leaves_out(path):
            continue
        finding, key = _finding(pure, places, settings, lacking)
        if key in told:  # one folder with a wrong name is one slip, however many files are in it
            told[key] = replace(told[key], settles=(*told[key].settles, *finding.settles))
        elif len(told) < MAXIMUM:
            told[key] = finding
    yield from told.values()


def _may_be_ignored(path: PurePosixPath, settings: Settings) -> bool:
    """Say whether nobody takes a file for one that is read."""
    return (
        any(part.startswith(".") for part in path.parts)
        or path.suffix.lower() not in _WRITTEN
        or bool(_NO_TEXTS.fullmatch(path.name))
        or (bool(settings.extra) and path.parts[0] == PurePosixPath(settings.extra).parts[0])
    )


def _missed(meant: str) -> Iterator[str]:
    """Yield the names of the findings that say that the file is lacking whose name was meant."""
    if meant:
        text = meant.removesuffix(".md")
        yield from (f"missing-text {meant}", f"version-label {meant}", f"release-words {meant}")
        yield from (f"required-languages {text}", f"deleted-note {meant}")


_Said = tuple[str, str, str, tuple[str, ...]]


def _finding(
    path: PurePosixPath, places: Places, settings: Settings, lacking: Mapping[str, bool]
) -> tuple[Finding, str]:
    """Return what is said of a file, and a key that it shares with others of which the same is to be said."""
    message, remedy, key, settles = _said_of(path, places, settings, lacking)
    return (
        Finding(
            path=key or str(path),
            line=None,
            rule="unread-file",
            severity=Severity.WARNING,
            message=message,
            remedy=remedy,
            settles=settles,
        ),
        key or str(path),
    )


def _said_of(path: PurePosixPath, places: Places, settings: Settings, lacking: Mapping[str, bool]) -> _Said:
    """Return message, remedy, the folder that is meant (empty for the file alone), and what is settled by it."""
    meant = _meant(str(path), places)
    settled = tuple(_missed(meant))
    if meant and PurePosixPath(meant).name == path.name and PurePosixPath(meant).parent != path.parent:
        if places.of(str(path.parent / f"{settings.languages[0]}.md")):  # the folder of the texts
            return (
                "This file is ignored: release notes belong in the folder `releases`.",
                f"Move it to {meant}.",
                "",
                settled,
            )
        message = "The files in this folder are ignored: its name is not that of a folder of release notes."
        return message, "Rename it to `releases`.", str(path.parent), settled
    if meant:
        message = "This file is ignored: its name is almost that of a text or a release note."
        return message, f"Rename it to {meant}.", "", settled
    tag = path.stem.rpartition(".")[2]
    if is_known_locale(tag) and places.of(str(path.with_name(path.name.replace(tag, settings.languages[0], 1)))):
        return (
            f"This file is ignored: {tag!r} is not a language of this site.",
            f"Add {tag!r} to `languages` in site.toml, or delete the file.",
            "",
            (),
        )
    policies = {policy.folder_name for policy in settings.policies}
    if len(path.parts) > 1 and path.parts[0] not in policies:
        return _of_unknown_policy(path, lacking)
    return (
        "This file is ignored: its name is neither that of a text nor that of a release note.",
        "Rename it, delete it, or list it in `content.exclude` of site.toml.",
        "",
        (),
    )


def _of_unknown_policy(path: PurePosixPath, lacking: Mapping[str, bool]) -> tuple[str, str, str, tuple[str, ...]]:
    folder, *rest = path.parts
    near = next(iter(difflib.get_close_matches(folder, sorted(lacking), n=1)), "")
    near = near or (next(iter(lacking)) if len(lacking) == 1 else "")
    message = f"The files in this folder are ignored: site.toml has no policy {folder!r}."
    remedy = f'Add `[[policies]]` with `id = "{folder}"` to site.toml, or delete the folder.'
    if near:
        message = (
            f"The files in this folder are ignored: site.toml has no policy {folder!r}, and {near!r} has no files."
        )
        remedy = (
            f'Rename the folder back to {near}, or add `files = "{folder}"` to the policy {near!r} in site.toml.'
            if lacking[near]
            else f'Write `id = "{folder}"` in site.toml, or rename the folder to {near}.'
        )
    return message, remedy, folder, tuple(_missed("/".join((near, *rest)))) if near else ()


def _meant(path: str, places: Places) -> str:
    """Return the name that was probably meant, empty where none is near."""
    base = f"{path.rpartition('.')[0]}.md"
    folder, _, name = base.rpartition("/")
    candidates = [
        base,
        base.lower(),
        full_days(base.lower()),
        _HYPHENATED.sub(r"\1.\2\3", full_days(base.lower())),
    ]
    if _LABEL.match(name):
        candidates.append(f"{folder}/releases/{name}")
    if difflib.get_close_matches(folder.rpartition("/")[2].lower(), ["releases"], n=1):
        candidates.append(f"{folder.rpartition('/')[0]}/releases/{name}")
    return next((candidate for candidate in candidates if candidate != path and places.of(candidate)), "")
