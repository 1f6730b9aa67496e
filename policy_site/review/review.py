"""Puts together what a review says: pure, from both sides of a merge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from policy_site import redlines
from policy_site.catalogue import predecessor
from policy_site.checks import check
from policy_site.fidelity import newest_version
from policy_site.model import Consent, Edition, Finding, Policy, SectionFidelity, Significance, Version
from policy_site.pages import PageKind, make_page, plan_pages
from policy_site.publication import Publication
from policy_site.redlines.evidence import lines_by_kind, weigh_sections
from policy_site.redlines.summary import ChangeLine, list_changes
from policy_site.review.gathering import ChangedText, Side, Sides
from policy_site.review.values import (
    ChangedSection,
    EventReview,
    Move,
    Notice,
    PolicyReview,
    Review,
    StaleTranslation,
    TextReview,
    VersionReview,
)
from policy_site.settings import Settings
from policy_site.web import Syndication
from policy_site.web.comparisons import Comparisons
from policy_site.web.texts import Texts

_MOST_LINES = 40
"""Changes of a redline that are told one by one."""


def compose_review(sides: Sides, *, as_of: datetime, refusals: Sequence[Finding] = ()) -> Review:
    """Say what merging would do. ``refusals``: what the change feed that is published forbids."""
    merge, before, after = sides.merge, sides.before, sides.after
    new, standing, solved = _compare_findings(before, after)
    touched = sorted({*(text.policy for text in sides.texts), *sides.notes, *_ids(before), *_ids(after)})
    return Review(
        base=merge.base,
        head=merge.head,
        as_of=as_of,
        is_behind=merge.is_behind,
        conflicts=merge.conflicts,
        others=merge.others,
        settings_changed=_settings_changed(*sides.settings),
        policies=tuple(_PolicyReader(sides, policy).read() for policy in touched),
        findings=new,
        standing_findings=standing,
        solved_findings=solved,
        refusals=tuple(refusals),
        incompleteness=after.now.incompleteness if after and not after.now.is_complete else "",
    )


def _ids(side: Side | None) -> list[str]:
    return [policy.id for policy in side.end.policies] if side else []


def _settings_changed(before: Settings, after: Settings) -> tuple[str, ...]:
    return tuple(name for name in type(after).model_fields if getattr(before, name) != getattr(after, name))


def _compare_findings(before: Side | None, after: Side | None) -> tuple[tuple[Finding, ...], int, int]:
    """Return the findings that come with the merge, and how many stay and go; each side is looked at as it will be."""
    old, new = (_findings(side) for side in (before, after))
    known = {_name(finding) for finding in old}
    brought = tuple(finding for finding in new if _name(finding) not in known)
    left = {_name(finding) for finding in new}
    return brought, len(new) - len(brought), sum(_name(finding) not in left for finding in old)


def _name(finding: Finding) -> tuple[str, str, str]:
    return finding.path, finding.rule, finding.message


def _findings(side: Side | None) -> tuple[Finding, ...]:
    found = dict.fromkeys(finding for publication in (side.all if side else ()) for finding in check(publication))
    return tuple(found)


class _PolicyReader:
    """Reads what a merge does to one policy."""

    def __init__(self, sides: Sides, policy: str) -> None:
        self.sides, self.id = sides, policy
        self.old = _policy(sides.before, policy)
        self.new = _policy(sides.after, policy)
        self.after = sides.after.end if sides.after else None
        self._comparisons = Comparisons(self.after, Texts(self.after)) if self.after else None

    def read(self) -> PolicyReview:
        """Say everything about the policy."""
        pages = self._new_pages()
        return PolicyReview(
            id=self.id,
            title=self._title(),
            texts=tuple(_text_review(text) for text in self.sides.texts if text.policy == self.id),
            notes=self.sides.notes.get(self.id, ()),
            versions=tuple(self._versions()),
            events=tuple(self._events()),
            stale=tuple(self._stale()),
            new_pages=len(pages),
            pages=tuple(
                make_page(kind, locale=self.new.authoritative_locale, policy=self.id).address
                for kind in (PageKind.POLICY, PageKind.UPCOMING, PageKind.HISTORY)
            )
            if self.new
            else (),
        )

    def _title(self) -> str:
        policy = self.new or self.old
        if policy is None:
            return next((text.new.title for text in self.sides.texts if text.policy == self.id and text.new), self.id)
        edition = policy.versions[-1].editions.get(policy.authoritative_locale)
        return edition.title if edition and edition.title else self.id

    def _new_pages(self) -> set[str]:
        def planned(publication: Publication | None) -> set[str]:
            if publication is None:
                return set()
            return {page.address for page in plan_pages(publication) if page.parameters.get("policy") == self.id}

        return planned(self.after) - planned(self.sides.before.end if self.sides.before else None)

    # --- versions --------------------------------------------------------------------------------------------------

    def _versions(self) -> Iterator[VersionReview]:
        known = {version.label: version for version in self.old.versions} if self.old else {}
        if self.new is None:
            return
        for version in self.new.versions:
            move = _move(known.get(version.label), version, self.new.authoritative_locale)
            if move is not None:
                yield self._version(version, move, known.get(version.label))

    def _version(self, version: Version, move: Move, before: Version | None) -> VersionReview:
        assert self.new is not None
        assert self.after is not None
        assert self._comparisons is not None
        locale = self.new.authoritative_locale
        older = before if move is Move.REWORDED else predecessor(self.new, version)
        comparison = self._compare(older, version) if older else None
        note = version.note
        declared = {section for change in note.changes for section in change.sections} if note else set()
        is_told = version.significance is Significance.SIGNIFICANT and older is not None
        return VersionReview(
            label=version.label,
            move=move,
            significance=version.significance,
            is_significance_declared=version.is_significance_declared,
            categories=tuple(dict.fromkeys(change.category for change in note.changes)) if note else (),
            published_at=version.published_at,
            published=version.published_date,
            effective=version.effective_date,
            effective_before=before.effective_date
            if before and before.effective_date != version.effective_date
            else None,
            promised_days=_promised_days(self.after.settings, version) if is_told else None,
            has_exception=note is not None and note.exception is not None,
            renews_consent=note is not None and note.consent is Consent.RENEW,
            predecessor=older.label if older else None,
            sections=tuple(self._sections(comparison, declared, locale)) if comparison else (),
            words_added=comparison.words_added if comparison else 0,
            words_deleted=comparison.words_deleted if comparison else 0,
            changes_links_only=comparison is not None and _has_only_links(comparison),
            lines=tuple(_lines(comparison)) if comparison else (),
            redline=redlines.html.render(comparison) if comparison else "",
        )

    def _compare(self, older: Version, newer: Version) -> redlines.Redline | None:
        """Compare two authoritative texts; the older one may be there without the merge alone."""
        assert self.new is not None
        locale = self.new.authoritative_locale
        held = [side.end.documents for side in (self.sides.before, self.sides.after) if side]
        found = [
            next((documents[edition.digest] for documents in held if edition.digest in documents), None)
            for edition in (older.editions.get(locale), newer.editions.get(locale))
            if edition is not None
        ]
        if len(found) < 2 or found[0] is None or found[1] is None:  # noqa: PLR2004 - old and new
            return None
        return redlines.compare(found[0], found[1])

    def _sections(self, redline: redlines.Redline, declared: set[str], locale: str) -> Iterator[ChangedSection]:
        for section, evidence in weigh_sections(redline, locale=locale):
            yield ChangedSection(
                id=section.id,
                heading=section.heading or "Introduction",
                kind=section.kinds[0].value,
                words_added=section.words_added,
                words_deleted=section.words_deleted,
                evidence=lines_by_kind(evidence),
                is_declared=not declared or section.id in declared,
            )

    # --- events ----------------------------------------------------------------------------------------------------

    def _events(self) -> Iterator[EventReview]:
        if self.after is None:
            return
        known = {event.id for event in self.sides.before.end.events} if self.sides.before else set()
        languages = self.after.settings.languages
        for entry in Syndication(self.after).entries:
            event = entry.event
            if event.id in known or event.policy != self.id:
                continue
            words = [entry.words_in(locale) for locale in languages]
            yield EventReview(
                id=event.id,
                kind=event.kind,
                version=event.version,
                at=event.occurred_at,
                day=event.occurred_at.astimezone(self.after.settings.zone).date(),
                language=event.locale,
                is_notice=entry.is_notice,
                notices=tuple(
                    Notice(
                        language=locale,
                        title=entry.title_in(locale),
                        summary=said.summary_text.strip(),
                        impact=said.impact_text.strip(),
                        choices=said.choices_text.strip(),
                        is_fallback=said.is_fallback,
                    )
                    for locale, said in zip(languages, words, strict=True)
                ),
            )

    # --- translations ----------------------------------------------------------------------------------------------

    def _stale(self) -> Iterator[StaleTranslation]:
        if self.new is None or self.after is None or self._comparisons is None:
            return
        version = newest_version(self.new)
        before = self._words_behind()
        for locale in self.after.settings.languages:
            state = self._comparisons.staleness(self.new, version, locale)
            changed = state.changed if state else ()
            words = sum(section.words for section in changed)
            if changed and (words, len(changed)) != before.get(locale, (0, 0)):
                headings = tuple(
                    f"{section.heading or 'Introduction'}{_SUFFIXES.get(section.fidelity, '')}" for section in changed
                )
                yield StaleTranslation(locale, version.label, headings, words)

    def _words_behind(self) -> dict[str, tuple[int, int]]:
        """Return how far translations are behind without the merge: what nobody has to be told again."""
        side = self.sides.before
        if side is None or self.old is None or self.new is None:
            return {}
        comparisons, version = Comparisons(side.end, Texts(side.end)), newest_version(self.old)
        found = {}
        for locale in side.end.settings.languages:
            state = comparisons.staleness(self.old, version, locale)
            found[locale] = (sum(section.words for section in state.changed), len(state.changed)) if state else (0, 0)
        return found


_SUFFIXES = {SectionFidelity.MISSING: " (missing)", SectionFidelity.EXTRA: " (gone)"}


def _policy(side: Side | None, policy_id: str) -> Policy | None:
    return next((policy for policy in side.end.policies if policy.id == policy_id), None) if side else None


def _move(before: Version | None, after: Version, locale: str) -> Move | None:
    """Say what a merge does to a version; ``None`` for nothing."""
    if before is None:
        return Move.NEW
    texts = [version.editions[locale].digest if locale in version.editions else "" for version in (before, after)]
    notes = [version.note.digest if version.note else "" for version in (before, after)]
    moves = {
        Move.WITHDRAWN: before.withdrawn_at is None and after.withdrawn_at is not None,
        Move.RESCHEDULED: before.effective_date != after.effective_date,
        Move.CORRECTED: notes[0] != notes[1],
        Move.REWORDED: texts[0] != texts[1],
        Move.TRANSLATED: _translations(before) != _translations(after),
    }
    return next((move for move, is_so in moves.items() if is_so), None)


def _translations(version: Version) -> tuple[dict[str, str], dict[str, object]]:
    editions: dict[str, Edition] = dict(version.editions)
    said = dict(version.note.words) if version.note else {}
    return {locale: edition.digest for locale, edition in editions.items()}, {**said}


def _promised_days(settings: Settings, version: Version) -> int | None:
    note, presets = version.note, settings.notices
    if note is None:
        return None
    if note.notice is not None:
        return presets[note.notice].days if note.notice in presets else None
    return max((preset.days for preset in presets.values()), default=0)


def _text_review(text: ChangedText) -> TextReview:
    redline = redlines.compare(text.old, text.new) if text.old and text.new else None
    words = sum(len(block.text.split()) for block in text.new.blocks) if text.new and not text.old else 0
    added = redline.words_added if redline else words
    deleted = redline.words_deleted if redline else 0
    return TextReview(
        path=text.change.path,
        language=text.language,
        is_new=text.change.before is None and not text.change.is_gone,
        is_gone=text.change.is_gone,
        words_added=added,
        words_deleted=deleted,
        changes=redline.changes if redline else 0,
        is_form_only=text.is_form_only,
        changes_links_only=bool(redline and redline.changes and _has_only_links(redline)),
        known_from=text.known.path if text.known else "",
        known_lines_differing=text.known.lines_differing if text.known else 0,
    )


def _has_only_links(redline: redlines.Redline) -> bool:
    lines = [line for _, found in list_changes(redline) for line in found]
    kinds = (redlines.NoteKind.LINK, redlines.NoteKind.LINK_ADDED, redlines.NoteKind.LINK_REMOVED)
    return bool(lines) and all(line.note is not None and line.note.kind in kinds for line in lines)


def _lines(redline: redlines.Redline) -> Iterator[str]:
    """Give the first changes of a redline, a line each."""
    told = 0
    for section, lines in list_changes(redline):
        for line in lines:
            if told == _MOST_LINES:
                yield f"… and {redline.changes - told} more"
                return
            told += 1
            yield f"{section.heading or 'Introduction'}: {_said(line)}"


def _said(line: ChangeLine) -> str:
    if line.note is not None:
        return redlines.ENGLISH.of(line.note)
    if line.move is not None:
        return f"moved: “{line.new}”"
    if line.is_split or line.is_merged:
        return redlines.ENGLISH.split if line.is_split else redlines.ENGLISH.merged
    old, new = (f"“{part}”" if part else "" for part in (line.old, line.new))
    return f"{old} → {new}" if old and new else f"added {new}" if new else f"deleted {old}"
