"""Each message says what changed in the recipient's language, to that one person, and is the same at every attempt."""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from policy_site.errors import NoticeError, SettingsError, UsageError
from policy_site.notifier.channels.smtp import MailChannel
from policy_site.notifier.channels.webhook import WebhookRenderer, cloud_event
from policy_site.notifier.cleaning import clean_words_text
from policy_site.notifier.ledger import Connection, open_ledger
from policy_site.notifier.ledger.notices import load_notice
from policy_site.notifier.ledger.reports import wordings_of
from policy_site.notifier.ledger.tables import EVENTS
from policy_site.notifier.model import Delivery, Message, Recipient
from policy_site.notifier.rendering import (
    MailRenderer,
    _assert_one_address,
    unsubscribe_token,
)
from policy_site.notifier.settings import read_notifier_settings
from tests.support.plans import HOOKS
from tests.support.published_feeds import Record, history, notices

INGESTED = int(datetime(2024, 3, 1, tzinfo=UTC).timestamp())
WORDS = {
    "de": (
        "Datenschutz",
        "Wir speichern Zugriffsdaten kürzer.",
        "Ihre Daten sind früher gelöscht.",
        "Sie können kündigen.",
    ),
    "ar": ("سياسة الخصوصية", "نحتفظ بالبيانات مدة أقصر.", "تُحذف بياناتك أبكر.", "يمكنك إنهاء الخدمة."),
    "ja": (
        "プライバシーポリシー",
        "データの保存期間を短くします。",
        "データはより早く削除されます。",
        "解約できます。",
    ),
    "en": (
        "Privacy policy",
        "We keep access data for a shorter time.",
        "Your data is deleted sooner.",
        "You can leave.",
    ),
}


def significant(**facts: Any) -> Record:
    """Return an event that people are told of, with words in four languages and a fallback in Turkish."""
    record = history(120)[next(seq for seq in notices(120) if seq > 20) - 1]
    base = record["editions"]["en"]
    editions = {}
    for tag, (title, summary, impact, choices) in WORDS.items():
        texts = {
            name: {"text": text, "html": f"<p>{text}</p>"}
            for name, text in (("summary", summary), ("impact", impact), ("choices", choices))
        }
        editions[tag] = {**base, **texts, "title": title, "language": tag, **_links(base, tag)}
    editions["tr"] = {**editions["en"], "title": "Gizlilik", "status": "fallback", **_links(base, "tr")}
    return {**record, "type": "policy.version.published", "editions": editions, **facts}


def _links(base: Record, tag: str) -> Record:
    names = ("version_url", "changes_url", "compare_url")
    return {name: base[name] and base[name].replace("/en/", f"/{tag}/") for name in names}


class Desk:
    """A renderer on a ledger in memory."""

    def __init__(self, *events: Record, **channel: Any) -> None:
        self.ledger = open_ledger("sqlite://")
        self.events = events
        with self.ledger.transaction() as connection:
            for place, event in enumerate(history(20), start=1):
                self._keep(connection, place, {**event, "id": f"old{place}"})
            for place, event in enumerate(events, start=21):
                self._keep(connection, place, event)
        self._settings = MailChannel.model_validate(
            {"kind": "smtp", "host": "localhost", "sender": "policies@example.org", **channel}
        )
        self.begin_anew()

    def begin_anew(self) -> None:
        """Go on as the next run does: of the one before only the ledger is left."""
        self.mail = MailRenderer(self._settings, name="mail", execute=self.execute)
        self.hooks = WebhookRenderer(HOOKS, name="hooks", execute=self.execute)

    @staticmethod
    def _keep(connection: Connection, seq: int, event: Record) -> None:
        text = json.dumps(event)
        connection.execute(
            insert(EVENTS).values(
                seq=seq, id=event["id"], hash="0" * 64, state="open", record=text, ingested_at=INGESTED
            )
        )

    def execute(self, statement: Callable[[Connection, int], Any]) -> Any:
        with self.ledger.transaction() as connection:
            return statement(connection, 0)

    def write(self, address: str = "a@example.org", language: str = "en", accepted: str | None = None) -> Message:
        return self.mail.write(Delivery(1, 21, "mail", Recipient(address, language, accepted), 0))

    def read(self, address: str = "a@example.org", language: str = "en", accepted: str | None = None) -> EmailMessage:
        return parse(self.write(address, language, accepted).content)


def parse(content: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    assert not part.defects
    text = part.get_content()
    assert isinstance(text, str)
    return text.replace("\r\n", "\n")


def words_of(message: EmailMessage, kind: str) -> str:
    """Return what a reader sees, line by line."""
    if kind == "plain":
        return body(message, kind)
    tree = html5lib.parse(body(message, kind), namespaceHTMLElements=False)
    return "".join(tree.find("body").itertext()).strip()


@pytest.fixture
def leave(tmp_path: Path) -> dict[str, Any]:
    """Return how a subscriber leaves."""
    (tmp_path / "secret").write_bytes(b"0123456789abcdef")
    return {"url": "https://example.org/leave?who={token}", "secret_file": tmp_path / "secret"}


def links_of(message: EmailMessage) -> list[str]:
    """Return where the links of the HTML lead."""
    tree = html5lib.parse(body(message, "html"), namespaceHTMLElements=False)
    return [str(link.get("href")) for link in tree.iter("a")]


class TestWords:
    @pytest.mark.parametrize("language", ["en", "de", "ar", "ja"])
    def test_a_message_says_what_changed_what_it_means_and_what_one_can_do(self, language: str) -> None:
        message = Desk(significant()).read(language=language)
        for kind in ("plain", "html"):
            for words in WORDS[language]:
                assert words in body(message, kind)
        assert WORDS[language][0] in message["Subject"]
        assert message["Content-Language"] == language
        assert message.get_content_type() == "multipart/alternative"

    def test_it_names_the_dates_and_links_to_the_account_the_redline_and_the_text(self) -> None:
        record = significant()
        message = Desk(record).read(language="de")
        edition = record["editions"]["de"]
        for kind in ("plain", "html"):
            text = body(message, kind)
            for address in (edition["changes_url"], edition["compare_url"], edition["version_url"]):
                assert address in text
            assert "2024" in text
        assert "sendet Ihnen diese Nachricht" in body(message, "plain")

    @pytest.mark.parametrize(
        ("published_at", "time_zone", "told"),
        [
            ("2025-05-01T21:00:00Z", "Europe/Istanbul", "May 2, 2025"),
            ("2025-05-02T03:30:00Z", "America/Los_Angeles", "May 1, 2025"),
        ],
    )
    def test_the_day_of_publication_is_the_one_in_the_time_zone_of_the_site(
        self, published_at: str, time_zone: str, told: str
    ) -> None:
        message = Desk(significant(published_at=published_at, time_zone=time_zone)).read()
        for kind in ("plain", "html"):
            assert f"It was published on {told}." in body(message, kind)

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [("de-AT", "de"), ("DE", "de"), ("de_CH", "de"), ("fr", "en"), ("", "en"), ("x" * 500, "en"), ("ar-EG", "ar")],
    )
    def test_the_nearest_language_is_taken(self, wanted: str, found: str) -> None:
        assert Desk(significant()).read(language=wanted)["Content-Language"] == found

    def test_words_in_another_language_are_marked_and_explained(self) -> None:
        message = Desk(significant()).read(language="tr")
        tree = html5lib.parse(body(message, "html"), namespaceHTMLElements=False)
        assert (tree.get("lang"), tree.get("dir")) == ("tr", "ltr")
        foreign = [each for each in tree.iter("div") if each.get("lang") == "en"]
        assert [each.get("dir") for each in foreign] == ["ltr"] * 3
        assert "We keep access data" in "".join(foreign[0].itertext())
        assert "İngilizce" in body(message, "plain")

    def test_arabic_is_written_from_right_to_left_with_english_words_in_it_marked(self) -> None:
        record = significant()
        record["editions"]["ar"] |= {name: record["editions"]["en"][name] for name in ("summary", "impact", "language")}
        tree = html5lib.parse(body(Desk(record).read(language="ar"), "html"), namespaceHTMLElements=False)
        assert (tree.get("lang"), tree.get("dir")) == ("ar", "rtl")
        assert {(each.get("lang"), each.get("dir")) for each in tree.iter("div")} == {("ar", "rtl"), ("en", "ltr")}

    @pytest.mark.parametrize(
        "kind", ["policy.version.corrected", "policy.version.rescheduled", "policy.version.withdrawn"]
    )
    @pytest.mark.parametrize("language", ["en", "de", "ar", "ja"])
    def test_mending_events_have_words_of_their_own(self, kind: str, language: str) -> None:
        subject = Desk(significant(type=kind, supersedes="old11")).read(language=language)["Subject"]
        assert WORDS[language][0] in subject
        assert subject != Desk(significant()).read(language=language)["Subject"]

    def test_the_plain_text_keeps_its_paragraphs_apart(self) -> None:
        text = body(Desk(significant()).read(language="tr"), "plain")
        assert "\n\n\n" not in text
        assert re.search(r"yayımlandı\.\n\nAşağıdaki[^\n]*\n\nNeler değişiyor\n-{15}\n\nWe keep", text)
        assert "\n-- \n" in text, "the sign of a signature (RFC 3676, section 4.3) keeps its space"

    def test_nothing_else_is_in_it(self) -> None:
        text = body(Desk(significant()).read(), "plain")
        assert "The message contains no advertising." in text
        html = body(Desk(significant()).read(), "html")
        assert not re.search(r"<(img|script|iframe|form|link|object)\b|url\(", html)
        addresses = set(re.findall(r"https?://[^\s\"<>]+", html))
        edition = significant()["editions"]["en"]
        assert addresses == {edition["changes_url"], edition["compare_url"], edition["version_url"]}

    def test_an_event_that_lacks_what_a_message_needs_is_told_as_such(self) -> None:
        cases: tuple[Record, ...] = (
            {"editions": {}},
            {"effective_date": "soon"},
            {"time_zone": "Europe/Atlantis"},
            {"type": "policy.sung"},
            {"notice_at": 5},
        )
        for broken in cases:
            with pytest.raises(NoticeError, match="Event 21 lacks what a message needs"):
                Desk(significant(**broken)).write()


def withdrawn(**facts: Any) -> Record:
    """Return the withdrawal of the version of :func:`significant`, before it took effect."""
    return significant(type="policy.version.withdrawn", **facts)


class TestWithdrawals:
    """A version that was announced is taken back: nobody is told that it changes something, or what to do about it."""

    @pytest.mark.parametrize("language", ["en", "de", "ar", "ja"])
    @pytest.mark.parametrize("kind", ["plain", "html"])
    def test_what_it_would_have_meant_and_the_choices_are_left_out(self, language: str, kind: str) -> None:
        record = withdrawn()
        text = body(Desk(record).read(language=language), kind)
        _, summary, impact, choices = WORDS[language]
        assert summary in text
        assert impact not in text
        assert choices not in text
        assert record["editions"][language]["compare_url"] not in text

    @pytest.mark.parametrize("kind", ["plain", "html"])
    def test_what_had_been_announced_is_told_as_such(self, kind: str) -> None:
        text = body(Desk(withdrawn()).read(), kind)
        heading, summary = text.index("What had been announced"), text.index("We keep access data")
        assert text.index("The version announced for") < heading < summary
        assert "Summary of the announced change on the website" in text
        for phrase in ("What changed", "What it means for you", "Your choices", "This version applies from", "Word-by"):
            assert phrase not in text

    def test_the_version_in_force_goes_on_applying_and_the_message_leads_to_it(self) -> None:
        for kind in ("plain", "html"):
            text = body(Desk(withdrawn()).read(language="de"), kind)
            assert re.search(r"angekündigte Fassung tritt nicht in Kraft\. Die geltende Fassung gilt weiter\.", text)
            assert "Die geltende Fassung lesen" in text
            assert "https://example.org/legal/de/privacy/" in re.findall(r"https?://[^\s\"<>]+", text)
            first = body(Desk(withdrawn(previous_version=None)).read(language="de"), kind)
            assert "angekündigte Fassung tritt nicht in Kraft." in first
            assert not re.search(r"geltende|gilt weiter", first), "where it was the first, none is in force"

    def test_one_that_applied_already_is_not_said_never_to_have_applied(self) -> None:
        record = withdrawn(effective_at="2024-02-01T00:00:00Z", effective_date="2024-02-01")
        text = body(Desk({**record, "notice_at": "2024-02-20T00:00:00Z"}).read(), "plain")
        assert "The version effective from February 1, 2024 no longer applies." in text
        assert "will not take effect" not in text
        assert "continues to apply" not in text

    def test_readers_of_every_version_get_the_same_words(self) -> None:
        texts = {body(Desk(withdrawn()).read(accepted=accepted), "plain") for accepted in ("2", "3", None)}
        assert len(texts) == 1

    def test_nothing_is_said_to_follow_in_another_language_where_nothing_follows(self) -> None:
        record = withdrawn()
        record["editions"]["tr"]["summary"] = None
        text = body(Desk(record).read(language="tr"), "plain")
        assert "İngilizce" not in text
        assert "\n\n\n" not in text


class TestSender:
    """A reader knows whose policy it is without looking at the headers."""

    @pytest.mark.parametrize("language", ["en", "de", "ar", "ja", "tr"])
    @pytest.mark.parametrize("kind", ["plain", "html"])
    def test_the_company_is_named_above_the_title_and_where_it_is_said_why_one_gets_it(
        self, language: str, kind: str
    ) -> None:
        record = significant()
        words = words_of(Desk(record, sender_name='Äpfel, "Birnen" <& Co>').read(language=language), kind)
        first, *_, last = (line for line in words.split("\n") if line.strip())
        assert first == 'Äpfel, "Birnen" <& Co>'
        assert 'Äpfel, "Birnen" <& Co>' in last

    @pytest.mark.parametrize("sender_name", ["", " "])
    def test_without_a_name_the_host_of_the_policy_stands_for_it(self, sender_name: str) -> None:
        record = significant()
        record["editions"]["en"]["version_url"] = "https://Legal.Example.org:8443/en/privacy/v/1/"
        for kind in ("plain", "html"):
            words = words_of(Desk(record, sender_name=sender_name).read(), kind)
            assert words.startswith("legal.example.org\n")
            assert "legal.example.org is sending you this message because this policy applies to you." in words

    def test_in_arabic_and_hebrew_it_is_isolated(self, leave: dict[str, Any]) -> None:
        record = significant()
        record["editions"]["he"] = {**record["editions"]["en"], **_links(record["editions"]["en"], "he")}
        for language in ("ar", "he"):
            for unsubscribe in (None, leave):
                desk = Desk(record, sender_name="Example Ltd", unsubscribe=unsubscribe)
                message = desk.read(language=language)
                footer = body(message, "plain").partition("\n-- \n")[2]
                assert "\u2068Example Ltd\u2069" in footer


class TestRedlines:
    def test_one_who_accepted_an_older_version_gets_the_redline_from_it(self) -> None:
        record = significant()
        message = Desk(record).read(accepted="2")
        label = record["version"]
        assert f"https://example.org/legal/en/privacy/compare/2/{label}/" in body(message, "plain")
        assert "since the version you agreed to" in body(message, "html")
        assert record["editions"]["en"]["compare_url"] not in body(message, "html")

    @pytest.mark.parametrize("accepted", [None, "", "9999", "../../evil", "2/../.."])
    def test_of_an_unknown_version_the_redline_from_the_one_before_is_given(self, accepted: str | None) -> None:
        record = significant()
        text = body(Desk(record).read(accepted=accepted), "plain")
        assert record["editions"]["en"]["compare_url"] in text
        assert "evil" not in text

    def test_no_redline_begins_at_a_later_version(self) -> None:
        """A version is corrected after its successor came: that pair has no redline."""
        record = significant()
        later = {**history(120)[-1], "id": "later", "version": "77"}
        corrected = {**record, "id": "corrected", "type": "policy.version.corrected", "seq": 23}
        desk = Desk(record, later, corrected)
        message = desk.mail.write(Delivery(1, 23, "mail", Recipient("a@example.org", "en", "77"), 0))
        assert "compare/77/" not in body(parse(message.content), "plain")


class TestForm:
    @pytest.mark.parametrize("language", ["en", "de", "ar", "ja", "tr"])
    def test_lines_end_with_crlf_and_are_short_and_ascii(self, language: str) -> None:
        record = significant()
        for edition in record["editions"].values():
            edition["summary"] = {"text": "wörd " * 500 + "x" * 2000, "html": f"<p>{'wörd ' * 500}{'ü' * 2000}</p>"}
        content = Desk(record).write(language=language).content
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
        assert max(len(line) for line in content.split(b"\r\n")) <= 76 + len("List-Unsubscribe: ")
        in_body = content.partition(b"\r\n\r\n")[2]
        assert max(len(line) for line in in_body.split(b"\r\n")) <= 76
        assert content.isascii()

    def test_the_same_delivery_is_the_same_message_to_the_byte(self) -> None:
        desk = Desk(significant())
        first = desk.write(language="de")
        desk.begin_anew()
        assert desk.write(language="de").content == first.content
        assert parse(first.content)["Message-ID"] == f"<{first.message_id}>"
        assert first.message_id.endswith("@example.org")

    def test_message_ids_differ_between_people_and_events(self) -> None:
        desk = Desk(significant())
        assert desk.write("a@example.org").message_id != desk.write("b@example.org").message_id
        assert desk.write().message_id != Desk(significant(id="tag:example.org,2026:other")).write().message_id

    def test_its_date_is_that_of_the_first_attempt_at_its_recipient(self) -> None:
        desk = Desk(significant(notice_at="2024-01-02T00:00:00Z"))
        first_at = int(datetime(2024, 3, 26, 9, 30, tzinfo=UTC).timestamp())
        late = Delivery(1, 21, "mail", Recipient("a@example.org", "en"), 3, first_at=first_at)
        early = Delivery(2, 21, "mail", Recipient("b@example.org", "en"), 0, first_at=first_at - 86_400)
        dates = [parse(desk.mail.write(each).content)["Date"].datetime for each in (late, early, late)]
        assert dates == [datetime(2024, 3, day, 9, 30, tzinfo=UTC) for day in (26, 25, 26)]

    def test_its_date_is_never_before_it_was_due(self) -> None:
        record = significant(notice_at="2024-01-02T00:00:00Z")
        assert Desk(record).read()["Date"].datetime == datetime(2024, 3, 1, tzinfo=UTC)
        record = significant(notice_at="2029-01-02T00:00:00Z")
        assert Desk(record).read()["Date"].datetime == datetime(2029, 1, 2, tzinfo=UTC)

    def test_programs_do_not_answer_it(self) -> None:
        message = Desk(significant()).read()
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Policy-Event"] == significant()["id"]

    def test_sender_and_reply_address_are_those_of_the_settings(self) -> None:
        message = Desk(significant(), sender_name='Äpfel, "Birnen" & Co', reply_to="ask@example.org").read()
        assert message["From"].addresses[0].display_name == 'Äpfel, "Birnen" & Co'
        assert message["From"].addresses[0].addr_spec == "policies@example.org"
        assert message["Reply-To"] == "ask@example.org"


class TestOneAddress:
    def test_a_message_names_its_one_recipient_and_nobody_else(self) -> None:
        written = Desk(significant()).write("only@example.net")
        content = written.content
        headers = content.partition(b"\r\n\r\n")[0].replace(b"policies@example.org", b"")
        assert re.findall(rb"[\w.+-]+@[\w.-]+", headers) == [b"only@example.net", written.message_id.encode()]
        message = parse(content)
        assert [each.addr_spec for each in message["To"].addresses] == ["only@example.net"]
        assert not {"cc", "bcc", "resent-to"} & {name.lower() for name in message.keys()}  # noqa: SIM118

    @pytest.mark.parametrize(
        "address",
        [
            "a@example.org\r\nBcc: b@example.org",
            "a@example.org, b@example.org",
            "a@example.org\n",
            "Name <a@example.org>",
            "a",
            "ä@example.org",
            "@example.org",
        ],
    )
    def test_what_is_no_single_address_is_not_written(self, address: str) -> None:
        with pytest.raises(NoticeError):
            Desk(significant()).write(address)

    @pytest.mark.parametrize(
        "headers",
        [
            b"To: a@example.org\r\nTo: b@example.org",
            b"To: a@example.org\r\n b@example.org",
            b"To: a@example.org\r\nCc: b@example.org",
            b"To: a@example.org\r\nBCC: b@example.org",
            b"To: a@example.org\r\nResent-To: b@example.org",
            b"To: b@example.org",
            b"To: a@example.org, b@example.org",
            b"Subject: To: a@example.org",
        ],
    )
    def test_the_bytes_are_looked_at(self, headers: bytes) -> None:
        with pytest.raises(NoticeError, match="not addressed to its one recipient"):
            _assert_one_address(b"Date: x\r\n" + headers + b"\r\n\r\nTo: a@example.org\r\n", "a@example.org")

    def test_a_body_may_speak_of_anybody(self) -> None:
        _assert_one_address(b"X: y\r\nTo: a@example.org\r\n\r\nTo: b@example.org\r\nCc: c\r\n", "a@example.org")

    @given(st.text(max_size=60))
    def test_no_title_breaks_out_of_the_subject(self, title: str) -> None:
        record = significant()
        for edition in record["editions"].values():
            edition["title"] = f"{title}\r\nBcc: evil@example.net"
        content = Desk(record).write().content
        message = parse(content)
        assert "Bcc" not in message
        assert len(message.get_all("Subject", [])) == 1
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
        assert max(len(line) for line in content.split(b"\r\n")) <= 100

    @given(st.text(st.one_of(st.characters(), st.sampled_from("\0\x1b\u202e\u2066\x9b\u2028")), max_size=200))
    def test_any_words_come_back_as_they_were(self, words: str) -> None:
        record = significant()
        record["editions"]["en"]["summary"] = {"text": words, "html": "<p>x</p>"}
        text = body(Desk(record).read(), "plain")
        assert clean_words_text(words) in text
        assert not set(text) & set("\0\x1b\u202e\u2066\x9b")

    def test_titles_are_text_in_the_html(self) -> None:
        record = significant()
        record["editions"]["en"]["title"] = "<script>alert(1)</script>"
        html = body(Desk(record).read(), "html")
        assert "<script>" not in html
        assert "&lt;script&gt;" in html


class TestUnsubscribing:
    def test_subscriptions_are_left_with_one_click(self, leave: dict[str, Any]) -> None:
        desk = Desk(significant(), unsubscribe=leave)
        content = desk.write().content
        token = re.search(rb"\r\nList-Unsubscribe: <https://example.org/leave\?who=([\w-]+)>\r\n", b"\r\n" + content)
        assert token is not None
        assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in content
        decoded = base64.urlsafe_b64decode(token[1] + b"=" * (-len(token[1]) % 4))
        address, _, signature = decoded.partition(b"\0")
        assert address == b"a@example.org"
        assert signature == hmac.new(b"0123456789abcdef", address, hashlib.sha256).digest()[:18]
        assert "because you subscribed to policy updates from example.org." in body(parse(content), "plain")

    @pytest.mark.parametrize("language", ["en", "de", "ar", "ja", "tr"])
    def test_the_way_out_is_a_link_and_in_the_text_an_address(self, leave: dict[str, Any], language: str) -> None:
        leave |= {"url": "https://example.org/leave?list=1&who={token}"}
        message = Desk(significant(), unsubscribe=leave).read(language=language)
        way = f"https://example.org/leave?list=1&who={unsubscribe_token('a@example.org', b'0123456789abcdef')}"
        assert message["List-Unsubscribe"] == f"<{way}>"
        assert links_of(message)[-1] == way
        assert body(message, "plain").endswith(f"\n<{way}>\n")

    def test_a_second_way_out_is_by_mail(self, leave: dict[str, Any]) -> None:
        desk = Desk(significant(), unsubscribe={**leave, "mail": "leave+us@example.org"})
        message, way = desk.read(), "mailto:leave+us@example.org?subject=unsubscribe"
        assert f"<{way}>" in message["List-Unsubscribe"]
        assert links_of(message)[-1] == way
        assert body(message, "plain").endswith(f"\nUnsubscribe by email\n<{way}>\n")

    def test_an_address_that_would_not_fit_into_a_link_is_quoted(self, leave: dict[str, Any]) -> None:
        message = Desk(significant(), unsubscribe={**leave, "mail": "a?b&c@example.org"}).read()
        assert links_of(message)[-1] == "mailto:a%3Fb%26c@example.org?subject=unsubscribe"
        assert "<mailto:a%3Fb%26c@example.org?subject=unsubscribe>" in message["List-Unsubscribe"]

    def test_everybody_has_a_token_of_their_own(self, leave: dict[str, Any]) -> None:
        desk = Desk(significant(), unsubscribe={**leave, "url": "https://example.org/{token}/{token}"})
        for address in ("a@example.org", "b@example.org"):
            token = unsubscribe_token(address, b"0123456789abcdef")
            message = desk.read(address)
            assert message["List-Unsubscribe"] == f"<https://example.org/{token}/{token}>"
            assert links_of(message)[-1] == f"https://example.org/{token}/{token}"

    @given(before=st.integers(0, 80), after=st.integers(0, 80), local=st.integers(1, 64))
    def test_a_token_stands_whole_in_lines_that_are_short(self, before: int, after: int, local: int) -> None:
        with TemporaryDirectory() as folder:
            secret = Path(folder) / "secret"
            secret.write_bytes(b"0123456789abcdef")
            leave = {"url": f"https://example.org/{'a' * before}={{token}}{'b' * after}", "secret_file": secret}
            content = Desk(significant(), unsubscribe=leave).write(f"{'x' * local}@example.org").content
        in_body = content.partition(b"\r\n\r\n")[2]
        assert max(len(line) for line in in_body.split(b"\r\n")) <= 76, "RFC 2045, section 6.7"
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
        message = parse(content)
        assert f"<{links_of(message)[-1]}>" == message["List-Unsubscribe"]
        assert body(message, "plain").endswith(f"\n{message['List-Unsubscribe']}\n")

    def test_words_cannot_ask_for_a_token(self, leave: dict[str, Any]) -> None:
        record = significant()
        words = "Of place-of-the-signed-name and {token}."
        record["editions"]["en"]["summary"] = {"text": words, "html": f"<p>{words}</p>"}
        desk = Desk(record, unsubscribe=leave)
        message = desk.read()
        for kind in ("plain", "html"):
            assert words in body(message, kind)
        with desk.ledger.transaction() as connection:
            [kept] = wordings_of(connection, 21)
        token = unsubscribe_token("a@example.org", b"0123456789abcdef")
        for text in (kept.text, kept.html):
            assert "https://example.org/leave?who=" in text
            assert token not in text, "what is kept as evidence is nobody's own"

    def test_required_notices_cannot_be_left(self) -> None:
        content = Desk(significant()).write().content.lower()
        assert b"unsubscribe" not in content

    def test_a_secret_that_is_missing_or_short_is_told_at_once(self, leave: dict[str, Any], tmp_path: Path) -> None:
        for content in (b"short", None):
            if content is None:
                (tmp_path / "secret").unlink()
            else:
                (tmp_path / "secret").write_bytes(content)
            with pytest.raises(UsageError, match="secret"):
                Desk(significant(), unsubscribe=leave)

    @pytest.mark.parametrize(
        "line",
        [
            'unsubscribe = {url = "https://example.org/leave", secret_file = "s"}',
            'unsubscribe = {url = "http://example.org/{token}", secret_file = "s"}',
            'unsubscribe = {url = "https://example.org/ä{token}", secret_file = "s"}',
            'unsubscribe = {url = "https://example.org/{token}>,<x", secret_file = "s"}',
            'sender_name = "A\\nBcc: b@example.org"',
            'reply_to = "a..b@example.org"',
            'return_path = "a@example.org>"',
        ],
    )
    def test_settings_that_would_break_a_header_are_refused(self, tmp_path: Path, line: str) -> None:
        (tmp_path / "notify.toml").write_text(
            'feed = "f"\n[channels.mail]\nkind = "smtp"\nhost = "localhost"\nsender = "a@example.org"\n'
            f'{line}\n[[audiences]]\nname = "a"\nchannel = "mail"\ncsv = "a.csv"\nkind = "subscription"\n'
        )
        with pytest.raises(SettingsError):
            read_notifier_settings(tmp_path / "notify.toml")


class TestWebhooks:
    def test_an_event_is_a_cloud_event(self) -> None:
        record = significant()
        desk = Desk(record)
        message = desk.hooks.write(Delivery(1, 21, "hooks", Recipient("crm", "en"), 0))
        envelope = json.loads(message.content)
        assert envelope == {
            "specversion": "1.0",
            "id": record["id"],
            "source": "https://example.org/",
            "type": record["type"],
            "subject": f"privacy/{record['version']}",
            "time": record["notice_at"],
            "datacontenttype": "application/json",
            "data": record,
        }
        desk.begin_anew()
        again = desk.hooks.write(Delivery(1, 21, "hooks", Recipient("crm", "en"), 3))
        assert (again.content, again.message_id) == (message.content, message.message_id)

    def test_each_endpoint_has_ids_of_its_own(self) -> None:
        desk = Desk(significant())
        first, second = (desk.hooks.write(Delivery(1, 21, "hooks", Recipient(name, "en"), 0)) for name in ("a", "b"))
        assert first.message_id != second.message_id
        assert first.message_id.startswith("msg_")

    def test_an_event_that_lacks_its_parts_is_told_as_such(self) -> None:
        record = significant()
        del record["notice_at"]
        desk = Desk(record)
        with pytest.raises(NoticeError, match="Event 21"):
            desk.hooks.write(Delivery(1, 21, "hooks", Recipient("crm", "en"), 0))
        with desk.ledger.transaction() as connection, pytest.raises(KeyError):
            cloud_event(load_notice(connection, 21))
