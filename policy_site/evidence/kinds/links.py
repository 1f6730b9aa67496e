# ruff: noqa: RUF001 - signs of many scripts
"""Hosts and addresses of other sites, written out or behind a link."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import regex

from policy_site.evidence.linked import linked_words
from policy_site.evidence.values import Found, Passage

_ADDRESS = regex.compile(
    r"(?:https?://|www\.)[^\s<>\"“”«»「」（），。、]{1,2000}"
    r"|(?<![\p{L}\p{N}@._\-/])(?:[a-z0-9][a-z0-9\-]{0,62}+\.){1,6}+"
    r"(?:com|org|net|eu|io|example|edu|gov|info|app|dev|[a-z]{2})(?:/[^\s<>\"“”«»「」（），。、]{0,500})?+(?![\p{L}\p{N}@])",
    regex.IGNORECASE,
)
_TAIL = ".,;:!?)]}'’"


def find_links(passage: Passage) -> Iterator[Found]:
    """Find where a text sends its readers: the host with its path, without what every browser adds."""
    behind: list[tuple[int, int]] = []
    for link in linked_words(passage.spans):
        value = _value(link.href)
        if value:
            behind.append((link.start, link.end))
            yield Found(value, link.start, link.end)
    for found in _ADDRESS.finditer(passage.text):
        words = found[0].rstrip(_TAIL)
        if not any(start <= found.start() < end for start, end in behind) and _is_host(words):
            address = words if "://" in words else f"https://{words}"
            yield Found(_value(address), found.start(), found.start() + len(words))


def _is_host(words: str) -> bool:
    """Say whether words name a host: *e.g* and *z.B* do not."""
    if "://" in words or words.lower().startswith("www."):
        return True
    labels = words.partition("/")[0].split(".")
    return all(len(label) > 1 for label in labels) and any(sign.isalpha() for sign in labels[-2])


def _value(href: str) -> str:
    try:
        parts = urlsplit(href)
    except ValueError:
        return href
    if parts.scheme not in ("http", "https") and not parts.netloc:
        return f"tel:{parts.path}" if parts.scheme == "tel" else ""
    host = (parts.hostname or "").removeprefix("www.")
    return host + unquote(parts.path).rstrip("/") + (f"?{parts.query}" if parts.query else "")
