# ruff: noqa: RUF001 - words of many languages
"""Named parties: companies, authorities, services, countries that a text names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import regex

from policy_site.evidence.values import Found, Passage

_FORMS = (
    r"Inc|Ltd|LLC|LLP|PLC|plc|Corp|Corporation|Limited|GmbH|AG|SE|KG|KGaA|OHG|UG|e\.V|B\.V|N\.V|BV|NV|S\.A|SA|SAS|SARL"
    r"|S\.L|SL|S\.r\.l|Srl|S\.p\.A|SpA|Ltda|A/S|ApS|AB|Oy|AS|Pty|Pte|A\.Ş|Şti|K\.K|sp\. z o\.o|Sp\. z o\.o|S\.à r\.l"
)
_NAME = r"[\p{Lu}\p{Nd}][\p{L}\p{M}\p{Nd}&.\-’']*+"
_WITH_FORM = regex.compile(rf"(?:{_NAME},?\s){{1,5}}(?:{_FORMS})(?![\p{{L}}])\.?+(?:\s&\sCo\.\sKG)?+")
_UNSPACED_FORM = regex.compile(
    r"(?:株式会社|合同会社)[\p{Han}\p{Katakana}\p{Latin}ー]{2,20}|[\p{Han}\p{Katakana}\p{Latin}ー]{2,20}(?:株式会社|合同会社|有限公司)"
)
_WORDS = regex.compile(
    r"\p{Lu}[\p{L}\p{M}\p{Nd}&\-]*+(?:\s(?:of|the|de|du|des|del|da|&)\s(?=\p{Lu}))?+(?:\s?\p{Lu}[\p{L}\p{M}\p{Nd}&\-]*+)*+"
)
_CAMEL = regex.compile(
    r"(?<![\p{L}\p{M}\p{Nd}])(?:\p{Lu}\p{Ll}+\p{Lu}[\p{L}\p{Nd}]*+|\p{Ll}+\p{Lu}[\p{L}\p{Nd}]*+|\p{Lu}{2,12}(?![\p{L}]))"
)
_PARTS = regex.compile(r"[\p{L}\p{M}\p{Nd}&\-]+")
_NOUNS_ARE_LARGE = frozenset(("de", "lb"))
_WITHOUT_CASE = frozenset(("ar", "he", "ja", "zh", "ko", "th", "hi"))
_NO_NAMES_WORDS = """
i we you your our us my me it he she they this that these those a an the if when where how what why who which please
section sections article articles clause annex appendix monday tuesday wednesday thursday friday saturday sunday
january february march april may june july august september october november december personal data privacy policy
terms notice service services however for in on at by to from as and or but not no yes also all any each other see
je nous vous le la les un une des ce il elle on el los las un una yo usted nosotros eu nós você o os as um uma ja my
ty wy ben biz siz bu bir der die das ein eine
"""
_NO_NAMES = frozenset(_NO_NAMES_WORDS.split())


def find_parties(passage: Passage) -> Iterator[Found]:
    """Find names: by a company's legal form, and by large letters where the language writes only names with them.

    Large letters at the start of a sentence or heading say nothing; neither does a word that the text has in small
    letters as well.
    """
    text = passage.text
    for pattern in (_WITH_FORM, _UNSPACED_FORM):
        for found in pattern.finditer(text):
            yield Found(_value(found[0]), found.start(), found.end())
    for found in _CAMEL.finditer(text):
        if found[0].casefold() not in passage.vocabulary and found[0].casefold() not in _NO_NAMES:
            yield Found(_value(found[0]), found.start(), found.end())
    if passage.language in _NOUNS_ARE_LARGE or passage.language in _WITHOUT_CASE:
        return
    starts = _sentence_starts(text)
    for found in () if passage.is_heading else _WORDS.finditer(text):
        yield from _name(passage, found, starts)


@lru_cache(maxsize=8192)
def words_asked_for(text: str) -> frozenset[str]:
    """Return the words of a text that :func:`find_parties` looks up in the vocabulary: no others matter to it."""
    words = {found[0].casefold() for found in _CAMEL.finditer(text)}
    for found in _WORDS.finditer(text):
        for word in _PARTS.findall(found[0]):
            words.update((word.casefold(), word.casefold().rstrip("s")))
    return frozenset(words)


def _name(passage: Passage, found: regex.Match[str], starts: frozenset[int]) -> Iterator[Found]:
    """Yield a run of words with large letters, without those at its start that only begin a sentence."""
    words = list(_PARTS.finditer(found[0]))
    while words and not _is_name(words[0][0], passage, is_start=found.start() + words[0].start() in starts):
        words.pop(0)
    while words and not _is_name(words[-1][0], passage, is_start=False):
        words.pop()
    if words:
        start, end = found.start() + words[0].start(), found.start() + words[-1].end()
        yield Found(_value(passage.text[start:end]), start, end)


def _is_name(word: str, passage: Passage, *, is_start: bool) -> bool:
    folded = word.casefold()
    if (
        len(word) == 1
        or folded in _NO_NAMES
        or folded in passage.vocabulary
        or folded.rstrip("s") in passage.vocabulary
    ):
        return False
    return not is_start


def _sentence_starts(text: str) -> frozenset[int]:
    return frozenset(found.end() for found in regex.finditer(r"(?:\A|[.!?:;•]\s|[\n\t|])[\s“”\"'«»„(\[\-–—*]*", text))


def _value(words: str) -> str:
    return regex.sub(r"[\s.,]+", " ", words).strip().casefold()
