"""``policy-site adopt``: a site.toml for a repository that was never written for this program."""

from __future__ import annotations

import argparse
from pathlib import Path

from policy_site.adoption import Proposal, as_json, propose
from policy_site.console.calling import cache_folder, now
from policy_site.console.terminal import Terminal
from policy_site.errors import UsageError
from policy_site.history import find_repository
from policy_site.publication import Workshop

NAME = "adopt"
HELP = "look at a repository of policies and propose a site.toml for it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``adopt`` takes."""
    parser.add_argument("repository", type=Path, metavar="PATH", help="a repository; nothing in it is changed")
    parser.add_argument("--branch", metavar="NAME", help="default: the branch that is checked out")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", default=Path("site.toml"), help="default: site.toml, if there is none"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="json: print all, and write no file")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Look, write the file and say what was found."""
    repository = find_repository(arguments.repository) if arguments.repository.is_dir() else None
    if repository is None:
        raise UsageError(f"{arguments.repository} is not in a git repository.", remedy="Name the folder of a clone.")
    if not terminal.is_machine and arguments.output.exists():
        raise UsageError(f"{arguments.output} is there already.", remedy="Name another file with --output.")
    with terminal.progress() as progress:
        workshop = Workshop(cache=cache_folder(), progress=progress)
        proposal = propose(repository, branch=arguments.branch, as_of=now(), workshop=workshop)
    if terminal.is_machine:
        terminal.write_json(as_json(proposal))
        return 0
    try:
        arguments.output.write_text(proposal.site_toml, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{arguments.output} cannot be written: {error}.", remedy="Name another file.") from None
    _show(proposal, terminal)
    terminal.say_aside(f"Written: {arguments.output}.")
    for sentence in proposal.undecided:
        terminal.say_aside(f"To be decided: {sentence}")
    return 0


def _show(proposal: Proposal, terminal: Terminal) -> None:
    """Show how many versions each way gives for each policy."""
    ways = list(proposal.counts[0].versions) if proposal.counts else []
    terminal.show_table(
        ("policy", "revisions", "no word changed", "dates", "no new date", "disagree", *(f"by {way}" for way in ways)),
        [
            (
                count.policy,
                str(count.revisions),
                str(count.wordless),
                str(count.dates),
                str(count.undated),
                str(count.disagreeing),
                *(str(count.versions[way]) for way in ways),
            )
            for count in proposal.counts
        ],
    )
