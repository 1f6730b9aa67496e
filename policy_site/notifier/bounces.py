"""Delivery reports of a Maildir become evidence, and addresses that do not exist are struck off.

Anybody can send a report. One counts only if the message it returns is one that was really sent to the address it
complains about: the Message-ID must be that of a notice of one of our events to that very address, and the ledger must
hold that delivery.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from policy_site.errors import UsageError
from policy_site.notifier.delivery_reports import BYTES_READ, DeliveryReport, parse_report
from policy_site.notifier.identity import message_id_of
from policy_site.notifier.ledger import Connection, Ledger
from policy_site.notifier.ledger.notices import read_secret
from policy_site.notifier.ledger.suppressions import (
    find_delivery,
    lock_reports,
    record_bounce,
    suppress,
    told_events,
)
from policy_site.notifier.settings import NotifierSettings

_REMEDY = "Name the Maildir that receives what is sent to `return_path`: a folder with `new`, `cur` and `tmp` in it."


@dataclass(frozen=True, slots=True)
class Damaged:
    """A file of the Maildir that was left where it is."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class BounceReading:
    """What became of the reports in a Maildir."""

    recorded: int
    """Notices that came back, now on record."""
    suppressed: int
    """Addresses struck off."""
    reports: int
    """Delivery reports about our messages, those that tell of mere lateness among them."""
    unread: tuple[Path, ...]
    """Mail that is no report about a message of ours: moved to ``cur``, not marked as seen; a person may read it."""
    damaged: tuple[Damaged, ...]


@dataclass(frozen=True, slots=True)
class _Verdict:
    is_ours: bool
    recorded: int = 0
    suppressed: int = 0


def read_bounces(ledger: Ledger, settings: NotifierSettings, maildir: Path) -> BounceReading:
    """Read what is new in a Maildir; each file moves to ``cur`` once the ledger knows what it says.

    Killed between the two, it is read again, which changes nothing. Raises :class:`UsageError` where there is no
    Maildir.
    """
    domains = {name: channel.report_domain for name, channel in settings.channels.items() if channel.report_domain}
    recorded = suppressed = reports = 0
    unread: list[Path] = []
    damaged: list[Damaged] = []
    for path in _new_files(maildir):
        try:
            report = parse_report(_content(path))
            verdict = _record(ledger, report, domains) if report else _Verdict(is_ours=False)
            with contextlib.suppress(FileNotFoundError):  # another run, or a mail program, has moved it meanwhile
                path = _move(path, maildir / "cur", flags="S" if verdict.is_ours else "")  # noqa: PLW2901
        except FileNotFoundError:
            continue  # the same, before it was read
        except (OSError, ValueError) as error:
            damaged.append(Damaged(path, getattr(error, "strerror", None) or str(error)))
            continue
        recorded += verdict.recorded
        suppressed += verdict.suppressed
        reports += verdict.is_ours
        if not verdict.is_ours:
            unread.append(path)
    return BounceReading(recorded, suppressed, reports, tuple(unread), tuple(damaged))


def _new_files(maildir: Path) -> Iterator[Path]:
    try:
        if not (maildir / "cur").is_dir():
            raise UsageError(f"{maildir} is not a Maildir: it has no folder `cur`.", remedy=_REMEDY)
        # names begin with a dot only where they are not messages
        names = sorted(name for name in os.listdir(maildir / "new") if not name.startswith("."))  # noqa: PTH208
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{maildir / 'new'} cannot be read: {reason}.", remedy=_REMEDY) from None
    yield from (maildir / "new" / name for name in names)


def _content(path: Path) -> bytes:
    # never follow a link, never wait at a pipe
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - by its descriptor, since the path may change
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is not a file")
        return file.read(BYTES_READ)


def _move(path: Path, folder: Path, *, flags: str) -> Path:
    target = folder / f"{path.name.partition(':')[0]}:2,{flags}"
    path.rename(target)
    return target


def _record(ledger: Ledger, report: DeliveryReport, domains: dict[str, str]) -> _Verdict:
    recorded = suppressed = 0
    is_ours = False
    with ledger.transaction() as connection:
        lock_reports(connection, ledger)
        at = ledger.now(connection)
        events = told_events(connection)
        for failure in report.failures:
            found = _find(connection, report, _spellings(failure.addresses, report.sent_to), events, domains)
            if found is None:
                continue
            delivery, channel, recipient = found
            is_ours = True
            reply = (
                f"{failure.code} {failure.diagnostic}" if failure.code not in failure.diagnostic else failure.diagnostic
            )
            recorded += record_bounce(connection, delivery, reply=reply, at=at)
            if failure.is_address_bad:
                suppressed += suppress(connection, channel, recipient, reason=reply, at=at)
        if not report.failures and report.message_id:
            is_ours = report.message_id.rpartition("@")[2] in domains.values()
    return _Verdict(is_ours=is_ours, recorded=recorded, suppressed=suppressed)


def _find(
    connection: Connection,
    report: DeliveryReport,
    addresses: Sequence[str],
    events: Sequence[tuple[int, str]],
    domains: dict[str, str],
) -> tuple[int, str, str] | None:
    """Find the delivery whose Message-ID a report returns, to the address it complains about."""
    secret = read_secret(connection)
    for seq, event_id in events if report.message_id else ():
        for channel, domain in domains.items():
            for address in addresses:
                if message_id_of(event_id, channel, address, domain=domain, secret=secret) == report.message_id:
                    delivery = find_delivery(connection, seq, channel, address)
                    return None if delivery is None else (delivery, channel, address)
    return None


def _spellings(addresses: tuple[str, ...], sent_to: str | None) -> tuple[str, ...]:
    """Servers change the case of addresses; the one in ``To`` is as we wrote it."""
    found: list[str] = []
    for address in addresses:
        if sent_to and sent_to.casefold() == address.casefold():
            found.append(sent_to)
        local_part, _, domain = address.rpartition("@")
        found += (address, f"{local_part}@{domain.lower()}")
    return tuple(dict.fromkeys(found))
