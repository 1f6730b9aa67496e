"""The bytes of a feed, from a file or over HTTP; never from anywhere but the place where the feed itself lies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from policy_site import __version__
from policy_site.errors import FeedUnreachableError, UsageError
from policy_site.exchange import Exchanges, Limits, Received, TooMuchError

LARGEST_PAGE = 64 * 2**20
"""Bytes, unpacked. A page holds fewer than 200 events; nobody publishes a third of a megabyte of each."""
_TIMES = httpx.Timeout(connect=10, read=30, write=30, pool=30)
LIMITS = Limits(seconds=600, wire_bytes=LARGEST_PAGE, content_bytes=LARGEST_PAGE)
"""Of a page, redirects included: a server that sends a byte now and then does not hold the run for ever."""
_REDIRECTS = 5
_PORTS = {"http": 80, "https": 443}
_REMOTE = re.compile(r"https?://", re.IGNORECASE)
_BESIDE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_VALIDATOR = re.compile(r"[\x20-\x7e]{1,1000}")
_CHECK_ADDRESS = "Name the address of the site's `changes/v1/feed.json` as `feed` in the settings."
_LATER = "Run again later; nothing was changed."


@dataclass(frozen=True, slots=True)
class Validators:
    """By what a server recognises that its answer would be the same (RFC 9110, section 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class Page:
    """What was read."""

    address: str
    """As it may be shown: without password and query."""
    content: bytes
    validators: Validators


class Place:
    """Where a feed lies: a file in a folder, or an address of a server."""

    def __init__(self, feed: str, client: httpx.Client | None, limits: Limits = LIMITS) -> None:
        self._feed = feed
        self._client = client
        self._exchanges = Exchanges(client, limits) if client else None

    def read_feed(self, validators: Validators = NO_VALIDATORS) -> Page | None:
        """Read the feed's own page; ``None``: it is as it was when it had ``validators``."""
        if self._client is None or self._exchanges is None:
            return _read_file(Path(self._feed))
        return _fetch(self._client, self._exchanges, httpx.URL(self._feed), validators)

    def read_beside(self, address: str) -> Page:
        """Read the page that ``address``, written in the feed, names.

        Pages of the archive lie beside the feed: that is part of the contract. So only the last part of what the feed
        says is taken, and looked for where the feed itself was read. A copy on a disk or on another host thus works
        without being edited, and no feed can point this program at a file or a host of its choice.
        """
        name = address.partition("#")[0].partition("?")[0].rpartition("/")[2]
        if not _BESIDE.fullmatch(name):
            raise FeedUnreachableError(
                f"The feed {feed_identity(self._feed)} names {address[:200]!r} as a page of its archive, "
                "which is no file beside it.",
                remedy=_CHECK_ADDRESS,
            )
        if self._client is None or self._exchanges is None:
            return _read_file(Path(self._feed).parent / name)
        url = httpx.URL(self._feed)
        beside = url.copy_with(path=url.path.rpartition("/")[0] + "/" + name)
        page = _fetch(self._client, self._exchanges, beside, NO_VALIDATORS)
        assert page is not None, "only a conditional request can be answered with 304"
        return page


@contextmanager
def open_place(feed: str, *, limits: Limits = LIMITS) -> Iterator[Place]:
    """Yield the place of the feed at an address or path; ``limits`` are those of each page."""
    if not is_remote(feed):
        yield Place(feed, None)
        return
    try:
        client = httpx.Client(
            timeout=_TIMES,
            headers={
                "User-Agent": f"policy-site/{__version__} (notify)",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
            },
        )
    except (OSError, ValueError, httpx.InvalidURL, ImportError) as error:
        raise UsageError(
            f"This machine's settings for HTTP cannot be used: {error}.",
            remedy="Mend the proxy or certificate variables of the environment.",
        ) from None
    with client:
        yield Place(feed, client, limits)


def is_remote(feed: str) -> bool:
    """Say whether a feed is read over HTTP rather than from a file."""
    return _REMOTE.match(feed) is not None


def feed_identity(feed: str) -> str:
    """Return the address by which a feed is known and shown: without password, query and fragment.

    Raises :class:`UsageError` where it is no address.
    """
    if not is_remote(feed):
        return str(Path(feed).absolute())
    try:
        url = httpx.URL(feed)
    except httpx.InvalidURL:
        raise UsageError("`feed` is not an address.", remedy=_CHECK_ADDRESS) from None
    if not url.host:
        raise UsageError("`feed` names no host.", remedy=_CHECK_ADDRESS)
    return _shown(url)


def _shown(url: httpx.URL) -> str:
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))


def _read_file(path: Path) -> Page:
    try:
        # a pipe or a device would make the run wait, or never end
        if path.exists() and not path.is_file():
            raise FeedUnreachableError(f"{path} is not a file.", remedy=_CHECK_ADDRESS)
        with path.open("rb") as file:
            content = file.read(LARGEST_PAGE + 1)
    except FileNotFoundError:
        raise FeedUnreachableError(
            f"There is no {path}.", remedy="Publish the whole site, its archive included, or mend `feed`."
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FeedUnreachableError(f"{path} cannot be read: {reason}.", remedy="Make it readable.") from None
    if len(content) > LARGEST_PAGE:
        raise _too_large(str(path))
    return Page(str(path), content, NO_VALIDATORS)


def _fetch(client: httpx.Client, exchanges: Exchanges, url: httpx.URL, validators: Validators) -> Page | None:
    headers = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    asked = {name: value for name, value in headers.items() if value}
    try:
        request = client.build_request("GET", url, headers=asked)
        with exchanges.within_deadline():
            for _ in range(_REDIRECTS + 1):
                answer = exchanges.ask(request)
                if answer.next_request is None:
                    return _page(answer, is_conditional=bool(asked))
                _refuse_elsewhere(request.url, answer.next_request.url)
                request = answer.next_request
    except TooMuchError as error:
        raise FeedUnreachableError(f"{_shown(url)} {error}.", remedy=_LATER) from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise FeedUnreachableError(f"{_shown(url)} cannot be read: {reason.rstrip('.')}.", remedy=_LATER) from None
    raise FeedUnreachableError(f"{_shown(url)} redirects more than {_REDIRECTS} times.", remedy=_CHECK_ADDRESS)


def _page(answer: Received, *, is_conditional: bool) -> Page | None:
    address = _shown(answer.url)
    if answer.status == httpx.codes.NOT_MODIFIED and is_conditional:
        return None
    if answer.status != httpx.codes.OK:
        is_passing = answer.status == httpx.codes.TOO_MANY_REQUESTS or httpx.codes.is_server_error(answer.status)
        raise FeedUnreachableError(
            f"{address} answers with status {answer.status}.",
            remedy=_LATER if is_passing else f"{_CHECK_ADDRESS} Its archive must stay published beside it.",
        )
    etag = _validator(answer, "etag")
    # the time alone is no proof: two builds in one second, or files copied with their old times, have the same
    return Page(address, answer.content, Validators(etag, _validator(answer, "last-modified") if etag else None))


def _validator(answer: Received, name: str) -> str | None:
    value = answer.headers.get(name)
    return value if value and _VALIDATOR.fullmatch(value) else None


def _refuse_elsewhere(old: httpx.URL, new: httpx.URL) -> None:
    """Follow a redirect on one host only, and never from https to http: another host is the operator's to choose."""
    is_same = (old.scheme, old.host, _port(old)) == (new.scheme, new.host, _port(new))
    is_upgrade = (
        (old.scheme, new.scheme) == ("http", "https") and old.host == new.host and _port(new) == _PORTS["https"]
    )
    if not (is_same or is_upgrade):
        raise FeedUnreachableError(
            f"{_shown(old)} redirects to {_shown(new)}, which is elsewhere.",
            remedy="If that is where the feed lies now, name it as `feed` in the settings.",
        )


def _port(url: httpx.URL) -> int:
    return url.port or _PORTS.get(url.scheme, 0)


def _too_large(address: str) -> FeedUnreachableError:
    return FeedUnreachableError(
        f"{address} is larger than {LARGEST_PAGE // 2**20} MiB, which no page of a change feed is.",
        remedy=_CHECK_ADDRESS,
    )
