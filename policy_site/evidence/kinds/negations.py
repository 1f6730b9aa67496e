# ruff: noqa: RUF001 - words of many languages
"""Words that say no."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.evidence.classes import compile_classes
from policy_site.evidence.values import Found, Passage

_CLASSES = {
    "en": {
        "not": r"not|\p{L}+n['’]t|cannot",
        "no": r"no(?!\.)|none|nobody|no-one|nothing|nowhere",
        "never": "never",
        "neither": "neither|nor",
        "without": "without",
        "except": "except|excluding|unless",
    },
    "de": {
        "not": "nicht",
        "no": r"kein(?:e[nrms]?)?|niemand(?:e[mn])?|nichts",
        "never": "nie|niemals|keinesfalls|keineswegs",
        "neither": "weder",
        "without": "ohne",
        "except": r"außer|ausgenommen|ausgeschlossen",
    },
    "fr": {
        "not": "pas|non",
        "no": r"aucune?s?|nulle?|personne(?=\s+ne)|rien",
        "never": "jamais",
        "neither": "ni",
        "without": "sans",
        "except": r"sauf|excepté|hormis|à moins que|plus(?=\s+(?:être|avoir))",
    },
    "es": {
        "not": "no",
        "no": r"ning[uú]n[oa]?s?|nadie|nada",
        "never": "nunca|jamás",
        "neither": "ni|tampoco",
        "without": "sin",
        "except": "excepto|salvo|excluid[oa]s?",
    },
    "pt": {
        "not": "não",
        "no": r"nenhu(?:m|ma|ns|mas)|ninguém|nada",
        "never": "nunca|jamais",
        "neither": "nem|tampouco",
        "without": "sem",
        "except": "exceto|salvo",
    },
    "it": {
        "not": "non",
        "no": r"nessun[oa]?|niente|nulla",
        "never": "mai",
        "neither": "né|neanche",
        "without": "senza",
        "except": "salvo|eccetto|tranne",
    },
    "nl": {"not": "niet", "no": "geen|niemand|niets", "never": "nooit", "neither": "noch", "without": "zonder"},
    "pl": {
        "not": "nie",
        "no": r"żad(?:en|na|ne|nego|nej|nych|nym|nemu)|nikt|nikomu|nic",
        "never": "nigdy",
        "neither": "ani",
        "without": "bez",
        "except": "oprócz|z wyjątkiem|chyba że",
    },
    "tr": {
        "not": (
            r"değil\p{L}*|\p{L}+(?:maz|mez|m[ıiuü]yor|mamak|memek|mayacak|meyecek|mam[ıi]ş|madan|meden|mayan|meyen"
            r"|mamas[ıi]|memesi|mamal[ıi]|memeli)\p{L}*|\p{L}+(?:may[ıi]z|meyiz)"
        ),
        "no": r"hiç\p{L}*|yok\p{L}*",
        "never": "asla",
        "without": r"olmaksızın|\p{L}+(?:sızın|sizin)(?=\s)",
        "except": "hariç|dışında",
    },
    "ar": {
        "not": r"[وف]?(?:لا|لن|لم|ليس\p{L}*|لسنا)",
        "no": r"[وفب]?(?:عدم|أي(?=\s+من\s+غير))",
        "never": "أبدا|أبدًا|أبداً|مطلقا|مطلقًا",
        "without": r"[وف]?(?:بدون|دون|بلا|من دون)",
        "except": r"[وف]?(?:باستثناء|إلا|ما لم|ماعدا|غير)",
    },
    "he": {
        "not": r"[ושה]?(?:לא|אינ(?:ו|ה|ם|ן|נו|ני|כם)|אין)",
        "no": r"[ושהל]?(?:אף|שום|כלום)",
        "never": r"לעולם|מעולם",
        "without": r"[ושהמ]?(?:ללא|בלי|מבלי)",
        "except": r"[ושה]?(?:למעט|אלא|חוץ)",
    },
}
_UNSPACED = {
    "ja": {
        "not": r"ません|ない(?!と(?:なりません|いけません)|よう)|なかった|なくなる|ず(?=に|、|。|とも)|せず|ざる",
        "no": "禁止|不可|不要|禁じ|一切",
        "except": "除[きくい]|を除|以外",
        "without": "なし(?=に|で|の)|無断",
    },
    "zh": {
        "not": r"不(?![同仅断限管论过少但久良])|没有|沒有|未(?![来成])|并非|並非|非(?![常洲])|勿",
        "no": "无(?!论|疑)|無(?!論|疑)|禁止|毫无",
        "never": "从不|从未|决不|绝不|永不",
        "except": "除非|除外|除了",
        "without": "未经",
    },
}
_PATTERNS = compile_classes(_CLASSES, _UNSPACED)


def find_negations(passage: Passage) -> Iterator[Found]:
    """Find words that deny or leave out, each by what it does: ``not``, ``no``, ``never``, ``without``, ``except``."""
    pattern = _PATTERNS.get(passage.language)
    if pattern is not None:
        for found in pattern.finditer(passage.text):
            yield Found(found.lastgroup or "", found.start(), found.end())
