"""Typical mistakes in the files of a policy, each by what a person did. What they are told is in the tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.builder import PolicyRepository

TEXT = "content/privacy/en.md"
GERMAN = "content/privacy/de.md"
NOTE = "content/privacy/releases/2026-03-01.md"
GERMAN_NOTE = "content/privacy/releases/2026-03-01.de.md"
OLD_NOTE = "content/privacy/releases/2025-03-01.md"
SITE = "content/site.toml"
ARCHIVED = "content/privacy/archive/2023-01-01.en.md"

_ENGLISH = """
We keep your data safe.

## Retention {#retention}

We keep your data for 90 days.

## Your rights {#rights}

You can object at any time.
"""
_GERMAN = """
Wir bewahren Ihre Daten sicher auf.

## Aufbewahrung {#retention}

Wir bewahren Ihre Daten 90 Tage auf.

## Ihre Rechte {#rights}

Sie können jederzeit widersprechen.
"""
_WORDS_OF_NOTE = {"summary": "We keep less.", "impact": "Old data goes earlier.", "choices": "None."}
_PARTS = "".join(f"## {name.capitalize()} {{#{name}}}\n\n{said}\n\n" for name, said in _WORDS_OF_NOTE.items())
PROPOSED: Mapping[str, str] = {
    TEXT: f"---\ntitle: Privacy policy\nversion: 2026-03-01\n---\n{_ENGLISH.replace('90', '60')}",
    GERMAN: f"---\ntitle: Datenschutz\nversion: 2026-03-01\n---\n{_GERMAN.replace('90', '60')}",
    NOTE: "---\npublished: 2026-01-05\neffective: 2026-03-01\nchanges:\n"
    "  - {category: retention, sections: [retention]}\nsignificance: significant\nconsent: none\n---\n" + _PARTS,
    GERMAN_NOTE: _PARTS,
}
"""What a pull request proposes before somebody makes a mistake, by path."""


def publish_first_version(policies: PolicyRepository) -> None:
    """Publish the version that the proposed one replaces."""
    policies.site(languages=["en", "de"], policies=[{"id": "privacy", "required_languages": ["en", "de"]}])
    policies.write(ARCHIVED, f"---\ntitle: Privacy policy\n---\n{_ENGLISH.replace('90', '120')}")
    policies.write(
        "content/privacy/releases/2023-01-01.md",
        f"---\npublished: 2022-12-01\neffective: 2023-01-01\nsignificance: minor\n---\n{_PARTS}",
    )
    policies.write("content/privacy/releases/2023-01-01.de.md", _PARTS)
    for language, text, title in (("en", _ENGLISH, "Privacy policy"), ("de", _GERMAN, "Datenschutz")):
        policies.publish(
            "privacy", effective="2025-03-01", text=text, title=title, language=language, words=_WORDS_OF_NOTE
        )


Edit = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Mistake:
    """What a person did to files that were right."""

    name: str
    edits: tuple[Edit, ...] = field(default=())

    def make(self, root: Path) -> None:
        """Do it in the folder of a repository."""
        for edit in self.edits:
            edit(root)


def replaced(path: str, old: str, new: str) -> Edit:
    """Return the edit that puts ``new`` in the place of ``old``."""

    def edit(root: Path) -> None:
        file = root / path
        text = file.read_text(encoding="utf-8")
        assert old in text, (path, old)
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def written(path: str, content: str | bytes) -> Edit:
    """Return the edit that writes a file."""

    def edit(root: Path) -> None:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)

    return edit


def renamed(old: str, new: str) -> Edit:
    """Return the edit that gives a file another name."""

    def edit(root: Path) -> None:
        (root / new).parent.mkdir(parents=True, exist_ok=True)
        (root / old).rename(root / new)

    return edit


def deleted(path: str) -> Edit:
    """Return the edit that deletes a file."""
    return lambda root: (root / path).unlink()


def encoded(path: str, encoding: str) -> Edit:
    """Return the edit that saves a file in another encoding."""

    def edit(root: Path) -> None:
        file = root / path
        file.write_bytes(file.read_text(encoding="utf-8").encode(encoding))

    return edit


def lines_of_windows(path: str) -> Edit:
    """Return the edit that saves a file with the line ends of Windows."""

    def edit(root: Path) -> None:
        file = root / path
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

    return edit


def _facts(old: str, new: str) -> Edit:
    return replaced(NOTE, old, new)


_CHANGES = "changes:\n  - {category: retention, sections: [retention]}\n"
_FACTS: Mapping[str, Edit] = {
    "a tab before a fact": _facts("effective:", "\teffective:"),
    "no space after a colon": _facts("effective: 2026", "effective:2026"),
    "a colon in a title": replaced(TEXT, "title: Privacy policy", "title: Privacy policy: for users"),
    "a smart quotation mark": replaced(TEXT, "title: Privacy policy", "title: “Privacy policy"),
    "a quotation that does not end": replaced(TEXT, "title: Privacy policy", 'title: "Privacy policy'),
    "a no-break space before a value": _facts("effective: 2026", "effective:\u00a02026"),
    "a no-break space in a name": _facts("effective: ", "effective\u00a0: "),
    "sections without a list": _facts("sections: [retention]", "sections: retention"),
    "changes without dashes": _facts(_CHANGES, "changes:\n  category: retention\n  sections: [retention]\n"),
    "changes as words": _facts(_CHANGES, "changes: retention\n"),
    "consent as yes": _facts("consent: none", "consent: yes"),
    "consent as a word": _facts("consent: none", "consent: needed"),
    "a significance that is none": _facts("significance: significant", "significance: major"),
    "a significance with a typing mistake": _facts("significance: significant", "significance: signifcant"),
    "a category that is none": _facts("category: retention", "category: storage"),
    "a category with a typing mistake": _facts("category: retention", "category: retenton"),
    "a fact with a typing mistake": _facts("effective:", "efective:"),
    "a fact that is none": _facts("effective:", "author: Jane\neffective:"),
    "a fact twice": _facts("effective:", "effective: 2026-04-01\neffective:"),
    "an empty line before the facts": replaced(TEXT, "---\ntitle", "\n---\ntitle"),
    "an empty line before the facts of a note": _facts("---\npublished", "\n---\npublished"),
    "facts that do not end": replaced(
        NOTE, "significance: significant\nconsent: none\n---\n", "significance: significant\n"
    ),
    "a day that is none": _facts("effective: 2026-03-01", "effective: 2026-02-30"),
    "a day without zeros": _facts("effective: 2026-03-01", "effective: 2026-3-1"),
    "a day as Germans write it": _facts("effective: 2026-03-01", "effective: 01.03.2026"),
    "a day in words": _facts("effective: 2026-03-01", "effective: March 1, 2026"),
    "a day with a time": _facts("effective: 2026-03-01", "effective: 2026-03-01 12:00"),
    "too little notice": _facts("published: 2026-01-05", "published: 2026-02-20"),
    "published after it takes effect": _facts("published: 2026-01-05", "published: 2026-04-30"),
    "a day of effect left empty": _facts("effective: 2026-03-01", "effective:"),
    "no day of effect": _facts("effective: 2026-03-01\n", ""),
    "a section that is not there": _facts("sections: [retention]", "sections: [retentions]"),
    "a section that did not change": _facts("sections: [retention]", "sections: [retention, rights]"),
    "a change that is not declared": replaced(TEXT, "object at any time", "object within 10 days"),
    "a title that is a list": replaced(TEXT, "title: Privacy policy", "title: [Privacy policy]"),
    "a version that has no note": replaced(TEXT, "version: 2026-03-01", "version: 2026-05-01"),
    "facts that are no list of facts": _facts("effective: 2026-03-01", "takes effect in March"),
}
_FILES: Mapping[str, Edit] = {
    "a note in capital letters": renamed(NOTE, NOTE.replace(".md", ".MD")),
    "a text in capital letters": renamed(TEXT, TEXT.replace("en.md", "EN.md")),
    "a text with another ending": renamed(TEXT, TEXT.replace(".md", ".markdown")),
    "a translated note with a hyphen": renamed(GERMAN_NOTE, GERMAN_NOTE.replace(".de.md", "-de.md")),
    "a note with a short day in its name": renamed(NOTE, NOTE.replace("2026-03-01", "2026-3-1")),
    "a copy of a text": written("content/privacy/en copy.md", "# Copy\n\nx\n"),
    "a text in a language that the site has not": written(
        "content/privacy/fr.md", "---\ntitle: Vie privée\n---\n\nx\n"
    ),
    "a folder that is no policy": written("content/cookies/en.md", "---\ntitle: Cookies\n---\n\nx\n"),
    "a published note deleted": deleted(OLD_NOTE),
    "a text deleted": deleted(TEXT),
    "a translation deleted": deleted(GERMAN),
    "a published label renamed": renamed(OLD_NOTE, OLD_NOTE.replace("2025-03-01", "2025-03-02")),
    "a text in another encoding": encoded(GERMAN, "latin-1"),
    "a text in UTF-16": encoded(GERMAN, "utf-16"),
    "a text with a zero byte": written(GERMAN, b"---\ntitle: x\n---\n\nab\0c\n"),
    "an empty text": written(TEXT, ""),
    "a word withdrawn in a translated note": written(
        GERMAN_NOTE, "---\nwithdrawn: 2026-02-01\n---\n## Was {#summary}\n\nx\n"
    ),
    "a misspelt key of the site": replaced(SITE, "languages", "langauges"),
    "an address without https": replaced(SITE, "https://example.org/", "example.org"),
    "a missing quotation mark in the site": replaced(SITE, 'id = "privacy"', 'id = "privacy'),
}
_WORDS: Mapping[str, Edit] = {
    "a dead link to a section": replaced(TEXT, "data for 60", "[data](#objections) for 60"),
    "a dead link to a file": replaced(TEXT, "data for 60", "[data](objections.md) for 60"),
    "a link without an address": replaced(TEXT, "data for 60", "[data]() for 60"),
    "an address without its beginning": replaced(TEXT, "data for 60", "[data](www.example.org) for 60"),
    "a mail address as a link": replaced(TEXT, "data for 60", "[data](legal@example.org) for 60"),
    "a renamed section": replaced(TEXT, "{#retention}", "{#keeping}"),
    "a section without its id": replaced(TEXT, "## Retention {#retention}", "## Retention"),
    "an id twice": replaced(TEXT, "{#rights}", "{#retention}"),
    "a conflict that was not solved": replaced(
        TEXT, "We keep your data for 60 days.", "<<<<<<< HEAD\nWe keep your data for 60 days.\n=======\nNo.\n>>>>>>> x"
    ),
    "a note to oneself": replaced(TEXT, "data for 60", "data (TODO) for 60"),
    "a table without its line": replaced(
        TEXT, "We keep your data for", "| a | b |\n| c | d |\n\nWe keep your data for"
    ),
    "typed bullets": replaced(TEXT, "We keep your data for", "• one\n• two\n\nWe keep your data for"),
    "a placeholder": replaced(TEXT, "data for 60", "data, {{ name }}, for 60"),
    "a picture that is not there": replaced(
        TEXT, "We keep your data for", "![Plan](plan.png)\n\nWe keep your data for"
    ),
    "another number in the translation": replaced(GERMAN, "60 Tage", "90 Tage"),
    "a section that the translation lacks": replaced(GERMAN, "## Ihre Rechte {#rights}\n", ""),
    "a summary left out": replaced(NOTE, "{#summary}", "{#sumary}"),
    "words before the first heading of a note": replaced(NOTE, "## Summary", "Dear all,\n\n## Summary"),
}

_RENAMED_ID = replaced(TEXT, "{#retention}", "{#keeping}")
_MORE: Mapping[str, tuple[Edit, ...]] = {
    "line ends of Windows": tuple(lines_of_windows(path) for path in PROPOSED),
    "a byte order mark": tuple(encoded(path, "utf-8-sig") for path in PROPOSED),
    "an archived text edited": (replaced(ARCHIVED, "120 days", "150 days"),),
    "an archived text that was never announced": (written("content/privacy/archive/2024-01-01.en.md", "# Old\n\nx\n"),),
    "a version of a translation with a typing mistake": (
        replaced(GERMAN, "version: 2026-03-01", "version: 2026-03-10"),
    ),
    "no facts above a text": (replaced(TEXT, "---\ntitle: Privacy policy\nversion: 2026-03-01\n---\n", ""),),
    "no version in a text": (replaced(TEXT, "version: 2026-03-01\n", ""),),
    "a note in the folder of the texts": (renamed(NOTE, "content/privacy/2026-03-01.md"),),
    "a folder of notes called otherwise": (
        renamed(NOTE, NOTE.replace("releases", "release")),
        renamed(GERMAN_NOTE, GERMAN_NOTE.replace("releases", "release")),
    ),
    "a renamed section in the translation": (replaced(GERMAN, "{#retention}", "{#dauer}"),),
    "the translated heading as its id": (replaced(GERMAN, "{#retention}", "{#aufbewahrung}"),),
    "an id twice in the translation": (replaced(GERMAN, "{#rights}", "{#retention}"),),
    "every section renamed": (
        _RENAMED_ID,
        replaced(TEXT, "{#rights}", "{#your-rights}"),
    ),
    "a section removed": (replaced(TEXT, "## Your rights {#rights}\n\nYou can object at any time.\n", ""),),
    "a heading without its number signs": (replaced(TEXT, "## Your rights {#rights}", "Your rights {#rights}"),),
    "a heading without its space": (replaced(TEXT, "## Your rights", "##Your rights"),),
    "a part of a note without its id": (replaced(NOTE, " {#impact}", ""),),
    "all parts of a note without their ids": tuple(replaced(NOTE, f" {{#{part}}}", "") for part in _WORDS_OF_NOTE),
    "a conflict in a note": (
        replaced(
            NOTE,
            "effective: 2026-03-01",
            "<<<<<<< HEAD\neffective: 2026-03-01\n=======\neffective: 2026-04-01\n>>>>>>> x",
        ),
    ),
    "a conflict in the settings": (
        replaced(SITE, 'id = "privacy"', '<<<<<<< HEAD\nid = "privacy"\n=======\nid = "data"\n>>>>>>> x'),
    ),
    "another id in the settings": (replaced(SITE, 'id = "privacy"', 'id = "privcy"'),),
    "smart quotation marks in the settings": (replaced(SITE, 'id = "privacy"', "id = “privacy”"),),
    "a language taken out of the settings": (replaced(SITE, '"en", "de"', '"en"'),),
    "a preset that is none": (_facts("consent: none", "consent: none\nnotice: urgent"),),
    "an exception without who approved it": (_facts("consent: none", "consent: none\nexception: urgent"),),
    "withdrawn before it is published": (_facts("consent: none", "consent: none\nwithdrawn: 2025-12-01"),),
    "less than the category asks for": (_facts("significance: significant", "significance: editorial"),),
    "a change of a category too light": (
        _facts("category: retention", "category: editorial"),
        _facts("significance: significant\n", ""),
    ),
    "two versions on one day": (
        written(
            "content/privacy/versions/other.en.md", f"---\ntitle: Privacy policy\n---\n{_ENGLISH.replace('90', '30')}"
        ),
        written("content/privacy/versions/other.de.md", f"---\ntitle: Datenschutz\n---\n{_GERMAN.replace('90', '30')}"),
        written("content/privacy/releases/other.md", PROPOSED[NOTE]),
        written("content/privacy/releases/other.de.md", PROPOSED[GERMAN_NOTE]),
    ),
    "a published text changed without a version": (
        replaced(TEXT, "version: 2026-03-01", "version: 2025-03-01"),
        deleted(NOTE),
        deleted(GERMAN_NOTE),
        replaced(GERMAN, "version: 2026-03-01", "version: 2025-03-01"),
        replaced(GERMAN, "60", "90"),
    ),
}

MISTAKES = tuple(Mistake(name, (edit,)) for name, edit in {**_FACTS, **_FILES, **_WORDS}.items()) + tuple(
    Mistake(name, edits) for name, edits in _MORE.items()
)
