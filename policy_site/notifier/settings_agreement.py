"""Settings of ``notify.toml`` that do not go together, though each alone could be so."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from policy_site.notifier.channels import CHANNELS, ChannelKind
from policy_site.notifier.settings_faults import Fault, Place, Table, name_of


def disagreements(table: Table) -> Iterator[Fault]:
    """Compare settings with each other as they are written, so that a fault in one does not hide those of others."""
    channels = dict(_tables(table.get("channels")))
    for label, channel in channels.items():
        if kind := _kind_of(channel):
            place: Place = ("channels", label)
            yield from kind.disagreements(place, channel, name_of(place, table))
    audiences = table.get("audiences")
    seen: list[object] = []
    for number, audience in enumerate(audiences if isinstance(audiences, list) else ()):
        if isinstance(audience, dict):
            place = ("audiences", number)
            name = audience.get("name")
            if name in seen:
                remedy = "Give each a name of its own: the ledger knows a list by it."
                yield Fault((*place, "name"), f"Two audiences are called {name!r}.", remedy)
            seen += [name] if name else []
            yield from _audience_disagreements(place, audience, name_of(place, table), channels)


def _kind_of(channel: dict[str, Any] | None) -> ChannelKind[Any] | None:
    return next((kind for kind in CHANNELS if channel and channel.get("kind") == kind.name), None)


def _tables(tables: object) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, one in tables.items() if isinstance(tables, dict) else ():
        if isinstance(one, dict):
            yield name, one


def _audience_disagreements(
    place: Place, audience: Table, who: str, channels: dict[str, dict[str, Any]]
) -> Iterator[Fault]:
    who = f"{who[0].upper()}{who[1:]}"
    lists = [name for name in ("csv", "sql") if name in audience]
    if len(lists) > 1:
        yield Fault((*place, "sql"), f"{who} has both csv and sql.", "Name one; two lists are two audiences.")
    name = audience.get("channel")
    channel = channels.get(name) if isinstance(name, str) else None
    if isinstance(name, str) and channel is None:
        close = difflib.get_close_matches(name, channels, n=1)
        remedy = f"Did you mean {close[0]!r}?" if close else f"Add [channels.{name}], or name another."
        yield Fault((*place, "channel"), f"{who} names a channel {name!r} that is not there.", remedy)
    kind = _kind_of(channel)
    if channel and kind and kind.endpoints is None:
        if not lists:
            yield Fault(place, f"{who} has no list.", "Name one with csv or sql.")
        is_left = "unsubscribe" in channel
        is_subscribed = audience.get("kind") == "subscription"
        if is_subscribed and not is_left:
            message = f"{who} is of subscribers, and on the channel {name!r} they could not unsubscribe."
            yield Fault((*place, "kind"), message, "Give the channel unsubscribe, or name one that has it.")
        if is_left and not is_subscribed:
            message = f"{who} gets notices that are required, and the channel {name!r} lets people unsubscribe."
            remedy = 'Write kind = "subscription", or name a channel without unsubscribe.'
            yield Fault((*place, "channel"), message, remedy)
    if kind and kind.endpoints:
        for key in (*lists, *(["canaries"] if audience.get("canaries") else [])):
            message = f"{who} has {key}, and its channel is a {kind.name}."
            yield Fault((*place, key), message, "Remove it: the channel lists its endpoints.")
