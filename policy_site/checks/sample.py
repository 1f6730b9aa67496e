"""The content on which the examples of all rules stand: a policy in two languages with two versions, without a fault.

An example writes over files of the second version; what it does not name stays as it is here.
"""

from __future__ import annotations

import json

FIRST, SECOND = "2025-05-04", "2026-05-04"
"""Effective days of the two versions, and their labels."""
PUBLISHED = {FIRST: "2025-03-20", SECOND: "2026-03-20"}
"""The day on which each is announced, and committed."""

TEXT, TRANSLATION = "privacy/en.md", "privacy/de.md"
NOTE, TRANSLATED_NOTE = f"privacy/releases/{SECOND}.md", f"privacy/releases/{SECOND}.de.md"

SITE = """\
title = "Policies of Example"
base_url = "https://example.org/"
languages = ["en", "de"]

[[policies]]
id = "privacy"
required_languages = ["de"]

[notices.standard]
days = 30
"""
BODY = """\
# Privacy {#top}

## Data {#data}

We keep your data for 60 days.

## Sharing {#sharing}

We share nothing. See [what we keep](#data).
"""
GERMAN_BODY = """\
# Datenschutz {#top}

## Daten {#data}

Wir bewahren Ihre Daten 60 Tage lang auf.

## Weitergabe {#sharing}

Wir geben nichts weiter. Siehe [was wir aufbewahren](#data).
"""
WORDS = """\
## What changed {#summary}

We keep your data longer.

## What it means for you {#impact}

Your data stays with us for 60 days.

## Your choices {#choices}

You can close your account.
"""
GERMAN_WORDS = """\
## Was sich ändert {#summary}

Wir bewahren Ihre Daten länger auf.

## Was das für Sie bedeutet {#impact}

Ihre Daten bleiben 60 Tage lang bei uns.

## Was Sie tun können {#choices}

Sie können Ihr Konto schließen.
"""


def text_with(body: str = BODY, *, version: str = SECOND, title: str = "Privacy") -> str:
    """Return the authoritative text of the policy."""
    return f'---\ntitle: {title}\nversion: "{version}"\n---\n{body}'


def translation_with(body: str = GERMAN_BODY, *, version: str = SECOND) -> str:
    """Return its translation."""
    return text_with(body, version=version, title="Datenschutz")


def note_with(words: str = WORDS, **facts: object) -> str:
    """Return the release note of the second version with these facts in place of its own, or besides them."""
    own: dict[str, object] = {
        "published": PUBLISHED[SECOND],
        "effective": SECOND,
        "changes": [{"category": "retention", "sections": ["data"]}],
        "significance": "significant",
    }
    lines = "".join(f"{name}: {_yaml(value)}\n" for name, value in (own | facts).items() if value is not None)
    return f"---\n{lines}---\n{words}"


def _yaml(value: object) -> str:
    """Return a value as YAML in one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_yaml(part)}' for name, part in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(_yaml(part) for part in value)}]"
    is_plain = isinstance(value, str) and value.replace("-", "").replace(" ", "").isalnum()
    return str(value) if is_plain else json.dumps(value, ensure_ascii=False)


EARLIER = {
    "site.toml": SITE,
    TEXT: text_with(BODY.replace("60", "30"), version=FIRST),
    TRANSLATION: translation_with(GERMAN_BODY.replace("60", "30"), version=FIRST),
    f"privacy/releases/{FIRST}.md": note_with(published=PUBLISHED[FIRST], effective=FIRST, changes=[]),
    f"privacy/releases/{FIRST}.de.md": GERMAN_WORDS,
}
"""The files as they are committed with the first version."""

LATER = {
    TEXT: text_with(),
    TRANSLATION: translation_with(),
    NOTE: note_with(),
    TRANSLATED_NOTE: GERMAN_WORDS,
}
"""The files that the second version changes or adds."""
