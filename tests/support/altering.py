"""Published sites altered by someone who knows how they are made: with the manifest and the chain made to fit."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from policy_site.characters import json_bytes
from policy_site.events.canonical import event_hash
from policy_site.events.chain import ARCHIVE_ADDRESS, ARCHIVE_SIZE, FEED_ADDRESS


class SiteCopy:
    """A copy of a site that is altered, step by step."""

    def __init__(self, site: Path, to: Path) -> None:
        shutil.copytree(site, to)
        self.path = to

    def edit(self, name: str, old: str, new: str) -> SiteCopy:
        """Put other words in place of those that are there."""
        content = (self.path / name).read_text(encoding="utf-8")
        assert old in content
        return self.write(name, content.replace(old, new))

    def write(self, name: str, content: str) -> SiteCopy:
        """Write a file."""
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(content, encoding="utf-8")
        return self

    def remove(self, name: str) -> SiteCopy:
        """Remove a file."""
        (self.path / name).unlink()
        return self

    def load(self, name: str) -> Any:
        """Return a file of JSON."""
        return json.loads((self.path / name).read_bytes())

    def change(self, name: str, change: Callable[[Any], object]) -> SiteCopy:
        """Change a file of JSON in place."""
        value = self.load(name)
        change(value)
        return self.write(name, json_bytes(value).decode("utf-8"))

    def restate(self) -> SiteCopy:
        """Let the manifest name the files as they are."""
        files = {
            path.relative_to(self.path).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.path.rglob("*"))
            if path.is_file() and path.name != "manifest.json"
        }
        return self.change("manifest.json", lambda manifest: manifest.update(files=files))

    @property
    def records(self) -> list[dict[str, Any]]:
        """Every event, oldest first."""
        records: list[dict[str, Any]] = self.load(FEED_ADDRESS)["events"]
        number = (records[0]["seq"] - 1) // ARCHIVE_SIZE
        for page in range(number, 0, -1):
            records = [*self.load(ARCHIVE_ADDRESS.format(number=f"{page:05}"))["events"], *records]
        return records

    def rechain(self, records: list[dict[str, Any]]) -> SiteCopy:
        """Write these events in place of all others, with numbers and hashes that fit, wherever they are named."""
        previous = None
        for seq, record in enumerate(records, start=1):
            record.update(seq=seq, prev=previous)
            record["hash"] = previous = event_hash(record)
            self.write(f"changes/v1/events/{seq:06}.json", json_bytes(record).decode("utf-8"))
        head = {"seq": len(records), "hash": previous}
        full = len(records) // ARCHIVE_SIZE
        for number in range(1, full + 1):
            events = records[(number - 1) * ARCHIVE_SIZE : number * ARCHIVE_SIZE]
            name = ARCHIVE_ADDRESS.format(number=f"{number:05}")
            self.write(name, json_bytes({**self.load(name), "events": events}).decode("utf-8"))
        newest = records[max(full - 1, 0) * ARCHIVE_SIZE :]
        self.change(FEED_ADDRESS, lambda page: page.update(events=newest, head=head))
        return self.change("current.json", lambda current: current.update(head=head)).restate()
