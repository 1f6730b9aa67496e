"""Strings made safe for the forms they leave in: nothing an author writes may break a feed or a terminal."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import escape

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold, not even escaped (section 2.2)."""
_CONTROLS = re.compile("[\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Delete and the C1 controls, and the bidirectional overrides that turn what stands around them."""


def clean_text(text: str) -> str:
    """Return text of several lines without control characters, its line ends as LF."""
    text = _NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROLS.sub("", text)


def clean_line(text: str) -> str:
    """Return text on one line: no control characters, each run of white space one space."""
    return " ".join(clean_text(text).split())


def clean_html(html: str) -> str:
    """Return finished HTML without the characters that XML forbids."""
    return _NOT_IN_XML.sub("", html.replace("\r\n", "\n").replace("\r", "\n"))


def escape_line(text: str) -> str:
    """Return text as it stands in HTML, on one line."""
    return escape(clean_line(text))


def instant_text(at: datetime) -> str:
    """Return an instant as ``2026-05-04T00:00:00Z`` (RFC 3339, UTC, seconds)."""
    return f"{at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"


def json_bytes(value: object, *, indent: int | None = 2) -> bytes:
    """Return JSON as it is published: UTF-8, keys in the order they were put in, a line end at the end."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent, separators=separators)
    return f"{text}\n".encode()
