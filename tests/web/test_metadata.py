"""What programs are told of a page agrees with what it is: relations, dates, JSON-LD, TimeMap and sitemap."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html

from policy_site.pages import PageKind, plan_pages
from policy_site.web import create_app
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

BASE = "https://example.org/legal/"
HOSTILE = 'Privacy </script><!-- <script> & "quoted" notice'
VERSIONS = ("2024-03-01", "2025-03-01", "2026-03-01", "2027-01-15")
TEXT = "## Data {#data}\n\nWe keep it for %s days.\n"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Return a site with a version ahead, a translation that lags, and titles that would break a script."""
    policies = PolicyRepository(tmp_path_factory.mktemp("metadata")).site(
        base_url=BASE, languages=["en", "de"], policies=["privacy", "terms"], time_zone="Europe/Istanbul"
    )
    for number, day in enumerate(VERSIONS):
        policies.publish("privacy", effective=day, text=TEXT % number, title=HOSTILE, published="2024-01-15")
    policies.publish("privacy", effective="2024-03-01", text=TEXT % 0, title="Datenschutz", language="de",
                     when="2024-04-01")  # fmt: skip
    policies.publish("terms", effective="2025-03-01", text=TEXT % 1)
    return create_app(compiled(policies)).test_client()


def _page(client: FlaskClient, address: str) -> html.HtmlElement:
    answer = client.get(f"/{address}")
    assert answer.status_code == 200, address
    return html.fromstring(answer.get_data())


def _relations(page: html.HtmlElement) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for link in page.iterfind(".//link"):
        found.setdefault(str(link.get("rel")), []).append(str(link.get("href")))
    return found


def _data(page: html.HtmlElement) -> dict[str, Any]:
    (script,) = page.findall(".//script[@type='application/ld+json']")
    found: dict[str, Any] = json.loads(script.text or "")
    return found


def _dates(page: html.HtmlElement) -> dict[str, str]:
    metas = page.iterfind(".//meta")
    return {str(meta.get("name")): str(meta.get("content")) for meta in metas if "DCTERMS" in meta.get("name", "")}


def test_versions_lead_to_one_another_and_to_the_text_in_force(client: FlaskClient) -> None:
    leads = {day: _relations(_page(client, f"en/privacy/v/{day}/")) for day in VERSIONS}
    for older, newer in pairwise(VERSIONS):
        assert leads[older]["successor-version"] == [f"/legal/en/privacy/v/{newer}/"]
        assert leads[newer]["predecessor-version"] == [f"/legal/en/privacy/v/{older}/"]
    assert "predecessor-version" not in leads[VERSIONS[0]]
    assert "successor-version" not in leads[VERSIONS[-1]]
    for found in leads.values():
        assert found["latest-version"] == found["original"] == ["/legal/en/privacy/"]
        assert found["version-history"] == ["/legal/en/privacy/history/"]
        assert found["timemap"] == ["/legal/en/privacy/timemap.link"]
    present = _relations(_page(client, "en/privacy/"))
    assert "latest-version" not in present
    assert present["predecessor-version"] == ["/legal/en/privacy/v/2025-03-01/"]


@pytest.mark.parametrize("address", ["", "en/", "de/privacy/history/", "en/terms/history/", "404.html"])
def test_every_page_leads_to_the_privacy_policy_and_the_terms(client: FlaskClient, address: str) -> None:
    found = _relations(html.fromstring(client.get(f"/{address}").get_data()))
    locale = "de" if address.startswith("de") else "en"
    assert found["privacy-policy"] == [f"/legal/{locale}/privacy/"]
    assert found["terms-of-service"] == [f"/legal/{locale}/terms/"]


@pytest.mark.parametrize(
    ("policy", "relation", "named"),
    [
        ("cookies", "privacy-policy", ["/en/cookies/"]),
        ("privacy-notice", None, ["/en/privacy-notice/"]),
        ("privacy", "none", []),
        ("cookies", None, []),
    ],
)
def test_a_policy_is_to_the_site_what_its_settings_say(
    tmp_path_factory: pytest.TempPathFactory, policy: str, relation: str | None, named: list[str]
) -> None:
    said = {"id": policy, **({"relation": relation} if relation else {})}
    policies = PolicyRepository(tmp_path_factory.mktemp("relation")).site(policies=[said])
    policies.publish(policy, effective="2026-05-04")
    client = create_app(compiled(policies)).test_client()
    assert _relations(_page(client, "en/")).get("privacy-policy", []) == named


def test_a_title_cannot_leave_the_data(client: FlaskClient) -> None:
    source = client.get("/en/privacy/v/2026-03-01/").get_data(as_text=True)
    assert source.count("</script>") == 1
    data = _data(html.fromstring(source))
    assert data["name"] == " ".join(HOSTILE.split())
    assert data["@type"] == "DigitalDocument"


def test_data_says_what_the_page_is(client: FlaskClient) -> None:
    data = _data(_page(client, "en/privacy/v/2025-03-01/"))
    assert data["@id"] == data["url"] == f"{BASE}en/privacy/v/2025-03-01/"
    assert (data["version"], data["datePublished"]) == ("2025-03-01", "2024-01-15")
    assert data["temporalCoverage"] == "2025-03-01/2026-02-28"
    assert data["isBasedOn"] == f"{BASE}en/privacy/v/2024-03-01/"
    assert data["inLanguage"] == "en"
    present = _data(_page(client, "de/privacy/"))
    assert present["url"] == f"{BASE}de/privacy/"
    assert present["@id"] == f"{BASE}en/privacy/v/2026-03-01/", "its permanent page is in English alone"
    assert present["inLanguage"] == "en", "German readers of a text that is in English alone"
    assert present["temporalCoverage"].startswith("2026-03-01/")
    ahead = _data(_page(client, "en/privacy/upcoming/"))
    assert ahead["version"] == "2027-01-15"
    translated = _data(_page(client, "de/privacy/v/2024-03-01/"))
    assert translated["inLanguage"] == "de"
    assert translated["translationOfWork"] == {"@id": f"{BASE}en/privacy/v/2024-03-01/"}


def test_digests_are_those_of_the_files(client: FlaskClient) -> None:
    for address in ("en/privacy/", "en/privacy/v/2024-03-01/", "de/privacy/v/2024-03-01/", "de/privacy/upcoming/"):
        encodings = _data(_page(client, address))["encoding"]
        assert [encoding["encodingFormat"] for encoding in encodings] == [
            "text/markdown",
            "text/plain",
            "application/json",
        ]
        for encoding in encodings:
            content = client.get(encoding["contentUrl"].removeprefix(BASE[:-1])).get_data()
            if "sha256" in encoding:
                assert hashlib.sha256(content).hexdigest() == encoding["sha256"]
        assert "sha256" in encodings[0]


def test_dates_are_in_dublin_core(client: FlaskClient) -> None:
    dates = _dates(_page(client, "en/privacy/v/2024-03-01/"))
    assert dates == {
        "DCTERMS.issued": "2024-01-15",
        "DCTERMS.valid": "start=2024-03-01; end=2025-02-28; scheme=W3C-DTF",
    }
    assert not _dates(_page(client, "en/privacy/history/"))


def test_a_time_map_has_each_version_from_when_it_applied(client: FlaskClient) -> None:
    answer = client.get("/en/privacy/timemap.link")
    assert answer.mimetype == "application/link-format"
    links = dict(re.findall(r"<([^>]+)>; ([^<]+?),?\n", answer.get_data(as_text=True)))
    assert links[f"{BASE}en/privacy/"] == 'rel="original"'
    mementos = {address: told for address, told in links.items() if "memento" in told}
    assert [*mementos] == [f"{BASE}en/privacy/v/{day}/" for day in VERSIONS[:-1]], "what lies ahead is no memento"
    assert 'rel="first memento"' in links[f"{BASE}en/privacy/v/2024-03-01/"]
    assert 'rel="last memento"' in links[f"{BASE}en/privacy/v/2026-03-01/"]
    told = re.search(r'datetime="([^"]+)"', links[f"{BASE}en/privacy/v/2024-03-01/"])
    assert told is not None
    assert parsedate_to_datetime(told[1]) == datetime(2024, 2, 29, 21, tzinfo=UTC), "the day begins in Istanbul"


def test_a_version_that_was_withdrawn_and_one_that_comes_back_are_in_it_once(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site()
    policies.publish("privacy", effective="2025-03-01", text=TEXT % 1)
    policies.publish("privacy", effective="2026-03-01", text=TEXT % 2)
    note = policies.content / "privacy/releases/2026-03-01.md"
    withdrawn = note.read_text(encoding="utf-8").replace("---\n", "---\nwithdrawn: 2026-06-01\n", 1)
    policies.write("content/privacy/releases/2026-03-01.md", withdrawn).commit(when="2026-06-01")
    client = create_app(compiled(policies)).test_client()
    told = client.get("/en/privacy/timemap.link").get_data(as_text=True)
    assert re.findall(r"v/([\d-]+)/>", told) == ["2025-03-01", "2026-03-01"]


def test_the_sitemap_says_when_what_a_page_is_about_last_changed(client: FlaskClient) -> None:
    told = client.get("/sitemap.xml").get_data(as_text=True)
    changed = dict(re.findall(r"<loc>([^<]+)</loc><lastmod>([^<]+)</lastmod>", told))
    assert len(changed) == told.count("<loc>")
    assert changed[f"{BASE}en/privacy/"] == "2026-02-28T21:00:00Z", "the last version to take effect"
    assert changed[f"{BASE}en/terms/"] <= changed[f"{BASE}en/"]
    assert changed[f"{BASE}en/"] == max(changed.values())


def test_only_pages_with_a_version_have_data(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site()
    policies.publish("privacy", effective="2026-05-04")
    publication = compiled(policies)
    own = create_app(publication).test_client()
    shows_text = {PageKind.POLICY, PageKind.VERSION}
    for page in plan_pages(publication):
        if page.kind.is_for_people:
            has_data = b"application/ld+json" in own.get(f"/{page.address}").get_data()
            assert has_data == (page.kind in shows_text), page.address
