"""Messages as people would get them, for those who decide: one for a mail program, or all of them for a browser."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from html import escape
from pathlib import Path

from policy_site.errors import NoticeError, UsageError
from policy_site.notifier.channels import Renderer, kind_of
from policy_site.notifier.feed import parse_event
from policy_site.notifier.ingestion import must_reach_people
from policy_site.notifier.ledger import Connection, Ledger
from policy_site.notifier.ledger.events import event_record
from policy_site.notifier.ledger.notices import load_notice
from policy_site.notifier.ledger.reports import KnownEvent, events_in, find_event
from policy_site.notifier.logo import Logo, read_logo
from policy_site.notifier.mail_settings import MailSettings
from policy_site.notifier.model import Delivery, EventState, Message, Recipient
from policy_site.notifier.rendering import Execute
from policy_site.notifier.settings import NotifierSettings

_MENDING = ("policy.version.corrected", "policy.version.rescheduled")
NOBODY = "somebody@example.org"
"""To whom a preview is addressed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which message is meant."""

    reference: str | None = None
    """An event's number or id; None: the last of which people are told."""
    channel: str | None = None
    """None: the first of the settings."""
    language: str | None = None
    """None: the authoritative one."""
    accepted: str | None = None
    name: str = ""
    account: str = ""


def write_message(ledger: Ledger, settings: NotifierSettings, wanted: Wanted, *, address: str = NOBODY) -> Message:
    """Return the message that a recipient would get of an event, be it held, open or past.

    Of a webhook it is the body. Raises :class:`UsageError` for an event or channel that is not there, and
    :class:`NoticeError` where the message cannot be written.
    """
    channel = find_channel(settings, wanted.channel)
    with ledger.connect() as connection, ledger.transaction(connection):
        event = find_event(connection, wanted.reference) if wanted.reference else _last_notice(connection)
        language = wanted.language or str(event.record["authoritative_language"])
        recipient = Recipient(address, language, wanted.accepted, wanted.name, wanted.account)
        message = _renderer(connection, settings, channel).write(Delivery(0, event.seq, channel, recipient, 0))
        connection.rollback()  # words are evidence of what was sent
    return message


def find_channel(settings: NotifierSettings, name: str | None) -> str:
    """Return the name of a channel, by default the first; raise :class:`UsageError` where there is no such channel."""
    found = name or next(iter(settings.channels))
    if found not in settings.channels:
        known = ", ".join(settings.channels)
        raise UsageError(f"There is no channel {found!r}.", remedy=f"Name one of these: {known}.")
    return found


def _renderer(connection: Connection, settings: NotifierSettings, channel: str) -> Renderer:
    execute: Execute[object] = lambda statement: statement(connection, 0)  # noqa: E731 - typed, and used once
    settled = settings.channels[channel]
    made: Renderer = kind_of(settled).renderer(settled, name=channel, execute=execute)
    return made


def _last_notice(connection: Connection) -> KnownEvent:
    events = list(_notices(connection))
    if not events:
        raise UsageError(
            "The ledger has no event of which people are told.",
            remedy="Read the feed with `policy-site notify ingest`.",
        )
    return events[-1]


def _notices(connection: Connection) -> Iterator[KnownEvent]:
    """Yield the events of which people are told, past ones too."""
    for event in events_in(connection, *EventState):
        if must_reach_people(parse_event(event.record), lambda name: event_record(connection, name=name)):
            yield event


# --- all of them, for a browser --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Page:
    """A message of the set."""

    event: KnownEvent
    delivery: Delivery
    told: str
    """What the recipient was told before, in words."""
    file: str


def write_pages(
    ledger: Ledger, settings: NotifierSettings, folder: Path, wanted: Wanted, *, languages: Sequence[str] = ()
) -> int:
    """Write each message of an event, by default of all that people are told of, as HTML and as text into a folder.

    There is one for each language and each accepted version that makes a difference, and ``index.html`` links them.
    Return how many. Raises :class:`UsageError` where the channel sends no mail or the folder holds other files.
    """
    channel = find_channel(settings, wanted.channel)
    mail = settings.channels[channel]
    if not isinstance(mail, MailSettings):
        raise UsageError(f"The channel {channel!r} sends no mail.", remedy="Name one that does with --channel.")
    _make(folder)
    with ledger.connect() as connection, ledger.transaction(connection):
        events = [find_event(connection, wanted.reference)] if wanted.reference else list(_notices(connection))
        pages = [page for event in events for page in _pages(connection, event, channel, wanted, languages)]
        renderer = _renderer(connection, settings, channel)
        messages = [_attempt(renderer, page.delivery) for page in pages]
        connection.rollback()
    logo = read_logo(mail.letterhead.logo) if mail.letterhead.logo else None
    if logo:
        (folder / logo.file_name).write_bytes(logo.content)
    subjects = [
        _write_page(folder / page.file, message, logo) if isinstance(message, Message) else message
        for page, message in zip(pages, messages, strict=True)
    ]
    (folder / "index.html").write_text(_index(pages, subjects), encoding="utf-8")
    return len(pages)


def _attempt(renderer: Renderer, delivery: Delivery) -> Message | str:
    """Return a message, or why it cannot be written: the others are looked at all the same."""
    try:
        return renderer.write(delivery)
    except NoticeError as error:
        return f"{_FAILED}{error}"


def _write_page(place: Path, message: Message, logo: Logo | None) -> str:
    """Write a message as HTML and as text; return its subject."""
    parsed = email.message_from_bytes(message.content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    html, text = (_words(parsed, kind) for kind in ("html", "plain"))
    if logo:
        html = html.replace(f"cid:{logo.name}", logo.file_name)
    head = "".join(f"{name}: {parsed[name]}\n" for name in ("From", "Reply-To", "Subject") if parsed[name])
    place.with_suffix(".html").write_text(html, encoding="utf-8")
    place.with_suffix(".txt").write_text(f"{head}\n{text}", encoding="utf-8")
    return str(parsed["Subject"])


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if (found := sorted(folder.iterdir())) and not (folder / "index.html").is_file():
            raise UsageError(f"The folder {folder} holds {found[0].name}.", remedy="Name an empty or a new one.")
        for file in found:
            if file.suffix in (".html", ".txt"):
                file.unlink()
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}.", remedy="Name another folder.") from None


def _pages(
    connection: Connection, event: KnownEvent, channel: str, wanted: Wanted, languages: Sequence[str]
) -> Iterator[_Page]:
    record = event.record
    own = [tag for tag, edition in record["editions"].items() if edition.get("status") != "fallback"]
    notice = load_notice(connection, event.seq)
    older = [str(one["version"]) for one in notice.versions]
    older = [label for label in older if label not in (record["version"], record["previous_version"])]
    had: list[tuple[str, int | None]] = [("", None)]
    if record["type"] in _MENDING and notice.superseded:
        had = [("has had the earlier notice", None), ("has not had the earlier notice", 0)]
    number = 0
    for language in languages or own:
        for accepted in (None, *older):
            for words, told in had:
                number += 1
                recipient = Recipient(NOBODY, language, accepted, wanted.name, wanted.account)
                delivery = Delivery(0, event.seq, channel, recipient, attempts=0, told=told)
                yield _Page(event, delivery, words, f"{event.seq:06}-{number:04}")


def _words(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


_FAILED = "Cannot be written: "
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "td,th{text-align:start;padding:.25em 1em .25em 0;vertical-align:top}"
)


def _links(file: str) -> str:
    return f'<a href="{file}.html">HTML</a> <a href="{file}.txt">text</a>'


def _index(pages: Sequence[_Page], subjects: Sequence[str]) -> str:
    lines = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Messages</title><style>{_STYLE}</style></head><body><h1>Messages</h1>",
    ]
    seq = 0
    for page, subject in zip(pages, subjects, strict=True):
        event = page.event
        if event.seq != seq:
            lines += ["</table>"] if seq else []
            lines.append(f"<h2>Event {event.seq} ({event.state.value}): {escape(event.id)}</h2><table>")
            lines.append("<tr><th>Language</th><th>The recipient</th><th>Subject</th><th>Message</th></tr>")
            seq = event.seq
        who = page.delivery.recipient
        about = [f"agreed to {escape(who.accepted)}" if who.accepted else "", page.told]
        lines.append(
            f"<tr><td>{escape(who.language)}</td><td>{', '.join(one for one in about if one)}</td>"
            f'<td dir="auto">{escape(subject)}</td>'
            f"<td>{'' if subject.startswith(_FAILED) else _links(page.file)}</td></tr>"
        )
    lines.append("</table>" if seq else "<p>There is no event of which people are told.</p>")
    return "\n".join([*lines, "</body></html>", ""])
