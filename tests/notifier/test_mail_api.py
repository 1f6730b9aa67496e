"""Mail over HTTP: each service gets what its documentation asks for, and what it answers is what came of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from policy_site.notifier.channels.mail_api import aws_signature, filled
from tests.notifier.test_webhook import Consumer, consuming
from tests.support.mailing import Mailing

SECRETS = {"postmark": "token-1", "sendgrid": "SG.key", "ses": "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}


@dataclass
class Posted(Mailing):
    """A notifier whose mail goes to a service on this machine."""

    service: str = "postmark"
    own: dict[str, Any] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        (self.folder / "api.key").write_text(SECRETS.get(self.service, "token-1") + "\n")
        facts = {
            "service": self.service,
            "url": f"http://127.0.0.1:{self.port}/send?v=1",
            "secret_file": "api.key",
            "sender": "policies@example.org",
            "sender_name": "Larkspur & Söhne",
            "retry_seconds": 600,
            "patience_seconds": 0,
            "timeout_seconds": 5,
            **({"region": "eu-central-1"} if self.service == "ses" else {}),
            **self.own,
        }
        lines = "".join(f"{name} = {_toml(value)}\n" for name, value in facts.items())
        path = self.folder / "notify.toml"
        path.write_text(
            f'feed = "site/changes/v1/feed.json"\nledger = "{self.ledger_url}"\n[channels.mail]\nkind = "mail-api"\n'
            f'{lines}[[audiences]]\nname = "people"\nchannel = "mail"\ncsv = "people.csv"\n',
            encoding="utf-8",
        )
        return path


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {_toml(one)}" for name, one in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


@pytest.fixture
def service() -> Iterator[Consumer]:
    """Answer 200 to everything, and write it down."""
    with consuming(Consumer(status=200)) as made:
        yield made


def posted(tmp_path: Path, consumer: Consumer, name: str, **own: Any) -> Posted:
    made = Posted(tmp_path, consumer.port, service=name, own=own)
    made.announce()
    made.people(["a@example.org,de,"])
    return made


def test_postmark_gets_a_message_with_its_id_kept(tmp_path: Path, service: Consumer) -> None:
    over = posted(tmp_path, service, "postmark", reply_to="legal@example.org").run()
    assert over.status == 0, over.said
    ((headers, body),) = service.calls
    told = json.loads(body)
    assert headers["x-postmark-server-token"] == "token-1"
    assert (told["To"], told["From"]) == ("a@example.org", "Larkspur & Söhne <policies@example.org>")
    assert told["ReplyTo"] == "legal@example.org"
    assert "wesentliche Änderung" in told["Subject"]
    assert "Larkspur & Söhne" in told["TextBody"]
    assert told["HtmlBody"].startswith("<!")
    passed = {one["Name"]: one["Value"] for one in told["Headers"]}
    assert passed["Message-ID"].endswith("@example.org>")
    assert passed["X-PM-KeepID"] == "true"
    assert passed["Auto-Submitted"] == "auto-generated"
    assert "Attachments" not in told


def test_a_logo_goes_along(tmp_path: Path, service: Consumer) -> None:
    picture = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    (tmp_path / "logo.png").write_bytes(picture)
    over = posted(tmp_path, service, "postmark", letterhead={"logo": "logo.png"}).run()
    assert over.status == 0, over.said
    told = json.loads(service.calls[0][1])
    (attached,) = told["Attachments"]
    assert base64.b64decode(attached["Content"]) == picture
    assert attached["ContentType"] == "image/png"
    assert f'src="{attached["ContentID"]}"' in told["HtmlBody"]


def test_sendgrid_gets_the_same_in_its_own_form(tmp_path: Path, service: Consumer) -> None:
    over = posted(tmp_path, service, "sendgrid").run()
    assert over.status == 0, over.said
    ((headers, body),) = service.calls
    told = json.loads(body)
    assert headers["authorization"] == "Bearer SG.key"
    assert told["personalizations"] == [{"to": [{"email": "a@example.org"}]}]
    assert told["from"] == {"email": "policies@example.org", "name": "Larkspur & Söhne"}
    assert [one["type"] for one in told["content"]] == ["text/plain", "text/html"]
    assert set(told["headers"]) >= {"Message-ID", "Auto-Submitted"}
    assert "reply_to" not in told


def test_ses_gets_the_message_itself_signed(tmp_path: Path, service: Consumer) -> None:
    over = posted(tmp_path, service, "ses").run()
    assert over.status == 0, over.said
    ((headers, body),) = service.calls
    told = json.loads(body)
    message = message_from_bytes(base64.b64decode(told["Content"]["Raw"]["Data"]), policy=default)
    assert (message["To"], told["Destination"]) == ("a@example.org", {"ToAddresses": ["a@example.org"]})
    expected = aws_signature(
        "POST", f"http://127.0.0.1:{service.port}/send?v=1", body,
        at=datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
        key="AKIDEXAMPLE", secret="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",  # noqa: S106 - of AWS's documentation
        region="eu-central-1", service="ses", content_type="application/json",
    )  # fmt: skip
    assert headers["authorization"] == expected["Authorization"]


def test_calls_are_signed_as_the_documentation_of_aws_shows() -> None:
    """The example of the documentation of Signature Version 4: ListUsers on 30 August 2015."""
    headers = aws_signature(
        "GET", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", b"",
        at=datetime(2015, 8, 30, 12, 36, tzinfo=UTC), key="AKIDEXAMPLE",
        secret="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", region="us-east-1", service="iam",  # noqa: S106
        content_type="application/x-www-form-urlencoded; charset=utf-8",
    )  # fmt: skip
    assert headers["Authorization"].endswith(
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


def test_any_other_service_is_reached_by_a_mapping(tmp_path: Path, service: Consumer) -> None:
    own = {
        "headers": {"X-Key": "k {secret}"},
        "body": {
            "mail": {"rcpt": "{to}", "title": "Re {subject}", "mime": "{raw}", "copy": "{reply_to}"},
            "track": False,
        },
    }
    over = posted(tmp_path, service, "other", **own).run()
    assert over.status == 0, over.said
    ((headers, body),) = service.calls
    told = json.loads(body)
    assert headers["x-key"] == "k token-1"
    assert set(told["mail"]) == {"rcpt", "title", "mime"}, "what is empty is left out"
    assert told["mail"]["title"].startswith("Re ")
    assert told["track"] is False


@pytest.mark.parametrize(
    ("name", "status", "answer", "state", "ended"),
    [
        ("postmark", 422, {"ErrorCode": 406, "Message": "Inactive recipient"}, "refused", 10),
        ("sendgrid", 400, {"errors": [{"field": "personalizations.0.to.0.email", "message": "no"}]}, "refused", 10),
        ("postmark", 422, {"ErrorCode": 400, "Message": "Sender signature not found"}, "pending", 8),
        ("sendgrid", 400, {"errors": [{"field": "from.email", "message": "not verified"}]}, "pending", 8),
        ("ses", 400, {"message": "Email address is not verified."}, "pending", 8),
        ("postmark", 401, {"ErrorCode": 10}, "pending", 8),
        ("sendgrid", 429, {}, "pending", 8),
        ("sendgrid", 503, {}, "pending", 8),
    ],
)
def test_only_what_is_about_the_address_strikes_it_off(
    tmp_path: Path, service: Consumer, name: str, status: int, answer: dict[str, Any], state: str, ended: int
) -> None:
    def say(request: BaseHTTPRequestHandler) -> bool:
        body = json.dumps(answer).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
        return False

    service.before_answer = say
    mailing = posted(tmp_path, service, name)
    over = mailing.run()
    assert (mailing.rows()["a@example.org"]["state"], over.status) == (state, ended), over.said


def test_a_service_that_is_away_costs_nobody_an_attempt(tmp_path: Path, service: Consumer) -> None:
    mailing = posted(tmp_path, service, "postmark", url="http://127.0.0.1:9/")
    assert mailing.run().status == 8
    assert mailing.rows()["a@example.org"]["attempts"] == 0


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"service": "ses", "region": "eu"}, "is not the id of an access key"),
        ({"service": "other"}, "lacks `body`"),
        ({"body": {"x": "{adress}"}}, "asks for {adress}, which is no part of a message"),
        ({"url": "http://mail.example.org/"}, "cross the network in the clear"),
        ({"secret_file": "nowhere"}, "cannot be read"),
    ],
)
def test_settings_that_cannot_work_are_told(tmp_path: Path, service: Consumer, own: dict[str, Any], said: str) -> None:
    mailing = posted(tmp_path, service, "postmark")
    mailing.own = own
    over = mailing.run("deliver")
    assert over.status == 2
    assert said in over.err


def test_what_is_empty_is_left_out_and_other_braces_stay() -> None:
    parts = {"to": "a@example.org", "reply_to": "", "headers": []}
    assert filled({"a": ["{to}", "{reply_to}"], "b": {"c": "{headers}"}, "d": "{x} {to}", "e": 0}, parts) == {
        "a": ["a@example.org"],
        "d": "{x} a@example.org",
        "e": 0,
    }
