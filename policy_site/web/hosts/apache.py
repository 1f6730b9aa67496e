"""``.htaccess`` for Apache 2.4 with mod_rewrite and mod_headers (``AllowOverride All``)."""

from __future__ import annotations

import re

from policy_site.web.hosts.negotiation import patterns_by_preference, whole
from policy_site.web.hosts.rules import MEDIA_TYPES, Hosting


def write_htaccess(hosting: Hosting) -> str:
    """Say everything in the one file that Apache reads in the site's folder."""
    base = hosting.base_path
    lines = [
        "# For Apache 2.4 with mod_rewrite, mod_headers and mod_mime; the site's folder needs AllowOverride All.",
        "DirectoryIndex index.html",
        "Options -MultiViews -Indexes",
        f"ErrorDocument 404 {base}404.html",
        "FileETag MTime Size",
        "AddDefaultCharset Off",
        *(f'AddType "{media_type}" .{end}' for end, media_type in MEDIA_TYPES.items()),
        "",
        "# Files that say how they are served are not themselves served.",
        '<FilesMatch "^(_headers|_redirects)$">',
        "  Require all denied",
        "</FilesMatch>",
        "",
        *(f'Header always set {name} "{value}"' for name, value in hosting.common),
    ]
    for rule in hosting.rules:
        lines += [f'<If "%{{REQUEST_URI}} =~ m#{rule.pattern(base)}#">']
        lines += [f'  Header set {name} "{value}"' for name, value in rule.headers]
        lines += ["</If>"]
    lines += ["", "# The language of the reader, where the site has it.", "RewriteEngine On"]
    # of the request as it came: the page served for it has another address
    first = f"^[A-Z]+ {re.escape(base)}([?][^ ]*)? "
    lines += [f'<If "%{{THE_REQUEST}} =~ m#{first}#">', "  Header always merge Vary Accept-Language", "</If>"]
    for pattern in patterns_by_preference(hosting.ranges):
        lines += [
            "RewriteCond %{QUERY_STRING} ^$",
            "RewriteCond %{ENV:policy_site_range} ^$",
            f'RewriteCond %{{HTTP:Accept-Language}} "{pattern}" [NC]',
            "RewriteRule ^$ - [E=policy_site_range:%1]",
        ]
    for pattern, language in hosting.ranges:
        lines += [
            f'RewriteCond %{{ENV:policy_site_range}} "{whole(pattern)}" [NC]',
            f"RewriteRule ^$ {base}{language}/ [R=302,L]",
        ]
    return "\n".join(lines) + "\n"
