"""Ages of people: *under the age of 16*, *13 or older*, *16 Jahre alt*."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from policy_site.evidence.quantities import Quantity, find_quantities
from policy_site.evidence.values import Found, Passage

_BEFORE = regex.compile(
    r"(?:\bages?(?:\s+of)?|\baged|\b(?:children|minors?|persons?|people|users?|anyone|individuals|those)(?:\s+who\s+are)?"
    r"(?:\s+(?:under|below|over|above|younger\s+than|older\s+than))(?:\s+the\s+age\s+of)?"
    r"|\b(?:under|below)(?:\s+the)?\s+age\s+of|\balter(?:\s+von)?|\b[âa]ge\s+de|\bâgée?s?\s+de|\bmoins\s+de|\bplus\s+de"
    r"|\bmenores\s+de|\bmayores\s+de|\bedad\s+de|\bmaiores\s+de|\bidade\s+de|\bwieku|\bukończył[aoy]?|\bukończenia"
    r"|سن|عمر|גיל|בן|בני|מגיל|満|年满|未满|不满|滿)\s*$",
    regex.IGNORECASE,
)
_AFTER = regex.compile(
    r"\s*(?:years?\s+of\s+age|years?[\s\-]old|(?:years?\s+)?(?:or|and)\s+(?:older|over|above|younger|under)\b"
    r"|jahre\s+alt|lebensjahr|yaş\p{L}*|歳|岁|周岁|歲|살|세|roku\s+życia)",
    regex.IGNORECASE,
)
_UNDER = regex.compile(
    r"(?:\bunder|\bover|\bunter|\büber|\bponiżej|\bpowyżej|\bab|\bmindestens|\bat\s+least)\s*$", regex.IGNORECASE
)
_PEOPLE = regex.compile(
    r"\b(?:child|children|minors?|kind(?:er|ern)?|jugendliche\p{L}*|personen|enfants?|niñ[oa]s|crianças|dzieci|çocuk\p{L}*)\b",
    regex.IGNORECASE,
)
_OLDEST = 99


def find_ages(passage: Passage) -> Iterator[Found]:
    """Find numbers that tell how old somebody is."""
    years: dict[int, Quantity] = {
        quantity.start: quantity for quantity in find_quantities(passage) if quantity.unit == "year"
    }
    for numeral in passage.numerals:
        if numeral.is_word and numeral.start not in years:
            continue
        if not numeral.value.isdigit() or not 1 < int(numeral.value) <= _OLDEST:
            continue
        before = passage.text[max(0, numeral.start - 60) : numeral.start]
        after = _AFTER.match(passage.text, numeral.end) or (
            regex.match(r"\.\s*lebensjahr\p{L}*", passage.text[numeral.end : numeral.end + 20], regex.IGNORECASE)
        )
        quantity = years.get(numeral.start)
        end = max(
            numeral.end if after is None else after.end() if after.pos else numeral.end + after.end(),
            quantity.end if quantity else 0,
        )
        is_of_people = _UNDER.search(before) and (
            _PEOPLE.search(before) or _PEOPLE.search(passage.text[end : end + 20])
        )
        if after or _BEFORE.search(before) or is_of_people:
            yield Found(f"{numeral.value} years of age", numeral.start, end)
