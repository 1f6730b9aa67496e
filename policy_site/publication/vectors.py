"""Whether an SVG only draws: opened by itself it is a page of the site, and could do what a page can."""

from __future__ import annotations

import re
from xml.parsers import expat

_SVG = "http://www.w3.org/2000/svg"
_XHTML = "http://www.w3.org/1999/xhtml"
_DRAWING = frozenset(
    {"svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "textPath"}
    | {"defs", "use", "symbol", "title", "desc", "metadata", "style", "linearGradient", "radialGradient", "stop"}
    | {"clipPath", "mask", "pattern", "marker", "image", "filter", "switch", "view"}
)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,", re.IGNORECASE)
_FOREIGN_URL = re.compile(r"url\(\s*['\"]?\s*(?!#|['\"]?\s*#|data:image/)|@import|\\", re.IGNORECASE)


class _NotADrawingError(ValueError):
    """What is found beside a drawing, as the end of a sentence."""


def find_svg_fault(content: bytes) -> str:
    """Say what in an SVG is more than a drawing, as the end of a sentence; empty where it only draws."""
    parser = expat.ParserCreate(namespace_separator=" ")
    style: list[str] = []
    parser.StartDoctypeDeclHandler = lambda *_: _refuse("declares a document type")
    parser.ProcessingInstructionHandler = lambda *_: _refuse("holds an instruction for programs")
    parser.StartElementHandler = _check_element
    parser.CharacterDataHandler = style.append
    try:
        parser.Parse(content, True)  # noqa: FBT003 - it takes no keywords
    except _NotADrawingError as error:
        return str(error)
    except expat.ExpatError as error:
        return f"is not well-formed XML: {error}"
    return "reaches for another file" if _FOREIGN_URL.search("".join(style)) else ""


def _refuse(what: str) -> None:
    raise _NotADrawingError(what)


def _check_element(name: str, attributes: dict[str, str]) -> None:
    namespace, _, local = name.rpartition(" ")
    is_drawn = local in _DRAWING or local.startswith("fe")
    if namespace in ("", _XHTML) or (namespace == _SVG and not is_drawn):
        _refuse(f"holds the element {local!r}")
    for attribute, value in attributes.items():
        own = attribute.rpartition(" ")[2].lower()
        if own.startswith("on"):
            _refuse(f"holds the attribute {own!r}")
        if own in ("href", "src") and not (value.startswith("#") or _PICTURE.match(value)):
            _refuse("leads to another file")
        if "(" in value and _FOREIGN_URL.search(value):
            _refuse("reaches for another file")
