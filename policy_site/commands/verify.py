"""``policy-site verify``: whether a published site agrees with git and with itself."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from policy_site.console.calling import DEFAULT_CONFIGURATIONS, add_origin_arguments, now
from policy_site.console.origin import Origin, instant_of, open_origin
from policy_site.console.terminal import Terminal, counted, without_passwords
from policy_site.console.verifying import Verdict, verify_site
from policy_site.errors import ContentError, PublishingError, UsageError
from policy_site.proof.differences import Cause, Difference
from policy_site.proof.files import REQUEST_LIMITS, FolderFiles, ServedFiles, SiteFiles
from policy_site.proof.vouchers import compare_heads, examine_vouchers
from policy_site.publishing.heads import Witness
from policy_site.publishing.manifest import instant
from policy_site.remote import open_site

NAME = "verify"
HELP = "check that a published site agrees with git and with itself"
FAREWELL = "Interrupted; nothing was said of the site."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``verify`` takes."""
    parser.add_argument("site", metavar="SITE", help="the folder of the site, or its http or https address")
    add_origin_arguments(parser)
    parser.add_argument(
        "--alone", action="store_true", help="look at the site alone, where the repository is not at hand"
    )
    parser.add_argument(
        "--signed-by",
        type=Path,
        metavar="FILE",
        help="require a signature by one of these allowed signers",
    )
    parser.add_argument(
        "--stamped-by", type=Path, metavar="FILE", help="require a time stamp by one of these authorities (PEM)"
    )
    parser.add_argument(
        "--witness",
        action="append",
        default=[],
        metavar="PLACE",
        help="compare with heads that are written down there: a file or address of heads, of a change feed, or of what"
        " `verify --format json` printed, or git:REPOSITORY#BRANCH",
    )
    parser.add_argument("--strict", action="store_true", help="what another version of the program wrote counts, too")
    parser.add_argument("--jobs", type=int, metavar="N", default=os.cpu_count() or 1, help="default: one a core")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Verify a site: 0 where it agrees, 1 where it does not, 2 where nobody can say."""
    for path in (arguments.signed_by, arguments.stamped_by):
        if path is not None and not path.is_file():
            raise UsageError(f"There is no file {path}.", remedy="Name the file of those whom you believe.")
    origin = _origin_of(arguments)
    try:
        with open_files(arguments.site) as files, terminal.progress() as progress:
            verdict = verify_site(
                files, origin, now=_instant(arguments, origin), jobs=max(1, arguments.jobs), progress=progress
            )
            verdict.add(examine_vouchers(files, signers=arguments.signed_by, authorities=arguments.stamped_by))
            verdict.add(compare_heads([Witness(place) for place in arguments.witness], verdict.feed))
    except (ContentError, PublishingError) as error:
        raise UsageError(
            f"The site cannot be made again from git: {error.message}", remedy=error.remedy, findings=error.findings
        ) from None
    counted_ones = verdict.differences if arguments.strict else verdict.counted
    if terminal.is_machine:
        terminal.write_json(_as_json(verdict, counted_ones))
    else:
        _tell(verdict, counted_ones, terminal)
    if not counted_ones:
        return 0
    return 2 if all(one.cause is Cause.UNREACHABLE for one in counted_ones) else 1


def _origin_of(arguments: argparse.Namespace) -> Origin | None:
    if arguments.alone:
        if any(value is not None for value in (arguments.config, arguments.repository, arguments.ref)):
            raise UsageError("--alone asks for no repository, and one is named.", remedy="Leave one of the two away.")
        return None
    if arguments.config is None and not any(Path(name).is_file() for name in DEFAULT_CONFIGURATIONS):
        raise UsageError(
            "There is no content/site.toml here, so the site cannot be compared with git.",
            remedy="Name one with --config, or look at the site alone with --alone.",
        )
    return open_origin(arguments)


def _instant(arguments: argparse.Namespace, origin: Origin | None) -> datetime:
    if origin is not None:
        return instant_of(arguments.as_of, origin.settings, now=now())
    if arguments.as_of is None:
        return now()
    raise UsageError("--as-of needs the time zone of a site.toml.", remedy="Leave --alone away, or --as-of.")


@contextmanager
def open_files(address: str) -> Iterator[SiteFiles]:
    """Open the site at a folder or an address; :class:`UsageError` where there is no such folder."""
    scheme = address.partition("://")[0].lower() if "://" in address else ""
    if scheme in ("http", "https"):
        with open_site(address, limits=REQUEST_LIMITS) as site:
            yield ServedFiles(site)
        return
    if scheme and scheme != "file":
        raise UsageError(f"{address!r} is no address that can be read.", remedy="Name a folder, or an http address.")
    folder = Path(unquote(urlsplit(address).path) if scheme else address)
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.", remedy="Name the folder of a site, or its address.")
    yield FolderFiles(folder)


def _as_json(verdict: Verdict, counted_ones: list[Difference]) -> dict[str, object]:
    facts = verdict.statement.facts if verdict.statement else {}
    return {
        "site": verdict.place,
        "agrees": not counted_ones,
        "compared_with_git": verdict.as_of is not None,
        "as_of": instant(verdict.as_of),
        "commit": verdict.commit,
        "generator": facts.get("generator"),
        "files": verdict.files,
        "events": len(verdict.feed.records) if verdict.feed else 0,
        "head": _head(verdict),
        "differences": [
            {
                "cause": one.cause.value,
                "file": one.file,
                "fact": without_passwords(one.fact),
                "counts": one in counted_ones,
            }
            for one in verdict.differences
        ],
    }


def _head(verdict: Verdict) -> dict[str, object] | None:
    if verdict.feed is None or not verdict.feed.records:
        return None
    last = verdict.feed.records[-1]
    return {"seq": last["seq"], "hash": last["hash"]}


def _tell(verdict: Verdict, counted_ones: list[Difference], terminal: Terminal) -> None:
    for one in verdict.differences:
        is_counted = one in counted_ones
        if is_counted or not terminal.is_quiet:
            terminal.say(
                without_passwords(
                    f"{one.file or verdict.place}: {'' if is_counted else 'note: '}{one.fact} [{one.cause.value}]"
                )
            )
    events = len(verdict.feed.records) if verdict.feed else 0
    looked_at = f"{counted(verdict.files, 'file')} and {counted(events, 'event')} looked at"
    if counted_ones:
        terminal.say(f"The site does not agree: {counted(len(counted_ones), 'difference')}, {looked_at}.")
    elif verdict.as_of is None:
        terminal.say_done(f"The site agrees with itself: {looked_at}. With git it was not compared.")
    else:
        commit = f"commit {verdict.commit[:12]}" if verdict.commit else "the files here"
        terminal.say_done(f"The site agrees with {commit} and with itself: {looked_at}.")
