"""A section id names one section."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policy_site.checks.rule import Rule
from policy_site.checks.sample import BODY, GERMAN_BODY, TEXT, TRANSLATION, text_with, translation_with
from policy_site.model import Finding, Severity
from policy_site.publication import Publication

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_FENCE = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})")


def _findings(publication: Publication) -> Iterator[Finding]:
    for policy in publication.policies:
        for version in policy.versions:
            for edition in version.editions.values():
                if edition.digest not in publication.tips:
                    continue
                seen: dict[str, int] = {}
                for number, section in _headings(edition.revision.text):
                    first = seen.setdefault(section, number)
                    if first != number:
                        yield Finding(
                            path=edition.revision.path,
                            line=number,
                            rule=RULE.name,
                            severity=Severity.ERROR,
                            message=f"The section id {section!r} is in use on line {first} already.",
                            remedy="Give this heading an id of its own.",
                        )


def _headings(text: str) -> Iterator[tuple[int, str]]:
    fence = ""
    for number, line in enumerate(text.split("\n"), start=1):
        opening = _FENCE.match(line)
        if opening and not fence:
            fence = opening["fence"]
        elif opening and fence and opening["fence"].startswith(fence):
            fence = ""
        elif not fence and _HEADING.match(line) and (section := _id_of(line)):
            yield number, section


def _id_of(heading: str) -> str:
    """Return the id in the list of attributes at the end of a heading; empty where there is none."""
    words = heading.rstrip(" \t")
    start = words.rfind("{")
    if not words.endswith("}") or start < words.rfind("}", 0, -1):
        return ""
    ids = [word[1:] for word in words[start + 1 : -1].removeprefix(":").split() if word.startswith("#")]
    return ids[-1] if ids else ""


RULE = Rule(
    name="section-ids",
    severities=(Severity.ERROR,),
    demand="No two headings of a text that is published now carry the same id.",
    reason="Ids are addresses: links, redlines and translations meet by them.",
    findings=_findings,
    fails={
        TEXT: text_with(BODY + "\n### Again {#data}\n"),
        TRANSLATION: translation_with(GERMAN_BODY + "\n### Noch einmal {#data}\n"),
    },
    passes={
        TEXT: text_with(BODY + "\n### Again {#again}\n"),
        TRANSLATION: translation_with(GERMAN_BODY + "\n### Noch einmal {#again}\n"),
    },
)
