"""A preview shows what would be published, today and on each day to come, and is never taken for the published site."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policy_site.commands import main
from policy_site.history import find_proposed
from policy_site.publishing.portable import point_from
from tests.support.builder import PolicyRepository

TEXT = "## Data {#data}\n\nWe keep your data for 90 days.\n"


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> PolicyRepository:
    """Make a repository whose pull request announces a version."""
    repository = PolicyRepository(tmp_path_factory.mktemp("preview") / "repository").site(languages=["en", "de"])
    repository.publish("privacy", effective="2025-03-01", text=TEXT)
    repository.git("checkout", "-q", "-b", "proposal")
    repository.publish("privacy", effective="2027-03-01", published="2026-12-01", text=TEXT.replace("90", "60"))
    return repository


@pytest.fixture(scope="module")
def preview(policies: PolicyRepository) -> Path:
    """Write the preview of the pull request."""
    folder = policies.root.parent / "preview"
    assert show(policies, folder) == 0
    return folder


def show(policies: PolicyRepository, folder: Path, *arguments: str) -> int:
    config = str(policies.content / "site.toml")
    return main(["preview", "--config", config, "--output", str(folder), "--as-of", "2026-12-02", *arguments])


def build(policies: PolicyRepository, folder: Path, *arguments: str) -> int:
    config = str(policies.content / "site.toml")
    told = ["--config", config, "--ref", "main", "--as-of", "2026-12-02", "--jobs", "1", "--output", str(folder)]
    return main(["build", *told, *arguments])


def test_each_day_is_a_site_of_its_own(preview: Path) -> None:
    today, later = (preview / day / "en/privacy/index.html" for day in ("today", "2027-03-01"))
    assert "90 days" in today.read_text(encoding="utf-8")
    assert "60 days" in later.read_text(encoding="utf-8")
    page = (preview / "index.html").read_text(encoding="utf-8")
    assert "privacy: version 2025-03-01 is in force." in page
    assert "privacy: version 2027-03-01 takes effect." in page
    assert re.findall(r'href="([^"]+)"', page) == ["today/index.html", "2027-03-01/index.html"]


def test_every_page_says_that_it_is_a_preview_and_asks_not_to_be_listed(
    preview: Path, policies: PolicyRepository
) -> None:
    commit = policies.git("rev-parse", "proposal").strip()[:12]
    pages = sorted(preview.glob("*/*/**/*.html"))
    assert len(pages) > 20
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert '<meta name="robots" content="noindex">' in text, page
        assert "hreflang" not in text.partition("<body>")[0], page
        assert re.search(r'class="ribbon">(This is a preview|Dies ist eine Vorschau)', text), page
        assert re.search(rf"(It shows commit|Sie zeigt den Commit) {commit}\.</p>", text), page
    for robots in preview.rglob("robots.txt"):
        assert "Disallow: /" in robots.read_text(encoding="utf-8")
    for headers in ("_headers", "today/_headers", "2027-03-01/_headers"):
        assert "X-Robots-Tag: noindex" in (preview / headers).read_text(encoding="utf-8")


def test_every_server_is_told_that_nothing_of_it_is_listed(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "repository").site(hosts=["apache", "caddy", "netlify", "nginx"])
    policies.publish("privacy", effective="2025-03-01", text=TEXT)
    assert show(policies, tmp_path / "preview") == 0
    for name in (".htaccess", "hosting/Caddyfile", "hosting/nginx-server.conf", "_headers"):
        told = (tmp_path / "preview/today" / name).read_text(encoding="utf-8")
        assert re.search('X-Robots-Tag:? "?noindex', told), name
    assert build(policies, tmp_path / "site") == 0
    for name in (".htaccess", "hosting/Caddyfile", "hosting/nginx-server.conf", "_headers"):
        assert "noindex" not in (tmp_path / "site" / name).read_text(encoding="utf-8"), name


def test_no_program_takes_it_for_the_published_site(preview: Path, policies: PolicyRepository, tmp_path: Path) -> None:
    assert build(policies, tmp_path / "published") == 0
    published = {path.name for path in (tmp_path / "published").rglob("*") if path.is_file()}
    feeds = {name for name in published if name.endswith(".atom") or name in ("changes.json", "notices.json")}
    assert len(feeds) == 4, "changes and notices, in two forms"
    for_programs = {"manifest.json", "feed.json", "current.json", "sitemap.xml"} | feeds
    assert for_programs <= published
    assert for_programs.isdisjoint(path.name for path in preview.rglob("*"))
    for folder in (preview, preview / "today"):
        assert build(policies, tmp_path / "site", "--previous", str(folder)) != 0
        assert not (tmp_path / "site").exists()
        assert build(policies, folder) == 1, "nor is it written over"


def test_no_page_leads_to_what_a_preview_leaves_out(preview: Path) -> None:
    for page in preview.glob("*/en/**/*.html"):
        for address in re.findall(r'(?:href|src)="(?!https?://)([^"#?]+)', page.read_text(encoding="utf-8")):
            target = preview / address[1:] if address.startswith("/") else page.parent / address
            assert (target / "index.html").is_file() or target.is_file(), (page, address)


def test_every_link_leads_somewhere_when_the_folder_is_opened_from_the_disk(preview: Path) -> None:
    links = 0
    for page in preview.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r'(?:href|src)="/', text), page
        for address in re.findall(r'(?:href|src)="(?!https?://)([^"#?]+)', text):
            assert (page.parent / address).is_file(), (page, address)
            links += 1
    assert links > 300


@pytest.mark.parametrize(
    ("place", "written", "read"),
    [
        ("en/privacy", '<a href="/en/privacy/v/1/#data">', '<a href="v/1/index.html#data">'),
        (".", '<a href="/?choose=language">', '<a href="index.html?choose=language">'),
        ("en", '<img alt="a > b" src="/files/seal.png">', '<img alt="a > b" src="../files/seal.png">'),
        ("en", '<a href="//cdn.example/x">', '<a href="//cdn.example/x">'),
        ("en", '<code>href="/x"</code> a < b href="/y" >', '<code>href="/x"</code> a < b href="/y" >'),
        ("en", '<p data-href="/x" title=\'href="/x"\'>', '<p data-href="/x" title=\'href="/x"\'>'),
    ],
)
def test_links_alone_are_pointed_from_the_place_of_a_page(place: str, written: str, read: str) -> None:
    assert point_from(written, place) == read


def test_files_not_committed_yet_are_named_as_such(policies: PolicyRepository, tmp_path: Path) -> None:
    assert show(policies, tmp_path / "preview", "--work-tree") == 0
    page = (tmp_path / "preview/today/en/index.html").read_text(encoding="utf-8")
    assert "with changes that are not committed yet.</p>" in page


@pytest.mark.parametrize("kind", ["trial", "own", "published"])
def test_of_a_trial_merge_the_commit_that_was_proposed_is_named(kind: str, tmp_path: Path) -> None:
    """A git host checks a merge that nobody ever sees; a merge that somebody made is a commit like any other."""
    policies = PolicyRepository(tmp_path / "repository").site()
    policies.publish("privacy", effective="2025-03-01", text=TEXT)
    policies.git("checkout", "-q", "-b", "proposal")
    policies.publish("privacy", effective="2027-03-01", published="2026-12-01", text=TEXT.replace("90", "60"))
    proposed = policies.git("rev-parse", "HEAD").strip()
    policies.git("checkout", "-q", "main")
    (policies.root / "README.md").write_text("Ours.", encoding="utf-8")
    policies.commit()
    if kind == "own":
        policies.git("checkout", "-q", "proposal")
    if kind == "trial":
        policies.git("checkout", "-q", "--detach")
    policies.git("merge", "-q", "--no-ff", "-m", "merge", "main" if kind == "own" else "proposal")
    made = policies.git("rev-parse", "HEAD").strip()
    assert find_proposed(policies.root, made, branch="main") == (proposed if kind == "trial" else made)


def test_links_follow_the_address_that_the_folder_will_have(policies: PolicyRepository, tmp_path: Path) -> None:
    assert show(policies, tmp_path / "preview", "--address", "https://preview.example.org/42") == 0
    page = (tmp_path / "preview/today/en/privacy/index.html").read_text(encoding="utf-8")
    assert 'href="/42/today/static/' in page


@pytest.mark.parametrize(
    "address",
    [
        "preview.example.org",
        "ftp://preview.example.org/",
        "https://preview.example.org:words/",
        "https://preview.example.org:99999/",
        "https://someone:secret@preview.example.org/",
        "https://preview.example.org/../42/",
        'https://preview.example.org/"><b>/',
    ],
)
def test_what_is_no_address_of_a_folder_is_a_wrong_call(
    address: str, policies: PolicyRepository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        show(policies, tmp_path / "preview", "--address", address)
    assert ended.value.code == 2
    assert "write it whole" in capsys.readouterr().err
    assert not (tmp_path / "preview").exists()


def test_a_preview_takes_the_place_of_a_preview_and_of_nothing_else(
    policies: PolicyRepository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show(policies, tmp_path / "preview", "--as-of", "2026-12-01") == 0
    assert show(policies, tmp_path / "preview") == 0
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("x", encoding="utf-8")
    assert show(policies, tmp_path / "mine") == 1
    assert "something other than a preview" in capsys.readouterr().err
    assert (tmp_path / "mine/letter.txt").exists()
