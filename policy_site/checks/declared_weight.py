"""What a release note calls a change fits what the text itself says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policy_site.checks.differences import DeclaredVersion, Difference, compare_declared, tell
from policy_site.checks.rule import Rule
from policy_site.checks.sample import NOTE, note_with
from policy_site.evidence import Evidence, Kind
from policy_site.model import CATEGORIES, Finding, Severity, Significance
from policy_site.publication import Publication
from policy_site.redlines.evidence import EvidenceOfChange

_REFERENCES = frozenset({Kind.REFERENCE})
_ALLOWED: Mapping[str, frozenset[Kind]] = {
    "editorial": _REFERENCES,
    "formatting": _REFERENCES,
    "translation": _REFERENCES,
    "clarification": _REFERENCES,
    "link": _REFERENCES | {Kind.LINK, Kind.EMAIL},
    "contact": _REFERENCES | {Kind.LINK, Kind.EMAIL, Kind.PARTY, Kind.NUMBER},
    "security-measures": frozenset(Kind) - {Kind.AGE, Kind.AMOUNT, Kind.DATE, Kind.EMAIL},
}
"""What a text may say anew under a category that readers are not notified of; under all others it may say anything."""
_WORDS_ALONE = frozenset({"editorial", "formatting", "translation", "clarification", "link"})
"""Categories under which no section comes or goes."""


def _findings(publication: Publication) -> Iterator[Finding]:
    for comparison in compare_declared(publication):
        for difference in comparison.differences:
            yield from _of_section(comparison, difference)


def _of_section(comparison: DeclaredVersion, difference: Difference) -> Iterator[Finding]:
    naming = [
        (number, change.category)
        for number, change in enumerate(comparison.note.changes)
        if difference.ids & set(change.sections)
    ]
    if not naming or any(CATEGORIES[category] is Significance.SIGNIFICANT for _, category in naming):
        return
    number, categories = naming[0][0], {category for _, category in naming}
    facts = list(_facts(difference, categories))
    if facts:
        yield Finding(
            path=comparison.note.path,
            line=comparison.note.line(f"changes.{number}.sections"),
            rule=RULE.name,
            severity=Severity.WARNING,
            message=f"The change to section {difference.section.id!r} is declared as"
            f" {' and '.join(sorted(categories))}, but {' and '.join(facts)}.",
            remedy="Move it to a change with the right category: readers use it to see whether a change concerns them."
            " If it does not matter to readers, keep a lower `significance` and give the `reason`.",
        )


def _facts(difference: Difference, categories: set[str]) -> Iterator[str]:
    section = difference.section
    if categories <= _WORDS_ALONE and section.old_id is None:
        yield "the whole section is new"
    elif categories <= _WORDS_ALONE and section.new_id is None:
        yield "the whole section is gone"
    allowed = frozenset(kind for category in categories for kind in _ALLOWED[category])
    told = tell(
        EvidenceOfChange(_heavier(difference.evidence.gone, allowed), _heavier(difference.evidence.come, allowed))
    )
    if told:
        yield told


def _heavier(evidence: tuple[Evidence, ...], allowed: frozenset[Kind]) -> tuple[Evidence, ...]:
    return tuple(each for each in evidence if each.kind not in allowed)


RULE = Rule(
    name="declared-weight",
    severities=(Severity.WARNING,),
    demand="Where a number, period, amount, date, age, negation, modal verb, named party, address, link or defined term"
    " comes, goes or changes, or a whole section does, the note names the section in a category that has room for it:"
    " not as editorial, formatting, translation or clarification, and only addresses as link or contact.",
    reason="Size is not significance: of real edits of five words or fewer, up to a quarter touch a number, a negation"
    " or a modal verb. A period that grows from 30 days to 30 years is no editorial change, whatever the note says.",
    findings=_findings,
    fails={NOTE: note_with(changes=[{"category": "editorial", "sections": ["data"]}])},
    passes={NOTE: note_with(changes=[{"category": "data-categories", "sections": ["data"]}])},
)
