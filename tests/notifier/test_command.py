"""`policy-site notify` as it is run: the right exit status, a clear message, nothing lost."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.notifier.test_rendering import parse
from tests.support.mailing import NOTICE, Ended, Mailing, ended
from tests.support.published_feeds import chained, history, rewrite_page
from tests.support.scripted_smtp import ScriptedServer, Talk, always, refuse

FAKETIME = ("faketime", "--exclude-monotonic", "-f")


@pytest.fixture
def mailing(tmp_path: Path, server: ScriptedServer) -> Mailing:
    made = Mailing(tmp_path, server.port)
    made.announce()
    return made


class TestFeed:
    def test_the_first_run_tells_nobody_and_the_second_of_what_is_new(
        self, tmp_path: Path, server: ScriptedServer
    ) -> None:
        mailing = Mailing(tmp_path, server.port)
        mailing.publish(NOTICE - 1)
        first = mailing.run()
        assert (first.status, server.taken) == (0, [])
        assert "nobody is told of what was before" in first.out
        mailing.publish(NOTICE)
        second = mailing.run()
        assert second.status == 0
        assert "1 new events, 1 of which people are told." in second.out
        assert "mail: 1 sent." in second.out
        assert len(server.taken) == 1

    def test_a_missing_feed_is_3_and_what_is_in_the_ledger_still_goes_out(
        self, mailing: Mailing, server: ScriptedServer
    ) -> None:
        mailing.plan()
        (mailing.folder / "site/changes/v1/feed.json").unlink()
        over = mailing.run()
        assert over.status == 3
        assert "feed.json" in over.err
        assert len(server.taken) == 1

    def test_a_missing_page_of_the_archive_is_3(self, mailing: Mailing, server: ScriptedServer) -> None:
        mailing.publish(250)
        (mailing.folder / "site/changes/v1/archive-00001.json").unlink()
        over = mailing.run()
        assert over.status == 3
        assert "archive-00001.json" in over.err
        assert server.taken == []
        mailing.publish(250)
        assert mailing.run("run", "--max-new", "1000").status == 0

    def test_an_edited_event_is_4(self, mailing: Mailing, server: ScriptedServer) -> None:
        events = history(NOTICE)
        events[4] = {**events[4], "significance": "editorial"}
        mailing.publish(events=chained(events))
        over = mailing.run()
        assert over.status == 4
        assert "Event 5" in over.err
        assert server.taken == []

    def test_a_hash_that_does_not_fit_is_4(self, mailing: Mailing, server: ScriptedServer) -> None:
        events = history(NOTICE)
        events[-1] = {**events[-1], "version": "other"}
        rewrite_page(mailing.folder / "site/changes/v1/feed.json", events=events)
        over = mailing.run()
        assert over.status == 4
        assert server.taken == []

    def test_a_feed_that_was_rolled_back_is_5(self, mailing: Mailing, server: ScriptedServer) -> None:
        mailing.publish(NOTICE - 3)
        over = mailing.run()
        assert over.status == 5
        assert server.taken == []
        mailing.publish(NOTICE)
        assert mailing.run().status == 0
        assert len(server.taken) == 1

    def test_more_than_expected_is_held_until_a_person_releases_it(
        self, mailing: Mailing, server: ScriptedServer
    ) -> None:
        over = mailing.run("run", "--max-new", "0")
        assert over.status == 6
        assert "Event 11 is held" in over.err
        assert server.taken == []
        assert mailing.run("release").status == 0
        assert mailing.run().status == 0
        assert len(server.taken) == 1

    def test_what_is_let_be_reaches_nobody(self, mailing: Mailing, server: ScriptedServer) -> None:
        mailing.run("run", "--max-new", "0")
        assert mailing.run("rest").status == 0
        assert mailing.run().status == 0
        assert server.taken == []

    def test_a_message_of_a_released_event_bears_the_date_of_its_release(
        self, mailing: Mailing, server: ScriptedServer
    ) -> None:
        weeks_ago = mailing.run_apart("run", "--max-new", "0", before=(*FAKETIME, "-30d"))
        assert weeks_ago.status == 6, weeks_ago.said
        assert mailing.run("release").status == 0
        assert mailing.run().status == 0
        dated = parsedate_to_datetime(parse(server.taken[0].content)["Date"])
        assert abs((dated - datetime.now(UTC)).total_seconds()) < 600


class TestLists:
    def test_rows_that_cannot_be_used_are_1_and_the_others_are_told(
        self, mailing: Mailing, server: ScriptedServer
    ) -> None:
        mailing.people(["a@example.org,en,", "nobody,en,", "b@example.org,de,"])
        over = mailing.run()
        assert over.status == 1
        assert "1 rows of audience people cannot be used" in over.err
        assert sorted(server.recipients) == ["a@example.org", "b@example.org"]
        again = mailing.run()
        assert (again.status, again.err) == (0, ""), "it was told; `status` names them"
        mailing.people(["a@example.org,en,", "c@example.org,en,", "b@example.org,de,"])
        assert mailing.run().status == 0
        assert server.recipients[2:] == ["c@example.org"]

    def test_a_list_that_is_away_does_not_keep_what_is_planned(self, mailing: Mailing, server: ScriptedServer) -> None:
        mailing.plan()
        mailing.people(["a@example.org,en,", "nobody,en,"])
        assert mailing.run("plan", "--again", str(NOTICE)).status == 1
        (mailing.folder / "people.csv").rename(mailing.folder / "away.csv")
        over = mailing.run()
        assert over.status == 2
        assert "people.csv cannot be read" in over.err
        assert server.recipients == ["a@example.org"]

    def test_of_an_event_that_a_person_closed_nobody_else_is_told(
        self, mailing: Mailing, server: ScriptedServer
    ) -> None:
        mailing.plan()
        assert mailing.run("close", "1").status == 2, "it was past"
        over = mailing.run("close", str(NOTICE))
        assert (over.status, over.out) == (
            0,
            f"Closed: {NOTICE}. Runs under way hear of it within ten seconds; nobody else is told.\n",
        )
        assert mailing.run().status == 0
        assert server.taken == []
        again = mailing.run("plan", "--again", str(NOTICE))
        assert (again.status, f"The event {NOTICE} is closed" in again.err) == (2, True)
        assert "1 closed" in mailing.run("status").out

    def test_a_missing_list_is_2(self, mailing: Mailing, server: ScriptedServer) -> None:
        (mailing.folder / "people.csv").unlink()
        over = mailing.run()
        assert over.status == 2
        assert "people.csv" in over.err
        assert server.taken == []


class TestSettings:
    def test_settings_with_faults_are_2_and_all_are_told(self, tmp_path: Path) -> None:
        made = Mailing(tmp_path, 25, channel={"connections": 0, "sender": "nobody", "attempts": 1000})
        over = made.run()
        assert over.status == 2
        for name in ("connections", "sender", "attempts"):
            assert f"`channels.mail.{name}`" in over.err

    def test_a_missing_password_is_2_before_anything_is_sent(self, mailing: Mailing, server: ScriptedServer) -> None:
        mailing.channel |= {"user": "me", "password_file": "none"}
        over = mailing.run()
        assert over.status == 2
        assert "The password in" in over.err
        assert server.talks == []

    def test_for_machines_everything_is_told_as_json(self, mailing: Mailing, server: ScriptedServer) -> None:
        mailing.people(["a@example.org,en,", "b@example.org,en,"])
        server.answers["RCPT"] = refuse("b@example.org")
        over = mailing.run("run", "--format", "json")
        (channel,) = json.loads(over.out)["channels"]
        assert (channel["sent"], channel["refused"], channel["waiting"]) == (1, 1, 0)

    def test_for_machines_what_keeps_it_from_success_is_in_the_same_document(
        self, mailing: Mailing, server: ScriptedServer
    ) -> None:
        mailing.people(["a@example.org,en,", "nobody,en,"])
        mailing.audience |= {"canaries": ["canary@example.org"]}
        server.answers["RCPT"] = refuse("canary@example.org")
        (mailing.folder / "site/changes/v1/feed.json").unlink()
        mailing.publish()
        assert mailing.run("ingest").status == 0
        (mailing.folder / "site/changes/v1/feed.json").unlink()
        over = mailing.run("run", "--format", "json")
        document = json.loads(over.out)
        assert over.status == 6
        assert [error["error"].split()[0] for error in document["errors"]] == ["mail:", "There"]
        assert document["channels"][0]["stuck_canaries"] == ["canary@example.org"]
        assert document["audiences"] == [
            {"event": NOTICE, "audience": "people", "planned": 1, "unusable": 1, "is_finished": True}
        ]
        said = mailing.run("run").err
        assert "canary@example.org did not get the notice" in said
        assert "feed.json" in said, "the second problem is told, too"

    @pytest.mark.parametrize("step", ["plan", "deliver", "ingest"])
    def test_every_step_says_one_document(self, mailing: Mailing, step: str) -> None:
        assert json.loads(mailing.run(step, "--format", "json").out)["errors"] == []

    def test_how_far_it_is_is_told_in_lines_where_no_terminal_listens(self, mailing: Mailing) -> None:
        mailing.people_many(200)
        said = mailing.run().err
        assert "Planning (people): 200 of 200" in said
        assert [line for line in said.splitlines() if line.startswith("Sending")] == [
            f"Sending (mail): {done} of 200" for done in (50, 100, 150, 200)
        ]

    def test_a_list_in_a_database_beside_the_settings_says_how_its_rows_are_mended(self, mailing: Mailing) -> None:
        with sqlite3.connect(mailing.folder / "customers.db") as database:
            database.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, address TEXT)")
            database.execute("INSERT INTO customer VALUES (1, 'nobody'), (2, 'b@example.org')")
        query = (
            "SELECT id AS cursor, address, 'en' AS language FROM customer WHERE id > :after ORDER BY id LIMIT :limit"
        )
        text = mailing.config.read_text().replace(
            'csv = "people.csv"', f'sql = {{url = "sqlite:///customers.db", query = "{query}"}}'
        )
        (mailing.folder / "database.toml").write_text(text)

        def run(*step: str) -> Ended:
            command = [sys.executable, "-m", "policy_site", "notify", *step, "--config", "database.toml"]
            return ended(
                subprocess.Popen(command, cwd=mailing.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            )

        first = run("run")
        assert first.status == 1, first.said
        assert "Correct them and `policy-site notify plan --again 11`" in first.err
        with sqlite3.connect(mailing.folder / "customers.db") as database:
            database.execute("UPDATE customer SET address = 'a@example.org' WHERE id = 1")
        assert run("plan", "--again", "11").status == 0
        assert run("run").status == 0
        assert mailing.states() == {"a@example.org": "sent", "b@example.org": "sent"}

    def test_two_channels_are_served_one_after_the_other_and_a_dead_one_does_not_stop_the_other(
        self, mailing: Mailing, server: ScriptedServer
    ) -> None:
        with ScriptedServer(answers={"GREETING": always("554 5.3.2 No")}) as dead:
            text = mailing.config.read_text()
            table = f'[channels.a-dead]\nkind = "smtp"\nhost = "127.0.0.1"\nport = {dead.port}\nsecurity = "none"\n'
            table += 'sender = "policies@example.org"\npatience_seconds = 0\n'
            audience = '[[audiences]]\nname = "others"\nchannel = "a-dead"\ncsv = "people.csv"\n'
            path = mailing.folder / "two.toml"
            path.write_text(text.replace("[channels.mail]", f"{table}[channels.mail]") + "\n" + audience)
            command = [sys.executable, "-m", "policy_site", "notify", "run", "--config", str(path)]
            over = subprocess.run(command, capture_output=True, text=True, check=False)
        assert over.returncode == 8, over.stderr
        assert "a-dead: The server is unavailable: 554" in over.stderr
        assert server.recipients == ["a@example.org"]


class TestClocks:
    @pytest.mark.parametrize("shift", ["+1d", "-1826d"])
    def test_a_clock_that_was_wrong_loses_nobody_and_puts_nobody_off_for_years(
        self, mailing: Mailing, server: ScriptedServer, shift: str
    ) -> None:
        mailing.people(["a@example.org,en,", "b@example.org,en,", "c@example.org,en,"])
        server.answers["RCPT"] = refuse("b@example.org", reply="450 4.2.1 Later")
        wrong = mailing.run_apart(before=(*FAKETIME, shift))
        assert wrong.status == 7, wrong.said
        assert mailing.counts() == {"pending": 1, "sent": 2}
        mailing.run()
        row = mailing.rows()["b@example.org"]
        assert row["due_at"] <= time.time() + 14_400
        del server.answers["RCPT"]
        if row["state"] == "pending":
            mailing.change("b@example.org", due_at=1)
        assert mailing.run().status == 0
        assert sorted(server.recipients) == ["a@example.org", "b@example.org", "c@example.org"]
        notice_at = datetime.fromisoformat(history(NOTICE)[-1]["notice_at"])
        dates = {taken.recipient: parsedate_to_datetime(parse(taken.content)["Date"]) for taken in server.taken}
        first = datetime.fromtimestamp(mailing.rows()["b@example.org"]["first_at"], UTC)
        assert dates["b@example.org"] == max(first, notice_at), "that of the first attempt, and as wrong as its clock"
        assert min(dates.values()) >= notice_at

    @pytest.mark.parametrize("shift", ["+1d", "-1826d", "+1826d"])
    def test_doubts_of_a_clock_that_was_wrong_are_settled(
        self, mailing: Mailing, server: ScriptedServer, shift: str
    ) -> None:
        (mailing.folder / "mail.log").touch()
        record = {"kind": "postfix-log", "files": ["mail.log"], "settle_seconds": 0}
        mailing.channel |= {"ambiguous": "reconcile", "record": record}
        server.answers["."] = always("")
        assert mailing.run_apart(before=(*FAKETIME, shift)).status == 7
        del server.answers["."]
        mailing.run()
        mailing.change(due_at=1)
        assert mailing.run().status == 0
        assert server.recipients == ["a@example.org"]

    def test_a_date_is_never_before_the_event_was_due(self, mailing: Mailing, server: ScriptedServer) -> None:
        assert mailing.run_apart(before=(*FAKETIME, "1999-01-01 00:00:00")).status == 0
        dated = parsedate_to_datetime(parse(server.taken[0].content)["Date"])
        assert dated == datetime.fromisoformat(history(NOTICE)[-1]["notice_at"])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of its own that is soon full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(folder: Path) -> None:
    with (folder / "filling").open("ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


class TestFullDisk:
    def test_what_cannot_be_recorded_is_not_sent(self, small_disk: Path, server: ScriptedServer) -> None:
        mailing = Mailing(small_disk, server.port)
        mailing.announce()
        mailing.people_many(150)
        mailing.plan()
        server.answers["."] = lambda _talk: fill(small_disk) if len(server.taken) >= 20 else None
        over = _with_patience(mailing)
        assert over.status == 2
        assert "full" in over.err or "disk I/O" in over.err
        assert "Make room" in over.err
        told = Counter(server.recipients)
        assert len(told) < 150
        (small_disk / "filling").unlink()
        del server.answers["."]
        known = mailing.counts()
        assert known.get("sending", 0) <= 2, "at most one for each connection"
        assert known.get("sent", 0) + known.get("sending", 0) >= len(told)
        again = mailing.run()
        assert again.status == 0, again.said
        assert mailing.counts() == {"sent": 150}
        copies = Counter(server.recipients)
        assert len(copies) == 150
        assert sum(copies.values()) - 150 <= 2

    def test_sends_go_on_once_there_is_room(self, small_disk: Path, server: ScriptedServer) -> None:
        mailing = Mailing(small_disk, server.port)
        mailing.announce()
        mailing.people_many(150)
        mailing.plan()

        once = iter([True])

        def fill_for_a_while(_talk: Talk) -> None:
            if len(server.taken) >= 20 and next(once, False):
                fill(small_disk)
                threading.Timer(3, (small_disk / "filling").unlink, kwargs={"missing_ok": True}).start()

        server.answers["."] = fill_for_a_while
        over = mailing.run_apart()
        assert over.status == 0, over.said
        assert mailing.counts() == {"sent": 150}
        assert len(server.taken) == 150

    def test_a_limit_on_the_size_of_files_is_told(self, tmp_path: Path, server: ScriptedServer) -> None:
        mailing = Mailing(tmp_path, server.port)
        mailing.announce()
        mailing.people_many(400)
        config = str(mailing.config)
        most = (tmp_path / "notify.db").stat().st_size + 20_000
        limited = subprocess.run(
            [sys.executable, "-m", "policy_site", "notify", "run", "--config", config],
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert limited.returncode == 2, limited.stderr
        assert "The ledger" in limited.stderr
        assert "Traceback" not in limited.stderr
        assert mailing.run().status == 0
        assert len(set(server.recipients)) == 400


def _with_patience(mailing: Mailing) -> Ended:
    return ended(mailing.start())


class TestInterruption:
    @pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
    def test_a_watching_notifier_ends_when_it_is_told(
        self, mailing: Mailing, server: ScriptedServer, number: int, status: int
    ) -> None:
        reached = threading.Event()
        server.answers["QUIT"] = lambda _talk: reached.set()
        process = mailing.start("run", "--watch", "3600")
        assert reached.wait(300)
        process.send_signal(number)
        over = ended(process)
        assert over.status == status
        assert "Interrupted; the ledger knows what was done, the next run goes on." in over.err
        assert "published" not in over.err
        assert mailing.counts() == {"sent": 1}


_HOOK = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in REFUSED:
            raise ImportError(f"{name} is not to be imported")
REFUSED = {
    "git", "gitdb", "flask", "flask_frozen", "markdown", "diff_match_patch", "lxml", "watchfiles", "werkzeug",
}
sys.meta_path.insert(0, Refuse())
from policy_site.commands import main
sys.exit(main(sys.argv[1:]))
"""


def test_it_runs_without_git_and_without_what_makes_the_site(mailing: Mailing, server: ScriptedServer) -> None:
    nowhere = mailing.folder / "bin"
    nowhere.mkdir()
    over = subprocess.run(
        [sys.executable, "-c", _HOOK, "notify", "run", "--config", mailing.config],
        env={**os.environ, "PATH": str(nowhere)},
        cwd=nowhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert over.returncode == 0, over.stderr
    assert server.recipients == ["a@example.org"]
