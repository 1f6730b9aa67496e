"""Ready files for web servers: one module a server, each writing the same rules in its own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from policy_site.pages import PageKind
from policy_site.web.hosts.apache import write_htaccess
from policy_site.web.hosts.caddy import write_caddyfile
from policy_site.web.hosts.netlify import write_headers, write_redirects
from policy_site.web.hosts.nginx import write_nginx_http, write_nginx_server
from policy_site.web.hosts.rules import Hosting

__all__ = ["WRITERS", "Hosting"]

WRITERS: Mapping[PageKind, Callable[[Hosting], str]] = MappingProxyType(
    {
        PageKind.HEADERS: write_headers,
        PageKind.REDIRECTS: write_redirects,
        PageKind.HTACCESS: write_htaccess,
        PageKind.NGINX_HTTP: write_nginx_http,
        PageKind.NGINX_SERVER: write_nginx_server,
        PageKind.CADDY: write_caddyfile,
    }
)
"""What each file of a host holds. ``_headers`` is always written, the others where ``site.toml`` names the host."""
