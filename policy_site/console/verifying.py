"""Verifying a published site: what it says of itself, and what git makes of the same commit and instant."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from policy_site.console.calling import cache_folder
from policy_site.console.origin import Origin
from policy_site.errors import UsageError
from policy_site.events.chain import FEED_ADDRESS
from policy_site.events.continuation import compare_feeds
from policy_site.events.published import PublishedFeed
from policy_site.history import History, Place, find_place, read_file
from policy_site.model import Event, Revision
from policy_site.pages import plan_pages, plan_with_moved
from policy_site.proof.comparing import FilesCompared, Rebuilt
from policy_site.proof.differences import Cause, Difference
from policy_site.proof.feed import WalkedFeed, walk_feed
from policy_site.proof.files import SiteFiles
from policy_site.proof.order import compare_order
from policy_site.proof.rebuilding import judge_departures, judge_kept, kept_files, write_again
from policy_site.proof.statements import Statement, compare_statements, read_statement
from policy_site.proof.versions import compare_with_git, compare_with_statement
from policy_site.publication import Publication, Workshop
from policy_site.publication.wordings import Wordings
from policy_site.publishing.manifest import MANIFEST_NAME, instant, program_digest, settings_digest
from policy_site.publishing.signatures import SIGNED
from policy_site.settings import Settings, parse_settings
from policy_site.sources import parse_text
from policy_site.web import Syndication, render_files

_MOST_TRANSITIONS = 400
"""Days on which something changes by itself that are tried to find the instant of a site."""
Progress = Callable[[str, int, int], None] | None


@dataclass(slots=True)
class Verdict:
    """What verifying found."""

    place: str
    statement: Statement | None = None
    feed: PublishedFeed | None = None
    as_of: datetime | None = None
    """The instant that the site was compared at; ``None`` without git."""
    commit: str | None = None
    files: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, differences: Iterable[Difference]) -> None:
        """Take differences, each once."""
        self.differences.extend(one for one in differences if one not in self.differences)

    @property
    def counted(self) -> list[Difference]:
        """Those that no honest site has."""
        return [one for one in self.differences if one.counts]


def verify_site(
    files: SiteFiles, origin: Origin | None, *, now: datetime, jobs: int, progress: Progress = None
) -> Verdict:
    """Compare a published site with itself and, where ``origin`` is known, with git.

    :class:`UsageError` where there is no site, or where git cannot be read.
    """
    verdict = Verdict(files.name)
    content = files.read(MANIFEST_NAME)
    verdict.statement = read_statement(content) if content is not None else None
    walked = walk_feed(files)
    if content is None and walked.feed is None:
        raise UsageError(
            f"There is no site at {files.name}: no {MANIFEST_NAME}, and no change feed that can be read.",
            remedy="Name the folder or the address below which `manifest.json` is.",
        )
    if verdict.statement is None:
        cause, fact = (
            (Cause.MISSING, "It is not there.") if content is None else (Cause.ALTERED, "It is not a manifest.")
        )
        verdict.add([Difference(cause, MANIFEST_NAME, fact)])
    verdict.feed = walked.feed
    verdict.add(walked.differences)
    if verdict.statement and verdict.feed:
        verdict.add(compare_with_statement(verdict.feed.records, verdict.statement, is_alone=origin is None))
    if verdict.statement:
        verdict.add(_overdue(verdict.statement, now))
    with tempfile.TemporaryDirectory(prefix="policy-site-verify-") as folder:
        rebuilt = _Rebuilding(files, origin, verdict, walked, now, jobs, progress).run(Path(folder)) if origin else None
        comparison = FilesCompared(files, verdict.statement, rebuilt, frozenset(SIGNED))
        names = comparison.names()
        for number, name in enumerate(names, start=1):
            verdict.add(comparison.compare(name))
            if progress:
                progress("Comparing the files", number, len(names))
    verdict.files = len(names)
    return verdict


def _overdue(statement: Statement, now: datetime) -> Iterator[Difference]:
    at = statement.next_transition
    if at is not None and at <= now:
        fact = f"The site shows what applied until {instant(at)}, and was not built again since."
        yield Difference(Cause.INSTANT, "", fact)


@dataclass(slots=True)
class _Rebuilding:
    """Makes a site again from git, at the commit and the instant of the published one."""

    files: SiteFiles
    origin: Origin
    verdict: Verdict
    walked: WalkedFeed
    now: datetime
    jobs: int
    progress: Progress

    @property
    def is_same_program(self) -> bool:
        """Whether the manifest says that this very program wrote the site."""
        statement = self.verdict.statement
        return statement is None or statement.text("program") == program_digest()

    def run(self, folder: Path) -> Rebuilt:
        """Write the site that git gives into ``folder``."""
        ground = Cause.ALTERED if self.is_same_program else Cause.PROGRAM
        origin = self._at_commit()
        origin, has_other_settings = self._with_settings(origin)
        if has_other_settings:
            ground = Cause.SETTINGS
        history = origin.read()
        publication, is_found = self._at_instant(origin, history)
        if not is_found:
            ground = Cause.INSTANT
        publication = self._continued(publication, history)
        self.verdict.as_of, self.verdict.commit = publication.as_of, publication.commit
        manifest = write_again(publication, folder, jobs=self.jobs, progress=self.progress)
        if self.verdict.statement:
            self.verdict.add(
                compare_statements(self.verdict.statement, manifest, is_same_program=ground is not Cause.PROGRAM)
            )
        return Rebuilt(folder, manifest["files"], ground)

    def _at_commit(self) -> Origin:
        """Take the commit that the manifest names, if it is on the publishing branch."""
        commit = self.verdict.statement.text("commit") if self.verdict.statement else None
        repository = self.origin.repository
        if repository is None or commit is None or self.origin.ref is not None:
            if repository is not None and self.verdict.statement and commit is None:
                self._tell(Cause.ALTERED, "It names no commit.")
            return self.origin
        place, after = find_place(repository, commit, branch=self.origin.settings.branch)
        if place is Place.UNKNOWN:
            self._tell(
                Cause.HISTORY,
                f"It names the commit {commit[:12]}, which this repository does not have. Fetch it; where that brings"
                " nothing, the history was written anew. What follows compares with the publishing branch.",
            )
            return self.origin
        if place is Place.ELSEWHERE:
            self._tell(Cause.HISTORY, f"Its commit {commit[:12]} is not on the publishing branch.")
        if after:
            self._tell(Cause.HISTORY, f"The publishing branch has {after} commits after {commit[:12]}.", counts=False)
        return replace(self.origin, ref=commit)

    def _with_settings(self, origin: Origin) -> tuple[Origin, bool]:
        """Take the settings that the site was built with: those on disk, else those of the commit."""
        wanted = self.verdict.statement.text("settings") if self.verdict.statement else None
        if wanted is None or settings_digest(origin.settings) == wanted:
            return origin, False
        committed = _committed_settings(origin)
        if committed is not None and settings_digest(committed) == wanted:
            return replace(origin, settings=committed), False
        if not self.is_same_program:  # it writes other settings down, or the same in another form
            return (replace(origin, settings=committed) if committed else origin), False
        self._tell(
            Cause.SETTINGS,
            "The site was built with a site.toml that is neither the one here nor that of its commit.",
        )
        return origin, True

    def _at_instant(self, origin: Origin, history: History) -> tuple[Publication, bool]:
        """Return what git gives at the instant of the site, and whether one was found that fits."""
        statement, feed = self.verdict.statement, self.walked.feed
        events = feed.events if feed else ()

        def compiled(at: datetime, published: Sequence[Event] = events) -> Publication:
            return origin.compile(at, jobs=self.jobs, progress=self.progress, history=history, published=published)

        def fits(publication: Publication) -> bool:
            is_until = statement is None or instant(publication.next_transition) == statement.facts.get(
                "next_transition"
            )
            return is_until and (feed is None or len(publication.events) == len(events))

        until = statement.next_transition if statement else None
        first = compiled(until - timedelta(seconds=1) if until else self.now)
        if fits(first) or feed is None or feed.head_at is None:
            return first, fits(first)
        # a first build tells of what is announced for later otherwise than one that continues a feed
        alone = compiled(first.as_of, ())
        if fits(alone) and [event.id for event in alone.events] == [event.id for event in events]:
            return alone, True
        if until is not None and first.next_transition == until and len(first.events) > len(events):
            more = len(first.events) - len(events)
            fact = f"It ends with event {len(events)}; git tells of {more} more at the instant of the site."
            self.verdict.add([Difference(Cause.ALTERED, FEED_ADDRESS, fact)])
            return first, True
        publication = compiled(feed.head_at)
        for _ in range(_MOST_TRANSITIONS):
            if fits(publication):
                return publication, True
            following = publication.next_transition
            if following is None or following > self.now or len(publication.events) > len(events):
                break
            publication = compiled(following)
        return compiled(feed.head_at), False

    def _continued(self, publication: Publication, history: History) -> Publication:
        """Keep what is published as it is, and say what git tells otherwise."""
        feed = self.walked.feed
        if feed is None:
            return publication
        told = Syndication(publication).change_feed
        continuation = compare_feeds(
            feed.records,
            told,
            bases=(feed.base_url, publication.settings.base_url),
            may_be_reworded=not publication.settings.versions.grouping.is_ours,
            is_requested=True,
        )
        strict = compare_feeds(
            feed.records,
            told,
            bases=(feed.base_url, publication.settings.base_url),
            may_be_reworded=not publication.settings.versions.grouping.is_ours,
        )
        self.verdict.add(judge_departures(strict, feed.records, told))
        self.verdict.add(compare_with_git(feed.records, publication, history, wording=_wording(publication.settings)))
        self.verdict.add(compare_order(feed.records, publication, history))
        publication = replace(publication, kept_records=continuation.kept)
        stated = self.verdict.statement.files if self.verdict.statement else {}
        publication = replace(
            publication,
            has_documents=any(name.endswith("/redline.docx") for name in stated),
            has_papers=any(name.endswith(("/index.pdf", "/redline.pdf")) for name in stated),
        )
        publication = plan_with_moved(publication, self.verdict.statement.moved if self.verdict.statement else ())
        kept = kept_files(self.files, self.verdict.statement, publication)
        if kept:
            made = _made_today(publication, kept)
            self.verdict.add(judge_kept(kept, made))
        return replace(publication, kept_files=kept)

    def _tell(self, cause: Cause, fact: str, *, counts: bool = True) -> None:
        self.verdict.add([Difference(cause, MANIFEST_NAME, fact, counts=counts)])


def _committed_settings(origin: Origin) -> Settings | None:
    """Return the settings of the commit, where ``site.toml`` is in the repository and can be read there."""
    path = origin.config.absolute().resolve()
    if origin.repository is None or origin.ref is None or not path.is_relative_to(origin.repository):
        return None
    text = read_file(origin.repository, origin.ref, path.relative_to(origin.repository).as_posix())
    try:
        return parse_settings(text) if text is not None else None
    except UsageError:
        return None


def _wording(settings: Settings) -> Callable[[Revision], str]:
    """Return what names the visible words of a text."""
    wordings = Wordings((), settings, Workshop(cache=cache_folder()))
    return lambda revision: wordings.name(parse_text(revision, is_strict=settings.versions.grouping.is_ours))


def _made_today(publication: Publication, kept: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Return what this program would write today in place of documents that are kept."""
    pages = [page for page in plan_pages(publication) if page.address in kept]
    return {page.address: content for page, content in render_files(publication, pages)}
