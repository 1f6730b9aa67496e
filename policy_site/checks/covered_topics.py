"""A policy speaks of everything that the law asks it to speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from policy_site.checks.living import living_texts
from policy_site.checks.rule import Rule
from policy_site.checks.sample import BODY, SITE, TEXT, text_with
from policy_site.model import Document, Finding, Severity
from policy_site.publication import Publication

TOPICS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "gdpr": MappingProxyType(
            {
                "who the controller is (13(1)(a))": r"controller|who we are|about us|responsible",
                "whom to ask about data protection (13(1)(b))": r"protection officer|\bdpo\b|privacy officer|contact",
                "what the data is used for (13(1)(c))": r"purpose|use (?:your|of|the)|how we use|why we",
                "the legal basis (13(1)(c))": r"legal (?:basis|bases|ground)|lawful|legitimate interest|consent",
                "who receives the data (13(1)(e))": r"recipient|shar(?:e|ing)|disclos|third[ -]part|processor",
                "transfers to other countries (13(1)(f))": r"transfer|third countr|outside the|international",
                "how long the data is kept (13(2)(a))": r"retention|retain|how long|stor(?:e|age)|keep",
                "the rights of the people (13(2)(b))": r"rights?\b|access|erasure|rectif|portab|object",
                "how to take consent back (13(2)(c))": r"withdraw|opt[ -]?out|revoke",
                "complaints to an authority (13(2)(d))": r"complain|supervisory|authority|commissioner",
                "whether people must give the data (13(2)(e))": r"required|oblig|mandatory|voluntar|optional|must",
                "automated decisions (13(2)(f))": r"automated|profiling",
                "which data it is (14(1)(d))": r"categor|(?:what|which|personal) (?:data|information)",
                "where the data comes from (14(2)(f))": r"source|collect|obtain|receive|you (?:give|provide)",
            }
        ),
    }
)
"""Presets of `must_cover`: topics by their names, each with words of which one is in the text; Articles 13 and 14."""


def _findings(publication: Publication) -> Iterator[Finding]:
    for policy, version, edition, document in living_texts(publication):
        preset = publication.settings.policy(policy.id).must_cover
        if preset is None:
            continue
        text = _words(document)
        missing = [topic for topic, words in TOPICS[preset].items() if not re.search(words, text)]
        if missing:
            yield Finding(
                path=edition.revision.path,
                line=None,
                rule=RULE.name,
                severity=Severity.WARNING,
                message=f"Version {version.label!r} seems to say nothing about: {'; '.join(missing)}.",
                remedy="Add what is missing. If the text covers a topic in different words, give its section an id that"
                " names it.",
            )


def _words(document: Document) -> str:
    """Return everything that could name a topic, in small letters: words, and the ids of sections."""
    ids = (section.id.replace("-", " ") for section in document.sections)
    return " ".join((*ids, *(block.text for block in document.blocks))).casefold()


_TOLD = (
    "The controller is Example Ltd. We use your data for the service, on the legal basis of a contract, and transfer"
    " none. You have the right to access it, can withdraw consent and complain to an authority. Nothing is automated."
    " We collect the personal data that you give us; none is required. Contact our data protection officer."
)

RULE = Rule(
    name="covered-topics",
    severities=(Severity.WARNING,),
    demand="A policy with `must_cover` in site.toml names each topic of that list, in its words or a section's id.",
    reason="Articles 13 and 14 of the GDPR list what people are told. Words are looked for in English, ids everywhere.",
    findings=_findings,
    fails={"site.toml": SITE.replace('id = "privacy"', 'id = "privacy"\nmust_cover = "gdpr"')},
    passes={
        "site.toml": SITE.replace('id = "privacy"', 'id = "privacy"\nmust_cover = "gdpr"'),
        TEXT: text_with(BODY.replace("We keep your data for 60 days.", f"We keep your data for 60 days. {_TOLD}")),
    },
)
