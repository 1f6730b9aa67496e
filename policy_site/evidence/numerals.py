# ruff: noqa: RUF001 - signs and words of many scripts
"""Numbers as people write them: digits of every script, separators of every language, and the commonest words."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

from policy_site.localization import number_signs


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number in a text."""

    value: str
    """ASCII digits, a point before the fraction and no grouping: ``1000.5``. What is no decimal number keeps its
    signs: ``2016/679``, ``1.2.3``, ``10:30``."""
    start: int
    end: int
    is_word: bool = False
    """Written in letters: taken for a number only where a unit follows."""


_ALPHABETIC = r"[\p{L}--[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Arabic}\p{Hebrew}]]"
"""Letters that hold on to a digit beside them: ``IPv6``, ``2FA``. In other scripts a number stands among letters."""
_DIGITS = regex.compile(
    rf"""(?V1x)
    (?<![\p{{Nd}}_\#]|{_ALPHABETIC}|{_ALPHABETIC}[\-‐‑])
    \p{{Nd}}++
    (?: [.,'’٫٬/:] \p{{Nd}}++
      | ， \p{{Nd}}{{3}} (?!\p{{Nd}}) | [\u00a0\u202f\u2009\ ] \p{{Nd}}{{3}} (?!\p{{Nd}}|[.,]\p{{Nd}}) )*+
    (?: [\u00a0\u202f\u2009\ ] \p{{Nd}}{{3}} [.,] \p{{Nd}}++ )?+
    (?P<ordinal>(?:st|nd|rd|th|er|ère|re|ème|e|º|ª|°)(?![\p{{L}}\p{{Nd}}]))?+
    (?P<letters>{_ALPHABETIC}++)?+
    """,
    regex.IGNORECASE,
)
_RUN = regex.compile(r"\p{Nd}++")
_SPACED = regex.compile(r"[\u00a0\u202f\u2009 ]")
_SHORT_UNITS_WORDS = """
d h s m min kb mb gb tb days hours k eur usd gbp zł tl lat ans j
"""
_SHORT_UNITS = frozenset(_SHORT_UNITS_WORDS.split())
"""What may stand right behind a digit without making it part of a name."""
_GROUP = 3
_THIRD_PARTY = regex.compile(r"[第제]\p{Nd}[者方자]")
"""A word with a digit in it."""

_WORDS = {
    "en": "a/an/one two three four five six seven eight nine ten eleven twelve 14:fourteen 15:fifteen 16:sixteen"
    " 18:eighteen 20:twenty 30:thirty 40:forty 60:sixty 90:ninety 100:hundred",
    "de": "ein/eine/einem/einen/einer/eines zwei drei vier fünf sechs sieben acht neun zehn elf zwölf 14:vierzehn"
    " 15:fünfzehn 16:sechzehn 18:achtzehn 20:zwanzig 30:dreißig/dreissig 60:sechzig 90:neunzig",
    "fr": "un/une deux trois quatre cinq six sept huit neuf dix onze douze 14:quatorze 15:quinze 16:seize 18:dix-huit"
    " 20:vingt 30:trente 60:soixante 90:quatre-vingt-dix",
    "es": "un/una/uno dos tres cuatro cinco seis siete ocho nueve diez once doce 14:catorce 15:quince 16:dieciséis"
    " 18:dieciocho 20:veinte 30:treinta 60:sesenta 90:noventa",
    "pt": "um/uma dois/duas três quatro cinco seis sete oito nove dez onze doze 14:quatorze/catorze 15:quinze"
    " 16:dezesseis/dezasseis 18:dezoito 20:vinte 30:trinta 60:sessenta 90:noventa",
    "it": "un/una/uno due tre quattro cinque sei sette otto nove dieci undici dodici 14:quattordici 15:quindici"
    " 16:sedici 18:diciotto 20:venti 30:trenta 60:sessanta 90:novanta",
    "nl": "een/één twee drie vier vijf zes zeven acht negen tien elf twaalf 14:veertien 16:zestien 30:dertig",
    "pl": "jeden/jedna/jedno/jednego/jednej dwa/dwie/dwóch/dwu trzy/trzech cztery/czterech pięć/pięciu sześć/sześciu"
    " siedem/siedmiu osiem/ośmiu dziewięć/dziewięciu dziesięć/dziesięciu 12:dwanaście/dwunastu"
    " 14:czternaście/czternastu 30:trzydzieści/trzydziestu",
    "tr": "bir iki üç dört beş altı yedi sekiz dokuz on 20:yirmi 30:otuz 60:altmış 90:doksan",
    "ar": "واحد/واحدة اثنين/اثنان/اثنتين ثلاثة/ثلاث أربعة/أربع خمسة/خمس ستة/ست سبعة/سبع ثمانية/ثماني تسعة/تسع عشرة/عشر"
    " 30:ثلاثين/ثلاثون 60:ستين 90:تسعين",
    "he": "אחד/אחת שני/שתי/שניים/שתיים שלושה/שלוש/שלושת ארבעה/ארבע חמישה/חמש שישה/שש שבעה/שבע שמונה תשעה/תשע עשרה/עשר"
    " 30:שלושים 60:שישים 90:תשעים",
}
"""In their order from one; a number before a word says where the count goes on. Compounds stay unrecognised."""
_SCALES = {
    "thousand": 3, "million": 6, "millions": 6, "billion": 9, "tausend": 3, "millionen": 6, "mio": 6, "mrd": 9,
    "milliarde": 9, "milliarden": 9, "mille": 3, "milliard": 9, "milliards": 9, "mil": 3, "millón": 6, "millones": 6,
    "milhão": 6, "milhões": 6, "milione": 6, "milioni": 6, "miljoen": 6, "tys": 3, "mln": 6, "mld": 9, "milionów": 6,
    "bin": 3, "milyon": 6, "milyar": 9, "ألف": 3, "مليون": 6, "אלף": 3, "מיליון": 6, "万": 4, "億": 8, "亿": 8,
}  # fmt: skip
_SCALE = regex.compile(r"[\s\u00a0]?(\p{L}+)((?<=\b(?i:mio|mrd|tys|mln|mld))\.)?")
_HAN = {sign: number for number, sign in enumerate("〇一二三四五六七八九")} | {"两": 2, "零": 0}
_HAN_TENS = {"十": 10, "百": 100, "千": 1000}
_HAN_NUMERAL = regex.compile(r"(?<![第统同唯])[〇零一二两三四五六七八九十百千]+")
_LETTERS = regex.compile(r"[\p{L}\p{M}]++(?:-[\p{L}\p{M}]++)*+")


def find_numerals(text: str, *, locale: str, language: str) -> tuple[Numeral, ...]:
    """Return the numbers of ``text`` in their order, each with its value as ``locale`` writes numbers."""
    decimal, group = _signs(locale)
    written = [_scaled(numeral, text) for numeral in _in_digits(text, decimal, group)]
    taken = {place for numeral in written for place in range(numeral.start, numeral.end)}
    spelled = [each for each in _in_words(text, language) if each.start not in taken]
    return tuple(sorted((*written, *spelled), key=lambda numeral: numeral.start))


def numerals_within(numerals: tuple[Numeral, ...], start: int, end: int) -> tuple[Numeral, ...]:
    """Return those numerals that lie between two places."""
    first = bisect_left(numerals, start, key=lambda numeral: numeral.start)
    found = []
    for numeral in numerals[first:]:
        if numeral.end > end:
            break
        found.append(numeral)
    return tuple(found)


@lru_cache(maxsize=256)
def _signs(locale: str) -> tuple[str, str]:
    return number_signs(locale.replace("_", "-"))


def _in_digits(text: str, decimal: str, group: str) -> Iterator[Numeral]:
    for found in _digits(text):
        letters = found["letters"]
        if letters and letters.casefold() not in _SHORT_UNITS and not _is_suffix(letters):
            continue
        if _THIRD_PARTY.match(text, max(found.start() - 1, 0)):
            continue
        end = found.start("ordinal") if found["ordinal"] else found.start("letters") if letters else found.end()
        yield Numeral(read_number(text[found.start() : end], decimal=decimal, group=group), found.start(), end)


def _digits(text: str) -> Iterator[regex.Match[str]]:
    """Find what ``_DIGITS`` finds, which asks what stands before a number only where there is one."""
    place = 0
    while (run := _RUN.search(text, place)) is not None:
        found = _DIGITS.match(text, run.start())
        if found is not None:
            yield found
        place = found.end() if found is not None else run.end()


def _is_suffix(letters: str) -> bool:
    return letters.casefold() in ("tägig", "tägige", "tägigen", "stündig", "jährig", "jährige", "monatige")


def read_number(written: str, *, decimal: str, group: str) -> str:
    """Return the value of a number as it is written: ``1.000,50`` is ``1000.5`` where a comma begins the fraction."""
    digits = "".join(str(unicodedata.digit(sign)) if sign.isdecimal() else sign for sign in written)
    digits = _SPACED.sub("", digits).replace("٫", ".").replace("٬", "").replace("，", "")
    if any(sign in digits for sign in "/:"):
        return digits
    separators = [sign for sign in digits if not sign.isdigit()]
    if not separators:
        return digits.lstrip("0") or "0"
    if set(separators) <= {"'", "’"}:
        return regex.sub("['’]", "", digits)
    last, is_alone = separators[-1], len(separators) == 1
    parts = regex.split(r"[.,'’]", digits)
    if len(set(separators)) > 1 and separators.count(last) == 1:
        return _decimal("".join(parts[:-1]), parts[-1], last, last, "")
    is_grouped = all(len(part) == _GROUP for part in parts[1:]) and len(parts[0]) <= _GROUP and parts[0] != "0"
    if is_grouped and not (is_alone and last == decimal):
        return "".join(parts).lstrip("0")
    return _decimal(parts[0], parts[1], last, decimal, group) if is_alone else digits


def _decimal(whole: str, fraction: str, sign: str, decimal: str, group: str) -> str:
    """Return a decimal fraction; a point that the language does not write before one numbers a clause: ``4.10``."""
    if sign == "." and decimal != "." and group == ".":
        return f"{whole}.{fraction}".rstrip("0").rstrip(".")
    return f"{whole.lstrip('0') or '0'}.{fraction.rstrip('0')}".rstrip(".")


def _scaled(numeral: Numeral, text: str) -> Numeral:
    """Take a word like ``million`` into the number before it."""
    following = _SCALE.match(text, numeral.end)
    if following is None or not numeral.value.replace(".", "", 1).isdigit():
        return numeral
    word = following[1].casefold()
    length = len(word)
    if word not in _SCALES:
        word, length = word[:1], 1
    if word not in _SCALES:
        return numeral
    whole, _, fraction = numeral.value.partition(".")
    zeros = _SCALES[word]
    if len(fraction) > zeros:
        return numeral
    return Numeral(
        whole.lstrip("0") + fraction.ljust(zeros, "0"),
        numeral.start,
        following.start(1) + length + len(following[2] or ""),
    )


def _in_words(text: str, language: str) -> Iterator[Numeral]:
    if language in ("ja", "zh"):
        for found in _HAN_NUMERAL.finditer(text):
            yield Numeral(str(read_han(found[0])), found.start(), found.end(), is_word=True)
        return
    table = _number_words(language)
    if not table:
        return
    for found in _LETTERS.finditer(text):
        value = table.get(found[0].casefold())
        if value is not None:
            yield Numeral(value, found.start(), found.end(), is_word=True)


def read_han(written: str) -> int:
    """Return a number that is written in Chinese signs."""
    if all(sign in _HAN for sign in written):
        return int("".join(str(_HAN[sign]) for sign in written[:12]))
    total = digit = 0
    for sign in written[:12]:
        if sign in _HAN:
            digit = _HAN[sign]
        else:
            total += max(digit, 1) * _HAN_TENS[sign]
            digit = 0
    return total + digit


@lru_cache(maxsize=64)
def _number_words(language: str) -> dict[str, str]:
    table: dict[str, str] = {}
    count = 0
    for entry in _WORDS.get(language, "").split():
        number, _, words = entry.rpartition(":")
        count = int(number) if number else count + 1
        table.update(dict.fromkeys(words.split("/"), str(count)))
    return table
