"""A person is erased, or everybody who was told of what is long past; and what the ledger still knows of an address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policy_site.errors import UsageError
from policy_site.notifier.audience import spellings
from policy_site.notifier.channels import kind_of
from policy_site.notifier.ledger import Ledger
from policy_site.notifier.ledger.erasing import (
    MessageName,
    close_expired,
    digest_of_address,
    erase_addresses,
    erase_batch,
    expired_events,
    is_in_hand,
    mark_erased,
)
from policy_site.notifier.ledger.notices import read_secret
from policy_site.notifier.ledger.reports import deliveries_to
from policy_site.notifier.reports import delivery_as_json
from policy_site.notifier.settings import NotifierSettings
from policy_site.notifier.settings_tables import ChannelSettings

_ROWS = 1_000
"""Addresses erased in one transaction."""
_DAY = 86_400


def erase_person(ledger: Ledger, settings: NotifierSettings, address: str) -> int:
    """Put a keyed digest in the place of an address wherever the ledger has it; return how many notices were its own.

    What was waiting for it is not sent any more. Raises :class:`UsageError` while something is being sent to it.
    """
    names = spellings(address)
    with ledger.transaction() as connection:
        if is_in_hand(connection, names):
            raise UsageError(
                "A message to this address is being sent at this moment.", remedy="Erase it when the run has ended."
            )
        name_of = _namer(settings.channels, read_secret(connection))
        return erase_addresses(connection, names, name_of=name_of, at=ledger.now(connection))


def erase_expired(ledger: Ledger, settings: NotifierSettings) -> tuple[int, ...]:
    """Close the events that are older than ``keep_days`` and erase their recipients; return the events' numbers.

    It may be killed anywhere: the next run goes on.
    """
    if settings.keep_days is None:
        return ()
    with ledger.transaction() as connection:
        seqs = tuple(expired_events(connection, before=ledger.now(connection) - settings.keep_days * _DAY))
        for seq in seqs:
            close_expired(connection, seq)
        name_of = _namer(settings.channels, read_secret(connection))
    for seq in seqs:
        erased = _ROWS
        while erased == _ROWS:
            with ledger.transaction() as connection:
                erased = erase_batch(connection, seq, name_of=name_of, at=ledger.now(connection), limit=_ROWS)
        with ledger.transaction() as connection:
            mark_erased(connection, seq, at=ledger.now(connection))
    return seqs


def trace_person(ledger: Ledger, settings: NotifierSettings, address: str) -> Iterator[dict[str, Any]]:
    """Yield what the ledger knows of an address, erased or not: each notice with its attempts."""
    with ledger.snapshot() as connection:
        secret = read_secret(connection)
        names = spellings(address)
        found = deliveries_to(connection, [*names, *(digest_of_address(name, secret) for name in names)])
    name_of = _namer(settings.channels, secret)
    for event, delivery in found:
        message_id = name_of(event, delivery.channel, delivery.recipient)
        yield {"event": event, "message_id": message_id, **delivery_as_json(delivery)}


def _namer(channels: Mapping[str, ChannelSettings], secret: bytes) -> MessageName:
    def name_of(event: str, channel: str, recipient: str) -> str | None:
        settings = channels.get(channel)
        if settings is None or "@" not in recipient:
            return None
        return str(kind_of(settings).message_name(settings, event, channel, recipient, secret))

    return name_of
