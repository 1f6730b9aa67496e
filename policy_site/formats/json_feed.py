"""JSON Feed 1.1 (https://jsonfeed.org/version/1.1), with the facts of each event in a ``_policy`` object.

``next_url`` leads to older items: the same archive documents as those of Atom, full pages that are never written again.
"""

from __future__ import annotations

from typing import Any

from policy_site.characters import clean_line, instant_text, json_bytes
from policy_site.formats.atom import facts
from policy_site.formats.prose import author_name, content_html, content_text, summary_text
from policy_site.formats.values import Feed, FeedForm, Item, Links


def write_json_feed(feed: Feed, links: Links) -> bytes:
    """Write a feed as JSON Feed."""
    page = links.history(feed.locale, feed.policy) if feed.policy else links.home(feed.locale)
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": clean_line(feed.title),
        "home_page_url": page,
        "feed_url": _address(feed, feed.locale, links),
        "language": feed.locale,
        "authors": [{"name": author_name(feed)}],
        "_policy": {
            "about": links.schema(),
            "id": feed.id,
            "updated": instant_text(feed.updated),
            "machine_feed_url": links.change_feed(),
        },
    }
    if feed.archive is None:
        document["_policy"]["languages"] = {locale: _address(feed, locale, links) for locale in feed.locales}
    if feed.archive_before:
        name = feed.name("json")
        document["next_url"] = links.feed_archive(feed.locale, feed.policy, name, feed.archive_before)
    if feed.hubs:
        document["hubs"] = [{"type": "WebSub", "url": hub} for hub in feed.hubs]
    document["items"] = [_item(feed, item, links) for item in feed.items]
    return json_bytes(document)


def _item(feed: Feed, item: Item, links: Links) -> dict[str, Any]:
    entry = item.entry
    event, version, words = entry.event, entry.version, entry.words_in(feed.locale)
    redline = (
        links.compare(entry.language_of_redline(feed.locale), event.policy, entry.compared_with, event.version)
        if entry.compared_with
        else None
    )
    published_at = instant_text(event.occurred_at)
    return {
        "id": f"{event.id}/{feed.locale}",
        "url": links.changes(feed.locale, event.policy, event.version),
        "title": clean_line(item.headline),
        "summary": summary_text(feed, item),
        "content_html": content_html(feed, item),
        "content_text": content_text(feed, item),
        "date_published": published_at,
        "date_modified": published_at,
        "language": words.language if words.is_fallback and words.summary_text else feed.locale,
        "tags": [clean_line(f"{name}:{value}") for name, value in facts(entry)],
        "_policy": {
            "event_id": event.id,
            "seq": event.seq,
            "type": event.kind,
            "policy": event.policy,
            "version": event.version,
            "previous_version": event.previous_version,
            "significance": version.significance,
            "published_at": instant_text(version.published_at),
            "effective_at": instant_text(version.effective_at),
            "effective_date": version.effective_date.isoformat(),
            "event_url": links.event(event.seq),
            "version_url": links.version(entry.language_of_page(feed.locale), event.policy, event.version),
            "compare_url": redline,
        },
    }


def _address(feed: Feed, locale: str, links: Links) -> str:
    return links.feed(locale, feed.policy, feed.name("json"))


FORM = FeedForm(
    "json",
    "JSON Feed",
    "application/feed+json; charset=utf-8",
    write_json_feed,
    shared_type="application/json; charset=utf-8",
)
