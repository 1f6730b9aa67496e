"""What a person at a terminal sees: findings, progress, tables. Machines get JSON."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from policy_site.errors import PolicySiteError, from_root
from policy_site.model import Finding, Severity

_MANY = 200
"""From this many on, plain lines tell of each quarter that is done; below, of the end alone."""
_COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}


_ANNOTATIONS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def printable(text: str) -> str:
    """Return a text without what a terminal would obey: control characters and bidirectional overrides are named.

    Content, paths and names come from anyone; an escape sequence in them must not move a cursor or hide a line.
    """
    named = "".join(_named(character) if is_unsafe(character) else character for character in text)
    return named.replace("##[", "\\u0023#[")  # a line that holds it commands the runners of GitHub Actions


def printable_line(text: str) -> str:
    """Return a text that is printable and cannot begin a line of its own."""
    return printable(text.replace("\n", _named("\n")))


def without_passwords(text: str) -> str:
    """Return what is told of addresses without the passwords in them: logs are read by many."""
    return _PASSWORD.sub(r"\1", text)


_PASSWORD = re.compile(r"""(\w:/{1,2})(?:[^\s/?#@'"]*:[^\s/?#'"]*|[^\s/?#@'"]{20,})@""")
"""What stands before the host of an address, where it has a colon or is as long as a token."""


def is_unsafe(character: str) -> bool:
    """Say whether a terminal would obey a character."""
    return character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _named(character: str) -> str:
    return f"\\u{ord(character):04x}"


class Terminal:
    """Where a command speaks: results to standard output, everything else to standard error."""

    def __init__(self, *, is_quiet: bool = False, output_format: str = "text") -> None:
        self.is_quiet = is_quiet
        self.is_machine = output_format == "json"
        # rich honours NO_COLOR and TERM=dumb by itself, and writes plain text where no terminal listens.
        self.out = Console(highlight=False, soft_wrap=True, emoji=False, markup=False)
        self.aside = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False, markup=False)
        self.folder = ""

    def say(self, text: str) -> None:
        """Print a result."""
        self.out.print(Text(printable(text)))

    @property
    def has_colour(self) -> bool:
        """False where NO_COLOR is set or no terminal listens."""
        return self.out.color_system is not None and not self.out.no_color

    def write(self, text: str) -> None:
        """Print what was made safe for a terminal already, or is no text for one."""
        self.out.file.write(text)
        self.out.file.flush()

    def say_aside(self, text: str) -> None:
        """Tell what happens, where it does not mix with results."""
        self.aside.print(Text(printable(without_passwords(text))))

    def say_done(self, text: str) -> None:
        """Tell that something is done, unless asked to be quiet or read by a machine."""
        if not self.is_quiet and not self.is_machine:
            self.say(text)

    def write_json(self, value: Any) -> None:  # noqa: ANN401 - JSON has no common type
        """Print a value for machines."""
        sys.stdout.write(self.json_text(value))
        sys.stdout.flush()

    @staticmethod
    def json_text(value: Any) -> str:  # noqa: ANN401 - JSON has no common type
        """Return a value as it is written for machines."""
        return json.dumps(value, ensure_ascii=True, indent=2) + "\n"

    def show_table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table; a plain one, tabs between the cells, where no terminal listens."""
        if not self.out.is_terminal:
            for row in (columns, *rows):
                self.write("\t".join(printable(cell).replace("\n", " ") for cell in row) + "\n")
            return
        table = Table(box=None, pad_edge=False)
        for column in columns:
            table.add_column(column)
        for row in rows:
            table.add_row(*(Text(printable(cell)) for cell in row))
        self.out.print(table)

    def show_findings(self, findings: Sequence[Finding], *, do_warnings_count: bool = False) -> None:
        """Print findings, a line each: place, what is wrong, how to mend it, the rule's name.

        Who asked to be quiet is told of what counts: of errors, and of warnings only where they count as such.
        """
        told = {Severity.ERROR, Severity.WARNING} if do_warnings_count else {Severity.ERROR}
        for finding in findings:
            if self.is_quiet and finding.severity not in told:
                continue
            line = Text(printable_line(self.place(finding)))
            line.append(": ")
            line.append(finding.severity.value, style=_COLOURS[finding.severity])
            seen = from_root(finding, self.folder)
            line.append(printable(f": {seen.message} {seen.remedy} [{finding.rule}]").replace("\n", " "))
            self.aside.print(line)

    def place(self, finding: Finding) -> str:
        """Return where a finding is: ``content/privacy/en.md:3``."""
        parts = [from_root(finding, self.folder).path or "content", *([str(finding.line)] if finding.line else [])]
        return ":".join(parts)

    def show_error(self, error: PolicySiteError) -> None:
        """Tell what went wrong: every finding, then the sentence that sums it up."""
        if self.is_machine:
            self.write_json(self.error_as_json(error))
            return
        self.show_findings(
            error.findings, do_warnings_count=all(one.severity is not Severity.ERROR for one in error.findings)
        )
        self.aside.print(
            Text("error: ", style="bold red").append(
                printable(without_passwords(str(error)).replace("\n", " ")), style="not bold default"
            )
        )

    def error_as_json(self, error: PolicySiteError) -> dict[str, Any]:
        """Return an error for machines."""
        findings = [self.as_json(finding) for finding in error.findings]
        told = {"error": error.message, "remedy": error.remedy}
        return {**{name: without_passwords(text) for name, text in told.items()}, "findings": findings}

    def as_json(self, finding: Finding) -> dict[str, Any]:
        """Return a finding for machines."""
        told = from_root(finding, self.folder)
        return {
            "path": told.path,
            "line": finding.line,
            "rule": finding.rule,
            "severity": finding.severity.value,
            "message": told.message,
            "remedy": told.remedy,
        }

    @contextmanager
    def progress(self) -> Iterator[Any]:
        """Yield a function that tells how far something is: a bar on a terminal, plain lines elsewhere.

        It takes a purpose, how much is done, and of how much, ``None`` where nobody knows.
        """
        if self.is_quiet or self.is_machine:
            yield None
        elif self.aside.is_terminal:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            with Progress(*columns, console=self.aside, transient=True) as bar:
                tasks: dict[str, Any] = {}

                def advance(purpose: str, done: int, total: int | None) -> None:
                    if purpose not in tasks:
                        tasks[purpose] = bar.add_task(purpose, total=total)
                    bar.update(tasks[purpose], completed=done, total=total)

                yield advance
        else:
            quarters: dict[str, int] = {}

            def tell(purpose: str, done: int, total: int | None) -> None:
                if total is None:
                    return
                quarter = done * 4 // max(total, 1)
                if quarter > quarters.get(purpose, 0) and (total >= _MANY or done == total):
                    self.say_aside(f"{purpose}: {done} of {total}")
                quarters[purpose] = max(quarter, quarters.get(purpose, 0))

            yield tell


def counted(number: int, noun: str, several: str = "") -> str:
    """Write a number of things: 1 error, 2 errors; ``several`` where an "s" is not enough: 2 policies."""
    return f"{number} {noun if number == 1 else several or noun + 's'}"


def annotation(finding: Finding, terminal: Terminal) -> str:
    """Write a workflow command of GitHub Actions; values are escaped as its documentation asks."""
    seen = from_root(finding, terminal.folder)
    path = _escape(seen.path).replace(":", "%3A").replace(",", "%2C")
    file = f"file={path}," if path else ""  # what concerns the whole clone stands at no file
    line = f"line={finding.line}," if finding.line else ""
    told = _escape(f"{seen.message} {seen.remedy}")
    return f"::{_ANNOTATIONS[finding.severity]} {file}{line}title={_escape(finding.rule)}::{told}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
