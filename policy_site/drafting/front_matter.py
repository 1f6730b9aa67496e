"""One fact of a text written, the rest left as it was."""

from __future__ import annotations

import re

_START = re.compile(r"\A(?:\ufeff)?---[ \t]*\n")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)


def with_fact(text: str, key: str, value: str) -> str:
    """Return a text whose front matter says ``key: value`` at its top level; other lines and comments stay."""
    start = _START.match(text)
    if start is None:
        return f"---\n{key}: {value}\n---\n\n{text}"
    end = _END.search(text, start.end())
    if end is None:
        return text
    facts = text[start.end() : end.start()]
    known = re.compile(rf"^{re.escape(key)}[ \t]*:[^\n]*(?:\n[ \t]+[^\n]*)*", re.MULTILINE)
    found = known.search(facts)
    if found is not None:
        comment = re.search(r"[ \t]+#[^\n]*$", found[0]) if "\n" not in found[0] else None
        facts = f"{facts[: found.start()]}{key}: {value}{comment[0] if comment else ''}{facts[found.end() :]}"
    else:
        facts = f"{facts}{key}: {value}\n"
    return f"{text[: start.end()]}{facts}{text[end.start() :]}"
