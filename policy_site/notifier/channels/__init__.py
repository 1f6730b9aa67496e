"""Ways to reach people, one file each; README.md says how to add one."""

from __future__ import annotations

from typing import Any

from policy_site.notifier.channels.chat import CHAT
from policy_site.notifier.channels.kind import ChannelKind, Renderer
from policy_site.notifier.channels.mail_api import MAIL_API
from policy_site.notifier.channels.session import (
    COMMITTED,
    Channel,
    Committed,
    Coroutine,
    NotStartedError,
    ServerUnavailableError,
    Session,
    SessionLostError,
    SocketReady,
    in_thread,
)
from policy_site.notifier.channels.smtp import SMTP
from policy_site.notifier.channels.webhook import WEBHOOK
from policy_site.notifier.settings_tables import ChannelSettings

__all__ = [
    "CHANNELS",
    "COMMITTED",
    "Channel",
    "ChannelKind",
    "Committed",
    "Coroutine",
    "NotStartedError",
    "Renderer",
    "ServerUnavailableError",
    "Session",
    "SessionLostError",
    "SocketReady",
    "in_thread",
    "kind_named",
    "kind_of",
]


CHANNELS: tuple[ChannelKind[Any], ...] = (SMTP, WEBHOOK, MAIL_API, CHAT)
"""Every kind of channel; add yours here."""


def kind_of(settings: ChannelSettings) -> ChannelKind[Any]:
    """Return the kind of a channel of the settings."""
    return kind_named(settings.kind, default=None)


def kind_named(name: object, *, default: ChannelKind[Any] | None) -> ChannelKind[Any]:
    """Return the kind of that name; ``default`` where there is none, or :class:`LookupError` without one."""
    for kind in CHANNELS:
        if kind.name == name:
            return kind
    if default is None:
        raise LookupError(f"There is no kind of channel {name!r}.")
    return default
