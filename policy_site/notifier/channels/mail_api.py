"""Mail over the HTTP interface of a mail service. Services differ by a mapping: where each part of a message goes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, cast
from urllib.parse import quote, urlsplit

import httpx
from pydantic import Field

from policy_site.errors import UsageError
from policy_site.notifier.channels.http_calls import Answer, Call, call_once, make_client
from policy_site.notifier.channels.kind import ChannelKind
from policy_site.notifier.channels.session import Coroutine
from policy_site.notifier.identity import message_id_of
from policy_site.notifier.mail_settings import Letterhead, MailSettings, Unsubscription
from policy_site.notifier.model import Message, Outcome, OutcomeKind
from policy_site.notifier.rendering import MailRenderer
from policy_site.notifier.secret_sources import read_secret_source, source_beside
from policy_site.notifier.settings_faults import Fault, Place, Table

_PARTS = ("from", "sender", "sender_name", "to", "reply_to", "subject", "text", "html", "raw", "headers", "attachments")
"""What a mapping may ask of a message, in braces: ``"{subject}"``."""
_PASSED_ON = ("Message-ID", "Policy-Event", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted")
"""Headers that a service is asked to send as they are; the others it writes itself."""
_PLACE = re.compile(r"\{([a-z_]+)\}")

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Service:
    """How one service wants its calls."""

    url: str
    headers: Mapping[str, str]
    body: Body
    header: Body | None = None
    """One entry of ``{headers}``; ``None``: they are an object of names and values."""
    attachment: Body | None = None
    """One entry of ``{attachments}``."""
    is_about_recipient: Callable[[object], bool] = lambda _told: False
    """Say whether what the service says of a refusal is about the address, and nobody else's message."""
    passed_on: Mapping[str, str] = field(default_factory=dict)
    """Headers of every message, for the service itself."""
    is_signed: bool = False
    """Whether calls are signed (AWS Signature Version 4), instead of carrying the secret."""


def _says_postmark(told: object) -> bool:
    return isinstance(told, dict) and told.get("ErrorCode") in (300, 406)


def _says_sendgrid(told: object) -> bool:
    errors = told.get("errors") if isinstance(told, dict) else None
    fields = [str(one.get("field")) for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    return bool(fields) and all(re.fullmatch(r"personalizations\.0\.to\.0(\.email)?", one) for one in fields)


SERVICES: Mapping[str, Service] = MappingProxyType(
    {
        "postmark": Service(
            url="https://api.postmarkapp.com/email",
            headers={"X-Postmark-Server-Token": "{secret}", "Accept": "application/json"},
            body={
                "From": "{from}", "To": "{to}", "ReplyTo": "{reply_to}", "Subject": "{subject}", "TextBody": "{text}",
                "HtmlBody": "{html}", "Headers": "{headers}", "Attachments": "{attachments}",
            },
            header={"Name": "{name}", "Value": "{value}"},
            attachment={"Name": "{name}", "ContentType": "{type}", "Content": "{content}", "ContentID": "cid:{id}"},
            is_about_recipient=_says_postmark,
            passed_on={"X-PM-KeepID": "true"},  # the Message-ID is evidence
        ),
        "sendgrid": Service(
            url="https://api.sendgrid.com/v3/mail/send",
            headers={"Authorization": "Bearer {secret}"},
            body={
                "personalizations": [{"to": [{"email": "{to}"}]}],
                "from": {"email": "{sender}", "name": "{sender_name}"},
                "reply_to": {"email": "{reply_to}"},
                "subject": "{subject}",
                "content": [{"type": "text/plain", "value": "{text}"}, {"type": "text/html", "value": "{html}"}],
                "headers": "{headers}",
                "attachments": "{attachments}",
            },
            attachment={
                "filename": "{name}", "type": "{type}", "content": "{content}", "disposition": "inline",
                "content_id": "{id}",
            },
            is_about_recipient=_says_sendgrid,
        ),
        "ses": Service(
            url="https://email.{region}.amazonaws.com/v2/email/outbound-emails",
            headers={},
            body={
                "FromEmailAddress": "{sender}",
                "Destination": {"ToAddresses": ["{to}"]},
                "Content": {"Raw": {"Data": "{raw}"}},
            },
            is_signed=True,
        ),
    }
)  # fmt: skip
"""Those that need nothing but their name and a secret; `service = "other"` brings its mapping along."""


class MailApiChannel(MailSettings):
    """Mail over the HTTP interface of a mail service."""

    kind: Literal["mail-api"]
    service: Literal["postmark", "sendgrid", "ses", "other"]
    secret_file: Path
    """The service's token; of SES the access key's id and its secret, with a colon between."""
    url: Annotated[str, Field(pattern=r"^https?://[!-;=?-~]+$", max_length=500)] | None = None
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")] = ""
    """Of SES: ``eu-central-1``."""
    headers: dict[
        Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,80}$")], Annotated[str, Field(pattern=r"^[ -~]*$")]
    ] = Field(default={})
    """Of the call; ``{secret}`` stands for the secret."""
    body: dict[str, Any] = Field(default={})
    """Of the call, as JSON: parts of the message in braces."""
    header: dict[str, Any] | None = None
    attachment: dict[str, Any] | None = None
    timeout_seconds: float = Field(default=20, gt=0, le=600)
    ambiguous: Literal["resend", "hold"] = "resend"

    def beside(self, folder: Path) -> Self:
        """Return the same with relative paths made relative to ``folder``."""
        return super().beside(folder).model_copy(update={"secret_file": source_beside(folder, self.secret_file)})

    @property
    def form(self) -> Service:
        """How calls are written."""
        if self.service == "other":
            return Service(self.url or "", self.headers, self.body, self.header, self.attachment)
        known = SERVICES[self.service]
        url = self.url or known.url.replace("{region}", self.region)
        return Service(
            url, {**known.headers, **self.headers}, {**known.body, **self.body}, self.header or known.header,
            self.attachment or known.attachment, known.is_about_recipient, known.passed_on, known.is_signed,
        )  # fmt: skip


class MailApi:
    """A mail service."""

    def __init__(self, settings: MailApiChannel, *, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        try:
            self._secret = read_secret_source(settings.secret_file).decode("ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"The secret in {settings.secret_file} cannot be read: {error}.", remedy="Grant access to it."
            ) from None
        if settings.form.is_signed and not re.fullmatch(r"[A-Za-z0-9]+:\S+", self._secret):
            raise UsageError(
                f"The secret in {settings.secret_file} is not the id of an access key, a colon and its secret.",
                remedy="Write both into the file: `AKIA…:…`.",
            )

    def connect(self) -> MailApiSession:
        """Return a session; connections are made when a call needs one."""
        return MailApiSession(self._settings, self._secret, self._clock)


class MailApiSession:
    """One call for each message."""

    is_used = False
    """Each call stands by itself."""
    is_spent = False
    """The client renews its connections."""

    def __init__(self, settings: MailApiChannel, secret: str, clock: Callable[[], float]) -> None:
        self._form = settings.form
        self._region = settings.region
        self._secret = secret
        self._clock = clock
        self._client = make_client(settings.timeout_seconds)

    def attempt(self, message: Message) -> Coroutine[Outcome]:
        """Hand a message over; the call itself is the point of no return."""
        return (
            yield from call_once(self._client, lambda: self._call(message), self._judge, away=OutcomeKind.UNAVAILABLE)
        )

    def prove(self) -> Coroutine[bool]:
        """Say yes: a refusal of one address says by its own code that it is one."""
        yield from ()
        return True

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _call(self, message: Message) -> Call:
        parts = parts_of(message, self._form)
        content = json.dumps(filled(self._form.body, parts), ensure_ascii=False).encode()
        headers = {name: value.replace("{secret}", self._secret) for name, value in self._form.headers.items()}
        headers |= {"Content-Type": "application/json", "User-Agent": "policy-site-notify"}
        if self._form.is_signed:
            key, _, secret = self._secret.partition(":")
            at = datetime.fromtimestamp(self._clock(), UTC)
            headers |= aws_signature(
                "POST", self._form.url, content, at=at, key=key, secret=secret, region=self._region, service="ses",
                content_type="application/json",
            )  # fmt: skip
        return Call(self._form.url, headers, content)

    def _judge(self, answer: Answer) -> Outcome:
        """Read an answer. What is wrong with the account or the settings hits everybody: nobody's attempt is spent."""
        reply = f"{answer.line} {_in_one_line(answer.body)}".strip()[:500]
        if answer.status in range(200, 300):
            return Outcome(OutcomeKind.ACCEPTED, reply)
        if answer.status in (400, 406, 413, 422):
            return Outcome(OutcomeKind.REFUSED, reply, is_personal=self._form.is_about_recipient(_told(answer.body)))
        return Outcome(OutcomeKind.UNAVAILABLE, reply)


def _told(body: bytes) -> object:
    try:
        told: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told


def _in_one_line(body: bytes) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in body.decode("utf-8", "replace")).split())


def parts_of(message: Message, form: Service) -> Mapping[str, object]:
    """Return what a mapping may ask of a message, by name."""
    mail = message_from_bytes(message.content, policy=SMTP)
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    sender = mail["From"].addresses[0]
    reply_to = mail["Reply-To"].addresses[0].addr_spec if mail["Reply-To"] else ""
    passed = {name: " ".join(str(mail[name]).split()) for name in _PASSED_ON if mail[name]} | dict(form.passed_on)
    if form.header is not None:
        headers: object = [filled(form.header, {"name": name, "value": value}) for name, value in passed.items()]
    else:
        headers = passed
    pictures = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    attachments = [
        filled(
            form.attachment or {},
            {
                "name": part.get_filename() or "",
                "type": part.get_content_type(),
                "content": base64.b64encode(part.get_content()).decode(),
                "id": str(part["Content-ID"]).strip("<> "),
            },
        )
        for part in cast("Iterator[EmailMessage]", pictures)
    ]
    return {
        "from": str(mail["From"]),
        "sender": sender.addr_spec,
        "sender_name": sender.display_name,
        "to": message.delivery.recipient.address,
        "reply_to": reply_to,
        "subject": str(mail["Subject"]),
        "text": text.get_content() if text else "",
        "html": html.get_content() if html else "",
        "raw": base64.b64encode(message.content).decode(),
        "headers": headers,
        "attachments": attachments,
    }


def filled(template: object, parts: Mapping[str, object]) -> object:
    """Return a mapping with the parts of a message in their places; what is empty then is left out.

    A string that is one place alone becomes the part itself: ``"{headers}"`` a list.
    """
    if isinstance(template, dict):
        made = {name: filled(value, parts) for name, value in template.items()}
        return {name: value for name, value in made.items() if value not in ("", None, {}, [])}
    if isinstance(template, list | tuple):
        return [value for one in template if (value := filled(one, parts)) not in ("", None, {}, [])]
    if isinstance(template, str):
        whole = _PLACE.fullmatch(template)
        if whole and whole[1] in parts:
            return parts[whole[1]]
        return _PLACE.sub(lambda place: str(parts.get(place[1], place[0])), template)
    return template


@dataclass(frozen=True, slots=True)
class _Signing:
    """What a call is signed with (AWS Signature Version 4)."""

    at: datetime
    region: str
    service: str
    names: tuple[str, ...] = field(default=())

    @property
    def scope(self) -> str:
        return f"{self.at:%Y%m%d}/{self.region}/{self.service}/aws4_request"


def aws_signature(
    method: str,
    url: str,
    content: bytes,
    *,
    at: datetime,
    key: str,
    secret: str,
    region: str,
    service: str,
    content_type: str,
) -> dict[str, str]:
    """Return the headers that sign a call (AWS Signature Version 4): date and signature."""
    split = urlsplit(url)
    signing = _Signing(at, region, service)
    signed = {"content-type": content_type, "host": split.netloc, "x-amz-date": f"{at:%Y%m%dT%H%M%SZ}"}
    names = ";".join(sorted(signed))
    query = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, _, value in sorted(part.partition("=") for part in split.query.split("&") if part)
    )
    request = "\n".join(
        (
            method, quote(split.path or "/", safe="/-_.~"), query,
            *(f"{name}:{signed[name]}" for name in sorted(signed)), "", names, hashlib.sha256(content).hexdigest(),
        )
    )  # fmt: skip
    told = "\n".join(
        ("AWS4-HMAC-SHA256", signed["x-amz-date"], signing.scope, hashlib.sha256(request.encode()).hexdigest())
    )
    derived = f"AWS4{secret}".encode()
    for part in (f"{at:%Y%m%d}", region, service, "aws4_request"):
        derived = hmac.new(derived, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(derived, told.encode(), hashlib.sha256).hexdigest()
    return {
        "X-Amz-Date": signed["x-amz-date"],
        "Authorization": f"AWS4-HMAC-SHA256 Credential={key}/{signing.scope}, SignedHeaders={names},"
        f" Signature={signature}",
    }


def _disagreements(place: Place, channel: Table, which: str) -> Iterator[Fault]:
    service = channel.get("service")
    if service == "ses" and "region" not in channel:
        yield Fault((*place, "service"), f"{which} lacks `region`.", 'Write the region, such as `"eu-central-1"`.')
    if service == "other":
        for name in ("url", "body"):
            if name not in channel:
                yield Fault((*place, "service"), f"{which} is of another service and lacks `{name}`.", "Add it.")
    for name in sorted(_unknown_parts(channel.get("body"))):
        message = f"{which} asks for {{{name}}}, which is no part of a message."
        yield Fault((*place, "body"), message, f"Parts are {', '.join(f'{{{part}}}' for part in _PARTS)}.")
    url = str(channel.get("url", ""))
    is_far = httpx.URL(url).host not in ("localhost", "127.0.0.1", "::1") if url.startswith("http://") else False
    if is_far:
        yield Fault(
            (*place, "url"), f"The secret of {which} would cross the network in the clear.", "Begin with https://."
        )


def _unknown_parts(template: object) -> set[str]:
    if isinstance(template, dict):
        return {name for value in template.values() for name in _unknown_parts(value)}
    if isinstance(template, list):
        return {name for value in template for name in _unknown_parts(value)}
    return set(_PLACE.findall(template)) - set(_PARTS) if isinstance(template, str) else set()


MAIL_API = ChannelKind(
    name="mail-api",
    settings=MailApiChannel,
    tables={("unsubscribe",): Unsubscription, ("letterhead",): Letterhead},
    disagreements=_disagreements,
    open=MailApi,
    renderer=MailRenderer,
    endpoints=None,
    message_name=lambda mail, event_id, channel, recipient, secret: message_id_of(
        event_id, channel, recipient, domain=mail.report_domain, secret=secret
    ),
)
