"""The only door to markdown-it-py: Markdown as a forge reads it, for texts that were written for one."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

from policy_site.documents.cleaning import SURPLUS
from policy_site.documents.forge.attributes import read_attributes
from policy_site.documents.forge.clauses import make_clauses
from policy_site.documents.forge.notes import keep_notes
from policy_site.documents.forge.numbers import keep_numbers
from policy_site.documents.forge.tables import keep_cells
from policy_site.documents.starts import shown_information

VERSION = f"markdown-it-py {version('markdown-it-py')} {version('mdit-py-plugins')}"
_MAXIMUM_NESTING = 200
"""Beyond, markdown-it leaves words out without a word; what is nested half as deep is refused before."""


def _make_reader(*, is_preview: bool) -> MarkdownIt:
    """Return a reader of GitHub's Markdown that loses nothing: alerts, notes, definition lists, attribute lists.

    That of a preview knows no clauses, and marks what a forge does not show: cells, and other numbers of entries.
    """
    reader = MarkdownIt("commonmark", {"html": True, "maxNesting": _MAXIMUM_NESTING}).enable(["table", "strikethrough"])
    # boxes to tick stay signs: as elements they would leave the text, and with them whether they are ticked
    reader.options["alerts"] = True
    reader.options["strikethrough_single_tilde"] = True
    reader.use(gfm_autolink_plugin)
    reader.use(deflist_plugin)
    keep_cells(reader, marked_as=SURPLUS if is_preview else "")
    keep_notes(reader)
    read_attributes(reader)
    if is_preview:
        keep_numbers(reader)
    else:
        make_clauses(reader)
    reader.add_render_rule("fence", _fence)
    reader.add_render_rule("alert_open", lambda *_: "<blockquote>\n")
    reader.add_render_rule("alert_close", lambda *_: "</blockquote>\n")
    reader.add_render_rule("alert_title_open", lambda *_: "<p><strong>")
    reader.add_render_rule("alert_title_close", lambda *_: "</strong></p>\n")
    return reader


def _fence(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    """Write code, and before it what after its fence is no name of a language."""
    token = tokens[index]
    information = shown_information(token.info)
    words = f"{information}\n" if information else ""
    return f"<pre><code>{escapeHtml(words + token.content)}</code></pre>\n"


class Forge:
    """Turns Markdown into HTML that is not clean yet."""

    def __init__(self, *, is_preview: bool) -> None:
        self._reader = _make_reader(is_preview=is_preview)

    def convert(self, text: str) -> str:
        """Return HTML. Raises :class:`RecursionError` for what is nested too deeply."""
        return str(self._reader.render(text))
