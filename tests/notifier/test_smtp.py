"""Mail goes over the wire as RFC 5321 has it, and every answer of a server is understood for what it says."""

from __future__ import annotations

import select
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from policy_site.notifier.channels import COMMITTED, Coroutine, ServerUnavailableError, SessionLostError, SocketReady
from policy_site.notifier.channels.smtp import MailChannel, SmtpChannel
from policy_site.notifier.channels.smtp_session import SmtpSession
from policy_site.notifier.event_loop import EventLoop, Task, TaskCoroutine
from policy_site.notifier.model import Delivery, Message, Outcome, OutcomeKind, Recipient
from tests.support.scripted_smtp import HANG_UP, ScriptedServer, always, make_certificate, refuse, scripted

Answer = TypeVar("Answer")
CONTENT = b"To: a@example.org\r\nSubject: x\r\n\r\nHello\r\n"


def message_to(address: str = "a@example.org", content: bytes = CONTENT) -> Message:
    return Message(Delivery(1, 1, "mail", Recipient(address, "en"), 0), 1, content, "1@example.org")


def channel_of(server: ScriptedServer, **facts: Any) -> SmtpChannel:
    values = {"kind": "smtp", "host": "127.0.0.1", "port": server.port, "security": "none", **facts}
    return SmtpChannel(MailChannel.model_validate({"sender": "policies@example.org", **values}))


_CONNECTED: list[SmtpSession] = []


@pytest.fixture(autouse=True)
def hang_up_afterwards() -> Iterator[None]:
    yield
    while _CONNECTED:
        _CONNECTED.pop().close()


def connect(server: ScriptedServer, **facts: Any) -> SmtpSession:
    session = channel_of(server, **facts).connect()
    _CONNECTED.append(session)
    return session


def is_spent(session: SmtpSession) -> bool:
    return session.is_spent


def listen(talk: Coroutine[Answer]) -> Answer:
    """Go through with a talk."""
    error: TimeoutError | None = None
    while True:
        try:
            wait = talk.throw(error) if error else next(talk)
        except StopIteration as end:
            answer: Answer = end.value
            return answer
        if isinstance(wait, SocketReady):
            reading, writing = ([], [wait.source]) if wait.is_writing else ([wait.source], [])
            is_ready = any(select.select(reading, writing, [], wait.seconds))
            error = None if is_ready else TimeoutError("timed out")


def send(session: SmtpSession, message: Message | None = None) -> Outcome:
    return listen(session.attempt(message or message_to()))


@pytest.fixture(params=[True, False], ids=["pipelining", "one by one"])
def server(request: pytest.FixtureRequest) -> Iterator[ScriptedServer]:
    extensions = ("PIPELINING", "8BITMIME") if request.param else ()
    with ScriptedServer(extensions=extensions) as made:
        yield made


def test_a_message_arrives_as_it_was_written(server: ScriptedServer) -> None:
    session = connect(server)
    assert send(session) == Outcome(OutcomeKind.ACCEPTED, "250 2.0.0 Ok: queued")
    session.close()
    assert [(taken.recipient, taken.content) for taken in server.taken] == [("a@example.org", CONTENT)]


def test_the_return_path_is_the_envelopes_sender(server: ScriptedServer) -> None:
    session = connect(server, return_path="bounces@example.org")
    send(session)
    session.close()
    assert any(line.startswith("MAIL FROM:<bounces@example.org>") for line in server.talks[0])


def test_dots_at_the_beginning_of_a_line_survive(server: ScriptedServer) -> None:
    content = b"A: b\r\n\r\n.\r\n..\r\n...x\r\ny.\r\n."
    session = connect(server)
    assert send(session, message_to(content=content)).kind is OutcomeKind.ACCEPTED
    session.close()
    assert server.taken[0].raw == b"A: b\r\n\r\n..\r\n...\r\n....x\r\ny.\r\n..\r\n.\r\n"
    assert server.taken[0].content == content + b"\r\n"


def test_several_messages_share_a_connection_up_to_the_number_in_the_settings(server: ScriptedServer) -> None:
    session = connect(server, messages_per_connection=2)
    send(session)
    assert not is_spent(session)
    send(session)
    assert is_spent(session)
    assert len(server.talks) == 1


@pytest.mark.parametrize(
    ("command", "reply", "kind", "is_personal"),
    [
        ("MAIL", "451 4.3.0 Later", OutcomeKind.UNAVAILABLE, True),
        ("MAIL", "550 5.7.1 Not you", OutcomeKind.UNAVAILABLE, True),
        ("RCPT", "450 4.2.1 Later", OutcomeKind.DEFERRED, True),
        ("RCPT", "450 later", OutcomeKind.DEFERRED, True),
        ("RCPT", "451 4.4.1 No route", OutcomeKind.DEFERRED, True),
        ("RCPT", "451 4.3.0 Lookup failed", OutcomeKind.DEFERRED, False),
        ("RCPT", "550 5.1.1 No such user", OutcomeKind.REFUSED, True),
        ("RCPT", "550 no such user", OutcomeKind.REFUSED, True),
        ("RCPT", "554 5.7.1 Relay access denied", OutcomeKind.REFUSED, False),
        ("DATA", "451 4.3.0 Later", OutcomeKind.DEFERRED, False),
        ("DATA", "554 5.5.1 No valid recipients", OutcomeKind.REFUSED, False),
        (".", "452 4.3.1 The disk is full", OutcomeKind.DEFERRED, False),
        (".", "452 4.2.2 The mailbox is full", OutcomeKind.DEFERRED, True),
        (".", "554 5.6.0 Not this content", OutcomeKind.REFUSED, False),
        (".", "550 nothing", OutcomeKind.REFUSED, False),
        (".", "550-5.1.1 No such user\n550 5.1.1 in two lines", OutcomeKind.REFUSED, True),
    ],
)
def test_a_refusal_says_whom_it_is_about_and_the_connection_goes_on(
    server: ScriptedServer, command: str, reply: str, kind: OutcomeKind, is_personal: bool
) -> None:
    server.answers[command] = always(reply)
    session = connect(server)
    outcome = send(session)
    assert (outcome.kind, outcome.is_personal) == (kind, is_personal)
    assert reply.partition("\n")[0].replace("-", " ", 1) in outcome.reply
    del server.answers[command]
    assert send(session).kind is OutcomeKind.ACCEPTED
    session.close()
    assert len(server.talks) == 1
    assert server.recipients == ["a@example.org"], "a refused message reached nobody"


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_421_before_the_dot_ends_the_connection_and_nobody_was_reached(server: ScriptedServer, command: str) -> None:
    server.answers[command] = always("421 4.3.2 Closing")
    session = connect(server)
    with pytest.raises(SessionLostError, match=r"421|closed"):
        send(session)
    assert session.is_spent


def test_421_after_the_dot_says_that_the_message_was_not_taken(server: ScriptedServer) -> None:
    server.answers["."] = always("421 4.3.2 Closing")
    session = connect(server)
    assert send(session) == Outcome(OutcomeKind.UNAVAILABLE, "421 4.3.2 Closing")
    assert session.is_spent


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "CONTENT"])
def test_a_connection_lost_before_the_dot_has_reached_nobody(server: ScriptedServer, command: str) -> None:
    server.answers[command] = always(HANG_UP)
    session = connect(server, command_seconds=5, final_dot_seconds=5)
    if command == "CONTENT":
        # a whole megabyte cannot be handed to a peer that is gone
        large = message_to(content=CONTENT + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 200_000)
        with pytest.raises(SessionLostError):
            send(session, large)
    else:
        with pytest.raises(SessionLostError):
            send(session)
    assert server.taken == []


@pytest.mark.parametrize("reply", [HANG_UP, "354 Go on", "what", "999 what", "120 wait"])
def test_no_answer_after_the_dot_or_none_of_a_mail_server_is_doubtful(server: ScriptedServer, reply: str) -> None:
    server.answers["."] = always(reply)
    session = connect(server, final_dot_seconds=5)
    outcome = send(session)
    assert outcome.kind is OutcomeKind.DOUBTFUL
    assert outcome.reply.startswith("No reply after the final dot: ")
    assert session.is_spent


def test_silence_after_the_dot_is_doubtful_once_the_time_is_over(server: ScriptedServer) -> None:
    is_over = threading.Event()

    def wait(_talk: object) -> None:
        is_over.wait(20)

    server.answers["."] = wait
    session = connect(server, final_dot_seconds=0.3)
    assert send(session).kind is OutcomeKind.DOUBTFUL
    is_over.set()


def test_silence_before_the_dot_is_a_lost_connection(server: ScriptedServer) -> None:
    is_over = threading.Event()

    def wait(_talk: object) -> None:
        is_over.wait(20)

    server.answers["RCPT"] = wait
    session = connect(server, command_seconds=0.3)
    with pytest.raises(SessionLostError, match="timed out"):
        send(session)
    is_over.set()


def test_ten_minutes_is_how_long_an_answer_to_the_dot_is_waited_for() -> None:
    settings = MailChannel(kind="smtp", host="localhost", sender="policies@example.org")
    assert settings.final_dot_seconds == 600


def test_a_refused_recipient_gets_no_message_even_where_the_server_asks_for_one(server: ScriptedServer) -> None:
    server.answers["RCPT"] = refuse("a@example.org")
    session = connect(server)
    assert send(session).kind is OutcomeKind.REFUSED
    assert send(session, message_to("b@example.org")).kind is OutcomeKind.ACCEPTED
    session.close()
    assert [(taken.recipient, taken.content) for taken in server.taken] == [("b@example.org", CONTENT)]


def test_a_connection_on_which_many_were_refused_is_renewed_before_the_server_slows_down(
    server: ScriptedServer,
) -> None:
    server.answers["RCPT"] = always("550 5.1.1 No such user")
    session = connect(server)
    for _ in range(10):
        assert not session.is_spent
        send(session)
    assert session.is_spent


def test_what_is_no_address_never_reaches_the_wire(server: ScriptedServer) -> None:
    session = connect(server)
    for address in ("a@example.org>\r\nRCPT TO:<b@example.org", "a b@example.org", "a@b@c", "", "ä@example.org"):
        assert send(session, message_to(address)).kind is OutcomeKind.REFUSED
    session.close()
    assert not any(line.startswith(("MAIL", "RCPT")) for line in server.talks[0])


class TestProof:
    def test_a_server_that_takes_our_own_address_works(self, server: ScriptedServer) -> None:
        server.answers["RCPT"] = refuse("a@example.org")
        session = connect(server)
        assert listen(session.prove())
        session.close()
        assert server.taken == []
        assert not any(line == "DATA" for line in server.talks[0])

    @pytest.mark.parametrize("command", ["MAIL", "RCPT"])
    @pytest.mark.parametrize("reply", ["450 4.3.0 Later", "550 5.7.1 Never", "421 4.3.2 Closing", HANG_UP])
    def test_one_that_refuses_it_does_not(self, server: ScriptedServer, command: str, reply: str) -> None:
        server.answers[command] = always(reply)
        session = connect(server)
        assert not listen(session.prove())


class TestConnecting:
    @pytest.mark.parametrize("greeting", ["554 5.3.2 No", "421 4.3.2 Busy", HANG_UP, "SSH-2.0-x"])
    def test_a_server_that_does_not_greet_is_unavailable(self, greeting: str) -> None:
        with scripted(greeting=always(greeting)) as server, pytest.raises(ServerUnavailableError):
            channel_of(server).connect()

    def test_nobody_listening_is_unavailable(self) -> None:
        with ScriptedServer() as server:
            channel = channel_of(server)
        with pytest.raises(ServerUnavailableError, match="refused"):
            channel.connect()

    @pytest.mark.parametrize("host", ["a..b", "x" * 70 + ".example.org", "no-such-host.invalid"])
    def test_a_host_that_cannot_be_found_is_unavailable(self, host: str) -> None:
        settings = MailChannel(kind="smtp", host=host, security="none", sender="policies@example.org")
        with pytest.raises(ServerUnavailableError):
            SmtpChannel(settings).connect()

    def test_authentication_is_used_and_a_wrong_password_is_the_servers_failure(self, tmp_path: Path) -> None:
        (tmp_path / "password").write_text("secret\n")
        login = {"user": "me", "password_file": tmp_path / "password"}
        with ScriptedServer(extensions=("AUTH PLAIN",)) as server:
            session = connect(server, **login)
            assert send(session).kind is OutcomeKind.ACCEPTED
            session.close()
            assert any(line.startswith("AUTH PLAIN ") for line in server.talks[0])
            server.answers["AUTH"] = always("535 5.7.8 Wrong")
            with pytest.raises(ServerUnavailableError, match=r"535 5\.7\.8 Wrong"):
                channel_of(server, **login).connect()

    @pytest.mark.parametrize("security", ["starttls", "tls"])
    def test_a_certificate_is_checked_and_a_private_authority_is_named_by_ssl_cert_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
    ) -> None:
        certificate = make_certificate(tmp_path)
        with ScriptedServer(
            extensions=("STARTTLS", "PIPELINING"), certificate=certificate, is_tls_at_once=security == "tls"
        ) as server:
            channel = channel_of(server, security=security)
            with pytest.raises(ServerUnavailableError, match="CERTIFICATE_VERIFY_FAILED"):
                channel.connect()
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
            session = channel.connect()
            assert send(session).kind is OutcomeKind.ACCEPTED
            session.close()
            assert server.recipients == ["a@example.org"]

    def test_a_certificate_for_another_host_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        certificate = make_certificate(tmp_path, "other.test")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        with (
            ScriptedServer(certificate=certificate, is_tls_at_once=True) as server,
            pytest.raises(ServerUnavailableError, match="CERTIFICATE_VERIFY_FAILED"),
        ):
            channel_of(server, security="tls", host="localhost").connect()

    def test_a_server_without_starttls_gets_neither_password_nor_mail(self) -> None:
        with ScriptedServer(extensions=()) as server:
            with pytest.raises(ServerUnavailableError, match="STARTTLS"):
                channel_of(server, security="starttls").connect()
            assert [line.partition(" ")[0] for line in server.talks[0]] == ["ehlo"]

    def test_closing_a_connection_that_is_gone_says_nothing(self) -> None:
        with ScriptedServer() as server:
            session = connect(server)
        session.close()
        session.close()

    def test_the_dot_does_not_wait_for_the_acknowledgement_of_what_was_before_it(self, server: ScriptedServer) -> None:
        session = connect(server)
        assert session._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        session.close()


@pytest.mark.parametrize("size", [1, 7, 100])
def test_an_answer_may_come_in_pieces(size: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ours = socket.create_connection(listening.getsockname())
        theirs, _ = listening.accept()
    with ours, theirs:
        client = smtplib.SMTP()
        client.sock = ours
        session = SmtpSession(client, MailChannel(kind="smtp", host="localhost", sender="policies@example.org"))
        talk = session.attempt(message_to())
        wait = next(talk)
        for reply in (b"250 Ok\r\n", b"250-2.1.5 Ok\r\n250 2.1.5 in two lines\r\n", b"354 Go ahead\n"):
            for start in range(0, len(reply), size):
                assert isinstance(wait, SocketReady)
                theirs.send(reply[start : start + size])
                select.select([ours], [], [], 10)
                wait = next(talk)
        assert wait is COMMITTED
        next(talk)
        theirs.send(b"250-2.0.0 Ok\r\n250 2.0.0 queued as 1\r\n")
        select.select([ours], [], [], 10)
        with pytest.raises(StopIteration) as end:
            next(talk)
        assert end.value.value == Outcome(OutcomeKind.ACCEPTED, "250 2.0.0 Ok 2.0.0 queued as 1")


@pytest.mark.parametrize("answer", [b"250" + b"x" * 100_000, b"250-more\r\n" * 2000])
def test_an_answer_without_end_is_not_read_to_its_end(answer: bytes) -> None:
    with scripted(mail=lambda _talk: answer.decode()) as server:
        session = connect(server, command_seconds=10)
        with pytest.raises(SessionLostError, match="no answer of a mail server"):
            send(session)


def test_a_talk_left_in_the_middle_ends_without_a_word(server: ScriptedServer) -> None:
    session = connect(server)
    talk = session.attempt(message_to())
    while isinstance(wait := next(talk), SocketReady):
        select.select([wait.source], [], [], 10)
    talk.close()
    assert session.is_spent
    session.close()
    server.__exit__()
    assert server.taken == []
    assert not any(line.startswith("QUIT") for line in server.talks[0])


@pytest.mark.parametrize("is_secured", [False, True], ids=["plain", "TLS"])
def test_a_server_that_takes_no_more_of_a_large_message_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_secured: bool
) -> None:
    facts: dict[str, Any] = {"security": "tls"} if is_secured else {}
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    is_over = threading.Event()
    large = message_to("large@example.org", CONTENT + (b"y" * 70 + b"\r\n") * 200_000)
    outcomes: list[tuple[str, OutcomeKind]] = []

    def sending(session: SmtpSession, *messages: Message) -> Callable[[Task], TaskCoroutine]:
        def course(_line: Task) -> TaskCoroutine:
            for message in messages:
                outcome = yield from session.attempt(message)
                outcomes.append((message.delivery.recipient.address, outcome.kind))
            is_over.set()

        return course

    with ScriptedServer(certificate=certificate, is_tls_at_once=is_secured) as server:
        server.answers["CONTENT"] = lambda talk: (
            None if talk.recipient != "large@example.org" else str(is_over.wait(20))
        )
        stalled, other = connect(server, **facts), connect(server, **facts)
        EventLoop(commit=lambda _: None, housekeeping=lambda: None).run(
            [Task(sending(stalled, large)), Task(sending(other, *(message_to() for _ in range(20))))]
        )
        assert outcomes == [
            *[("a@example.org", OutcomeKind.ACCEPTED)] * 20,
            ("large@example.org", OutcomeKind.ACCEPTED),
        ]
        assert {len(taken.content) for taken in server.taken} == {len(CONTENT), len(large.content)}
        for session in (stalled, other):
            session.close()
