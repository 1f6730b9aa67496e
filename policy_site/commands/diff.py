"""``policy-site diff``: a redline between two versions, or between two files."""

from __future__ import annotations

import argparse
from pathlib import Path

from policy_site import redlines
from policy_site.catalogue import edition_for, version_in_force
from policy_site.commands.origin import add_origin_arguments, instant_of, now, open_origin
from policy_site.commands.terminal import Terminal, is_unsafe
from policy_site.documents import RenderFault, Source, render_documents
from policy_site.errors import ContentError, UsageError
from policy_site.model import Document, Policy, Version
from policy_site.publication import Publication
from policy_site.settings import ContentSettings

NAME = "diff"
HELP = "show what changed between two versions of a policy, or between two Markdown files"

_WORDS_FOR_VERSIONS = ("in-force", "upcoming")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``diff`` takes."""
    parser.add_argument(
        "names",
        nargs="+",
        metavar="NAME",
        help="POLICY OLD NEW (labels, or in-force, or upcoming; NEW defaults to in-force), or two file names",
    )
    add_origin_arguments(parser)
    parser.add_argument("--language", metavar="TAG", help="default: the authoritative one")
    parser.add_argument("--format", choices=("text", "html", "json"), default="text")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Print the redline."""
    names: list[str] = arguments.names
    if len(names) == 2 and all(Path(name).is_file() for name in names):  # noqa: PLR2004 - old and new
        old, new = _documents_of_files([Path(name) for name in names])
    elif len(names) in (2, 3):
        old, new = _documents_of_versions(arguments, terminal)
    else:
        raise UsageError(
            "What is to be compared is not clear.", remedy="Write `diff POLICY OLD NEW`, or `diff OLD.md NEW.md`."
        )
    redline = redlines.compare(old, new)
    if terminal.is_machine:
        terminal.write_json(redlines.json.to_json(redline))
    elif arguments.format == "html":
        terminal.write(_inert(redlines.html.render(redline)) + "\n")
    else:
        terminal.write(redlines.text.render(redline, colour=terminal.has_colour))
    return 0


def _inert(html: str) -> str:
    """Return HTML that says the same and moves no terminal on which it is shown."""
    written = (
        character if not is_unsafe(character) else "&#xfffd;" if character < "\xa0" else f"&#x{ord(character):x};"
        for character in html
    )
    return "".join(written).replace("##[", "#&#35;[")


def _documents_of_files(paths: list[Path]) -> list[Document]:
    sources: list[Source] = []
    for path in paths:
        try:
            sources.append(Source(str(len(sources)), path.read_bytes().decode("utf-8-sig")))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} cannot be read: {error}.", remedy="Name a UTF-8 file.") from None
    extensions = ContentSettings().markdown_extensions
    rendered = render_documents(sources, extensions=extensions, cache=None, jobs=1)
    documents: list[Document] = []
    for path, source in zip(paths, sources, strict=True):
        document = rendered[source.key]
        if isinstance(document, RenderFault):
            raise ContentError(f"{path}: {document.message}", remedy=document.remedy)
        documents.append(document)
    return documents


def _documents_of_versions(arguments: argparse.Namespace, terminal: Terminal) -> tuple[Document, Document]:
    origin = open_origin(arguments)
    terminal.folder = origin.folder
    as_of = instant_of(arguments.as_of, origin.settings, now=now())
    with terminal.progress() as progress:
        publication = origin.compile(as_of, progress=progress)
    policy_id, old, *rest = arguments.names
    try:
        policy = publication.policy(policy_id)
    except KeyError:
        known = ", ".join(policy.id for policy in publication.policies)
        raise UsageError(f"There is no policy {policy_id!r}.", remedy=f"There are: {known}.") from None
    new = rest[0] if rest else "in-force"
    versions = [_version(policy, name, publication) for name in (old, new)]
    locale = arguments.language or policy.authoritative_locale
    if locale not in publication.settings.languages:
        languages = ", ".join(publication.settings.languages)
        raise UsageError(f"The site has no language {locale!r}.", remedy=f"It has: {languages}.")
    older, newer = (_document(publication, policy, version, locale, terminal) for version in versions)
    return older, newer


def _version(policy: Policy, name: str, publication: Publication) -> Version:
    if name == "in-force":
        found = version_in_force(policy, publication.as_of)
    elif name == "upcoming":
        ahead = [version for version in policy.versions if version.effective_at > publication.as_of]
        found = ahead[0] if ahead else None
    else:
        found = next((version for version in policy.versions if version.label == name), None)
    if found is None:
        labels = ", ".join(version.label for version in policy.versions)
        raise UsageError(f"{policy.id!r} has no version {name!r}.", remedy=f"It has: {labels}.")
    return found


def _document(publication: Publication, policy: Policy, version: Version, locale: str, terminal: Terminal) -> Document:
    edition, _ = edition_for(policy, version, locale)
    if edition is None:
        raise ContentError(
            f"The text of {version.label!r} is not in this copy of the history.", remedy=publication.incompleteness
        )
    if edition.locale != locale:
        terminal.say_aside(f"{version.label} has no edition in {locale!r}; its authoritative text is compared.")
    return publication.documents[edition.digest]
