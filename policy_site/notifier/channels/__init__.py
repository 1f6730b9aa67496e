"""Ways to reach people, one file each. Add yours here, and its settings to ``settings.py``."""

from __future__ import annotations

from policy_site.notifier.channels.session import (
    RECORDED,
    Channel,
    NotStartedError,
    Ready,
    Recorded,
    ServerUnavailableError,
    Session,
    SessionLostError,
    Talk,
    apart,
)
from policy_site.notifier.channels.smtp import SmtpChannel
from policy_site.notifier.channels.webhook import WebhookSender
from policy_site.notifier.settings import MailChannel, WebhookChannel

__all__ = [
    "RECORDED",
    "Channel",
    "NotStartedError",
    "Ready",
    "Recorded",
    "ServerUnavailableError",
    "Session",
    "SessionLostError",
    "Talk",
    "apart",
    "open_channel",
]


def open_channel(settings: MailChannel | WebhookChannel) -> Channel:
    """Return the channel that a table of ``notify.toml`` describes."""
    return SmtpChannel(settings) if isinstance(settings, MailChannel) else WebhookSender(settings)
