# ruff: noqa: RUF001 - signs and words of many languages
"""Amounts of money."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from policy_site.evidence.values import Found, Passage

_CURRENCIES = {
    "EUR": "€ eur euro euros يورو אירו ユーロ 欧元",
    "USD": "$ us$ usd dollar dollars dólar dólares dolar dolarów dolary دولار דולר ドル 美元",
    "GBP": "£ gbp pfund pound pounds sterling livre livres",
    "CHF": "chf franken fr. sfr",
    "JPY": "¥ ￥ jpy yen 円",
    "CNY": "cny rmb 元 人民币 yuan",
    "TRY": "₺ try tl lira türk",
    "PLN": "pln zł złotych złoty złote",
    "BRL": "r$ brl real reais",
    "ILS": "₪ ils nis שקל שקלים ש״ח",
    "INR": "₹ inr rupees rupee",
    "CAD": "c$ ca$ cad",
    "AUD": "a$ au$ aud",
    "SAR": "sar ريال ر.س",
    "AED": "aed درهم",
}
_BY_WORD = {word: code for code, words in _CURRENCIES.items() for word in words.split()}
_WORDS = "|".join(sorted(map(regex.escape, _BY_WORD), key=len, reverse=True))
_AFTER = regex.compile(
    rf"[\s\u00a0\u202f\-]?(?:d[ei]\s|d['’])?(?P<c>{_WORDS})(?![\p{{L}}\p{{M}}])|(?P<c>円|元|美元|欧元|ドル|ユーロ)",
    regex.IGNORECASE,
)
_BEFORE = regex.compile(rf"(?<![\p{{L}}\p{{M}}])(?P<c>{_WORDS})[\s\u00a0\u202f]?$", regex.IGNORECASE)
_LONGEST = 14


def find_amounts(passage: Passage) -> Iterator[Found]:
    """Find numbers with a currency, by the code of ISO 4217: ``1000.5 EUR``."""
    for numeral in passage.numerals:
        after = _AFTER.match(passage.text, numeral.end)
        if after:
            yield Found(f"{numeral.value} {_BY_WORD[after['c'].casefold()]}", numeral.start, after.end())
            continue
        if numeral.is_word:
            continue
        before = _BEFORE.search(passage.text[max(0, numeral.start - _LONGEST) : numeral.start])
        if before:
            code = _BY_WORD[before["c"].casefold()]
            yield Found(f"{numeral.value} {code}", numeral.start - len(before[0]), numeral.end)
