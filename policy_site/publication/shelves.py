"""History sorted by what its paths stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from policy_site.catalogue import Shelf, Tag
from policy_site.history import History
from policy_site.model import Finding, Revision, Severity
from policy_site.settings import PolicySettings, Settings
from policy_site.sources import Place, Places, Role


def gather_shelves(history: History, settings: Settings) -> tuple[tuple[Shelf, ...], tuple[Finding, ...]]:
    """Sort revisions by what their paths stand for, each shelf in commit order."""
    places = Places(settings)
    findings: list[Finding] = []
    sorted_revisions: dict[Place, list[Revision]] = {}
    living: dict[Place, str] = {}
    for identity, revision in _substituted(history, settings):
        at = revision.committed_at
        place = _unranked(places.at(revision.path, at) or places.at(identity, at))
        if place is not None:
            sorted_revisions.setdefault(place, []).append(revision)
    for path in sorted(history.files):
        place = places.at(path, history.committed_at)
        if place is None:
            continue
        first = living.setdefault(_unranked(place) or place, path)
        if first != path:
            findings.append(_two_files(path, first, place))
            _leave_out(history, sorted_revisions[_unranked(place) or place], path, first, places)
    tags = tuple(Tag(tag.name, tag.committed_at, tag.place) for tag in history.tags)
    shelves = (
        replace(
            _shelf(policy, sorted_revisions, living),
            tags=tags,
            places=history.places,
            gone_at=_gone(policy, history, places),
        )
        for policy in settings.policies
    )
    return tuple(shelves), tuple(findings)


def _gone(policy: PolicySettings, history: History, places: Places) -> Mapping[str, datetime]:
    """Return when the last file of a policy's text was deleted or moved away, by locale."""
    found: dict[str, datetime] = {}
    for path, at in history.gone.items():
        place = places.at(path, at)
        if place and place.role is Role.TEXT and place.policy == policy.id:
            found[place.locale] = max(at, found.get(place.locale, at))
    return found


def _substituted(history: History, settings: Settings) -> Iterator[tuple[str, Revision]]:
    """Yield the revisions with what the operator says stands for the placeholders of a site generator."""
    names = settings.content.substitutions
    if not names:
        yield from history.sequence
        return
    known = "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
    pattern = re.compile(
        rf"\{{\{{-?[ \t]*({known})[ \t]*-?\}}\}}|\{{%-?[ \t]*({known})[ \t]*-?%\}}"
        rf"|\{{\{{<[ \t]*({known})[ \t]*>\}}\}}|\{{\{{%[ \t]*({known})[ \t]*%\}}\}}"
    )
    for identity, revision in history.sequence:
        text = pattern.sub(lambda found: names[next(filter(None, found.groups()))], revision.text)
        yield identity, revision if text == revision.text else replace(revision, text=text)


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


def _shelf(policy: PolicySettings, revisions: Mapping[Place, Sequence[Revision]], living: Mapping[Place, str]) -> Shelf:
    texts: dict[str, tuple[Revision, ...]] = {}
    announced: dict[str, tuple[Revision, ...]] = {}
    version_texts: dict[tuple[str, str], tuple[Revision, ...]] = {}
    archive: dict[tuple[str, str], Revision] = {}
    archive_before: dict[tuple[str, str], Revision] = {}
    notes: dict[str, tuple[Revision, ...]] = {}
    note_words: dict[tuple[str, str], tuple[Revision, ...]] = {}
    gone_notes: dict[str, tuple[Revision, ...]] = {}
    for place, seen in revisions.items():
        if place.policy != policy.id:
            continue
        title = policy.titles.get(place.locale, "")
        found = [replace(revision, title=title) for revision in seen] if title else seen
        if place.role is Role.TEXT:
            texts[place.locale] = tuple(found)
        elif place.role is Role.ANNOUNCED:
            announced[place.locale] = tuple(found)
        elif place.role is Role.VERSION_TEXT:
            version_texts[place.version, place.locale] = tuple(found)
        elif place not in living:
            if place.role is Role.NOTE:
                gone_notes[place.version] = tuple(found)
        elif place.role is Role.ARCHIVE:
            archive[place.version, place.locale] = replace(found[-1], commit=None, committed_at=None)
            archive_before[place.version, place.locale] = found[0]
        elif place.role is Role.NOTE:
            notes[place.version] = tuple(found)
        else:
            note_words[place.version, place.locale] = tuple(found)
    return Shelf(
        policy=policy.id,
        texts=MappingProxyType(texts),
        missing_at_tip=frozenset(locale for locale in texts if Place(Role.TEXT, policy.id, locale) not in living),
        announced=MappingProxyType(announced),
        announced_at_tip=frozenset(
            locale for locale in announced if Place(Role.ANNOUNCED, policy.id, locale) in living
        ),
        version_texts=MappingProxyType(version_texts),
        version_texts_at_tip=frozenset(
            key for key in version_texts if Place(Role.VERSION_TEXT, policy.id, key[1], key[0]) in living
        ),
        archive=MappingProxyType(archive),
        archive_before=MappingProxyType(archive_before),
        notes=MappingProxyType(notes),
        note_words=MappingProxyType(note_words),
        gone_notes=MappingProxyType(gone_notes),
    )
