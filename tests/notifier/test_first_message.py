"""The guide's first chapter works, line by line, as a person types it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

from tests.support.builder import clean_environment

ROOT = Path(__file__).parents[2]
CHAPTER = (
    (ROOT / "docs/notices.md").read_text(encoding="utf-8").partition("## Your first message\n")[2].partition("\n## ")[0]
)


def _programs(folder: Path) -> Path:
    """Return a folder with the program, and a mail server that also starts for the account root."""
    folder.mkdir()
    (folder / "policy-site").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m policy_site "$@"\n')
    user = "-u root " if os.geteuid() == 0 else ""
    (folder / "smtp-sink").write_text(f'#!/bin/sh\nexec /usr/sbin/smtp-sink {user}"$@"\n')
    for program in folder.iterdir():
        program.chmod(0o755)
    return folder


def test_each_line_of_the_first_chapter_works(tmp_path: Path) -> None:
    lines = "".join(re.findall(r"^```sh\n(.*?)^```", CHAPTER, re.MULTILINE | re.DOTALL))
    promised = re.findall(r"# (The feed is known.*|1 new events.*?told\.)", lines)
    assert len(promised) == 2
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    work = tmp_path / "work"
    work.mkdir()
    path = f"{_programs(tmp_path / 'bin')}:{os.environ['PATH']}"
    ended = subprocess.run(
        ["bash", "-c", f"set -e\ntrap 'kill $(jobs -p)' EXIT\n{lines.replace('1025', str(port))}"],
        cwd=work,
        env=clean_environment(
            PATH=path, PYTHONPATH=str(ROOT), XDG_CACHE_HOME=str(tmp_path / "cache"), HOME=str(tmp_path)
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    for words in promised:
        assert words in ended.stdout
    assert "To: you@example.org" in ended.stdout
    assert len(list((work / "mails").iterdir())) == 1, "nobody is told twice"
