"""``policy-site retire``: let a policy end."""

from __future__ import annotations

import argparse

from policy_site.console.calling import default_configuration
from policy_site.console.drafting import add_drafting_arguments, day_of, run_draft
from policy_site.console.terminal import Terminal
from policy_site.drafting import draft_retirement

NAME = "retire"
HELP = "let a policy end: from a day on it applies to nobody, and its pages say so"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``retire`` takes."""
    add_drafting_arguments(parser)
    parser.add_argument("day", type=day_of, metavar="DAY", help="the first day on which it applies to nobody")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Draft, show and write the end of a policy."""
    path = arguments.config or default_configuration()
    text = path.read_text(encoding="utf-8")
    return run_draft(
        arguments,
        terminal,
        lambda shelf: draft_retirement(text, path=str(path), policy=shelf.policy_id, day=arguments.day),
        below_content=False,
    )
