"""A text brought along becomes the first version of a policy, and no word of it is lost."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from policy_site.documents import make_id
from policy_site.errors import UsageError
from policy_site.starting.readers import READERS, Reading
from policy_site.starting.readers.reading import unescaped, words_of

MAXIMUM_BYTES = 20 * 1024 * 1024
"""Of a document that is brought along."""
_HEADING = re.compile(r"^(?P<level>#{1,6})[ \t]+(?P<words>[^\n]*?)[ \t]*#*[ \t]*$")
_OWN_ID = re.compile(r"\{:?[ \t]*#[^{}\s]+[^{}]*\}$")
_NUMBER = re.compile(r"^(?:(?:\d+|[IVXLC]+|[A-Za-z])[.)]|§?\s*\d+(?:\.\d+)*\.?|\([A-Za-z0-9]+\))\s+")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_LINK = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?")


@dataclass(frozen=True, slots=True)
class BroughtText:
    """A document, read as the Markdown of a policy."""

    title: str
    """Empty where the document has none."""
    body: str
    """Markdown without front matter; every heading has an id."""
    remarks: tuple[str, ...]
    """What a person should look at, full sentences."""


def take_text(name: str, content: bytes) -> BroughtText:
    """Read a document by its name's ending; raise :class:`UsageError` where it cannot be read as it was meant."""
    suffix = f".{name.rpartition('.')[2].lower()}"
    reader = READERS.get(suffix)
    if reader is None:
        known = ", ".join(sorted(READERS))
        raise UsageError(f"{name} is of no kind that can be brought along.", remedy=f"Save it as one of {known}.")
    if len(content) > MAXIMUM_BYTES:
        raise UsageError(
            f"{name} is larger than {MAXIMUM_BYTES // 1024 // 1024} MiB.", remedy="Bring the text without pictures."
        )
    reading = reader(name, content)
    body = give_ids(reading.body.strip() + "\n")
    if not re.search(r"\w", body):
        raise UsageError(f"{name} holds no words.", remedy="Name the document that holds the policy.")
    remarks = [*reading.remarks, *_remarks_on(body, reading)]
    return BroughtText(title=reading.title.strip(), body=body, remarks=tuple(remarks))


def give_ids(body: str) -> str:
    """Give every heading of a Markdown text an id that survives renumbering; those that have one keep it."""
    taken: Counter[str] = Counter()
    lines: list[str] = []
    fence = ""
    for line in body.split("\n"):
        opened = _FENCE.match(line)
        if opened and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else opened[1]
        heading = None if fence else _HEADING.match(line)
        if heading is None or _OWN_ID.search(heading["words"]):
            lines.append(line)
            continue
        plain = re.sub(r"[*_`\\]", "", _LINK.sub(r"\1", heading["words"]))
        wanted = make_id(_NUMBER.sub("", plain) or plain)[:40].strip("-") or "section"
        taken[wanted] += 1
        own = wanted if taken[wanted] == 1 else f"{wanted}-{taken[wanted]}"
        lines.append(f"{heading['level']} {heading['words']} {{#{own}}}")
    return "\n".join(lines)


def _remarks_on(body: str, reading: Reading) -> list[str]:
    remarks: list[str] = []
    if not re.search(r"^#{1,6} ", body, re.MULTILINE):
        remarks.append(
            "It has no headings, so it is one section, and redlines cannot name others. Put `## ` before each heading."
        )
    lost = lost_words(reading.words, body)
    if lost:
        shown = ", ".join(repr(word) for word in lost[:5])
        remarks.append(f"{len(lost)} words of the document are not in the text, {shown} among them. Put them back.")
    return remarks


def lost_words(words: tuple[str, ...], body: str) -> list[str]:
    """Return the words of the document that the Markdown does not hold as often, in their order, each once."""
    held = Counter(words_of(unescaped(body)))
    wanted = Counter(words)
    return [word for word in wanted if wanted[word] > held[word]]
