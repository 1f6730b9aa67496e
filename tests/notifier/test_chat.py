"""Rooms of Slack and Teams are told in words in which nothing is markup."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from policy_site.errors import SettingsError
from policy_site.notifier.channels.chat import slack_message, teams_message
from policy_site.notifier.settings import read_notifier_settings
from tests.notifier.test_webhook import Consumer, consuming
from tests.support.mailing import Mailing


@dataclass
class Rooms(Mailing):
    """A notifier whose one channel is two rooms."""

    url: str = ""
    rooms: dict[str, tuple[str, str]] = field(
        default_factory=lambda: {"legal": ("slack", "en"), "support": ("teams", "de")}
    )

    @property
    def config(self) -> Path:
        (self.folder / "room.url").write_text(self.url + "\n")
        rooms = "".join(
            f'[channels.rooms.rooms.{name}]\nservice = "{service}"\nurl_file = "room.url"\nlanguage = "{language}"\n'
            for name, (service, language) in self.rooms.items()
        )
        facts = "".join(f"{name} = {json.dumps(value)}\n" for name, value in self.channel.items())
        path = self.folder / "notify.toml"
        path.write_text(
            f'feed = "site/changes/v1/feed.json"\nledger = "{self.ledger_url}"\n'
            f'[channels.rooms]\nkind = "chat"\n{facts}{rooms}[[audiences]]\nname = "house"\nchannel = "rooms"\n'
        )
        return path


@pytest.fixture
def consumer() -> Iterator[Consumer]:
    with consuming(Consumer(status=200)) as made:
        yield made


@pytest.fixture
def rooms(tmp_path: Path, consumer: Consumer) -> Rooms:
    made = Rooms(tmp_path, 0, url=f"http://127.0.0.1:{consumer.port}/services/T0/B0/secret")
    made.announce()
    return made


def test_each_room_is_told_once_in_its_own_language_and_form(rooms: Rooms, consumer: Consumer) -> None:
    over = rooms.run()
    assert over.status == 0, over.said
    assert "secret" not in over.said, "whoever knows the address can write there"
    told = [json.loads(body) for _, body in consumer.calls]
    (slack,) = (one for one in told if "text" in one)
    (teams,) = (one for one in told if "attachments" in one)
    assert "Privacy" in slack["text"]
    assert slack["mrkdwn"] is False
    card = teams["attachments"][0]["content"]
    words = [block["inlines"][0]["text"] for block in card["body"]]
    assert "wesentliche Änderung" in words[0]
    assert card["actions"][0]["url"].startswith("https://example.org/legal/de/")
    assert rooms.run().status == 0
    assert len(consumer.calls) == 2


@pytest.mark.parametrize(("status", "ended"), [(404, 10), (410, 10), (403, 10), (429, 7), (500, 7)])
def test_a_room_that_is_gone_is_not_written_to_again(rooms: Rooms, consumer: Consumer, status: int, ended: int) -> None:
    consumer.status = status
    assert rooms.run().status == ended


def test_nothing_in_a_message_is_markup_and_nobody_is_called() -> None:
    evil = "<!channel> <https://evil.example|here> *b* & [x](https://evil.example)"
    assert "<" not in slack_message(evil, evil)["text"]
    card: Any = teams_message(evil, evil, "https://example.org/")["attachments"][0]["content"]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert len(slack_message("s", "x" * 50_000)["text"]) == 12_000


def test_an_address_in_the_settings_is_refused_and_so_is_none(rooms: Rooms) -> None:
    rooms.url = "ftp://example.org/"
    refused = rooms.run("deliver")
    assert refused.status == 2
    assert "holds no address that begins with https://" in refused.err
    with pytest.raises(SettingsError) as told:
        read_notifier_settings(_with_the_address_itself(rooms))
    assert "is the address itself, which is a secret" in told.value.findings[0].message


def _with_the_address_itself(rooms: Rooms) -> Path:
    path = rooms.config
    path.write_text(path.read_text().replace('"room.url"', '"https://hooks.example.org/T0/secret"'))
    return path
