"""``check`` looks at the content as it will be: on the days to come, merged now, beside what is published."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from policy_site.commands import main
from tests.support.builder import PolicyRepository, release_words

FIRST, ANNOUNCED, TODAY = "2025-03-01", "2026-08-01", "2026-06-01"
TEXT = "## Data {#data}\n\nWe keep your data for 90 days.\n"
SHORTER = TEXT.replace("90", "60")
RETENTION = ({"category": "retention", "sections": ["data"]},)


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PolicyRepository:
    """Make a repository with one version in force and one announced, its folder the current one."""
    repository = PolicyRepository(tmp_path / "repository").site()
    repository.publish("privacy", effective=FIRST, text=TEXT)
    repository.publish("privacy", effective=ANNOUNCED, published="2026-05-20", text=SHORTER, changes=RETENTION)
    monkeypatch.chdir(repository.root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return repository


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Return ``check`` as of a day: how it ended, and what it said."""

    def run(*arguments: str, as_of: str = TODAY) -> tuple[int, str]:
        capsys.readouterr()
        status = main(["check", "--quiet", "--as-of", as_of, *arguments])
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


Check = Callable[..., tuple[int, str]]


def note(policies: PolicyRepository, label: str, facts: str, words: str | None = None) -> PolicyRepository:
    return policies.write(
        f"content/privacy/releases/{label}.md", f"---\n{facts}---\n{release_words() if words is None else words}"
    )


def own_text(policies: PolicyRepository, label: str, body: str) -> PolicyRepository:
    return policies.write(f"content/privacy/versions/{label}.en.md", f"---\ntitle: Privacy\n---\n{body}")


CHANGES = "changes:\n  - {category: retention, sections: [data]}\n"


@pytest.mark.parametrize(
    ("facts", "words", "told"),
    [
        (
            "published: 2026-07-01\neffective: 2026-07-10\n",
            None,
            "On 2026-07-01: This significant change gives",
        ),
        (
            "published: 2026-07-01\neffective: 2026-09-10\n",
            "",
            "On 2026-07-01: The release note for",
        ),
        (
            "published: 2026-07-01\neffective: 2026-09-10\nnotice: swift\n",
            None,
            "On 2026-07-01: The notice preset",
        ),
        ("published: 2026-07-20\neffective: 2026-07-05\n", None, "On 2026-07-20: "),
    ],
    ids=["too short a notice", "no words", "no such preset", "in force before it is published"],
)
def test_a_version_to_be_announced_later_is_looked_at_on_that_day(
    policies: PolicyRepository, check: Check, facts: str, words: str | None, told: str
) -> None:
    assert check() == (0, "")
    own_text(policies, "next", TEXT.replace("90", "30"))
    note(policies, "next", facts + CHANGES, words).commit(when=TODAY)
    status, said = check()
    assert status == 1
    assert told in said


def test_a_draft_without_a_day_counts_as_published_today(policies: PolicyRepository, check: Check) -> None:
    own_text(policies, "draft", TEXT.replace("90", "30"))
    note(policies, "draft", f"effective: 2026-06-20\n{CHANGES}")
    assert check()[0] == 0, "what is not committed is not looked at"
    status, said = check("--work-tree")
    assert status == 1
    assert "gives readers 19 days' notice" in said


def test_a_pull_request_is_checked_as_if_it_were_merged_now(policies: PolicyRepository, check: Check) -> None:
    policies.branch("shorter")
    own_text(policies, "next", TEXT.replace("90", "30"))
    note(policies, "next", f"effective: 2026-06-20\n{CHANGES}").commit(when="2026-05-01")
    status, said = check()
    assert status == 1
    assert "gives readers 19 days' notice" in said, "not the 50 since the commit"
    assert check("--ref", "main")[0] == 0
    policies.git("checkout", "--quiet", "--detach", "shorter")
    assert check()[0] == 1


def test_a_pull_request_does_not_lose_what_was_merged_meanwhile(policies: PolicyRepository, check: Check) -> None:
    policies.branch("link")
    policies.write("content/privacy/versions/README.md", "Not a text.\n").commit(when="2026-05-21")
    policies.branch("main")
    own_text(policies, "next", TEXT.replace("90", "30"))
    note(policies, "next", f"published: 2026-05-22\neffective: 2026-05-30\n{CHANGES}").commit(when="2026-05-22")
    policies.branch("link")
    assert "gives readers 8 days' notice" in check()[1]


def test_the_branch_of_a_merge_in_the_forge_is_checked(
    policies: PolicyRepository, check: Check, tmp_path: Path
) -> None:
    policies.branch("shorter")
    own_text(policies, "next", TEXT.replace("90", "30"))
    note(policies, "next", f"effective: 2026-06-20\n{CHANGES}").commit(when="2026-05-01")
    policies.branch("main")
    policies.git("checkout", "--quiet", "--detach")
    policies.merge("shorter", when=TODAY)
    policies.git("update-ref", "refs/pull/1/merge", "HEAD")
    runner = PolicyRepository(tmp_path / "runner")
    runner.git("remote", "add", "origin", f"file://{policies.root}")
    runner.git("fetch", "--quiet", "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/pull/1/merge:refs/pull")
    runner.git("checkout", "--quiet", "--detach", "refs/pull")
    config = str(runner.content / "site.toml")
    status, said = check("--config", config)
    assert status == 1
    assert "gives readers 19 days' notice" in said


def test_a_shallow_clone_is_refused_with_how_to_complete_it(
    policies: PolicyRepository, check: Check, tmp_path: Path
) -> None:
    clone = policies.clone(tmp_path / "clone", "--depth", "1")
    status, said = check("--config", str(clone / "content/site.toml"))
    assert status == 1
    assert "git fetch --unshallow" in said
    assert "[incomplete-history]" in said


def test_a_damaged_history_is_refused(policies: PolicyRepository, check: Check) -> None:
    blob = policies.git("rev-parse", "HEAD~1:content/privacy/en.md")
    (policies.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    status, said = check()
    assert status == 1
    assert "[missing-object]" in said


def _deleted(policies: PolicyRepository) -> None:
    policies.delete(f"content/privacy/releases/{FIRST}.md")


def _relabelled(policies: PolicyRepository) -> None:
    policies.rename(f"content/privacy/releases/{ANNOUNCED}.md", "content/privacy/releases/2026-09-01.md")
    file = policies.content / "privacy/en.md"
    file.write_text(file.read_text(encoding="utf-8").replace(ANNOUNCED, "2026-09-01"), encoding="utf-8")


def _renamed(policies: PolicyRepository) -> None:
    policies.rename("content/privacy", "content/privacy-policy")
    policies.site(policies=["privacy-policy"])


@pytest.mark.parametrize("change", [_deleted, _relabelled, _renamed], ids=["deleted", "relabelled", "renamed"])
def test_what_a_build_would_refuse_beside_the_published_feed_is_said_before_the_merge(
    policies: PolicyRepository, check: Check, change: Callable[[PolicyRepository], None]
) -> None:
    assert main(["build", "--jobs", "1", "--quiet", "--as-of", TODAY, "--output", "published"]) == 0
    site = policies.root.parent / "published"
    shutil.move("published", site)
    assert check("--previous", str(site)) == (0, "")
    change(policies)
    policies.commit(when=TODAY)
    status, said = check("--previous", str(site))
    assert status == 1
    assert ("[renamed-policy]" if change is _renamed else "[deleted-note]") in said


def rename(policies: PolicyRepository, old: str, new: str, **entry: str) -> None:
    """Give the folder of a policy another name, and say in site.toml what ``entry`` says."""
    policies.rename(f"content/{old}", f"content/{new}")
    policies.site(policies=[{"id": old, **entry}])
    policies.commit(when=TODAY)


@pytest.mark.parametrize("new", ["privacy-policy", "datenschutz", "p"])
def test_a_policy_that_is_called_otherwise_is_named_as_such(policies: PolicyRepository, check: Check, new: str) -> None:
    policies.branch("rename")
    rename(policies, "privacy", new, id=new)
    status, said = check()
    assert status == 1
    (told,) = said.splitlines()
    assert told.startswith(f"content/site.toml: error: The policy 'privacy' was renamed to '{new}'.")
    assert f'Keep `id = "privacy"` in site.toml. If the folder has the new name, add `files = "{new}"`' in told


def test_a_folder_may_be_called_otherwise(policies: PolicyRepository, check: Check) -> None:
    policies.branch("rename")
    rename(policies, "privacy", "datenschutz", files="datenschutz")
    assert check() == (0, "")


def test_a_folder_that_site_toml_does_not_know_is_one_slip(policies: PolicyRepository, check: Check) -> None:
    policies.branch("rename")
    rename(policies, "privacy", "datenschutz")
    status, said = check()
    assert status == 1
    (told,) = said.splitlines()
    assert told.startswith("content/datenschutz: error: The files in this folder are ignored")
    assert "add `files = \"datenschutz\"` to the policy 'privacy'" in told


def test_another_policy_beside_one_that_goes_is_no_renaming(policies: PolicyRepository, check: Check) -> None:
    policies.branch("other")
    policies.delete("content/privacy").site(policies=["terms"])
    policies.publish("terms", effective="2026-09-01", published=TODAY, text="## Scope {#scope}\n\nAll.\n", when=TODAY)
    assert "renamed" not in check()[1]


def test_what_was_renamed_and_merged_is_refused_by_what_is_published(
    policies: PolicyRepository, check: Check, tmp_path: Path
) -> None:
    site = str(tmp_path / "site")
    assert main(["build", "--output", site, "--jobs", "1", "--quiet", "--as-of", TODAY]) == 0
    rename(policies, "privacy", "datenschutz", id="datenschutz")
    status, said = check("--previous", site)
    assert status == 1
    assert said.count("error:") == 1
    assert "The policy 'privacy' was renamed to 'datenschutz'." in said
