"""Continuing what is published already: where that is, and what a build may not do to it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from policy_site.console.renaming import renamed_since_published
from policy_site.errors import ContentError, PublishingError, UsageError
from policy_site.events.audit import feed_faults
from policy_site.events.chain import ChangeFeed
from policy_site.events.continuation import Continuation, Departure, Ground, compare_feeds
from policy_site.events.entries import Entry
from policy_site.events.published import PublishedFeed, read_published_feed
from policy_site.model import Finding, Severity
from policy_site.pages import PageKind, plan_pages, plan_with_moved, quote_address
from policy_site.publication import Publication
from policy_site.publishing.manifest import MANIFEST_NAME, is_own_manifest
from policy_site.remote import PublishedSite, open_site
from policy_site.web import Syndication, render_files

RULE = "published-ledger"
"""What these findings are filtered by; the word is older than the one that is said today."""
_MOST = 20
"""Events that are told of one by one."""
_ARCHIVES = frozenset({PageKind.ARCHIVE, PageKind.FEED_ARCHIVE, PageKind.SITE_FEED_ARCHIVE})
_GROUNDS: Mapping[Ground, str] = MappingProxyType(
    {
        Ground.MOVED: "the base URL is another one now",
        Ground.FORM: "their words have another form now",
        Ground.REWORDED: "words changed later under the same date or label",
        Ground.LED: "pages that they link to stand in another language now, and lead on",
        Ground.COMPARED: "what a version is compared with is decided by another rule now",
        Ground.REQUESTED: "--keep-published asks for it",
    }
)
_REASONS: tuple[tuple[str, str], ...] = (
    ("editions.", "The words or texts in git are others than were published: history was rewritten, or a file in"),
    ("source.", "The commit is another one: history was rewritten."),
    ("effective_", "The time zone of site.toml changed, or history was rewritten."),
    ("time_zone", "The time zone of site.toml changed."),
    ("significance", "versions.significance of site.toml changed, or history was rewritten."),
)


@dataclass(frozen=True, slots=True)
class Previous:
    """The published site that a build continues."""

    site: PublishedSite
    feed: PublishedFeed
    keep_published: bool

    def require_not_before(self, as_of: datetime) -> None:
        """Refuse to take back what is published: :class:`UsageError` where ``as_of`` lies before it."""
        later = [event for event in self.feed.events if event.occurred_at > as_of]
        if later:
            raise UsageError(
                f"{len(later)} events published at {self.feed.place}, the first being event {later[0].seq}, lie after"
                f" {as_of.isoformat()}, the instant of this build, which would take them back.",
                remedy="Leave --as-of away and look at the clock; an older state is shown by building into another"
                " folder without --previous.",
            )

    def refusals(self, publication: Publication) -> tuple[Finding, ...]:
        """Say what publishing would change of what is published about the policies that are read."""
        feed = Syndication(publication).change_feed
        policies = {policy.id for policy in publication.settings.policies}
        records = [record for record in self.feed.records if record["policy"] in policies]
        refused = self._compare(publication, feed, records).refused
        return tuple(_refusals(refused, feed, publication, records)) if refused else ()

    def _compare(
        self, publication: Publication, feed: ChangeFeed, records: Sequence[Mapping[str, Any]]
    ) -> Continuation:
        return compare_feeds(
            records,
            feed,
            bases=(self.feed.base_url, publication.settings.base_url),
            may_be_reworded=not publication.settings.is_ours,
            never_reworded=frozenset(
                policy.id
                for policy in publication.settings.policies
                if publication.settings.grouping_of(policy.id).is_ours
            ),
            is_requested=self.keep_published,
        )

    def carry_over(self, publication: Publication) -> tuple[Publication, tuple[Finding, ...]]:
        """Return the publication with everything published kept as it is, and notes on what would differ today.

        Raises :class:`ContentError` where the content would rewrite what is published.
        """
        feed = Syndication(publication).change_feed
        continuation = self._compare(publication, feed, self.feed.records)
        if continuation.refused:
            findings = tuple(_refusals(continuation.refused, feed, publication, self.feed.records))
            count = len(continuation.refused)
            raise ContentError(
                f"{'One event' if count == 1 else f'{count} events'} published at {self.feed.place} would change.",
                remedy="Nothing was written. Where a new change feed is meant, build into another folder.",
                findings=findings,
            )
        notes = (*_notes(continuation.departures), *_late(feed, len(self.feed.records)))
        publication = replace(publication, kept_records=continuation.kept)
        publication = plan_with_moved(publication, self._published_files())
        return replace(publication, kept_files=self._kept_files(publication)), notes

    def _published_files(self) -> tuple[str, ...]:
        """Return the names of the files that the published site says to consist of."""
        content = self.site.read(MANIFEST_NAME)
        try:
            files = json.loads(content or b"{}")["files"]
            return tuple(name for name in files if isinstance(name, str))
        except (ValueError, TypeError, KeyError, RecursionError):
            return ()

    def _kept_files(self, publication: Publication) -> Mapping[str, bytes]:
        """Return the archive documents that are published and would be written otherwise today: they never change."""
        if self.feed.base_url != publication.settings.base_url:
            return MappingProxyType({})  # they name one another by addresses that are no more
        archives = [page for page in plan_pages(publication) if page.kind in _ARCHIVES]
        kept: dict[str, bytes] = {}
        for page, content in render_files(publication, archives) if archives else ():
            before = self.site.read(quote_address(page.file))
            if before is not None and before != content:
                kept[page.address] = before
        return MappingProxyType(kept)


@contextmanager
def open_previous(arguments: argparse.Namespace) -> Iterator[Previous | None]:
    """Find and read the change feed that is to be continued; ``None`` where there is none."""
    if arguments.first and arguments.previous is None:
        raise UsageError("--first says that nothing is published at --previous yet.", remedy="Name --previous, too.")
    address = arguments.previous
    if address is None:
        if arguments.as_of is not None or not is_own_manifest(Path(arguments.output) / MANIFEST_NAME):
            yield None
            return
        address = str(arguments.output)
    with open_site(address) as site:
        feed = read_published_feed(site)
        if feed is None and arguments.previous is not None and not arguments.first:
            raise UsageError(
                f"There is no change feed at {site.name}.",
                remedy="Correct --previous, or say with --first that nothing was published there yet.",
            )
        if feed is not None and arguments.first:
            raise UsageError(
                f"There is a change feed at {site.name} already, of {len(feed.records)} events.",
                remedy="Leave --first away to continue it.",
            )
        yield Previous(site, feed, arguments.keep_published) if feed else None


@contextmanager
def open_published(address: str) -> Iterator[Previous | None]:
    """Read the change feed of the site at ``address``; ``None`` where none is published there yet."""
    with open_site(address) as site:
        feed = read_published_feed(site)
        yield Previous(site, feed, keep_published=False) if feed else None


def refuse_contradictions(publication: Publication, *, since: int) -> None:
    """Refuse a change feed that does not agree with itself; ``since``: number of the newest event that is published."""
    faults = list(feed_faults(Syndication(publication).change_feed, since=since))
    if faults:
        raise PublishingError(
            f"The change feed contradicts itself in {len(faults)} places. {faults[0]}",
            remedy="This is a defect of policy-site; the site published before is untouched.",
        )


def _refusals(
    departures: tuple[Departure, ...],
    feed: ChangeFeed,
    publication: Publication,
    records: Sequence[Mapping[str, Any]],
) -> Iterator[Finding]:
    entries = {entry.event.id: entry for entry in feed.entries}
    tag = publication.settings.tag
    if not any(departure.id.startswith(tag) for departure in departures):
        message = f"Published event ids do not all begin with {tag}; {departures[0].id}, for example, does not."
        yield _finding("", message, "Restore `authority` and `year` of [feed] in site.toml: they can never change.")
        return
    renamed = renamed_since_published(records, publication)
    for findings in renamed.values():
        yield from findings
    about = {record["id"]: record["policy"] for record in records}
    others = [departure for departure in departures if about.get(departure.id) not in renamed]
    for departure in others[:_MOST]:
        yield _refusal(departure, entries.get(departure.id))
    if len(others) > _MOST:
        message = f"{len(others) - _MOST} more published events would change."
        yield _finding("", message, "Correct these first; the others may follow from them.")


def _refusal(departure: Departure, entry: Entry | None) -> Finding:
    name = f"Event {departure.seq}, {departure.id},"
    if not departure.differences:
        what = "no longer follows from the content" if entry else "is about a version that the content no longer has"
        remedy = (
            "Bring back what it tells of, under the label it had: nothing published is taken back. A version is"
            " postponed by another `effective:` in its note and withdrawn by `withdrawn:`; a policy ends with"
            " `retired`. After a merge on the wrong branch or a shallow clone, get the whole history."
        )
        return _finding(_path(entry), f"{name} is published and {what}.", remedy)
    forbidden = [difference for difference in departure.differences if difference.ground is None]
    told = "; ".join(
        f"{difference.field} is {difference.published} and would be {difference.derived}"
        for difference in forbidden[:4]
    )
    more = f"; {len(forbidden) - 4} more fields" if len(forbidden) > 4 else ""  # noqa: PLR2004 (as many as are told)
    remedy = (
        f"{_reason(forbidden[0].field)} Bring back what was published and tell the change in a new commit, or keep the"
        " published words with --keep-published."
    )
    return _finding(_path(entry), f"{name} is published: {told}{more}.", remedy)


def _reason(field: str) -> str:
    for beginning, reason in _REASONS:
        if field.startswith(beginning):
            return reason if reason.endswith(".") else f"{reason} archive/ or an old note was edited."
    return "History was rewritten, or a setting changed on which old events depend."


def _path(entry: Entry | None) -> str:
    if entry is None:
        return ""
    if entry.version.note:
        return entry.version.note.path
    edition = entry.version.editions.get(entry.policy.authoritative_locale)
    return edition.revision.path if edition else ""


def _finding(path: str, message: str, remedy: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(path=path, line=None, rule=RULE, severity=severity, message=message, remedy=remedy)


def _notes(departures: tuple[Departure, ...]) -> Iterator[Finding]:
    for ground, reason in _GROUNDS.items():
        seqs = [str(departure.seq) for departure in departures if departure.ground is ground]
        if seqs:
            named = f"{', '.join(seqs[:_MOST])}{' …' if len(seqs) > _MOST else ''}"
            message = f"{len(seqs)} events stay as they were published ({named}): {reason}."
            yield _finding("", message, "No action needed.", Severity.NOTE)


def _late(feed: ChangeFeed, published: int) -> Iterator[Finding]:
    """Tell of new events that happened before the head: they come after it all the same, dated with it."""
    head = feed.entries[published - 1].event.occurred_at if published else None
    for entry in feed.entries[published:]:
        event = entry.event
        if event.occurred_at == head and event.kind == "policy.version.published" and entry.version.published_at < head:
            message = (
                f"The version says that it was published on {entry.version.published_date.isoformat()}, before event"
                f" {published}, which is published; it is told as event {event.seq}."
            )
            remedy = "Write the day of the merge into `published:`, or leave it away, where that is not meant."
            yield _finding(_path(entry), message, remedy, Severity.WARNING)
