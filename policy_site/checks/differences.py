"""How the versions that readers have before them differ from those they replace: what rules about declarations ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

from policy_site import documents, redlines
from policy_site.catalogue import predecessor, settled, standing
from policy_site.evidence import Evidence, Kind, read_spans
from policy_site.model import Block, Document, Edition, Policy, ReleaseNote, SectionChangeKind, Standing, Version
from policy_site.publication import Publication
from policy_site.redlines import SectionRedline
from policy_site.redlines.evidence import EvidenceOfChange, weigh_sections
from policy_site.redlines.tree import NoteKind, RunKind

_TOLD_FIRST = (
    *(Kind.PERIOD, Kind.AMOUNT, Kind.AGE, Kind.PERCENTAGE, Kind.DATE, Kind.NUMBER, Kind.NEGATION, Kind.MODAL),
    *(Kind.PARTY, Kind.TERM, Kind.EMAIL, Kind.LINK, Kind.REFERENCE),
)
"""In which order a sentence tells them: what is likeliest to matter first."""
_SAME_ANYWHERE = frozenset({Kind.PARTY, Kind.EMAIL, Kind.LINK})
"""A name or an address that goes in one place of a section and comes in another is still there."""
MAXIMUM_TOLD = 4
"""Pieces of evidence in one sentence."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One section that differs from the version before."""

    section: SectionRedline
    evidence: EvidenceOfChange
    """Without the dates of the versions themselves."""
    must_be_declared: bool
    """False where it only moved, counts otherwise, looks otherwise, or tells the new version's date."""

    @property
    def ids(self) -> frozenset[str]:
        """The ids it has in either text."""
        return frozenset(each for each in (self.section.old_id, self.section.new_id) if each is not None)

    @property
    def is_renamed(self) -> bool:
        """Whether its heading has another id than before; what stands under none has no id to keep."""
        return len(self.ids - {"preamble"}) > 1


@dataclass(frozen=True, slots=True)
class DeclaredVersion:
    """A version with a release note, against the one it replaces, in the authoritative language."""

    policy: Policy
    version: Version
    note: ReleaseNote
    edition: Edition
    document: Document
    before: Version
    differences: tuple[Difference, ...]


def compare_declared(publication: Publication) -> Iterator[DeclaredVersion]:
    """Yield each version with a note that is in force or lies ahead, with how its text differs from the one before.

    One that was superseded stays as it is: a declaration that is mended years later tells readers of the past.
    """
    for policy in publication.policies:
        for version in policy.versions:
            edition = version.editions.get(policy.authoritative_locale)
            if version.note is None or version.recorded_at or edition is None:
                continue
            if standing(policy, version, publication.as_of) not in (Standing.IN_FORCE, Standing.UPCOMING):
                continue
            before = predecessor(policy, version)
            if before is None:
                continue
            old = before.editions.get(policy.authoritative_locale)
            if old is not None and not documents.says_nothing(publication.documents[edition.digest]):
                yield DeclaredVersion(
                    policy=policy,
                    version=version,
                    note=version.note,
                    edition=edition,
                    document=publication.documents[edition.digest],
                    before=before,
                    differences=tuple(
                        difference
                        for difference in _differences(publication, policy, (before, old), (version, edition))
                        if not _is_put_right_at_once(publication, policy, (before, version), difference)
                    ),
                )


def _differences(
    publication: Publication, policy: Policy, old: tuple[Version, Edition], new: tuple[Version, Edition]
) -> tuple[Difference, ...]:
    locale = policy.authoritative_locale
    redline = redlines.compare(publication.documents[old[1].digest], publication.documents[new[1].digest])
    dates = _own_dates(old[0]), _own_dates(new[0])
    weighed = {id(section): evidence for section, evidence in weigh_sections(redline, locale=locale)}
    found: list[Difference] = []
    for section in redline.sections:
        is_renamed = section.old_id is not None and section.new_id is not None and section.old_id != section.new_id
        if id(section) in weighed or (is_renamed and not section.is_trace):
            evidence = _without_own_dates(weighed.get(id(section), EvidenceOfChange()), *dates)
            is_heavy = _is_heavy(section) and not _differs_in_dates_only(section, dates, locale)
            found.append(Difference(section, evidence, must_be_declared=is_renamed or is_heavy))
    return tuple(found)


def _is_put_right_at_once(
    publication: Publication, policy: Policy, versions: tuple[Version, Version], difference: Difference
) -> bool:
    """Say whether a version of the same day, published later, reads as the one before does: nothing changes then.

    The text of an announced version stays; what was corrected since is carried into it by such a version.
    """
    before, version = versions
    final = settled(policy, version)
    if final.label == version.label or not difference.ids:
        return False
    readings = [
        {
            section.id: section.blocks
            for section in publication.documents[each.editions[policy.authoritative_locale].digest].sections
        }
        for each in (before, final)
        if policy.authoritative_locale in each.editions
    ]
    return len(readings) > 1 and all(readings[0].get(name) == readings[1].get(name) for name in difference.ids)


def _own_dates(version: Version) -> frozenset[str]:
    states = (version, *version.earlier)
    return frozenset(day.isoformat() for state in states for day in (state.effective_date, state.published_date))


def _without_own_dates(evidence: EvidenceOfChange, old: frozenset[str], new: frozenset[str]) -> EvidenceOfChange:
    return EvidenceOfChange(
        gone=tuple(each for each in evidence.gone if each.kind is not Kind.DATE or each.value not in old),
        come=tuple(each for each in evidence.come if each.kind is not Kind.DATE or each.value not in new),
    )


def _is_heavy(section: SectionRedline) -> bool:
    """Say whether a section came, went, or says something else: neither its place, number nor looks alone changed."""
    if section.new_id is None or section.old_id is None:
        return True
    if SectionChangeKind.MODIFIED not in section.kinds:
        return False
    return any(
        operation.change
        or operation.move
        or leaf.continues_old
        or leaf.continues_new
        or any(note.kind not in (NoteKind.ID, NoteKind.FORMATTING) for note in leaf.notes)
        or any(
            run.kind in (RunKind.ADDED, RunKind.DELETED)
            or any(note.kind is not NoteKind.FORMATTING for note in run.notes)
            for run in leaf.runs
        )
        for operation in section.operations
        for leaf in operation.leaves
    )


def _differs_in_dates_only(section: SectionRedline, dates: tuple[frozenset[str], frozenset[str]], locale: str) -> bool:
    """Say whether all that changed is that a text names the day of its own version."""
    sides = [
        [
            block
            for operation in section.operations
            if (operation.has_new if is_new else operation.has_old)
            for leaf in operation.leaves
            if (block := leaf.new if is_new else leaf.old) is not None
        ]
        for is_new in (False, True)
    ]
    old, new = ([_without_dates(block, own, locale) for block in side] for side, own in zip(sides, dates, strict=True))
    return old == new


def _without_dates(block: Block, own: frozenset[str], locale: str) -> Block:
    """Return a block in words alone, its own dates left out; links stay what they are compared by."""
    text = block.text
    for each in reversed(read_spans(block.spans, locale=locale)):
        if each.kind is Kind.DATE and each.value in own:
            text = f"{text[: each.start]}\0{text[each.end :]}"
    links = tuple(
        replace(span, text="") for span in block.spans if any(mark.tag in ("a", "img") for mark in span.marks)
    )
    return (
        replace(block, attributes=(), containers=(), spans=(replace(block.spans[0], text=text, marks=()), *links))
        if (block.spans)
        else block
    )


def tell(evidence: EvidenceOfChange) -> str:
    """Return what went and came as the end of a sentence: ``“30 days” became “30 years”``; empty for nothing."""
    clauses: list[str] = []
    for kind in _TOLD_FIRST:
        gone = [each for each in evidence.gone if each.kind is kind]
        come = [each for each in evidence.come if each.kind is kind]
        if kind in _SAME_ANYWHERE:
            stays = {each.value for each in gone} & {each.value for each in come}
            gone, come = ([each for each in side if each.value not in stays] for side in (gone, come))
        clauses += [_clause(old, new) for old, new in zip_longest(gone, come)]
    told = list(dict.fromkeys(clauses))
    more = len(told) - MAXIMUM_TOLD
    return ", ".join(told[:MAXIMUM_TOLD]) + (f", and {more} more" if more > 0 else "")


def _clause(old: Evidence | None, new: Evidence | None) -> str:
    if old is not None and new is not None:
        return f"{_quoted(old)} became {_quoted(new)}"
    if new is not None:
        return f"{_quoted(new)} was added"
    return f"{_quoted(old)} was taken out" if old is not None else ""


def _quoted(evidence: Evidence) -> str:
    words = " ".join(evidence.words.split())[:80]
    is_hidden = evidence.kind in (Kind.LINK, Kind.EMAIL) and evidence.value not in words.casefold()
    return f"“{words}” ({evidence.value[:120]})" if is_hidden else f"“{words}”"
