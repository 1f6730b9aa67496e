"""Revisions and release notes become policies and versions. Pure: the as-of instant is an argument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import import_module
from types import MappingProxyType
from typing import Protocol, cast

from policy_site.catalogue.grouping import Grouped, Question, Shelf, Tag, Told, Wording, start_of
from policy_site.catalogue.retirement import find_retirement
from policy_site.catalogue.standing import (
    applied_until,
    current_edition,
    earlier_revisions,
    edition_at,
    edition_for,
    next_transition,
    standing,
    upcoming,
    version_in_force,
)
from policy_site.catalogue.succession import predecessor, settled
from policy_site.catalogue.unreadable import find_unreadable
from policy_site.groupings import Grouping
from policy_site.model import Finding, Policy, Version
from policy_site.settings import PolicySettings, Settings

__all__ = [
    "Catalogue",
    "Grouped",
    "Question",
    "Shelf",
    "Tag",
    "Told",
    "Way",
    "Wording",
    "applied_until",
    "compile_catalogue",
    "current_edition",
    "earlier_revisions",
    "edition_at",
    "edition_for",
    "load_way",
    "next_transition",
    "predecessor",
    "settled",
    "standing",
    "upcoming",
    "version_in_force",
]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every policy with its versions as known at one instant."""

    policies: tuple[Policy, ...]
    findings: tuple[Finding, ...]
    next_transition: datetime | None


class Way(Protocol):
    """A file that groups revisions into versions."""

    def group(self, shelf: Shelf, question: Question) -> Grouped:
        """Return the versions of one policy that are known at the instant of the question."""


def load_way(grouping: Grouping) -> Way:
    """Import the file of a way of grouping."""
    return cast("Way", import_module(f"policy_site.catalogue.{grouping.name}"))


def compile_catalogue(
    shelves: Sequence[Shelf],
    *,
    settings: Settings,
    as_of: datetime,
    wording: Wording,
    form: Wording | None = None,
    month_names: Mapping[str, int],
    is_complete: bool,
    with_drafts: bool = False,
    told: Told | None = None,
) -> Catalogue:
    """Group what the history holds into policies and versions, as known at ``as_of``.

    ``wording`` names the visible words of a text, ``form`` the words with their
    structure (by default the words alone). ``is_complete`` is False where the history is shallow or absent.
    """
    policies: list[Policy] = []
    findings: list[Finding] = []
    announcements: list[datetime] = []
    question = Question(
        settings=settings,
        as_of=as_of,
        wording=wording,
        form=form or wording,
        month_names=month_names,
        is_complete=is_complete,
        with_drafts=with_drafts,
        told=told or Told(),
    )
    for shelf in shelves:
        own = settings.of(shelf.policy)
        asked = replace(question, settings=own)
        grouped = load_way(own.versions.grouping).group(shelf, asked)
        title = settings.policy(shelf.policy).fallback_title(own.authoritative_locale)
        versions = tuple(_titled(version, title) for version in grouped.versions)
        retired_at, told_of_it = find_retirement(shelf, settings.policy(shelf.policy), asked)
        known, later = _decided(settings.policy(shelf.policy), retired_at, own, as_of)
        policies.append(replace(known, versions=versions))
        announcements += later
        findings += [*grouped.findings, *told_of_it, *find_unreadable(shelf, asked)]
        announcements += grouped.announcements
    return Catalogue(
        policies=tuple(policies),
        findings=tuple(findings),
        next_transition=next_transition(policies, as_of, known=announcements),
    )


def _decided(
    stated: PolicySettings, retired_at: datetime | None, settings: Settings, as_of: datetime
) -> tuple[Policy, list[datetime]]:
    """Return what the operator decided about a policy by ``as_of``, and when more is to be told."""
    reviewed = {start_of(day, settings.zone): day for day in sorted(stated.reviewed)}
    policy = Policy(
        stated.id,
        settings.authoritative_locale,
        (),
        reviewed=MappingProxyType({at: day for at, day in reviewed.items() if at <= as_of}),
        retired_at=retired_at if retired_at and retired_at <= as_of else None,
    )
    return policy, [at for at in (*reviewed, retired_at) if at and at > as_of]


def _titled(version: Version, title: str) -> Version:
    """Give editions whose text has no title the one of ``site.toml``, or the policy's id."""
    if all(edition.title for edition in version.editions.values()):
        return version
    titled = {
        locale: edition if edition.title else replace(edition, title=title)
        for locale, edition in version.editions.items()
    }
    return replace(version, editions=MappingProxyType(titled))
