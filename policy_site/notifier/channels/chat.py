"""Messages into rooms of Slack or Teams, for people of the house who watch: by the webhook that a room gives out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field

from policy_site.errors import UsageError
from policy_site.notifier.channels.http_calls import Answer, Call, call_once, make_client
from policy_site.notifier.channels.kind import ChannelKind
from policy_site.notifier.channels.session import Coroutine
from policy_site.notifier.identity import webhook_id_of
from policy_site.notifier.ledger.deliveries import keep_wording
from policy_site.notifier.ledger.notices import Notice, load_notice
from policy_site.notifier.model import Delivery, Message, Outcome, OutcomeKind, Recipient
from policy_site.notifier.rendering import Execute, told_as_notice_error
from policy_site.notifier.secret_sources import read_secret_source, source_beside
from policy_site.notifier.settings_faults import Fault, Place, Table, name_of
from policy_site.notifier.settings_tables import ChannelSettings, Name, SettingsTable
from policy_site.notifier.wording import Letter, Reader, choose_language, write_wording

_LONGEST = 12_000
"""Characters of a message: rooms take no more than some ten thousand."""
_GONE = (400, 403, 404, 410)
_HOW = "Put the address that the room gave you into a file, and write its path here."


class Room(SettingsTable):
    """A room that is told."""

    service: Literal["slack", "teams"]
    url_file: Path
    """Holds the address that the room gave out: whoever knows it can write there, so it is a secret."""
    language: str = Field(default="en", pattern=r"^[A-Za-z0-9-]{1,35}$")


class ChatChannel(ChannelSettings):
    """Messages into rooms of Slack or Teams."""

    kind: Literal["chat"]
    rooms: dict[Name, Room] = Field(min_length=1)
    timeout_seconds: float = Field(default=20, gt=0, le=600)
    ambiguous: Literal["resend", "hold"] = "resend"

    def beside(self, folder: Path) -> Self:
        """Return the same with relative paths made relative to ``folder``."""
        rooms = {
            name: room.model_copy(update={"url_file": source_beside(folder, room.url_file)})
            for name, room in self.rooms.items()
        }
        return self.model_copy(update={"rooms": rooms})


class ChatRooms:
    """The rooms of a channel."""

    def __init__(self, settings: ChatChannel) -> None:
        self._settings = settings
        self._urls = {name: _read_url(room) for name, room in settings.rooms.items()}

    def connect(self) -> ChatSession:
        """Return a session; connections are made when a message needs one."""
        return ChatSession(self._settings, self._urls)


def _read_url(room: Room) -> str:
    try:
        written = read_secret_source(room.url_file).decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The address in {room.url_file} cannot be read: {error}.", remedy=_HOW) from None
    if not re.fullmatch(r"https://[!-;=?-~]+|http://(localhost|127\.0\.0\.1)(:\d+)?/[!-;=?-~]*", written):
        raise UsageError(f"{room.url_file} holds no address that begins with https://.", remedy=_HOW)
    return written


class ChatSession:
    """Writes into one room after the other."""

    is_used = False
    is_spent = False

    def __init__(self, settings: ChatChannel, urls: dict[str, str]) -> None:
        self._settings = settings
        self._urls = urls
        self._client = make_client(settings.timeout_seconds)

    def attempt(self, message: Message) -> Coroutine[Outcome]:
        """Write into a room; the call itself is the point of no return."""
        url = self._urls.get(message.delivery.recipient.address)
        if url is None:
            # not for good: another worker's settings may be newer
            return Outcome(OutcomeKind.DEFERRED, "This room is not in the settings; nothing was sent.")
        headers = {"Content-Type": "application/json", "User-Agent": "policy-site-notify"}
        call = Call(url, headers, message.content)
        # rooms are servers of their own: one that is away is its own failure, not the channel's
        return (yield from call_once(self._client, lambda: call, _judge, away=OutcomeKind.DEFERRED))

    def prove(self) -> Coroutine[bool]:
        """Say yes: a refusal is the room's own."""
        yield from ()
        return True

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _judge(answer: Answer) -> Outcome:
    """Read an answer: a room that is gone or takes no such message is not written to again."""
    if answer.status in range(200, 300):
        return Outcome(OutcomeKind.ACCEPTED, answer.line)
    told = "".join(sign if sign.isprintable() else " " for sign in answer.body.decode("utf-8", "replace"))
    kind = OutcomeKind.REFUSED if answer.status in _GONE else OutcomeKind.DEFERRED
    return Outcome(kind, f"{answer.line} {' '.join(told.split())}".strip()[:500])


def slack_message(subject: str, text: str) -> dict[str, Any]:
    """Return what Slack takes: text in which nothing is markup and no one is called."""
    words = f"{subject}\n\n{text}".strip()[:_LONGEST]
    words = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": words, "mrkdwn": False, "link_names": False, "unfurl_links": False, "unfurl_media": False}


def teams_message(subject: str, text: str, url: str) -> dict[str, Any]:
    """Return what a workflow of Teams takes: a card in which nothing is markup, with one way to the page."""

    def words(told: str, **more: str) -> dict[str, Any]:
        return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": told, **more}]}

    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [words(subject, weight="Bolder", size="Medium"), words(text.strip()[:_LONGEST])],
        "actions": [{"type": "Action.OpenUrl", "title": url[:80], "url": url}],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


class ChatRenderer:
    """Writes the messages of a chat channel: the words of mail, as text."""

    def __init__(self, settings: ChatChannel, *, name: str, execute: Execute[object]) -> None:
        """Take the channel's settings and name, and what runs a statement on the ledger."""
        self._settings = settings
        self._name = name
        self._execute: Callable[..., object] = execute
        self._made: dict[tuple[int, str, str], tuple[Notice, int, bytes]] = {}

    def write(self, delivery: Delivery) -> Message:
        """Return the message of a delivery; the same bytes at every attempt."""
        address = delivery.recipient.address
        room = self._settings.rooms.get(address)
        service = room.service if room else "slack"
        key = (delivery.event_seq, delivery.recipient.language, service)
        if key not in self._made:
            self._made[key] = self._make(*key)
        notice, wording_id, body = self._made[key]
        name = webhook_id_of(notice.id, self._name, address, secret=notice.secret)
        return Message(delivery, wording_id, body, name)

    def _make(self, seq: int, wanted: str, service: str) -> tuple[Notice, int, bytes]:
        notice = self._execute(lambda connection, _now: load_notice(connection, seq))
        assert isinstance(notice, Notice)
        with told_as_notice_error(notice):
            language = choose_language(notice, wanted)
            reader = Reader(language, None, (), notice.superseded)
            wording = write_wording(notice, reader, Letter(), channel=self._name)
            if service == "slack":
                body = slack_message(wording.subject, wording.text)
            else:
                body = teams_message(wording.subject, wording.text, notice.record["editions"][language]["changes_url"])
        wording_id = self._execute(lambda connection, _now: keep_wording(connection, wording))
        assert isinstance(wording_id, int)
        return notice, wording_id, json.dumps(body, ensure_ascii=False).encode()


def _disagreements(place: Place, channel: Table, _which: str) -> Iterator[Fault]:
    rooms: Any = channel.get("rooms")
    for name, facts in rooms.items() if isinstance(rooms, dict) else ():
        if isinstance(facts, dict) and str(facts.get("url_file")).startswith(("https://", "http://")):
            where: Place = (*place, "rooms", name, "url_file")
            yield Fault(where, f"{name_of(where, {})} is the address itself, which is a secret.", _HOW)


CHAT = ChannelKind(
    name="chat",
    settings=ChatChannel,
    tables={("rooms",): Room},
    disagreements=_disagreements,
    open=ChatRooms,
    renderer=ChatRenderer,
    endpoints=lambda settings: tuple(Recipient(name, room.language) for name, room in settings.rooms.items()),
    message_name=lambda _settings, event_id, channel, room, secret: webhook_id_of(
        event_id, channel, room, secret=secret
    ),
)
