"""Markdown becomes clean HTML, one chunk at a time."""

from __future__ import annotations

import re
from hashlib import sha256

from policy_site.documents.chunks import GITHUB, PREVIEW
from policy_site.documents.cleaning import VERSION as CLEANER_VERSION
from policy_site.documents.cleaning import clean
from policy_site.documents.forge import VERSION as FORGE_VERSION
from policy_site.documents.forge import Forge
from policy_site.documents.python_markdown import VERSION as PYTHON_MARKDOWN_VERSION
from policy_site.documents.python_markdown import PythonMarkdown

_RENDERER = f"4 {CLEANER_VERSION}"
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
        self._parser: Forge | PythonMarkdown
        if extensions in (GITHUB, PREVIEW):
            self._parser, parser_version = Forge(is_preview=extensions == PREVIEW), FORGE_VERSION
        else:
            self._parser, parser_version = PythonMarkdown(extensions), PYTHON_MARKDOWN_VERSION
        self._prefix = f"{_RENDERER} {parser_version}\n{' '.join(extensions)}\n"

    def key(self, chunk: str) -> str:
        """Name what :meth:`convert` makes of ``chunk``: SHA-256 in hexadecimal."""
        return sha256((self._prefix + chunk).encode()).hexdigest()

    def convert(self, chunk: str) -> str:
        """Return the clean HTML of a chunk. Raises what the parsers raise, :class:`RecursionError` included."""
        masked = _mask(chunk)
        html = self._parser.convert(masked)
        # addresses of mail are written in character references
        return clean(html.replace(_MASK, "&lt;").replace(f"&#{ord(_MASK)};", "&lt;"))


def _mask(chunk: str) -> str:
    """Hide each ``<`` that would make a parser swallow what follows; code keeps showing it as it is."""
    masked = _SWALLOWING.sub(_MASK, chunk)
    masked = _EMPTY_COMMENT.sub(_MASK, masked)
    end = masked.rfind("-->")
    opening = masked.find("<!--", max(end, 0))
    return masked if opening < 0 else masked[:opening] + masked[opening:].replace("<!--", f"{_MASK}!--")
