"""An address that was public once answers for ever, also where today's plan has no page for it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from policy_site.commands import main
from policy_site.events.canonical import event_hash
from tests.support.builder import PolicyRepository

TEXT = "## Data {#data}\n\nWe keep your data for 90 days.\n\n## Rights {#rights}\n\nYou can object.\n"
BUILD = ["build", "--jobs", "1", "--quiet", "--previous", "build/site"]


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PolicyRepository:
    """Publish a policy whose second version alone is in German, too."""
    repository = PolicyRepository(tmp_path / "repository").site(languages=["en", "de"])
    repository.publish("privacy", effective="2025-03-01", text=TEXT)
    repository.publish("privacy", effective="2025-06-01", text=TEXT.replace("90", "60"))
    repository.publish("privacy", effective="2025-06-01", text=TEXT.replace("90", "60"), language="de")
    monkeypatch.chdir(repository.root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert main(["build", "--jobs", "1", "--quiet"]) == 0
    return repository


def make_public(*files: str) -> None:
    """Let the published site have files that an earlier version of the program planned."""
    site = Path("build/site")
    manifest = json.loads((site / "manifest.json").read_bytes())
    for file in files:
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text("as it was", encoding="utf-8")
        manifest["files"][file] = "0" * 64
    (site / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


MOVED = {
    "de/privacy/v/2025-03-01/index.html": "/en/privacy/v/2025-03-01/",
    "de/privacy/compare/2025-03-01/2025-06-01/index.html": "/en/privacy/compare/2025-03-01/2025-06-01/",
    "de/privacy/compare/2025-03-01/2025-06-01/side-by-side/index.html": (
        "/en/privacy/compare/2025-03-01/2025-06-01/side-by-side/"
    ),
    "de/privacy/sections/rights/index.html": "/de/privacy/history/",
    "en/privacy/sections/rights/index.html": "/en/privacy/history/",
    "en/privacy/since/2025-06-01/index.html": "/en/privacy/history/",
}


def test_a_page_that_would_go_leads_on_for_ever_and_a_file_stays(policies: PolicyRepository) -> None:
    files = [f"de/privacy/v/2025-03-01/index.{end}" for end in ("md", "txt", "json")]
    make_public(*MOVED, *files)
    for number in range(2):
        if number:
            policies.publish("privacy", effective="2025-09-01", text=TEXT.replace("90", "45"))
        assert main(BUILD) == 0
        for file, target in MOVED.items():
            if number and file.startswith("en/privacy/since/2025-06-01"):
                continue  # another version is in force: there is something that changed since
            page = (Path("build/site") / file).read_text(encoding="utf-8")
            assert f'content="0; url={target}"' in page, file
            assert f'<link rel="canonical" href="https://example.org{target}">' in page
            assert '<meta name="robots" content="noindex">' in page
            leads_to = re.findall(r'<a href="([^"]+)" hreflang="(\w+)">', page)
            assert leads_to == [(target, target.split("/")[1])]
            assert (Path("build/site") / target[1:] / "index.html").is_file()
        for file in files:
            assert "90 days" in (Path("build/site") / file).read_text(encoding="utf-8"), file
    told = json.loads(Path("build/site/manifest.json").read_bytes())
    assert told["moved"]["de/privacy/v/2025-03-01/"] == "en/privacy/v/2025-03-01/"


def test_what_leads_on_is_said_in_the_language_of_the_address(policies: PolicyRepository) -> None:  # noqa: ARG001
    make_public("de/privacy/v/2025-03-01/index.html")
    assert main(BUILD) == 0
    page = Path("build/site/de/privacy/v/2025-03-01/index.html").read_text(encoding="utf-8")
    assert '<html lang="de" dir="ltr">' in page
    assert "Englisch" in page


@pytest.mark.parametrize(
    "file",
    [
        "fr/privacy/v/2025-03-01/index.html",
        "de/terms/v/2025-03-01/index.html",
        "de/privacy/v/2020-01-01/index.html",
        "de/privacy/../../x",
        "anything.txt",
    ],
)
def test_nothing_else_that_a_manifest_names_is_made(policies: PolicyRepository, file: str) -> None:  # noqa: ARG001
    manifest = json.loads(Path("build/site/manifest.json").read_bytes())
    manifest["files"][file] = "0" * 64
    Path("build/site/manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert main(BUILD) == 0
    assert json.loads(Path("build/site/manifest.json").read_bytes())["moved"] == {}


def test_a_translation_that_comes_takes_its_address_back(policies: PolicyRepository) -> None:
    make_public("de/privacy/v/2025-03-01/index.html")
    assert main(BUILD) == 0
    policies.publish("privacy", effective="2025-03-01", text=TEXT, language="de", when="2025-10-01")
    assert main(BUILD) == 0
    assert json.loads(Path("build/site/manifest.json").read_bytes())["moved"] == {}
    assert "90 days" in Path("build/site/de/privacy/v/2025-03-01/index.html").read_text(encoding="utf-8")


def test_events_that_link_to_a_page_that_leads_on_stay_as_they_were_told(policies: PolicyRepository) -> None:  # noqa: ARG001
    make_public("de/privacy/v/2025-03-01/index.html")
    feed = json.loads(Path("build/site/changes/v1/feed.json").read_bytes())
    told, before = json.dumps(feed), None
    for record in feed["events"]:
        for locale, edition in record["editions"].items():
            for name in ("version_url", "compare_url"):
                edition[name] = edition[name] and edition[name].replace("org/en/", f"org/{locale}/")
        record["prev"] = before
        record["hash"] = before = event_hash({key: value for key, value in record.items() if key != "hash"})
    feed["head"]["hash"] = before
    assert json.dumps(feed) != told
    Path("build/site/changes/v1/feed.json").write_text(json.dumps(feed), encoding="utf-8")
    assert main(BUILD) == 0
    kept = json.loads(Path("build/site/changes/v1/feed.json").read_bytes())
    assert kept["events"] == feed["events"]
