"""Links of a translation lead where those of the authoritative text lead."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from policy_site.checks.rule import Rule
from policy_site.checks.sample import BODY, GERMAN_BODY, NOTE, TEXT, TRANSLATION, note_with, text_with, translation_with
from policy_site.documents import links
from policy_site.fidelity import LivingTranslation, living_translations
from policy_site.model import Document, Finding, Section, Severity
from policy_site.publication import Publication
from policy_site.sources import Places, Role
from policy_site.sources.headings import line_of

_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_](?:[a-z]{4}|[a-z]{2}))?", re.IGNORECASE)
"""What stands for a language in an address: ``de``, ``pt-BR``, ``zh_Hans``."""


def _findings(publication: Publication) -> Iterator[Finding]:
    places = Places(publication.settings)
    for pair in living_translations(publication):
        sources = {section.id: section for section in pair.source.sections}
        for section in pair.translation.sections:
            source = sources.get(section.id)
            if source is None:
                continue
            mine = _targets(section, pair.edition.revision.path, places)
            theirs = _targets(source, pair.source_path, places)
            if mine.keys() != theirs.keys():
                yield _finding(pair, section, mine, theirs)


def _targets(section: Section, path: str, places: Places) -> dict[tuple[str, ...], str]:
    """Return what a section links to, in the same form for every language, with the address as it is written."""
    return {_target(href, path, places): href for href in links(Document("", (section,)))}


def _target(href: str, path: str, places: Places) -> tuple[str, ...]:
    try:
        parts = urlsplit(href)
    except ValueError:
        return (href,)
    if parts.scheme in ("http", "https") or parts.netloc:
        labels = (parts.hostname or "").removeprefix("www.").split(".")
        kept = labels[1:] if len(labels) > 2 and _LANGUAGE.fullmatch(labels[0]) else labels  # noqa: PLR2004 (de.example.org)
        # where the language is in the host's name, the rest of the address is often in that language, too
        way = () if kept is not labels else tuple(_without_languages(parts.path, parts.query))
        return (".".join(kept), *way)
    if parts.scheme:
        return (parts.scheme, parts.path)
    if not parts.path:
        return ("#", unquote(parts.fragment))
    meant = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path)))
    place = places.of(meant)
    name = place.policy if place and place.role is Role.TEXT else meant
    return ("text", name, unquote(parts.fragment))


def _without_languages(path: str, query: str) -> Iterator[str]:
    yield from (part for part in unquote(path).split("/") if part and not _LANGUAGE.fullmatch(part))
    yield from (f"{name}={value}" for name, value in sorted(parse_qsl(query)) if not _LANGUAGE.fullmatch(value))


def _finding(
    pair: LivingTranslation, section: Section, mine: dict[tuple[str, ...], str], theirs: dict[tuple[str, ...], str]
) -> Finding:
    lacking = [href for target, href in theirs.items() if target not in mine]
    own = [href for target, href in mine.items() if target not in theirs]
    facts = [
        *([f"{_named(lacking)} is missing"] if lacking else []),
        *([f"only this text has {_named(own)}"] if own else []),
    ]
    line = line_of(pair.edition.revision.text, own[0]) if own else None
    return Finding(
        path=pair.edition.revision.path,
        line=line or pair.line_of(section.id),
        rule=RULE.name,
        severity=pair.severity,
        message=f"The links in section {section.id!r} differ from those in {pair.source_path}: {', '.join(facts)}.",
        remedy="Make the links in both texts lead to the same places.",
        subject=lacking[0] if len(lacking) == 1 else "",
    )


def _named(addresses: list[str]) -> str:
    shown = ", ".join(repr(address[:200]) for address in addresses[:3])
    return f"{shown} and {len(addresses) - 3} more" if len(addresses) > 3 else shown  # noqa: PLR2004 (one line)


RULE = Rule(
    name="translated-links",
    severities=(Severity.WARNING, Severity.NOTE),
    demand="A section links to the same places in a translation as in the authoritative text that it renders.",
    reason="A link that leads elsewhere sends readers of one language to another form, contact or clause. The same "
    "place in another language is the same place: `example.org/de/help` and `example.org/en/help`.",
    findings=_findings,
    fails={TRANSLATION: translation_with(GERMAN_BODY.replace("(#data)", "(#sharing)"))},
    passes={
        TEXT: text_with(BODY.replace("#data)", "https://example.org/en/help)")),
        TRANSLATION: translation_with(GERMAN_BODY.replace("#data)", "https://example.org/de/help)")),
        NOTE: note_with(
            changes=[{"category": "retention", "sections": ["data"]}, {"category": "link", "sections": ["sharing"]}]
        ),
    },
)
