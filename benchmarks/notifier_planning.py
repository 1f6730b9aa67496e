"""How long planning takes, how large the ledger gets and how flat memory stays.

``python -m benchmarks.notifier_planning [ROWS …] [--ledger URL]``: each number of rows in a process of its own, beside
a bare ``sqlite3.executemany`` of the same rows under the same unique key. CPU is that of the process, without waiting
for the disk or for other programs; the ratio is of the clock's seconds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import resource
import sqlite3
import tempfile
import time
from pathlib import Path

from policy_site.notifier.ledger import open_ledger
from policy_site.notifier.ledger.plans import Pass
from policy_site.notifier.planning import plan_notices
from policy_site.notifier.settings import Audience, MailChannel, NotifierSettings

_LANGUAGES = ("en", "de", "tr", "ar", "ja", "pt-BR")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, default=[100_000, 1_000_000])
    parser.add_argument(
        "--ledger", help="SQLAlchemy URL of an empty PostgreSQL database; default: SQLite in a new folder"
    )
    arguments = parser.parse_args()
    print("     rows   seconds     CPU   rows/s   bare s   ratio   ledger MB   most WAL MB   peak RSS MB")
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory() as folder:
            _measure(Path(folder), rows, arguments.ledger)


def _measure(folder: Path, rows: int, url: str | None) -> None:
    _write_list(folder / "list.csv", rows)
    bare = _in_process(_insert_bare, folder, rows)
    planned = _in_process(_plan, folder, url)
    ledger, wal = _size(folder, "notify.db"), planned["wal"]
    print(
        f"{rows:9,} {planned['seconds']:9.1f} {planned['cpu']:7.1f} {rows / planned['seconds']:8,.0f}"
        f" {bare['seconds']:8.1f} {planned['seconds'] / bare['seconds']:7.2f} {ledger:11.1f}"
        f" {wal:13.1f} {planned['peak']:13.1f}"
    )
    assert planned["rows"] == rows


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
    result: dict[str, float] = receiver.recv()
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
    main()
