"""The life of a policy, told from commit to page."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from policy_site.publishing.site import freeze_site
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

TEXT = "## Data {#data}\n\nWe keep your data for 90 days.\n\n## Rights {#rights}\n\nYou can object.\n"


class Site:
    """A published site, as a visitor and a machine read it."""

    def __init__(self, repository: PolicyRepository, folder: Path, *, as_of: str) -> None:
        at = datetime.fromisoformat(as_of).replace(tzinfo=UTC)
        freeze_site(compiled(repository, as_of=at), folder)
        self.folder = folder

    def page(self, address: str) -> str:
        return (self.folder / address / "index.html").read_text(encoding="utf-8")

    def has(self, address: str) -> bool:
        return (self.folder / address).exists()

    def events(self) -> list[tuple[str, str]]:
        feed = json.loads((self.folder / "changes/v1/feed.json").read_text(encoding="utf-8"))
        entries: list[dict[str, Any]] = feed["events"]
        return [(entry["type"], entry["version"]) for entry in sorted(entries, key=lambda entry: entry["seq"])]

    def in_force(self) -> str:
        current = json.loads((self.folder / "current.json").read_text(encoding="utf-8"))
        version: str = current["policies"]["privacy"]["in_force"]["version"]
        return version


def test_a_significant_change_is_announced_takes_effect_and_stays_on_record(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "repository").site()
    policies.publish("privacy", effective="2025-03-01", text=TEXT)
    policies.publish("privacy", effective="2026-03-01", published="2026-01-15", text=TEXT.replace("90", "60"))

    before = Site(policies, tmp_path / "before", as_of="2026-01-10T00:00:00")
    assert before.in_force() == "2025-03-01"
    assert "60 days" not in before.page("en/privacy")
    assert not before.has("en/privacy/v/2026-03-01"), "publication is disclosure"

    announced = Site(policies, tmp_path / "announced", as_of="2026-02-01T00:00:00")
    assert announced.in_force() == "2025-03-01"
    assert "90 days" in announced.page("en/privacy")
    assert "60 days" in announced.page("en/privacy/upcoming")
    assert announced.events()[-1] == ("policy.version.published", "2026-03-01")

    effective = Site(policies, tmp_path / "effective", as_of="2026-03-02T00:00:00")
    assert effective.in_force() == "2026-03-01"
    assert "60 days" in effective.page("en/privacy")
    assert "90 days" in effective.page("en/privacy/v/2025-03-01")
    assert effective.events()[-1] == ("policy.version.effective", "2026-03-01")
    assert effective.events()[: len(announced.events())] == announced.events()
    redline = effective.page("en/privacy/compare/2025-03-01/2026-03-01")
    assert "<del" in redline
    assert "<ins" in redline


def test_an_edit_that_changes_no_word_makes_no_entry(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "repository").site()
    policies.publish("privacy", effective="2025-03-01", text=TEXT)
    before = Site(policies, tmp_path / "before", as_of="2026-01-10T00:00:00").events()
    policies.write(
        "content/privacy/en.md",
        '---\ntitle: Privacy\nversion: "2025-03-01"\n---\n' + TEXT.replace("data for", "data\nfor"),
    ).commit(when="2025-06-01")
    after = Site(policies, tmp_path / "after", as_of="2026-01-10T00:00:00")
    assert after.events() == before
    assert not after.has("en/privacy/compare")


def test_a_withdrawn_version_is_told_and_never_applies(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "repository").site()
    policies.publish("privacy", effective="2025-03-01", text=TEXT)
    policies.publish("privacy", effective="2026-03-01", published="2026-01-15", text=TEXT.replace("90", "60"))
    note = policies.content / "privacy/releases/2026-03-01.md"
    withdrawn = note.read_text(encoding="utf-8").replace("published:", "withdrawn: 2026-02-10\npublished:", 1)
    policies.write("content/privacy/releases/2026-03-01.md", withdrawn).commit(when="2026-02-10")
    site = Site(policies, tmp_path / "site", as_of="2026-04-01T00:00:00")
    assert site.in_force() == "2025-03-01"
    assert ("policy.version.withdrawn", "2026-03-01") in site.events()
    assert ("policy.version.effective", "2026-03-01") not in site.events()
    assert site.has("en/privacy/v/2026-03-01/index.html"), "nothing is ever deleted"


def test_a_postponed_version_keeps_its_address_and_is_told_as_rescheduled(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "repository").site()
    policies.publish("privacy", effective="2025-03-01", text=TEXT)
    policies.publish("privacy", effective="2026-03-01", published="2026-01-15", text=TEXT.replace("90", "60"))
    note = policies.content / "privacy/releases/2026-03-01.md"
    postponed = note.read_text(encoding="utf-8").replace("effective: 2026-03-01", "effective: 2026-05-01")
    policies.write("content/privacy/releases/2026-03-01.md", postponed).commit(when="2026-02-10")
    site = Site(policies, tmp_path / "site", as_of="2026-04-01T00:00:00")
    assert site.in_force() == "2025-03-01"
    assert site.events()[-1] == ("policy.version.rescheduled", "2026-03-01")
    assert "60 days" in site.page("en/privacy/v/2026-03-01")


def test_old_events_stay_as_they_were_whatever_comes_later(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "repository").site(languages=["en", "de"])
    policies.publish("privacy", effective="2025-03-01", text=TEXT)
    note, text = "content/privacy/releases/2025-03-01.md", "content/privacy/en.md"
    steps: list[Callable[[], object]] = [
        policies.commit,
        lambda: policies.write(
            note, _read(policies, note).replace("We changed this policy.", "We [changed](#data) it.")
        ),
        lambda: policies.write(text, _read(policies, text).replace("data for", "data\nfor")),
        lambda: policies.write("content/privacy/de.md", _read(policies, text).replace("We keep", "Wir halten")),
    ]
    before: list[dict[str, Any]] = []
    for number, step in enumerate(steps):
        step()
        policies.commit(when=f"2025-0{number + 4}-01")
        site = Site(policies, tmp_path / f"site{number}", as_of=f"2025-0{number + 4}-02T00:00:00")
        events = json.loads((site.folder / "changes/v1/feed.json").read_text(encoding="utf-8"))["events"]
        assert events[: len(before)] == before
        before = events
    assert [event["type"].rsplit(".", 2)[-2:] for event in before][2:] == [
        ["version", "corrected"],
        ["translation", "published"],
    ]
    summary = before[2]["editions"]["en"]["summary"]
    assert 'href="https://example.org/en/privacy/v/2025-03-01/#data"' in summary["html"]
    assert summary["text"] == "We changed (https://example.org/en/privacy/v/2025-03-01/#data) it."


def _read(policies: PolicyRepository, path: str) -> str:
    return (policies.root / path).read_text(encoding="utf-8")


def test_a_policy_that_is_not_announced_is_nowhere_in_the_site(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "repository").site(policies=["privacy", "nightingale"])
    policies.publish("privacy", effective="2025-03-01", text=TEXT)
    policies.publish("nightingale", effective="2027-03-01", published="2027-01-20", text=TEXT, when="2025-06-01")
    site = Site(policies, tmp_path / "site", as_of="2026-01-10T00:00:00")
    for path in site.folder.rglob("*"):
        if path.is_file():
            assert b"nightingale" not in path.read_bytes(), path


def test_a_late_translation_is_told_in_the_full_feed_and_not_in_the_notices(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "repository").site(languages=["en", "de"])
    policies.publish("privacy", effective="2025-03-01", text=TEXT)
    policies.publish(
        "privacy", effective="2025-03-01", language="de", text="## Daten {#data}\n\nNeu.\n", when="2025-06-01"
    )
    site = Site(policies, tmp_path / "site", as_of="2026-01-10T00:00:00")
    assert site.events()[-1] == ("policy.translation.published", "2025-03-01")
    changes = (site.folder / "de/privacy/changes.atom").read_text(encoding="utf-8")
    notices = (site.folder / "de/privacy/notices.atom").read_text(encoding="utf-8")
    assert 'term="policy.translation.published"' in changes
    assert 'term="policy.translation.published"' not in notices
    assert 'term="policy.version.published"' in notices
    assert 'lang="de"' in site.page("de/privacy")


def test_a_page_without_a_translation_says_so_and_marks_the_language(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "repository").site(languages=["en", "de"])
    policies.publish("privacy", effective="2025-03-01", text=TEXT)
    page = Site(policies, tmp_path / "site", as_of="2026-01-10T00:00:00").page("de/privacy")
    assert '<html lang="de"' in page
    assert 'lang="en"' in page.split("<body", 1)[1]
    assert "We keep your data for 90 days." in page


def test_a_shallow_clone_says_what_is_missing_and_how_to_get_it(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "repository").site()
    policies.publish("privacy", effective="2025-03-01", text=TEXT)
    policies.publish("privacy", effective="2026-03-01", text=TEXT.replace("90", "60"))
    clone = PolicyRepository.opened(policies.clone(tmp_path / "clone", "--depth", "1"))
    site = Site(clone, tmp_path / "site", as_of="2026-04-01T00:00:00")
    assert "60 days" in site.page("en/privacy")
    assert "--unshallow" in site.page("en/privacy/history")
    assert "--unshallow" in site.page("en/privacy/v/2025-03-01")
    policies.publish("privacy", effective="2026-09-01", text=TEXT.replace("90", "30"))
    later = PolicyRepository.opened(policies.clone(tmp_path / "later", "--depth", "1"))
    page = Site(later, tmp_path / "later site", as_of="2026-08-01T00:00:00").page("en/privacy")
    assert "translation" not in page.lower(), "the text in force is missing, and no other stands in for it"
    assert "--unshallow" in page
