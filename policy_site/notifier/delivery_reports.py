"""What a mail server reports about messages it could not deliver (RFC 3464, and qmail's own form). Pure.

A report is mail from anybody: nothing in it is believed but what the reader can check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32

_BAD_ADDRESS = frozenset(
    {
        "5.1.1",  # no such mailbox
        "5.1.2",  # no such host
        "5.1.3",  # not an address
        "5.1.6",  # moved, nobody knows where
        "5.1.10",  # the domain takes no mail (RFC 7505)
        "5.2.1",  # the mailbox is disabled
        "5.4.4",  # the domain cannot be found: Postfix says it so
    }
)
"""Codes of RFC 3463 that tell about the address itself, and that asking again will not change. A full mailbox (5.2.2),
policy (5.7), content (5.6) and whatever says 5.0.0 alone tell about that message or that day."""
_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
_REPORT = "message/delivery-status"
_INTERNATIONAL = re.compile(rb"message/global-delivery-status", re.IGNORECASE)
_QMAIL = re.compile(r"\s*Hi\. This is the ")
_QMAIL_COPY = re.compile(r"^--- (?:Below this line|Enclosed).{0,80}$", re.MULTILINE)
_QMAIL_RECIPIENT = re.compile(r"<([^<>\s]{3,320})>:\s*\n")
BYTES_READ = 256 * 2**10
"""Of a report. What is needed stands in front of the words of the message that came back; the library's parser is
quadratic on what only an attacker writes."""
_BOUNDARY = re.compile(rb"boundary", re.IGNORECASE)
_MOST_BOUNDARIES = 20
"""The library compares each line with each boundary around it; an honest report has two or three."""
_LONGEST_LINE = 500
_MOST_RECIPIENTS = 100
"""A message of the notifier has one."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient that a message did not reach, and will not: it was refused, or the server gave up trying."""

    addresses: tuple[str, ...]
    """As the report names it: where it ended, and as the sender wrote it."""
    code: str
    """RFC 3463: ``5.1.1``; where a server gave up trying, a code with 4 in front."""
    diagnostic: str
    """The server's own words on one line."""

    @property
    def is_address_bad(self) -> bool:
        """Whether the address itself is at fault, so that nothing will ever reach it."""
        return self.code in _BAD_ADDRESS


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What came back about one message."""

    message_id: str | None
    """Of the message that is reported, without angle brackets."""
    sent_to: str | None
    """The address in its ``To``."""
    failures: tuple[Failure, ...]
    """None where it is only late, or arrived."""


def parse_report(content: bytes) -> DeliveryReport | None:
    """Return what a message reports; ``None`` where it is no delivery report."""
    content = content[:BYTES_READ]
    if len(_BOUNDARY.findall(content)) > _MOST_BOUNDARIES:
        return None
    try:
        # the library takes apart the older of the two names only; what they hold is written alike (RFC 6533)
        content = _INTERNATIONAL.sub(_REPORT.encode(), content)
        message = BytesParser(policy=compat32).parsebytes(content)
        if message.get_content_type() == "multipart/report":
            return _standard_report(message)
        return _qmail_report(message)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # the standard library's parser is lenient and yet fails on some of what only an attacker writes
        return None


def _standard_report(message: Message) -> DeliveryReport | None:
    payload = message.get_payload()
    if not isinstance(payload, list):
        return None
    parts = [part for part in payload if isinstance(part, Message)]
    blocks = next((part.get_payload() for part in parts if part.get_content_type() == _REPORT), None)
    if not isinstance(blocks, list):
        return None
    recipients = [block for block in blocks if isinstance(block, Message) and block["Final-Recipient"]]
    returned = next((headers for part in parts for headers in _returned_headers(part)), None)
    return DeliveryReport(
        message_id=_message_id(returned),
        sent_to=_sent_to(returned),
        failures=tuple(failure for block in recipients[:_MOST_RECIPIENTS] if (failure := _failure(block))),
    )


def _failure(block: Message) -> Failure | None:
    if _line(block["Action"]).lower().partition(" ")[0] != "failed":
        return None
    diagnostic = _line(block["Diagnostic-Code"]).partition(";")[2].strip() or _line(block["Diagnostic-Code"])
    code = _most_telling([_line(block["Status"]), diagnostic])
    addresses = tuple(_address(_line(block[name])) for name in ("Final-Recipient", "Original-Recipient"))
    return Failure(tuple(dict.fromkeys(address for address in addresses if address)), code, diagnostic or code)


def _most_telling(texts: Sequence[str]) -> str:
    """Take the first code; where it says no more than ``5.0.0``, as Exim's does, a later one that does."""
    codes = [match for text in texts for match in _CODE.findall(text)]
    return next((code for code in codes if not code.endswith(".0.0")), codes[0] if codes else "5.0.0")


def _qmail_report(message: Message) -> DeliveryReport | None:
    """Read the form that qmail has used since before the standard (QSBMF)."""
    body = message.get_payload(decode=True)
    if message.is_multipart() or not isinstance(body, bytes):
        return None
    text = body.decode("utf-8", "replace").replace("\r\n", "\n")
    copy = _QMAIL_COPY.search(text)
    if not _QMAIL.match(text) or not copy:
        return None
    paragraphs = text[: copy.start()].split("\n\n")[:_MOST_RECIPIENTS]
    returned = BytesHeaderParser(policy=compat32).parsebytes(text[copy.end() :].strip("\n").encode())
    failures = []
    for paragraph in paragraphs:
        found = _QMAIL_RECIPIENT.match(paragraph.strip("\n"))
        if found:
            words = _line(paragraph.strip("\n")[found.end() :])
            failures.append(Failure((found[1],), _most_telling([words]), words))
    return DeliveryReport(_message_id(returned), _sent_to(returned), tuple(failures))


def _returned_headers(part: Message) -> Iterator[Message]:
    if part.get_content_type() not in _RETURNED:
        return
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (message for message in payload[:1] if isinstance(message, Message))
        return
    headers = part.get_payload(decode=True)
    if isinstance(headers, bytes):
        yield BytesHeaderParser(policy=compat32).parsebytes(headers)


def _message_id(headers: Message | None) -> str | None:
    found = re.search(r"<([^<>\s]{1,320})>", _line(headers["Message-ID"])) if headers else None
    return found[1] if found else None


def _sent_to(headers: Message | None) -> str | None:
    return (_address(_line(headers["To"])) or None) if headers else None


def _address(written: str) -> str:
    """Return the address in ``rfc822; <someone@example.org>``."""
    address = written.rpartition(";")[2].strip()
    return address[1:-1].strip() if address.startswith("<") and address.endswith(">") else address


def _line(value: object) -> str:
    """Return a header's value as one line of characters that can be shown and stored."""
    text = "" if value is None else str(value).encode("utf-8", "replace").decode("utf-8", "replace")
    return "".join(character if character.isprintable() else " " for character in " ".join(text.split()))[
        :_LONGEST_LINE
    ]
