"""A site for one's own company, from an empty folder to a site that builds, and what its git host runs."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import yaml

from policy_site.commands import main
from policy_site.starting import HOSTS, Choices, PolicyChoice, compose_files
from tests.support.builder import clean_environment

_OWN = ("--name", "Larkspur Ltd", "--address", "https://legal.larkspur.example/")


@pytest.fixture
def text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = tmp_path / "Privacy policy.md"
    file.write_text("# Privacy policy\n\n## Data\n\nWe keep names.\n\n## Rights\n\nYou may object.\n", encoding="utf-8")
    return file


def test_a_text_brought_along_is_a_site_that_builds(
    text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "site"
    assert main(["init", str(folder), *_OWN, "--import", f"privacy={text}", "--host", "github"]) == 0
    assert "'Privacy policy', 2 sections" in capsys.readouterr().out
    monkeypatch.chdir(folder)
    assert main(["check", "--strict"]) == 0
    assert main(["build", "--strict", "--jobs", "1"]) == 0
    page = (folder / "build/site/en/privacy/index.html").read_text(encoding="utf-8")
    assert "We keep names." in page
    assert 'id="rights"' in page
    feed = json.loads((folder / "build/site/changes/v1/feed.json").read_text(encoding="utf-8"))
    assert feed["events"][0]["id"].startswith("tag:legal.larkspur.example,")


def test_without_a_text_check_names_the_file_to_write(
    text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "site"
    text.unlink()
    assert main(["init", str(folder), *_OWN, "--policy", "terms", "--language", "de", "--language", "en"]) == 0
    assert "content/terms/de.md" in capsys.readouterr().err
    monkeypatch.chdir(folder)
    assert main(["check"]) == 1
    assert "content/terms/de.md" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--name", "x"), "needs --address and --policy or --import"),
        ((*_OWN,), "needs --policy or --import"),
        ((*_OWN, "--policy", "Terms of use"), "cannot be a policy's id"),
        (("--name", "x", "--address", "legal", "--policy", "terms"), "is not the address of a site"),
        ((*_OWN, "--policy", "terms", "--language", "klingon_x"), "is not a language tag"),
        ((*_OWN, "--policy", "terms", "--time-zone", "Mars"), "there is no time zone 'Mars'"),
        ((*_OWN, "--import", "nowhere.md"), "cannot be read"),
        ((*_OWN, "--sample"), "--sample makes a site with made-up policies"),
    ],
)
def test_what_is_missing_or_wrong_is_told_and_nothing_is_made(
    arguments: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "site"), *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def test_the_sample_says_that_it_is_one(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "site"), "--sample", "--quiet"]) == 0
    assert "is_sample = true" in (tmp_path / "site/content/site.toml").read_text(encoding="utf-8")


def choices(host: str | None = None) -> Choices:
    policies = (PolicyChoice("privacy"),)
    return Choices(
        "Larkspur Ltd", "https://legal.larkspur.example/", ("en",), policies, host=host, owners="@larkspur/legal"
    )


@pytest.mark.parametrize("host", HOSTS)
def test_the_files_of_a_host_are_what_its_schema_asks_for(host: str, tmp_path: Path) -> None:

    for name, content in compose_files(choices(host), today=date(2026, 5, 4)).items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    schema, checked = {
        "github": ("vendor.github-workflows", ".github/workflows/policies.yml"),
        "gitlab": ("vendor.gitlab-ci", ".gitlab-ci.yml"),
    }[host]
    _succeed("check_jsonschema", "--builtin-schema", schema, str(tmp_path / checked))
    if host == "github":
        _succeed("zizmor", "--offline", "--persona", "auditor", "--no-progress", str(tmp_path / ".github"))
    owners = (tmp_path / f".{host}" / "CODEOWNERS").read_text(encoding="utf-8")
    assert "/content/ @larkspur/legal\n" in owners


def test_nothing_of_a_pull_request_is_put_into_a_command() -> None:
    """Expressions of GitHub Actions reach a shell as variables alone, and are quoted there."""
    workflow = yaml.safe_load(_workflow())
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    commands = [step["run"] for step in steps if "run" in step]
    assert commands
    assert not [command for command in commands if "${{" in command]
    jobs = workflow["jobs"]
    assert workflow["permissions"] == {}
    assert jobs["review"]["permissions"] == {"contents": "read"}, "what reads a pull request may write nothing"
    assert "checkout" not in str(jobs["comment"]["steps"]), "what may write reads no pull request"
    assert "secrets." not in _workflow()
    pinned = [step["uses"] for step in steps if "uses" in step]
    assert all(len(name.partition("@")[2]) == 40 for name in pinned)


def _workflow() -> str:

    return compose_files(choices("github"), today=date(2026, 5, 4))[".github/workflows/policies.yml"]


def _succeed(program: str, *arguments: str) -> None:
    command = (
        [sys.executable, "-m", program, *arguments]
        if program == "check_jsonschema"
        else [str(Path(sys.executable).with_name(program)), *arguments]
    )
    finished = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
