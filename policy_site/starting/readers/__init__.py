"""Kinds of documents that can be brought along, one module each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from policy_site.starting.readers import html, markdown, plain, word
from policy_site.starting.readers.reading import Reading as Reading

_MODULES = (markdown, plain, html, word)
"""Every kind; add yours here."""

READERS: Mapping[str, Callable[[str, bytes], Reading]] = MappingProxyType(
    {suffix: module.read for module in _MODULES for suffix in module.SUFFIXES}
)
"""The function that reads a document, by the ending of its name: ``(name, content) -> Reading``."""
