"""A pull request from anyone may change the content: whatever is in it, the answer is a sentence, and it comes soon."""

from __future__ import annotations

import time

import pytest

from policy_site.documents import Source, render_documents
from policy_site.errors import SettingsError
from policy_site.model import Revision
from policy_site.settings import parse_settings
from policy_site.sources import parse_text, parse_words

EXTENSIONS = ("tables", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists")
SITE = """\
title = "Our policies"
base_url = "https://example.org/"
languages = ["en"]
[[policies]]
id = "privacy"
"""


def revision(text: str) -> Revision:
    return Revision(path="privacy/en.md", text=text, digest="0", commit=None, committed_at=None)


# --- time ------------------------------------------------------------------------------------------------------------

SLOW_TEXTS = {
    "comments that never end after one that did": "-->\n" + "<!--\n" * 100_000,
    "a reference whose address stays away": "[a]:" + " \t" * 49_000 + "x y",
    "references with titles that never end": "[a]: " + "'" * 1_900 + "('" * 40_000,
    "runs just short of the limit": ("a" * 1_999 + "b" * 1_999) * 24 + "\n",
    "a heading of blanks": "# a" + " \t" * 40_000 + "x",
    "a heading of open brackets": "# " + "[" * 1_900 + "[a](" * 20_000,
    "a heading of open braces": "# " + "{#a" * 300_000,
    "a heading of number signs": "# a" + "#" * 90_000 + "x",
    "a heading of angle brackets": "# " + "<a" * 90_000,
    "a long address referred to often": "[a]: http://x/" + "y1" * 45_000 + "\n\n" + "## h\n\n[a]\n\n" * 100_000,
    "a long address referred to in one line": "[a]: http://x/" + "y1" * 45_000 + "\n\n" + "[a]" * 30_000,
}


@pytest.mark.parametrize("name", SLOW_TEXTS)
def test_a_small_text_never_needs_long(name: str) -> None:
    text = SLOW_TEXTS[name]
    started = time.process_time()
    parse_text(revision(text), is_strict=True)
    parse_words(revision(text), locale="en")
    render_documents([Source("key", text)], extensions=EXTENSIONS, seconds=1.0)
    assert time.process_time() - started < 5  # it was a minute, or for ever


def test_a_title_is_found_whatever_stands_around_it() -> None:
    assert parse_text(revision("# Privacy {#top} ##\n"), is_strict=False).title == "Privacy {#top}"
    assert parse_text(revision("\n# Privacy ## {#top} \n"), is_strict=False).title == "Privacy"
    assert (
        parse_text(revision("# The [notice](https://example.org/a_(b)) {: #a .b}\n"), is_strict=False).title
        == "The notice"
    )
    assert parse_text(revision("# {#top}\n"), is_strict=False).title == "{#top}"


# --- site.toml -------------------------------------------------------------------------------------------------------

HOSTILE_SETTINGS = {
    "nested too deeply": "x = " + "[" * 100_000,
    "nested too deeply, and closed": "x = " + "[" * 3_000 + "]" * 3_000 + "\n" + SITE,
    "a number of 5,000 digits": "x = " + "9" * 5_000 + "\n" + SITE,
    "a control character in a key": '"\\u001b[31m" = 1\n' + SITE,
    "languages that differ in case": SITE.replace('["en"]', '["en", "EN"]'),
    "a layout that names the policy twice": SITE + '[content]\nlayout = ["{policy}/{policy}/{locale}.md"]\n',
    "a layout with an unknown name": SITE + '[content]\nlayout = ["{policy}/{section}.md"]\n',
    "an authority that is no domain": SITE + '[feed]\nauthority = "x\\"><script>\\r\\nA: b"\n',
    "a policy above the site": SITE.replace('"privacy"', '"../../x"'),
    "a policy called by an escape": SITE.replace('"privacy"', '"%2e%2e"'),
}


@pytest.mark.parametrize("name", HOSTILE_SETTINGS)
def test_hostile_settings_are_findings(name: str) -> None:
    with pytest.raises(SettingsError) as raised:
        parse_settings(HOSTILE_SETTINGS[name])
    assert raised.value.findings
    assert all(finding.message.endswith(".") and finding.remedy for finding in raised.value.findings)


@pytest.mark.parametrize(
    "address",
    [
        "javascript://x/%0aalert(1)",
        "https://example.org/<script>alert(1)</script>/",
        'https://example.org/\\"onload=/',
        "https://example.org/a\\r\\nX-Header: b/",
        "https://example.org/../x/",
        "https://example.org/%2e%2e/",
        "https://example.org//evil.example/",
        "https://example.org\\\\@evil.example/",
        "https://user:password@example.org/",
        "https://example.org:99999/",
        "https://example.org:port/",
        "https://exa mple.org/",
        "https://a..b/",
        "https://./",
        "https://[::1",
        "https://example.org/\\u202e/",
        "https://example.org/{locale}/",
    ],
)
def test_an_address_of_a_site_holds_nothing_that_means_something_elsewhere(address: str) -> None:
    with pytest.raises(SettingsError) as raised:
        parse_settings(SITE.replace("https://example.org/", address))
    assert "base_url" in raised.value.findings[0].message


@pytest.mark.parametrize(
    "address",
    ["https://example.org", "http://127.0.0.1:8000/", "https://[::1]:8000/a/", "https://example.org/a.b/~c/d_e"],
)
def test_an_ordinary_address_is_taken(address: str) -> None:
    settings = parse_settings(SITE.replace("https://example.org/", address))
    assert settings.base_url == address.rstrip("/") + "/"
