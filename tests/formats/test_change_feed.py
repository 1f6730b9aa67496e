"""The change feed: a change feed that another program can act on, and notice when it was changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from policy_site.events.canonical import canonical_json, chain_faults, event_hash
from policy_site.events.chain import ARCHIVE_SIZE, ChangeFeed, compose_change_feed
from policy_site.events.entries import compose_entries
from policy_site.formats import write_archive, write_change_feed, write_current, write_event, write_schema
from policy_site.model import Consent, NoticeException, Policy, RenderedWords, Significance, Version, Words
from tests.support.histories import (
    END,
    LINKS,
    LOCALES,
    day,
    derive,
    entries_of,
    note_of,
    policy_of,
    version_of,
    words_of,
)

WORDS = MappingProxyType(
    {"en": Words("en", "We keep more.", "Little.", "Object."), "de": Words("de", "Wir behalten mehr.")}
)


def consenting(label: str, *, published: float, effective: float, **facts: Any) -> Version:
    note = note_of(label, effective, words=WORDS, consent=Consent.RENEW, notice="standard")
    return version_of(label, published=published, effective=effective, note=note, **facts)


PRIVACY = policy_of(
    version_of("1", published=1, effective=4, significance=Significance.MINOR, translations={"tr": (1,)}),
    consenting("2", published=30, effective=60, translations={"de": (45,)}),
    version_of(
        "3", published=70, effective=91, note=None, is_significance_declared=False, significance=Significance.MINOR
    ),
)


def feed_of_events(*policies: Policy, as_of: datetime = END) -> ChangeFeed:
    return compose_change_feed(entries_of(*policies, as_of=as_of), links=LINKS, time_zone="Europe/Berlin")


def events_of(*policies: Policy, as_of: datetime = END) -> list[dict[str, Any]]:
    feed = feed_of_events(*policies, as_of=as_of)
    return [json.loads(write_event(feed, record["seq"])) for record in feed.records]


def current_of(*policies: Policy, as_of: datetime = END) -> dict[str, Any]:
    feed = feed_of_events(*policies, as_of=as_of)
    written = write_current(
        feed, policies=policies, words=words_of(*policies), locales=LOCALES, as_of=as_of, links=LINKS
    )
    document: dict[str, Any] = json.loads(written)
    return document


@cache
def schema() -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(write_schema(LINKS))
    return document


def assert_valid(document: object, name: str | None = None) -> None:
    shape = {**schema(), "anyOf": [{"$ref": f"#/$defs/{name}"}]} if name else dict(schema())
    Draft202012Validator(shape).validate(document)


class TestSchema:
    def test_it_is_a_schema_of_the_draft_it_names(self) -> None:
        Draft202012Validator.check_schema(dict(schema()))
        assert schema()["$id"] == "https://example.org/legal/schemas/change-feed/1.0.json"

    def test_everything_that_is_written_fits_it(self) -> None:
        feed = feed_of_events(PRIVACY)
        assert_valid(json.loads(write_change_feed(feed, LINKS)), "FeedRecord")
        assert_valid(json.loads(write_archive(feed, LINKS, 1)), "ArchiveRecord")
        assert_valid(current_of(PRIVACY), "CurrentRecord")
        for event in events_of(PRIVACY):
            assert_valid(event, "EventRecord")
            assert_valid(event)

    def test_it_refuses_an_event_without_a_date_or_with_a_significance_of_its_own(self) -> None:
        [event, *_] = events_of(PRIVACY)
        validator = Draft202012Validator({**schema(), "anyOf": [{"$ref": "#/$defs/EventRecord"}]})
        assert validator.is_valid(event)
        assert not validator.is_valid({key: event[key] for key in event if key != "effective_date"})
        assert not validator.is_valid({**event, "significance": "huge"})
        assert not validator.is_valid({**event, "published_at": "2024-01-01T00:00:00+01:00"})

    def test_it_allows_what_a_later_version_adds(self) -> None:
        [event, *_] = events_of(PRIVACY)
        assert_valid({**event, "new_field": 1}, "EventRecord")


class TestEvents:
    def test_an_event_tells_its_facts(self) -> None:
        event = events_of(PRIVACY)[2]
        assert event["id"] == "tag:example.org,2026:policy/privacy/2/published"
        assert event["type"] == "policy.version.published"
        assert (event["version"], event["previous_version"]) == ("2", "1")
        assert event["significance"] == "significant"
        assert event["changes"] == [{"category": "retention", "sections": ["keep"]}]
        assert event["consent"] == {"required": True, "by": "2024-03-01"}
        assert event["notice"] == {"preset": "standard", "days": 30, "exception": None}
        assert event["published_at"] == event["notice_at"] == "2024-01-31T00:00:00Z"
        assert (event["effective_at"], event["effective_date"]) == ("2024-03-01T00:00:00Z", "2024-03-01")
        assert event["sections"] == [{"id": "1-2", "change": "modified"}]
        assert event["source"]["commit"] == "0" * 40

    def test_each_language_has_its_words_addresses_and_proof(self) -> None:
        editions = events_of(PRIVACY)[3]["editions"]
        assert {locale: edition["status"] for locale, edition in editions.items()} == {
            "en": "authoritative",
            "de": "current",
        }
        assert editions["de"]["summary"] == {"text": "Wir behalten mehr.", "html": "<p>Wir behalten mehr.</p>"}
        assert editions["de"]["impact"] is None
        assert editions["de"]["version_url"] == "https://example.org/legal/de/privacy/v/2/"
        assert editions["de"]["changes_url"] == "https://example.org/legal/de/privacy/v/2/changes/"
        assert editions["de"]["compare_url"] == "https://example.org/legal/en/privacy/compare/1/2/", (
            "1 is not in German"
        )
        assert editions["de"]["sha256"] == PRIVACY.version("2").editions["de"].digest

    def test_a_language_whose_text_lags_is_stale_and_gets_the_authoritative_words(self) -> None:
        turkish = events_of(PRIVACY)[2]["editions"]["tr"]
        assert (turkish["status"], turkish["language"]) == ("stale", "en")
        assert turkish["sha256"] == PRIVACY.version("2").editions["en"].digest

    def test_words_without_a_text_in_their_language_fall_back_to_the_authoritative_text(self) -> None:
        [event, *_] = events_of(policy_of(consenting("2", published=30, effective=60)))
        german = event["editions"]["de"]
        assert (german["status"], german["language"]) == ("fallback", "de")

    def test_a_language_that_joins_later_is_not_in_what_was_told(self) -> None:
        assert set(events_of(PRIVACY)[0]["editions"]) == {"en", "tr"}
        assert events_of(PRIVACY)[4]["language"] is None
        [translated] = [event for event in events_of(PRIVACY) if event["language"]]
        assert (translated["language"], set(translated["editions"])) == ("de", {"en", "de"})

    def test_a_version_that_nobody_declared_has_no_words(self) -> None:
        event = next(event for event in events_of(PRIVACY) if event["version"] == "3")
        assert event["significance_declared"] is False
        assert event["editions"]["en"]["summary"] is None
        assert (event["changes"], event["notice"], event["consent"]["required"]) == ([], None, False)

    def test_only_a_significant_version_asks_for_consent(self) -> None:
        policy = policy_of(consenting("1", published=1, effective=2, significance=Significance.MINOR))
        assert events_of(policy)[0]["consent"] == {"required": False, "by": None}

    def test_an_exception_is_public_but_not_who_allowed_it(self) -> None:
        exception = NoticeException("A court\r\nordered it.", "Kim")
        note = note_of("1", 2, exception=exception)
        [event, *_] = events_of(policy_of(version_of("1", published=1, effective=2, note=note)))
        assert event["notice"]["exception"] == {"reason": "A court ordered it."}

    def test_hostile_words_stay_words(self) -> None:
        text = "</script>]]>\x00\x1b[31m\r\n\u202e\ud800"
        words = MappingProxyType({"en": Words("en", text)})
        policy = policy_of(version_of("1", published=1, effective=2, note=note_of("1", 2, words=words)))
        [event, *_] = events_of(policy)
        assert event["editions"]["en"]["summary"]["text"] == "</script>]]>[31m"
        assert_valid(event, "EventRecord")


class TestChain:
    def test_every_event_names_the_one_before(self) -> None:
        events = events_of(PRIVACY)
        assert list(chain_faults(events)) == []
        assert [event["prev"] for event in events] == [None, *(event["hash"] for event in events[:-1])]

    def test_the_hash_is_that_of_the_canonical_form_without_it(self) -> None:
        [event, *_] = events_of(PRIVACY)
        written = event.pop("hash")
        text = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode()).hexdigest() == written

    @settings(deadline=None)
    @given(data=st.data())
    def test_a_changed_word_is_noticed(self, data: st.DataObject) -> None:
        events = events_of(PRIVACY)
        event = events[data.draw(st.integers(0, len(events) - 1))]
        key = data.draw(st.sampled_from([key for key in event if isinstance(event[key], str)]))
        place = data.draw(st.integers(0, len(event[key]) - 1))
        event[key] = f"{event[key][:place]}~{event[key][place + 1 :]}"
        assert list(chain_faults(events))

    def test_a_hash_made_anew_is_noticed_by_the_next_event(self) -> None:
        events = events_of(PRIVACY)
        events[1]["significance"] = "significant"
        events[1]["hash"] = event_hash(events[1])
        assert list(chain_faults(events)) == ["Event 3 does not name the hash of the event before it."]

    def test_a_missing_event_and_a_false_beginning_are_noticed(self) -> None:
        events = events_of(PRIVACY)
        assert list(chain_faults([events[0], events[2]])) == ["Event 3 follows event 1."]
        first = {**events[0], "prev": "0" * 64}
        assert "Event 1 names an event before it." in list(chain_faults([first]))

    @settings(deadline=None)
    @given(early=st.integers(0, 100), later=st.integers(0, 100))
    def test_what_was_written_stays_written_as_time_goes_on(self, early: int, later: int) -> None:
        before = events_of(PRIVACY, as_of=day(early))
        assert events_of(PRIVACY, as_of=day(early + later))[: len(before)] == before

    def test_a_translation_that_comes_later_rewrites_nothing(self) -> None:
        without = policy_of(PRIVACY.versions[0], consenting("2", published=30, effective=60))
        words = MappingProxyType({"en": WORDS["en"]})
        version = without.version("2")
        note = note_of("2", 60, words=words, consent=Consent.RENEW, notice="standard")
        before = events_of(policy_of(without.versions[0], replace(version, note=note)), as_of=day(40))
        assert events_of(PRIVACY)[: len(before)] == before

    def test_a_correction_leaves_what_was_told_before(self) -> None:
        first = version_of("1", published=1, effective=30, note=note_of("1", 30, words=WORDS))
        words = MappingProxyType({**WORDS, "en": Words("en", "We keep much more.")})
        mended = replace(first, note=note_of("1", 30, words=words), stated_at=day(5), earlier=(first,))
        policy = policy_of(mended)
        before = events_of(policy_of(first), as_of=day(4))
        earlier = {said: RenderedWords("en", "en", summary_text=said.summary) for said in (WORDS["en"],)}
        entries = compose_entries(derive(policy), [policy], words_of(policy), earlier)
        told = [entry.words_in("en").summary_text for entry in entries]
        assert told[:2] == ["We keep more.", "We keep much more."]
        assert [entry.words_in("de").summary_text for entry in entries[:2]] == ["Wir behalten mehr."] * 2
        assert before[0]["editions"]["en"]["summary"]["text"] == told[0]

    def test_the_same_values_give_the_same_bytes(self) -> None:
        assert write_change_feed(feed_of_events(PRIVACY), LINKS) == write_change_feed(feed_of_events(PRIVACY), LINKS)
        assert write_schema(LINKS) == write_schema(LINKS)


class TestArchive:
    @cache  # noqa: B019 - the class lives as long as the tests
    def change_feed(self) -> ChangeFeed:
        versions = [version_of(f"v{number:03}", published=number, effective=number) for number in range(130)]
        return feed_of_events(policy_of(*versions))

    def test_the_feed_holds_a_full_page_and_what_follows_it(self) -> None:
        feed = json.loads(write_change_feed(self.change_feed(), LINKS))
        assert [feed["events"][0]["seq"], feed["events"][-1]["seq"]] == [ARCHIVE_SIZE + 1, 260]
        assert feed["prev_archive"] == "https://example.org/legal/changes/v1/archive-00001.json"
        assert feed["head"] == {"seq": 260, "hash": feed["events"][-1]["hash"]}

    def test_walking_the_archive_gives_every_event(self) -> None:
        feed = self.change_feed()
        pages = [json.loads(write_archive(feed, LINKS, number)) for number in range(1, feed.full_pages + 1)]
        assert [page["prev_archive"] for page in pages] == [None, LINKS.archive(1)]
        feed = json.loads(write_change_feed(feed, LINKS))
        events = pages[0]["events"] + feed["events"]
        assert [event["seq"] for event in events] == list(range(1, 261))
        assert list(chain_faults(events)) == []

    def test_a_full_page_never_changes(self) -> None:
        versions = [version_of(f"v{number:03}", published=number, effective=number) for number in range(70)]
        short = feed_of_events(policy_of(*versions))
        assert write_archive(short, LINKS, 1) == write_archive(self.change_feed(), LINKS, 1)

    def test_a_change_feed_without_events_is_written_too(self) -> None:
        feed = json.loads(write_change_feed(feed_of_events(), LINKS))
        assert (feed["head"], feed["prev_archive"], feed["events"]) == (None, None, [])
        assert_valid(feed, "FeedRecord")


class TestCurrent:
    def test_it_names_what_is_in_force_and_what_comes(self) -> None:
        privacy = current_of(PRIVACY, as_of=day(50))["policies"]["privacy"]
        assert (privacy["in_force"]["version"], privacy["seq"], privacy["consent_seq"]) == ("1", 2, None)
        assert [version["version"] for version in privacy["upcoming"]] == ["2"]
        assert privacy["urls"]["de"] == "https://example.org/legal/de/privacy/"

    def test_whoever_skipped_the_version_that_needed_consent_is_still_asked(self) -> None:
        accepted = current_of(PRIVACY, as_of=day(50))["policies"]["privacy"]["seq"]
        now = current_of(PRIVACY)["policies"]["privacy"]
        assert now["in_force"]["version"] == "3"
        assert accepted < now["consent_seq"] <= now["seq"]

    def test_the_order_of_taking_effect_decides_and_not_that_of_publication(self) -> None:
        late = consenting("late", published=2, effective=90)
        soon = version_of("soon", published=20, effective=40)
        policy = policy_of(version_of("0", published=1, effective=1), soon, late)
        accepted = current_of(policy, as_of=day(50))["policies"]["privacy"]["seq"]
        assert accepted < current_of(policy, as_of=day(95))["policies"]["privacy"]["consent_seq"]

    def test_a_withdrawn_version_asks_for_nothing(self) -> None:
        first = version_of("1", published=1, effective=2)
        policy = policy_of(first, consenting("2", published=10, effective=20, withdrawn_at=day(30)))
        assert current_of(policy, as_of=day(25))["policies"]["privacy"]["consent_seq"] is not None
        assert current_of(policy, as_of=day(35))["policies"]["privacy"]["consent_seq"] is None

    def test_every_language_of_the_site_is_there(self) -> None:
        editions = current_of(PRIVACY)["policies"]["privacy"]["in_force"]["editions"]
        assert {locale: edition["status"] for locale, edition in editions.items()} == {
            "en": "authoritative",
            "de": "stale",
            "tr": "stale",
        }

    def test_a_policy_before_its_first_day_and_one_without_events_are_shown(self) -> None:
        ahead = current_of(policy_of(version_of("1", published=1, effective=20)), as_of=day(5))["policies"]["privacy"]
        assert (ahead["in_force"], ahead["seq"], len(ahead["upcoming"])) == (None, None, 1)
        technical = policy_of(version_of("1", published=1, effective=2, significance=Significance.TECHNICAL))
        silent = current_of(technical)
        assert silent["policies"]["privacy"]["in_force"]["version"] == "1"
        assert silent["policies"]["privacy"]["seq"] is None
        assert_valid(silent, "CurrentRecord")


class TestCanonicalJson:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ({"b": 1, "a": [True, False, None], "C": {}}, '{"C":{},"a":[true,false,null],"b":1}'),
            ('\u20ac$\u000f\nA\'B"\\\\"/', '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'),
            ("\b\t\n\f\r\x00\x1f\x7f\u2028", '"\\b\\t\\n\\f\\r\\u0000\\u001f\x7f\u2028"'),
            ("</script>\U0001f602", '"</script>\U0001f602"'),
            ([9007199254740991, -9007199254740991, 0], "[9007199254740991,-9007199254740991,0]"),
            ([], "[]"),
        ],
    )
    def test_it_is_what_the_standard_says(self, value: object, expected: str) -> None:
        assert canonical_json(value) == expected.encode()

    @pytest.mark.parametrize("value", [1.5, {"ä": 1}, {1: 2}, 2**53, "\ud800", b"x", {"a": [float("nan")]}])
    def test_what_has_no_form_here_is_refused(self, value: object) -> None:
        with pytest.raises(ValueError, match=r"canonical|surrogates"):
            canonical_json(value)

    @settings(deadline=None)
    @given(
        value=st.recursive(
            st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=5), inner, max_size=3)
            ),
            max_leaves=10,
        )
    )
    def test_it_can_be_read_back_and_written_again(self, value: object) -> None:
        assert json.loads(canonical_json(value)) == value
        assert canonical_json(json.loads(canonical_json(value))) == canonical_json(value)
