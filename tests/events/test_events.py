"""The change feed: what happened, in an order that never changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from hypothesis import given, settings
from hypothesis import strategies as st

from policy_site.events.knowledge import version_known_at
from policy_site.model import Event, EventKind, Policy, Significance, Words
from tests.support.histories import START, day, derive, note_of, policy_of, version_of


def names(events: tuple[Event, ...]) -> list[str]:
    return [event.id.removeprefix("tag:example.org,2026:policy/") for event in events]


class TestWhatHappens:
    def test_a_version_is_published_and_then_takes_effect(self) -> None:
        events = derive(policy_of(version_of("2024-02-01", published=1, effective=31)))
        assert names(events) == ["privacy/2024-02-01/published", "privacy/2024-02-01/effective"]
        assert [event.seq for event in events] == [1, 2]
        assert [event.occurred_at for event in events] == [day(1), day(31)]

    def test_nothing_is_told_before_its_time(self) -> None:
        policy = policy_of(version_of("a", published=10, effective=20, translations={"de": (12,)}))
        assert derive(policy, as_of=day(9)) == ()
        assert names(derive(policy, as_of=day(11))) == ["privacy/a/published"]
        assert names(derive(policy, as_of=day(12))) == ["privacy/a/published", "privacy/a/translated/de"]
        assert len(derive(policy, as_of=day(20))) == 3

    def test_a_version_without_a_changed_word_makes_no_event(self) -> None:
        policy = policy_of(version_of("a", published=1, effective=2, significance=Significance.TECHNICAL))
        assert derive(policy) == ()

    def test_a_translation_that_came_with_the_version_is_no_event_of_its_own(self) -> None:
        assert len(derive(policy_of(version_of("a", published=1, effective=2, translations={"de": (1,)})))) == 2

    def test_a_late_translation_and_each_of_its_revisions_are_told_once(self) -> None:
        policy = policy_of(version_of("a", published=1, effective=2, translations={"de": (5, 7, 9)}))
        events = derive(policy)[2:]
        stem = "privacy/a/translated/de"
        assert names(events) == [stem, f"{stem}/2", f"{stem}/3"]
        assert [(event.locale, event.revision) for event in events] == [("de", 1), ("de", 2), ("de", 3)]
        assert [event.occurred_at for event in events] == [day(5), day(7), day(9)]

    def test_the_revision_of_a_translation_that_came_in_time_is_the_second_one(self) -> None:
        policy = policy_of(version_of("a", published=1, effective=2, translations={"de": (1, 7)}))
        assert names(derive(policy))[2:] == ["privacy/a/translated/de/2"]

    def test_a_version_withdrawn_before_its_day_never_takes_effect(self) -> None:
        events = derive(policy_of(version_of("a", published=1, effective=30, withdrawn_at=day(10))))
        assert names(events) == ["privacy/a/published", "privacy/a/withdrawn"]
        assert events[1].supersedes == events[0].id

    def test_a_version_published_after_its_day_takes_effect_when_it_is_published(self) -> None:
        events = derive(policy_of(version_of("a", published=9, effective=1)))
        assert [(event.kind, event.occurred_at) for event in events] == [
            (EventKind.PUBLISHED, day(9)),
            (EventKind.EFFECTIVE, day(9)),
        ]

    def test_a_version_that_was_outdated_when_it_was_published_never_takes_effect(self) -> None:
        old, new = version_of("old", published=50, effective=1), version_of("new", published=20, effective=21)
        assert "privacy/old/effective" not in names(derive(policy_of(old, new)))

    def test_a_note_that_says_something_else_corrects_the_version(self) -> None:
        first = version_of("a", published=1, effective=30)
        words = MappingProxyType({"en": Words("en", "Less.")})
        second = replace(first, note=note_of("a", 30, words=words), stated_at=day(5), earlier=(first,))
        third = replace(second, note=note_of("a", 30, reason="So."), stated_at=day(6), earlier=(first, second))
        events = derive(policy_of(third))
        assert names(events)[1:3] == ["privacy/a/corrected", "privacy/a/corrected/2"]
        assert [event.supersedes for event in events[1:3]] == [events[0].id, events[1].id]

    def test_another_effective_date_reschedules_the_version(self) -> None:
        first = version_of("a", published=1, effective=30)
        moved = version_of("a", published=1, effective=60, stated_at=day(5), earlier=(first,))
        events = derive(policy_of(moved))
        assert names(events) == ["privacy/a/published", "privacy/a/rescheduled", "privacy/a/effective"]
        assert events[2].occurred_at == day(60)

    def test_words_in_one_more_language_correct_nothing(self) -> None:
        first = version_of("a", published=1, effective=30)
        words = MappingProxyType({"en": Words("en", "More."), "de": Words("de", "Mehr.")})
        told = replace(first, note=note_of("a", 30, words=words), stated_at=day(5), earlier=(first,))
        assert EventKind.CORRECTED not in [event.kind for event in derive(policy_of(told))]


class TestOrder:
    def test_events_of_one_instant_stand_by_kind_policy_version_and_language(self) -> None:
        privacy = policy_of(version_of("b", published=1, effective=1, translations={"tr": (3,), "de": (3,)}))
        cookies = policy_of(version_of("a", published=1, effective=1, policy="cookies"), policy="cookies")
        expected = [
            "cookies/a/published",
            "privacy/b/published",
            "cookies/a/effective",
            "privacy/b/effective",
            "privacy/b/translated/de",
            "privacy/b/translated/tr",
        ]
        assert names(derive(privacy, cookies)) == expected
        assert derive(privacy, cookies) == derive(cookies, privacy)

    def test_the_version_before_is_the_one_that_was_known_then(self) -> None:
        first, last = version_of("1", published=1, effective=2), version_of("3", published=3, effective=90)
        between = version_of("2", published=10, effective=50)
        events = derive(policy_of(first, between, last))
        published = {event.version: event for event in events if event.kind is EventKind.PUBLISHED}
        assert published["3"].previous_version == "1"
        assert published["3"].sections[0].id == "1-3"
        assert next(e for e in events if e.kind is EventKind.EFFECTIVE and e.version == "3").previous_version == "2"


class TestWhatWasKnown:
    def test_a_translation_is_told_in_the_words_it_had_then(self) -> None:
        policy = policy_of(version_of("a", published=1, effective=2, translations={"de": (5, 9)}))
        assert "de" not in version_known_at(policy, policy.versions[0], day(4)).editions
        early = version_known_at(policy, policy.versions[0], day(5)).editions["de"]
        late = version_known_at(policy, policy.versions[0], day(9)).editions["de"]
        assert (early.title, late.title) == ("Privacy 0", "Privacy 1")
        assert early.body == "de a 0\n"

    def test_words_come_with_the_text_in_their_language_or_at_their_own_instant(self) -> None:
        words = MappingProxyType({"en": Words("en", "More."), "de": Words("de", "Mehr."), "tr": Words("tr", "Daha.")})
        note = note_of("a", 2, words=words, words_published_at=MappingProxyType({"tr": day(7)}))
        policy = policy_of(version_of("a", published=1, effective=2, translations={"de": (5,)}, note=note))

        def known(at: float) -> set[str]:
            version = version_known_at(policy, policy.versions[0], day(at))
            return set(version.note.words) if version.note else set()

        assert [known(1), known(5), known(7)] == [{"en"}, {"en", "de"}, {"en", "de", "tr"}]

    def test_a_withdrawal_is_not_known_before_it_is_said(self) -> None:
        policy = policy_of(version_of("a", published=1, effective=30, withdrawn_at=day(10)))
        assert version_known_at(policy, policy.versions[0], day(9)).withdrawn_at is None
        assert version_known_at(policy, policy.versions[0], day(10)).withdrawn_at == day(10)


def as_known(policy: Policy, at: datetime) -> Policy:
    """Return what the catalogue finds in the same history at an earlier instant."""
    versions = []
    for version in policy.versions:
        if version.published_at > at:
            continue
        editions = {}
        for locale, found in version.editions.items():
            revisions = [entry for entry in (*found.earlier, found.revision) if (entry.committed_at or START) <= at]
            if revisions:
                text = f"{locale} {version.label} {len(revisions) - 1}\n"
                editions[locale] = replace(
                    found,
                    title=f"Privacy {len(revisions) - 1}",
                    body=text,
                    revision=revisions[-1],
                    earlier=tuple(revisions[:-1]),
                )
        withdrawn_at = version.withdrawn_at if version.withdrawn_at and version.withdrawn_at <= at else None
        versions.append(replace(version, editions=MappingProxyType(editions), withdrawn_at=withdrawn_at))
    return policy_of(*versions, policy=policy.id)


days = st.integers(0, 60)


@st.composite
def policies(draw: st.DrawFn, policy: str) -> Policy:
    versions = []
    for label in draw(st.lists(st.sampled_from("abcdef"), unique=True, max_size=5)):
        published = draw(days)
        translations = {
            locale: tuple(sorted(published + delay for delay in delays))
            for locale, delays in draw(
                st.dictionaries(st.sampled_from(("de", "tr")), st.sets(days, min_size=1, max_size=3), max_size=2)
            ).items()
        }
        withdrawn = draw(st.none() | days)
        versions.append(
            version_of(
                label,
                published=published,
                effective=draw(days),
                policy=policy,
                translations=translations,
                significance=draw(st.sampled_from(Significance)),
                withdrawn_at=None if withdrawn is None else day(withdrawn),
            )
        )
    return policy_of(*versions, policy=policy)


class TestHistoryGoesOn:
    @settings(deadline=None)
    @given(first=policies("privacy"), second=policies("cookies"), early=days, later=days)
    def test_events_at_an_earlier_instant_are_the_first_of_those_at_a_later_one(
        self, first: Policy, second: Policy, early: int, later: int
    ) -> None:
        then, now = day(early), day(early + later)
        before = derive(as_known(first, then), as_known(second, then), as_of=then)
        after = derive(as_known(first, now), as_known(second, now), as_of=now)
        assert after[: len(before)] == before
        assert len({event.id for event in after}) == len(after)
        assert [event.seq for event in after] == list(range(1, len(after) + 1))
        assert all(event.occurred_at <= now for event in after)

    @settings(deadline=None)
    @given(policy=policies("privacy"), early=days, later=days)
    def test_what_was_known_at_an_instant_does_not_change(self, policy: Policy, early: int, later: int) -> None:
        then, now = as_known(policy, day(early)), as_known(policy, day(early + later))
        for version in then.versions:
            known = version_known_at(then, version, day(early))
            assert version_known_at(now, now.version(version.label), day(early)) == known


class TestWhatOperatorsDecide:
    def test_a_review_tells_that_the_text_in_force_still_holds(self) -> None:
        versions = [version_of("a", published=1, effective=2), version_of("b", published=20, effective=40)]
        policy = replace(policy_of(*versions), reviewed={day(30): day(30).date(), day(50): day(50).date()})
        told = [(event.kind, event.version, event.occurred_at) for event in derive(policy) if "/reviewed/" in event.id]
        assert told == [(EventKind.REVIEWED, "a", day(30)), (EventKind.REVIEWED, "b", day(50))]
        assert "privacy/a/reviewed/2024-01-31" in names(derive(policy))

    def test_a_policy_that_is_retired_says_so_once(self) -> None:
        policy = replace(policy_of(version_of("a", published=1, effective=2)), retired_at=day(30))
        assert names(derive(policy))[2:] == ["privacy/a/retired"]
        assert derive(policy, as_of=day(29)) == derive(replace(policy, retired_at=None))

    def test_nothing_is_said_of_a_policy_before_it_applies(self) -> None:
        policy = replace(policy_of(version_of("a", published=10, effective=20)), reviewed={day(5): day(5).date()})
        assert names(derive(policy)) == ["privacy/a/published", "privacy/a/effective"]


class TestContinuing:
    def test_what_is_published_keeps_its_place_and_what_is_new_follows(self) -> None:
        first, second = version_of("a", published=1, effective=30), version_of("b", published=5, effective=40)
        published = derive(policy_of(first), as_of=day(30))
        events = derive(policy_of(first, second), as_of=day(40), published=published)
        assert names(events) == [
            "privacy/a/published",
            "privacy/a/effective",
            "privacy/b/published",
            "privacy/b/effective",
        ]
        assert [event.occurred_at for event in events] == [day(1), day(30), day(30), day(40)]
        assert events[:2] == published
        assert derive(policy_of(first, second), as_of=day(40), published=events) == events

    def test_what_no_longer_follows_is_kept_and_marked(self) -> None:
        withdrawn = version_of("a", published=1, effective=30, withdrawn_at=day(10))
        published = derive(policy_of(withdrawn))
        events = derive(policy_of(replace(withdrawn, withdrawn_at=None)), published=published)
        assert [(event.id, event.is_kept) for event in events[:2]] == [
            (published[0].id, False),
            (published[1].id, True),
        ]
        assert [event.seq for event in events] == [1, 2, 3]

    @settings(deadline=None)
    @given(
        versions=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=6),
        early=st.integers(0, 130),
        later=st.integers(0, 130),
    )
    def test_for_any_history_a_later_change_feed_begins_with_the_earlier_one(
        self, versions: list[tuple[int, int]], early: int, later: int
    ) -> None:
        policy = policy_of(
            *(
                version_of(f"v{number}", published=published, effective=published + after)
                for number, (published, after) in enumerate(versions)
            )
        )
        before, after = derive(policy, as_of=day(early)), derive(policy, as_of=day(early + later))
        assert after[: len(before)] == before
        assert derive(policy, as_of=day(early + later), published=before) == after
