"""Any two versions of a policy with many, chosen in Debian's Chromium, below a sub-path."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from collections.abc import Iterator

import html5lib
import pytest
from playwright.sync_api import Browser, Page, expect

from policy_site import redlines
from policy_site.localization import load_phrases
from policy_site.publication import Publication
from policy_site.publishing.site import freeze_site
from policy_site.redlines import html as redline_html
from policy_site.web.redline_phrases import redline_phrases
from policy_site.web.texts import Texts
from tests.support.browsing import QuietHandler, browser, has_failed
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

__all__ = ["browser"]  # a fixture is found by its name in the module

_TEXT = """## What we keep {{#keep}}

We keep *your* data for {days} days. See [the law](https://example.com/{days}) & <more>.

## Whom to ask {{#ask}}

| Matter | Who |
|--------|-----|
| Data   | office {days} |

Write to us. This paragraph is the same in every version.

## Contact {{#contact}}

Nothing changes here.
"""
MONTHS = [f"{2024 + month // 12}-{month % 12 + 1:02}-01" for month in range(14)]


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    """Fourteen versions, two of them in Arabic too."""
    policies = PolicyRepository(tmp_path_factory.mktemp("policies")).site(
        base_url="https://example.org/legal/", languages=["en", "de", "ar"]
    )
    for number, day in enumerate(MONTHS):
        text = _TEXT.format(days=30 + number)
        policies.publish("privacy", effective=day, text=text, significance="minor")
        if number in (0, 2):
            translated = text.replace("We keep", "نحتفظ")
            policies.publish("privacy", effective=day, text=translated, language="ar", significance="minor")
    return compiled(policies)


@pytest.fixture(scope="module")
def address(publication: Publication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the site on loopback."""
    folder = tmp_path_factory.mktemp("served")
    freeze_site(publication, folder / "legal")
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/legal/"
        server.shutdown()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Return a page with scripts that tolerates no message and no request to others."""
    context = browser.new_context(viewport={"width": 320, "height": 800})
    opened = context.new_page()
    faults: list[str] = []
    opened.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("requestfailed", lambda request: faults.append(f"failed: {request.url}") if has_failed(request) else None)
    opened.on("request", lambda request: faults.append(request.url) if not request.url.startswith(address) else None)
    yield opened
    context.close()
    assert faults == []


def choose(page: Page, older: str, newer: str) -> None:
    page.locator("select[name=from]").select_option(older)
    page.locator("select[name=to]").select_option(newer)
    expect(page.locator(".result .redline")).to_be_visible()


def test_two_versions_without_a_page_are_compared(page: Page, address: str) -> None:
    page.goto(f"{address}en/privacy/compare/")
    choose(page, MONTHS[1], MONTHS[12])
    assert page.locator(f'a[data-from="{MONTHS[1]}"][data-to="{MONTHS[12]}"]').count() == 0
    assert page.locator(".result .redline del").all_inner_texts() != []
    assert "31" in page.locator(".result .redline del").first.inner_text()
    assert "42" in page.locator(".result .redline ins").first.inner_text()
    assert page.locator(".result details.unchanged summary").inner_text().startswith("Contact")
    assert page.locator(".result .changed li").count() == 2
    box = page.locator("html").evaluate("element => [element.scrollWidth, element.clientWidth]")
    assert box[0] <= box[1], box


def test_it_marks_what_a_built_page_would_mark(page: Page, address: str, publication: Publication) -> None:
    page.goto(f"{address}en/privacy/compare/")
    choose(page, MONTHS[3], MONTHS[9])
    shown = page.locator("#page-redline").evaluate("element => element.outerHTML")
    policy = publication.policy("privacy")
    texts_shown = Texts(publication)
    texts = [texts_shown.document(policy.version(label).editions["en"]) for label in (MONTHS[3], MONTHS[9])]
    assert texts[0] is not None
    assert texts[1] is not None
    redline = redlines.weigh(redlines.compare(texts[0], texts[1]), locale="en")
    built = redline_html.render(redline, redline_phrases(load_phrases("en")))
    assert _marks(shown) == _marks(built)


def _marks(html: str) -> list[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """Return every change in the order of the page: what it is, its words, its attributes."""
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    return [
        (element.tag, "".join(element.itertext()), tuple(sorted(element.attrib.items())))
        for element in tree.iter()
        if element.tag in ("ins", "del", "a", "td") or element.get("data-redline")
    ]


def test_the_address_keeps_the_choice(page: Page, address: str) -> None:
    page.goto(f"{address}en/privacy/compare/")
    choose(page, MONTHS[1], MONTHS[5])
    first = page.url
    assert first.endswith(f"#from={MONTHS[1]}&to={MONTHS[5]}")
    choose(page, MONTHS[2], MONTHS[7])
    page.go_back()
    page.go_back()
    expect(page.locator("select[name=to]")).to_have_value(MONTHS[5])
    expect(page.locator(".result .redline ins").first).to_contain_text("35")
    page.goto("about:blank")
    page.goto(f"{first}&at=change-2")
    expect(page.locator(".result .redline :target")).to_have_id("change-2")
    expect(page).to_have_url(f"{first}&at=change-2")


def test_the_older_version_is_the_one_that_changes(page: Page, address: str) -> None:
    page.goto(f"{address}en/privacy/compare/#from={MONTHS[0]}&to={MONTHS[0]}")
    expect(page.get_by_role("status")).to_have_text("Choose two different versions.")
    page.locator("select[name=from]").select_option(MONTHS[4])
    expect(page.locator("select[name=from]")).to_have_value(MONTHS[0])
    expect(page.locator("select[name=to]")).to_have_value(MONTHS[4])


def test_readers_get_their_language_or_the_authoritative_one(page: Page, address: str) -> None:
    page.goto(f"{address}ar/privacy/compare/")
    choose(page, MONTHS[0], MONTHS[2])
    expect(page.locator("#page-redline")).to_have_attribute("lang", "ar")
    expect(page.locator("#page-redline")).to_contain_text("نحتفظ")
    choose(page, MONTHS[0], MONTHS[6])
    expect(page.locator("#page-redline")).to_have_attribute("lang", "en")
    expect(page.locator(".result .fidelity-missing")).to_be_visible()


def test_without_scripts_the_page_lists_what_was_built(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}de/privacy/history/")
    page.locator('main a[href$="/de/privacy/compare/"]').click()
    assert page.locator("select").count() == 0
    links = page.locator("main a[data-from]")
    assert links.count() == 66 + 2, "every two of the first twelve, and each later one with its neighbour"
    links.first.click()
    assert re.search(r"/(?:de|en)/privacy/compare/[\d-]+/[\d-]+/$", page.url)
    context.close()
