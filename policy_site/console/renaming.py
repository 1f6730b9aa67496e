"""A policy that is called otherwise: neither the end of one policy nor the beginning of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policy_site.console.origin import Origin
from policy_site.errors import SettingsError
from policy_site.history import find_moves, read_file
from policy_site.model import Finding, Severity
from policy_site.publication import Publication
from policy_site.settings import Settings, parse_settings
from policy_site.sources import Places, Role

RULE = "renamed-policy"


def renamed_in_merge(origin: Origin, head: str | None, settings: Settings) -> tuple[Finding, ...]:
    """Return a finding for each policy that the publishing branch calls otherwise than ``head``, a commit, does.

    ``settings``: those of ``head``. Without a repository, a branch or a change there is none.
    """
    if origin.repository is None or head is None:
        return ()
    config = origin.config.absolute().resolve()
    if not config.is_relative_to(origin.repository.resolve()):
        return ()
    fork, moves = find_moves(origin.repository, head, branch=settings.branch, folder=origin.folder)
    written = read_file(origin.repository, fork, config.relative_to(origin.repository.resolve()).as_posix())
    try:
        before = parse_settings(written) if moves and written is not None else settings
    except SettingsError:  # what was wrong there is no matter of this commit
        return ()
    return tuple(_renamed(moves, before, settings))


def _renamed(moves: Mapping[str, str], before: Settings, after: Settings) -> Iterator[Finding]:
    gone = {policy.id for policy in before.policies} - {policy.id for policy in after.policies}
    old_places, new_places = Places(before), Places(after)
    told = set[str]()
    for path, moved in sorted(moves.items()):
        old, new = old_places.of(path), new_places.of(moved)
        if old is None or new is None or old.role is not Role.TEXT or old.policy not in gone - told:
            continue
        if new.policy != old.policy:
            told.add(old.policy)
            yield _finding(old.policy, new.policy)


def renamed_since_published(
    records: Sequence[Mapping[str, Any]], publication: Publication
) -> Mapping[str, tuple[Finding, ...]]:
    """Return what to say of each policy of the published change feed that site.toml does not name, by its id."""
    labels: dict[str, set[str]] = {}
    for record in records:
        labels.setdefault(str(record["policy"]), set()).add(str(record["version"]))
    known = {policy.id for policy in publication.settings.policies}
    found: dict[str, tuple[Finding, ...]] = {}
    for policy, versions in labels.items():
        if policy in known:
            continue
        new = next(
            (
                other.id
                for other in publication.policies
                if other.id not in labels and versions & {version.label for version in other.versions}
            ),
            "",
        )
        found[policy] = (_finding(policy, new) if new else _lost(policy),)
    return found


def _finding(old: str, new: str) -> Finding:
    return Finding(
        path="site.toml",
        line=None,
        rule=RULE,
        severity=Severity.ERROR,
        message=f"The policy {old!r} was renamed to {new!r}. Its pages, and what readers were told, have addresses with"
        " the old name.",
        remedy=f'Keep `id = "{old}"` in site.toml. If the folder has the new name, add `files = "{new}"` below it; to'
        " show readers a new name, change the title.",
    )


def _lost(policy: str) -> Finding:
    return Finding(
        path="site.toml",
        line=None,
        rule=RULE,
        severity=Severity.ERROR,
        message=f"The policy {policy!r} is published, but site.toml no longer has it.",
        remedy="Restore its entry and its files. To end a policy, use `policy-site retire`.",
    )
