"""Edits say what sort of words they change, at their place and on top, and nothing is said of less."""

from __future__ import annotations

import pytest

from policy_site.redlines import compare, count_matters, html, text, weigh
from policy_site.redlines.threads import History
from tests.redlines.test_redline_module import assert_same
from tests.support.redline_documents import document


@pytest.mark.parametrize(
    ("old", "new", "said", "locale"),
    [
        ("We keep it for 30 days.", "We keep it for 60 days.", "Periods", "en"),
        ("You pay EUR 10.50 each.", "You pay EUR 12.50 each.", "Amounts", "en"),
        ("We do not sell it.", "We sell it.", "Negations", "en"),
        ("You may leave.", "You must leave.", "May, must, shall", "en"),
        ("Wir speichern es 14 Tage.", "Wir speichern es 30 Tage.", "Periods", "de"),
        ("Interest is 5% a year.", "Interest is 9% a year.", "Percentages", "en"),
    ],
)
def test_what_matters_is_marked_at_its_place_and_counted(old: str, new: str, said: str, locale: str) -> None:
    redline = compare(document(f"# T\n\n{old}"), document(f"# T\n\n{new}"))
    weighed = weigh(redline, locale=locale)
    assert f"[{said}]" in html.render(weighed)
    assert f"({said})" in text.render(weighed, colour=False)
    assert sum(count_matters(redline, locale=locale).values()) == 1
    assert (weighed.changes, weighed.words_added) == (redline.changes, redline.words_added)


def test_words_of_no_weight_have_no_mark() -> None:
    texts = document("# T\n\nWe keep it here gladly."), document("# T\n\nWe keep it there gladly.")
    assert "redline-matters" not in html.render(weigh(compare(*texts), locale="en"))


def test_the_browser_shows_them_at_the_same_places() -> None:
    versions = [f"# T\n\nWe keep it for {days} days, and do not sell it.\n\nMore." for days in (30, 60, 90)]
    assert_same([History([document(text) for text in versions], locale="en")])
