"""A clause that a text refers to by number is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from policy_site.checks.places import Places, tip_editions
from policy_site.checks.rule import Rule
from policy_site.checks.sample import BODY, GERMAN_BODY, TEXT, TRANSLATION, text_with, translation_with
from policy_site.documents import markers
from policy_site.model import Block, Document, Edition, Finding, Severity
from policy_site.publication import Publication

MAXIMUM = 100
"""Findings for one text: whoever has mended so many is told of the next ones."""
_NEAR = 60
"""Characters before a number in which the name of a law is looked for."""
_LONGEST = 20_000
"""Characters of a paragraph that are looked at."""

_MANY = r"sections|clauses|paragraphs|items"
_WORDS = (
    rf"{_MANY}|section|clause|paragraph|item|abschnitte?n?s?|ziffern?|klauseln?|absatz|nummer|paragraphes?|cláusulas?"
    r"|secci[óo]n(?:es)?|apartados?|se[cç](?:ção|ão|ções|ões)|itens|bölüm|madde|rozdział\w*|klauzul\w*"
)
_NUMBER = r"\d{1,3}(?:\.\d{1,3}){0,4}(?:[ ]?\([a-zA-Z0-9]{1,4}\)){0,4}"
_AND = r"(?:,[ ]?|,?[ ](?:and|or|und|oder|et|ou|y|o|e|ve|i)[ ])"
_THROUGH = r"[ ]?[-\u2010-\u2015][ ]?|[ ](?:through|bis|jusqu'à|até)[ ]"
# “clauses 3 to 5” are clauses; “subject to clause 3 to 5 people” are not
_REFERENCE = re.compile(
    rf"\b(?P<word>(?P<many>{_MANY})|{_WORDS})[ \u00a0]"
    rf"(?P<numbers>{_NUMBER}(?:(?:{_AND}|{_THROUGH}|(?(many)[ ]to[ ]|(?!))){_NUMBER})*)(?![\w%€$]|[.,]\d)",
    re.IGNORECASE,
)
_EACH = re.compile(_NUMBER)
_PARTS = re.compile(r"\d+|[a-zA-Z]+")
_OWN = r"these|this|our[ ]terms|dies\w*|cette|ces|est[ea]s?|estos"
_ELSEWHERE = re.compile(
    rf"[ ]?(?:\w+[ ]){{0,2}}(?:of|under|in|to|des|der|vom|del?|du|da|do)[ ](?!(?:{_OWN})\b)"
    r"(?:the|our|your|its|an?|la|los|die|\w*[A-Z])|[ ]?[A-Z]{2,}|[ ]\w*(?:Act|Code)\b"
)
_BEFORE = re.compile(
    r"(?:Act|Code|Regulation|Directive|GDPR|DSGVO|Law|Gesetz|U\.S\.C\.)[,'\u2019s]{0,3}[ ](?:\w+[ ]){0,2}$"
)
_LABEL = re.compile(
    rf"(?P<word>(?:{_WORDS}|article|artikel|part|teil|§)[ ])?"
    r"(?P<open>\(?)(?P<label>\d{1,3}(?:\.\d{1,3})*|[a-zA-Z]|[ivxlIVXL]{1,6})"
    r"(?P<end>[.):](?=[ ]|$)|(?=[ \u2012-\u2015]|$))",
    re.IGNORECASE,
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def _findings(publication: Publication) -> Iterator[Finding]:
    for edition in tip_editions(publication):
        yield from islice(_of_text(publication, edition), MAXIMUM)


def _of_text(publication: Publication, edition: Edition) -> Iterator[Finding]:
    document = publication.documents[edition.digest]
    shown = shown_labels(document)
    places = Places(edition.revision.text)
    for block in document.blocks:
        words = block.text[:_LONGEST]
        for found in _REFERENCE.finditer(words) if block.tag != "pre" else ():
            if _ELSEWHERE.match(words, found.end()) or _BEFORE.search(
                words[max(found.start() - _NEAR, 0) : found.start()]
            ):
                continue
            for number in _EACH.findall(found["numbers"]):
                if tuple(part.casefold() for part in _PARTS.findall(number)) not in shown:
                    yield Finding(
                        path=edition.revision.path,
                        line=places.line_of(words[found.start() :]),
                        rule=RULE.name,
                        severity=Severity.WARNING,
                        message=f"“{found['word']} {number}” is mentioned, but no clause has that number.",
                        remedy="Correct the number, or number the clause. A link to the clause is safer still.",
                    )


def shown_labels(document: Document) -> frozenset[tuple[str, ...]]:
    """Return each number that a clause of the document shows, alone and behind those that it stands under."""
    numbers = markers(document.blocks)
    labels: set[tuple[str, ...]] = set()
    headings: dict[int, tuple[str, ...]] = {}
    entries: dict[int, tuple[str, ...]] = {}
    for block in document.blocks:
        if block.tag in _HEADINGS and not block.containers:
            level = int(block.tag[1])
            headings = {depth: label for depth, label in headings.items() if depth < level}
            headings[level] = own = _label_of(block, is_heading=True)
            above = _joined(label for depth, label in sorted(headings.items()) if depth < level)
            _add(labels, own, above)
            continue
        path: tuple[str, ...] = ()
        for container in block.containers:
            if container.ordinal in numbers and container.ordinal not in entries:
                marker = numbers[container.ordinal].rstrip(".)").casefold()
                entries[container.ordinal] = (marker,) if marker else _label_of(block, is_heading=False)
            path = _below(path, entries.get(container.ordinal, ()))
        own = path or _label_of(block, is_heading=False)
        _add(labels, own, _joined(label for _, label in sorted(headings.items())))
    return frozenset(labels)


def _add(labels: set[tuple[str, ...]], own: tuple[str, ...], above: tuple[str, ...]) -> None:
    """Add a label, those of its ends, and each behind what stands above."""
    for start in range(len(own)):
        labels.add(own[start:])
        labels.add(_below(above, own[start:]))
    if own:
        labels.update(own[:end] for end in range(1, len(own)))


def _below(above: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, ...]:
    """Return a label behind those above it; one that says them itself, 2.1 below 2, is whole."""
    return own if len(own) > 1 and own[: len(above)] == above else above + own


def _joined(labels: Iterator[tuple[str, ...]]) -> tuple[str, ...]:
    path: tuple[str, ...] = ()
    for label in labels:
        path = _below(path, label)
    return path


def _label_of(block: Block, *, is_heading: bool) -> tuple[str, ...]:
    found = _LABEL.match(block.text)
    if found is None:
        return ()
    is_plain = "." in found["label"] or found["end"] or found["open"] or found["word"]
    if not is_plain and not (is_heading and found["label"].isdigit()):
        return ()
    return tuple(part.casefold() for part in found["label"].split("."))


RULE = Rule(
    name="cross-references",
    severities=(Severity.WARNING,),
    demand="Where a text that is published now says “Section 9” or “clause 2(b)”, a clause shows that number.",
    reason="A number that leads nowhere makes a promise or a duty uncertain. Sections of laws and of other documents "
    "(“Section 5 of the FTC Act”) are left alone.",
    findings=_findings,
    fails={
        TEXT: text_with(BODY.replace("60 days.", "60 days, subject to clause 2(b).\n\n1. Names.\n2. Addresses.")),
        TRANSLATION: translation_with(
            GERMAN_BODY.replace("auf.", "auf, siehe Ziffer 2(b).\n\n1. Namen.\n2. Adressen.")
        ),
    },
    passes={
        TEXT: text_with(BODY.replace("60 days.", "60 days, subject to clause 2.\n\n1. Names.\n2. Addresses.")),
        TRANSLATION: translation_with(GERMAN_BODY.replace("auf.", "auf, siehe Ziffer 2.\n\n1. Namen.\n2. Adressen.")),
    },
)
