"""``policy-site init``: a new site, with a small history, in an empty folder."""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path

from policy_site.commands.origin import now
from policy_site.commands.terminal import Terminal
from policy_site.errors import UsageError
from policy_site.history import Snapshot, create_repository

NAME = "init"
HELP = "make a new site with a small git history in an empty folder"

_SITE = """\
title = "Our policies"
publisher = "Example Ltd"
base_url = "https://policies.example.org/"
time_zone = "UTC"
languages = ["en"]                        # the first is the site's own, and the authoritative one
branch = "main"                           # what is merged here is published

[versions]
source = "release"                        # each version has a note in POLICY/releases/

[notices.standard]
days = 30                                 # how long before it takes effect a significant version is announced

[feed]
authority = "policies.example.org"        # makes event ids; never change it once published
year = {year}

[[policies]]
id = "privacy"
"""

_TEXT = """\
---
title: Privacy policy
version: {version}
---

This is a sample to write your own policy over.

## What we collect {{#data}}

We collect your name and your e-mail address.

## How long we keep it {{#retention}}

We keep your data for {days} days after you close your account.

## Contact {{#contact}}

Write to [privacy@example.org](mailto:privacy@example.org).
"""

_FIRST_NOTE = """\
---
published: {published}
effective: {effective}
changes:
  - {{category: purpose, sections: [data]}}
---

## What changed {{#summary}}

This is the first version.

## What it means for you {{#impact}}

You can read what we do with your data.

## Your choices {{#choices}}

Write to us with any question.
"""

_SECOND_NOTE = """\
---
published: {published}
effective: {effective}
changes:
  - {{category: retention, sections: [retention]}}
notice: standard
---

## What changed {{#summary}}

We keep your data for 30 days after you close your account, instead of 90.

## What it means for you {{#impact}}

Your data is erased two months sooner.

## Your choices {{#choices}}

You need not do anything. You can close your account at any time.
"""

_IGNORED = "build/\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``init`` takes."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="an empty folder, or one to be made")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Make the site."""
    folder: Path = arguments.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not an empty folder.", remedy="Name another one.")
    create_repository(folder, _snapshots(now().date()), branch="main")
    terminal.say_done(f"{folder} holds a site with two versions of a privacy policy, one in force, one upcoming.")
    terminal.say_done(f"Next: cd {folder} && policy-site build && policy-site serve")
    return 0


def _snapshots(today: date) -> tuple[Snapshot, ...]:
    first, second = today - timedelta(days=400), today + timedelta(days=35)
    announced = first - timedelta(days=31)
    return (
        Snapshot(
            message="Publish the first privacy policy",
            files={
                ".gitignore": _IGNORED,
                "content/site.toml": _SITE.format(year=announced.year),
                "content/privacy/en.md": _TEXT.format(version=first.isoformat(), days=90),
                f"content/privacy/releases/{first.isoformat()}.md": _FIRST_NOTE.format(
                    published=announced.isoformat(), effective=first.isoformat()
                ),
            },
        ),
        Snapshot(
            message="Announce a shorter retention period",
            files={
                "content/privacy/en.md": _TEXT.format(version=second.isoformat(), days=30),
                f"content/privacy/releases/{second.isoformat()}.md": _SECOND_NOTE.format(
                    published=today.isoformat(), effective=second.isoformat()
                ),
            },
        ),
    )
