r"""Addresses in links and pictures, judged as a browser parses them (WHATWG, URL standard, section 4.4).

Publisher and notifier ask the same questions of an address, so this module stands below both. A browser drops line
ends and tabs from an address, trims it, and takes ``\`` for ``/``: what looks like a path, ``/\t/host``, leads to
another host. So an address is first brought into the form that a browser sees, then judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from html import escape, unescape
from urllib.parse import urljoin


class Kind(StrEnum):
    """Where an address leads."""

    NOWHERE = "nowhere"
    """It is empty."""
    HERE = "here"
    """A place in the page: ``#fees``."""
    PATH = "path"
    """From where it stands: ``../privacy/en.md``."""
    SITE = "site"
    """From the root of the host: ``/en/privacy/``."""
    WEB = "web"
    """Another page of the web, ``http`` or ``https``."""
    MAIL = "mail"
    REFUSED = "refused"
    """Nobody is led there."""


@dataclass(frozen=True, slots=True)
class Link:
    """An address as a browser sees it."""

    kind: Kind
    address: str
    """Without what a browser ignores; whole for ``WEB``, ``//host/`` included."""
    fault: str = ""
    """Why it is refused, as the end of a sentence: "uses the scheme 'ftp'"."""


_IGNORED = re.compile(r"[\t\n\r]")
_ENDS = "".join(chr(code) for code in range(0x21))
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PLACE = re.compile(r"[^?#]*")
_HOST = re.compile(r"(?:[^\s#%/:<>?@\[\\\]^|\"`{}]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{0,5}))?")
_LAST_PORT = 65_535


def judge(written: str) -> Link:
    """Say where an address leads, as it is written in a text, a note or a feed."""
    address = _IGNORED.sub("", written).strip(_ENDS)
    if _CONTROL.search(address):
        return Link(Kind.REFUSED, address, "holds a character that shows nothing")
    if not address:
        return Link(Kind.NOWHERE, "")
    scheme = _SCHEME.match(address)
    if scheme is not None:
        return _judge_scheme(scheme[1].lower(), address, address[scheme.end() :])
    address = _PLACE.sub(lambda place: place[0].replace("\\", "/"), address, count=1)
    if address.startswith("//"):
        return _judge_web("https", address)
    kind = Kind.SITE if address.startswith("/") else Kind.HERE if address.startswith("#") else Kind.PATH
    return Link(kind, address)


def _judge_scheme(scheme: str, address: str, rest: str) -> Link:
    if scheme in ("http", "https"):
        return _judge_web(scheme, _PLACE.sub(lambda place: place[0].replace("\\", "/"), rest, count=1))
    if scheme == "mailto":
        is_whole = "@" in rest.partition("?")[0].strip("@")
        return Link(Kind.MAIL, address) if is_whole else Link(Kind.REFUSED, address, "names no mail address")
    return Link(Kind.REFUSED, address, f"uses {scheme!r}; only http, https and mailto are followed")


def _judge_web(scheme: str, rest: str) -> Link:
    """Judge what stands after the scheme: two slashes or more, the host, and where on it."""
    if not rest.startswith("//"):
        return Link(Kind.REFUSED, f"{scheme}:{rest}", "lacks the two slashes before the host")
    rest = rest.lstrip("/")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    address = f"{scheme}://{rest}"
    if "@" in host:
        return Link(Kind.REFUSED, address, "names a user before the host")
    found = _HOST.fullmatch(host)
    if found is None or int(found["port"] or 0) > _LAST_PORT:
        return Link(Kind.REFUSED, address, "names no host")
    return Link(Kind.WEB, address)


def bare_address(link: Link) -> str:
    """Return what a path was meant to be that is a host or a mail address by its looks; empty for others."""
    if link.kind is not Kind.PATH:
        return ""
    if re.match(r"www\d?\.[A-Za-z0-9-]+\.", link.address, re.IGNORECASE):
        return f"https://{link.address}"
    if re.fullmatch(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:\?[^#]*)?", link.address):
        return f"mailto:{link.address}"
    return ""


_TAG = re.compile(r'<(a|img)((?: [^\s"=<>/]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([^\s"=<>/]+)="([^"]*)"')
"""As cleaned HTML is written."""


def only_safe_links(html: str, *, page: str) -> str:
    """Return HTML that this program wrote with links and pictures of ``page``'s host, and links to the web and to mail.

    Every other address is dropped; the words stay. ``page``: the whole address that the HTML was written for.
    """

    def kept(tag: re.Match[str]) -> str:
        is_picture = tag[1] == "img"
        return f"<{tag[1]}{_ATTRIBUTE.sub(lambda found: _kept_attribute(found, page, is_picture=is_picture), tag[2])}>"

    return _TAG.sub(kept, html)


def _kept_attribute(found: re.Match[str], page: str, *, is_picture: bool) -> str:
    if found[1] not in ("href", "src"):
        return found[0]
    target = whole_address(unescape(found[2]), page)
    is_foreign = is_picture and not (target and is_same_host(target, page))
    return f' {found[1]}="{escape(target)}"' if target and not is_foreign else ""


def whole_address(written: str, page: str) -> str:
    """Return an address as it leads from ``page``, whole; empty where nobody is led there."""
    link = judge(written)
    if link.kind in (Kind.WEB, Kind.MAIL):
        return link.address
    if link.kind in (Kind.NOWHERE, Kind.REFUSED):
        return ""
    try:
        return urljoin(page, link.address)
    except ValueError:
        return ""


def is_same_host(address: str, page: str) -> bool:
    """Say whether two whole addresses are of one scheme, host and port."""
    origin: Callable[[str], str] = lambda each: "/".join(each.split("/", 3)[:3]).lower()  # noqa: E731
    return origin(address) == origin(page)
