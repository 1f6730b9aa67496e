"""Links that hold wherever a folder lies: below any address of a host, or opened from the disk."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

_TAG = re.compile(r'<[a-z][a-z0-9]*(?:\s+[^\s=<>"]+(?:="[^"]*")?)+\s*/?>')
_RULES = re.compile(r'<meta http-equiv="Content-Security-Policy" [^>]*>')
_LINK = re.compile(r'(?<=\s)(href|src)="/(?!/)([^"?#]*)([^"]*)"')


def make_portable(folder: Path) -> None:
    """Let each page of a site that stands at the root of a host name the files of ``folder`` from its own place.

    An address that ends with a slash becomes the page in that folder, since no server is there to find it.
    """
    for page in sorted(folder.rglob("*.html")):
        place = page.parent.relative_to(folder).as_posix()
        written = page.read_text(encoding="utf-8")
        page.write_text(point_from(written, place), encoding="utf-8", newline="\n")


def point_from(html: str, place: str) -> str:
    """Return a page of ``place``, a folder of the site, with links from there instead of from the root of the host.

    Only links of tags are touched: words that look like one are what somebody wrote. A file on the disk has no origin
    that a browser takes for the page's own, so looks and pictures may come from files, too.
    """

    def pointed(link: re.Match[str]) -> str:
        name, address, rest = link.groups()
        file = f"{address}index.html" if not address or address.endswith("/") else address
        return f'{name}="{posixpath.relpath(f"/{file}", f"/{place}")}{rest}"'

    own = "&#39;self&#39;"
    html = _RULES.sub(lambda rules: rules[0].replace(own, f"{own} file:"), html, count=1)
    return _TAG.sub(lambda tag: _LINK.sub(pointed, tag[0]), html)
