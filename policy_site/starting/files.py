"""Every file of a new repository, from what was asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from types import MappingProxyType
from urllib.parse import urlsplit

from policy_site import __version__
from policy_site.starting.choices import Choices, PolicyChoice

HOSTS: Mapping[str, str] = MappingProxyType({"github": "GitHub Actions and Pages", "gitlab": "GitLab CI and Pages"})
"""Git hosts for which pipelines are written, and what they use; add yours here."""

_TITLES = {
    "privacy": "Privacy policy",
    "terms": "Terms of service",
    "cookies": "Cookie policy",
    "acceptable-use": "Acceptable use policy",
    "subprocessors": "Subprocessors",
}
REQUIREMENTS = ".policy-site/requirements.txt"
"""Which program the pipelines install."""
_IGNORED = "build/\n"
_NOTE = """\
---
effective: {day}
significance: minor
reason: This is the first version.
---

## What changed {{#summary}}

This is the first version on this site.
"""


def compose_files(choices: Choices, *, today: date) -> Mapping[str, str]:
    """Return every file by its path; ``today`` is the label of the first versions, and the year of the feed's ids."""
    made = {
        ".gitignore": _IGNORED,
        "content/site.toml": write_settings(choices, year=today.year),
        "README.md": _write_readme(choices),
    }
    for policy in choices.policies:
        made |= _policy_files(policy, choices, today)
    if choices.host:
        made |= _host_files(choices)
    return MappingProxyType(made)


def title_of(policy: PolicyChoice) -> str:
    """Return the title of a policy: its text's own, or one made of its id."""
    own = policy.text.title if policy.text else ""
    return own or _TITLES.get(policy.id, policy.id.replace("-", " ").capitalize())


def write_settings(choices: Choices, *, year: int) -> str:
    """Write `site.toml`; whether it says what it may say is for :func:`policy_site.settings.parse_settings`."""
    quoted = json.dumps  # a JSON string is a TOML string
    languages = ", ".join(quoted(language) for language in choices.languages)
    lines = [
        f"title = {quoted(f'{choices.name} policies', ensure_ascii=False)}",
        f"publisher = {quoted(choices.name, ensure_ascii=False)}",
        f"base_url = {quoted(choices.address)}",
        f"time_zone = {quoted(choices.time_zone)}   # in which days begin and end",
        f"languages = [{languages}]   # the first is the site's own, and the one whose text counts",
        'branch = "main"   # what is merged here is published',
        "",
        "[notices.standard]",
        "days = 30   # how long before it takes effect a significant version is announced",
        "",
        "[feed]",
        f"authority = {quoted(urlsplit(choices.address).hostname or '')}   # makes event ids: never change it",
        f"year = {year}",
    ]
    for policy in choices.policies:
        lines += [
            "",
            "[[policies]]",
            f"id = {quoted(policy.id)}",
            f"title = {quoted(title_of(policy), ensure_ascii=False)}",
        ]
    return "\n".join(lines) + "\n"


def _policy_files(policy: PolicyChoice, choices: Choices, today: date) -> dict[str, str]:
    if policy.text is None:
        return {}
    label = today.isoformat()
    title = json.dumps(title_of(policy), ensure_ascii=False)
    return {
        f"content/{policy.id}/{choices.languages[0]}.md": (
            f"---\ntitle: {title}\nversion: {label}\n---\n\n{policy.text.body}"
        ),
        f"content/{policy.id}/releases/{label}.md": _NOTE.format(day=label),
    }


def _write_readme(choices: Choices) -> str:
    missing = [policy.id for policy in choices.policies if policy.text is None]
    steps = [
        f"# Policies of {choices.name}",
        "",
        f"Published at {choices.address} from what is merged into `main`.",
        "",
    ]
    if missing:
        paths = ", ".join(f"`content/{policy}/{choices.languages[0]}.md`" for policy in missing)
        steps += [f"Still to be written: {paths}. `policy-site release POLICY` then starts the release note.", ""]
    steps += [
        "    policy-site serve              # shows your files as they are, and follows every change",
        "    policy-site check --work-tree  # what is wrong, all at once",
        "    policy-site build              # publishes into build/site",
        "",
        "A change is a pull request: change the text, say in a release note what changed, and merge.",
        "",
    ]
    return "\n".join(steps)


def _host_files(choices: Choices) -> dict[str, str]:
    made = {REQUIREMENTS: f"policy-site=={__version__}\n"}
    root = files("policy_site.starting") / "files_for_hosts" / str(choices.host)
    pending = [(root, "")]
    while pending:
        folder, path = pending.pop()
        for entry in sorted(folder.iterdir(), key=lambda found: found.name):
            name = f"{path}{entry.name}"
            if entry.is_dir():
                pending.append((entry, f"{name}/"))
            else:
                made[name] = entry.read_text(encoding="utf-8").replace("@ADDRESS@", choices.address)
    made[f".{choices.host}/CODEOWNERS"] = _write_owners(choices)
    return made


def _write_owners(choices: Choices) -> str:
    """Write who must approve a change; as a comment where nobody was named."""
    sign, owners = ("", choices.owners) if choices.owners else ("# ", "@your-organisation/legal")
    pipelines = {"github": "/.github/", "gitlab": "/.gitlab-ci.yml"}[str(choices.host)]
    return (
        "# Who must approve a change of a policy, and of what publishes it.\n"
        f"{sign}/content/ {owners}\n{sign}{pipelines} {owners}\n{sign}/.policy-site/ {owners}\n"
    )
