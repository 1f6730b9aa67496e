"""The words of an entry as one piece of HTML or text, the same in every feed for people."""

from __future__ import annotations

from policy_site.formats.characters import clean_html, clean_line, clean_text, escape_line
from policy_site.formats.values import Feed, Item
from policy_site.model import RenderedWords


def content_html(feed: Feed, item: Item) -> str:
    """Return what changed, what it means and the choices, as HTML; words in another language are marked as such."""
    words = item.entry.words_in(feed.locale)
    parts = [_paragraph(item.lead)] if item.lead else []
    parts.append(_told(words, words.summary_html) or _paragraph(feed.phrases.no_summary))
    for heading, html in ((feed.phrases.impact, words.impact_html), (feed.phrases.choices, words.choices_html)):
        if html.strip():
            parts += [f"<h3>{escape_line(heading)}</h3>", _told(words, html)]
    return "\n".join(parts)


def content_text(feed: Feed, item: Item) -> str:
    """Return the same as plain text."""
    words = item.entry.words_in(feed.locale)
    parts = [
        clean_line(item.lead),
        clean_text(words.summary_text).strip() or clean_line(feed.phrases.no_summary),
    ]
    for heading, text in ((feed.phrases.impact, words.impact_text), (feed.phrases.choices, words.choices_text)):
        if text.strip():
            parts += [clean_line(heading), clean_text(text).strip()]
    return "\n\n".join(part for part in parts if part)


def summary_text(feed: Feed, item: Item) -> str:
    """Return what changed as plain text, or the phrase that says that nobody wrote it."""
    words = item.entry.words_in(feed.locale)
    return clean_text(words.summary_text).strip() or clean_line(feed.phrases.no_summary)


def author_name(feed: Feed) -> str:
    """Return who publishes a feed; readers demand a name, so the title or the id stands where none is set."""
    return clean_line(feed.publisher) or clean_line(feed.title) or feed.id


def _paragraph(text: str) -> str:
    return f"<p>{escape_line(text)}</p>"


def _told(words: RenderedWords, html: str) -> str:
    html = clean_html(html).strip()
    return f'<div lang="{words.language}" dir="auto">{html}</div>' if html and words.is_fallback else html
