"""Questions that a finished policy answers at an instant. The instant is always an argument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from policy_site.model import Edition, Fidelity, Policy, Revision, Standing, Version
from policy_site.sources import parse_text


def version_in_force(policy: Policy, at: datetime) -> Version | None:
    """Return the version that applies at ``at``: the latest effective one that was not withdrawn by then.

    ``None`` before a policy's first effective date.
    """
    applying = [version for version in policy.versions if version.effective_at <= at and not _is_withdrawn(version, at)]
    return applying[-1] if applying else None


def upcoming(policy: Policy, at: datetime) -> tuple[Version, ...]:
    """Return the versions that are published and take effect after ``at``, the next one first."""
    return tuple(
        version
        for version in policy.versions
        if version.published_at <= at < version.effective_at and not _is_withdrawn(version, at)
    )


def standing(policy: Policy, version: Version, at: datetime) -> Standing:
    """Say where a version stands at ``at``."""
    if _is_withdrawn(version, at):
        return Standing.WITHDRAWN
    if at < version.effective_at:
        return Standing.UPCOMING
    in_force = version_in_force(policy, at)
    return Standing.IN_FORCE if in_force and in_force.label == version.label else Standing.SUPERSEDED


def applied_until(policy: Policy, version: Version, at: datetime) -> datetime | None:
    """Return the instant at which a version that was in force ceased to be, as known at ``at``.

    ``None`` while it is in force or lies ahead; for a withdrawn version the instant of its withdrawal.
    """
    ends = [
        later.effective_at
        for later in policy.versions
        if later.effective_at > version.effective_at and not _is_withdrawn(later, at)
    ]
    if version.withdrawn_at and version.withdrawn_at <= at:
        ends.append(version.withdrawn_at)
    end = min(ends, default=None)
    return end if end and end <= at else None


def edition_for(policy: Policy, version: Version, locale: str) -> tuple[Edition | None, Fidelity]:
    """Return what the permanent page of ``version`` shows in ``locale``, and how it stands to the authoritative text.

    Where the version was never translated into ``locale`` the authoritative edition is returned as ``MISSING``; no
    edition at all where an incomplete history does not hold the text.
    """
    own = version.editions.get(locale)
    if own is not None:
        return own, Fidelity.AUTHORITATIVE if locale == policy.authoritative_locale else Fidelity.FAITHFUL
    return version.editions.get(policy.authoritative_locale), Fidelity.MISSING


def current_edition(policy: Policy, version: Version, locale: str) -> tuple[Edition | None, Fidelity]:
    """Return what a page about ``version`` as the present text shows in ``locale``.

    A translation of the version itself, or the newest one of a version before it (``BEHIND``), or the authoritative
    text (``MISSING``).
    """
    edition, fidelity = edition_for(policy, version, locale)
    if fidelity is not Fidelity.MISSING or locale == policy.authoritative_locale:
        return edition, fidelity
    for earlier in reversed(policy.versions[: policy.versions.index(version)]):
        if locale in earlier.editions:
            return earlier.editions[locale], Fidelity.BEHIND
    return edition, fidelity


def earlier_revisions(policy: Policy, edition: Edition) -> tuple[Revision, ...]:
    """Return the texts that readers of a translation got before its present one, oldest first, each once.

    The text in the authoritative language never changes, unless the operator takes other words under one date for
    revisions of one version. What was revised before readers first got a translation was a draft.
    """
    is_authoritative = edition.locale == policy.authoritative_locale
    if is_authoritative and not edition.revised_at:
        return ()
    found: dict[str, Revision] = {}
    revisions = (*edition.earlier, edition.revision)
    for place, revision in enumerate(edition.earlier):
        replaced_at = revisions[place + 1].committed_at
        is_draft = replaced_at is None or (
            not is_authoritative and edition.published_at is not None and replaced_at <= edition.published_at
        )
        if not is_draft and revision.digest != edition.digest:
            found[revision.digest] = revision
    return tuple(found.values())


def edition_at(edition: Edition, revision: Revision) -> Edition:
    """Return an edition as it was when ``revision``, one of its earlier ones, was its newest."""
    text = parse_text(revision, is_strict=False)
    earlier = edition.earlier[: edition.earlier.index(revision)]
    return replace(edition, title=text.title or edition.title, body=text.body, revision=revision, earlier=earlier)


def next_transition(policies: Sequence[Policy], at: datetime, *, known: Sequence[datetime] = ()) -> datetime | None:
    """Return the next instant after ``at`` at which a page must say something else.

    ``known`` holds instants of versions that are announced later than ``at``: they are not in ``policies``, since
    publication is disclosure.
    """
    instants = [instant for instant in known if instant > at]
    for policy in policies:
        for version in policy.versions:
            instants += [
                instant
                for instant in (version.published_at, version.effective_at, version.withdrawn_at)
                if instant and instant > at
            ]
    return min(instants, default=None)


def _is_withdrawn(version: Version, at: datetime) -> bool:
    return version.withdrawn_at is not None and version.withdrawn_at <= at
