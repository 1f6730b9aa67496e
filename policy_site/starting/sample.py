"""A sample to look at: a privacy policy with one version in force and one that is announced."""

from __future__ import annotations

from datetime import date, timedelta

from policy_site.history import Snapshot

_SITE = """\
title = "Our policies"
publisher = "Example Ltd"
base_url = "https://policies.example.org/"
time_zone = "UTC"
languages = ["en"]                        # the first is the site's own, and the authoritative one
branch = "main"                           # what is merged here is published
is_sample = true                          # pages say so; remove this line when the policies are yours

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


def sample_snapshots(today: date) -> tuple[Snapshot, ...]:
    """Return the sample's two commits; its versions lie around ``today``."""
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
