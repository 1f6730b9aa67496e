"""Links inside the site lead somewhere."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote, urlsplit

from policy_site.catalogue import current_edition
from policy_site.checks.rule import Rule
from policy_site.checks.sample import BODY, GERMAN_BODY, NOTE, TEXT, TRANSLATION, note_with, text_with, translation_with
from policy_site.documents import anchors, links
from policy_site.model import Edition, Finding, Severity
from policy_site.publication import Publication
from policy_site.sources import Places, Role
from policy_site.sources.headings import line_of

MAXIMUM = 500
"""Findings for one text: whoever has mended so many is told of the next ones."""


def _findings(publication: Publication) -> Iterator[Finding]:
    places = Places(publication.settings)
    is_adopted = not publication.settings.versions.grouping.is_ours
    for policy in publication.policies:
        for version in policy.versions:
            for edition in version.editions.values():
                if edition.digest in publication.tips:
                    found = _broken(publication, edition, places, is_adopted=is_adopted)
                    yield from islice(found, MAXIMUM)


def _broken(publication: Publication, edition: Edition, places: Places, *, is_adopted: bool) -> Iterator[Finding]:
    own = edition.digest
    ids: dict[str, frozenset[str]] = {}
    for href in links(publication.documents[own]):
        try:
            parts = urlsplit(href)
        except ValueError:
            yield _finding(edition, href, "is no address", is_adopted=is_adopted)
            continue
        if parts.scheme or parts.netloc or parts.path.startswith("/"):
            continue
        target, name, read = unquote(parts.path), href, own
        if target:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(edition.revision.path), target))
            place = places.of(path)
            if place is None or place.role is not Role.TEXT:
                yield _finding(edition, name, "leads to no text of this site", is_adopted=is_adopted)
                continue
            other = next((policy for policy in publication.policies if policy.id == place.policy), None)
            shown = current_edition(other, other.versions[-1], place.locale)[0] if other else None
            if shown is None:
                yield _finding(edition, name, "leads to a policy without a text", is_adopted=is_adopted)
                continue
            read = shown.digest
        if read not in ids:
            ids[read] = anchors(publication.documents[read])
        if parts.fragment and unquote(parts.fragment) not in ids[read]:
            yield _finding(edition, name, "leads to no section", is_adopted=is_adopted)


def _finding(edition: Edition, href: str, fault: str, *, is_adopted: bool) -> Finding:
    return Finding(
        path=edition.revision.path,
        line=line_of(edition.revision.text, href),
        rule=RULE.name,
        severity=Severity.WARNING if is_adopted else Severity.ERROR,
        message=f"The link {href!r} {fault}.",
        remedy="Correct the address, or the id of the section that is meant.",
    )


RULE = Rule(
    name="links",
    severities=(Severity.ERROR, Severity.WARNING),
    demand="A link to a section or to another policy, in a text that is published now, has a target.",
    reason="A reader who follows a link must not be lost. Links to other sites are not followed: a build needs no "
    "network.",
    findings=_findings,
    fails={
        TEXT: text_with(BODY.replace("#data)", "#dtaa)")),
        TRANSLATION: translation_with(GERMAN_BODY.replace("#data)", "#dtaa)")),
        NOTE: note_with(
            changes=[{"category": "retention", "sections": ["data"]}, {"category": "link", "sections": ["sharing"]}]
        ),
    },
    passes={
        TEXT: text_with(BODY.replace("#data)", "../privacy/en.md#data)")),
        TRANSLATION: translation_with(GERMAN_BODY.replace("#data)", "../privacy/de.md#data)")),
        NOTE: note_with(
            changes=[{"category": "retention", "sections": ["data"]}, {"category": "link", "sections": ["sharing"]}]
        ),
    },
)
