"""A section id names one section."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policy_site.model import Finding, Severity
from policy_site.publication import Publication

RULE = "section-ids"
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_FENCE = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})")


def section_ids(publication: Publication) -> Iterator[Finding]:
    """Demand that no two headings of a text that is published now carry the same id.

    Ids are addresses: links, redlines and translations meet by them.
    """
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
                            rule=RULE,
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
