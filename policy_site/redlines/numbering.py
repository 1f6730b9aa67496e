# ruff: noqa: RUF001 - dashes as they stand in texts
"""Numbers before headings and paragraphs: `1.`, `4.2`, `(a)`, `§ 3`. Renumbering is said once.

A number at the start is a word, and its change a change of words, unless it is a marker: it has punctuation, several
parts or a word like *Section* (in a heading it may stand bare), and another one near it confirms it by counting on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from policy_site.redlines.units import MONTHS, UNITS

_NUMBER = regex.compile(
    r"""(?xi)\s*
    (?P<word>(?:§+|section|article|clause|art\.|artikel|abschnitt|ziffer|articolo|artículo|第)\s*)?
    (?:
        (?P<digits>\p{Nd}+(?:\.\p{Nd}+)*)(?:(?P<sign>[.):])|\s*[条章节節项項]|(?=\s+\p{Lu}|\s*[–—-]\s))
      | \(\s*(?:(?P<digits>\p{Nd}{1,3})|(?P<letters>[a-z]|[ivx]{1,5}))\s*(?P<sign>\))
      | (?P<letters>[a-z]|(?-i:[IVX]{1,6}|[ivx]{2,5}))(?P<sign>[.)])
    )
    (?:\s+|(?<=[条章節节項项])|$)
    """
)
_WORD_AFTER = regex.compile(r"[\p{L}\p{M}%‰°\p{Sc}]+")
_NEAR = 3
"""Numbered blocks of the same kind before and after a block that can confirm its number."""
_ROMAN = {"i": 1, "v": 5, "x": 10}

Counted = tuple[int, ...]
"""The parts of a number, the last of which is counted on."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A number before words that may be a marker."""

    end: int
    """Where the words begin."""
    form: tuple[str, str, str]
    """What stands around the number, so that `1.` is not counted on by `(2)`."""
    values: tuple[Counted, ...]
    """What it may mean: `(i)` is the ninth letter, and one."""


def split_number(text: str) -> int:
    """Return where the words begin after what looks like a number before them; 0 where nothing does."""
    found = _NUMBER.match(text)
    return found.end() if found and found.end() < len(text) else 0


def without_number(text: str) -> str:
    """Return the words after what looks like a number, for telling whether two headings are the same."""
    return text[split_number(text) :].strip()


def read_marker(text: str, *, is_heading: bool) -> Marker | None:
    """Return the number before the words of a block, if it can be a marker at all."""
    found = _NUMBER.match(text)
    if found is None or found.end() >= len(text):
        return None
    digits, letters, word, sign = found["digits"], found["letters"], found["word"] or "", found["sign"] or ""
    after = _WORD_AFTER.match(text, found.end())
    follower = after[0].casefold() if after else ""
    if digits is not None and (follower in UNITS or follower in MONTHS):
        return None
    is_bare = digits is not None and not word and not sign and "." not in digits
    if is_bare and not (is_heading and found[0].strip() == digits):
        return None
    form = (word.strip().casefold(), "(" if "(" in found[0] else "", sign)
    if digits is not None:
        return Marker(found.end(), form, (tuple(int(part) for part in digits.split(".")),))
    small = letters.casefold()
    values = [(ord(small) - ord("a") + 1,)] if len(small) == 1 else []
    if set(small) <= _ROMAN.keys():
        values.append((_roman(small),))
    return Marker(found.end(), (*form[:2], f"{form[2]} {'A' if letters.isupper() else 'a'}"), tuple(values))


def _roman(letters: str) -> int:
    values = [_ROMAN[letter] for letter in letters]
    return sum(
        -value if any(later > value for later in values[place + 1 : place + 2]) else value
        for place, value in enumerate(values)
    )  # fmt: skip


def confirmed(markers: Sequence[Marker | None], *, are_headings: bool = False) -> list[int]:
    """Return for each block of one kind, in order, where its words begin after a marker; 0 where it has none.

    A marker is confirmed by one near it that counts on from it or to it: 3 by 2 or 4, 4.1 by 4.2, 4 or 5. The only
    numbered heading of a text (the text of one section, say) has none to be confirmed by, and is believed if a sign or
    a word says that it is a number: `11.`, `§ 3`.
    """
    places = [place for place, marker in enumerate(markers) if marker is not None]
    ends = [0] * len(markers)
    if are_headings and len(places) == 1:
        alone = markers[places[0]]
        if alone is not None and (alone.form[0] or alone.form[2]):
            ends[places[0]] = alone.end
        return ends
    for index, place in enumerate(places):
        marker = markers[place]
        assert marker is not None
        before = [markers[other] for other in places[max(index - _NEAR, 0) : index]]
        after = [markers[other] for other in places[index + 1 : index + 1 + _NEAR]]
        if any(_counts_on(other, marker) for other in before) or any(_counts_on(marker, other) for other in after):
            ends[place] = marker.end
    return ends


def _counts_on(first: Marker | None, second: Marker | None) -> bool:
    """Say whether a marker is followed by another: 3 by 4, 4.2 by 4.3, 4 by 4.1, and 4.2 or 4.2.1 by 5."""
    if first is None or second is None:
        return False
    return any(_follows(one, other, first.form == second.form) for one in first.values for other in second.values)


def _follows(one: Counted, other: Counted, is_one_form: bool) -> bool:  # noqa: FBT001 - a fact of the pair
    depth = len(other) - 1
    if len(one) == len(other):
        return is_one_form and one[:depth] == other[:depth] and other[depth] == one[depth] + 1
    if len(other) == len(one) + 1:
        return other[:-1] == one and other[-1] == 1
    return len(other) < len(one) and one[:depth] == other[:depth] and other[depth] == one[depth] + 1
