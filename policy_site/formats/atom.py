"""Atom (RFC 4287): a feed of one language for people's readers.

An entry's ``updated`` is when the event was published, never the effective date and never the time of the build, so
that an identical rebuild changes no byte. Facts stand in categories, each with its scheme; there is no namespace of our
own.

History is an archived feed (RFC 5005, section 4). An archive document is a full page and is never written again: so it
names no archive after it, and nothing that can come later, such as the feed in another language.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from policy_site.characters import clean_line, instant_text
from policy_site.events.entries import Entry
from policy_site.formats.prose import author_name, content_html, summary_text
from policy_site.formats.values import Feed, FeedForm, Item, Links

HISTORY = "http://purl.org/syndication/history/1.0"
ATOM = "http://www.w3.org/2005/Atom"
_TYPE = "application/atom+xml"
_XML = "http://www.w3.org/XML/1998/namespace"


def write_atom(feed: Feed, links: Links) -> bytes:
    """Write a feed as Atom."""
    is_archive = feed.archive is not None
    prefixes: Any = {
        None: ATOM,
        **({"fh": HISTORY} if is_archive else {}),
    }  # lxml takes None for the default namespace, its stubs do not
    root = etree.Element(_name("feed"), {f"{{{_XML}}}lang": feed.locale}, nsmap=prefixes)
    _add(root, "id", feed.id)
    _add(root, "title", clean_line(feed.title), type="text")
    _add(root, "updated", instant_text(feed.updated))
    author = _add(root, "author")
    _add(author, "name", author_name(feed))
    if is_archive:
        etree.SubElement(root, f"{{{HISTORY}}}archive")
    _add(root, "link", rel="self", type=_TYPE, href=_own_address(feed, links))
    page = links.history(feed.locale, feed.policy) if feed.policy else links.home(feed.locale)
    _add(root, "link", rel="alternate", type="text/html", hreflang=feed.locale, href=page)
    for locale in _other_locales(feed):
        href = links.feed(locale, feed.policy, feed.name("atom"))
        _add(root, "link", rel="alternate", type=_TYPE, hreflang=locale, href=href)
    if is_archive:
        href = links.feed(feed.locale, feed.policy, feed.name("atom"))
        _add(root, "link", rel="current", type=_TYPE, href=href)
    if feed.archive_before:
        href = links.feed_archive(feed.locale, feed.policy, feed.name("atom"), feed.archive_before)
        _add(root, "link", rel="prev-archive", type=_TYPE, href=href)
    for hub in feed.hubs:
        _add(root, "link", rel="hub", href=hub)
    for item in feed.items:
        _add_entry(root, feed, item, links)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _add_entry(root: etree._Element, feed: Feed, item: Item, links: Links) -> None:
    entry = item.entry
    event, words = entry.event, entry.words_in(feed.locale)
    page = links.changes(feed.locale, event.policy, event.version)
    element = _add(root, "entry")
    _add(element, "id", f"{event.id}/{feed.locale}")
    _add(element, "title", clean_line(item.headline), type="text")
    _add(element, "updated", instant_text(event.occurred_at))
    _add(element, "published", instant_text(event.occurred_at))
    # One alternate only: newsboat and feedparser take the last, whatever its language. The page leads to the others.
    _add(element, "link", rel="alternate", type="text/html", hreflang=feed.locale, href=page)
    if entry.compared_with:
        language = entry.language_of_redline(feed.locale)
        href = links.compare(language, event.policy, entry.compared_with, event.version)
        _add(element, "link", rel="related", type="text/html", hreflang=language, href=href)
    _add(element, "link", rel="related", type="application/json", href=links.event(event.seq))
    for scheme, term in facts(entry):
        _add(element, "category", scheme=f"{links.schema()}#{scheme}", term=clean_line(term))
    summary = _add(element, "summary", summary_text(feed, item), type="text")
    if words.is_fallback and words.summary_text:
        summary.set(f"{{{_XML}}}lang", words.language)
    content = _add(element, "content", content_html(feed, item), type="html")
    content.set(f"{{{_XML}}}base", page)


def facts(entry: Entry) -> Iterator[tuple[str, str]]:
    """Give the facts of an entry, each as its name in the change feed and its value there."""
    event, version = entry.event, entry.version
    yield "type", event.kind
    yield "policy", event.policy
    yield "version", event.version
    yield "significance", version.significance
    yield "effective_date", version.effective_date.isoformat()
    if event.locale:
        yield "language", event.locale
    if version.note:
        yield "consent", version.note.consent
        for category in dict.fromkeys(change.category for change in version.note.changes):
            yield "changes", category


def _own_address(feed: Feed, links: Links) -> str:
    if feed.archive is None:
        return links.feed(feed.locale, feed.policy, feed.name("atom"))
    return links.feed_archive(feed.locale, feed.policy, feed.name("atom"), feed.archive)


def _other_locales(feed: Feed) -> tuple[str, ...]:
    if feed.archive is not None:
        return ()
    return tuple(locale for locale in feed.locales if locale != feed.locale)


def _name(tag: str) -> str:
    return f"{{{ATOM}}}{tag}"


def _add(parent: etree._Element, tag: str, text: str | None = None, /, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, _name(tag), attributes)
    element.text = text
    return element


FORM = FeedForm("atom", "Atom", "application/atom+xml; charset=utf-8", write_atom)
