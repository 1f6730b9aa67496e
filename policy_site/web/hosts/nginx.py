"""Two files for nginx: what stands in ``http``, and what stands in the site's ``server``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from policy_site.web.hosts.negotiation import patterns_by_preference, whole
from policy_site.web.hosts.rules import MEDIA_TYPES, Hosting


def write_nginx_http(hosting: Hosting) -> str:
    """Find the language that the reader asks for."""
    lines = [
        "# Include this in nginx's `http`, and nginx-server.conf in the `server` that serves the site.",
        "map $http_accept_language $policy_site_range {",
        '  default "";',
        *(f'  "~*{_named(pattern)}" $policy_site_wanted;' for pattern in patterns_by_preference(hosting.ranges)),
        "}",
        "map $policy_site_range $policy_site_language {",
        '  default "";',
        *(f'  "~*{whole(pattern)}" "{language}";' for pattern, language in hosting.ranges),
        "}",
        "# Who comes with a query came to choose.",
        "map $args $policy_site_lead_on {",
        '  default "";',
        '  "" $policy_site_language;',
        "}",
    ]
    return "\n".join(lines) + "\n"


def write_nginx_server(hosting: Hosting) -> str:
    """Serve the site below ``root``, which holds the folder of the base path."""
    base = hosting.base_path
    lines = [
        "# Include this in the `server` that serves the site, beside nginx-http.conf in `http`. The folder that `root`",
        f"# names holds the site at {base} below it.",
        "absolute_redirect off;",
        f"error_page 404 {base}404.html;",
        "",
        *_location(f"= {base}", hosting, [("Vary", "Accept-Language"), ("Cache-Control", "no-cache")], before=[
            "if ($policy_site_lead_on) {",
            f"  return 302 {base}$policy_site_lead_on/;",
            "}",
        ], file=f"{base}index.html"),
        *_location(base, hosting, []),
    ]  # fmt: skip
    for rule in hosting.rules:
        lines += _location(f'~ "{rule.pattern(base)}"', hosting, rule.headers)
    return "\n".join(lines) + "\n"


def _named(pattern: str) -> str:
    """Name the first group: a map's value reads it by its name."""
    return re.sub(r"\((?!\?)", "(?<policy_site_wanted>", pattern, count=1)


def _location(
    place: str,
    hosting: Hosting,
    headers: Iterable[tuple[str, str]],
    *,
    before: Iterable[str] = (),
    file: str = "",
) -> list[str]:
    """Return a location with all of its headers: nginx takes none from around where there are some of its own."""
    own = dict(headers)
    media_type = own.pop("Content-Type", None)
    said = [f'add_header {name} "{value}" always;' for name, value in (*hosting.common, *own.items())]
    return [
        f"location {place} {{",
        *(f"  {line}" for line in (*_types(media_type), "index index.html;", *said, *before)),
        f"  try_files {file or '$uri $uri/'} =404;",
        "}",
        "",
    ]


def _types(only: str | None) -> list[str]:
    if only:
        return ["types { }", f'default_type "{only}";']
    return [
        "types {",
        *(f"  {media_type.partition(';')[0]} {end};" for end, media_type in MEDIA_TYPES.items()),
        "}",
        "default_type application/octet-stream;",
        "charset utf-8;",
        f"charset_types {' '.join(_with_charset())};",
    ]


def _with_charset() -> list[str]:
    """Return the media types that say their charset; nginx says it for HTML unasked."""
    types = {value.partition(";")[0] for value in MEDIA_TYPES.values() if "charset" in value}
    return sorted(types - {"text/html"})
