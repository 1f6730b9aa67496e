"""What the settings of all channels and audiences are made of: ``settings.py`` puts them together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

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


class SettingsTable(BaseModel):
    """A table of ``notify.toml``: no key that is not known, and nothing changes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerRecord(SettingsTable):
    """Where the mail server writes down what it took, for ``ambiguous = "reconcile"``."""

    kind: Literal["postfix-log", "messages"]
    """A mail log of Postfix, or files that hold the messages themselves."""
    files: tuple[str, ...] = Field(min_length=1)
    """Paths or globs."""
    settle_seconds: int = Field(default=60, ge=0, le=86_400)
    """How long after a delivery fell into doubt the record is complete."""


class ChannelSettings(SettingsTable):
    """What the settings of every channel have. Each kind of channel adds its own, in its file of ``channels/``."""

    kind: str
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

    @property
    def server_record(self) -> ServerRecord | None:
        """Where the server writes down what it took; None where it does so nowhere."""
        return None

    @property
    def report_domain(self) -> str | None:
        """Domain of the Message-IDs by which delivery reports name what was sent; None where none ever come back."""
        return None

    def beside(self, folder: Path) -> Self:
        """Return the same with relative paths made relative to ``folder``."""
        del folder
        return self


class LogTable(SettingsTable):
    """What is written about each run, to standard error; nobody is named in it."""

    form: Literal["json", "text"] = "json"
    level: Literal["debug", "info", "warning", "error"] = "info"
    """``debug`` has a line for each attempt."""


class MetricsTable(SettingsTable):
    """What Prometheus reads."""

    textfile: Path | None = None
    """Written anew at the end of each run, for the textfile collector of the node exporter, as ``….prom``."""
    port: int | None = Field(default=None, ge=1, le=65_535)
    """``run --watch`` answers there, on this machine alone."""


class SqlSource(SettingsTable):
    """An audience in the company's own database."""

    url: str
    """An SQLAlchemy URL. A password is better kept where the database's own client finds it, such as ``~/.pgpass``."""
    query: str
    """Selects ``cursor``, ``address``, ``language`` and, if known, ``accepted``, ordered by ``cursor``, where it is
    greater than ``:after``, at most ``:limit`` rows. ``:policy`` may be used."""
    first_cursor: str | int = 0
    """Smaller than every cursor."""

    def with_values(self, values: Mapping[str, str | int]) -> str:
        """Return the query with values in the place of its parameters, as a person could run it."""

        def literal(found: re.Match[str]) -> str:
            value = values.get(found[1])
            if value is None:
                return found[0]
            return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"

        return re.sub(r"(?<![:\w\\]):(\w+)\b", literal, self.query)


class Audience(SettingsTable):
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
