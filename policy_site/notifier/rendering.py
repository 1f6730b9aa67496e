"""Messages: the words are rendered once for each event, language and accepted version, then addressed to one person.

A message is cut at the places that differ between recipients, so that addressing it is joining four pieces.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING, TypeVar
from unicodedata import category
from urllib.parse import quote

from policy_site.errors import NoticeError, UsageError
from policy_site.notifier.identity import message_id_of
from policy_site.notifier.ledger.deliveries import keep_wording
from policy_site.notifier.ledger.notices import Notice, load_notice, load_record
from policy_site.notifier.mail_settings import MailSettings, Unsubscription
from policy_site.notifier.model import Delivery, Message, Wording
from policy_site.notifier.settings_tables import is_mail_address
from policy_site.notifier.wording import choose_language, write_wording

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
_Key = tuple[int, str, str | None, int | None]
"""Event, language, accepted version and the event that the recipient was told of last."""
_LINE = 75  # of a body in quoted-printable, without the sign of a soft line break


@dataclass(frozen=True, slots=True)
class _Form:
    """A message that lacks its recipient."""

    notice: Notice
    wording_id: int
    before_date: bytes
    before_address: bytes
    before_id: bytes
    rest: tuple[bytes, ...]
    """Cut where the recipient's token stands; whole in notices that are required."""


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
        if self._secret:
            token = unsubscribe_token(address, self._secret).encode("ascii")
            before_date = before_date.replace(self._place.encode("ascii"), token)
            rest = _in_short_lines(token).join(form.rest)
        date = self._date_of(form.notice, delivery)
        named = (address.encode("ascii"), form.before_id, message_id.encode("ascii"))
        content = b"".join((before_date, date, form.before_address, *named, rest))
        _assert_one_address(content, address)
        return Message(delivery, form.wording_id, content, message_id)

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
        key = (delivery.event_seq, language, accepted, delivery.told)
        if key not in self._forms:
            self._forms[key] = self._make_form(notice, language, accepted, delivery.told)
        return self._forms[key]

    def _load(self, seq: int) -> Notice:
        notice = self._execute(lambda connection, _now: load_notice(connection, seq))
        assert isinstance(notice, Notice)
        return notice

    def _make_form(self, notice: Notice, language: str, accepted: str | None, told: int | None) -> _Form:
        before = notice.superseded
        if told:
            found = self._execute(lambda connection, _now: load_record(connection, told))
            assert isinstance(found, dict)
            before = found
        ways_out = _ways_out(self._settings.unsubscribe, self._place) if self._settings.unsubscribe else ()
        with told_as_notice_error(notice):
            wording = write_wording(
                notice,
                channel=self._name,
                language=language,
                accepted=accepted,
                sender_name=self._settings.sender_name,
                ways_out=ways_out,
                before=None if told == 0 else before,
                day_locales=self._settings.day_locales,
            )
            content = compose(wording, self._settings).as_bytes()
        wording_id = self._execute(lambda connection, _now: keep_wording(connection, wording))
        assert isinstance(wording_id, int)
        if _needs_encoding(_in_one_line(wording.subject)):
            content = _encoded_subject(_in_one_line(wording.subject)) + content
        if ways_out:
            content = _unsubscribe_headers(ways_out) + content
        if _FIT_FOR_HEADER.fullmatch(notice.id):  # whole: folding would encode a long one
            content = f"Policy-Event: {notice.id}\r\n".encode("ascii") + content
        before_date, _, after_date = content.partition(_DATE.encode())
        before_address, _, after_address = after_date.partition(_TO.encode())
        before_id, _, rest = after_address.partition(_ID.encode())
        parts = _cut(rest, self._place) if ways_out else (rest,)
        return _Form(notice, wording_id, before_date, before_address, before_id, parts)


def unsubscribe_token(address: str, secret: bytes) -> str:
    """Return the token that stands for a subscriber in the address of the one-click form."""
    signature = hmac.new(secret, address.encode(), hashlib.sha256).digest()[:18]
    return base64.urlsafe_b64encode(address.encode() + b"\0" + signature).decode("ascii").rstrip("=")


def compose(wording: Wording, settings: MailSettings) -> EmailMessage:
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


def _cut(body: bytes, place: str) -> tuple[bytes, ...]:
    """Cut a body in quoted-printable at ``place``, through which soft line breaks may run."""
    return tuple(re.split("(?:=\r\n)?".join(place).encode("ascii"), body))


def _in_short_lines(token: bytes) -> bytes:
    """Return a token as it stands in a body in quoted-printable: on lines of its own, joined by soft line breaks."""
    lines = (token[start : start + _LINE] for start in range(0, len(token), _LINE))
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
        secret = leave.secret_file.read_bytes().strip()
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
