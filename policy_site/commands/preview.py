"""``policy-site preview``: the site as it would be if this commit were merged now, today and on each day to come."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from policy_site.catalogue import version_in_force
from policy_site.checks import check, stops_build
from policy_site.console.calling import add_origin_arguments, now
from policy_site.console.origin import Origin, instant_of, open_origin
from policy_site.console.outlook import days_to_come
from policy_site.console.terminal import Terminal, counted
from policy_site.errors import ContentError
from policy_site.history import find_proposed
from policy_site.model import Policy
from policy_site.publication import Preview, Publication
from policy_site.publishing.preview import PreviewedDay, freeze_preview
from policy_site.settings import absolute_address

NAME = "preview"
HELP = "show the site as it would be if this commit were merged now, today and on each day to come"
_ANYWHERE = "http://localhost/"
_MOST = 12
"""Days that a preview shows; later ones are named in a sentence."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``preview`` takes."""
    add_origin_arguments(parser)
    parser.add_argument(
        "--output", type=Path, metavar="DIR", default=Path("build/preview"), help="default: build/preview"
    )
    parser.add_argument(
        "--address",
        type=_address,
        metavar="URL",
        help="where the folder will be served: https://preview.example.org/42/ (default: anywhere, opened from the disk"
        " too)",
    )
    parser.add_argument("--work-tree", action="store_true", help="read the files as they are on disk now, too")


def _address(written: str) -> str:
    try:
        return absolute_address(written)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write the preview; 1 where findings would stop a build on one of the days."""
    origin = open_origin(arguments).of_checkout()
    terminal.folder = origin.folder
    as_of = instant_of(arguments.as_of, origin.settings, now=now())
    with terminal.progress() as progress:
        history = origin.read(with_work_tree=arguments.work_tree, merged_at=as_of)

        def compile_at(at: datetime) -> Publication:
            return origin.compile(at, history=history, progress=progress, with_work_tree=arguments.work_tree)

        first = compile_at(as_of)
        commit = _proposed(origin, first)
        publications = [first, *days_to_come(first, compile_at)]
        days: list[PreviewedDay] = []
        for publication in publications[:_MOST]:
            _refuse(publication)
            days.append(
                _previewed(
                    publication,
                    days[-1].publication if days else None,
                    address=arguments.address or _ANYWHERE,
                    commit=commit,
                    has_uncommitted=arguments.work_tree,
                )
            )
        freeze_preview(
            days, arguments.output, is_portable=arguments.address is None, jobs=os.cpu_count() or 1, progress=progress
        )
    if len(publications) > _MOST:
        terminal.say_aside(f"warning: {len(publications) - _MOST} later days are left out.")
    terminal.say_done(f"The preview of {counted(len(days), 'day')} is in {arguments.output}. It is not published.")
    return 0


def _refuse(publication: Publication) -> None:
    findings = check(publication)
    if stops_build(findings, is_strict=False):
        day = publication.as_of.astimezone(publication.settings.zone).date().isoformat()
        raise ContentError(
            f"The site could not be built on {day}.", remedy="Correct what is listed above.", findings=findings
        )


def _proposed(origin: Origin, publication: Publication) -> str:
    if origin.repository is None or publication.commit is None:
        return ""
    return find_proposed(origin.repository, publication.commit, branch=origin.settings.branch)


def _previewed(
    publication: Publication, before: Publication | None, *, address: str, commit: str, has_uncommitted: bool
) -> PreviewedDay:
    day = publication.as_of.astimezone(publication.settings.zone).date()
    name = day.isoformat() if before else "today"
    settings = publication.settings.model_copy(update={"base_url": f"{address}{name}/"})
    return PreviewedDay(
        day=day,
        name=name,
        changes=tuple(_changes(publication, before)),
        publication=replace(publication, settings=settings, preview_of=Preview(day, commit, has_uncommitted)),
    )


def _changes(publication: Publication, before: Publication | None) -> list[str]:
    told: list[str] = []
    for policy in publication.policies:
        old = next((one for one in before.policies if one.id == policy.id), None) if before else None
        label, label_before = _in_force(policy, publication), _in_force(old, before) if old and before else None
        if label is None and (before is None or label_before):
            told.append(f"{policy.id}: no version is in force.")
        elif before is None:
            told.append(f"{policy.id}: version {label} is in force.")
        elif label != label_before:
            told.append(f"{policy.id}: version {label} takes effect.")
    return told or ["Something is announced or withdrawn; the texts in force stay."]


def _in_force(policy: Policy, publication: Publication) -> str | None:
    version = version_in_force(policy, publication.as_of)
    return version.label if version else None
