"""Languages, phrases, and dates in words. The only door to Babel.

A catalogue is ``translations/<locale>/LC_MESSAGES/policy_site.po``, compiled in memory when it is first asked for.
Every call names the language it wants: nothing here knows a current one.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
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
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

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
class Phrases:
    """The interface's phrases in one language, with its dates, numbers and lists."""

    language: Language
    """The language the phrases are in: English where the site's language has no catalogue."""
    catalogue: NullTranslations

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

    def date_in_words(self, day: date) -> str:
        """Return ``day`` as this language writes it: ``1. Dezember 2024``."""
        return format_date(day, format="long", locale=_babel_locale(self.language.tag))

    def number(self, number: int) -> str:
        """Return ``number`` with this language's separators."""
        return str(format_decimal(number, locale=_babel_locale(self.language.tag)))

    def enumeration(self, parts: Sequence[str]) -> str:
        """Return ``parts`` as one list in words: ``a, b and c``."""
        return format_list(list(parts), locale=_babel_locale(self.language.tag)) if parts else ""

    def isolate(self, label: str) -> str:
        """Return ``label`` so that ``2024-12-01`` keeps its order in plain text that runs from right to left."""
        return f"\u2066{label}\u2069" if self.language.direction == "rtl" else label

    def language_name(self, tag: str) -> str:
        """Return the name of the language ``tag`` in this language: ``German``."""
        return _babel_locale(tag).get_display_name(_babel_locale(self.language.tag)) or tag


@lru_cache(maxsize=256)
def find_language(tag: str) -> Language:
    """Return what is known of the language ``tag``; one that CLDR does not know is named by its tag."""
    locale = _known_locale(tag)
    if locale is None:
        return Language(tag=tag, name=tag, direction="ltr")
    name = locale.get_display_name() or tag
    return Language(
        tag=tag,
        name=name[0].upper() + name[1:],
        direction="rtl" if locale.text_direction == "rtl" else "ltr",
    )


@lru_cache(maxsize=256)
def load_phrases(tag: str) -> Phrases:
    """Return the phrases for the language ``tag``: its own, its parent's (``de`` for ``de-AT``), or English."""
    catalogues = find_catalogue_files(translations_folder())
    for candidate in _truncations(tag):
        if candidate == SOURCE_LANGUAGE:
            return Phrases(find_language(tag), NullTranslations())
        if candidate in catalogues:
            return Phrases(find_language(tag), _compile(catalogues[candidate]))
    return Phrases(find_language(SOURCE_LANGUAGE), NullTranslations())


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


def translations_folder() -> Path:
    """Return where the catalogues are: beside the package in a checkout, within it when installed."""
    package = Path(__file__).parents[1]
    installed = package / "translations"
    return installed if installed.is_dir() else package.parent / "translations"


def _truncations(tag: str) -> Iterator[str]:
    parts = tag.lower().replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        yield "-".join(parts[:length])


def find_catalogue_files(folder: Path) -> dict[str, Path]:
    """Return the catalogues by language tag, in lower case."""
    files = sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
    return {file.parent.parent.name.lower().replace("_", "-"): file for file in files}


def _compile(file: Path) -> Translations:
    compiled = io.BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, domain=DOMAIN))
    compiled.seek(0)
    return Translations(fp=compiled, domain=DOMAIN)


def _known_locale(tag: str) -> Locale | None:
    for candidate in _truncations(tag):
        try:
            return Locale.parse(candidate, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None


def _babel_locale(tag: str) -> Locale:
    return _known_locale(tag) or Locale(SOURCE_LANGUAGE)
