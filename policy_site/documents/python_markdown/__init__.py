"""The only door to Python-Markdown, and what it is taught so that texts mean what a forge's preview shows."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import markdown
from markdown.extensions import Extension
from markdown.extensions.footnotes import FootnoteExtension

from policy_site.documents.python_markdown.extension import CommonMark

VERSION = f"markdown {markdown.__version__}"


class _Notes(FootnoteExtension):
    """Notes; one without words has a way back like any other, which Python-Markdown looks for and stumbles over."""

    def makeFootnotesDiv(self, root: ET.Element) -> ET.Element | None:  # noqa: N802 - Python-Markdown's name
        """Return the list of notes."""
        division = super().makeFootnotesDiv(root)
        for entry in () if division is None else division.iter("li"):
            label = entry.get("id", "").partition(self.get_separator())[2]
            if label and entry.find(".//a[@class='footnote-backref']") is None:
                target = f"#{self.makeFootnoteRefId(label)}"
                ET.SubElement(
                    ET.SubElement(entry, "p"), "a", {"class": "footnote-backref", "href": target}
                ).text = "\u21a9"
        return division


class PythonMarkdown:
    """Turns Markdown into HTML that is not clean yet; not for several threads at once."""

    def __init__(self, extensions: tuple[str, ...]) -> None:
        footnotes: _Notes | None = None
        if "footnotes" in extensions:
            # numbered as they are first referred to, as a forge does
            footnotes = _Notes(BACKLINK_TITLE="", USE_DEFINITION_ORDER=False)
        loaded: list[str | Extension] = [name for name in ("attr_list", "md_in_html") if name in extensions]
        if footnotes:
            loaded.append(footnotes)
        # what it reads itself, lists and tables among it, needs no extension of Python-Markdown
        loaded.append(CommonMark(extensions, footnotes))
        self._markdown = markdown.Markdown(extensions=loaded, output_format="html")

    def convert(self, text: str) -> str:
        """Return HTML. Raises what Python-Markdown raises, :class:`RecursionError` included."""
        self._markdown.reset()
        return self._markdown.convert(text)
