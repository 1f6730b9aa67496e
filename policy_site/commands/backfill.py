"""``policy-site backfill``: record a version that is older than the site."""

from __future__ import annotations

import argparse
from pathlib import Path

from policy_site.console.drafting import add_drafting_arguments, day_of, run_draft
from policy_site.console.terminal import Terminal
from policy_site.drafting import draft_backfill
from policy_site.errors import UsageError
from policy_site.starting import take_text

NAME = "backfill"
HELP = "record a version that is older than the site, with its true dates"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``backfill`` takes."""
    add_drafting_arguments(parser)
    parser.add_argument("file", type=Path, metavar="FILE", help="the old text: .md, .txt, .html or .docx")
    parser.add_argument("--effective", type=day_of, required=True, metavar="DAY", help="when it began to apply")
    parser.add_argument("--published", type=day_of, metavar="DAY", help="when readers could first read it")
    parser.add_argument("--label", default="", metavar="LABEL", help="default: the day it took effect")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Draft, show and write the old version."""
    try:
        content = arguments.file.read_bytes()
    except OSError as error:
        raise UsageError(f"{arguments.file} cannot be read: {error.strerror}.", remedy="Name the old text.") from None
    text = take_text(arguments.file.name, content)
    for remark in text.remarks:
        terminal.say_aside(remark)
    return run_draft(
        arguments,
        terminal,
        lambda shelf: draft_backfill(
            shelf,
            text=text.body,
            title=text.title,
            effective=arguments.effective,
            published=arguments.published,
            label=arguments.label,
        ),
    )
