"""``policy-site init``: a new site in an empty folder, for one's own company or with a sample."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from policy_site.console.calling import now
from policy_site.console.terminal import Terminal
from policy_site.errors import SettingsError, UsageError
from policy_site.history import Snapshot, create_repository
from policy_site.settings import parse_settings
from policy_site.starting import (
    HOSTS,
    BroughtText,
    Choices,
    PolicyChoice,
    compose_files,
    sample_snapshots,
    take_text,
    title_of,
)

NAME = "init"
HELP = "make a new site, with its git repository, in an empty folder"

_QUESTIONS = {
    "name": "The company's name: ",
    "address": "The site's address (https://legal.example.org/): ",
    "languages": "Its languages, the one whose text counts first (en de): ",
    "policies": "Its policies (privacy terms): ",
}
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``init`` takes."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="an empty folder, or one to be made")
    parser.add_argument("--sample", action="store_true", help="a sample to look at, instead of your own policies")
    parser.add_argument("--name", metavar="NAME", help="the company's name")
    parser.add_argument("--address", metavar="URL", help="where the site will be")
    parser.add_argument(
        "--language", action="append", metavar="TAG", dest="languages", help="a language; the first one's text counts"
    )
    parser.add_argument("--policy", action="append", metavar="ID", dest="policies", help="a policy, such as privacy")
    parser.add_argument(
        "--import",
        action="append",
        metavar="[ID=]FILE",
        dest="texts",
        help="bring a text along: .md, .txt, .html or .docx; without an id, the file's name is the policy's",
    )
    parser.add_argument("--time-zone", metavar="ZONE", default="UTC", help="in which days begin (default: UTC)")
    parser.add_argument("--host", choices=tuple(HOSTS), help="write pipelines for this git host")
    parser.add_argument("--owners", metavar="NAME", default="", help="who approves changes: @example/legal")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Make the site."""
    folder: Path = arguments.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not an empty folder.", remedy="Name another one.")
    if _wants_sample(arguments):
        create_repository(folder, sample_snapshots(now().date()), branch="main")
        terminal.say_done(f"{folder} holds a sample: two versions of a privacy policy, one in force, one upcoming.")
        terminal.say_done("Your own policies: policy-site init DIR --name … --address … --import privacy.md")
        terminal.say_done(f"Next: cd {folder} && policy-site build && policy-site serve")
        return 0
    choices = _gather(arguments, terminal)
    today = _today(now(), choices)
    made = compose_files(choices, today=today)
    message = f"Begin the policies of {choices.name}"
    create_repository(folder, (Snapshot(message=message, files=made),), branch="main")
    _tell(folder, choices, terminal)
    return 0


def _wants_sample(arguments: argparse.Namespace) -> bool:
    """Say whether the sample is meant: by name, or since nothing was said and nobody is there to be asked."""
    own = (arguments.name, arguments.address, arguments.languages, arguments.policies, arguments.texts)
    is_own = any(value is not None for value in own)
    if arguments.sample and is_own:
        raise UsageError("--sample makes a site with made-up policies.", remedy="Leave it away to make your own.")
    return arguments.sample or (not is_own and not _is_somebody_there(arguments))


def _is_somebody_there(arguments: argparse.Namespace) -> bool:
    return not arguments.quiet and sys.stdin.isatty() and sys.stderr.isatty()


def _gather(arguments: argparse.Namespace, terminal: Terminal) -> Choices:
    """Return what was asked for by flags and, on a terminal, in answer to questions; every fault at once."""
    texts = _read_texts(arguments.texts or ())
    missing = [name for name in _QUESTIONS if not getattr(arguments, name)]
    if texts and "policies" in missing:
        missing.remove("policies")
    if "languages" in missing and not _is_somebody_there(arguments):
        missing.remove("languages")
        arguments.languages = ["en"]
    if missing and not _is_somebody_there(arguments):
        flags = {"name": "--name", "address": "--address", "policies": "--policy or --import"}
        raise UsageError(
            f"A site of your own needs {' and '.join(flags[name] for name in missing)}.",
            remedy="Add them, or see a sample with `policy-site init DIR --sample`.",
        )
    for name in missing:
        answer = _ask(_QUESTIONS[name], terminal)
        setattr(arguments, name, answer.replace(",", " ").split() if name in ("languages", "policies") else answer)
    ids = dict.fromkeys([*(arguments.policies or ()), *texts])
    wrong = [policy for policy in ids if not _SLUG.fullmatch(policy)]
    if wrong:
        raise UsageError(
            f"{wrong[0]!r} cannot be a policy's id, which stands in addresses.",
            remedy="Use small letters, digits and hyphens: --import terms-of-use='Terms of use.docx'.",
        )
    choices = Choices(
        name=arguments.name,
        address=arguments.address if arguments.address.endswith("/") else f"{arguments.address}/",
        languages=tuple(dict.fromkeys(arguments.languages)),
        policies=tuple(PolicyChoice(policy, texts.get(policy)) for policy in ids),
        time_zone=arguments.time_zone,
        host=arguments.host,
        owners=arguments.owners,
    )
    _require_sound(choices)
    return choices


def _require_sound(choices: Choices) -> None:
    written = compose_files(choices, today=date(2000, 1, 1))["content/site.toml"]
    try:
        parse_settings(written, name="site.toml")
    except SettingsError as error:
        faults = " ".join(finding.message for finding in error.findings) or error.message
        raise UsageError(faults, remedy="Correct it and try again; nothing was made.") from None


def _ask(question: str, terminal: Terminal) -> str:
    while True:
        terminal.aside.print(question, end="")
        line = sys.stdin.readline()
        if not line:
            raise UsageError("The questions ended without an answer.", remedy="Answer them, or use flags.")
        if line.strip():
            return line.strip()


def _read_texts(named: tuple[str, ...] | list[str]) -> dict[str, BroughtText]:
    texts: dict[str, BroughtText] = {}
    for entry in named:
        policy, sign, name = entry.partition("=")
        path = Path(name if sign else entry)
        policy = policy if sign else path.stem.lower().replace(" ", "-").replace("_", "-")
        if policy in texts:
            raise UsageError(f"Two texts are named for {policy!r}.", remedy="Name each policy once: --import ID=FILE.")
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}.", remedy="Correct --import.") from None
        texts[policy] = take_text(path.name, content)
    return texts


def _today(at: datetime, choices: Choices) -> date:
    return at.astimezone(ZoneInfo(choices.time_zone)).date()


def _tell(folder: Path, choices: Choices, terminal: Terminal) -> None:
    terminal.say_done(
        f"{folder} holds the policies of {choices.name}: {', '.join(policy.id for policy in choices.policies)}."
    )
    for policy in choices.policies:
        if policy.text:
            sections = policy.text.body.count("{#")
            terminal.say_done(
                f"{policy.id}: {title_of(policy)!r}, {sections} {'section' if sections == 1 else 'sections'}."
            )
        for remark in policy.text.remarks if policy.text else ():
            terminal.say_aside(f"{policy.id}: {remark}")
        if policy.text is None:
            path = f"content/{policy.id}/{choices.languages[0]}.md"
            terminal.say_aside(f"{policy.id}: Its text is still to be written, into {path}.")
    if choices.host:
        terminal.say_done(
            f"Pipelines for {HOSTS[choices.host]} are there: each change is checked, each merge published."
        )
    terminal.say_done(f"Next: cd {folder} && policy-site serve")
