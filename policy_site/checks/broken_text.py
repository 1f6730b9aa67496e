"""Nothing that readers see looks like a mistake of writing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from policy_site.checks.places import Places, tip_editions
from policy_site.checks.rule import Rule
from policy_site.checks.sample import BODY, TEXT, text_with
from policy_site.model import Block, Edition, Finding, Severity, Span
from policy_site.publication import Publication

MAXIMUM = 100
"""Findings for one text: whoever has mended so many is told of the next ones."""

_CODE = {"code", "kbd", "pre"}
_FAULTS = (
    (
        re.compile(r"^\|[^|]*\|.*\|$"),
        "These bars would be published as typed: this is not a table.",
        "Add a line such as `|---|---|` below the table's first row, with one `---` per column.",
    ),
    (
        re.compile(r"(?:^|\s)[•◦▪‣∙●○■]\s"),
        "These typed bullets do not make a list: the entries run together.",
        "Begin each entry with `- ` on its own line.",
    ),
    (
        re.compile(r"\b(?:TODO|FIXME|TBD|XXX)\b|\[(?:insert|placeholder|your)\b[^\]]{0,200}\]", re.IGNORECASE),
        "“{found}” would be published: something still seems to be missing.",
        "Write what is missing, or delete the note.",
    ),
    (
        re.compile(r"(?:^|\s)(?:<{7}|>{7}|\|{7})(?:\s|$)|(?:^|\s)={7}(?:\s|$)"),
        "The marks of an unfinished merge would be published.",
        "Choose the words that stay, and delete the lines that git added.",
    ),
    (
        re.compile(r"\{\{.{0,200}?\}\}|\{%.{0,200}?%\}|\$\{\w{1,80}\}|<%.{0,200}?%>"),
        "“{found}” would be published: a placeholder that was not filled in.",
        "Replace it with the right words.",
    ),
    (
        re.compile(r"^(?::{3,} ?[\w{]|!{3} \w)|^(?:\[\[?_?TOC_?\]\]?|\{:toc\})$|^\*\[[^\[\]]{1,80}\]:", re.IGNORECASE),
        "A command of another program, such as one for boxes or a table of contents, would be published as text.",
        "Delete the command and keep the words next to it.",
    ),
    (
        re.compile(r"^#{0,6}[^\s{}#][^{}]{0,200}\{#[\w-]+\}(?=$|\s)|^#{2,6}[^\W\d_]"),
        "This line looks like a heading, but would be published as text.",
        "Begin it with number signs and a space: `## Heading`.",
    ),
    (
        re.compile(r"\{(?::[ ]*)?[#.][\w-]+[^{}]*\}|\{:[^{}]*\}|\{[\w-]+=\"[^{}]*\}"),
        "Text in braces would be published as typed.",
        "Put an id at the very end of a heading's line, or on its own line directly below a paragraph.",
    ),
    (
        re.compile(r"(?<![\]\w])\[[^\[\]]{1,200}\]\[[^\[\]]{0,80}\]"),
        "This link would be published as typed, with its brackets, because its address is missing.",
        "Write the address directly after the words: `[words](address)`.",
    ),
    (
        re.compile(r"\[[^\[\]]{1,200}\]\s+\((?:https?://|mailto:|www\.|\.{0,2}/|#)[^()\s]*\)"),
        "This link would be published as typed, with its brackets, because of the space before its address.",
        "Delete the space between the two brackets: `[words](address)`.",
    ),
    (
        re.compile(r"\]\([^)\s]*\)?|(?<![\w*])\*\*(?=\S)|(?<=\S)\*\*(?![\w*])"),
        "Markdown signs would be published as typed.",
        "Close each bracket, and delete spaces between the stars and the words inside them.",
    ),
)
_ID = re.compile(r"\{#([\w-]+)\}")
_SHOWN = 40
_LONGEST = 20_000
"""Characters of a paragraph that are looked at."""


def _findings(publication: Publication) -> Iterator[Finding]:
    for edition in tip_editions(publication):
        yield from islice(_of_text(publication, edition), MAXIMUM)


def _of_text(publication: Publication, edition: Edition) -> Iterator[Finding]:
    places = Places(edition.revision.text)
    for block in publication.documents[edition.digest].blocks:
        words = _words(block)
        for pattern, message, remedy in _FAULTS:
            if found := pattern.search(words):
                yield Finding(
                    path=edition.revision.path,
                    line=places.line_of(block.text),
                    rule=RULE.name,
                    severity=Severity.WARNING,
                    message=message.replace("{found}", found.group().strip()[:_SHOWN]),
                    remedy=remedy,
                    settles=_of_section(publication, edition, _ID.search(found.group())),
                )
                break  # what follows on the same words follows from the first


def _of_section(publication: Publication, edition: Edition, named: re.Match[str] | None) -> tuple[str, ...]:
    """Return the names of the findings that say that a section is lacking whose heading is not read as one."""
    if named is None:
        return ()
    return (
        f"declared-changes {edition.policy}#{named[1]}",
        *(f"translated-sections {edition.policy}/{locale}#{named[1]}" for locale in publication.settings.languages),
    )


def _words(block: Block) -> str:
    """Return what is shown as words, not as code: an example may look as it likes."""
    if block.tag == "pre":
        return ""
    return "".join(" " if _is_code(span) else span.text for span in block.spans)[:_LONGEST].strip()


def _is_code(span: Span) -> bool:
    return any(mark.tag in _CODE for mark in span.marks)


RULE = Rule(
    name="broken-text",
    severities=(Severity.WARNING,),
    demand="No text that is published now shows rows of bars, typed bullets, notes to oneself, signs of a merge, "
    "placeholders, attribute lists or signs of Markdown or of other programs.",
    reason="Readers take what looks broken for careless, and what is a placeholder says nothing. Code may show all of "
    "it.",
    findings=_findings,
    fails={TEXT: text_with(BODY.replace("60 days.", "60 days. TODO: ask {{ company }}."))},
    passes={TEXT: text_with(BODY.replace("60 days.", "60 days. Write `{{ company }}`."))},
)
