"""Postfix's `smtp-sink`: a mail server that accepts everything, writes it down, and misbehaves to order."""

from __future__ import annotations

import email
import email.policy
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from tests.support.services.service import HOST, Service, found, listens

_BACKLOG = "1000"
_ADDRESS = re.compile(rb"<([^>]*)>")


@dataclass(frozen=True, slots=True)
class RecordedMessage:
    """One message as it crossed the wire, with its envelope."""

    sender: str
    """Return path; empty for a delivery report."""
    recipients: tuple[str, ...]
    content: bytes
    """Header and body as received, line ends as LF, the sink's own header lines taken off."""

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def message_id(self) -> str:
        """The Message-ID without a whole parse, for counting tens of thousands; empty when there is none."""
        header = b"\n" + self.content.partition(b"\n\n")[0]
        place = re.search(rb"\nmessage-id:\s*(\S+)", header, re.IGNORECASE)
        return place[1].decode("ascii", "replace") if place else ""


class SmtpSink(Service):
    """`smtp-sink` with the given options, recording by `-D` unless told otherwise.

    What its record says, found by trial with Postfix 3.7 and in its source:

    - A message is appended to the record when the final dot has been read and *before* the dot is answered. So with
      `-q .` (hang up), `-Q .` (421), `-r .` (450) and `-f .` (500) the message is in the record although the sender
      was never told so or was told no; a sender that was told yes is always in it. A sink killed by SIGKILL may
      leave one last record cut short, which nobody was told about.
    - The record is opened, appended to and closed for each message. Sessions that talk at the same time do not mix:
      each transaction gathers in a file of its own (with `-D` already unlinked) and is copied in one go. What a session
      leaves half done, by RSET or by hanging up, is not recorded.
    - CR is dropped, the doubled dot at the start of a line is undone, lines starting with `From ` are not escaped. An
      empty line ends a record, which does not tell records apart: a start string (`-S`) of this class does.
    - `-d`, one file for each message, creates its file empty at MAIL and fills it in blocks of 4 KiB; a session that
      hangs up leaves its part behind. A reader cannot tell a whole message from a half one, so it is not used.

    What its options do, each tried (commands are CONNECT, EHLO, MAIL, RCPT, DATA, `.`, RSET, QUIT …):

    - `-r rcpt` answers 450 4.3.0 (`-b` sets other words), `-f rcpt` 500 5.3.0 (`-B`), for every such command:
      there is no share of refusals, as 30%, to be had.
    - `-q .` hangs up without an answer; `-Q mail` answers 421 and hangs up.
    - `-w 2` waits two seconds before it answers DATA; `-W .:2` does so for another command. Whole seconds only.
      Other sessions go on meanwhile.
    - `-M 5` ends the sink after five messages, `-n 5` after five sessions.
    - AUTH is announced but answered with 250 in place of 235, which smtplib takes for a refusal; `-a` hides it.
      There is no STARTTLS.
    """

    name = "smtp-sink"

    def __init__(self, *options: str, record: bool = True) -> None:
        super().__init__()
        self._options = options
        self._records = record
        self._mark = f"==== {secrets.token_hex(16)} ===="
        self._dump = self.folder / "record"
        self._counted, self._read_to = 0, 0

    def prepare(self) -> None:
        """Leave the folder empty: the first message makes the record."""

    def command(self) -> Sequence[str]:
        """Return smtp-sink on loopback. It runs as an account without rights already, so `-u` is not needed."""
        recording = ["-D", str(self._dump), "-S", f"{self._mark}\\n"] if self._records else []
        return [found("smtp-sink"), *self._options, *recording, f"{HOST}:{self.port}", _BACKLOG]

    def is_ready(self) -> bool:
        """Tell whether it listens, without a session that `-n` would count."""
        return listens(self.port)

    def count(self) -> int:
        """Return how many messages were recorded so far; reads what is new only, as trials ask often."""
        if self._dump.exists():
            mark = self._mark.encode()
            with self._dump.open("rb") as record:
                record.seek(self._read_to)
                new = record.read()
            self._counted += new.count(mark)
            # Half a mark may stand at the end: the next look begins after the last whole one, or just before that half.
            self._read_to += max(new.rfind(mark) + len(mark) if mark in new else 0, len(new) - len(mark) + 1)
        return self._counted

    @property
    def record(self) -> Path:
        """The file that messages are appended to; it is not there before the first."""
        return self._dump

    def size(self) -> int:
        """Return the record's size in bytes."""
        return self._dump.stat().st_size if self._dump.exists() else 0

    def count_quickly(self) -> int:
        """Return about how many messages were recorded, from the size of the record and that of the first ones."""
        size = self.size()
        if not size:
            return 0
        with self._dump.open("rb") as file:
            head = file.read(100_000)
        return round(size / (len(head) / max(head.count(self._mark.encode()), 1)))

    def messages(self) -> list[RecordedMessage]:
        """Return the messages recorded so far, in the order of their final dots."""
        recorded = self._dump.read_bytes() if self._dump.exists() else b""
        records = recorded.split(f"{self._mark}\n".encode())[1:]
        return [_read_record(record) for record in records]

    def wait_for(self, number: int, *, seconds: float = 60.0) -> list[RecordedMessage]:
        """Return the messages as soon as there are ``number`` of them."""
        self.wait_until(lambda: self.count() >= number, what=f"given {number} messages", seconds=seconds)
        return self.messages()


def _read_record(record: bytes) -> RecordedMessage:
    sender = ""
    recipients: list[str] = []
    rest = record
    while rest.startswith(b"X-"):
        line, _, rest = rest.partition(b"\n")
        name, _, value = line.partition(b": ")
        address = _ADDRESS.search(value)
        path = (address[1] if address else value).decode("utf-8", "surrogateescape")
        if name == b"X-Mail-Args":
            sender = path
        elif name == b"X-Rcpt-Args":
            recipients.append(path)
    received = re.match(rb"Received: .*\n(\t.*\n)*", rest)
    content = rest[received.end() :] if received else b""
    return RecordedMessage(sender=sender, recipients=tuple(recipients), content=content.removesuffix(b"\n"))
