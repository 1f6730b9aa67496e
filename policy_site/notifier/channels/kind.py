"""A kind of channel is one value: all that the notifier asks of it, so that none can be registered by half."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from policy_site.notifier.channels.session import Channel
from policy_site.notifier.model import Delivery, Message, Recipient
from policy_site.notifier.rendering import Execute
from policy_site.notifier.settings_faults import Fault, Place, Table
from policy_site.notifier.settings_tables import ChannelSettings, SettingsTable

Settings = TypeVar("Settings", bound=ChannelSettings)
Settings_contra = TypeVar("Settings_contra", bound=ChannelSettings, contravariant=True)


class Renderer(Protocol):
    """Writes the message of a delivery."""

    def write(self, delivery: Delivery) -> Message:
        """Return the message, the same at every attempt; raise :class:`PolicySiteError` where it cannot be written."""


class MakeRenderer(Protocol[Settings_contra]):
    """Makes what writes the messages of a channel."""

    def __call__(self, settings: Settings_contra, /, *, name: str, execute: Execute[object]) -> Renderer:
        """Take the settings and the name of the channel, and what runs a statement on the ledger."""


@dataclass(frozen=True, slots=True)
class ChannelKind(Generic[Settings]):
    """One way to reach people."""

    name: str
    """What ``kind`` says in ``notify.toml``."""
    settings: type[Settings]
    """Its ``kind`` is the literal of ``name``."""
    tables: Mapping[Place, type[SettingsTable]]
    """Tables within a channel's table, by the keys that lead there; names that the operator chose left out."""
    disagreements: Callable[[Place, Table, str], Iterator[Fault]]
    """Yields what does not go together in a channel's table as written: its place, the table, and what it is called."""
    open: Callable[[Settings], Channel]
    """Returns the channel; raises :class:`UsageError` where a secret cannot be read."""
    renderer: MakeRenderer[Settings]
    endpoints: Callable[[Settings], tuple[Recipient, ...]] | None
    """Returns those who are told, where the settings name them; ``None``: audiences list people."""
    message_name: Callable[[Settings, str, str, str, bytes], str]
    """Returns the Message-ID, or what stands for it, from settings, event id, channel, recipient and the ledger's
    secret: the evidence names it."""
