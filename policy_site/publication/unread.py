"""Files that look like a text or a release note and are read as neither: a slip in a name must not pass unseen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from policy_site.catalogue.release_texts import full_days
from policy_site.localization import is_known_locale
from policy_site.model import Finding, Severity
from policy_site.settings import Settings
from policy_site.sources import Places

MAXIMUM = 50
"""Findings: whoever has mended so many is told of the next ones."""
_WRITTEN = frozenset({".md", ".markdown", ".mdown", ".mkd", ".txt"})
_NO_TEXTS = re.compile(r"(?:README|CHANGELOG|LICEN[CS]E|CONTRIBUTING|CODE_OF_CONDUCT|NOTICE)\b.*", re.IGNORECASE)
_HYPHENATED = re.compile(r"(\d)[-_]([A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?)(\.md)$")


def report_unread(paths: Iterable[str], settings: Settings) -> Iterator[Finding]:
    """Yield a warning for each file, by its path from the content folder, that somebody may take for read.

    Only where the layout is ours: what else stands in the repository of others is their business.
    """
    if not settings.versions.grouping.is_ours:
        return
    places = Places(settings)
    told = 0
    for path in sorted(paths):
        pure = PurePosixPath(path)
        is_hidden = any(part.startswith(".") for part in pure.parts)
        if (
            is_hidden
            or pure.suffix.lower() not in _WRITTEN
            or _NO_TEXTS.fullmatch(pure.name)
            or places.leaves_out(path)
        ):
            continue
        if settings.extra and pure.parts[0] == PurePosixPath(settings.extra).parts[0]:
            continue
        told += 1
        if told > MAXIMUM:
            return
        message, remedy = _said_of(pure, places, settings)
        yield Finding(
            path=path, line=None, rule="unread-file", severity=Severity.WARNING, message=message, remedy=remedy
        )


def _said_of(path: PurePosixPath, places: Places, settings: Settings) -> tuple[str, str]:
    if meant := _meant(str(path), places):
        return "This file is not read: its name is not quite that of a text or a release note.", f"Call it {meant}."
    tag = path.stem.rpartition(".")[2]
    if is_known_locale(tag) and places.of(str(path.with_name(path.name.replace(tag, settings.languages[0], 1)))):
        return (
            f"This file is not read: the site has no language {tag!r}.",
            f"Add {tag!r} to `languages` in site.toml, or take the file out.",
        )
    policies = {policy.files or policy.id for policy in settings.policies}
    if len(path.parts) > 1 and path.parts[0] not in policies:
        return (
            f"This file is not read: site.toml names no policy {path.parts[0]!r}.",
            f'Add `[[policies]]` with `id = "{path.parts[0]}"` to site.toml, or take the file out.',
        )
    return (
        "This file is not read: its name is that of no text and no release note.",
        "Give it the name of one, take it out, or name it in `content.exclude` of site.toml.",
    )


def _meant(path: str, places: Places) -> str:
    """Return the name that was probably meant, empty where none is near."""
    base = f"{path.rpartition('.')[0]}.md"
    for candidate in (
        base,
        base.lower(),
        full_days(base.lower()),
        _HYPHENATED.sub(r"\1.\2\3", full_days(base.lower())),
    ):
        if candidate != path and places.of(candidate):
            return candidate
    return ""
