"""What a reader of a translation is told: that it is stale, where, which text prevails, and what it said before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from policy_site.localization import load_phrases
from policy_site.model import EventKind
from policy_site.pages import PageKind, plan_pages
from tests.fidelity.test_fidelity import GERMAN, NEW, OLD
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled
from tests.web.test_web import Document, Visitor

AT = datetime(2026, 11, 23, tzinfo=UTC)
FIRST, SECOND = "2025-03-01", "2026-03-01"

Publish = Callable[..., Visitor]


@pytest.fixture
def policies(tmp_path: Path) -> PolicyRepository:
    """German is a version behind, Turkish is not there."""
    return behind(PolicyRepository(tmp_path / "repository"))


def behind(repository: PolicyRepository, **policy: Any) -> PolicyRepository:
    repository.site(languages=["en", "de", "tr"], policies=[{"id": "privacy", **policy}])
    repository.publish("privacy", effective=FIRST, text=OLD)
    repository.publish("privacy", effective=FIRST, text=GERMAN, language="de", title="Datenschutz", when="2025-01-15")
    repository.publish("privacy", effective=SECOND, text=NEW)
    return repository


def visit(repository: PolicyRepository) -> Visitor:
    return Visitor(compiled(repository, as_of=AT))


def section(page: Document, id_: str) -> str:
    return page.words(f"//article//div[contains(@class, 'section')][.//*[@id='{id_}']]")


class TestStaleness:
    def test_a_page_in_a_stale_translation_says_so_on_top(self, policies: PolicyRepository) -> None:
        page = visit(policies).open("de/privacy/")
        banner = "//div[contains(@class, 'fidelity-behind')]"
        assert page.words(f"{banner}//p[@class='banner-lead']") == (
            "Dies ist eine Übersetzung der ab dem 1. März 2025 gültigen Fassung."
            " Seitdem haben sich 3 Abschnitte geändert."
        )
        links = [link.get("href") for link in page.all(f"{banner}//ul[@class='changed']//a")]
        redline = "/en/privacy/compare/2025-03-01/2026-03-01/"
        assert links == [f"{redline}#page-section-{name}" for name in ("data", "storage", "old")]
        headings = [
            "".join(str(part) for part in link.itertext()) for link in page.all(f"{banner}//ul[@class='changed']//a")
        ]
        assert headings == ["Daten", "Storage", "Altes"]
        assert page.attribute(f"{banner}//a[normalize-space()='Storage']", "lang") == "en"
        assert page.is_indexed

    def test_each_stale_section_says_so_and_links_its_redline(self, policies: PolicyRepository) -> None:
        visitor = visit(policies)
        page = visitor.open("de/privacy/")
        assert "Der maßgebliche Text dieses Abschnitts hat sich geändert." in section(page, "data")
        assert "Der aktuelle maßgebliche Text enthält diesen Abschnitt nicht." in section(page, "old")
        assert "seither" not in section(page, "rights")
        link = str(page.one("//div[.//h2[@id='data']]/p[contains(@class, 'section-note')]/a").get("href"))
        address, _, anchor = link.partition("#")
        assert visitor.open(address.removeprefix("/")).all(f"//*[@id='{anchor}']")

    def test_a_new_section_stands_at_its_place_in_the_authoritative_language(self, policies: PolicyRepository) -> None:
        page = visit(policies).open("de/privacy/")
        ids = [heading.get("id") for heading in page.all("//article//h2")]
        assert ids == ["data", "storage", "rights", "old"]
        passage = page.one("//article//div[@lang='en'][.//h2[@id='storage']]")
        assert passage.get("dir") == "ltr"
        assert "Dieser Abschnitt ist neu und nicht übersetzt." in section(page, "storage")

    def test_one_changed_section_is_told_in_the_singular(self, tmp_path: Path) -> None:
        repository = PolicyRepository(tmp_path).site(languages=["en", "de"])
        repository.publish("privacy", effective=FIRST, text=OLD)
        repository.publish("privacy", effective=FIRST, text=GERMAN, language="de", when="2025-01-15")
        repository.publish("privacy", effective=SECOND, text=OLD.replace("90", "60"))
        assert "Seitdem hat sich 1 Abschnitt geändert." in visit(repository).open("de/privacy/").words()

    def test_a_translation_of_the_same_words_is_not_called_stale(self, tmp_path: Path) -> None:
        repository = PolicyRepository(tmp_path).site(languages=["en", "de"])
        repository.publish("privacy", effective=FIRST, text=OLD)
        repository.publish("privacy", effective=FIRST, text=GERMAN, language="de", when="2025-01-15")
        repository.publish("privacy", effective=SECOND, text=OLD)
        page = visit(repository).open("de/privacy/")
        assert "Seitdem hat sich kein Abschnitt geändert." in page.words()
        assert not page.all("//p[contains(@class, 'section-note')]")

    def test_a_section_that_was_never_translated_is_shown_in_the_authoritative_language(self, tmp_path: Path) -> None:
        repository = PolicyRepository(tmp_path).site(languages=["en", "de"])
        repository.publish("privacy", effective=FIRST, text=OLD)
        short = "## Daten {#data}\n\n90 Tage.\n"
        repository.publish("privacy", effective=FIRST, text=short, language="de", when="2025-01-15")
        page = visit(repository).open(f"de/privacy/v/{FIRST}/")
        assert "Dieser Abschnitt ist nicht übersetzt." in section(page, "rights")
        assert not page.all("//div[contains(@class, 'fidelity-behind')]")

    def test_a_passage_from_another_text_brings_no_id_twice_and_no_dead_link(self, tmp_path: Path) -> None:
        repository = PolicyRepository(tmp_path).site(languages=["en", "de"])
        repository.publish("privacy", effective=FIRST, text=OLD)
        german = f'{GERMAN}\n<span id="x&amp;y">X</span>\n'
        repository.publish("privacy", effective=FIRST, text=german, language="de", when="2025-01-15")
        new = f'{NEW}\n## More {{#more}}\n\n<span id="x&amp;y">Y</span> [a](#x&y) [b](#rights) [c](#last)\n\n'
        repository.publish("privacy", effective=SECOND, text=f"{new}## Last {{#last}}\n\nWords.\n")
        page = visit(repository).open("de/privacy/")
        ids = [str(element.get("id")) for element in page.all("//*[@id]")]
        assert len(ids) == len(set(ids))
        hrefs = [str(link.get("href")) for link in page.all("//div[@lang='en']//a[contains(@href, '#')]")]
        assert "#page-authoritative-x%26y" in hrefs
        assert "#rights" in hrefs
        assert f"/en/privacy/v/{SECOND}/#last" in hrefs


class TestYielding:
    def test_a_stale_translation_yields_where_the_site_says_so(self, tmp_path: Path) -> None:
        visitor = visit(behind(PolicyRepository(tmp_path), stale_translation="yield"))
        page = visitor.open("de/privacy/")
        assert "Sie lesen den maßgeblichen Text (Englisch), der sich seitdem geändert hat." in page.words()
        assert page.attribute("//article", "lang") == "en"
        assert page.all(f"//main//a[@href='/de/privacy/v/{FIRST}/']")
        assert not page.is_indexed
        assert page.attribute("//link[@rel='canonical']", "href") == "https://example.org/en/privacy/"
        assert "de/privacy/</loc>" not in visitor.get("sitemap.xml").decode()
        alternates = [link.get("hreflang") for link in visitor.open("en/privacy/").all("//link[@hreflang]")]
        assert "de" not in alternates

    def test_one_in_which_nothing_changed_does_not_yield(self, tmp_path: Path) -> None:
        repository = behind(PolicyRepository(tmp_path), stale_translation="yield")
        repository.publish("privacy", effective="2026-06-01", text=OLD)
        assert visit(repository).open("de/privacy/").is_indexed


class TestPrevailing:
    def test_every_translated_page_says_which_text_prevails(self, policies: PolicyRepository) -> None:
        visitor = visit(policies)
        words = "ab, ist der Text in der Sprache Englisch maßgeblich."
        for place in ("", "upcoming/", f"v/{FIRST}/", "history/", f"v/{SECOND}/changes/"):
            assert words in visitor.open(f"de/privacy/{place}").words()
        assert "prevails" not in visitor.open("en/privacy/").words()

    @pytest.mark.parametrize(
        ("said", "told_in", "words"),
        [
            ("de", "en", "text in German prevails"),
            ("none", "en", "equally authentic"),
            ("none", "de", "in allen Sprachen gleichermaßen maßgeblich"),
        ],
    )
    def test_a_policy_may_name_another_language_or_none(
        self, tmp_path: Path, said: str, told_in: str, words: str
    ) -> None:
        page = visit(behind(PolicyRepository(tmp_path), prevailing_language=said)).open(f"{told_in}/privacy/")
        assert words in page.words()


class TestFallback:
    def test_no_page_falls_back_in_silence(self, policies: PolicyRepository) -> None:
        policies.publish("privacy", effective="2027-03-01", published="2026-11-01", text=NEW.replace("30", "20"))
        visitor = visit(policies)
        said = {
            "": "There is no translation of this text.",
            "upcoming/": "There is no translation of this text.",
            f"v/{SECOND}/changes/": "This summary has not been translated.",
            f"since/{FIRST}/": "One of these versions has not been translated.",
        }
        for place, phrase in said.items():
            page = visitor.open(f"tr/privacy/{place}")
            assert page.all("//main//*[@lang='en']"), place
            assert not page.is_indexed, place
            assert page.attribute("//link[@rel='canonical']", "href").startswith("https://example.org/en/"), place
            assert in_turkish(phrase) in page.words(), place


def in_turkish(phrase: str) -> str:
    """Return a phrase in Turkish, up to the first value in it."""
    known = {
        "There is no translation": "There is no translation of this text. You are reading the authoritative text"
        " (%(language)s).",
        "This summary": "This summary has not been translated.",
        "One of these": "One of these versions has not been translated. You are comparing the authoritative texts"
        " (%(language)s).",
        "Shown in": "Shown in the authoritative language (%(language)s): one of the two versions has not been"
        " translated.",
    }
    full = next(text for start, text in known.items() if phrase.startswith(start))
    return load_phrases("tr").find(full).split("%(")[0].rstrip("( ")


class TestRevisions:
    def revised(self, repository: PolicyRepository) -> PolicyRepository:
        repository.site(languages=["en", "de"])
        repository.publish("privacy", effective=FIRST, published="2025-02-01", text=OLD, when="2025-01-09")
        for text, when in (("90 Jahre", "2025-01-10"), ("90 Tage", "2025-01-16"), ("neunzig Tage", "2025-02-20")):
            words = GERMAN.replace("90 Tage", text)
            repository.publish("privacy", effective=FIRST, text=words, language="de", title="Datenschutz", when=when)
        return repository

    def test_every_text_that_readers_got_stays_reachable_and_drafts_do_not(self, tmp_path: Path) -> None:
        visitor = visit(self.revised(PolicyRepository(tmp_path)))
        names = [
            page.parameters["revision"]
            for page in plan_pages(visitor.publication)
            if page.kind is PageKind.REVISION and page.parameters["locale"] == "de"
        ]
        # "90 Jahre" was there before the version was published on 1 February: nobody was shown it
        assert len(names) == 1
        page = visitor.open(f"de/privacy/v/{FIRST}/revisions/{names[0]}/")
        assert "90 Tage." in page.words("//article")
        assert "Er wurde am 20. Februar 2025 ersetzt." in page.words()
        assert not page.is_indexed
        assert page.attribute("//link[@rel='canonical']", "href").endswith(f"/de/privacy/v/{FIRST}/")
        assert b"90 Tage." in visitor.get(f"de/privacy/v/{FIRST}/revisions/{names[0]}/index.md")
        assert b"90 Tage." in visitor.get(f"de/privacy/v/{FIRST}/revisions/{names[0]}/index.txt")
        present = visitor.open(f"de/privacy/v/{FIRST}/")
        assert present.all(f"//main//a[@href='/de/privacy/v/{FIRST}/revisions/{names[0]}/']")
        assert "neunzig Tage." in present.words("//article")

    def test_a_revision_is_told_in_the_full_feed_and_in_no_notice(self, tmp_path: Path) -> None:
        visitor = visit(self.revised(PolicyRepository(tmp_path)))
        events = [event for event in visitor.publication.events if event.kind is EventKind.TRANSLATED]
        assert [event.id.rpartition(f"{FIRST}/")[2] for event in events] == ["translated/de/2"]
        assert events[0].occurred_at.date().isoformat() == "2025-02-20"
        assert "translated/de/2" in visitor.get("de/privacy/changes.atom").decode()
        assert "revised" in visitor.get("en/privacy/changes.atom").decode()
        assert "translated" not in visitor.get("de/privacy/notices.atom").decode()

    def test_an_edit_that_changes_no_word_is_no_revision(self, tmp_path: Path) -> None:
        repository = self.revised(PolicyRepository(tmp_path))
        words = GERMAN.replace("90 Tage", "neunzig  Tage")
        repository.publish(
            "privacy", effective=FIRST, text=words, language="de", title="Datenschutz", when="2025-03-20"
        )
        publication = compiled(repository, as_of=AT)
        assert sum(event.kind is EventKind.TRANSLATED for event in publication.events) == 1
