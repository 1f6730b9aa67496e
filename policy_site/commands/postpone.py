"""``policy-site postpone``: let an announced version take effect on another day."""

from __future__ import annotations

import argparse

from policy_site.console.drafting import add_drafting_arguments, day_of, run_draft
from policy_site.console.terminal import Terminal
from policy_site.drafting import draft_postponement

NAME = "postpone"
HELP = "let an announced version take effect on another day, later or earlier"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``postpone`` takes."""
    add_drafting_arguments(parser)
    parser.add_argument("label", metavar="LABEL", help="the version")
    parser.add_argument("day", type=day_of, metavar="DAY", help="the new day: 2027-03-01")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Draft, show and write the new day."""
    return run_draft(arguments, terminal, lambda shelf: draft_postponement(shelf, arguments.label, arguments.day))
