"""Messages: the words are rendered once for each event, language and accepted version, then addressed to one person.

A message is cut at the places that differ between recipients, so that addressing it is joining four pieces.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import string
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING, TypeVar
from unicodedata import category
from urllib.parse import quote

from policy_site.errors import NoticeError, UsageError
from policy_site.notifier.identity import message_id_of
from policy_site.notifier.ledger.deliveries import keep_wording
from policy_site.notifier.ledger.notices import Notice, load_notice, load_record
from policy_site.notifier.logo import Logo, read_logo
from policy_site.notifier.mail_settings import MailSettings, Unsubscription
from policy_site.notifier.model import Delivery, Message, Recipient, Wording
from policy_site.notifier.secret_sources import read_secret_source
from policy_site.notifier.settings_tables import is_mail_address
from policy_site.notifier.templating import open_layout
from policy_site.notifier.wording import Letter, Reader, choose_language, digest_of, write_wording

if TYPE_CHECKING:
    from sqlalchemy import Connection

_Answer = TypeVar("_Answer")
Execute = Callable[["Callable[[Connection, int], _Answer]"], _Answer]

_DATE = "Thu, 01 Jan 1970 00:00:00 +0000"
_TO = "to-be-addressed@recipient.invalid"
_ID = "to-be-named@message.invalid"
_MAIL = SMTP.clone(max_line_length=76)  # RFC 2045, section 6.7: quoted-printable has no longer lines
_FIT_FOR_HEADER = re.compile(r"[!-~]{1,900}")
_OTHERS = (b"\r\ncc:", b"\r\nbcc:", b"\r\nresent-", b"\r\napparently-to:")
_WITHDRAWN = "policy.version.withdrawn"
_FIELDS = ("name", "account")
_Key = tuple[int, str, str | None, int | None, tuple[str, ...]]
"""Event, language, accepted version, the event that the recipient was told of last, and which fields are known."""
_LINES = re.compile(rb"(?:=[0-9A-F]{2}|[^=]){1,25}")
"""Of a body in quoted-printable: at most 75 characters without the sign of a soft line break."""
_PLAIN = frozenset(string.ascii_letters.encode() + string.digits.encode())


@dataclass(frozen=True, slots=True)
class _Form:
    """A message that lacks its recipient."""

    notice: Notice
    wording_id: int
    before_date: bytes
    before_address: bytes
    before_id: bytes
    rest: tuple[bytes, ...]
    """Cut where something of the recipient's own stands: in turns a piece, and the name of what stands behind it."""


class MailRenderer:
    """Writes the messages of a mail channel."""

    def __init__(self, settings: MailSettings, *, name: str, execute: Execute[object]) -> None:
        """Take the channel's settings and name, and what runs a statement on the ledger."""
        self._settings = settings
        self._name = name
        self._execute: Callable[..., object] = execute
        self._domain = settings.sender.partition("@")[2]
        self._secret = _read_secret(settings.unsubscribe) if settings.unsubscribe else b""
        # nobody can guess it, so that no words of a feed can ask for a recipient's token
        self._place = hmac.new(self._secret, b"place of the token", hashlib.sha256).hexdigest()[:32]
        self._letter, self._logo = open_letter(settings)
        self._notices: dict[int, Notice] = {}
        self._languages: dict[tuple[int, str, str | None], tuple[str, str | None]] = {}
        self._forms: dict[_Key, _Form] = {}
        self._date = (0, b"")
        """The instant that was written last, and how: nearly always it is the next message's as well."""

    def write(self, delivery: Delivery) -> Message:
        """Return the message of a delivery; the same bytes at every attempt."""
        form = self._form(delivery)
        address = delivery.recipient.address
        if not is_mail_address(address):
            raise NoticeError(f"{address!r} is not a mail address.", remedy="Correct the audience.")
        message_id = message_id_of(form.notice.id, self._name, address, domain=self._domain, secret=form.notice.secret)
        before_date, rest = form.before_date, form.rest[0]
        if len(form.rest) > 1:
            own = self._own_words(delivery.recipient)
            before_date = before_date.replace(self._place.encode("ascii"), own["token"])
            rest = b"".join(_in_short_lines(own[str(p, "ascii")]) if n % 2 else p for n, p in enumerate(form.rest))
        date = self._date_of(form.notice, delivery)
        named = (address.encode("ascii"), form.before_id, message_id.encode("ascii"))
        content = b"".join((before_date, date, form.before_address, *named, rest))
        _assert_one_address(content, address)
        return Message(delivery, form.wording_id, content, message_id)

    def _own_words(self, recipient: Recipient) -> dict[str, bytes]:
        """Return what stands in nobody else's message, as it stands in quoted-printable."""
        own = {"token": unsubscribe_token(recipient.address, self._secret).encode("ascii") if self._secret else b""}
        for name in _FIELDS:
            value: str = getattr(recipient, name)
            own |= {f"text-{name}": _quoted(value), f"html-{name}": _quoted(escape(value))}
        return own

    def _date_of(self, notice: Notice, delivery: Delivery) -> bytes:
        """Return the instant of the first attempt, never before the feed says that people may know."""
        at = delivery.first_at or notice.dated_at
        with told_as_notice_error(notice):
            at = max(at, int(datetime.fromisoformat(notice.record["notice_at"]).timestamp()))
            if self._date[0] != at:
                self._date = (at, format_datetime(datetime.fromtimestamp(at, UTC)).encode("ascii"))
        return self._date[1]

    def _form(self, delivery: Delivery) -> _Form:
        recipient = delivery.recipient
        wanted = (delivery.event_seq, recipient.language, recipient.accepted)
        if delivery.event_seq not in self._notices:
            self._notices[delivery.event_seq] = self._load(delivery.event_seq)
        notice = self._notices[delivery.event_seq]
        if wanted not in self._languages:
            with told_as_notice_error(notice):
                self._languages[wanted] = _nearest(notice, recipient.language, recipient.accepted)
        language, accepted = self._languages[wanted]
        known = tuple(name for name in _FIELDS if getattr(recipient, name))
        key = (delivery.event_seq, language, accepted, delivery.told, known)
        if key not in self._forms:
            self._forms[key] = self._make_form(notice, language, accepted, delivery.told, known)
        return self._forms[key]

    def _load(self, seq: int) -> Notice:
        notice = self._execute(lambda connection, _now: load_notice(connection, seq))
        assert isinstance(notice, Notice)
        return notice

    def _make_form(
        self, notice: Notice, language: str, accepted: str | None, told: int | None, known: tuple[str, ...]
    ) -> _Form:
        before = notice.superseded
        if told:
            found = self._execute(lambda connection, _now: load_record(connection, told))
            assert isinstance(found, dict)
            before = found
        ways_out = _ways_out(self._settings.unsubscribe, self._place) if self._settings.unsubscribe else ()
        places = {f"{kind}-{name}": _place_of(notice, kind, name) for kind in ("text", "html") for name in known}
        fields = tuple({name: places[f"{kind}-{name}"] for name in known} for kind in ("text", "html"))
        with told_as_notice_error(notice):
            reader = Reader(language, accepted, ways_out, None if told == 0 else before, (fields[0], fields[1]))
            wording = write_wording(notice, reader, self._letter, channel=self._name)
            content = compose(wording, self._settings, self._logo).as_bytes()
        evidence = _without_places(wording, places)
        wording_id = self._execute(lambda connection, _now: keep_wording(connection, evidence))
        assert isinstance(wording_id, int)
        if _needs_encoding(_in_one_line(wording.subject)):
            content = _encoded_subject(_in_one_line(wording.subject)) + content
        if ways_out:
            content = _unsubscribe_headers(ways_out) + content
            places["token"] = self._place
        if _FIT_FOR_HEADER.fullmatch(notice.id):  # whole: folding would encode a long one
            content = f"Policy-Event: {notice.id}\r\n".encode("ascii") + content
        before_date, _, after_date = content.partition(_DATE.encode())
        before_address, _, after_address = after_date.partition(_TO.encode())
        before_id, _, rest = after_address.partition(_ID.encode())
        return _Form(notice, wording_id, before_date, before_address, before_id, _cut(rest, places))


def open_letter(settings: MailSettings) -> tuple[Letter, Logo | None]:
    """Return what messages are written on, and the picture in it.

    Raises :class:`UsageError` where a template or the picture cannot be used.
    """
    head = settings.letterhead
    logo = read_logo(head.logo) if head.logo else None
    letter = Letter(
        layout=open_layout(head.templates, is_subscribed=settings.unsubscribe is not None),
        sender_name=settings.sender_name,
        logo=f"cid:{logo.name}" if logo else "",
        imprint=head.imprint,
        contact=head.contact or "",
        day_locales=settings.day_locales,
    )
    return letter, logo


def _place_of(notice: Notice, kind: str, name: str) -> str:
    """Return what stands for a recipient's own words in a form; no words of a feed can guess it."""
    return hmac.new(notice.secret, f"place of {kind} {name}".encode(), hashlib.sha256).hexdigest()[:32]


def _without_places(wording: Wording, places: Mapping[str, str]) -> Wording:
    """Return words as evidence has them: ``[name]`` where everybody's own stands."""
    text, html = wording.text, wording.html
    for name, place in places.items():
        shown = f"[{name.partition('-')[2]}]"
        text, html = text.replace(place, shown), html.replace(place, shown)
    return replace(wording, text=text, html=html, digest=digest_of(wording.subject, text, html))


def unsubscribe_token(address: str, secret: bytes) -> str:
    """Return the token that stands for a subscriber in the address of the one-click form."""
    signature = hmac.new(secret, address.encode(), hashlib.sha256).digest()[:18]
    return base64.urlsafe_b64encode(address.encode() + b"\0" + signature).decode("ascii").rstrip("=")


def compose(wording: Wording, settings: MailSettings, logo: Logo | None = None) -> EmailMessage:
    """Return a message with its words and headers; Date, recipient and Message-ID are placeholders."""
    message = EmailMessage(policy=_MAIL)
    message["Date"] = _DATE
    message["From"] = Address(settings.sender_name, addr_spec=settings.sender)
    if settings.reply_to:
        message["Reply-To"] = Address(addr_spec=settings.reply_to)
    message["To"] = Address(addr_spec=_TO)
    message["Message-ID"] = f"<{_ID}>"
    subject = _in_one_line(wording.subject)
    if not _needs_encoding(subject):
        message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834, section 5.1
    message.set_content(wording.text, cte="quoted-printable")
    message.add_alternative(wording.html, subtype="html", cte="quoted-printable")
    if logo:
        html = message.get_body(("html",))
        assert isinstance(html, EmailMessage)
        html.add_related(logo.content, "image", logo.kind, cid=f"<{logo.name}>", filename=logo.file_name)
        html.set_boundary(f"=_logo_{wording.digest[:32]}")
    message["Content-Language"] = wording.language  # not before: it would be taken into the first part
    message.set_boundary(f"=_{wording.digest[:32]}")
    return message


def _ways_out(leave: Unsubscription, token: str) -> tuple[str, ...]:
    """Return the addresses at which a subscriber leaves, as they are written into a link."""
    page = leave.url.replace("{token}", token)
    return (page, f"mailto:{quote(leave.mail, safe='@+')}?subject=unsubscribe") if leave.mail else (page,)


def _unsubscribe_headers(ways_out: tuple[str, ...]) -> bytes:
    """Return the headers of RFC 8058 (section 3.1), each address on a line of its own: folding would encode them."""
    address_lines = ",\r\n ".join(f"<{address}>" for address in ways_out)
    return f"List-Unsubscribe: {address_lines}\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode("ascii")


def _cut(body: bytes, places: Mapping[str, str]) -> tuple[bytes, ...]:
    """Cut a body in quoted-printable at ``places``, through which soft line breaks may run.

    Return pieces in turns with the names of the places between them.
    """
    if not places:
        return (body,)
    names = {place.encode("ascii"): name.encode("ascii") for name, place in places.items()}
    pattern = "|".join("(?:=\r\n)?".join(place) for place in places.values())
    pieces = re.split(f"({pattern})".encode("ascii"), body)
    return tuple(names[one.replace(b"=\r\n", b"")] if n % 2 else one for n, one in enumerate(pieces))


def _quoted(value: str) -> bytes:
    """Return words of a recipient's own in quoted-printable, each byte by itself (RFC 2045, section 6.7)."""
    return b"".join(b"%c" % byte if byte in _PLAIN else b"=%02X" % byte for byte in value.encode("utf-8"))


def _in_short_lines(token: bytes) -> bytes:
    """Return a token as it stands in a body in quoted-printable: on lines of its own, joined by soft line breaks."""
    lines = (bytes(line) for line in _LINES.findall(token))
    return b"".join((b"=\r\n", *(line + b"=\r\n" for line in lines)))


def _nearest(notice: Notice, wanted: str, accepted: str | None) -> tuple[str, str | None]:
    """Return the language to write in, and the accepted version where it makes a difference."""
    language = choose_language(notice, wanted)
    is_older = accepted in notice.labels and accepted != notice.record["previous_version"]
    return language, accepted if is_older and notice.record["type"] != _WITHDRAWN else None


def _in_one_line(subject: str) -> str:
    """Return a subject without line ends, and without control characters that a terminal would obey."""
    return " ".join("".join(" " if category(each) in ("Cc", "Cs") else each for each in subject).split())


def _needs_encoding(subject: str) -> bool:
    """Say whether a subject stands in encoded words (RFC 2047): it is not ASCII, or looks like such words itself."""
    return not subject.isascii() or "=?" in subject


def _encoded_subject(subject: str) -> bytes:
    """Return the header of a subject in encoded words, as a whole.

    Where Python's own folding mixes them with plain words, readers see two spaces instead of one.
    """
    encoded = Header(subject, charset="utf-8", header_name="Subject", maxlinelen=76).encode(linesep="\r\n")
    return f"Subject: {encoded}\r\n".encode("ascii")


@contextmanager
def told_as_notice_error(notice: Notice) -> Iterator[None]:
    """Let an event that lacks what a message needs be one notice's failure, not the run's."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError) as error:
        raise NoticeError(
            f"Event {notice.seq} lacks what a message needs: {type(error).__name__}: {error}.",
            remedy="Ask the publisher of the feed.",
        ) from error


def _read_secret(leave: Unsubscription) -> bytes:
    try:
        secret = read_secret_source(leave.secret_file)
    except OSError as error:
        raise UsageError(
            f"The secret {leave.secret_file} cannot be read: {error}.", remedy="Grant access to it."
        ) from None
    if len(secret) < 16:  # noqa: PLR2004 - 128 bits
        raise UsageError(f"The secret {leave.secret_file} is too short.", remedy="Put at least 16 random bytes there.")
    return secret


def _assert_one_address(content: bytes, address: str) -> None:
    """Refuse to send a message that is addressed to anybody but one: a defect must not disclose who is told."""
    headers = b"\r\n" + content[: content.index(b"\r\n\r\n") + 2].lower()
    whole = f"\r\nto: {address.lower()}\r\n".encode("ascii")
    after = headers.partition(whole)[2]
    is_sole = headers.count(b"\r\nto:") == 1 and not any(name in headers for name in _OTHERS)
    if whole not in headers or not is_sole or after.startswith((b" ", b"\t")):
        raise NoticeError("A message is not addressed to its one recipient.", remedy="Report this defect.")
