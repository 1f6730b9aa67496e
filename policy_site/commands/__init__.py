"""The command line, one file a command."""

from __future__ import annotations

import argparse
import ast
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec
from typing import Protocol, cast

from policy_site import __version__
from policy_site.console.interruption import TerminatedError
from policy_site.console.terminal import Terminal
from policy_site.errors import PolicySiteError, UsageError


class Command(Protocol):
    """What a module of this folder offers."""

    NAME: str
    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""

    def run(self, arguments: argparse.Namespace, terminal: Terminal) -> int:
        """Do the work; return the exit status."""


COMMANDS = (
    "build",
    "serve",
    "check",
    "review",
    "preview",
    "verify",
    "evidence",
    "log",
    "diff",
    "translations",
    "init",
    "adopt",
    "release",
    "withdraw",
    "postpone",
    "retire",
    "review-done",
    "backfill",
    "notify",
    "ping",
)
"""Every command's module, in the order of the help; add yours here.

A command is imported when it is called for: `notify` runs on machines that have neither git nor Flask.
"""

_FAREWELL = "Interrupted; nothing was published."
_INTERRUPTED = 130
_TERMINATED = 143
_DEFECT = 70
"""EX_SOFTWARE of sysexits.h: neither content nor call is at fault."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line: 0 done, 1 the content has findings, 2 the call or the configuration is wrong."""
    _prepare_streams()
    called = sys.argv[1:] if arguments is None else list(arguments)
    try:
        _refuse_dashes(called)
        chosen = _parser([called[0]] if called and called[0] in COMMANDS else COMMANDS).parse_args(called)
    except PolicySiteError as error:
        Terminal().show_error(error)
        return error.exit_status
    status = _run(chosen, Terminal(is_quiet=chosen.quiet, output_format=getattr(chosen, "format", "text")))
    return status if _has_said_all() else status or UsageError.exit_status


def _refuse_dashes(called: Sequence[str]) -> None:
    """Refuse ``--option=--``, of which argparse makes a list without entries, whatever the option takes."""
    for argument in called:
        name, sign, value = argument.partition("=")
        if name.startswith("-") and sign and value == "--":
            raise UsageError(f"{name} is given two dashes where its value belongs.", remedy="Write the value there.")


def _run(chosen: argparse.Namespace, terminal: Terminal) -> int:
    try:
        with _ended_in_order():
            return int(chosen.run(chosen, terminal))
    except PolicySiteError as error:
        terminal.show_error(error)
        return error.exit_status
    except KeyboardInterrupt as interrupt:
        terminal.say_aside(chosen.farewell)
        return _TERMINATED if isinstance(interrupt, TerminatedError) else _INTERRUPTED
    except BrokenPipeError:
        # The reader of the output went away, as `head` does: nothing is left to say, nor anyone to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if chosen.debug:
            raise
        if fault := _fault_of_the_machine(error, chosen.command_name):
            terminal.show_error(fault)
            return fault.exit_status
        terminal.say_aside(f"This is a defect of policy-site: {type(error).__name__}: {error}")
        terminal.say_aside("Run it again with --debug and report what it prints.")
        return _DEFECT


def _fault_of_the_machine(error: Exception, command: str) -> UsageError | None:
    """Return what to say where neither the content nor this program is at fault; ``None`` for a defect."""
    if isinstance(error, ModuleNotFoundError):
        return _lack(command, error)
    if isinstance(error, OSError):
        place = f" ({error.filename})" if error.filename else ""
        return UsageError(f"The system refuses: {error.strerror or error}{place}.", remedy="Mend that, then try again.")
    return None


def _has_said_all() -> bool:
    """Write out what is still kept back; what nobody takes any more is dropped, or the interpreter would try again."""
    has_said_all = True
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            has_said_all = False
    return has_said_all


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let SIGTERM end what is done as an interrupt does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_number: int, _frame: object) -> None:
        raise TerminatedError

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _prepare_streams() -> None:
    """Make sure that something is open where results and complaints go, and that no character is refused there.

    A closed standard stream would give its number to the next file opened, and what is printed would land in it.
    """
    while (spare := os.open(os.devnull, os.O_RDWR)) <= 2:  # noqa: PLR2004 - standard error
        os.set_inheritable(spare, True)  # noqa: FBT003 - its only signature
    os.close(spare)
    # they stay open as long as the program runs
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def load_command(name: str) -> Command:
    """Import the command called ``name``."""
    return cast("Command", import_module(f"policy_site.commands.{name.replace('-', '_')}"))


def _installed(name: str, *, is_needed: bool) -> Command | None:
    """Import a command; in the help of all, leave out what another installation of the program has: see notices.md."""
    try:
        return load_command(name)
    except ModuleNotFoundError as error:
        lack = _lack(name, error)
        if lack is None:
            raise
        if is_needed:
            raise lack from None
        return None


def _lack(name: str, error: ModuleNotFoundError) -> UsageError | None:
    """Return what to say where a command needs a library that is not there; ``None`` for a module of our own."""
    missing = (error.name or "").partition(".")[0]
    if missing == "policy_site":
        return None
    return UsageError(
        f"`policy-site {name}` needs {missing}, which is not installed.", remedy="Install the whole of policy-site."
    )


_WHOLE = ("flask", "git", "markdown", "sqlalchemy")
"""Where these are installed, every command is there, and none needs to be imported to be named."""


def _help_of(name: str) -> str:
    """Read what a command says of itself without importing it: that would take a second for all."""
    spec = find_spec(f"policy_site.commands.{name.replace('-', '_')}")
    source = spec.loader.get_source(spec.name) if spec and isinstance(spec.loader, SourceFileLoader) else None
    for node in ast.parse(source or "").body:
        if isinstance(node, ast.Assign) and [getattr(one, "id", "") for one in node.targets] == ["HELP"]:
            return str(ast.literal_eval(node.value))
    return load_command(name).HELP


def _parser(names: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="policy-site", description="Publishes a company's policies from git.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"policy-site {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    if len(names) > 1 and all(find_spec(library) for library in _WHOLE):
        for name in names:
            words = _help_of(name)
            subparsers.add_parser(name, help=words, description=words, allow_abbrev=False)
        return parser
    for command in (command for name in names if (command := _installed(name, is_needed=len(names) == 1))):
        subparser = subparsers.add_parser(command.NAME, help=command.HELP, description=command.HELP, allow_abbrev=False)
        command.add_arguments(subparser)
        subparser.add_argument("--quiet", action="store_true", help="say nothing but errors")
        subparser.add_argument("--debug", action="store_true", help="show the traceback of a defect")
        subparser.set_defaults(
            run=command.run, command_name=command.NAME, farewell=getattr(command, "FAREWELL", _FAREWELL)
        )
    return parser
