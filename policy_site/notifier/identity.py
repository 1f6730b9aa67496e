"""The name of a message: the same at every attempt, on every machine, and nobody else's."""

from __future__ import annotations

import hashlib


def message_id_of(event_id: str, channel: str, recipient: str, *, domain: str) -> str:
    """Return the Message-ID of a notice, without angle brackets (RFC 5322, section 3.6.4)."""
    digest = hashlib.sha256(f"{event_id}\n{channel}\n{recipient}".encode()).hexdigest()
    return f"{digest[:32]}@{domain}"
