"""Mail over SMTP: its settings, a connection, and what else the notifier asks of a channel."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self

from pydantic import Field

from policy_site.errors import UsageError
from policy_site.notifier.channels.kind import ChannelKind
from policy_site.notifier.channels.session import ServerUnavailableError
from policy_site.notifier.channels.smtp_session import SmtpSession, said
from policy_site.notifier.identity import message_id_of
from policy_site.notifier.mail_settings import Letterhead, MailSettings, Unsubscription
from policy_site.notifier.rendering import MailRenderer
from policy_site.notifier.secret_sources import read_secret_source, source_beside
from policy_site.notifier.settings_faults import Fault, Place, Table
from policy_site.notifier.settings_tables import MailAddress, ServerRecord

_CONNECT_SECONDS = 30.0


class MailChannel(MailSettings):
    """Mail over SMTP."""

    kind: Literal["smtp"]
    host: str
    port: int = Field(default=587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password_file: Path | None = None
    return_path: MailAddress | None = None
    """The envelope's sender, where delivery reports go; default: ``sender``."""
    record: ServerRecord | None = None
    command_seconds: float = Field(default=300, gt=0, le=3600)
    """Time-out of each command (RFC 5321, section 4.5.3.2)."""
    final_dot_seconds: float = Field(default=600, gt=0, le=7200)
    messages_per_connection: int = Field(default=1000, ge=1)

    @property
    def server_record(self) -> ServerRecord | None:
        """Where the server writes down what it took."""
        return self.record

    @property
    def envelope_sender(self) -> str:
        """Where delivery reports go."""
        return self.return_path or self.sender

    def beside(self, folder: Path) -> Self:
        """Return the same with relative paths made relative to ``folder``."""
        changed: dict[str, object] = {}
        if self.password_file:
            changed["password_file"] = source_beside(folder, self.password_file)
        if self.record:
            files = tuple(str(folder / pattern) for pattern in self.record.files)
            changed["record"] = self.record.model_copy(update={"files": files})
        return super().beside(folder).model_copy(update=changed)


class SmtpChannel:
    """A mail server."""

    def __init__(self, settings: MailChannel) -> None:
        self.settings = settings
        self.password = ""
        if settings.password_file:
            try:
                self.password = read_secret_source(settings.password_file).decode("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise UsageError(
                    f"The password in {settings.password_file} cannot be read: {error}.", remedy="Grant access to it."
                ) from None

    def connect(self) -> SmtpSession:
        """Open a connection: TLS, authentication, greeting."""
        try:
            return SmtpSession(self._open(), self.settings)
        except (OSError, UnicodeError, smtplib.SMTPException) as error:
            raise ServerUnavailableError(said(error)) from None

    def _open(self) -> smtplib.SMTP:
        settings = self.settings
        if settings.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=_CONNECT_SECONDS, context=_tls()
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=_CONNECT_SECONDS)
        try:
            server.ehlo_or_helo_if_needed()
            if settings.security == "starttls":
                server.starttls(context=_tls())
                server.ehlo()
            if settings.user:
                server.login(settings.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def _tls() -> ssl.SSLContext:
    """Return the checks of certificates that the system asks for; one that writes never has to wait for reading."""
    context = ssl.create_default_context()
    context.options |= ssl.OP_NO_RENEGOTIATION
    return context


def _mail_disagreements(place: Place, channel: Table, which: str) -> Iterator[Fault]:
    if channel.get("ambiguous") == "reconcile" and "record" not in channel:
        message = f'{which} has `ambiguous` = "reconcile" without `record`.'
        remedy = 'Say in record where the server writes down what it took, or write "resend" or "hold".'
        yield Fault((*place, "ambiguous"), message, remedy)
    for one, other in (("user", "password_file"), ("password_file", "user")):
        if one in channel and other not in channel:
            yield Fault((*place, one), f"{which} has `{one}` without `{other}`.", "Write both, or neither.")
    is_far = channel.get("host") not in ("localhost", "127.0.0.1", "::1")
    if "user" in channel and channel.get("security") == "none" and is_far:
        message = f"The password of {which} would cross the network in the clear."
        yield Fault((*place, "security"), message, 'Set security to "starttls" or "tls".')


SMTP = ChannelKind(
    name="smtp",
    settings=MailChannel,
    tables={("unsubscribe",): Unsubscription, ("letterhead",): Letterhead, ("record",): ServerRecord},
    disagreements=_mail_disagreements,
    open=SmtpChannel,
    renderer=MailRenderer,
    endpoints=None,
    message_name=lambda mail, event_id, channel, recipient, secret: message_id_of(
        event_id, channel, recipient, domain=mail.report_domain, secret=secret
    ),
)
