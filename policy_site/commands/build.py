"""``policy-site build``: publish."""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import replace
from pathlib import Path

from policy_site.checks import check, stops_build
from policy_site.console.calling import add_origin_arguments, add_previous_arguments, now
from policy_site.console.origin import instant_of, open_origin
from policy_site.console.previous import Previous, open_previous, refuse_contradictions
from policy_site.console.terminal import Terminal, counted
from policy_site.errors import ContentError
from policy_site.model import Finding
from policy_site.publication import Publication
from policy_site.publishing.manifest import instant
from policy_site.publishing.site import freeze_site

NAME = "build"
HELP = "publish the site: every page into a folder, or none"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``build`` takes."""
    add_origin_arguments(parser)
    parser.add_argument("--output", type=Path, metavar="DIR", default=Path("build/site"), help="default: build/site")
    parser.add_argument(
        "--jobs", type=_positive, metavar="N", default=os.cpu_count() or 1, help="processes (default: one a core)"
    )
    add_previous_arguments(parser)
    parser.add_argument(
        "--incomplete-history",
        action="store_true",
        help="publish although older versions may be missing: from a shallow clone, or files without git",
    )
    parser.add_argument(
        "--documents", action="store_true", help="write each redline as a Word document, too, with tracked changes"
    )
    parser.add_argument("--strict", action="store_true", help="refuse warnings and an incomplete history, too")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def _positive(written: str) -> int:
    number = int(written)
    if number < 1:
        raise argparse.ArgumentTypeError("at least one process is needed")
    return number


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Build the site; 1 where findings forbid it."""
    started = time.monotonic()
    origin = open_origin(arguments)
    terminal.folder = origin.folder
    as_of = instant_of(arguments.as_of, origin.settings, now=now())
    with open_previous(arguments) as previous, terminal.progress() as progress:
        if previous:
            previous.require_not_before(as_of)
        publication = origin.compile(
            as_of, jobs=arguments.jobs, progress=progress, published=previous.feed.events if previous else ()
        )
        publication = replace(publication, has_documents=arguments.documents)
        publication, findings = _examine(publication, previous, arguments)
        frozen = freeze_site(publication, arguments.output, jobs=arguments.jobs, progress=progress)
    seconds = time.monotonic() - started
    if terminal.is_machine:
        terminal.write_json(
            {
                "output": str(arguments.output),
                "pages": frozen.pages,
                "changed": frozen.changed,
                "seconds": round(seconds, 3),
                "commit": publication.commit,
                "is_history_complete": publication.is_complete,
                "next_transition": instant(publication.next_transition),
                "findings": [terminal.as_json(finding) for finding in findings],
            }
        )
        return 0
    terminal.show_findings(findings)
    _tell(publication, terminal)
    versions = sum(len(policy.versions) for policy in publication.policies)
    terminal.say_done(
        f"Published {counted(len(publication.policies), 'policy', 'policies')} in {counted(versions, 'version')}:"
        f" {counted(frozen.pages, 'file')},"
        f" {frozen.changed} of them changed, in {seconds:.1f} s."
    )
    terminal.say_done(f"The site is in {arguments.output}.")
    return 0


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


def _tell(publication: Publication, terminal: Terminal) -> None:
    if not publication.is_complete:
        terminal.say_aside(f"warning: The history is incomplete. {publication.incompleteness}")
    if publication.next_transition:
        at = publication.next_transition.astimezone(publication.settings.zone)
        terminal.say_done(f"Build again at {at.isoformat(timespec='minutes')}, when a version changes its standing.")
