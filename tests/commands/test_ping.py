"""Telling hubs which feeds changed."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from policy_site.commands import main
from policy_site.publishing.site import freeze_site
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled


class Hub(http.server.ThreadingHTTPServer):
    """A hub that writes down what it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.topics: list[str] = []
        self.code = 202

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hub"


class _Answering(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Hub)
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert form["hub.mode"] == ["publish"]
        self.server.topics += form["hub.url"]
        self.send_response(self.server.code)
        self.end_headers()
        self.wfile.write(b"Slow down.\x1b[31m\nmore" if self.server.code >= 400 else b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def policies(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> PolicyRepository:
    """Publish two policies into ``one``, then a new version of one of them into ``two``."""
    repository = PolicyRepository(tmp_path / "repository")
    repository.site(policies=["cookies", "privacy"], feed={"hubs": [hub.address]})
    repository.publish("cookies", effective="2025-03-01")
    repository.publish("privacy", effective="2025-03-01")
    monkeypatch.chdir(repository.root)
    freeze_site(compiled(repository), repository.root / "one")
    repository.publish("privacy", effective="2026-03-01", significance="minor")
    freeze_site(compiled(repository), repository.root / "two")
    return repository


@pytest.mark.usefixtures("policies")
def test_hubs_are_told_of_the_feeds_that_changed_and_of_no_others(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ping", "--site", "two", "--previous", "one", "--dry-run"]) == 0
    assert "would-tell: https://example.org/en/privacy/changes.atom" in capsys.readouterr().out
    assert hub.topics == []
    assert main(["ping", "--site", "two", "--previous", "one"]) == 0
    assert hub.topics == [
        "https://example.org/changes/v1/feed.json",
        "https://example.org/en/changes.atom",
        "https://example.org/en/changes.json",
        "https://example.org/en/privacy/changes.atom",
        "https://example.org/en/privacy/changes.json",
    ]
    hub.topics.clear()
    assert main(["ping", "--site", "two", "--previous", "two"]) == 0
    assert hub.topics == []
    assert main(["ping", "--site", "two", "--quiet"]) == 0
    assert len(hub.topics) == 13, "without a site before, all feeds are told of"


@pytest.mark.usefixtures("policies")
def test_a_hub_that_refuses_or_is_away_ends_with_one(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    hub.code = 503
    assert main(["ping", "--site", "two", "--previous", "one"]) == 1
    told = capsys.readouterr().err
    assert "refused: https://example.org/en/privacy/changes.atom (503 Slow down." in told
    assert "\x1b" not in told
    assert "5 of 5 tidings did not arrive" in told
    hub.shutdown()
    hub.server_close()
    assert main(["ping", "--site", "two", "--previous", "one", "--format", "json"]) == 1
    outcomes = [result["outcome"] for result in json.loads(capsys.readouterr().out)["results"]]
    assert outcomes == ["unreachable", "skipped", "skipped", "skipped", "skipped"]


def test_a_wrong_call_ends_with_two(policies: PolicyRepository, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ping", "--site", "nowhere"]) == 2
    assert "There is no site of policy-site at nowhere" in capsys.readouterr().err
    policies.site(policies=["cookies", "privacy"])
    assert main(["ping", "--site", "two"]) == 2
    assert "names no hub" in capsys.readouterr().err
    policies.site(feed={"hubs": ["hub.example.org"]})
    assert main(["ping", "--site", "two"]) == 2
    assert "is not the address of a hub" in capsys.readouterr().err


def test_feeds_announce_their_hubs(policies: PolicyRepository, hub: Hub) -> None:
    site = policies.root / "two"
    assert f'<link rel="hub" href="{hub.address}"/>' in (site / "en/privacy/changes.atom").read_text(encoding="utf-8")
    feed = json.loads((site / "en/privacy/changes.json").read_bytes())
    assert feed["hubs"] == [{"type": "WebSub", "url": hub.address}]
    rules = (site / "_headers").read_text(encoding="utf-8").split("\n\n")
    (rule,) = (rule for rule in rules if rule.startswith("/en/privacy/changes.atom\n"))
    link = f'<{hub.address}>; rel="hub", <https://example.org/en/privacy/changes.atom>; rel="self"'
    assert rule.splitlines()[1:] == [
        "  Content-Type: application/atom+xml; charset=utf-8",
        "  Access-Control-Allow-Origin: *",
        "  Cache-Control: public, max-age=300, must-revalidate",
        f"  Link: {link}",
    ]
