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
from policy_site.web.views.change_feed import (
    view_archive,
    view_current,
    view_event,
    view_ledger,
    view_redline_schema,
    view_schema,
)
from policy_site.web.views.changes import view_changes
from policy_site.web.views.compare import view_compare, view_side_by_side, view_since
from policy_site.web.views.comparisons import view_comparisons, view_threads
from policy_site.web.views.edition_file import view_edition_file
from policy_site.web.views.feed import view_feed, view_feed_archive
from policy_site.web.views.history import view_history
from policy_site.web.views.host_file import view_host_file
from policy_site.web.views.languages import view_languages
from policy_site.web.views.not_found import view_not_found
from policy_site.web.views.policies import view_policies
from policy_site.web.views.policy import view_policy
from policy_site.web.views.revision import view_revision
from policy_site.web.views.robots import view_robots
from policy_site.web.views.section import view_section
from policy_site.web.views.sitemap import view_sitemap
from policy_site.web.views.static import view_static
from policy_site.web.views.upcoming import view_upcoming
from policy_site.web.views.version import view_version

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
        PageKind.THREADS: view_threads,
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
