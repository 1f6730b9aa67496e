"""A feed is input: nothing that acts, hides or turns round passes from it into a message."""

from __future__ import annotations

import email
import email.policy
from html import escape

import pytest

from policy_site.errors import NoticeError
from policy_site.notifier.cleaning import clean_words_html, clean_words_line, clean_words_text, is_web_address
from policy_site.notifier.ledger.reports import wordings_of
from tests.notifier.test_rendering import Desk, body, significant


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<p onclick=x()>a</p><script>b()</script>", "<p>a</p>"),
        ('<a href="javascript:alert(1)">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<a href="java&#10;script:alert(1)">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<a href="data:text/html,x">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<a href="//evil.example/x">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<img src="https://evil.example/who.png">a', "a"),
        ("<style>p{display:none}</style><p>a</p>", "<p>a</p>"),
        ("<form action=/x><input name=p><button>a</button></form>", "a"),
        ("<iframe src=x></iframe><svg><script>x</script></svg><p>a</p>", "<p>a</p>"),
        ("<p>a</p><!-- b --><meta http-equiv=refresh content=0>", "<p>a</p>"),
        ("<p>a\u202eb&#x202e;c&#8238;d\x1b[2Je</p>", "<p>abcd[2Je</p>"),
        ('<p style="color:#fff" class=x id=y>a <b>b</b></p>', "<p>a <b>b</b></p>"),
    ],
)
def test_html_keeps_words_and_structure_alone(html: str, left: str) -> None:
    assert clean_words_html(html) == left
    assert clean_words_html(left) == left


def test_text_and_titles_hold_nothing_that_a_terminal_or_a_reader_obeys() -> None:
    assert clean_words_text("a\x1b[31m\u202eb\u2066c\x9b\r\nd") == "a[31mbc\nd"
    assert clean_words_line("a\u2028b\r\nBcc: x\u202e") == "a b Bcc: x"


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("https://example.org/en/privacy/v/1/", True),
        ("HTTP://EXAMPLE.org:8080/a?b=c#d", True),
        ("https://[::1]/x", True),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        (" https://example.org/", False),
        ("https:\\\\evil.example/", False),
        ("https://bank.example@evil.example/", False),
        ("https://example.org/\u202egpj.exe", True),
        ("https:///example.org", False),
        ("https://", False),
        ("//example.org/", False),
        ("https://example.org/ x", False),
        ("https://example.org/\t", False),
        ('https://example.org/"><script>', False),
        ("https://[", False),
        ("https://example.org:99999/", False),
        ("ftp://example.org/", False),
        (None, False),
        (5, False),
    ],
)
def test_an_address_is_judged_as_a_browser_does(address: object, is_one: bool) -> None:
    assert is_web_address(address) is is_one


@pytest.mark.parametrize("name", ["version_url", "changes_url", "compare_url"])
def test_an_event_whose_addresses_lead_elsewhere_is_not_sent(name: str) -> None:
    record = significant()
    record["editions"]["de"][name] = "javascript:alert(1)"
    with pytest.raises(NoticeError, match=f"de.{name} is no address"):
        Desk(record).write()


def test_hostile_words_come_through_as_words() -> None:
    record = significant()
    hostile = '<p>Good.</p><script>x()</script><a href="javascript:x()">here</a>\u202e'
    record["editions"]["en"]["summary"] = {"text": "Good.\x1b[2J\u202e", "html": hostile}
    message = Desk(record).read()
    html = body(message, "html")
    assert "<script" not in html
    assert "javascript:" not in html
    for kind in ("plain", "html"):
        assert "Good." in body(message, kind)
        assert not set(body(message, kind)) & set("\x1b\u202e")


@pytest.mark.parametrize(
    "title",
    [
        "=?utf-8?q?Free=20money?=",
        "=?utf-8?b?SGk=?= Privacy",
        "Privacy =?x",
        "Größe =?iso-8859-1?q?=E4?=",
        "a" * 200 + " =?",
    ],
)
def test_a_title_that_looks_encoded_reads_as_it_was_written(title: str) -> None:
    record = significant()
    record["editions"]["en"]["title"] = title
    content = Desk(record).write().content
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert str(message["Subject"]).startswith(f"{title}: ")
    assert len(message.get_all("Subject", [])) == 1
    assert max(len(line) for line in content.split(b"\r\n")) <= 100


@pytest.mark.parametrize(
    "broken",
    [
        {"notice_at": "9999-12-31T23:59:59-12:00"},
        {"published_at": "0001-01-01T00:00:00+14:00"},
        {"time_zone": "../../etc/passwd"},
        {"time_zone": "Europe"},
        {"effective_date": "9999-99-99"},
    ],
)
def test_hostile_values_are_one_notices_failure_in_a_sentence(broken: dict[str, str]) -> None:
    with pytest.raises(NoticeError, match="Event 21 lacks what a message needs"):
        Desk(significant(**broken)).write()


@pytest.mark.parametrize(
    "address",
    [
        "https://bob@host.test/",
        "https:host.test",
        "\\\\host.test/x",
        "/\t/host.test",
        "tel:1",
        "https://",
        "mailto:nobody",
    ],
)
def test_a_link_that_a_browser_would_take_elsewhere_keeps_its_words_alone(address: str) -> None:
    assert "href" not in clean_words_html(f'<a href="{escape(address)}">pay</a>')
    assert "pay" in clean_words_html(f'<a href="{escape(address)}">pay</a>')


def test_honest_links_stay() -> None:
    for address in ("https://example.org/a?b=1&amp;c=2#d", "mailto:a@example.org"):
        assert f'href="{address}"' in clean_words_html(f'<a href="{address}">pay</a>')


@pytest.mark.parametrize("language", ["en", "de", "ar", "ja", "tr"])
@pytest.mark.parametrize("kind", ["published", "corrected", "rescheduled", "withdrawn"])
def test_every_subject_reads_as_it_was_written(language: str, kind: str) -> None:
    desk = Desk(significant(type=f"policy.version.{kind}", supersedes="old11"))
    message = desk.read(language=language)
    with desk.ledger.transaction() as connection:
        [kept] = wordings_of(connection, 21)
    assert str(message["Subject"]).lstrip() == kept.subject, "a line may begin after the colon"
