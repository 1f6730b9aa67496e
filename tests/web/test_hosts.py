"""Real web servers with the files that a build writes for them: each is asked the same questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_site.localization.tags import find_best, ranges_of
from policy_site.publishing.site import freeze_site
from policy_site.web import create_app
from policy_site.web.hosts.negotiation import patterns_by_preference
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled
from tests.support.web_servers import Server, serve

LANGUAGES = ["en", "de", "pt-BR", "zh-Hans", "ar"]
PREFERENCES = (
    ("de", "de"),
    ("de-AT, de;q=0.9, en;q=0.8", "de"),
    ("fr, ar;q=0.8, en;q=0.5", "ar"),
    ("en;q=0.3, de;q=0.7", "de"),
    ("de;q=0, en;q=0.1", "en"),
    ("DE-ch", "de"),
    ("pt-PT", "pt-BR"),
    ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
    ("zh-TW,zh-HK;q=0.9,en;q=0.8", "en"),
    ("zh-Hans-SG", "zh-Hans"),
    ("den, en-GB ; q=0.5", "en"),
    ("en;q=0.85, ar;q=0.855, de;q=0.9", "de"),
    ("en;q=0.001", "en"),
    ("tlh", None),
    ("*", None),
    ("", None),
    ("de;q=0", None),
    (", ,;;q=,en-", None),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a site below a sub-path, with the files of every host."""
    policies = PolicyRepository(tmp_path_factory.mktemp("policies")).site(
        base_url="https://example.org/legal/", languages=LANGUAGES, hosts=["nginx", "apache", "caddy", "netlify"]
    )
    policies.publish("privacy", effective="2026-05-04", text="## Data {#data}\n\nWe keep it.\n", title="Privacy")
    folder = tmp_path_factory.mktemp("root")
    freeze_site(compiled(policies), folder / "legal")
    return folder


@pytest.fixture(scope="module", params=["nginx", "apache", "caddy"])
def server(request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run each server in turn."""
    with serve(request.param, root, tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.mark.parametrize(("wanted", "found"), PREFERENCES)
def test_a_reader_is_led_to_the_language_asked_for(server: Server, wanted: str, found: str | None) -> None:
    answer = server.ask("/legal/", **({"Accept_Language": wanted} if wanted else {}))
    assert answer.headers.get("vary", "").lower().split(", ").count("accept-language") == 1
    if found is None:
        assert answer.status == 200
        assert b"page-languages" in answer.body
    else:
        assert answer.status == 302
        assert re.sub("^http://[^/]+", "", answer.headers["location"]) == f"/legal/{found}/"


def test_who_comes_to_choose_is_let_choose(server: Server) -> None:
    answer = server.ask("/legal/?choose=language", Accept_Language="de")
    assert (answer.status, b"page-languages" in answer.body) == (200, True)


def test_no_other_page_depends_on_the_reader(server: Server) -> None:
    for path in ("/legal/en/", "/legal/en/privacy/", "/legal/index.html", "/legal/current.json"):
        answer = server.ask(path, Accept_Language="de")
        assert answer.status == 200, path
        assert "accept-language" not in answer.headers.get("vary", "").lower()


def test_an_unknown_address_gets_the_sites_own_page_and_headers(server: Server) -> None:
    for path in ("/legal/nowhere", "/legal/en/privacy/v/1/", "/legal/static/gone.css", "/legal/en/changes.json/x"):
        answer = server.ask(path, Accept_Language="de")
        assert answer.status == 404, path
        assert b"Page not found" in answer.body
        assert answer.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "access-control-allow-origin" not in answer.headers
        assert "immutable" not in answer.headers.get("cache-control", "")


def test_an_address_without_its_last_slash_leads_to_the_page(server: Server) -> None:
    answer = server.ask("/legal/en/privacy")
    assert answer.status in (301, 302, 308)
    assert re.sub("^http://[^/]+", "", answer.headers["location"]) == "/legal/en/privacy/"


def test_every_file_is_served_with_the_headers_that_its_rule_names(server: Server, root: Path) -> None:
    rules = _read_rules((root / "legal/_headers").read_text(encoding="utf-8"))
    files = sorted(path for path in (root / "legal").rglob("*") if path.is_file())
    named = [path.relative_to(root).as_posix() for path in files if not path.name.startswith((".", "_"))]
    served = [f"/{name}" for name in named if "/hosting/" not in name]
    assert len(served) > 50
    for path in served:
        answer = server.ask(path)
        assert answer.status == 200, path
        expected: dict[str, str] = {}
        for pattern, headers in rules:
            if re.fullmatch(pattern, path):
                expected |= headers
        for name in ("access-control-allow-origin", "cache-control"):
            assert answer.headers.get(name) == expected.get(name), path
        for name in _EVERYWHERE:
            assert answer.headers.get(name) == expected[name], path
        wanted = expected.get("content-type") or _MEDIA_TYPES.get(path.rpartition(".")[2])
        if wanted:
            assert answer.headers["content-type"] == wanted, path


_EVERYWHERE = (
    "content-security-policy",
    "cross-origin-opener-policy",
    "permissions-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
)


def test_every_file_is_kept_as_long_as_it_stays_the_same(root: Path) -> None:
    rules = _read_rules((root / "legal/_headers").read_text(encoding="utf-8"))
    unsaid = {"_headers", "_redirects", ".htaccess", "404.html"}
    for path in (root / "legal").rglob("*"):
        name = path.relative_to(root / "legal").as_posix()
        if path.is_dir() or name in unsaid or name.startswith("hosting/"):
            continue
        said = [headers for pattern, headers in rules[1:] if re.fullmatch(pattern, f"/legal/{name}")]
        assert len(said) == 1, f"{name} is in {len(said)} rules"
        is_immutable = "immutable" in said[0]["cache-control"]
        assert is_immutable == name.startswith(("static/", "files/", "changes/v1/events/")), name
        assert is_immutable or "no-cache" in said[0]["cache-control"] or "must-revalidate" in said[0]["cache-control"]


def test_a_site_that_is_reached_without_tls_does_not_forbid_it(tmp_path: Path) -> None:
    for scheme, is_said in (("http", False), ("https", True)):
        policies = PolicyRepository(tmp_path / scheme).site(base_url=f"{scheme}://policies.example.org/")
        policies.publish("privacy", effective="2026-05-04")
        client = create_app(compiled(policies)).test_client()
        headers = client.get("/_headers").get_data(as_text=True)
        assert ("Strict-Transport-Security: max-age=" in headers) == is_said
        assert "require-trusted-types-for 'script'" in headers
        assert "camera=()" in headers


def test_a_browser_asks_each_time_whether_a_page_is_still_the_one(server: Server) -> None:
    paths = ("/legal/?choose=language", "/legal/en/", "/legal/en/privacy/", "/legal/en/privacy/history/")
    for path in paths:
        answer = server.ask(path)
        assert answer.status == 200, path
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers.get("cache-control") == "no-cache", path


_MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "json": "application/json",
    "xml": "application/xml; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}


def test_redirects_for_netlify_name_tags_and_let_choose_first(root: Path) -> None:
    lines = (root / "legal/_redirects").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "/legal/ choose=:choose /legal/index.html 200!"
    assert "/legal/ /legal/de/ 302! Language=de" in lines
    assert "/legal/ /legal/pt-BR/ 302! Language=pt" in lines
    chinese = next(line for line in lines if "Language=zh," in line)
    assert chinese.startswith("/legal/ /legal/zh-Hans/ 302! ")
    assert "zh-cn" in chinese
    assert "tw" not in chinese


def test_nothing_is_written_for_hosts_that_nobody_named(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "policies").site()
    policies.publish("privacy", effective="2026-05-04")
    freeze_site(compiled(policies), tmp_path / "site")
    names = {path.name for path in (tmp_path / "site").iterdir()}
    assert not names & {"hosting", ".htaccess", "_redirects"}
    assert "_headers" in names


_TAGS = st.sampled_from(["en", "en-GB", "de", "de-CH", "de-AT", "pt", "pt-BR", "pt-PT", "zh", "zh-Hans", "zh-Hant",
                         "zh-TW", "zh-CN", "zh-HK", "sr", "sr-Latn", "sr-ME", "ar", "he", "ja", "nb"])  # fmt: skip


@given(_TAGS, st.lists(_TAGS, min_size=1, max_size=8, unique=True))
def test_patterns_find_what_the_program_finds(wanted: str, available: list[str]) -> None:
    matching = [tag for pattern, tag in ranges_of(available) if re.fullmatch(pattern, wanted.lower())]
    assert next(iter(matching), None) == find_best(wanted, available)


def test_a_long_header_is_read_in_linear_time() -> None:
    hostile = "de-" + "a-" * 4000 + ";q=0.5,," * 500 + " " * 4000
    for pattern in patterns_by_preference(ranges_of(LANGUAGES)):
        assert re.search(pattern, hostile, re.IGNORECASE) is None


def _read_rules(text: str) -> list[tuple[str, dict[str, str]]]:
    rules: list[tuple[str, dict[str, str]]] = []
    for line in text.splitlines():
        if line.startswith("/"):
            place = re.sub(r":[a-z]+", "[^/]+", re.escape(line).replace(r"\*", ".*"))
            rules.append((place, {}))
        elif line.strip():
            name, _, value = line.strip().partition(": ")
            rules[-1][1][name.lower()] = value
    return rules
