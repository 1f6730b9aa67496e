"""A build asks first: where nothing is altered, it says so by looking; where anything is, it goes the whole way."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import policy_site
from policy_site.commands import main
from policy_site.publishing.receipts import Look, look_at, program_places
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

TEXT = "## Data {#data}\n\nWe keep your data for 90 days.\n"
BUILD = ["build", "--jobs", "1"]
GOES = "Reading the texts"
"""What is told of the whole way, and of it alone."""


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PolicyRepository:
    """Publish two versions, the repository being the current folder, and go the whole way once."""
    repository = PolicyRepository(tmp_path / "repository")
    repository.site(languages=["en"])
    repository.publish("privacy", effective="2025-03-01", text=TEXT)
    repository.publish("privacy", effective="2026-03-01", text=TEXT.replace("90", "60"))
    monkeypatch.chdir(repository.root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert main(BUILD) == 0
    return repository


Heard = pytest.CaptureFixture[str]


def went_the_whole_way(heard: Heard, *arguments: str) -> bool:
    """Build, and say whether more was done than to look."""
    heard.readouterr()
    assert main([*BUILD, *arguments]) == 0
    return GOES in heard.readouterr().err


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_second_build_only_looks_and_tells_the_same(policies: PolicyRepository, capsys: Heard) -> None:
    capsys.readouterr()
    assert main([*BUILD, "--format", "json"]) == 0
    looked = json.loads(capsys.readouterr().out)
    (policies.root / "build/site/en/index.html").touch()
    assert main([*BUILD, "--format", "json"]) == 0
    went = json.loads(capsys.readouterr().out)
    assert {**looked, "seconds": 0} == {**went, "seconds": 0}
    assert not went_the_whole_way(capsys)
    assert not went_the_whole_way(capsys, "--quiet"), "how much is said changes nothing of what is built"


def _forge_in_place(policies: PolicyRepository) -> None:
    page = policies.root / "build/site/en/privacy/index.html"
    times, content = page.stat(), page.read_bytes()
    page.write_bytes(content.replace(b"60", b"99"))
    os.utime(page, ns=(times.st_atime_ns, times.st_mtime_ns))


def _replace_by_another_file(policies: PolicyRepository) -> None:
    page = policies.root / "build/site/en/privacy/index.html"
    page.with_name("other").write_bytes(page.read_bytes())
    page.with_name("other").replace(page)


def _edit_settings_alike(policies: PolicyRepository) -> None:
    config = policies.content / "site.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("days = 30", "days = 14"), encoding="utf-8")


ALTERATIONS: dict[str, Callable[[PolicyRepository], object]] = {
    "a page altered, its size and time kept": _forge_in_place,
    "a page put in the place of its like": _replace_by_another_file,
    "a page gone": lambda policies: (policies.root / "build/site/en/privacy/index.html").unlink(),
    "a folder more": lambda policies: (policies.root / "build/site/en/more").mkdir(),
    "the manifest touched": lambda policies: (policies.root / "build/site/manifest.json").touch(),
    "a page that others may write": lambda policies: (policies.root / "build/site/404.html").chmod(0o666),
    "the whole site gone": lambda policies: (policies.root / "build/site").rename(policies.root / "aside"),
    "a commit more": lambda policies: policies.publish("cookies", effective="2026-01-01", text=TEXT),
    "the branch kept otherwise": lambda policies: policies.git("pack-refs", "--all"),
    "the settings edited": _edit_settings_alike,
    "a catalogue beside the settings": lambda policies: policies.write("content/translations/en.po", ""),
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_whatever_is_altered_the_whole_way_is_gone_and_the_site_is_as_from_nothing(
    policies: PolicyRepository, capsys: Heard, name: str
) -> None:
    ALTERATIONS[name](policies)
    assert went_the_whole_way(capsys), name
    kept = snapshot(policies.root / "build/site")
    main([*BUILD, "--output", "build/cold"])
    assert kept == snapshot(policies.root / "build/cold")
    assert not went_the_whole_way(capsys), "and from then on it is told by looking"


def test_a_repository_within_the_repository_is_noticed(policies: PolicyRepository, capsys: Heard) -> None:
    policies.git("init", "--quiet", "content")
    assert main(BUILD) == 2
    assert "has no commits yet" in capsys.readouterr().err


@pytest.mark.usefixtures("policies")
@pytest.mark.parametrize("option", ["--documents", "--strict", "--keep-published", "--as-of=2026-11-01"])
def test_another_call_is_another_build(capsys: Heard, option: str) -> None:
    assert went_the_whole_way(capsys, option)
    assert not went_the_whole_way(capsys, option)


def test_a_revision_that_can_come_to_mean_another_commit_is_never_taken_for_the_same(
    policies: PolicyRepository, capsys: Heard
) -> None:
    for ref, is_lasting in (("main", False), ("HEAD", False), (policies.head[:10], False), (policies.head, True)):
        assert went_the_whole_way(capsys, "--ref", ref)
        assert went_the_whole_way(capsys, "--ref", ref) is not is_lasting, ref


@pytest.mark.usefixtures("policies")
def test_a_damaged_receipt_is_none(tmp_path: Path, capsys: Heard) -> None:
    (receipt,) = (tmp_path / "cache").rglob("receipts/*")
    whole = receipt.read_bytes()
    half, other = whole[: len(whole) // 2], whole.replace(b'"outcome"', b'"outcame"')
    for damaged in (half, other, b"", b"{}", b"[]", b"null", b'{"form": 1, "call": 3}', b"\xff", b"[" * 100_000):
        receipt.write_bytes(damaged)
        assert went_the_whole_way(capsys), damaged[:80]
        assert receipt.read_bytes() != damaged
    assert not went_the_whole_way(capsys)


@pytest.mark.usefixtures("policies")
def test_a_build_without_a_place_to_remember_goes_the_whole_way(
    tmp_path: Path, capsys: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert went_the_whole_way(capsys)
    assert went_the_whole_way(capsys)


def test_an_outcome_stands_until_something_comes_to_be(policies: PolicyRepository) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    assert compiled(policies, as_of=at).stands_until is None
    policies.publish("privacy", effective="2027-01-15", published="2026-11-01", text=TEXT.replace("90", "30"))
    before = compiled(policies, as_of=datetime(2026, 10, 1, tzinfo=UTC))
    assert before.stands_until == datetime(2026, 11, 1, tzinfo=UTC)
    assert compiled(policies, as_of=datetime(2026, 11, 2, tzinfo=UTC)).stands_until == datetime(2027, 1, 15, tzinfo=UTC)


def test_a_commit_of_a_clock_that_went_fast_is_waited_for(policies: PolicyRepository) -> None:
    note = policies.content / "privacy/releases/2026-03-01.md"
    note.write_text(note.read_text(encoding="utf-8") + "\nOne sentence more.\n", encoding="utf-8")
    policies.commit(when="2026-12-24T12:00:00+00:00")
    assert compiled(policies, as_of=datetime(2026, 12, 1, tzinfo=UTC)).stands_until is not None
    assert compiled(policies, as_of=datetime(2026, 12, 24, 12, tzinfo=UTC)).stands_until is None


def test_the_program_and_what_it_runs_on_are_looked_at(tmp_path: Path) -> None:
    places = program_places()
    package = Path(policy_site.__file__).parent
    assert places[str(package)] is Look.TREE
    (tmp_path / "jinja2-3.1.dist-info").mkdir()
    (tmp_path / "notes.txt").touch()
    watched = {str(tmp_path): Look.LIBRARIES}
    before = look_at(watched)
    (tmp_path / "notes.txt").unlink()
    assert look_at(watched) == before
    (tmp_path / "jinja2-3.1.dist-info").rename(tmp_path / "jinja2-3.2.dist-info")
    assert look_at(watched) != before
