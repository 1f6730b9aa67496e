"""Faults of ``notify.toml``: all at once, each with its line, the place as it stands in the file, and what mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_site.commands import main
from policy_site.errors import SettingsError
from policy_site.notifier.settings import read_notifier_settings

GOOD = """\
feed = "feed.json"
max_new = 10
[channels.mail]
kind = "smtp"
host = "localhost"
sender = "policies@example.org"
attempts = 8
[channels.newsletter]
kind = "smtp"
host = "localhost"
sender = "policies@example.org"
unsubscribe = {url = "https://example.org/{token}", secret_file = "leave.key"}
[channels.systems]
kind = "webhook"
[channels.systems.endpoints.crm]
url = "https://crm.example.org/"
secret_file = "crm.key"
[[audiences]]
name = "customers"
channel = "mail"
sql = {url = "sqlite:///shop.db", query = \"\"\"
  SELECT id AS cursor, email AS address, 'en' AS language
  FROM customer WHERE id > :after ORDER BY id LIMIT :limit\"\"\"}
[[audiences]]
name = "readers"
channel = "newsletter"
kind = "subscription"
csv = "readers.csv"
[[audiences]]
name = "systems"
channel = "systems"
"""


def faults_of(folder: Path, text: str) -> list[str]:
    """Return what is told of a file: line, fact and next step."""
    path = folder / "notify.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_notifier_settings(path)
    return [f"{finding.line or ''}: {finding.message} {finding.remedy}" for finding in caught.value.findings]


def test_settings_without_fault_are_read(tmp_path: Path) -> None:
    (tmp_path / "notify.toml").write_text(GOOD)
    assert read_notifier_settings(tmp_path / "notify.toml").channels["mail"].attempts == 8


ROOT_NAMES = (
    "`alive_file`, `audiences`, `broker`, `channels`, `feed`, `healthcheck_url`, `keep_days`, `late_hours`,"
    " `lease_seconds`, `ledger`, `log`, `max_new`, `metrics`, `requeue_seconds` and `stop_file`"
)
NAME_FORM = "Write lower-case letters, digits and hyphens, 40 characters at most."


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        # missing
        (
            'feed = "feed.json"\n',
            "",
            ': `feed` is missing. Add it, such as `feed = "https://legal.example.org/changes/v1/feed.json"`.',
        ),
        (
            'attempts = 8\n[channels.newsletter]\nkind = "smtp"\n',
            "[channels.newsletter]\n",
            '7: `channels.newsletter.kind` is missing. Add it, such as `kind = "smtp"`.',
        ),
        (
            'sender = "policies@example.org"\nattempts',
            "attempts",
            '3: `channels.mail.sender` is missing. Add it, such as `sender = "policies@example.org"`.',
        ),
        (
            ', secret_file = "leave.key"',
            "",
            (
                "12: `channels.newsletter.unsubscribe.secret_file` is missing. Put 16 random bytes into a file,"
                " and write its path here."
            ),
        ),
        (
            'secret_file = "crm.key"\n',
            "",
            (
                "15: `channels.systems.endpoints.crm.secret_file` is missing. Put `whsec_` and the base64 of 24"
                " to 64 random bytes into a file, and write its path here."
            ),
        ),
        (
            'name = "customers"\n',
            "",
            '18: `name` of the audience number 1 is missing. Add it, such as `name = "customers"`.',
        ),
        # unknown names
        ("attempts = 8", "retrys = 8", "7: There is no setting `channels.mail.retrys`. Did you mean `retry_seconds`?"),
        (
            "attempts = 8",
            "max_new = 8",
            (
                "7: There is no setting `channels.mail.max_new`. It belongs to the beginning of the file, above"
                " the first table."
            ),
        ),
        ("max_new = 10", "colour = 10", f"2: There is no setting `colour`. Known here are {ROOT_NAMES}."),
        (
            'kind = "subscription"\n',
            'kind = "subscription"\npolicy = "privacy"\n',
            "28: There is no setting `policy` of the audience 'readers'. Did you mean `policies`?",
        ),
        (
            "sql = {",
            'sql = {colour = "red", ',
            (
                "21: There is no setting `sql.colour` of the audience 'customers'. Known here are `first_cursor`,"
                " `query` and `url`."
            ),
        ),
        (
            'secret_file = "crm.key"\n',
            'secret_file = "crm.key"\nlanguage = "de"\n',
            (
                "18: There is no setting `channels.systems.endpoints.crm.language`. Remove it: what is sent"
                " holds every language."
            ),
        ),
        # words that are not known
        (
            'kind = "smtp"\nhost = "localhost"\nsender = "policies@example.org"\nattempts',
            'kind = "smpt"\nhost = "localhost"\nsender = "policies@example.org"\nattempts',
            (
                "4: `channels.mail.kind` is 'smpt', which is not known. Did you mean 'smtp'? Known are 'smtp'"
                ", 'webhook', 'mail-api' and 'chat'."
            ),
        ),
        (
            "attempts = 8",
            'security = "ssl"',
            ("7: `channels.mail.security` is 'ssl', which is not known. Known are 'starttls', 'tls' and 'none'."),
        ),
        (
            'kind = "webhook"\n',
            'kind = "webhook"\nambiguous = "reconcile"\n',
            "15: `channels.systems.ambiguous` is 'reconcile', which is not known. Known are 'resend' and 'hold'.",
        ),
        # types
        (
            "attempts = 8",
            'attempts = "often"',
            "7: `channels.mail.attempts` is a text, not a whole number. Write a whole number, without quotation marks.",
        ),
        (
            "attempts = 8",
            "attempts = 8.5",
            (
                "7: `channels.mail.attempts` is a number, not a whole number. Write a whole number, without"
                " quotation marks."
            ),
        ),
        (
            "max_new = 10",
            "max_new = inf",
            "2: `max_new` is a number, not a whole number. Write a whole number, such as 10.",
        ),
        ('feed = "feed.json"', "feed = 3", "1: `feed` is a whole number, not a text. Write it in quotation marks."),
        (
            'csv = "readers.csv"',
            "csv = 2026-05-04",
            "28: `csv` of the audience 'readers' is a date or time, not a path. Write a path in quotation marks.",
        ),
        (
            'csv = "readers.csv"',
            'csv = "readers.csv"\npolicies = "privacy"',
            (
                "29: `policies` of the audience 'readers' is a text, not a list. Write it in square brackets,"
                " each entry in quotation marks."
            ),
        ),
        (
            'csv = "readers.csv"',
            'csv = "readers.csv"\npolicies = ["privacy", 3]',
            "29: `policies` of the audience 'readers' holds a whole number, not a text. Write it in quotation marks.",
        ),
        (
            "attempts = 8",
            'record = "/var/log/mail.log"',
            (
                "7: `channels.mail.record` is a text, not a table. Write it in braces, {name = value, …}, or as"
                " a table of its own."
            ),
        ),
        (
            "sql = {",
            "sql = {first_cursor = [], ",
            "21: `sql.first_cursor` of the audience 'customers' is a list, not a text. Write it in quotation marks.",
        ),
        (
            'csv = "readers.csv"',
            'csv = "readers.csv"\nfirst_cursor = ""',
            (
                "29: There is no setting `first_cursor` of the audience 'readers'. Known here are `canaries`,"
                " `channel`, `csv`, `kind`, `name`, `policies` and `sql`."
            ),
        ),
        (
            "max_new = 10",
            '"[key]" = 1',
            f'2: There is no setting `"[key]"`. Known here are {ROOT_NAMES}.',
        ),
        # ranges and forms
        (
            "attempts = 8",
            "attempts = 1000",
            "7: `channels.mail.attempts` is 1000, which is out of its range. Write a number from 1 to 100.",
        ),
        (
            "attempts = 8",
            "rate = 0",
            "7: `channels.mail.rate` is 0, which is out of its range. Write a number above 0.",
        ),
        (
            "attempts = 8",
            "command_seconds = 4000.0",
            "7: `channels.mail.command_seconds` is 4000.0, which is out of its range. Write a number above 0 to 3600.",
        ),
        ("max_new = 10", "max_new = -1", "2: `max_new` is -1, which is out of its range. Write a number from 0 on."),
        (
            "attempts = 8",
            'return_path = "nobody"',
            "7: `channels.mail.return_path`: 'nobody' is no mail address. Write one such as 'policies@example.org'.",
        ),
        (
            'channel = "mail"',
            'channel = "mail"\ncanaries = ["us"]',
            (
                "21: `canaries` of the audience 'customers': 'us' is no mail address. Write one such as"
                " 'policies@example.org'."
            ),
        ),
        (
            "[channels.systems.endpoints.crm]",
            '[channels.systems.endpoints."Our CRM"]',
            f"15: `channels.systems.endpoints.\"Our CRM\"` is not of the right form: 'Our CRM'. {NAME_FORM}",
        ),
        (
            'url = "https://crm.example.org/"',
            'url = "crm.example.org"',
            (
                "16: `channels.systems.endpoints.crm.url` is not of the right form: 'crm.example.org'. Write an"
                " address that begins with https:// or http://."
            ),
        ),
        (
            "{token}",
            "",
            (
                "12: `channels.newsletter.unsubscribe.url` is not of the right form: 'https://example.org/'."
                " Write an address that begins with https:// and has {token} where the token belongs."
            ),
        ),
        (
            "attempts = 8",
            'sender_name = "a\\nb"',
            (
                "7: `channels.mail.sender_name` is not of the right form: 'a\\nb'. Write one line, without"
                " control characters."
            ),
        ),
        (
            "attempts = 8",
            f'sender_name = "{"a" * 201}"',
            "7: `channels.mail.sender_name` is too long. Write at most 200 characters.",
        ),
        # what does not go together
        (
            'secret_file = "crm.key"',
            'secret_file = "whsec_AAAA"',
            (
                "17: `channels.systems.endpoints.crm.secret_file` is the secret itself. Put `whsec_` and the"
                " base64 of 24 to 64 random bytes into a file, and write its path here."
            ),
        ),
        (
            "attempts = 8",
            'user = "me"',
            "7: `channels.mail` has `user` without `password_file`. Write both, or neither.",
        ),
        (
            'host = "localhost"\nsender = "policies@example.org"\nattempts = 8',
            'host = "relay"\nsender = "policies@example.org"\nuser = "me"\npassword_file = "key"\nsecurity = "none"',
            (
                "9: The password of `channels.mail` would cross the network in the clear. Set security to"
                ' "starttls" or "tls".'
            ),
        ),
        (
            "attempts = 8",
            'ambiguous = "reconcile"',
            (
                '7: `channels.mail` has `ambiguous` = "reconcile" without `record`. Say in record where the'
                ' server writes down what it took, or write "resend" or "hold".'
            ),
        ),
        (
            'csv = "readers.csv"',
            'csv = "readers.csv"\nsql = {url = "sqlite:///x", query = "x"}',
            "29: The audience 'readers' has both csv and sql. Name one; two lists are two audiences.",
        ),
        ('csv = "readers.csv"\n', "", "24: The audience 'readers' has no list. Name one with csv or sql."),
        (
            'name = "readers"',
            'name = "customers"',
            "25: Two audiences are called 'customers'. Give each a name of its own: the ledger knows a list by it.",
        ),
        (
            'channel = "mail"',
            'channel = "mial"',
            "20: The audience 'customers' names a channel 'mial' that is not there. Did you mean 'mail'?",
        ),
        (
            'channel = "mail"',
            'channel = "post"',
            (
                "20: The audience 'customers' names a channel 'post' that is not there. Add [channels.post], or"
                " name another."
            ),
        ),
        (
            'channel = "newsletter"',
            'channel = "mail"',
            (
                "27: The audience 'readers' is of subscribers, and on the channel 'mail' they could not"
                " unsubscribe. Give the channel unsubscribe, or name one that has it."
            ),
        ),
        (
            'channel = "mail"',
            'channel = "newsletter"',
            (
                "20: The audience 'customers' gets notices that are required, and the channel 'newsletter' lets"
                ' people unsubscribe. Write kind = "subscription", or name a channel without unsubscribe.'
            ),
        ),
        (
            'channel = "systems"\n',
            'channel = "systems"\ncanaries = ["us@example.org"]\n',
            (
                "32: The audience 'systems' has canaries, and its channel is a webhook. Remove it: the channel"
                " lists its endpoints."
            ),
        ),
    ],
)
def test_a_fault_is_told_in_sentences(tmp_path: Path, written: str, instead: str, told: str) -> None:
    assert written in GOOD
    assert faults_of(tmp_path, GOOD.replace(written, instead, 1)) == [told]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "`channels` is missing. Add it, such as `[channels.mail]`."),
        ("audiences = []\n[channels]\n", "`audiences` is empty. Add something, such as `[[audiences]]`."),
        ("audiences = []\n[channels]\n", "`channels` is empty. Add something, such as `[channels.mail]`."),
        (
            '[channels.a]\n[audiences]\nname = "a"\n',
            "`audiences` is a table, not a list. Write `[[audiences]]` above each, in two brackets.",
        ),
        (
            "channels = 3\n",
            "`channels` is a whole number, not a table. Write its name in brackets on a line of its own",
        ),
    ],
)
def test_a_file_that_is_quite_another_is_told_as_well(tmp_path: Path, text: str, told: str) -> None:
    assert any(told in fault for fault in faults_of(tmp_path, text)), faults_of(tmp_path, text)


def test_all_faults_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = GOOD.replace("max_new = 10", "max_new = true\nretrys = 1").replace("attempts = 8", 'user = "me"')
    text = text.replace('channel = "mail"', 'channel = "post"').replace('csv = "readers.csv"', "csv = 3")
    told = faults_of(tmp_path, text.replace("max_new = true", 'max_new = "no"'))
    assert [fault.partition(":")[0] for fault in told] == ["2", "3", "8", "21", "29"]


def test_a_fault_prints_as_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "notify.toml"
    path.write_text(GOOD.replace("attempts = 8", "attempts = 1000"))
    assert main(["notify", "status", "--config", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"{path}:7: error: `channels.mail.attempts` is 1000, which is out of its range. Write a number from 1 to 100."
        f" [notifier-settings]\nerror: {path} has one fault. Mend it and try again.\n"
    )
