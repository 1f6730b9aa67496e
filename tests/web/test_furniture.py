"""What stands around a text: links to its sections, how long it is, its files, and the ways to other versions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policy_site import static_files
from policy_site.localization import load_phrases
from policy_site.pages import plan_pages
from policy_site.static_files import read_static_files, static_name
from policy_site.web.editing import with_scrollable_tables, words_of_heading
from policy_site.web.parts.text import reading_minutes
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled
from tests.web.test_answers import a_policy
from tests.web.test_web import AT, Visitor

TABLE = "<table><tr><td>x</td></tr></table>"


def test_each_heading_has_a_link_to_itself_that_is_named_after_it(tmp_path: Path) -> None:
    page = Visitor(compiled(a_policy(tmp_path), as_of=AT)).open("en/privacy/")
    links = page.all("//article//a[@class='anchor']")
    assert [(link.get("href"), link.get("aria-labelledby")) for link in links] == [
        ("#data", "data"),
        ("#rights", "rights"),
    ]
    assert [heading.get("id") for heading in page.all("//article//h2")] == ["data", "rights"]
    assert page.words("//article//h2[@id='data']") == "Data", "the name of the heading is its words"


def test_a_heading_inside_a_wrapper_stays_where_it_is(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site()
    policies.publish("privacy", effective="2025-06-01", text='<div dir="ltr">\n<h2 id="in">In</h2>\n<p>x</p>\n</div>\n')
    page = Visitor(compiled(policies, as_of=AT)).open("en/privacy/")
    assert page.all("//article//h2")
    assert page.all("//article//a[@class='anchor']") == []


def test_a_text_says_how_long_it_is_and_which_files_there_are(tmp_path: Path) -> None:
    visitor = Visitor(compiled(a_policy(tmp_path), as_of=AT))
    for address, version in (("en/privacy/", "2026-02-01"), ("en/privacy/v/2025-06-01/", "2025-06-01")):
        page = visitor.open(address)
        assert "Reading time: 1 minute" in page.words("//*[@class='furniture']")
        links = page.all("//*[@class='furniture']//a")
        assert [link.text for link in links] == ["Markdown", "Plain text", "JSON"]
        for link in links:
            assert f"/v/{version}/" in link.get("href", "")
            visitor.get(link.get("href", "").lstrip("/"))


def test_a_stale_translation_offers_the_files_of_the_text_that_is_shown(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site(languages=["en", "de"])
    policies.publish("privacy", effective="2025-06-01", text="## Data {#data}\n\n90 days.\n")
    policies.publish("privacy", effective="2025-06-01", language="de", text="## Daten {#data}\n\n90 Tage.\n")
    policies.publish("privacy", effective="2026-02-01", text="## Data {#data}\n\n60 days.\n")
    visitor = Visitor(compiled(policies, as_of=AT))
    link = visitor.open("de/privacy/").all("//*[@class='furniture']//a[@type='text/plain']")[0].get("href", "")
    assert link.endswith("/de/privacy/v/2025-06-01/index.txt")
    assert "90 Tage" in visitor.get(link.lstrip("/")).decode()


@pytest.mark.parametrize(
    ("html", "minutes"),
    [
        ("", 1),
        ("<p>one</p>", 1),
        ("<p>" + "word " * 2300 + "</p>", 10),
        ("<p>" + "word<br>" * 2300 + "</p>", 10),
        ("<p>" + "個人情報" * 1250 + "</p>", 10),
        ("<p title='a long title that nobody reads'>" + "word " * 460 + "</p>", 2),
    ],
)
def test_reading_takes_about_as_long_as_the_words_do(html: str, minutes: int) -> None:
    assert reading_minutes(html) == minutes


def test_a_version_leads_to_the_ones_around_it_and_to_all(tmp_path: Path) -> None:
    page = Visitor(compiled(a_policy(tmp_path), as_of=AT)).open("en/privacy/v/2026-02-01/")
    way = "//nav[@aria-label='Other versions']"
    assert page.attribute(f"{way}//a[@rel='prev']", "href").endswith("/v/2025-06-01/")
    assert page.attribute(f"{way}//a[@rel='next']", "href").endswith("/v/2027-01-15/")
    listed = [link.get("href", "").split("/")[-2] for link in page.all(f"{way}//details//a")]
    assert listed == ["2027-01-15", "2026-02-01", "2025-06-01"]
    assert page.attribute(f"{way}//*[@aria-current]", "href").endswith("/v/2026-02-01/")


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("data", "Unchanged from February 1, 2026 until a change applies on January 15, 2027."),
        ("rights", "Unchanged since February 1, 2026."),
    ],
)
def test_the_history_of_a_clause_says_since_when_it_is_as_it_is(tmp_path: Path, section: str, said: str) -> None:
    policies = PolicyRepository(tmp_path).site()
    text = "## Data {#data}\n\nWe keep it for 90 days.\n\n## Rights {#rights}\n\nYou can object.\n"
    for day, now in (
        ("2025-06-01", text),
        ("2026-02-01", text.replace("90", "60").replace("object", "object to it")),
        ("2027-01-15", text.replace("90", "30").replace("object", "object to it")),
    ):
        policies.publish("privacy", effective=day, text=now)
    page = Visitor(compiled(policies, as_of=AT)).open(f"en/privacy/sections/{section}/")
    assert page.words("//p[@class='standing']") == said


def test_what_changed_since_leads_on_to_the_redline_that_ends_with_the_announced_version(tmp_path: Path) -> None:
    page = Visitor(compiled(a_policy(tmp_path), as_of=AT)).open("en/privacy/since/2025-06-01/")
    links = page.all("//ul[contains(@class, 'ends')]//a")
    assert [link.get("href") for link in links] == ["#page-redline", "/en/privacy/compare/2025-06-01/2027-01-15/"]


def test_tables_are_named_after_the_section_that_they_stand_in() -> None:
    phrases = load_phrases("en")
    html = with_scrollable_tables(f'<h2 id="a">Who <em>we</em> &amp; you</h2>{TABLE}<p>x</p>{TABLE}', phrases)
    assert 'aria-label="Table in “Who we &amp; you”"' in html
    assert 'aria-label="Table 2 in “Who we &amp; you”"' in html
    assert 'aria-label="Table"' in with_scrollable_tables(TABLE, phrases)


def test_a_heading_in_a_redline_is_named_as_it_came_to_be() -> None:
    heading = '<h2>How <del><span class="visually-hidden">Deleted: </span>long</del> <ins>often</ins></h2>'
    assert words_of_heading(heading) == "How often"


def test_what_one_clicks_to_unfold_holds_no_link(tmp_path: Path) -> None:
    """A control within a control: neither a keyboard nor a screen reader can tell which of the two is meant."""
    first, second = (
        f"{words} are told in a paragraph that is long enough to be known again." for words in ("Names", "Ages")
    )
    policies = PolicyRepository(tmp_path).site()
    policies.publish("privacy", effective="2025-06-01", text=f"## Data {{#data}}\n\n{first}\n\n{second}\n\nThe end.\n")
    policies.publish("privacy", effective="2026-02-01", text=f"## Data {{#data}}\n\n{second}\n\nThe end.\n\n{first}\n")
    page = Visitor(compiled(policies, as_of=AT)).open("en/privacy/compare/2025-06-01/2026-02-01/")
    assert page.words("//*[@class='redline-moved-from']//summary") == "Show the moved words"
    assert page.all("//*[@class='redline-moved-from']//a[starts-with(@href, '#change-')]")
    assert page.all("//summary//a[@href]") == []


def test_every_page_for_people_is_reached_by_links(tmp_path: Path) -> None:
    policies = a_policy(tmp_path, policies=["privacy", "cookies"])
    policies.publish("cookies", effective="2026-02-01", text="## Use {#use}\n\nNone.\n")
    publication = compiled(policies, as_of=AT)
    visitor, reached, ways = Visitor(publication), set[str](), [""]
    while ways:
        address = ways.pop()
        if address in reached:
            continue
        reached.add(address)
        for link in visitor.open(address).all("//body//a[starts-with(@href, '/')]"):
            found = link.get("href", "").partition("#")[0].partition("?")[0].removeprefix("/")
            if found == "" or found.endswith("/"):
                ways.append(found)
    planned = {
        page.address.removesuffix("index.html") for page in plan_pages(publication) if page.address.endswith("/")
    }
    assert sorted(planned - reached) == []
    assert len(reached) > 20


def test_a_long_list_of_times_leads_to_each_year(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site()
    for year in range(2019, 2026):
        policies.publish("privacy", effective=f"{year}-03-01", text=f"## Data {{#data}}\n\nKept {year} days.\n")
    visitor = Visitor(compiled(policies, as_of=AT))
    for address in ("en/privacy/history/", "en/privacy/since/"):
        page = visitor.open(address)
        links = page.all("//nav[@aria-label='Years']//a")
        assert [link.text for link in links] == [str(year) for year in range(2025, 2018, -1)]
        assert all(page.one(f"//li[@id='{link.get('href', '')[1:]}']") is not None for link in links)


def test_the_published_style_sheet_says_what_its_source_says_without_its_comments() -> None:
    [(name, sheet)] = [(name, text) for name, text in read_static_files().items() if name.endswith(".css")]
    source = (Path(static_files.__file__).parent / "static" / "site.css").read_text(encoding="utf-8")
    assert b"/*" not in sheet
    assert sheet.count(b"{") == re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL).count("{")
    assert len(sheet) < len(source.encode())
    assert name == static_name("site.css")
