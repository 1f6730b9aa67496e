"""A language is one line in site.toml, one catalogue and one file a policy; tags are found however they are written."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from policy_site.errors import SettingsError
from policy_site.localization import OwnCatalogue, find_language, load_phrases
from policy_site.localization.catalogues import begin_catalogue, read_own_catalogues
from policy_site.localization.tags import find_best
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

ROOT = Path(__file__).parents[2]
TEXT = "## Data {#data}\n\nWe keep it.\n"


def _build(policies: PolicyRepository, output: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "policy_site", "build", "--jobs", "1", "--config", str(policies.content / "site.toml"),
         "--output", str(output), "--as-of", "2026-11-23"],
        capture_output=True, text=True, check=False,
        env={**os.environ, "XDG_CACHE_HOME": str(output.parent / "cache"), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def _translated(tag: str, *translations: tuple[str, str]) -> str:
    """Begin a catalogue as the guide says, and translate a few phrases."""
    catalogue = begin_catalogue(tag).decode()
    for phrase, translation in translations:
        assert f'msgid "{phrase}"\nmsgstr ""' in catalogue
        catalogue = catalogue.replace(f'msgid "{phrase}"\nmsgstr ""', f'msgid "{phrase}"\nmsgstr "{translation}"')
    return catalogue


def test_a_language_is_added_by_a_line_a_catalogue_and_a_file(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "policies").site(languages=["en"])
    policies.publish("privacy", effective="2026-05-04", text=TEXT, title="Privacy")
    site = tmp_path / "site"
    assert _build(policies, site).returncode == 0
    assert not (site / "nl").exists()

    policies.site(languages=["en", "nl"])  # the line
    words = (("All versions", "Alle versies"), ("Effective date", "Ingangsdatum"))
    policies.write("content/translations/nl.po", _translated("nl", *words))  # the catalogue
    policies.write(
        "content/privacy/nl.md", '---\ntitle: Privacybeleid\nversion: "2026-05-04"\n---\n## Gegevens {#data}\n\nWij.\n'
    )  # the file
    policies.commit()

    built = _build(policies, site)
    assert built.returncode == 0, built.stderr
    page = (site / "nl/privacy/index.html").read_text(encoding="utf-8")
    assert '<html lang="nl" dir="ltr">' in page
    assert "Privacybeleid" in page
    assert "Alle versies" in page
    assert "4 mei 2026" in page, "dates are CLDR's"
    assert "noindex" not in page
    assert "Ingangsdatum" in (site / "nl/privacy/v/2026-05-04/index.html").read_text(encoding="utf-8")
    assert 'hreflang="nl"' in (site / "en/privacy/index.html").read_text(encoding="utf-8")
    assert "In force since" in page, "what is not translated yet is English"


def test_an_operator_puts_one_phrase_in_other_words(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "policies").site(languages=["en", "de"])
    for language in ("en", "de"):
        policies.publish("privacy", effective="2026-05-04", text=TEXT, language=language)
    own = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "In force"\nmsgstr "Gilt"\n'
    policies.write("content/translations/de.po", own).commit()
    assert _build(policies, tmp_path / "site").returncode == 0
    page = (tmp_path / "site/de/privacy/v/2026-05-04/index.html").read_text(encoding="utf-8")
    assert ">Gilt<" in page
    assert "Alle Fassungen" in page, "the others are ours"
    before = json.loads((tmp_path / "site/manifest.json").read_text(encoding="utf-8"))["fingerprint"]
    policies.write("content/translations/de.po", own.replace("Gilt", "Wirksam")).commit()
    assert _build(policies, tmp_path / "site").returncode == 0
    assert json.loads((tmp_path / "site/manifest.json").read_text(encoding="utf-8"))["fingerprint"] != before


@pytest.mark.parametrize(
    ("name", "catalogue", "said"),
    [
        ("de.po", 'msgid "Version %(version)s"\nmsgstr "Fassung %(label)s"\n', "other placeholders"),
        ("de.po", 'msgid "In force"\nmsgstr "<script>alert(1)</script>"\n', "markup"),
        ("de.po", 'msgid "In force"\nmsgstr "100 %"\n', "other placeholders"),
        ("de.po", 'msgid "In force"\nmsgstr "In Kraft\u202e"\n', "turns the direction"),
        ("de.po", 'msgid "In force"\nmsgstr "In \x1b[2JKraft"\n', "U+001B"),
        ("de.po", 'msgid "In force"\nmsgstr "In\x00Kraft"\n', "U+0000"),
        ("de.po", "In force is Gilt", "no catalogue"),
        ("de.po", b"\xff\xfe\x00", "no catalogue"),
        ("de.po", 'msgid ""\nmsgstr "Content-Type: text/plain; charset=none\\n"\n', "no catalogue"),
        ("de.po", 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=n n;\\n"\n', "no catalogue"),
        ("xx-YY.po", 'msgid "In force"\nmsgstr "A"\n', "knows no language"),
    ],
)
def test_a_wrong_catalogue_of_an_operator_is_refused_by_name(name: str, catalogue: str | bytes, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_own_catalogues({name: catalogue if isinstance(catalogue, bytes) else catalogue.encode()})
    (finding,) = refused.value.findings
    assert finding.path == f"translations/{name}"
    assert said in finding.message


def test_a_build_says_which_catalogue_is_wrong(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "policies").site(languages=["en", "de"])
    policies.publish("privacy", effective="2026-05-04", text=TEXT)
    policies.write("content/translations/de.po", 'msgid "In force"\nmsgstr "<b>"\n').commit()
    refused = _build(policies, tmp_path / "site")
    assert refused.returncode == 2
    assert "translations/de.po:1: " in refused.stderr
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("de-AT", "de"), ("es-ES", "es"), ("pt-PT", "pt-BR"), ("pt", "pt-BR"), ("pt-br", "pt-BR"), ("zh-CN", "zh-Hans"),
        ("zh", "zh-Hans"), ("zh-SG", "zh-Hans"), ("zh-TW", None), ("zh-Hant-HK", None), ("zh-HK", None), ("iw", "he"),
        ("sr-Latn", None), ("sr-ME", None), ("sr-BA", "sr"), ("az-Arab", None), ("tlh", None), ("x", None), ("", None),
    ],
)  # fmt: skip
def test_only_the_same_language_in_the_same_script_will_do(wanted: str, found: str | None) -> None:
    assert find_best(wanted, ["en", "de", "es", "pt-BR", "zh-Hans", "he", "sr", "az"]) == found


def test_nearer_tags_go_before_farther_ones() -> None:
    assert find_best("de-CH", ["de-AT", "de", "de-CH"]) == "de-CH"
    assert find_best("de-LI", ["de-AT", "de", "de-CH"]) == "de"
    assert find_best("pt-PT", ["pt-BR", "pt-PT"]) == "pt-PT"
    assert find_best("pt", ["pt-PT", "pt-BR"]) == "pt-BR", "CLDR: the likeliest region"
    assert find_best("zh-HK", ["zh-Hans", "zh-TW"]) == "zh-TW"


@pytest.mark.parametrize(
    ("tag", "direction", "day"),
    [
        ("pt-BR", "ltr", "4 de maio de 2026"), ("zh-Hans", "ltr", "2026年5月4日"), ("zh-TW", "ltr", "2026年5月4日"),
        ("he", "rtl", "4 במאי 2026"), ("ja", "ltr", "2026年5月4日"), ("fa", "rtl", None), ("az-Arab", "rtl", None),
        ("ks-Deva", "ltr", None), ("dv", "rtl", None), ("ar-Latn", "ltr", None),
    ],
)  # fmt: skip
def test_direction_and_dates_follow_the_tag(tag: str, direction: str, day: str | None) -> None:
    assert find_language(tag).direction == direction
    phrases = load_phrases(tag)
    if day is not None and phrases.language.tag == tag:
        assert phrases.date_in_words(date(2026, 5, 4)) == day


@pytest.mark.parametrize("layout", ["{policy}/{locale}.md", "{locale}/{policy}.md"])
def test_folders_of_an_adopted_repository_keep_their_names(tmp_path: Path, layout: str) -> None:
    folders = {"en-US": "en", "es-ES": "es", "zh-TW": "zh-Hant"}
    policies = PolicyRepository(tmp_path).site(
        languages=["en", "es", "zh-Hant"],
        content={"layout": [layout], "folders": folders},
        versions={"source": "revision"},
    )
    for folder, title in (("en-US", "Privacy"), ("es-ES", "Privacidad"), ("zh-TW", "隱私")):
        path = layout.format(policy="privacy", locale=folder)
        policies.write(f"content/{path}", f"---\ntitle: {title}\n---\n{TEXT}")
    policies.commit()
    publication = compiled(policies)
    (version,) = publication.policy("privacy").versions
    assert {locale: edition.title for locale, edition in version.editions.items()} == {
        "en": "Privacy",
        "es": "Privacidad",
        "zh-Hant": "隱私",
    }


def test_a_catalogue_of_one_phrase_counts_as_its_language_does() -> None:
    forms = "".join(f'msgstr[{number}] "{number} %(num)s"\n' for number in range(6))
    content = f'msgid "%(num)s section differs"\nmsgid_plural "%(num)s sections differ"\n{forms}'
    phrases = load_phrases("ar", (OwnCatalogue("ar", content.encode()),))
    said = [
        phrases.ngettext("%(num)s section differs", "%(num)s sections differ", number)
        for number in (0, 1, 2, 3, 100, 11)
    ]
    assert [words[0] for words in said] == ["0", "1", "2", "3", "4", "5"]


def test_every_catalogue_counts_as_its_language_does() -> None:
    for folder in sorted((ROOT / "translations").iterdir()):
        tag = folder.name.replace("_", "-")
        assert load_phrases(tag).language.tag == tag
        begun = begin_catalogue(tag).decode()
        (plurals,) = re.findall(r"Plural-Forms: (.*?)\\n", begun)
        assert plurals in (folder / "LC_MESSAGES/policy_site.po").read_text(encoding="utf-8")


# --- the style sheet: what is said of a side is said by its logical name ------------------------------------

_PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right|top|bottom)[\w-]*"
    r"|border-(?:top|bottom)-(?:left|right)-radius|left|right|top|bottom|width|height|(?:min|max)-(?:width|height))\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right|justify)"
)


def test_the_style_sheet_names_no_physical_side() -> None:
    sheet = re.sub(
        r"/\*.*?\*/", "", (ROOT / "policy_site/static/site.css").read_text(encoding="utf-8"), flags=re.DOTALL
    )
    # conditions on the screen have no logical names; the screen does not turn
    sheet = re.sub(r"@media[^{]*", "", sheet)
    assert _PHYSICAL.findall(sheet) == []
    assert re.search(r"(?<![\w-])(?:margin|padding)\s*:\s*[^;]+? [^;]+? [^;]+? [^;]+?;", sheet) is None, "four sides"
