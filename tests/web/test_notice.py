"""``<policy-notice>`` in somebody else's page, in a real browser, and the guide for their server, run as it stands."""

from __future__ import annotations

import ast
import gzip
import http.server
import json
import re
import sqlite3
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from policy_site.publishing.site import freeze_site
from policy_site.web import create_app
from tests.support.browsing import QuietHandler, browser  # noqa: F401 - a fixture
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

GUIDE = Path(__file__).parents[2] / "docs/consent.md"
TEXT = "## Data {#data}\n\nWe keep it for %s days.\n"
WORDS = {"summary": "We keep it <b>longer</b> & tell you.", "impact": "Nothing.", "choices": "Object."}
STRICT = (
    "default-src 'none'; script-src {site} 'self'; connect-src {site};"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
HOST_PAGE = """<!doctype html><html lang="{lang}"><head><title>Product</title>
<meta http-equiv="Content-Security-Policy" content="{csp}">
<script type="module" src="{site}/embed/policy-notice.js"></script><script src="/host.js"></script></head>
<body><h1>Product</h1><policy-notice policy="privacy" {attributes}></policy-notice></body></html>"""
LISTENING = """window.told = [];
for (const name of ["policy-notice", "policy-notice-ready", "policy-notice-error"])
  document.addEventListener(name, (event) => {
    window.told.push([name, event.detail]);
    document.documentElement.dataset.told = name;
  });"""


class _Shared(QuietHandler):
    """Shares what it serves, as the files for hosts say."""

    extensions_map = {**QuietHandler.extensions_map, ".js": "text/javascript"}  # noqa: RUF012 - as the base class

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Publish three versions, the second of which needs consent, and one that is announced; serve them elsewhere."""
    policies = PolicyRepository(tmp_path_factory.mktemp("policies")).site(languages=["en", "de", "ar"])
    policies.publish("privacy", effective="2024-03-01", text=TEXT % 1)
    policies.publish("privacy", effective="2025-03-01", text=TEXT % 2, words=WORDS, facts={"consent": "renew"})
    policies.publish("privacy", effective="2026-03-01", text=TEXT % 3, words=WORDS)
    policies.publish("privacy", effective="2027-01-15", text=TEXT % 4, words=WORDS, published="2026-11-01")
    folder = tmp_path_factory.mktemp("site")
    freeze_site(compiled(policies), folder / "site")
    with _served(folder / "site") as address:
        yield address, folder / "site"


class _served:  # noqa: N801 - read as a verb
    def __init__(self, folder: Path) -> None:
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Shared, directory=str(folder)))

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def opened(browser: Browser, site: tuple[str, Path], tmp_path: Path) -> Iterator[Any]:  # noqa: F811
    """Return a function that opens a product's page, of another origin, with a notice."""
    address, _ = site
    (tmp_path / "host.js").write_text(LISTENING, encoding="utf-8")
    faults: list[str] = []
    with _served(tmp_path) as product:
        page = browser.new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))

        def open_page(attributes: str, lang: str = "en") -> Page:
            csp = STRICT.format(site=address)
            text = HOST_PAGE.format(site=address, csp=csp, attributes=attributes, lang=lang)
            (tmp_path / "index.html").write_text(text.replace("/host.js", f"{product}/host.js"), encoding="utf-8")
            page.goto(f"{product}/")
            page.wait_for_selector("html[data-told]")
            return page

        yield open_page
        page.close()
    assert faults == []


def _current(site: tuple[str, Path]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((site[1] / "current.json").read_text(encoding="utf-8"))["policies"]["privacy"]
    return found


def _told(page: Page) -> list[tuple[str, dict[str, Any]]]:
    return [(name, detail) for name, detail in page.evaluate("window.told")]


def test_it_is_small_and_asks_for_nothing_else(site: tuple[str, Path]) -> None:
    script = (site[1] / "embed/policy-notice.js").read_bytes()
    assert len(gzip.compress(script, 9, mtime=0)) < 4096
    assert not re.search(
        rb"\bimport\s|innerHTML|insertAdjacentHTML|document\.write|eval\(|localStorage|cookie\b", script
    )


def test_consent_is_asked_for_and_the_answer_handed_to_the_page(opened: Any, site: tuple[str, Path]) -> None:
    current = _current(site)
    page: Page = opened(f'accepted="{current["consent_seq"] - 1}" accepted-version="2024-03-01"')
    expect(page.get_by_role("heading", name="do you agree")).to_be_visible()
    expect(page.get_by_text("We keep it longer & tell you.")).to_be_visible()
    links = page.get_by_role("link").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert "https://example.org/en/privacy/since/2024-03-01/" in links
    page.get_by_role("button", name="I agree").focus()
    page.keyboard.press("Enter")
    name, detail = _told(page)[-1]
    assert name == "policy-notice"
    assert detail == {
        "decision": "agreed",
        "state": "consent",
        "policy": "privacy",
        "version": "2026-03-01",
        "seq": current["seq"],
        "sha256": current["in_force"]["editions"]["en"]["sha256"],
        "language": "en",
        "text_language": "en",
    }
    expect(page.get_by_role("heading", name="do you agree")).to_have_count(0)


@pytest.mark.parametrize(
    ("accepted", "attributes", "state"),
    [
        (None, "", "consent"),
        ("consent_seq", "", "changed"),
        ("seq", "", "announced"),
        ("seq", 'acknowledged="2027-01-15"', ""),
    ],
)
def test_it_compares_what_was_accepted_with_what_applies(
    opened: Any, site: tuple[str, Path], accepted: str | None, attributes: str, state: str
) -> None:
    given = f'accepted="{_current(site)[accepted]}"' if accepted else ""
    page: Page = opened(f"{given} {attributes}")
    assert _told(page)[0] == ("policy-notice-ready", {"state": state, "policy": "privacy"})
    assert page.get_by_role("button").count() == {"consent": 2, "": 0}.get(state, 1)
    if state == "announced":
        expect(page.get_by_role("heading", name="January 15, 2027")).to_be_visible()


@pytest.mark.parametrize(("lang", "button", "direction"), [("de-CH", "Ich stimme zu", "ltr"), ("ar", "أوافق", "rtl")])
def test_it_speaks_the_language_of_the_page(opened: Any, lang: str, button: str, direction: str) -> None:
    page: Page = opened("", lang=lang)
    expect(page.get_by_role("button", name=button)).to_be_visible()
    section = page.locator("policy-notice section")
    assert section.get_attribute("dir") == direction
    assert section.get_attribute("aria-live") == "polite"
    assert section.get_attribute("aria-labelledby") == "title"
    assert page.locator("policy-notice p").first.get_attribute("lang") == "en", "words that nobody translated"


def test_a_page_can_keep_it_until_the_record_is_safe(opened: Any, site: tuple[str, Path]) -> None:
    page: Page = opened("")
    page.evaluate("document.addEventListener('policy-notice', event => event.preventDefault(), {once: true})")
    page.get_by_role("button", name="I agree").click()
    expect(page.get_by_role("button", name="I agree")).to_be_visible()
    page.evaluate(f"document.querySelector('policy-notice').setAttribute('accepted', {_current(site)['seq']})")
    expect(page.get_by_role("heading", name="what changes on January 15, 2027")).to_be_visible()


def _block(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_guide_s_sql_finds_who_must_be_asked() -> None:
    create, query = _block("sql")
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE account (id INTEGER)")
    database.executemany("INSERT INTO account VALUES (?)", [(number,) for number in range(1, 6)])
    database.execute(create)
    rows = [(1, "privacy", 3), (2, "privacy", 7), (3, "terms", 9), (4, "privacy", 2), (4, "privacy", 8)]
    for user, policy, seq in rows:
        database.execute("INSERT INTO agreement VALUES (?, ?, 'v', ?, '', 'en', '')", (user, policy, seq))
    found = database.execute(query, {"policy": "privacy", "consent_seq": 7}).fetchall()
    database.close()
    assert [user for (user,) in found] == [1, 3, 5]


def test_the_guide_s_flask_code_records_what_the_site_says_and_nothing_else(site: tuple[str, Path]) -> None:
    names: dict[str, Any] = {"__name__": "agreements"}
    (code,) = _block("python flask")
    exec(compile(code, str(GUIDE), "exec"), names)  # noqa: S102 - the guide, run as it stands
    database = sqlite3.connect(":memory:")
    database.execute(_block("sql")[0])
    app = Flask("product")
    app.secret_key = "not one"  # noqa: S105
    app.config["DATABASE"] = database
    app.config["READ_CURRENT"] = lambda: {"policies": {"privacy": _current(site)}}
    app.register_blueprint(names["agreements"])
    client = app.test_client()
    with client.session_transaction() as session:
        session["user_id"] = 7
    current = _current(site)
    edition = current["in_force"]["editions"]["en"]
    told = {"policy": "privacy", "seq": current["seq"], "sha256": edition["sha256"], "language": edition["language"]}
    assert client.post("/agreements", json=told).status_code == 204
    for wrong in ({"seq": 1}, {"sha256": "0" * 64}, {"policy": "nothing"}, {"language": "tlh"}):
        assert client.post("/agreements", json={**told, **wrong}).status_code == 409, wrong
    rows = database.execute("SELECT user_id, policy, version, seq, sha256, language FROM agreement").fetchall()
    database.close()
    assert rows == [(7, "privacy", "2026-03-01", current["seq"], edition["sha256"], "en")]


def test_the_guide_s_django_code_is_python_with_the_same_columns() -> None:
    (code,) = _block("python django")
    (model,) = [node for node in ast.parse(code).body if isinstance(node, ast.ClassDef)]
    columns = {target.id for node in model.body if isinstance(node, ast.Assign) for target in node.targets
               if isinstance(target, ast.Name)}  # fmt: skip
    table = set(re.findall(r"^  ([a-z]\w+) ", _block("sql")[0], re.MULTILINE))
    assert columns == {name.replace("user_id", "user") for name in table}


def test_each_language_of_the_site_has_its_words(tmp_path: Path) -> None:
    languages = ["en", "ar", "de", "es", "fr", "he", "ja", "pl", "pt-BR", "tr", "zh-Hans"]
    policies = PolicyRepository(tmp_path).site(languages=languages)
    policies.publish("privacy", effective="2026-05-04")
    client = create_app(compiled(policies)).test_client()
    english = client.get("/embed/en.json").get_json()
    for language in languages[1:]:
        said = client.get(f"/embed/{language}.json").get_json()
        assert said.keys() == english.keys()
        assert said["language"] == language
        same = [name for name, words in said.items() if words == english[name] and name != "direction"]
        assert same == [], language
        for name in ("changed", "announced", "consent"):
            assert "%(policy)s" in said[name]
            assert "%(day)s" in said[name]
