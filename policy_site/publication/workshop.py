"""What compiling a publication may use."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from policy_site.documents import RenderFault

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What rendering may use: processes, a cache, and someone to tell how far it is."""

    jobs: int = 1
    cache: Path | None = None
    """Folder of the memos; throwing it away changes nothing but speed."""
    progress: Progress | None = None
    given_up: dict[str, RenderFault] = field(default_factory=dict)
    """Passages that could not be read in time, by their names: a memo of this one run."""

    def step(self, purpose: str, start: int, total: int) -> Callable[[int], None] | None:
        """Return what tells of a part that begins at ``start`` of ``total``; ``None`` where nobody listens."""
        progress = self.progress
        if progress is None or not purpose:
            return None
        return lambda done: progress(purpose, start + done, total)


def digest_of(body: str) -> str:
    """Return the SHA-256 of a text, by which it is rendered once."""
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
