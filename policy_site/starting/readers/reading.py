"""What a reader makes of a document, and what readers have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass

from policy_site.errors import UsageError

_MARKUP = re.compile(r"([\\`*_\[\]{}])")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")
# a backslash before these stays to be seen, in one reading or the other
_REFERENCES = ((re.compile(r"&(?=#?\w+;)"), "&amp;"), (re.compile("<"), "&lt;"), (re.compile("~"), "&#126;"))


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as Markdown."""

    title: str
    """Empty where the document has none of its own."""
    body: str
    """Markdown, the title left out."""
    words: tuple[str, ...]
    """Every word of the document's body in order, found without the conversion, to compare with."""
    remarks: tuple[str, ...] = ()
    """What a person should look at, full sentences."""


def decode(name: str, content: bytes) -> str:
    """Return the characters of a text file; :class:`UsageError` where it is not UTF-8 (a byte order mark is let go)."""
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{name} is not a text in UTF-8: byte {error.start + 1} fits no character.",
            remedy="Save it as UTF-8 and try again.",
        ) from None
    if "\0" in text:
        raise UsageError(f"{name} holds bytes that are no text.", remedy="Save it as a text file in UTF-8.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def unescaped(markdown: str) -> str:
    """Return Markdown with each escaped sign as readers see it."""
    return _ESCAPED.sub(r"\1", markdown)


def words_of(text: str) -> tuple[str, ...]:
    """Return the runs of letters and digits of a text."""
    return tuple(re.findall(r"\w+", text))


def escape_markup(line: str) -> str:
    """Return a line of plain text as Markdown shows it: every sign that would be read stays a sign."""
    escaped = _MARKUP.sub(r"\\\1", line)
    for sign, reference in _REFERENCES:
        escaped = sign.sub(reference, escaped)
    return escaped
