"""A release note names the sections that changed, and no others."""

from __future__ import annotations

from collections.abc import Iterator

from policy_site.checks.differences import DeclaredVersion, Difference, compare_declared, tell
from policy_site.checks.rule import Rule
from policy_site.checks.sample import BODY, GERMAN_BODY, NOTE, TEXT, TRANSLATION, note_with, text_with, translation_with
from policy_site.fidelity import line_of_heading
from policy_site.model import CATEGORIES, Finding, Severity, Significance
from policy_site.publication import Publication


def _findings(publication: Publication) -> Iterator[Finding]:
    for comparison in compare_declared(publication):
        yield from _undeclared(comparison)
        yield from _unchanged(comparison)


def _undeclared(comparison: DeclaredVersion) -> Iterator[Finding]:
    named = {section for change in comparison.note.changes for section in change.sections}
    is_whole = any(
        not change.sections and CATEGORIES[change.category] is Significance.SIGNIFICANT
        for change in comparison.note.changes
    )
    for difference in comparison.differences:
        if difference.is_renamed and difference.section.new_id not in named:
            yield _renamed(comparison, difference)
        elif difference.must_be_declared and not is_whole and not difference.ids & named:
            yield _not_named(comparison, difference)


def _renamed(comparison: DeclaredVersion, difference: Difference) -> Finding:
    old, new = difference.section.old_id, difference.section.new_id
    return Finding(
        path=comparison.edition.revision.path,
        line=line_of_heading(comparison.edition, comparison.document, new or ""),
        rule=RULE.name,
        severity=Severity.ERROR,
        message=f"This section had the id {old!r} in version {comparison.before.label!r} and now has {new!r}. Existing"
        " links and translations use the old id.",
        remedy=f"Write {{#{old}}} after the heading. If the new id is intended, name section {new!r} in a change in"
        f" {comparison.note.path}.",
        subject=f"{comparison.policy.id}#>{new}",
        settles=(
            f"links {comparison.policy.id}#{old}",
            *(
                f"translated-sections {comparison.policy.id}/{locale}#{section}"
                for locale in comparison.version.editions
                for section in (old, new)
            ),
        ),
    )


def _not_named(comparison: DeclaredVersion, difference: Difference) -> Finding:
    section, label = difference.section, comparison.before.label
    if section.old_id is None:
        fact = f"Section {section.id!r} is new: it is not in version {label!r}, which this version replaces"
    elif section.new_id is None:
        fact = f"Section {section.id!r} of version {label!r}, which this version replaces, was removed"
    else:
        fact = f"Section {section.id!r} differs from version {label!r}, which this version replaces"
    told = tell(difference.evidence)
    return Finding(
        path=comparison.note.path,
        line=comparison.note.line("changes"),
        rule=RULE.name,
        severity=Severity.ERROR,
        message=f"{fact}, but the release note does not list it{f': {told}' if told else ''}.",
        remedy=f"Add {section.id!r} to the `sections` of a change with the right category, or restore the text of"
        f" version {label!r}.",
        subject=f"{comparison.policy.id}#{section.id}",
        settles=tuple(
            f"{rule} {comparison.policy.id}/{locale}#{section.id}"
            for locale in comparison.version.editions
            for rule in ("translated-sections", "translated-facts")
        ),
    )


def _unchanged(comparison: DeclaredVersion) -> Iterator[Finding]:
    changed = {each for difference in comparison.differences for each in difference.ids}
    known = {section.id for section in comparison.document.sections}
    for number, change in enumerate(comparison.note.changes):
        for section in change.sections:
            if section in known and section not in changed and change.category != "translation":
                yield Finding(
                    path=comparison.note.path,
                    line=comparison.note.line(f"changes.{number}.sections"),
                    rule=RULE.name,
                    severity=Severity.WARNING,
                    message=f"The release note lists section {section!r} as changed, but it reads the same as in"
                    f" version {comparison.before.label!r}, which this version replaces.",
                    remedy=f"Remove {section!r} from `sections`, or make the change in the text.",
                )


RULE = Rule(
    name="declared-changes",
    severities=(Severity.ERROR, Severity.WARNING),
    demand="Each section that differs from the version in force before is named by a change of the release note, and"
    " each section that is named differs. A change of a significant category that names no section stands for the whole"
    " text. Sections that only moved, were renumbered, look otherwise or tell the new date may be named or not.",
    reason="Readers are told of what the note declares. What changed without it applies to people who were never told;"
    " what is named and did not change hides what did.",
    findings=_findings,
    fails={
        TEXT: text_with(BODY.replace("We share nothing.", "We sell everything.")),
        TRANSLATION: translation_with(GERMAN_BODY.replace("Wir geben nichts weiter.", "Wir verkaufen alles.")),
    },
    passes={
        TEXT: text_with(BODY.replace("We share nothing.", "We sell everything.")),
        TRANSLATION: translation_with(GERMAN_BODY.replace("Wir geben nichts weiter.", "Wir verkaufen alles.")),
        NOTE: note_with(
            changes=[
                {"category": "retention", "sections": ["data"]},
                {"category": "recipients", "sections": ["sharing"]},
            ]
        ),
    },
)
