"""``policy-site release``: begin a release note for what changed since the text in force."""

from __future__ import annotations

import argparse
from types import MappingProxyType

from policy_site.console.drafting import add_drafting_arguments, day_of, run_draft
from policy_site.console.terminal import Terminal
from policy_site.drafting import Request, draft_release
from policy_site.model import Significance

NAME = "release"
HELP = "begin a release note: what changed, as categories, sections and dates that keep the promise"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``release`` takes."""
    add_drafting_arguments(parser)
    parser.add_argument(
        "--fix", action="store_true", help="correct the text in force while another version is announced"
    )
    parser.add_argument("--label", default="", metavar="LABEL", help="default: the day it takes effect")
    parser.add_argument(
        "--effective", type=day_of, metavar="DAY", help="default: the first day that keeps every promise"
    )
    parser.add_argument(
        "--published", type=day_of, metavar="DAY", help="announce it on this day and not with the merge"
    )
    parser.add_argument(
        "--category",
        action="append",
        default=[],
        metavar="[SECTION=]CATEGORY",
        help="the category of a section, or of every section; default: proposed from the words",
    )
    parser.add_argument("--significance", choices=("editorial", "minor", "significant"))
    parser.add_argument("--reason", default="", help="why it is less significant than the categories ask for")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Draft, show and write the release."""
    categories = {}
    for entry in arguments.category:
        section, sign, category = entry.partition("=")
        categories[section if sign else ""] = category if sign else section
    request = Request(
        label=arguments.label,
        effective=arguments.effective,
        published=arguments.published,
        significance=Significance(arguments.significance) if arguments.significance else None,
        reason=arguments.reason,
        categories=MappingProxyType(categories),
        is_fix=arguments.fix,
    )
    return run_draft(arguments, terminal, lambda shelf: draft_release(shelf, request))
