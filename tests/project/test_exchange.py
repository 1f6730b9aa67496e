"""No exchange lasts longer, or takes more, than it may: of the feed, of a published site, with a hub."""

from __future__ import annotations

import gzip
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator

import httpx
import pytest

from policy_site.errors import FeedUnreachableError, UnreachableError
from policy_site.exchange import Exchanges, Limits, TooMuchError
from policy_site.notifier.fetching import open_place
from policy_site.remote import open_site, open_speaker
from tests.support.talking import talking

SHORT = Limits(seconds=0.3, wire_bytes=200_000, content_bytes=1 << 20)
OK = b"HTTP/1.1 200 OK\r\n"


def now_and_then(*, start: bytes, bit: bytes) -> Callable[[], Iterable[bytes]]:
    """Say the same bit for ever, with a pause that no time-out of a single read would notice."""

    def words() -> Iterator[bytes]:
        pause = threading.Event()
        yield start
        for _ in range(200):
            pause.wait(0.05)
            yield bit

    return words


def without_end(start: bytes, bit: bytes) -> Callable[[], Iterable[bytes]]:
    return lambda: itertools.chain([start], itertools.repeat(bit, 1_000))


PACKED = OK + b"Content-Encoding: gzip\r\n\r\n"
TOO_LONG = {
    "header bytes that trickle": now_and_then(start=OK + b"X: ", bit=b"a"),
    "headers that trickle": now_and_then(start=OK, bit=b"X: a\r\n"),
    "the status line": now_and_then(start=b"HTTP/1.1 200 ", bit=b"O"),
    "interim answers": now_and_then(start=b"", bit=b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "a body that trickles": now_and_then(start=OK + b"\r\n", bit=b"a"),
    "chunks that trickle": now_and_then(start=OK + b"Transfer-Encoding: chunked\r\n\r\n", bit=b"1\r\na\r\n"),
    "a packed header that trickles": now_and_then(start=PACKED + b"\x1f\x8b\x08\x08" + bytes(6), bit=b"a"),
    "redirects": now_and_then(start=b"HTTP/1.1 302 Found\r\nLocation: /x\r\n", bit=b"X: a\r\n"),
}
TOO_MUCH = {
    "a packed header without end": without_end(PACKED + b"\x1f\x8b\x08\x08" + bytes(6), b"a" * 65_536),
    "a body without end": without_end(OK + b"\r\n", b"a" * 65_536),
    "a body packed from zeros": lambda: [PACKED, gzip.compress(bytes(5 << 20))],
    "empty packed blocks": without_end(PACKED + gzip.compress(b"")[:10], b"\x00\x00\x00\xff\xff" * 13_000),
}


@pytest.fixture(params=["the feed", "a site", "a hub"])
def asking(request: pytest.FixtureRequest) -> Callable[[str, Limits], str]:
    """Lend each of the ways that the product asks somebody; it returns what is said of a failure."""

    def ask(address: str, limits: Limits) -> str:
        if request.param == "a hub":
            with open_speaker(limits=limits) as speaker:
                return speaker.post(f"{address}/hub", {"a": "b"}).text
        try:
            if request.param == "the feed":
                with open_place(f"{address}/feed.json", limits=limits) as place:
                    return str(place.read_feed())
            with open_site(address, limits=limits) as site:
                return str(site.read("manifest.json"))
        except (FeedUnreachableError, UnreachableError) as error:
            return str(error)

    return ask


@pytest.mark.parametrize("words", TOO_LONG.values(), ids=TOO_LONG)
def test_who_keeps_us_waiting_is_left(
    words: Callable[[], Iterable[bytes]], asking: Callable[[str, Limits], str]
) -> None:
    before = time.monotonic()
    with talking(words) as address:
        said = asking(address, SHORT)
        assert time.monotonic() - before < 4
    # a hub has said by its first line whether it agrees
    assert "takes longer than 0.3 s" in said or said.strip("a") == "", said


@pytest.mark.parametrize("words", TOO_MUCH.values(), ids=TOO_MUCH)
def test_who_sends_too_much_is_left(words: Callable[[], Iterable[bytes]]) -> None:
    with talking(words) as address, httpx.Client(timeout=30) as client:
        exchanges = Exchanges(client, Limits(seconds=20, wire_bytes=200_000, content_bytes=1 << 20))
        before = time.monotonic()
        with pytest.raises(TooMuchError, match=r"larger|more"), exchanges.within_deadline():
            exchanges.ask(client.build_request("GET", address))
        assert time.monotonic() - before < 10


@pytest.mark.parametrize("packing", ["br", "zstd", "gzip, gzip", "deflate", '"gzip"'])
def test_what_is_packed_as_nobody_asked_for_is_refused(packing: str) -> None:
    words = OK + f"Content-Encoding: {packing}\r\n\r\nabc".encode()
    with talking(lambda: [words]) as address, httpx.Client(timeout=30) as client:
        exchanges = Exchanges(client, SHORT)
        with pytest.raises(httpx.DecodingError, match="nobody asked for"), exchanges.within_deadline():
            exchanges.ask(client.build_request("GET", address))


def test_a_packed_body_cut_short_is_no_content() -> None:
    with talking(lambda: [PACKED, gzip.compress(b"a" * 1000)[:-9]]) as address, httpx.Client(timeout=30) as client:
        exchanges = Exchanges(client, SHORT)
        with pytest.raises(httpx.DecodingError, match="ends too early"), exchanges.within_deadline():
            exchanges.ask(client.build_request("GET", address))


def test_one_exchange_after_the_other_has_its_own_deadline() -> None:
    words = OK + b"Content-Length: 2\r\n\r\nok"
    with talking(lambda: [words]) as address, httpx.Client(timeout=30) as client:
        exchanges = Exchanges(client, SHORT)
        for _ in range(3):
            threading.Event().wait(0.2)
            with exchanges.within_deadline():
                assert exchanges.ask(client.build_request("GET", address)).content == b"ok"
