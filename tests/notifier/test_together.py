"""Several at work on one ledger at once, each at its own step: none takes what another does for its own or for done."""

from __future__ import annotations

import json
import threading
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, update

from policy_site.commands.notify import _repeat
from policy_site.console.terminal import Terminal
from policy_site.errors import NoticeError, UsageError
from policy_site.notifier import delivery, ingestion, planning, reconciliation, replays
from policy_site.notifier.ledger import Ledger, deliveries, open_ledger
from policy_site.notifier.ledger.due import due_deliveries
from policy_site.notifier.ledger.events import record_events, seqs_in_state
from policy_site.notifier.ledger.plans import Pass, add_canaries, planning_alone
from policy_site.notifier.ledger.replays import take_up
from policy_site.notifier.ledger.suppressions import suppress, suppressed
from policy_site.notifier.ledger.tables import DELIVERIES, EVENTS
from policy_site.notifier.ledger.workers import start_worker
from policy_site.notifier.model import EventState
from policy_site.notifier.planning import plan_notices
from policy_site.notifier.reports import report_lines, survey_ledger
from policy_site.notifier.running import mend_times
from policy_site.notifier.settings import read_notifier_settings
from policy_site.notifier.settings_tables import Audience
from tests.support.mailing import NOTICE, Mailing
from tests.support.plans import CHANNELS, MAIL, PlannedLedger, customers, many, settings_of, write_list
from tests.support.published_feeds import chained, history, notices
from tests.support.scripted_smtp import ScriptedServer, Talk, always
from tests.support.services import PostgreSQL


@pytest.fixture
def shared(tmp_path: Path, postgresql: PostgreSQL, server: ScriptedServer) -> Mailing:
    """Return a notifier whose ledger several share, with one event that people are told of."""
    made = Mailing(tmp_path, server.port, ledger_url=postgresql.create_database())
    made.announce()
    return made


class TestPlanning:
    @pytest.mark.parametrize("step", ["plan", "run"])
    def test_who_leaves_it_to_another_does_not_say_that_it_is_done(self, shared: Mailing, step: str) -> None:
        shared.run("ingest")
        with shared.ledger as ledger, planning_alone(ledger, event_seq=NOTICE, audience="people"):
            over = shared.run(step)
            for_machines = json.loads(shared.run(step, "--format", "json").out)
        assert over.status == 7
        assert f"Event {NOTICE} is not planned to its end for the audience people" in over.err
        assert for_machines["unplanned"] == [{"event": NOTICE, "audience": "people"}]
        assert shared.run().status == 0
        assert shared.states() == {"a@example.org": "sent"}

    def test_who_is_asked_to_plan_again_and_cannot_says_so(self, shared: Mailing) -> None:
        shared.plan()
        shared.people(["a@example.org,en,", "joined@example.org,en,"])
        with shared.ledger as ledger, planning_alone(ledger, event_seq=NOTICE, audience="people"):
            over = shared.run("plan", "--again", str(NOTICE))
            assert (over.status, shared.run("plan").status) == (2, 0), "without it there is nothing to do"
        assert f"Event {NOTICE} cannot be planned again for the audience 'people' now" in over.err
        assert shared.run("plan", "--again", str(NOTICE)).status == 0
        assert list(shared.states()) == ["a@example.org", "joined@example.org"]

    def test_who_is_asked_to_plan_again_what_comes_after_another_says_so(
        self, planned: PlannedLedger, tmp_path: Path
    ) -> None:
        planned.publish(1)
        planned.publish(2)
        path = tmp_path / "list.csv"
        failures: list[str] = []

        def fail(audience: str, error: UsageError) -> None:
            failures.append(f"{audience}: {error}")

        plan_notices(planned.ledger, settings_of(customers(path)), again=[2], failed=fail)
        assert [failure[:40] for failure in failures] == [
            "customers: The list of recipients " + str(path)[:6], "customers: Event 2 cannot be planned aga",
        ]  # fmt: skip

    def test_after_a_plan_that_was_stopped_delivery_is_not_the_end(
        self, tmp_path: Path, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("policy_site.notifier.audience.CHUNK_ROWS", 10)
        mailing = Mailing(tmp_path, server.port)
        mailing.announce()
        mailing.people_many(30)
        mailing.run("ingest")

        class StoppedError(Exception):
            """Somebody stopped it."""

        def stop(_reached: Pass) -> None:
            raise StoppedError

        with mailing.ledger as ledger, pytest.raises(StoppedError):
            plan_notices(ledger, read_notifier_settings(mailing.config), progress=stop)
        over = mailing.run("deliver")
        assert (over.status, len(server.taken)) == (7, 10)
        assert "is not planned to its end" in over.err
        assert mailing.run("run").status == 0
        assert len(server.taken) == 30

    def test_another_list_under_the_same_name_is_told(
        self, planned: PlannedLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("policy_site.notifier.audience.CHUNK_ROWS", 10)
        planned.publish(1)
        first = settings_of(customers(write_list(tmp_path / "first.csv", many(40))))
        second = settings_of(customers(write_list(tmp_path / "second.csv", many(20, start=100))))
        is_begun = False

        def begin_the_other(_reached: Pass) -> None:
            nonlocal is_begun
            if not is_begun:
                is_begun = True
                with open_ledger(planned.url) as other:
                    plan_notices(other, second)

        if planned.ledger.is_shared:  # where there is a lock the other stays away
            plan_notices(planned.ledger, first, progress=begin_the_other)
            assert len(planned.addresses()) == 40
            return
        with pytest.raises(UsageError, match="Another process plans another list as the audience 'customers'"):
            plan_notices(planned.ledger, first, progress=begin_the_other)

    def test_audiences_in_another_order_do_not_wait_for_each_other(
        self, tmp_path: Path, postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = postgresql.create_database()
        with open_ledger(url) as ledger:
            PlannedLedger(ledger, url).publish(1)
        lists = [
            customers(
                write_list(tmp_path / f"{name}.csv", [f"{name}@example.org,en,"]),
                name=name,
                canaries=[f"canary-{name}@example.org"],
            )
            for name in "xy"
        ]
        meeting = threading.Barrier(2, timeout=30)
        here = threading.local()

        def add(*given: object, **named: object) -> None:
            add_canaries(*given, **named)  # type: ignore[arg-type]
            if not getattr(here, "has_met", False):
                here.has_met = True
                meeting.wait()

        monkeypatch.setattr(planning, "add_canaries", add)
        failures: list[UsageError] = []

        def plan(*audiences: Audience) -> None:
            with open_ledger(url) as ledger:
                plan_notices(ledger, settings_of(*audiences), failed=lambda _name, error: failures.append(error))

        thread = threading.Thread(target=plan, args=lists)
        thread.start()
        plan(*reversed(lists))
        thread.join()
        with open_ledger(url) as ledger:
            assert sorted(PlannedLedger(ledger, url).addresses()) == [
                "canary-x@example.org", "canary-y@example.org", "x@example.org", "y@example.org",
            ]  # fmt: skip
        assert failures == []


class TestWatching:
    def test_a_collision_does_not_end_it_unless_it_is_the_first_thing_that_happens(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        class EnoughError(Exception):
            """The end of the test."""

        ends = iter([None, UsageError("Another process delivers."), NoticeError("It is away."), EnoughError()])
        rounds = 0

        def do() -> int:
            nonlocal rounds
            rounds += 1
            if error := next(ends):
                raise error
            return 0

        with pytest.raises(EnoughError):
            _repeat(do, 0.0, Terminal())
        assert rounds == 4
        assert capsys.readouterr().err == "error: Another process delivers.\nerror: It is away.\n"
        ends = iter([UsageError("There are no settings.")])
        with pytest.raises(UsageError):
            _repeat(do, 0.0, Terminal())


class TestDelivery:
    def test_a_second_name_of_the_ledger_lets_nobody_in(self, tmp_path: Path) -> None:
        (tmp_path / "link.db").symlink_to(tmp_path / "notify.db")
        with (
            open_ledger(f"sqlite:///{tmp_path}/notify.db") as one,
            open_ledger(f"sqlite:///{tmp_path}/link.db") as other,
            one.alone(),
            pytest.raises(UsageError, match="Another process delivers"),
            other.alone(),
        ):
            pass

    def test_what_one_channel_puts_off_is_the_business_of_no_other(
        self, planned: PlannedLedger, tmp_path: Path
    ) -> None:
        planned.publish(1)
        plan_notices(planned.ledger, settings_of(customers(write_list(tmp_path / "list.csv", many(1)))))
        with planned.ledger.transaction() as connection:
            later = planned.ledger.now(connection) + 9_000
            connection.execute(update(DELIVERIES).values(due_at=later))
        hasty = MAIL.model_copy(update={"longest_retry_seconds": 600})
        mend_times(planned.ledger, "newsletter", hasty)
        assert [row.due_at for row in planned.deliveries()] == [later]
        mend_times(planned.ledger, "mail", hasty)
        assert planned.deliveries()[0].due_at < later

    def test_who_is_struck_off_after_the_claim_is_not_told(
        self, tmp_path: Path, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(delivery, "_WANTED_SECONDS", 0)
        mailing = Mailing(tmp_path, server.port, channel={"connections": 1})
        mailing.announce()
        mailing.people([f"{name}@example.org,en," for name in "abc"])
        mailing.plan()

        def strike_off(talk: Talk) -> None:
            if talk.number == 1 and not server.taken:
                with mailing.ledger as ledger, ledger.transaction() as connection:
                    for name in "bc":
                        suppress(connection, "mail", f"{name}@example.org", reason="550 5.1.1 gone", at=1)

        server.answers["RCPT"] = strike_off
        assert mailing.run("deliver").status == 0
        assert server.recipients == ["a@example.org"]
        assert mailing.counts() == {"sent": 1, "suppressed": 2}

    def test_of_an_event_that_is_closed_meanwhile_nobody_else_is_told(
        self, tmp_path: Path, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(delivery, "_WANTED_SECONDS", 0)
        mailing = Mailing(tmp_path, server.port, channel={"connections": 1})
        mailing.announce()
        mailing.people_many(20)
        mailing.plan()

        def close_it(_talk: Talk) -> None:
            if len(server.taken) == 3:
                with mailing.ledger as ledger:
                    ingestion.close(ledger, [NOTICE])

        server.answers["RCPT"] = close_it
        assert mailing.run("deliver").status == 0
        assert len(server.taken) in (4, 5)  # what was under way, and the one that was taken while it was
        assert mailing.counts() == {"sent": len(server.taken), "pending": 20 - len(server.taken)}

    def test_what_comes_later_about_a_version_waits_for_all_that_came_earlier(
        self, planned: PlannedLedger, tmp_path: Path
    ) -> None:
        for seq, version in ((1, "a"), (2, "b"), (3, "a"), (4, "a")):
            planned.publish(seq, version=version)
        lists = {
            seq: customers(
                write_list(tmp_path / f"{seq}.csv", [f"{name}@example.org,en," for name in names]), name=str(seq)
            )
            for seq, names in ((1, "xz"), (2, "x"), (3, "y"), (4, "xyz"))
        }
        for seq, audience in lists.items():
            with planned.ledger.transaction() as connection:
                connection.execute(update(EVENTS).values(state=EventState.PAST))
                connection.execute(update(EVENTS).where(EVENTS.c.seq == seq).values(state=EventState.OPEN))
            plan_notices(planned.ledger, settings_of(audience))
        with planned.ledger.transaction() as connection:
            connection.execute(update(EVENTS).values(state=EventState.OPEN))

        def due() -> list[tuple[int, str]]:
            rows = {row.id: (row.event_seq, row.recipient[0]) for row in planned.deliveries()}
            with planned.ledger.transaction() as connection:
                return [rows[number] for (number,) in connection.execute(due_deliveries(connection, "mail", now=99))]

        def move(seq: int, name: str, state: str) -> None:
            with planned.ledger.transaction() as connection:
                connection.execute(
                    update(DELIVERIES)
                    .where(DELIVERIES.c.event_seq == seq, DELIVERIES.c.recipient == f"{name}@example.org")
                    .values(state=state)
                )

        assert sorted(due()) == [(1, "x"), (1, "z"), (2, "x"), (3, "y")]
        move(1, "x", "held")
        move(1, "z", "sent")
        move(3, "y", "sending")
        assert due() == [(2, "x"), (4, "z")], "who may still get the earlier one does not get the later one"
        move(1, "x", "refused")
        move(3, "y", "sent")
        assert sorted(due()) == [(2, "x"), (4, "x"), (4, "y"), (4, "z")]
        with open_ledger(planned.url) as other:
            ingestion.close(other, [1])
        for state, others in (("pending", "xyz"), ("held", "xyz"), ("claimed", "yz"), ("sending", "yz")):
            move(1, "x", state)
            assert sorted(due()) == [(2, "x"), *((4, name) for name in others)], "only what is on its way"

    def test_an_event_that_is_closed_while_it_is_claimed_ends_the_claim(
        self, planned: PlannedLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        planned.publish(1)
        plan_notices(planned.ledger, settings_of(customers(write_list(tmp_path / "list.csv", many(3)))))
        asked = 0

        def close_first(connection: Connection, *given: object, **named: object) -> object:
            nonlocal asked
            asked += 1
            assert asked < 5
            connection.execute(update(EVENTS).values(state=EventState.CLOSED))
            return suppressed(connection, *given, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(deliveries, "suppressed", close_first)
        with planned.ledger.transaction() as connection:
            number = start_worker(connection, name="w", lease_until=99)
            assert deliveries.claim(connection, worker=number, channel="mail", now=9, limit=10) == []
        assert {row.state for row in planned.deliveries()} == {"pending"}

    @pytest.mark.parametrize("ambiguous", ["resend", "hold"])
    def test_doubts_of_a_closed_event_are_held_and_nothing_is_sent_again(
        self, planned: PlannedLedger, tmp_path: Path, ambiguous: str
    ) -> None:
        planned.publish(1)
        plan_notices(planned.ledger, settings_of(customers(write_list(tmp_path / "list.csv", many(1)))))
        with planned.ledger.transaction() as connection:
            connection.execute(update(DELIVERIES).values(state="doubtful"))
        ingestion.close(planned.ledger, [1])
        settings = MAIL.model_copy(update={"ambiguous": ambiguous})
        assert reconciliation.settle(planned.ledger, name="mail", settings=settings).held == 1
        assert [row.state for row in planned.deliveries()] == ["held"]
        assert replays.decide(planned.ledger, "1", is_sent=True).moved == 1

    def test_a_character_that_a_database_refuses_keeps_nobody_from_their_notice(
        self, shared: Mailing, server: ScriptedServer
    ) -> None:
        events = history(NOTICE)
        editions = {tag: {**edition} for tag, edition in events[-1]["editions"].items()}
        editions["de"]["title"] = "Daten\0schutz"
        shared.publish(events=chained([*events[:-1], {**events[-1], "editions": editions}]))
        shared.people(["a@example.org,en,", "b@example.org,de,"])
        server.answers["."] = always("250 2.0.0 Ok: \0queued")
        assert shared.run().status == 0
        assert sorted(server.recipients) == ["a@example.org", "b@example.org"]
        assert shared.attempts("b@example.org") == [("accepted", "250 2.0.0 Ok:  queued")]

    @pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
    def test_nobody_hears_of_a_correction_before_what_it_corrects(
        self, tmp_path: Path, server: ScriptedServer, kind: str, request: pytest.FixtureRequest
    ) -> None:
        url = request.getfixturevalue("postgresql").create_database() if kind == "postgresql" else ""
        mailing = Mailing(tmp_path, server.port, ledger_url=url, channel={"retry_seconds": 600})
        told = notices(75)
        events = history(75)
        first, second = next(
            (one, other) for one, other in pairwise(told) if events[other - 1]["supersedes"] == events[one - 1]["id"]
        )
        mailing.people(["grey@example.org,en,", "quick@example.org,en,"])
        mailing.publish(first - 1)
        mailing.run("ingest")
        mailing.publish(first)
        server.answers["RCPT"] = lambda talk: "450 4.2.0 try later" if "grey" in talk.line else None
        assert mailing.run().status == 7
        del server.answers["RCPT"]
        mailing.publish(second)
        assert mailing.run().status == 0
        assert server.recipients.count("quick@example.org") == 2
        assert server.recipients.count("grey@example.org") == 1, "the last one says what is true now"
        rows = [row for row in mailing.all_rows() if row["recipient"] == "grey@example.org"]
        assert [(row["event_seq"], row["state"]) for row in rows] == [(first, "superseded"), (second, "sent")]


def test_a_correction_is_not_released_before_what_it_corrects(planned: PlannedLedger) -> None:
    for seq in (1, 2):
        planned.publish(seq, state="held", version="a")
    planned.publish(3, state="held")
    with pytest.raises(UsageError, match="Event 1 came before event 2 about the same version"):
        ingestion.release(planned.ledger, [2, 3])
    assert ingestion.release(planned.ledger, [3]) == (3,)
    assert ingestion.rest(planned.ledger, [1]) == (1,)
    assert ingestion.release(planned.ledger, [2]) == (2,)


class TestReplays:
    def test_what_was_sent_meanwhile_is_not_taken_up_once_more(
        self, planned: PlannedLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(replays, "_ROWS", 10)
        planned.publish(1)
        plan_notices(planned.ledger, settings_of(customers(write_list(tmp_path / "list.csv", many(35)))))
        with planned.ledger.transaction() as connection:
            connection.execute(update(DELIVERIES).values(state="refused", attempts=1))
        rounds = 0

        def refused_again(connection: Connection, *given: object, **named: object) -> object:
            nonlocal rounds
            rounds += 1
            assert rounds < 10
            connection.execute(update(DELIVERIES).where(DELIVERIES.c.state == "pending").values(state="refused"))
            return take_up(connection, *given, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(replays, "take_up", refused_again)
        assert replays.replay(planned.ledger, "1").moved == 35
        assert {len(planned.outcomes(address)) for address in planned.addresses()} == {1}


class TestReconciliation:
    def test_what_fell_into_doubt_after_the_record_was_read_waits_for_the_next(
        self, planned: PlannedLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        planned.publish(1)
        plan_notices(planned.ledger, settings_of(customers(write_list(tmp_path / "list.csv", many(2)))))
        clock = [2_000_000_000]
        monkeypatch.setattr(Ledger, "now", lambda _ledger, _connection: clock[0])
        with planned.ledger.transaction() as connection:
            for number, age in ((0, 100), (1, 1)):
                connection.execute(
                    update(DELIVERIES)
                    .where(DELIVERIES.c.recipient == f"person{number}@example.org")
                    .values(state="doubtful", changed_at=clock[0] - age)
                )

        def read(_record: object) -> frozenset[str]:
            clock[0] += 70  # a long log
            with open_ledger(planned.url) as other:  # nobody waits for it
                assert survey_ledger(other).events
                with other.transaction() as connection:
                    connection.execute(update(DELIVERIES).values(attempts=1))
            return frozenset()

        monkeypatch.setattr(reconciliation, "read_server_record", read)
        facts = {"kind": "messages", "files": [str(tmp_path / "none")], "settle_seconds": 60}
        settings = MAIL.model_validate({**MAIL.model_dump(), "ambiguous": "reconcile", "record": facts})
        settled = reconciliation.settle(planned.ledger, name="mail", settings=settings)
        assert (settled.resent, settled.waiting) == (1, 1)
        assert [row.state for row in planned.deliveries()] == ["pending", "doubtful"]


class TestReports:
    def test_words_that_were_made_meanwhile_are_in_it(self, planned: PlannedLedger, tmp_path: Path) -> None:
        planned.publish(1)
        plan_notices(planned.ledger, settings_of(customers(write_list(tmp_path / "list.csv", many(2)))))
        lines = report_lines(planned.ledger, "1", CHANNELS)
        assert next(lines)["kind"] == "event"
        with open_ledger(planned.url) as other:
            PlannedLedger(other, planned.url).deliver("person0@example.org", "sent", "250 Ok")
        rest = list(lines)
        named = {attempt["wording"] for line in rest for attempt in line.get("attempts", ())}
        assert named == {"d" * 64} == {line["digest"] for line in rest if line["kind"] == "wording"}

    def test_where_everything_stands_is_of_one_instant(self, planned: PlannedLedger, tmp_path: Path) -> None:
        planned.publish(1)
        settings = settings_of(customers(write_list(tmp_path / "list.csv", many(5))))
        is_planned = False

        def plan_in_between(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
            nonlocal is_planned
            if "FROM pass" in statement and not is_planned:
                is_planned = True
                with open_ledger(planned.url) as other:
                    plan_notices(other, settings)

        event.listen(planned.ledger.engine, "before_cursor_execute", plan_in_between)
        (found,) = survey_ledger(planned.ledger).events
        assert is_planned
        assert (found.channels, found.passes) == ((), ())
        (found,) = survey_ledger(planned.ledger).events
        assert (found.channels[0].states, found.passes[0].planned) == ({"pending": 5}, 5)


def test_what_is_taken_in_while_a_person_releases_is_not_left_held(
    tmp_path: Path, postgresql: PostgreSQL, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = notices(75)[:2]
    mailing = Mailing(tmp_path, server.port, ledger_url=postgresql.create_database(), others={"max_new": 0})
    mailing.publish(first - 1, [] if first == 1 else None)
    assert mailing.run("ingest").status == 0
    mailing.publish(first)
    assert mailing.run("ingest").status == 6
    mailing.others = {"max_new": 10}
    mailing.publish(second)
    releasing: list[threading.Thread] = []

    def release() -> None:
        with mailing.ledger as ledger:
            ingestion.release(ledger)

    def record_while_a_person_releases(*given: object, **more: object) -> None:
        releasing.append(threading.Thread(target=release))
        releasing[0].start()
        releasing[0].join(0.5)  # it waits for this one
        record_events(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(ingestion, "record_events", record_while_a_person_releases)
    mailing.run("ingest")
    releasing[0].join()
    with mailing.ledger as ledger, ledger.snapshot() as connection:
        assert seqs_in_state(connection, EventState.HELD) == ()
        assert seqs_in_state(connection, EventState.OPEN) == (first, second)
