"""The sample site as a visitor meets it: in Debian's Chromium, with scripts switched off."""

from __future__ import annotations

import functools
import http.server
import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request

from policy_site.localization import load_phrases
from policy_site.pages import PageKind
from tests.support.browsing import QuietHandler, browser, has_failed

__all__ = ["browser"]  # a fixture is found by its name in the module

ROOT = Path(__file__).parents[2]
_COMMAND = (sys.executable, "-m", "policy_site", "build", "--quiet", "--ref", "HEAD", "--as-of", "2026-12-01")
LANGUAGES = tuple(tomllib.loads((ROOT / "content" / "site.toml").read_text(encoding="utf-8"))["languages"])
INTERFACES = {"en", *(catalogue.name for catalogue in (ROOT / "translations").iterdir() if catalogue.is_dir())}
JOURNEYS = tuple(locale for locale in ("de", "ar", "ja") if locale in LANGUAGES)
"""Languages in which the whole way is gone: one that runs as English does, one from right to left, one in signs."""
KINDS = (
    "{locale}/",
    "{locale}/privacy/",
    "{locale}/privacy/upcoming/",
    "{locale}/privacy/history/",
    "{locale}/privacy/v/2026-02-01/",
    "{locale}/privacy/v/2026-02-01/changes/",
    "{locale}/privacy/compare/",
    "{locale}/cookies/compare/2025-03-15/2026-05-01/",
    "{locale}/cookies/compare/2025-03-15/2026-05-01/side-by-side/",
    "{locale}/privacy/since/",
    "{locale}/privacy/since/2024-12-01/",
    "{locale}/privacy/sections/retention/",
)
PAGES = [
    (kind, locale)
    for kind in KINDS
    for locale in LANGUAGES
    if locale in ("en", "de", "tr", "ar") or "/compare/2" not in kind
]
"""A redline is there in the languages that have both texts."""

VISITED_APART = {PageKind.LANGUAGES, PageKind.NOT_FOUND, PageKind.REVISION, PageKind.MOVED}
"""Without a language in their address, of some translations only, or there for nobody to stay."""


def test_every_kind_of_page_that_people_read_is_visited() -> None:
    patterns = {kind: re.sub(r"\{(?!locale)\w+\}", "[^/]+", kind.pattern).replace("{", r"\{") for kind in PageKind}
    visited = {kind for kind, pattern in patterns.items() for address in KINDS if re.fullmatch(pattern, address)}
    read = {kind for kind in PageKind if kind.is_for_people}
    assert read - visited == VISITED_APART, "name a page of the kind in KINDS"


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the sample site on loopback, below a sub-path."""
    folder = tmp_path_factory.mktemp("served")
    configuration = (ROOT / "content" / "site.toml").read_text(encoding="utf-8")
    with _Server(("127.0.0.1", 0), functools.partial(QuietHandler, directory=str(folder))) as server:
        base = f"http://127.0.0.1:{server.server_port}/legal/"
        sample = folder / "site.toml"
        sample.write_text(
            configuration.replace("https://policies.symphonyroute.com/", base).replace(
                "[content]", '[content]\nfolder = "content"', 1
            ),
            encoding="utf-8",
        )
        subprocess.run(
            [*_COMMAND, "--config", str(sample), "--repository", str(ROOT), "--output", str(folder / "legal")],
            check=True,
            env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")},
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield base
        server.shutdown()


class Visit:
    """A page without scripts that keeps account of everything that should not happen."""

    def __init__(self, browser: Browser, address: str, *, width: int = 1280, dark: bool = False) -> None:
        self.context = browser.new_context(
            java_script_enabled=False,
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
        )
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.address = address
        self.page.on("console", self._note_message)
        self.page.on("request", self._note_request)
        self.page.on("requestfailed", self._note_failure)

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith(self.address):
            self.faults.append(f"third party: {request.url}")

    def _note_failure(self, request: Request) -> None:
        if has_failed(request):
            self.faults.append(f"failed: {request.url} ({request.failure})")

    def open(self, path: str) -> Page:
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.ok, path
        return self.page


def spoken_in(text: Locator) -> tuple[str, str]:
    """Return the language and the direction of a passage, which it may have from the page around it."""
    language = text.evaluate("element => element.closest('[lang]').lang")
    return str(language), str(text.evaluate("element => getComputedStyle(element).direction"))


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Return a visitor with a desktop screen."""
    visitor = Visit(browser, address)
    yield visitor
    assert visitor.faults == []
    visitor.context.close()


@pytest.mark.parametrize(("kind", "locale"), PAGES)
def test_every_kind_of_page_speaks_the_readers_language(visit: Visit, kind: str, locale: str) -> None:
    page = visit.open(kind.format(locale=locale))
    root = page.locator("html")
    assert root.get_attribute("lang") == (locale if locale in INTERFACES else "en")
    assert (root.get_attribute("dir") or "ltr") == ("rtl" if locale == "ar" else "ltr")
    assert page.locator("h1").count() == 1
    assert page.title()
    policy = page.locator('meta[http-equiv="Content-Security-Policy"]').get_attribute("content") or ""
    assert "default-src 'none'" in policy
    assert page.locator("[style], style, [onclick]").count() == 0
    assert page.locator('link[rel="alternate"][type="application/atom+xml"]').count() >= 1


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_visitor_walks_from_the_landing_page_to_a_redline(visit: Visit, locale: str) -> None:
    page = visit.open("")
    page.locator(f'main a[hreflang="{locale}"]').first.click()
    assert page.url.endswith(f"/{locale}/")
    page.locator(f'main a[href$="/{locale}/privacy/"]').first.click()
    page.locator(f'a[href$="/{locale}/privacy/history/"]').first.click()
    page.locator(f'main a[href*="/{locale}/privacy/v/2026-02-01/"]').first.click()
    assert page.url.endswith(f"/{locale}/privacy/v/2026-02-01/")
    page.locator('main a[href*="/privacy/compare/2025-06-01/2026-02-01/"]').first.click()
    there = locale if locale in ("en", "de", "tr") else "en"
    assert f"/{there}/privacy/compare/2025-06-01/2026-02-01/" in page.url
    assert page.locator("del").count() > 0
    assert page.locator("ins").count() > 0
    for other in LANGUAGES:
        link = page.locator(f'.languages a[hreflang="{other}"]').first
        assert f"/{other}/privacy/" in (link.get_attribute("href") or "")


@pytest.mark.parametrize("locale", JOURNEYS)
def test_a_journey_in_one_language_stays_in_it(visit: Visit, locale: str) -> None:
    phrases = load_phrases(locale)
    page = visit.open("?choose=language")

    def follow(selector: str, says: str) -> None:
        """Go on, and see that the next page is in the language, runs its way and says so in its own words."""
        page.locator(selector).first.click()
        assert f"/{locale}/" in page.url
        root = page.locator("html")
        assert root.get_attribute("lang") == locale
        assert root.get_attribute("dir") == phrases.language.direction
        assert page.evaluate("getComputedStyle(document.querySelector('main')).direction") == phrases.language.direction
        assert phrases.gettext(says) != says, "the phrase is translated"
        assert phrases.gettext(says) in page.locator("body").inner_text(), page.url
        for other in LANGUAGES:
            kept = page.url.replace(f"/{locale}/", f"/{other}/").partition("#")[0]
            assert page.locator(f'.languages a[hreflang="{other}"]').evaluate("link => link.href") == kept

    follow(f'main h2 > a[hreflang="{locale}"]', "Policies")
    follow(f'main a[href$="/{locale}/privacy/"]', "All versions")
    follow(f'main a[href$="/{locale}/privacy/history/"]', "Which version applied on a given day?")
    follow(f'main a[href$="/{locale}/privacy/since/2024-12-01/"]', "All versions")
    feed = page.locator(f'footer a[href$="/{locale}/privacy/notices.atom"]').first
    assert phrases.gettext("Subscribe to updates") in page.locator("footer").inner_text()
    content = page.request.get(feed.evaluate("link => link.href")).text()
    assert f'xml:lang="{locale}"' in content
    switched = page.locator('.languages a[hreflang="en"]').first
    switched.click()
    assert "/en/privacy/since/2024-12-01/" in page.url
    page.locator("a.choose").click()
    assert page.url.endswith("/legal/?choose=language")


def press(page: Page, link: str, *, at_most: int = 40) -> None:
    """Go with the keyboard to the first link that ``link`` finds, see that one sees it, and follow it."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if page.evaluate("link => document.activeElement.matches(link)", link):
            assert page.locator(":focus").evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"{at_most} times Tab do not lead to {link}")


@pytest.mark.parametrize("locale", JOURNEYS)
def test_by_keyboard_what_applies_now(visit: Visit, locale: str) -> None:
    page = visit.open("?choose=language")
    press(page, f'main h2 > a[hreflang="{locale}"]')
    press(page, f'main a[href$="/{locale}/privacy/"]')
    said = page.locator("main .banner").first.inner_text()
    assert load_phrases(locale).date_in_words(date(2026, 2, 1)) in said
    place = page.locator("main .banner").first.bounding_box()
    assert place is not None
    assert place["y"] + place["height"] < 800, "on the first screen"
    assert visit.faults == []


@pytest.mark.parametrize("locale", JOURNEYS)
def test_by_keyboard_what_changed_since_the_reader_agreed_in_spring_2025(visit: Visit, locale: str) -> None:
    phrases = load_phrases(locale)
    page = visit.open(f"{locale}/privacy/")
    press(page, f'main a[href$="/{locale}/privacy/since/"]')
    row = page.locator("main .rows a", has_text=phrases.date_in_words(date(2024, 12, 1)))
    assert phrases.date_in_words(date(2025, 5, 31)) in row.inner_text(), "the row says the days of spring"
    press(page, f'main a[href="{row.get_attribute("href")}"]')
    told = page.locator("main h2").all_inner_texts()
    days = [phrases.date_in_words(day) for day in (date(2027, 1, 15), date(2026, 2, 1), date(2025, 6, 1))]
    assert [day for heading in told for day in days if day in heading] == days, "each change, the newest first"
    assert page.locator("main ins").count() > 0
    assert visit.faults == []


@pytest.mark.parametrize("locale", JOURNEYS)
def test_by_keyboard_which_text_applied_on_10_january_2025(visit: Visit, locale: str) -> None:
    phrases = load_phrases(locale)
    page = visit.open(f"{locale}/privacy/")
    press(page, f'main a[href$="/{locale}/privacy/history/"]')
    rows = page.locator("main .rows > li").evaluate_all(
        "rows => rows.map(row => [row.dataset.first, row.dataset.last, row.querySelector('a').getAttribute('href')])"
    )
    [answer] = [href for first, last, href in rows if first <= "2025-01-10" and (not last or last >= "2025-01-10")]
    assert phrases.date_in_words(date(2024, 12, 1)) in page.locator(f'main h3 a[href="{answer}"]').inner_text()
    press(page, f'main a[href="{answer}"]')
    assert "/privacy/v/2024-12-01/" in page.url
    assert page.locator("main .banner.standing-superseded").count() == 1
    assert page.locator("article.text").count() == 1
    assert visit.faults == []


@pytest.mark.parametrize("locale", JOURNEYS)
def test_the_text_begins_on_the_first_screen_of_a_phone(browser: Browser, address: str, locale: str) -> None:
    visit = Visit(browser, address, width=390)
    top = "element => element.getBoundingClientRect().top"
    # the line that says that the site is a sample stands on samples only
    ribbon = "() => document.querySelector('.ribbon').getBoundingClientRect().height + 8"
    page = visit.open(f"{locale}/privacy/")
    assert page.locator("#page-text").evaluate(top) - page.evaluate(ribbon) <= 500
    visit.context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_a_redline_begins_on_the_first_screen(browser: Browser, address: str, width: int) -> None:
    visit = Visit(browser, address, width=width)
    page = visit.open("de/privacy/compare/2025-06-01/2026-02-01/")
    assert page.locator("#page-redline").evaluate("element => element.getBoundingClientRect().top") < 700
    visit.context.close()


@pytest.mark.parametrize(
    ("speaks", "led_to"),
    [("de-AT", "de/"), ("ar-EG", "ar/"), ("en-GB", "en/"), ("fi-FI", ""), ("tr", "tr/")],
)
def test_the_first_page_leads_on_to_the_readers_language(
    browser: Browser, address: str, speaks: str, led_to: str
) -> None:
    context = browser.new_context(locale=speaks)
    page = context.new_page()
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_url(address + led_to)
    if led_to:
        page.locator("a.choose").click()
        page.wait_for_load_state("networkidle")
        assert page.url == f"{address}?choose=language", "who comes to choose is let choose"
        assert page.locator("main h2 > a").count() == len(LANGUAGES)
        page.go_back()
        page.go_back()
        assert page.url == "about:blank", "the way back does not lead on again"
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize(("kind", "locale"), [page for page in PAGES if page[1] in ("de", "ar", "ja")])
def test_nothing_is_wider_than_a_small_phone(browser: Browser, address: str, kind: str, locale: str) -> None:
    visitor = Visit(browser, address, width=320, dark=True)
    page = visitor.open(kind.format(locale=locale))
    box = page.locator("html").evaluate("element => [element.scrollWidth, element.clientWidth]")
    assert box[0] <= box[1], box
    assert visitor.faults == []
    visitor.context.close()


@pytest.mark.parametrize(
    ("place", "whole"),
    [("de/cookies/", "td code"), ("ar/cookies/", "td code"), ("ja/privacy/history/", ".rows time")],
)
def test_names_and_days_in_tables_are_not_broken_on_a_small_phone(
    browser: Browser, address: str, place: str, whole: str
) -> None:
    visitor = Visit(browser, address, width=320)
    lines = visitor.open(place).locator(whole).evaluate_all("found => found.map(one => one.getClientRects().length)")
    assert lines
    assert set(lines) == {1}
    visitor.context.close()


def test_the_site_says_that_its_history_is_a_sample(visit: Visit) -> None:
    assert "sample" in visit.open("en/").locator("body").inner_text().lower()


def test_an_old_version_cannot_be_mistaken_for_the_present_one(visit: Visit) -> None:
    page = visit.open("en/privacy/v/2024-12-01/")
    assert page.locator('meta[name="robots"]').get_attribute("content") == "noindex"
    assert page.locator('main a[href$="/en/privacy/"]').count() >= 1
    assert "1 June 2025" in page.locator("main").inner_text() or "June 1, 2025" in page.locator("main").inner_text()


@pytest.mark.parametrize("locale", ["ar", "ja"])
def test_a_text_that_nobody_translated_says_so_on_top_and_is_marked_as_english(visit: Visit, locale: str) -> None:
    page = visit.open(f"{locale}/privacy/upcoming/")
    assert page.locator("main .fidelity-missing").is_visible()
    assert spoken_in(page.locator("#page-text")) == ("en", "ltr")


@pytest.mark.parametrize("locale", [locale for locale in LANGUAGES if locale != "en"])
@pytest.mark.parametrize("policy", ["privacy", "cookies"])
def test_what_applies_now_is_translated_into_every_language_of_the_sample(
    visit: Visit, policy: str, locale: str
) -> None:
    page = visit.open(f"{locale}/{policy}/")
    assert page.locator("main .fidelity-missing, main .fidelity-behind").count() == 0
    assert spoken_in(page.locator("main .text")) == (locale, "rtl" if locale == "ar" else "ltr")


def test_the_links_from_change_to_change_appear_when_they_are_wanted(visit: Visit) -> None:
    page = visit.open("en/privacy/compare/2024-12-01/2026-02-01/")
    assert page.locator(".redline-links:visible").count() == 0
    page.locator("a.first").click()
    page.keyboard.press("Tab")
    assert page.url.endswith("#change-1")
    assert page.evaluate("document.activeElement.textContent") == "Next change"
    page.keyboard.press("Enter")
    assert page.url.endswith("#change-2")


def test_in_arabic_what_is_deleted_stands_to_the_right_of_what_replaces_it(visit: Visit) -> None:
    page = visit.open("ar/privacy/since/2024-12-01/")
    right, left = page.evaluate(
        """() => {
          const text = document.createElement("p");
          text.lang = "ar";
          text.dir = "rtl";
          text.innerHTML = "خلال <del>72</del><ins>24</ins> ساعة";
          document.querySelector(".redline").append(text);
          return ["del", "ins"].map((name) => text.querySelector(name).getBoundingClientRect().x);
        }"""
    )
    assert right > left, "two numbers beside each other are not one number"


def test_two_columns_stand_beside_each_other_and_below_each_other_on_a_phone(browser: Browser, address: str) -> None:
    for width, beside in ((1280, True), (320, False)):
        visitor = Visit(browser, address, width=width)
        page = visitor.open("en/privacy/compare/2024-12-01/2026-02-01/side-by-side/")
        row = page.locator(".row:not(.same):has(del):has(ins)").first
        old, new = (row.locator(f'[data-side="{side}"]').bounding_box() for side in ("old", "new"))
        assert old is not None
        assert new is not None
        assert (old["y"] == new["y"]) is beside
        visitor.context.close()


def test_pages_print(visit: Visit) -> None:
    visit.open("en/privacy/compare/2024-12-01/2026-02-01/")
    assert visit.page.pdf()[:5] == b"%PDF-"


def test_an_unknown_address_is_answered_in_the_site(visit: Visit) -> None:
    page = visit.open("404.html")
    assert page.locator('a[href$="/legal/"]').count() >= 1
