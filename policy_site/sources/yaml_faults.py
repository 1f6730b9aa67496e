"""What is wrong with facts that YAML cannot read, in the words of the person who wrote them.

A parser names the place where it gave up, often a line late, in words for programmers. The usual slips can be told from
the lines themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

NO_BREAK_SPACES = "\u00a0\u2007\u202f"
_KEY = r"(?P<name>[\w-]+)"
_GLUED = re.compile(rf"[ ]*(?:-[ ]+)?{_KEY}:(?P<value>[^\s:/][^\n]*)$")
_FACT = re.compile(rf"[ ]*(?:-[ ]+)?{_KEY}:(?:[ ]+(?P<value>\S.*?))?[ ]*$")
_LIST_ENTRY = re.compile(r"[ ]*-(?:[ ]|$)")
_BLOCK = re.compile(r":[ ]*[|>][+-]?[ ]*$")
_SPECIAL = "@`%&*!"


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip of writing."""

    line: int
    """From 0, in the facts."""
    message: str
    remedy: str


def find_slip(source: str, *, gave_up_at: int) -> Slip:
    """Return the likeliest slip before the line, from 0, at which a parser of YAML gave up."""
    lines = source.split("\n")
    for slip in _slips(lines[: gave_up_at + 1]):
        return slip
    return Slip(
        min(gave_up_at, max(len(lines) - 1, 0)),
        "These lines cannot be read.",
        "Write each fact on a line of its own, `name: value`, and a list in square brackets: `sections: [data]`.",
    )


def _slips(lines: list[str]) -> Iterator[Slip]:
    in_block = False
    for number, line in enumerate(lines):
        is_inner = line.startswith(" ")
        if in_block and (is_inner or not line.strip()):
            continue
        in_block = bool(_BLOCK.search(line))
        if slip := _slip_of(number, line, is_inner=is_inner):
            yield slip


def _slip_of(number: int, line: str, *, is_inner: bool) -> Slip | None:  # noqa: PLR0911 - one for each kind of slip
    written = line.strip()
    if not written or written.startswith("#"):
        return None
    if any(space in line for space in NO_BREAK_SPACES):
        return Slip(
            number,
            "This line contains a no-break space.",
            "Delete it and type an ordinary space; such spaces come from text copied from a web page or from Word.",
        )
    if "\t" in line[: len(line) - len(line.lstrip())] or re.match(r"[ ]*-\t", line):
        return Slip(number, "This line begins with a tab.", "Replace it with spaces.")
    if glued := _GLUED.match(line):
        return Slip(
            number, "A space is missing after the colon.", f"Write `{glued['name']}: {_short(glued['value'])}`."
        )
    fact = _FACT.match(line)
    value = (fact["value"] or "") if fact else ""
    if value[:1] in ("'", '"') and not _is_closed(value):
        return Slip(
            number, f"The quotation mark {value[0]} in this line is not closed.", "Add it at the end of the value."
        )
    if fact and value[:1] not in ("", "'", '"', "[", "{", "|", ">") and (": " in value or value.endswith(":")):
        return Slip(
            number,
            "The value contains a colon, so it is unclear where the value begins.",
            f'Put the value in quotation marks: `{fact["name"]}: "{_short(value)}"`.',
        )
    if fact and value[:1] and value[0] in _SPECIAL:
        return Slip(
            number,
            f"A value cannot begin with {value[0]}.",
            f'Put it in quotation marks: `{fact["name"]}: "{_short(value)}"`.',
        )
    if fact is None and not is_inner and not _LIST_ENTRY.match(line) and written[0] not in "[]{},\"'":
        return Slip(number, "This line has no name and colon.", "Write `name: value`, or delete the line.")
    return None


def _is_closed(value: str) -> bool:
    """Say whether a value that begins with a quotation mark has the second one."""
    mark = value[0]
    inner = value[1:].replace("\\\\", "").replace('\\"', "") if mark == '"' else value[1:].replace("''", "")
    return mark in inner


def _short(value: str) -> str:
    return value if len(value) <= 60 else f"{value[:60]}…"  # noqa: PLR2004 - what is seen at a glance
