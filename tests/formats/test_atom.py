"""Feeds for people: Atom that every reader takes, and JSON Feed beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from policy_site.formats import FEED_FORMS, FEED_PAGE, Feed, Scope, count_archives, write_atom, write_json_feed
from policy_site.model import EventKind, Significance, Words
from tests.support.histories import END, LINKS, day, derive, entries_of, feed_of, note_of, policy_of, version_of

NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "fh": "http://purl.org/syndication/history/1.0",
    "xml": "http://www.w3.org/XML/1998/namespace",
}
GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).parents[1] / "support" / "atom.rng"))
HOSTILE = "</title></script><script>alert(1)</script> ]]> & \x00\x07\x1b[31m \r\nBcc: x\u202e\u2066evil\ud7ff\ufffe"

WORDS = MappingProxyType(
    {
        "en": Words("en", "We keep data longer.", "Nothing to do.", "You may object."),
        "de": Words("de", "Wir speichern länger.", "Nichts zu tun.", "Widerspruch möglich."),
    }
)
PRIVACY = policy_of(
    version_of("2024-01-05", published=1, effective=4, significance=Significance.MINOR),
    version_of(
        "2024-03-01",
        published=30,
        effective=60,
        note=note_of("2024-03-01", 60, words=WORDS),
        translations={"de": (30,)},
    ),
    version_of(
        "2024-04-01",
        published=70,
        effective=91,
        note=None,
        is_significance_declared=False,
        significance=Significance.MINOR,
        translations={"de": (75,)},
    ),
)
COOKIES = policy_of(version_of("2024-02-01", published=20, effective=31, policy="cookies"), policy="cookies")
ENTRIES = entries_of(PRIVACY, COOKIES)


def atom(feed: Feed) -> etree._Element:
    return etree.fromstring(write_atom(feed, LINKS))


def found(element: etree._Element, path: str) -> list[Any]:
    result = element.xpath(path, namespaces=NAMES)
    assert isinstance(result, list)
    return result


def json_of(feed: Feed) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(write_json_feed(feed, LINKS))
    return document


class TestAtom:
    @pytest.mark.parametrize("locale", ["en", "de", "tr"])
    @pytest.mark.parametrize("policy", ["privacy", "cookies", "unheard", None])
    @pytest.mark.parametrize("scope", list(Scope))
    def test_every_feed_fits_the_grammar(self, locale: str, policy: str | None, scope: Scope) -> None:
        document = atom(feed_of(ENTRIES, locale=locale, policy=policy, scope=scope))
        GRAMMAR.assertValid(document)

    def test_the_grammar_refuses_what_the_standard_forbids(self) -> None:
        for path in ("a:id", "a:entry/a:updated", "a:author", "a:entry/a:link", "a:title"):
            document = atom(feed_of(ENTRIES))
            for element in found(document, path):
                element.getparent().remove(element)
            assert not GRAMMAR.validate(document), path

    def test_the_newest_entry_stands_first_and_dates_the_feed(self) -> None:
        document = atom(feed_of(ENTRIES))
        updated = found(document, "a:entry/a:updated/text()")
        assert updated == sorted(updated, reverse=True)
        assert found(document, "a:updated/text()") == updated[:1]

    def test_an_entry_is_dated_by_its_publication_never_by_its_effect(self) -> None:
        document = atom(feed_of(ENTRIES))
        [entry] = found(document, "a:entry[a:id='tag:example.org,2026:policy/privacy/2024-03-01/published/en']")
        assert found(entry, "a:updated/text()") == ["2024-01-31T00:00:00Z"]
        assert found(entry, "a:category[contains(@scheme,'#effective_date')]/@term") == ["2024-03-01"]

    def test_an_empty_feed_stays_the_same(self) -> None:
        empty = atom(feed_of(entries_of(policy_of(PRIVACY.versions[0])), scope=Scope.NOTICES))
        assert found(empty, "a:entry") == []
        assert found(empty, "a:updated/text()") == ["2024-01-02T00:00:00Z"]
        assert found(atom(feed_of(())), "a:updated/text()") == ["1970-01-01T00:00:00Z"]

    def test_a_feed_says_its_language_its_address_and_its_siblings(self) -> None:
        document = atom(feed_of(ENTRIES, locale="de"))
        assert found(document, "@xml:lang") == ["de"]
        assert found(document, "a:link[@rel='self']/@href") == ["https://example.org/legal/de/privacy/changes.atom"]
        assert found(document, "a:link[@rel='alternate'][@type='application/atom+xml']/@hreflang") == ["en", "tr"]

    def test_an_entry_links_the_account_the_redline_and_the_event(self) -> None:
        [entry] = found(atom(feed_of(ENTRIES)), "a:entry[contains(a:id,'2024-03-01/published')]")
        assert found(entry, "a:link[@rel='alternate']/@href") == [
            "https://example.org/legal/en/privacy/v/2024-03-01/changes/"
        ]
        assert found(entry, "a:link[@rel='related']/@href") == [
            "https://example.org/legal/en/privacy/compare/2024-01-05/2024-03-01/",
            "https://example.org/legal/changes/v1/events/000004.json",
        ]

    def test_words_stand_in_the_readers_language_or_say_which_one_they_are_in(self) -> None:
        path = "a:entry[contains(a:id,'2024-03-01/published')]"
        [german] = found(atom(feed_of(ENTRIES, locale="de")), path)
        assert found(german, "a:summary/text()") == ["Wir speichern länger."]
        assert found(german, "a:summary/@xml:lang") == []
        [turkish] = found(atom(feed_of(ENTRIES, locale="tr")), path)
        assert found(turkish, "a:summary/text()") == ["We keep data longer."]
        assert found(turkish, "a:summary/@xml:lang") == ["en"]
        assert '<div lang="en" dir="auto">' in found(turkish, "a:content/text()")[0]

    def test_content_tells_what_changed_what_it_means_and_the_choices(self) -> None:
        [content] = found(atom(feed_of(ENTRIES)), "a:entry[contains(a:id,'2024-03-01/published')]/a:content/text()")
        assert content.split("\n") == [
            "<p>Applies from 2024-03-01.</p>",
            "<p>We keep data longer.</p>",
            "<h3>What it means</h3>",
            "<p>Nothing to do.</p>",
            "<h3>Your choices</h3>",
            "<p>You may object.</p>",
        ]

    def test_a_version_that_nobody_declared_is_told_with_a_phrase(self) -> None:
        [entry] = found(atom(feed_of(ENTRIES, locale="de")), "a:entry[contains(a:id,'2024-04-01/published')]")
        assert found(entry, "a:summary/text()") == ["Nobody said what changed."]
        assert "<p>Nobody said what changed.</p>" in found(entry, "a:content/text()")[0]

    def test_ids_differ_by_language_and_never_by_address(self) -> None:
        ids = [found(atom(feed_of(ENTRIES, locale=locale)), "//a:id/text()") for locale in ("en", "de")]
        assert not set(ids[0]) & set(ids[1])
        assert all(name.startswith("tag:example.org,2026:") for name in (*ids[0], *ids[1]))
        elsewhere = write_atom(feed_of(ENTRIES), replace(LINKS, base="https://elsewhere.test/"))
        assert found(etree.fromstring(elsewhere), "//a:id/text()") == ids[0]

    @pytest.mark.parametrize("form", FEED_FORMS, ids=lambda form: form.suffix)
    def test_the_same_values_give_the_same_bytes(self, form: Any) -> None:
        again = entries_of(PRIVACY, COOKIES)
        assert form.write(feed_of(again), LINKS) == form.write(feed_of(ENTRIES), LINKS)


LONG = policy_of(*(version_of(f"v{number:03}", published=number, effective=number) for number in range(90)))
"""A hundred and eighty events, ninety of them notices."""


class TestArchives:
    """RFC 5005, section 4."""

    def documents(self, scope: Scope, *, as_of: datetime = END) -> dict[str, bytes]:
        entries = entries_of(LONG, as_of=as_of)
        count = count_archives([entry.event for entry in entries], [LONG], policy="privacy", scope=scope)
        found = {LINKS.feed("de", "privacy", f"{scope}.atom"): write_atom(self.feed(scope, as_of, None), LINKS)}
        for number in range(1, count + 1):
            address = LINKS.feed_archive("de", "privacy", f"{scope}.atom", number)
            found[address] = write_atom(self.feed(scope, as_of, number), LINKS)
        return found

    def feed(self, scope: Scope, as_of: datetime, archive: int | None) -> Feed:
        return feed_of(entries_of(LONG, as_of=as_of), locale="de", scope=scope, archive=archive)

    def walk(self, documents: dict[str, bytes], scope: Scope) -> list[str]:
        """Read a feed as a subscriber does that was away: back from document to document; newest first."""
        ids: list[str] = []
        address: str | None = LINKS.feed("de", "privacy", f"{scope}.atom")
        while address:
            document = etree.fromstring(documents[address])
            ids += found(document, "a:entry/a:id/text()")
            address = next(iter(found(document, "a:link[@rel='prev-archive']/@href")), None)
        return ids

    @pytest.mark.parametrize("scope", list(Scope))
    def test_a_subscriber_away_for_sixty_events_misses_none(self, scope: Scope) -> None:
        documents = self.documents(scope)
        every = [f"{e.event.id}/de" for e in reversed(entries_of(LONG)) if scope is Scope.CHANGES or e.is_notice]
        assert self.walk(documents, scope) == every
        assert len(every) in (180, 90)
        first = etree.fromstring(next(iter(documents.values())))
        assert len(found(first, "a:entry")) >= FEED_PAGE
        assert len(set(every[:60])) == 60

    def test_every_document_fits_the_grammar_and_says_what_it_is(self) -> None:
        documents = self.documents(Scope.CHANGES)
        assert len(documents) == 3
        for address, content in documents.items():
            document = etree.fromstring(content)
            GRAMMAR.assertValid(document)
            assert found(document, "a:link[@rel='self']/@href") == [address]
            updated = found(document, "a:entry/a:updated/text()")
            assert updated == sorted(updated, reverse=True)
            assert found(document, "a:updated/text()") == updated[:1]
            assert found(document, "fh:complete | a:link[@rel='next' or @rel='previous' or @rel='next-archive']") == []
            is_archive = "/archive-" in address
            assert len(found(document, "fh:archive")) == is_archive
            current = found(document, "a:link[@rel='current']/@href")
            assert current == ([LINKS.feed("de", "privacy", "changes.atom")] if is_archive else [])
            assert not is_archive or len(found(document, "a:entry")) == FEED_PAGE
        ids = {etree.fromstring(content).findtext("{*}id") for content in documents.values()}
        assert len(ids) == 1, "they are documents of one feed"

    @settings(deadline=None, max_examples=20)
    @given(early=st.integers(0, 95), later=st.integers(0, 95))
    def test_an_archive_that_was_written_is_never_written_again(self, early: int, later: int) -> None:
        before = self.documents(Scope.CHANGES, as_of=day(early))
        after = self.documents(Scope.CHANGES, as_of=day(early + later))
        archives = {address: content for address, content in before.items() if "/archive-" in address}
        assert {address: after[address] for address in archives} == archives

    def test_neither_a_language_nor_a_title_that_comes_later_shows_in_an_archive(self) -> None:
        feed = self.feed(Scope.CHANGES, END, 1)
        assert write_atom(replace(feed, locales=("de", "fr")), LINKS) == write_atom(feed, LINKS)
        assert write_json_feed(replace(feed, locales=("de", "fr")), LINKS) == write_json_feed(feed, LINKS)
        assert feed.title == feed.items[0].entry.title_in("de")

    def test_hubs_are_told_of_the_document_that_changes_alone(self) -> None:
        assert self.feed(Scope.CHANGES, END, 1).hubs == ()

    def test_json_feed_leads_to_the_same_pages(self) -> None:
        documents = [self.feed(Scope.CHANGES, END, number) for number in (None, 2, 1)]
        written = [json_of(feed) for feed in documents]
        assert [document.get("next_url") for document in written] == [
            LINKS.feed_archive("de", "privacy", "changes.json", 2),
            LINKS.feed_archive("de", "privacy", "changes.json", 1),
            None,
        ]
        assert [len(document["items"]) for document in written] == [80, 50, 50]
        assert {document["feed_url"] for document in written} == {LINKS.feed("de", "privacy", "changes.json")}

    @settings(deadline=None, max_examples=30)
    @given(as_of=st.integers(0, 95), policy=st.sampled_from(["privacy", "cookies", None]))
    def test_as_many_archives_are_counted_as_there_are(self, as_of: int, policy: str | None) -> None:
        events = derive(LONG, COOKIES, as_of=day(as_of))
        for scope in Scope:
            feed = feed_of(entries_of(LONG, COOKIES, as_of=day(as_of)), policy=policy, scope=scope)
            count = count_archives(events, [LONG, COOKIES], policy=policy, scope=scope)
            assert (feed.archive_before or 0) == count


class TestNotices:
    def test_notices_carry_what_must_reach_people(self) -> None:
        significant = version_of("b", published=5, effective=40, withdrawn_at=day(20))
        minor = version_of("a", published=1, effective=2, significance=Significance.MINOR, withdrawn_at=day(30))
        feed = feed_of(entries_of(policy_of(minor, significant)), scope=Scope.NOTICES)
        assert [(item.entry.event.kind, item.entry.event.version) for item in feed.items] == [
            (EventKind.WITHDRAWN, "b"),
            (EventKind.PUBLISHED, "b"),
        ]

    def test_a_correction_that_makes_a_version_significant_reaches_people(self) -> None:
        first = version_of("a", published=1, effective=30, significance=Significance.MINOR)
        note = note_of("a", 30, reason="It was more than we thought.")
        second = replace(first, significance=Significance.SIGNIFICANT, note=note, stated_at=day(5), earlier=(first,))
        feed = feed_of(entries_of(policy_of(second)), scope=Scope.NOTICES)
        assert [item.entry.event.kind for item in feed.items] == [EventKind.CORRECTED]

    def test_the_feed_of_all_policies_holds_those_of_each(self) -> None:
        everything = {item.entry.event.seq for item in feed_of(ENTRIES, policy=None).items}
        assert everything == {entry.event.seq for entry in ENTRIES}
        assert {item.entry.event.policy for item in feed_of(ENTRIES, policy="cookies").items} == {"cookies"}


class TestJsonFeed:
    def test_it_has_what_version_1_1_demands(self) -> None:
        document = json_of(feed_of(ENTRIES))
        assert document["version"] == "https://jsonfeed.org/version/1.1"
        assert document["feed_url"] == "https://example.org/legal/en/privacy/changes.json"
        assert document["language"] == "en"
        for item in document["items"]:
            assert item["id"].startswith("tag:")
            assert item["content_html"]
            assert item["content_text"]
            assert datetime.fromisoformat(item["date_published"]).tzinfo == UTC

    def test_it_tells_the_same_entries_as_atom(self) -> None:
        feed = feed_of(ENTRIES, locale="tr", policy=None)
        assert [item["id"] for item in json_of(feed)["items"]] == found(atom(feed), "a:entry/a:id/text()")

    def test_facts_stand_in_an_object_of_their_own(self) -> None:
        document = json_of(feed_of(ENTRIES))
        assert document["_policy"]["about"] == LINKS.schema()
        facts = document["items"][-1]["_policy"]
        assert (facts["event_id"], facts["seq"]) == ("tag:example.org,2026:policy/privacy/2024-01-05/published", 1)
        assert facts["effective_date"] == "2024-01-05"
        assert "about" not in facts

    def test_hubs_are_announced_where_there_are_some(self) -> None:
        feed = replace(feed_of(ENTRIES), hubs=("https://hub.example.org/",))
        assert json_of(feed)["hubs"] == [{"type": "WebSub", "url": "https://hub.example.org/"}]
        GRAMMAR.assertValid(atom(feed))
        assert found(atom(feed), "a:link[@rel='hub']/@href") == ["https://hub.example.org/"]


def hostile_feed(text: str) -> Feed:
    words = MappingProxyType({"en": Words("en", text, text, text)})
    version = version_of("a", published=1, effective=2, note=note_of("a", 2, words=words))
    feed = feed_of(entries_of(policy_of(version)), title=text)
    items = tuple(replace(item, headline=text, lead=text) for item in feed.items)
    return replace(feed, items=items, publisher=text)


class TestHostileWords:
    def test_they_stay_words(self) -> None:
        document = atom(hostile_feed(HOSTILE))
        GRAMMAR.assertValid(document)
        [title, *_] = found(document, "a:entry/a:title/text()")
        assert title == "</title></script><script>alert(1)</script> ]]> & [31m Bcc: xevil\ud7ff"
        [content, *_] = found(document, "a:entry/a:content/text()")
        assert content.startswith("<p>&lt;/title&gt;&lt;/script&gt;")
        assert len(found(document, "a:entry")) == 2

    def test_json_holds_no_control_characters_and_titles_are_one_line(self) -> None:
        raw = write_json_feed(hostile_feed(HOSTILE), LINKS).decode()
        assert not any(sign in raw for sign in ("\x00", "\x07", "\x1b", "\r", "\\u00", "\\r"))
        title = json.loads(raw)["items"][0]["title"]
        assert not any(sign in title for sign in ("\n", "\u202e", "\u2066"))

    @settings(deadline=None)
    @given(text=st.text(max_size=40))
    def test_whatever_an_author_writes_the_feed_can_be_read(self, text: str) -> None:
        feed = hostile_feed(text)
        document = atom(feed)
        assert len(found(document, "a:entry")) == len(json_of(feed)["items"]) == 2
        GRAMMAR.assertValid(document)
