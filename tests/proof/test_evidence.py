"""Evidence is checked with tools that everybody has: the commands of its own README, and nothing of this program."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from policy_site.commands import main
from tests.support.builder import PolicyRepository, clean_environment

TEXT = "## Data {#data}\n\nWe keep your data for 90 days.\n\n## Contact {#contact}\n\nWrite to us.\n"


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> PolicyRepository:
    """Make a repository with a merge, a translation, and a note that was corrected."""
    policies = PolicyRepository(tmp_path_factory.mktemp("evidence") / "repo").site(languages=["en", "de"])
    policies.publish("privacy", effective="2025-03-01", text=TEXT)
    policies.branch("next")
    policies.publish("privacy", effective="2026-03-01", text=TEXT.replace("90", "60"))
    policies.branch("main")
    policies.write("other.txt", "Something else.\n")
    policies.commit()
    policies.merge("next", when="2026-01-16")
    policies.publish("privacy", effective="2026-03-01", language="de", text=TEXT.replace("days", "Tage"))
    note = policies.content / "privacy/releases/2026-03-01.md"
    note.write_text(note.read_text(encoding="utf-8").replace("We changed", "We shortened"), encoding="utf-8")
    policies.commit(when="2026-02-02")
    return policies


def evidence(policies: PolicyRepository, to: Path, *asked: str) -> Path:
    """Write evidence and unpack it."""
    config = ["--config", str(policies.content / "site.toml"), "--as-of", "2026-12-01", "--quiet"]
    assert main(["evidence", *asked, *config, "--output", str(to.with_suffix(".zip"))]) == 0
    with zipfile.ZipFile(to.with_suffix(".zip")) as archive:
        archive.extractall(to)
    return to


@pytest.fixture(scope="module")
def made(policies: PolicyRepository, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write evidence of the first version, once."""
    return evidence(policies, tmp_path_factory.mktemp("made") / "evidence", "privacy", "2025-03-01")


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the commands of the README, as they stand there, without anything of this program on the way."""
    lines = (folder / "README.txt").read_text(encoding="utf-8").splitlines()
    commands = "\n".join(line.removeprefix("    ") for line in lines if line.startswith("    "))
    environment = {name: value for name, value in clean_environment().items() if not name.startswith("PYTHON")}
    environment["PATH"] = os.defpath + ":/usr/local/bin"
    return subprocess.run(
        ["sh", "-e", "-c", commands], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (("privacy", "2025-03-01"), "90 days"),
        (("privacy", "2026-03-01", "--language", "de"), "90 Tage"),
        (("privacy", "2026-04-15"), "60 days"),
        (("privacy", "2025-12-31", "--language", "de"), "90 days"),
    ],
)
def test_the_commands_of_its_readme_prove_it(
    asked: tuple[str, ...], shown: str, policies: PolicyRepository, tmp_path: Path
) -> None:
    folder = evidence(policies, tmp_path / "evidence", *asked)
    checked = check(folder)
    assert checked.returncode == 0, checked.stderr
    assert "NOT SO" not in checked.stdout
    assert "the manifest names these files" in checked.stdout
    assert "policy.version.published significant" in checked.stdout
    assert shown in (folder / "source.md").read_text(encoding="utf-8")
    assert any(shown in page.read_text(encoding="utf-8") for page in (folder / "site").rglob("v/*/index.txt"))
    is_day = asked[1] not in ("2025-03-01", "2026-03-01")
    assert [shown in page.read_text(encoding="utf-8") for page in (folder / "day").rglob("*.html")] == [True] * is_day


def test_each_state_of_the_note_is_there(policies: PolicyRepository, tmp_path: Path) -> None:
    folder = evidence(policies, tmp_path / "evidence", "privacy", "2026-03-01")
    told = [path.read_text(encoding="utf-8") for path in sorted((folder / "notes/2026-03-01").iterdir())]
    assert ["We shortened" in words for words in told] == [False, True]
    assert len(list((folder / "notes/2026-03-01.de").iterdir())) == 1


TAMPERED = {
    "the source": ("source.md", b"90", b"99"),
    "a page": ("site/en/privacy/v/2025-03-01/index.html", b"90 days", b"99 days"),
    "an event": ("events.json", b"We changed", b"We hardly changed"),
    "a manifest": ("site/manifest.json", b'"in_force"', b'"in_farce"'),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_altered_is_found_by_the_step_that_checks_it(name: str, made: Path, tmp_path: Path) -> None:
    """The sums are made to fit: who alters the archive can do so."""
    folder = shutil.copytree(made, tmp_path / "evidence")
    path, old, new = TAMPERED[name]
    content = (folder / path).read_bytes()
    assert old in content
    (folder / path).write_bytes(content.replace(old, new))
    if name == "a manifest":
        content = (folder / path).read_bytes()
        (folder / path).write_bytes(content.replace(b'index.html": "', b'index.html": "0'))
    files = sorted(one for one in folder.rglob("*") if one.is_file() and one.name != "SHA256SUMS")
    sums = "".join(f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.relative_to(folder)}\n" for one in files)
    (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
    assert check(folder).returncode != 0


def test_a_commit_that_was_altered_is_named(made: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(made, tmp_path / "evidence")
    commit = max((folder / "git/commits").iterdir())
    commit.write_bytes(commit.read_bytes().replace(b"Lena", b"Lana"))
    (folder / "SHA256SUMS").write_text("", encoding="utf-8")
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    (folder / "README.txt").write_text(
        readme.replace("    sha256sum --check --quiet SHA256SUMS\n", ""), encoding="utf-8"
    )
    assert f"NOT SO: git/commits/{commit.name}" in check(folder).stdout


def test_the_same_evidence_is_the_same_bytes(
    policies: PolicyRepository, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    evidence(policies, tmp_path / "second", "privacy", "2025-03-01")
    assert made.with_suffix(".zip").read_bytes() == (tmp_path / "second.zip").read_bytes()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("terms", "2025-03-01"), "There is no policy 'terms'. There are: privacy."),
        (("privacy", "2025-02-30"), "has no version '2025-02-30'"),
        (("privacy", "2025-01-31"), "was in force on 2025-01-31"),
        (("privacy", "2027-01-31"), "lies ahead"),
        (("privacy", "2025-03-01", "--language", "fr"), "The site has no language 'fr'."),
        (("privacy", "2025-03-01", "--notices", "nowhere.json"), "nowhere.json is no file below 64 MiB"),
    ],
)
def test_what_there_is_no_evidence_of_is_said(
    asked: tuple[str, ...], told: str, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    config = ["--config", str(policies.content / "site.toml"), "--as-of", "2026-12-01"]
    assert main(["evidence", *asked, *config]) == 2
    assert told in capsys.readouterr().err


def test_what_is_published_is_taken_from_the_site_that_is_named(policies: PolicyRepository, tmp_path: Path) -> None:
    config = ["--config", str(policies.content / "site.toml"), "--as-of", "2026-12-01", "--quiet"]
    assert main(["build", *config, "--jobs", "1", "--output", str(tmp_path / "site")]) == 0
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    report = str(tmp_path / "report.json")
    folder = evidence(
        policies, tmp_path / "evidence", "privacy", "2025-03-01", "--site", str(tmp_path / "site"), "--notices", report
    )
    assert (folder / "site/manifest.json").read_bytes() == (tmp_path / "site/manifest.json").read_bytes()
    assert (folder / "notices/report.json").read_text(encoding="utf-8") == "{}"
    assert check(folder).returncode == 0


def test_the_transcript_of_the_guide_is_about_the_text_of_the_sample() -> None:
    root = Path(__file__).parents[2]
    told = (root / "docs/proof.md").read_text(encoding="utf-8")
    source = subprocess.run(
        ["git", "show", "eb88dc4e4f9375d6d04ebe32b4f1a140f926a015:content/privacy/en.md"],
        cwd=root,
        capture_output=True,
        check=True,
    ).stdout
    assert told.count(hashlib.sha256(source).hexdigest()) == 3
