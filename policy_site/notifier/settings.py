"""``notify.toml``: what the operator of the notifier decided, read once, all faults at once."""

from __future__ import annotations

import re
import tomllib
from functools import reduce
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, ValidationError

from policy_site.errors import SettingsError
from policy_site.notifier.channels import CHANNELS, kind_named
from policy_site.notifier.settings_agreement import disagreements
from policy_site.notifier.settings_faults import Place, Table, findings_of, value_faults
from policy_site.notifier.settings_tables import (
    LONGEST_LEASE,
    Audience,
    ChannelSettings,
    LogTable,
    MetricsTable,
    Name,
    SettingsTable,
    SqlSource,
)

if TYPE_CHECKING:
    AnyChannel = ChannelSettings
else:  # by the table of the kinds, which no type checker can follow
    AnyChannel = Annotated[reduce(or_, (kind.settings for kind in CHANNELS)), Field(discriminator="kind")]


class NotifierSettings(SettingsTable):
    """The whole of ``notify.toml``. Relative paths are relative to it."""

    feed: str
    """Address of ``changes/v1/feed.json``, or its path."""
    ledger: str = "sqlite:///notify.db"
    """An SQLAlchemy URL: SQLite, or ``postgresql+psycopg://…``."""
    max_new: int = Field(default=10, ge=0)
    """More notices than this at once are held for a person."""
    stop_file: Path = Path("notify.stop")
    """While it is there nothing is sent."""
    late_hours: int = Field(default=24, ge=1, le=8760)
    """A notice that waits for longer than this after its event was read or released is late: an exit status says so."""
    keep_days: int | None = Field(default=None, ge=30, le=36_500)
    """So long after an event was read or released its recipients are known by name; then it is closed, and digests take
    the place of their addresses. Default: for ever."""
    alive_file: Path | None = None
    """Touched at the end of each run that did what it could: a monitor watches its age."""
    healthcheck_url: Annotated[str, Field(pattern=r"^https?://[!-;=?-~]{1,500}$")] | None = None
    """Called at the end of each run: as it is where the run did what it could, and ``/fail`` below it otherwise."""
    log: LogTable | None = None
    metrics: MetricsTable = MetricsTable()
    lease_seconds: int = Field(default=60, ge=2, le=LONGEST_LEASE)
    """A worker that says nothing for so long counts as dead (PostgreSQL)."""
    broker: str | None = None
    """Address of RabbitMQ, ``amqp://…``, for Celery."""
    requeue_seconds: int = Field(default=600, ge=1, le=86_400)
    """What was put on the queue and is still pending after so long was lost by the broker, and is put there again."""
    channels: dict[Name, AnyChannel] = Field(min_length=1)
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


def _model_at(place: Place, table: Table) -> type[SettingsTable] | None:
    own = place[::2]  # every second part of a place is a name that the operator chose
    if own == ("channels",):
        return kind_named(table["channels"][place[1]].get("kind"), default=CHANNELS[0]).settings
    return _TABLES.get(own)


_TABLES: dict[Place, type[SettingsTable]] = {
    (): NotifierSettings,
    **{("channels", *place): table for kind in CHANNELS for place, table in kind.tables.items()},
    ("log",): LogTable,
    ("metrics",): MetricsTable,
    ("audiences",): Audience,
    ("audiences", "sql"): SqlSource,
}


def _resolved(settings: NotifierSettings, folder: Path) -> NotifierSettings:
    audiences = tuple(_resolved_audience(audience, folder) for audience in settings.audiences)
    channels = {name: channel.beside(folder) for name, channel in settings.channels.items()}
    is_remote = re.match(r"https?://", settings.feed) is not None
    return settings.model_copy(
        update={
            "feed": settings.feed if is_remote else str(folder / settings.feed),
            "ledger": _resolved_url(settings.ledger, folder),
            "stop_file": folder / settings.stop_file,
            "alive_file": folder / settings.alive_file if settings.alive_file else None,
            "metrics": _beside(settings.metrics, folder),
            "audiences": audiences,
            "channels": channels,
        }
    )


def _beside(metrics: MetricsTable, folder: Path) -> MetricsTable:
    return metrics.model_copy(update={"textfile": folder / metrics.textfile}) if metrics.textfile else metrics


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
