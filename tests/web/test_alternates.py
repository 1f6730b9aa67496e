"""What search engines are told of languages: over a whole built site, pages and sitemap say the same of each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree, html

from policy_site.publishing.site import freeze_site
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

BASE = "https://example.org/legal/"
LANGUAGES = ("en", "de", "pt-BR", "zh-Hans", "ar", "tlh")
_XHTML = "{http://www.w3.org/1999/xhtml}"
_SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@dataclass(frozen=True, slots=True)
class Read:
    """What one page says of itself."""

    alternates: Mapping[str, str]
    """Addresses by hreflang."""
    canonical: str
    is_indexed: bool
    lang: str
    switch: Mapping[str, str]
    """Links of the language switch by hreflang."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a site where each language has another part of the texts, and one language has no interface."""
    policies = PolicyRepository(tmp_path_factory.mktemp("policies")).site(
        base_url=BASE, languages=list(LANGUAGES), policies=["privacy", "cookies"]
    )
    text = "## Data {#data}\n\nWe keep it for %s days.\n"
    for day, number in (("2024-03-01", 30), ("2025-03-01", 60), ("2027-01-15", 90)):
        policies.publish("privacy", effective=day, text=text % number, published="2024-01-15")
        for language in {30: ("de", "ar", "pt-BR"), 60: ("de", "zh-Hans"), 90: ("de",)}[number]:
            policies.publish("privacy", effective=day, text=text % number, language=language, when="2025-01-20")
    policies.publish("cookies", effective="2024-03-01", text=text % 1)
    policies.publish("cookies", effective="2024-03-01", text=text % 1, language="tlh", when="2025-01-20")
    folder = tmp_path_factory.mktemp("site") / "legal"
    freeze_site(compiled(policies), folder)
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Read]:
    """Read every page by its address."""
    found = {}
    for file in sorted(site.rglob("*.html")):
        address = BASE + re.sub(r"index\.html$", "", file.relative_to(site).as_posix())
        found[address] = _read(html.parse(str(file)).getroot())
    return found


def test_pages_point_at_each_other_in_every_language(pages: Mapping[str, Read]) -> None:
    told = {address: page for address, page in pages.items() if page.alternates}
    assert len(told) > 20
    for address, page in told.items():
        assert "x-default" in page.alternates, address
        for language, other in page.alternates.items():
            assert other in pages, f"{address} names {other}, which is not there"
            assert pages[other].alternates == page.alternates, f"{other} does not say of itself what {address} says"
            assert pages[other].is_indexed, other
            assert pages[other].canonical == other
            if language != "x-default":
                assert other.removeprefix(BASE).partition("/")[0] == language
        assert address in page.alternates.values(), address


def test_only_real_translations_are_named(pages: Mapping[str, Read]) -> None:
    assert set(pages[f"{BASE}en/privacy/"].alternates) == {"en", "de", "pt-BR", "zh-Hans", "ar", "x-default"}
    assert set(pages[f"{BASE}en/privacy/upcoming/"].alternates) == {"en", "de", "x-default"}
    assert set(pages[f"{BASE}en/cookies/"].alternates) == {"en", "tlh", "x-default"}
    assert "tlh" not in pages[f"{BASE}en/privacy/history/"].alternates, "its interface is in English"
    assert pages[f"{BASE}en/privacy/"].alternates["x-default"] == f"{BASE}en/privacy/"
    assert pages[f"{BASE}de/"].alternates["x-default"] == BASE


def test_the_sitemap_says_what_the_pages_say(site: Path, pages: Mapping[str, Read]) -> None:
    listed = {}
    for entry in etree.parse(str(site / "sitemap.xml")).getroot():
        address = entry.findtext(f"{_SITEMAP}loc") or ""
        listed[address] = {link.get("hreflang"): link.get("href") for link in entry.iter(f"{_XHTML}link")}
    own = {address: page.alternates for address, page in pages.items() if page.is_indexed and page.canonical == address}
    assert listed == own


def test_a_page_in_another_language_is_not_indexed_and_names_its_source(pages: Mapping[str, Read]) -> None:
    for path in ("pt-BR/cookies/", "ar/privacy/upcoming/", "tlh/", "tlh/privacy/history/"):
        page = pages[BASE + path]
        assert not page.is_indexed, path
        assert page.alternates == {}
        assert page.canonical == re.sub(r"/legal/[^/]+/", "/legal/en/", BASE + path), path
    in_force = pages[f"{BASE}zh-Hans/privacy/v/2025-03-01/"]
    assert (in_force.is_indexed, in_force.canonical) == (True, f"{BASE}zh-Hans/privacy/")
    assert pages[f"{BASE}ar/privacy/since/2024-03-01/"].canonical == f"{BASE}en/privacy/compare/2024-03-01/2025-03-01/"


def test_the_language_switch_stays_on_the_page(pages: Mapping[str, Read]) -> None:
    for address, page in pages.items():
        locale, _, rest = address.removeprefix(BASE).partition("/")
        if locale in LANGUAGES:
            assert page.switch[locale] == f"/legal/{locale}/{rest}", address
            for other, link in page.switch.items():
                instead = link if f"{BASE}{other}/{rest}" not in pages else f"/legal/{other}/{rest}"
                assert link == instead, address
                assert link.startswith(f"/legal/{other}/"), address
                assert f"https://example.org{link}" in pages, address


def test_tags_stand_in_pages_as_they_were_given(pages: Mapping[str, Read]) -> None:
    assert pages[f"{BASE}pt-BR/privacy/"].switch["zh-Hans"] == "/legal/zh-Hans/privacy/"
    assert {page.lang for page in pages.values()} <= {*LANGUAGES, "en"}
    assert pages[f"{BASE}tlh/privacy/"].lang == "en", "no interface speaks it"


def _read(root: html.HtmlElement) -> Read:
    head = {link.get("hreflang"): link.get("href") for link in root.findall("head/link[@hreflang]")}
    robots = root.find("head/meta[@name='robots']")
    canonical = root.find("head/link[@rel='canonical']")
    assert canonical is not None
    switch = root.xpath("//nav[@class='languages']//a[@hreflang]")
    return Read(
        alternates=head,
        canonical=canonical.get("href"),
        is_indexed=robots is None,
        lang=root.get("lang"),
        switch={link.get("hreflang"): link.get("href") for link in switch},
    )
