"""A CSV file of recipients, row by row, each with its place. Written to survive whatever stands in it.

A line is a row, for nothing that is asked for has a line break in it. A quoted cell that goes on over several lines is
refused with each of its lines, so that no smuggled row is used and no swallowed one forgotten; where the quotation mark
is merely forgotten, only its own line is lost.
"""

from __future__ import annotations

import csv
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from policy_site.errors import UsageError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_LINE = 4_096
_MOST_LINES = 20
"""Further than this a quoted cell is not followed."""
_COLUMNS = ("address", "language", "accepted", "name", "account", "time_zone")
_REMEDY = "Write UTF-8 with the header `address,language` and, where known, `accepted,name,account,time_zone`."


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file."""

    line: int
    cells: tuple[str, ...]
    """Address, language, accepted version, name, account and time zone as written; bytes that are not UTF-8 as lone
    surrogates."""
    reason: str = ""
    """Why it is no row, in a sentence; empty where it is one."""
    lines: int = 1
    """So many lines are refused together: a quoted cell goes on over them."""


class FileRows:
    """An open CSV file, and the place up to which it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.offset = 0
        self.line = 1
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise UsageError(
                f"The list of recipients {path} cannot be read: {error.strerror}.",
                remedy="Put it there, or name another one in the settings.",
            ) from None
        try:
            self._seen = _identity(os.fstat(self._file.fileno()))
            self.digest = hashlib.file_digest(self._file, "sha256").hexdigest()
            self._read_header()
        except OSError as error:
            self._file.close()
            raise UsageError(
                f"The list of recipients {path} cannot be read: {error.strerror}.", remedy="Make it a readable file."
            ) from None
        except UsageError:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._file.close()

    def is_unchanged(self) -> bool:
        """Say whether the file at the path is still the one that was opened, untouched since."""
        try:
            return _identity(self._path.stat()) == self._seen
        except OSError:
            return False

    def go_to_first_row(self) -> None:
        """Go on below the header."""
        self.go_to(*self._first_row)

    def go_to(self, offset: int, line: int) -> None:
        """Go on at a byte, which begins the line of that number."""
        if offset != self.offset:
            self._file.seek(offset)
        self.offset, self.line = offset, line

    def next_row(self) -> Row | None:
        """Return the next row that is not empty; None at the end of the file."""
        while True:
            number = self.line
            record, lines = self._next_record()
            if not record:
                return None
            if record.isspace():
                continue
            if lines > 1:
                reason = f"A quoted cell goes on from line {number} to line {number + lines - 1}."
                return Row(number, _NO_CELLS, reason, lines)
            if len(record) > _LONGEST_LINE:
                return Row(number, _NO_CELLS, f"The line is longer than {_LONGEST_LINE} bytes.")
            return self._row(number, record)

    def _row(self, number: int, record: bytes) -> Row:
        text = record.decode("utf-8", errors="surrogateescape").rstrip("\r\n")
        cells = _split(text, self._delimiter) if '"' in text else text.split(self._delimiter)
        if cells is None:
            return Row(number, _NO_CELLS, "A quotation mark has no counterpart.")
        if len(cells) > len(self._columns):
            return Row(number, _NO_CELLS, f"There are {len(cells)} cells; the header has {len(self._columns)}.")
        named = dict(zip(self._columns, cells, strict=False))
        return Row(number, tuple(named.get(column, "") for column in _COLUMNS))

    def _next_record(self) -> tuple[bytes, int]:
        """Return the next line, or the lines over which a quoted cell goes on; and how many they are."""
        first, length = self._read_line()
        lines, total = 1, length
        if first.count(b'"') % 2 and length <= _LONGEST_LINE:
            taken = self._follow_quotation()
            lines += taken[0]
            total += taken[1]
        self.offset += total
        self.line += lines if first else 0
        return first, lines

    def _follow_quotation(self) -> tuple[int, int]:
        """Return over how many more lines, and bytes, an opened quotation goes; none if it is never closed."""
        back = self._file.tell()
        total = 0
        for lines in range(1, _MOST_LINES):
            line, length = self._read_line()
            total += length
            if not line or length > _LONGEST_LINE:
                break
            if line.count(b'"') % 2:
                return lines, total
        self._file.seek(back)
        return 0, 0

    def _read_line(self) -> tuple[bytes, int]:
        """Return the next line, no more of it than is needed to see that it is too long, and its length in bytes."""
        line = self._file.readline(_LONGEST_LINE + 1)
        length = len(line)
        if length > _LONGEST_LINE:
            rest = line
            while rest and not rest.endswith(b"\n"):
                rest = self._file.readline(_BLOCK)
                length += len(rest)
        return line, length

    def _read_header(self) -> None:
        self._file.seek(0)
        self.offset, self.line = 0, 1
        if self._file.read(len(_BYTE_ORDER_MARK)) == _BYTE_ORDER_MARK:
            self.offset = len(_BYTE_ORDER_MARK)
        self._file.seek(self.offset)
        record, _ = self._next_record()
        try:
            text = record.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise UsageError(f"The list of recipients {self._path} is not UTF-8.", remedy=_REMEDY) from None
        self._delimiter = ";" if ";" in text and "," not in text else ","
        names = _split(text, self._delimiter) or []
        self._columns = tuple(name.strip().lower() for name in names)
        if "address" not in self._columns or "language" not in self._columns:
            raise UsageError(
                f"The list of recipients {self._path} does not begin with a header that names address and language.",
                remedy=_REMEDY,
            )
        unknown = [name for name in self._columns if name not in _COLUMNS or self._columns.count(name) > 1]
        if unknown:
            raise UsageError(
                f"The header of the list of recipients {self._path} has a column {unknown[0][:80]!r} too many.",
                remedy=_REMEDY,
            )
        self._first_row = (self.offset, self.line)


_NO_CELLS = ("",) * len(_COLUMNS)
_BLOCK = 1 << 20


def _split(text: str, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def _identity(facts: os.stat_result) -> tuple[int, int, int, int]:
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns
