"""A subscriber who was away walks back through the archives to what was read last, and misses nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import etree

from policy_site.publication import Publication
from policy_site.web import create_app
from tests.support.builder import PolicyRepository, release_words
from tests.support.publishing import compiled

NAMES = {"a": "http://www.w3.org/2005/Atom"}
POLICIES = tuple(f"policy-{number}" for number in range(1, 11))
ROUNDS = 11
BASE = "https://policies.example.org/"


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    """Publish ten policies eleven times; each version is announced and takes effect: 220 events."""
    policies = PolicyRepository(tmp_path_factory.mktemp("many") / "repository")
    policies.site(policies=POLICIES, base_url=BASE)
    for number in range(ROUNDS):
        effective = date(2022, 3, 1) + timedelta(days=100 * number)
        published = effective - timedelta(days=45)
        for policy in POLICIES:
            front_matter = f'title: {policy}\nversion: "{effective}"\n'
            policies.write(f"content/{policy}/en.md", f"---\n{front_matter}---\nWe keep it for {number} days.\n")
            facts = f"published: {published}\neffective: {effective}\nsignificance: significant\n"
            changes = "changes: [{category: purpose}]\n"
            policies.write(f"content/{policy}/releases/{effective}.md", f"---\n{facts}{changes}---\n{release_words()}")
        policies.commit(when=published.isoformat())
    return compiled(policies, as_of=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def site(publication: Publication) -> FlaskClient:
    """Serve the pages that are asked for, and no others: there are thousands."""
    return create_app(publication).test_client()


def _fetch(site: FlaskClient, url: str) -> bytes:
    answer = site.get(urlsplit(url).path)
    assert answer.status_code == 200, url
    content: bytes = answer.data
    return content


def _walk_change_feed(site: FlaskClient) -> Iterator[list[dict[str, Any]]]:
    """Give page after page of events, each newest first."""
    url: str | None = f"{BASE}changes/v1/feed.json"
    while url:
        page = json.loads(_fetch(site, url))
        yield sorted(page["events"], key=lambda event: -event["seq"])
        url = page["prev_archive"]


def _walk_atom(site: FlaskClient, url: str) -> Iterator[list[str]]:
    """Give page after page of entries' ids, each newest first, along RFC 5005's prev-archive."""
    following: str | None = url
    while following:
        page = etree.fromstring(_fetch(site, following))
        yield [str(element.text) for element in page.findall("a:entry/a:id", NAMES)]
        link = page.find("a:link[@rel='prev-archive']", NAMES)
        following = link.get("href") if link is not None else None


@pytest.mark.parametrize("read_last", [0, 1, 99, 100, 101, 160, 219, 220])
def test_a_consumer_of_the_change_feed_misses_no_event(
    site: FlaskClient, publication: Publication, read_last: int
) -> None:
    missed: dict[int, dict[str, Any]] = {}
    for page in _walk_change_feed(site):
        missed |= {event["seq"]: event for event in page if event["seq"] > read_last}
        if any(event["seq"] <= read_last for event in page):
            break
    assert sorted(missed) == list(range(read_last + 1, 221))
    assert [missed[seq]["id"] for seq in sorted(missed)] == [event.id for event in publication.events[read_last:]]


def test_the_change_feed_alone_is_enough_after_60_events(site: FlaskClient) -> None:
    first = next(_walk_change_feed(site))
    assert {event["seq"] for event in first} >= set(range(161, 221))


@pytest.mark.parametrize("away_for", [1, 60, 150, 220])
@pytest.mark.parametrize("path", ["en/changes.atom", "en/notices.atom"])
def test_a_subscriber_of_atom_misses_no_entry(
    site: FlaskClient, publication: Publication, path: str, away_for: int
) -> None:
    told = [event.id for event in reversed(publication.events)]
    if "notices" in path:
        told = [event for event in told if event.endswith("/published")]
    unread = [f"{event}/en" for event in told[:away_for]]
    last_read = f"{told[away_for]}/en" if away_for < len(told) else None
    seen: list[str] = []
    for page in _walk_atom(site, f"{BASE}{path}"):
        seen += [entry for entry in page if entry not in seen]
        if last_read in page:
            break
    assert seen[: len(unread)] == unread
