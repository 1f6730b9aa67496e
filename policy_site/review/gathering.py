"""Reads what there is to compare: the publication without and with what a branch brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from policy_site.documents import RenderFault, Source, render_documents, wording
from policy_site.history import FileChange, History, Merge
from policy_site.model import Document, Event, Revision
from policy_site.publication import Publication, Workshop, compile_publication
from policy_site.review.known_texts import KnownText, find_known_texts
from policy_site.settings import Settings
from policy_site.sources import Places, Role, parse_text

_MOST_TRANSITIONS = 60
"""Announcements and effective days that are looked at: more than any policy has ahead of it."""


@dataclass(frozen=True, slots=True)
class ChangedText:
    """A text that changes, both sides rendered."""

    change: FileChange
    policy: str
    language: str
    old: Document | None
    new: Document | None
    is_form_only: bool
    known: KnownText | None = None
    """Where the new text was to be read before."""


@dataclass(frozen=True, slots=True)
class Side:
    """The site as it would be with one of the two histories."""

    now: Publication
    later: tuple[Publication, ...]
    """At each instant from now on at which it says something else, as far as is known; the last of them has it all."""

    @property
    def end(self) -> Publication:
        """When everything that is known has come about."""
        return self.later[-1] if self.later else self.now

    @property
    def all(self) -> tuple[Publication, ...]:
        """Each of them, by instant."""
        return (self.now, *self.later)


@dataclass(frozen=True, slots=True)
class Sides:
    """What a review compares."""

    merge: Merge
    texts: tuple[ChangedText, ...]
    notes: Mapping[str, tuple[str, ...]]
    """Paths of release notes that change, by policy."""
    settings: tuple[Settings, Settings]
    """Before and after."""
    before: Side | None
    after: Side | None
    """``None`` for both where nothing that readers get could differ."""


def gather(
    merge: Merge,
    settings: tuple[Settings, Settings],
    *,
    as_of: datetime,
    workshop: Workshop,
    published: Sequence[Event] = (),
) -> Sides:
    """Read both sides of a merge, of the policies that it touches alone.

    ``settings``: before and after. ``published``: the events of the change feed that is continued.
    """
    places = Places(settings[1])
    texts = tuple(_changed_texts(merge, places, settings[1], workshop))
    notes: dict[str, list[str]] = {}
    for change in merge.changes:
        place = places.of(change.path)
        if place and place.role in (Role.NOTE, Role.NOTE_WORDS):
            notes.setdefault(place.policy, []).append(change.path)
    told = MappingProxyType({policy: tuple(paths) for policy, paths in notes.items()})
    touched = {text.policy for text in texts if not text.is_form_only} | set(notes)
    if settings[0] != settings[1]:
        touched = {policy.id for policy in (*settings[0].policies, *settings[1].policies)}
    if not touched:
        return Sides(merge, texts, told, settings, None, None)
    narrowed = [_narrowed(side, touched) for side in settings]
    wanted = [Places(side) for side in narrowed if side is not None]
    histories = merge.read(wanted=lambda path: any(places.of(path) for places in wanted), at=as_of)
    sides = [
        _side(history, side, as_of=as_of, workshop=workshop, published=published) if side else None
        for history, side in zip(histories, narrowed, strict=True)
    ]
    return Sides(merge, texts, told, settings, sides[0], sides[1])


def _narrowed(settings: Settings, touched: set[str]) -> Settings | None:
    policies = tuple(policy for policy in settings.policies if policy.id in touched)
    return settings.model_copy(update={"policies": policies}) if policies else None


def _side(
    history: History, settings: Settings, *, as_of: datetime, workshop: Workshop, published: Sequence[Event]
) -> Side:
    def compiled(at: datetime) -> Publication:
        return compile_publication(settings, history, as_of=at, workshop=workshop, published=published)

    now = compiled(as_of)
    later: list[Publication] = []
    at = now.next_transition
    while at is not None and len(later) < _MOST_TRANSITIONS:
        later.append(compiled(at))
        at = later[-1].next_transition
    return Side(now, tuple(later))


def _changed_texts(merge: Merge, places: Places, settings: Settings, workshop: Workshop) -> list[ChangedText]:
    is_strict = settings.is_ours
    found = []
    for change in merge.changes:
        place = places.of(change.path)
        if place is not None and place.role in (Role.TEXT, Role.ARCHIVE):
            found.append((change, place))
    revisions = [revision for change, _ in found for revision in (change.before, change.after) if revision]
    sources = {}
    for revision in revisions:
        text = parse_text(revision, is_strict=is_strict)
        sources[revision.digest] = Source(revision.digest, text.body, text.title)
    rendered = render_documents(
        list(sources.values()),
        extensions=settings.content.markdown_extensions,
        cache=workshop.cache,
        jobs=workshop.jobs,
        given_up=workshop.given_up,
        progress=workshop.step("Reading what changed", 0, len(sources)),
    )

    def document(revision: Revision | None) -> Document | None:
        made = rendered[revision.digest] if revision else None
        return None if isinstance(made, RenderFault) else made

    known = find_known_texts(merge, places, locale=settings.authoritative_locale)
    return [
        ChangedText(
            change=change,
            policy=place.policy,
            language=place.locale or settings.authoritative_locale_of(place.policy),
            old=document(change.before),
            new=document(change.after),
            is_form_only=_is_form_only(change, document(change.before), document(change.after), is_strict=is_strict),
            known=known.get(change.path),
        )
        for change, place in found
    ]


def _is_form_only(change: FileChange, old: Document | None, new: Document | None, *, is_strict: bool) -> bool:
    """Say whether a file says the same in another form: no word, link or structure differs, and no fact."""
    if old is None or new is None or change.before is None or change.after is None:
        return False
    before, after = (parse_text(revision, is_strict=is_strict) for revision in (change.before, change.after))
    is_same_fact = (before.title, before.version, dict(before.front_matter)) == (
        after.title,
        after.version,
        dict(after.front_matter),
    )
    return is_same_fact and wording(old) == wording(new) and old.html == new.html
