"""What differs between a published site, what it says of itself, and what git makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why something differs."""

    ALTERED = "altered"
    """The file is another one than was published."""
    MISSING = "missing"
    """What was published is not there."""
    FOREIGN = "foreign"
    """What was never published is there."""
    HISTORY = "history"
    """Git has another history than the one that was published."""
    INSTANT = "instant"
    """The site shows another instant: most often, it should have been built again."""
    SETTINGS = "settings"
    """It was built with another ``site.toml``."""
    PROGRAM = "program"
    """Another version of the program wrote it."""
    KEPT = "kept"
    """It stays as an earlier build published it, and cannot be made again today."""
    SIGNATURE = "signature"
    """A signature or a time stamp does not fit, or nobody who is believed made it."""
    FORK = "fork"
    """Another reader was shown another change feed."""
    UNREACHABLE = "unreachable"
    """Nobody knows: it could not be read."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference."""

    cause: Cause
    file: str
    """Its path in the site; empty where it concerns all of it."""
    fact: str
    """A sentence or two."""
    counts: bool = True
    """False for what honest sites have too, and people should know."""
