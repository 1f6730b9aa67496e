"""Git history as revisions."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_site.errors import HistoryError
from policy_site.history import History, find_merge_base, find_repository, read_folder, read_history
from policy_site.history.log import parse_log
from policy_site.history.texts import ReadText, read_text
from policy_site.model import Severity
from tests.support.builder import PolicyRepository, clean_environment

LONG = "\n".join(f"Clause {number} says what we do with your data." for number in range(40)) + "\n"


def is_text(path: str) -> bool:
    return path.endswith(".md")


def is_policy(path: str) -> bool:
    return path.endswith("/en.md")


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PolicyRepository:
    for name, value in clean_environment().items():
        if name.startswith("GIT_CONFIG"):
            monkeypatch.setenv(name, value)
    return PolicyRepository(tmp_path / "policies")


def read(
    policies: PolicyRepository, *, branch: str | None = None, ref: str | None = None, with_work_tree: bool = False
) -> History:
    return read_history(
        policies.root, folder="content", branch=branch, wanted=is_text, ref=ref, with_work_tree=with_work_tree
    )


def texts(history: History, path: str = "privacy/en.md") -> list[str]:
    return [revision.text for revision in history.revisions.get(path, ())]


def findings(history: History) -> list[tuple[str, str, Severity]]:
    return [(finding.path, finding.rule, finding.severity) for finding in history.findings]


def loose_object(policies: PolicyRepository, revision: str) -> Path:
    name = policies.git("rev-parse", revision)
    return policies.root / ".git/objects" / name[:2] / name[2:]


# --- what is read ---------------------------------------------------------------------------------------------------


def test_each_distinct_text_is_a_revision_oldest_first(policies: PolicyRepository) -> None:
    first = policies.write("content/privacy/en.md", "one\n").commit(when="2024-03-01")
    policies.write("content/cookies/en.md", "other\n").commit()
    second = policies.write("content/privacy/en.md", "two\n").commit(when="2024-05-01T10:00")

    history = read(policies)

    one, two = history.revisions["privacy/en.md"]
    assert (one.text, one.commit, one.path) == ("one\n", first, "privacy/en.md")
    assert (two.text, two.commit) == ("two\n", second)
    assert one.digest == hashlib.sha256(b"one\n").hexdigest()
    assert two.committed_at == history.committed_at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert (history.commit, history.branch) == (second, "main")
    assert (history.is_complete, history.how_to_complete, history.findings) == (True, "", ())
    assert history.files == {"privacy/en.md", "cookies/en.md"}


def test_revisions_of_all_files_stand_in_one_row_in_the_order_of_the_branch(policies: PolicyRepository) -> None:
    policies.write("content/b/en.md", "b1").write("content/a/en.md", "a1").commit(when="2025-01-01")
    policies.write("content/b/en.md", "b2").commit(when="2020-01-01")  # a clock may go backwards

    assert [(path, revision.text) for path, revision in read(policies).sequence] == [
        ("a/en.md", "a1"),
        ("b/en.md", "b1"),
        ("b/en.md", "b2"),
    ]


def test_files_outside_the_content_folder_and_unwanted_ones_are_not_read(policies: PolicyRepository) -> None:
    policies.write("README.md", "x").write("content-old/en.md", "x").write("content/logo.svg", "x")
    policies.write("content/privacy/en.md", "one").commit()

    assert list(read(policies).revisions) == ["privacy/en.md"]


def test_the_whole_repository_can_be_the_content_folder(policies: PolicyRepository) -> None:
    policies.write("en/privacy.md", "one").commit()

    history = read_history(policies.root, folder=".", branch=None, wanted=is_text)

    assert list(history.revisions) == ["en/privacy.md"]


def test_a_merge_counts_as_one_change_of_the_publishing_branch(policies: PolicyRepository) -> None:
    policies.write("content/privacy/en.md", "one").commit()
    policies.branch("draft").write("content/privacy/en.md", "draft").commit()
    policies.write("content/privacy/en.md", "two").commit()
    policies.branch("main").write("content/cookies/en.md", "x").commit()
    merge = policies.merge("draft")

    history = read(policies)

    assert texts(history) == ["one", "two"]
    assert history.revisions["privacy/en.md"][-1].commit == merge
    assert texts(read(policies, branch="draft")) == ["one", "draft", "two"]


def test_a_revert_is_a_new_revision_and_a_change_of_mode_is_none(policies: PolicyRepository) -> None:
    policies.write("content/privacy/en.md", "one").commit()
    policies.write("content/privacy/en.md", "two").commit()
    policies.write("content/privacy/en.md", "one").commit()
    (policies.content / "privacy/en.md").chmod(0o755)
    policies.commit()

    assert texts(read(policies)) == ["one", "two", "one"]


def test_a_file_keeps_its_past_when_an_unwanted_path_becomes_a_wanted_one(policies: PolicyRepository) -> None:
    policies.write("content/privacy.txt", LONG).commit()
    policies.write("content/privacy.txt", LONG + "More.\n").commit()
    policies.rename("content/privacy.txt", "content/privacy/en.md").commit()
    policies.write("content/privacy/en.md", LONG + "Most.\n").commit()

    revisions = read(policies).revisions["privacy/en.md"]

    assert [revision.text for revision in revisions] == [LONG, LONG + "More.\n", LONG + "Most.\n"]
    assert [revision.path for revision in revisions] == ["privacy.txt", "privacy.txt", "privacy/en.md"]


def test_a_file_that_is_changed_while_it_moves_keeps_its_past(policies: PolicyRepository) -> None:
    policies.write("content/privacy.txt", LONG).commit()
    policies.rename("content/privacy.txt", "content/privacy/en.md").write("content/privacy/en.md", LONG + "!\n")
    policies.commit()

    assert texts(read(policies)) == [LONG, LONG + "!\n"]


def test_a_wanted_path_keeps_its_own_past_so_that_the_caller_can_join_two(policies: PolicyRepository) -> None:
    policies.write("content/privacy_notice/en.md", LONG).commit()
    policies.rename("content/privacy_notice/en.md", "content/en/privacy.md").commit()

    history = read(policies)

    assert texts(history, "privacy_notice/en.md") == texts(history, "en/privacy.md") == [LONG]
    assert [path for path, _ in history.sequence] == ["privacy_notice/en.md", "en/privacy.md"]
    assert history.files == {"en/privacy.md"}


def test_files_that_change_places_do_not_mix_up_their_pasts(policies: PolicyRepository) -> None:
    other = LONG.replace("data", "cookies and things like them").replace("Clause", "Paragraph number")
    policies.write("content/a.txt", LONG).write("content/b.txt", other).commit()
    policies.rename("content/a.txt", "content/x/en.md").rename("content/b.txt", "content/y/en.md").commit()
    policies.write("content/x/en.md", LONG + "X\n").write("content/y/en.md", other + "Y\n").commit()

    history = read(policies)

    assert texts(history, "x/en.md") == [LONG, LONG + "X\n"]
    assert texts(history, "y/en.md") == [other, other + "Y\n"]


def test_a_deleted_file_keeps_its_revisions_and_is_not_there_at_the_tip(policies: PolicyRepository) -> None:
    policies.write("content/privacy/en.md", "one").write("content/cookies/en.md", "x").commit()
    policies.delete("content/privacy").commit()

    history = read(policies)

    assert texts(history) == ["one"]
    assert history.files == {"cookies/en.md"}


def test_a_file_that_comes_back_continues_its_past(policies: PolicyRepository) -> None:
    policies.write("content/privacy/en.md", "one").commit()
    policies.delete("content/privacy").commit()
    policies.write("content/privacy/en.md", "two").commit()

    history = read(policies)

    assert texts(history) == ["one", "two"]
    assert history.files == {"privacy/en.md"}


def test_a_bare_repository_and_one_with_its_git_folder_elsewhere_are_read(
    policies: PolicyRepository, tmp_path: Path
) -> None:
    policies.write("content/privacy/en.md", "one").commit()
    bare = policies.clone(tmp_path / "bare.git", "--bare")
    apart = policies.clone(tmp_path / "apart", f"--separate-git-dir={tmp_path / 'elsewhere'}")
    policies.git("worktree", "add", "--quiet", str(tmp_path / "second"), "-b", "second")

    for place in (bare, apart, tmp_path / "second"):
        history = read_history(place, folder="content", branch=None, wanted=is_text)
        assert texts(history) == ["one"], place
    with pytest.raises(HistoryError, match="bare"):
        read_history(bare, folder="content", branch=None, wanted=is_text, with_work_tree=True)


def test_a_repository_with_sha256_names_is_read(tmp_path: Path) -> None:
    place = tmp_path / "sha256"
    place.mkdir()
    subprocess.run(
        ["git", "init", "--quiet", "--initial-branch=main", "--object-format=sha256", str(place)],
        env=clean_environment(),
        check=True,
    )
    policies = PolicyRepository(place)
    policies.write("content/privacy/en.md", "one").commit()

    history = read(policies)

    assert texts(history) == ["one"]
    assert len(history.commit or "") == 64


# --- which commit ---------------------------------------------------------------------------------------------------


def test_the_branch_named_is_read_whatever_is_checked_out(policies: PolicyRepository, tmp_path: Path) -> None:
    policies.write("content/privacy/en.md", "one").commit()
    policies.branch("draft").write("content/privacy/en.md", "draft").commit()

    assert texts(read(policies, branch="main")) == ["one"]
    assert texts(read(policies)) == ["one", "draft"]
    clone = policies.clone(tmp_path / "clone", "--branch=main")
    assert texts(read_history(clone, folder="content", branch="draft", wanted=is_text)) == ["one", "draft"]


def test_a_branch_that_is_not_there_is_refused_with_the_names_of_those_that_are(policies: PolicyRepository) -> None:
    policies.write("content/privacy/en.md", "one").commit()
    policies.branch("draft")

    for name in ("trunk", "main~0", "main^{tree}", "-x", "../heads/main"):
        with pytest.raises(HistoryError, match="there are: draft, main"):
            read(policies, branch=name)


@pytest.mark.parametrize("damage", ["missing", "never fetched"])
def test_a_branch_whose_last_commit_is_lost_is_not_called_missing(policies: PolicyRepository, damage: str) -> None:
    policies.write("content/privacy/en.md", "one").commit()
    name = policies.git("rev-parse", "HEAD").strip()
    lost = policies.root / ".git/objects" / name[:2] / name[2:]
    if damage == "missing":
        lost.unlink()
    else:
        (policies.root / ".git/refs/heads/main").write_text("1" * 40 + "\n", encoding="ascii")

    with pytest.raises(HistoryError, match="'main' is there, but its last commit is missing or damaged") as refusal:
        read(policies, branch="main")
    assert "git fsck" in (refusal.value.remedy or "")


def test_a_detached_head_needs_a_branch_or_a_revision(policies: PolicyRepository) -> None:
    policies.write("content/privacy/en.md", "one").commit()
    policies.write("content/privacy/en.md", "two").commit()
    policies.git("checkout", "--quiet", "--detach", "HEAD~1")

    with pytest.raises(HistoryError, match=r"detached.*--ref HEAD"):
        read(policies)
    named = read(policies, branch="main")
    assert texts(named) == ["one", "two"]
    assert findings(named) == [(".", "detached-head", Severity.NOTE)]
    assert "'main'" in named.findings[0].message
    asked = read(policies, ref="HEAD")
    assert texts(asked) == ["one"]
    assert asked.findings == ()


def test_any_revision_can_be_asked_for(policies: PolicyRepository) -> None:
    first = policies.write("content/privacy/en.md", "one").commit()
    policies.git("tag", "-a", "v1", "-m", "one")
    policies.write("content/privacy/en.md", "two").commit()

    for ref in ("v1", "HEAD~1", first[:10], "main@{1}"):
        assert read(policies, branch="nowhere", ref=ref).commit == first
    for ref in ("--all", "v2", "HEAD:content", "", "a\0b", "main\nHEAD"):
        with pytest.raises(HistoryError, match="no revision"):
            read(policies, ref=ref)


def test_the_merge_base_is_where_a_pull_request_began(policies: PolicyRepository) -> None:
    base = policies.write("content/privacy/en.md", "one").commit()
    policies.branch("draft").write("content/privacy/en.md", "draft").commit()
    policies.branch("main").write("content/privacy/en.md", "two").commit()

    assert find_merge_base(policies.root, "main", "draft") == base


# --- what cannot be read --------------------------------------------------------------------------------------------


def test_an_empty_repository_is_refused(policies: PolicyRepository) -> None:
    for branch in (None, "main", "other"):
        with pytest.raises(HistoryError, match="no commits yet"):
            read(policies, branch=branch)


def test_a_folder_without_a_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="not in a git repository"):
        read_history(tmp_path, folder=".", branch=None, wanted=is_text)
    with pytest.raises(HistoryError, match="no folder"):
        read_history(tmp_path / "nowhere", folder=".", branch=None, wanted=is_text)


@pytest.mark.parametrize("folder", ["../other", "/etc", "a/../../b"])
def test_a_content_folder_outside_the_repository_is_refused(policies: PolicyRepository, folder: str) -> None:
    policies.write("content/privacy/en.md", "one").commit()

    with pytest.raises(HistoryError, match="inside the repository"):
        read_history(policies.root, folder=folder, branch=None, wanted=is_text)


def test_a_repository_of_another_user_is_refused_with_the_command_for_this_one_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = PolicyRepository(tmp_path / "of somebody else")
    policies.write("content/privacy/en.md", "one").commit()
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

    for ask in (lambda: read(policies), lambda: find_repository(policies.root)):
        with pytest.raises(HistoryError, match="another user") as refusal:
            ask()
        assert f"git config --global --add safe.directory '{policies.root}'`" in refusal.value.remedy


def test_git_that_is_not_installed_is_named(policies: PolicyRepository) -> None:
    policies.write("content/privacy/en.md", "one").commit()
    program = (
        "import pathlib, policy_site.history as history\n"
        "from policy_site.errors import HistoryError\n"
        f"try: history.read_history(pathlib.Path({str(policies.root)!r}), folder='.', branch=None, wanted=bool)\n"
        "except HistoryError as error: print(error)\n"
    )

    finished = subprocess.run(
        [sys.executable, "-c", program], env={"PATH": "", "PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True,
        check=True, text=True,
    )  # fmt: skip

    assert finished.stdout.startswith("git cannot be started on this machine. Install it")


def test_a_shallow_clone_does_not_pass_for_the_whole_history(policies: PolicyRepository, tmp_path: Path) -> None:
    policies.write("content/privacy/en.md", "one").commit()
    policies.write("content/privacy/en.md", "two").commit()
    clone = policies.clone(tmp_path / "clone", "--depth=1")

    history = read_history(clone, folder="content", branch=None, wanted=is_text)

    assert texts(history) == ["two"]
    assert not history.is_complete
    assert "git fetch --unshallow" in history.how_to_complete


def test_a_partial_clone_is_read_as_far_as_it_goes_and_nothing_is_fetched(
    policies: PolicyRepository, tmp_path: Path
) -> None:
    policies.write("content/privacy.txt", LONG).write("content/cookies/en.md", "x").commit()
    policies.rename("content/privacy.txt", "content/privacy/en.md").write("content/privacy/en.md", LONG + "!\n")
    policies.commit()
    policies.write("content/privacy/en.md", LONG + "?\n").commit()
    clone = policies.clone(tmp_path / "clone", "--filter=blob:none")
    before = sorted(path.name for path in (clone / ".git/objects").rglob("*"))

    history = read_history(clone, folder="content", branch=None, wanted=is_text)

    assert texts(history) == [LONG + "?\n"]
    assert not history.is_complete
    assert "git fetch --refetch --no-filter" in history.how_to_complete
    assert history.findings == ()
    assert sorted(path.name for path in (clone / ".git/objects").rglob("*")) == before
    subprocess.run(
        ["git", "fetch", "--quiet", "--refetch", "--no-filter"], cwd=clone, env=clean_environment(), check=True
    )
    assert read_history(clone, folder="content", branch=None, wanted=is_text).is_complete


def test_a_clone_without_old_folders_is_refused_with_the_mend(policies: PolicyRepository, tmp_path: Path) -> None:
    policies.write("content/privacy/en.md", "one").commit()
    policies.write("content/privacy/en.md", "two").commit()
    clone = policies.clone(tmp_path / "clone", "--filter=tree:0")

    with pytest.raises(HistoryError, match=r"partial.*git fetch --refetch"):
        read_history(clone, folder="content", branch=None, wanted=is_text)


@pytest.mark.parametrize("damage", ["deleted", "emptied", "overwritten"])
def test_a_broken_old_revision_is_left_out_with_a_warning(policies: PolicyRepository, damage: str) -> None:
    for text in ("one\n", "two\n" * 200, "three\n"):
        policies.write("content/privacy/en.md", text).commit()
    broken = loose_object(policies, "HEAD~1:content/privacy/en.md")
    intact = broken.read_bytes()
    broken.unlink()
    if damage != "deleted":
        broken.write_bytes(b"" if damage == "emptied" else intact[:20] + b"nonsense" + intact[28:])

    history = read(policies)

    assert texts(history) == ["one\n", "three\n"]
    assert findings(history) == [("privacy/en.md", "missing-object", Severity.WARNING)]
    assert "git fsck" in history.findings[0].remedy


def test_a_broken_old_revision_that_moved_does_not_hide_the_rest(policies: PolicyRepository) -> None:
    policies.write("content/privacy.txt", LONG).commit()
    policies.rename("content/privacy.txt", "content/privacy/en.md").write("content/privacy/en.md", LONG + "!\n")
    policies.commit()
    loose_object(policies, "HEAD~1:content/privacy.txt").unlink()

    history = read(policies)

    assert texts(history) == [LONG + "!\n"]
    assert findings(history) == [(".", "missing-object", Severity.WARNING)]


def test_a_broken_text_at_the_tip_is_an_error(policies: PolicyRepository) -> None:
    policies.write("content/privacy/en.md", "one").commit()
    policies.write("content/privacy/en.md", "two").commit()
    loose_object(policies, "HEAD:content/privacy/en.md").unlink()

    history = read(policies)

    assert findings(history) == [("privacy/en.md", "missing-object", Severity.ERROR)]
    assert history.files == {"privacy/en.md"}


def test_a_history_with_a_broken_commit_is_refused(policies: PolicyRepository) -> None:
    policies.write("content/privacy/en.md", "one").commit()
    policies.write("content/privacy/en.md", "two").commit()
    loose_object(policies, "HEAD~1").unlink()

    with pytest.raises(HistoryError, match="git fsck"):
        read(policies)


# --- what is no text ------------------------------------------------------------------------------------------------

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"
CONFLICT = b"# Privacy\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> draft\n"
NO_TEXTS = [
    (b"fine\nM\xfcller\n", "utf-8", 2),
    ("text".encode("utf-16"), "utf-8", 1),
    (b"a\n\nb\0c", "nul-character", 3),
    (POINTER, "lfs-pointer", 1),
    (CONFLICT, "conflict-marker", 2),
    (CONFLICT.replace(b"\n", b"\r\n"), "conflict-marker", 2),
    (b"x" * (2 * 1024 * 1024 + 1), "file-size", None),
]


@pytest.mark.parametrize(("content", "rule", "line"), NO_TEXTS)
def test_what_is_no_text_is_an_error_at_the_tip(
    policies: PolicyRepository, content: bytes, rule: str, line: int | None
) -> None:
    policies.write("content/privacy/en.md", "one\n").commit()
    policies.write("content/privacy/en.md", content).commit()

    history = read(policies)
    on_disk = read_folder(policies.content, is_text)

    [finding] = history.findings
    assert (finding.path, finding.rule, finding.line) == ("privacy/en.md", rule, line)
    assert finding.severity is Severity.ERROR
    assert finding.remedy
    assert texts(history) == ["one\n"]
    assert [(entry.rule, entry.line) for entry in on_disk.findings] == [(rule, line)]


def test_what_was_no_text_once_is_a_note_for_each_reason(policies: PolicyRepository) -> None:
    policies.write("content/privacy/en.md", "one\n").commit()
    for content in (CONFLICT, CONFLICT + b"again\n", POINTER, b"two\n"):
        policies.write("content/privacy/en.md", content).commit()

    history = read(policies)

    assert texts(history) == ["one\n", "two\n"]
    assert findings(history) == [
        ("privacy/en.md", "conflict-marker", Severity.NOTE),
        ("privacy/en.md", "lfs-pointer", Severity.NOTE),
    ]
    assert history.findings[0].message.startswith("2 old revisions are left out: ")


def test_headings_underlined_with_seven_signs_are_no_conflict(policies: PolicyRepository) -> None:
    policies.write("content/privacy/en.md", "Privacy\n=======\n\n>>>>>>> quoted\n<<<<<<< too\n").commit()

    assert read(policies).findings == ()


def test_links_and_submodules_are_refused_and_not_followed(policies: PolicyRepository, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret")
    policies.write("content/a/en.md", "one").commit()
    (policies.content / "b").mkdir()
    (policies.content / "b/en.md").symlink_to(tmp_path / "secret.md")
    (policies.content / "elsewhere").symlink_to(tmp_path)
    policies.git("add", "--all", ".")
    policies.git("update-index", "--add", "--cacheinfo", f"160000,{policies.head},content/c/en.md")
    policies.git("commit", "--quiet", "--message=Link")

    history = read(policies)
    preview = read(policies, with_work_tree=True)

    assert findings(history) == [
        ("b/en.md", "symbolic-link", Severity.ERROR),
        ("c/en.md", "submodule", Severity.ERROR),
    ]
    assert findings(preview) == [
        ("elsewhere", "symbolic-link", Severity.WARNING),
        ("b/en.md", "symbolic-link", Severity.ERROR),
    ]
    assert list(history.revisions) == list(preview.revisions) == ["a/en.md"]


def test_byte_order_marks_and_line_ends_do_not_count_as_words(policies: PolicyRepository) -> None:
    content = b"\xef\xbb\xbfone\r\ntwo\rthree\n"
    policies.write("content/privacy/en.md", content).commit()

    [revision] = read(policies).revisions["privacy/en.md"]

    assert revision.text == "one\ntwo\nthree\n"
    assert revision.digest == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("name", ["new\nline", 'quo"te', "tab\t", "back\\slash", "ümläut", ":colon", " space ", "*"])
def test_files_may_be_called_anything(policies: PolicyRepository, name: str) -> None:
    policies.write(f"content/{name}/en.md", "one").commit()
    policies.write(f"content/{name}/en.md", "two").commit()

    assert texts(read(policies), f"{name}/en.md") == ["one", "two"]
    inside = read_history(policies.root, folder=f"content/{name}", branch=None, wanted=is_text)
    assert texts(inside, "en.md") == ["one", "two"]


def test_a_name_that_is_not_utf8_is_reported(policies: PolicyRepository) -> None:
    policies.write("content/privacy/en.md", "one")
    policies.write(os.fsdecode(b"content/b\xfcro.md"), "x").commit()

    history, preview = read(policies), read(policies, with_work_tree=True)

    assert findings(history) == findings(preview) == [("b\\xfcro.md", "file-name", Severity.WARNING)]
    assert list(history.revisions) == ["privacy/en.md"]


@pytest.mark.parametrize("seconds", ["-1", "0", "253402300800", "99999999999999999999"])
def test_absurd_dates_do_not_stop_anything(policies: PolicyRepository, seconds: str) -> None:
    policies.write("content/privacy/en.md", "one").commit()
    tree = policies.git("rev-parse", "HEAD^{tree}")
    commit = (
        f"tree {tree}\nauthor L <l@example.org> {seconds} +9999\ncommitter L <l@example.org> {seconds} +9999\n\nx\n"
    )
    policies.write("../commit", commit)
    name = policies.git("hash-object", "-t", "commit", "-w", "--literally", "../commit")
    policies.git("update-ref", "refs/heads/main", name)

    [revision] = read(policies).revisions["privacy/en.md"]

    assert revision.committed_at is not None
    assert revision.committed_at.tzinfo is UTC


# --- files on disk --------------------------------------------------------------------------------------------------


def test_a_preview_shows_the_files_on_disk_as_one_more_revision(policies: PolicyRepository) -> None:
    policies.write("content/a/en.md", "a").write("content/b/en.md", "b\n").write("content/c/en.md", "c").commit()
    policies.write("content/a/en.md", "changed").write("content/b/en.md", b"b\r\n").write("content/d/en.md", "new")
    policies.delete("content/c")

    committed, preview = read(policies), read(policies, with_work_tree=True)

    assert texts(committed, "a/en.md") == ["a"]
    assert texts(preview, "a/en.md") == ["a", "changed"]
    assert preview.revisions["a/en.md"][-1].commit is None
    assert preview.revisions["a/en.md"][-1].committed_at is None
    assert texts(preview, "b/en.md") == ["b\n"]
    assert texts(preview, "c/en.md") == ["c"]
    assert texts(preview, "d/en.md") == ["new"]
    assert preview.files == {"a/en.md", "b/en.md", "d/en.md"}
    assert [path for path, _ in preview.sequence][-2:] == ["a/en.md", "d/en.md"]


def test_what_is_mended_on_disk_is_right_in_the_preview(policies: PolicyRepository) -> None:
    policies.write("content/privacy/en.md", CONFLICT).commit()
    policies.write("content/privacy/en.md", "mended")

    preview = read(policies, with_work_tree=True)

    assert preview.findings == ()
    assert texts(preview) == ["mended"]


def test_a_content_folder_that_leads_out_of_the_repository_is_not_previewed(
    policies: PolicyRepository, tmp_path: Path
) -> None:
    policies.write("README.md", "x").commit()
    (policies.root / "content").symlink_to(tmp_path)

    with pytest.raises(HistoryError, match="leads out"):
        read(policies, with_work_tree=True)


def test_a_pipe_in_the_content_folder_does_not_stop_the_preview(policies: PolicyRepository) -> None:
    policies.write("content/a/en.md", "a").commit()
    (policies.content / "b").mkdir()
    os.mkfifo(policies.content / "b/en.md")

    assert findings(read(policies, with_work_tree=True)) == [("b/en.md", "regular-file", Severity.ERROR)]


def test_a_source_archive_has_texts_and_no_history(tmp_path: Path) -> None:
    (tmp_path / "privacy").mkdir()
    (tmp_path / "privacy/en.md").write_text("one")

    history = read_folder(tmp_path, is_policy)

    [revision] = history.revisions["privacy/en.md"]
    assert (revision.text, revision.commit, revision.committed_at) == ("one", None, None)
    assert (history.commit, history.branch, history.is_complete) == (None, None, False)
    assert "clone" in history.how_to_complete
    assert history.files == {"privacy/en.md"}
    with pytest.raises(HistoryError, match="no folder"):
        read_folder(tmp_path / "nowhere", is_policy)


def test_the_repository_around_a_path_is_found(policies: PolicyRepository, tmp_path: Path) -> None:
    policies.site().commit()

    assert find_repository(policies.content / "site.toml") == policies.root
    assert find_repository(policies.content / "not/yet/there") == policies.root
    assert find_repository(policies.root) == policies.root
    assert find_repository(tmp_path) is None
    assert read_history(policies.content, folder="content", branch=None, wanted=bool).files == {"site.toml"}


# --- nobody else has a say ------------------------------------------------------------------------------------------


def make_hostile(policies: PolicyRepository, marker: Path) -> None:
    """Let everything that a repository can configure leave a mark."""
    script = policies.root.parent / "touch.sh"
    script.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{marker}'\nexit 1\n")
    script.chmod(0o755)
    hooks = policies.root / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc"):
        shutil.copy(script, hooks / hook)
    (policies.root / ".git/included").write_text(f'[diff "included"]\n\tcommand = {script}\n\ttextconv = {script}\n')
    settings = {
        "alias.log": f"!{script}",
        "core.askPass": script,
        "core.editor": script,
        "core.fsmonitor": script,
        "core.hooksPath": hooks,
        "core.pager": script,
        "core.sshCommand": script,
        "credential.helper": f"!{script}",
        "diff.external": script,
        "diff.hostile.command": script,
        "diff.hostile.textconv": script,
        "filter.hostile.clean": script,
        "filter.hostile.process": script,
        "filter.hostile.required": "true",
        "filter.hostile.smudge": script,
        "gpg.program": script,
        "gpg.ssh.program": script,
        "include.path": "included",
        "log.showSignature": "true",
        "merge.hostile.driver": script,
        "pager.cat-file": "true",
        "pager.log": script,
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
        "uploadpack.packObjectsHook": script,
    }
    for key, value in settings.items():
        policies.git("config", key, str(value))
    (policies.root / ".git/info").mkdir(exist_ok=True)
    (policies.root / ".git/info/attributes").write_text("* diff=hostile filter=hostile merge=hostile\n")


@pytest.mark.parametrize("is_partial", [False, True])
def test_nothing_that_a_repository_configures_is_started(
    policies: PolicyRepository, tmp_path: Path, *, is_partial: bool
) -> None:
    policies.write(".gitattributes", "*.md diff=included filter=hostile\n").write("content/privacy.txt", LONG).commit()
    policies.rename("content/privacy.txt", "content/privacy/en.md").write("content/privacy/en.md", LONG + "!\n")
    policies.commit()
    signed = policies.git("cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n", 1
    )
    policies.write("../commit", signed + "\n")
    policies.git("update-ref", "HEAD", policies.git("hash-object", "-t", "commit", "-w", "../commit"))
    marker = tmp_path / "marker"
    make_hostile(policies, marker)
    if is_partial:
        for key, value in {
            "promisor": "true",
            "url": f"ext::{tmp_path}/touch.sh",
            "partialclonefilter": "blob:none",
        }.items():
            policies.git("config", f"remote.origin.{key}", value)
        loose_object(policies, "HEAD~1:content/privacy.txt").unlink()

    history = read(policies, with_work_tree=True)
    find_merge_base(policies.root, "HEAD", "HEAD~1")

    assert texts(history)[-1] == LONG + "!\n"
    assert history.is_complete is not is_partial
    assert not marker.exists(), marker.read_text()
    # That the trap works, and the test with it: an ordinary command falls into it.
    subprocess.run(
        ["git", "log", "-p"],
        cwd=policies.root,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert marker.exists()


def test_no_configuration_changes_what_is_read(policies: PolicyRepository) -> None:
    policies.write("content/privacy.txt", LONG).commit()
    policies.rename("content/privacy.txt", "content/privacy/en.md").write("content/privacy/en.md", LONG + "!\n")
    policies.commit()
    policies.branch("draft").write("content/privacy/en.md", "draft\n").commit()
    policies.branch("main").write("README.md", "x").commit()
    policies.merge("draft")
    before = read(policies)
    for key, value in {
        "color.ui": "always",
        "core.abbrev": "4",
        "core.ignoreCase": "true",
        "core.quotePath": "true",
        "core.useReplaceRefs": "true",
        "diff.ignoreSubmodules": "all",
        "diff.orderFile": "/dev/zero",
        "diff.relative": "true",
        "diff.renameLimit": "0",
        "diff.renames": "false",
        "format.pretty": "fuller",
        "i18n.logOutputEncoding": "UTF-16",
        "log.date": "relative",
        "log.diffMerges": "off",
        "log.follow": "true",
        "log.showRoot": "false",
        "notes.displayRef": "refs/notes/*",
    }.items():
        policies.git("config", key, value)
    policies.git("notes", "add", "-m", "a note", "HEAD")
    policies.git("replace", "HEAD", "HEAD~2")

    assert texts(before) == [LONG, LONG + "!\n", "draft\n"]
    assert read(policies) == before


def test_the_variables_of_a_calling_hook_do_no_harm(
    policies: PolicyRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = PolicyRepository(tmp_path / "other")
    other.write("content/privacy/en.md", "of another repository").commit()
    policies.write("content/privacy/en.md", "one").commit()
    policies.write("content/privacy/en.md", "two").commit()
    marker, script = tmp_path / "marker", tmp_path / "touch.sh"
    script.write_text(f"#!/bin/sh\ntouch '{marker}'\n")
    script.chmod(0o755)
    for name, value in {
        "GIT_DIR": other.root / ".git",
        "GIT_WORK_TREE": other.root,
        "GIT_INDEX_FILE": tmp_path / "index",
        "GIT_OBJECT_DIRECTORY": other.root / ".git/objects",
        "GIT_COMMON_DIR": other.root / ".git",
        "GIT_NAMESPACE": "elsewhere",
        "GIT_PREFIX": "content/",
        "GIT_SHALLOW_FILE": tmp_path / "shallow",
        "GIT_GLOB_PATHSPECS": "1",
        "GIT_EXTERNAL_DIFF": script,
        "GIT_PAGER": script,
        "GIT_SSH_COMMAND": script,
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor'='{script}' 'diff.renames'='false'",
        "GIT_DIFF_OPTS": "--nonsense",
        "GIT_TRACE": tmp_path / "trace",
    }.items():
        monkeypatch.setenv(name, str(value))
    before = dict(os.environ)

    history = read(policies)

    assert texts(history) == ["one", "two"]
    assert find_repository(policies.content) == policies.root
    assert not marker.exists()
    assert not (tmp_path / "trace").exists()
    assert dict(os.environ) == before


# --- whatever comes -------------------------------------------------------------------------------------------------


@given(st.binary(max_size=200))
def test_any_bytes_are_a_text_or_a_fault_with_a_line_that_exists(content: bytes) -> None:
    outcome = read_text(content)

    if isinstance(outcome, ReadText):
        assert "\r" not in outcome.text
        assert outcome.digest == hashlib.sha256(content).hexdigest()
    else:
        assert outcome.line is None or 1 <= outcome.line <= content.count(b"\n") + 1


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), max_size=3), max_size=5
    )
)
def test_any_path_comes_out_of_the_log_as_it_went_in(paths_of_commits: list[list[str]]) -> None:
    output = b""
    for paths in paths_of_commits:
        output += b"a" * 40 + b" 0\0"
        for number, path in enumerate(paths):
            field = b":000000 100644 " + b"0" * 40 + b" " + b"b" * 40 + b" A\0" + path.encode() + b"\0"
            output += (b"\n" if number == 0 else b"") + field

    commits = list(parse_log(output))

    assert [[touch.path for touch in commit.touches] for commit in commits] == paths_of_commits


def test_a_commit_checked_out_without_any_branch_is_told_as_such(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "repository")
    policies.write("content/privacy/en.md", "x").commit()
    policies.git("checkout", "--quiet", "--detach")
    policies.git("branch", "--quiet", "-D", "main")
    with pytest.raises(HistoryError, match="--ref HEAD") as caught:
        read_history(policies.root, folder="content", branch="main", wanted=lambda _: True)
    assert "no commits" not in caught.value.message
