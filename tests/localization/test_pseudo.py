"""The made-up languages of the preview, and what they show: every visible string of the interface is a phrase."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_site.errors import SettingsError
from policy_site.localization import find_language, load_phrases
from policy_site.localization.pseudo import lengthen, mirror
from policy_site.model import LONG_PSEUDO_LANGUAGE, MIRRORED_PSEUDO_LANGUAGE
from policy_site.pages import Page, PageKind, plan_pages
from policy_site.publication import Publication
from policy_site.settings import parse_settings, read_settings
from policy_site.web import create_app
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled_with

OWN_NAMES = ("Markdown", "JSON Feed", "JSON", "Atom", "SHA-256", "UTC")
"""Proper names, the same in every language."""
TEXT = """## Тайна {{#data}}

Мы храним {days} дней. [Там](https://example.org/{days}) *{days}*.

## Права {{#rights}}

| Что | Где |
|-----|-----|
| {days} | 7 |
"""


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    """Compile a site whose own words are all Cyrillic: what is Latin in its pages is of the interface."""
    policies = PolicyRepository(tmp_path_factory.mktemp("pseudo"), authoritative="ru").site(
        title="Сайт", publisher="Дело", languages=["ru", "de"], is_sample=True, time_zone="UTC"
    )
    words = {"summary": "Стало.", "impact": "Вам.", "choices": "Уйти."}
    for number, day in enumerate(("2024-03-01", "2024-12-01", "2025-06-01", "2025-07-01", "2026-02-01", "2027-01-15")):
        moved = "\n## Новое {#new}\n\nЕщё.\n" if number > 2 else ""
        policies.publish(
            "privacy", effective=day, text=TEXT.format(days=90 - number) + moved, title="Тайна", words=words,
            significance=("significant", "minor", "editorial")[number % 3],
            facts={"consent": "renew"} if number == 2 else {},
        )  # fmt: skip
    policies.publish(
        "privacy", effective="2024-12-01", text=TEXT.format(days=1), language="de", title="Тайна", words=words
    )
    settings = read_settings(policies.content / "site.toml")
    languages = (*settings.languages, LONG_PSEUDO_LANGUAGE, MIRRORED_PSEUDO_LANGUAGE)
    return compiled_with(settings.model_copy(update={"languages": languages}), policies)


class _Strings(HTMLParser):
    """Gathers what a reader of the page's language sees or hears, passages in other languages left out."""

    _VOID = frozenset(["meta", "link", "br", "img", "hr", "input", "col", "wbr"])
    _SPOKEN = ("aria-label", "title", "alt")

    def __init__(self) -> None:
        super().__init__()
        self._languages: list[tuple[str, str]] = []
        self.found: list[str] = []

    @property
    def _language(self) -> str:
        return self._languages[-1][1] if self._languages else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        language = values.get("lang", self._language)
        if language == LONG_PSEUDO_LANGUAGE:
            said = [value for name, value in values.items() if name in self._SPOKEN or _is_phrase(name)]
            if values.get("name") == "description":
                said.append(values["content"])
            self.found += said
        if tag not in self._VOID:
            self._languages.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        while self._languages and self._languages.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._language == LONG_PSEUDO_LANGUAGE and self._languages[-1][0] not in ("code", "script"):
            self.found.append(data)


def _is_phrase(attribute: str) -> bool:
    """Say whether a script shows what the attribute holds."""
    machine = (
        "language",
        "direction",
        "own",
        "authoritative",
        "from",
        "to",
        "ranges",
        "side",
        "redline",
        "changes",
        "history",
    )
    return attribute.startswith("data-") and not attribute.endswith(machine)


def _raw_words(strings: list[str]) -> list[str]:
    """Return the Latin words that did not pass a catalogue."""
    names = re.compile("|".join([*OWN_NAMES, r"https?://\S+"]))
    raw: list[str] = []
    for string in strings:
        raw += re.findall(r"(?<![\w{%#-])[A-Za-z]{2,}(?![\w}-])", names.sub("", string))
    return raw


def test_every_string_of_the_interface_on_every_kind_of_page_is_a_phrase(publication: Publication) -> None:
    client = create_app(publication).test_client()
    seen: dict[PageKind, int] = {}
    for page in _pages_for_people(publication):
        answer = client.get(f"/{page.address}")
        assert answer.status_code == 200
        reader = _Strings()
        reader.feed(answer.get_data(as_text=True))
        assert _raw_words(reader.found) == [], page.address
        assert any("[" in string for string in reader.found), page.address
        seen[page.kind] = seen.get(page.kind, 0) + 1
    assert set(seen) == {
        PageKind.POLICIES, PageKind.POLICY, PageKind.UPCOMING, PageKind.HISTORY, PageKind.VERSION, PageKind.CHANGES,
        PageKind.COMPARISONS, PageKind.COMPARE, PageKind.SIDE_BY_SIDE, PageKind.SINCE, PageKind.AGREED,
        PageKind.SECTION,
    }  # fmt: skip


def _pages_for_people(publication: Publication) -> Iterator[Page]:
    for page in plan_pages(publication):
        if page.parameters.get("locale") == LONG_PSEUDO_LANGUAGE and page.file.endswith(".html"):
            yield page


def test_feeds_and_plain_texts_hold_phrases_too(publication: Publication) -> None:
    client = create_app(publication).test_client()
    for path in ("changes.atom", "privacy/notices.atom"):
        titles = re.findall(
            r"<title[^>]*>([^<]*)</title>", client.get(f"/{LONG_PSEUDO_LANGUAGE}/{path}").get_data(as_text=True)
        )
        assert titles
        assert _raw_words(titles) == []


def test_the_mirrored_language_runs_from_right_to_left(publication: Publication) -> None:
    page = create_app(publication).test_client().get(f"/{MIRRORED_PSEUDO_LANGUAGE}/").get_data(as_text=True)
    assert f'<html lang="{MIRRORED_PSEUDO_LANGUAGE}" dir="rtl">' in page
    assert find_language(MIRRORED_PSEUDO_LANGUAGE).direction == "rtl"


def test_a_phrase_grows_by_two_fifths_and_keeps_its_places() -> None:
    written = lengthen("In force since %(since)s")
    assert written == "[Îñ ƒöŕçé šíñçé %(since)s ôñé ţŵö]"
    assert load_phrases(LONG_PSEUDO_LANGUAGE).gettext("In force since %(since)s", since="x").count(" x ") == 1
    long = "This version is no longer in force."
    assert 1.3 <= len(lengthen(long)) / len(long) <= 1.6


@given(st.text(max_size=60), st.sampled_from(["%(a)s", "%(num)s", "%%", ""]), st.text(max_size=60))
def test_places_for_values_survive_whatever_stands_around_them(before: str, place: str, after: str) -> None:
    phrase = before.replace("%", "") + place + after.replace("%", "")
    for write in (lengthen, mirror):
        assert re.findall(r"%\(\w+\)s|%%", write(phrase)) == re.findall(r"%\(\w+\)s|%%", phrase)
        assert write(phrase).count("<") == phrase.count("<")


@pytest.mark.parametrize("tag", ["en-XA", "ar-XB", "en-xa"])
def test_a_made_up_language_is_never_published(tag: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_settings(
            f'title = "A"\nbase_url = "https://example.org/"\nlanguages = ["en", "{tag}"]\npolicies = [{{id = "a"}}]\n'
        )
    assert "serve --pseudo" in refused.value.findings[0].remedy
