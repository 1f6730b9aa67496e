"""Markdown becomes clean HTML, one chunk at a time. The only door to Python-Markdown."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

import markdown

from policy_site.documents.chunks import are_elements_closed
from policy_site.documents.cleaning import VERSION as CLEANER_VERSION
from policy_site.documents.cleaning import clean

RENDERER = f"2 markdown {markdown.__version__} {CLEANER_VERSION}"
"""Changes whenever the same chunk could come out differently: it is part of every chunk's name."""

_MASK = "\ufdd0"
"""A noncharacter that stands for a ``<`` which is to stay a visible sign; normalized texts hold none."""
_SWALLOWING = re.compile(
    r"<(?=/?(?:script|style|textarea|title|plaintext|xmp|noscript|noembed|noframes|iframe|template)\b|\?|!(?!--))",
    re.IGNORECASE,
)
_EMPTY_COMMENT = re.compile(r"<(?=!---?>)")


class Converter:
    """Turns chunks into clean HTML; not for several threads at once."""

    def __init__(self, extensions: tuple[str, ...]) -> None:
        self._prefix = f"{RENDERER}\n{' '.join(extensions)}\n"
        self._markdown = _make_markdown(extensions)
        self._plain = _make_markdown(tuple(name for name in extensions if name != "md_in_html"))

    def key(self, chunk: str) -> str:
        """Name what :meth:`convert` makes of ``chunk``: SHA-256 in hexadecimal."""
        return sha256((self._prefix + chunk).encode()).hexdigest()

    def convert(self, chunk: str) -> str:
        """Return the clean HTML of a chunk. Raises what Python-Markdown raises, :class:`RecursionError` included."""
        masked = _mask(chunk)
        # md_in_html loses what follows an element that is never closed
        is_safe = "markdown" not in masked or are_elements_closed(masked)
        parser = self._markdown if is_safe else self._plain
        parser.reset()
        html = parser.convert(masked)
        # addresses of mail are written in character references
        return clean(html.replace(_MASK, "&lt;").replace(f"&#{ord(_MASK)};", "&lt;"))


def _make_markdown(extensions: tuple[str, ...]) -> markdown.Markdown:
    configuration: dict[str, dict[str, Any]] = {"footnotes": {"BACKLINK_TITLE": ""}}
    return markdown.Markdown(
        extensions=list(extensions),
        extension_configs={name: configuration[name] for name in configuration if name in extensions},
        output_format="html",
    )


def _mask(chunk: str) -> str:
    """Hide each ``<`` that would make a parser swallow what follows; code keeps showing it as it is."""
    masked = _SWALLOWING.sub(_MASK, chunk)
    masked = _EMPTY_COMMENT.sub(_MASK, masked)
    end = masked.rfind("-->")
    opening = masked.find("<!--", max(end, 0))
    return masked if opening < 0 else masked[:opening] + masked[opening:].replace("<!--", f"{_MASK}!--")
