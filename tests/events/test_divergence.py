"""Where two JSON values differ is named, and both are shown so that it is seen."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_site.events.divergence import MISSING, Divergence, find_divergences, show_divergence

LONG = (
    "- Recipients. Microsoft Azure hosts what you give us, in data centres in the Union and nowhere else, and keeps all"
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.text("ae\u0301é\\\"'…missing"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)
LONG_TEXTS = st.builds("".join, st.lists(st.sampled_from(["word ", LONG, "…", "\n", "é", "e\u0301", "ü", "\u202e"])))


def shown(before: object, after: object) -> list[tuple[str, str, str]]:
    """Return path and both sides of everything that differs."""
    return [(found.path, *show_divergence(found)) for found in find_divergences(before, after)]


def test_a_change_deep_in_a_record_is_named_by_its_path() -> None:
    before = {"seq": 1, "editions": {"en": {"title": "Privacy", "summary": {"text": "18 months"}}}}
    after = {"seq": 1, "editions": {"en": {"title": "Privacy", "summary": {"text": "12 months"}}}}
    assert shown(before, after) == [("editions.en.summary.text", '"18 months"', '"12 months"')]


def test_the_order_of_keys_counts_for_nothing() -> None:
    before = {"editions": {"en": {"title": "Privacy", "status": "current"}}, "sections": [{"id": "a", "change": "b"}]}
    after = {"sections": [{"change": "b", "id": "a"}], "editions": {"en": {"status": "current", "title": "Privacy"}}}
    assert shown(before, after) == []


@pytest.mark.parametrize(("before", "after"), [(True, 1), (False, 0), ("1", 1), (None, {}), ({}, []), ([True], [1])])
def test_values_of_two_kinds_differ_as_in_json(before: object, after: object) -> None:
    assert shown({"retroactive": before}, {"retroactive": after}) == [
        ("retroactive", json.dumps(before), json.dumps(after))
    ]


def test_members_that_one_side_lacks_are_called_missing() -> None:
    assert shown({"a": {"gone": 1}}, {"a": {"new": "missing"}}) == [
        ("a.gone", "1", "missing"),
        ("a.new", "missing", '"missing"'),
    ]
    (divergence,) = find_divergences({}, {"new": None})
    assert divergence == Divergence("new", MISSING, None)


@pytest.mark.parametrize("beginning", ["", LONG, LONG * 20])
@pytest.mark.parametrize("end", ["", LONG])
def test_a_difference_far_into_a_text_is_seen_with_the_words_around_it(beginning: str, end: str) -> None:
    ((_, before, after),) = shown(
        {"text": f"{beginning} for 18 months.{end}"}, {"text": f"{beginning} for 12 months.{end}"}
    )
    assert "for 18 months." in before
    assert "for 12 months." in after
    assert len(before) <= 62
    assert before.startswith("…") == after.startswith("…") == bool(beginning)
    assert before.endswith("…") == after.endswith("…") == bool(end)


def test_an_end_that_is_missing_is_seen() -> None:
    ((_, before, after),) = shown({"text": LONG}, {"text": f"{LONG} of it"})
    assert before.endswith(' keeps all"')
    assert after.endswith(' keeps all of it"')


def test_an_element_of_a_list_is_seen_in_it() -> None:
    before = {"sections": [{"id": f"section-{number}", "change": "modified"} for number in range(20)]}
    after = {"sections": [*before["sections"][:15], {"id": "section-15", "change": "moved"}]}
    ((path, old, new),) = shown(before, after)
    assert path == "sections"
    assert '"modified", "id": "section-15"' in old
    assert new.endswith('"moved", "id": "section-15"}]')


def test_what_unicode_calls_equivalent_is_escaped() -> None:
    assert shown({"text": "Caf\u00e9"}, {"text": "Cafe\u0301"}) == [("text", '"Caf\\xe9"', '"Cafe\\u0301"')]
    assert shown({"text": "a b"}, {"text": "a\u00a0b"}) == [("text", '"a b"', '"a\\xa0b"')]
    assert shown({"text": "Gerät"}, {"text": "Geräte"}) == [("text", '"Gerät"', '"Geräte"')]


def test_nothing_that_is_told_breaks_the_line_or_turns_it_around() -> None:
    ((path, before, after),) = shown({"a\nb\u2028": "\u202e\x7f\n"}, {"a\nb\u2028": "\u0085"})
    assert path == "a\\nb\\u2028"
    assert (before, after) == ('"\\u202e\\x7f\\n"', '"\\x85"')


@given(before=VALUES | LONG_TEXTS, after=VALUES | LONG_TEXTS)
def test_property_whatever_differs_is_shown_differently(before: Any, after: Any) -> None:
    told = shown(before, after)
    assert bool(told) == (json.dumps(before, sort_keys=True) != json.dumps(after, sort_keys=True))
    for path, old, new in told:
        assert unicodedata.normalize("NFC", old) != unicodedata.normalize("NFC", new)
        assert max(len(old), len(new)) <= 62
        assert f"{path}{old}{new}".isprintable()


@given(beginning=LONG_TEXTS, before=LONG_TEXTS, after=LONG_TEXTS, end=LONG_TEXTS)
def test_property_a_change_between_long_texts_is_shown(beginning: str, before: str, after: str, end: str) -> None:
    told = shown({"text": beginning + before + end}, {"text": beginning + after + end})
    assert bool(told) == (before != after)
    assert all(unicodedata.normalize("NFC", old) != unicodedata.normalize("NFC", new) for _, old, new in told)
