"""What a worker records is on disk once, whatever happens to connections, leases and commits meanwhile."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event, select, text, update

from policy_site.errors import UsageError
from policy_site.notifier import recorder
from policy_site.notifier.ledger import Ledger, deliveries, open_ledger
from policy_site.notifier.ledger.deliveries import Verdict, claim, claimed_by, record_attempts
from policy_site.notifier.ledger.tables import ATTEMPTS, DELIVERIES, WORKERS
from policy_site.notifier.ledger.workers import bury_dead_workers
from policy_site.notifier.model import Delivery, DeliveryState
from policy_site.notifier.recorder import Recorder
from policy_site.notifier.running import deliver_all
from policy_site.notifier.settings import read_notifier_settings
from tests.support.mailing import Mailing
from tests.support.scripted_smtp import HANG_UP, ScriptedServer, Talk, refuse
from tests.support.services import PostgreSQL


def plan_for_forty(folder: Path, port: int, url: str) -> Mailing:
    made = Mailing(folder, port, ledger_url=url)
    made.announce()
    made.people_many(40)
    made.plan()
    return made


@pytest.fixture
def shared(tmp_path: Path, server: ScriptedServer, postgresql: PostgreSQL) -> Mailing:
    """Return a notifier whose ledger several workers share."""
    return plan_for_forty(tmp_path, server.port, postgresql.create_database())


@pytest.fixture(params=["sqlite", "postgresql"])
def mailing(request: pytest.FixtureRequest, tmp_path: Path, server: ScriptedServer) -> Mailing:
    if request.param == "postgresql":
        found: Mailing = request.getfixturevalue("shared")
        return found
    return plan_for_forty(tmp_path, server.port, "")


@pytest.fixture
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    name = "mailing" if "mailing" in request.fixturenames else "shared"
    opened = open_ledger(request.getfixturevalue(name).ledger_url)
    yield opened
    opened.close()


def take(recorder: Recorder, limit: int = 10) -> list[Delivery]:
    return recorder.execute(
        lambda connection, now: claim(connection, worker=recorder.worker, channel="mail", now=now, limit=limit)
    )


def sent(delivery: Delivery) -> Verdict:
    return Verdict(delivery.id, DeliveryState.SENT, 1, 0, "accepted", "250 Ok", None)


def bury(ledger: Ledger) -> int:
    with ledger.transaction() as connection:
        connection.execute(update(WORKERS).values(lease_until=1))
        return bury_dead_workers(connection, now=ledger.now(connection), is_alone=False)


class TestBuried:
    def test_what_it_was_sending_is_doubtful_and_what_it_had_claimed_is_free(
        self, mailing: Mailing, ledger: Ledger
    ) -> None:
        with Recorder(ledger, name="w", lease_seconds=60) as one:
            first, second, *_ = take(one)
            one.begin([(first.id, 1), (second.id, 1)])
            assert bury(ledger) == 2
        assert mailing.counts() == {"doubtful": 2, "pending": 38}

    def test_it_neither_begins_nor_records(self, mailing: Mailing, ledger: Ledger) -> None:
        with Recorder(ledger, name="w", lease_seconds=60) as one:
            first, second, *_ = take(one)
            one.begin([(first.id, 1)])
            bury(ledger)
            one.record([sent(first)])
            for _ in range(2):
                with pytest.raises(UsageError, match="silent for longer"):
                    one.begin([(second.id, 1)])
            assert one.is_broken
        assert mailing.counts() == {"doubtful": 1, "pending": 39}
        assert mailing.attempts("person00000@example.org") == []

    def test_it_claims_nothing_any_more(self, shared: Mailing, ledger: Ledger, server: ScriptedServer) -> None:
        with Recorder(ledger, name="w", lease_seconds=60) as one:
            bury(ledger)
            with pytest.raises(UsageError, match="silent for longer"):
                take(one)
        assert shared.counts() == {"pending": 40}
        assert shared.run().status == 0
        assert len(server.taken) == 40

    def test_between_two_looks_nothing_is_overlooked(self, shared: Mailing, ledger: Ledger) -> None:
        """A worker that is only slow begins and withdraws while another buries it: each row ends somewhere."""
        with Recorder(ledger, name="w", lease_seconds=60) as one:
            claims = take(one, 40)
            begun, burials = 0, list[Future[int]]()
            with ThreadPoolExecutor() as pool, contextlib.suppress(UsageError):
                for delivery in claims:
                    if begun == 5:
                        burials.append(pool.submit(bury, ledger))
                    one.begin([(delivery.id, 1)])
                    one.withdraw(delivery.id)
                    begun += 1
            assert [burial.exception() for burial in burials] == [None]
            assert begun >= 5
        assert set(shared.counts()) <= {"pending", "doubtful"}

    def test_it_and_who_buries_it_do_not_wait_for_each_other(
        self, shared: Mailing, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It writes about its second delivery and then its first; who buries it, the other way round."""
        pool, burials = ThreadPoolExecutor(), list[Future[int]]()

        def halfway(connection: Connection, verdicts: Sequence[Verdict], *, worker: int, now: int) -> None:
            if verdicts:
                burials.append(pool.submit(bury, ledger))
                wait_until_somebody_waits(ledger)
            record_attempts(connection, verdicts, worker=worker, now=now)

        monkeypatch.setattr(deliveries, "record_attempts", halfway)
        with Recorder(ledger, name="w", lease_seconds=60) as one, pool:
            first, second, *_ = take(one)
            one.begin([(second.id, 1)])
            one.record([sent(second)])
            one.begin([(first.id, 1)])
            assert [burial.result() for burial in burials] == [1]
        assert shared.counts() == {"sent": 1, "doubtful": 1, "pending": 38}

    @pytest.mark.usefixtures("shared")
    def test_two_that_were_both_away_do_not_bury_each_other(
        self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        meeting = threading.Barrier(2, timeout=300)

        def look(connection: Connection, *, now: int, is_alone: bool) -> int:
            meeting.wait()
            return bury_dead_workers(connection, now=now, is_alone=is_alone)

        with (
            Recorder(ledger, name="one", lease_seconds=3600) as one,
            Recorder(ledger, name="other", lease_seconds=3600) as other,
        ):
            with ledger.transaction() as connection:
                connection.execute(update(WORKERS).values(lease_until=1))
            monkeypatch.setattr(recorder, "bury_dead_workers", look)
            with ThreadPoolExecutor() as pool:
                looking = pool.submit(other._look_after_leases)
                one._look_after_leases()
            assert looking.exception() is None
            assert take(one)
            assert take(other)


def wait_until_somebody_waits(ledger: Ledger) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with ledger.transaction() as connection:
            if connection.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted")).first():
                return
        time.sleep(0.01)
    pytest.fail("Nobody waits.")


@contextmanager
def losing_answers(
    monkeypatch: pytest.MonkeyPatch, is_lost: Callable[[int], bool], error: Callable[[], BaseException]
) -> Iterator[list[int]]:
    """Let some transactions of kept connections be committed, and nobody hear of it."""
    plain, count, lost = Ledger.transaction, [0], list[int]()

    @contextmanager
    def transaction(
        self: Ledger, connection: Connection | None = None, *, is_hot: bool = False
    ) -> Iterator[Connection]:
        with plain(self, connection, is_hot=is_hot) as opened:
            yield opened
        if connection is not None:
            count[0] += 1
            if is_lost(count[0]):
                lost.append(count[0])
                raise error()

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "transaction", transaction)
        patch.setattr(Ledger, "snapshot", plain)  # what only reads has nothing to lose
        patch.setattr(time, "sleep", lambda _seconds: None)
        yield lost


class TestLostAnswers:
    @pytest.mark.parametrize("every", [1, 2, 3, 7])
    def test_of_commits_cost_nobody_anything(
        self,
        mailing: Mailing,
        ledger: Ledger,
        server: ScriptedServer,
        monkeypatch: pytest.MonkeyPatch,
        every: int,
    ) -> None:
        refused = [f"person{number:05}@example.org" for number in (3, 4, 20)]
        server.answers["RCPT"] = refuse(*refused)
        settings = read_notifier_settings(mailing.config)
        tried: Counter[int] = Counter()

        def is_lost(number: int) -> bool:
            # each second try gets through, or nothing ever would
            tried[number // 2] += 1
            return number % (2 * every) == 1

        with losing_answers(monkeypatch, is_lost, lambda: UsageError("The answer is lost.")) as lost:
            (run,) = deliver_all(ledger, settings, is_interrupted=lambda: False)
        assert lost
        assert (run.tally.sent, run.tally.refused, run.tally.doubtful, run.waiting) == (37, 3, 0, 0)
        assert set(Counter(server.recipients).values()) == {1}
        assert mailing.counts() == {"refused": 3, "sent": 37}
        with ledger.transaction() as connection:
            told = Counter(connection.execute(select(ATTEMPTS.c.delivery)).scalars())
            assert connection.execute(select(WORKERS.c.id)).all() == []
        assert (len(told), set(told.values())) == (40, {1}), "each attempt is on record once"

    def test_an_interrupt_right_after_a_commit_is_no_lost_lease(
        self, mailing: Mailing, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Recorder(ledger, name="w", lease_seconds=60) as one:
            first, second, *_ = take(one)
            one.begin([(first.id, 1)])
            one.record([sent(first)])
            with losing_answers(monkeypatch, lambda _number: True, KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
                one.begin([(second.id, 1)])
        assert mailing.counts() == {"doubtful": 1, "pending": 38, "sent": 1}
        assert mailing.attempts("person00000@example.org") == [("accepted", "250 Ok")]
        with ledger.transaction() as connection:
            assert connection.execute(select(WORKERS.c.id)).all() == []

    def test_claims_of_which_it_never_heard_are_still_its_own(self, mailing: Mailing, ledger: Ledger) -> None:
        with Recorder(ledger, name="w", lease_seconds=60) as one:
            claims = take(one, 5)
            known = [claims[0].id]
            forgotten = one.execute(
                lambda connection, _now: claimed_by(connection, worker=one.worker, channel="mail", but=known)
            )
            assert [delivery.id for delivery in forgotten] == [delivery.id for delivery in claims[1:]]
        assert mailing.counts() == {"pending": 40}

    def test_what_another_worker_took_after_a_lost_answer_is_no_lost_lease(
        self, shared: Mailing, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with (
            Recorder(ledger, name="w", lease_seconds=60) as one,
            Recorder(ledger, name="other", lease_seconds=60) as other,
        ):
            first, second, *rest = take(one, 40)
            put_back = [Verdict(each.id, DeliveryState.PENDING, 0, 0, "", "", None) for each in (first, *rest)]
            one.record(put_back)
            taken: list[Delivery] = []

            def lose() -> UsageError:
                with ledger.transaction() as connection:
                    now = ledger.now(connection)
                    taken.extend(claim(connection, worker=other.worker, channel="mail", now=now, limit=5))
                return UsageError("The answer is lost.")

            with losing_answers(monkeypatch, lambda number: number == 1, lose):
                one.begin([(second.id, 1)])
            assert not one.is_broken
            assert taken[0].id == first.id
            one.record([sent(second)])
            other.begin([(first.id, 1)])
            other.record([sent(first)])
        assert shared.counts() == {"pending": 38, "sent": 2}

    def test_a_worker_that_was_buried_after_a_lost_answer_hears_of_it(
        self, shared: Mailing, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Recorder(ledger, name="w", lease_seconds=60) as one:
            first, *_ = take(one)
            one.begin([(first.id, 1)])
            one.record([Verdict(first.id, DeliveryState.DOUBTFUL, 1, 0, "doubtful", "No reply.", None)])

            def lose() -> UsageError:
                bury(ledger)
                return UsageError("The answer is lost.")

            with (
                losing_answers(monkeypatch, lambda number: number == 1, lose),
                pytest.raises(UsageError, match="silent for longer"),
            ):
                one.flush()
        assert shared.counts() == {"doubtful": 1, "pending": 39}


def test_what_a_server_refused_is_not_in_doubt_when_the_worker_dies(mailing: Mailing, server: ScriptedServer) -> None:
    reached = threading.Event()
    is_over = threading.Event()

    def answer(talk: Talk) -> str:
        if talk.recipient.startswith("person00006"):
            reached.set()
            is_over.wait(300)
            return HANG_UP
        return "554 5.7.1 Not this content"

    server.answers["."] = answer
    mailing.channel |= {"connections": 1, "ambiguous": "hold"}
    process = mailing.start()
    assert reached.wait(300)
    process.kill()
    process.communicate()
    is_over.set()
    del server.answers["."]
    assert mailing.counts() == {"claimed": 39, "sending": 1}
    assert mailing.run().status == (7 if "postgresql" in mailing.ledger_url else 6), "there its lease still runs"


def test_a_server_that_greets_slowly_on_one_connection_holds_up_no_other(
    tmp_path: Path, server: ScriptedServer
) -> None:
    mailing = Mailing(tmp_path, server.port, channel={"connections": 2})
    mailing.announce()
    mailing.people_many(30)
    taken_meanwhile: list[int] = []

    def greet(talk: Talk) -> None:
        if talk.number == 2:
            deadline = time.monotonic() + 60
            while len(server.taken) < 29 and time.monotonic() < deadline:
                time.sleep(0.01)
            taken_meanwhile.append(len(server.taken))

    server.answers["GREETING"] = greet
    assert mailing.run().status == 0
    assert taken_meanwhile == [29], "all but the one that waits for that connection"
    assert len(server.taken) == 30


def test_a_defect_in_one_talk_leaves_nobody_else_in_doubt(tmp_path: Path, server: ScriptedServer) -> None:
    mailing = Mailing(tmp_path, server.port, channel={"connections": 4})
    mailing.announce()
    mailing.people_many(30)
    mailing.plan()
    told: list[int] = []

    def tell(_name: str, _waiting: int, _tally: object) -> None:
        told.append(1)
        if len(told) == 5:
            raise BrokenPipeError("nobody reads what is told")

    with pytest.raises(BrokenPipeError):
        deliver_all(mailing.ledger, read_notifier_settings(mailing.config), is_interrupted=lambda: False, told=tell)
    assert mailing.counts() == {"pending": 30 - len(server.taken), "sent": len(server.taken)}
    assert 5 <= len(server.taken) <= 8


def test_a_worker_that_is_struck_off_leaves_nothing_behind(mailing: Mailing, ledger: Ledger) -> None:
    with Recorder(ledger, name="w", lease_seconds=60) as one:
        take(one)
    with ledger.transaction() as connection:
        assert connection.execute(select(WORKERS.c.id)).all() == []
        assert connection.execute(select(DELIVERIES.c.id).where(DELIVERIES.c.worker.is_not(None))).all() == []
        connection.execute(delete(ATTEMPTS))
    assert mailing.counts() == {"pending": 40}


@pytest.mark.usefixtures("shared")
def test_the_keeper_of_a_broken_worker_renews_nothing(ledger: Ledger) -> None:
    with Recorder(ledger, name="w", lease_seconds=2) as one:
        one._error = UsageError("The database was away for too long.")
        time.sleep(1.2)
        with ledger.transaction() as connection:
            connection.execute(update(WORKERS).values(lease_until=1))
        time.sleep(1.2)
        with ledger.transaction() as connection:
            assert connection.execute(select(WORKERS.c.lease_until)).scalar_one() == 1


def test_a_claim_is_looked_up_in_an_index(tmp_path: Path) -> None:
    asked: list[tuple[str, Any]] = []
    with open_ledger(f"sqlite:///{tmp_path}/notify.db") as ledger:
        event.listen(ledger.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        with ledger.transaction() as connection:
            claimed_by(connection, worker=1, channel="mail", but=())
            connection.execute(WORKERS.insert().values(id=1, name="dead", lease_until=0))
            bury_dead_workers(connection, now=9, is_alone=True)
            plans = [
                connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
                for statement, values in list(asked)
                if "delivery" in statement
            ]
    assert len(plans) == 2
    assert all("USING INDEX delivery_taken" in str(plan) for plan in plans)


def test_a_ledger_in_postgresql_keeps_what_the_environment_says_and_waits_for_no_row_for_ever(
    postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgresql.create_database()
    with open_ledger(url) as ledger, ledger.transaction() as connection:
        connection.exec_driver_sql("CREATE SCHEMA notify")
    monkeypatch.setenv("PGOPTIONS", "-c search_path=notify")
    with open_ledger(url) as ledger, ledger.transaction() as connection:
        found = connection.exec_driver_sql("SELECT schemaname FROM pg_tables WHERE tablename = 'delivery'").scalars()
        assert sorted(found) == ["notify", "public"]
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar_one() == "1min"
        assert connection.exec_driver_sql("SHOW tcp_keepalives_idle").scalar_one() == "20"
