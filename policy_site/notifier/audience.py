"""Who is told: recipients from a CSV file or the company's own database, in chunks with a cursor after each.

A row that cannot be used never stops the others. An address is kept as written but for its domain, which is lowercased:
what stands before the @ belongs to its server (RFC 5321, section 2.4), so ``Max@example.org`` and ``max@example.org``
are two recipients.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import idna

from policy_site.errors import UsageError
from policy_site.notifier.audience_file import FileRows
from policy_site.notifier.cleaning import clean_words_line
from policy_site.notifier.ledger.audience_database import AudienceDatabase, open_audience_database
from policy_site.notifier.model import Recipient
from policy_site.notifier.settings_tables import Audience, SqlSource, is_mail_address
from policy_site.notifier.time_zones import is_time_zone

CHUNK_ROWS = 20_000
"""Rows planned in one transaction, so that a kill costs no more. Addresses come in no order, and each chunk writes most
pages of the unique key anew: with chunks of 5,000 three times as much went to the disk."""


@dataclass(frozen=True, slots=True)
class UnusableRow:
    """A row of a list that names nobody who could be told."""

    place: str
    """Line of the file, or the query's cursor."""
    reason: str
    """A sentence."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a list, in its order."""

    recipients: tuple[Recipient, ...]
    unusable: tuple[UnusableRow, ...]
    cursor: str
    """Reading goes on here."""
    is_last: bool


class Listing(Protocol):
    """An open list of recipients."""

    @property
    def fingerprint(self) -> str:
        """Another one means another list: a cursor into the old one says nothing."""
        ...

    def chunk_after(self, cursor: str | None, *, language: str) -> Chunk:
        """Read the next rows; ``language`` is that of recipients of whom none is known."""
        ...

    def is_unchanged(self) -> bool:
        """Say whether the list is still the one that was opened."""
        ...


@contextmanager
def open_listing(audience: Audience, *, policy: str) -> Iterator[Listing]:
    """Yield the list of an audience, open for reading.

    Raises :class:`UsageError` for a list that cannot be read as a whole.
    """
    if audience.csv is not None:
        with FileRows(audience.csv) as rows:
            yield FileListing(rows)
    elif audience.sql is not None:
        with open_audience_database(audience.sql, name=audience.name) as database:
            yield DatabaseListing(audience.sql, database, policy)
    else:
        raise UsageError(f"The audience {audience.name!r} has no list.", remedy="Give it csv or sql.")


@dataclass(frozen=True, slots=True)
class FileListing:
    """Recipients of a CSV file. Its cursor is ``byte:line``, so that nothing is read twice."""

    rows: FileRows

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the whole file."""
        return f"sha256:{self.rows.digest}"

    def is_unchanged(self) -> bool:
        """Say whether the file at the path is the one that was digested."""
        return self.rows.is_unchanged()

    def chunk_after(self, cursor: str | None, *, language: str) -> Chunk:
        """Read the next rows."""
        if cursor is not None:
            offset, _, line = cursor.partition(":")
            self.rows.go_to(int(offset), int(line))
        else:
            self.rows.go_to_first_row()
        recipients: list[Recipient] = []
        unusable: list[UnusableRow] = []
        row = None
        while len(recipients) + len(unusable) < CHUNK_ROWS and (row := self.rows.next_row()) is not None:
            found = row.reason or recognise_recipient(*row.cells, default=language)
            if isinstance(found, Recipient):
                recipients.append(found)
            else:
                unusable += [UnusableRow(str(row.line + place), found) for place in range(row.lines)]
        where = f"{self.rows.offset}:{self.rows.line}"
        return Chunk(tuple(recipients), tuple(unusable), cursor=where, is_last=row is None)


@dataclass(frozen=True, slots=True)
class DatabaseListing:
    """Recipients of a query. Its cursor is the query's own, as JSON, for it may be a number or a text."""

    source: SqlSource
    database: AudienceDatabase
    policy: str

    @property
    def fingerprint(self) -> str:
        """Of the question, not of the answers: a cursor holds while rows come and go."""
        question = json.dumps([self.source.query, self.source.first_cursor, self.policy])
        return f"query:{hashlib.sha256(question.encode()).hexdigest()}"

    def is_unchanged(self) -> bool:
        """Rows may come and go."""
        return True

    def chunk_after(self, cursor: str | None, *, language: str) -> Chunk:
        """Read the next rows."""
        after = self.source.first_cursor if cursor is None else json.loads(cursor)
        rows = self.database.rows_after(after, limit=CHUNK_ROWS, policy=self.policy)
        recipients: list[Recipient] = []
        unusable: list[UnusableRow] = []
        for row in rows:
            cells = (row.address, row.language, row.accepted, row.name, row.account, row.time_zone)
            found = recognise_recipient(*cells, default=language)
            if isinstance(found, Recipient):
                recipients.append(found)
            else:
                unusable.append(UnusableRow(str(row.cursor)[:200], found))
        last = rows[-1].cursor if rows else after
        return Chunk(tuple(recipients), tuple(unusable), cursor=json.dumps(last), is_last=len(rows) < CHUNK_ROWS)


def recognise_recipient(
    address: str,
    language: str,
    accepted: str,
    name: str = "",
    account: str = "",
    time_zone: str = "",
    *,
    default: str,
) -> Recipient | str:
    """Make a recipient of what a list says, or say in a sentence why there is none.

    Nobody goes without a notice for a name, an account or a time zone that cannot be used: it is left out.
    """
    address = _with_ascii_domain(address.strip(" "))
    if not address:
        return "The address is missing."
    if not is_mail_address(address):
        return f"{_shown(address)} is not a mail address{_why(address) or _why_not_everywhere(address)}."
    tag = _language_tag(language.strip(" ")) if language else ""
    if tag is None:
        return f"{_shown(language)} is not a language; write a tag such as 'en' or 'pt-BR'{_why(language)}."
    label = accepted.strip(" ")
    if label and not (label.isprintable() and len(label) <= _LONGEST_LABEL):
        return f"{_shown(label)} is not the label of a version{_why(label)}."
    found = Recipient(normal_address(address), tag or default, label or None)
    if name or account or time_zone:
        zone = time_zone.strip(" ")
        return replace(
            found,
            name=_field(name),
            account=_field(account),
            time_zone=zone if is_time_zone(zone) else "",
        )
    return found


def _field(written: str) -> str:
    """Return what a message may say of somebody: one line, without what a mail program would obey."""
    return clean_words_line(written.encode("utf-8", "replace").decode("utf-8")).strip()[:_LONGEST_FIELD]


def normal_address(address: str) -> str:
    """Return the form in which two addresses are compared: the domain in lower case, as the name system has it.

    Endpoints' names stay.
    """
    local_part, at, domain = _with_ascii_domain(address).rpartition("@")
    return f"{local_part}@{domain.lower()}" if at else address


def _with_ascii_domain(address: str) -> str:
    """Return an address whose domain is written as mail servers know it (IDNA 2008): ``bücher.example`` in ASCII."""
    local_part, at, domain = address.rpartition("@")
    if not at or domain.isascii():
        return address
    try:
        return f"{local_part}@{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        return address


def spellings(address: str) -> tuple[str, ...]:
    """Return the forms in which a ledger may have an address that a person types."""
    normal = normal_address(address.strip())
    return tuple(dict.fromkeys((normal, address.strip(), normal.lower())))


_LONGEST_LABEL = 200
_LONGEST_FIELD = 200
_LONGEST_TAG = 35  # RFC 5646, section 4.4.1: what every implementation must be able to keep
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")
_SCRIPT_LENGTH = 4
_REGION_LENGTH = 2


@lru_cache(maxsize=4096)
def _language_tag(written: str) -> str | None:
    """Return the tag in the case of RFC 5646, section 2.1.1 (``zh-Hant-TW``); an empty one stays so."""
    if not written:
        return ""
    if len(written) > _LONGEST_TAG or not _LANGUAGE_TAG.fullmatch(written):
        return None
    first, *others = written.replace("_", "-").lower().split("-")
    parts = [first]
    for part in others:
        is_after_singleton = len(parts[-1]) == 1
        if len(part) == _REGION_LENGTH and not is_after_singleton:
            parts.append(part.upper())
        elif len(part) == _SCRIPT_LENGTH and part.isalpha() and not is_after_singleton:
            parts.append(part.title())
        else:
            parts.append(part)
    return "-".join(parts)


def _shown(cell: str) -> str:
    """Show what was written on one line, without its control characters, and never much of it."""
    return ascii(cell if len(cell) <= _LONGEST_SHOWN else f"{cell[:_LONGEST_SHOWN]}…")


_LONGEST_SHOWN = 80


def _why(cell: str) -> str:
    return next((reason for reason, is_seen in _SEEN if any(is_seen(character) for character in cell)), "")


def _why_not_everywhere(address: str) -> str:
    local_part, _, domain = address.rpartition("@")
    is_else_one = not local_part.isascii() and is_mail_address(f"a@{domain}")
    return " that every mail server takes: use one with plain letters before the @" if is_else_one else ""


_SEEN: tuple[tuple[str, Callable[[str], bool]], ...] = (
    # bytes that are not UTF-8 are read as lone surrogates
    (": it holds bytes that are not UTF-8", lambda character: "\udc80" <= character <= "\udcff"),
    (": it holds a control character", lambda character: character < " " or character == "\x7f"),
)
