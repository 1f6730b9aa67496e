"""Feeds as the site publishes them, and what operators say of a policy."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree, html

from policy_site.errors import SettingsError
from policy_site.publication import Publication
from policy_site.settings import read_settings
from policy_site.web import create_app
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

SUMMARY = (
    "See [keeping](#data), [cookies](../../cookies/en.md#use), [the form](../form.pdf), [us](mailto:a@example.org),"
    ' [there](https://elsewhere.test/?a=1&b=2 "not > href="), [a number](tel:123) and ![a picture](picture.png).'
)


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    """Publish a policy that was reviewed, and one that was retired."""
    policies = PolicyRepository(tmp_path_factory.mktemp("feeds"))
    policies.site(
        base_url="https://example.org/legal/",
        languages=["en", "de"],
        policies=[
            {"id": "privacy", "reviewed": [date(2025, 6, 1), date(2026, 6, 1), date(2027, 6, 1)]},
            {"id": "cookies", "retired": date(2026, 7, 1)},
        ],
    )
    policies.publish("privacy", effective="2025-03-01", words={"summary": SUMMARY})
    policies.publish("cookies", effective="2025-03-01")
    return compiled(policies, as_of=datetime(2026, 12, 24, tzinfo=UTC))


@pytest.fixture(scope="module")
def client(publication: Publication) -> FlaskClient:
    return create_app(publication).test_client()


def read(client: FlaskClient, address: str) -> Any:
    return json.loads(client.get(f"/{address}").data)


def test_links_in_a_feed_lead_somewhere_wherever_it_is_read(client: FlaskClient) -> None:
    items = {item["id"].partition("policy/")[2]: item for item in read(client, "de/changes.json")["items"]}
    content = items["privacy/2025-03-01/published/de"]["content_html"]
    page = "https://example.org/legal/en/privacy/v/2025-03-01/"  # the words are English, so are the pages they mean
    links = html.fromstring(content).xpath("//@href | //@src")
    assert isinstance(links, list)
    assert [str(link) for link in links] == [
        f"{page}#data",
        "https://example.org/legal/en/cookies/#use",
        "mailto:a@example.org",
        "https://elsewhere.test/?a=1&b=2",
    ]
    assert "<a>a number</a>" in content
    assert "<a>the form</a>" in content, "nobody committed it"
    assert "a picture." in content


def test_every_page_leads_to_the_feeds(client: FlaskClient) -> None:
    for address, place in (("", "en/"), ("404.html", "en/"), ("de/", "de/"), ("de/privacy/history/", "en/privacy/")):
        head = client.get(f"/{address}").data.decode()
        for name in ("changes.atom", "changes.json", "notices.atom", "notices.json"):
            assert f'href="/legal/{place}{name}"' in head, address
        assert 'type="application/atom+xml"' in head


def test_a_review_is_told_and_shown(client: FlaskClient, publication: Publication) -> None:
    ids = [event["id"].partition("policy/")[2] for event in read(client, "changes/v1/feed.json")["events"]]
    assert [name for name in ids if "reviewed" in name] == [
        "privacy/2025-03-01/reviewed/2025-06-01",
        "privacy/2025-03-01/reviewed/2026-06-01",
    ]
    assert "Last reviewed on" in client.get("/en/privacy/").data.decode()
    assert read(client, "current.json")["policies"]["privacy"]["reviewed_at"] == "2026-06-01T00:00:00Z"
    feed = etree.fromstring(client.get("/en/privacy/changes.atom").data)
    assert feed.findtext("{*}entry/{*}title") == "Privacy: reviewed, nothing changed"
    assert publication.next_transition == datetime(2027, 6, 1, tzinfo=UTC), "the site is built again for the next one"


def test_a_retired_policy_says_so(client: FlaskClient) -> None:
    page = client.get("/en/cookies/").data.decode()
    assert "This policy stopped applying on" in page
    assert "In force since" not in page
    last = read(client, "changes/v1/feed.json")["events"][-1]
    assert (last["type"], last["id"].partition("policy/")[2]) == ("policy.retired", "cookies/2025-03-01/retired")
    assert last["notice_at"] == "2026-07-01T00:00:00Z"
    current = read(client, "current.json")["policies"]
    assert (current["cookies"]["retired_at"], current["privacy"]["retired_at"]) == ("2026-07-01T00:00:00Z", None)
    assert "This policy stopped applying on" not in client.get("/en/privacy/").data.decode()


ANNOUNCED = {"summary": "Azure joins.", "impact": "Data may be in Singapore.", "choices": "Close your account."}


@pytest.fixture(scope="module")
def withdrawn(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Publish a version that is withdrawn before its day, and its German words later than that."""
    policies = PolicyRepository(tmp_path_factory.mktemp("withdrawn")).site(
        base_url="https://example.org/legal/", languages=["en", "de", "tr"]
    )
    policies.publish("privacy", effective="2025-03-01")
    policies.publish("privacy", effective="2026-03-01", published="2026-01-15", words=ANNOUNCED)
    note = policies.content / "privacy/releases/2026-03-01.md"
    taken_back = note.read_text(encoding="utf-8").replace("published:", "withdrawn: 2026-02-10\npublished:", 1)
    policies.write("content/privacy/releases/2026-03-01.md", taken_back).commit(when="2026-02-10")
    policies.publish("privacy", effective="2026-03-01", language="de", words=ANNOUNCED, when="2026-02-20")
    corrected = taken_back.replace("Azure joins.", "Azure Ltd joins.")
    policies.write("content/privacy/releases/2026-03-01.md", corrected).commit(when="2026-02-25")
    return create_app(compiled(policies, as_of=datetime(2026, 12, 24, tzinfo=UTC))).test_client()


class TestWithdrawals:
    """A version that was announced is taken back: feeds do not tell its words as if they came true."""

    def entries(self, client: FlaskClient, locale: str) -> dict[str, dict[str, Any]]:
        """Return the entries about that version, by kind."""
        found = read(client, f"{locale}/changes.json")["items"]
        mine = [entry for entry in found if entry["_policy"]["version"] == "2026-03-01"]
        return {entry["_policy"]["type"].rpartition(".")[2]: entry for entry in mine}

    @pytest.mark.parametrize("kind", ["withdrawn", "corrected"])
    def test_an_entry_says_that_it_will_not_apply_and_what_does(self, withdrawn: FlaskClient, kind: str) -> None:
        entry = self.entries(withdrawn, "en")[kind]
        told = "The version announced for March 1, 2026 will not take effect. The version in force continues to apply."
        assert (entry["summary"], entry["content_text"], entry["content_html"]) == (told, told, f"<p>{told}</p>")

    @pytest.mark.parametrize("locale", ["en", "de", "tr"])
    def test_nobody_is_told_what_it_would_have_meant(self, withdrawn: FlaskClient, locale: str) -> None:
        entries = self.entries(withdrawn, locale)
        assert {"published", "withdrawn", "corrected"} <= set(entries)
        for kind, entry in entries.items():
            texts = entry["summary"], entry["content_text"], entry["content_html"]
            for words in ("joins", "Singapore", "Close your account"):
                assert any(words in text for text in texts) == (kind == "published"), (kind, words)

    def test_the_sentences_are_in_the_language_of_the_feed(self, withdrawn: FlaskClient) -> None:
        entry = self.entries(withdrawn, "tr")["withdrawn"]
        assert "yürürlüğe girmeyecektir" in entry["content_text"]
        assert entry["language"] == "tr"
        feed = etree.fromstring(withdrawn.get("/tr/changes.atom").data)
        path = "{*}entry[{*}title='Privacy: yürürlük tarihi 1 Mart 2026 olan sürüm geri çekildi']"
        [summary] = feed.findall(f"{path}/{{*}}summary")
        assert "yürürlüğe girmeyecektir" in str(summary.text)
        assert summary.keys() == ["type"], "no other language is claimed"

    def test_one_that_applied_already_applies_no_longer(self, tmp_path: Path) -> None:
        policies = PolicyRepository(tmp_path).site()
        policies.publish("privacy", effective="2025-03-01")
        policies.publish("privacy", effective="2026-03-01", facts={"withdrawn": "2026-04-01"}, words=ANNOUNCED)
        client = create_app(compiled(policies, as_of=datetime(2026, 12, 24, tzinfo=UTC))).test_client()
        entries = self.entries(client, "en")
        assert entries["withdrawn"]["content_text"] == "The version effective from March 1, 2026 no longer applies."
        assert "Singapore" in entries["effective"]["content_text"], "it did apply, and was told of"

    def test_a_first_version_that_is_withdrawn_leaves_none_in_force(self, tmp_path: Path) -> None:
        policies = PolicyRepository(tmp_path).site()
        policies.publish("privacy", effective="2026-03-01", facts={"withdrawn": "2026-02-01"})
        client = create_app(compiled(policies, as_of=datetime(2026, 2, 24, tzinfo=UTC))).test_client()
        told = self.entries(client, "en")["withdrawn"]["content_text"]
        assert told == "The version announced for March 1, 2026 will not take effect."


def test_days_in_the_settings_are_days(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site(policies=[{"id": "privacy", "retired": "soon", "reviewed": [5]}])
    with pytest.raises(SettingsError) as raised:
        read_settings(policies.content / "site.toml")
    told = " ".join(finding.message for finding in raised.value.findings)
    assert "policies.0.retired: " in told
    assert "policies.0.reviewed.0: " in told
