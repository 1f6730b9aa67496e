"""Languages, phrases and dates: what readers of each language are given."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_site.localization import find_catalogue_files, find_language, load_phrases, month_names
from policy_site.localization.catalogues import extract_phrases, find_catalogue_faults, update_catalogues
from policy_site.localization.names import CATEGORY_NAMES
from policy_site.model import CATEGORIES

ROOT = Path(__file__).parents[2]
PLURAL = ("%(num)s section differs", "%(num)s sections differ")
TRANSLATED = tuple(find_catalogue_files(ROOT / "translations"))
LIKE_ENGLISH = str.maketrans("。：；？؟", ".:;??")
"""The marks with which other scripts end a phrase, as English ends it."""


def test_every_catalogue_is_complete_consistent_and_up_to_date() -> None:
    assert find_catalogue_faults(ROOT) == ()


def test_updating_the_catalogues_changes_nothing_when_no_phrase_changed(tmp_path: Path) -> None:
    checkout = _copy_of_checkout(tmp_path)
    update_catalogues(checkout)
    for catalogue in (ROOT / "translations").rglob("*.po"):
        assert (checkout / catalogue.relative_to(ROOT)).read_bytes() == catalogue.read_bytes()


def test_a_phrase_ends_with_the_mark_with_which_it_ends_in_english() -> None:
    unlike = []
    for message in extract_phrases(ROOT):
        for tag in TRANSLATED if message.id else ():
            phrases = load_phrases(tag)
            if isinstance(message.id, str):
                english, said = message.id, phrases.find(message.id)
            else:
                english, said = message.id[1], phrases.find_plural(message.id[0], message.id[1], 5)
            if _ending(said) != _ending(english):
                unlike.append((tag, english, said))
    assert unlike == []


@pytest.mark.parametrize("tag", ["ar", "he"])
def test_a_title_in_any_language_keeps_its_place_between_words_from_right_to_left(tag: str) -> None:
    bare = [
        said
        for message in extract_phrases(ROOT)
        if isinstance(message.id, str) and message.id
        for said in [load_phrases(tag).find(message.id)]
        for place in ("%(policy)s", "%(subject)s", "%(section)s")
        if said.count(place) != said.count(f"\u2068{place}\u2069")
    ]
    assert bare == []


def _ending(phrase: str) -> str:
    return phrase[-1].translate(LIKE_ENGLISH) if phrase[-1] in ".:;?…。：；？؟" else ""


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('msgstr "In Kraft"', 'msgstr ""', "not translated in every form"),
        ('msgid "In force"', 'msgid "In vigour"', "not used any more"),
        ('msgid "In force"', 'msgid "In vigour"', "not in the catalogue"),
        ('msgstr "Älter: %(version)s"', 'msgstr "Älter: %(label)s"', "other placeholders"),
        ('msgstr "Älter: %(version)s"', 'msgstr "Älter: <b>%(version)s</b>"', "markup"),
        ('msgstr "In Kraft"', 'msgstr "In Kraft "', "other spaces"),
        ('msgstr "In Kraft"', 'msgstr "In Kraft."', "another mark"),
        ('msgstr "In Kraft"', 'msgstr "In \u2067Kraft"', "turns the direction"),
        ("plural=(n != 1)", "plural=(n > 1)", "Plural-Forms"),
        ('msgid "In force"', '#, fuzzy\nmsgid "In force"', "fuzzy"),
    ],
)
def test_a_fault_in_a_catalogue_is_named(tmp_path: Path, old: str, new: str, fault: str) -> None:
    checkout = _copy_of_checkout(tmp_path)
    catalogue = checkout / "translations/de/LC_MESSAGES/policy_site.po"
    text = catalogue.read_text(encoding="utf-8")
    assert old in text
    catalogue.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert any(said.startswith("de: ") and fault in said for said in find_catalogue_faults(checkout))


def test_phrases_are_found_in_templates_and_in_python() -> None:
    places = {place for message in extract_phrases(ROOT) for place, _ in message.locations}
    assert any(place.endswith(".html") for place in places)
    assert any(place.endswith(".py") for place in places)


@pytest.mark.parametrize(
    ("tag", "name", "direction"),
    [
        ("en", "English", "ltr"),
        ("de", "Deutsch", "ltr"),
        ("ar", "العربية", "rtl"),
        ("ja", "日本語", "ltr"),
        ("pt-BR", "Português (Brasil)", "ltr"),
        ("zh-Hans", "中文 (简体)", "ltr"),
        ("tlh", "tlh", "ltr"),
    ],
)
def test_a_language_is_called_by_its_own_name(tag: str, name: str, direction: str) -> None:
    language = find_language(tag)
    assert (language.tag, language.name, language.direction) == (tag, name, direction)


@pytest.mark.parametrize(
    ("tag", "spoken"), [("de", "de"), ("de-AT", "de-AT"), ("en-GB", "en-GB"), ("tlh", "en"), ("eo", "en")]
)
def test_a_language_without_a_catalogue_gets_its_parents_or_english(tag: str, spoken: str) -> None:
    assert load_phrases(tag).language.tag == spoken


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("en", "December 1, 2024"),
        ("de", "1. Dezember 2024"),
        ("tr", "1 Aralık 2024"),
        ("ar", "1 ديسمبر 2024"),
        ("tlh", "December 1, 2024"),
    ],
)
def test_a_day_is_written_as_the_language_writes_it(tag: str, words: str) -> None:
    assert load_phrases(tag).date_in_words(date(2024, 12, 1)) == words


def test_arabic_has_six_forms_for_counting() -> None:
    phrases = load_phrases("ar")
    forms = {phrases.find_plural(*PLURAL, number) for number in (0, 1, 2, 3, 11, 100)}
    assert len(forms) == 6
    assert phrases.ngettext(*PLURAL, 12) == "يختلف 12 قسمًا"


def test_polish_has_three_forms_for_counting() -> None:
    phrases = load_phrases("pl")
    assert [phrases.ngettext(*PLURAL, number) for number in (1, 2, 5, 12, 22, 0)] == [
        "Różni się 1 sekcja",
        "Różnią się 2 sekcje",
        "Różni się 5 sekcji",
        "Różni się 12 sekcji",
        "Różnią się 22 sekcje",
        "Różni się 0 sekcji",
    ]


@pytest.mark.parametrize(("tag", "said"), [("fr", "0 section diffère"), ("pt-BR", "0 seção difere")])
def test_zero_takes_the_singular_where_the_language_says_so(tag: str, said: str) -> None:
    assert load_phrases(tag).ngettext(*PLURAL, 0) == said


@given(st.sampled_from(["en", *TRANSLATED]), st.integers(0, 10_000))
def test_every_number_has_a_form_without_a_place_left_open(tag: str, number: int) -> None:
    said = load_phrases(tag).ngettext(*PLURAL, number)
    assert "%" not in said
    assert said


def test_lists_and_names_of_languages_are_the_languages_own() -> None:
    german = load_phrases("de")
    assert german.enumeration(["a", "b", "c"]) == "a, b und c"
    assert german.enumeration([]) == ""
    assert german.language_name("ar") == "Arabisch"
    assert german.number(1234567) == "1.234.567"


def test_every_category_has_a_name_for_readers() -> None:
    assert set(CATEGORY_NAMES) == set(CATEGORIES)


def test_months_are_known_by_their_names_in_the_languages_of_the_site() -> None:
    names = month_names(["en", "de", "ar"])
    assert names["may"] == names["mai"] == names["مايو"] == 5
    assert names["dez"] == names["december"] == 12


def test_the_language_named_first_decides_what_a_name_means() -> None:
    assert month_names(["hr", "cs"])["listopad"] == 10
    assert month_names(["cs", "hr"])["listopad"] == 11


def _copy_of_checkout(to: Path) -> Path:
    """Copy what the catalogues are made from and of."""
    sources = [ROOT / "babel.cfg", *(ROOT / "translations").rglob("*.po")]
    sources += [*(ROOT / "policy_site").rglob("*.py"), *(ROOT / "policy_site" / "templates").rglob("*.html")]
    for source in sources:
        copy = to / source.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(source.read_bytes())
    return to
