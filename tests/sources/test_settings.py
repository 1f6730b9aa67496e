"""``site.toml`` is read whole, and every fault is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_site.errors import SettingsError
from policy_site.settings import Settings, parse_settings, read_settings

VALID = """\
title = "Policies"
base_url = "https://example.org/legal"
languages = ["en", "de"]

[[policies]]
id = "privacy"
"""


def faults_of(text: str) -> dict[str, int | None]:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text)
    assert caught.value.exit_status == 2
    return {finding.message: finding.line for finding in caught.value.findings}


def test_a_short_configuration_is_enough() -> None:
    settings = parse_settings(VALID)
    assert settings.base_url == "https://example.org/legal/"
    assert settings.base_path == "/legal/"
    assert settings.authoritative_locale == "en"
    assert settings.tag.startswith("tag:example.org,")
    assert settings.notices["standard"].days == 30


def test_all_faults_are_told_at_once_each_with_its_line() -> None:
    faults = faults_of(
        'title = "x"\nbase_url = "nowhere"\nlanguages = ["en"]\ntime_zone = "Mars/Base"\n'
        '[content]\nlayuot = ["a"]\n[[policies]]\nid = "a"\n[[policies]]\nid = "B b"\ncolour = 1\n'
    )
    assert sorted(line for line in faults.values() if line) == [2, 4, 6, 10, 11]
    assert any("layuot" in fault for fault in faults)
    assert any("Mars/Base" in fault for fault in faults)


def test_the_authoritative_text_prevails_unless_the_policy_says_otherwise() -> None:
    assert parse_settings(VALID).prevailing_locale("privacy") == "en"
    assert parse_settings(f'{VALID}prevailing_language = "de"\n').prevailing_locale("privacy") == "de"
    assert parse_settings(f'{VALID}prevailing_language = "none"\n').prevailing_locale("privacy") is None
    (fault,) = faults_of(f'{VALID}prevailing_language = "fr"\n')
    assert "'fr' prevails, which is not one of languages" in fault
    faults = faults_of(f'{VALID}stale_translation = "hide"\n')
    assert any("stale_translation" in fault and "'show' or 'yield'" in fault for fault in faults)


def test_an_unknown_key_is_answered_with_the_one_that_was_meant() -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(VALID.replace("languages", "langauges"))
    remedies = [finding.remedy for finding in caught.value.findings]
    assert "Write 'languages' instead." in remedies


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("names 'en' twice", VALID.replace('["en", "de"]', '["en", "en"]')),
        ("names 'privacy' twice", VALID + '[[policies]]\nid = "privacy"\n'),
        ("requires 'fr'", VALID + 'required_languages = ["fr"]\n'),
        ("is not one of languages", 'authoritative_language = "fr"\n' + VALID),
        ("needs date_patterns", VALID.replace("[[policies]]", '[versions]\nsource = "date"\n[[policies]]')),
        ("is not a regular expression", VALID + '[versions]\nsource = "date"\ndate_patterns = ["("]\n'),
        ("names the group 'date'", VALID + '[versions]\nsource = "date"\ndate_patterns = ["x"]\n'),
        ("not a language tag", VALID.replace('["en", "de"]', '["en", "german"]')),
        ("part of addresses", VALID.replace('"privacy"', '"../x"')),
        ("cannot be read", VALID + "x = ["),
    ],
)
def test_what_does_not_fit_together_is_refused(fault: str, text: str) -> None:
    assert any(fault in message for message in faults_of(text)), faults_of(text)


@pytest.mark.parametrize(
    ("pattern", "is_taken"),
    [
        (r"(?P<date>\d{4}-\d{2}-\d{2})", True),
        (r"(?P<month>\w{3,9}) (?P<day>\d{1,2}), (?P<year>\d{4})", True),
        (r"(?P<date>a{9000})", True),
        (r"(?P<date>\{2000000000}|[{2000000000}]{2}|[]{2000000000}]{2})", True),
        ("(?P<date>a{2000000000})", False),
        ("(?P<date>a{,2000000000})", False),
        ("(?P<date>a{1,002000000000}?)", False),
        ("(?P<date>(?:(?:a{100}){100}){100})", False),
        (r"(?P<date>[a-z\]]{5000000})", False),
        (f"(?P<date>a{{{'9' * 5000}}})", False),
        (f"(?P<date>{'a' * 20_000})", False),
    ],
)
def test_a_pattern_that_would_take_all_memory_is_refused_before_it_is_compiled(pattern: str, is_taken: bool) -> None:
    text = VALID + f"[versions]\nsource = \"date\"\ndate_patterns = ['{pattern}']\n"
    if is_taken:
        assert parse_settings(text).versions.date_patterns == (pattern,)
    else:
        assert any("is too large" in message for message in faults_of(text)), faults_of(text)


def test_a_missing_file_is_told_with_the_way_to_begin(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="policy-site init"):
        read_settings(tmp_path / "site.toml")


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_bytes(b"title = '\xff'")
    with pytest.raises(SettingsError, match="UTF-8"):
        read_settings(tmp_path / "site.toml")


def test_every_example_in_the_documentation_is_valid() -> None:
    examples = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("*.toml"))
    assert examples
    for example in (*examples, Path(__file__).parents[2] / "content" / "site.toml"):
        assert isinstance(read_settings(example), Settings)
