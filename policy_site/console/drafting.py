"""Commands that write files for a person: what is there is read, what is drafted is shown, asked about and written."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from policy_site.console.calling import add_origin_arguments, cache_folder, now
from policy_site.console.origin import Origin, instant_of, open_origin
from policy_site.console.terminal import Terminal
from policy_site.documents import RenderFault, Source, render_documents
from policy_site.drafting import Draft, Shelf
from policy_site.errors import UsageError
from policy_site.history import find_names_on_branches
from policy_site.model import Document, Revision
from policy_site.sources import Places, Role, parse_text


def add_drafting_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what every command takes that writes files for a person."""
    parser.add_argument("policy", metavar="POLICY", help="its id in site.toml")
    add_origin_arguments(parser)
    parser.add_argument("--dry-run", action="store_true", help="show what would be written, and write nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask before writing")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def day_of(written: str) -> date:
    """Read a day of the command line."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written!r} is not a day; write one as 2027-03-01") from None


def run_draft(
    arguments: argparse.Namespace, terminal: Terminal, make: Callable[[Shelf], Draft], *, below_content: bool = True
) -> int:
    """Read what there is, let ``make`` draft, and write it once it was seen."""
    origin = open_origin(arguments)
    terminal.folder = origin.folder
    shelf = read_shelf(origin, arguments, terminal)
    draft = make(shelf)
    root = content_root(origin) if below_content else Path()
    _show(draft, root, arguments, terminal)
    if arguments.dry_run:
        return 0
    if not arguments.yes and not terminal.is_machine and _is_somebody_there():
        terminal.aside.print("Write this? [y/N] ", end="")
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            terminal.say_aside("Nothing was written.")
            return 0
    _write(draft, root)
    if not terminal.is_machine:
        for remark in draft.remarks:
            terminal.say_done(remark)
    return 0


def read_shelf(origin: Origin, arguments: argparse.Namespace, terminal: Terminal) -> Shelf:
    """Read the site as it is, and the files of one policy on disk."""
    policy_id = str(arguments.policy)
    if policy_id not in [policy.id for policy in origin.settings.policies]:
        known = ", ".join(policy.id for policy in origin.settings.policies)
        raise UsageError(f"site.toml has no policy {policy_id!r}.", remedy=f"It has: {known}.")
    if not origin.settings.grouping_of(policy_id).is_ours:
        raise UsageError(
            "Versions of this policy are not made by release notes.", remedy='It needs `versions.source = "release"`.'
        )
    as_of = instant_of(arguments.as_of, origin.settings, now=now())
    with terminal.progress() as progress:
        publication = origin.compile(as_of, progress=progress)
    root, places = content_root(origin), Places(origin.settings)
    files: dict[str, str] = {}
    texts: dict[str, str] = {}
    for path in sorted(root.rglob("*.md")):
        name = path.relative_to(root).as_posix()
        place = places.of(name)
        if place is None or place.policy != policy_id or path.is_symlink():
            continue
        try:
            files[name] = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} cannot be read: {error}.", remedy="Make it a readable UTF-8 file.") from None
        if place.role is Role.TEXT:
            texts[place.locale] = name
    return Shelf(
        settings=origin.settings,
        publication=publication,
        policy_id=policy_id,
        today=as_of.astimezone(origin.settings.zone).date(),
        files=files,
        texts=texts,
        documents=_render(origin, files, texts, origin.settings.authoritative_locale_of(policy_id)),
        labels_elsewhere=_labels_on_branches(origin, policy_id),
    )


def content_root(origin: Origin) -> Path:
    """Return the content folder on disk."""
    return Path(origin.folder) if origin.repository is None else origin.repository / origin.folder


def _render(origin: Origin, files: Mapping[str, str], texts: Mapping[str, str], locale: str) -> dict[str, Document]:
    path = texts.get(locale)
    if path is None:
        return {}
    text = parse_text(Revision(path, files[path], "", None, None), is_strict=True)
    made = render_documents(
        [Source(path, text.body, text.title)],
        extensions=origin.settings.content.markdown_extensions,
        cache=cache_folder(),
        jobs=1,
    )[path]
    if isinstance(made, RenderFault):
        raise UsageError(f"{path}: {made.message}", remedy=made.remedy)
    return {path: made}


def _labels_on_branches(origin: Origin, policy_id: str) -> frozenset[str]:
    """Return the labels that release notes of other branches have, so that two pull requests need not collide."""
    if origin.repository is None:
        return frozenset()
    folder = origin.settings.policy(policy_id).folder_name
    prefix = f"{folder}/releases" if origin.folder == "." else f"{origin.folder}/{folder}/releases"
    names = find_names_on_branches(origin.repository, prefix)
    return frozenset(name.removesuffix(".md") for name in names if name.endswith(".md"))


def _show(draft: Draft, root: Path, arguments: argparse.Namespace, terminal: Terminal) -> None:
    if terminal.is_machine:
        terminal.write_json(
            {
                "summary": draft.summary,
                "facts": dict(draft.facts),
                "files": {(root / path).as_posix(): text for path, text in draft.files.items()},
                "remarks": list(draft.remarks),
                "is_written": not arguments.dry_run,
            }
        )
        return
    terminal.say_done(draft.summary)
    for path, text in draft.files.items():
        file = root / path
        before = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
        if not before:
            terminal.say_done(f"new: {file}")
            continue
        terminal.say_done(f"changed: {file}")
        for line in difflib.unified_diff(before, text.splitlines(), lineterm="", n=1):
            if not line.startswith(("---", "+++", "@@")):
                terminal.say_done(f"    {line}")
    if arguments.dry_run:
        for path, text in draft.files.items():
            if not (root / path).is_file():
                terminal.say_done(f"\n{root / path}:\n{text}")
        for remark in draft.remarks:
            terminal.say_done(remark)


def _is_somebody_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _write(draft: Draft, root: Path) -> None:
    """Write every file, each to a place beside it first; a link is never followed."""
    for file in (root / path for path in draft.files):
        if file.is_symlink() or any(
            parent.is_symlink() for parent in file.parents if parent != root and root in parent.parents
        ):
            raise UsageError(f"{file} is a link.", remedy="Put a file in place of the link.")
    for path, text in draft.files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f".{file.name}.new")
        beside.write_text(text, encoding="utf-8", newline="")
        beside.replace(file)
