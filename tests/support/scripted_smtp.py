"""A mail server that answers by a script: for what `smtp-sink` cannot be told, such as a refusal of one recipient."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

HANG_UP = ""
"""An answer: none, and the connection ends."""

Answer = Callable[["Talk"], str | None]
"""``None``: as usual."""


@dataclass
class Talk:
    """What the server knows when it is about to answer."""

    number: int
    """Of the connection, from 1."""
    line: str
    """The command as it came; for the final dot ``.``."""
    recipient: str = ""
    messages: int = 0
    """Taken over this connection."""


@dataclass
class Taken:
    """A message that was answered with 250."""

    recipient: str
    raw: bytes
    """As it crossed the wire, the final dot included."""

    @property
    def content(self) -> bytes:
        return re.sub(rb"(?m)^\.", b"", self.raw.removesuffix(b".\r\n"))


_USUAL = {
    "GREETING": "220 mx.test ESMTP",
    "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok",
    "DATA": "354 Go ahead",
    ".": "250 2.0.0 Ok: queued",
    "RSET": "250 2.0.0 Ok",
    "NOOP": "250 2.0.0 Ok",
    "QUIT": "221 2.0.0 Bye",
    "STARTTLS": "220 2.0.0 Ready",
    "AUTH": "235 2.7.0 Ok",
}


@dataclass
class ScriptedServer:
    """One that listens on loopback while it is used as a context manager."""

    answers: dict[str, Answer] = field(default_factory=dict)
    """By command: GREETING, EHLO, MAIL, RCPT, DATA, CONTENT (once a part of it came), ``.``, RSET, …"""
    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES")
    certificate: Path | None = None
    is_tls_at_once: bool = False
    talks: list[list[str]] = field(default_factory=list)
    """The commands of each connection."""
    taken: list[Taken] = field(default_factory=list)
    port: int = 0
    _listening: socket.socket | None = None
    _threads: list[threading.Thread] = field(default_factory=list)
    _open: set[socket.socket] = field(default_factory=set)

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listening.getsockname()[1]
        accepting = threading.Thread(target=self._accept, args=(self._listening,), daemon=True)
        accepting.start()
        self._threads.append(accepting)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._listening is not None
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    @property
    def recipients(self) -> list[str]:
        """Who was sent a message, in order."""
        return [taken.recipient for taken in self.taken]

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            # each answer leaves at once, as from a server that writes several together
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.add(connection)
            self.talks.append([])
            thread = threading.Thread(target=self._serve, args=(connection, len(self.talks)), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self, connection: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError, ssl.SSLError):
            if self.is_tls_at_once:
                self._open.discard(connection)
                connection = self._wrapped(connection)
                self._open.add(connection)
            self._talk(connection, number)
        self._open.discard(connection)
        with contextlib.suppress(OSError):
            connection.close()

    def _wrapped(self, connection: socket.socket) -> socket.socket:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        assert self.certificate is not None
        context.load_cert_chain(self.certificate)
        return context.wrap_socket(connection, server_side=True)

    def _talk(self, connection: socket.socket, number: int) -> None:
        talk = Talk(number, "")
        if self._answer(connection, "GREETING", talk):
            self._converse(connection, talk)

    def _converse(self, connection: socket.socket, talk: Talk) -> None:
        reader = connection.makefile("rb")
        while line := reader.readline():
            talk.line = line.decode("ascii").rstrip("\r\n")
            verb = talk.line.partition(" ")[0].upper()
            self.talks[talk.number - 1].append(talk.line)
            if verb == "RCPT":
                talk.recipient = talk.line.partition("<")[2].partition(">")[0]
            if verb in ("EHLO", "HELO"):
                extensions = "".join(f"250-{name}\r\n" for name in self.extensions)
                connection.sendall(f"250-mx.test\r\n{extensions}250 HELP\r\n".encode("ascii"))
                continue
            answer = self._answer(connection, verb, talk)
            if verb == "DATA" and answer.startswith("354"):
                answer = self._read_content(connection, reader, talk)
            if verb == "STARTTLS":
                reader.close()
                self._open.discard(connection)
                with self._wrapped(connection) as secured:
                    self._open.add(secured)
                    self._converse(secured, talk)
                    self._open.discard(secured)
                return
            if not answer or answer.startswith(("421", "221")):
                return

    def _read_content(self, connection: socket.socket, reader: object, talk: Talk) -> str:
        raw = bytearray()
        while not raw.endswith(b"\r\n.\r\n") and raw != b".\r\n":
            line = reader.readline()  # type: ignore[attr-defined]  # a socket's file
            if not line:
                return HANG_UP
            raw += line
            if "CONTENT" in self.answers and self.answers["CONTENT"](talk) == HANG_UP:
                return HANG_UP
        talk.line = "."
        answer = self._answer(connection, ".", talk, before=lambda: self._take(talk, bytes(raw)))
        return answer or HANG_UP

    def _take(self, talk: Talk, raw: bytes) -> None:
        if raw != b".\r\n":  # what follows a refused recipient in a pipeline is no message
            talk.messages += 1
            self.taken.append(Taken(talk.recipient, raw))

    def _answer(
        self, connection: socket.socket, verb: str, talk: Talk, before: Callable[[], None] | None = None
    ) -> str:
        scripted = self.answers[verb](talk) if verb in self.answers else None
        answer = _USUAL.get(verb, "500 5.5.2 Unknown") if scripted is None else scripted
        if before and answer.startswith("2"):
            before()
        if answer:
            connection.sendall(answer.replace("\n", "\r\n").encode("utf-8") + b"\r\n")
        return answer


def refuse(*recipients: str, reply: str = "550 5.1.1 No such user") -> Answer:
    """Return an answer to RCPT that refuses these recipients."""
    return lambda talk: reply if talk.recipient in recipients else None


def always(reply: str) -> Answer:
    """Return an answer that is always the same."""
    return lambda _talk: reply


@contextmanager
def scripted(**answers: Answer) -> Iterator[ScriptedServer]:
    """Run a server with these answers; ``dot`` stands for the final dot."""
    named = {"." if name == "dot" else name.upper(): answer for name, answer in answers.items()}
    with ScriptedServer(answers=named) as server:
        yield server


def make_certificate(folder: Path, name: str = "localhost") -> Path:
    """Return a file with a key and a self-signed certificate for a host."""
    path = folder / "certificate.pem"
    names = f"subjectAltName=DNS:{name},IP:127.0.0.1"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"),
            *("-addext", names, "-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
        ],
        check=True,
        capture_output=True,
    )
    path.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return path
