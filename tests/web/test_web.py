"""The pages as a visitor's browser gets them, all of them, from the application itself."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote, urljoin, urlsplit

import html5lib
import pytest
from flask.testing import FlaskClient
from lxml import etree

from policy_site.model import Policy, Version
from policy_site.pages import PageKind, plan_pages
from policy_site.publication import Publication
from policy_site.web import create_app
from policy_site.web.site import make_site
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

AT = datetime(2026, 12, 24, tzinfo=UTC)
BASE = "/legal/"
TEXT = (
    "## Data {#data}\n\nWe keep it for 90 days. See [our cookies](../cookies/en.md#use).\n\n"
    "## Rights {#rights}\n\nYou can object, see [data](#data).\n"
)
COOKIES = "## Use {#use}\n\nWe set {count} cookies.\n"


@dataclass(frozen=True)
class Document:
    """A page of HTML, taken apart as a browser does."""

    text: str
    tree: etree._Element

    @classmethod
    def parse(cls, text: str) -> Document:
        return cls(text, html5lib.parse(text, treebuilder="lxml", namespaceHTMLElements=False).getroot())

    def all(self, path: str) -> list[etree._Element]:
        found = self.tree.xpath(path)
        assert isinstance(found, list)
        return [element for element in found if isinstance(element, etree._Element)]

    def one(self, path: str) -> etree._Element:
        found = self.all(path)
        assert len(found) == 1, f"{len(found)} × {path}"
        return found[0]

    def words(self, path: str = "//main") -> str:
        text = " ".join("".join(str(part) for part in element.itertext()) for element in self.all(path))
        return " ".join(text.split())

    def attribute(self, path: str, name: str) -> str:
        return str(self.one(path).get(name, ""))

    @property
    def is_indexed(self) -> bool:
        return not self.all("//meta[@name='robots'][contains(@content, 'noindex')]")


class Visitor:
    """Asks the application for pages, below the site's sub-path."""

    def __init__(self, publication: Publication) -> None:
        self.publication = publication
        self.client: FlaskClient = create_app(publication).test_client()

    def get(self, address: str, *, status: int = 200) -> bytes:
        answer = self.client.get(f"/{address}")
        assert answer.status_code == status, address
        return bytes(answer.data)

    def open(self, address: str) -> Document:
        return Document.parse(self.get(address).decode())


def with_privacy_history(policies: PolicyRepository) -> PolicyRepository:
    policies.publish("privacy", effective="2024-03-01", text=TEXT.replace("90", "180"), title="Privacy Policy")
    policies.publish("privacy", effective="2024-12-01", text=TEXT, title="Privacy Policy")
    policies.publish(
        "privacy", effective="2024-12-01", text=TEXT, language="de", title="Datenschutz", when="2024-11-20"
    )
    policies.publish("privacy", effective="2025-06-01", text=TEXT.replace("90", "60"), title="Privacy Policy")
    policies.publish("privacy", effective="2027-02-01", text=TEXT.replace("90", "30"), title="Privacy Policy")
    return policies


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Visitor:
    """English in full, German one version behind, Arabic not there at all; Japanese without an interface."""
    policies = PolicyRepository(tmp_path_factory.mktemp("web")).site(
        base_url=f"https://example.org{BASE}", languages=["en", "de", "ar", "ko"], policies=["privacy", "cookies"]
    )
    policies.publish("cookies", effective="2024-03-01", text=COOKIES.replace("{count}", "two"), title="Cookies")
    with_privacy_history(policies)
    return Visitor(compiled(policies, as_of=AT))


@pytest.fixture(scope="module")
def pages(visitor: Visitor) -> Mapping[str, Document]:
    """Every page of HTML by its address."""
    return {
        page.address: visitor.open(page.address)
        for page in plan_pages(visitor.publication)
        if page.file.endswith(".html")
    }


def test_every_planned_page_answers_with_its_media_type(visitor: Visitor) -> None:
    types = {".html": "text/html", ".json": "application/json", ".atom": "application/atom+xml", ".css": "text/css"}
    for page in plan_pages(visitor.publication):
        answer = visitor.client.get(f"/{page.address}")
        assert answer.status_code == 200, page.address
        assert answer.mimetype == types.get(Path(page.file).suffix, answer.mimetype), page.address


def test_every_link_leads_to_a_page_and_every_anchor_to_a_place(
    visitor: Visitor, pages: Mapping[str, Document]
) -> None:
    planned = {page.address for page in plan_pages(visitor.publication)}
    ids = {address: {str(element.get("id")) for element in page.all("//*[@id]")} for address, page in pages.items()}
    for address, page in pages.items():
        for element in page.all("//a[@href] | //link[@href][@rel != 'schema.DCTERMS']"):
            target = urlsplit(urljoin(f"https://example.org{BASE}{address}", str(element.get("href"))))
            assert target.netloc == "example.org", (address, target)
            assert target.path.startswith(BASE), (address, target)
            path = unquote(target.path.removeprefix(BASE))
            assert path in planned, (address, path)
            if target.fragment:
                assert unquote(target.fragment) in ids[path], (address, target.geturl())


def test_every_page_is_sound_html_without_anything_to_run(pages: Mapping[str, Document]) -> None:
    for address, page in pages.items():
        html5lib.HTMLParser(strict=True).parse(page.text)
        ids = [str(element.get("id")) for element in page.all("//*[@id]")]
        assert len(ids) == len(set(ids)), address
        assert len(page.all("//h1")) == 1, address
        assert not page.all("//style | //*[@style] | //iframe | //form"), address
        assert _scripts(page) == (["page.mjs"] if _may_run(address) else []), address
        assert not [name for element in page.all("//*") for name in element.attrib if str(name).startswith("on")], (
            address
        )
        assert page.attribute("//html", "lang"), address
        assert page.words("//title"), address


def _may_run(address: str) -> bool:
    """Say whether a page has a script: the choice of a language, of a day, of two versions."""
    return not address or address.endswith(("/compare/", "/history/", "/since/"))


def _scripts(page: Document) -> list[str]:
    """Return the names of the site's own modules that a page runs; beside data there must be no other script."""
    scripts = page.all("//script[not(@type='application/ld+json')]")
    assert all(script.get("type") == "module" and not script.text for script in scripts)
    assert all(str(script.get("src")).startswith(f"{BASE}static/modules.") for script in scripts)
    return [str(script.get("src")).rpartition("/")[2] for script in scripts]


def test_every_page_forbids_everything_but_its_own_style_sheet(pages: Mapping[str, Document]) -> None:
    for address, page in pages.items():
        policy = page.attribute("//meta[@http-equiv='Content-Security-Policy']", "content")
        assert "default-src 'none'" in policy
        assert "style-src 'self'" in policy
        assert ("script-src 'self'" in policy) == _may_run(address), address
        assert "script-src" not in policy.replace("script-src 'self'", "", 1)
        assert "unsafe" not in policy


def test_no_page_speaks_the_language_of_the_one_before(visitor: Visitor) -> None:
    addresses = [page.address for page in plan_pages(visitor.publication) if page.file.endswith(".html")]
    forwards = {address: visitor.get(address) for address in addresses}
    fresh = Visitor(visitor.publication)
    backwards = {address: fresh.get(address) for address in reversed(addresses)}
    assert forwards == backwards


def test_switching_the_language_keeps_the_page(pages: Mapping[str, Document]) -> None:
    page = pages["en/privacy/v/2024-12-01/changes/"]
    choices = {
        str(link.get("hreflang")): str(link.get("href")) for link in page.all("//nav[@class='languages']//a[@hreflang]")
    }
    assert choices == {locale: f"{BASE}{locale}/privacy/v/2024-12-01/changes/" for locale in ("en", "de", "ar", "ko")}


def test_an_old_version_cannot_be_mistaken_for_the_present_one(pages: Mapping[str, Document]) -> None:
    page = pages["en/privacy/v/2024-03-01/"]
    banner = page.words("//main//*[contains(@class, 'banner')]")
    assert "no longer in force" in banner
    assert "March 1, 2024" in banner
    assert "December 1, 2024" in banner
    assert page.all(f"//main//*[contains(@class, 'banner')]//a[@href='{BASE}en/privacy/']")
    assert not page.is_indexed


def test_the_version_in_force_says_so_and_names_the_next(pages: Mapping[str, Document]) -> None:
    page = pages["en/privacy/v/2025-06-01/"]
    banner = page.words("//main//*[contains(@class, 'banner')]")
    assert "In force from June 1, 2025. A new version applies from February 1, 2027: see what changes." in banner
    assert "February 1, 2027" in banner
    assert page.is_indexed
    assert page.attribute("//link[@rel='canonical']", "href") == f"https://example.org{BASE}en/privacy/"


def test_an_upcoming_version_shows_what_changes_and_when(pages: Mapping[str, Document]) -> None:
    page = pages["en/privacy/upcoming/"]
    assert "A new version applies from February 1, 2027" in page.words()
    assert page.words("//h1") == "Privacy Policy: what changes on February 1, 2027"
    assert "You can close your account." in page.words()
    assert "30 days" in page.words("//article")
    assert page.all("//ul[@class='changed']//a")
    assert "No new version has been announced." in pages["en/cookies/upcoming/"].words()


def test_a_translation_that_lags_says_so_and_links_what_changed(pages: Mapping[str, Document]) -> None:
    page = pages["de/privacy/"]
    note = page.words("//main//*[contains(@class, 'fidelity-behind')]")
    assert "1. Dezember 2024" in note
    assert "2024-12-01" not in note, "no label beside the same day in words"
    redline = page.one(f"//main//a[@href='{BASE}en/privacy/compare/2024-12-01/2025-06-01/'][span]")
    words = "".join(str(text) for text in redline.itertext())
    assert redline.get("hreflang") == "en"
    assert words.endswith(" (Englisch)"), words
    assert page.all(f"//main//a[@href='{BASE}en/privacy/']")
    assert page.is_indexed


def test_a_text_without_translation_is_shown_in_its_own_language(pages: Mapping[str, Document]) -> None:
    page = pages["ar/privacy/"]
    assert (page.attribute("//html", "lang"), page.attribute("//html", "dir")) == ("ar", "rtl")
    assert (page.attribute("//article", "lang"), page.attribute("//article", "dir")) == ("en", "ltr")
    assert "لا توجد ترجمة" in page.words()
    assert not page.is_indexed
    assert page.attribute("//link[@rel='canonical']", "href") == f"https://example.org{BASE}en/privacy/"


def test_a_language_without_an_interface_gets_english_phrases_marked_as_english(pages: Mapping[str, Document]) -> None:
    page = pages["ko/privacy/history/"]
    assert page.attribute("//html", "lang") == "en"
    assert "Which version applied on a given day?" in page.words()


def test_translations_name_each_other_and_nothing_that_is_none(pages: Mapping[str, Document]) -> None:
    def alternates(address: str) -> dict[str, str]:
        links = pages[address].all("//link[@rel='alternate'][@hreflang]")
        return {str(link.get("hreflang")): str(link.get("href")) for link in links}

    english, german = alternates("en/privacy/"), alternates("de/privacy/")
    assert english == german
    assert set(english) == {"en", "de", "x-default"}
    assert alternates("ar/privacy/") == {}


def test_every_page_of_a_policy_tells_where_its_feeds_are(visitor: Visitor, pages: Mapping[str, Document]) -> None:
    page = pages["de/privacy/history/"]
    feeds = [str(link.get("href")) for link in page.all("//link[@rel='alternate'][@type]")]
    assert feeds == [
        f"{BASE}de/privacy/{name}" for name in ("changes.atom", "changes.json", "notices.atom", "notices.json")
    ]
    feed = json.loads(visitor.get("de/privacy/changes.json"))
    assert feed["feed_url"] == f"https://example.org{BASE}de/privacy/changes.json"
    assert feed["items"]
    assert etree.fromstring(visitor.get("ar/changes.atom")).get("{http://www.w3.org/XML/1998/namespace}lang") == "ar"


def test_the_history_says_which_text_applied_on_a_day(pages: Mapping[str, Document]) -> None:
    rows = [
        " ".join("".join(str(text) for text in row.itertext()).split())
        for row in pages["en/privacy/history/"].all("//main//ol[@class='rows']/li/h3")
    ]
    assert rows == [
        "from February 1, 2027",
        "June 1, 2025 to January 31, 2027",
        "December 1, 2024 to May 31, 2025",
        "March 1, 2024 to November 30, 2024",
    ]


def test_readers_find_what_changed_since_the_day_on_which_they_agreed(pages: Mapping[str, Document]) -> None:
    page = pages["en/privacy/since/"]
    rows = page.all("//main//ol[@class='rows']/li")
    days = [(row.get("data-first"), row.get("data-last")) for row in rows]
    assert days[1:] == [("2024-12-01", "2025-05-31"), ("2024-03-01", "2024-11-30")]
    assert "A new version applies from February 1, 2027" in page.words("//main//li[1]")
    assert [link.get("href") for link in page.all("//main//li/a[@data-answer]")] == [
        f"{BASE}en/privacy/since/{label}/" for label in ("2024-12-01", "2024-03-01")
    ]
    since = pages["en/privacy/since/2024-03-01/"]
    accounts = [since.words(f"(//section[@class='account-of'])[{place}]/h2") for place in (1, 2, 3)]
    assert [said.split(" Sig")[0] for said in accounts] == [
        "What changes on February 1, 2027",
        "What changed on June 1, 2025",
        "What changed on December 1, 2024",
    ]


def test_the_three_questions_take_two_steps_at_most(pages: Mapping[str, Document]) -> None:
    def leads(address: str, to: str) -> bool:
        return bool(pages[address].all(f"//main//a[@href='{BASE}{to}']"))

    for locale in ("en", "de", "ar"):
        start = f"{locale}/privacy/"
        assert pages[start].all("//main//p[@class='banner-lead']"), "what applies now is answered at once"
        assert leads(start, f"{start}since/")
        assert leads(f"{start}since/", f"{start}since/2024-12-01/")
        assert leads(start, f"{start}history/")
        there = start if locale != "ar" else "en/privacy/"  # nothing of it is in Arabic
        assert leads(f"{start}history/", f"{there}v/2024-12-01/")


def test_the_history_tells_the_day_a_text_applied_from_the_day_it_was_shown(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site()
    policies.publish("privacy", effective="2024-03-01", text=TEXT)
    policies.publish("privacy", effective="2024-06-01", published="2024-07-01", text=TEXT.replace("90", "60"))
    page = Visitor(compiled(policies, as_of=AT)).open("en/privacy/history/")
    assert "March 1, 2024 to May 31, 2024" in page.words("//main//ol[@class='rows']")
    assert "June 30, 2024" in page.words("//table")


def test_the_account_of_a_change_fits_on_one_screen(pages: Mapping[str, Document]) -> None:
    page = pages["en/privacy/v/2025-06-01/changes/"]
    words = page.words()
    for said in (
        "Significant change",
        "June 1, 2025",
        "45 days before",
        "We changed this policy.",
        "1 section differs",
    ):
        assert said in words
    link = page.one("//ul[@class='changed']//a")
    assert link.get("href") == f"{BASE}en/privacy/compare/2024-12-01/2025-06-01/#page-section-data"


def test_a_redline_shows_what_went_and_what_came(pages: Mapping[str, Document]) -> None:
    page = pages["en/privacy/compare/2024-03-01/2025-06-01/"]
    assert "180" in page.words("//main//div[contains(@class, 'redline')]//del")
    assert "60" in page.words("//main//div[contains(@class, 'redline')]//ins")
    assert "You can object" in page.words("//details[@class='unchanged']")


def test_a_section_without_changes_shows_its_heading_and_folds_the_rest(pages: Mapping[str, Document]) -> None:
    page = pages["en/privacy/compare/2024-03-01/2025-06-01/"]
    assert page.words("//details[@class='unchanged']/summary/h2") == "Rights"
    assert not page.all("//details[@class='unchanged'][@open]")
    assert not page.all("//summary//a")


def test_a_redline_begins_with_what_changed(pages: Mapping[str, Document]) -> None:
    page = pages["en/privacy/compare/2024-03-01/2025-06-01/"]
    summary = page.words("//section[@class='summary']")
    assert "1 section differs" in summary
    assert "1 word added · 1 word removed" in page.words("//header[@class='page']")
    assert page.words("//h1") == "Privacy Policy: March 1, 2024 → June 1, 2025"
    assert [link.get("href") for link in page.all("//section[@class='summary']//ul[@class='changed']//a")] == [
        "#page-section-data",
        "#change-1",
    ]
    assert page.one("//*[@id='change-1']") is not None
    assert page.attribute("//a[@class='first']", "href") == "#change-1"


def test_versions_far_apart_offer_the_steps_between_them(pages: Mapping[str, Document]) -> None:
    far, near = (pages[f"en/privacy/compare/2024-03-01/{newer}/"] for newer in ("2025-06-01", "2024-12-01"))
    assert [link.get("href") for link in far.all("//nav[@class='between']//a")] == [
        f"{BASE}en/privacy/compare/2024-03-01/2024-12-01/",
        f"{BASE}en/privacy/compare/2024-12-01/2025-06-01/",
    ]
    assert not near.all("//nav[@class='between']")


def test_the_same_redline_is_there_in_two_columns(pages: Mapping[str, Document]) -> None:
    address = "en/privacy/compare/2024-03-01/2025-06-01/"
    inline, columns = pages[address], pages[f"{address}side-by-side/"]
    assert f"{BASE}{address}side-by-side/" in [link.get("href") for link in inline.all("//nav[@class='layouts']//a")]
    assert f"{BASE}{address}" in [link.get("href") for link in columns.all("//nav[@class='layouts']//a")]
    assert "180" in columns.words("//*[@data-side='old']//del")
    assert "60" in columns.words("//*[@data-side='new']//ins")
    assert not columns.is_indexed
    assert columns.attribute("//link[@rel='canonical']", "href").endswith(f"/{address}")
    assert columns.words("//section[@class='summary']") == inline.words("//section[@class='summary']")
    changes = [
        [element.get("id") for element in page.all("//*[starts-with(@id, 'change-')]")] for page in (inline, columns)
    ]
    assert changes[0] == changes[1]


def test_defined_terms_that_came_changed_or_went_are_listed(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site()
    old = "## Terms {#terms}\n\n“Log” means a record.\n\n“Peer” means an operator.\n"
    new = "## Terms {#terms}\n\n“Log” means a record of requests.\n\n“Token” means a secret.\n"
    policies.publish("privacy", effective="2024-03-01", text=old)
    policies.publish("privacy", effective="2024-12-01", text=new)
    page = Visitor(compiled(policies, as_of=AT)).open("en/privacy/compare/2024-03-01/2024-12-01/")
    assert page.words("//ul[@class='changed terms']") == "New Token Changed Log No longer defined Peer"
    assert {link.get("href") for link in page.all("//ul[@class='changed terms']//a")} == {"#page-section-terms"}


def test_the_shape_of_a_redline_in_json_is_published(visitor: Visitor) -> None:
    schema = json.loads(visitor.get("schemas/redline/1.0.json"))
    assert schema["$id"] == f"https://example.org{BASE}schemas/redline/1.0.json"


def test_what_changed_since_i_agreed_is_the_redline_against_the_text_in_force(pages: Mapping[str, Document]) -> None:
    since, compare = pages["en/privacy/since/2024-03-01/"], pages["en/privacy/compare/2024-03-01/2025-06-01/"]
    path = "//div[contains(@class, 'redline')]"
    assert since.words(path) == compare.words(path)
    assert since.attribute("//link[@rel='canonical']", "href").endswith("/en/privacy/compare/2024-03-01/2025-06-01/")


def test_the_history_of_a_clause_shows_each_change_newest_first(pages: Mapping[str, Document]) -> None:
    page = pages["en/privacy/sections/data/"]
    assert re.findall(r"\w+ \d+, \d{4}", page.words("//main//h2")) == [
        "February 1, 2027",
        "June 1, 2025",
        "December 1, 2024",
    ]
    assert "en/privacy/sections/rights/" not in pages, "it never changed"


def test_links_between_the_files_of_two_policies_lead_to_their_pages(pages: Mapping[str, Document]) -> None:
    assert pages["en/privacy/"].all(f"//article//a[@href='{BASE}en/cookies/#use']")


def test_links_in_the_words_of_a_note_lead_into_the_version(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site()
    policies.publish("privacy", effective="2024-03-01", text=TEXT, words={"summary": "See [your data](#data)."})
    page = Visitor(compiled(policies, as_of=AT)).open("en/privacy/v/2024-03-01/changes/")
    assert page.one("//section[@class='words']//a").get("href") == "/en/privacy/v/2024-03-01/#data"


def test_what_authors_write_is_text_and_never_markup(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>"
    policies = PolicyRepository(tmp_path).site(title=f"Title {hostile}", publisher=f"By {hostile}")
    text = f"## Heading {hostile} {{#data}}\n\n<img src=x onerror=alert(1)> {hostile}\n"
    words = {"summary": f"[here](javascript:alert(1)) {hostile}"}
    for day in ("2024-03-01", "2025-03-01"):
        policies.publish("privacy", effective=day, text=text.replace("x", day), title=f"'{hostile}'", words=words)
    site = Visitor(compiled(policies, as_of=AT))
    for page in plan_pages(site.publication):
        if page.file.endswith(".html"):
            document = site.open(page.address)
            scripts = [script for script in document.all("//script") if not script.get("src")]
            assert all(json.loads(script.text or "")["@type"] == "DigitalDocument" for script in scripts), page.address
            assert len(scripts) <= 1, page.address
            assert "javascript:" not in "".join(str(a.get("href")) for a in document.all("//a")), page.address
            assert not document.all("//*[@onerror]"), page.address


def test_a_policy_that_is_not_in_force_yet_says_so(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site()
    policies.publish("privacy", effective="2027-01-15", text=TEXT)
    site = Visitor(compiled(policies, as_of=AT))
    page = site.open("en/privacy/")
    assert "No version is in force yet." in page.words()
    assert "January 15, 2027" in page.words()
    assert not page.all("//article")
    assert "This version applies from January 15, 2027." in site.open("en/privacy/v/2027-01-15/").words()


def test_a_withdrawn_version_keeps_its_page_and_says_so(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site()
    policies.publish("privacy", effective="2024-03-01", text=TEXT)
    policies.publish("privacy", effective="2026-03-01", text=TEXT.replace("90", "9"), facts={"withdrawn": "2026-02-01"})
    site = Visitor(compiled(policies, as_of=AT))
    assert "withdrawn and never applied" in site.open("en/privacy/v/2026-03-01/").words()
    assert "90 days" in site.open("en/privacy/").words("//article")


def test_a_text_that_this_copy_of_the_history_lacks_is_missed_out_loud(visitor: Visitor) -> None:
    site = Visitor(without_text(visitor.publication, "2024-03-01"))
    page = site.open("en/privacy/v/2024-03-01/")
    assert "The text of this version is not available here." in page.words()
    assert "Fetch the rest." in page.words("//body")
    site.get("en/privacy/compare/2024-03-01/2024-12-01/", status=404)
    for planned in plan_pages(site.publication):
        site.get(planned.address)


def test_an_address_that_is_not_planned_gets_a_helpful_page(visitor: Visitor) -> None:
    for address in ("en/nothing/", "xx/", "en/privacy/v/1999-01-01/", "en/privacy/compare/2024-12-01/2024-03-01/"):
        page = Document.parse(visitor.get(address, status=404).decode())
        assert "Page not found" in page.words()
        assert "Seite nicht gefunden" in page.words()
        assert page.all(f"//a[@href='{BASE}de/']")


def test_the_application_is_mounted_where_its_links_lead(visitor: Visitor) -> None:
    client = create_app(visitor.publication).test_client()
    bare = {"base_url": "http://localhost/"}
    assert client.get(f"{BASE}en/privacy/", **bare).data == visitor.get("en/privacy/")
    assert client.get("/", **bare).headers["Location"] == BASE
    assert client.get(f"{BASE}en/privacy", **bare).status_code == 308


def test_search_engines_are_told_of_present_pages_only(visitor: Visitor, pages: Mapping[str, Document]) -> None:
    root = etree.fromstring(visitor.get("sitemap.xml"))
    places = [str(place.text) for place in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert f"https://example.org{BASE}en/privacy/" in places
    assert len(places) == len(set(places))
    for place in places:
        assert pages[place.removeprefix(f"https://example.org{BASE}")].is_indexed, place
    assert f"https://example.org{BASE}sitemap.xml" in visitor.get("robots.txt").decode()


def test_static_hosts_are_told_headers_that_a_page_cannot_say(visitor: Visitor) -> None:
    headers = visitor.get("_headers").decode()
    assert "frame-ancestors 'none'" in headers
    assert f"{BASE}:locale/:policy/changes.atom\n  Content-Type: application/atom+xml" in headers
    assert f"{BASE}changes/v1/:file\n  Access-Control-Allow-Origin: *" in headers


def test_versions_leave_as_markdown_text_and_json(visitor: Visitor) -> None:
    assert b"90 days" in visitor.get("de/privacy/v/2024-12-01/index.md")
    assert "Fassung: 2024-12-01" in visitor.get("de/privacy/v/2024-12-01/index.txt").decode()
    for name in ("", "index.md", "index.txt", "index.json"):
        assert visitor.client.get(f"/ar/privacy/v/2024-12-01/{name}").status_code == 404, "it was never translated"


def test_no_date_of_the_build_is_in_a_page(visitor: Visitor) -> None:
    later = Visitor(replace(visitor.publication, as_of=datetime(2026, 12, 30, tzinfo=UTC)))
    for page in plan_pages(visitor.publication):
        assert later.get(page.address) == visitor.get(page.address), page.address


def test_a_link_that_is_not_planned_is_a_defect_and_not_a_dead_link(visitor: Visitor) -> None:
    site = make_site(visitor.publication)
    with pytest.raises(LookupError):
        site.link(PageKind.POLICY, locale="en", policy="nothing")


def without_text(publication: Publication, label: str) -> Publication:
    """Return the publication as a shallow clone would know it: one version without its text."""

    def shortened(policy: Policy) -> Policy:
        return replace(policy, versions=tuple(emptied(version) for version in policy.versions))

    def emptied(version: Version) -> Version:
        return replace(version, editions=MappingProxyType({})) if version.label == label else version

    policies = tuple(shortened(policy) if policy.id == "privacy" else policy for policy in publication.policies)
    return replace(publication, policies=policies, is_complete=False, incompleteness="Fetch the rest.")
