"""The notifier reads the published feed, and sees when it was changed, cut or rolled back."""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_site.errors import FeedConflictError, FeedRolledBackError, FeedUnreachableError, NoticeError, UsageError
from policy_site.notifier.chain import NOTHING_KNOWN, Known, new_events
from policy_site.notifier.feed import FeedReading, parse_event, read_feed
from policy_site.notifier.fetching import Validators, feed_identity
from tests.support.published_feeds import Record, Server, chained, history, publish, rewrite_page, serving


def knowing(events: Sequence[Record]) -> Known:
    """Return what a notifier knows that has read these events."""
    if not events:
        return NOTHING_KNOWN
    return Known(
        seq=events[-1]["seq"],
        hash=events[-1]["hash"],
        hashes=MappingProxyType({event["seq"]: event["hash"] for event in events}),
        seqs=MappingProxyType({event["id"]: event["seq"] for event in events}),
        recall={event["seq"]: event for event in events}.get,
    )


def verified(events: Sequence[Record], known: Sequence[Record] = ()) -> list[int]:
    """Verify events as read, and return the numbers of the new ones."""
    head = (events[-1]["seq"], events[-1]["hash"]) if events else None
    return [event.seq for event in new_events([parse_event(event) for event in events], head, knowing(known))]


def _saying(words: str) -> Record:
    """Return a first event with such a summary."""
    event = history(1)[0]
    english = {**event["editions"]["en"], "summary": {"text": words, "html": ""}}
    (changed,) = chained([{**event, "editions": {**event["editions"], "en": english}}])
    return changed


def seqs(reading: FeedReading | None) -> list[int]:
    assert reading is not None
    return [event.seq for event in reading.events]


def is_a_sentence(error: BaseException) -> bool:
    return re.fullmatch(r"[^\n]+\.", str(error)) is not None and "Traceback" not in str(error)


class TestVerification:
    def test_a_whole_ledger_is_new_to_one_who_knows_nothing(self) -> None:
        assert verified(history(7)) == [1, 2, 3, 4, 5, 6, 7]

    def test_only_what_follows_the_known_events_is_new(self) -> None:
        assert verified(history(7), history(5)) == [6, 7]

    def test_the_events_may_begin_right_after_the_known_ones(self) -> None:
        assert verified(history(7)[5:], history(5)) == [6, 7]

    def test_an_event_edited_in_place_is_named(self) -> None:
        events = history(7)
        events[3] = {**events[3], "significance": "editorial" if events[3]["significance"] != "editorial" else "minor"}
        with pytest.raises(FeedConflictError, match=r"Event 4 \(tag:.*\) was edited: it names the hash"):
            verified(events)

    def test_a_known_event_that_was_rewritten_is_named_with_what_differs(self) -> None:
        events = history(7)
        events[3]["version"] = "another"
        with pytest.raises(FeedConflictError, match=r'Event 4 .* was rewritten .*: version is "another", it was "'):
            verified(chained(events), history(5))

    def test_a_known_event_is_compared_word_by_word_whatever_the_order_of_its_keys(self) -> None:
        words = "Recipients. Microsoft Azure hosts what you give us, in data centres in the Union and nowhere else. "
        before, after = _saying(f"{words}It is kept for 18 months."), _saying(f"{words}It is kept for 12 months.")
        with pytest.raises(FeedConflictError) as raised:
            verified([{key: after[key] for key in reversed(after)}], [before])
        shown = '…es in the Union and nowhere else. It is kept for {} months."'
        assert f"read: editions.en.summary.text is {shown.format(12)}, it was {shown.format(18)}." in str(raised.value)

    def test_members_that_came_or_went_are_said_to_be_missing(self) -> None:
        before, after = history(1)[0], chained([{**history(1)[0], "mood": "missing"}])[0]
        with pytest.raises(FeedConflictError, match=r': mood is "missing", it was missing\. '):
            verified([after], [before])
        with pytest.raises(FeedConflictError, match=r': mood is missing, it was "missing"\. '):
            verified([before], [after])

    def test_a_name_of_a_member_does_not_break_the_line(self) -> None:
        with pytest.raises(FeedConflictError) as raised:
            verified(chained([{**history(1)[0], "\n\x1b" * 500: 1}]), history(1))
        assert is_a_sentence(raised.value)
        assert len(str(raised.value)) < 1000

    def test_a_known_event_before_the_newest_known_one_is_compared_too(self) -> None:
        events = history(7)
        events[0]["version"] = "another"
        with pytest.raises(FeedConflictError, match=r"Event 1 .* was rewritten"):
            verified(chained(events), history(5))

    def test_rewriting_what_is_not_known_yet_shows_at_the_seam(self) -> None:
        events = chained([*history(4), {**history(5)[4], "version": "another"}, *history(7)[5:]])
        with pytest.raises(
            FeedConflictError, match=r"Event 6 .* names .* as the hash of the event before it; that was"
        ):
            verified(events[5:], history(5))

    def test_a_gap_is_named(self) -> None:
        events = history(7)
        with pytest.raises(FeedConflictError, match=r"Event 5 .* follows event 3: event 4 is missing\."):
            verified(events[:3] + events[4:])

    def test_a_ledger_that_begins_too_late_is_a_gap(self) -> None:
        with pytest.raises(FeedConflictError, match=r"Event 7 .* is the oldest .*: event 6 is missing\."):
            verified(history(7)[6:], history(5))

    def test_an_id_is_never_used_twice(self) -> None:
        events = history(7)
        events[6]["id"] = events[1]["id"]
        with pytest.raises(FeedConflictError, match=r"Event 7 .* has the id of event 2"):
            verified(chained(events))
        with pytest.raises(FeedConflictError, match=r"Event 7 .* has the id of event 2"):
            verified(chained(events)[5:], history(5))

    def test_a_ledger_that_ends_before_the_known_head_was_rolled_back(self) -> None:
        with pytest.raises(FeedRolledBackError, match=r"ends with event 4; event 5 was read before\."):
            verified(history(4), history(5))

    def test_an_empty_ledger_after_events_was_rolled_back(self) -> None:
        with pytest.raises(FeedRolledBackError, match="The feed is empty; event 5 was read before"):
            verified([], history(5))

    def test_the_head_that_the_feed_names_is_its_last_event(self) -> None:
        events = [parse_event(event) for event in history(3)]
        with pytest.raises(FeedConflictError, match=r"names event 2 .* as its newest, and its last one is event 3"):
            new_events(events, (2, events[1].hash), NOTHING_KNOWN)
        with pytest.raises(FeedConflictError, match="names no event as its newest"):
            new_events(events, None, NOTHING_KNOWN)

    def test_fields_of_later_feeds_are_kept_and_belong_to_the_hash(self) -> None:
        events = chained([{**history(1)[0], "mood": {"cheerful": True}}])
        assert parse_event(events[0]).record["mood"] == {"cheerful": True}
        assert verified(events) == [1]

    @pytest.mark.parametrize("value", [1.5, 2**60, {"ü": 1}, "\ud800"], ids=["float", "huge", "key", "surrogate"])
    def test_an_event_without_a_canonical_form_is_named(self, value: object) -> None:
        with pytest.raises(FeedConflictError, match=r"Event 1 .* has no canonical form") as raised:
            verified([{**history(1)[0], "mood": value}])
        assert is_a_sentence(raised.value)

    @given(known=st.integers(0, 12), shown=st.integers(0, 12), first=st.integers(1, 12))
    def test_property_every_part_of_a_ledger_is_new_or_refused(self, known: int, shown: int, first: int) -> None:
        events, before = history(shown)[first - 1 :], history(known)
        if shown < known or (known and not events):
            with pytest.raises(FeedRolledBackError):
                verified(events, before)
        elif events and first > known + 1:
            with pytest.raises(FeedConflictError, match="missing"):
                verified(events, before)
        else:
            assert verified(events, before) == list(range(known + 1, len(events) + first if events else known + 1))

    @given(edit=st.data(), known=st.integers(1, 12))
    def test_property_whatever_is_done_to_what_was_read_shows(self, edit: st.DataObject, known: int) -> None:
        events = history(12)
        place = edit.draw(st.integers(0, known - 1))
        match edit.draw(st.sampled_from(["edit", "remove", "swap", "repeat", "edit and chain", "remove and chain"])):
            case "edit":
                events[place] = {**events[place], "policy": "another"}
            case "remove":
                del events[place]
            case "swap":
                events[place], events[place - 1] = events[place - 1], events[place]
            case "repeat":
                events.insert(place, events[place])
            case "edit and chain":
                events = chained(
                    [{**event, "policy": "another"} if event is events[place] else event for event in events]
                )
            case _:
                events = chained([event for event in events if event is not events[place]])
        if [event["hash"] for event in events] == [event["hash"] for event in history(12)] and events == history(12):
            return
        if len(events) == 12 - 1 and place == 0 and events[0]["seq"] == 2:
            # without its first event it is a later part of the same ledger: a page may begin there
            assert verified(events, history(known)) == list(range(known + 1, 13))
            return
        with pytest.raises(NoticeError) as raised:
            verified(events, history(known))
        assert is_a_sentence(raised.value)


class TestFiles:
    def test_a_feed_is_read_with_its_whole_archive(self, tmp_path: Path) -> None:
        assert seqs(read_feed(str(publish(tmp_path, history(230))))) == list(range(1, 231))

    def test_only_as_much_of_the_archive_is_read_as_is_not_known(self, tmp_path: Path) -> None:
        feed = publish(tmp_path, history(230))
        (feed.parent / "archive-00001.json").unlink()
        assert seqs(read_feed(str(feed), known=knowing(history(120)))) == list(range(121, 231))

    def test_a_page_of_the_archive_that_is_missing_is_named(self, tmp_path: Path) -> None:
        feed = publish(tmp_path, history(230))
        (feed.parent / "archive-00001.json").unlink()
        with pytest.raises(FeedUnreachableError, match=r"There is no .*archive-00001\.json\."):
            read_feed(str(feed), known=knowing(history(40)))

    def test_a_page_of_the_archive_that_ends_elsewhere_is_named(self, tmp_path: Path) -> None:
        feed = publish(tmp_path, history(230))
        page = feed.parent / "archive-00001.json"
        rewrite_page(page, events=history(99))
        with pytest.raises(
            FeedConflictError, match=r"archive-00001\.json ends with event 99, and the page after .* 101"
        ):
            read_feed(str(feed))
        rewrite_page(page, events=[])
        with pytest.raises(FeedConflictError, match=r"archive-00001\.json is empty"):
            read_feed(str(feed))

    def test_an_archive_in_a_circle_ends(self, tmp_path: Path) -> None:
        feed = publish(tmp_path, history(230))
        rewrite_page(feed, prev_archive="archive-00002.json")
        (feed.parent / "archive-00002.json").write_bytes(feed.read_bytes())
        with pytest.raises(FeedConflictError, match="ends with event 230"):
            read_feed(str(feed))

    @pytest.mark.parametrize(
        "address",
        [
            "file:///etc/passwd",
            "/etc/passwd",
            "../../../secret.json",
            "https://elsewhere.example/secret.json",
            "secret.json?a#b",
        ],
    )
    def test_the_archive_is_looked_for_beside_the_feed_and_nowhere_else(self, tmp_path: Path, address: str) -> None:
        (tmp_path / "secret.json").write_text("{}")
        feed = publish(tmp_path / "site", history(230))
        rewrite_page(feed, prev_archive=address)
        with pytest.raises(
            FeedUnreachableError, match=rf"There is no {re.escape(str(feed.parent))}/(passwd|secret\.json)\."
        ):
            read_feed(str(feed))

    @pytest.mark.parametrize("address", ["..", "a/..", "https://x/", "a b", ".hidden", "\x00", "a\\b", "%2e%2e"])
    def test_an_archive_without_the_name_of_a_file_is_refused(self, tmp_path: Path, address: str) -> None:
        feed = publish(tmp_path, history(230))
        rewrite_page(feed, prev_archive=address)
        with pytest.raises(FeedUnreachableError, match="which is no file beside it") as raised:
            read_feed(str(feed))
        assert "\x00" not in str(raised.value)

    def test_a_feed_that_is_not_there_is_unreachable(self, tmp_path: Path) -> None:
        with pytest.raises(FeedUnreachableError, match="There is no"):
            read_feed(str(tmp_path / "feed.json"))
        with pytest.raises(FeedUnreachableError, match="is not a file"):
            read_feed(str(tmp_path))
        with pytest.raises(FeedUnreachableError, match="is not a file"):
            read_feed("/dev/zero")

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"<!DOCTYPE html><title>Log in</title>",
            b"\xff\xfe",
            b"[" * 200_000,
            b'{"events":' + b"[" * 300 + b"]" * 300 + b"}",
            b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
            b'{"head":null,"prev_archive":null,"events":[],"x":NaN}',
            b'{"head":null,"prev_archive":null,"events":[],"x":' + b"9" * 10_000 + b"}",
            b'{"head":null,"head":null,"prev_archive":null,"events":[]}',
            b"[]",
            b"{}",
            b'"feed"',
            b'{"version":"https://jsonfeed.org/version/1.1","items":[]}',
            b'{"head":null,"prev_archive":null,"events":{}}',
            b'{"head":null,"prev_archive":7,"events":[]}',
            b'{"head":{"seq":true,"hash":""},"prev_archive":null,"events":[]}',
            b'{"head":null,"prev_archive":null,"events":[' + b"1," * 100_000 + b"1]}",
        ],
        ids=lambda content: content[:20].decode("latin-1"),
    )
    def test_what_is_no_feed_is_told_in_a_sentence(self, tmp_path: Path, content: bytes) -> None:
        feed = tmp_path / "feed.json"
        feed.write_bytes(content)
        with pytest.raises(
            FeedUnreachableError, match=r"feed\.json is (not the JSON of|JSON, but not a page of)"
        ) as raised:
            read_feed(str(feed))
        assert is_a_sentence(raised.value)
        assert len(str(raised.value)) < 1000

    @pytest.mark.parametrize(
        "change",
        [
            {"seq": True},
            {"seq": 1.0},
            {"seq": "1"},
            {"seq": 0},
            {"seq": 2**31},
            {"seq": 10**400},
            {"id": ""},
            {"id": "a\nb"},
            {"id": "\ud800"},
            {"id": "x" * 2000},
            {"hash": "A" * 64},
            {"prev": ""},
            {"type": None},
            {"policy": 3},
            {"version": []},
            {"supersedes": {}},
        ],
        ids=repr,
    )
    def test_an_event_that_lacks_what_is_needed_is_named(self, tmp_path: Path, change: dict[str, Any]) -> None:
        feed = publish(tmp_path, history(1))
        rewrite_page(feed, events=[{**history(1)[0], **change}])
        with pytest.raises(
            FeedConflictError, match=r"vent (at place )?1 of .* is not as a change feed has it|Event "
        ) as raised:
            read_feed(str(feed))
        assert is_a_sentence(raised.value)

    def test_a_byte_order_mark_does_no_harm(self, tmp_path: Path) -> None:
        feed = publish(tmp_path, history(2))
        feed.write_bytes(b"\xef\xbb\xbf" + feed.read_bytes())
        assert seqs(read_feed(str(feed))) == [1, 2]

    def test_a_page_of_200_megabytes_is_not_read(self, tmp_path: Path) -> None:
        feed = tmp_path / "feed.json"
        with feed.open("wb") as file:
            file.truncate(200 * 2**20)
        with pytest.raises(FeedUnreachableError, match=r"feed\.json is larger than 64 MiB"):
            read_feed(str(feed))


@pytest.fixture
def server(tmp_path: Path) -> Any:
    publish(tmp_path, history(230))
    with serving(tmp_path) as server:
        yield server


class TestServers:
    def test_a_feed_is_read_with_its_archive_from_its_own_host(self, server: Server) -> None:
        # the addresses in it are those of example.org; a copy is read where it lies
        assert seqs(read_feed(server.feed)) == list(range(1, 231))
        assert [path for path, _ in server.asked] == ["/changes/v1/feed.json", "/changes/v1/archive-00001.json"]

    def test_the_program_says_who_asks(self, server: Server) -> None:
        read_feed(server.feed)
        assert server.asked[0][1]["User-Agent"].startswith("policy-site/")

    def test_a_feed_that_did_not_change_is_not_sent_again(self, server: Server) -> None:
        reading = read_feed(server.feed)
        assert reading is not None
        assert reading.validators.last_modified == "Mon, 04 May 2026 00:00:00 GMT"
        assert read_feed(server.feed, validators=reading.validators, known=knowing(history(230))) is None
        assert server.asked[-1][1]["If-None-Match"] == reading.validators.etag
        assert server.asked[-1][1]["If-Modified-Since"] == reading.validators.last_modified

    def test_a_query_goes_with_every_page_and_is_not_shown(self, server: Server) -> None:
        assert seqs(read_feed(f"{server.feed}?token=secret")) == list(range(1, 231))
        assert [path for path, _ in server.asked][-1] == "/changes/v1/archive-00001.json?token=secret"
        (server.folder / "changes/v1/archive-00001.json").unlink()
        with pytest.raises(FeedUnreachableError) as raised:
            read_feed(f"{server.feed}?token=secret".replace("//", "//user:secret@"))
        assert "secret" not in str(raised.value)
        assert server.asked[-1][1]["Authorization"].startswith("Basic ")

    @pytest.mark.parametrize("status", [204, 304, 401, 404, 410, 429, 500, 503])
    def test_another_answer_is_told_with_address_and_status(self, server: Server, status: int) -> None:
        server.answers["/changes/v1/feed.json"] = (status, {}, b"")
        with pytest.raises(FeedUnreachableError, match=rf"feed\.json answers with status {status}\.") as raised:
            read_feed(server.feed)
        assert raised.value.exit_status == 3

    def test_a_page_of_the_archive_that_is_missing_is_named(self, server: Server) -> None:
        (server.folder / "changes/v1/archive-00001.json").unlink()
        with pytest.raises(FeedUnreachableError, match=r"archive-00001\.json answers with status 404"):
            read_feed(server.feed)

    def test_a_redirect_on_the_same_host_is_followed(self, server: Server) -> None:
        server.answers["/feed.json"] = (301, {"Location": "/changes/v1/feed.json"}, b"")
        publish(server.folder, history(20))
        assert seqs(read_feed(f"{server.address}/feed.json")) == list(range(1, 21))

    @pytest.mark.parametrize(
        "location",
        ["http://elsewhere.example/feed.json", "http://127.0.0.1:1/feed.json", "file:///etc/passwd", "//[", ""],
    )
    def test_a_redirect_elsewhere_is_not_followed(self, server: Server, location: str) -> None:
        server.answers["/changes/v1/feed.json"] = (302, {"Location": location}, b"")
        with pytest.raises(FeedUnreachableError) as raised:
            read_feed(server.feed)
        assert is_a_sentence(raised.value)
        assert "passwd" not in str(raised.value) or "which is elsewhere" in str(raised.value)

    def test_redirects_in_a_circle_end(self, server: Server) -> None:
        server.answers["/changes/v1/feed.json"] = (302, {"Location": "/changes/v1/feed.json"}, b"")
        with pytest.raises(FeedUnreachableError, match="redirects more than 5 times"):
            read_feed(server.feed)

    def test_a_packed_answer_is_unpacked_up_to_a_limit(self, server: Server) -> None:
        body = gzip.compress((server.folder / "changes/v1/feed.json").read_bytes())
        server.answers["/changes/v1/feed.json"] = (200, {"Content-Encoding": "gzip"}, body)
        assert seqs(read_feed(server.feed)) == list(range(1, 231))
        server.answers["/changes/v1/feed.json"] = (
            200,
            {"Content-Encoding": "gzip"},
            gzip.compress(bytes(70 * 2**20), 1),
        )
        with pytest.raises(FeedUnreachableError, match="is larger than 64 MiB"):
            read_feed(server.feed)
        server.answers["/changes/v1/feed.json"] = (200, {"Content-Encoding": "gzip"}, b"not packed")
        with pytest.raises(FeedUnreachableError, match="cannot be read"):
            read_feed(server.feed)

    def test_an_answer_that_breaks_off_is_unreachable(self, server: Server) -> None:
        server.answers["/changes/v1/feed.json"] = (200, {"Content-Length": "100000"}, b"{")
        with pytest.raises(FeedUnreachableError, match="cannot be read"):
            read_feed(server.feed)

    def test_a_server_that_is_not_there_is_unreachable(self) -> None:
        with pytest.raises(FeedUnreachableError, match=r"http://127\.0\.0\.1:1/feed\.json cannot be read: .*refused"):
            read_feed("http://127.0.0.1:1/feed.json")
        with pytest.raises(FeedUnreachableError, match="cannot be read") as raised:
            read_feed("http://[")
        assert is_a_sentence(raised.value)

    def test_a_validator_that_cannot_be_sent_back_is_dropped(self, server: Server) -> None:
        body = (server.folder / "changes/v1/feed.json").read_bytes()
        server.answers["/changes/v1/feed.json"] = (200, {"ETag": '"é"', "Last-Modified": "x" * 2000}, body)
        reading = read_feed(server.feed)
        assert reading is not None
        assert reading.validators == Validators()


class TestIdentity:
    def test_a_feed_is_known_by_its_address_without_secrets(self) -> None:
        assert feed_identity("https://a:b@example.org/feed.json?token=c#d") == "https://example.org/feed.json"

    def test_a_file_is_known_by_its_whole_path(self) -> None:
        assert feed_identity("feed.json") == str(Path.cwd() / "feed.json")

    @pytest.mark.parametrize("address", ["http://", "https:///feed.json", "http://a:b:c/", "http://\x00/"])
    def test_what_is_no_address_is_told(self, address: str) -> None:
        with pytest.raises(UsageError) as raised:
            feed_identity(address)
        assert is_a_sentence(raised.value)
