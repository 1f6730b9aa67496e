"""How translations stand to the authoritative text: by section, on the command line, in the worklist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_site import redlines
from policy_site.commands import main
from policy_site.documents import adopt_ids, render_document
from policy_site.fidelity import assess, out_of_order
from policy_site.fidelity.sources import source_of
from policy_site.fidelity.worklist import _fenced
from policy_site.model import Document, SectionChangeKind, SectionFidelity, TranslatedSection
from policy_site.settings import ContentSettings
from tests.support.builder import PolicyRepository

EXTENSIONS = ContentSettings().reading
OLD = "## Data {#data}\n\nWe keep it for 90 days.\n\n## Rights {#rights}\n\nYou can object.\n\n## Old {#old}\n\nGone.\n"
NEW = (
    "## Data {#data}\n\nWe keep it for 30 days.\n\n## Storage {#storage}\n\nOnly in the EU.\n\n"
    "## Rights {#rights}\n\nYou can object.\n"
)
GERMAN = "## Daten {#data}\n\n90 Tage.\n\n## Rechte {#rights}\n\nWiderspruch.\n\n## Altes {#old}\n\nWeg.\n"


def rendered(body: str) -> Document:
    return render_document(body, extensions=EXTENSIONS)


def assessed_in_order(translation: str, old: str, new: str) -> tuple[TranslatedSection, ...]:
    source = rendered(old)
    adopted = adopt_ids(rendered(translation), source)
    return assess(adopted, source, redlines.compare(source, rendered(new)))


def assessed(translation: str, old: str, new: str) -> dict[str, TranslatedSection]:
    found = assessed_in_order(translation, old, new)
    assert len({section.id for section in found}) == len(found)
    return {section.id: section for section in found}


def states(translation: str, old: str, new: str) -> dict[str, str]:
    return {name: section.fidelity.value for name, section in assessed(translation, old, new).items()}


class TestSections:
    def test_each_section_is_current_stale_missing_or_extra(self) -> None:
        found = assessed(GERMAN, OLD, NEW)
        assert {name: section.fidelity.value for name, section in found.items()} == {
            "data": "stale",
            "storage": "missing",
            "rights": "current",
            "old": "extra",
        }
        assert (found["data"].words_added, found["data"].words_deleted) == (1, 1)
        assert found["storage"].words == 5
        assert found["rights"].words == 0
        assert found["old"].change is SectionChangeKind.REMOVED

    def test_a_translation_of_the_version_shown_is_current(self) -> None:
        assert set(states(NEW, NEW, NEW).values()) == {"current"}

    def test_a_section_that_was_never_translated_is_missing_and_not_new(self) -> None:
        section = assessed("## Daten {#data}\n\n90 Tage.\n", OLD, OLD)["rights"]
        assert (section.fidelity, section.change, section.words) == (SectionFidelity.MISSING, None, 4)

    def test_a_section_that_was_only_moved_or_renumbered_is_current(self) -> None:
        old = (
            "## 1. Data {#data}\n\nWe keep it for 90 days.\n\n## 2. Rights {#rights}\n\nYou can always object to it.\n"
        )
        new = (
            "## 1. Rights {#rights}\n\nYou can always object to it.\n\n## 2. Data {#data}\n\nWe keep it for 90 days.\n"
        )
        found = assessed("## 1. Daten {#data}\n\nA.\n\n## 2. Rechte {#rights}\n\nB.\n", old, new)
        assert {section.fidelity for section in found.values()} == {SectionFidelity.CURRENT}
        assert {section.change for section in found.values()} - {None}

    def test_an_id_that_changed_with_its_section_is_followed(self) -> None:
        old = "## Data {#data}\n\nWe keep what you tell us for ninety days and then erase it.\n"
        new = "## Data {#information}\n\nWe keep what you tell us for thirty days and then erase it.\n"
        section = assessed("## Daten {#data}\n\nA.\n", old, new)["information"]
        assert (section.fidelity, section.translated_id) == (SectionFidelity.STALE, "data")

    def test_a_section_translated_ahead_of_its_version_is_current(self) -> None:
        assert states(f"{GERMAN}\n## Speicher {{#storage}}\n\nEU.\n", OLD, NEW)["storage"] == "current"

    def test_a_section_that_only_the_translation_has_is_extra_at_its_place(self) -> None:
        found = assessed(f"## Neu {{#neu}}\n\nA.\n\n## Auch {{#auch}}\n\nA.\n\n{GERMAN}", OLD, OLD)
        assert list(found) == ["neu", "auch", "data", "rights", "old"]
        assert found["neu"].fidelity is SectionFidelity.EXTRA
        assert found["neu"].change is None

    def test_an_empty_translation_lacks_everything(self) -> None:
        assert set(states("", OLD, OLD).values()) == {"missing"}
        assert set(states(OLD, "", "").values()) == {"extra"}

    @given(st.lists(st.sampled_from("abcdefg"), unique=True), st.permutations("abcdefg"))
    def test_whatever_texts_hold_each_section_is_told_once(self, mine: list[str], theirs: list[str]) -> None:
        def text(ids: list[str]) -> str:
            return "\n\n".join(f"## Section {name} {{#{name}}}\n\nWords of {name}." for name in ids)

        found = assessed_in_order(text(mine), text(theirs[:4]), text(theirs[2:]))
        shown = [section.id for section in found if section.fidelity is not SectionFidelity.EXTRA]
        assert sorted(shown) == sorted(theirs[2:])
        assert sorted(section.translated_id for section in found if section.translated_id) == sorted(mine)


class TestWithoutIds:
    def test_sections_meet_by_their_places(self) -> None:
        plain = re.sub(r" \{#\w+\}", "", GERMAN)
        assert states(plain, OLD, NEW) == states(GERMAN, OLD, NEW)

    def test_a_heading_too_many_is_found_by_what_no_translation_changes(self) -> None:
        english = (
            "## One {#one}\n\nSee [the form](https://example.org/form).\n\n"
            "## Two {#two}\n\nWithin 30 days.\n\n## Three {#three}\n\nA.\n\nB.\n\nC.\n"
        )
        german = (
            "## Eins\n\nSiehe [Formular](https://example.org/form).\n\n## Einschub\n\nX.\n\n"
            "## Zwei\n\nInnerhalb von 30 Tagen.\n\n## Drei\n\nA.\n\nB.\n\nC.\n"
        )
        adopted = adopt_ids(rendered(german), rendered(english))
        assert [section.id for section in adopted.sections] == ["one", "einschub", "two", "three"]

    def test_of_two_that_could_be_the_one_meant_both_keep_what_they_have(self) -> None:
        adopted = adopt_ids(rendered("## A\n\n## B"), rendered("## One {#one}"))
        assert [section.id for section in adopted.sections] == ["a", "b"]

    def test_very_many_headings_take_no_more_than_a_moment(self) -> None:
        german = "".join(f"## H{number}\n\n" for number in range(3000))
        english = "".join(f"## E{number} {{#e{number}}}\n\n" for number in range(2999))
        assert len(adopt_ids(rendered(german), rendered(english)).sections) == 3000


class TestOrder:
    def test_what_stands_elsewhere_is_named_and_nothing_else(self) -> None:
        assert out_of_order(["a", "b", "c"], ["a", "b", "c"]) == ()
        assert out_of_order(["c", "a", "b"], ["a", "b", "c"]) == ("c",)
        assert out_of_order(["a", "x", "b"], ["a", "b"]) == ()
        assert out_of_order([], ["a"]) == ()

    @given(st.permutations("abcdefgh"), st.permutations("abcdefgh"))
    def test_what_is_not_named_keeps_the_order(self, mine: list[str], theirs: list[str]) -> None:
        named = out_of_order(mine, theirs)
        kept = [name for name in mine if name not in named]
        assert kept == [name for name in theirs if name in kept]


class TestSources:
    def test_a_section_comes_as_its_author_wrote_it(self) -> None:
        body = f"# Title\n\nBefore.\n\n{OLD}"
        document = rendered(body)
        assert source_of(body, document, "rights") == "## Rights {#rights}\n\nYou can object.\n"
        assert source_of(body, document, "preamble") == "# Title\n\nBefore.\n"
        assert source_of(body, document, "nowhere") == ""

    def test_a_heading_that_is_not_found_gives_plain_text(self) -> None:
        body = "Data\n----\n\nWe *keep* it.\n\n## Rights {#rights}\n\nYou can.\n"
        assert "We keep it." in source_of(body, rendered(body), "data")

    @given(st.text(alphabet="`~a\n# ", max_size=60))
    def test_nothing_in_a_text_closes_its_fence(self, text: str) -> None:
        lines = _fenced(text, "text").split("\n")
        fence = lines[0].removesuffix("text")
        assert lines[-1] == fence
        assert not any(line.strip().startswith(fence) for line in lines[1:-1])


@pytest.fixture
def policies(tmp_path: Path) -> PolicyRepository:
    """German is a version behind, Turkish is not there."""
    repository = PolicyRepository(tmp_path / "repository").site(languages=["en", "de", "tr"])
    repository.publish("privacy", effective="2025-03-01", text=OLD)
    repository.publish("privacy", effective="2025-03-01", text=GERMAN, language="de", when="2025-02-01")
    repository.publish("privacy", effective="2026-03-01", text=NEW)
    return repository


def told(policies: PolicyRepository, capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    config = str(policies.content / "site.toml")
    assert main(["translations", "--quiet", "--config", config, "--as-of", "2026-11-23", *arguments]) == status
    return capsys.readouterr().out


class TestCommand:
    def test_the_table_shows_language_policy_and_section(
        self, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rows = [line.split("\t") for line in told(policies, capsys).splitlines()]
        assert rows[1][:8] == ["privacy", "de", "2026-03-01", "2025-03-01", "1", "1", "1", "1"]
        assert rows[2][:4] == ["privacy", "tr", "2026-03-01", "no translation"]
        assert ["privacy", "de", "data", "stale", "2"] in rows
        assert ["privacy", "de", "storage", "missing", "5"] in rows

    def test_machines_get_every_section(self, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]) -> None:
        german, turkish = json.loads(told(policies, capsys, "--format", "json"))["translations"]
        assert german["counts"] == {"current": 1, "stale": 1, "missing": 1, "extra": 1}
        assert [section["state"] for section in german["sections"]] == ["stale", "missing", "current", "extra"]
        assert (turkish["renders"], turkish["counts"]) == (None, None)

    def test_ci_gets_annotations_at_the_lines(
        self, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lines = told(policies, capsys, "--format", "github", "--language", "de").splitlines()
        assert lines[0].startswith("::warning file=content/privacy/de.md,line=5,title=translations::The section 'Data'")
        assert len(lines) == 3

    def test_strict_fails_where_something_is_stale(
        self, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
    ) -> None:
        told(policies, capsys, "--strict", "privacy", status=1)
        told(policies, capsys, "--language", "fr", status=2)
        told(policies, capsys, "terms", status=2)
        told(policies, capsys, "--output", "x.md", status=2)

    def test_the_worklist_holds_redline_source_translation_and_words(
        self, policies: PolicyRepository, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        file = tmp_path / "de.md"
        told(policies, capsys, "--worklist", "de", "--output", str(file))
        worklist = file.read_text(encoding="utf-8")
        assert "We keep it for [-90 days-]{+30 days+}." in worklist
        assert "## Data {#data}\n\nWe keep it for 30 days." in worklist
        assert "## Daten {#data}\n\n90 Tage." in worklist
        assert "### Storage (new: 5 words)" in worklist
        assert "To be written: `privacy/releases/2026-03-01.de.md`" in worklist
        assert "`{#choices}`" in worklist
        assert "Rights" not in worklist

    def test_a_worklist_of_nothing_says_so(
        self, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
    ) -> None:
        policies.publish("privacy", effective="2026-03-01", text=NEW, language="de", when="2026-02-01")
        assert "Every section and every release note is translated." in told(policies, capsys, "--worklist", "de")

    def test_a_worklist_of_a_language_without_a_text_holds_the_whole_text(
        self, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert "### The whole text (not translated)" in told(policies, capsys, "--worklist", "tr")

    def test_hostile_text_stays_inside_its_fence_and_commands_no_terminal(
        self, policies: PolicyRepository, capsys: pytest.CaptureFixture[str]
    ) -> None:
        hostile = "## Data {#data}\n\n`````\n::error::x\n`````\n\n\x1b[31m ```` ##[command] \u202e\n"
        policies.publish("privacy", effective="2026-06-01", text=hostile)
        worklist = told(policies, capsys, "--worklist", "de")
        assert "``````markdown\n## Data" in worklist
        assert not re.search("[\x1b\u202e]|##\\[", worklist)
