"""``policy-site check``: what is wrong with the content."""

from __future__ import annotations

import argparse

from policy_site.checks import check, stops_build
from policy_site.console.origin import add_origin_arguments, instant_of, now, open_origin
from policy_site.console.terminal import Terminal, annotation
from policy_site.errors import SettingsError
from policy_site.model import Severity

NAME = "check"
HELP = "tell what is wrong with the content, all at once"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``check`` takes."""
    add_origin_arguments(parser)
    parser.add_argument("--strict", action="store_true", help="let warnings count as errors")
    parser.add_argument("--work-tree", action="store_true", help="read the files as they are on disk now, too")
    parser.add_argument("--format", choices=("text", "json", "github"), default="text")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Report every finding; 1 where one of them would stop a build."""
    try:
        origin = open_origin(arguments)
    except SettingsError as error:
        if arguments.format == "github":
            for finding in error.findings:
                terminal.say(annotation(finding, terminal))
        raise
    terminal.folder = origin.folder
    as_of = instant_of(arguments.as_of, origin.settings, now=now())
    with terminal.progress() as progress:
        publication = origin.compile(as_of, progress=progress, with_work_tree=arguments.work_tree)
        findings = check(publication)
    if not publication.is_complete:
        terminal.say_aside(f"warning: The history is incomplete. {publication.incompleteness}")
    if arguments.format == "json":
        terminal.write_json({"findings": [terminal.as_json(finding) for finding in findings]})
    elif arguments.format == "github":
        for finding in findings:
            terminal.say(annotation(finding, terminal))
    else:
        terminal.show_findings(findings)
        errors = sum(finding.severity is Severity.ERROR for finding in findings)
        warnings = sum(finding.severity is Severity.WARNING for finding in findings)
        terminal.say_done(f"{errors} errors, {warnings} warnings.")
    is_refused = arguments.strict and not publication.is_complete
    return 1 if is_refused or stops_build(findings, is_strict=arguments.strict) else 0
