"""What the beginning of a line says by the rules of CommonMark 0.31 and GFM 0.29: expressions and small readers.

Lines come with tabs made spaces. Every expression takes linear time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ATX = re.compile(r"(#{1,6})(?:[ ]+|$)")
ATX_END = re.compile(r"(?:^|[ ]+)#+[ ]*$")
FENCE = re.compile(r"`{3,}(?!.*`)|~{3,}")
SETEXT = re.compile(r"(=+|-+)[ ]*$")
RULE = re.compile(r"(?:(?:\*[ ]*){3,}|(?:_[ ]*){3,}|(?:-[ ]*){3,})$")
BULLET = re.compile(r"([*+-])(?=[ ]|$)")
ORDERED = re.compile(r"([0-9]{1,9})([.)])(?=[ ]|$)")
FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\]:[ ]*")
DEFINITION = re.compile(r":[ ]+(?=\S)")
ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ ]*$", re.IGNORECASE)

_BLOCK_NAMES = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt"
    "|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu"
    "|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr"
    "|track|ul"
)
_ATTRIBUTE = r"""[ ]++[a-zA-Z_:][a-zA-Z0-9:._-]*+(?:[ ]*+=[ ]*+(?:[^ "'=<>`]++|'[^']*+'|"[^"]*+"))?+"""
_RAW = "pre|script|style|textarea"
_HTML = (
    (re.compile(rf"<(?:{_RAW})(?:[ >]|$)", re.IGNORECASE), re.compile(rf"</(?:{_RAW})>", re.IGNORECASE)),
    (re.compile(r"<!--"), re.compile(r"-->")),
    (re.compile(r"<\?"), re.compile(r"\?>")),
    (re.compile(r"<![A-Za-z]"), re.compile(r">")),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>")),
    (re.compile(rf"</?(?:{_BLOCK_NAMES})(?:[ ]|/?>|$)", re.IGNORECASE), None),
)  # fmt: skip
_HTML_ALONE = re.compile(rf"<(?:[a-zA-Z][a-zA-Z0-9-]*+(?:{_ATTRIBUTE})*+[ ]*+/?|/[a-zA-Z][a-zA-Z0-9-]*+[ ]*+)>[ ]*$")

_ALIGNMENTS = {(True, True): "center", (True, False): "left", (False, True): "right", (False, False): ""}
_DELIMITERS = re.compile(r"\|?[ ]*+:?-++:?[ ]*+(?:\|[ ]*+:?-++:?[ ]*+)*+\|?[ ]*$")


_LANGUAGES = """
    bash c console cpp cs csharp css csv diff go graphql html http ini java javascript js json jsonc kotlin log markdown
    md mermaid none php plain plaintext powershell py python rb ruby rust scss sh shell sql svg swift text toml ts tsx
    txt typescript xml yaml yml zsh
"""


def shown_information(information: str) -> str:
    """Return what of the words after a fence is text: not the name of a language, but nothing else may vanish."""
    words = information.strip(" ")
    return "" if words.lower() in _LANGUAGES.split() else words


@dataclass(frozen=True, slots=True)
class Marker:
    """What begins an item of a list."""

    kind: str
    """The bullet, or the sign after a number: a list goes on while it stays the same."""
    number: int | None
    width: int
    """Columns of the marker alone."""


def read_marker(rest: str) -> Marker | None:
    """Return the marker that ``rest``, a line from its first visible sign, begins with."""
    if found := BULLET.match(rest):
        return Marker(found.group(1), None, 1)
    if found := ORDERED.match(rest):
        return Marker(found.group(2), int(found.group(1)), found.end())
    return None


def html_end(rest: str, *, interrupts: bool) -> tuple[bool, re.Pattern[str] | None]:
    """Say whether a block of raw HTML begins, and what ends it; ``None``: an empty line.

    ``interrupts`` is true where a paragraph is open: a lone tag that is no block does not end one.
    """
    for start, end in _HTML:
        if start.match(rest):
            return True, end
    return (not interrupts and bool(_HTML_ALONE.match(rest))), None


def split_cells(row: str) -> list[str]:
    r"""Return the cells of a row of a table: split at each ``|`` that no backslash stands before, code or not."""
    row = row.strip(" ")
    row = row.removeprefix("|")
    if row.endswith("|") and (len(row) - len(row[:-1].rstrip("\\"))) % 2:
        row = row[:-1]
    cells, start, index = [], 0, 0
    while (index := row.find("|", index)) >= 0:
        if not index or row[index - 1] != "\\":
            cells.append(row[start:index])
            start = index + 1
        index += 1
    cells.append(row[start:])
    return [cell.strip(" ").replace("\\|", "|") for cell in cells]


def read_alignments(rest: str, header: str) -> list[str] | None:
    """Return the alignment of each column where ``rest`` is the line below the heads of a table."""
    if "|" not in header or ("|" not in rest and ":" not in rest) or not _DELIMITERS.match(rest):
        return None
    cells = split_cells(rest)
    if len(cells) != len(split_cells(header)):
        return None
    return [_ALIGNMENTS[cell.startswith(":"), cell.endswith(":")] for cell in cells]
