"""A version in a language, beside its permanent page: as Markdown, plain text and JSON."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from policy_site.formats import EDITION_FORMS, EditionPage, write_markdown, write_text, write_version_json
from policy_site.model import Block, Container, Document, Fidelity, Section, Span
from tests.support.histories import LINKS, policy_of, version_of

POLICY = policy_of(
    version_of("2024-01-05", published=1, effective=4),
    version_of("2024-03-01", published=30, effective=60, translations={"de": (30,)}),
)
VERSION = POLICY.version("2024-03-01")


def paragraph(*spans: Span, tag: str = "p", inside: tuple[Container, ...] = ()) -> Block:
    return Block(tag, (), inside, spans)


def within(*tags: str) -> tuple[Container, ...]:
    return tuple(Container(tag, (), ordinal) for ordinal, tag in enumerate(tags, start=1))


def document(*blocks: Block) -> Document:
    html = "".join(f"<{block.tag}>{block.text}</{block.tag}>" for block in blocks)
    return Document("Privacy", (Section("keep", 2, "What we keep", html, blocks),))


def page(*blocks: Block, **facts: Any) -> EditionPage:
    shown = EditionPage(
        policy=POLICY,
        version=VERSION,
        locale="en",
        edition=VERSION.editions["en"],
        fidelity=Fidelity.AUTHORITATIVE,
        document=document(*blocks),
        facts=(("Applies from", "1 March 2024"), ("Version", "2024-03-01")),
    )
    return replace(shown, **facts)


class TestText:
    def test_it_begins_with_the_title_and_the_facts(self) -> None:
        text = write_text(page(paragraph(Span("We keep little."))), LINKS).decode()
        assert text.split("\n") == [
            "Privacy 0",
            "=========",
            "",
            "Applies from: 1 March 2024",
            "Version: 2024-03-01",
            "",
            "We keep little.",
            "",
        ]

    def test_words_keep_their_structure(self) -> None:
        blocks = (paragraph(Span("Keep"), tag="h2"), paragraph(Span("One two"), tag="", inside=within("ul", "li")))
        assert write_text(page(*blocks), LINKS).decode().endswith("\n\nKeep\n====\n\n- One two\n")

    def test_no_control_character_reaches_a_terminal(self) -> None:
        text = write_text(page(paragraph(Span("a\x1b[31mb\x9bc\u202ed\r\ne"))), LINKS).decode()
        assert text.endswith("\n\na[31mbcd\ne\n")


class TestMarkdown:
    def test_its_digest_is_the_one_that_the_feed_names(self) -> None:
        source = "---\ntitle: Privacy\n---\nWe keep little.\n"
        revision = replace(
            VERSION.editions["en"].revision, text=source, digest=hashlib.sha256(source.encode()).hexdigest()
        )
        edition = replace(VERSION.editions["en"], revision=revision)
        written = write_markdown(page(edition=edition), LINKS)
        assert hashlib.sha256(written).hexdigest() == edition.digest


class TestJson:
    def test_it_tells_facts_that_stay(self) -> None:
        found = json.loads(write_version_json(page(), LINKS))
        assert (found["policy"], found["version"], found["language"]) == ("privacy", "2024-03-01", "en")
        assert (found["effective_at"], found["effective_date"]) == ("2024-03-01T00:00:00Z", "2024-03-01")
        assert (found["fidelity"], found["previous_version"]) == ("authoritative", "2024-01-05")
        assert found["sha256"] == VERSION.editions["en"].digest
        assert found["links"]["text"] == "https://example.org/legal/en/privacy/v/2024-03-01/index.txt"
        assert not {"standing", "withdrawn_at", "as_of"} & set(found)

    def test_blocks_say_what_they_stand_in(self) -> None:
        found = json.loads(write_version_json(page(paragraph(Span("Logs"), tag="", inside=within("ul", "li"))), LINKS))
        [section] = found["sections"]
        assert (section["id"], section["level"], section["heading"]) == ("keep", 2, "What we keep")
        assert section["blocks"] == [{"tag": "", "text": "Logs", "in": [["ul", 1], ["li", 2]]}]

    def test_a_language_without_a_text_says_which_one_is_shown(self) -> None:
        found = json.loads(write_version_json(page(locale="tr", fidelity=Fidelity.MISSING), LINKS))
        assert (found["language"], found["text_language"], found["fidelity"]) == ("tr", "en", "missing")


@pytest.mark.parametrize("form", EDITION_FORMS, ids=lambda form: form.name)
class TestEveryForm:
    def test_the_same_values_give_the_same_bytes(self, form: Any) -> None:
        assert form.write(page(paragraph(Span("x"))), LINKS) == form.write(page(paragraph(Span("x"))), LINKS)

    def test_a_text_that_the_history_does_not_hold_breaks_nothing(self, form: Any) -> None:
        written = form.write(page(edition=None, document=None, fidelity=Fidelity.MISSING), LINKS)
        assert isinstance(written, bytes)
        assert b"Privacy 0" not in written
