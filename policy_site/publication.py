"""The whole way from git to what is published, in one function: history, catalogue, documents, events."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from policy_site import events as ledger
from policy_site import redlines
from policy_site.catalogue import Catalogue, Shelf, compile_catalogue
from policy_site.documents import RenderFault, Source, adopt_ids, render_documents, text, wording
from policy_site.history import History
from policy_site.localization import month_names
from policy_site.model import (
    Block,
    Document,
    Edition,
    Event,
    Finding,
    Policy,
    RenderedWords,
    Revision,
    Section,
    SectionChange,
    Severity,
    Span,
    Version,
    Words,
)
from policy_site.settings import Settings
from policy_site.sources import Place, Places, Role, Text, parse_text, without_date

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""


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
    """By :attr:`Edition.digest`; every edition has one."""
    words: Mapping[tuple[str, str, str], RenderedWords]
    """Words of the release notes by policy, version label and locale; what was not written falls back, marked."""
    earlier_words: Mapping[Words, RenderedWords]
    """What release notes said before they were corrected, in the language it was written in."""
    events: tuple[Event, ...]
    findings: tuple[Finding, ...]
    """Of reading the content; the rules of ``checks`` add theirs."""
    tips: frozenset[str]
    """Digests of the texts as they are now on the publishing branch: what an author can still mend."""
    next_transition: datetime | None
    """When the site must be built again, as far as is known."""

    def policy(self, policy_id: str) -> Policy:
        """Return the policy with an id; raise :class:`KeyError` where there is none."""
        for policy in self.policies:
            if policy.id == policy_id:
                return policy
        raise KeyError(policy_id)


@dataclass(frozen=True, slots=True)
class Workshop:
    """What rendering may use: processes, a cache, and someone to tell how far it is."""

    jobs: int = 1
    cache: Path | None = None
    """Folder of the memos; throwing it away changes nothing but speed."""
    progress: Progress | None = None


def compile_publication(
    settings: Settings, history: History, *, as_of: datetime, workshop: Workshop | None = None
) -> Publication:
    """Compile everything that is published at ``as_of`` from one history.

    Faults of the content do not stop it: they are findings beside whatever can still be shown.
    """
    workshop = workshop or Workshop()
    shelves, strays = gather_shelves(history, settings)
    wordings = _Wordings(shelves, settings, workshop)
    catalogue = compile_catalogue(
        shelves,
        settings=settings,
        as_of=as_of,
        wording=wordings.name,
        month_names=month_names(settings.languages),
        is_complete=history.is_complete,
    )
    documents, faults = _render_editions(catalogue, shelves, settings, workshop)
    words, earlier_words, word_faults = _render_words(catalogue, settings, workshop)
    events = ledger.derive_events(
        catalogue.policies,
        as_of=as_of,
        section_changes=lambda policy, version: section_changes(policy, version, documents),
        authority=settings.feed_authority,
        year=settings.feed.year,
    )
    findings = (*history.findings, *strays, *catalogue.findings, *faults, *word_faults)
    return Publication(
        settings=settings,
        as_of=as_of,
        commit=history.commit,
        is_complete=history.is_complete,
        incompleteness=history.how_to_complete,
        policies=catalogue.policies,
        documents=documents,
        words=words,
        earlier_words=earlier_words,
        events=events,
        findings=tuple(dict.fromkeys(findings)),
        tips=_tips(shelves),
        next_transition=catalogue.next_transition,
    )


# --- history becomes shelves -----------------------------------------------------------------------------------------


def gather_shelves(history: History, settings: Settings) -> tuple[tuple[Shelf, ...], tuple[Finding, ...]]:
    """Sort revisions by what their paths stand for, each shelf in commit order."""
    places = Places(settings)
    findings: list[Finding] = []
    sorted_revisions: dict[Place, list[Revision]] = {}
    living: dict[Place, str] = {}
    for identity, revision in history.sequence:
        place = _unranked(places.of(revision.path) or places.of(identity))
        if place is not None:
            sorted_revisions.setdefault(place, []).append(revision)
    for path in sorted(history.files):
        place = places.of(path)
        if place is None:
            continue
        first = living.setdefault(_unranked(place) or place, path)
        if first != path:
            findings.append(_two_files(path, first, place))
            _leave_out(history, sorted_revisions[_unranked(place) or place], path, first, places)
    return tuple(_shelf(policy.id, sorted_revisions, living) for policy in settings.policies), tuple(findings)


def _unranked(place: Place | None) -> Place | None:
    return replace(place, rank=0) if place else None


def _two_files(path: str, first: str, place: Place) -> Finding:
    return Finding(
        path=path,
        line=None,
        rule="two-files",
        severity=Severity.WARNING,
        message=f"This and {first} both are {place.policy!r} in {place.locale!r}; {first} is shown.",
        remedy="Exclude one of them in site.toml.",
    )


def _leave_out(history: History, revisions: list[Revision], path: str, first: str, places: Places) -> None:
    """Drop the revisions of a second living file; the one whose layout pattern comes first stays."""
    first_place, place = places.of(first), places.of(path)
    loser = path if first_place and place and first_place.rank <= place.rank else first
    lost = {id(revision) for identity, revision in history.sequence if identity == loser}
    revisions[:] = [revision for revision in revisions if id(revision) not in lost]


def _shelf(policy: str, revisions: Mapping[Place, Sequence[Revision]], living: Mapping[Place, str]) -> Shelf:
    texts: dict[str, tuple[Revision, ...]] = {}
    archive: dict[tuple[str, str], Revision] = {}
    notes: dict[str, tuple[Revision, ...]] = {}
    note_words: dict[tuple[str, str], tuple[Revision, ...]] = {}
    for place, found in revisions.items():
        if place.policy != policy:
            continue
        if place.role is Role.TEXT:
            texts[place.locale] = tuple(found)
        elif place not in living:
            continue
        elif place.role is Role.ARCHIVE:
            archive[place.version, place.locale] = replace(found[-1], commit=None, committed_at=None)
        elif place.role is Role.NOTE:
            notes[place.version] = tuple(found)
        else:
            note_words[place.version, place.locale] = tuple(found)
    return Shelf(
        policy=policy,
        texts=MappingProxyType(texts),
        missing_at_tip=frozenset(locale for locale in texts if Place(Role.TEXT, policy, locale) not in living),
        archive=MappingProxyType(archive),
        notes=MappingProxyType(notes),
        note_words=MappingProxyType(note_words),
    )


# --- wordings --------------------------------------------------------------------------------------------------------


class _Wordings:
    """Names the visible words of texts; each text is rendered once."""

    def __init__(self, shelves: Sequence[Shelf], settings: Settings, workshop: Workshop) -> None:
        self._settings = settings
        self._workshop = workshop
        self._names: dict[str, str] = {}
        is_strict = settings.versions.source == "release"
        bodies: dict[str, None] = {}
        for shelf in shelves:
            for revision in (*(entry for found in shelf.texts.values() for entry in found), *shelf.archive.values()):
                body = parse_text(revision, is_strict=is_strict).body
                bodies[body] = None
                if settings.versions.source == "date":
                    bodies[without_date(body, settings=settings)] = None
        self._learn(list(bodies), "Reading the texts")

    def _learn(self, bodies: Sequence[str], purpose: str) -> None:
        sources = [Source(_digest(body), body) for body in bodies]
        for start in range(0, len(sources), _BATCH):
            batch = sources[start : start + _BATCH]
            rendered = render_documents(
                batch,
                extensions=self._settings.content.markdown_extensions,
                cache=self._workshop.cache,
                jobs=self._workshop.jobs,
                progress=_step(self._workshop, purpose, start, len(sources)),
            )
            for source in batch:
                document = rendered[source.key]
                self._names[source.body] = source.key if isinstance(document, RenderFault) else wording(document)

    def name(self, text: Text) -> str:
        """Return the name of a text's words."""
        if text.body not in self._names:
            self._learn([text.body], "")
        return self._names[text.body]


_BATCH = 256
"""Documents held at a time while only their words are asked for."""


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def _step(workshop: Workshop, purpose: str, start: int, total: int) -> Callable[[int], None] | None:
    progress = workshop.progress
    if progress is None or not purpose:
        return None
    return lambda done: progress(purpose, start + done, total)


# --- documents and words ---------------------------------------------------------------------------------------------


def _render_editions(
    catalogue: Catalogue, shelves: Sequence[Shelf], settings: Settings, workshop: Workshop
) -> tuple[Mapping[str, Document], list[Finding]]:
    editions = {
        edition.digest: edition
        for policy in catalogue.policies
        for version in policy.versions
        for edition in version.editions.values()
    }
    sources = [Source(digest, edition.body) for digest, edition in sorted(editions.items())]
    rendered = render_documents(
        sources,
        extensions=settings.content.markdown_extensions,
        cache=workshop.cache,
        jobs=workshop.jobs,
        progress=_step(workshop, "Rendering the texts", 0, len(sources)),
    )
    tips = _tips(shelves)
    documents: dict[str, Document] = {}
    findings: list[Finding] = []
    for digest, edition in sorted(editions.items()):
        document = rendered[digest]
        if isinstance(document, RenderFault):
            findings.append(_render_finding(document, edition, is_tip=digest in tips))
            document = _as_written(edition)
        documents[digest] = replace(document, title=edition.title)
    for policy in catalogue.policies:
        for version in policy.versions:
            _share_ids(policy, version, documents)
    return MappingProxyType(documents), findings


def _tips(shelves: Sequence[Shelf]) -> frozenset[str]:
    return frozenset(
        revision.digest
        for shelf in shelves
        for revision in (*(found[-1] for found in shelf.texts.values()), *shelf.archive.values())
    )


def _share_ids(policy: Policy, version: Version, documents: dict[str, Document]) -> None:
    """Give translations without ids of their own those of the authoritative text."""
    authoritative = version.editions.get(policy.authoritative_locale)
    if authoritative is None:
        return
    for edition in version.editions.values():
        if edition.digest != authoritative.digest:
            documents[edition.digest] = adopt_ids(documents[edition.digest], documents[authoritative.digest])


def _render_finding(fault: RenderFault, edition: Edition, *, is_tip: bool) -> Finding:
    return Finding(
        path=edition.revision.path,
        line=None,
        rule="rendering",
        severity=Severity.ERROR if is_tip else Severity.WARNING,
        message=fault.message,
        remedy=fault.remedy,
    )


def _as_written(edition: Edition) -> Document:
    """Show a text that cannot be rendered as it was written: nothing of it may be lost."""
    escaped = edition.body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    block = Block("pre", (), (), (Span(edition.body),))
    return Document(edition.title, (Section("preamble", 0, "", f"<pre>{escaped}</pre>", (block,)),))


def _render_words(
    catalogue: Catalogue, settings: Settings, workshop: Workshop
) -> tuple[Mapping[tuple[str, str, str], RenderedWords], Mapping[Words, RenderedWords], list[Finding]]:
    written, earlier = _written_words(catalogue)
    parts = {
        part: Source(_digest(part), part)
        for words in (*written.values(), *earlier)
        for part in (words.summary, words.impact, words.choices)
    }
    rendered = render_documents(
        list(parts.values()),
        extensions=settings.content.markdown_extensions,
        cache=workshop.cache,
        jobs=workshop.jobs,
    )
    findings: list[Finding] = []
    documents: dict[str, Document] = {}
    for part, source in parts.items():
        document = rendered[source.key]
        if isinstance(document, RenderFault):
            message = f"The words of a release note cannot be rendered: {document.message}"
            findings.append(Finding("", None, "rendering", Severity.ERROR, message, document.remedy))
            document = Document("", ())
        documents[part] = document
    finished: dict[tuple[str, str, str], RenderedWords] = {}
    for policy in catalogue.policies:
        for version in policy.versions:
            for locale in settings.languages:
                key = (policy.id, version.label, locale)
                said = written.get(key) or written.get((policy.id, version.label, policy.authoritative_locale))
                if said is not None:
                    finished[key] = _rendered(said, locale, documents)
    before = {words: _rendered(words, words.locale, documents) for words in earlier}
    return MappingProxyType(finished), MappingProxyType(before), findings


def _written_words(catalogue: Catalogue) -> tuple[dict[tuple[str, str, str], Words], dict[Words, None]]:
    written: dict[tuple[str, str, str], Words] = {}
    earlier: dict[Words, None] = {}
    for policy in catalogue.policies:
        for version in policy.versions:
            for locale, words in (version.note.words if version.note else {}).items():
                written[policy.id, version.label, locale] = words
            for state in version.earlier:
                earlier.update(dict.fromkeys(state.note.words.values() if state.note else ()))
    return written, earlier


def _rendered(words: Words, locale: str, documents: Mapping[str, Document]) -> RenderedWords:
    summary, impact, choices = documents[words.summary], documents[words.impact], documents[words.choices]
    return RenderedWords(
        locale=locale,
        language=words.locale,
        summary_html=summary.html,
        summary_text=text(summary),
        impact_html=impact.html,
        impact_text=text(impact),
        choices_html=choices.html,
        choices_text=text(choices),
    )


# --- what changed ----------------------------------------------------------------------------------------------------


def section_changes(policy: Policy, version: Version, documents: Mapping[str, Document]) -> tuple[SectionChange, ...]:
    """Return how the sections of a version differ from those of the version before, in the authoritative language."""
    if version.previous is None:
        return ()
    old = policy.version(version.previous).editions.get(policy.authoritative_locale)
    new = version.editions.get(policy.authoritative_locale)
    if old is None or new is None:
        return ()
    return redlines.section_changes(redlines.compare(documents[old.digest], documents[new.digest]))
