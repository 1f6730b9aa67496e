"""What the guide for operators of the notifier says is so."""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from policy_site.commands import load_command
from policy_site.notifier.audience import open_listing
from policy_site.notifier.settings import (
    Audience,
    Endpoint,
    MailChannel,
    NotifierSettings,
    ServerRecord,
    SqlSource,
    Unsubscription,
    WebhookChannel,
    read_notifier_settings,
)

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs/notices.md").read_text(encoding="utf-8")


def _examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def test_its_settings_can_be_used_as_they_are(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    assert set(settings.channels) == {"mail", "newsletter", "systems"}
    assert [audience.name for audience in settings.audiences] == ["customers", "readers", "systems"]
    assert settings.channels["mail"].attempts == 8


def _settings(folder: Path) -> NotifierSettings:
    (toml,) = _examples("toml")
    (folder / "notify.toml").write_text(toml, encoding="utf-8")
    return read_notifier_settings(folder / "notify.toml")


def test_it_names_every_exit_status() -> None:
    assert re.findall(r"^\| (\d) \|", GUIDE, re.MULTILINE) == [str(number) for number in range(8)]


_TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("", NotifierSettings),
    ("", MailChannel),
    ("unsubscribe.", Unsubscription),
    ("record.", ServerRecord),
    ("", WebhookChannel),
    ("endpoints.NAME.", Endpoint),
    ("", Audience),
    ("sql.", SqlSource),
)
_OF_TABLES = {"channels", "audiences", "unsubscribe", "record", "endpoints", "sql"}
"""Settings that are tables: their own settings are named."""


@pytest.mark.parametrize(("prefix", "model"), _TABLES, ids=[model.__name__ for _, model in _TABLES])
def test_it_names_every_setting_with_its_default(prefix: str, model: type[BaseModel]) -> None:
    told = _told_defaults()
    for name, field in model.model_fields.items():
        if name in _OF_TABLES:
            continue
        default = "required" if field.is_required() else _toml(field.default)
        assert default in told.get(f"{prefix}{name}", ()), f"{prefix}{name} is {default} by default"


def test_it_names_no_setting_that_is_not_there() -> None:
    known = {f"{prefix}{name}" for prefix, model in _TABLES for name in model.model_fields}
    assert set(_told_defaults()) <= known


def _told_defaults() -> dict[str, set[str]]:
    """Return what the tables of settings say: several defaults where two tables have a setting of that name."""
    (section,) = re.findall(r"^### Every setting\n(.*?)^## ", GUIDE, re.DOTALL | re.MULTILINE)
    told: dict[str, set[str]] = {}
    for names, default in re.findall(r"^\| (`.*?) \| (.*?) \|", section, re.MULTILINE):
        for name in re.findall(r"`([^`]+)`", names):
            told.setdefault(name, set()).add(default.strip("`"))
    return told


def _toml(value: Any) -> str:
    if value is None:
        return "none"
    return json.dumps(list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Path) else value)


def _steps() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    parser = argparse.ArgumentParser()
    load_command("notify").add_arguments(parser)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def test_it_names_every_step_with_every_option_of_it() -> None:
    (section,) = re.findall(r"^## Steps\n(.*?)^## ", GUIDE, re.DOTALL | re.MULTILINE)
    rows = [
        [cell.strip() for cell in row.strip("|").split("|")] for row in re.findall(r"^\|.*\|$", section, re.MULTILINE)
    ]
    steps = {name for row in rows for name in re.findall(r"`([a-z]+)[^`]*`", row[0])}
    options = [(name, row[1]) for row in rows if len(row) == 3 for name in re.findall(r"`(--[a-z-]+)[^`]*`", row[0])]
    assert options
    for step, parser in _steps():
        assert step in steps
        for name in (option for action in parser._actions for option in action.option_strings):
            if name not in ("-h", "--help"):
                assert any(name == told and (of == "all" or f"`{step}`" in of) for told, of in options), (step, name)


def test_its_query_takes_the_version_of_the_policy_that_changes(tmp_path: Path) -> None:
    audience = next(one for one in _settings(tmp_path).audiences if one.sql)
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, language TEXT)")
        database.execute("CREATE TABLE acceptance (customer INTEGER, policy TEXT, version TEXT)")
        database.execute("INSERT INTO customer VALUES (1, 'a@example.org', 'en'), (2, 'b@example.org', 'de')")
        database.execute("INSERT INTO acceptance VALUES (1, 'privacy', '2025-06-01'), (1, 'cookies', '2025-03-15')")
    assert audience.sql
    asked = audience.model_copy(
        update={"sql": audience.sql.model_copy(update={"url": f"sqlite:///{tmp_path / 'shop.db'}"})}
    )
    for policy, accepted in (("privacy", "2025-06-01"), ("cookies", "2025-03-15"), ("terms", None)):
        with open_listing(asked, policy=policy) as listing:
            found = listing.chunk_after(None, language="en")
        assert [(one.address, one.language, one.accepted) for one in found.recipients] == [
            ("a@example.org", "en", accepted),
            ("b@example.org", "de", None),
        ]
