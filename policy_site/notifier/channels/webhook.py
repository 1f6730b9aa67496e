"""Signed HTTP calls: a CloudEvent (1.0, structured JSON) under the signature of Standard Webhooks."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

import httpx
from pydantic import Field

from policy_site.errors import UsageError
from policy_site.notifier.channels.kind import ChannelKind
from policy_site.notifier.channels.session import COMMITTED, Coroutine, NotStartedError, in_thread
from policy_site.notifier.identity import webhook_id_of
from policy_site.notifier.ledger.deliveries import keep_wording
from policy_site.notifier.ledger.notices import Notice, load_notice
from policy_site.notifier.model import Delivery, Message, Outcome, OutcomeKind, Recipient, Wording
from policy_site.notifier.rendering import Execute, told_as_notice_error
from policy_site.notifier.secret_sources import read_secret_source, source_beside
from policy_site.notifier.settings_faults import ENDPOINT_SECRET, Fault, Place, Table, name_of
from policy_site.notifier.settings_tables import ChannelSettings, Name, SettingsTable

_PREFIX = "whsec_"
_SHORTEST = 24
"""Bytes of a secret, at least (Standard Webhooks: 24 to 64)."""


class Endpoint(SettingsTable):
    """A receiver of webhooks."""

    url: Annotated[str, Field(pattern=r"^https?://[^\s<>]+$")]
    secret_file: Path
    """Holds ``whsec_`` and base64 (Standard Webhooks)."""
    language: ClassVar[str] = "mul"
    """For the evidence: what is sent holds every language (ISO 639-2)."""


class WebhookChannel(ChannelSettings):
    """Signed HTTP calls: CloudEvents in a Standard Webhooks envelope."""

    kind: Literal["webhook"]
    endpoints: dict[Name, Endpoint] = Field(min_length=1)
    timeout_seconds: float = Field(default=20, gt=0, le=600)
    ambiguous: Literal["resend", "hold"] = "resend"

    def beside(self, folder: Path) -> Self:
        """Return the same with relative paths made relative to ``folder``."""
        endpoints = {
            name: endpoint.model_copy(update={"secret_file": source_beside(folder, endpoint.secret_file)})
            for name, endpoint in self.endpoints.items()
        }
        return self.model_copy(update={"endpoints": endpoints})


class WebhookSender:
    """The endpoints of a channel."""

    def __init__(self, settings: WebhookChannel, *, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self._clock = clock
        for name, endpoint in settings.endpoints.items():
            _assert_callable(name, endpoint.url)
        self._keys = {name: read_webhook_secret(endpoint) for name, endpoint in settings.endpoints.items()}

    def connect(self) -> WebhookSession:
        """Return a session; connections are made when a call needs one."""
        return WebhookSession(self.settings, self._keys, self._clock)


class WebhookSession:
    """Calls one endpoint after the other."""

    is_used = False
    """Each call stands by itself."""
    is_spent = False
    """The client renews its connections."""

    def __init__(self, settings: WebhookChannel, keys: dict[str, bytes], clock: Callable[[], float]) -> None:
        self._settings = settings
        self._keys = keys
        self._clock = clock
        # of the environment only the authorities: no proxy, no password of ~/.netrc
        self._client = httpx.Client(
            verify=httpx.create_ssl_context(trust_env=True),
            timeout=settings.timeout_seconds,
            follow_redirects=False,
            trust_env=False,
        )

    def attempt(self, message: Message) -> Coroutine[Outcome]:
        """Call an endpoint; the call itself is the point of no return."""
        if message.delivery.recipient.address not in self._settings.endpoints:
            # not for good: another worker's settings may be newer
            return Outcome(OutcomeKind.DEFERRED, "This endpoint is not in the settings; nothing was sent.")
        yield COMMITTED
        try:
            # the client's own time-outs are for each step: one that answers a byte at a time is not waited for for ever
            seconds = 2 * self._settings.timeout_seconds
            return (yield from in_thread(lambda: self._answer(message), seconds=seconds))
        except TimeoutError:
            return Outcome(OutcomeKind.DOUBTFUL, "No answer: it takes too long.")
        except NotStartedError as error:
            return Outcome(OutcomeKind.DEFERRED, f"Nothing was sent: {error}"[:500])

    def prove(self) -> Coroutine[bool]:
        """Say yes: a refusal is the endpoint's own."""
        yield from ()
        return True

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _answer(self, message: Message) -> Outcome:
        name = message.delivery.recipient.address
        sent_at = int(self._clock())
        headers = {
            "Content-Type": "application/cloudevents+json",
            "User-Agent": "policy-site-notify",
            "webhook-id": message.message_id,
            "webhook-timestamp": str(sent_at),
            "webhook-signature": sign(message.content, message.message_id, sent_at, self._keys[name]),
        }
        url = self._settings.endpoints[name].url
        try:
            # of the answer its first line counts; a body without end is not read
            with self._client.stream("POST", url, content=message.content, headers=headers) as answer:
                return _judge(answer)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            # endpoints are servers of their own: one that is away is its own failure, not the channel's
            return Outcome(OutcomeKind.DEFERRED, f"{type(error).__name__}: {error}"[:500])
        except Exception as error:  # noqa: BLE001 - whatever it is, the call may have reached the endpoint
            return Outcome(OutcomeKind.DOUBTFUL, f"No answer: {type(error).__name__}: {error}"[:500])


def _judge(answer: httpx.Response) -> Outcome:
    """Read an answer (Standard Webhooks): 2xx is taken, 410 means gone for good, all else is tried again."""
    line = f"{answer.status_code} {answer.reason_phrase}".strip()
    if answer.is_success:
        return Outcome(OutcomeKind.ACCEPTED, line)
    if answer.status_code == httpx.codes.GONE:
        return Outcome(OutcomeKind.REFUSED, line)
    return Outcome(OutcomeKind.DEFERRED, line)


def _assert_callable(name: str, url: str) -> None:
    try:
        is_named = bool(httpx.URL(url).host)
    except httpx.InvalidURL:
        is_named = False
    if not is_named:
        raise UsageError(
            f"The endpoint {name!r} has an address that cannot be called: {url}.", remedy="Correct its url."
        )


def read_webhook_secret(endpoint: Endpoint) -> bytes:
    """Return the key of an endpoint; raise :class:`UsageError` where it is not of the form of Standard Webhooks."""
    try:
        written = read_secret_source(endpoint.secret_file).decode("ascii")
        key = base64.b64decode(written.removeprefix(_PREFIX), validate=True)
    except (OSError, UnicodeDecodeError, binascii.Error) as error:
        raise UsageError(
            f"The secret in {endpoint.secret_file} cannot be read: {error}.",
            remedy="Put `whsec_` and the base64 of 24 to 64 random bytes there.",
        ) from None
    if not written.startswith(_PREFIX) or len(key) < _SHORTEST:
        raise UsageError(
            f"The secret in {endpoint.secret_file} is too short or lacks its prefix.",
            remedy="Put `whsec_` and the base64 of 24 to 64 random bytes there.",
        )
    return key


def sign(content: bytes, message_id: str, sent_at: int, key: bytes) -> str:
    """Return the signature of a call: HMAC-SHA-256 over id, time and body (Standard Webhooks, ``v1``)."""
    signed = b".".join((message_id.encode(), str(sent_at).encode(), content))
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode('ascii')}"


class WebhookRenderer:
    """Writes the calls of a webhook channel: the event itself, in a CloudEvents envelope."""

    def __init__(self, _settings: WebhookChannel, *, name: str, execute: Execute[object]) -> None:
        """Take the channel's settings and name, and what runs a statement on the ledger."""
        self._name = name
        self._execute: Callable[..., object] = execute
        self._bodies: dict[int, tuple[Notice, int, bytes]] = {}

    def write(self, delivery: Delivery) -> Message:
        """Return the call of a delivery; the same bytes at every attempt."""
        if delivery.event_seq not in self._bodies:
            self._bodies[delivery.event_seq] = self._make(delivery.event_seq)
        notice, wording_id, body = self._bodies[delivery.event_seq]
        webhook_id = webhook_id_of(notice.id, self._name, delivery.recipient.address, secret=notice.secret)
        return Message(delivery, wording_id, body, webhook_id)

    def _make(self, seq: int) -> tuple[Notice, int, bytes]:
        notice = self._execute(lambda connection, _now: load_notice(connection, seq))
        assert isinstance(notice, Notice)
        with told_as_notice_error(notice):
            body = cloud_event(notice)
        wording = Wording(
            event_seq=seq,
            channel=self._name,
            language=str(notice.record["authoritative_language"]),
            accepted=None,
            subject=str(notice.record["type"]),
            text="",
            html=body.decode(),
            digest=hashlib.sha256(body).hexdigest(),
        )
        wording_id = self._execute(lambda connection, _now: keep_wording(connection, wording))
        assert isinstance(wording_id, int)
        return notice, wording_id, body


def cloud_event(notice: Notice) -> bytes:
    """Return an event as a CloudEvent in JSON (CloudEvents 1.0, JSON event format)."""
    record = notice.record
    authority = str(record["id"]).removeprefix("tag:").partition(",")[0]
    envelope = {
        "specversion": "1.0",
        "id": record["id"],
        "source": f"https://{authority}/",
        "type": record["type"],
        "subject": f"{record['policy']}/{record['version']}",
        "time": record["notice_at"],
        "datacontenttype": "application/json",
        "data": record,
    }
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()


def _disagreements(place: Place, channel: Table, _which: str) -> Iterator[Fault]:
    endpoints: Any = channel.get("endpoints")
    for name, facts in endpoints.items() if isinstance(endpoints, dict) else ():
        if isinstance(facts, dict) and str(facts.get("secret_file")).startswith(_PREFIX):
            where: Place = (*place, "endpoints", name, "secret_file")
            yield Fault(where, f"{name_of(where, {})} is the secret itself.", ENDPOINT_SECRET)


def _endpoints(settings: WebhookChannel) -> tuple[Recipient, ...]:
    return tuple(Recipient(name, endpoint.language) for name, endpoint in settings.endpoints.items())


WEBHOOK = ChannelKind(
    name="webhook",
    settings=WebhookChannel,
    tables={("endpoints",): Endpoint},
    disagreements=_disagreements,
    open=WebhookSender,
    renderer=WebhookRenderer,
    endpoints=_endpoints,
    message_name=lambda _settings, event_id, channel, endpoint, secret: webhook_id_of(
        event_id, channel, endpoint, secret=secret
    ),
)
