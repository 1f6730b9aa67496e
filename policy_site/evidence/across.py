"""What two texts in different languages say, compared by what is the same in every language: numbers and addresses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from policy_site.evidence.numerals import find_numerals
from policy_site.evidence.reading import read_section
from policy_site.evidence.values import Evidence, Kind
from policy_site.model import Section

_COUNTED = frozenset({Kind.DATE, Kind.AGE, Kind.PERIOD, Kind.PERCENTAGE, Kind.AMOUNT, Kind.REFERENCE, Kind.NUMBER})
_WITH_UNITS = frozenset({Kind.PERIOD, Kind.AMOUNT})


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What one text says and the other does not, in the order of each."""

    lacking: tuple[Evidence, ...]
    """Said by the first text alone."""
    own: tuple[Evidence, ...]
    """Said by the second text alone."""

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return bool(self.lacking or self.own)


def compare_across(source: Section, translation: Section, *, source_locale: str, locale: str) -> Disagreement:
    """Compare numbers, periods, amounts, dates and e-mail addresses of a section and its translation.

    A number that is written in words (*zwölf*) may be read on one side only: it never disagrees by itself, and it can
    stand for the digits of the other side. So does a one. Where a unit is known on one side only, the number counts.
    """
    mine, theirs = read_section(source, locale=source_locale), read_section(translation, locale=locale)
    lacking, own = _rest([each for each in mine if each.kind is Kind.DATE], theirs)
    # where one side has dates left alone, the other may have written them in a form that is not known here
    dates = (lacking, own) if lacking and own else ([], [])
    numbers = _unpaired_numbers(
        [each for each in mine if _counts(each, lacking) and each not in dates[0]],
        [each for each in theirs if _counts(each, own) and each not in dates[1]],
        (_spelled(source, source_locale), _spelled(translation, locale)),
    )
    units = _other_units(mine, theirs)
    emails = _addresses(mine, theirs)
    return Disagreement(
        tuple(each for each in mine if each in (*dates[0], *numbers[0], *units[0], *emails[0])),
        tuple(each for each in theirs if each in (*dates[1], *numbers[1], *units[1], *emails[1])),
    )


def count_shapes(section: Section) -> dict[str, int]:
    """Return how many list items and table rows a section has."""
    seen = {
        (each.tag, each.ordinal) for block in section.blocks for each in block.containers if each.tag in ("li", "tr")
    }
    counts = Counter(tag for tag, _ in seen)
    return {tag: counts[tag] for tag in ("li", "tr")}


def _rest(dates: Sequence[Evidence], translation: Sequence[Evidence]) -> tuple[list[Evidence], list[Evidence]]:
    """Return the dates of each side that the other has not."""
    others = [each for each in translation if each.kind is Kind.DATE]
    mine, theirs = (Counter(each.value for each in side) for side in (dates, others))
    return _more(dates, theirs), _more(others, mine)


def _more(these: Sequence[Evidence], said: Counter[str]) -> list[Evidence]:
    left = Counter(said)
    kept = []
    for each in these:
        if left[each.value]:
            left[each.value] -= 1
        else:
            kept.append(each)
    return kept


def _counts(evidence: Evidence, dates: Sequence[Evidence]) -> bool:
    return evidence.kind in _COUNTED and (evidence.kind is not Kind.DATE or evidence in dates)


def _spelled(section: Section, locale: str) -> Counter[str]:
    """Return the numbers that a section has in words."""
    language = locale.split("-", 1)[0].lower()
    return Counter(
        numeral.value
        for block in section.blocks
        for numeral in find_numerals(block.text, locale=locale, language=language)
        if numeral.is_word
    )


def _unpaired_numbers(
    source: Sequence[Evidence], translation: Sequence[Evidence], spelled: tuple[Counter[str], Counter[str]]
) -> tuple[list[Evidence], list[Evidence]]:
    """Return what has a number in digits that the other side has nowhere left, neither in digits nor in words."""
    digits = [
        [(number, each) for each in side if _is_in_digits(each) for number in _numbers(each)]
        for side in (source, translation)
    ]
    result: list[list[Evidence]] = []
    for side, other, words in ((digits[0], digits[1], spelled[1]), (digits[1], digits[0], spelled[0])):
        left = Counter(number for number, _ in other) + words
        unpaired: list[Evidence] = []
        for number, each in side:
            if left[number]:
                left[number] -= 1
            elif number != "1" or each.kind in (Kind.AMOUNT, Kind.PERCENTAGE):
                unpaired.append(each)
        result.append(unpaired)
    return result[0], result[1]


def _numbers(evidence: Evidence) -> list[str]:
    if evidence.kind is Kind.DATE:
        parts = [part for part in evidence.value.split("-") if part]
        has_month = sum(sign.isdigit() for sign in evidence.words) > (6 if len(parts) == 3 else 4)  # noqa: PLR2004
        kept = parts if has_month else [parts[0], *parts[2:]] if not evidence.value.startswith("--") else parts[1:]
        return [part.lstrip("0") for part in kept]
    if evidence.kind is Kind.REFERENCE:
        return [] if evidence.value.startswith("#") or "#" in evidence.value else regex.findall(r"\d+", evidence.value)
    return [evidence.value.split(" ", 1)[0]]


def _is_in_digits(evidence: Evidence) -> bool:
    return any(sign.isdecimal() for sign in evidence.words)


def _other_units(source: Sequence[Evidence], translation: Sequence[Evidence]) -> tuple[list[Evidence], list[Evidence]]:
    """Return periods and amounts of the same number with another unit: 30 days here, 30 months there."""
    lacking: list[Evidence] = []
    own: list[Evidence] = []
    for kind in _WITH_UNITS:
        mine, theirs = ([each for each in side if each.kind is kind] for side in (source, translation))
        rest = _more(mine, Counter(each.value for each in theirs)), _more(theirs, Counter(each.value for each in mine))
        numbers = {each.value.split(" ", 1)[0] for each in rest[0]} & {each.value.split(" ", 1)[0] for each in rest[1]}
        lacking += [each for each in rest[0] if each.value.split(" ", 1)[0] in numbers and _is_in_digits(each)]
        own += [each for each in rest[1] if each.value.split(" ", 1)[0] in numbers and _is_in_digits(each)]
    return lacking, own


def _addresses(source: Sequence[Evidence], translation: Sequence[Evidence]) -> tuple[list[Evidence], list[Evidence]]:
    mine, theirs = ([each for each in side if each.kind is Kind.EMAIL] for side in (source, translation))
    return (
        [each for each in mine if each.value not in {other.value for other in theirs}],
        [each for each in theirs if each.value not in {other.value for other in mine}],
    )
