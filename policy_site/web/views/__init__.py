"""One view for each kind of page.

A view takes the site, the planned page and the parameters in its address, and returns a :class:`Screen` (a template
with finished values) or a :class:`File`. To add a kind of page:
name it in ``pages.py``, plan it there, and add its view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from policy_site.pages import PageKind
from policy_site.web.site import File, Screen
from policy_site.web.views.choosing import view_comparisons
from policy_site.web.views.clauses import view_section
from policy_site.web.views.comparing import view_changes, view_compare, view_side_by_side, view_since
from policy_site.web.views.feeds import (
    view_archive,
    view_current,
    view_event,
    view_feed,
    view_feed_archive,
    view_ledger,
    view_redline_schema,
    view_schema,
)
from policy_site.web.views.files import view_edition_file, view_host_file, view_robots, view_sitemap, view_static
from policy_site.web.views.history import view_history
from policy_site.web.views.lists import view_languages, view_not_found, view_policies
from policy_site.web.views.revisions import view_revision
from policy_site.web.views.texts import view_policy, view_version
from policy_site.web.views.upcoming import view_upcoming

VIEWS: Mapping[PageKind, Callable[..., Screen | File]] = MappingProxyType(
    {
        PageKind.LANGUAGES: view_languages,
        PageKind.POLICIES: view_policies,
        PageKind.POLICY: view_policy,
        PageKind.UPCOMING: view_upcoming,
        PageKind.HISTORY: view_history,
        PageKind.VERSION: view_version,
        PageKind.VERSION_MARKDOWN: view_edition_file,
        PageKind.VERSION_TEXT: view_edition_file,
        PageKind.VERSION_JSON: view_edition_file,
        PageKind.REVISION: view_revision,
        PageKind.REVISION_MARKDOWN: view_edition_file,
        PageKind.REVISION_TEXT: view_edition_file,
        PageKind.CHANGES: view_changes,
        PageKind.COMPARISONS: view_comparisons,
        PageKind.COMPARE: view_compare,
        PageKind.SIDE_BY_SIDE: view_side_by_side,
        PageKind.SINCE: view_since,
        PageKind.SECTION: view_section,
        PageKind.FEED: view_feed,
        PageKind.SITE_FEED: view_feed,
        PageKind.FEED_ARCHIVE: view_feed_archive,
        PageKind.SITE_FEED_ARCHIVE: view_feed_archive,
        PageKind.LEDGER: view_ledger,
        PageKind.ARCHIVE: view_archive,
        PageKind.EVENT: view_event,
        PageKind.CURRENT: view_current,
        PageKind.SCHEMA: view_schema,
        PageKind.REDLINE_SCHEMA: view_redline_schema,
        PageKind.NOT_FOUND: view_not_found,
        PageKind.ROBOTS: view_robots,
        PageKind.SITEMAP: view_sitemap,
        PageKind.HEADERS: view_host_file,
        PageKind.REDIRECTS: view_host_file,
        PageKind.HTACCESS: view_host_file,
        PageKind.NGINX_HTTP: view_host_file,
        PageKind.NGINX_SERVER: view_host_file,
        PageKind.CADDY: view_host_file,
        PageKind.STATIC: view_static,
    }
)
