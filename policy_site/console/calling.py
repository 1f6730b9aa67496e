"""What a command is called with, and where it looks by itself. Nothing here imports what a command works with.

`build` asks first whether there is anything to do, and then takes less time than those imports would.
"""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from policy_site.errors import UsageError

DEFAULT_CONFIGURATIONS = ("content/site.toml", "site.toml")


def add_origin_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that say where the content is."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="site.toml (default: content/site.toml)")
    parser.add_argument(
        "--repository",
        type=Path,
        metavar="DIR",
        help="read the content from this repository (default: the one that holds site.toml)",
    )
    parser.add_argument("--ref", metavar="REV", help="publish this commit instead of the tip of the publishing branch")
    parser.add_argument(
        "--as-of", metavar="DATE", help="show the site as it stood on a day (2024-12-15) or at an instant (RFC 3339)"
    )


def add_previous_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that say what is published already."""
    parser.add_argument(
        "--previous",
        metavar="DIR-or-URL",
        help="continue the change feed of the site published there, and refuse to rewrite it (default: the site in"
        " build/site or --output, unless --as-of is given)",
    )
    parser.add_argument("--first", action="store_true", help="with --previous: nothing may be published there yet")
    parser.add_argument(
        "--keep-published",
        action="store_true",
        help="keep published events as they are where the content now tells them otherwise, instead of refusing",
    )


def default_configuration() -> Path:
    """Return where site.toml is when nobody names it; raise :class:`UsageError` where it is nowhere."""
    for name in DEFAULT_CONFIGURATIONS:
        if Path(name).is_file():
            return Path(name)
    raise UsageError(
        "There is no content/site.toml here.", remedy="Name one with --config, or begin with `policy-site init DIR`."
    )


def now() -> datetime:
    """Read the clock: once, here."""
    return datetime.now(UTC).replace(microsecond=0)


def cache_folder() -> Path | None:
    """Return the folder of memos, below XDG_CACHE_HOME; throwing it away changes nothing but speed.

    ``None`` for a user without a home.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    if base.startswith("/"):
        return Path(base) / "policy-site"
    try:
        return Path.home() / ".cache" / "policy-site"
    except RuntimeError:
        return None
