"""``policy-site check``: what is wrong with the content."""

from __future__ import annotations

import argparse

from policy_site.checks import check, stops_build
from policy_site.commands.origin import add_origin_arguments, instant_of, now, open_origin
from policy_site.commands.terminal import Terminal
from policy_site.errors import SettingsError
from policy_site.model import Finding, Severity

NAME = "check"
HELP = "tell what is wrong with the content, all at once"

_ANNOTATIONS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


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
                terminal.say(_annotation(finding, terminal))
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
            terminal.say(_annotation(finding, terminal))
    else:
        terminal.show_findings(findings)
        errors = sum(finding.severity is Severity.ERROR for finding in findings)
        warnings = sum(finding.severity is Severity.WARNING for finding in findings)
        terminal.say_done(f"{errors} errors, {warnings} warnings.")
    is_refused = arguments.strict and not publication.is_complete
    return 1 if is_refused or stops_build(findings, is_strict=arguments.strict) else 0


def _annotation(finding: Finding, terminal: Terminal) -> str:
    """Write a workflow command of GitHub Actions; values are escaped as its documentation asks."""
    path = _escape(str(terminal.as_json(finding)["path"])).replace(":", "%3A").replace(",", "%2C")
    line = f",line={finding.line}" if finding.line else ""
    told = _escape(f"{finding.message} {finding.remedy}")
    return f"::{_ANNOTATIONS[finding.severity]} file={path}{line},title={_escape(finding.rule)}::{told}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
