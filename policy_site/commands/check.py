"""``policy-site check``: what is wrong with the content, today and on the days to come."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from policy_site.checks import check, in_order, stops_build
from policy_site.console.calling import add_origin_arguments, add_previous_arguments, now
from policy_site.console.origin import Origin, instant_of, open_origin
from policy_site.console.outlook import look_ahead
from policy_site.console.previous import Previous, open_previous
from policy_site.console.renaming import renamed_in_merge
from policy_site.console.terminal import Terminal, annotation, counted
from policy_site.errors import ContentError, SettingsError
from policy_site.model import Finding, Severity
from policy_site.publication import Publication

NAME = "check"
HELP = "tell what is wrong with the content, all at once, as if it were merged now"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``check`` takes."""
    add_origin_arguments(parser)
    add_previous_arguments(parser)
    parser.add_argument("--strict", action="store_true", help="let warnings count as errors")
    parser.add_argument("--work-tree", action="store_true", help="read the files as they are on disk now, too")
    parser.add_argument("--format", choices=("text", "json", "github"), default="text")
    parser.set_defaults(output=Path("build/site"))


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Report every finding; 1 where one of them would stop a build."""
    try:
        origin = open_origin(arguments).of_checkout()
    except SettingsError as error:
        if arguments.format == "github":
            for finding in error.findings:
                terminal.say(annotation(finding, terminal))
        raise
    terminal.folder = origin.folder
    as_of = instant_of(arguments.as_of, origin.settings, now=now())
    with open_previous(arguments) as previous, terminal.progress() as progress:
        if previous:
            previous.require_not_before(as_of)
        history = origin.read(with_work_tree=arguments.work_tree, merged_at=as_of)

        def compile_at(at: datetime) -> Publication:
            return origin.compile(
                at, history=history, progress=progress, published=previous.feed.events if previous else ()
            )

        publication = compile_at(as_of)
        renamed = renamed_in_merge(origin, publication.commit, origin.settings)
        found = [*renamed, *check(publication), *look_ahead(publication, compile_at)]
        found = [*_with_history_complete(found, publication, origin)]
        if previous and not stops_build(tuple(found), is_strict=False):
            found += _contradictions(publication, previous)
        findings = in_order(found)
    if not publication.is_complete and origin.repository is None:
        terminal.say_aside(f"warning: The history is incomplete. {publication.incompleteness}")
    _show(findings, arguments.format, terminal, is_strict=arguments.strict)
    is_refused = arguments.strict and not publication.is_complete
    return 1 if is_refused or stops_build(findings, is_strict=arguments.strict) else 0


def _with_history_complete(findings: list[Finding], publication: Publication, origin: Origin) -> list[Finding]:
    """Refuse a clone without its past: versions that are not there cannot be compared with."""
    whole = [
        replace(finding, severity=Severity.ERROR) if finding.rule == "missing-object" else finding
        for finding in findings
    ]
    if origin.repository is None or publication.is_complete:
        return whole
    message = "This clone holds only a part of the history, so what versions change cannot be told."
    return [*whole, Finding("", None, "incomplete-history", Severity.ERROR, message, publication.incompleteness)]


def _contradictions(publication: Publication, previous: Previous) -> tuple[Finding, ...]:
    """Return what a build that continues the published change feed would refuse, or say."""
    try:
        return previous.carry_over(publication)[1]
    except ContentError as error:
        return error.findings


def _show(findings: tuple[Finding, ...], form: str, terminal: Terminal, *, is_strict: bool) -> None:
    if form == "json":
        terminal.write_json({"findings": [terminal.as_json(finding) for finding in findings]})
    elif form == "github":
        for finding in findings:
            terminal.say(annotation(finding, terminal))
    else:
        terminal.show_findings(findings, do_warnings_count=is_strict)
        errors = sum(finding.severity is Severity.ERROR for finding in findings)
        warnings = sum(finding.severity is Severity.WARNING for finding in findings)
        terminal.say_done(f"{counted(errors, 'error')}, {counted(warnings, 'warning')}.")
