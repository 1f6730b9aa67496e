"""Endpoints get signed CloudEvents that the reference library verifies."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from policy_site.commands import main
from policy_site.errors import UsageError
from policy_site.notifier.channels.webhook import Endpoint, WebhookChannel, WebhookSender
from tests.support.mailing import NOTICE, Mailing
from tests.support.published_feeds import history
from tests.support.scripted_smtp import ScriptedServer, make_certificate

SECRET = f"whsec_{base64.b64encode(b'0123456789abcdef0123456789abcdef').decode()}"


@dataclass
class Consumer:
    """An endpoint that writes down what it was called with."""

    port: int = 0
    status: int = 204
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    before_answer: Callable[[BaseHTTPRequestHandler], bool] = lambda _request: True
    certificate: Path | None = None


@contextmanager
def consuming(consumer: Consumer) -> Iterator[Consumer]:
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            consumer.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if consumer.before_answer(self):
                self.send_response(consumer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", consumer.port), Answers) as httpd:
        if consumer.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(consumer.certificate)
            httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        consumer.port = httpd.server_port
        yield consumer
        httpd.shutdown()
        thread.join()


@dataclass
class Hooked(Mailing):
    """A notifier whose one channel is a webhook."""

    url: str = ""
    secret: str = SECRET

    @property
    def config(self) -> Path:
        (self.folder / "crm.key").write_text(self.secret)
        facts = "".join(f"{name} = {json.dumps(value)}\n" for name, value in self.channel.items())
        path = self.folder / "notify.toml"
        path.write_text(
            f'feed = "site/changes/v1/feed.json"\nledger = "{self.ledger_url}"\n'
            f'[channels.hooks]\nkind = "webhook"\n{facts}'
            f'[channels.hooks.endpoints.crm]\nurl = "{self.url}"\nsecret_file = "crm.key"\n'
            '[[audiences]]\nname = "systems"\nchannel = "hooks"\n'
        )
        return path


@pytest.fixture
def consumer() -> Iterator[Consumer]:
    with consuming(Consumer()) as made:
        yield made


@pytest.fixture
def hooked(tmp_path: Path, consumer: Consumer) -> Hooked:
    made = Hooked(tmp_path, 0, url=f"http://127.0.0.1:{consumer.port}/changes")
    made.announce()
    return made


def test_a_call_is_verified_by_the_reference_library_and_holds_the_event(hooked: Hooked, consumer: Consumer) -> None:
    over = hooked.run()
    assert over.status == 0, over.said
    ((headers, body),) = consumer.calls
    envelope = Webhook(SECRET).verify(body, headers)
    assert headers["content-type"] == "application/cloudevents+json"
    assert (envelope["specversion"], envelope["data"]) == ("1.0", history(NOTICE)[-1])
    assert set(envelope) == {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"privacy", b"Privacy"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, {**headers, "webhook-id": "msg_other"})
    assert hooked.run().status == 0
    assert len(consumer.calls) == 1


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503, 302])
def test_a_call_that_is_not_taken_is_repeated_later_under_the_same_id(
    hooked: Hooked, consumer: Consumer, status: int
) -> None:
    consumer.status = status
    assert hooked.run().status == 7
    assert hooked.rows()["crm"]["attempts"] == 1
    consumer.status = 200
    hooked.change(due_at=1)
    assert hooked.run().status == 0
    (first, body), (second, again) = consumer.calls
    assert (first["webhook-id"], body) == (second["webhook-id"], again)
    Webhook(SECRET).verify(again, second)


def test_an_endpoint_that_is_gone_for_good_is_not_called_again(hooked: Hooked, consumer: Consumer) -> None:
    consumer.status = 410
    over = hooked.run()
    assert over.status == 10, over.said
    assert hooked.states() == {"crm": "refused"}
    hooked.run()
    assert len(consumer.calls) == 1


def test_an_endpoint_that_is_down_is_called_later(hooked: Hooked) -> None:
    with ScriptedServer() as gone:
        pass
    hooked.url = f"http://127.0.0.1:{gone.port}/"
    assert hooked.run().status == 7
    assert [outcome for outcome, _ in hooked.attempts("crm")] == ["deferred"]


def test_an_answer_that_does_not_come_is_doubtful(hooked: Hooked, consumer: Consumer) -> None:
    consumer.before_answer = lambda _request: False
    hooked.channel |= {"timeout_seconds": 20}
    assert hooked.run().status == 7
    assert [outcome for outcome, _ in hooked.attempts("crm")] == ["doubtful", "settled"]
    hooked.channel |= {"ambiguous": "hold"}
    hooked.change(due_at=1)
    assert hooked.run().status == 6


def test_an_answer_without_end_is_not_read(hooked: Hooked, consumer: Consumer) -> None:
    def pour(request: BaseHTTPRequestHandler) -> bool:
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b"x" * 65536)
        except OSError:
            return False

    consumer.before_answer = pour
    assert hooked.run().status == 0
    assert hooked.states() == {"crm": "sent"}


def test_a_certificate_is_checked_and_a_private_authority_is_named_by_ssl_cert_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with consuming(Consumer(certificate=make_certificate(tmp_path))) as consumer:
        hooked = Hooked(tmp_path, 0, url=f"https://localhost:{consumer.port}/changes")
        hooked.announce()
        assert hooked.run().status == 7
        ((_, reply),) = hooked.attempts("crm")
        assert ("CERTIFICATE_VERIFY_FAILED" in reply, consumer.calls) == (True, [])
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        hooked.change(due_at=0)
        assert hooked.run().status == 0
        assert len(consumer.calls) == 1


def test_an_endpoint_that_left_the_settings_is_not_called(hooked: Hooked, consumer: Consumer) -> None:
    hooked.plan()
    text = hooked.config.read_text().replace("endpoints.crm", "endpoints.other")
    path = hooked.folder / "other.toml"
    path.write_text(text)
    assert main(["notify", "deliver", "--config", str(path)]) == 7
    assert (hooked.states(), consumer.calls) == ({"crm": "pending"}, []), "another worker's settings may be newer"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "whsec_ä", "whsec_!!!!", SECRET.removeprefix("whsec_")])
def test_a_secret_of_another_form_is_refused(tmp_path: Path, secret: str) -> None:
    (tmp_path / "key").write_text(secret, encoding="utf-8")
    endpoint = Endpoint(url="http://localhost/", secret_file=tmp_path / "key")
    with pytest.raises(UsageError, match="secret"):
        WebhookSender(WebhookChannel(kind="webhook", endpoints={"crm": endpoint}))


@pytest.mark.parametrize("url", ["http://", "https://host:port/", "http:///path"])
def test_an_address_that_cannot_be_called_is_told_before_anything_is_sent(tmp_path: Path, url: str) -> None:
    (tmp_path / "key").write_text(SECRET)
    endpoint = Endpoint.model_construct(url=url, secret_file=tmp_path / "key")
    with pytest.raises(UsageError, match="cannot be called"):
        WebhookSender(WebhookChannel.model_construct(kind="webhook", endpoints={"crm": endpoint}))
