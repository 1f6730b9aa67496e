# ruff: noqa: RUF001 - signs of many scripts
"""Text cut into tokens by the rules of Unicode: what is never cut, and never compared in part.

One token each: a word with its combining marks, inner apostrophes and hyphens; an address; a number with its sign,
currency, per cent or unit; a date; a character of a script that is written without spaces; any other grapheme cluster.
White space stands between tokens and is not compared, except in verbatim text, where it is a token too.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import regex

from policy_site.documents.characters import without_hidden
from policy_site.evidence.folding import fold as fold
from policy_site.redlines.units import MONTHS, UNITS, UNITS_WITHOUT_SPACE

_EXTENDING = r"\p{M}\p{GCB=Extend}\p{GCB=SpacingMark}\u200c\u200d"
_EXTEND = rf"[{_EXTENDING}]"
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\u30fc"
_WORD = rf"[[\p{{L}}\p{{N}}\p{{Pc}}]--[{_UNSPACED}]][[\p{{L}}\p{{N}}\p{{Pc}}{_EXTENDING}]--[{_UNSPACED}]]*+"
_DIGITS = rf"\p{{Nd}}[\p{{Nd}}{_EXTENDING}]*"
_ADDRESS_TAIL = r"""[^\s<>"“”«»「」（），。、\p{Han}\p{Hiragana}\p{Katakana}]*[\p{L}\p{N}/=&\#]"""

_CHUNK = re.compile(r"[^\s、。，]+|[、。，]")
"""What no token reaches over, except quantities, which are joined afterwards."""
_TOKEN = regex.compile(
    rf"""(?V1x)
    (?:
        [\p{{Han}}\p{{Hiragana}}]
      | (?:(?i:https?|ftp)://|(?i:www\.|mailto:)){_ADDRESS_TAIL}                              # address with a scheme
      | [A-Za-z0-9._%+\-]{{1,64}}+@[A-Za-z0-9\-]{{1,63}}+(?:\.[A-Za-z0-9\-]{{1,63}}+)+        # e-mail address
      | (?:[A-Za-z0-9\-]{{1,63}}+\.){{1,9}}+[A-Za-z]{{2,24}}+/{_ADDRESS_TAIL}                  # host and path
      | (?P<number>
            (?:(?<!.)[\-−+±~<>≤≥])?\p{{Sc}}?{_DIGITS}
            (?:[.,:/'’٫٬–\-]{_DIGITS})*
            (?:[\-‐‑]?{_WORD})?(?:[\-‐‑]{_WORD})*                                             # 3rd, 30-day, 14-tägig
            [%‰٪°\p{{Sc}}]?
        )
      | {_WORD}(?:['’ʼ.·\-‐‑\u05f3\u05f4]{_WORD})*                                            # don't, opt-out, e.g
      | [\p{{Katakana}}ー][\p{{Katakana}}ー]*
      | (?P<sign>[.\-_*=~…·])(?P=sign)+
      | \X
    )
    {_EXTEND}*
    """
)
_VERBATIM = re.compile(r"\r?\n|[^\S\n]+")
_EXTENDED_SPACE = regex.compile(rf"(?V1)\s{_EXTEND}")
_BEGINS_EXTENDING = regex.compile(rf"(?V1){_EXTEND}")
_UNSPACED_SIGN = regex.compile(rf"(?V1)[{_UNSPACED}]{_EXTEND}*\Z")
_WORDLIKE = regex.compile(r"[\p{L}\p{N}]")
_FIRST_UNSPACED = "\u0e00"
"""All scripts before this one (Thai) are written with spaces."""
_LONG = 48
"""Characters from which on a chunk is not remembered."""

_Chunk = tuple[tuple[int, int, str, bool], ...]
"""Start, end and key of each token of a chunk, and whether it is a number."""
_WHOLE_WORDS: dict[str, str] = {}
"""The chunks met that are one word each, with their keys: the words of policies come again and again."""
_MOST_WHOLE_WORDS = 1 << 16


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
    """Cut ``text`` into tokens; what stands between them is white space.

    Characters that show nothing belong to the token that they stand in or before, and make no other of it.
    """
    shown = without_hidden(text)
    if len(shown) == len(text):
        return _tokenise(text, is_verbatim=is_verbatim)
    tokens = _tokenise(shown, is_verbatim=is_verbatim)
    places = [index for index, sign in enumerate(text) if without_hidden(sign)]
    starts = [places[start - 1] + 1 if start else 0 for start in tokens.starts]
    ends = [
        (places[end] if shown[end].isspace() else places[end - 1] + 1) if end < len(shown) else len(text)
        for end in tokens.ends
    ]
    return Tokens(tuple(starts), tuple(ends), tokens.keys)


def _tokenise(text: str, *, is_verbatim: bool) -> Tokens:
    starts: list[int] = []
    ends: list[int] = []
    keys: list[str] = []
    numbers: list[int] = []
    position = 0
    add_start, add_end, add_key, known = starts.append, ends.append, keys.append, _WHOLE_WORDS.get
    for found in _CHUNK.finditer(text):
        offset, chunk_end = found.span()
        if is_verbatim:
            if offset > position:
                _add_white_space(text, position, offset, (starts, ends, keys))
            position = chunk_end
        chunk = found[0]
        word = known(chunk)
        if word is not None:
            add_start(offset)
            add_end(chunk_end)
            add_key(word)
            continue
        for start, end, key, is_number in _cut_and_remember(chunk):
            if is_number:
                numbers.append(len(starts))
            add_start(offset + start)
            add_end(offset + end)
            add_key(key)
    if is_verbatim:
        _add_white_space(text, position, len(text), (starts, ends, keys))
    elif numbers:
        _join_quantities(text, starts, ends, keys, numbers)
    if not text.isascii():
        _keep_clusters(text, starts)
    return Tokens(tuple(starts), tuple(ends), tuple(keys))


@lru_cache(maxsize=1 << 11)
def tokenise_once(text: str, *, is_verbatim: bool) -> Tokens:
    """Do the same as :func:`tokenise`, from memory: a history holds most of its paragraphs in many versions."""
    return tokenise(text, is_verbatim=is_verbatim)


def _cut(chunk: str) -> _Chunk:
    if chunk.isalpha() and max(chunk) < _FIRST_UNSPACED:
        return ((0, len(chunk), chunk if chunk.isascii() else unicodedata.normalize("NFC", chunk), False),)
    is_composed = unicodedata.is_normalized("NFC", chunk)
    return tuple(
        (
            found.start(),
            found.end(),
            found.group() if is_composed else unicodedata.normalize("NFC", found.group()),
            found.lastgroup == "number",
        )
        for found in _TOKEN.finditer(chunk)
    )


_cut_short = lru_cache(maxsize=1 << 16)(_cut)
"""A memo of :func:`_cut`."""


def _cut_and_remember(chunk: str) -> _Chunk:
    if len(chunk) >= _LONG:
        return _cut(chunk)
    tokens = _cut_short(chunk)
    if len(tokens) == 1 and tokens[0][:2] == (0, len(chunk)) and not tokens[0][3]:
        if len(_WHOLE_WORDS) >= _MOST_WHOLE_WORDS:
            _WHOLE_WORDS.clear()
        _WHOLE_WORDS[chunk] = tokens[0][2]
    return tokens


def _keep_clusters(text: str, starts: list[int]) -> None:
    """Give a sign that extends white space that white space: together they are one grapheme."""
    if not _EXTENDED_SPACE.search(text):
        return
    for index, start in enumerate(starts):
        if start and text[start] > "\u02ff" and text[start - 1].isspace() and _BEGINS_EXTENDING.match(text, start):
            starts[index] = start - 1


def leading_space(text: str) -> int:
    """Return how many signs of white space ``text`` begins with; one that a following sign extends is none."""
    length = len(text) - len(text.lstrip())
    return length - 1 if length and _BEGINS_EXTENDING.match(text, length) else length


def _add_white_space(text: str, start: int, end: int, rows: tuple[list[int], list[int], list[str]]) -> None:
    for found in _VERBATIM.finditer(text, start, end):
        rows[0].append(found.start())
        rows[1].append(found.end())
        rows[2].append(found.group())


def _join_quantities(text: str, starts: list[int], ends: list[int], keys: list[str], numbers: list[int]) -> None:
    """Make one token of a number and its unit, and of a date."""
    joints: list[tuple[int, int]] = []
    done = -1
    for index in numbers:
        if index <= done:
            continue
        first, last = _quantity(text, starts, ends, keys, index)
        if first <= done:
            first = index
        if last > first:
            joints.append((first, last))
            done = last
    for first, last in reversed(joints):
        ends[first] = ends[last]
        keys[first] = fold(text[starts[first] : ends[first]])
        del starts[first + 1 : last + 1], ends[first + 1 : last + 1], keys[first + 1 : last + 1]


def _quantity(text: str, starts: list[int], ends: list[int], keys: list[str], index: int) -> tuple[int, int]:
    """Return the first and last token of the quantity around the number at ``index``."""

    def word(at: int) -> str:
        """Return the word at a place if at most one sign of white space stands before it."""
        return keys[at].casefold() if 0 < at < len(keys) and starts[at] - ends[at - 1] <= 1 else ""

    if (
        index and keys[index - 1].casefold() in MONTHS and starts[index] - ends[index - 1] == 1
    ):  # December 1, 2026; May 2026
        year = index + 2 if word(index + 1) == "," else index + 1
        return index - 1, year if _is_year(word(year)) and not _is_year(keys[index]) else index
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


@lru_cache(maxsize=1 << 16)
def is_unspaced_sign(key: str) -> bool:
    """Say whether a token is a single sign of a script written without spaces: part of a word more often than one."""
    return _UNSPACED_SIGN.match(key) is not None
