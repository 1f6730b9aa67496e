"""What other people's repositories do with texts, dates and names, each habit with its known answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policy_site.documents import Source, render_documents
from policy_site.history import list_paths
from policy_site.model import Document
from policy_site.settings import parse_settings
from policy_site.sources import expand_wildcards
from policy_site.sources.plain_text import to_markdown
from tests.support.habits import Files, Habit, compiled_with, versions_in, withdrawn_in

UPDATED = {"source": "date", "date_patterns": [r"Updated:? (?P<date>[^\n*]+)"]}
KEYED = {"source": "date", "date_key": "date"}


def updated(day: str, words: str) -> str:
    return f"# Privacy\n\nUpdated: {day}\n\nWe keep {words}.\n"


def keyed(day: str, words: str, more: str = "") -> str:
    return f"---\ndate: {day}\n{more}---\n# Privacy\n\nWe keep {words}.\n"


def plain(words: str) -> str:
    return f"# Privacy\n\nWe keep {words}.\n"


def by_date(
    name: str,
    *texts: tuple[str, str, str],
    versions: list[str],
    versions_settings: Mapping[str, object] | None = None,
    **more: Any,
) -> Habit:
    """Return a habit of one text: the day of each commit, the date that it names, and its words."""
    history = [
        (day, {"privacy.md": updated(stated, words) if stated else plain(words)}) for day, stated, words in texts
    ]
    settings = {"versions": {**UPDATED, **(versions_settings or {})}}
    return Habit(name, history, {"privacy": versions}, settings=settings, **more)


WORDINGS = [
    by_date(
        "other words under one date are versions of their own",
        ("2025-01-01", "2025-01-02", "one"),
        ("2025-02-01", "2025-01-02", "two"),
        ("2025-03-01", "2025-01-02", "three"),
        versions=[
            "2025-01-02 2025-01-02 2025-01-01 one",
            "2025-01-02-2 2025-02-01 2025-02-01 two",
            "2025-01-02-3 2025-03-01 2025-03-01 three",
        ],
        told=["changed 2 times under the date 2025-01-02"],
    ),
    by_date(
        "other words under one date are revisions where the operator says so",
        ("2025-01-01", "2025-01-02", "one"),
        ("2025-02-01", "2025-01-02", "two"),
        ("2025-03-01", "2025-03-02", "three"),
        versions_settings={"reworded": "revision"},
        versions=["2025-01-02 2025-01-02 2025-01-01 two", "2025-03-02 2025-03-02 2025-03-01 three"],
        told=["changed once under the date 2025-01-02"],
    ),
    by_date(
        "a text that is reworded before it applies applies on its day",
        ("2025-01-01", "2025-06-01", "one"),
        ("2025-02-01", "2025-06-01", "two"),
        versions=["2025-06-01 2025-06-01 2025-01-01 one", "2025-06-01-2 2025-06-01 2025-02-01 two"],
    ),
    by_date(
        "a date that follows its words by a commit is theirs",
        ("2025-01-01", "2025-01-02", "one"),
        ("2025-03-01", "2025-01-02", "two"),
        ("2025-03-02", "2025-03-02", "two"),
        versions=["2025-01-02 2025-01-02 2025-01-01 one", "2025-03-02 2025-03-02 2025-03-01 two"],
    ),
    by_date(
        "a new date a year later is a version with the same words",
        ("2025-01-01", "2025-01-02", "one"),
        ("2026-01-01", "2026-01-02", "one"),
        versions=["2025-01-02 2025-01-02 2025-01-01 one", "2026-01-02 2026-01-02 2026-01-01 one"],
    ),
    by_date(
        "a text that loses its date applies from its commit, and so do those after it",
        ("2025-01-01", "2025-01-02", "one"),
        ("2025-02-01", "", "two"),
        ("2025-03-01", "", "three"),
        versions=[
            "2025-01-02 2025-01-02 2025-01-01 one",
            "2025-02-01 2025-02-01 2025-02-01 two",
            "2025-03-01 2025-03-01 2025-03-01 three",
        ],
        told=["lost the date of the one before"],
    ),
    by_date(
        "a date line that is taken out changes no word",
        ("2025-01-01", "2025-01-02", "one"),
        ("2025-02-01", "", "one"),
        versions=["2025-01-02 2025-01-02 2025-01-01 one"],
    ),
]

DATES = [
    by_date(
        "a first text without a date applies from its commit",
        ("2025-01-01", "", "one"),
        ("2025-06-01", "2025-06-02", "two"),
        versions=["2025-01-01 2025-01-01 2025-01-01 one", "2025-06-02 2025-06-02 2025-06-01 two"],
        told=["names no date"],
    ),
    by_date(
        "a first text gets its date a day later",
        ("2025-01-10", "", "one"),
        ("2025-01-11", "2025-01-05", "one"),
        versions=["2025-01-05 2025-01-05 2025-01-10 one"],
    ),
    by_date(
        "a date that goes back is no withdrawal of what applied",
        ("2025-01-01", "2025-01-02", "one"),
        ("2025-06-01", "2025-06-02", "two"),
        ("2025-07-01", "2024-07-02", "three"),
        versions=[
            "2025-01-02 2025-01-02 2025-01-01 one",
            "2025-06-02 2025-06-02 2025-06-01 two",
            "2024-07-02 2025-07-01 2025-07-01 three",
        ],
        told=["goes back to 2024-07-02"],
    ),
    by_date(
        "a date years ahead is mistyped",
        ("2025-01-01", "2025-01-02", "one"),
        ("2025-06-01", "2052-06-02", "two"),
        versions=["2025-01-02 2025-01-02 2025-01-01 one", "2025-06-01 2025-06-01 2025-06-01 two"],
        told=["2052-06-02, years after its commit"],
    ),
    by_date(
        "a mistyped date that is corrected makes no version",
        ("2025-01-01", "2025-01-02", "one"),
        ("2025-06-01", "2026-06-02", "two"),
        ("2025-06-03", "2025-06-02", "two"),
        versions=["2025-01-02 2025-01-02 2025-01-01 one", "2025-06-02 2025-06-02 2025-06-01 two"],
    ),
    by_date(
        "a date that no calendar has counts from its commit",
        ("2025-01-01", "2025-01-02", "one"),
        ("2025-06-01", "2025-06-31", "two"),
        versions=["2025-01-02 2025-01-02 2025-01-01 one", "2025-06-01 2025-06-01 2025-06-01 two"],
    ),
    by_date(
        "a postponed text applies on its new day alone",
        ("2025-01-01", "2025-01-02", "one"),
        ("2025-06-01", "2025-07-01", "two"),
        ("2025-06-20", "2025-08-01", "two"),
        versions=["2025-01-02 2025-01-02 2025-01-01 one", "2025-08-01 2025-08-01 2025-06-01 two"],
    ),
    by_date(
        "a revert, and its revert, are told as readers saw them",
        ("2025-01-01", "2025-01-02", "one"),
        ("2025-02-01", "2025-02-02", "two"),
        ("2025-03-01", "2025-01-02", "one"),
        ("2025-04-01", "2025-02-02", "two"),
        versions=[
            "2025-01-02 2025-01-02 2025-01-01 one",
            "2025-02-02 2025-02-02 2025-02-01 two",
            "2025-01-02-2 2025-03-01 2025-03-01 one",
            "2025-02-02-2 2025-04-01 2025-04-01 two",
        ],
    ),
    by_date(
        "an announced text that is taken back is withdrawn",
        ("2025-01-01", "2025-01-02", "one"),
        ("2025-02-01", "2025-09-01", "two"),
        ("2025-03-01", "2025-01-02", "one"),
        versions=[
            "2025-01-02 2025-01-02 2025-01-01 one",
            "2025-01-02-2 2025-03-01 2025-03-01 one",
            "2025-09-01 2025-09-01 2025-02-01 two",
        ],
        withdrawn=["2025-09-01"],
    ),
    by_date(
        "the newest of several dates",
        ("2025-01-01", "2024-05-01\n\nUpdated: 2025-01-01", "one"),
        ("2025-06-01", "2024-05-01\n\nUpdated: 2025-01-01\n\nUpdated: 2025-06-01", "two"),
        versions_settings={"several_dates": "newest"},
        versions=["2025-01-01 2025-01-01 2025-01-01 one", "2025-06-01 2025-06-01 2025-06-01 two"],
    ),
    by_date(
        "the oldest of several dates",
        ("2025-01-01", "2025-01-01\n\nUpdated: 2024-05-01", "one"),
        versions_settings={"several_dates": "oldest"},
        versions=["2024-05-01 2024-05-01 2025-01-01 one"],
    ),
    by_date(
        "months before days where the operator says so",
        ("2025-01-01", "03/04/2024", "one"),
        versions_settings={"day_first": False},
        versions=["2024-03-04 2024-03-04 2025-01-01 one"],
    ),
    by_date(
        "a day that could be two is not guessed",
        ("2025-01-01", "03/04/2024", "one"),
        versions=["2025-01-01 2025-01-01 2025-01-01 one"],
        told=["'Updated: 03/04/2024', is no day of the calendar"],
    ),
    *(
        Habit(
            f"front matter names the day as {written}",
            [("2026-03-30", {"privacy.md": keyed(written, "one")})],
            {"privacy": ["2026-03-31 2026-03-31 2026-03-30 one"]},
            settings={"versions": KEYED},
        )
        for written in ("31-March-2026", '"March 31, 2026"', "2026/3/31", "31.03.2026", "2026-03-31T09:00:00Z")
    ),
    Habit(
        "one of two keys holds the day",
        [
            ("2025-01-01", {"privacy.md": "---\nupdated: 1 May 2024\n---\n# Privacy\n\nWe keep one.\n"}),
            ("2025-06-01", {"privacy.md": "---\ndates:\n  effective: 2025-06-02\n---\n# Privacy\n\nWe keep two.\n"}),
        ],
        {"privacy": ["2024-05-01 2024-05-01 2025-01-01 one", "2025-06-02 2025-06-02 2025-06-01 two"]},
        settings={"versions": {"source": "date", "date_key": ["dates.effective", "updated"]}},
    ),
    Habit(
        "a pattern sees front matter and title",
        [
            ("2025-01-01", {"privacy.md": "---\nsubtitle: Updated 2024-05-01\n---\n# Privacy\n\nWe keep one.\n"}),
            ("2025-06-01", {"privacy.md": "# Privacy (Updated 2025-06-02)\n\nWe keep two.\n"}),
        ],
        {"privacy": ["2024-05-01 2024-05-01 2025-01-01 one", "2025-06-02 2025-06-02 2025-06-01 two"]},
        settings={"versions": {"source": "date", "date_patterns": [r"Updated (?P<date>[\d-]+)"]}},
    ),
    Habit(
        "an attribute list names the day for machines",
        [("2025-01-01", {"privacy.md": '# Privacy\n\nMay 1\n{: datetime="2024-05-01"}\n\nWe keep one.\n'})],
        {"privacy": ["2024-05-01 2024-05-01 2025-01-01 one"]},
        settings={"versions": {"source": "date", "date_patterns": [r'\{:\s*datetime="(?P<date>[^"]+)"']}},
    ),
]

TAGGED = {"source": "tag", "tags": r"privacy-(?P<label>v?\d.*)"}
SOURCES = [
    Habit(
        "tags make versions, and one tag stands for two documents",
        [
            ("2025-01-01", {"privacy.md": plain("one"), "terms.md": plain("terms")}),
            ("2025-01-05", {"other": "x", "tag": "v1.0"}),
            ("2025-02-01", {"privacy.md": plain("draft")}),
            ("2025-02-05", {"privacy.md": plain("two"), "tag": "v1.1"}),
            ("2025-03-01", {"terms.md": plain("unreleased")}),
        ],
        {
            "privacy": ["v1.0 2025-01-05 2025-01-05 one", "v1.1 2025-02-05 2025-02-05 two"],
            "terms": ["v1.0 2025-01-05 2025-01-05 terms"],
        },
        settings={"versions": {"source": "tag"}, "policies": [{"id": "privacy"}, {"id": "terms"}]},
        told=["changed once since its last tag"],
    ),
    Habit(
        "each policy has tags of its own, one without its v",
        [
            ("2025-01-01", {"privacy.md": plain("one"), "tag": "privacy-v1"}),
            ("2025-02-01", {"privacy.md": plain("two"), "tag": "terms-v9"}),
            ("2025-03-01", {"privacy.md": plain("three"), "tag": "privacy-2"}),
        ],
        {"privacy": ["v1 2025-01-01 2025-01-01 one", "2 2025-03-01 2025-03-01 three"]},
        settings={"versions": TAGGED},
    ),
    Habit(
        "the last wording of a day is a version",
        [
            ("2025-01-01T08:00:00Z", {"privacy.md": plain("one")}),
            ("2025-01-01T09:00:00Z", {"privacy.md": plain("two")}),
            ("2025-01-02T08:00:00Z", {"privacy.md": plain("three")}),
            ("2025-01-02T09:00:00Z", {"privacy.md": plain("two")}),
            ("2025-01-03T09:00:00Z", {"privacy.md": plain("four")}),
        ],
        {"privacy": ["2025-01-01 2025-01-01 2025-01-01 two", "2025-01-03 2025-01-03 2025-01-03 four"]},
        settings={"versions": {"source": "day"}},
    ),
    Habit(
        "each policy has its own source",
        [
            ("2025-01-01", {"privacy.md": updated("2024-05-01", "one"), "terms.md": plain("one")}),
            ("2025-02-01", {"privacy.md": updated("2025-02-02", "two"), "terms.md": plain("two")}),
        ],
        {
            "privacy": ["2024-05-01 2024-05-01 2025-01-01 one", "2025-02-02 2025-02-02 2025-02-01 two"],
            "terms": ["2025-01-01 2025-01-01 2025-01-01 one", "2025-02-01 2025-02-01 2025-02-01 two"],
        },
        settings={"versions": UPDATED, "policies": [{"id": "privacy"}, {"id": "terms", "source": "revision"}]},
    ),
    Habit(
        "front matter names the version",
        [
            ("2025-01-01", {"privacy.md": keyed("2025-01-02", "one", "revision: 2.1.3\n")}),
            ("2025-02-01", {"privacy.md": keyed("2025-02-02", "two", "revision: v5.8\n")}),
            ("2025-03-01", {"privacy.md": keyed("2025-02-02", "three", "revision: v5.8\n")}),
        ],
        {
            "privacy": [
                "2.1.3 2025-01-02 2025-01-01 one",
                "v5.8 2025-02-02 2025-02-01 two",
                "v5.8-2 2025-03-01 2025-03-01 three",
            ]
        },
        settings={"versions": {**KEYED, "label_key": "revision"}},
    ),
    Habit(
        "a subtitle names the version",
        [("2025-01-01", {"privacy.md": "# Privacy\n\n*Version 3.2 of May*\n\nWe keep one.\n"})],
        {"privacy": ["3.2 2025-01-01 2025-01-01 one"]},
        settings={"versions": {"source": "revision", "label_patterns": [r"Version (?P<label>\d+(\.\d+)*)"]}},
    ),
]

ENDINGS = [
    Habit(
        "a deleted text is retired",
        [
            ("2025-01-01", {"privacy.md": updated("2025-01-02", "one"), "terms.md": updated("2025-01-02", "terms")}),
            ("2025-06-01", {"privacy.md": None}),
        ],
        {"privacy": ["2025-01-02 2025-01-02 2025-01-01 one"], "terms": ["2025-01-02 2025-01-02 2025-01-01 terms"]},
        settings={"versions": UPDATED, "policies": [{"id": "privacy"}, {"id": "terms"}]},
        retired={"privacy": "2025-06-01"},
        told=["counts as retired since 2025-06-01"],
    ),
    Habit(
        "a deleted text is retired where each wording is a version",
        [("2025-01-01", {"privacy.md": plain("one")}), ("2025-06-01", {"privacy.md": None})],
        {"privacy": ["2025-01-01 2025-01-01 2025-01-01 one"]},
        settings={"versions": {"source": "revision"}},
        retired={"privacy": "2025-06-01"},
    ),
    Habit(
        "a text that is moved to the archive is retired",
        [
            ("2025-01-01", {"privacy.md": plain("one\n\nand a page of other words, so that git sees the move")}),
            ("2025-06-01", {"privacy.md": ">archive/privacy.md"}),
        ],
        {"privacy": ["2025-01-01 2025-01-01 2025-01-01 move"]},
        settings={"versions": {"source": "revision"}},
        retired={"privacy": "2025-06-01"},
    ),
    Habit(
        "a notice that nobody maintains it retires a policy",
        [
            ("2025-01-01", {"privacy.md": plain("one")}),
            ("2025-06-01", {"privacy.md": f"**No longer maintained.**\n\n{plain('one')}"}),
            ("2025-07-01", {"privacy.md": f"**No longer maintained.**\n\n{plain('two')}"}),
        ],
        {
            "privacy": [
                "2025-01-01 2025-01-01 2025-01-01 one",
                "2025-06-01 2025-06-01 2025-06-01 one",
                "2025-07-01 2025-07-01 2025-07-01 two",
            ]
        },
        settings={"versions": {"source": "revision", "retired_patterns": ["(?i)no longer maintained"]}},
        retired={"privacy": "2025-06-01"},
    ),
    Habit(
        "a text that comes back is not retired",
        [
            ("2025-01-01", {"privacy.md": plain("one")}),
            ("2025-06-01", {"privacy.md": None}),
            ("2025-07-01", {"privacy.md": plain("two")}),
        ],
        {"privacy": ["2025-01-01 2025-01-01 2025-01-01 one", "2025-07-01 2025-07-01 2025-07-01 two"]},
        settings={"versions": {"source": "revision"}},
    ),
    Habit(
        "the operator's day of retirement counts before all",
        [("2025-01-01", {"privacy.md": plain("one")}), ("2025-06-01", {"privacy.md": None})],
        {"privacy": ["2025-01-01 2025-01-01 2025-01-01 one"]},
        settings={"versions": {"source": "revision"}, "policies": [{"id": "privacy"}]},
        retired={"privacy": "2025-06-01"},
    ),
]

MOVES = [
    Habit(
        "a text that is moved away and back keeps the day of each edit",
        [
            ("2025-01-01", {"privacy.md": plain(f"{'many words ' * 20}one")}),
            ("2025-02-01", {"privacy.md": ">drafts/privacy.txt"}),
            ("2025-03-01", {"drafts/privacy.txt": plain(f"{'many words ' * 20}two")}),
            ("2025-04-01", {"drafts/privacy.txt": ">privacy.md"}),
        ],
        {"privacy": ["2025-01-01 2025-01-01 2025-01-01 one", "2025-03-01 2025-03-01 2025-03-01 two"]},
        settings={"versions": {"source": "revision"}},
    ),
    Habit(
        "two layouts, one after the other",
        [
            ("2025-01-01", {"privacy/en.md": plain("one")}),
            ("2025-02-01", {"privacy/en.md": None, "en/privacy.md": plain("two")}),
        ],
        {"privacy": ["2025-01-01 2025-01-01 2025-01-01 one", "2025-02-01 2025-02-01 2025-02-01 two"]},
        settings={
            "versions": {"source": "revision"},
            "content": {"layout": ["{locale}/{policy}.md", "{policy}/{locale}.md"]},
        },
    ),
]


BY_WORDING = {"source": "revision"}
PLAIN = """PRIVACY POLICY

1. WHAT WE KEEP

1. We keep *everything* in
   my_file_names <here>.
(a) And [more].

- one
- two
"""
OTHERS = [
    Habit(
        "a document in plain text",
        [
            ("2025-01-01", {"legal/privacy.txt": PLAIN}),
            ("2025-02-01", {"legal/privacy.txt": PLAIN.replace("two", "2")}),
        ],
        {"privacy": ["2025-01-01 2025-01-01 2025-01-01 two", "2025-02-01 2025-02-01 2025-02-01 2"]},
        settings={"versions": BY_WORDING, "content": {"layout": ["legal/{policy}.txt"]}},
    ),
    Habit(
        "placeholders of a site generator",
        [
            ("2025-01-01", {"privacy.md": plain("{{ site.email }}")}),
            ("2025-02-01", {"privacy.md": plain("{{site.email}}")}),
        ],
        {"privacy": ["2025-01-01 2025-01-01 2025-01-01 legal@example.org"]},
        settings={"versions": BY_WORDING, "content": {"substitutions": {"site.email": "legal@example.org"}}},
    ),
    Habit(
        "a commit that should have made no version, and one with another date",
        [
            ("2025-01-01", {"privacy.md": updated("2025-01-02", "one")}),
            ("2025-02-01", {"privacy.md": updated("2025-01-02", "typo")}),
            ("2025-03-01", {"privacy.md": updated("2025-01-02", "three")}),
        ],
        {"privacy": ["2025-01-02 2025-01-02 2025-01-01 typo", "v3 2025-03-05 2025-03-01 three"]},
        settings={"versions": UPDATED},
        corrected=[{"commit": 1, "not_a_version": True}, {"commit": 2, "date": date(2025, 3, 5), "label": "v3"}],
    ),
    Habit(
        "one policy counts in German",
        [
            ("2025-01-01", {"en/a.md": plain("one"), "de/a.md": plain("eins")}),
            ("2025-02-01", {"de/a.md": plain("zwei")}),
        ],
        {"a": ["2025-01-01 2025-01-01 2025-01-01 eins", "2025-02-01 2025-02-01 2025-02-01 zwei"]},
        settings={
            "versions": BY_WORDING,
            "languages": ["en", "de"],
            "content": {"layout": ["{locale}/{policy}.md"]},
            "policies": [{"id": "a", "authoritative_language": "de"}],
        },
    ),
]
MANY = [
    Habit(
        "a policy for each file that fits, one of them with settings of its own",
        [
            (
                "2025-01-01",
                {"Policies/Terms/Terms.md": plain("terms"), "Policies/Privacy/EuropePrivacy.md": plain("one")},
            ),
            (
                "2025-02-01",
                {"Policies/Cookies/cookies.md": updated("2024-05-01", "cookies"), "Policies/x.md": "x"},
            ),
            ("2025-03-01", {"Policies/Terms/Terms.md": None}),
        ],
        {
            "cookies": ["2024-05-01 2024-05-01 2025-02-01 cookies"],
            "privacy-europe-privacy": ["2025-01-01 2025-01-01 2025-01-01 one"],
            "terms": ["2025-01-01 2025-01-01 2025-01-01 terms"],
        },
        settings={
            "versions": BY_WORDING,
            "policies": [
                {"id": "cookies", "files": "Policies/Cookies/cookies.md", **UPDATED},
                {"files": "Policies/*/*.md", "group": "Legal"},
            ],
        },
        retired={"terms": "2025-03-01"},
    ),
    Habit(
        "languages stand in the paths of many",
        [("2025-01-01", {"legal/en/a.md": plain("one"), "legal/de/a.md": plain("eins"), "legal/xx/b.md": plain("no")})],
        {"a": ["2025-01-01 2025-01-01 2025-01-01 one"]},
        settings={
            "versions": BY_WORDING,
            "languages": ["en", "de"],
            "policies": [{"files": "legal/{locale}/*.md"}],
        },
    ),
    Habit(
        "files in folders of any depth",
        [("2025-01-01", {"a.md": plain("one"), "x/y/Über uns.md": plain("two"), "x/skip/b.md": plain("no")})],
        {"a": ["2025-01-01 2025-01-01 2025-01-01 one"], "x-y-uber-uns": ["2025-01-01 2025-01-01 2025-01-01 two"]},
        settings={"versions": BY_WORDING, "content": {"exclude": ["**/skip/**"]}, "policies": [{"files": "**/*.md"}]},
    ),
    Habit(
        "a text that was called otherwise, which git cannot see",
        [
            ("2025-01-01", {"tos.md": plain("one")}),
            ("2025-02-01", {"tos.md": None}),
            ("2025-03-01", {"legal/terms.md": "# Terms\n\nEvery word is another one.\n"}),
        ],
        {"terms": ["2025-01-01 2025-01-01 2025-01-01 one", "2025-03-01 2025-03-01 2025-03-01 one"]},
        settings={"versions": BY_WORDING, "policies": [{"id": "terms", "files": ["legal/terms.md", "tos.md"]}]},
    ),
    Habit(
        "a path that was one policy and then another",
        [
            ("2025-01-01", {"legal.md": plain("terms")}),
            ("2025-03-01", {"legal.md": plain("privacy"), "terms.md": plain("later")}),
        ],
        {
            "terms": ["2025-01-01 2025-01-01 2025-01-01 terms", "2025-03-01 2025-03-01 2025-03-01 later"],
            "privacy": ["2025-03-01 2025-03-01 2025-03-01 privacy"],
        },
        settings={
            "versions": BY_WORDING,
            "policies": [
                {"id": "terms", "files": ["terms.md", {"path": "legal.md", "until": date(2025, 2, 1)}]},
                {"id": "privacy", "files": [{"path": "legal.md", "since": date(2025, 2, 1)}]},
            ],
        },
    ),
]


def announcing(name: str, *commits: tuple[str, Files], versions: list[str], **more: Any) -> Habit:
    settings = {"versions": UPDATED, "policies": [{"id": "privacy", "announced": "privacy_preview"}]}
    return Habit(name, commits, {"privacy": versions}, settings=settings, **more)


FIRST: tuple[str, Files] = ("2025-01-01", {"privacy.md": updated("2025-01-02", "one")})
ANNOUNCED = [
    announcing(
        "a coming text in a file of its own is announced, and applies once it is taken over",
        FIRST,
        ("2025-02-01", {"privacy_preview.md": updated("2025-06-01", "two")}),
        ("2025-05-30", {"privacy.md": updated("2025-06-01", "two"), "privacy_preview.md": None}),
        versions=["2025-01-02 2025-01-02 2025-01-01 one", "2025-06-01 2025-06-01 2025-02-01 two"],
    ),
    announcing(
        "a coming text whose day is far is upcoming",
        FIRST,
        ("2026-02-01", {"privacy_preview.md": updated("2027-06-01", "two")}),
        versions=["2025-01-02 2025-01-02 2025-01-01 one", "2027-06-01 2027-06-01 2026-02-01 two"],
    ),
    announcing(
        "a coming text that nobody took over never applied",
        FIRST,
        ("2025-02-01", {"privacy_preview.md": updated("2025-06-01", "two")}),
        versions=["2025-01-02 2025-01-02 2025-01-01 one", "2025-06-01 2025-06-01 2025-02-01 two"],
        withdrawn=["2025-06-01"],
        told=["came, and the policy's own file is another"],
    ),
    announcing(
        "a coming text without a day, or with a day that is over, is none",
        FIRST,
        ("2025-02-01", {"privacy_preview.md": updated("2024-06-01", "old")}),
        ("2025-03-01", {"privacy_preview.md": plain("two")}),
        versions=["2025-01-02 2025-01-02 2025-01-01 one"],
        told=["names no day on which it takes effect"],
    ),
]


@pytest.mark.parametrize(
    "habit",
    [*ANNOUNCED, *MANY, *OTHERS, *WORDINGS, *DATES, *SOURCES, *ENDINGS, *MOVES],
    ids=lambda habit: habit.name.replace(" ", "-"),
)
def test_a_habit_is_read_as_it_is_meant(habit: Habit, tmp_path: Path) -> None:
    repository = habit.build(tmp_path)
    paths = list_paths(repository.root, folder=".", branch=None)
    settings = expand_wildcards(parse_settings(habit.site(repository)), paths)
    publication = compiled_with(settings, repository)
    assert {policy.id: versions_in(policy) for policy in publication.policies} == habit.versions
    assert withdrawn_in(publication) == list(habit.withdrawn)
    retired = {policy.id: policy.retired_at.date().isoformat() for policy in publication.policies if policy.retired_at}
    assert retired == habit.retired
    messages = [finding.message for finding in publication.findings]
    for words in habit.told:
        assert any(words in message for message in messages), messages


def test_plain_text_reads_as_it_was_typed() -> None:
    typed = (
        "PRIVACY POLICY\n\n1. WHAT WE KEEP\n\n1. We keep *all* in\n   my_files <here> & AT&T.\n2) Second # x\n"
        "(a) [More].\n\n"
        "Contact\n=======\n\n- one\n    - two\n\n= not a heading\n# nor this\n"
    )
    markdown = to_markdown(typed)
    assert markdown.count("\n") == typed.count("\n"), "lines keep their numbers"
    for reading in (("tables", "attr_list"), ("github",)):
        source = Source("text", markdown)
        document = render_documents([source], extensions=reading)["text"]
        assert isinstance(document, Document)
        headings = [section.heading for section in document.sections if section.heading]
        assert headings[-2:] == ["1. WHAT WE KEEP", "Contact"]
        words = " ".join(" ".join(block.text.split()) for section in document.sections for block in section.blocks)
        assert "1. We keep *all* in my_files <here> & AT&T. 2) Second # x (a) [More]." in words
        assert "= not a heading # nor this" in words
