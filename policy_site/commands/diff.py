"""``policy-site diff``: a redline between two versions, or between two files."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from policy_site import redlines
from policy_site.catalogue import edition_for, version_in_force
from policy_site.console.calling import add_origin_arguments, now
from policy_site.console.origin import instant_of, open_origin
from policy_site.console.terminal import Terminal, is_unsafe
from policy_site.documents import RenderFault, Source, render_documents
from policy_site.errors import ContentError, UsageError
from policy_site.model import Document, Edition, Policy, Version
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
    parser.add_argument("--language", metavar="TAG", help="default: the authoritative one; of two files: en")
    parser.add_argument("--format", choices=("text", "html", "json", "docx"), default="text")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="where the Word document of --format docx is written"
    )
    parser.add_argument(
        "--level",
        choices=("rendered", "source"),
        default="rendered",
        help="compare what readers see, or the Markdown as it is written, character for character (text and JSON)",
    )


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Print the redline."""
    compared = _compare(arguments, terminal)
    redline = compared.redline
    if terminal.is_machine:
        terminal.write_json(redlines.json.to_json(redline))
    elif arguments.format in ("html", "docx"):
        if isinstance(redline, redlines.SourceRedline):
            raise UsageError(
                "This format shows what readers see.", remedy="Leave out --level, or ask for --format text or json."
            )
        if arguments.format == "docx":
            return _write_document(redline, compared, arguments.output, terminal)
        terminal.write(_inert(redlines.html.render(redline)) + "\n")
    else:
        terminal.write(redlines.text.render(redline, colour=terminal.has_colour))
    return 0


@dataclass(frozen=True, slots=True)
class _Compared:
    redline: redlines.Redline | redlines.SourceRedline
    author: str = "policy-site"
    """Whose changes they are, in a Word document."""
    date: datetime | None = None
    """When they were published; ``None`` for two files."""


def _write_document(redline: redlines.Redline, compared: _Compared, output: Path | None, terminal: Terminal) -> int:
    if output is None:
        raise UsageError("A Word document needs a file.", remedy="Add --output changes.docx.")
    try:
        output.write_bytes(redlines.docx.write(redline, author=compared.author, date=compared.date))
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error}.", remedy="Name another file.") from None
    terminal.say(f"The redline is in {output}.")
    return 0


def _inert(html: str) -> str:
    """Return HTML that says the same and moves no terminal on which it is shown."""
    written = (
        character if not is_unsafe(character) else "&#xfffd;" if character < "\xa0" else f"&#x{ord(character):x};"
        for character in html
    )
    return "".join(written).replace("##[", "#&#35;[")


def _compare(arguments: argparse.Namespace, terminal: Terminal) -> _Compared:
    names: list[str] = arguments.names
    is_source = arguments.level == "source"
    if len(names) == 2 and all(Path(name).is_file() for name in names):  # noqa: PLR2004 - old and new
        texts = [_read(Path(name)) for name in names]
        if is_source:
            return _Compared(redlines.compare_sources(*texts))
        redline = redlines.compare(*_documents_of_files([Path(name) for name in names], texts))
        return _Compared(redlines.weigh(redline, locale=arguments.language or "en"))
    if len(names) in (2, 3):
        publication, editions = _editions(arguments, terminal)
        if is_source:
            return _Compared(redlines.compare_sources(*(edition.revision.text for edition in editions)))
        redline = redlines.compare(*(publication.documents[edition.digest] for edition in editions))
        return _Compared(
            redlines.weigh(redline, locale=editions[1].locale),
            author=publication.settings.publisher or publication.settings.title,
            date=editions[1].published_at,
        )
    raise UsageError(
        "What is to be compared is not clear.", remedy="Write `diff POLICY OLD NEW`, or `diff OLD.md NEW.md`."
    )


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.", remedy="Name a UTF-8 file.") from None


def _documents_of_files(paths: list[Path], texts: list[str]) -> list[Document]:
    sources = [Source(str(place), text.removeprefix("\ufeff")) for place, text in enumerate(texts)]
    extensions = ContentSettings().reading
    rendered = render_documents(sources, extensions=extensions, cache=None, jobs=1)
    documents: list[Document] = []
    for path, source in zip(paths, sources, strict=True):
        document = rendered[source.key]
        if isinstance(document, RenderFault):
            raise ContentError(f"{path}: {document.message}", remedy=document.remedy)
        documents.append(document)
    return documents


def _editions(arguments: argparse.Namespace, terminal: Terminal) -> tuple[Publication, tuple[Edition, ...]]:
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
    return publication, tuple(_edition(publication, policy, version, locale, terminal) for version in versions)


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


def _edition(publication: Publication, policy: Policy, version: Version, locale: str, terminal: Terminal) -> Edition:
    edition, _ = edition_for(policy, version, locale)
    if edition is None:
        raise ContentError(
            f"The text of {version.label!r} is not in this copy of the history.", remedy=publication.incompleteness
        )
    if edition.locale != locale:
        terminal.say_aside(f"{version.label} has no edition in {locale!r}; its authoritative text is compared.")
    return edition
