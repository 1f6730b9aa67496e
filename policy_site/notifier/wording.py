"""The words of a notice in one language: what changed, what it means, the choices, the dates, the links.

Devoted to the change: nothing else is in it. The phrases are those of the site's feeds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from markupsafe import Markup

from policy_site.localization import Phrases, find_language, load_phrases
from policy_site.localization.names import N_
from policy_site.notifier.cleaning import clean_words_html, clean_words_line, clean_words_text, unsafe_addresses
from policy_site.notifier.ledger.notices import Notice
from policy_site.notifier.model import Wording
from policy_site.notifier.settings_tables import is_mail_address
from policy_site.notifier.templating import Layout, Link, Part, open_layout

_PUBLISHED, _CORRECTED = "policy.version.published", "policy.version.corrected"
_RESCHEDULED, _WITHDRAWN = "policy.version.rescheduled", "policy.version.withdrawn"
_TITLES = {
    _PUBLISHED: N_("%(policy)s: significant change, effective from %(day)s"),
    _CORRECTED: N_("%(policy)s: corrected information about the version effective from %(day)s"),
    _RESCHEDULED: N_("%(policy)s: effective date changed to %(day)s"),
    _WITHDRAWN: N_("%(policy)s: version with effective date %(day)s withdrawn"),
}
_FIRST = N_("%(policy)s: first version, effective from %(day)s")


@dataclass(frozen=True, slots=True)
class Letter:
    """What the words of an event are written on, the same for all of a channel's messages."""

    layout: Layout = field(default_factory=lambda: open_layout(None))
    sender_name: str = ""
    """Whose policy it is; without one the host of its pages stands for it."""
    logo: str = ""
    """Its address within the message; empty: there is none."""
    imprint: str = ""
    contact: str = ""
    """A mail address or one of the web; empty: there is none."""
    day_locales: Mapping[str, str] = field(default_factory=dict)
    """By language, whose way of writing days is used."""


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the words are, as far as they differ by it."""

    language: str
    """One of the event's editions."""
    accepted: str | None = None
    """The version that they agreed to."""
    ways_out: tuple[str, ...] = ()
    """Where subscribers leave, ``https:`` or ``mailto:``; none for notices that are required."""
    before: Mapping[str, Any] | None = None
    """The event that they were told of last about this version; without one a correction or a new date is written as
    the announcement that they have not had."""
    fields: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})
    """Name and account, or what stands for them, in the text and in the HTML; those that are not known left out."""


@dataclass(frozen=True, slots=True)
class _Writing:
    """What every part of one wording is written from."""

    notice: Notice
    record: dict[str, Any]
    language: str
    phrases: Phrases
    kind: str
    """The event's type; that of an announcement where the reader has not had one."""
    before: dict[str, Any] | None
    """What the reader was told before, as published."""
    accepted: dict[str, Any] | None
    """The version that the reader agreed to, where it is not the one before."""
    day_locale: str | None

    @property
    def edition(self) -> dict[str, Any]:
        """In the reader's language."""
        found: dict[str, Any] = self.record["editions"][self.language]
        return found

    def say(self, phrase: str, /, **values: object) -> str:
        """Return a phrase in the reader's language."""
        return self.phrases.gettext(phrase, **values)

    def day(self, written: str) -> str:
        """Return a date of the feed in words."""
        return self.phrases.date_in_words(date.fromisoformat(written), locale=self.day_locale)

    @property
    def is_ahead(self) -> bool:
        """True where people are told before the version applies."""
        return _instant(self.record["effective_at"]) > _instant(self.record["notice_at"])


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


def write_wording(notice: Notice, reader: Reader, letter: Letter, *, channel: str) -> Wording:
    """Write the words of ``notice``.

    Raises :class:`ValueError` where an address of the event is none that a reader may be sent to, and
    :class:`UsageError` where a company's own template does not work.
    """
    if unsafe := unsafe_addresses(notice.record):
        raise ValueError(f"{unsafe[0]} is no address that a reader may be sent to")
    language = reader.language
    it = _writing(notice, language, reader.accepted, reader.before, letter.day_locales.get(language))
    values = _values(it, reader, letter)
    text, html = (
        lay_out({**values, **_of_recipient(it, fields)})
        for lay_out, fields in zip((letter.layout.text, letter.layout.html), reader.fields, strict=True)
    )
    title = str(values["title"])
    return Wording(
        event_seq=notice.seq,
        channel=channel,
        language=language,
        accepted=reader.accepted,
        subject=title,
        text=text,
        html=html,
        digest=digest_of(title, text, html),
    )


def digest_of(subject: str, text: str, html: str) -> str:
    """Return the digest of words, by which the evidence names them."""
    return hashlib.sha256(f"{subject}\0{text}\0{html}".encode()).hexdigest()


def _values(it: _Writing, reader: Reader, letter: Letter) -> dict[str, Any]:
    """Return what templates may use, but for the recipient's own."""
    edition, language = it.edition, reader.language
    company = clean_words_line(letter.sender_name) or urlsplit(edition["version_url"]).hostname
    company = company or edition["version_url"]
    parts = list(_parts(it))
    is_foreign = any(part.language.tag != language for part in parts)
    return {
        "company": company,
        "title": _title(it),
        "language": it.phrases.language,
        "event": it.record,
        "facts": list(_facts(it)),
        "foreign": _foreign(it, edition["language"]) if is_foreign and edition["language"] != language else "",
        "parts": parts,
        "links": list(_links(it)),
        "footer": _footer(it.phrases, company, is_subscribed=bool(reader.ways_out)),
        "ways_out": [_way_out(it.phrases, address) for address in reader.ways_out],
        "logo": letter.logo,
        "imprint": clean_words_text(letter.imprint).strip().splitlines(),
        "contact": _contact(it, letter.contact) if letter.contact else None,
    }


def _of_recipient(it: _Writing, fields: Mapping[str, str]) -> dict[str, Any]:
    name, account = fields.get("name", ""), fields.get("account", "")
    line = it.say(N_("Account: %(account)s"), account=account) if account else ""
    return {"recipient": {"name": name, "account": account}, "account_line": line}


def _contact(it: _Writing, contact: str) -> Link:
    address = f"mailto:{contact}" if is_mail_address(contact) else contact
    return Link(it.say(N_("Questions about this message:")), address)


def _writing(
    notice: Notice, language: str, accepted: str | None, before: Mapping[str, Any] | None, day_locale: str | None
) -> _Writing:
    record = notice.record
    kind = str(record["type"])
    if before is None and kind in (_CORRECTED, _RESCHEDULED):
        kind = _PUBLISHED
    by_label = {str(other["version"]): other for other in notice.versions}
    is_older = accepted != record["previous_version"] and record["type"] != _WITHDRAWN
    return _Writing(
        notice,
        record,
        language,
        load_phrases(language),
        kind,
        dict(before) if before else None,
        by_label.get(accepted) if accepted and is_older else None,
        day_locale,
    )


def _title(it: _Writing) -> str:
    is_first = it.kind == _PUBLISHED and it.record["previous_version"] is None
    phrase = _FIRST if is_first else _TITLES[it.kind]
    return it.say(phrase, policy=clean_words_line(it.edition["title"]), day=it.day(it.record["effective_date"]))


def _facts(it: _Writing) -> Iterator[str]:
    record = it.record
    if it.kind == _WITHDRAWN:
        announced = (it.before or record)["effective_date"]
        yield it.say(_withdrawal(record), day=it.day(announced))
        return
    day = it.day(record["effective_date"])
    if it.before and it.before["effective_date"] != record["effective_date"]:
        former = it.day(it.before["effective_date"])
        yield it.say(
            N_("This version was to apply from %(former)s. It now applies from %(day)s."), former=former, day=day
        )
    else:
        yield it.say(N_("This version applies from %(day)s."), day=day)
    if it.kind == _CORRECTED:
        yield from _correction(it)
    published = it.phrases.date_in_words(_day_of(record["published_at"], record["time_zone"]), locale=it.day_locale)
    yield it.say(N_("It was published on %(day)s."), day=published)
    if it.accepted:
        since = it.day(it.accepted["effective_date"])
        yield it.say(
            N_("You agreed to the version effective from %(day)s. This message lists all changes since then."),
            day=since,
        )
    yield from _consent(it)


def _correction(it: _Writing) -> Iterator[str]:
    """Say what was wrong: which parts of the words, and which of the facts, were other than they are now."""
    yield it.say(
        N_("We are correcting information that we gave about this version. The text of the version has not changed.")
    )
    changed = [heading for name, heading in _headings(it) if _differs(it, name)]
    if it.before and it.before.get("consent") != it.record.get("consent"):
        changed.append(it.say(N_("whether we ask for your consent")))
    if changed:
        yield it.say(N_("Corrected: %(parts)s."), parts=it.phrases.enumeration(changed))


def _differs(it: _Writing, name: str) -> bool:
    earlier = (it.before or {}).get("editions", {}).get(it.language, {}).get(name)
    now = it.edition[name]
    return (earlier or {}).get("text") != (now or {}).get("text")


def _consent(it: _Writing) -> Iterator[str]:
    consent = it.record["consent"]
    if not consent["required"]:
        return
    yield it.say(N_("You will be asked whether you consent to this version."))
    if consent["by"] and it.edition["choices"]:
        choices = it.say(N_("Your choices"))
        phrase = N_("Please decide by %(day)s: give your consent, or use one of the options under “%(choices)s” below.")
        yield it.say(phrase, day=it.day(consent["by"]), choices=choices)
    elif consent["by"]:
        yield it.say(N_("Please decide by %(day)s whether you give your consent."), day=it.day(consent["by"]))


def _withdrawal(record: dict[str, Any]) -> str:
    """Choose what is said of a version that is withdrawn: before it applied, or while it did.

    The one before it is not named: it can itself be withdrawn, or announced and not in force yet.
    """
    if _instant(record["effective_at"]) < _instant(record["notice_at"]):
        return N_("The version effective from %(day)s no longer applies.")
    if record["previous_version"] is None:
        return N_("The version announced for %(day)s will not take effect.")
    return N_("The version announced for %(day)s will not take effect. The version in force continues to apply.")


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written)


def _day_of(instant: str, time_zone: str) -> date:
    """Return the day of an instant where the policy is published: in UTC it can be the one before or after."""
    return _instant(instant).astimezone(ZoneInfo(time_zone)).date()


def _foreign(it: _Writing, language: str) -> str:
    name = it.phrases.language_name(language)
    return it.say(N_("The text below has not been translated. It is in %(language)s."), language=name)


def _headings(it: _Writing) -> tuple[tuple[str, str], ...]:
    if it.kind == _WITHDRAWN:
        return (("summary", it.say(N_("What had been announced"))),)
    return (
        ("summary", it.say(N_("What is changing")) if it.is_ahead else it.say(N_("What changed"))),
        ("impact", it.say(N_("What it means for you"))),
        ("choices", it.say(N_("Your choices"))),
    )


def _parts(it: _Writing) -> Iterator[Part]:
    """Yield what people wrote; of a version that is withdrawn not what they advised: nobody is to act on it.

    After a correction what was wrong stands below what is right; for one who agreed to an older version the summary of
    each version since stands before this one's.
    """
    for name, heading in _headings(it):
        if name == "summary" and it.accepted:
            yield from _steps_since(it)
            heading = f"{heading} ({it.day(it.record['effective_date'])})"  # noqa: PLW2901 - beside those of the others
        if it.edition[name]:
            yield _part(heading, it.edition, name)
        earlier = (it.before or {}).get("editions", {}).get(it.language)
        if it.kind == _CORRECTED and earlier and earlier[name] and _differs(it, name):
            yield _part(it.say(N_("What we had written before")), earlier, name)


def _steps_since(it: _Writing) -> Iterator[Part]:
    assert it.accepted is not None
    start, end = _instant(it.accepted["effective_at"]), _instant(it.record["effective_at"])
    for other in it.notice.versions:
        is_between = start < _instant(other["effective_at"]) <= end and other["version"] != it.record["version"]
        edition = other["editions"].get(it.language) or other["editions"][other["authoritative_language"]]
        if is_between and edition["summary"]:
            heading = f"{it.say(N_('What changed'))} ({it.day(other['effective_date'])})"
            yield _part(heading, edition, "summary")


def _part(heading: str, edition: dict[str, Any], name: str) -> Part:
    words = edition[name]
    html = Markup(clean_words_html(words["html"]))  # noqa: S704 - cleaned by an allow-list at this moment
    return Part(heading, clean_words_text(words["text"]), html, find_language(str(edition["language"])))


def _links(it: _Writing) -> Iterator[Link]:
    edition, record = it.edition, it.record
    if it.kind == _WITHDRAWN:
        address, tail = edition["version_url"], f"v/{record['version']}/"
        if record["previous_version"] is not None and address.endswith(f"/{tail}"):
            yield Link(it.say(N_("Read the version in force")), address.removesuffix(tail))
        yield Link(it.say(N_("Summary of the announced change on the website")), edition["changes_url"])
        yield Link(it.say(N_("Full text of this version")), address)
        return
    yield Link(it.say(N_("Summary of this change on the website")), edition["changes_url"])
    redline = redline_address(it.notice, it.language, str(it.accepted["version"]) if it.accepted else None)
    if redline and redline != edition["compare_url"]:
        yield Link(it.say(N_("What changed since the version you agreed to")), redline)
    elif redline:
        yield Link(it.say(N_("Word-by-word comparison with the previous version")), redline)
    yield Link(it.say(N_("Full text of this version")), edition["version_url"])


def _footer(phrases: Phrases, company: str, *, is_subscribed: bool) -> str:
    if is_subscribed:
        phrase = N_("You are receiving this message because you subscribed to policy updates from %(company)s.")
    else:
        phrase = N_(
            "%(company)s is sending you this message because this policy applies to you."
            " The message contains no advertising."
        )
    return phrases.gettext(phrase, company=company)


def _way_out(phrases: Phrases, address: str) -> Link:
    is_mail = address.startswith("mailto:")
    return Link(phrases.gettext("Unsubscribe by email") if is_mail else phrases.gettext("Unsubscribe"), address)
