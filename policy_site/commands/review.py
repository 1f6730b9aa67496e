"""``policy-site review``: what merging a branch would do to readers, translations and recipients."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from policy_site.console.calling import add_origin_arguments, cache_folder, now
from policy_site.console.origin import Origin, instant_of, open_origin
from policy_site.console.previous import Previous, open_published
from policy_site.console.renaming import renamed_in_merge
from policy_site.console.terminal import Terminal
from policy_site.errors import HistoryError, SettingsError, UsageError
from policy_site.history import Merge, find_merge, read_file
from policy_site.model import Severity
from policy_site.publication import Workshop
from policy_site.review import Review, compose_review, gather, to_json, write_comment, write_page
from policy_site.settings import Settings, parse_settings
from policy_site.sources import Places

NAME = "review"
HELP = "say what merging a branch would do to readers, translations and recipients"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``review`` takes."""
    parser.add_argument("base", metavar="BASE", help="the commit or branch that is merged into: main, HEAD^1")
    parser.add_argument("head", metavar="HEAD", nargs="?", default="HEAD", help="what is merged (default: HEAD)")
    add_origin_arguments(parser)
    parser.add_argument("--previous", metavar="DIR-or-URL", help="the published site, whose change feed may not change")
    parser.add_argument("--format", choices=("markdown", "html", "json"), default="markdown")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it there and say one line")
    parser.add_argument("--strict", action="store_true", help="end with 1 where the merge could not be published")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write the review; with ``--strict`` 1 where the merge could not be published."""
    origin = open_origin(arguments)
    if origin.repository is None:
        raise HistoryError(
            f"{origin.folder} is not in a git repository, so nothing is merged in it.",
            remedy="Run `policy-site review` in a clone.",
        )
    as_of = instant_of(arguments.as_of, origin.settings, now=now())
    with _previous(arguments) as previous, terminal.progress() as progress:
        places = Places(origin.settings)
        merge = find_merge(
            origin.repository,
            base=arguments.base,
            head=arguments.head,
            folder=origin.folder,
            wanted=lambda path: places.of(path) is not None,
        )
        settings = _settings(origin, merge)
        if settings[1] != origin.settings:
            places = Places(settings[1])
            merge = find_merge(
                origin.repository,
                base=merge.base,
                head=merge.head,
                folder=origin.folder,
                wanted=lambda path: places.of(path) is not None,
            )
        workshop = Workshop(jobs=os.cpu_count() or 1, cache=cache_folder(), progress=progress)
        sides = gather(
            merge, settings, as_of=as_of, workshop=workshop, published=previous.feed.events if previous else ()
        )
        refusals = renamed_in_merge(origin, merge.head, settings[1])
        refusals += previous.refusals(sides.after.now) if previous and sides.after else ()
        review = compose_review(sides, as_of=as_of, refusals=refusals)
    _write(review, arguments, terminal)
    return 1 if arguments.strict and not _could_be_published(review) else 0


@contextmanager
def _previous(arguments: argparse.Namespace) -> Iterator[Previous | None]:
    if arguments.previous is None:
        yield None
        return
    with open_published(arguments.previous) as previous:
        yield previous


def _settings(origin: Origin, merge: Merge) -> tuple[Settings, Settings]:
    """Return `site.toml` before and after the merge; the one that was named where it is in no commit."""
    assert origin.repository is not None
    config = origin.config.absolute().resolve()
    if not config.is_relative_to(origin.repository.resolve()):
        return origin.settings, origin.settings
    path = config.relative_to(origin.repository.resolve()).as_posix()
    written = [read_file(origin.repository, commit, path) for commit in (merge.base, merge.head, merge.fork)]
    before, after, fork = written
    # what the branch did not touch stays as it is where it goes
    merged = before if after == fork else after
    found = [_parsed(text, path, origin.settings) for text in (before, merged)]
    return found[0], found[1]


def _parsed(text: str | None, path: str, default: Settings) -> Settings:
    if text is None:
        return default
    try:
        return parse_settings(text, name=path)
    except SettingsError as error:
        raise UsageError(f"{path} of this merge has faults: {error.message}", findings=error.findings) from None


def _write(review: Review, arguments: argparse.Namespace, terminal: Terminal) -> None:
    if arguments.output is None and arguments.format == "json":
        terminal.write_json(to_json(review))
        return
    if arguments.format == "json":
        written = terminal.json_text(to_json(review))
    else:
        written = write_page(review) if arguments.format == "html" else write_comment(review)
    if arguments.output is None:
        terminal.write(written)
        return
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(written, encoding="utf-8", newline="\n")
    terminal.say_done(f"The review is in {arguments.output}.")


def _could_be_published(review: Review) -> bool:
    is_refused = any(finding.severity is Severity.ERROR for finding in (*review.findings, *review.refusals))
    return not (is_refused or review.conflicts)
