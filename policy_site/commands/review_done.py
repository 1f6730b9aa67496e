"""``policy-site review-done``: record that a policy was looked through and nothing had to change."""

from __future__ import annotations

import argparse

from policy_site.console.calling import default_configuration
from policy_site.console.drafting import add_drafting_arguments, day_of, run_draft
from policy_site.console.terminal import Terminal
from policy_site.drafting import draft_review

NAME = "review-done"
HELP = "record that people looked through a policy and found nothing to change"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``review-done`` takes."""
    add_drafting_arguments(parser)
    parser.add_argument("--day", type=day_of, metavar="DAY", help="default: today")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Draft, show and write the review."""
    path = arguments.config or default_configuration()
    text = path.read_text(encoding="utf-8")
    return run_draft(
        arguments,
        terminal,
        lambda shelf: draft_review(
            text, path=str(path), policy=shelf.policy_id, day=arguments.day or shelf.today, today=shelf.today
        ),
        below_content=False,
    )
