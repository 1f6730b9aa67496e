"""Editing of finished HTML. It is our own, cleaned and written by this program: a tag is a tag, a pattern finds it."""

from __future__ import annotations

import re
from html import escape, unescape
from itertools import count
from typing import NamedTuple
from urllib.parse import quote, unquote

from policy_site.localization import Phrases
from policy_site.model import Section

_HEADING = re.compile(
    r"(?P<before>(?:<div[^<>]*>\s*)*)(?P<heading><h(?P<level>[1-6])\b[^<>]*>.*?</h(?P=level)>\n?)(?P<rest>.*)",
    re.DOTALL,
)


class Headed(NamedTuple):
    """A section's HTML taken apart at the heading that it begins with."""

    before: str
    """Start tags of what wraps the section; mostly empty."""
    heading: str
    rest: str


def split_heading(html: str) -> Headed | None:
    """Take a section apart at its heading; ``None`` where it begins with none."""
    found = _HEADING.fullmatch(html)
    return Headed(found["before"], found["heading"], found["rest"]) if found else None


def heading_apart(html: str) -> tuple[str, str]:
    """Return the heading that a section begins with, and the rest, empty where only wrappers are left.

    The heading is to stand where one clicks: its links lead nowhere there.
    """
    found = split_heading(html)
    if found is None:
        return "", html
    rest = f"{found.before}{found.rest}"
    is_alone = not re.sub(r"<[^<>]*>", "", found.rest).strip() and "<img" not in rest
    heading = re.sub(r'(<a\b[^<>]*?) href="[^"]*"', r"\1", found.heading.rstrip("\n"))
    return heading, "" if is_alone else rest


def with_scrollable_tables(html: str, phrases: Phrases, *, when: str = "") -> str:
    """Put each table of a section into a region that scrolls by itself, with a keyboard too.

    Each is named after the section: who goes from region to region hears which table it is. ``when``: the day of the
    version, where the page shows the same section more than once.
    """
    found = split_heading(html)
    section = words_of_heading(found.heading) if found else ""
    numbers = count(1)

    def begin(tag: re.Match[str]) -> str:
        name = _table_name(phrases, section, next(numbers))
        label = f"{name} ({when})" if when else name
        return f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(label)}">{tag[0]}'

    return re.sub(r"<table\b[^<>]*>", begin, html).replace("</table>", "</table></div>")


def words_of_heading(heading: str) -> str:
    """Return what a heading says: in a redline what it came to say, without the words for screen readers."""
    kept = re.sub(r"<del\b.*?</del>|<span class=\"visually-hidden\".*?</span>", "", heading, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^<>]*>", "", kept)).split())


def _table_name(phrases: Phrases, section: str, number: int) -> str:
    if not section:
        return phrases.gettext("Table") if number == 1 else f"{phrases.gettext('Table')} {number}"
    if number == 1:
        return phrases.gettext("Table in “%(section)s”", section=section)
    return phrases.gettext("Table %(number)s in “%(section)s”", number=str(number), section=section)


def with_own_ids(html: str, *, prefix: str, page: str) -> str:
    """Give the ids of a redline a prefix, since its page holds others."""

    def renamed(tag: re.Match[str]) -> str:
        text = re.sub(r' id="', f' id="{prefix}', tag[0])
        text = re.sub(r' href="#(?=change-)', f' href="#{prefix}', text)
        return re.sub(rf' href="#(?!{re.escape(prefix)})', f' href="{page}#', text)

    return re.sub(r"<[a-z][^<>]*>", renamed, html)


def among_others(section: Section, taken: set[str], page: str) -> str:
    """Return a section's HTML as part of another text: no id twice, and links lead to what is there or to ``page``."""
    own = {unescape(name) for name in re.findall(r'<[a-z][^<>]*? id="([^"]*)"', section.html)}
    renamed = {name: f"page-authoritative-{name}" for name in own if name in taken}

    def identify(found: re.Match[str]) -> str:
        name = unescape(found[1])
        return f' id="{escape(renamed.get(name, name))}"'

    def lead(found: re.Match[str]) -> str:
        name = unquote(unescape(found[1]))
        if name in own:
            return f' href="#{escape(quote(renamed.get(name, name)))}"'
        return found[0] if name in taken else f' href="{escape(page)}#{found[1]}"'

    def adapt(tag: re.Match[str]) -> str:
        return re.sub(r' href="#([^"]*)"', lead, re.sub(r' id="([^"]*)"', identify, tag[0]))

    html = re.sub(r"<[a-z][^<>]*>", adapt, section.html)
    taken |= {renamed.get(name, name) for name in own}
    return html
