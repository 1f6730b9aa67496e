"""The memo of rendered chunks: damaged, or laid by somebody else, it costs time and changes nothing."""

from __future__ import annotations

import os
import random
import sqlite3
import stat
from pathlib import Path

import pytest

from policy_site.documents.memo import Memo

CHUNKS = {f"{number:064x}": f"<p>Chunk {number} {'x' * (number % 300)}</p>" for number in range(400)}
"""Their keys are near each other: a damaged bit can make one of another."""


@pytest.fixture
def memo(tmp_path: Path) -> Memo:
    made = Memo(tmp_path / "memo")
    made.write(CHUNKS)
    assert made.read(CHUNKS) == CHUNKS
    return made


def test_damaged_bytes_give_what_was_written_or_nothing(memo: Memo, tmp_path: Path) -> None:
    file = tmp_path / "memo/chunks.sqlite3"
    written = file.read_bytes()
    dice = random.Random(19)  # noqa: S311 - the same damage on every run
    for _ in range(300):
        damaged = bytearray(written)
        for _ in range(dice.choice((1, 1, 5, 60))):
            damaged[dice.randrange(dice.choice((200, len(damaged))))] = dice.randrange(256)
        file.write_bytes(damaged[: dice.randrange(len(damaged))] if dice.random() < 0.1 else damaged)
        found = memo.read(CHUNKS)
        assert {key: CHUNKS[key] for key in found} == found


def test_an_entry_that_was_put_under_another_key_is_not_believed(memo: Memo, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "memo/chunks.sqlite3") as connection:
        first, second = sorted(CHUNKS)[:2]
        connection.execute(
            "UPDATE chunks SET html = (SELECT html FROM chunks WHERE key = ?) WHERE key = ?", (first, second)
        )
    connection.close()
    assert memo.read([first, second]) == {first: CHUNKS[first]}


def test_a_folder_in_which_others_may_write_becomes_private(memo: Memo, tmp_path: Path) -> None:
    (tmp_path / "memo").chmod(0o777)
    assert memo.read(CHUNKS) == CHUNKS
    assert stat.S_IMODE((tmp_path / "memo").stat().st_mode) == 0o755


@pytest.mark.parametrize("end", ["-journal", "-wal", "-shm"])
def test_a_journal_of_another_user_is_not_believed(end: str, memo: Memo, tmp_path: Path) -> None:
    journal = tmp_path / f"memo/chunks.sqlite3{end}"
    journal.write_bytes(b"laid here")
    if os.geteuid() == 0:
        os.chown(journal, 65534, 65534)
    else:
        journal.unlink()
        journal.symlink_to("/dev/null")
    assert memo.read(CHUNKS) == {}
    memo.write({"key": "words"})
    assert memo.read(["key"]) == {}


def test_a_memo_begins_in_a_folder_of_its_own_user(tmp_path: Path) -> None:
    before = os.umask(0o002)
    try:
        Memo(tmp_path / "new/memo").write(CHUNKS)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new/memo").stat().st_mode) == 0o700
