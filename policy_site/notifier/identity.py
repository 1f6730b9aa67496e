"""The name of a message: the same at every attempt, on every machine, and nobody else's."""

from __future__ import annotations

import hashlib
import hmac


def message_id_of(event_id: str, channel: str, recipient: str, *, domain: str, secret: bytes) -> str:
    """Return the Message-ID of a notice, without angle brackets (RFC 5322, section 3.6.4).

    Made with the ledger's secret, so that nobody can name a message that they did not get: a delivery report that names
    one comes from somebody who has it.
    """
    name = f"{event_id}\n{channel}\n{recipient}".encode()
    return f"{hmac.digest(secret, name, hashlib.sha256).hex()[:32]}@{domain}"


def webhook_id_of(event_id: str, channel: str, endpoint: str, *, secret: bytes) -> str:
    """Return the ``webhook-id`` of a notice (Standard Webhooks), made in the same way."""
    name = message_id_of(event_id, channel, endpoint, domain="policy", secret=secret)
    return f"msg_{name.partition('@')[0]}"
