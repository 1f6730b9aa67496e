"""``policy-site adopt`` looks at repositories of every kind, and what it proposes publishes them as they are meant."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from policy_site.adoption import propose
from policy_site.commands import main
from policy_site.settings import parse_settings
from tests.support.habits import Files, Habit, compiled_with, versions_in
from tests.support.publishing import NOW

MORE = "\n\nMore words that stay as they are, so that git sees a move.\n" * 3


def text(dated: str, words: str) -> str:
    return f"# Privacy\n\n{dated}\n{MORE}\nWe keep {words}.\n"


def dpa(day: str, version: str, words: str) -> str:
    return f"---\neffective-date: {day}\nversion: {version}\n---\n# DPA\n\n{words}.\n"


def pki(version: str, day: str, words: str) -> str:
    return text(f"*Version {version}*\n\n*Effective {day}*", words)


def german(dated: str, words: str) -> str:
    kept = "Wir speichern die Daten, die Sie uns geben, und das ist nicht mehr als wir für den Dienst brauchen.\n\n" * 3
    return f"# Datenschutz\n\n{dated}\n\n{kept}Wir behalten {words}.\n"


def act(words: str) -> str:
    return f"ACT ON PRIVACY\n\n1. Short title\nThis is the act of the year.\n\n2. We keep résumé-{words}\n"


P = "x"
LIQUID = (
    'Mail {{ site.email }}. [A]({% link a/purposes.md %}) [B]({{ site.baseurl }}/b/) [C]({{ "/c/" | relative_url }})'
)


@dataclass(frozen=True)
class Kind:
    """A kind of repository, and what is to be proposed."""

    name: str
    history: Sequence[tuple[str, Files]]
    source: str
    layouts: Sequence[str]
    languages: Sequence[str]
    versions: Mapping[str, Sequence[str]]
    """What the proposed settings publish."""
    undecided: Sequence[str] = ()
    """Words of what is left to people."""


KINDS = [
    Kind(
        "files beside one another, with dates in words",
        [
            ("2024-05-01", {"privacy.md": text("Last updated: May 1, 2024", "one"), "README.md": "# Our policies\n"}),
            ("2025-06-01", {"privacy.md": text("Last updated: June 2nd, 2025", "two")}),
        ],
        "date",
        ["{policy}.md"],
        ["en"],
        {"privacy": ["2024-05-01 2024-05-01 2024-05-01 one", "2025-06-02 2025-06-02 2025-06-01 two"]},
    ),
    Kind(
        "a folder for each language",
        [
            (
                "2024-05-01",
                {"en/tos.md": text("Effective 2024-05-02", "one"), "de/tos.md": text("Gültig ab 2. Mai 2024", "eins")},
            ),
        ],
        "date",
        ["{locale}/{policy}.md"],
        ["en", "de"],
        {"tos": ["2024-05-02 2024-05-02 2024-05-01 one"]},
    ),
    Kind(
        "a layout that was turned around, and a language that got another name",
        [
            (
                "2020-05-01",
                {"privacy/en-US.md": text("Updated 2020-05-01", "1"), "privacy/de.md": text("Stand: 2020-05-01", "1")},
            ),
            ("2021-02-03", {"privacy/en-US.md": ">en/privacy.md", "privacy/de.md": ">de/privacy.md"}),
            ("2022-05-01", {"en/privacy.md": text("Updated 2022-05-01", "2")}),
        ],
        "date",
        ["{locale}/{policy}.md", "{policy}/{locale}.md"],
        ["en", "de"],
        {"privacy": ["2020-05-01 2020-05-01 2020-05-01 1", "2022-05-01 2022-05-01 2022-05-01 2"]},
        ["en-US as en"],
    ),
    Kind(
        "front matter with a day in words and a version",
        [
            (
                "2026-03-30",
                {"policies/dpa.md": dpa("31-March-2026", "2.1.3", "One")},
            ),
            ("2026-05-30", {"policies/dpa.md": dpa("1-June-2026", "3.0", "Two")}),
        ],
        "date",
        ["policies/{policy}.md"],
        ["en"],
        {"dpa": ["2.1.3 2026-03-31 2026-03-30 One", "3.0 2026-06-01 2026-05-30 Two"]},
    ),
    Kind(
        "policies among guides",
        [
            (
                "2024-05-01",
                {"legal/privacy.md": text("", "one"), "docs/guide.md": "# Guide\n", "docs/setup.md": "# U"},
            ),
            ("2024-06-01", {"legal/privacy.md": text("", "two")}),
        ],
        "revision",
        ["legal/{policy}.md"],
        ["en"],
        {"privacy": ["2024-05-01 2024-05-01 2024-05-01 one", "2024-06-01 2024-06-01 2024-06-01 two"]},
        ["docs/guide.md, docs/setup.md"],
    ),
    Kind(
        "texts that are released by tags",
        [
            ("2024-05-01", {"terms.md": text("", "one"), "tag": "v1.0"}),
            ("2024-06-01", {"terms.md": text("", "draft")}),
            ("2024-07-01", {"terms.md": text("", "two"), "tag": "v1.1"}),
        ],
        "tag",
        ["{policy}.md"],
        ["en"],
        {"terms": ["v1.0 2024-05-01 2024-05-01 one", "v1.1 2024-07-01 2024-07-01 two"]},
    ),
    Kind(
        "the language at the end of names",
        [("2024-05-01", {"cookies.en.md": text("Updated 2024-05-01", "one"), "cookies.fr.md": text("", "un")})],
        "date",
        ["{policy}.{locale}.md"],
        ["en", "fr"],
        {"cookies": ["2024-05-01 2024-05-01 2024-05-01 one"]},
    ),
    Kind(
        "translations beside a text that names no language",
        [("2024-05-01", {"cookies.md": text("Updated 2024-05-01", "one"), "cookies.fr.md": text("", "un")})],
        "date",
        ["{policy}.md", "{policy}.{locale}.md"],
        ["en", "fr"],
        {"cookies": ["2024-05-01 2024-05-01 2024-05-01 one"]},
        ["they are taken for English"],
    ),
    Kind(
        "a folder for each policy, with an index in it",
        [("2024-05-01", {"PrivacyPolicy/index.md": text("Effective date: 1 May 2024", "one")})],
        "date",
        ["{policy}/index.md"],
        ["en"],
        {"privacypolicy": ["2024-05-01 2024-05-01 2024-05-01 one"]},
    ),
    Kind(
        "days that could be two, and placeholders",
        [("2024-05-01", {"privacy.md": text("Last updated: 03/04/2024, {{ site.email }}", "one")})],
        "revision",
        ["{policy}.md"],
        ["en"],
        {"privacy": ["2024-05-01 2024-05-01 2024-05-01 one"]},
        ["03/04/2026 (day_first): privacy.md", "{{ site.email }}"],
    ),
    Kind(
        "texts that were put into an archive, and a preview",
        [
            (
                "2024-05-01",
                {"legal/tos.md": text("", "one"), "legal/eula.md": text("", "old"), "legal/tos_preview.md": P},
            ),
            ("2024-06-01", {"legal/eula.md": ">legal/archive/eula.md"}),
        ],
        "revision",
        ["legal/{policy}.md"],
        ["en"],
        {
            "tos": ["2024-05-01 2024-05-01 2024-05-01 one"],
            "tos-preview": ["2024-05-01 2024-05-01 2024-05-01 x"],
            "eula": ["2024-05-01 2024-05-01 2024-05-01 old"],
        },
        ["they are shown as retired: eula", "announced texts of other policies, and no policies: tos_preview"],
    ),
    Kind(
        "texts of one name in several folders, each a policy of its own",
        [
            ("2024-05-01", {"store/policy.md": pki("2.4", "May 2, 2024", "one"), "ca/policy.md": text("", "two")}),
            ("2025-05-01", {"store/policy.md": pki("2.5", "May 2, 2025", "three"), "drafts/policy.md": P}),
        ],
        "date",
        [],
        ["en"],
        {
            "store-policy": ["2.4 2024-05-02 2024-05-01 one", "2.5 2025-05-02 2025-05-01 three"],
            "ca-policy": ["2024-05-01 2024-05-01 2024-05-01 two"],
        },
        ["left out: drafts/policy.md"],
    ),
    Kind(
        "pages that lead to texts, texts whose names say nothing, and values that the site generator knows",
        [
            (
                "2024-05-01",
                {
                    "_config.yml": "email: a@example.org\nbaseurl: ''\n",
                    "legal/_index.md": "---\ntitle: Legal\n---\nSee below.\n",
                    "legal/privacy/_index.md": text(LIQUID, "one"),
                    "abuse/purposes.md": text("*Last updated: 1 May 2024*", "two"),
                    "docs/guide.md": "# Guide\n\nHow to build.\n",
                    "_posts/2024-05-01-new-privacy-policy.md": "News\n",
                },
            ),
        ],
        "date",
        ["abuse/{policy}.md", "legal/{policy}/_index.md"],
        ["en"],
        {
            "purposes": ["2024-05-01 2024-05-01 2024-05-01 two"],
            "privacy": ["2024-05-01 2024-05-01 2024-05-01 one"],
        },
        ["left out: legal/_index.md", "name dates as policies do: abuse/purposes.md", "left out: _posts/2024"],
    ),
    Kind(
        "texts in a language that nothing names, most of them without a date",
        [
            ("2024-05-01", {"agb.md": german("", "eins"), "datenschutz.md": german("Stand: 25. Mai 2018", "zwei")}),
            ("2024-06-01", {"agb.md": german("", "drei"), "impressum.md": german("", "vier")}),
        ],
        "revision",
        ["{policy}.md"],
        ["de"],
        {
            "agb": ["2024-05-01 2024-05-01 2024-05-01 eins", "2024-06-01 2024-06-01 2024-06-01 drei"],
            "datenschutz": ["2018-05-25 2018-05-25 2024-05-01 zwei"],
            "impressum": ["2024-06-01 2024-06-01 2024-06-01 vier"],
        },
    ),
    Kind(
        "a language that got another name, and a text for a region",
        [
            ("2024-05-01", {"tos/en.md": text("", "one"), "tos/no.md": text("", "en"), "tos/en_eu.md": text("", "eu")}),
            ("2024-06-01", {"tos/no.md": None, "tos/nb.md": german("", "en")}),
        ],
        "revision",
        ["{policy}/{locale}.md"],
        ["en", "nb"],
        {"tos": ["2024-05-01 2024-05-01 2024-05-01 one"], "tos-en-eu": ["2024-05-01 2024-05-01 2024-05-01 eu"]},
        ["no as nb"],
    ),
    Kind(
        "coming texts in files of their own",
        [
            ("2024-05-01", {"tos.md": text("Effective May 2, 2024", "one")}),
            ("2026-05-01", {"tos_preview.md": text("Effective May 2, 2027", "two")}),
        ],
        "date",
        ["{policy}.md"],
        ["en"],
        {"tos": ["2024-05-02 2024-05-02 2024-05-01 one", "2027-05-02 2027-05-02 2026-05-01 two"]},
        ["tos_preview of tos"],
    ),
    Kind(
        "acts in an encoding of former days, that came to UTF-8",
        [
            ("2024-05-01", {"acts/Act 1.txt": act("one").encode("latin-1"), "requirements.txt": "x==1"}),
            ("2025-05-01", {"acts/Act 1.txt": act("two").encode("latin-1")}),
            ("2026-05-01", {"acts/Act 1.txt": act("two").encode()}),
        ],
        "revision",
        ["acts/{policy}.txt"],
        ["en"],
        {"act-1": ["2024-05-01 2024-05-01 2024-05-01 résumé-one", "2025-05-01 2025-05-01 2025-05-01 résumé-two"]},
        ["acts/*.txt as windows-1252"],
    ),
    Kind(
        "a code of conduct, where it is all there is",
        [("2024-05-01", {"CODE_OF_CONDUCT.md": text("", "one"), "README.md": "# Conduct\n\nOurs.\n"})],
        "revision",
        ["{policy}.md"],
        ["en"],
        {"code-of-conduct": ["2024-05-01 2024-05-01 2024-05-01 one"]},
    ),
    Kind(
        "a policy that is what people read first, and one that was deleted",
        [
            ("2024-05-01", {"README.md": text("Last updated: May 2, 2024", "one")}),
            (
                "2024-06-01",
                {"README.md": text("Last updated: June 2, 2024", "two"), "CHANGES.md": P},
            ),
        ],
        "date",
        ["README.md"],
        ["en"],
        {"readme": ["2024-05-02 2024-05-02 2024-05-01 one", "2024-06-02 2024-06-02 2024-06-01 two"]},
    ),
    Kind(
        "a text that was deleted, and one in which two went on",
        [
            (
                "2024-05-01",
                {"CP.md": text("Updated May 1, 2024", "one"), "CPS.md": german("Updated 2024-05-01", "2")},
            ),
            ("2024-06-01", {"CP.md": ">CP-CPS.md", "CPS.md": None}),
        ],
        "date",
        ["{policy}.md"],
        ["en"],
        {
            "cp-cps": ["2024-05-01 2024-05-01 2024-05-01 one"],
            "cps": ["2024-05-01 2024-05-01 2024-05-01 2"],
        },
        ["shown as retired: CPS"],
    ),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name.replace(" ", "-"))
def test_what_is_proposed_publishes_a_repository_as_it_is_meant(kind: Kind, tmp_path: Path) -> None:
    repository = Habit(kind.name, kind.history, {}).build(tmp_path)
    proposal = propose(repository.root, branch=None, as_of=NOW)
    assert proposal.source == kind.source
    assert [layout.pattern for layout in proposal.laying.layouts] == list(kind.layouts)
    assert list(proposal.languages) == list(kind.languages)
    for words in kind.undecided:
        assert any(words in sentence for sentence in proposal.undecided), proposal.undecided
    publication = compiled_with(parse_settings(proposal.site_toml), repository)
    assert {policy.id: versions_in(policy) for policy in publication.policies} == kind.versions
    counted = {count.policy: count.versions[kind.source] for count in proposal.counts}
    assert counted == {policy: len(versions) for policy, versions in kind.versions.items()}


def test_it_writes_settings_that_are_not_there_yet_or_tells_programs_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = Habit("", KINDS[0].history, {}).build(tmp_path / "theirs")
    file = tmp_path / "site.toml"
    assert main(["adopt", str(repository.root), "--output", str(file)]) == 0
    assert "by date" in capsys.readouterr().out
    assert parse_settings(file.read_text(encoding="utf-8")).versions.source == "date"
    assert main(["adopt", str(repository.root), "--output", str(file)]) == 2
    capsys.readouterr()
    assert main(["adopt", str(repository.root), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["policies"][0]["versions"] == {"revision": 2, "day": 2, "date": 2}
    assert told["site_toml"] == file.read_text(encoding="utf-8")
    assert main(["adopt", str(tmp_path / "nowhere")]) == 2


def test_a_repository_without_texts_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = Habit("", [("2024-05-01", {"main.py": "print()\n", "README.md": "# Code\n"})], {}).build(tmp_path)
    assert main(["adopt", str(repository.root), "--output", str(tmp_path / "site.toml")]) == 2
    assert "looks like a text" in capsys.readouterr().err


def test_what_a_site_generator_would_put_in_stands_in_the_texts(tmp_path: Path) -> None:
    files: Files = {"_config.yml": "email: a@example.org\n", "privacy.md": text(LIQUID, "one")}
    repository = Habit("liquid", [("2024-05-01", files)], {}).build(tmp_path)
    proposal = propose(repository.root, branch=None, as_of=NOW)
    assert not [sentence for sentence in proposal.undecided if "placeholders" in sentence]
    (policy,) = compiled_with(parse_settings(proposal.site_toml), repository).policies
    words = policy.versions[0].editions["en"].revision.text
    assert "Mail a@example.org. [A](purposes.md) [B](/b/) [C](/c/)" in words
