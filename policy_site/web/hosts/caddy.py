"""A file to ``import`` in a site block of Caddy 2, whose ``root`` holds the folder of the base path."""

from __future__ import annotations

from policy_site.web.hosts.negotiation import patterns_by_preference, whole
from policy_site.web.hosts.rules import MEDIA_TYPES, Hosting


def write_caddyfile(hosting: Hosting) -> str:
    """Say everything in directives of one site block."""
    base = hosting.base_path
    lines = [
        f"# Import this in the site block; its `root` holds the site at {base} below it.",
        "map {http.request.header.Accept-Language} {policy_site_range} {",
        *(f'  "~(?i){pattern}" "${{1}}"' for pattern in patterns_by_preference(hosting.ranges)),
        '  default ""',
        "}",
        "map {policy_site_range} {policy_site_language} {",
        *(f'  "~(?i){whole(pattern)}" "{language}"' for pattern, language in hosting.ranges),
        '  default ""',
        "}",
        f"header {{\n{_headers(hosting.common)}\n  defer\n}}",
        f"@policy_site_choice path {base}",
        "header @policy_site_choice +Vary Accept-Language",
        "@policy_site_lead_on {",
        f"  path {base}",
        '  expression `{http.request.uri.query} == "" && {policy_site_language} != ""`',
        "}",
        f"redir @policy_site_lead_on {base}{{policy_site_language}}/ 302",
    ]
    for end, media_type in MEDIA_TYPES.items():
        lines += [f"@policy_site_{end} path *.{end}", f'header @policy_site_{end} Content-Type "{media_type}"']
    for number, rule in enumerate(hosting.rules):
        lines += [
            f"@policy_site_rule_{number} path_regexp {rule.pattern(base)}",
            f"header @policy_site_rule_{number} {{\n{_headers(rule.headers)}\n}}",
        ]
    lines += [
        "file_server",
        "handle_errors {",
        "  @policy_site_missing expression `{http.error.status_code} == 404`",
        f"  rewrite @policy_site_missing {base}404.html",
        '  header Content-Type "text/html; charset=utf-8"',
        f"  header {{\n{_headers(hosting.common)}\n  -Cache-Control\n  -Access-Control-Allow-Origin\n  }}",
        "  file_server",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _headers(headers: tuple[tuple[str, str], ...]) -> str:
    return "\n".join(f'  {name} "{value}"' for name, value in headers)
