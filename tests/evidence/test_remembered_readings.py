"""What is remembered, or looked for in fewer places, is what would be found anew."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policy_site.evidence.kinds import parties
from policy_site.evidence.numerals import _DIGITS, _digits
from policy_site.evidence.values import read_passage

_WORDS = st.sampled_from(
    [
        "Acme Corp",
        "acme",
        "The",
        "we",
        "iPhone",
        "phones",
        "Phone",
        "GDPR",
        "gdpr",
        "Data",
        "data",
        "Banks",
        "bank",
        ". ",
    ]
)
_TEXTS = st.lists(_WORDS, max_size=12).map(" ".join)
_NUMBERS = st.text(alphabet="0123456789٣.,:/ -‑a#_AÅ日st\u00a0", max_size=40)


@given(text=_TEXTS, vocabulary=st.frozensets(_WORDS.map(str.casefold)))
def test_a_party_depends_on_no_word_of_the_vocabulary_but_those_it_asks_for(
    text: str, vocabulary: frozenset[str]
) -> None:
    few = vocabulary & parties.words_asked_for(text)
    whole, asked = (read_passage(text, locale="en", vocabulary=words) for words in (vocabulary, few))
    assert list(parties.find_parties(whole)) == list(parties.find_parties(asked))


@given(text=_NUMBERS)
def test_numbers_are_found_where_a_search_of_every_place_finds_them(text: str) -> None:
    assert [found.span() for found in _digits(text)] == [found.span() for found in _DIGITS.finditer(text)]
