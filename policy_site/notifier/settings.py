"""``notify.toml``: what the operator of the notifier decided, read once, all faults at once."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from policy_site.errors import SettingsError
from policy_site.notifier.settings_agreement import disagreements
from policy_site.notifier.settings_faults import Place, Table, findings_of, value_faults

LONGEST_LEASE = 3600
"""Seconds."""


def _address(written: str) -> str:
    local = written.partition("@")[0]
    if (
        not is_mail_address(written) or ".." in f".{local}."
    ):  # RFC 5321: dots only between; some carriers' customers differ
        raise ValueError(f"{written!r} is not a mail address; write one such as 'policies@example.org'")
    return written


_MAIL_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{1,253}$)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*"
)


def is_mail_address(written: str) -> bool:
    """Say whether ``written`` is one plain mailbox (RFC 5321, without quoted local parts, domain in its ASCII form)."""
    return _MAIL_ADDRESS.fullmatch(written) is not None


MailAddress = Annotated[str, AfterValidator(_address)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerRecord(_Table):
    """Where the mail server writes down what it took, for ``ambiguous = "reconcile"``."""

    kind: Literal["postfix-log", "messages"]
    """A mail log of Postfix, or files that hold the messages themselves."""
    files: tuple[str, ...] = Field(min_length=1)
    """Paths or globs."""
    settle_seconds: int = Field(default=60, ge=0, le=86_400)
    """How long after a delivery fell into doubt the record is complete."""


class Unsubscription(_Table):
    """How a subscriber leaves with one click (RFC 8058). Never used for notices that are required."""

    url: Annotated[str, Field(pattern=r"^https://[!-;=?-~]*\{token\}[!-;=?-~]*$", max_length=500)]
    """``{token}`` in it stands for the recipient's token: HMAC-SHA-256 of the address under ``secret_file``."""
    secret_file: Path
    mail: MailAddress | None = None


class _Channel(_Table):
    connections: int = Field(default=4, ge=1, le=64)
    rate: float | None = Field(default=None, gt=0)
    """Messages a second, of each worker; default: as fast as the server takes them."""
    attempts: int = Field(default=8, ge=1, le=100)
    """How often one recipient is tried."""
    retry_seconds: int = Field(default=300, ge=1, le=86_400)
    """Before the second attempt; doubled each time, up to ``longest_retry_seconds``, with jitter."""
    longest_retry_seconds: int = Field(default=14_400, ge=1, le=604_800)
    canary_pause_seconds: int = Field(default=0, ge=0, le=604_800)
    """How long everybody else waits after the last canary has the notice, so that a person can look at it."""
    ambiguous: Literal["resend", "hold", "reconcile"] = "resend"
    patience_seconds: int = Field(default=300, ge=0, le=86_400)
    """How long a run waits for a server that is unavailable."""


class MailChannel(_Channel):
    """Mail over SMTP."""

    kind: Literal["smtp"]
    host: str
    port: int = Field(default=587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password_file: Path | None = None
    sender: MailAddress
    """In ``From``."""
    sender_name: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$", max_length=200)] = ""
    return_path: MailAddress | None = None
    """The envelope's sender, where delivery reports go; default: ``sender``."""
    reply_to: MailAddress | None = None
    unsubscribe: Unsubscription | None = None
    record: ServerRecord | None = None
    command_seconds: float = Field(default=300, gt=0, le=3600)
    """Time-out of each command (RFC 5321, section 4.5.3.2)."""
    final_dot_seconds: float = Field(default=600, gt=0, le=7200)
    messages_per_connection: int = Field(default=1000, ge=1)


class Endpoint(_Table):
    """A receiver of webhooks."""

    url: Annotated[str, Field(pattern=r"^https?://[^\s<>]+$")]
    secret_file: Path
    """Holds ``whsec_`` and base64 (Standard Webhooks)."""
    language: ClassVar[str] = "mul"
    """For the evidence: what is sent holds every language (ISO 639-2)."""


class WebhookChannel(_Channel):
    """Signed HTTP calls: CloudEvents in a Standard Webhooks envelope."""

    kind: Literal["webhook"]
    endpoints: dict[Name, Endpoint] = Field(min_length=1)
    timeout_seconds: float = Field(default=20, gt=0, le=600)
    ambiguous: Literal["resend", "hold"] = "resend"


class SqlSource(_Table):
    """An audience in the company's own database."""

    url: str
    """An SQLAlchemy URL. A password is better kept where the database's own client finds it, such as ``~/.pgpass``."""
    query: str
    """Selects ``cursor``, ``address``, ``language`` and, if known, ``accepted``, ordered by ``cursor``, where it is
    greater than ``:after``, at most ``:limit`` rows. ``:policy`` may be used."""
    first_cursor: str | int = 0
    """Smaller than every cursor."""


class Audience(_Table):
    """People who are told over one channel."""

    name: Name
    channel: Name
    kind: Literal["required", "subscription"] = "required"
    """Subscriptions carry unsubscribe headers, required notices never do."""
    policies: tuple[str, ...] | None = None
    """Default: all."""
    csv: Path | None = None
    """Header: address, language and, if known, accepted."""
    sql: SqlSource | None = None
    canaries: tuple[MailAddress, ...] = ()
    """Addresses of your own that are served first; the others wait until all of these are sent."""


class NotifierSettings(_Table):
    """The whole of ``notify.toml``. Relative paths are relative to it."""

    feed: str
    """Address of ``changes/v1/feed.json``, or its path."""
    ledger: str = "sqlite:///notify.db"
    """An SQLAlchemy URL: SQLite, or ``postgresql+psycopg://…``."""
    max_new: int = Field(default=10, ge=0)
    """More notices than this at once are held for a person."""
    stop_file: Path = Path("notify.stop")
    """While it is there nothing is sent."""
    lease_seconds: int = Field(default=60, ge=2, le=LONGEST_LEASE)
    """A worker that says nothing for so long counts as dead (PostgreSQL)."""
    broker: str | None = None
    """Address of RabbitMQ, ``amqp://…``, for Celery."""
    requeue_seconds: int = Field(default=600, ge=1, le=86_400)
    """What was put on the queue and is still pending after so long was lost by the broker, and is put there again."""
    channels: dict[Name, Annotated[MailChannel | WebhookChannel, Field(discriminator="kind")]] = Field(min_length=1)
    audiences: tuple[Audience, ...] = Field(min_length=1)


def read_notifier_settings(path: Path) -> NotifierSettings:
    """Read ``notify.toml``; raise :class:`SettingsError` with one finding a fault, all at once.

    Relative paths in it become relative to its folder.
    """
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except FileNotFoundError:
        raise SettingsError(f"There is no {path}.", remedy="Name the notifier's settings with --config.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.", remedy="Make it a readable UTF-8 file.") from None
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path} is not TOML: {error}.", remedy="Mend its syntax.") from None
    faults = list(disagreements(table))
    try:
        settings = NotifierSettings.model_validate(table)
    except ValidationError as refused:
        faults += value_faults(refused.errors(), table, lambda place: _model_at(place, table))
        if not faults:
            raise
    if faults:
        findings = findings_of(faults, text, path=path.as_posix())
        raise SettingsError(
            f"{path} has {'one fault' if len(findings) == 1 else f'{len(findings)} faults'}.",
            remedy="Mend it and try again.",
            findings=findings,
        )
    return _resolved(settings, path.absolute().parent)


def _model_at(place: Place, table: Table) -> type[_Table] | None:
    own = place[::2]  # every second part of a place is a name that the operator chose
    if own == ("channels",):
        return WebhookChannel if table["channels"][place[1]].get("kind") == "webhook" else MailChannel
    return _TABLES.get(own)


_TABLES: dict[Place, type[_Table]] = {
    (): NotifierSettings,
    ("channels", "unsubscribe"): Unsubscription,
    ("channels", "record"): ServerRecord,
    ("channels", "endpoints"): Endpoint,
    ("audiences",): Audience,
    ("audiences", "sql"): SqlSource,
}


def _resolved(settings: NotifierSettings, folder: Path) -> NotifierSettings:
    audiences = tuple(_resolved_audience(audience, folder) for audience in settings.audiences)
    channels = {name: _resolved_channel(channel, folder) for name, channel in settings.channels.items()}
    is_remote = re.match(r"https?://", settings.feed) is not None
    return settings.model_copy(
        update={
            "feed": settings.feed if is_remote else str(folder / settings.feed),
            "ledger": _resolved_url(settings.ledger, folder),
            "stop_file": folder / settings.stop_file,
            "audiences": audiences,
            "channels": channels,
        }
    )


def _resolved_url(url: str, folder: Path) -> str:
    """Return the URL of a database: one in a file is relative to ``folder``, the query of the URL kept."""
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url.startswith((f"{prefix}:memory:", f"{prefix}file:")):
        return url
    return f"{prefix}{folder / url.removeprefix(prefix)}"


def _resolved_audience(audience: Audience, folder: Path) -> Audience:
    changed: dict[str, object] = {}
    if audience.csv:
        changed["csv"] = folder / audience.csv
    if audience.sql:
        changed["sql"] = audience.sql.model_copy(update={"url": _resolved_url(audience.sql.url, folder)})
    return audience.model_copy(update=changed)


def _resolved_channel(channel: MailChannel | WebhookChannel, folder: Path) -> MailChannel | WebhookChannel:
    if isinstance(channel, WebhookChannel):
        endpoints = {
            name: endpoint.model_copy(update={"secret_file": folder / endpoint.secret_file})
            for name, endpoint in channel.endpoints.items()
        }
        return channel.model_copy(update={"endpoints": endpoints})
    changed: dict[str, object] = {}
    if channel.password_file:
        changed["password_file"] = folder / channel.password_file
    if channel.unsubscribe:
        secret = folder / channel.unsubscribe.secret_file
        changed["unsubscribe"] = channel.unsubscribe.model_copy(update={"secret_file": secret})
    if channel.record:
        files = tuple(str(folder / pattern) for pattern in channel.record.files)
        changed["record"] = channel.record.model_copy(update={"files": files})
    return channel.model_copy(update=changed)
