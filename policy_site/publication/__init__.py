"""The whole way from git to what is published, in one function: history, catalogue, documents, events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from policy_site import redlines
from policy_site.catalogue import Told, compile_catalogue
from policy_site.events.derivation import derive_events
from policy_site.history import History
from policy_site.localization import OwnCatalogue, month_names
from policy_site.model import (
    Block,
    Document,
    Event,
    EventKind,
    Finding,
    Policy,
    RenderedWords,
    SectionChange,
    Severity,
    Version,
    Words,
)
from policy_site.publication.attachments import Attachments
from policy_site.publication.brand import Brand, plain_brand
from policy_site.publication.gathering import gather_attachments
from policy_site.publication.rendering import render_editions, render_previews, render_words, tips_of
from policy_site.publication.shelves import gather_shelves
from policy_site.publication.unread import report_unread
from policy_site.publication.wordings import Wordings
from policy_site.publication.workshop import Workshop
from policy_site.settings import Settings

__all__ = ["Preview", "Publication", "Workshop", "compile_publication", "section_changes"]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a preview shows."""

    day: date
    """In the site's time zone."""
    commit: str = ""
    """The commit that people made, in full: of a merge that a git host made for a trial, what was merged."""
    has_uncommitted: bool = False
    """Whether files are shown as they are on disk."""


@dataclass(frozen=True, slots=True)
class Publication:
    """Everything one build publishes, at one instant."""

    settings: Settings
    as_of: datetime
    """UTC."""
    commit: str | None
    """Full object name of the commit that is published; ``None`` outside a repository."""
    is_complete: bool
    """False for a shallow clone and for a folder without history."""
    incompleteness: str
    """How to complete the history, a sentence; empty where it is complete."""
    policies: tuple[Policy, ...]
    documents: Mapping[str, Document]
    """By :attr:`Edition.digest`; every edition has one, and every earlier text that readers of a translation got."""
    sources: Mapping[str, str]
    """Markdown as it is published, by :attr:`Edition.digest`, where the file in git holds what is not for readers."""
    words: Mapping[tuple[str, str, str], RenderedWords]
    """Words of the release notes by policy, version label and locale; what was not written falls back, marked."""
    attachments: Attachments
    """Pictures and files that texts and release notes name."""
    earlier_words: Mapping[Words, RenderedWords]
    """What release notes said before they were corrected, in the language it was written in."""
    events: tuple[Event, ...]
    findings: tuple[Finding, ...]
    """Of reading the content; the rules of ``checks`` add theirs."""
    tips: frozenset[str]
    """Digests of the texts as they are now on the publishing branch: what an author can still mend."""
    next_transition: datetime | None
    """When the site must be built again, as far as is known."""
    previews: Mapping[str, Document] = field(default_factory=lambda: MappingProxyType({}))
    """What a forge's preview shows of the texts at the tip, by :attr:`Edition.digest`."""
    catalogues: tuple[OwnCatalogue, ...] = ()
    """Phrases of the interface that the operator keeps beside ``site.toml``."""
    has_documents: bool = False
    """Whether each redline is published as a Word document, too."""
    has_papers: bool = False
    """Whether each version, and each redline against the version before, is published as PDF, too."""
    preview_of: Preview | None = None
    """``None`` for what is published."""
    extra_files: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    """Files of the company that are published as they are, by their paths in the site."""
    brand: Brand = field(default_factory=plain_brand)
    """The look of the site."""
    kept_records: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    """Events, by id, in the words in which they are published already, where they would be told otherwise today."""
    kept_files: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    """Archive documents, by address, as they are published already, where they would be written otherwise today."""
    moved: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Addresses that the published site has and today's plan would not: each with the page that stands there now."""
    stands_until: datetime | None = None
    """The first instant at which the same commit can give another publication: the next transition, or before it a
    commit of the history that is dated later than ``as_of``. ``None`` where none is known to come."""

    def policy(self, policy_id: str) -> Policy:
        """Return the policy with an id; raise :class:`KeyError` where there is none."""
        for policy in self.policies:
            if policy.id == policy_id:
                return policy
        raise KeyError(policy_id)


def compile_publication(
    settings: Settings,
    history: History,
    *,
    as_of: datetime,
    workshop: Workshop | None = None,
    with_drafts: bool = False,
    published: Sequence[Event] = (),
    catalogues: tuple[OwnCatalogue, ...] = (),
) -> Publication:
    """Compile everything that is published at ``as_of`` from one history.

    ``published`` are the events of the change feed that is continued, in its order. ``with_drafts``: for a preview,
    versions that are to be announced later are there already. Faults of the content do not stop it: they are findings
    beside whatever can still be shown.
    """
    workshop = workshop or Workshop()
    shelves, strays = gather_shelves(history, settings)
    wordings = Wordings(shelves, settings, workshop)
    catalogue = compile_catalogue(
        shelves,
        settings=settings,
        as_of=as_of,
        wording=wordings.name,
        form=wordings.form,
        month_names=month_names(settings.languages),
        is_complete=history.is_complete,
        with_drafts=with_drafts,
        told=_told_by(published),
    )
    documents, sources, faults = render_editions(catalogue, shelves, settings, workshop)
    words, earlier_words, word_faults = render_words(catalogue, settings, workshop)
    attachments = gather_attachments(
        history.attached, catalogue.policies, documents, words, earlier_words, tips=tips_of(shelves)
    )
    events = derive_events(
        catalogue.policies,
        as_of=as_of,
        section_changes=lambda policy, version, settled_as: section_changes(
            policy, version, documents, settled_as=settled_as
        ),
        tag=settings.tag,
        published=published,
    )
    tips = tips_of(shelves)
    findings = (
        *history.findings,
        *strays,
        *report_unread(
            history.others, settings, lacking={shelf.policy: bool(shelf.texts) for shelf in shelves if not shelf.living}
        ),
        *catalogue.findings,
        *faults,
        *word_faults,
    )
    return Publication(
        settings=settings,
        as_of=as_of,
        commit=history.commit,
        is_complete=history.is_complete,
        incompleteness=history.how_to_complete,
        # A policy whose first version is not announced yet is nowhere in the site: publication is disclosure.
        policies=tuple(policy for policy in catalogue.policies if policy.versions),
        documents=documents,
        sources=sources,
        words=words,
        attachments=attachments,
        earlier_words=earlier_words,
        events=events,
        findings=_without_echoes(findings, history, settings),
        tips=tips,
        previews=render_previews(catalogue.policies, tips, workshop),
        next_transition=catalogue.next_transition,
        catalogues=catalogues,
        stands_until=min((*_dated_ahead(history, as_of), *filter(None, (catalogue.next_transition,))), default=None),
    )


def _dated_ahead(history: History, as_of: datetime) -> Iterator[datetime]:
    """Give the dates of commits that are not there yet at ``as_of``: a clock was wrong, or an old state is built."""
    for _, revision in history.sequence:
        if revision.committed_at is not None and revision.committed_at > as_of:
            yield revision.committed_at


def _without_echoes(findings: Iterable[Finding], history: History, settings: Settings) -> tuple[Finding, ...]:
    """Return each finding once, without those that only say that a text is not there which cannot be read."""
    unread = {finding.path for finding in history.findings if finding.severity is Severity.ERROR}
    policies = {
        policy.id for policy in settings.policies if f"{policy.id}/{settings.authoritative_locale}.md" in unread
    }
    return tuple(
        finding
        for finding in dict.fromkeys(findings)
        if finding.rule != "version-label"
        or (finding.path.partition("/releases/")[0] not in policies and finding.subject not in unread)
    )


def _told_by(published: Sequence[Event]) -> Told:
    days = {
        (event.policy, event.version): event.occurred_at for event in published if event.kind is EventKind.PUBLISHED
    }
    return Told(MappingProxyType(days), published[-1].occurred_at if published else None)


def section_changes(
    policy: Policy, version: Version, documents: Mapping[str, Document], *, settled_as: str
) -> tuple[SectionChange, ...]:
    """Return how the sections of a version differ from those of its predecessor, in the authoritative language.

    ``settled_as``: label of the version that applies once everything has taken effect that takes effect together with
    this one (:func:`policy_site.catalogue.settled`). Where that one reads as the predecessor does, nothing changes for
    readers, and no section is named.
    """
    if version.previous is None:
        return ()
    old = policy.version(version.previous).editions.get(policy.authoritative_locale)
    new = version.editions.get(policy.authoritative_locale)
    if old is None or new is None:
        return ()
    if new.digest not in documents:  # a revision of its day, which says the same as the present one
        new = policy.version(version.label).editions[policy.authoritative_locale]
    changes = redlines.section_changes(redlines.compare(documents[old.digest], documents[new.digest]))
    final = policy.version(settled_as).editions.get(policy.authoritative_locale)
    if settled_as == version.label or final is None:
        return changes
    before, after = _readings(documents[old.digest]), _readings(documents[final.digest])
    return tuple(change for change in changes if before.get(change.id) != after.get(change.id))


def _readings(document: Document) -> Mapping[str, tuple[Block, ...]]:
    return {section.id: section.blocks for section in document.sections}
