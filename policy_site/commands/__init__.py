"""The command line, one file a command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Protocol

from policy_site import __version__
from policy_site.commands import build, check, diff, init, log, serve
from policy_site.commands.terminal import Terminal
from policy_site.errors import PolicySiteError, UsageError


class Command(Protocol):
    """What a module of this folder offers."""

    NAME: str
    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""

    def run(self, arguments: argparse.Namespace, terminal: Terminal) -> int:
        """Do the work; return the exit status."""


COMMANDS: tuple[Command, ...] = (build, serve, check, log, diff, init)
"""Every command, in the order of the help; add yours here."""

_INTERRUPTED = 130
_DEFECT = 70
"""EX_SOFTWARE of sysexits.h: neither content nor call is at fault."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line: 0 done, 1 the content has findings, 2 the call or the configuration is wrong."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    terminal = Terminal(is_quiet=chosen.quiet, output_format=getattr(chosen, "format", "text"))
    try:
        return int(chosen.run(chosen, terminal))
    except PolicySiteError as error:
        terminal.show_error(error)
        return error.exit_status
    except KeyboardInterrupt:
        terminal.say_aside("Interrupted; nothing was published.")
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader of the output went away, as `head` does: nothing is left to say, nor anyone to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if chosen.debug:
            raise
        place = f" ({error.filename})" if error.filename else ""
        terminal.show_error(
            UsageError(f"The system refuses: {error.strerror or error}{place}.", remedy="Mend that, then try again.")
        )
        return UsageError.exit_status
    except Exception as error:
        if chosen.debug:
            raise
        terminal.say_aside(f"This is a defect of policy-site: {type(error).__name__}: {error}")
        terminal.say_aside("Run it again with --debug and report what it prints.")
        return _DEFECT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="policy-site", description="Publishes a company's policies from git.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"policy-site {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        subparser = subparsers.add_parser(command.NAME, help=command.HELP, description=command.HELP, allow_abbrev=False)
        command.add_arguments(subparser)
        subparser.add_argument("--quiet", action="store_true", help="say nothing but errors")
        subparser.add_argument("--debug", action="store_true", help="show the traceback of a defect")
        subparser.set_defaults(run=command.run)
    return parser
