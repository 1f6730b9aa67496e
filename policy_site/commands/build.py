"""``policy-site build``: publish."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from pathlib import Path

from policy_site.console.calling import add_origin_arguments, add_previous_arguments, cache_folder, now
from policy_site.console.terminal import Terminal, counted
from policy_site.publishing.receipts import Outcome, find_receipt

NAME = "build"
HELP = "publish the site: every page into a folder, or none"
_SAYS_NOTHING = frozenset({"run", "farewell", "quiet", "debug", "jobs", "format"})
"""Arguments that change nothing of what is built."""


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
    parser.add_argument(
        "--pdf",
        action="store_true",
        help="write each version, and each redline against the version before, as PDF, too: needs policy-site[pdf]",
    )
    parser.add_argument(
        "--sign-with",
        type=Path,
        metavar="KEY",
        help="sign the manifest and the head of the change feed with this SSH key, which is outside the repository",
    )
    parser.add_argument("--stamp-at", metavar="URL", help="have the manifest stamped by this authority (RFC 3161)")
    parser.add_argument(
        "--witness",
        action="append",
        default=[],
        metavar="PLACE",
        help="write the head of the change feed down there, too (a file, or git:REPOSITORY#BRANCH), and publish nothing"
        " that does not continue what is written there",
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
    call = _call(arguments)
    receipt = find_receipt(cache_folder(), arguments.output, call)
    if receipt and (arguments.as_of is not None or receipt.holds_at(now())):
        outcome = receipt.outcome
    else:
        # What builds takes longer to import than to find out that nothing is to be built.
        from policy_site.console.building import build  # noqa: PLC0415

        outcome = build(arguments, terminal, call)
    terminal.folder = outcome.folder
    _tell(outcome, arguments.output, time.monotonic() - started, terminal)
    return 0


def _call(arguments: argparse.Namespace) -> str:
    """Return a digest of all that this command was given: arguments, the current folder, git's variables."""
    given = {name: str(value) for name, value in vars(arguments).items() if name not in _SAYS_NOTHING}
    variables = {name: value for name, value in os.environ.items() if name.startswith("GIT_") or name == "HOME"}
    parts = (sorted(given.items()), str(Path.cwd()), sorted(variables.items()), sys.version)
    return hashlib.sha256(os.fsencode(repr(parts))).hexdigest()


def _tell(outcome: Outcome, output: Path, seconds: float, terminal: Terminal) -> None:
    if terminal.is_machine:
        terminal.write_json(
            {
                "output": str(output),
                "pages": outcome.pages,
                "changed": outcome.changed,
                "seconds": round(seconds, 3),
                "commit": outcome.commit,
                "is_history_complete": outcome.is_history_complete,
                "next_transition": outcome.next_transition,
                "findings": [terminal.as_json(finding) for finding in outcome.findings],
            }
        )
        return
    terminal.show_findings(outcome.findings)
    if not outcome.is_history_complete:
        terminal.say_aside(f"warning: The history is incomplete. {outcome.incompleteness}")
    if outcome.next_transition_here:
        terminal.say_done(f"Build again at {outcome.next_transition_here}, when a version changes its standing.")
    terminal.say_done(
        f"Published {counted(outcome.policies, 'policy', 'policies')} in {counted(outcome.versions, 'version')}:"
        f" {counted(outcome.pages, 'file')},"
        f" {outcome.changed} of them changed, in {seconds:.1f} s."
    )
    terminal.say_done(f"The site is in {output}.")
