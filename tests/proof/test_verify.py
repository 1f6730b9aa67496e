"""A published site is compared with git and with itself: nothing altered passes, and nothing honest is accused."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from policy_site.commands import main
from tests.support.altering import SiteCopy
from tests.support.builder import PolicyRepository

NOW = "2026-12-01"
TEXT = "## Data {#data}\n\nWe keep your data for 90 days.\n\n## Contact {#contact}\n\nWrite to us.\n"
REVIEWED = ", ".join((date(2026, 4, 1) + timedelta(days=day)).isoformat() for day in range(100))
"""A hundred events, so that there is a page of the archive."""
OLD = "en/privacy/v/2025-03-01/index.html"
FEED = "changes/v1/feed.json"


def make_policies(root: Path, *, is_large: bool) -> PolicyRepository:
    languages = ["en", "de"] if is_large else ["en"]
    policies = PolicyRepository(root).site(languages=languages, policies=["privacy", "cookies"])
    policies.publish("privacy", effective="2025-03-01", text=TEXT)
    if is_large:
        policies.publish("privacy", effective="2025-03-01", language="de", text=TEXT.replace("days", "Tage"))
    policies.publish("cookies", effective="2025-03-01", text=TEXT.replace("your data", "cookies"))
    policies.publish("privacy", effective="2026-03-01", text=TEXT.replace("90", "60"))
    policies.publish("privacy", effective="2027-02-01", published="2026-11-20", text=TEXT.replace("90", "30"))
    if not is_large:
        return policies
    site_toml = (policies.content / "site.toml").read_text(encoding="utf-8")
    site_toml = site_toml.replace('id = "cookies"', f'id = "cookies"\nreviewed = [{REVIEWED}]')
    policies.write("content/site.toml", site_toml)
    policies.commit(when="2026-11-21")
    return policies


class Sites:
    """A repository, the site that is built from it, and altered copies of that."""

    def __init__(self, folder: Path, *, is_large: bool) -> None:
        self.folder = folder
        self.policies = make_policies(folder / "repository", is_large=is_large)
        self.site = folder / "site"
        self.copies = 0
        assert self.build(self.site) == 0

    def build(self, output: Path, *more: str, as_of: str = NOW) -> int:
        config = str(self.policies.content / "site.toml")
        arguments = ["--config", config, "--output", str(output), "--as-of", as_of, "--jobs", "1", "--quiet"]
        return main(["build", *arguments, *more])

    def copy(self) -> SiteCopy:
        self.copies += 1
        return SiteCopy(self.site, self.folder / f"copy-{self.copies}")

    def verify(self, site: Path | str, *more: str) -> int:
        origin = [] if "--alone" in more else ["--config", str(self.policies.content / "site.toml"), "--as-of", NOW]
        return main(["verify", str(site), "--jobs", "1", "--format", "json", *origin, *more])


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def sites(cache: None, tmp_path_factory: pytest.TempPathFactory) -> Sites:  # noqa: ARG001
    """Make a small site: two policies, four versions, one language."""
    return Sites(tmp_path_factory.mktemp("verify"), is_large=False)


@pytest.fixture(scope="module")
def large(cache: None, tmp_path_factory: pytest.TempPathFactory) -> Sites:  # noqa: ARG001
    """Make the same with a translation, and with events enough for a page of the archive."""
    return Sites(tmp_path_factory.mktemp("large"), is_large=True)


def differences(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def found_in(verdict: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["file"], one["cause"]) for one in verdict["differences"] if one["counts"]}


def words(old: str, new: str, name: str = OLD) -> Callable[[SiteCopy], object]:
    return lambda copy: copy.edit(name, old, new)


def event(seq: int, change: Callable[[dict[str, Any]], object]) -> Callable[[SiteCopy], object]:
    """Change an event, and make chain and manifest fit."""

    def alter(copy: SiteCopy) -> None:
        records = copy.records
        change(records[seq - 1])
        copy.rechain(records)

    return alter


def order(first: int) -> Callable[[SiteCopy], object]:
    """Exchange two neighbours, and make chain and manifest fit."""

    def alter(copy: SiteCopy) -> None:
        records = copy.records
        records[first - 1 : first + 1] = reversed(records[first - 1 : first + 1])
        copy.rechain(records)

    return alter


def restated(change: Callable[[SiteCopy], object]) -> Callable[[SiteCopy], object]:
    """Alter, and make the manifest fit."""

    def alter(copy: SiteCopy) -> None:
        change(copy)
        copy.restate()

    return alter


def manifest(change: Callable[[dict[str, Any]], object]) -> Callable[[SiteCopy], object]:
    return lambda copy: copy.change("manifest.json", change)


EVENT = "changes/v1/events/000003.json"
ARCHIVE = "changes/v1/archive-00001.json"
PHISHING = "en/login/index.html"
SINGLE: dict[str, tuple[Callable[[SiteCopy], object], tuple[str, str]]] = {
    "a word in an old page": (words("90 days", "99 days"), (OLD, "altered")),
    "a word in the text for programs": (
        words("90", "99", "en/privacy/v/2025-03-01/index.md"),
        ("en/privacy/v/2025-03-01/index.md", "altered"),
    ),
    "a link in the page in force": (
        words('href="', 'href="https://evil.example/', "en/privacy/index.html"),
        ("en/privacy/index.html", "altered"),
    ),
    "a script in a page": (
        words("</body>", "<script>1</script></body>", "en/index.html"),
        ("en/index.html", "altered"),
    ),
    "a translation": (
        words("90 Tage", "99 Tage", "de/privacy/v/2025-03-01/index.html"),
        ("de/privacy/v/2025-03-01/index.html", "altered"),
    ),
    "a page that is gone": (
        lambda copy: copy.remove("en/privacy/history/index.html"),
        ("en/privacy/history/index.html", "missing"),
    ),
    "a page of others": (lambda copy: copy.write(PHISHING, "<p>Log in</p>"), (PHISHING, "foreign")),
    "a file of one event": (words('"significant"', '"editorial"', EVENT), (EVENT, "altered")),
    "a file of an event that is gone": (
        lambda copy: copy.remove("changes/v1/events/000007.json"),
        ("changes/v1/events/000007.json", "missing"),
    ),
    "a feed for people": (words("cookies", "biscuits", "en/changes.atom"), ("en/changes.atom", "altered")),
    "headers for hosts": (words("default-src 'none'", "default-src *", "_headers"), ("_headers", "altered")),
    "what is in force": (words("2026-03-01", "2025-03-01", "current.json"), ("current.json", "altered")),
    "the address of a hub": (
        words("https://example.org", "https://evil.example", "robots.txt"),
        ("robots.txt", "altered"),
    ),
    "an archive page that is gone": (lambda copy: copy.remove(ARCHIVE), (ARCHIVE, "missing")),
    "a redline": (
        words("90", "91", "en/privacy/compare/2025-03-01/2026-03-01/index.html"),
        ("en/privacy/compare/2025-03-01/2026-03-01/index.html", "altered"),
    ),
}
"""Each in a file of its own, so that all of them are planted into one site."""

PLANTED: dict[str, tuple[Callable[[SiteCopy], object], tuple[str, str]]] = {
    "a word of an event, the chain as it was": (words("We changed", "We hardly changed", FEED), (FEED, "altered")),
    "a feed that ends too early": (
        lambda copy: copy.change(FEED, lambda page: page["events"].pop()),
        (FEED, "altered"),
    ),
    "a feed that is rolled back whole": (lambda copy: copy.rechain(copy.records[:-1]), (FEED, "altered")),
    "two events exchanged, the chain as it was": (
        lambda copy: copy.change(FEED, lambda page: page["events"].reverse()),
        (FEED, "altered"),
    ),
    "two events exchanged, the chain made to fit": (order(4), (FEED, "altered")),
    "two events of one instant exchanged, the chain made to fit": (order(3), (FEED, "altered")),
    "a significance lowered, the chain made to fit": (
        event(1, lambda record: record.update(significance="minor")),
        (FEED, "altered"),
    ),
    "a word of a notice in its HTML alone": (
        event(1, lambda record: record["editions"]["en"]["summary"].update(html="<p>Nothing.</p>")),
        (FEED, "altered"),
    ),
    "a word of a notice in its text alone": (
        event(1, lambda record: record["editions"]["en"]["summary"].update(text="Nothing happened.")),
        (FEED, "altered"),
    ),
    "a digest of a text, the chain made to fit": (
        event(1, lambda record: record["editions"]["en"].update(sha256="0" * 64)),
        (FEED, "altered"),
    ),
    "an event about a version that never was": (
        event(1, lambda record: record.update(version="2020-01-01")),
        (FEED, "altered"),
    ),
    "a word in an old page, the manifest made to fit": (restated(words("90 days", "99 days")), (OLD, "altered")),
    "a page of others, the manifest made to fit": (
        restated(lambda copy: copy.write(PHISHING, "<p>Log in</p>")),
        (PHISHING, "foreign"),
    ),
    "a page that is gone, the manifest made to fit": (restated(lambda copy: copy.remove(OLD)), (OLD, "missing")),
    "a manifest with a later day": (
        manifest(lambda facts: facts.update(next_transition="2030-01-01T00:00:00Z")),
        ("manifest.json", "instant"),
    ),
    "a manifest without a day": (
        manifest(lambda facts: facts.update(next_transition=None)),
        ("manifest.json", "instant"),
    ),
    "a manifest with another commit": (
        manifest(lambda facts: facts.update(commit="0" * 40)),
        ("manifest.json", "history"),
    ),
    "a manifest with another effective date": (
        manifest(lambda facts: facts["policies"][0]["versions"][0].update(effective_date="2020-01-01")),
        ("manifest.json", "altered"),
    ),
    "a manifest that leaves a file out": (
        manifest(lambda facts: facts["files"].pop(OLD)),
        ("manifest.json", "altered"),
    ),
    "a manifest that is gone": (lambda copy: copy.remove("manifest.json"), ("manifest.json", "missing")),
    "a manifest that is none": (lambda copy: copy.write("manifest.json", "[]"), ("manifest.json", "altered")),
    "a word in a page, and a manifest that names another program": (
        restated(
            lambda copy: (
                words("90 days", "99 days")(copy),
                copy.change("manifest.json", lambda facts: facts.update(program="0" * 64)),
            )
        ),
        (OLD, "altered"),
    ),
    "a script in a page, and a manifest that names another program": (
        restated(
            lambda copy: (
                words("</body>", "<script>1</script></body>")(copy),
                copy.change("manifest.json", lambda facts: facts.update(program="0" * 64)),
            )
        ),
        (OLD, "altered"),
    ),
}


def test_alterations_each_in_a_file_of_its_own_are_each_found_with_their_cause(
    large: Sites, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = large.copy()
    for alter, _ in SINGLE.values():
        alter(copy)
    assert large.verify(copy.path) == 1
    assert {place for _, place in SINGLE.values()} == found_in(differences(capsys))


@pytest.mark.parametrize("name", PLANTED)
def test_an_alteration_is_found_with_its_cause(name: str, sites: Sites, capsys: pytest.CaptureFixture[str]) -> None:
    alter, place = PLANTED[name]
    copy = sites.copy()
    alter(copy)
    assert sites.verify(copy.path) == 1
    assert place in found_in(differences(capsys))
    shutil.rmtree(copy.path)


ARCHIVED: dict[str, Callable[[SiteCopy], object]] = {
    "an event of the archive": lambda copy: copy.change(
        ARCHIVE, lambda page: page["events"][7].update(retroactive=True)
    ),
    "events of the archive exchanged": lambda copy: copy.change(ARCHIVE, lambda page: page["events"].reverse()),
}


@pytest.mark.parametrize("name", ARCHIVED)
def test_the_archive_is_walked_without_git(name: str, large: Sites, capsys: pytest.CaptureFixture[str]) -> None:
    copy = large.copy()
    ARCHIVED[name](copy)
    copy.restate()
    assert large.verify(copy.path, "--alone") == 1
    assert (ARCHIVE, "altered") in found_in(differences(capsys))


def test_honest_sites_are_not_accused(sites: Sites, large: Sites, capsys: pytest.CaptureFixture[str]) -> None:
    """More of them in `make verify-honest`."""
    assert large.verify(large.site) == 0
    assert sites.build(sites.folder / "again", "--previous", str(sites.site)) == 0
    for site in (sites.site, sites.folder / "again"):
        assert sites.verify(site) == 0
        assert sites.verify(site, "--alone") == 0
    told = [json.loads(part) for part in capsys.readouterr().out.replace("}\n{", "}\0{").split("\0")]
    assert [one["differences"] for one in told] == [[]] * 5
    assert [one["compared_with_git"] for one in told] == [True, True, False, True, False]


def test_a_site_that_was_not_built_again_in_time_shows_another_instant(
    sites: Sites, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sites.verify(sites.site, "--as-of", "2027-03-01") == 1
    verdict = differences(capsys)
    assert found_in(verdict) == {("", "instant")}
    assert "until 2027-02-01T00:00:00Z" in verdict["differences"][0]["fact"]


def test_another_history_is_told_from_an_altered_site(
    sites: Sites, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = make_policies(tmp_path / "other", is_large=False)
    other.publish("cookies", effective="2027-03-01", published="2026-11-22", text=TEXT)
    config = ["--config", str(other.content / "site.toml"), "--as-of", NOW, "--jobs", "1"]
    assert main(["build", *config, "--output", str(tmp_path / "site")]) == 0
    capsys.readouterr()
    assert sites.verify(tmp_path / "site") == 1
    assert ("manifest.json", "history") in found_in(differences(capsys))


def test_another_site_toml_is_told_from_an_altered_site(sites: Sites, capsys: pytest.CaptureFixture[str]) -> None:
    toml = (sites.policies.content / "site.toml").read_text(encoding="utf-8")
    other = sites.policies.content / "other.toml"
    other.write_text(toml.replace("Policies of Example", "Other Policies"), encoding="utf-8")
    arguments = ["--jobs", "1", "--format", "json", "--as-of", NOW, "--config", str(other)]
    assert main(["verify", str(sites.site), *arguments]) == 1
    other.unlink()
    found = found_in(differences(capsys))
    assert ("manifest.json", "settings") in found
    assert {cause for name, cause in found if name.endswith(".html")} == {"settings"}


def test_another_version_of_the_program_is_a_note_unless_asked_for(
    sites: Sites, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = sites.copy()
    for path in copy.path.rglob("*.html"):
        name = path.relative_to(copy.path).as_posix()
        copy.edit(name, "<body", '<body class="new"')
    copy.change("manifest.json", lambda facts: facts.update(program="0" * 64, generator="policy-site 0.0.1")).restate()
    assert sites.verify(copy.path) == 0
    verdict = differences(capsys)
    assert {one["cause"] for one in verdict["differences"]} == {"program"}
    assert sites.verify(copy.path, "--strict") == 1


def test_a_manifest_that_leads_out_of_the_site_is_not_followed(
    sites: Sites, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("../secret", "/etc/passwd", "a/../../secret", "a\\b", ""):
        copy = sites.copy()
        facts = copy.load("manifest.json")
        copy.write("manifest.json", json.dumps({**facts, "files": {**facts["files"], name: "0" * 64}}))
        assert sites.verify(copy.path, "--alone") == 1
        assert ("manifest.json", "altered") in found_in(differences(capsys))
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    copy = sites.copy()
    copy.remove(OLD)
    (copy.path / OLD).symlink_to(tmp_path / "secret")
    assert sites.verify(copy.path, "--alone") == 1
    assert (OLD, "altered") in found_in(differences(capsys))


@contextmanager
def served(folder: Path, asked: list[str]) -> Iterator[str]:
    """Serve a site as hosts do: nothing that is for them alone, and ``/`` leads elsewhere without ``?choose``."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            if self.path == "/" or self.path.startswith("/_"):
                self.send_error(404)
                return
            super().do_GET()

        def list_directory(self, path: object) -> None:  # noqa: ARG002
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_site_is_verified_over_http_each_file_asked_for_once(
    sites: Sites, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    with served(sites.site, asked) as address:
        assert sites.verify(address) == 0
    assert len(asked) == len(set(asked)), "no file is asked for twice"
    assert differences(capsys)["differences"] == []
    copy = sites.copy()
    words("90 days", "99 days")(copy)
    copy.remove("en/privacy/history/index.html")
    with served(copy.path, asked) as address:
        assert sites.verify(address) == 1
    assert found_in(differences(capsys)) == {(OLD, "altered"), ("en/privacy/history/index.html", "missing")}


def test_what_is_no_site_or_cannot_be_reached_is_no_verdict(
    sites: Sites, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sites.verify(tmp_path) == 2
    assert sites.verify(tmp_path / "nowhere") == 2
    assert sites.verify("http://127.0.0.1:1/") == 2
    assert sites.verify("ftp://127.0.0.1/") == 2
    assert sites.verify("http://[::1/") == 2
    capsys.readouterr()
