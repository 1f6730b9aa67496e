"""Where the texts of a repository name their dates: each reader tried on all of them, and only those that help kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policy_site.model import Revision
from policy_site.settings import Settings, VersionSettings
from policy_site.sources import Text, find_date, parse_text, read_day, says

_DAY = (
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}(?:st|nd|rd|th|er|\.)?[ -]+(?:de |of )?\p{L}+\.?,?[ -]+(?:de |of )?\d{4}"
    r"|\p{L}+\.? \d{1,2}(?:st|nd|rd|th)?,? +\d{4}|\d{4} ?年 ?\d{1,2} ?月 ?\d{1,2} ?日|\d{1,2}[./]\d{1,2}[./]\d{4}"
    r"|\d{4}/\d{1,2}/\d{1,2}"
)
_SAYS = (
    "effective|updated?|modified|revised|revision|changed|dated?|version|in force|gültig|stand|aktualisiert|mise à jour"
    "|vigueur|actualiza\\w*|vigor|aggiornat\\w*|bijgewerkt"
)
FOR_MACHINES = r'(?m)^[^\n]*\n?[^\n]*\{:\s*datetime="(?P<date>[^"\n]+)"\s*\}'
PATTERNS = (
    (
        "words before an attribute list for machines",
        rf"(?m)^[^\n]*?(?P<date>{_DAY})[^\n{{]*\s*\{{:\s*datetime=[^}}\n]*\}}",
    ),
    ("an attribute list for machines", FOR_MACHINES),
    (
        "a line that says “updated”, “effective” or the like",
        rf"(?mi)^[^\n]{{0,120}}?\b(?:{_SAYS})\b[^\n\d]{{0,60}}?(?P<date>{_DAY})[^\n]*$",
    ),
    ("a line near the beginning that is a date", rf"\A(?:[^\n]*\n){{0,15}}?[ \t>*_]*(?P<date>{_DAY})[ \t*_.]*(?=\n)"),
)
"""What a date may stand in, the surest first, each with what it is."""
_KEYS = (
    *("effective", "effectivedate", "dateeffective", "effectivefrom", "inforce", "validfrom", "startdate"),
    *("date", "updated", "lastupdated", "updatedat", "dateupdated", "revised", "lastrevised", "revisiondate"),
    *("lastmodified", "lastmodifiedat", "modified", "lastmod", "lastchanged"),
)
"""Keys of front matter that hold days, by letters alone, those that say when a text took effect first."""
_LABEL_KEYS = ("version", "policyversion", "revision", "documentversion")
LABEL_PATTERN = (
    r"(?mi)^[^\n\w]{0,6}(?:subtitle:[^\n\w]{0,3})?(?:document |policy )?version(?: number)?[:* ]{1,4}"
    r"v?(?P<label>\d+(?:\.\d+)+\w*)"
)
"""A line that begins with the number of a version."""
_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Readers:
    """What finds the dates of a repository's texts."""

    keys: tuple[str, ...]
    patterns: tuple[tuple[str, str, int], ...]
    """What it is, the expression, and in how many texts of today it finds a date that nothing before it found."""
    found: int
    """Texts of today in which a date is found."""
    texts: int
    """Texts of today that were tried."""
    undated: tuple[str, ...]
    """Paths of those without."""
    ambiguous: tuple[str, ...]
    """Paths of texts whose date could be two days, as 03/04/2026."""
    label_key: str
    """Front matter key that names versions; empty for none."""
    label_pattern: str = ""
    """What finds the number of a version in the words; empty for none."""


def find_readers(tips: Sequence[Revision], *, settings: Settings, month_names: Mapping[str, int]) -> Readers:
    """Try every reader on the texts of today."""
    texts = {revision.path: parse_text(revision, is_strict=False) for revision in tips}
    left = dict(texts)
    keys = _keys(texts, month_names)
    if keys:
        left = _without_date(left, VersionSettings(source="date", date_key=keys), settings, month_names)
    patterns: list[tuple[str, str, int]] = []
    for name, pattern in PATTERNS:
        versions = VersionSettings(source="date", date_patterns=(pattern,))
        rest = _without_date(left, versions, settings, month_names)
        # what stands for machines is read, too, so that it is told where it is another day than that in words
        is_beside = pattern == FOR_MACHINES and any(says(text, pattern) for text in texts.values())
        if len(rest) < len(left) or is_beside:
            patterns.append((name, pattern, len(left) - len(rest)))
            left = rest
    slashed = tuple(path for path, text in left.items() if says(text, r"(?<!\d)\d{1,2}/\d{1,2}/\d{4}(?!\d)"))
    return Readers(
        keys=keys,
        patterns=tuple(patterns),
        found=len(texts) - len(left),
        texts=len(texts),
        undated=tuple(sorted(left)),
        ambiguous=tuple(sorted(slashed)),
        label_key=(label_key := _label_key(texts)),
        label_pattern="" if label_key else _label_pattern(texts),
    )


def _keys(texts: Mapping[str, Text], month_names: Mapping[str, int]) -> tuple[str, ...]:
    """Return the keys of front matter that hold days, those that say “effective” before others."""
    counted: Counter[str] = Counter()
    for text in texts.values():
        for key, value in text.front_matter.items():
            is_known = _folded(key) in _KEYS
            if is_known and isinstance(value, str) and read_day(value, month_names=month_names):
                counted[key] += 1
    return tuple(sorted(counted, key=lambda key: (_KEYS.index(_folded(key)), -counted[key])))


def _label_key(texts: Mapping[str, Text]) -> str:
    counted = Counter(
        key
        for text in texts.values()
        for key, value in text.front_matter.items()
        if _folded(key) in _LABEL_KEYS and isinstance(value, str) and any(sign.isdigit() for sign in value)
    )
    return counted.most_common(1)[0][0] if counted else ""


def _folded(key: str) -> str:
    return re.sub(r"[\W_]+", "", key).casefold()


def _label_pattern(texts: Mapping[str, Text]) -> str:
    count = sum(says(text, LABEL_PATTERN) for text in texts.values())
    return LABEL_PATTERN if count and count >= len(texts) * _MOST else ""


def _without_date(
    texts: Mapping[str, Text], versions: VersionSettings, settings: Settings, month_names: Mapping[str, int]
) -> dict[str, Text]:
    asked = settings.model_copy(update={"versions": versions})
    return {
        path: text for path, text in texts.items() if find_date(text, settings=asked, month_names=month_names) is None
    }
