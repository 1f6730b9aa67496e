"""Building a site: the whole way from the content to a folder, and what is told of it."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import TZPATH

from policy_site.checks import check, stops_build
from policy_site.console.calling import DEFAULT_CONFIGURATIONS, cache_folder, now
from policy_site.console.origin import Origin, instant_of, open_origin
from policy_site.console.previous import RULE, Previous, open_previous, refuse_contradictions
from policy_site.console.terminal import Terminal
from policy_site.errors import ContentError, UsageError
from policy_site.history import find_reference_places
from policy_site.model import Finding, Severity
from policy_site.publication import Publication
from policy_site.publishing.heads import Witness, refuse_fork
from policy_site.publishing.manifest import instant
from policy_site.publishing.receipts import Look, Outcome, Receipt, keep_receipt, look_at, program_places
from policy_site.publishing.site import Frozen, freeze_site
from policy_site.publishing.vouching import Vouching
from policy_site.web import Syndication
from policy_site.web.paper import find_printer

_WHOLE_NAME = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""A commit by a name that never means another one."""


def build(arguments: argparse.Namespace, terminal: Terminal, call: str) -> Outcome:
    """Build the site, and keep a receipt of it; :class:`ContentError` where findings forbid it."""
    if arguments.pdf:
        find_printer()
    origin = open_origin(arguments)
    terminal.folder = origin.folder
    as_of = instant_of(arguments.as_of, origin.settings, now=now())
    watched = dict(_watched(origin, arguments))
    before = look_at({**watched, **program_places()})
    with open_previous(arguments) as previous, terminal.progress() as progress:
        if previous:
            previous.require_not_before(as_of)
        publication = origin.compile(
            as_of, jobs=arguments.jobs, progress=progress, published=previous.feed.events if previous else ()
        )
        publication = replace(publication, has_documents=arguments.documents, has_papers=arguments.pdf)
        publication, findings = _examine(publication, previous, arguments)
        vouching = _vouching(origin, arguments, terminal)
        refuse_fork(vouching.witnesses, Syndication(publication).change_feed.records if vouching.witnesses else ())
        frozen = freeze_site(
            publication,
            arguments.output,
            jobs=arguments.jobs,
            progress=progress,
            vouching=vouching,
            cache=cache_folder(),
        )
    outcome = _outcome(publication, frozen, findings, origin.folder)
    if _can_be_told_again(publication, arguments):
        # what is news today is none to the next build
        lasting = tuple(one for one in findings if one.rule != RULE or one.severity is not Severity.WARNING)
        receipt = Receipt(call, as_of, publication.stands_until, replace(outcome, findings=lasting))
        keep_receipt(cache_folder(), arguments.output, receipt, watched, before)
    return outcome


def _vouching(origin: Origin, arguments: argparse.Namespace, terminal: Terminal) -> Vouching:
    """Return who vouches for the site; :class:`UsageError` for a key that the repository holds."""
    key = arguments.sign_with
    if key is not None and not key.is_file():
        raise UsageError(f"There is no key {key}.", remedy="Correct --sign-with.")
    if key is not None and origin.repository is not None and key.resolve().is_relative_to(origin.repository):
        raise UsageError(
            f"The key {key} is in the repository {origin.repository}.",
            remedy="Keep it elsewhere: whoever may read the repository could sign in your name.",
        )
    return Vouching(
        key=key,
        authority=arguments.stamp_at,
        witnesses=tuple(Witness(place) for place in arguments.witness),
        warn=lambda told: terminal.say_aside(f"warning: {told}"),
    )


def _outcome(publication: Publication, frozen: Frozen, findings: tuple[Finding, ...], folder: str) -> Outcome:
    at = publication.next_transition
    return Outcome(
        pages=frozen.pages,
        changed=frozen.changed,
        policies=len(publication.policies),
        versions=sum(len(policy.versions) for policy in publication.policies),
        commit=publication.commit,
        is_history_complete=publication.is_complete,
        incompleteness=publication.incompleteness,
        next_transition=instant(at),
        next_transition_here=at.astimezone(publication.settings.zone).isoformat(timespec="minutes") if at else None,
        findings=findings,
        folder=folder,
    )


def _can_be_told_again(publication: Publication, arguments: argparse.Namespace) -> bool:
    """Say whether looking at files can prove that a build would make the same."""
    return (
        publication.commit is not None  # texts on disk are looked at by reading them
        and (arguments.ref is None or _WHOLE_NAME.fullmatch(arguments.ref) is not None)
        and arguments.stamp_at is None  # what could not be had is asked for again
        and not arguments.witness  # what is written down there is read
        and not arguments.first  # which is refused once something is there
        and (arguments.previous is None or not urlsplit(arguments.previous).scheme)  # another machine's site
        and all(finding.rule != "rendering" for finding in publication.findings)  # another time may be enough for it
    )


def _watched(origin: Origin, arguments: argparse.Namespace) -> Iterator[tuple[str, Look]]:
    """Give every place that decides what a build reads, but for the texts themselves: a commit never changes."""
    config = origin.config.absolute()
    yield str(config), Look.FILE
    for name in DEFAULT_CONFIGURATIONS if arguments.config is None else ():
        yield str(Path(name).absolute()), Look.FILE
    yield str(config.parent / "translations"), Look.TREE
    if origin.settings.extra:
        yield str(origin.home.absolute() / origin.settings.extra), Look.TREE
    yield from ((str(origin.home.absolute() / path), Look.FILE) for path in origin.settings.brand.files)
    if arguments.previous is not None:
        yield str(Path(arguments.previous).absolute()), Look.TREE
    for folder in TZPATH:
        yield f"{folder}/{origin.settings.time_zone}", Look.FILE
    if origin.repository is not None:
        yield from _places_of_git(origin.repository, (config.parent, origin.repository / origin.folder, origin.home))


def _places_of_git(repository: Path, starts: Sequence[Path]) -> Iterator[tuple[str, Look]]:
    """Give what decides which repository is read from these folders, and which commit of it is published."""
    for start in {start.resolve() for start in starts}:
        yield str(start), Look.PLACE
        for place in (start, *start.parents):  # another repository can be made in between
            yield str(place / ".git"), Look.PLACE if (place / ".git").is_dir() else Look.FILE
            if place == repository:
                break
    home, settings = os.path.expanduser("~"), os.environ.get("XDG_CONFIG_HOME", "")  # noqa: PTH111 - may be unknown
    for path in (f"{home}/.gitconfig", f"{settings or home + '/.config'}/git/config", "/etc/gitconfig"):
        yield path, Look.FILE
    for place in find_reference_places(repository):
        yield str(place / "objects"), Look.PLACE
        for name in ("HEAD", "config", "config.worktree", "packed-refs", "shallow", "objects/info/alternates"):
            yield str(place / name), Look.FILE
        for name in ("refs", "reftable", "objects/pack"):
            yield str(place / name), Look.TREE


def _examine(
    publication: Publication, previous: Previous | None, arguments: argparse.Namespace
) -> tuple[Publication, tuple[Finding, ...]]:
    """Return what may be published and what is to be said of it; :class:`ContentError` where it may not be."""
    findings, is_strict = check(publication), arguments.strict
    if not publication.is_complete and (is_strict or not arguments.incomplete_history):
        raise ContentError(
            "The history is incomplete, so versions, dates and redlines could be missing or wrong.",
            remedy=publication.incompleteness
            + ("" if is_strict else " To publish what is there all the same, add --incomplete-history."),
            findings=findings,
        )
    _refuse(findings, is_strict=is_strict)
    if previous:
        publication, notes = previous.carry_over(publication)
        findings = (*findings, *notes)
        _refuse(findings, is_strict=is_strict)
    refuse_contradictions(publication, since=len(previous.feed.records) if previous else 0)
    return publication, findings


def _refuse(findings: tuple[Finding, ...], *, is_strict: bool) -> None:
    if stops_build(findings, is_strict=is_strict):
        count = sum(stops_build((finding,), is_strict=is_strict) for finding in findings)
        raise ContentError(
            f"{count} {'finding keeps' if count == 1 else 'findings keep'} the site from being built.",
            remedy="The site published before, if any, is untouched.",
            findings=findings,
        )
