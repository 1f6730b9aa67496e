# ruff: noqa: RUF001 - signs of many scripts
"""Text cut into tokens by the rules of Unicode: what is never cut, and never compared in part.

One token each: a word with its combining marks, inner apostrophes and hyphens; an address; a number with its sign,
currency, per cent or unit; a date; a character of a script that is written without spaces; any other grapheme cluster.
White space stands between tokens and is not compared, except in verbatim text, where it is a token too.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import regex

from policy_site.redlines.units import MONTHS, UNITS, UNITS_WITHOUT_SPACE

_EXTEND = r"[\p{M}\p{GCB=Extend}\p{GCB=SpacingMark}\u200c\u200d]"
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_LETTER = rf"[[\p{{L}}\p{{N}}\p{{Pc}}]--[{_UNSPACED}\u30fc]]"
_WORD = rf"{_LETTER}(?:{_LETTER}|{_EXTEND})*"
_DIGITS = rf"\p{{Nd}}(?:\p{{Nd}}|{_EXTEND})*"
_ADDRESS_TAIL = r"""[^\s<>"“”«»「」（），。、\p{Han}\p{Hiragana}\p{Katakana}]*[\p{L}\p{N}/=&\#]"""

_TOKEN = regex.compile(
    rf"""(?V1x)
    (?:
        [A-Za-z]++(?=[ ,;)\n](?!{_EXTEND}))                                                   # most words, quickly
      | (?:(?i:https?|ftp)://|(?i:www\.|mailto:)){_ADDRESS_TAIL}                              # address with a scheme
      | [A-Za-z0-9._%+\-]{{1,64}}+@[A-Za-z0-9\-]{{1,63}}+(?:\.[A-Za-z0-9\-]{{1,63}}+)+        # e-mail address
      | (?:[A-Za-z0-9\-]{{1,63}}+\.)+[A-Za-z]{{2,24}}+/{_ADDRESS_TAIL}                        # host and path
      | (?P<number>
            (?:(?<!\S)[\-−+±~<>≤≥])?\p{{Sc}}?{_DIGITS}
            (?:[.,:/'’٫٬–\-\u00a0\u202f]{_DIGITS})*
            (?:[\-‐‑]?{_WORD})?(?:[\-‐‑]{_WORD})*                                             # 3rd, 30-day, 14-tägig
            (?:\s?[%‰٪°\p{{Sc}}])?
        )
      | {_WORD}(?:['’ʼ.·\-‐‑\u05f3\u05f4]{_WORD})*                                            # don't, opt-out, e.g
      | [\p{{Katakana}}ー][\p{{Katakana}}ー]*
      | (?P<sign>[.\-_*=~…·])(?P=sign)+
      | \s(?={_EXTEND})
      | (?=\S)\X
    )
    {_EXTEND}*
    """
)
_VERBATIM = regex.compile(rf"(?V1)\r?\n|[^\S\n]+(?!{_EXTEND})")
_WORDLIKE = regex.compile(r"[\p{L}\p{N}]")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text, as parallel rows."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    keys: tuple[str, ...]
    """What is compared: normalised (NFC), inner white space as one space."""

    def __len__(self) -> int:
        return len(self.keys)


def tokenise(text: str, *, is_verbatim: bool = False) -> Tokens:
    """Cut ``text`` into tokens; what stands between them is white space."""
    starts: list[int] = []
    ends: list[int] = []
    numbers: list[int] = []
    position = 0
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        if is_verbatim and start > position:
            _add_white_space(text, position, start, starts, ends)
        if found.group("number") is not None:
            numbers.append(len(starts))
        starts.append(start)
        ends.append(end)
        position = end
    if is_verbatim:
        _add_white_space(text, position, len(text), starts, ends)
    elif numbers:
        _join_quantities(text, starts, ends, numbers)
    return Tokens(tuple(starts), tuple(ends), tuple(_keys(text, starts, ends, is_verbatim=is_verbatim)))


def _keys(text: str, starts: list[int], ends: list[int], *, is_verbatim: bool) -> list[str]:
    cores = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    if text.isascii() and (is_verbatim or " " not in "".join(cores)):
        return cores
    return [core if is_verbatim else fold(core) for core in cores]


def fold(text: str) -> str:
    """Return ``text`` as it is compared: canonically composed, white space as single spaces."""
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)
    return " ".join(composed.split())


def _add_white_space(text: str, start: int, end: int, starts: list[int], ends: list[int]) -> None:
    for found in _VERBATIM.finditer(text, start, end):
        starts.append(found.start())
        ends.append(found.end())


def _join_quantities(text: str, starts: list[int], ends: list[int], numbers: list[int]) -> None:
    """Make one token of a number and its unit, and of a date."""
    words = [text[start:end].casefold() for start, end in zip(starts, ends, strict=True)]
    joints: list[tuple[int, int]] = []
    done = -1
    for index in numbers:
        if index <= done:
            continue
        first, last = _quantity(text, starts, ends, words, index)
        if first <= done:
            first = index
        if last > first:
            joints.append((first, last))
            done = last
    for first, last in reversed(joints):
        ends[first] = ends[last]
        del starts[first + 1 : last + 1], ends[first + 1 : last + 1]


def _quantity(text: str, starts: list[int], ends: list[int], words: list[str], index: int) -> tuple[int, int]:
    """Return the first and last token of the quantity around the number at ``index``."""

    def word(at: int) -> str:
        """Return the word at a place if at most one sign of white space stands before it."""
        return words[at] if 0 < at < len(words) and starts[at] - ends[at - 1] <= 1 else ""

    if index and words[index - 1] in MONTHS and starts[index] - ends[index - 1] == 1:  # December 1, 2026; May 2026
        year = index + 2 if word(index + 1) == "," else index + 1
        return index - 1, year if _is_year(word(year)) and not _is_year(words[index]) else index
    month = index + 2 if word(index + 1) == "." else index + 1
    month = month + 1 if word(month) in ("de", "of") else month
    if word(month) in MONTHS:  # 1 December 2026; 12. März 2026; 5 de mayo de 2026
        year = month + 2 if word(month + 1) in (",", "de") else month + 1
        return index, year if _is_year(word(year)) else month
    if word(index + 1) in UNITS:
        return index, index + 1
    return index, _unspaced_quantity(text, starts, ends, index)


def _unspaced_quantity(text: str, starts: list[int], ends: list[int], index: int) -> int:
    """Return the last token of a quantity in a script without spaces: 2026年12月1日, 72時間."""
    last = index
    while True:
        unit = next(
            (
                last + length
                for length in (4, 3, 2, 1)
                if last + length < len(starts)
                and fold(text[starts[last + 1] : ends[last + length]]) in UNITS_WITHOUT_SPACE
                and ends[last] == starts[last + 1]
            ),
            None,
        )
        if unit is None:
            return last
        last = unit
        if last + 2 < len(starts) and ends[last] == starts[last + 1] and text[starts[last + 1]].isdecimal():
            last += 1
        else:
            return last


def _is_year(word: str) -> bool:
    return len(word) == len("2026") and word.isdecimal()


@lru_cache(maxsize=1 << 16)
def is_wordlike(key: str) -> bool:
    """Say whether a token counts as a word: it holds a letter or a digit."""
    return _WORDLIKE.search(key) is not None
