"""The words of an entry as one piece of HTML or text, the same in every feed for people."""

from __future__ import annotations

from policy_site.characters import clean_html, clean_line, clean_text, escape_line
from policy_site.events.entries import Entry
from policy_site.formats.values import Feed, Item
from policy_site.model import EventKind, RenderedWords


def is_taken_back(entry: Entry) -> bool:
    """Say whether the version was withdrawn by the time of an event: its words tell what does not come true."""
    return entry.event.kind is EventKind.WITHDRAWN or entry.version.withdrawn_at is not None


def content_html(feed: Feed, item: Item) -> str:
    """Return what changed, what it means and the choices, as HTML; words in another language are marked as such."""
    words = item.entry.words_in(feed.locale)
    parts = [_paragraph(item.lead)] if item.lead else []
    if summary := _told(words, words.summary_html):
        parts.append(summary)
    elif not _is_told_by_lead(item):
        parts.append(_paragraph(feed.phrases.no_summary))
    for heading, html in ((feed.phrases.impact, words.impact_html), (feed.phrases.choices, words.choices_html)):
        if html.strip():
            parts += [f"<h3>{escape_line(heading)}</h3>", _told(words, html)]
    return "\n".join(parts)


def content_text(feed: Feed, item: Item) -> str:
    """Return the same as plain text."""
    words = item.entry.words_in(feed.locale)
    parts = [clean_line(item.lead)]
    if summary := clean_text(words.summary_text).strip():
        parts.append(summary)
    elif not _is_told_by_lead(item):
        parts.append(clean_line(feed.phrases.no_summary))
    for heading, text in ((feed.phrases.impact, words.impact_text), (feed.phrases.choices, words.choices_text)):
        if text.strip():
            parts += [clean_line(heading), clean_text(text).strip()]
    return "\n\n".join(part for part in parts if part)


def summary_text(feed: Feed, item: Item) -> str:
    """Return what changed as plain text, or the phrase that says that nobody wrote it."""
    words = item.entry.words_in(feed.locale)
    instead = item.lead if _is_told_by_lead(item) else feed.phrases.no_summary
    return clean_text(words.summary_text).strip() or clean_line(instead)


def author_name(feed: Feed) -> str:
    """Return who publishes a feed; readers demand a name, so the title or the id stands where none is set."""
    return clean_line(feed.publisher) or clean_line(feed.title) or feed.id


def _is_told_by_lead(item: Item) -> bool:
    """Say whether an entry needs no summary: that a version is withdrawn is all that there is to tell."""
    return bool(item.lead) and is_taken_back(item.entry)


def _paragraph(text: str) -> str:
    return f"<p>{escape_line(text)}</p>"


def _told(words: RenderedWords, html: str) -> str:
    html = clean_html(html).strip()
    return f'<div lang="{words.language}" dir="auto">{html}</div>' if html and words.is_fallback else html
