"""HTML: the main part of a page as Markdown; the only door to markdownify."""

from __future__ import annotations

import re
from typing import Any

from lxml import html as lxml_html
from lxml.html import HtmlElement
from markdownify import MarkdownConverter

from policy_site.errors import UsageError
from policy_site.starting.readers.reading import Reading, decode, escape_markup, words_of

SUFFIXES = (".html", ".htm")

TITLE_CLASS = "title-of-the-document"
_LEFT_OUT = ("script", "style", "template", "noscript", "nav", "form", "iframe", "object", "svg", "button")
_LINE_START = re.compile(r"^[#>+=-](?=\s|[=-]*$)|(?<=^\d)[.)](?=\s)|(?<=^\d\d)[.)](?=\s)")
"""What a paragraph may not begin with."""
_LETTERED = {"a", "A", "i", "I"}


def read(name: str, content: bytes) -> Reading:
    """Take a web page: of a whole page its `main`, `article` or `body`, without navigation, forms and scripts."""
    return read_html(decode(name, content), name=name)


def read_html(text: str, *, name: str, remarks: tuple[str, ...] = ()) -> Reading:
    """Take HTML as Markdown; the first heading of the first level is the title."""
    try:
        page = lxml_html.document_fromstring(re.sub(r"\A\s*<\?xml[^>]*\?>", "", text))
    except (ValueError, lxml_html.etree.ParserError) as error:
        raise UsageError(f"{name} cannot be read as HTML: {error}.", remedy="Save the page anew, or as text.") from None
    places = [next(page.iter(tag), None) for tag in ("main", "article", "body")]
    root: HtmlElement = next((place for place in places if place is not None), page)
    for element in list(root.iter(*_LEFT_OUT)):
        element.drop_tree()
    told = [*remarks]
    if next(root.iter("img"), None) is not None:
        told.append("Pictures are left out. Put them beside the text and link them.")
        for picture in list(root.iter("img")):
            picture.drop_tree()
    if any(items.get("type") in _LETTERED for items in root.iter("ol")):
        told.append("Lists with letters or Roman numbers are written with the signs they were shown with: check them.")
    title = _take_title(root)
    words = words_of(" ".join(root.itertext()))
    body = _Converter(heading_style="ATX", bullets="-").convert(lxml_html.tostring(root, encoding="unicode"))
    return Reading(title=title, body=re.sub(r"\n{3,}", "\n\n", body), words=words, remarks=tuple(told))


def _take_title(root: HtmlElement) -> str:
    """Take the title out: what is marked as one, or the first heading of the first level where it has no number."""
    tops = list(root.iter("h1"))
    named = [top for top in tops if top.get("class") == TITLE_CLASS]
    # where sections are headings of the first level, too, a numbered one is a section and no title
    if not named and tops and (len(tops) == 1 or not re.match(r"\s*[\d§(]", tops[0].text_content())):
        named = tops[:1]
    if not named:
        return ""
    title = " ".join(named[0].text_content().split())
    named[0].drop_tree()
    return title


class _Converter(MarkdownConverter):
    """Escapes what both readings of Markdown take for a sign, and no more."""

    def escape(self, text: str, parent_tags: Any) -> str:  # noqa: ANN401 - of a library without types
        """Return text as Markdown shows it."""
        escaped = escape_markup(text)
        is_in_cell = "td" in parent_tags or "th" in parent_tags
        return escaped.replace("|", "\\|") if is_in_cell else _LINE_START.sub(r"\\\g<0>", escaped)
