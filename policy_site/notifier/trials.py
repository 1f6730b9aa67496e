"""A message is sent to one address as a trial: as people would get it, and nothing of it is kept."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace

from policy_site.errors import UsageError
from policy_site.notifier.audience import normal_address
from policy_site.notifier.channels import kind_of
from policy_site.notifier.channels.session import ServerUnavailableError, SessionLostError
from policy_site.notifier.event_loop import EventLoop, Task, TaskCoroutine
from policy_site.notifier.ledger import Ledger
from policy_site.notifier.mail_settings import MailSettings
from policy_site.notifier.model import Message, Outcome, OutcomeKind
from policy_site.notifier.previews import Wanted, find_channel, write_message
from policy_site.notifier.settings import NotifierSettings
from policy_site.notifier.settings_tables import is_mail_address


def send_trial(ledger: Ledger, settings: NotifierSettings, wanted: Wanted, *, address: str) -> Outcome:
    """Send a message to ``address``, by the channel's own server; return what the server said.

    The subject begins with ``[Test]`` and the Message-ID is none that will be used: mail systems that show a message
    once must not take the real one for a copy. Raises :class:`UsageError` for an address, a channel or an event that
    cannot be used.
    """
    name = find_channel(settings, wanted.channel)
    mail = settings.channels[name]
    if not isinstance(mail, MailSettings):
        raise UsageError(f"The channel {name!r} sends no mail.", remedy="Name one that does with --channel.")
    if not is_mail_address(address):
        raise UsageError(f"{address[:300]!r} is not a mail address.", remedy="Write one such as you@example.org.")
    channel = kind_of(mail).open(mail)
    message = _marked(write_message(ledger, settings, wanted, address=normal_address(address)))
    outcomes: list[Outcome] = []

    def send(_task: Task) -> TaskCoroutine:
        try:
            session = channel.connect()
        except ServerUnavailableError as error:
            outcomes.append(Outcome(OutcomeKind.UNAVAILABLE, str(error)))
            return
        try:
            outcomes.append((yield from session.attempt(message)))
        except SessionLostError as error:
            outcomes.append(Outcome(OutcomeKind.UNAVAILABLE, str(error)))
        finally:
            session.close()

    EventLoop(commit=lambda _ids: None, housekeeping=lambda: None).run([Task(send)])
    return outcomes[0]


def _marked(message: Message) -> Message:
    head, end, body = message.content.partition(b"\r\n\r\n")
    head = re.sub(rb"(?m)^Subject: ", b"Subject: [Test] ", head, count=1)
    own, _, domain = message.message_id.partition("@")
    name = f"test-{secrets.token_hex(len(own) // 2)}@{domain}"
    head = head.replace(message.message_id.encode("ascii"), name.encode("ascii"))
    return replace(message, content=head + end + body, message_id=name)
