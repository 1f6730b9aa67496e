"""The plan of the site: which pages there are, where each lands, and what is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_site.errors import PublishingError
from policy_site.pages import Page, PageKind, make_page, plan_pages, section_address
from policy_site.publication import Publication
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled
from tests.web.test_web import Visitor

TEXT = "## Data {#data}\n\nWe keep it for 90 days.\n\n## Rights {#rights}\n\nYou can object.\n"
IN_FORCE = ("2024-03-01", "2024-12-01", "2025-06-01")


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    """Two languages, one policy with three old versions, one in force and one upcoming."""
    policies = PolicyRepository(tmp_path_factory.mktemp("plan")).site(languages=["en", "de"])
    for number, day in enumerate((*IN_FORCE, "2027-01-15")):
        policies.publish("privacy", effective=day, text=TEXT.replace("90", str(90 - number)), title="Privacy Policy")
    policies.publish(
        "privacy", effective="2025-06-01", text=TEXT, language="de", title="Datenschutz", when="2025-06-01"
    )
    return compiled(policies, as_of=datetime(2026, 12, 24, tzinfo=UTC))


def test_every_promised_address_is_planned_in_every_language(publication: Publication) -> None:
    planned = {page.address for page in plan_pages(publication)}
    for locale in ("en", "de"):
        assert {
            f"{locale}/",
            f"{locale}/changes.atom",
            f"{locale}/notices.json",
            f"{locale}/privacy/",
            f"{locale}/privacy/upcoming/",
            f"{locale}/privacy/history/",
            f"{locale}/privacy/changes.json",
            f"{locale}/privacy/notices.atom",
            f"{locale}/privacy/v/2024-03-01/changes/",
            f"{locale}/privacy/since/2024-03-01/",
            f"{locale}/privacy/sections/data/",
            f"{locale}/privacy/v/2025-06-01/",
            f"{locale}/privacy/v/2025-06-01/index.md",
            f"{locale}/privacy/v/2025-06-01/index.txt",
            f"{locale}/privacy/v/2025-06-01/index.json",
        } <= planned
    assert {
        "en/privacy/v/2024-03-01/",
        "en/privacy/compare/2024-03-01/2024-12-01/",
        "en/privacy/compare/2024-03-01/2025-06-01/",
        "en/privacy/compare/2025-06-01/2027-01-15/",
        "en/privacy/compare/2025-06-01/2027-01-15/side-by-side/",
    } <= planned
    assert {
        "",
        "404.html",
        "_headers",
        "changes/v1/feed.json",
        "changes/v1/events/000001.json",
        "current.json",
        "robots.txt",
        "schemas/change-feed/1.0.json",
        "schemas/redline/1.0.json",
        "sitemap.xml",
    } <= planned


def test_no_page_repeats_in_a_language_what_another_one_holds(publication: Publication) -> None:
    planned = {page.address for page in plan_pages(publication)}
    assert not {address for address in planned if address.startswith(("de/privacy/v/2024", "de/privacy/v/2027"))} - {
        f"de/privacy/v/{day}/changes/" for day in ("2024-03-01", "2024-12-01", "2027-01-15")
    }
    assert not {address for address in planned if address.startswith("de/privacy/compare/2")}, "one text is not enough"


def test_no_page_is_planned_that_is_not_an_address_of_the_design(publication: Publication) -> None:
    for page in plan_pages(publication):
        assert page.address == page.kind.pattern.format(**page.parameters)


def test_nothing_is_compared_with_a_later_version_the_wrong_way_round(publication: Publication) -> None:
    for page in plan_pages(publication):
        if page.kind is PageKind.COMPARE:
            assert page.parameters["older"] < page.parameters["version"]


def test_the_version_in_force_has_nothing_that_changed_since(publication: Publication) -> None:
    since = {page.parameters["older"] for page in plan_pages(publication) if page.kind is PageKind.SINCE}
    assert since == {"2024-03-01", "2024-12-01"}


def test_a_page_is_a_folder_and_a_file_is_itself() -> None:
    assert make_page(PageKind.POLICY, locale="en", policy="privacy").file == "en/privacy/index.html"
    assert make_page(PageKind.LANGUAGES).file == "index.html"
    assert make_page(PageKind.CURRENT).file == "current.json"


def test_the_plan_is_the_same_each_time_and_in_order(publication: Publication) -> None:
    pages = plan_pages(publication)
    assert pages == plan_pages(publication)
    assert [page.address for page in pages] == sorted(page.address for page in pages)


def test_static_files_are_named_after_what_they_hold(publication: Publication) -> None:
    names = [page.parameters["name"] for page in plan_pages(publication) if page.kind is PageKind.STATIC]
    assert any(re.fullmatch(r"site\.[0-9a-f]{10}\.css", name) for name in names)


def _month(number: int) -> str:
    return f"{2024 + number // 12}-{number % 12 + 1:02}-01"


def _release(policies: PolicyRepository, number: int, significance: str = "minor", **more: Any) -> None:
    text = TEXT.replace("90", str(number + 90))
    policies.publish("privacy", effective=_month(number), text=text, significance=significance, **more)


def _addresses(policies: PolicyRepository, as_of: str, *kinds: PageKind) -> set[str]:
    publication = compiled(policies, as_of=datetime.fromisoformat(f"{as_of}T12:00:00+00:00"))
    planned = plan_pages(publication)
    addresses = {page.address for page in planned}
    for event in publication.events:
        if event.previous_version is not None:
            assert f"en/{event.policy}/compare/{event.previous_version}/{event.version}/" in addresses, event
    return {page.address for page in planned if not kinds or page.kind in kinds}


def test_every_address_of_a_site_still_answers_after_each_of_twenty_releases(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site()
    for number in range(4):
        _release(policies, number)
    before: set[str] = set()
    for number in range(4, 24):
        _release(policies, number, "significant" if number % 9 == 0 else "minor")
        if number in {4, 11, 12, 13, 14, 18, 23}:
            after = _addresses(policies, _month(number))
            assert before - after == set(), f"once {number + 1} versions are there"
            before = {address for address in after if not address.startswith("static/")}
    assert {f"en/privacy/since/{_month(number)}/" for number in range(23)} <= before


def test_redlines_that_were_public_stay_when_what_came_between_changes(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site()
    for number in (*range(13), 14, 15):
        _release(policies, number, "significant" if number == 14 else "minor")
    stages = [_addresses(policies, _month(15), PageKind.COMPARE)]

    note = policies.content / f"privacy/releases/{_month(14)}.md"
    lowered = note.read_text(encoding="utf-8").replace("significance: significant", "significance: minor")
    policies.write(f"content/privacy/releases/{_month(14)}.md", lowered).commit(when="2025-04-02")
    stages.append(_addresses(policies, "2025-04-02", PageKind.COMPARE))

    _release(policies, 17)
    stages.append(_addresses(policies, "2025-05-10", PageKind.COMPARE))

    policies.publish(
        "privacy", effective=_month(16), published="2025-05-12", significance="minor", text=TEXT.replace("90", "16")
    )
    stages.append(_addresses(policies, "2025-05-13", PageKind.COMPARE))

    note = policies.content / f"privacy/releases/{_month(16)}.md"
    withdrawn = note.read_text(encoding="utf-8").replace("---\n", "---\nwithdrawn: 2025-05-20\n", 1)
    policies.write(f"content/privacy/releases/{_month(16)}.md", withdrawn).commit(when="2025-05-20")
    stages.append(_addresses(policies, "2025-07-01", PageKind.COMPARE))

    for before, after in pairwise(stages):
        assert before <= after
    assert f"en/privacy/compare/{_month(0)}/{_month(14)}/" in stages[-1], "people were told of it"
    assert {f"en/privacy/compare/{_month(15)}/{_month(17)}/", f"en/privacy/compare/{_month(16)}/{_month(17)}/"} <= (
        stages[-1]
    ), "neighbours, before another came between and since"


def test_redlines_grow_by_one_with_each_version_that_nobody_is_told_of(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site()
    for number in range(16):
        _release(policies, number)
    counts = [len(_addresses(policies, _month(number), PageKind.COMPARE)) for number in (11, 12, 13)]
    assert counts == [66 + 1, 66 + 2, 66 + 3], "of each instant the version that is announced, too"
    pairs = _addresses(policies, _month(15), PageKind.COMPARE)
    assert f"en/privacy/compare/{_month(0)}/{_month(11)}/" in pairs
    assert f"en/privacy/compare/{_month(0)}/{_month(12)}/" not in pairs


def test_what_changed_since_stands_for_itself_where_no_other_page_holds_the_redline(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site(languages=["en", "de"])
    for number in range(14):
        _release(policies, number)
    visit = Visitor(compiled(policies, as_of=datetime(2025, 2, 2, tzinfo=UTC)))
    own = f"https://example.org/en/privacy/since/{_month(0)}/"
    for locale, oldest, canonical in (
        ("en", _month(0), own),
        ("de", _month(0), own),
        ("en", _month(12), f"https://example.org/en/privacy/compare/{_month(12)}/{_month(13)}/"),
        ("de", _month(12), f"https://example.org/en/privacy/compare/{_month(12)}/{_month(13)}/"),
    ):
        page = visit.open(f"{locale}/privacy/since/{oldest}/")
        assert page.attribute("//link[@rel='canonical']", "href") == canonical
    version = visit.open(f"en/privacy/v/{_month(0)}/")
    assert version.all(f"//a[@href='/en/privacy/since/{_month(0)}/']")


def test_two_names_that_differ_only_in_case_are_refused(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site()
    policies.publish("privacy", effective="2024-03-01", version="final", text=TEXT)
    policies.publish("privacy", effective="2025-03-01", version="Final", text=f"{TEXT}\nMore.\n")
    with pytest.raises(PublishingError, match="fall into one file"):
        plan_pages(compiled(policies))


def test_a_policy_named_like_a_feed_is_refused(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site(policies=["changes.atom"])
    policies.publish("changes.atom", effective="2024-03-01", text=TEXT)
    with pytest.raises(PublishingError, match="fall into one file"):
        plan_pages(compiled(policies))


@given(st.text(min_size=1, max_size=300))
def test_any_id_of_a_section_makes_a_safe_part_of_an_address(section_id: str) -> None:
    part = section_address(section_id)
    page: Page = make_page(PageKind.SECTION, locale="en", policy="privacy", section=part)
    assert part not in ("", ".", "..")
    assert page.file.count("/") == 4
    assert len(part.encode()) <= 255
    assert not set(part) & set('/\\\0%?#"<>| ')
    assert section_address(part) == part or "~" in part


def test_ids_that_differ_only_in_case_share_their_page() -> None:
    assert section_address("Your-Rights") == section_address("your-rights") == "your-rights"


def test_different_ids_have_different_pages() -> None:
    ids = ["data", "data-", "data/", "..", "~", "数据", "x" * 200, "x" * 201]
    assert len({section_address(own) for own in ids}) == len(ids)


def test_the_sections_that_changed_first_keep_their_pages_where_not_all_may_have_one(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site(content={"section_histories": 2})
    for day, words in (("2024-03-01", "abc"), ("2025-03-01", "abX"), ("2026-03-01", "YZX")):
        text = "".join(f"## S{number} {{#s{number}}}\n\n{word}.\n\n" for number, word in enumerate(words))
        policies.publish("privacy", effective=day, text=text)
    pages = plan_pages(compiled(policies))
    sections = {page.parameters["section"] for page in pages if page.kind is PageKind.SECTION}
    assert sections == {"s2", "s0"}, "s2 changed first; s1 is one too many"
