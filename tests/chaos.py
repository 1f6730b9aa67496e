"""Builds and serves while everything goes wrong: `make chaos`. Nothing may be lost, and no page may be wrong.

python -m tests.chaos [--rounds 200] [--seed 1] [--only PART]

Each round does something at a random instant: kills a build, limits what it may write, moves its clock, starts two at
once, damages the caches, or alters a published file. After each round the published site must be, byte for byte, the
site of one of the two commits that were built, as builds from nothing make it. `serve` is asked for pages while texts
are saved. Prints what was done and what came of it; ends with 1 where anything was lost or wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.builder import PolicyRepository, clean_environment

_ROOT = Path(__file__).parents[1]
_AS_OF = "2026-11-23T12:00:00Z"
_TEXT = "## Data {#data}\n\nWe keep your data for %s days.\n\n## Rights {#rights}\n\nYou can object.\n"
_WEIGHTS = {"killed": 10, "limited": 2, "clock moved": 2, "two at once": 2, "cache damaged": 3, "site altered": 1}

Files = Mapping[str, str]


class Place:
    """A repository with two commits, and what each looks like published."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.site, self.cache = root / "site", root / "cache"
        self.policies = PolicyRepository(root / "repository").site(
            languages=["en", "de"], policies=["privacy", "terms"]
        )
        self.policies.publish("privacy", effective="2025-03-01", text=_TEXT % 90)
        self.policies.publish("privacy", effective="2025-03-01", language="de", text=_TEXT % 90)
        self.policies.publish("terms", effective="2025-06-01", text="## Pay {#pay}\n\nYou pay.\n")
        first = self.policies.publish("privacy", effective="2026-03-01", text=_TEXT % 60)
        self.commits = [first, self.policies.publish("privacy", effective="2026-06-01", text=_TEXT % 30)]
        self.expected: list[Files] = []
        for number, commit in enumerate(self.commits):
            cold = root / f"cold-{number}"
            done = self.build(commit, output=cold, cache=root / f"cold-cache-{number}").wait()
            assert done == 0, "a build from nothing fails"
            self.expected.append(digests(cold))
        assert self.build(self.commits[0]).wait() == 0

    def build(
        self,
        commit: str,
        *,
        output: Path | None = None,
        cache: Path | None = None,
        as_of: str = _AS_OF,
        most_bytes: int | None = None,
        is_continued: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start a build of a commit."""

        def limit() -> None:
            if most_bytes is not None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

        return subprocess.Popen(
            [
                sys.executable, "-P", "-m", "policy_site", "build", "--config", "content/site.toml", "--jobs", "2",
                "--ref", commit, "--output", str(output or self.site), "--as-of", as_of,
                *(["--previous", str(self.site)] if is_continued else []),
            ],
            cwd=self.policies.root,
            env=clean_environment(PYTHONPATH=str(_ROOT), XDG_CACHE_HOME=str(cache or self.cache)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=limit,  # noqa: PLW1509 - nothing else runs in this process then
        )  # fmt: skip

    def state(self) -> int | None:
        """Return which commit the published site is of; ``None`` where it is none of them, whole."""
        found = digests(self.site)
        return next((number for number, files in enumerate(self.expected) if files == found), None)


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _kill(place: Place, chance: random.Random) -> str:
    child = place.build(chance.choice(place.commits))
    try:
        return f"ended by itself ({child.wait(chance.uniform(0.0, 3.0))})"
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return "killed"


def _limit(place: Place, chance: random.Random) -> str:
    most = chance.choice((0, 500, 3_000, 20_000))
    return f"ended with {place.build(chance.choice(place.commits), most_bytes=most).wait()}"


def _move_clock(place: Place, chance: random.Random) -> str:
    # what is published already cannot be continued from before its newest event: that is refused
    day = chance.choice(("1999-01-01T00:00:00Z", "2024-01-01T00:00:00Z", "2025-04-01T00:00:00Z"))
    return f"ended with {place.build(chance.choice(place.commits), as_of=day, is_continued=True).wait()}"


def _build_twice(place: Place, chance: random.Random) -> str:
    first = place.build(chance.choice(place.commits))
    time.sleep(chance.uniform(0.0, 1.5))
    second = place.build(chance.choice(place.commits))
    ends = first.wait(), second.wait()
    assert 0 in ends, f"both builds fail: {ends}"
    return f"ended with {sorted(ends)}"


def _damage_cache(place: Place, chance: random.Random) -> str:
    files = [path for path in place.cache.rglob("*") if path.is_file()]
    for path in chance.sample(files, min(len(files), 2)):
        content = bytearray(path.read_bytes())
        for _ in range(min(len(content), chance.choice((1, 8, 64)))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(bytes(content[: chance.choice((len(content), len(content) // 2))]))
    return f"ended with {place.build(chance.choice(place.commits)).wait()}"


def _alter_site(place: Place, chance: random.Random) -> str:
    files = sorted(path for path in place.site.rglob("*") if path.is_file() and path.name != "manifest.json")
    path = chance.choice([path for path in files if path.suffix in (".html", ".txt", ".md")])
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1
    path.write_bytes(bytes(content))
    return f"ended with {place.build(chance.choice(place.commits)).wait()}"


_PARTS: Mapping[str, Callable[[Place, random.Random], str]] = {
    "killed": _kill,
    "limited": _limit,
    "clock moved": _move_clock,
    "two at once": _build_twice,
    "cache damaged": _damage_cache,
    "site altered": _alter_site,
}


def try_builds(root: Path, *, rounds: int, chance: random.Random, only: str | None) -> list[str]:
    """Do ``rounds`` things to builds; return what was lost or wrong, a sentence each."""
    place, wrong, done = Place(root), [], Counter[str]()
    names = [only] if only else random.Random(0).choices(list(_WEIGHTS), list(_WEIGHTS.values()), k=rounds)  # noqa: S311
    for number, name in enumerate(names if not only else names * rounds, start=1):
        end = _PARTS[name](place, chance)
        done[f"{name}, {end}"] += 1
        if place.state() is None:
            wrong.append(f"Round {number} ({name}, {end}): the published site is of no commit.")
            shutil.rmtree(place.site)
        commit = chance.randrange(2)
        if number % 10 == 0 or place.state() is None:
            status = place.build(place.commits[commit]).wait()
            if status != 0 or place.state() != commit:
                wrong.append(f"Round {number}: the next build ends with {status}, and its site is of {place.state()}.")
            left = [path.name for path in root.glob(".site.*") if path.name != ".site.lock"]
            if left:
                wrong.append(f"Round {number}: {left} was left.")
        if number % 20 == 0:
            _say(f"{number} of {len(names) if not only else rounds} rounds, {len(wrong)} wrong {wrong[-1:]}")
    for what, count in sorted(done.items()):
        _say(f"{count:5} {what}")
    return wrong


class Visitors:
    """Ask a preview for pages, and note what is wrong with the answers."""

    _ADDRESSES = (
        "en/", "en/privacy/", "en/privacy/upcoming/", "en/privacy/history/", "en/privacy/v/2026-03-01/", "nowhere/",
        "changes/v1/feed.json",
    )  # fmt: skip

    def __init__(self, port: int) -> None:
        self._port = port
        self.wrong: list[str] = []
        self.answers = Counter[str]()

    def ask(self, address: str) -> bytes:
        """Ask for one page. Where half a text was saved, the preview says so in the page's place."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/{address}", timeout=60) as answer:
                content: bytes = answer.read()
                kind = str(answer.status)
        except urllib.error.HTTPError as error:
            content, kind = error.read(), str(error.code)
            if kind == "500" and b"keep the site from being built" in content:
                kind = "findings"
            elif (kind, address) != ("404", "nowhere/"):
                self.wrong.append(f"/{address} answers {kind}: {content[-200:]!r}")
        if b"<html" in content and not content.rstrip().endswith(b"</html>"):
            self.wrong.append(f"/{address} is cut off.")
        self.answers[kind] += 1
        return content

    def ask_often(self, number: int, seed: int) -> None:
        """Ask for pages, one after the other."""
        chance = random.Random(seed)  # noqa: S311
        for _ in range(number):
            self.ask(chance.choice(self._ADDRESSES))


def try_serving(root: Path, *, requests: int, saves: int, chance: random.Random) -> list[str]:
    """Ask `serve` for pages while a text that is not public yet is saved; return what was wrong, a sentence each."""
    policies = PolicyRepository(root / "served").site()
    policies.publish("privacy", effective="2026-03-01", text=_TEXT % 60)
    policies.publish("privacy", effective="2099-06-01", text=_TEXT % 50, when="2026-04-01")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-P", "-m", "policy_site", "serve", "--config", "content/site.toml", "--port", str(port)],
        cwd=policies.root,
        env=clean_environment(PYTHONPATH=str(_ROOT), XDG_CACHE_HOME=str(root / "serve-cache")),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    visitors = Visitors(port)
    try:
        _wait_for(port)
        askers = [threading.Thread(target=visitors.ask_often, args=(requests // 4, seed)) for seed in range(4)]
        for asker in askers:
            asker.start()
        _save_often(policies.content / "privacy/en.md", saves, chance)
        for asker in askers:
            asker.join()
        if not _is_shown(visitors, b"777 days"):
            visitors.wrong.append("The last text that was saved is never shown.")
        if server.poll() is not None:
            visitors.wrong.append(f"serve ended with {server.returncode}.")
    finally:
        server.terminate()
        server.wait()
    _say(f"serve: answers {dict(sorted(visitors.answers.items()))} while {saves} texts were saved")
    return visitors.wrong


def _is_shown(visitors: Visitors, words: bytes) -> bool:
    for _ in range(100):
        if words in visitors.ask("en/privacy/upcoming/"):
            return True
        time.sleep(0.1)
    return False


def _wait_for(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.1)


def _save_often(file: Path, saves: int, chance: random.Random) -> None:
    """Save a text again and again, now and then half of it, and in the end a text that is whole."""
    written = file.read_text(encoding="utf-8")
    for number in range(saves):
        words = written.replace("50 days", f"{number + 100} days")
        file.write_text(words if number % 9 else words[: len(words) // 2], encoding="utf-8")
        time.sleep(chance.uniform(0.0, 0.1))
    file.write_text(written.replace("50 days", "777 days"), encoding="utf-8")


def main() -> int:
    """Do it all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--saves", type=int, default=200)
    parser.add_argument("--only", choices=[*_PARTS, "serve"])
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)  # noqa: S311 - what happens is to be the same again
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        wrong: list[str] = []
        if arguments.only != "serve":
            wrong += try_builds(Path(folder), rounds=arguments.rounds, chance=chance, only=arguments.only)
        if arguments.only in (None, "serve"):
            wrong += try_serving(Path(folder), requests=arguments.requests, saves=arguments.saves, chance=chance)
    for one in wrong[:50]:
        _say(one)
    _say(f"{len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    os.environ.pop("POLICY_SITE", None)
    sys.exit(main())
