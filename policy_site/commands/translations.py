"""``policy-site translations``: what is stale, by section."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policy_site.catalogue import current_edition
from policy_site.console.calling import add_origin_arguments, now
from policy_site.console.origin import instant_of, open_origin
from policy_site.console.terminal import Terminal, annotation
from policy_site.errors import UsageError
from policy_site.fidelity import comparison_of, newest_version, staleness, write_worklist
from policy_site.model import Edition, Finding, Policy, SectionFidelity, Severity, Staleness, TranslatedSection, Version
from policy_site.publication import Publication
from policy_site.sources.headings import line_of_section

NAME = "translations"
HELP = "show what is stale or missing in translations, by section"

_COLUMNS = ("policy", "language", "version", "renders", "current", "stale", "missing", "extra", "words changed")
_SECTION_COLUMNS = ("policy", "language", "section", "state", "words changed")


@dataclass(frozen=True, slots=True)
class _Row:
    """One policy in one language."""

    policy: Policy
    version: Version
    """The one that the translation should render: the newest."""
    locale: str
    edition: Edition | None
    """``None`` where there is no translation."""
    staleness: Staleness | None
    """``None`` there, too, and where the history does not hold the authoritative texts."""

    @property
    def is_stale(self) -> bool:
        """Whether a translator has something to do."""
        if self.staleness is None:
            return True
        return any(section.fidelity is not SectionFidelity.CURRENT for section in self.staleness.sections)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``translations`` takes."""
    parser.add_argument("policy", nargs="?", metavar="POLICY", help="default: every policy")
    add_origin_arguments(parser)
    parser.add_argument("--language", metavar="TAG", help="default: every language but the authoritative one")
    parser.add_argument("--work-tree", action="store_true", help="read the files as they are on disk now, too")
    parser.add_argument("--strict", action="store_true", help="exit with 1 where something is stale or missing")
    parser.add_argument("--format", choices=("text", "json", "github"), default="text")
    parser.add_argument(
        "--worklist", metavar="TAG", help="write what a translator into this language needs, as one Markdown file"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="file of --worklist (default: the terminal)")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Show every translation, or write the worklist of one language."""
    if arguments.output and not arguments.worklist:
        raise UsageError("--output says where a worklist goes.", remedy="Add --worklist TAG, or leave it out.")
    origin = open_origin(arguments)
    terminal.folder = origin.folder
    for language in (arguments.language, arguments.worklist):
        if language and language not in origin.settings.languages:
            known = ", ".join(origin.settings.languages)
            raise UsageError(f"The site has no language {language!r}.", remedy=f"It has: {known}.")
    as_of = instant_of(arguments.as_of, origin.settings, now=now())
    with terminal.progress() as progress:
        publication = origin.compile(as_of, progress=progress, with_work_tree=arguments.work_tree)
    if not publication.is_complete:
        terminal.say_aside(f"warning: The history is incomplete. {publication.incompleteness}")
    policies = _chosen(publication, arguments.policy)
    rows = list(_rows(publication, policies, arguments.worklist or arguments.language))
    if arguments.worklist:
        text = write_worklist(policies, arguments.worklist, publication.documents, as_of=as_of)
        _write_out(text, arguments.output, terminal)
    elif terminal.is_machine:
        terminal.write_json({"translations": [_as_json(row) for row in rows]})
    elif arguments.format == "github":
        for row in rows:
            for finding in _findings(row):
                terminal.say(annotation(finding, terminal))
    else:
        _show(rows, terminal)
    return 1 if arguments.strict and any(row.is_stale for row in rows) else 0


def _chosen(publication: Publication, name: str | None) -> tuple[Policy, ...]:
    known = [policy.id for policy in publication.policies]
    if name is not None and name not in known:
        raise UsageError(f"There is no policy {name!r}.", remedy=f"There are: {', '.join(known)}.")
    return tuple(policy for policy in publication.policies if name in (None, policy.id))


def _rows(publication: Publication, policies: tuple[Policy, ...], language: str | None) -> Iterator[_Row]:
    compare = comparison_of(publication.documents)
    for policy in policies:
        version = newest_version(policy)
        for locale in publication.settings.languages:
            if locale == policy.authoritative_locale or language not in (None, locale):
                continue
            edition, _ = current_edition(policy, version, locale)
            told = staleness(policy, version, locale, publication.documents, compare)
            own = edition if edition and edition.locale == locale else None
            yield _Row(policy, version, locale, own, told[0] if told else None)


def _write_out(text: str, output: Path | None, terminal: Terminal) -> None:
    if output is None:
        terminal.say(text.rstrip("\n"))
        return
    try:
        output.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    except OSError as error:
        raise UsageError(
            f"{output} cannot be written: {error.strerror or error}.", remedy="Name another file with --output."
        ) from None
    terminal.say_done(f"Wrote {output}.")


def _show(rows: list[_Row], terminal: Terminal) -> None:
    terminal.show_table(_COLUMNS, [_cells(row) for row in rows])
    sections = [
        (row.policy.id, row.locale, section.id, section.fidelity.value, str(section.words))
        for row in rows
        for section in (row.staleness.sections if row.staleness else ())
        if section.fidelity is not SectionFidelity.CURRENT
    ]
    if sections:
        terminal.say("")
        terminal.show_table(_SECTION_COLUMNS, sections)


def _cells(row: _Row) -> tuple[str, ...]:
    start = (row.policy.id, row.locale, row.version.label)
    if row.edition is None:
        return (*start, "no translation", "-", "-", "-", "-", "-")
    if row.staleness is None:
        return (*start, row.edition.version, "?", "?", "?", "?", "?")
    counts = [str(row.staleness.count(fidelity)) for fidelity in SectionFidelity]
    return (*start, row.edition.version, *counts, str(sum(section.words for section in row.staleness.sections)))


def _as_json(row: _Row) -> dict[str, Any]:
    sections = row.staleness.sections if row.staleness else ()
    return {
        "policy": row.policy.id,
        "language": row.locale,
        "version": row.version.label,
        "renders": row.edition.version if row.edition else None,
        "path": row.edition.revision.path if row.edition else None,
        "is_known": row.staleness is not None,
        "counts": {fidelity.value: row.staleness.count(fidelity) for fidelity in SectionFidelity}
        if row.staleness
        else None,
        "words_changed": sum(section.words for section in sections),
        "sections": [
            {
                "id": section.id,
                "translated_id": section.translated_id,
                "heading": section.heading,
                "state": section.fidelity.value,
                "change": section.change.value if section.change else None,
                "words_added": section.words_added,
                "words_deleted": section.words_deleted,
            }
            for section in sections
        ],
    }


def _findings(row: _Row) -> Iterator[Finding]:
    """Tell each section that a translator has to look at, beside its line."""
    if row.edition is None or row.staleness is None:
        return
    text = row.edition.revision.text
    for section in row.staleness.sections:
        if section.fidelity is SectionFidelity.CURRENT:
            continue
        yield Finding(
            path=row.edition.revision.path,
            line=line_of_section(text, section.translated_id) if section.translated_id else None,
            rule="translations",
            severity=Severity.WARNING,
            message=_message(section, row),
            remedy=f"Write the worklist with `policy-site translations --worklist {row.locale}`.",
        )


def _message(section: TranslatedSection, row: _Row) -> str:
    name = section.heading or "Introduction"
    version, rendered = row.version.label, row.edition.version if row.edition else ""
    match section.fidelity:
        case SectionFidelity.STALE:
            return f"The section {name!r} changed by {section.words} words between {rendered} and {version}."
        case SectionFidelity.MISSING:
            return f"The section {name!r} of {version} ({section.words} words) is not translated."
        case _:
            return f"The authoritative text of {version} has no section {name!r}."
