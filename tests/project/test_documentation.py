"""What the documentation says works."""

from __future__ import annotations

import ast
import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from policy_site.events.chain import ChangeFeed
from policy_site.events.records import EditionRecord, EventRecord
from policy_site.formats import write_archive, write_change_feed
from policy_site.formats.schema import ArchiveRecord, CurrentPolicyRecord, CurrentRecord, FeedRecord
from policy_site.model import EventKind
from policy_site.publishing.site import freeze_site
from policy_site.web import Syndication
from tests.support.builder import PolicyRepository
from tests.support.histories import SampleLinks
from tests.support.published_feeds import Record, chained, history, notices
from tests.support.publishing import compiled

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "policy_site").rglob("README.md")])


@dataclass
class Consumer:
    """A program of the guide in a folder, and the site that it reads."""

    language: str
    folder: Path
    base: str

    @property
    def state(self) -> Path:
        """What it knows."""
        return self.folder / "seen.json"

    def publish(self, records: Sequence[Record]) -> None:
        """Put a change feed in place of the one that is published, as a build does."""
        links, feed = SampleLinks(f"{self.base}/"), ChangeFeed((), tuple(records), "UTC")
        place = self.folder / "served/changes/v1"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for number in range(1, feed.full_pages + 1):
            (place / f"archive-{number:05}.json").write_bytes(write_archive(feed, links, number))
        (place / "feed.json").write_bytes(write_change_feed(feed, links))

    def told(self) -> list[Record]:
        """Run it, and return the events that it acts on."""
        run = self._run(subprocess.PIPE)
        assert (run.returncode, run.stderr) == (0, "")
        return [json.loads(line) for line in run.stdout.splitlines()]

    def seqs(self) -> list[int]:
        """Run it, and return the numbers of the events that it acts on."""
        return [event["seq"] for event in self.told()]

    def expect_refusal(self, *, status: int | None = None, stdout: IO[str] | int = subprocess.PIPE) -> None:
        """Run it: it ends with this status, or another than 0, acts on nothing and knows what it knew."""
        before = self.state.read_bytes()
        run = self._run(stdout)
        assert run.returncode == (status or run.returncode) != 0
        assert not run.stdout
        assert self.state.read_bytes() == before

    def seen(self) -> dict[str, Any]:
        """Return what it knows."""
        found: dict[str, Any] = json.loads(self.state.read_text(encoding="utf-8"))
        return found

    def _run(self, stdout: IO[str] | int) -> subprocess.CompletedProcess[str]:
        interpreter = [sys.executable, "-W", "error", "-c"] if self.language == "python" else ["sh", "-c"]
        return subprocess.run(
            [*interpreter, _program(self.language, self.base)],
            cwd=self.folder,
            env={**os.environ, "PYTHONUNBUFFERED": ""},  # as cron runs it: what is printed may wait until the end
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    prose = re.sub(r"```.*?```|`[^`\n]+`(?!\])", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", prose):
        assert (page.parent / target).exists(), target


@pytest.fixture(params=["python", "sh"])
def consumer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Consumer]:
    """Make a consumer of the guide that knows nothing yet, and a site for it that serves nothing yet."""
    with _served(tmp_path / "served") as base:
        yield Consumer(request.param, tmp_path, base)


class TestConsumers:
    """Each program of the guide, as it is written there, against what a publisher may do."""

    def test_each_event_of_a_site_is_told_once(self, consumer: Consumer) -> None:
        policies = PolicyRepository(consumer.folder / "repository").site(base_url=f"{consumer.base}/")
        policies.publish("privacy", effective="2025-03-01")
        freeze_site(compiled(policies), consumer.folder / "served")
        assert consumer.told() == [], "the first run never mails the past"
        policies.publish("privacy", effective="2026-03-01", words={"summary": "Purposes changed."})
        freeze_site(compiled(policies), consumer.folder / "served")
        (told,) = consumer.told()
        assert told["id"].endswith("policy/privacy/2026-03-01/published")
        assert told["editions"]["en"]["summary"]["text"] == "Purposes changed."
        assert consumer.told() == [], "each event is read once"

    def test_what_is_told_is_what_the_publisher_calls_notices(self, consumer: Consumer) -> None:
        consumer.publish([])
        assert consumer.seqs() == []
        consumer.publish(history(200))
        assert consumer.seqs() == notices(200)

    def test_what_follows_an_empty_feed_is_not_the_past(self, consumer: Consumer) -> None:
        consumer.publish([])
        assert consumer.seqs() == []
        assert consumer.seen() == {"seq": 0, "hash": None}
        consumer.publish(_events("published"))
        assert consumer.seqs() == [1]

    @pytest.mark.parametrize("kind", ["corrected", "rescheduled", "withdrawn"])
    def test_what_becomes_of_a_significant_version_is_told(self, consumer: Consumer, kind: str) -> None:
        consumer.publish(_events("published"))
        assert consumer.seqs() == []
        consumer.publish(_events("published", "effective", kind))
        assert consumer.seqs() == [3]

    def test_what_becomes_of_a_version_that_is_significant_no_longer_is_told(self, consumer: Consumer) -> None:
        consumer.publish(_events("published"))
        consumer.told()
        consumer.publish(_events("published", "corrected: minor", "rescheduled: minor", "withdrawn: minor"))
        assert consumer.seqs() == [2, 3, 4]

    def test_what_becomes_of_other_versions_is_not_told(self, consumer: Consumer) -> None:
        consumer.publish(_events("published: minor"))
        consumer.told()
        consumer.publish(_events("published: minor", "rescheduled: minor", "corrected", "withdrawn: editorial"))
        assert consumer.seqs() == [3, 4], "from the event on that calls it significant"

    @pytest.mark.parametrize("count", [60, 170])
    def test_sixty_events_and_more_are_caught_up_with(self, consumer: Consumer, count: int) -> None:
        """Of 230 events the feed itself has 130; the others are in its archive."""
        consumer.publish(history(230 - count))
        consumer.told()
        consumer.publish(history(230))
        assert consumer.seqs() == [seq for seq in notices(230) if seq > 230 - count]
        assert consumer.seen() == {"seq": 230, "hash": history(230)[-1]["hash"]}

    @pytest.mark.parametrize("left", [0, 110])
    def test_a_feed_that_was_rolled_back_is_refused_until_it_is_restored(self, consumer: Consumer, left: int) -> None:
        consumer.publish(history(120))
        consumer.told()
        consumer.publish(history(left))
        consumer.expect_refusal(status=5)
        consumer.publish(history(120))
        assert consumer.seqs() == [], "nothing is repeated"
        consumer.publish(history(130))
        assert consumer.seqs() == [seq for seq in notices(130) if seq > 120]

    @pytest.mark.parametrize("edited", [1, 220])
    @pytest.mark.parametrize("count", [220, 230])
    def test_a_change_feed_that_was_written_anew_is_refused(self, consumer: Consumer, edited: int, count: int) -> None:
        consumer.publish(history(220))
        consumer.told()
        consumer.publish(chained(_edited(history(count), edited)))
        consumer.expect_refusal(status=4)

    @pytest.mark.parametrize("seq", [1, 101, 219])
    def test_a_gap_is_refused(self, consumer: Consumer, seq: int) -> None:
        consumer.publish(history(210))
        consumer.told()
        consumer.publish([event for event in history(230) if event["seq"] != seq])
        consumer.expect_refusal(status=4)

    def test_a_feed_that_is_away_leaves_what_is_known(self, consumer: Consumer) -> None:
        consumer.publish(history(230))
        consumer.told()
        archive = consumer.folder / "served/changes/v1/archive-00001.json"
        archive.unlink()
        consumer.expect_refusal()
        archive.with_name("feed.json").write_text("<!doctype html>")
        consumer.expect_refusal()
        archive.with_name("feed.json").unlink()
        consumer.expect_refusal()

    def test_what_could_not_be_told_is_told_again(self, consumer: Consumer) -> None:
        consumer.publish(_events("published"))
        consumer.told()
        consumer.publish(_events("published", "withdrawn"))
        with Path("/dev/full").open("w") as full:
            consumer.expect_refusal(stdout=full)
        assert consumer.seqs() == [2]

    def test_what_is_known_is_never_half_written(self, consumer: Consumer) -> None:
        consumer.publish(history(30))
        consumer.told()
        before = consumer.state.read_bytes()
        (consumer.folder / "before.json").hardlink_to(consumer.state)
        consumer.publish(history(60))
        consumer.told()
        assert (consumer.folder / "before.json").read_bytes() == before, "it was written elsewhere and moved"
        assert consumer.seen()["seq"] == 60


@pytest.mark.parametrize("seq", [1, 220, 225, 230])
def test_the_consumer_in_python_computes_the_hashes(tmp_path: Path, seq: int) -> None:
    with _served(tmp_path / "served") as base:
        consumer = Consumer("python", tmp_path, base)
        consumer.publish(history(220))
        consumer.told()
        consumer.publish(_edited(history(230), seq))
        consumer.expect_refusal(status=4)


def test_the_consumer_in_python_has_twenty_lines_of_the_standard_library() -> None:
    program = _program("python", "https://policies.example.org")
    lines = [line for line in program.splitlines() if line.strip()]
    assert len(lines) <= 20
    assert max(len(line) for line in lines) <= 120
    statements = [node for node in ast.walk(ast.parse(program)) if isinstance(node, ast.stmt)]
    assert len({node.lineno for node in statements}) == len(statements), "one statement a line"
    modules = {name.name.split(".")[0] for node in statements if isinstance(node, ast.Import) for name in node.names}
    assert modules
    assert modules <= sys.stdlib_module_names


def test_the_example_of_the_guide_is_an_event_of_the_sample() -> None:
    sample = compiled(PolicyRepository.opened(ROOT))
    records = {record["id"]: record for record in Syndication(sample).change_feed.records}
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
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _events(*told: str) -> list[Record]:
    """Make the events of one version, each "kind" or "kind: significance"; what mends names the one before."""
    events: list[Record] = []
    for words in told:
        kind, _, significance = words.partition(": ")
        mends = kind in {"corrected", "rescheduled", "withdrawn"}
        changes = {
            "id": f"tag:example.org,2026:policy/privacy/0/{kind}",
            "type": f"policy.version.{kind}",
            "significance": significance or "significant",
            "supersedes": next(event["id"] for event in reversed(events) if "effective" not in event["id"])
            if mends
            else None,
        }
        events.append({**history(1)[0], **changes})
    return chained(events)


def _edited(events: list[Record], seq: int) -> list[Record]:
    return [{**event, "policy": "another"} if event["seq"] == seq else event for event in events]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""
