"""Word documents: headings, lists, tables and notes by their styles; the only door to mammoth."""

from __future__ import annotations

import io
import re
import zipfile

import mammoth

from policy_site.errors import UsageError
from policy_site.starting.readers.html import TITLE_CLASS, read_html
from policy_site.starting.readers.reading import Reading

SUFFIXES = (".docx",)

_STYLES = f"p[style-name='Title'] => h1.{TITLE_CLASS}:fresh"
_MAXIMUM_PART = 50 * 1024 * 1024
"""Bytes of a part once it is unpacked: a small file can hold a very large one."""
_TRACKED = re.compile(rb"<w:(ins|del|moveFrom|moveTo)[ >]")
_NUMBERED_HEADING = re.compile(rb'<w:style [^>]*w:styleId="Heading[1-6]".*?</w:style>', re.DOTALL)


def read(name: str, content: bytes) -> Reading:
    """Take a Word document.

    Raises :class:`UsageError` for one with tracked changes: which words count there is for people to decide.
    """
    parts = _unpack(name, content)
    document = parts.get("word/document.xml", b"")
    if _TRACKED.search(document):
        raise UsageError(
            f"{name} has tracked changes, so it says two things at once.",
            remedy="Accept or reject all changes in Word, save it, and try again.",
        )
    remarks: list[str] = []
    if "word/comments.xml" in parts:
        remarks.append("Comments of the document are left out.")
    if any(b"<w:numPr" in style for style in _NUMBERED_HEADING.findall(parts.get("word/styles.xml", b""))):
        remarks.append(
            "Word numbers the headings by itself, and these numbers are not in the text. Write them in front of the"
            " headings if the text refers to them."
        )
    if re.search(rb'<w:numFmt w:val="(lower|upper)(Letter|Roman)"', parts.get("word/numbering.xml", b"")) and (
        b"<w:numPr" in document
    ):
        remarks.append(
            "Some lists may have letters or Roman numbers in Word; here they are numbered 1, 2, 3: check them."
        )
    try:
        made = mammoth.convert_to_html(
            io.BytesIO(content), convert_image=mammoth.images.img_element(lambda _: {}), style_map=_STYLES
        )
    except Exception as error:  # noqa: BLE001 - whatever a damaged document does to its reader, people get a sentence
        raise UsageError(
            f"{name} cannot be read as a Word document: {error}.", remedy="Save it anew as .docx."
        ) from None
    return read_html(f"<html><body>{made.value}</body></html>", name=name, remarks=tuple(remarks))


def _unpack(name: str, content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            large = [part for part in archive.infolist() if part.file_size > _MAXIMUM_PART]
            if large:
                raise UsageError(f"{name} holds a part that is too large.", remedy="Bring the text without pictures.")
            return {
                part: archive.read(part)
                for part in archive.namelist()
                if part.startswith("word/") and part.endswith(".xml")
            }
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zipfile.LargeZipFile) as error:
        raise UsageError(f"{name} is not a Word document: {error}.", remedy="Save it as .docx and try again.") from None
