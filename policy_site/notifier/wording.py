"""The words of a notice in one language: what changed, what it means, the choices, the dates, the links.

Devoted to the change: nothing else is in it. The phrases are those of the site's feeds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from policy_site.localization import Language, Phrases, find_language, load_phrases
from policy_site.localization.names import N_
from policy_site.notifier.ledger.notices import Notice
from policy_site.notifier.model import Wording

_TITLES = {
    "policy.version.published": N_("%(policy)s: significant change from %(day)s"),
    "policy.version.corrected": N_("%(policy)s: what was said about the version of %(day)s is corrected"),
    "policy.version.rescheduled": N_("%(policy)s: a version now takes effect on %(day)s"),
    "policy.version.withdrawn": N_("%(policy)s: the version of %(day)s is withdrawn"),
}
_FIRST = N_("%(policy)s: first version, from %(day)s")
_WITHDRAWN = "policy.version.withdrawn"
_PAGES = Environment(
    loader=PackageLoader("policy_site.notifier", "templates"),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


@dataclass(frozen=True, slots=True)
class _Part:
    heading: str
    text: str
    html: Markup
    language: Language


@dataclass(frozen=True, slots=True)
class _Link:
    name: str
    address: str


def choose_language(notice: Notice, wanted: str) -> str:
    """Return the language in which readers of ``wanted`` are told: theirs, its parent, else the authoritative one."""
    editions: dict[str, str] = {tag.casefold(): tag for tag in notice.record["editions"]}
    parts = wanted.casefold().replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        found = editions.get("-".join(parts[:length]))
        if found:
            return found
    return str(notice.record["authoritative_language"])


def redline_address(notice: Notice, language: str, accepted: str | None) -> str | None:
    """Return the address of the redline from the version that was accepted, or else from the one before.

    The site keeps a redline of every older version against each one that people are told of. Of a version that is
    withdrawn readers are shown none: it would lay out changes that do not happen.
    """
    record = notice.record
    if record["type"] == _WITHDRAWN:
        return None
    address: str | None = record["editions"][language]["compare_url"]
    previous, label = record["previous_version"], record["version"]
    tail = f"/compare/{previous}/{label}/"
    if address and accepted in notice.labels and accepted != label and address.endswith(tail):
        return f"{address.removesuffix(tail)}/compare/{accepted}/{label}/"
    return address


def write_wording(
    notice: Notice,
    *,
    channel: str,
    language: str,
    accepted: str | None,
    sender_name: str = "",
    ways_out: tuple[str, ...] = (),
) -> Wording:
    """Write the words of ``notice`` for readers of ``language``, one of its editions.

    ``accepted``: the version that the redline begins at. ``sender_name``: whose policy it is; without one the host of
    its pages stands for it. ``ways_out``: where subscribers leave, ``https:`` or ``mailto:``; none for notices that are
    required.
    """
    record = notice.record
    edition = record["editions"][language]
    phrases = load_phrases(language)
    title = _title(record, edition, phrases)
    words_language = find_language(edition["language"])
    is_foreign = edition["language"] != language
    company = sender_name.strip() or urlsplit(edition["version_url"]).hostname or edition["version_url"]
    parts = list(_parts(record, edition, phrases, words_language))
    values: dict[str, Any] = {
        "company": company,
        "title": title,
        "language": phrases.language,
        "facts": list(_facts(record, phrases)),
        "foreign": _foreign(phrases, edition["language"]) if is_foreign and parts else "",
        "parts": parts,
        "links": list(_links(notice, language, accepted, phrases)),
        "footer": _footer(phrases, company, is_subscribed=bool(ways_out)),
        "ways_out": [_way_out(phrases, address) for address in ways_out],
    }
    # PostgreSQL keeps no text with a NUL in it, and nobody reads one
    title = title.replace("\0", "")
    text = _PAGES.get_template("notice.txt").render(values).replace("\0", "")
    html = _PAGES.get_template("notice.html").render(values).replace("\0", "")
    digest = hashlib.sha256(f"{title}\0{text}\0{html}".encode()).hexdigest()
    return Wording(
        event_seq=notice.seq,
        channel=channel,
        language=language,
        accepted=accepted,
        subject=title,
        text=text,
        html=html,
        digest=digest,
    )


def _title(record: dict[str, Any], edition: dict[str, Any], phrases: Phrases) -> str:
    day = phrases.date_in_words(date.fromisoformat(record["effective_date"]))
    is_first = record["type"] == "policy.version.published" and record["previous_version"] is None
    phrase = _FIRST if is_first else _TITLES[record["type"]]
    return phrases.gettext(phrase, policy=edition["title"], day=day)


def _facts(record: dict[str, Any], phrases: Phrases) -> list[str]:
    day = phrases.date_in_words(date.fromisoformat(record["effective_date"]))
    if record["type"] == _WITHDRAWN:
        return [phrases.gettext(_withdrawal(record), day=day)]
    facts = [phrases.gettext("The version applies from %(day)s.", day=day)]
    published = phrases.date_in_words(_day_of(record["published_at"], record["time_zone"]))
    facts.append(phrases.gettext("It was published on %(day)s.", day=published))
    if record["consent"]["required"]:
        facts.append(phrases.gettext("You will be asked for your consent to it."))
    return facts


def _withdrawal(record: dict[str, Any]) -> str:
    """Choose what is said of a version that is withdrawn: before it applied, or while it did.

    The one before it is not named: it can itself be withdrawn, or announced and not in force yet.
    """
    if datetime.fromisoformat(record["effective_at"]) < datetime.fromisoformat(record["notice_at"]):
        return N_("The version of %(day)s no longer applies.")
    if record["previous_version"] is None:
        return N_("The version that was announced for %(day)s will not apply.")
    return N_("The version that was announced for %(day)s will not apply. The version in force goes on applying.")


def _day_of(instant: str, time_zone: str) -> date:
    """Return the day of an instant where the policy is published: in UTC it can be the one before or after."""
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(time_zone)).date()


def _foreign(phrases: Phrases, language: str) -> str:
    name = phrases.language_name(language)
    return phrases.gettext("What follows is not available in this language; it is in %(language)s.", language=name)


def _parts(record: dict[str, Any], edition: dict[str, Any], phrases: Phrases, language: Language) -> list[_Part]:
    """Return what people wrote; of a version that is withdrawn not what they advised: nobody is to act on it."""
    headings = (
        (("summary", phrases.gettext("What had been announced")),)
        if record["type"] == _WITHDRAWN
        else (
            ("summary", phrases.gettext("What changed")),
            ("impact", phrases.gettext("What it means for you")),
            ("choices", phrases.gettext("Your choices")),
        )
    )
    return [
        # the site cleaned it before it published it, and the hash of the event covers it
        _Part(heading, edition[name]["text"], Markup(edition[name]["html"]), language)  # noqa: S704
        for name, heading in headings
        if edition[name]
    ]


def _links(notice: Notice, language: str, accepted: str | None, phrases: Phrases) -> list[_Link]:
    edition = notice.record["editions"][language]
    if notice.record["type"] == _WITHDRAWN:
        return list(_links_of_withdrawal(notice.record, edition, phrases))
    links = [_Link(phrases.gettext("The account of this change"), edition["changes_url"])]
    redline = redline_address(notice, language, accepted)
    if redline and redline != edition["compare_url"]:
        links.append(_Link(phrases.gettext("What changed since the version you agreed to"), redline))
    elif redline:
        links.append(_Link(phrases.gettext("Word by word against the version before"), redline))
    links.append(_Link(phrases.gettext("The whole text of this version"), edition["version_url"]))
    return links


def _links_of_withdrawal(record: dict[str, Any], edition: dict[str, Any], phrases: Phrases) -> Iterator[_Link]:
    address, tail = edition["version_url"], f"v/{record['version']}/"
    if record["previous_version"] is not None and address.endswith(f"/{tail}"):
        yield _Link(phrases.gettext("Read the text in force"), address.removesuffix(tail))
    yield _Link(phrases.gettext("The account of the announced change"), edition["changes_url"])
    yield _Link(phrases.gettext("The whole text of this version"), address)


def _footer(phrases: Phrases, company: str, *, is_subscribed: bool) -> str:
    if is_subscribed:
        return phrases.gettext("You subscribed to these messages from %(company)s.", company=company)
    return phrases.gettext(
        "You receive this message because this policy of %(company)s applies to you. It contains no advertising.",
        company=company,
    )


def _way_out(phrases: Phrases, address: str) -> _Link:
    is_mail = address.startswith("mailto:")
    return _Link(phrases.gettext("Unsubscribe by mail") if is_mail else phrases.gettext("Unsubscribe"), address)
