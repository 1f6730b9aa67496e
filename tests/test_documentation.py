"""What the documentation says works."""

from __future__ import annotations

import functools
import http.server
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from policy_site.formats import compose_ledger, write_archive, write_ledger
from policy_site.formats.schema import (
    ArchiveRecord,
    CurrentPolicyRecord,
    CurrentRecord,
    EditionRecord,
    EventRecord,
    FeedRecord,
)
from policy_site.freeze import freeze_site
from policy_site.model import EventKind
from policy_site.web import Library
from tests.builder import PolicyRepository
from tests.ledgers import SampleLinks, entries_of, policy_of, version_of
from tests.publishing import compiled

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "policy_site").rglob("README.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", prose):
        assert (page.parent / target).exists(), target


def test_the_consumer_of_the_guide_reads_each_event_once(tmp_path: Path) -> None:
    with _served(tmp_path / "served") as base:
        consumer = [sys.executable, "-c", _program("python", base)]
        policies = _publish_twice(tmp_path, base, consumer)
        assert policies.head
        ledger = tmp_path / "served/changes/v1/feed.json"
        ledger.write_text(ledger.read_text(encoding="utf-8").replace("Purposes changed.", "Nothing changed."))
        (tmp_path / "seen.json").write_text(json.dumps(_state_before(ledger)), encoding="utf-8")
        with pytest.raises(subprocess.CalledProcessError):
            _run(consumer, tmp_path)


def test_the_consumer_in_the_shell_reads_each_event_once(tmp_path: Path) -> None:
    with _served(tmp_path / "served") as base:
        consumer = ["sh", "-c", _program("sh", base)]
        _publish_twice(tmp_path, base, consumer)
        (tmp_path / "seen").write_text("99", encoding="utf-8")
        with pytest.raises(subprocess.CalledProcessError):
            _run(consumer, tmp_path)


@pytest.mark.parametrize(("language", "state"), [("python", "seen.json"), ("sh", "seen")])
def test_consumers_walk_back_through_the_archive(language: str, state: str, tmp_path: Path) -> None:
    """A hundred and eighty events; the newest hundred are cut from the feed, as after a long absence."""
    policy = policy_of(*(version_of(f"v{number:03}", published=number, effective=number) for number in range(130)))
    with _served(tmp_path / "served") as base:
        links = SampleLinks(f"{base}/")
        ledger = compose_ledger(entries_of(policy), links=links, time_zone="UTC")
        folder = tmp_path / "served/changes/v1"
        folder.mkdir(parents=True)
        (folder / "feed.json").write_bytes(write_ledger(ledger, links))
        for number in range(1, ledger.full_pages + 1):
            (folder / f"archive-{number:05}.json").write_bytes(write_archive(ledger, links, number))
        known = ledger.records[9]
        written = (
            json.dumps({"seq": known["seq"], "hash": known["hash"]}) if language == "python" else str(known["seq"])
        )
        (tmp_path / state).write_text(written, encoding="utf-8")
        interpreter = [sys.executable] if language == "python" else ["sh"]
        told = _run([*interpreter, "-c", _program(language, base)], tmp_path).splitlines()
        assert len(told) == 125
        assert "policy/privacy/v005/published" in told[0]


def test_the_example_of_the_guide_is_an_event_of_the_sample() -> None:
    sample = compiled(PolicyRepository.opened(ROOT))
    records = {record["id"]: record for record in Library(sample).ledger.records}
    example = json.loads(_program("json", ""))
    record = records[example["id"]]
    editions = {locale: record["editions"][locale] for locale in example["editions"]}
    assert example == {**record, "editions": editions}


def test_the_guide_names_every_field() -> None:
    guide = (ROOT / "docs/feed.md").read_text(encoding="utf-8")
    for model in (EventRecord, EditionRecord, FeedRecord, ArchiveRecord, CurrentRecord, CurrentPolicyRecord):
        for field in model.model_fields:
            assert f"`{field}`" in guide, field
    for kind in EventKind:
        assert f"`{kind}`" in guide


def _program(language: str, base: str) -> str:
    guide = (ROOT / "docs" / "feed.md").read_text(encoding="utf-8")
    (program,) = re.findall(rf"```{language}\n(.*?)```", guide, flags=re.DOTALL)
    return str(program).replace("https://policies.example.org", base)


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _publish_twice(folder: Path, base: str, consumer: list[str]) -> PolicyRepository:
    policies = PolicyRepository(folder / "repository").site(base_url=f"{base}/")
    policies.publish("privacy", effective="2025-03-01")
    freeze_site(compiled(policies), folder / "served")
    assert _run(consumer, folder) == "", "the first run never mails the past"
    policies.publish("privacy", effective="2026-03-01", words={"summary": "Purposes changed."})
    freeze_site(compiled(policies), folder / "served")
    told = " ".join(_run(consumer, folder).split())
    assert "policy/privacy/2026-03-01/published Purposes changed." in told
    assert _run(consumer, folder) == "", "each event is read once"
    return policies


def _state_before(ledger: Path) -> dict[str, object]:
    events = json.loads(ledger.read_text(encoding="utf-8"))["events"]
    return {"seq": events[1]["seq"], "hash": events[1]["hash"]}


def _run(program: list[str], folder: Path) -> str:
    return subprocess.run(program, cwd=folder, check=True, capture_output=True, text=True).stdout


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""
