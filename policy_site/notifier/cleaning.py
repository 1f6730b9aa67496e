"""What a feed says is input: its HTML is reduced to words and their structure, its addresses are judged as browsers do.

Whoever can write the feed, or stands between it and the notifier, must not put scripts, forms, pictures that tell who
reads, or addresses that lead elsewhere than they say into a company's mail. The only door to nh3 here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import nh3

from policy_site.characters import clean_html, clean_line, clean_text
from policy_site.hyperlinks import Kind, judge

_BLOCKS = "blockquote dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre table tbody td tfoot th thead tr ul"
_INLINE = "a abbr b bdi br cite code del em i ins kbd q s small span strong sub sup time u"
_DROPPED = {"script", "style", "template", "textarea", "title", "noscript", "iframe", "object", "svg", "math", "select"}
"""With what stands in them: it is nothing that people wrote for people."""
_SCHEMES = {"https", "http", "mailto", "tel"}
_CLEANER = nh3.Cleaner(
    tags=set(f"{_BLOCKS} {_INLINE}".split()),
    clean_content_tags=_DROPPED,
    attributes={
        "*": {"lang", "dir"},
        "a": {"href"},
        "abbr": {"title"},
        "ol": {"start", "type"},
        "li": {"value"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan", "scope"},
    },
    url_schemes=_SCHEMES,
    url_relative="deny",
    link_rel="noopener noreferrer",
    strip_comments=True,
)
_BEND = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\x7f-\x9f\u2028\u2029]")
"""Bidirectional overrides, isolates and marks, the C1 controls and other line ends: of words that others wrote."""
_ENTITIES = re.compile(r"&#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));")
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\x9f\\\"<>^`{|}\s]")


_HREF = re.compile(r' href="([^"]*)"')
"""As cleaned HTML is written."""


def clean_words_html(html: str) -> str:
    """Return HTML of a feed with what people write and nothing that acts."""
    cleaned: str = _CLEANER.clean(_without_bends(clean_html(html)))
    return _HREF.sub(_only_elsewhere, _without_bends(cleaned))


def _only_elsewhere(href: re.Match[str]) -> str:
    """Keep a link to a page of the web or to a mail address, as a browser understands it; drop any other."""
    return href[0] if judge(unescape(href[1])).kind in (Kind.WEB, Kind.MAIL) else ""


def clean_words_text(text: str) -> str:
    """Return plain text of a feed without what a terminal or a mail program would obey."""
    return _BEND.sub("", clean_text(text))


def clean_words_line(text: str) -> str:
    """Return text of a feed on one line, without the same."""
    return clean_line(_BEND.sub(" ", text))


def _without_bends(html: str) -> str:
    def written(found: re.Match[str]) -> str:
        code = int(found[1], 16) if found[1] else int(found[2])
        return "" if code <= sys.maxunicode and _BEND.fullmatch(chr(code)) else found[0]

    return _BEND.sub("", _ENTITIES.sub(written, html))


def is_web_address(address: object) -> bool:
    """Say whether a browser goes where an address of a page seems to lead.

    Browsers drop tabs and line ends, take a backslash for a slash, and let a name before an ``@`` look like the host;
    an address that needs any of that to be understood is none.
    """
    if not isinstance(address, str) or len(address) > 2_000 or _NOT_IN_ADDRESS.search(address):  # noqa: PLR2004
        return False
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(host) and "@" not in parts.netloc


def unsafe_addresses(record: Mapping[str, Any]) -> list[str]:
    """Return which addresses of an event's editions are none that a reader may be sent to: ``en.version_url``."""
    return [
        f"{language}.{name}"
        for language, edition in sorted(record["editions"].items())
        for name in ("version_url", "changes_url", "compare_url")
        if not (is_web_address(edition[name]) or (name == "compare_url" and edition[name] is None))
    ]
