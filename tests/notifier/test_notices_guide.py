"""What the guide for operators of the notifier, and for those who receive its webhooks, says is so."""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from policy_site.commands import load_command
from policy_site.notifier.audience import open_listing
from policy_site.notifier.channels.chat import ChatChannel, Room
from policy_site.notifier.channels.mail_api import MailApiChannel
from policy_site.notifier.channels.smtp import MailChannel
from policy_site.notifier.channels.webhook import Endpoint, WebhookChannel, cloud_event, read_webhook_secret, sign
from policy_site.notifier.ledger.notices import Notice
from policy_site.notifier.mail_settings import Letterhead, Unsubscription
from policy_site.notifier.settings import NotifierSettings, read_notifier_settings
from policy_site.notifier.settings_tables import Audience, LogTable, MetricsTable, ServerRecord, SqlSource
from policy_site.web import Syndication
from tests.notifier.test_webhook import Consumer, Hooked, consuming
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/notices.md").read_text(encoding="utf-8")


def _examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def test_its_settings_can_be_used_as_they_are(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    assert set(settings.channels) == {"mail", "newsletter", "systems"}
    assert [audience.name for audience in settings.audiences] == ["customers", "readers", "systems"]
    assert settings.channels["mail"].attempts == 8


def test_its_mapping_for_another_service_can_be_used_as_it_is(tmp_path: Path) -> None:
    _, channel = _examples("toml")
    others = 'feed = "feed.json"\nledger = "sqlite:///notify.db"\n'
    audience = '[[audiences]]\nname = "all"\nchannel = "mail"\ncsv = "all.csv"\n'
    (tmp_path / "notify.toml").write_text(others + channel + audience, encoding="utf-8")
    assert read_notifier_settings(tmp_path / "notify.toml").channels["mail"].kind == "mail-api"


def _settings(folder: Path) -> NotifierSettings:
    toml, *_ = _examples("toml")
    (folder / "notify.toml").write_text(toml, encoding="utf-8")
    return read_notifier_settings(folder / "notify.toml")


def test_it_names_every_exit_status() -> None:
    assert re.findall(r"^\| (\d{1,2}) \|", GUIDE, re.MULTILINE) == [str(number) for number in range(11)]


_TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("", NotifierSettings),
    ("", MailChannel),
    ("unsubscribe.", Unsubscription),
    ("letterhead.", Letterhead),
    ("record.", ServerRecord),
    ("", MailApiChannel),
    ("", WebhookChannel),
    ("endpoints.NAME.", Endpoint),
    ("", ChatChannel),
    ("rooms.NAME.", Room),
    ("log.", LogTable),
    ("metrics.", MetricsTable),
    ("", Audience),
    ("sql.", SqlSource),
)
_OF_TABLES = {
    "channels",
    "audiences",
    "unsubscribe",
    "letterhead",
    "log",
    "metrics",
    "record",
    "endpoints",
    "rooms",
    "sql",
}
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
    steps = {name for row in rows for name in re.findall(r"`([a-z-]+)[^`]*`", row[0])}
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


def test_its_units_name_programs_and_steps_that_there_are() -> None:
    folder = ROOT / "docs/examples/notifier"
    units = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.service")))
    steps = dict(_steps())
    called = re.findall(r"^ExecStart=/srv/policy-notify/notifier/bin/policy-site notify (.*)$", units, re.MULTILINE)
    assert len(called) == units.count("ExecStart=")
    for line in called:
        step, *arguments = line.split()
        steps[step].parse_args(arguments)


# --- for those who receive webhooks ----------------------------------------------------------------------------------


def test_its_example_of_a_call_is_what_is_sent() -> None:
    (example,) = (json.loads(text) for text in _examples("json"))
    records = {
        record["id"]: record for record in Syndication(compiled(PolicyRepository.opened(ROOT))).change_feed.records
    }
    record = dict(records[example["id"]])
    sent = json.loads(cloud_event(Notice(record["seq"], record["id"], record, 0, b"", frozenset())))
    assert record["significance"] == "significant", "people are told of it"
    assert {**example, "data": None} == {**sent, "data": None}
    assert sent["data"] == record
    assert _is_part(example["data"], record)


def _is_part(some: object, whole: object) -> bool:
    if isinstance(some, dict) and isinstance(whole, dict):
        return all(name in whole and _is_part(value, whole[name]) for name, value in some.items())
    return some == whole


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Make a secret as the guide says, and run its receiver beside it."""
    (program,) = _examples("python")
    secret = next(text for text in _examples("sh") if "whsec_" in text)
    subprocess.run(["sh", "-c", secret], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(program, names)  # noqa: S102 - the guide's own example
    return names


def test_its_receiver_takes_a_call_once_and_refuses_others(
    tmp_path: Path, receiver: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    answer = receiver["answer"]
    with consuming(Consumer(status=500)) as consumer:
        hooked = Hooked(tmp_path, 0, url=f"http://127.0.0.1:{consumer.port}/")
        hooked.announce()
        hooked.secret = (tmp_path / "secrets/crm").read_text()
        assert hooked.run().status == 7
        hooked.change(due_at=1)
        consumer.status = 204
        assert hooked.run().status == 0
    capsys.readouterr()
    (headers, body), (again, same) = consumer.calls
    assert (answer(headers, body), answer(again, same)) == (204, 204)
    assert capsys.readouterr().out == "11 privacy 3\n", "acted upon once"
    told = {name for name in headers if name.startswith(("webhook-", "content-type"))}
    assert told == {
        name.lower() for name in re.findall(r"^\| `((?:Content|webhook)-[A-Za-z]+)` \|", GUIDE, re.MULTILINE)
    }
    assert answer(headers, body.replace(b"privacy", b"Privacy")) == 401
    assert answer({}, body) == 401
    assert answer({**headers, "webhook-signature": "nonsense"}, b"\xff") == 401
    key = read_webhook_secret(Endpoint(url="http://localhost/", secret_file=tmp_path / "secrets/crm"))
    for seconds, expected in ((-200, 204), (-400, 401), (400, 401)):
        sent_at = int(time.time()) + seconds
        signature = sign(body, headers["webhook-id"], sent_at, key)
        signed = {**headers, "webhook-timestamp": str(sent_at), "webhook-signature": signature}
        assert answer(signed, body) == expected, "what is older than five minutes is refused"


def test_its_secret_is_nobody_elses_to_read(tmp_path: Path, receiver: dict[str, Any]) -> None:
    assert receiver["webhook"]
    assert (tmp_path / "secrets/crm").stat().st_mode & 0o077 == 0
