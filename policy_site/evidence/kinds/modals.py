# ruff: noqa: RUF001 - words of many languages
"""Words that oblige, allow or promise."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.evidence.classes import compile_classes
from policy_site.evidence.values import Found, Passage

_CLASSES = {
    "en": {
        "must": r"must(?:n['’]t)?|shall|required|obliged|(?:have|has|need|needs)\s+to",
        "should": r"should(?:n['’]t)?|ought",
        "may": r"may|might|allowed|permitted|entitled",
        "can": r"can(?:not|['’]t)?|could(?:n['’]t)?",
        "will": r"will|won['’]t|would(?:n['’]t)?",
    },
    "de": {
        "must": r"muss|müssen|musst|müsst|verpflichtet",
        "should": r"soll(?:en|te|ten|t)?",
        "may": r"darf|dürfen|dürft|berechtigt",
        "can": r"kann|können|könnt|könnten?",
    },
    "fr": {
        "must": r"doi(?:t|s|vent)|devez|devons|devr(?:a|ont|ez|ons)|obligatoire\p{L}*|tenue?s?\s+de",
        "should": r"devri(?:ez|ons)|devrai(?:t|ent)",
        "may": r"autorisée?s?",
        "can": r"peu(?:t|x|vent)|pouvez|pouvons|pourr(?:a|ont|ez|ons|ait|aient|iez|ions)",
    },
    "es": {
        "must": r"debe(?:n|s|mos)?|deber(?:á|án|emos)|tienen?\s+que|obligad[oa]s?",
        "should": r"debería(?:n|s|mos)?",
        "can": r"pued(?:e|en|es|a|an)|podemos|podr(?:á|án|emos|ía|ían|íamos)",
    },
    "pt": {
        "must": r"dev(?:e|em|emos)|dever(?:á|ão|emos)|obrigad[oa]s?",
        "should": r"deveria(?:m|mos)?",
        "can": r"pod(?:e|em|emos)|poder(?:á|ão|emos|ia|iam|íamos)",
    },
    "it": {
        "must": r"dev(?:e|ono|i)|dobbiamo|dovr(?:à|anno|emo)",
        "should": "dovrebbe(?:ro)?",
        "can": r"pu[òo]|possono|possiamo|potr(?:à|anno|emo|ebbe|ebbero)",
    },
    "nl": {"must": "moet|moeten", "should": "zou|zouden", "may": "mag|mogen", "can": "kan|kunnen|kunt"},
    "pl": {
        "must": r"mus(?:i|imy|isz|zą|ieć)|należy|trzeba|zobowiązan[yaie]|obowiązan[yaie]",
        "should": r"powin(?:ien|na|no|ni|ny|niśmy)",
        "can": r"mo(?:że|żemy|żesz|gą|żna|żliwe)|mógł\p{L}*",
    },
    "tr": {
        "must": (
            r"zorunda\p{L}*|zorunlu\p{L}*|gerek(?:ir|li|mektedir|iyor)"
            r"|\p{L}+(?:mal[ıi]|meli)(?:d[ıi]r|y[ıi]z|s[ıi]n[ıi]z)?"
        ),
        "can": r"\p{L}+(?:abilir|ebilir|abilecek|ebilecek)\p{L}*|mümkün\p{L}*",
    },
    "ar": {
        "must": r"[وف]?(?:يجب|يتعين|يلزم|يلتزم|تلتزم|نلتزم|ملزم\p{L}*)",
        "should": r"[وف]?ينبغي",
        "may": r"[وف]?(?:يجوز|يحق|قد|ربما)",
        "can": r"[وف]?(?:يمكن\p{L}*|نستطيع|تستطيع)",
    },
    "he": {
        "must": r"[ושה]?(?:חייב\p{L}*|מחויב\p{L}*|צריכ?ים|צריך|נדרש\p{L}*|יש(?=\s+ל))",
        "may": r"[ושה]?(?:רשא(?:י|ים|ית)|מותר|עשוי\p{L}*|זכאי\p{L}*)",
        "can": r"[ושה]?(?:יכול\p{L}*|ניתן|אפשר|נוכל|תוכלו)",
    },
}
_UNSPACED = {
    "ja": {
        "must": r"なければな(?:らない|りません)|必要があ|ものとしま|義務",
        "should": "べき",
        "may": r"場合があ|ことがあ|かもしれ|てもよ|可能性",
        "can": r"ことができ|できま",
    },
    "zh": {
        "must": r"必须|必須|应当|應當|有义务|须|須|需要",
        "should": r"应(?![用当])|應(?![用當])",
        "may": r"可能|有权|有權|允许",
        "can": r"可以|能够|可(?![能以靠见])",
        "will": r"将(?![来])|將(?!來)|会(?![员计议话])",
    },
}
_PATTERNS = compile_classes(_CLASSES, _UNSPACED)


def find_modals(passage: Passage) -> Iterator[Found]:
    """Find words that say what must, should, may, can or will be done."""
    pattern = _PATTERNS.get(passage.language)
    if pattern is not None:
        for found in pattern.finditer(passage.text):
            yield Found(found.lastgroup or "", found.start(), found.end())
