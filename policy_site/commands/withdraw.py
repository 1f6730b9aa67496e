"""``policy-site withdraw``: take a version back."""

from __future__ import annotations

import argparse

from policy_site.console.drafting import add_drafting_arguments, day_of, run_draft
from policy_site.console.terminal import Terminal
from policy_site.drafting import draft_withdrawal

NAME = "withdraw"
HELP = "take a version back: its note says so, and the texts say again what applies"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``withdraw`` takes."""
    add_drafting_arguments(parser)
    parser.add_argument("label", metavar="LABEL", help="the version")
    parser.add_argument("--day", type=day_of, metavar="DAY", help="default: today")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Draft, show and write the withdrawal."""
    return run_draft(
        arguments, terminal, lambda shelf: draft_withdrawal(shelf, arguments.label, arguments.day or shelf.today)
    )
