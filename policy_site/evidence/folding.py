"""Text as it is compared."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Return ``text`` as it is compared: canonically composed, white space as single spaces."""
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)
    return " ".join(composed.split())
