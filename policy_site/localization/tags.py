"""Language tags (BCP 47), and which of several languages a reader can read best."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel.core import get_global
from babel.localedata import locale_identifiers


@dataclass(frozen=True, slots=True)
class Subtags:
    """A tag with what it leaves out, as CLDR's likely subtags complete it: ``zh-TW`` is Chinese, Hant, TW."""

    language: str
    script: str
    """Empty for a language that CLDR does not know."""
    region: str

    @property
    def writing(self) -> tuple[str, str]:
        """What a reader has to know: the language, and the script it is written in."""
        return self.language, self.script


def truncations(tag: str) -> Iterator[str]:
    """Yield ``tag`` in small letters with ever fewer subtags: ``de-ch-1996``, ``de-ch``, ``de`` (RFC 4647, 3.4)."""
    parts = tag.lower().replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        yield "-".join(parts[:length])


@lru_cache(maxsize=1024)
def complete(tag: str) -> Subtags:
    """Return the language, script and region of ``tag``, what it leaves out being the likeliest."""
    language, *others = tag.replace("_", "-").split("-")
    language = _RENAMED.get(language.lower(), language.lower())
    script = next((part.title() for part in others if re.fullmatch("[A-Za-z]{4}", part)), "")
    region = next((part.upper() for part in others if re.fullmatch("[A-Za-z]{2}|[0-9]{3}", part)), "")
    likely: Mapping[str, str] = get_global("likely_subtags")
    for known in ((language, script, region), (language, region), (language, script), (language,)):
        if found := likely.get("_".join(part for part in known if part)):
            _, likely_script, likely_region = found.split("_")
            return Subtags(language, script or likely_script, region or likely_region)
    return Subtags(language, script, region)


def find_best(wanted: str, available: Iterable[str]) -> str | None:
    """Return the tag of ``available`` that suits a reader of ``wanted`` best; ``None`` where none does.

    Only the same language in the same script will do: who reads traditional Chinese gets no simplified one. Among
    those the tag itself comes first, then its truncations, then the same region, then whichever is named first.
    """
    theirs = complete(wanted)
    readable = [tag for tag in available if complete(tag).writing == theirs.writing]
    named = {tag.lower().replace("_", "-"): tag for tag in reversed(readable)}
    for truncation in truncations(wanted):
        if truncation in named:
            return named[truncation]
    same_region = [tag for tag in readable if complete(tag).region == theirs.region]
    return next(iter([*same_region, *readable]), None)


def ranges_of(available: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return regular expressions for whole language ranges, in small letters, each with the tag that it leads to.

    The first that matches wins, and finds what :func:`find_best` does. They use nothing but what every engine knows
    (groups, alternatives, ``?`` and ``*``), so that any web server can choose with them.
    """
    found: dict[str, str] = {}
    for tag in sorted(available, key=lambda tag: -tag.count("-")):
        if "-" in tag:
            found.setdefault(f"{tag.lower()}(-[a-z0-9]+)*", tag)
    for writing in dict.fromkeys(complete(tag).writing for tag in available):
        language = writing[0]
        group = [tag for tag in available if complete(tag).writing == writing]
        if len(group) > 1:
            for name in [language, *(f"{language}-{complete(tag).region.lower()}" for tag in group)]:
                found.setdefault(name, find_best(name, group) or group[0])
        elsewhere = f"{language}-{writing[1]}-{_NOWHERE}"
        found.setdefault(_written_so(writing), find_best(elsewhere, group) or group[0])
    return tuple(found.items())


_NOWHERE = "QO"
"""A region that no tag names."""


def _written_so(writing: tuple[str, str]) -> str:
    """Return a pattern for every range of a language in a script.

    Where regions write the language in different scripts, those that write it so are listed.
    """
    language, script = writing
    names = "|".join([language, *(old for old, new in _RENAMED.items() if new == language)])
    start = f"({names})" if "|" in names else names
    scripts = {region: complete(f"{language}-{region}").script for region in _regions_of(language)}
    is_usual = complete(language).script == script
    if is_usual and set(scripts.values()) <= {script}:
        return f"{start}(-[a-z0-9]+)*"
    regions = sorted(region.lower() for region, written in scripts.items() if written == script)
    also = "|".join([f"{script.lower()}(-[a-z0-9]+)*", *regions])
    return f"{start}(-({also}))" + ("?" if is_usual else "")


@lru_cache(maxsize=64)
def _regions_of(language: str) -> frozenset[str]:
    likely: Mapping[str, str] = get_global("likely_subtags")
    names = [name for name in (*likely, *likely.values(), *locale_identifiers()) if name.split("_")[0] == language]
    return frozenset(part for name in names for part in name.split("_")[1:] if re.fullmatch("[A-Z]{2}|[0-9]{3}", part))


_RENAMED = {"iw": "he", "in": "id", "ji": "yi"}
"""Names of languages that ISO 639 gave up and old systems still send."""
