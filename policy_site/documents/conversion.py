"""Markdown becomes clean HTML, one chunk at a time. The only door to Python-Markdown."""

from __future__ import annotations

import re
from hashlib import sha256

import markdown
from markdown.extensions import Extension
from markdown.extensions.footnotes import FootnoteExtension

from policy_site.documents.cleaning import VERSION as CLEANER_VERSION
from policy_site.documents.cleaning import clean
from policy_site.documents.commonmark import CommonMark

RENDERER = f"3 markdown {markdown.__version__} {CLEANER_VERSION}"
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

    def key(self, chunk: str) -> str:
        """Name what :meth:`convert` makes of ``chunk``: SHA-256 in hexadecimal."""
        return sha256((self._prefix + chunk).encode()).hexdigest()

    def convert(self, chunk: str) -> str:
        """Return the clean HTML of a chunk. Raises what Python-Markdown raises, :class:`RecursionError` included."""
        masked = _mask(chunk)
        self._markdown.reset()
        html = self._markdown.convert(masked)
        # addresses of mail are written in character references
        return clean(html.replace(_MASK, "&lt;").replace(f"&#{ord(_MASK)};", "&lt;"))


def _make_markdown(extensions: tuple[str, ...]) -> markdown.Markdown:
    footnotes = FootnoteExtension(BACKLINK_TITLE="", USE_DEFINITION_ORDER=False) if "footnotes" in extensions else None
    loaded: list[str | Extension] = [name for name in ("attr_list", "md_in_html") if name in extensions]
    if footnotes:
        loaded.append(footnotes)
    # what it reads itself, lists and tables among it, needs no extension of Python-Markdown
    loaded.append(CommonMark(extensions, footnotes))
    return markdown.Markdown(extensions=loaded, output_format="html")


def _mask(chunk: str) -> str:
    """Hide each ``<`` that would make a parser swallow what follows; code keeps showing it as it is."""
    masked = _SWALLOWING.sub(_MASK, chunk)
    masked = _EMPTY_COMMENT.sub(_MASK, masked)
    end = masked.rfind("-->")
    opening = masked.find("<!--", max(end, 0))
    return masked if opening < 0 else masked[:opening] + masked[opening:].replace("<!--", f"{_MASK}!--")
