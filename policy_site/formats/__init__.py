"""Forms in which things leave: pure functions from finished values to bytes. One file for each form.

``FEED_FORMS`` are written for each policy, language and scope, ``EDITION_FORMS`` for each version and language. The
change feed is composed in ``events``: ``write_change_feed``, ``write_archive``, ``write_event``, ``write_current`` and
``write_schema`` make its bytes.
"""

from __future__ import annotations

from policy_site.formats import atom, json_feed, markdown, text, version_json
from policy_site.formats.atom import write_atom
from policy_site.formats.change_feed import write_archive, write_change_feed, write_event
from policy_site.formats.current import write_current
from policy_site.formats.feeds import FEED_PAGE, compose_feed, count_archives
from policy_site.formats.json_feed import write_json_feed
from policy_site.formats.markdown import write_markdown
from policy_site.formats.schema import write_schema
from policy_site.formats.text import write_text
from policy_site.formats.values import EditionForm, EditionPage, Feed, FeedForm, FeedPhrases, Item, Links, Scope
from policy_site.formats.version_json import write_version_json

FEED_FORMS: tuple[FeedForm, ...] = (
    atom.FORM,
    json_feed.FORM,
)
"""Every form of the feeds for people; add yours here."""

EDITION_FORMS: tuple[EditionForm, ...] = (
    markdown.FORM,
    text.FORM,
    version_json.FORM,
)
"""Every form of a version's text; add yours here."""

__all__ = [
    "EDITION_FORMS",
    "FEED_FORMS",
    "FEED_PAGE",
    "EditionForm",
    "EditionPage",
    "Feed",
    "FeedForm",
    "FeedPhrases",
    "Item",
    "Links",
    "Scope",
    "compose_feed",
    "count_archives",
    "write_archive",
    "write_atom",
    "write_change_feed",
    "write_current",
    "write_event",
    "write_json_feed",
    "write_markdown",
    "write_schema",
    "write_text",
    "write_version_json",
]
