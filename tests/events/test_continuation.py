"""Continuing a published change feed: what was told stays told, whatever git says later."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from policy_site.characters import json_bytes
from policy_site.commands import main
from policy_site.events.canonical import chain_faults, event_hash
from tests.support.builder import PolicyRepository

TEXT = "## Data {#data}\n\nWe keep your data for 90 days.\n"
FEED = "changes/v1/feed.json"


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PolicyRepository:
    """Make a repository with one version, its folder the current one."""
    repository = PolicyRepository(tmp_path / "repository")
    repository.site(languages=["en", "de"])
    repository.publish("privacy", effective="2025-03-01", text=TEXT)
    monkeypatch.chdir(repository.root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return repository


def build(output: str, *arguments: str) -> int:
    return main(["build", "--jobs", "1", "--output", output, *arguments])


def events(output: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(Path(output, FEED).read_bytes())["events"]
    return found


def snapshot(folder: str) -> dict[str, bytes]:
    root = Path(folder)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def rewrite(output: str, change: dict[str, Any], *, seq: int) -> None:
    """Publish another change feed, its chain whole: as if it had been built from other content."""
    file = Path(output, FEED)
    feed = json.loads(file.read_bytes())
    previous = None
    for event in feed["events"]:
        event["prev"] = previous
        if event["seq"] == seq:
            event.update(change)
        event["hash"] = previous = event_hash(event)
    feed["head"] = {"seq": feed["events"][-1]["seq"], "hash": previous}
    file.write_bytes(json_bytes(feed))


@contextmanager
def served(folder: str) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""

    def do_GET(self) -> None:
        if self.path.startswith("/broken/"):
            self.send_error(503)
        elif self.path.startswith("/page/"):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<!doctype html>")
        else:
            super().do_GET()


def test_a_new_version_is_appended_to_what_is_published(policies: PolicyRepository) -> None:
    assert build("one") == 0
    policies.publish("privacy", effective="2026-03-01", text=TEXT.replace("90", "60"))
    with served("one") as address:
        assert build("two", "--previous", address) == 0
        assert build("three", "--previous", f"{address}{FEED}") == 0
    assert events("two")[: len(events("one"))] == events("one")
    assert len(events("two")) == len(events("one")) + 2
    assert list(chain_faults(events("two"))) == []
    assert build("four") == 0
    assert snapshot("two") == snapshot("three") == snapshot("four"), "where nothing departs, nothing shows"


def test_a_rebuild_of_what_is_published_changes_no_byte(policies: PolicyRepository) -> None:
    assert build("one") == 0
    before = snapshot("one")
    assert build("one") == 0
    assert build("one", "--previous", "one") == 0
    assert build("two", "--previous", Path("one").absolute().as_uri()) == 0
    assert before == snapshot("one") == snapshot("two")
    assert policies.head


def test_an_event_that_would_change_is_named_with_its_fields_and_values(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build("one") == 0
    before = snapshot("one")
    rewrite("one", {"significance": "minor"}, seq=1)
    capsys.readouterr()
    assert build("two", "--previous", "one") == 1
    told = capsys.readouterr().err
    assert "content/privacy/releases/2025-03-01.md: error: Event 1, tag:example.org,2026:policy/privacy/" in told
    assert 'significance is "minor" and would be "significant"' in told
    assert "[published-ledger]" in told
    assert "One event published at one would change." in told
    assert not Path("two").exists()
    assert build("two", "--previous", "one", "--format", "json") == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert finding["rule"] == "published-ledger"
    assert build("one", "--quiet") == 1, "the site in --output is continued without being asked for"
    assert build("two", "--previous", "one", "--keep-published") == 0
    assert events("two")[0]["significance"] == "minor"
    assert list(chain_faults(events("two"))) == []
    assert before != snapshot("one")
    assert policies.head


@pytest.mark.parametrize("form", ["text", "html"])
@pytest.mark.parametrize("part", ["summary", "impact"])
def test_words_of_another_form_stay_as_they_were_published(policies: PolicyRepository, form: str, part: str) -> None:
    assert build("one") == 0
    editions = events("one")[0]["editions"]
    editions["en"][part][form] = f"{editions['en'][part][form]} (https://example.org/)"
    rewrite("one", {"editions": editions}, seq=1)
    assert build("two", "--previous", "one", "--strict") == 0, "the same words, written down otherwise"
    assert events("two")[0]["editions"] == editions
    assert policies.head


def test_a_word_that_would_change_far_into_a_text_is_shown(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "Recipients. Microsoft Azure hosts what you give us, in data centres in the Union and nowhere else. " * 3
    policies.publish("privacy", effective="2026-03-01", words={"summary": f"{words}It is kept for 18 months."})
    assert build("one") == 0
    editions = events("one")[2]["editions"]
    for form in ("text", "html"):
        editions["en"]["summary"][form] = editions["en"]["summary"][form].replace("18", "12")
    rewrite("one", {"editions": dict(reversed(editions.items()))}, seq=3)
    capsys.readouterr()
    assert build("two", "--previous", "one") == 1
    told = " ".join(capsys.readouterr().err.split())
    shown = '…es in the Union and nowhere else. It is kept for {} months."'
    assert f"editions.en.summary.text is {shown.format(12)} and would be {shown.format(18)}" in told


def test_a_language_that_would_come_or_go_is_said_to_be_missing(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build("one") == 0
    editions = events("one")[0]["editions"]
    rewrite("one", {"editions": {"de": editions["en"], "fr": editions["en"]}}, seq=1)
    capsys.readouterr()
    assert build("two", "--previous", "one") == 1
    told = " ".join(capsys.readouterr().err.split())
    assert 'editions.en is missing and would be {"' in told
    assert "…; editions.fr is" not in told
    assert "… and would be missing" in told
    assert policies.head


def test_true_is_not_one_in_a_change_feed(policies: PolicyRepository, capsys: pytest.CaptureFixture[str]) -> None:
    assert build("one") == 0
    rewrite("one", {"retroactive": 0}, seq=1)
    capsys.readouterr()
    assert build("two", "--previous", "one") == 1
    assert "retroactive is 0 and would be false" in capsys.readouterr().err
    assert policies.head


def test_history_that_was_rewritten_is_noticed(policies: PolicyRepository, capsys: pytest.CaptureFixture[str]) -> None:
    assert build("one") == 0
    policies.git("commit", "--amend", "--quiet", "--message", "Another name")
    capsys.readouterr()
    assert build("one") == 1
    told = capsys.readouterr().err
    assert "2 events published at one would change." in told
    assert "source.commit is" in told
    assert "history was rewritten" in told


def test_nothing_published_disappears(policies: PolicyRepository, capsys: pytest.CaptureFixture[str]) -> None:
    policies.publish("privacy", effective="2026-03-01", text=TEXT.replace("90", "60"))
    assert build("one") == 0
    policies.write("content/privacy/en.md", f"---\ntitle: Privacy\nversion: 2025-03-01\n---\n{TEXT}")
    policies.delete("content/privacy/releases/2026-03-01.md").commit()
    capsys.readouterr()
    assert build("one") == 1
    told = capsys.readouterr().err
    assert "The release note of the published version '2026-03-01' was deleted" in told
    assert build("one", "--keep-published") == 1, "a version that is gone cannot be kept"


def test_ids_made_otherwise_are_told_once(policies: PolicyRepository, capsys: pytest.CaptureFixture[str]) -> None:
    assert build("one") == 0
    policies.site(languages=["en", "de"], feed={"year": 2024}).commit()
    capsys.readouterr()
    assert build("one") == 1
    told = capsys.readouterr().err
    assert "Published event ids do not all begin with tag:example.org,2024:" in told
    assert told.count("[published-ledger]") == 1


def test_a_version_that_is_dated_back_comes_after_what_is_published(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    policies.publish("privacy", effective="2025-06-01", text=TEXT.replace("90", "60"))
    assert build("one") == 0
    policies.publish(
        "privacy", effective="2025-09-01", published="2025-02-01", text=TEXT.replace("90", "30"), when="2025-07-01"
    )
    capsys.readouterr()
    assert build("two", "--previous", "one") == 0
    assert "`published:` says 2025-02-01, but the site could not show this version" in capsys.readouterr().err
    assert events("two")[:4] == events("one")
    late = events("two")[4]
    assert late["id"].endswith("/2025-09-01/published")
    assert late["notice_at"] == late["published_at"] == "2025-07-01T12:00:00Z", "nobody could know of it before"
    assert list(chain_faults(events("two"))) == []
    feed = json.loads(Path("two/en/changes.json").read_bytes())
    dates = [item["date_published"] for item in feed["items"]]
    assert dates == sorted(dates, reverse=True)
    before = snapshot("two")
    assert build("two") == 0
    assert snapshot("two") == before, "and stays there"


def test_words_that_change_under_a_date_leave_the_change_feed_as_it_was(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    policies.site(languages=["en"], versions={"source": "date", "date_key": "updated"})
    text = "---\ntitle: Privacy\nupdated: 2025-05-01\n---\n"
    policies.write("content/privacy/en.md", f"{text}{TEXT}").commit(when="2025-05-01")
    assert build("one") == 0
    policies.write("content/privacy/en.md", f"{text}{TEXT}Or longer.\n").commit(when="2025-05-20")
    capsys.readouterr()
    assert build("two", "--previous", "one") == 0
    assert events("two")[: len(events("one"))] == events("one")
    assert {event["version"] for event in events("two")[len(events("one")) :]} == {"2025-05-01-2"}
    assert (
        Path("two/changes/v1/events/000001.json").read_bytes() == Path("one/changes/v1/events/000001.json").read_bytes()
    )
    assert "Or longer." in Path("two/en/privacy/index.html").read_text(encoding="utf-8")
    before = snapshot("two")
    assert build("two") == 0
    assert snapshot("two") == before
    policies.write("content/privacy/en.md", f"{text.replace('05-01', '06-01')}{TEXT}").commit(when="2025-06-01")
    assert build("three", "--previous", "two") == 0
    assert events("three")[: len(events("two"))] == events("two")
    assert list(chain_faults(events("three"))) == []


def test_a_text_that_goes_back_and_forth_between_dates_takes_nothing_back(policies: PolicyRepository) -> None:
    policies.site(languages=["en"], versions={"source": "date", "date_key": "updated"})

    def write(day: str, when: str) -> None:
        text = f"---\ntitle: Privacy\nupdated: {day}\n---\n{TEXT.replace('90', day[5:7])}"
        policies.write("content/privacy/en.md", text).commit(when=when)

    write("2025-05-01", "2025-05-01")
    write("2025-06-01", "2025-06-01")
    write("2025-05-01", "2025-06-10")
    assert build("one") == 0
    assert not any(event["type"] == "policy.version.withdrawn" for event in events("one"))
    assert events("one")[-1]["version"] == "2025-05-01-2"
    write("2025-06-01", "2025-06-20")
    assert build("two", "--previous", "one") == 0
    assert events("two")[: len(events("one"))] == events("one")
    assert list(chain_faults(events("two"))) == []


def test_a_site_that_moved_keeps_the_words_of_old_events(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build("one") == 0
    policies.site(languages=["en", "de"], base_url="https://moved.example.org/", feed={"authority": "example.org"})
    policies.commit()
    capsys.readouterr()
    assert build("two", "--previous", "one") == 0
    assert "the base URL is another one now" in capsys.readouterr().err
    assert events("two") == events("one")


def test_an_event_of_an_earlier_program_without_a_newer_field_stays(policies: PolicyRepository) -> None:
    assert build("one") == 0
    file = Path("one", FEED)
    feed = json.loads(file.read_bytes())
    previous = None
    for event in feed["events"]:
        del event["retroactive"]
        event["prev"], event["field_of_a_newer_program"] = previous, 1
        event["hash"] = previous = event_hash(event)
    feed["head"]["hash"] = previous
    file.write_bytes(json_bytes(feed))
    assert build("two", "--previous", "one") == 0
    assert events("two") == feed["events"]
    assert policies.head


def test_a_first_publication_is_told_apart_from_a_wrong_address(
    policies: PolicyRepository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    with served(str(tmp_path / "empty")) as address:
        for previous in (str(tmp_path / "empty"), str(tmp_path / "nowhere"), address):
            assert build("one", "--previous", previous) == 2
            assert "There is no change feed at" in capsys.readouterr().err
            assert build("one", "--previous", previous, "--first") == 0
        capsys.readouterr()
        for place, reason in (("broken/", "the server answers 503"), ("page/", "is not a change feed")):
            for first in ([], ["--first"]):
                assert build("two", "--previous", f"{address}{place}", *first) == 2
                assert reason in capsys.readouterr().err
    assert build("two", "--previous", address) == 2, "nobody listens there any more"
    assert "cannot be read" in capsys.readouterr().err
    assert build("two", "--previous", "one", "--first") == 2
    assert "There is a change feed at one already" in capsys.readouterr().err
    assert build("two", "--first") == 2
    assert build("two", "--previous", "ftp://example.org/") == 2
    assert build("two", "--previous", "http://[::1") == 2
    assert build("two", "--previous", "http://user:secret@127.0.0.1:9/") == 2
    told = capsys.readouterr().err
    assert "secret" not in told
    assert "Traceback" not in told
    assert not Path("two").exists()
    assert policies.head


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"seq": 2', b'"seq": 3'),
        (b'"version": "2025-03-01"', b'"version": "2025-03-02"'),
        (b'"events": [', b'"events": [1, '),
        (b'"prev_archive": null', b'"prev_archive": "../../archive-00009.json"'),
        (b'"prev_archive": null', b'"prev_archive": 7'),
        (b'"prev": null,', b""),
        (b'"seq": 1', b'"seq": "1"'),
        (b'"retroactive": false', b'"retroactive": 0.5'),
        (b'"retroactive": false', b'"retroactive": ' + b"[" * 900 + b"]" * 900),
        (b'"notice_at": "2025', b'"notice_at": "soon'),
        (b'"head": {', b'"head": null, "x": {'),
        (b"{", b"[" * 100_000),
        (b'"type": "policy.version.published"', b'"type": "policy.version.sold"'),
    ],
)
def test_a_damaged_change_feed_is_not_continued(
    policies: PolicyRepository, old: bytes, new: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build("one") == 0
    file = Path("one", FEED)
    assert old in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(old, new, 1))
    assert build("two", "--previous", "one") == 2
    told = capsys.readouterr().err
    assert "is damaged: " in told or "is not a change feed" in told
    assert "defect" not in told
    assert policies.head


def test_an_older_state_is_shown_on_demand_and_never_by_taking_back(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build("one") == 0
    capsys.readouterr()
    assert build("two", "--previous", "one", "--as-of", "2025-02-01") == 2
    assert "1 events published at one, the first being event 2, lie after 2025-02-01" in capsys.readouterr().err
    assert build("one", "--as-of", "2025-02-01") == 0
    assert len(events("one")) == 1
    assert build("one") == 0
    assert len(events("one")) == 2
    assert policies.head
