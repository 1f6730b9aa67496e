"""``policy-site log``: the versions of a policy."""

from __future__ import annotations

import argparse
from datetime import datetime

from policy_site.catalogue import standing
from policy_site.console.calling import add_origin_arguments, now
from policy_site.console.origin import instant_of, open_origin
from policy_site.console.terminal import Terminal
from policy_site.errors import UsageError
from policy_site.model import Policy, Standing, Version
from policy_site.publishing.manifest import instant

NAME = "log"
HELP = "list the versions of a policy, newest first"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``log`` takes."""
    parser.add_argument("policy", nargs="?", metavar="POLICY", help="default: every policy")
    add_origin_arguments(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """List versions."""
    origin = open_origin(arguments)
    terminal.folder = origin.folder
    as_of = instant_of(arguments.as_of, origin.settings, now=now())
    with terminal.progress() as progress:
        publication = origin.compile(as_of, progress=progress)
    known = [policy.id for policy in publication.policies]
    if arguments.policy is not None and arguments.policy not in known:
        raise UsageError(f"There is no policy {arguments.policy!r}.", remedy=f"There are: {', '.join(known)}.")
    chosen = [policy for policy in publication.policies if arguments.policy in (None, policy.id)]
    listed = [(policy, version) for policy in chosen for version in reversed(policy.versions)]
    if terminal.is_machine:
        terminal.write_json(
            [
                {
                    "policy": policy.id,
                    "version": version.label,
                    "standing": _standing(policy, version, as_of),
                    "effective_date": version.effective_date.isoformat(),
                    "published_at": instant(version.published_at),
                    "significance": version.significance.value if version.is_significance_declared else None,
                    "languages": sorted(version.editions),
                    "identical_to": version.identical_to,
                    "sha256": {locale: edition.digest for locale, edition in sorted(version.editions.items())},
                }
                for policy, version in listed
            ]
        )
        return 0
    terminal.show_table(
        ("policy", "version", "standing", "effective", "published", "significance", "languages"),
        [
            (
                policy.id,
                version.label,
                _standing(policy, version, as_of),
                version.effective_date.isoformat(),
                version.published_date.isoformat(),
                version.significance.value if version.is_significance_declared else "-",
                " ".join(locale for locale in publication.settings.languages if locale in version.editions),
            )
            for policy, version in listed
        ],
    )
    return 0


def _standing(policy: Policy, version: Version, as_of: datetime) -> str:
    """Return where a version stands; the last one of a policy that is retired applies to nobody."""
    here = standing(policy, version, as_of)
    return "retired" if policy.retired_at and here is Standing.IN_FORCE else here.value
