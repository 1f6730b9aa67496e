"""Settings of every channel that sends mail, however it leaves: whose it is, and how a subscriber leaves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field

from policy_site.localization import is_known_locale
from policy_site.notifier.secret_sources import source_beside
from policy_site.notifier.settings_tables import ChannelSettings, MailAddress, SettingsTable, is_mail_address


def _day_locale(written: str) -> str:
    if not is_known_locale(written):
        raise ValueError(f"{written!r} is no locale whose days are known")
    return written


DayLocale = Annotated[str, AfterValidator(_day_locale)]


class Unsubscription(SettingsTable):
    """How a subscriber leaves with one click (RFC 8058). Never used for notices that are required."""

    url: Annotated[str, Field(pattern=r"^https://[!-;=?-~]*\{token\}[!-;=?-~]*$", max_length=500)]
    """``{token}`` in it stands for the recipient's token: HMAC-SHA-256 of the address under ``secret_file``."""
    secret_file: Path
    mail: MailAddress | None = None


def _contact(written: str) -> str:
    if not (is_mail_address(written) or re.fullmatch(r"https://[!-;=?-~]{1,500}", written)):
        raise ValueError(f"{written!r} is neither a mail address nor one that begins with https://")
    return written


class Letterhead(SettingsTable):
    """What a company's messages look like."""

    templates: Path | None = None
    """A folder with ``notice.html`` or ``notice.txt``, or both, in place of the program's own."""
    logo: Path | None = None
    """A picture (PNG, JPEG or GIF) that is sent with each message: nothing is fetched by who reads it."""
    imprint: Annotated[str, Field(max_length=2000)] = ""
    """Who the company is, at the end of each message; several lines."""
    contact: Annotated[str, AfterValidator(_contact)] | None = None
    """Where questions are answered: a mail address, or one that begins with ``https://``."""


class MailSettings(ChannelSettings):
    """What messages are written from."""

    sender: MailAddress
    """In ``From``."""
    sender_name: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$", max_length=200)] = ""
    reply_to: MailAddress | None = None
    day_locales: dict[str, DayLocale] = Field(default={})
    """By language of the message: the locale whose way of writing days is used, such as ``en-GB`` for 15 January."""
    unsubscribe: Unsubscription | None = None
    letterhead: Letterhead = Letterhead()

    @property
    def report_domain(self) -> str:
        """Domain of the sender, in whose name Message-IDs are made."""
        return self.sender.partition("@")[2]

    def beside(self, folder: Path) -> Self:
        """Return the same with relative paths made relative to ``folder``."""
        head = self.letterhead
        paths = {name: folder / path for name in ("templates", "logo") if (path := getattr(head, name))}
        changed: dict[str, object] = {"letterhead": head.model_copy(update=paths)}
        if self.unsubscribe:
            secret = source_beside(folder, self.unsubscribe.secret_file)
            changed["unsubscribe"] = self.unsubscribe.model_copy(update={"secret_file": secret})
        return self.model_copy(update=changed)
