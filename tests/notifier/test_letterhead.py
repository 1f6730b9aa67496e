"""A company's own templates, logo, imprint and contact, and what its list says of each recipient."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest

from policy_site.errors import SettingsError, UsageError
from policy_site.notifier.ledger.reports import wordings_of
from policy_site.notifier.model import Delivery, Recipient
from policy_site.notifier.settings import read_notifier_settings
from policy_site.notifier.wording import digest_of
from tests.notifier.test_rendering import Desk, body, parse, significant
from tests.support.mailing import NOTICE, Mailing
from tests.support.scripted_smtp import ScriptedServer, always

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg=="
)


def template(folder: Path, name: str, text: str) -> dict[str, Any]:
    (folder / name).write_text(text, encoding="utf-8")
    return {"letterhead": {"templates": folder}}


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_imprint_contact_and_logo_are_in_each_message(tmp_path: Path, kind: str) -> None:
    (tmp_path / "logo.png").write_bytes(PNG)
    head = {"logo": tmp_path / "logo.png", "imprint": "Example Ltd\n1 Low & High St", "contact": "ask@example.org"}
    desk = Desk(significant(), letterhead=head)
    message = desk.read()
    words = body(message, kind)
    assert "ask@example.org" in words
    assert ("1 Low &amp; High St" if kind == "html" else "Example Ltd\n1 Low & High St") in words
    pictures = [part for part in message.walk() if part.get_content_maintype() == "image"]
    assert [part.get_content() for part in pictures] == [PNG]
    if kind == "html":
        assert f'src="cid:{pictures[0]["Content-ID"].strip("<>")}"' in words, "nothing is fetched"
        assert "mailto:ask@example.org" in words
    before = desk.write().content
    desk.begin_anew()
    assert desk.write().content == before


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("logo.svg", b"<svg/>", "neither PNG, JPEG nor GIF"),
        ("logo.png", PNG + b"\0" * 200_000, "each message carries it"),
        ("missing.png", None, "cannot be read"),
    ],
)
def test_a_logo_that_no_mail_program_shows_is_refused(
    tmp_path: Path, file: str, content: bytes | None, told: str
) -> None:
    if content is not None:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(UsageError, match=told):
        Desk(significant(), letterhead={"logo": tmp_path / file})


def test_a_template_replaces_one_of_the_two_and_the_other_stays(tmp_path: Path) -> None:
    own = "{{ company }} ¦ {{ title }} ¦ {{ language.tag }} ¦{% for part in parts %} ¦ {{ part.text }}{% endfor %}"
    desk = Desk(significant(), sender_name="Müller & Co", **template(tmp_path, "notice.txt", own))
    words = body(desk.read(language="de"), "plain")
    assert words.startswith("Müller & Co ¦ Datenschutz: wesentliche Änderung")
    assert "¦ de ¦" in words
    assert "Wir speichern Zugriffsdaten kürzer." in words
    assert "<h1" in body(desk.read(language="de"), "html")


def test_a_template_may_extend_the_programs_own(tmp_path: Path) -> None:
    own = '{% extends "policy-site/notice.html" %}{% block letterhead %}<p>ACME</p>{% endblock %}'
    html = body(Desk(significant(), **template(tmp_path, "notice.html", own)).read(), "html")
    assert "<p>ACME</p>" in html
    assert "We keep access data for a shorter time." in html


def test_what_a_template_writes_into_html_is_escaped(tmp_path: Path) -> None:
    desk = Desk(significant(), sender_name="<b>&", **template(tmp_path, "notice.html", "<p>{{ company }}</p>"))
    assert body(desk.read(), "html").strip() == "<p>&lt;b&gt;&amp;</p>"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("one\n{% if %}", r"notice\.txt:2: "),
        ("one\n{{ titel }}", r"notice\.txt:2: 'titel' is undefined"),
        ("{{ recipient.iban }}", r"notice\.txt:1: .*iban"),
        ("\n\n{{ ''.__class__.__mro__ }}", r"notice\.txt:3: .*unsafe"),
        ("{{ 1 / 0 }}", r"notice\.txt:1: ZeroDivisionError"),
        ("{% include 'other.txt' %}", r"other\.txt"),
        ("{{ title }}", "leaves out how subscribers unsubscribe"),
    ],
)
def test_a_template_that_does_not_work_is_told_before_anything_is_sent(
    tmp_path: Path, server: ScriptedServer, text: str, told: str
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/notice.txt").write_text(text, encoding="utf-8")
    (tmp_path / "leave.key").write_bytes(b"0123456789abcdef")
    mailing = Mailing(tmp_path, server.port)
    mailing.channel = {
        "letterhead": {"templates": "own"},
        "unsubscribe": {"url": "https://example.org/{token}", "secret_file": "leave.key"},
    }
    mailing.audience = {"kind": "subscription"}
    mailing.announce()
    over = mailing.run()
    assert over.status == 2
    assert re.search(told, over.said)
    assert server.taken == []


def test_an_empty_folder_of_templates_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has neither"):
        Desk(significant(), letterhead={"templates": tmp_path})


@pytest.mark.parametrize("contact", ["nobody", "javascript:alert(1)", "http://example.org", "https://a b"])
def test_a_contact_that_leads_nowhere_is_a_fault_of_the_settings(tmp_path: Path, contact: str) -> None:
    mailing = Mailing(tmp_path, 1, channel={"letterhead": {"contact": contact}})
    with pytest.raises(SettingsError) as refused:
        read_notifier_settings(mailing.config)
    (finding,) = refused.value.findings
    assert "`channels.mail.letterhead.contact`" in finding.message
    assert "neither a mail address nor one of the web" in finding.message


# --- what the list says of each --------------------------------------------------------------------------------------

NAMES = [
    ("Maria Muster", "4711"),
    ("Jürgen <b>Groß</b> & Söhne", ""),
    ("", "A-1/2"),
    ("=?utf-8?q?x?= 名前" * 9, "'=1+1"),
    ("{{ title }}{token}", "$&\\1"),
]


@pytest.mark.parametrize(("name", "account"), NAMES)
def test_name_and_account_stand_in_ones_own_message_as_they_are(name: str, account: str) -> None:
    desk = Desk(significant())
    recipient = Recipient("a@example.org", "en", None, name, account)
    message = parse(desk.mail.write(Delivery(1, 21, "mail", recipient, 0)).content)
    text, html = body(message, "plain"), body(message, "html")
    assert name in text
    assert (f"Account: {account}" in text) is bool(account)
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#x27;")
    assert escaped in html
    other = body(parse(desk.write("b@example.org").content), "plain")
    assert "Account:" not in other
    assert not name or name not in other


def test_evidence_names_the_place_of_a_name_and_not_the_name() -> None:
    desk = Desk(significant())
    for name in ("Maria Muster", "Max Muster"):
        desk.mail.write(Delivery(1, 21, "mail", Recipient("a@example.org", "en", None, name), 0))
    with desk.ledger.snapshot() as connection:
        (kept,) = wordings_of(connection, 21)
    assert "[name]" in kept.text
    assert "[name]" in kept.html
    assert "Muster" not in kept.text
    assert kept.digest == digest_of(kept.subject, kept.text, kept.html)


def test_lists_bring_names_and_accounts_and_nobody_is_lost_over_one(tmp_path: Path, server: ScriptedServer) -> None:
    mailing = Mailing(tmp_path, server.port)
    (tmp_path / "people.csv").write_bytes(
        b"name,address,language,account,time_zone\n"
        b"Maria,a@example.org,en,47,Europe/Berlin\n"
        b"Ma\xfcx,b@example.org,en,\x1b[1m,Mars/Base\n"
        b'"' + b"x" * 900 + b'",c@example.org,en,,\n'
    )
    mailing.announce()
    assert mailing.run().status == 0
    assert sorted(server.recipients) == ["a@example.org", "b@example.org", "c@example.org"]
    rows = mailing.rows()
    assert (rows["a@example.org"]["name"], rows["a@example.org"]["account"]) == ("Maria", "47")
    assert rows["a@example.org"]["time_zone"] == "Europe/Berlin"
    assert rows["b@example.org"]["time_zone"] is None
    assert len(rows["c@example.org"]["name"]) == 200
    words = {one.recipient: body(parse(one.content), "plain") for one in server.taken}
    assert "\nMaria\nAccount: 47\n" in words["a@example.org"]
    assert "\x1b" not in words["b@example.org"]


# --- looked at, and tried, before it is sent -------------------------------------------------------------------------


@pytest.fixture
def mailing(tmp_path: Path, server: ScriptedServer) -> Mailing:
    made = Mailing(tmp_path, server.port)
    made.publish(NOTICE)
    assert made.run("ingest").status == 0
    return made


def test_every_message_is_a_page_for_a_browser(mailing: Mailing) -> None:
    (mailing.folder / "logo.png").write_bytes(PNG)
    mailing.channel = {"letterhead": {"logo": "logo.png"}}
    over = mailing.run("preview", "--folder", str(mailing.folder / "look"), "--name", "Maria")
    assert over.status == 0, over.said
    pages = sorted(path.stem for path in (mailing.folder / "look").glob("0*.html"))
    assert f"{len(pages)} messages" in over.out
    index = (mailing.folder / "look/index.html").read_text()
    assert all(f'href="{name}.html"' in index and f'href="{name}.txt"' in index for name in pages)
    assert ">de<" in index
    assert "agreed to " in index
    html = (mailing.folder / f"look/{pages[-1]}.html").read_text()
    assert 'src="logo.png"' in html
    assert "Maria" in html
    assert (mailing.folder / "look/logo.png").read_bytes() == PNG
    assert mailing.rows() == {}, "nothing is kept"
    fewer = mailing.run("preview", str(NOTICE), "--language", "de", "--folder", str(mailing.folder / "look"))
    assert fewer.status == 0
    assert 0 < len(list((mailing.folder / "look").glob("0*.html"))) < len(pages), "those of before are gone"


def test_a_preview_is_not_written_over_other_files(mailing: Mailing) -> None:
    assert mailing.run("preview", "--folder", str(mailing.folder)).status == 2
    assert (mailing.folder / "people.csv").exists()
    assert mailing.run("preview").status == 2


def test_a_trial_goes_to_one_address_and_leaves_no_trace(mailing: Mailing, server: ScriptedServer) -> None:
    for _ in range(2):
        over = mailing.run("send-test", "me@Example.org", "--language", "de")
        assert over.status == 0, over.said
    first, second = (parse(one.content) for one in server.taken)
    assert server.recipients == ["me@example.org"] * 2
    assert str(first["Subject"]).startswith("[Test] ")
    assert first["Message-ID"] != second["Message-ID"], "neither is a copy of the other"
    assert first["Content-Language"] == "de"
    assert mailing.rows() == {}


@pytest.mark.parametrize(
    ("command", "status"),
    [("RCPT", 10), ("MAIL", 8), (".", 10), ("GREETING", 8)],
)
def test_a_trial_that_fails_says_so(mailing: Mailing, server: ScriptedServer, command: str, status: int) -> None:
    server.answers[command] = always("550 5.1.1 No")
    over = mailing.run("send-test", "me@example.org")
    assert over.status == status
    assert "550" in over.err


@pytest.mark.parametrize("arguments", [("nobody",), ("a@example.org", "--event", "999"), ("a@b.org", "--channel", "x")])
def test_a_trial_that_cannot_be_made_is_2(mailing: Mailing, arguments: tuple[str, ...]) -> None:
    assert mailing.run("send-test", *arguments).status == 2
