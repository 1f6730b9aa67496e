"""The preview follows the files on disk, shows faults in the page, and goes on."""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from werkzeug.test import Client

from policy_site.commands import serve
from policy_site.commands.serve import Preview
from policy_site.console.calling import add_origin_arguments
from policy_site.console.origin import open_origin
from policy_site.console.terminal import Terminal
from tests.support.builder import PolicyRepository, release_words

TEXT = '---\ntitle: Privacy\nversion: "2025-03-01"\n---\n## Data {#data}\n\nWe keep your data for 90 days.\n'


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PolicyRepository:
    """Make a repository with one version, below a sub-path."""
    repository = PolicyRepository(tmp_path / "repository").site(base_url="https://example.org/legal/")
    repository.publish("privacy", effective="2025-03-01", text=TEXT.split("---\n", 2)[2])
    monkeypatch.chdir(repository.root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return repository


@pytest.fixture
def preview(policies: PolicyRepository) -> Preview:
    """Return a preview of it."""
    parser = argparse.ArgumentParser()
    add_origin_arguments(parser)
    arguments = parser.parse_args([])
    assert policies.root == Path.cwd()
    made = Preview(lambda: open_origin(arguments), None, Terminal(is_quiet=True))
    made.refresh()
    return made


def test_a_page_of_the_preview_follows_the_files_and_may_run_its_one_script(preview: Preview) -> None:
    answer = Client(preview).get("/legal/en/privacy/")
    assert answer.status_code == 200
    assert '<script src="/_preview/reload.js"></script></body>' in answer.text
    assert "script-src &#39;self&#39;" in answer.text
    assert Client(preview).get("/_preview/reload.js").mimetype == "text/javascript"


def test_the_preview_alone_has_the_made_up_languages(policies: PolicyRepository) -> None:
    parser = argparse.ArgumentParser()
    serve.add_arguments(parser)
    for options, status in (([], 404), (["--pseudo"], 200)):
        arguments = parser.parse_args(options)
        assert policies.root == Path.cwd()
        made = Preview(lambda: serve.open_preview(arguments), None, Terminal(is_quiet=True))  # noqa: B023 - used at once
        made.refresh()
        for tag in ("en-XA", "ar-XB"):
            assert Client(made).get(f"/legal/{tag}/privacy/").status_code == status


def test_a_saved_file_is_seen_without_a_commit(policies: PolicyRepository, preview: Preview) -> None:
    policies.write("content/privacy/en.md", TEXT.replace("data for", "data\nfor").replace("Privacy", "Private matters"))
    preview.refresh()
    assert "Private matters" in Client(preview).get("/legal/en/privacy/").text


def test_a_fault_is_shown_in_the_page_until_it_is_mended(policies: PolicyRepository, preview: Preview) -> None:
    policies.write("content/privacy/en.md", TEXT.replace("90", "<b>900</b>"))
    preview.refresh()
    answer = Client(preview).get("/legal/en/privacy/")
    assert answer.status_code == 500
    assert "content/privacy/en.md:3" in answer.text
    assert "The wording changed after version" in answer.text
    assert "/_preview/reload.js" in answer.text
    policies.write("content/privacy/en.md", TEXT)
    preview.refresh()
    assert Client(preview).get("/legal/en/privacy/").status_code == 200


def test_a_broken_configuration_is_shown_in_the_page(policies: PolicyRepository, preview: Preview) -> None:
    policies.write("content/site.toml", "title = <script>")
    preview.refresh()
    answer = Client(preview).get("/legal/en/privacy/")
    assert answer.status_code == 500
    assert "lacks its quotation marks" in answer.text
    assert "<script>" not in answer.text


def test_a_browser_that_waits_is_told_of_the_next_change(preview: Preview) -> None:
    known = Client(preview).get("/_preview/generation").text
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(Client(preview).get, f"/_preview/generation?known={known}")
        preview.refresh()
        assert waiting.result(timeout=20).text == str(int(known) + 1)  # unasked, one waits for 25


def test_a_preview_of_this_machine_answers_to_no_other_name(preview: Preview) -> None:
    preview.hosts = ("localhost", "127.0.0.1", "::1")
    for name, status in (("localhost:8000", 200), ("[::1]:8000", 200), ("evil.example", 400), ("[", 400), ("", 400)):
        answer = Client(preview).get("/legal/en/privacy/", headers={"Host": name})
        assert answer.status_code == status, name


def test_a_configuration_that_is_a_folder_does_not_end_the_preview(
    policies: PolicyRepository, preview: Preview
) -> None:
    configuration = policies.content / "site.toml"
    configuration.unlink()
    configuration.mkdir()
    preview.refresh()
    assert Client(preview).get("/legal/en/privacy/").status_code == 500


@pytest.mark.parametrize(
    ("facts", "is_committed"),
    [
        ("effective: 2026-09-10\n", False),
        ("effective: 2026-09-10\n", True),
        ("published: 2026-09-01\neffective: 2026-12-10\n", True),
        ("published: 2026-09-01\neffective: 2026-12-10\n", False),
    ],
    ids=["a draft on disk", "a draft merged", "for a later day, merged", "for a later day, on disk"],
)
def test_drafts_and_what_is_to_be_announced_are_shown_as_upcoming(
    policies: PolicyRepository, facts: str, is_committed: bool
) -> None:
    draft = TEXT.replace("90", "30").replace('version: "2025-03-01"\n', "")
    changes = "changes:\n  - {category: clarification, sections: [data]}\n"
    policies.write("content/privacy/versions/draft.en.md", draft)
    policies.write("content/privacy/releases/draft.md", f"---\n{facts}{changes}---\n{release_words()}")
    if is_committed:
        policies.commit(when="2026-05-01")
    parser = argparse.ArgumentParser()
    add_origin_arguments(parser)
    arguments = parser.parse_args([])
    made = Preview(lambda: open_origin(arguments), "2026-06-01", Terminal(is_quiet=True))
    made.refresh()
    assert "30 days" in Client(made).get("/legal/en/privacy/v/draft/").text
    assert "v/draft/" in Client(made).get("/legal/en/privacy/history/").text
    assert "90 days" in Client(made).get("/legal/en/privacy/").text
