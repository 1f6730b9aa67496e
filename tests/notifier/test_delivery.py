"""Everybody is told once: whatever a server does, each delivery ends in the right state and nothing is lost."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from policy_site.notifier.delivery import Tally
from policy_site.notifier.running import deliver_all
from policy_site.notifier.settings import read_notifier_settings
from tests.support.mailing import Mailing, ended
from tests.support.scripted_smtp import HANG_UP, ScriptedServer, Talk, always, refuse
from tests.support.services import PostgreSQL, SmtpSink


@pytest.fixture(params=["sqlite", "postgresql"])
def mailing(request: pytest.FixtureRequest, tmp_path: Path, server: ScriptedServer) -> Mailing:
    url = ""
    if request.param == "postgresql":
        cluster: PostgreSQL = request.getfixturevalue("postgresql")
        url = cluster.create_database()
    made = Mailing(tmp_path, server.port, ledger_url=url)
    made.announce()
    return made


@pytest.fixture
def local(tmp_path: Path, server: ScriptedServer) -> Mailing:
    made = Mailing(tmp_path, server.port)
    made.announce()
    return made


def test_everybody_is_told_once(mailing: Mailing, server: ScriptedServer) -> None:
    addresses = mailing.people_many(60)
    ended = mailing.run()
    assert ended.status == 0, ended.said
    assert sorted(server.recipients) == addresses
    assert mailing.counts() == {"sent": 60}
    assert mailing.attempts(addresses[0]) == [("accepted", "250 2.0.0 Ok: queued")]
    assert mailing.run().status == 0
    assert len(server.taken) == 60


def test_exactly_those_who_are_refused_are_marked_so(mailing: Mailing, server: ScriptedServer) -> None:
    addresses = mailing.people_many(100)
    bad = [address for count, address in enumerate(addresses) if count % 10 < 3]
    server.answers["RCPT"] = refuse(*bad)
    ended = mailing.run()
    assert ended.status == 10, ended.said
    assert {address for address, state in mailing.states().items() if state == "refused"} == set(bad)
    assert mailing.counts() == {"refused": 30, "sent": 70}
    assert "30 refused" in ended.out


def test_a_list_of_nothing_but_bad_addresses_is_refused_by_a_working_server(
    mailing: Mailing, server: ScriptedServer
) -> None:
    addresses = mailing.people_many(50)
    server.answers["RCPT"] = refuse(*addresses)
    ended = mailing.run()
    assert ended.status == 10, ended.said
    assert mailing.counts() == {"refused": 50}
    assert server.taken == []


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("GREETING", "554 5.3.2 No service"),
        ("GREETING", HANG_UP),
        ("MAIL", "451 4.3.0 Later"),
        ("MAIL", "550 5.7.1 No"),
        ("MAIL", "421 4.3.2 Closing"),
        ("RCPT", "450 4.3.0 Later"),
        ("RCPT", "550 5.3.0 No"),
        ("RCPT", "550 No"),
        ("RCPT", "554 5.7.1 Relay access denied"),
        ("RCPT", "421 4.3.2 Closing"),
        ("DATA", "451 4.3.0 Later"),
        ("DATA", HANG_UP),
        (".", "452 4.3.1 The disk is full"),
        (".", "554 5.6.0 No"),
        (".", "421 4.3.2 Closing"),
    ],
)
def test_when_the_whole_server_fails_nobody_pays_and_all_are_told_later(
    local: Mailing, server: ScriptedServer, command: str, reply: str
) -> None:
    addresses = local.people_many(60)
    local.channel |= {"patience_seconds": 0}
    server.answers[command] = always(reply)
    ended = local.run()
    assert ended.status == 8, ended.said
    assert "The server is unavailable" in ended.err
    assert "Nobody's attempts were spent on it." in ended.err
    assert local.counts() == {"pending": 60}
    assert {row["attempts"] for row in local.rows().values()} == {0}
    del server.answers[command]
    assert local.run().status == 0
    assert Counter(server.recipients) == Counter(addresses)


def test_a_server_that_comes_back_within_the_patience_is_used(local: Mailing, server: ScriptedServer) -> None:
    local.people_many(30)
    local.channel |= {"patience_seconds": 60}
    refusals = iter(range(3))

    def later(_talk: Talk) -> str | None:
        return None if next(refusals, None) is None else "451 4.3.0 Later"

    server.answers["MAIL"] = later
    ended = local.run()
    assert ended.status == 0, ended.said
    assert local.counts() == {"sent": 30}


def test_one_that_the_server_stumbles_over_does_not_keep_the_others(local: Mailing, server: ScriptedServer) -> None:
    addresses = local.people_many(30)
    local.channel |= {"patience_seconds": 60, "connections": 1}
    server.answers["RCPT"] = refuse(addresses[0], reply="421 4.3.2 Closing")
    stop = local.folder / "notify.stop"
    server.answers["."] = lambda _talk: stop.touch() if len(server.taken) == 28 else None  # at the last of the others
    ended = local.run()
    assert ended.status == 7
    assert local.counts() == {"pending": 1, "sent": 29}


def test_an_idle_connection_that_the_server_closed_is_renewed_at_nobodys_cost(
    local: Mailing, server: ScriptedServer
) -> None:
    addresses = local.people_many(20)
    local.channel |= {"patience_seconds": 0, "connections": 1}
    server.answers["MAIL"] = lambda talk: ("421 4.4.2 Idle", HANG_UP)[talk.number % 2] if talk.messages == 3 else None
    ended = local.run()
    assert ended.status == 0, ended.said
    assert sorted(server.recipients) == addresses
    assert len(server.talks) == 7


def test_a_connection_carries_so_many_messages(local: Mailing, server: ScriptedServer) -> None:
    local.people_many(10)
    local.channel |= {"connections": 1, "messages_per_connection": 4}
    local.run()
    assert [sum(line == "DATA" for line in talk) for talk in server.talks] == [4, 4, 2]


def test_a_recipient_put_off_is_tried_again_later_each_time_and_given_up_in_the_end(
    local: Mailing, server: ScriptedServer
) -> None:
    local.people(["a@example.org,en,", "b@example.org,en,", "c@example.org,en,"])
    local.channel |= {"attempts": 5, "retry_seconds": 600, "longest_retry_seconds": 2000}
    server.answers["RCPT"] = refuse("b@example.org", reply="450 4.2.1 Later")
    for attempt, most in enumerate((600, 1200, 2000, 2000), start=1):
        before = int(time.time())
        ended = local.run()
        assert ended.status == 7
        assert "1 deliveries wait for another run, the first at 20" in ended.err
        row = local.rows()["b@example.org"]
        assert (row["state"], row["attempts"]) == ("pending", attempt)
        assert before + most // 2 <= row["due_at"] <= int(time.time()) + most
        assert local.run().status == 7
        assert len(local.attempts("b@example.org")) == attempt, "not before it is due"
        local.change("b@example.org", due_at=1)
    assert local.run().status == 10
    assert local.states()["b@example.org"] == "exhausted"
    assert local.attempts("b@example.org") == [("deferred", "450 4.2.1 Later")] * 5
    assert sorted(server.recipients) == ["a@example.org", "c@example.org"]


class TestDoubt:
    def test_a_lost_answer_is_sent_again_as_the_same_message(self, local: Mailing, server: ScriptedServer) -> None:
        lost = iter(range(1))
        server.answers["."] = lambda _talk: None if next(lost, None) is None else HANG_UP
        ended = local.run()
        assert ended.status == 7
        assert "1 doubtful, to be sent again" in ended.out
        row = local.rows()["a@example.org"]
        assert (row["state"], row["attempts"]) == ("pending", 1)
        assert row["due_at"] > time.time() + 200, "not at once: the server may still be at it"
        local.change(due_at=1)
        assert local.run().status == 0
        assert [outcome for outcome, _ in local.attempts("a@example.org")] == ["doubtful", "settled", "accepted"]

    def test_a_server_that_always_hangs_up_after_the_dot_is_not_flooded(self, tmp_path: Path) -> None:
        with SmtpSink("-q", ".") as sink:
            local = Mailing(tmp_path, sink.port, channel={"patience_seconds": 2, "attempts": 3})
            local.announce()
            local.people_many(100)
            ended = local.run()
            assert ended.status == 8
            assert "The server is unavailable: No reply after the final dot" in ended.err
            first = sink.messages()
            assert 4 <= len(first) <= 12
            assert local.counts() == {"pending": 100}
            for _ in range(12):
                local.change(due_at=1)
                local.channel |= {"patience_seconds": 0}
                local.run()
            ids = Counter(message.message_id for message in sink.messages())
            assert set(local.counts()) <= {"pending", "exhausted"}
            assert max(ids.values()) <= 14
            by_id: dict[str, set[bytes]] = {}
            for message in sink.messages():
                by_id.setdefault(message.message_id, set()).add(message.content)
            assert {len(contents) for contents in by_id.values()} == {1}, "every copy is the same to the byte"

    def test_a_message_in_doubt_at_the_last_attempt_is_given_up(self, local: Mailing, server: ScriptedServer) -> None:
        server.answers["."] = always(HANG_UP)
        local.channel |= {"attempts": 2}
        assert local.run().status == 7
        local.change(due_at=1)
        assert local.run().status == 0
        assert local.states() == {"a@example.org": "exhausted"}
        assert local.attempts("a@example.org")[-1][1].startswith("Nobody knows whether it arrived")

    def test_hold_lets_a_person_decide(self, local: Mailing, server: ScriptedServer) -> None:
        server.answers["."] = always(HANG_UP)
        local.channel |= {"ambiguous": "hold"}
        ended = local.run()
        assert ended.status == 6
        assert "1 deliveries are doubtful and held" in ended.err
        assert local.counts() == {"held": 1}
        del server.answers["."]
        assert local.run().status == 6
        assert server.taken == []

    def test_what_a_dead_worker_was_sending_is_doubtful_and_what_it_had_claimed_is_not(self, local: Mailing) -> None:
        local.people_many(3)
        local.plan()
        local.channel |= {"ambiguous": "hold"}
        local.change("person00000@example.org", state="sending", worker=77)
        local.change("person00001@example.org", state="claimed", worker=77)
        ledger = local.ledger
        with ledger.transaction() as connection:
            connection.exec_driver_sql("INSERT INTO worker VALUES (77, 'dead', 99999999999)")
        ledger.engine.dispose()
        assert local.run().status == 6
        assert local.states() == {
            "person00000@example.org": "held",
            "person00001@example.org": "sent",
            "person00002@example.org": "sent",
        }


class TestOrder:
    def test_canaries_go_first_and_the_others_wait_for_all_of_them(
        self, local: Mailing, server: ScriptedServer
    ) -> None:
        local.people_many(20)
        canaries = ["canary1@example.org", "canary2@example.org"]
        local.audience |= {"canaries": canaries}
        assert local.run().status == 0
        assert sorted(server.recipients[:2]) == canaries
        assert len(server.recipients) == 22

    def test_a_refused_canary_holds_everybody(self, local: Mailing, server: ScriptedServer) -> None:
        local.people_many(20)
        local.audience |= {"canaries": ["canary@example.org"]}
        server.answers["RCPT"] = refuse("canary@example.org")
        ended = local.run()
        assert ended.status == 6
        assert "canary@example.org did not get the notice; nobody else is told before" in ended.err
        assert server.taken == []
        assert local.counts() == {"pending": 20, "refused": 1}

    def test_a_canary_that_is_put_off_keeps_the_others_waiting(self, local: Mailing, server: ScriptedServer) -> None:
        local.people_many(5)
        local.audience |= {"canaries": ["canary@example.org"]}
        server.answers["RCPT"] = refuse("canary@example.org", reply="450 4.2.1 Later")
        assert local.run().status == 7
        assert server.taken == []
        del server.answers["RCPT"]
        local.change("canary@example.org", due_at=1)
        assert local.run().status == 0
        assert server.recipients[0] == "canary@example.org"

    def test_a_person_has_time_to_look_at_what_the_canaries_got(self, local: Mailing, server: ScriptedServer) -> None:
        local.channel |= {"canary_pause_seconds": 3600}
        local.audience["canaries"] = ["canary@example.org"]
        local.people(["a@example.org,en,"])
        assert local.run().status == 7
        assert local.run().status == 7
        assert server.recipients == ["canary@example.org"]
        assert "mail: The canaries have it; 1 deliveries wait until 20" in local.run("run").err
        local.change("canary@example.org", changed_at=2**40)  # by a clock that ran ahead
        assert local.run().status == 0
        server.taken.clear()
        local.change("a@example.org", state="pending")
        local.change("canary@example.org", changed_at=int(time.time()) - 3601)
        assert local.run().status == 0
        assert server.recipients == ["a@example.org"]

    def test_status_names_the_canaries_for_whom_everybody_waits(self, local: Mailing, server: ScriptedServer) -> None:
        local.audience["canaries"] = ["canary@example.org"]
        server.answers["RCPT"] = refuse("canary@example.org")
        assert local.run().status == 6
        assert "mail: everybody else waits for canary@example.org (refused)." in local.run("status").out

    def test_a_rate_is_kept(self, local: Mailing) -> None:
        local.people_many(11)
        local.channel |= {"rate": 20, "connections": 4}
        before = time.monotonic()
        assert local.run().status == 0
        assert time.monotonic() - before >= 0.5

    def test_who_is_suppressed_is_not_told(self, local: Mailing, server: ScriptedServer) -> None:
        local.people(["a@example.org,en,", "b@example.org,en,"])
        ledger = local.ledger
        with ledger.transaction() as connection:
            connection.exec_driver_sql("INSERT INTO suppression VALUES ('mail', 'a@example.org', 'It bounced.', 1)")
        ledger.engine.dispose()
        assert local.run().status == 0
        assert local.states() == {"a@example.org": "suppressed", "b@example.org": "sent"}
        assert server.recipients == ["b@example.org"]


class TestStopping:
    def test_while_the_stop_file_is_there_nothing_is_sent(self, local: Mailing, server: ScriptedServer) -> None:
        (local.folder / "notify.stop").touch()
        ended = local.run()
        assert ended.status == 7
        assert "notify.stop is there" in ended.err
        assert server.taken == []
        (local.folder / "notify.stop").unlink()
        assert local.run().status == 0

    def test_a_stop_file_ends_a_slow_run_soon_and_nothing_is_in_doubt(
        self, local: Mailing, server: ScriptedServer
    ) -> None:
        local.people_many(50)
        local.channel |= {"rate": 1, "connections": 4}
        server.answers["."] = lambda _talk: (local.folder / "notify.stop").touch()
        before = time.monotonic()
        assert local.run().status == 7
        assert time.monotonic() - before < 40
        assert local.counts() == {"pending": 50 - len(server.taken), "sent": len(server.taken)}

    def test_sigterm_ends_it_in_order(self, mailing: Mailing, server: ScriptedServer) -> None:
        mailing.people_many(2000)
        mailing.channel |= {"rate": 20, "connections": 4}
        many = threading.Event()
        server.answers["."] = lambda _talk: many.set() if len(server.taken) > 5 else None
        process = mailing.start()
        assert many.wait(300)
        process.terminate()
        before = time.monotonic()
        over = ended(process)
        assert time.monotonic() - before < 60  # all of it would take 100
        assert over.status == 143, over.said
        assert "Interrupted; the ledger knows what was done" in over.err
        assert "Traceback" not in over.err
        counts = mailing.counts()
        assert counts == {"pending": 2000 - len(server.taken), "sent": len(server.taken)}

    def test_told_twice_it_ends_at_once_and_the_ledger_knows_what_is_in_doubt(
        self, local: Mailing, server: ScriptedServer
    ) -> None:
        reached, is_over = threading.Event(), threading.Event()

        def wait(_talk: Talk) -> str:
            reached.set()
            is_over.wait(300)
            return HANG_UP

        server.answers["."] = wait
        local.channel |= {"ambiguous": "hold"}
        process = local.start()
        assert reached.wait(300)
        process.terminate()
        with pytest.raises(subprocess.TimeoutExpired):  # it waits for the answer
            process.wait(1)
        for _ in range(10):  # the two may have arrived as one; a third that follows soon would disturb the end
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
                break
        over = ended(process)
        is_over.set()
        assert over.status == 143, over.said
        assert local.states() == {"a@example.org": "doubtful"}
        assert local.run().status == 6


class TestManyWorkers:
    def test_two_processes_on_one_sqlite_ledger_are_refused(self, local: Mailing, server: ScriptedServer) -> None:
        reached, is_over = threading.Event(), threading.Event()

        def wait(_talk: Talk) -> None:
            reached.set()
            is_over.wait(300)

        server.answers["."] = wait
        process = local.start()
        assert reached.wait(300)
        second = local.run()
        is_over.set()
        assert second.status == 2
        assert "Another process delivers from" in second.err
        assert ended(process).status == 0
        assert server.recipients == ["a@example.org"]

    def test_two_workers_on_postgresql_share_the_work(
        self, tmp_path: Path, server: ScriptedServer, postgresql: PostgreSQL
    ) -> None:
        mailing = Mailing(tmp_path, server.port, ledger_url=postgresql.create_database())
        mailing.announce()
        addresses = mailing.people_many(600)
        mailing.plan()
        workers = [mailing.start("deliver") for _ in range(2)]
        statuses = [ended(worker).status for worker in workers]
        assert set(statuses) <= {0, 7}
        assert Counter(server.recipients) == Counter(addresses)
        assert mailing.counts() == {"sent": 600}

    def test_a_lease_from_a_clock_that_ran_ahead_keeps_nobody(
        self, tmp_path: Path, server: ScriptedServer, postgresql: PostgreSQL
    ) -> None:
        mailing = Mailing(tmp_path, server.port, ledger_url=postgresql.create_database())
        mailing.announce()
        mailing.plan()
        mailing.change(state="claimed", worker=77)
        ledger = mailing.ledger
        with ledger.transaction() as connection:
            connection.exec_driver_sql("INSERT INTO worker VALUES (77, 'dead', 9999999999)")
        ledger.engine.dispose()
        assert mailing.run().status == 0
        assert mailing.states() == {"a@example.org": "sent"}


def test_progress_is_told(local: Mailing, server: ScriptedServer) -> None:
    local.people_many(10)
    local.plan()
    heard: list[int] = []

    def hear(channel: str, waiting: int, tally: Tally) -> None:
        assert (channel, waiting) == ("mail", 10)
        heard.append(tally.sent)

    settings = read_notifier_settings(local.config)
    (run,) = deliver_all(local.ledger, settings, is_interrupted=lambda: False, told=hear)
    assert (run.tally.sent, max(heard)) == (10, 10)
    assert len(server.taken) == 10
