"""What the texts of today say that their paths do not: which are policies, which lead to others, in which language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from policy_site.adoption.dates import PATTERNS
from policy_site.model import Revision
from policy_site.sources import Text, parse_text

_FEW_WORDS = 40
"""Of a page that leads to those below it; a policy has more."""
_FIRST_SIGNS = 1_500
"""Where a text that is a policy names its date."""
_LEADS_ON = frozenset({"index", "_index", "readme"})
_SAMPLE = 20_000
_SURE = 0.04
"""Share of the words of a text that are small words of its language; other languages have a tenth of that."""
_SMALL_WORDS = {
    "en": "the of and to is that for with you your our we this",
    "de": "der die und das ist nicht sie wir ihre mit für den werden oder",
    "fr": "le les des et est vous nous votre dans une pour du que",
    "es": "los las una que para por usted del con su como más sus",
    "pt": "os uma que não para você com dos seus são mais ou seu",
    "it": "di che per una della sono gli dei con il delle tuoi nel",
    "nl": "het een van en dat niet voor wij met uw zijn ook worden",
    "pl": "nie się do na jest oraz przez które dla lub od użytkownika",
    "sv": "och att det som för med inte vi dina är till av",
    "da": "og at det som til ikke vi dine er af den dig",
    "nb": "og å det som til ikke vi dine er av den deg",
    "fi": "ja on ei tai että sekä voi me kun joka se",
    "cs": "na je že se které nebo pro jsou vaše jako při",
    "tr": "ve bir bu için ile olarak veya daha olan sizin",
    "hu": "és az hogy nem egy vagy van meg azt ezt",
    "ro": "și de la nu pentru sau este care cu din",
    "id": "yang dan untuk dengan anda kami atau ini dari pada",
}
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)
"""Languages by letters that tell them, those whose letters others use too after these."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What the texts of today say."""

    leading: frozenset[str]
    """Paths of those that say nothing themselves, and lead to others."""
    dated: frozenset[str]
    """Paths of those that begin with a day on which they took effect or were changed: as policies do."""
    languages: Mapping[str, str]
    """Language of each text whose words tell it, by path."""


def look_into(texts: Mapping[str, str]) -> Contents:
    """Read the texts of today, by their paths."""
    parsed = {path: parse_text(_revision(path, words), is_strict=False) for path, words in texts.items()}
    return Contents(
        leading=frozenset(path for path, text in parsed.items() if _leads_on(path, text, texts)),
        dated=frozenset(path for path, text in parsed.items() if _names_day(text)),
        languages={path: tag for path, text in parsed.items() if (tag := language_of(text.body))},
    )


def language_of(words: str) -> str:
    """Return the language that words are in, as far as letters and small words tell; empty where they do not."""
    sample = words[:_SAMPLE]
    letters = sum(sign.isalpha() for sign in sample)
    for tag, pattern in _SCRIPTS:
        if letters and len(pattern.findall(sample)) * 3 > letters:
            return tag
    found = [word.casefold() for word in re.findall(r"[^\W\d_]+", sample)]
    counted = Counter(found)
    shares = {tag: sum(counted[word] for word in small.split()) for tag, small in _SMALL_WORDS.items()}
    best = max(shares, key=lambda tag: shares[tag])
    rivals = sorted(shares.values())[-2:]
    return best if found and shares[best] >= max(2, len(found) * _SURE) and rivals[0] < rivals[1] else ""


def most_used(languages: Iterable[str]) -> str:
    """Return the language of most texts, English where none is told."""
    return next((tag for tag, _ in Counter(languages).most_common(1)), "en")


def _revision(path: str, words: str) -> Revision:
    return Revision(path=path, text=words, digest="", commit=None, committed_at=None)


def _leads_on(path: str, text: Text, others: Iterable[str]) -> bool:
    lines = [line for line in text.body.split("\n") if not line.lstrip().startswith("#")]
    words = re.findall(r"[^\W\d_]+", re.sub(r"\{[{%].*?[%}]\}|<!--.*?-->", "", "\n".join(lines)))
    pure = PurePosixPath(path)
    if not words:
        return True
    below = "" if str(pure.parent) == "." else f"{pure.parent}/"
    leads = pure.stem.casefold() in _LEADS_ON and any(other != path and other.startswith(below) for other in others)
    return leads and len(words) < _FEW_WORDS


def _names_day(text: Text) -> bool:
    start = text.body[:_FIRST_SIGNS]
    return any(re.search(pattern, start) for _, pattern in _AS_POLICIES_DO)


def _for_re(pattern: str) -> str:
    return pattern.replace(r"\p{L}", r"[^\W\d_]")


_AS_POLICIES_DO = tuple((name, re.compile(_for_re(pattern))) for name, pattern in PATTERNS[:3])
