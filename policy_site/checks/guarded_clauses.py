"""What a company promised to keep stays in its texts."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.checks.living import living_texts
from policy_site.checks.rule import Rule
from policy_site.checks.sample import SITE
from policy_site.model import Document, Finding, Severity
from policy_site.publication import Publication


def _findings(publication: Publication) -> Iterator[Finding]:
    for policy, version, edition, document in living_texts(publication):
        for guard in publication.settings.guards:
            if guard.policy != policy.id:
                continue
            reason = f" Reason: {guard.reason.rstrip('.')}." if guard.reason else ""
            if guard.section and guard.section not in {section.id for section in document.sections}:
                yield Finding(
                    path=edition.revision.path,
                    line=None,
                    rule=RULE.name,
                    severity=Severity.ERROR,
                    message=f"Version {version.label!r} has no section {guard.section!r}, which site.toml"
                    f" protects.{reason}",
                    remedy="Restore the section, or ask the person who wrote [[guards]] in site.toml.",
                )
            if guard.sentence and not _says(document, guard.sentence, section=guard.section):
                place = f" in section {guard.section!r}" if guard.section else ""
                fact = f"Version {version.label!r} does not say {guard.sentence!r}{place}, which site.toml protects."
                yield Finding(
                    path=edition.revision.path,
                    line=None,
                    rule=RULE.name,
                    severity=Severity.ERROR,
                    message=f"{fact}{reason}",
                    remedy="Restore the sentence word for word, or ask the person who wrote [[guards]] in site.toml.",
                )


def _says(document: Document, sentence: str, *, section: str) -> bool:
    """Say whether readers find a sentence, however its lines are broken."""
    wanted = " ".join(sentence.split())
    blocks = [block.text for found in document.sections if not section or found.id == section for block in found.blocks]
    return wanted in " ".join(" ".join(blocks).split())


_GUARD = (
    f'{SITE}\n[[guards]]\npolicy = "privacy"\nsection = "sharing"\nsentence = "{{}}"\nreason = "we said so in 2023"\n'
)

RULE = Rule(
    name="guarded-clauses",
    severities=(Severity.ERROR,),
    demand="Each section and sentence that [[guards]] of site.toml names stands in every text that applies or will.",
    reason="A promise to keep something is easily lost in a rewrite, and nobody sees what is not there.",
    findings=_findings,
    fails={"site.toml": _GUARD.format("We never sell your data.")},
    passes={"site.toml": _GUARD.format("We share nothing.")},
)
