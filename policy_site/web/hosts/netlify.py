"""``_headers`` and ``_redirects``, as Netlify and hosts like it read them (Cloudflare Pages reads ``_headers``)."""

from __future__ import annotations

import re

from policy_site.web.hosts.rules import Hosting
from policy_site.web.shell import CHOOSE


def write_headers(hosting: Hosting) -> str:
    """Name media types, sharing and caching."""
    rules = [("*", hosting.common), *((rule.place, rule.headers) for rule in hosting.rules)]
    return "\n".join(
        f"{hosting.base_path}{place}\n" + "".join(f"  {name}: {value}\n" for name, value in headers)
        for place, headers in rules
    )


def write_redirects(hosting: Hosting) -> str:
    """Lead from ``/`` to the reader's language; the host weighs what the reader asks for itself."""
    base = hosting.base_path
    name = CHOOSE.partition("=")[0]
    lines = [f"{base} {name}=:{name} {base}index.html 200!"]
    for pattern, language in hosting.ranges:
        tags = _tags(pattern)
        if tags:
            lines.append(f"{base} {base}{language}/ 302! Language={','.join(tags)}")
    return "\n".join(lines) + "\n"


def _tags(pattern: str) -> list[str]:
    """Return the tags that a range begins with: this host compares tags, not patterns."""
    start, _, rest = pattern.partition("(-(")
    names = re.sub(r"\(-\[a-z0-9\]\+\)\*", "", start).strip("()").split("|")
    regions = [] if not rest else [part.partition("(")[0] for part in rest.rstrip("?)").split("|")]
    is_bare = not rest or pattern.endswith("?")
    return [*(names if is_bare else []), *(f"{name}-{region}" for name in names for region in regions)]
