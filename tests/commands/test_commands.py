"""The command line as people call it: what it prints, and how it ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from policy_site import commands
from policy_site.commands import COMMANDS, load_command, main
from policy_site.console.terminal import counted, printable
from tests.support.builder import PolicyRepository

TEXT = "## Data {#data}\n\nWe keep your data for 90 days.\n"


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PolicyRepository:
    """Make a repository with two versions, its folder the current one."""
    repository = PolicyRepository(tmp_path / "repository")
    repository.site(languages=["en", "de"])
    repository.publish("privacy", effective="2025-03-01", text=TEXT)
    repository.publish("privacy", effective="2026-03-01", text=TEXT.replace("90", "60"))
    monkeypatch.chdir(repository.root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return repository


def test_build_publishes_a_site_and_says_where(policies: PolicyRepository, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--jobs", "1"]) == 0
    printed = capsys.readouterr().out
    assert "The site is in build/site." in printed
    assert "1 policy in 2 versions" in printed
    assert "60 days" in (policies.root / "build/site/en/privacy/index.html").read_text(encoding="utf-8")


def test_build_tells_machines_in_json(policies: PolicyRepository, capsys: pytest.CaptureFixture[str]) -> None:
    policies.publish("privacy", effective="2027-03-01", published="2026-11-01", text=TEXT.replace("90", "30"))
    assert main(["build", "--jobs", "1", "--as-of", "2026-11-23", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["next_transition"] == "2027-03-01T00:00:00Z"
    assert told["findings"] == []
    assert told["pages"] == sum(path.is_file() for path in (policies.root / "build/site").rglob("*"))


def test_a_finding_keeps_the_published_site_as_it_was(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--jobs", "1", "--quiet"]) == 0
    page = policies.root / "build/site/en/privacy/index.html"
    before = page.read_bytes()
    policies.publish("privacy", effective="2026-06-01", published="2026-05-20", text=TEXT.replace("90", "10"))
    assert main(["build", "--jobs", "1"]) == 1
    told = capsys.readouterr().err
    assert "content/privacy/releases/2026-06-01.md:3: error: This significant change" in told
    assert "untouched" in told
    assert page.read_bytes() == before


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (counted(0, "error"), "0 errors"),
        (counted(1, "warning"), "1 warning"),
        (counted(2, "version"), "2 versions"),
        (counted(1, "policy", "policies"), "1 policy"),
        (counted(3, "policy", "policies"), "3 policies"),
    ],
)
def test_one_of_a_thing_is_told_in_the_singular(said: str, expected: str) -> None:
    assert said == expected


def test_only_what_stops_the_build_is_counted_as_stopping_it(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TEXT.replace("90", "60").replace("days.", "days. {{ when }}")
    policies.publish("privacy", effective="2026-06-01", published="2026-05-20", text=text)
    assert main(["check"]) == 1
    printed = capsys.readouterr()
    errors, warnings = printed.err.count(": error: "), printed.err.count(": warning: ")
    assert min(errors, warnings) > 0, "this must hold both kinds to tell them apart"
    assert f"{counted(errors, 'error')}, {counted(warnings, 'warning')}." in printed.out
    assert main(["build", "--jobs", "1"]) == 1
    assert f"{counted(errors, 'finding')} keep" in capsys.readouterr().err
    assert main(["build", "--jobs", "1", "--strict"]) == 1
    assert f"{counted(errors + warnings, 'finding')} keep" in capsys.readouterr().err


def test_what_concerns_a_whole_clone_is_annotated_at_no_file(
    policies: PolicyRepository,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(policies.clone(tmp_path / "clone", "--depth=1"))
    assert main(["check", "--format", "github"]) == 1
    annotations = [line for line in capsys.readouterr().out.splitlines() if "incomplete-history" in line]
    assert [line.partition("::This")[0] for line in annotations] == ["::error title=incomplete-history"]
    assert main(["check"]) == 1
    assert "content: error: This clone holds only a part" in capsys.readouterr().err


def test_check_reports_and_ends_with_one(policies: PolicyRepository, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "0 errors, 0 warnings." in capsys.readouterr().out
    policies.write("content/privacy/en.md", f"---\ntitle: Privacy\nversion: 2026-03-01\n---\n{TEXT}[x](#lost)\n")
    assert main(["check"]) == 0, "what is not committed is not published"
    capsys.readouterr()
    assert main(["check", "--work-tree"]) == 1
    assert "[wording-without-release]" in capsys.readouterr().err
    assert main(["check", "--work-tree", "--format", "github"]) == 1
    assert capsys.readouterr().out.startswith("::error file=content/privacy/en.md,line=")


def test_a_fault_of_the_configuration_is_annotated_at_its_path(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    policies.write("content/site.toml", 'titel = "x"\n')
    assert main(["check", "--format", "github"]) == 2
    told = capsys.readouterr()
    assert "::error file=content/site.toml,line=1,title=settings::" in told.out
    assert "content/site.toml:1: error: There is no setting 'titel'." in told.err


def test_check_gives_machines_json(policies: PolicyRepository, capsys: pytest.CaptureFixture[str]) -> None:
    policies.publish("privacy", effective="2026-06-01", published="2026-05-20", text=TEXT.replace("90", "10"))
    assert main(["check", "--format", "json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["path"], finding["line"], finding["rule"]) == (
        "content/privacy/releases/2026-06-01.md",
        3,
        "notice-period",
    )


def test_log_lists_the_versions_newest_first(policies: PolicyRepository, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "privacy", "--as-of", "2026-02-01"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [row[1:3] for row in rows[1:]] == [["2026-03-01", "upcoming"], ["2025-03-01", "in-force"]]
    assert main(["log", "--format", "json"]) == 0
    assert [version["version"] for version in json.loads(capsys.readouterr().out)] == ["2026-03-01", "2025-03-01"]
    assert policies.head


@pytest.mark.usefixtures("policies")
def test_diff_shows_what_changed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "privacy", "2025-03-01", "in-force"]) == 0
    printed = capsys.readouterr().out
    assert "90 days" in printed
    assert "60 days" in printed
    assert main(["diff", "privacy", "2025-03-01", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)
    assert main(["diff", "privacy", "2025-03-01", "--format", "html"]) == 0
    assert "<ins" in capsys.readouterr().out


def test_diff_takes_two_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old.md").write_text("# A\n\nOne word.\n", encoding="utf-8")
    (tmp_path / "new.md").write_text("# A\n\nTwo words.\n", encoding="utf-8")
    assert main(["diff", str(tmp_path / "old.md"), str(tmp_path / "new.md")]) == 0
    assert "Two words" in capsys.readouterr().out


def test_init_makes_a_site_that_builds_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "new"
    assert main(["init", str(folder)]) == 0
    monkeypatch.chdir(folder)
    assert main(["build", "--strict", "--jobs", "1"]) == 0
    assert "1 policy in 2 versions" in capsys.readouterr().out
    assert (folder / "build/site/en/privacy/upcoming/index.html").is_file()
    assert main(["init", str(folder)]) == 2, "a folder with files is left alone"


def test_a_source_archive_builds_with_what_is_left_and_says_so(
    policies: PolicyRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    policies.git("archive", "--output", str(archive / "source.zip"), "HEAD")
    with zipfile.ZipFile(archive / "source.zip") as source:
        source.extractall(archive)
    monkeypatch.chdir(archive)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert main(["build", "--jobs", "1"]) == 1
    assert "--incomplete-history" in capsys.readouterr().err
    assert not (archive / "build").exists()
    assert main(["build", "--jobs", "1", "--incomplete-history"]) == 0
    assert "The history is incomplete." in capsys.readouterr().err
    assert "60 days" in (archive / "build/site/en/privacy/index.html").read_text(encoding="utf-8")
    history = (archive / "build/site/en/privacy/history/index.html").read_text(encoding="utf-8")
    assert "2025-03-01" in history, "the release note is there, though the text is not"
    assert "clone" in history
    assert main(["build", "--jobs", "1", "--strict", "--incomplete-history"]) == 1
    assert "The history is incomplete, so" in capsys.readouterr().err


@pytest.mark.usefixtures("policies")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "--config", "nowhere.toml"], "There is no configuration at nowhere.toml"),
        (["build", "--as-of", "yesterday"], "neither a day nor an instant"),
        (["build", "--repository", "nowhere"], "There is no folder nowhere"),
        (["log", "cookies"], "There is no policy 'cookies'"),
        (["diff", "cookies", "1"], "There is no policy 'cookies'"),
        (["diff", "privacy", "1"], "no version '1'"),
        (["diff", "privacy", "2025-03-01", "--language", "fr"], "no language 'fr'"),
        (["diff", "privacy"], "not clear"),
        (["build", "--ref", "nowhere"], "nowhere"),
    ],
)
def test_a_wrong_call_ends_with_two_and_a_sentence(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert message in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("arguments", [[], ["biuld"], ["build", "--jobs", "0"], ["build", "--as"]])
def test_a_call_that_is_not_understood_ends_with_two(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


FILES = sorted(
    file.stem.replace("_", "-") for file in Path(commands.__file__).parent.glob("*.py") if file.stem != "__init__"
)


@pytest.mark.parametrize("name", FILES)
def test_each_file_has_a_command_that_is_registered_and_says_all_of_itself(name: str) -> None:
    assert COMMANDS.count(name) == 1, f"name {name!r} in COMMANDS of policy_site/commands/__init__.py"
    command = load_command(name)
    assert name == command.NAME
    assert command.HELP
    assert callable(command.add_arguments)
    assert callable(command.run)


def test_there_is_no_command_besides_the_files() -> None:
    assert sorted(COMMANDS) == FILES


def test_nothing_that_a_terminal_would_obey_is_printed(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    policies.write("content/privacy/en.md", "---\ntitle: x\nversion: '\x1b]0;owned\x07\u202e'\n---\nx\n").commit()
    assert main(["check"]) == 1
    told = capsys.readouterr()
    assert "\x1b" not in told.err + told.out
    assert "\u202e" not in told.err + told.out


def test_control_characters_are_named() -> None:
    assert printable("a\x1b[31m\u202eb\nc") == "a\\u001b[31m\\u202eb\nc"


def test_colours_are_left_out_where_no_terminal_listens(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    policies.write("content/privacy/en.md", "no version\n").commit()
    assert main(["check"]) == 1
    assert re.search(r"\x1b\[(\d+;)*[34]\d", capsys.readouterr().err) is None


def test_who_asked_for_quiet_is_told_of_what_counts(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    policies.write("content/privacy/fr.md", "---\ntitle: x\n---\nx\n").commit()
    for command in (["check"], ["build", "--jobs", "1"]):
        assert main([*command, "--quiet"]) == 0
        assert capsys.readouterr() == ("", "")
        assert main([*command, "--quiet", "--strict"]) == 1
        assert "fr.md: warning: " in capsys.readouterr().err


def test_the_help_of_all_names_every_command_and_imports_none() -> None:
    program = (
        "import contextlib, sys; from policy_site.commands import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\n"
        "print([name for name in sys.modules if name.startswith('policy_site.commands.')])"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True).stdout
    assert printed.endswith("[]\n")
    told = " ".join(printed.split())
    for name in COMMANDS:
        assert f"{name} {load_command(name).HELP}" in told


@pytest.mark.parametrize(
    "call",
    [
        ["build", "--as-of=--"],
        ["check", "--previous=--"],
        ["log", "--as-of=--"],
        ["release", "privacy", "--category=--"],
        ["init", "new", "--name=A", "--policy=--"],
        ["notify", "run", "--config=--"],
    ],
)
def test_two_dashes_for_a_value_are_a_wrong_call(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(call) == 2
    assert "two dashes where its value belongs" in capsys.readouterr().err
