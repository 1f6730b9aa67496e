"""Other machines: reading a published site from them, telling hubs of changes. The only door to httpx.

Whatever they do ends in a value or in an :class:`UnreachableError` with a sentence, within a known time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx

from policy_site.errors import UnreachableError, UsageError
from policy_site.exchange import Exchanges, Limits, Received, TooMuchError

_TIMEOUT = httpx.Timeout(30, connect=10)
_FILE = Limits(seconds=300, wire_bytes=256 << 20, content_bytes=256 << 20)
"""Of one file of a published site."""
_ANSWER = Limits(seconds=300, wire_bytes=1 << 20, content_bytes=1 << 20)
"""Of a hub's answer, of which only the first line is shown."""
_REDIRECTS = 20
_GONE = (404, 410)
_FEED = "changes/v1/feed.json"


class PublishedSite(Protocol):
    """A site that is published, wherever it is."""

    @property
    def name(self) -> str:
        """Its address for people, without anything secret."""

    def read(self, name: str) -> bytes | None:
        """Return a file by its name below the site's base; ``None`` where the site has no such file.

        Raises :class:`UnreachableError` where nobody can say whether it has.
        """


@contextmanager
def open_site(address: str, *, limits: Limits = _FILE) -> Iterator[PublishedSite]:
    """Open the site at a folder, or at a ``file:``, ``http:`` or ``https:`` address; its change feed's own will do."""
    try:
        parts = urlsplit(address)
        scheme = parts.scheme.lower() if "://" in address else ""
        has_host = bool(parts.hostname)
    except ValueError as error:
        raise UsageError(f"{address!r} is not an address: {error}.", remedy="Correct it.") from None
    if scheme in ("http", "https") and has_host:
        base = urlunsplit(parts._replace(path=parts.path.removesuffix(_FEED), query="", fragment=""))
        headers = {"User-Agent": "policy-site", "Accept-Encoding": "gzip"}
        with httpx.Client(timeout=_TIMEOUT, headers=headers) as client:
            yield _Served(Exchanges(client, limits), client, base if base.endswith("/") else f"{base}/")
        return
    if scheme and scheme != "file":
        raise UsageError(
            f"{address!r} is no address that can be read.", remedy="Name a folder, or an http or https address."
        )
    folder = Path(unquote(parts.path) if scheme else address)
    yield _Folder(Path(str(folder).removesuffix(_FEED) or ".") if folder.name == "feed.json" else folder)


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = str(folder)

    def read(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise UnreachableError(
                f"{self._folder / name} cannot be read: {getattr(error, 'strerror', None) or error}.",
                remedy="Grant access, or name another place.",
            ) from None


class _Served:
    def __init__(self, exchanges: Exchanges, client: httpx.Client, base: str) -> None:
        self._client = client
        self._exchanges = exchanges
        self._base = base
        parts = urlsplit(base)
        self.name = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))

    def read(self, name: str) -> bytes | None:
        shown = f"{self.name}{name}"
        try:
            answer = self._ask(f"{self._base}{name}")
        except TooMuchError as error:
            raise _unreachable(shown, f"it {error}") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
            raise _unreachable(shown, _reason(error)) from None
        if answer.status in _GONE:
            return None
        if answer.status != httpx.codes.OK:
            raise _unreachable(shown, f"the server answers {answer.status}")
        return answer.content

    def _ask(self, address: str) -> Received:
        request = self._client.build_request("GET", address)
        with self._exchanges.within_deadline():
            for _ in range(_REDIRECTS):
                answer = self._exchanges.ask(request)
                if answer.next_request is None:
                    return answer
                request = answer.next_request
        raise httpx.TooManyRedirects(f"it redirects more than {_REDIRECTS} times", request=request)


def _unreachable(shown: str, reason: str) -> UnreachableError:
    return UnreachableError(
        f"{shown} cannot be read: {reason}.", remedy="Try again when it can be reached, or correct the address."
    )


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer came in time"
    return (str(error) or type(error).__name__).rstrip(".")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for something that was told."""

    code: int | None
    """HTTP status; ``None`` where no answer came."""
    text: str
    """Why no answer came, or the first line of the answer."""

    @property
    def is_agreed(self) -> bool:
        """True where the other side took it."""
        return self.code is not None and httpx.codes.is_success(self.code)


def ask_for_stamp(address: str, request: bytes, *, limits: Limits = _ANSWER) -> bytes:
    """Send a request for a time stamp (RFC 3161, section 3.4); return the answer, which nobody has looked into.

    Raises :class:`UnreachableError` where none comes.
    """
    try:
        shown = urlunsplit((parts := urlsplit(address))._replace(netloc=parts.netloc.rpartition("@")[2]))
        headers = {"User-Agent": "policy-site", "Content-Type": "application/timestamp-query"}
        with httpx.Client(timeout=_TIMEOUT, headers=headers) as client:
            exchanges = Exchanges(client, limits)
            with exchanges.within_deadline():
                answer = exchanges.ask(client.build_request("POST", address, content=request))
    except TooMuchError as error:
        raise _unreachable(shown, f"it {error}") from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
        raise _unreachable(shown, _reason(error)) from None
    except ValueError as error:
        raise UsageError(f"That is no address of an authority: {error}.", remedy="Correct it.") from None
    if answer.status != httpx.codes.OK:
        raise _unreachable(shown, f"the server answers {answer.status}")
    return answer.content


class Speaker:
    """Tells other machines things, over connections that are used again."""

    def __init__(self, client: httpx.Client, limits: Limits = _ANSWER) -> None:
        self._client = client
        self._exchanges = Exchanges(client, limits)

    def post(self, address: str, form: Mapping[str, str]) -> Answer:
        """Send a form; never raises for what the other side does."""
        try:
            request = self._client.build_request("POST", address, data=dict(form))
            with self._exchanges.within_deadline():
                answer = self._exchanges.ask(request, reads_body=False)
        except TooMuchError as error:
            return Answer(None, f"it {error}")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
            return Answer(None, _reason(error))
        lines = answer.content.decode("utf-8", "replace").strip().splitlines()
        return Answer(answer.status, lines[0][:200] if lines else "")


@contextmanager
def open_speaker(*, limits: Limits = _ANSWER) -> Iterator[Speaker]:
    """Open what tells other machines things."""
    timeout = httpx.Timeout(10, connect=5)
    headers = {"User-Agent": "policy-site", "Accept-Encoding": "gzip"}
    with httpx.Client(timeout=timeout, headers=headers) as client:
        yield Speaker(client, limits)
