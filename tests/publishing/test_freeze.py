"""Publishing: every page or none, the same bytes every time, whoever interferes."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from policy_site.errors import PublishingError
from policy_site.pages import PageKind, plan_pages
from policy_site.publishing.manifest import digest_files
from policy_site.publishing.site import freeze_site
from tests.support.builder import PolicyRepository, clean_environment
from tests.support.publishing import NOW, compiled

TEXT = "## Data {#data}\n\nWe keep your data for 90 days.\n\n## Rights {#rights}\n\nYou can object.\n"


@pytest.fixture
def policies(tmp_path: Path) -> PolicyRepository:
    """Publish a policy in two languages and two versions."""
    repository = PolicyRepository(tmp_path / "repository")
    repository.site(languages=["en", "de"], base_url="https://example.org/legal/")
    repository.publish("privacy", effective="2025-03-01", text=TEXT)
    repository.publish("privacy", effective="2025-03-01", language="de", text=TEXT.replace("You can", "Sie können"))
    repository.publish("privacy", effective="2026-03-01", text=TEXT.replace("90", "60"))
    return repository


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_built_is_what_was_planned(policies: PolicyRepository, tmp_path: Path) -> None:
    publication = compiled(policies)
    frozen = freeze_site(publication, tmp_path / "site")
    planned = {page.file for page in plan_pages(publication)} | {"manifest.json"}
    assert set(snapshot(tmp_path / "site")) == planned
    assert frozen.pages == len(planned)


def test_the_same_publication_gives_the_same_bytes_with_any_number_of_processes(
    policies: PolicyRepository, tmp_path: Path
) -> None:
    freeze_site(compiled(policies), tmp_path / "one", jobs=1)
    elsewhere = PolicyRepository.opened(policies.clone(tmp_path / "second copy", "--branch", "main"))
    freeze_site(compiled(elsewhere), tmp_path / "two" / "deeper", jobs=3)
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "two" / "deeper")


def test_nothing_of_the_machine_is_in_the_site(policies: PolicyRepository, tmp_path: Path) -> None:
    freeze_site(compiled(policies), tmp_path / "site")
    for name, content in snapshot(tmp_path / "site").items():
        assert os.fsencode(tmp_path) not in content, name


def test_an_identical_build_changes_no_file_and_no_time(policies: PolicyRepository, tmp_path: Path) -> None:
    freeze_site(compiled(policies), tmp_path / "site")
    page = tmp_path / "site" / "en" / "privacy" / "index.html"
    os.utime(page, ns=(10**18, 10**18))
    assert freeze_site(compiled(policies), tmp_path / "site").changed == 0
    assert page.stat().st_mtime_ns == 10**18


def test_a_page_that_was_tampered_with_is_written_again(policies: PolicyRepository, tmp_path: Path) -> None:
    site = tmp_path / "site"
    freeze_site(compiled(policies), site)
    before = snapshot(site)
    (site / "en" / "privacy" / "index.html").write_text("forged", encoding="utf-8")
    freeze_site(compiled(policies), site)
    assert snapshot(site) == before
    (site / "extra.html").write_text("forged", encoding="utf-8")
    with pytest.raises(PublishingError, match=r"extra\.html"):
        freeze_site(compiled(policies), site)


def test_the_same_site_is_published_at_any_instant_between_two_transitions(
    policies: PolicyRepository, tmp_path: Path
) -> None:
    freeze_site(compiled(policies, as_of=NOW), tmp_path / "now")
    freeze_site(compiled(policies, as_of=NOW + timedelta(days=100)), tmp_path / "later")
    assert snapshot(tmp_path / "now") == snapshot(tmp_path / "later")
    before = freeze_site(compiled(policies, as_of=datetime(2026, 2, 1, tzinfo=UTC)), tmp_path / "now")
    assert before.changed > 0, "between publication and effect it is another site"


def test_the_manifest_proves_every_file(policies: PolicyRepository, tmp_path: Path) -> None:
    publication = compiled(policies)
    freeze_site(publication, tmp_path / "site")
    manifest = json.loads((tmp_path / "site" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["files"] == digest_files(tmp_path / "site")
    assert manifest["commit"] == policies.head
    versions = {entry["version"]: entry for entry in manifest["policies"][0]["versions"]}
    assert versions["2025-03-01"]["editions"].keys() == {"de", "en"}
    (tmp_path / "site" / "en" / "privacy" / "index.html").write_text("forged", encoding="utf-8")
    assert manifest["files"] != digest_files(tmp_path / "site")


def test_the_next_transition_is_published(policies: PolicyRepository, tmp_path: Path) -> None:
    policies.publish("privacy", effective="2027-01-15", published="2026-11-01", text=TEXT.replace("90", "30"))
    freeze_site(compiled(policies), tmp_path / "site")
    manifest = json.loads((tmp_path / "site" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["next_transition"] == "2027-01-15T00:00:00Z"


def test_pages_that_are_no_longer_planned_are_gone(policies: PolicyRepository, tmp_path: Path) -> None:
    site = tmp_path / "site"
    freeze_site(compiled(policies), site)
    assert (site / "de" / "index.html").is_file()
    policies.site(languages=["en"], base_url="https://example.org/legal/").commit()
    freeze_site(compiled(policies), site)
    assert not (site / "de").exists()


def test_a_folder_with_other_files_is_left_alone(policies: PolicyRepository, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(PublishingError, match="did not write"):
        freeze_site(compiled(policies), tmp_path / "home")
    assert snapshot(tmp_path / "home") == {"thesis.txt": b"years of work"}


def test_a_file_in_the_way_is_left_alone(policies: PolicyRepository, tmp_path: Path) -> None:
    (tmp_path / "site").write_text("words", encoding="utf-8")
    with pytest.raises(PublishingError, match="not a folder"):
        freeze_site(compiled(policies), tmp_path / "site")


def test_a_second_build_at_once_is_refused(policies: PolicyRepository, tmp_path: Path) -> None:
    with (tmp_path / ".site.lock").open("w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(PublishingError, match="Another build"):
            freeze_site(compiled(policies), tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_a_full_disk_leaves_the_published_site_as_it_was(policies: PolicyRepository, tmp_path: Path) -> None:
    site = tmp_path / "site"
    freeze_site(compiled(policies), site)
    before = snapshot(site)
    policies.publish("privacy", effective="2026-06-01", text=TEXT.replace("90", "45"))
    # A limit on the size of files is met by every page of this child, as a full disk would be.
    child = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000));"
        "from policy_site.commands import main;"
        f"sys.exit(main(['build', '--config', {str(policies.content / 'site.toml')!r}, '--output', {str(site)!r}]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", child],
        env=clean_environment(XDG_CACHE_HOME=str(tmp_path / "cache")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "untouched" in ended.stderr
    assert snapshot(site) == before
    assert [path.name for path in tmp_path.glob(".site.new-*")] == []


def test_a_killed_build_leaves_the_published_site_as_it_was(policies: PolicyRepository, tmp_path: Path) -> None:
    site = tmp_path / "site"
    freeze_site(compiled(policies), site)
    before = snapshot(site)
    policies.publish("privacy", effective="2026-06-01", text=TEXT.replace("90", "45"))
    # The build kills itself when its last page is written: no clock is needed to be in the middle.
    child = (
        "import os, signal, sys; from pathlib import Path;"
        "from policy_site.publishing.site import freeze_site; from tests.support.builder import PolicyRepository;"
        "from tests.support.publishing import compiled;"
        "repository = PolicyRepository.opened(Path(sys.argv[1]));"
        "kill = lambda purpose, done, total: done == total and os.kill(os.getpid(), signal.SIGKILL);"
        "freeze_site(compiled(repository), Path(sys.argv[2]), progress=kill)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", child, str(policies.root), str(site)],
        env=clean_environment(PYTHONPATH=str(Path(__file__).parents[2])),
        capture_output=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL
    assert snapshot(site) == before
    assert len(list(tmp_path.glob(".site.new-*"))) == 1
    freeze_site(compiled(policies), site)
    assert list(tmp_path.glob(".site.new-*")) == [], "the next build removes what was left"
    assert snapshot(site) != before


def test_pages_are_told_as_they_are_written(policies: PolicyRepository, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    frozen = freeze_site(
        compiled(policies), tmp_path / "site", progress=lambda purpose, done, total: told.append((purpose, done, total))
    )
    assert told[-1] == ("Writing the pages", frozen.pages - 1, frozen.pages - 1)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_every_kind_of_page_is_planned(policies: PolicyRepository) -> None:
    policies.site(languages=["en", "de"], hosts=["apache", "caddy", "netlify", "nginx"])
    policies.write("content/privacy/seal.png", b"seal")
    text = f"{TEXT.replace('90', '30')}\n![Seal](seal.png)\n"
    policies.publish("privacy", effective="2027-01-15", published="2026-11-01", text=text)
    for words, when in (("30 Tage.", "2026-11-05"), ("Dreißig Tage.", "2026-11-10")):
        text = f"## Wie lange {{#retention}}\n\n{words}\n"
        policies.publish("privacy", effective="2027-01-15", text=text, language="de", title="Datenschutz", when=when)
    kinds = {page.kind for page in plan_pages(replace(compiled(policies), has_documents=True, has_papers=True))}
    archives = {PageKind.ARCHIVE, PageKind.FEED_ARCHIVE, PageKind.SITE_FEED_ARCHIVE}
    assert kinds | {PageKind.MANIFEST, PageKind.MOVED, *archives} == set(PageKind), "archives begin with 100 events"
