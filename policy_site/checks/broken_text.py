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
        "These bars are published as they are: they are no table.",
        "Put a line such as `|---|---|` below the heads of the table, with as many parts as there are heads.",
    ),
    (
        re.compile(r"(?:^|\s)[•◦▪‣∙●○■]\s"),
        "A dot stands before an entry, but there is no list: entries run on.",
        "Begin each entry with `- ` on a line of its own.",
    ),
    (
        re.compile(r"\b(?:TODO|FIXME|TBD|XXX)\b|\[(?:insert|placeholder|your)\b[^\]]{0,200}\]", re.IGNORECASE),
        "“{found}” is published: something is left to be done.",
        "Write what is missing, or take the note out.",
    ),
    (
        re.compile(r"(?:^|\s)(?:<{7}|>{7}|\|{7})(?:\s|$)|(?:^|\s)={7}(?:\s|$)"),
        "The sign of a merge that was not finished is published.",
        "Decide which words stay, and take out the lines that git wrote.",
    ),
    (
        re.compile(r"\{\{.{0,200}?\}\}|\{%.{0,200}?%\}|\$\{\w{1,80}\}|<%.{0,200}?%>"),
        "“{found}” is published: a placeholder that nothing filled.",
        "Write the words that belong in its place.",
    ),
    (
        re.compile(r"^(?::{3,} ?[\w{]|!{3} \w)|^(?:\[\[?_?TOC_?\]\]?|\{:toc\})$|^\*\[[^\[\]]{1,80}\]:", re.IGNORECASE),
        "A sign of another program, such as one for boxes or for a table of contents, is published as words.",
        "Take the sign out, and leave the words that it stands by.",
    ),
    (
        re.compile(r"\{(?::[ ]*)?[#.][\w-]+[^{}]*\}|\{:[^{}]*\}|\{[\w-]+=\"[^{}]*\}"),
        "An attribute list is published as words.",
        "Put it at the end of a heading's line, or on a line of its own right below its paragraph, with nothing after.",
    ),
    (
        re.compile(r"(?<![\]\w])\[[^\[\]]{1,200}\]\[[^\[\]]{0,80}\]"),
        "A link is published as words, with its brackets: nothing says what address it has.",
        "Write the address right behind the words: `[words](address)`.",
    ),
    (
        re.compile(r"\[[^\[\]]{1,200}\]\s+\((?:https?://|mailto:|www\.|\.{0,2}/|#)[^()\s]*\)"),
        "A link is published as words, with its brackets: a space parts its words from its address.",
        "Write no space between the two brackets: `[words](address)`.",
    ),
    (
        re.compile(r"\]\([^)\s]*\)?|(?<![\w*])\*\*(?=\S)|(?<=\S)\*\*(?![\w*])"),
        "Signs of Markdown are published as they are.",
        "Close each bracket, and write no space between the two stars and the words that they enclose.",
    ),
)
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
