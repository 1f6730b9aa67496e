"""What a build reads: nothing outside the repository, nothing unfinished, and no history that is not whole unasked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from policy_site.commands import main
from tests.support.builder import PolicyRepository

TEXT = "## Data {#data}\n\nWe keep your data for 90 days.\n"
OUTSIDE = "not for readers"


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PolicyRepository:
    """Make a repository with two versions, and a secret beside it; the repository is the current folder."""
    (tmp_path / "outside").mkdir()
    for name in ("privacy.md", "de.po", "robots.txt"):
        (tmp_path / "outside" / name).write_text(f"# Secret\n\n{OUTSIDE}\n", encoding="utf-8")
    repository = PolicyRepository(tmp_path / "repository").site()
    repository.publish("privacy", effective="2025-03-01", text=TEXT)
    repository.publish("privacy", effective="2026-03-01", text=TEXT.replace("90", "60"))
    monkeypatch.chdir(repository.root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    return repository


def build(*arguments: str) -> int:
    return main(["build", "--jobs", "1", "--output", "../site", "--as-of", "2026-12-01", *arguments])


def is_secret_kept(policies: PolicyRepository) -> bool:
    site = policies.root.parent / "site"
    return not any(OUTSIDE in path.read_text("utf-8", "replace") for path in site.rglob("*") if path.is_file())


ADOPTED = {"layout": ["{policy}.md"]}
FOLDERS = {
    "an absolute path": ({"folder": "/etc", **ADOPTED}, None, 2),
    "a path upwards": ({"folder": "../../outside", **ADOPTED}, None, 2),
    "a link to a folder": ({"folder": "texts", **ADOPTED}, ("content/texts", "../../outside"), 2),
    "a link on the way": ({"folder": "a/outside", **ADOPTED}, ("content/a", "../.."), 2),
    "a link to the folder above": ({"folder": "up", **ADOPTED}, ("content/up", "../.."), 2),
}


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("has_git", [True, False])
def test_no_text_comes_from_outside_the_repository(
    name: str, has_git: bool, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    content, link, status = FOLDERS[name]
    policies.site(content=content, versions={"source": "revision"})
    if link:
        (policies.root / link[0]).symlink_to(link[1])
    policies.commit()
    if not has_git:
        shutil.rmtree(policies.root / ".git")
    assert build("--incomplete-history") == status
    told = capsys.readouterr().err
    assert "outside" in told or "path of one machine" in told
    assert is_secret_kept(policies)


@pytest.mark.parametrize("has_git", [True, False])
def test_no_catalogue_comes_from_outside(
    has_git: bool, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    (policies.root / "content/translations").mkdir()
    (policies.root / "content/translations/de.po").symlink_to("/dev/zero")
    policies.commit()
    if not has_git:
        shutil.rmtree(policies.root / ".git")
    assert build("--incomplete-history") == 2
    assert "translations/de.po: error: This is no file of text below 1 MiB." in capsys.readouterr().err


def test_a_catalogue_that_is_not_committed_changes_no_page(policies: PolicyRepository) -> None:
    assert build() == 0
    page = policies.root.parent / "site/en/privacy/history/index.html"
    before = page.read_bytes()
    policies.write("content/translations/en.po", 'msgid "In force"\nmsgstr "Valid"\n')
    assert build() == 0
    assert page.read_bytes() == before


def _shallow(policies: PolicyRepository) -> Path:
    return policies.clone(policies.root.parent / "clone", "--depth=1")


def _without_git(policies: PolicyRepository) -> Path:
    return Path(shutil.copytree(policies.root / "content", policies.root.parent / "files/content")).parent


def _without_an_old_text(policies: PolicyRepository) -> Path:
    blob = policies.git("rev-parse", "HEAD~1:content/privacy/en.md")
    (policies.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    return policies.root


def _with_a_damaged_old_text(policies: PolicyRepository) -> Path:
    blob = policies.git("rev-parse", "HEAD~1:content/privacy/en.md")
    path = policies.root / ".git/objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    return policies.root


@pytest.mark.parametrize("broken", [_shallow, _without_git, _without_an_old_text, _with_a_damaged_old_text])
def test_what_is_not_whole_is_published_only_where_somebody_says_so(
    broken: object, policies: PolicyRepository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(broken)
    monkeypatch.chdir(broken(policies))
    assert build() == 1
    told = capsys.readouterr().err
    assert "The history is incomplete, so versions, dates and redlines could be missing or wrong." in told
    assert "--incomplete-history" in told
    assert not Path("../site").exists()
    assert build("--incomplete-history") == 0
    assert '"is_history_complete": false' in Path("../site/manifest.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("broken", ["a file that leads nowhere", "an empty folder", "a link that leads nowhere"])
def test_a_broken_repository_does_not_make_drafts_of_its_files(
    broken: str, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    policies.write("content/privacy/en.md", f"---\ntitle: Privacy\nversion: 2026-03-01\n---\n{OUTSIDE}\n")
    git = policies.root / ".git"
    git.rename(policies.root.parent / "kept.git")
    if broken == "an empty folder":
        git.mkdir()
    elif broken == "a link that leads nowhere":
        git.symlink_to("nowhere")
    else:
        git.write_text("gitdir: /nonexistent/x.git\n", encoding="utf-8")
    assert build("--incomplete-history") == 2
    assert "git" in capsys.readouterr().err
    assert is_secret_kept(policies)


def test_a_partial_clone_that_holds_every_text_is_whole(
    policies: PolicyRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(policies.clone(policies.root.parent / "clone", "--filter=blob:limit=1m"))
    assert build() == 0


# --- files beside the policies ---


def test_files_that_the_settings_name_are_published_as_they_are(policies: PolicyRepository) -> None:
    policies.site(extra="public").write("content/public/.well-known/security.txt", "Contact: mailto:a@example.org\n")
    policies.write("content/public/icon.png", b"\x89PNG").commit()
    policies.write("content/public/CNAME", "not committed")
    assert build() == 0
    site = policies.root.parent / "site"
    assert (site / ".well-known/security.txt").read_text(encoding="utf-8") == "Contact: mailto:a@example.org\n"
    assert (site / "icon.png").read_bytes() == b"\x89PNG"
    assert not (site / "CNAME").exists()
    policies.write("content/public/CNAME", "policies.example.org").commit()
    assert build() == 0
    assert (site / "CNAME").read_text(encoding="utf-8") == "policies.example.org"
    assert (site / "icon.png").exists()


EXTRA = {
    "page.html": "a browser could run",
    "a/script.js": "a browser could run",
    "picture.SVG": "a browser could run",
    "feed.xml": "a browser could run",
    "robots.txt": "has the address of a page",
}


@pytest.mark.parametrize("name", EXTRA)
def test_a_file_that_could_be_run_or_stands_for_a_page_is_refused(
    name: str, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    policies.site(extra="public").write(f"content/public/{name}", "x").commit()
    assert build() == 1
    assert EXTRA[name] in capsys.readouterr().err


@pytest.mark.parametrize("target", ["../../../outside/robots.txt", "../../../outside"])
def test_no_file_comes_from_outside(
    target: str, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    policies.site(extra="public").write("content/public/a.txt", "x")
    (policies.root / "content/public/linked.txt").symlink_to(target)
    policies.commit()
    assert build() == 1
    assert "public/linked.txt: error: This is a link" in capsys.readouterr().err


@pytest.mark.parametrize("extra", ["/etc", "../../outside", "a/../../../outside"])
def test_the_folder_of_files_is_below_the_settings(extra: str, policies: PolicyRepository) -> None:
    policies.site(extra=extra).commit()
    assert build() == 2


def test_what_others_put_into_a_site_is_not_removed_unsaid(
    policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build() == 0
    site = policies.root.parent / "site"
    (site / ".well-known").mkdir()
    (site / ".well-known/security.txt").write_text("x", encoding="utf-8")
    policies.site(title="Other").commit()
    assert build() == 1
    assert ".well-known/security.txt" in capsys.readouterr().err
    assert (site / ".well-known/security.txt").exists()


@pytest.mark.parametrize("address", ["http://[::::::::]/", "http://[1.2.3]/", "https://[:]/", "http://[.]/a/"])
def test_an_address_of_no_host_is_told_and_no_defect(
    address: str, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    policies.site(base_url=address).commit()
    assert build() == 2
    assert "names no host" in capsys.readouterr().err


@pytest.mark.parametrize("has_git", [True, False])
def test_a_file_beside_the_policies_has_one_limit_wherever_it_is_read(
    has_git: bool, policies: PolicyRepository
) -> None:
    policies.site(extra="public")
    policies.write("content/public/large.pdf", bytes(3 << 20))
    policies.commit()
    if not has_git:
        shutil.rmtree(policies.root / ".git")
    assert build("--incomplete-history") == 0
    assert (policies.root.parent / "site/large.pdf").stat().st_size == 3 << 20


@pytest.mark.parametrize("extra", [".", "./", "./."])
def test_a_finding_about_such_a_file_names_its_path_as_it_is(
    extra: str, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    policies.site(extra=extra)
    policies.commit()
    assert build() != 0
    assert "./" not in capsys.readouterr().err
