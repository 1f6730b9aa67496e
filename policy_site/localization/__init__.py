"""Languages, phrases, and dates in words. The only door to Babel.

A catalogue is ``translations/<locale>/LC_MESSAGES/policy_site.po``, compiled in memory when it is first asked for;
an operator may have more beside ``site.toml``. Every call names the language it wants: nothing here knows a current
one.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, get_month_names
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol
from babel.support import NullTranslations, Translations

from policy_site.localization.pseudo import NAMES, WRITERS, PseudoCatalogue
from policy_site.localization.tags import complete, find_best, truncations

DOMAIN = "policy_site"
SOURCE_LANGUAGE = "en"
"""The language in which phrases are written in the code."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language in which something is written."""

    tag: str
    """BCP 47, as given in ``site.toml``."""
    name: str
    """In the language itself: ``Deutsch``."""
    direction: Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class OwnCatalogue:
    """A catalogue that the operator keeps beside ``site.toml``: it goes before the one that comes with the program."""

    tag: str
    """BCP 47, after its file: ``translations/pt-BR.po``."""
    content: bytes


@dataclass(frozen=True, slots=True)
class Phrases:
    """The interface's phrases in one language, with its dates, numbers and lists."""

    language: Language
    """The language the phrases are in: English where the site's language has no catalogue."""
    catalogue: NullTranslations
    days: str = ""
    """How days are written, where not as the language does: ``en-GB`` (BCP 47)."""

    def gettext(self, phrase: str, /, **values: object) -> str:
        """Return ``phrase`` in this language, its ``%(name)s`` filled from ``values``."""
        return self.find(phrase) % values

    def ngettext(self, singular: str, plural: str, number: int, /, **values: object) -> str:
        """Return the form for ``number``, which fills ``%(num)s``."""
        return self.find_plural(singular, plural, number) % {"num": self.number(number), **values}

    def find(self, phrase: str) -> str:
        """Return ``phrase`` in this language, its places for values still open."""
        return self.catalogue.ugettext(phrase)

    def find_plural(self, singular: str, plural: str, number: int) -> str:
        """Return the form for ``number``, its places for values still open."""
        return self.catalogue.ungettext(singular, plural, number)

    def date_in_words(self, day: date, *, locale: str | None = None) -> str:
        """Return ``day`` as this language writes it: ``1. Dezember 2024``; or as ``locale`` does (BCP 47)."""
        return self._written(_date_in_words(day, locale or self.days or self.language.tag))

    def number(self, number: int) -> str:
        """Return ``number`` with this language's separators."""
        return str(format_decimal(number, locale=_babel_locale(self.language.tag)))

    def enumeration(self, parts: Sequence[str]) -> str:
        """Return ``parts`` as one list in words: ``a, b and c``."""
        places = [f"%({number})s" for number in range(len(parts))]
        pattern = self._written(format_list(places, locale=_babel_locale(self.language.tag))) if parts else ""
        return pattern % {str(number): part for number, part in enumerate(parts)}

    def isolate(self, label: str) -> str:
        """Return ``label`` so that ``2024-12-01`` keeps its order in plain text that runs from right to left."""
        return f"\u2066{label}\u2069" if self.language.direction == "rtl" else label

    def language_name(self, tag: str) -> str:
        """Return the name of the language ``tag`` in this language: ``German``."""
        if tag in WRITERS:
            return NAMES[tag]
        return self._written(_babel_locale(tag).get_display_name(_babel_locale(self.language.tag)) or tag)

    def _written(self, words: str) -> str:
        """Return words that Babel wrote, in a made-up language where this is one."""
        return self.catalogue.write(words) if isinstance(self.catalogue, PseudoCatalogue) else words


@lru_cache(maxsize=256)
def find_language(tag: str) -> Language:
    """Return what is known of the language ``tag``; one that CLDR does not know is named by its tag."""
    if tag in WRITERS:
        return Language(tag=tag, name=NAMES[tag], direction="rtl" if tag.startswith("ar") else "ltr")
    direction: Literal["ltr", "rtl"] = "rtl" if complete(tag).script in _RIGHT_TO_LEFT_SCRIPTS else "ltr"
    locale = _known_locale(tag)
    name = (locale.get_display_name() if locale else None) or tag
    return Language(tag=tag, name=name[0].upper() + name[1:] if locale else tag, direction=direction)


_RIGHT_TO_LEFT_SCRIPTS = frozenset(
    ("Adlm", "Arab", "Aran", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi")
)
"""Scripts in use that run from right to left (Unicode's bidirectional classes R and AL)."""


@lru_cache(maxsize=256)
def load_phrases(tag: str, own: tuple[OwnCatalogue, ...] = (), days: str = "") -> Phrases:
    """Return the phrases for readers of ``tag``: in their language and script, or else in English.

    ``de-AT`` gets ``de``, ``zh-CN`` gets ``zh-Hans``, ``pt-PT`` gets ``pt-BR``; ``zh-TW`` gets nothing simplified.
    ``own``: what the operator keeps beside ``site.toml``. A phrase that it lacks is taken from ours.
    ``days``: how days are written (BCP 47); default: as the language does.
    """
    if tag in WRITERS:
        return Phrases(find_language(tag), PseudoCatalogue(WRITERS[tag]))
    ours = find_catalogue_files(translations_folder())
    found = find_best(tag, [*ours, SOURCE_LANGUAGE])
    catalogue = (
        compile_catalogue(ours[found].read_bytes(), ours[found].parents[1].name)
        if found in ours
        else NullTranslations()
    )
    theirs = {entry.tag: entry.content for entry in own}
    if chosen := find_best(tag, theirs):
        first = compile_catalogue(theirs[chosen], chosen)
        first.add_fallback(catalogue)
        return Phrases(find_language(tag), first, days)
    return Phrases(find_language(tag if found else SOURCE_LANGUAGE), catalogue, days)


def month_names(tags: Sequence[str]) -> Mapping[str, int]:
    """Return the months, 1 to 12, by their names in these languages, long and short, case-folded.

    Where two languages use one name for different months, the language named first has it.
    """
    names: dict[str, int] = {}
    for locale in (_babel_locale(tag) for tag in tags):
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for month, name in get_month_names(width, context, locale).items():
                    names.setdefault(name.casefold(), month)
                    names.setdefault(name.casefold().rstrip("."), month)
    return MappingProxyType(names)


def is_known_locale(tag: str) -> bool:
    """Say whether days can be written as a locale does, such as ``en-GB``."""
    try:
        return Locale.parse(tag, sep="-").language is not None
    except (ValueError, TypeError, UnknownLocaleError):
        return False


def number_signs(tag: str) -> tuple[str, str]:
    """Return the signs with which a language writes a decimal fraction and groups of thousands: ``(",", ".")``."""
    locale = _babel_locale(tag)
    return str(get_decimal_symbol(locale)), str(get_group_symbol(locale))


def translations_folder() -> Path:
    """Return where the catalogues are: beside the package in a checkout, within it when installed."""
    package = Path(__file__).parents[1]
    installed = package / "translations"
    return installed if installed.is_dir() else package.parent / "translations"


def find_catalogue_files(folder: Path) -> dict[str, Path]:
    """Return the catalogues by language tag, in lower case."""
    files = sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
    return {file.parent.parent.name.lower().replace("_", "-"): file for file in files}


def compile_catalogue(content: bytes, tag: str) -> Translations:
    """Compile a catalogue; one that does not say how its language counts gets what CLDR knows."""
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(content), locale=tag.replace("-", "_"), domain=DOMAIN))
    compiled.seek(0)
    return Translations(fp=compiled, domain=DOMAIN)


@lru_cache(maxsize=1024)
def _known_locale(tag: str) -> Locale | None:
    for candidate in truncations(tag):
        try:
            return Locale.parse(candidate, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None


@lru_cache(maxsize=16384)
def _date_in_words(day: date, tag: str) -> str:
    return format_date(day, format="long", locale=_babel_locale(tag))


def _babel_locale(tag: str) -> Locale:
    return Locale(SOURCE_LANGUAGE) if tag in WRITERS else _known_locale(tag) or Locale(SOURCE_LANGUAGE)
