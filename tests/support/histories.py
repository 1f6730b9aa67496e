"""Policies and what happens to them, built in sentences: for the tests of events and of the forms they leave in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from policy_site.events.derivation import derive_events
from policy_site.events.entries import Entry, compose_entries
from policy_site.formats import Feed, FeedPhrases, Scope, compose_feed
from policy_site.model import (
    Change,
    Edition,
    Event,
    Policy,
    ReleaseNote,
    RenderedWords,
    Revision,
    SectionChange,
    SectionChangeKind,
    Significance,
    Version,
    Words,
)

START = datetime(2024, 1, 1, tzinfo=UTC)
END = START + timedelta(days=1000)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def edition(policy: str, label: str, locale: str, *committed: float, title: str = "Privacy") -> Edition:
    revisions = tuple(
        Revision(
            path=f"{policy}/{locale}.md",
            text=f"---\ntitle: {title} {number}\nversion: {label}\n---\n{locale} {label} {number}\n",
            digest=hashlib.sha256(f"{policy} {label} {locale} {number}".encode()).hexdigest(),
            commit=f"{number:040x}",
            committed_at=day(when),
        )
        for number, when in enumerate(committed)
    )
    return Edition(
        policy=policy,
        version=label,
        locale=locale,
        title=f"{title} {len(committed) - 1}",
        body=f"{locale} {label} {len(committed) - 1}\n",
        revision=revisions[-1],
        earlier=revisions[:-1],
        published_at=day(committed[0]),
        revised_at=tuple(day(when) for when in committed[1:]),
    )


def note_of(label: str, effective: float, **facts: object) -> ReleaseNote:
    note = ReleaseNote(
        path=f"privacy/releases/{label}.md",
        version=label,
        published=None,
        effective=day(effective).date(),
        changes=(Change("retention", ("keep",)),),
        significance=Significance.SIGNIFICANT,
        words=MappingProxyType({"en": Words("en", "More.")}),
    )
    return replace(note, **facts)  # type: ignore[arg-type]  # the facts are those of a release note


def version_of(
    label: str,
    *,
    published: float,
    effective: float,
    policy: str = "privacy",
    translations: Mapping[str, tuple[float, ...]] | None = None,
    **facts: object,
) -> Version:
    editions = {"en": edition(policy, label, "en", published)}
    editions |= {
        locale: edition(policy, label, locale, *committed) for locale, committed in (translations or {}).items()
    }
    version = Version(
        policy=policy,
        label=label,
        published_at=day(published),
        published_date=day(published).date(),
        effective_at=day(effective),
        effective_date=day(effective).date(),
        significance=Significance.SIGNIFICANT,
        is_significance_declared=True,
        editions=MappingProxyType(editions),
        note=note_of(label, effective),
    )
    return replace(version, **facts)  # type: ignore[arg-type]  # the facts are those of a version


def policy_of(*versions: Version, policy: str = "privacy") -> Policy:
    """Order versions by effective date and link each to the one before, as the catalogue does."""
    ordered = sorted(versions, key=lambda version: (version.effective_at, version.published_at, version.label))
    linked: list[Version] = []
    for version in ordered:
        linked.append(replace(version, previous=linked[-1].label if linked else None))
    return Policy(policy, "en", tuple(linked))


def compared(_policy: Policy, version: Version, _settled: str) -> tuple[SectionChange, ...]:
    return (SectionChange(f"{version.previous}-{version.label}", "Keep", SectionChangeKind.MODIFIED),)


def derive(*policies: Policy, as_of: datetime = END, published: Sequence[Event] = ()) -> tuple[Event, ...]:
    return derive_events(
        policies, as_of=as_of, section_changes=compared, tag="tag:example.org,2026:", published=published
    )


@dataclass(frozen=True)
class SampleLinks:
    """The addresses of design.md below one base."""

    base: str = "https://example.org/legal/"

    def home(self, locale: str) -> str:
        return f"{self.base}{locale}/"

    def policy(self, locale: str, policy: str) -> str:
        return f"{self.base}{locale}/{policy}/"

    def history(self, locale: str, policy: str) -> str:
        return f"{self.base}{locale}/{policy}/history/"

    def version(self, locale: str, policy: str, version: str) -> str:
        return f"{self.base}{locale}/{policy}/v/{version}/"

    def version_file(self, locale: str, policy: str, version: str, name: str) -> str:
        return f"{self.version(locale, policy, version)}{name}"

    def changes(self, locale: str, policy: str, version: str) -> str:
        return f"{self.version(locale, policy, version)}changes/"

    def compare(self, locale: str, policy: str, older: str, newer: str) -> str:
        return f"{self.base}{locale}/{policy}/compare/{older}/{newer}/"

    def feed(self, locale: str, policy: str | None, name: str) -> str:
        return f"{self.policy(locale, policy)}{name}" if policy else f"{self.home(locale)}{name}"

    def feed_archive(self, locale: str, policy: str | None, name: str, number: int) -> str:
        scope, _, form = name.partition(".")
        folder = self.policy(locale, policy) if policy else self.home(locale)
        return f"{folder}{scope}/archive-{number:05}.{form}"

    def change_feed(self) -> str:
        return f"{self.base}changes/v1/feed.json"

    def event(self, seq: int) -> str:
        return f"{self.base}changes/v1/events/{seq:06}.json"

    def archive(self, number: int) -> str:
        return f"{self.base}changes/v1/archive-{number:05}.json"

    def current(self) -> str:
        return f"{self.base}current.json"

    def schema(self) -> str:
        return f"{self.base}schemas/change-feed/1.0.json"


LINKS = SampleLinks()
LOCALES = ("en", "de", "tr")
PHRASES = FeedPhrases(no_summary="Nobody said what changed.", impact="What it means", choices="Your choices")


def words_of(*policies: Policy, locales: Sequence[str] = LOCALES) -> dict[tuple[str, str, str], RenderedWords]:
    """Render the words of each note as the publication does: what is missing falls back."""
    rendered: dict[tuple[str, str, str], RenderedWords] = {}
    for policy in policies:
        for version in policy.versions:
            for locale in locales if version.note else ():
                written = version.note.words if version.note else {}
                words = written.get(locale) or written["en"]
                rendered[policy.id, version.label, locale] = RenderedWords(
                    locale=locale,
                    language=words.locale,
                    summary_html=f"<p>{words.summary}</p>" if words.summary else "",
                    summary_text=words.summary,
                    impact_html=f"<p>{words.impact}</p>" if words.impact else "",
                    impact_text=words.impact,
                    choices_html=f"<p>{words.choices}</p>" if words.choices else "",
                    choices_text=words.choices,
                )
    return rendered


def entries_of(*policies: Policy, as_of: datetime = END) -> tuple[Entry, ...]:
    return compose_entries(derive(*policies, as_of=as_of), policies, words_of(*policies))


def feed_of(
    entries: Sequence[Entry],
    *,
    locale: str = "en",
    policy: str | None = "privacy",
    scope: Scope = Scope.CHANGES,
    title: str = "Privacy policy",
    archive: int | None = None,
) -> Feed:
    return compose_feed(
        entries,
        locale=locale,
        locales=LOCALES,
        policy=policy,
        scope=scope,
        title=lambda newest: newest.title_in(locale) if newest else title,
        publisher="Example",
        tag="tag:example.org,2026:",
        phrases=PHRASES,
        headline=lambda entry: f"{entry.title_in(locale)}: {entry.event.kind.name.lower()}",
        archive=archive,
        lead=lambda entry: f"Applies from {entry.version.effective_date.isoformat()}.",
    )
