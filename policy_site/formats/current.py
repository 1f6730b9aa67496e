"""``current.json``: what is in force, for products that embed a notice or ask for consent.

The rule for asking again is ``accepted.seq < consent_seq``. Both count the events with which versions took effect, so
the order is that in which they applied, and whoever skipped the version that needed consent is still asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from policy_site.catalogue import current_edition, edition_for, upcoming, version_in_force
from policy_site.catalogue.succession import languages_of
from policy_site.characters import instant_text, json_bytes
from policy_site.events.chain import ChangeFeed, consent_record, edition_record, significance_name
from policy_site.events.entries import compared_with
from policy_site.events.records import EditionRecord
from policy_site.formats.schema import CurrentPolicyRecord, CurrentRecord, CurrentVersionRecord
from policy_site.formats.values import Links
from policy_site.model import EventKind, Policy, RenderedWords, Version


def write_current(
    feed: ChangeFeed,
    *,
    policies: Sequence[Policy],
    words: Mapping[tuple[str, str, str], RenderedWords],
    locales: Sequence[str],
    as_of: datetime,
    links: Links,
) -> bytes:
    """Write what is in force at ``as_of``, in every language of the site.

    ``words``: by policy, version and language.
    """
    seqs = _acceptance_seqs(feed)

    def version_record(policy: Policy, version: Version) -> CurrentVersionRecord:
        return CurrentVersionRecord(
            version=version.label,
            significance=significance_name(version),
            published_at=instant_text(version.published_at),
            effective_at=instant_text(version.effective_at),
            effective_date=version.effective_date.isoformat(),
            consent=consent_record(version),
            editions={locale: _edition(policy, version, locale, words, links) for locale in locales},
        )

    def policy_record(policy: Policy) -> CurrentPolicyRecord:
        in_force = version_in_force(policy, as_of)
        return CurrentPolicyRecord(
            seq=seqs.get((policy.id, in_force.label)) if in_force else None,
            consent_seq=_consent_seq(policy, seqs, as_of),
            authoritative_language=policy.authoritative_locale,
            urls={locale: links.policy(locale, policy.id) for locale in locales},
            in_force=version_record(policy, in_force) if in_force else None,
            upcoming=[version_record(policy, version) for version in upcoming(policy, as_of)],
            reviewed_at=instant_text(max(policy.reviewed)) if policy.reviewed else None,
            retired_at=instant_text(policy.retired_at) if policy.retired_at else None,
        )

    record = CurrentRecord(
        schema_url=links.schema(),
        feed_url=links.change_feed(),
        head=feed.head,
        time_zone=feed.time_zone,
        policies={policy.id: policy_record(policy) for policy in sorted(policies, key=lambda policy: policy.id)},
    )
    return json_bytes(record.model_dump(mode="json"))


def _acceptance_seqs(feed: ChangeFeed) -> dict[tuple[str, str], int]:
    """Return the number under which each version is accepted, by policy and version.

    A version that came into force otherwise than by its date, since a later one was withdrawn, has no event of taking
    effect: its publication stands for it.
    """
    seqs: dict[tuple[str, str], int] = {}
    for kind in (EventKind.PUBLISHED, EventKind.EFFECTIVE):
        for entry in feed.entries:
            if entry.event.kind is kind:
                seqs[entry.event.policy, entry.event.version] = entry.event.seq
    return seqs


def _consent_seq(policy: Policy, seqs: Mapping[tuple[str, str], int], as_of: datetime) -> int | None:
    asking = (
        version
        for version in policy.versions
        if consent_record(version).required
        and version.effective_at <= as_of
        and not (version.withdrawn_at and version.withdrawn_at <= as_of)
    )
    return max((seqs[policy.id, version.label] for version in asking), default=None)


def _edition(
    policy: Policy,
    version: Version,
    locale: str,
    words: Mapping[tuple[str, str, str], RenderedWords],
    links: Links,
) -> EditionRecord:
    shown, _ = edition_for(policy, version, locale)
    known, fidelity = current_edition(policy, version, locale)
    older = compared_with(policy, version)
    before = policy.version(older) if older else None
    authoritative = policy.authoritative_locale
    return edition_record(
        version,
        words.get((policy.id, version.label, locale)) or RenderedWords(locale, policy.authoritative_locale),
        title=known.title if known else "",
        digest=shown.digest if shown else None,
        fidelity=fidelity,
        page_language=locale if locale in languages_of(version) else authoritative,
        compared_with=older,
        redline_language=locale
        if before and locale in before.editions and locale in version.editions
        else authoritative,
        links=links,
    )
