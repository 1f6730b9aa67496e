"""``policy-site ping``: tell WebSub hubs which feeds changed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policy_site.console.calling import default_configuration
from policy_site.console.terminal import Terminal
from policy_site.errors import UsageError
from policy_site.pages import FEEDS, PageKind, make_page, quote_address
from policy_site.publishing.manifest import MANIFEST_NAME
from policy_site.remote import Answer, PublishedSite, Speaker, open_site, open_speaker
from policy_site.settings import read_settings

NAME = "ping"
HELP = "tell the WebSub hubs of site.toml which feeds of a published site changed"


@dataclass(frozen=True, slots=True)
class Told:
    """What became of telling one hub of one feed."""

    hub: str
    topic: str
    outcome: str
    """``told``, ``refused``, ``unreachable``, ``skipped`` after the hub was unreachable, or ``would-tell``."""
    answer: str = ""

    @property
    def is_failure(self) -> bool:
        """True where the hub does not know of the change."""
        return self.outcome not in ("told", "would-tell")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``ping`` takes."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="site.toml (default: content/site.toml)")
    parser.add_argument(
        "--site", metavar="DIR-or-URL", default="build/site", help="the site as it is now (default: build/site)"
    )
    parser.add_argument(
        "--previous", metavar="DIR-or-URL", help="tell only of feeds that differ from this site (default: of all)"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be told, and tell nobody")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Tell every hub of every feed that changed; 1 where one does not know of it afterwards."""
    hubs = read_settings(arguments.config or default_configuration()).feed.hubs
    if not hubs:
        raise UsageError(
            "site.toml names no hub.", remedy='Add `hubs = ["https://…"]` to [feed]: feeds must announce them, too.'
        )
    with open_site(arguments.site) as site:
        manifest = _manifest(site)
    before: Mapping[str, Any] = {"files": {}}
    if arguments.previous:
        with open_site(arguments.previous) as previous:
            before = _manifest(previous)
    topics = [
        f"{manifest['base_url']}{quote_address(name)}"
        for name, digest in sorted(manifest["files"].items())
        if _is_topic(name) and before["files"].get(name) != digest
    ]
    if arguments.dry_run:
        told = [Told(hub, topic, "would-tell") for hub in hubs for topic in topics]
    else:
        with open_speaker() as speaker:
            told = [result for hub in hubs for result in _tell(speaker, hub, topics)]
    _report(told, terminal)
    return 1 if any(result.is_failure for result in told) else 0


def _manifest(site: PublishedSite) -> Mapping[str, Any]:
    content = site.read(MANIFEST_NAME)
    try:
        manifest = json.loads(content) if content is not None else None
    except (ValueError, RecursionError):
        manifest = None
    is_ours = (
        isinstance(manifest, dict)
        and isinstance(manifest.get("files"), dict)
        and isinstance(manifest.get("base_url"), str)
    )
    if not is_ours:
        raise UsageError(
            f"There is no site of policy-site at {site.name}: its {MANIFEST_NAME} is missing or another one.",
            remedy="Build the site first, or name the place where it is.",
        )
    return dict(manifest or {})


def _is_topic(name: str) -> bool:
    return name.rpartition("/")[2] in FEEDS or name == make_page(PageKind.CHANGE_FEED).address


def _tell(speaker: Speaker, hub: str, topics: Sequence[str]) -> Iterator[Told]:
    """Tell a hub of each feed; one that cannot be reached is not asked for more."""
    is_lost = False
    for topic in topics:
        if is_lost:
            yield Told(hub, topic, "skipped")
            continue
        answer = speaker.post(hub, {"hub.mode": "publish", "hub.url": topic})
        is_lost = answer.code is None
        yield Told(hub, topic, _outcome(answer), _in_words(answer))


def _outcome(answer: Answer) -> str:
    if answer.code is None:
        return "unreachable"
    return "told" if answer.is_agreed else "refused"


def _in_words(answer: Answer) -> str:
    return " ".join(part for part in (str(answer.code or ""), answer.text) if part)


def _report(told: Sequence[Told], terminal: Terminal) -> None:
    if terminal.is_machine:
        terminal.write_json(
            {
                "results": [
                    {"hub": result.hub, "topic": result.topic, "outcome": result.outcome, "answer": result.answer}
                    for result in told
                ]
            }
        )
        return
    for result in told:
        line = f"{result.hub}: {result.outcome}: {result.topic}{f' ({result.answer})' if result.answer else ''}"
        (terminal.say_aside if result.is_failure else terminal.say_done)(line)
    if not told:
        terminal.say_done("No feed changed; no hub was told.")
    failures = sum(result.is_failure for result in told)
    if failures:
        terminal.say_aside(f"error: {failures} of {len(told)} tidings did not arrive. Run it again later.")
