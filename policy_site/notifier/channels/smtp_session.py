"""Mail over SMTP (RFC 5321), with pipelining where the server offers it (RFC 2920).

The final dot is sent by itself: what is before it can be taken back, what is after it cannot. The reply to it is waited
for as long as RFC 5321 (section 4.5.3.2.6) asks, since hanging up earlier is how duplicates are made.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
from typing import NamedTuple, Protocol

from policy_site.notifier.channels.session import COMMITTED, Awaited, Coroutine, SessionLostError, SocketReady
from policy_site.notifier.model import Message, Outcome, OutcomeKind
from policy_site.notifier.settings_tables import is_mail_address

_CLOSING = 421
_GO_AHEAD = 354
_DATA, _DOT, _RESET = b"DATA\r\n", b".\r\n", b"RSET\r\n"
_MOST_READ = 65_536
_MOST_LINES = 1_000
"""Of one reply."""
_SUBJECT = re.compile(r"[45]\.(\d{1,3})\.\d{1,3}\b")
"""An enhanced code (RFC 3463), and in it what it is about: 1 the address, 2 the mailbox, 4 the way there; 3 the server
itself, 5 the protocol, 6 the content, 7 policy, which would hit everybody."""
_MOST_REFUSALS = 9
"""On one connection: from the tenth on Postfix answers ever more slowly, and hangs up after the twentieth."""


class SmtpTimes(Protocol):
    """What a connection needs of the settings."""

    @property
    def envelope_sender(self) -> str:
        """Where delivery reports go."""

    @property
    def command_seconds(self) -> float:
        """Time for the answer to a command."""

    @property
    def final_dot_seconds(self) -> float:
        """Time for the answer to a whole message."""

    @property
    def messages_per_connection(self) -> int:
        """More are not sent over one connection."""


class SmtpSession:
    """One connection to a mail server."""

    def __init__(self, server: smtplib.SMTP, settings: SmtpTimes) -> None:
        if not isinstance(server.sock, socket.socket):
            raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
        self._server = server
        self._socket = server.sock
        self._settings = settings
        self._sent = 0
        self._refused = 0
        self._is_broken = False
        self._unread = b""
        self._is_pipelining = server.has_extn("pipelining")
        self._sender = settings.envelope_sender
        body = " BODY=8BITMIME" if server.has_extn("8bitmime") else ""
        self._mail = f"MAIL FROM:<{self._sender}>{body}\r\n".encode("ascii")
        self._room = SocketReady(self._socket, settings.command_seconds, is_writing=True)
        self._answer = SocketReady(self._socket, settings.command_seconds)
        self._last_answer = SocketReady(self._socket, settings.final_dot_seconds)
        # the dot leaves by itself: it must not wait for the acknowledgement of what was sent before it
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.settimeout(0)

    @property
    def is_used(self) -> bool:
        """True once a message went through or was refused."""
        return self._sent + self._refused > 0

    @property
    def is_spent(self) -> bool:
        """True after as many messages as the settings allow a connection, and once it is broken."""
        is_worn = self._sent >= self._settings.messages_per_connection or self._refused > _MOST_REFUSALS
        return self._is_broken or is_worn

    def attempt(self, message: Message) -> Coroutine[Outcome]:
        """Send everything but the final dot, then the dot."""
        address = message.delivery.recipient.address
        if not is_mail_address(address):
            return Outcome(OutcomeKind.REFUSED, "This is not a mail address; nothing was sent.")
        try:
            outcome = yield from self._envelope(address)
            if outcome is None:
                yield from self._send(_with_doubled_dots(message.content))
        except (OSError, smtplib.SMTPException) as error:
            self._is_broken = True
            raise SessionLostError(said(error)) from None
        if outcome is None:
            yield from self._wait(COMMITTED)
            outcome = yield from self._finish()
        return outcome

    def prove(self) -> Coroutine[bool]:
        """Ask whether the server would take mail for our own return path; nothing is sent."""
        try:
            is_taken = True
            for command in (f"MAIL FROM:<{self._sender}>\r\n", f"RCPT TO:<{self._sender}>\r\n"):
                if is_taken:
                    is_taken = (yield from self._ask(command.encode("ascii"))).is_positive
            yield from self._ask(_RESET)
        except (OSError, smtplib.SMTPException):
            self._is_broken = True
            return False
        return is_taken

    def close(self) -> None:
        """Say goodbye where the connection still stands, without waiting long for the answer."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            if not self._is_broken and self._server.sock:
                self._socket.settimeout(2)
                self._server.quit()
        self._server.close()

    # --- one message -------------------------------------------------------------------------------------------------

    def _envelope(self, address: str) -> Coroutine[Outcome | None]:
        commands = (self._mail, f"RCPT TO:<{address}>\r\n".encode("ascii"), _DATA)
        replies: list[_Reply] = []
        if self._is_pipelining:
            yield from self._send(b"".join(commands))
            while len(replies) < len(commands):
                replies.append((yield from self._reply()))
        else:
            for command in commands:
                replies.append((yield from self._ask(command)))
                if not (replies[-1].is_positive or replies[-1].code == _GO_AHEAD):
                    break
        closing = next((reply for reply in replies if reply.code == _CLOSING), None)
        if closing:  # a connection that stood idle or did its share is renewed; a new one so greeted finds no server
            raise smtplib.SMTPResponseException(closing.code, closing.text)
        replies += [_NO_REPLY] * (len(commands) - len(replies))
        mail, recipient, content = replies
        if content.code == _GO_AHEAD and not (mail.is_positive and recipient.is_positive):
            # RFC 2920, section 3.1: the server wants a message all the same; it has no recipient, so it gets none
            yield from self._ask(_DOT)
        elif content.code != _GO_AHEAD:
            yield from self._ask(_RESET)
        if not mail.is_positive:
            return Outcome(OutcomeKind.UNAVAILABLE, f"The sender is refused: {mail.line}")
        if not recipient.is_positive:
            return self._failure(recipient, is_of_recipient=True)
        return None if content.code == _GO_AHEAD else self._failure(content)

    def _finish(self) -> Coroutine[Outcome]:
        try:
            reply = yield from self._ask(_DOT, self._last_answer)
            if reply.code == _GO_AHEAD:
                raise smtplib.SMTPResponseException(reply.code, reply.text)
        except (OSError, smtplib.SMTPException) as error:
            self._is_broken = True
            return Outcome(OutcomeKind.DOUBTFUL, f"No reply after the final dot: {said(error)}")
        if reply.is_positive:
            self._sent += 1
            return Outcome(OutcomeKind.ACCEPTED, reply.line)
        if reply.code == _CLOSING:
            self._is_broken = True
            return Outcome(OutcomeKind.UNAVAILABLE, reply.line)
        return self._failure(reply)

    def _failure(self, reply: _Reply, *, is_of_recipient: bool = False) -> Outcome:
        """Judge a refusal: of the recipient itself, or of the message that everybody gets."""
        self._refused += 1
        subject = _SUBJECT.match(reply.text)
        own = ("1", "2", "4") if is_of_recipient else ("1", "2")
        is_personal = subject[1] in own if subject else is_of_recipient
        kind = OutcomeKind.REFUSED if reply.is_permanent else OutcomeKind.DEFERRED
        return Outcome(kind, reply.line, is_personal=is_personal)

    # --- the wire ----------------------------------------------------------------------------------------------------

    def _ask(self, command: bytes, answer: SocketReady | None = None) -> Coroutine[_Reply]:
        yield from self._send(command)
        return (yield from self._reply(answer))

    def _send(self, content: bytes) -> Coroutine[None]:
        """Send as much as there is room for, and wait for more room; nearly always all of it goes at once."""
        rest = memoryview(content)
        while True:
            with contextlib.suppress(BlockingIOError, ssl.SSLWantWriteError):
                rest = rest[self._socket.send(rest) :]
            if not rest:
                return
            yield from self._wait(self._room)

    def _reply(self, answer: SocketReady | None = None) -> Coroutine[_Reply]:
        """Return the server's next reply (RFC 5321, section 4.2): lines with one code, a hyphen on all but the last."""
        said: list[bytes] = []
        while True:
            line, end, rest = self._unread.partition(b"\n")
            if not end:
                yield from self._wait(answer or self._answer)
                self._read()
                continue
            self._unread = rest
            said.append(line[4:])
            if line[3:4] != b"-" or not line[:3].isdigit() or len(said) > _MOST_LINES:
                break
        code = int(line[:3]) if line[:3].isdigit() else -1
        reply = _Reply(code, b" ".join(said) if code > 0 else line)
        if not (reply.is_positive or code == _GO_AHEAD or 400 <= code < 600):  # noqa: PLR2004 - the same
            raise smtplib.SMTPResponseException(code, f"This is no answer of a mail server: {reply.text}"[:500])
        return reply

    def _wait(self, wait: Awaited) -> Coroutine[None]:
        self._is_broken = True  # so it stays where the talk is left in the middle: nobody could take it up
        yield wait
        self._is_broken = False

    def _read(self) -> None:
        """Take what has come: part of a reply, several, or of a TLS record nothing yet."""
        with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError):
            while True:
                received = self._socket.recv(_MOST_READ)
                if not received:
                    raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
                self._unread += received
                if len(self._unread) > _MOST_READ:
                    raise smtplib.SMTPResponseException(-1, "This is no answer of a mail server: it does not end.")
                if not (isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()):
                    return  # what is deciphered already must be taken now: no system tells that it is there


class _Reply(NamedTuple):
    """A server's answer. There are four to a message: it is made without ado, its words are read when asked for."""

    code: int
    said: bytes = b""

    @property
    def text(self) -> str:
        return " ".join(self.said.decode("ascii", "backslashreplace").split())[:500]

    @property
    def line(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def is_positive(self) -> bool:
        return 200 <= self.code < 300  # noqa: PLR2004 - RFC 5321, section 4.2.1

    @property
    def is_permanent(self) -> bool:
        return 500 <= self.code < 600  # noqa: PLR2004 - the same


_NO_REPLY = _Reply(-1)


def _with_doubled_dots(content: bytes) -> bytes:
    """Return a message as it goes over the wire (RFC 5321, section 4.5.2), its last line ended."""
    doubled = content.replace(b"\r\n.", b"\r\n..")
    if doubled.startswith(b"."):
        doubled = b"." + doubled
    return doubled if doubled.endswith(b"\r\n") else doubled + b"\r\n"


def said(error: Exception) -> str:
    """Return a server's own words, or the system's."""
    if isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
        words = reply.decode("ascii", "backslashreplace") if isinstance(reply, bytes) else str(reply)
        return f"{error.smtp_code} {' '.join(words.split())}"[:500]
    return f"{type(error).__name__}: {error}"[:500]
