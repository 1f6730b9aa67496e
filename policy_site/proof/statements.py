"""What a manifest says, as far as it can be believed to be one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from policy_site.events.divergence import find_divergences, show_divergence
from policy_site.proof.differences import Cause, Difference
from policy_site.proof.files import MOST_FILES, is_name
from policy_site.publishing.manifest import MANIFEST_NAME

_OF_PROGRAM = ("fingerprint", "generator", "program")
"""What another version of the program writes otherwise."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A manifest that has the form of one."""

    facts: Mapping[str, Any]
    """Everything but the files."""
    files: Mapping[str, str]
    """SHA-256 by name."""

    def text(self, name: str) -> str | None:
        """Return a fact that is a text."""
        value = self.facts.get(name)
        return value if isinstance(value, str) else None

    @property
    def next_transition(self) -> datetime | None:
        """Until when the site says that it stays true; ``None`` where it says nothing that is an instant."""
        try:
            at = datetime.fromisoformat(self.text("next_transition") or "")
        except ValueError:
            return None
        return at if at.tzinfo else None

    @property
    def kept(self) -> frozenset[str]:
        """Files that stay as an earlier build published them."""
        kept = self.facts.get("kept")
        return frozenset(name for name in kept if isinstance(name, str)) if isinstance(kept, list) else frozenset()

    @property
    def moved(self) -> frozenset[str]:
        """Files at addresses that were public once and lead on now."""
        moved = self.facts.get("moved")
        return frozenset(moved) if isinstance(moved, dict) else frozenset()


def read_statement(content: bytes) -> Statement | None:
    """Take a manifest; ``None`` where it is none."""
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(manifest, dict) or not isinstance(files := manifest.get("files"), dict):
        return None
    if len(files) > MOST_FILES or not all(is_name(name) and isinstance(files[name], str) for name in files):
        return None
    return Statement({key: value for key, value in manifest.items() if key != "files"}, files)


def compare_statements(found: Statement, expected: Mapping[str, Any], *, is_same_program: bool) -> Iterator[Difference]:
    """Say in what a manifest differs from the one that git gives, the files left aside."""
    ignored = {"files", *(() if is_same_program else _OF_PROGRAM)}
    said, right = (
        {key: value for key, value in side.items() if key not in ignored} for side in (found.facts, expected)
    )
    for divergence in find_divergences(said, right):
        if not is_same_program and divergence.path in ("settings", "kept"):
            continue  # an older version says nothing of them, or means something else
        before, after = show_divergence(divergence)
        yield Difference(
            Cause.INSTANT if divergence.path == "next_transition" else Cause.ALTERED,
            MANIFEST_NAME,
            f"It says {before} as {divergence.path}; from git, it would say {after}.",
        )
