"""How long planning takes, how large the ledger gets and how flat memory stays.

    python -m benchmarks.notifier_planning [ROWS …] [--ledger URL] [--strict]

Each number of rows in a process of its own, beside a bare `sqlite3.executemany` of the same rows under the same unique
key. CPU is that of the process, without waiting for the disk or for other programs; the ratio is of rows a second by
the clock, above 1 where planning is the faster.

Ends with 1 where it is below its floor, the ledger too large or memory not flat, and with `--strict` where the time is
missed, too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.notifier_goals import Goal, judge
from policy_site.notifier.channels.smtp import MailChannel
from policy_site.notifier.ledger import open_ledger
from policy_site.notifier.ledger.plans import Pass
from policy_site.notifier.planning import plan_notices
from policy_site.notifier.settings import NotifierSettings
from policy_site.notifier.settings_tables import Audience

_LANGUAGES = ("en", "de", "tr", "ar", "ja", "pt-BR")


_FEW, _MANY = 100_000, 1_000_000

_LEAST_RATIO = 0.4
"""Measured were 0.7 with 100,000 rows and 1.1 with 1,000,000; with fewer, opening a ledger weighs too much."""


@dataclass(frozen=True, slots=True)
class Planning:
    """What was measured of one number of rows."""

    rows: int
    seconds: float
    cpu: float
    bare_seconds: float
    ledger: float
    """Megabytes, with what is left of the WAL. 0 where the ledger is no file."""
    most_wal: float
    """Megabytes."""
    peak: float
    """Mebibytes resident at most."""

    @property
    def ratio(self) -> float:
        """Return how many rows are planned in the time of one bare row."""
        return self.bare_seconds / self.seconds


def goals_of(plannings: Sequence[Planning], *, is_sqlite: bool) -> list[Goal]:
    """Return what is asked of planning. Another database is not compared with bare SQLite, and its size not known."""
    by_rows = {planning.rows: planning for planning in plannings}
    few, many = by_rows.get(_FEW), by_rows.get(_MANY)
    growth = many.peak / few.peak if few and many else None
    in_a_file = [
        *(
            Goal(
                f"{planning.rows:,} rows: ratio to bare SQLite",
                "at least",
                _LEAST_RATIO,
                planning.ratio if planning.rows >= _FEW else None,
                digits=2,
            )
            for planning in plannings
        ),
        Goal(f"{_MANY:,} rows: MB of ledger", "at most", 500, many.ledger if many else None),
    ]
    return [
        *(in_a_file if is_sqlite else ()),
        Goal(f"peak of memory, {_MANY:,} rows to {_FEW:,}", "at most", 1.25, growth, digits=2),
        Goal(f"{_MANY:,} rows: seconds", "at most", 120, many.seconds if many else None, is_absolute=True),
    ]


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", type=int, default=[_FEW, _MANY])
    parser.add_argument(
        "--ledger", help="SQLAlchemy URL of an empty PostgreSQL database; default: SQLite in a new folder"
    )
    parser.add_argument("--strict", action="store_true", help="fail by a missed time and by what is not tried, too")
    arguments = parser.parse_args()
    print("     rows   seconds     CPU   rows/s   bare s   ratio   ledger MB   most WAL MB   peak RSS MB")
    plannings = []
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory() as folder:
            planning = _measure(Path(folder), rows, arguments.ledger)
        print(
            f"{rows:9,} {planning.seconds:9.1f} {planning.cpu:7.1f} {rows / planning.seconds:8,.0f}"
            f" {planning.bare_seconds:8.1f} {planning.ratio:7.2f} {planning.ledger:11.1f}"
            f" {planning.most_wal:13.1f} {planning.peak:13.1f}"
        )
        plannings.append(planning)
    return judge(goals_of(plannings, is_sqlite=arguments.ledger is None), is_strict=arguments.strict)


def _measure(folder: Path, rows: int, url: str | None) -> Planning:
    _write_list(folder / "list.csv", rows)
    bare = _in_process(_insert_bare, folder, rows)
    planned = _in_process(_plan, folder, url)
    if planned["rows"] != rows:
        raise SystemExit(f"{planned['rows']:,.0f} of {rows:,} were planned.")
    return Planning(
        rows=rows,
        seconds=planned["seconds"],
        cpu=planned["cpu"],
        bare_seconds=bare["seconds"],
        ledger=_size(folder, "notify.db") + _size(folder, "notify.db-wal"),
        most_wal=planned["wal"],
        peak=planned["peak"],
    )


def _write_list(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("address,language,accepted\n")
        for number in range(rows):
            # addresses in no order, as customers come: the dearest case for an index
            name = hashlib.sha256(str(number).encode()).hexdigest()[:12]
            file.write(f"{name}@mail{number % 97}.example.org,{_LANGUAGES[number % 6]},2025-05-0{number % 9 + 1}\n")


def _in_process(measure: object, *arguments: object) -> dict[str, float]:
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=measure, args=(sender, *arguments))  # type: ignore[arg-type]  # a function
    process.start()
    sender.close()  # the process has its own: where it fails, nothing is waited for
    try:
        result: dict[str, float] = receiver.recv()
    except EOFError:
        raise SystemExit("It failed in a process of its own, which says above why.") from None
    process.join()
    return result


def _plan(sender: multiprocessing.connection.Connection, folder: Path, url: str | None) -> None:
    ledger = open_ledger(url or f"sqlite:///{folder / 'notify.db'}")
    record = json.dumps({"policy": "privacy", "authoritative_language": "en"})
    opened = "INSERT INTO event (seq, id, hash, state, record, ingested_at) VALUES (1, 'tag:1', '0', 'open', '{}', 0)"
    with ledger.transaction() as connection:
        connection.exec_driver_sql(opened.format(record))
    channel = MailChannel(kind="smtp", host="localhost", security="none", sender="policies@example.org")
    settings = NotifierSettings(
        feed="feed.json",
        channels={"mail": channel},
        audiences=(Audience(name="customers", channel="mail", csv=folder / "list.csv"),),
    )
    most = 0.0

    def watch(_reached: Pass) -> None:
        nonlocal most
        most = max(most, _size(folder, "notify.db-wal"))

    began, worked = time.monotonic(), time.process_time()
    (planned,) = plan_notices(ledger, settings, progress=watch)
    seconds, cpu = time.monotonic() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sender.send({"seconds": seconds, "cpu": cpu, "rows": planned.planned, "peak": peak, "wal": most})


def _insert_bare(sender: multiprocessing.connection.Connection, folder: Path, rows: int) -> None:
    """Insert the same rows with nothing around it, a transaction each 5,000, as durable as the ledger."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-16384"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(
        "CREATE TABLE delivery (id INTEGER PRIMARY KEY, event INT, channel TEXT, recipient TEXT, language TEXT,"
        " accepted TEXT, rank INT, state TEXT, attempts INT, due INT, worker INT, changed INT,"
        " UNIQUE (event, channel, recipient))"
    )
    began = time.monotonic()
    with (folder / "list.csv").open(encoding="utf-8") as file:
        next(file)
        for start in range(0, rows, 5_000):
            chunk = [next(file).rstrip("\n").split(",") for _ in range(min(5_000, rows - start))]
            connection.execute("BEGIN")
            connection.executemany(
                "INSERT INTO delivery VALUES (NULL, 1, 'mail', ?, ?, ?, 1, 'pending', 0, 0, NULL, 1)", chunk
            )
            connection.execute("COMMIT")
    sender.send({"seconds": time.monotonic() - began})


def _size(folder: Path, name: str) -> float:
    path = folder / name
    return path.stat().st_size / 1e6 if path.exists() else 0.0


if __name__ == "__main__":
    sys.exit(main())
