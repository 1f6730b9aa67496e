# ruff: noqa: RUF001 - dashes as they stand in texts
"""Numbers before headings and paragraphs: `1.`, `4.2`, `(a)`, `§ 3`. Renumbering is said once."""

from __future__ import annotations

import regex

_NUMBER = regex.compile(
    r"""(?xi)\s*
    (?:(?:§+|section|article|art\.|artikel|abschnitt|ziffer|articolo|artículo|第)\s*)?
    (?:
        \p{Nd}+(?:\.\p{Nd}+)*(?:[.):]|\s*[条章節节項]|(?=\s+\p{Lu}|\s*[–—-]\s))
      | \(\s*(?:\p{Nd}{1,3}|[a-z]|[ivx]{1,5})\s*\)
      | (?:[a-z]|(?-i:[IVX]{1,6}|[ivx]{2,5}))[.)]
    )
    (?:\s+|(?<=[条章節节項])|$)
    """
)


def split_number(text: str) -> int:
    """Return where the words begin after the number before them; 0 where there is none."""
    found = _NUMBER.match(text)
    return found.end() if found and found.end() < len(text) else 0


def number_of(text: str) -> str:
    """Return the number before the words, without white space around it; empty where there is none."""
    return text[: split_number(text)].strip()


def without_number(text: str) -> str:
    """Return the words after the number."""
    return text[split_number(text) :].strip()
