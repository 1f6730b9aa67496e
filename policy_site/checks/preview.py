"""What is published is what a forge's preview shows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from policy_site.checks.places import Places, tip_editions
from policy_site.checks.rule import Rule
from policy_site.checks.sample import BODY, GERMAN_BODY, NOTE, TEXT, TRANSLATION, note_with, text_with, translation_with
from policy_site.documents import Difference, Kind, compare_readings
from policy_site.model import Edition, Finding, Severity
from policy_site.publication import Publication

MAXIMUM = 100
"""Findings for one text: whoever has mended so many is told of the next ones."""

_SEVERE = {Kind.LOST, Kind.ADDED}

_NUMBER_IN_ORDER = (
    "Number the entries without gaps or repeats, or end the list before this entry with a line `<!-- -->`."
)
_REMEDIES = {
    Kind.LOST: "Write these words in simpler Markdown: signs that are meant as they are after a backslash or as code.",
    Kind.ADDED: "Write these words in simpler Markdown, so that the preview shows them too.",
    Kind.SURPLUS: r"Write `\|` for a bar that belongs to the words, also in code, or give the table another head.",
    Kind.UNUSED_NOTE: "Refer to the note from the text, or take it out.",
    Kind.NUMBER: _NUMBER_IN_ORDER,
    Kind.COUNTED: _NUMBER_IN_ORDER,
    Kind.PLACE: "Indent the words as far as the first word of the entry that they belong to; put an empty line before "
    "a list, a table or a quotation.",
    Kind.SPLIT: "Put an empty line before these words, and before each entry of the same list.",
    Kind.JOINED: "Put an empty line before these words.",
}


_MESSAGES = {
    Kind.LOST: "“{words}” is not published, though the forge's preview shows it.",
    Kind.ADDED: "“{words}” is published, though the forge's preview does not show it.",
    Kind.SURPLUS: "The row “{words}” has more cells than its table has heads; the preview leaves them out.",
    Kind.UNUSED_NOTE: "Nothing refers to the footnote “{words}”, which is published; the preview leaves it out.",
    Kind.NUMBER: "“{words}” is published as number {published}; the preview shows number {preview}.",
    Kind.COUNTED: "“{words}” is number {preview} in the file, and number {published} on the page and in the preview.",
    Kind.PLACE: "“{words}” is published as {published}; the preview shows it as {preview}.",
    Kind.SPLIT: "“{words}” is published as {published}; the preview runs it on with the words before.",
    Kind.JOINED: "“{words}” runs on with the words before; the preview shows it as {preview}.",
}
_REPLACED = "“{published}” is published where the forge's preview shows “{words}”."


def _message(difference: Difference) -> str:
    pattern = _REPLACED if difference.kind is Kind.LOST and difference.published else _MESSAGES[difference.kind]
    return pattern.format(words=difference.words, published=difference.published, preview=difference.preview)


def _findings(publication: Publication) -> Iterator[Finding]:
    for edition in tip_editions(publication):
        if edition.digest in publication.previews:
            yield from islice(_of_text(publication, edition), MAXIMUM)


def _of_text(publication: Publication, edition: Edition) -> Iterator[Finding]:
    places = Places(edition.revision.text)
    published, preview = publication.documents[edition.digest], publication.previews[edition.digest]
    for difference in compare_readings(published, preview):
        yield Finding(
            path=edition.revision.path,
            line=places.line_of(difference.words),
            rule=RULE.name,
            severity=Severity.ERROR if difference.kind in _SEVERE else Severity.WARNING,
            message=_message(difference),
            remedy=_REMEDIES[difference.kind],
        )


RULE = Rule(
    name="preview",
    severities=(Severity.ERROR, Severity.WARNING),
    demand="Every letter and number of a text that is published now arrives once and in order, and lists, numbers, "
    "tables and quotations are those that the preview of a forge shows.",
    reason="People approve what the preview shows; what readers get must be the same. The text is read a second time, "
    "by markdown-it-py, as CommonMark and GitHub say. An error is a letter that readers do not get, or get alone.",
    findings=_findings,
    fails={
        TEXT: text_with(BODY.replace("60 days.", "60 days.\n\n1. Names.\n3. Addresses.")),
        TRANSLATION: translation_with(GERMAN_BODY.replace("auf.", "auf.\n\n1. Namen.\n2. Adressen.")),
        NOTE: note_with(),
    },
    passes={
        TEXT: text_with(BODY.replace("60 days.", "60 days.\n\n1. Names.\n2. Addresses.")),
        TRANSLATION: translation_with(GERMAN_BODY.replace("auf.", "auf.\n\n1. Namen.\n2. Adressen.")),
        NOTE: note_with(),
    },
)
