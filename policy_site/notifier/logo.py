"""A company's logo, attached to each message: nobody who reads it has to fetch anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from policy_site.errors import UsageError

_MOST_BYTES = 100_000
"""With each message: a hundred thousand recipients are ten gigabytes."""
_KINDS = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"))
"""What mail programs show; SVG is not among them."""


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture within a message."""

    content: bytes
    kind: str
    """``png``, ``jpeg`` or ``gif``."""

    @property
    def name(self) -> str:
        """By which the HTML names it (RFC 2392)."""
        return "logo@policy-site.invalid"

    @property
    def file_name(self) -> str:
        """As mail programs list it."""
        return f"logo.{self.kind}"


def read_logo(path: Path) -> Logo:
    """Return a picture; raise :class:`UsageError` where it is none that mail programs show, or too large."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"The logo {path} cannot be read: {error.strerror}.", remedy="Grant access to it.") from None
    kind = next((name for beginning, name in _KINDS if content.startswith(beginning)), None)
    if kind is None:
        raise UsageError(f"The logo {path} is neither PNG, JPEG nor GIF.", remedy="Save it as one of these.")
    if len(content) > _MOST_BYTES:
        raise UsageError(
            f"The logo {path} has {len(content):,} bytes; each message carries it.",
            remedy=f"Make it smaller: at most {_MOST_BYTES:,} bytes.",
        )
    return Logo(content, kind)
