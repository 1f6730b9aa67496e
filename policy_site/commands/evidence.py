"""``policy-site evidence``: an archive that shows which text applied, checked without this program."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from policy_site import __version__
from policy_site.catalogue import version_in_force
from policy_site.catalogue.standing import edition_for
from policy_site.commands.verify import open_files
from policy_site.console.calling import add_origin_arguments, now
from policy_site.console.origin import Origin, instant_of, open_origin
from policy_site.console.terminal import Terminal, counted
from policy_site.errors import UsageError
from policy_site.events.published import PublishedFeed, read_published_feed
from policy_site.history import History
from policy_site.model import Policy, Version
from policy_site.pages import PageKind, has_page_of, make_page
from policy_site.proof.archive import gather_events, gather_git, gather_notes, gather_site_files, pack
from policy_site.proof.files import FolderFiles, SiteFiles
from policy_site.proof.guide import Case
from policy_site.proof.rebuilding import write_again
from policy_site.publication import Publication
from policy_site.publishing.manifest import instant
from policy_site.publishing.site import write_pages

NAME = "evidence"
HELP = "write an archive that shows which text applied, to be checked without this program"
FAREWELL = "Interrupted; nothing was written."
_LARGEST = 64 * 1024 * 1024
"""Bytes of a file that is added."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``evidence`` takes."""
    parser.add_argument("policy", metavar="POLICY")
    parser.add_argument(
        "version", metavar="DAY|VERSION", help="a version, or a day (2024-12-15): the text in force on it"
    )
    add_origin_arguments(parser)
    parser.add_argument("--language", metavar="TAG", help="default: the authoritative language")
    parser.add_argument(
        "--site",
        metavar="DIR-or-URL",
        help="take pages, manifest and events of the site published there (default: make them again from git)",
    )
    parser.add_argument(
        "--notices", type=Path, action="append", default=[], metavar="FILE", help="add a report of `notify report`"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: evidence-POLICY-VERSION-LANGUAGE.zip")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write the archive."""
    origin = open_origin(arguments)
    if origin.repository is None:
        raise UsageError("Evidence needs the git history.", remedy="Run this in a clone of the repository.")
    as_of = instant_of(arguments.as_of, origin.settings, now=now())
    history = origin.read()
    publication = origin.compile(as_of, history=history)
    policy = _policy_of(publication, arguments.policy)
    asked_day, version = _version_of(policy, arguments.version, publication, origin)
    locale = arguments.language or policy.authoritative_locale
    if locale not in publication.settings.languages:
        raise UsageError(
            f"The site has no language {locale!r}.", remedy=f"It has: {', '.join(publication.settings.languages)}."
        )
    with tempfile.TemporaryDirectory(prefix="policy-site-evidence-") as folder:
        content = _gather(arguments, origin, history, publication, policy, version, locale, asked_day, Path(folder))
    output = arguments.output or Path(f"evidence-{policy.id}-{version.label}-{locale}.zip")
    output.write_bytes(content)
    if terminal.is_machine:
        terminal.write_json({"output": str(output), "policy": policy.id, "version": version.label, "language": locale})
    terminal.say_done(f"The evidence of {policy.id} {version.label} is in {output}: {counted(len(content), 'byte')}.")
    terminal.say_done(
        "Commits in it name their authors, and trees the files beside the text: look before handing it on."
    )
    return 0


def _gather(
    arguments: argparse.Namespace,
    origin: Origin,
    history: History,
    publication: Publication,
    policy: Policy,
    version: Version,
    locale: str,
    day: str | None,
    folder: Path,
) -> bytes:
    assert origin.repository is not None
    assert publication.commit is not None
    edition, _ = edition_for(policy, version, locale)
    if edition is None:
        raise UsageError(f"The text of {policy.id} {version.label} is not in git.", remedy="Fetch the whole history.")
    with _site(arguments, publication, folder) as files:
        feed = _feed_of(files)
        found = gather_site_files(files, policy, version, locale)
    from_git, source = gather_git(origin.repository, origin.folder, edition, publication.commit)
    found |= from_git | gather_events(feed)
    found |= gather_notes(origin.repository, origin.folder, history, version)
    found |= _notices(arguments.notices)
    if day:
        found |= _page_of_day(origin, history, policy, locale, day, folder)
    there = locale if has_page_of(policy, version, locale) else policy.authoritative_locale
    case = Case(
        title=f"{edition.title or policy.id}, {publication.settings.title}",
        policy=policy.id,
        version=version.label,
        language=locale,
        text_language=edition.locale,
        day=day,
        published_at=instant(version.published_at) or "",
        effective_date=version.effective_date.isoformat(),
        digest=edition.digest,
        base_url=publication.settings.base_url,
        page=make_page(PageKind.VERSION, locale=there, policy=policy.id, version=version.label).file,
        source=source,
        events=len(feed.records),
        head=feed.records[-1]["hash"] if feed.records else None,
        made_with=f"policy-site {__version__}",
    )
    return pack(case, found)


@contextmanager
def _site(arguments: argparse.Namespace, publication: Publication, folder: Path) -> Iterator[SiteFiles]:
    if arguments.site is not None:
        with open_files(arguments.site) as files:
            yield files
        return
    site = folder / "site"
    site.mkdir()
    write_again(publication, site, jobs=1)
    yield FolderFiles(site)


def _feed_of(files: SiteFiles) -> PublishedFeed:
    feed = read_published_feed(files)
    if feed is None:
        raise UsageError(f"There is no change feed at {files.name}.", remedy="Name a published site with --site.")
    return feed


def _policy_of(publication: Publication, name: str) -> Policy:
    known = [policy.id for policy in publication.policies]
    if name not in known:
        raise UsageError(f"There is no policy {name!r}.", remedy=f"There are: {', '.join(known)}.")
    return publication.policy(name)


def _version_of(policy: Policy, asked: str, publication: Publication, origin: Origin) -> tuple[str | None, Version]:
    """Return the version that is asked for by its label or, with that day, the one in force on a day."""
    for version in policy.versions:
        if version.label == asked:
            return None, version
    labels = ", ".join(version.label for version in policy.versions)
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        raise UsageError(f"{policy.id} has no version {asked!r}.", remedy=f"It has: {labels}; or name a day.") from None
    at = instant_of(day.isoformat(), origin.settings, now=publication.as_of)
    if at > publication.as_of:
        raise UsageError(f"{day} lies ahead.", remedy="Name a day that is over, or a version.")
    in_force = version_in_force(policy, at)
    if in_force is None:
        raise UsageError(f"No version of {policy.id} was in force on {day}.", remedy=f"There are: {labels}.")
    return day.isoformat(), in_force


def _page_of_day(
    origin: Origin,
    history: History,
    policy: Policy,
    locale: str,
    day: str,
    folder: Path,
) -> dict[str, bytes]:
    at = instant_of(day, origin.settings, now=now())
    shown = replace(origin.compile(at, history=history), extra_files={})
    page = make_page(PageKind.POLICY, locale=locale, policy=policy.id)
    place = folder / "day"
    place.mkdir()
    write_pages(shown, [page], place, jobs=1)
    return {f"day/{page.file}": (place / page.file).read_bytes()}


def _notices(paths: list[Path]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for path in paths:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            raise UsageError(f"{path} is no file below 64 MiB.", remedy="Correct --notices.")
        if f"notices/{path.name}" in found or not path.name.isprintable():
            raise UsageError(f"{path} has a name that cannot be used.", remedy="Give it another name.")
        found[f"notices/{path.name}"] = path.read_bytes()
    return found
