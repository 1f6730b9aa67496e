"""Pages begin with the answer: in which words, in which order, and never with the name that machines use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policy_site.errors import SettingsError
from policy_site.pages import plan_pages
from policy_site.settings import parse_settings
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled
from tests.web.test_web import AT, Visitor

TEXT = "## Data {#data}\n\nWe keep it for 90 days.\n\n## Rights {#rights}\n\nYou can object.\n"


def a_policy(folder: Path, **settings: object) -> PolicyRepository:
    """Return a policy with a version in force, one before and one announced."""
    policies = PolicyRepository(folder).site(**settings)
    for day, days in (("2025-06-01", "90"), ("2026-02-01", "60"), ("2027-01-15", "30")):
        policies.publish("privacy", effective=day, text=TEXT.replace("90", days), title="Privacy Policy")
    return policies


def test_the_text_page_says_first_what_applies_and_what_comes(tmp_path: Path) -> None:
    page = Visitor(compiled(a_policy(tmp_path), as_of=AT)).open("en/privacy/")
    first = page.all("//main//h1/following::*[contains(@class, 'banner')]")[0]
    said = " ".join("".join(str(part) for part in first.itertext()).split())
    assert said == "In force from February 1, 2026. A new version applies from January 15, 2027: see what changes."
    assert page.one("//main//*[contains(@class, 'banner')]//a").get("href") == "/en/privacy/upcoming/"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"en": "en-GB"}, "1 February 2026"),
        ({"en": "en-US"}, "February 1, 2026"),
        ({"en": "en-CA"}, "February 1, 2026"),
        ({"en": "en-ZA"}, "01 February 2026"),
    ],
)
def test_days_are_written_as_the_site_says(tmp_path: Path, days: dict[str, str], said: str) -> None:
    visitor = Visitor(compiled(a_policy(tmp_path, day_formats=days), as_of=AT))
    for place in ("", "history/", "v/2026-02-01/", "compare/2025-06-01/2026-02-01/", "changes.atom"):
        assert said in visitor.get(f"en/privacy/{place}").decode(), place


@pytest.mark.parametrize(
    ("days", "fault"),
    [
        ('{ de = "de-AT" }', "which is not one of languages"),
        ('{ en = "de-DE" }', "which is another language"),
        ('{ en = "British" }', "language tag"),
    ],
)
def test_days_of_another_language_are_refused(days: str, fault: str) -> None:
    configuration = (
        'title = "T"\nbase_url = "https://example.org/"\nlanguages = ["en"]\n'
        f'day_formats = {days}\n[[policies]]\nid = "privacy"\n'
    )
    with pytest.raises(SettingsError) as raised:
        parse_settings(configuration)
    assert any(fault in finding.message for finding in raised.value.findings)


def test_no_label_of_a_version_stands_beside_the_same_day_in_words(tmp_path: Path) -> None:
    visitor = Visitor(compiled(a_policy(tmp_path), as_of=AT))
    for place in (
        "",
        "upcoming/",
        "history/",
        "compare/",
        "compare/2025-06-01/2026-02-01/",
        "since/2025-06-01/",
        "v/2026-02-01/changes/",
        "sections/data/",
    ):
        assert not re.search(r"\d{4}-\d\d-\d\d", visitor.open(f"en/privacy/{place}").words()), place


@pytest.mark.parametrize("label", ["2.1", "final", "spring-2026", "2026-02"])
def test_a_label_that_says_more_than_the_day_is_told(tmp_path: Path, label: str) -> None:
    policies = PolicyRepository(tmp_path).site()
    policies.publish("privacy", effective="2025-06-01", text=TEXT, title="Privacy Policy")
    policies.publish(
        "privacy", effective="2026-02-01", version=label, text=TEXT.replace("90", "60"), title="Privacy Policy"
    )
    visitor = Visitor(compiled(policies, as_of=AT))
    page = visitor.open(f"en/privacy/compare/2025-06-01/{label}/")
    assert page.words("//h1") == f"Privacy Policy: June 1, 2025 → February 1, 2026 ({label})"
    assert page.words("//title").startswith(f"Privacy Policy: June 1, 2025 → February 1, 2026 ({label})")
    said = visitor.open(f"en/privacy/v/{label}/").words("//h1")
    assert said == f"Privacy Policy Version {label}, effective from February 1, 2026"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_key_points_come_first_wherever_the_text_has_them(tmp_path: Path, place: int) -> None:
    sections = ["## Data {#data}\n\n90 days.\n", "## Rights {#rights}\n\nYou can object.\n"]
    sections.insert(place, "## In short {#key-points}\n\n* We keep little.\n")
    policies = PolicyRepository(tmp_path).site()
    policies.publish("privacy", effective="2025-06-01", text="\n".join(sections))
    visitor = Visitor(compiled(policies, as_of=AT))
    for address in ("en/privacy/", "en/privacy/v/2025-06-01/"):
        page = visitor.open(address)
        assert [heading.get("id") for heading in page.all("//article//h2")] == ["key-points", "data", "rights"]
        assert page.words("//article//*[contains(@class, 'key-points')]//li") == "We keep little."


def test_the_account_names_sections_as_the_readers_translation_does(tmp_path: Path) -> None:
    """The redline is in English where one of its texts is not translated; the words around it need not be."""
    policies = PolicyRepository(tmp_path).site(languages=["en", "ar"])
    policies.publish("privacy", effective="2025-06-01", text=TEXT)
    policies.publish("privacy", effective="2026-02-01", text=f"{TEXT.replace('90', '60')}\n## New {{#new}}\n\nMore.\n")
    arabic = "## البيانات {#data}\n\n60 يومًا.\n\n## الحقوق {#rights}\n\nالاعتراض.\n"
    policies.publish("privacy", effective="2026-02-01", language="ar", text=arabic, when="2026-01-20")
    page = Visitor(compiled(policies, as_of=AT)).open("ar/privacy/v/2026-02-01/changes/")
    links = page.all("//ul[@class='changed']//a")
    assert [(link.text, link.get("lang")) for link in links] == [("البيانات", None), ("New", "en")]


STALE = re.compile(r"\bUpcoming\b|In force(?! from)|not in force|still applies|will apply|no longer in force\.$")


def test_no_page_says_what_is_wrong_once_the_announced_day_has_come(tmp_path: Path) -> None:
    """Where no build runs on that day, the words stay: they are dates, and true before and after."""
    publication = compiled(a_policy(tmp_path), as_of=AT)
    visitor, read = Visitor(publication), 0
    for page in plan_pages(publication):
        if page.address.endswith("/") and page.parameters.get("version") != "2025-06-01":
            said = visitor.open(page.address).words()
            assert STALE.search(said) is None, (page.address, STALE.search(said))
            read += 1
    assert read > 15
