"""HTML reduced to what a policy needs. The only door to nh3.

Two passes. The first reads every ``<`` and decides by the element's name: kept, taken off (its words stay), or shown
as the sign it is; so no element reaches the second that could swallow or hide the words after it. The second is nh3's
allow-list of elements, attributes and address schemes.
"""

from __future__ import annotations

import re
from importlib.metadata import version

import nh3


def _names(line: str) -> frozenset[str]:
    return frozenset(line.split())


INLINE = _names("a abbr b bdi bdo br cite code del em i img ins kbd mark q s small span strong sub sup time u")
CONTAINERS = _names("address blockquote dd details div dl figure li ol table tbody tfoot thead tr ul")
LEAVES = _names("h1 h2 h3 h4 h5 h6 hr p pre")
FLEXIBLE = _names("caption dt figcaption summary td th")
"""Leaves where they hold words alone, containers where they hold blocks."""
SURPLUS = "surplus"
"""Value of ``headers`` of a cell beyond the heads of its table, in the reading that stands for a preview."""
WRITTEN = "written-"
"""Before the number that was written, in ``headers`` of an entry that the same reading shows under another one."""
VOID = frozenset({"br", "hr", "img"})
ELEMENTS = INLINE | CONTAINERS | LEAVES | FLEXIBLE

_AS_DIV = _names("article aside body center fieldset footer form header hgroup html main nav section dialog search")
"""Page structure is the page's own: inside a policy these are mere boxes."""
_TAKEN_OFF = _names(
    "acronym applet area audio base basefont big blink button canvas circle col colgroup data datalist defs dfn dir"
    " ellipse embed font frame frameset g head input label legend line link map marquee math menu meta meter nobr"
    " object optgroup option output param path picture polygon polyline progress rect rp rt ruby samp select slot"
    " source strike svg track tt use var video wbr"
)
_ATTRIBUTES = {
    "*": {"id", "lang", "dir"},
    "a": {"href", "title", "name"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "width", "height"},
    "li": {"value", "headers"},
    "ol": {"start", "reversed", "type"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope", "abbr"},
    "time": {"datetime"},
    "details": {"open"},
}
_CLASSES = {
    "div": {"footnote"},
    "ol": {"closing", "written"},
    "a": {"footnote-ref", "footnote-backref"},
    "td": {"align-left", "align-center", "align-right"},
    "th": {"align-left", "align-center", "align-right"},
}
_CLEANER = nh3.Cleaner(
    tags=set(ELEMENTS),
    clean_content_tags=set(),
    attributes=_ATTRIBUTES,
    allowed_classes=_CLASSES,
    url_schemes={"https", "http", "mailto", "tel"},
    link_rel=None,
    strip_comments=True,
)
VERSION = f"nh3 {version('nh3')}"

_VALUE = r"""(?:"(?:[^"<\n]|\n(?![ \t]*\n))*+"|'(?:[^'<\n]|\n(?![ \t]*\n))*+'|[^\s"'=<>`]++)"""
_TAG = re.compile(rf"(/?)([a-zA-Z][a-zA-Z0-9-]*+)((?:\s++[^\s\"'<>/=]++(?:\s*+=\s*+{_VALUE})?)*+)\s*+/?>")
_COMMENT_END = re.compile(r"--!?>")
_ALIGNMENT = re.compile(r"""\sstyle="text-align: (left|center|right);\"""")


def clean(html: str) -> str:
    """Return ``html`` with allowed elements and attributes only, and with all its words."""
    cleaned: str = _CLEANER.clean(_sift(html))
    return cleaned


def is_clean(html: str) -> bool:
    """Say whether ``html`` is as :func:`clean` writes it: asked of what comes from a file that others can change."""
    return bool(_CLEANER.clean(html) == html)


def _sift(html: str) -> str:
    parts: list[str] = []
    position, no_comment_end = 0, False
    while (found := html.find("<", position)) >= 0:
        parts.append(html[position:found])
        position = found + 1
        if html.startswith("!--", position) and not no_comment_end:
            end = _COMMENT_END.search(html, position + 3)
            no_comment_end = end is None
            position = end.end() if end else position
            if end:
                continue
        tag = _TAG.match(html, position)
        kept = None if tag is None else _sifted_tag(tag)
        parts.append("&lt;" if kept is None else kept)
        position = position if tag is None or kept is None else tag.end()
    parts.append(html[position:])
    return "".join(parts)


def _sifted_tag(tag: re.Match[str]) -> str | None:
    """Return what stands for a tag; ``None``: it is shown as the words it is."""
    slash, name, attributes = tag.group(1), tag.group(2).lower(), tag.group(3)
    if name in ELEMENTS:
        if slash:
            return f"</{name}>"
        if name in ("td", "th"):
            attributes = _ALIGNMENT.sub(r' class="align-\1"', attributes)
        return f"<{name}{attributes}>"
    if name in _AS_DIV:
        return f"<{slash}div>"
    return "" if name in _TAKEN_OFF else None
