"""One exchange over HTTP, within a wall-clock deadline and limits of bytes, whatever the other side does.

The deadline holds for all of it: connecting, headers that trickle, interim answers (1xx) without end, redirects, a body
that packs nothing into much. At its end the connection is shut down, so that whoever waits for it is woken.
"""

from __future__ import annotations

import socket
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx

_PACKINGS = {"": None, "identity": None, "gzip": 31, "x-gzip": 31}
"""What a body may be packed with, and zlib's word for it (window bits). Nothing else is asked for."""
_STEP = 1 << 16
"""Bytes that are unpacked at a time."""


class TooMuchError(Exception):
    """It takes too long, or is too large: a part of a sentence."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an exchange may cost."""

    seconds: float
    """By the clock on the wall, from the first packet to the last, redirects included."""
    wire_bytes: int
    """Of the body as it comes over the wire."""
    content_bytes: int
    """Of the body unpacked."""


@dataclass(frozen=True, slots=True)
class Received:
    """An answer, whole."""

    status: int
    reason: str
    url: httpx.URL
    headers: Mapping[str, str]
    """Names in lower case."""
    content: bytes
    next_request: httpx.Request | None
    """What a redirect asks for, which nobody has followed."""


class Exchanges:
    """Asks servers over one client, one exchange at a time."""

    def __init__(self, client: httpx.Client, limits: Limits) -> None:
        self._client = client
        self._limits = limits
        self._sockets: list[socket.socket] = []
        self._ends_at = 0.0
        self._is_over = False

    @contextmanager
    def within_deadline(self) -> Iterator[Self]:
        """Begin an exchange; all requests until the end of the block share its deadline.

        Raises :class:`TooMuchError` when it is over, in place of whatever the end of the connection raises.
        """
        self._is_over = False
        self._ends_at = time.monotonic() + self._limits.seconds
        timer = threading.Timer(self._limits.seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield self
        except (httpx.HTTPError, httpx.StreamError, OSError):
            if self._is_over:
                raise self._too_long() from None
            raise
        finally:
            timer.cancel()

    def ask(self, request: httpx.Request, *, reads_body: bool = True) -> Received:
        """Send a request and return the answer; a redirect is not followed.

        ``reads_body``: false where of the body only as much is wanted as the limits allow, and the rest left.
        Raises what httpx raises, and :class:`TooMuchError`.
        """
        request.extensions = {**request.extensions, "trace": self._trace}
        response = self._client.send(request, stream=True, follow_redirects=False)
        try:
            follow = response.next_request
            content = b"" if follow else self._read(response, is_whole=reads_body)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Received(response.status_code, response.reason_phrase, response.url, headers, content, follow)
        finally:
            response.close()

    def _read(self, response: httpx.Response, *, is_whole: bool) -> bytes:
        packing = response.headers.get("Content-Encoding", "").strip().lower()
        if packing not in _PACKINGS:
            raise httpx.DecodingError(f"it is packed with {packing[:40]!r}, which nobody asked for")
        bits = _PACKINGS[packing]
        unpacker = zlib.decompressobj(bits) if bits else None
        content, on_wire = bytearray(), 0
        for raw in response.iter_raw():
            on_wire += len(raw)
            pieces = _unpacked(unpacker, raw) if unpacker else (raw,)
            for piece in pieces:
                content += piece
                if (self._is_over or time.monotonic() > self._ends_at) and is_whole:
                    raise self._too_long()
                if len(content) > self._limits.content_bytes or on_wire > self._limits.wire_bytes:
                    if is_whole:
                        raise TooMuchError(f"is larger than {self._limits.content_bytes // 2**20} MiB")
                    return bytes(content[: self._limits.content_bytes])
            if on_wire > self._limits.wire_bytes:
                raise TooMuchError("sends more than its content needs")
        if self._is_over and is_whole:  # what looks like the end is ours
            raise self._too_long()
        if unpacker and not unpacker.eof and is_whole:
            raise httpx.DecodingError("its packed body ends too early")
        return bytes(content)

    def _trace(self, name: str, info: Mapping[str, Any]) -> None:
        if name.endswith(("connect_tcp.complete", "start_tls.complete")):
            found = info["return_value"].get_extra_info("socket")
            if isinstance(found, socket.socket):
                self._sockets = [one for one in self._sockets if one.fileno() >= 0] + [found]
            if self._is_over:
                self._end()

    def _end(self) -> None:
        self._is_over = True
        for one in self._sockets:
            try:
                # of an SSLSocket the plain method: no farewell is said to one who keeps others waiting
                socket.socket.shutdown(one, socket.SHUT_RDWR)
            except OSError:
                continue  # it ended by itself

    def _too_long(self) -> TooMuchError:
        return TooMuchError(f"takes longer than {self._limits.seconds:g} s")


def _unpacked(unpacker: Any, raw: bytes) -> Iterator[bytes]:  # noqa: ANN401 - zlib's own class has no public name
    """Unpack bit by bit: a kilobyte can hold a megabyte."""
    try:
        while raw and not unpacker.eof:
            yield unpacker.decompress(raw, _STEP)
            raw = unpacker.unconsumed_tail
    except zlib.error as error:
        raise httpx.DecodingError(f"its packed body is damaged: {error}") from None
    yield b""  # nothing came of it, such as of a header without end: the limits are looked at all the same
