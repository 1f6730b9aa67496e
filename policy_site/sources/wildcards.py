"""Many policies at once: each file that fits ``files = "Policies/*/*.md"`` is a policy with an id of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from policy_site.errors import UsageError
from policy_site.settings import PolicySettings, Settings
from policy_site.sources.places import Places, stars_of

_LONGEST_ID = 80


def expand_wildcards(settings: Settings, paths: Iterable[str]) -> Settings:
    """Return settings with a policy for each of ``paths``, from the content folder, that a wildcard fits.

    A file that another policy names already, by its path or an earlier wildcard, is that one's: so one file of many can
    have settings of its own. Raises :class:`UsageError` for a wildcard that no file fits.
    """
    if not any(policy.is_wildcard for policy in settings.policies):
        return settings
    there = sorted(paths)
    named = [policy for policy in settings.policies if not policy.is_wildcard]
    places = Places(settings.model_copy(update={"policies": tuple(named)}))
    taken = {policy.id for policy in named}
    claimed = {path for path in there if places.of(path) is not None or places.leaves_out(path)}
    policies: list[PolicySettings] = []
    for policy in settings.policies:
        if not policy.is_wildcard:
            policies.append(policy)
            continue
        found = dict(_fitting(policy, there, claimed, settings))
        if not found:
            raise UsageError(f"No file fits files = {policy.files!r}.", remedy="Correct the pattern in site.toml.")
        for path, stars in found.items():
            policies.append(policy.model_copy(update={"files": path, "id": _id_of(stars, path, taken)}))
    return settings.model_copy(update={"policies": tuple(policies)})


def _fitting(
    policy: PolicySettings, paths: list[str], claimed: set[str], settings: Settings
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the path of each policy that fits, ``{locale}`` for its language, with what its stars stand for."""
    pattern = stars_of(str(policy.files))
    folders = {*settings.languages, *settings.content.folders}
    for path in paths:
        found = pattern.fullmatch(path)
        if found is None or path in claimed:
            continue
        groups, start = found.groupdict(), path
        if "locale" in groups:
            if groups["locale"] not in folders:
                continue
            start = f"{path[: found.start('locale')]}{{locale}}{path[found.end('locale') :]}"
        claimed.add(path)
        of_locale = pattern.groupindex.get("locale")
        stars = (text for number, text in enumerate(found.groups(), start=1) if number != of_locale)
        yield start, tuple(str(text or "") for text in stars)


def _id_of(stars: tuple[str, ...], path: str, taken: set[str]) -> str:
    """Return an id made of what the stars stand for, each part once: ``Policies/Terms/Terms.md`` is ``terms``."""
    parts: list[str] = []
    for star in stars:
        for part in star.split("/"):
            name = re.sub(r"[^a-z0-9]+", "-", _plain(part)).strip("-")
            if name and name not in parts:
                parts.append(name)
    stem = "-".join(parts)[:_LONGEST_ID].strip("-") or re.sub(r"[^a-z0-9]+", "-", _plain(path)).strip("-") or "policy"
    own, number = stem, 1
    while own in taken:
        number += 1
        own = f"{stem}-{number}"
    taken.add(own)
    return own


def _plain(name: str) -> str:
    """Return a name in small letters without marks, a hyphen before each word that a capital begins."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)
    return unicodedata.normalize("NFKD", apart).encode("ascii", "ignore").decode("ascii").lower()
