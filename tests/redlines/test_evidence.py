"""What a change says by itself: numbers, names and negations that went or came, wherever words only moved or stayed."""

from __future__ import annotations

import pytest

from policy_site.redlines import compare
from policy_site.redlines.evidence import weigh_sections
from tests.support.redline_documents import document


def _weighed(old: str, new: str, locale: str = "en") -> dict[str, tuple[list[str], list[str]]]:
    """Return what went and what came, as it is written, by section."""
    redline = compare(document(old), document(new))
    return {
        section.id: ([each.words for each in found.gone], [each.words for each in found.come])
        for section, found in weigh_sections(redline, locale=locale)
    }


@pytest.mark.parametrize(
    ("old", "new", "gone", "come"),
    [
        ("We keep it for 30 days.", "We keep it for 30 years.", ["30 days"], ["30 years"]),
        ("We keep it for 30 days.", "We keep it for 30 business days.", ["30 days"], ["30 business days"]),
        ("We do not sell it.", "We sell it.", ["not"], []),
        ("You may leave.", "You must leave.", ["may"], ["must"]),
        ("We never sell. We may not share.", "We may sell. We never share.", ["never", "may", "not"], ["may", "never"]),
        ("Logs 30 days, mail 60 days.", "Logs 60 days, mail 30 days.", ["30 days", "60 days"], ["60 days", "30 days"]),
        ("We share with Stripe.", "We share with Stripe and Acme Ltd.", [], ["Acme Ltd."]),
        ("Write to [us](mailto:a@example.org).", "Write to [us](mailto:b@example.org).", ["us"], ["us"]),
        ("See [help](https://example.org/a).", "See [help](https://example.org/b).", ["help"], ["help"]),
        ("It costs €5.", "It costs €50.", ["€5"], ["€50"]),
    ],
)
def test_what_changed_is_named_as_it_is_written(old: str, new: str, gone: list[str], come: list[str]) -> None:
    assert _weighed(f"## One {{#one}}\n\n{old}", f"## One {{#one}}\n\n{new}") == {"one": (gone, come)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We keep data for 30 days.", "We retain data for 30 days."),
        ("We keep data for 30 days.", "We keep data for thirty (30) days."),
        ("We don't sell your data.", "We do not sell your data."),
        ("It costs €1,000 a year.", "It costs EUR 1000 a year."),
        (
            "Logs are kept for 30 days; mail is kept for 2 years.",
            "- Logs are kept for 30 days\n- mail is kept for 2 years",
        ),
        ("Write to <https://example.org/a/>.", "Write to https://example.org/a."),
    ],
)
def test_words_that_say_the_same_are_no_evidence(old: str, new: str) -> None:
    found = _weighed(f"## One {{#one}}\n\n{old}", f"## One {{#one}}\n\n{new}")
    assert found.get("one", ([], [])) == ([], [])


def test_a_paragraph_that_moves_says_nothing_new() -> None:
    clause = "Whoever asks gets an answer within 30 days, and not later, from whoever is responsible for it."
    old = (
        f"## One {{#one}}\n\nA word about us and our offices in town.\n\n{clause}\n\n## Two {{#two}}\n\nSomething else."
    )
    new = (
        f"## One {{#one}}\n\nA word about us and our offices in town.\n\n## Two {{#two}}\n\nSomething else.\n\n{clause}"
    )
    assert all(not gone and not come for gone, come in _weighed(old, new).values())


def test_a_new_section_and_one_that_went_say_all_they_say() -> None:
    old = "## One {#one}\n\nWe keep it for 30 days.\n\n## Two {#two}\n\nYou may leave."
    new = "## One {#one}\n\nWe keep it for 30 days.\n\n## Three {#three}\n\nYou must pay €5 without delay."
    assert _weighed(old, new) == {"two": (["may"], []), "three": ([], ["must", "€5", "without"])}
