# ruff: noqa: RUF001 - words of many languages
"""References to sections, clauses and articles, of this text or of a law."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from policy_site.evidence.linked import linked_words
from policy_site.evidence.numerals import read_han
from policy_site.evidence.values import Found, Passage

_NOUNS = (
    r"sections?|clauses?|articles?|paragraphs?|subsections?|annex(?:es)?|appendix|schedule|recitals?|chapters?|arts?\.?"
    r"|abschnitte?[ns]?|ziffern?|artikels?|art\.|absatz|abs\.|paragraph(?:en)?|anhang|anlage|klausel|erwägungsgrund"
    r"|sección|secciones|cláusulas?|artículos?|apartados?|anexo|considerando|seções|seção|secções|secção|artigos?"
    r"|alínea|chapitre|annexe|alinéa|sekcj[aiąe]|artykuł\p{L}*|ust\.|pkt|punk(?:t|cie|tu)|rozdział\p{L}*|załącznik\p{L}*"
    r"|madde|bölüm|bent|المادة|البند|القسم|الفقرة|סעיף|סעיפים|פרק|תקנה"
)
_NUMBER = (
    r"(?:\p{Nd}{1,4}(?:[.\-]\p{Nd}{1,3})*+(?:[a-z](?![\p{L}]))?|[IVXL]{1,6}(?![\p{L}\p{Nd}])|[A-Z](?![\p{L}\p{Nd}]))"
    r"(?:\s?\((?:\p{Nd}{1,3}|[a-z]{1,4})\))*+"
)
_BY_NOUN = regex.compile(
    rf"(?<![\p{{L}}\p{{M}}])(?:{_NOUNS})(?![\p{{L}}\p{{M}}])[\s\u00a0]*(?P<first>(?-i:{_NUMBER}))"
    rf"(?:(?:\s?[,;–\-]\s?|\s(?:and|or|to|und|oder|bis|et|ou|à|y|o|a|e|i|ve|או|أو)\s)(?P<more>(?-i:{_NUMBER})))*+",
    regex.IGNORECASE,
)
_BY_SIGN = regex.compile(rf"§{{1,2}}[\s\u00a0]*(?P<first>{_NUMBER})")
_UNSPACED = regex.compile(r"第\s?(?P<first>[\p{Nd}一二三四五六七八九十百]{1,6})\s?[条條項节節章款号號]")
_AFTER = regex.compile(r"(?P<first>\p{Nd}{1,3}(?:\.\p{Nd}{1,3})*+)\.?\s(?:madde|bölüm)\p{L}*", regex.IGNORECASE)


def find_references(passage: Passage) -> Iterator[Found]:
    """Find what a text points at: a number after *section* or its like, links to sections: ``6.1.f``, ``#sharing``."""
    for pattern in (_BY_NOUN, _BY_SIGN, _UNSPACED, _AFTER):
        for found in pattern.finditer(passage.text):
            more = found.captures("more") if "more" in found.groupdict() else []
            yield Found(" ".join(_value(words) for words in (found["first"], *more)), found.start(), found.end())
    for link in linked_words(passage.spans):
        if link.href.startswith("#") or (link.href and "#" in link.href and "://" not in link.href):
            yield Found(link.href, link.start, link.end)


def _value(number: str) -> str:
    if regex.fullmatch("[一二三四五六七八九十百]+", number):
        return str(read_han(number))
    return ".".join(regex.findall(r"[\p{L}\p{Nd}]+", number))
