"""Change feeds as the publisher writes them, in a folder or served, for the tests of what reads them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from policy_site.events.canonical import event_hash
from policy_site.events.chain import ChangeFeed, compose_change_feed
from policy_site.events.records import EventRecord
from policy_site.formats import write_archive, write_change_feed
from policy_site.model import Significance, Version
from tests.support.histories import LINKS, day, entries_of, note_of, policy_of, version_of

Record = dict[str, Any]


@cache
def _change_feed() -> ChangeFeed:
    """Every third version is significant; every fourth is put off and called minor, some of them withdrawn."""
    return compose_change_feed(
        entries_of(policy_of(*(_version(number) for number in range(75)))), links=LINKS, time_zone="Europe/Berlin"
    )


@cache
def _records() -> tuple[Record, ...]:
    return tuple(dict(record) for record in _change_feed().records)


def _version(number: int) -> Version:
    published = 1 + number * 6
    kinds = (Significance.SIGNIFICANT, Significance.MINOR, Significance.EDITORIAL)
    version = version_of(
        str(number),
        published=published,
        effective=published + 3,
        significance=kinds[number % 3],
        translations={"de": (published + 1,)},
    )
    if number % 4:
        return version
    moved = note_of(str(number), published + 4, significance=Significance.MINOR)
    return replace(
        version,
        note=moved,
        significance=Significance.MINOR,
        effective_at=day(published + 4),
        effective_date=day(published + 4).date(),
        stated_at=day(published + 2),
        earlier=(version,),
        withdrawn_at=day(published + 5) if number % 8 else None,
    )


def history(count: int) -> list[Record]:
    """Return the first ``count`` events of a long history."""
    records = _records()[:count]
    assert len(records) == count, "the history is shorter than that"
    return [{**record} for record in records]


def notices(count: int) -> list[int]:
    """Return the numbers of those that must reach people, as the publisher's own feeds have them."""
    return [entry.event.seq for entry in _change_feed().entries[:count] if entry.is_notice]


def chained(events: Sequence[Mapping[str, Any]]) -> list[Record]:
    """Return the events numbered and chained anew, as somebody does who rewrites a change feed with care."""
    found: list[Record] = []
    for seq, event in enumerate(events, start=1):
        record = {**event, "seq": seq, "prev": found[-1]["hash"] if found else None}
        found.append({**record, "hash": event_hash(record)})
    return found


def publish(folder: Path, events: Sequence[Mapping[str, Any]]) -> Path:
    """Write the feed and its archive as a build does; return the feed's path."""
    records = tuple(EventRecord.model_validate(event).model_dump(mode="json") for event in events)
    feed = ChangeFeed((), records, "Europe/Berlin")
    place = folder / "changes" / "v1"
    place.mkdir(parents=True, exist_ok=True)
    for old in place.glob("*.json"):
        old.unlink()
    for number in range(1, feed.full_pages + 1):
        (place / f"archive-{number:05}.json").write_bytes(write_archive(feed, LINKS, number))
    (place / "feed.json").write_bytes(write_change_feed(feed, LINKS))
    return place / "feed.json"


def rewrite_page(path: Path, **changes: Any) -> None:
    """Put other values into a page that is published."""
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@dataclass
class Server:
    """A web server that serves a folder, with validators, and writes down what it was asked."""

    folder: Path
    address: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Path and headers of each request."""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    """What a path answers instead of its file."""

    @property
    def feed(self) -> str:
        """Address of the feed."""
        return f"{self.address}/changes/v1/feed.json"


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Serve a folder on loopback."""
    server = Server(folder)

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            server.asked.append((self.path, dict(self.headers)))
            status, headers, body = server.answers.get(path) or self._file(path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except ConnectionError:
                self.close_connection = True

        def _file(self, path: str) -> tuple[int, dict[str, str], bytes]:
            file = server.folder / path.lstrip("/")
            if not file.is_file():
                return 404, {}, b"There is nothing."
            body = file.read_bytes()
            etag = f'"{sha256(body).hexdigest()}"'
            headers = {"ETag": etag, "Last-Modified": "Mon, 04 May 2026 00:00:00 GMT"}
            return (304, headers, b"") if self.headers.get("If-None-Match") == etag else (200, headers, body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        server.address = f"http://127.0.0.1:{httpd.server_port}"
        try:
            yield server
        finally:
            httpd.shutdown()
            thread.join()
