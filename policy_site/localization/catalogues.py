"""The gettext catalogues, kept in step with the code: phrases extracted, catalogues begun, updated and read."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import PoFileError, read_po, write_po

from policy_site.errors import SettingsError
from policy_site.localization import DOMAIN, OwnCatalogue, compile_catalogue, find_catalogue_files, translations_folder
from policy_site.localization.faults import faults_of, faults_of_message
from policy_site.model import Finding, Severity

_HEADER = """# Phrases of the interface of policy-site.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
"""Without dates: an update that changes no phrase changes no byte."""


def extract_phrases(checkout: Path) -> Catalog:
    """Gather every phrase that the code and the templates of ``checkout`` mark, as ``babel.cfg`` says."""
    with (checkout / "babel.cfg").open(encoding="utf-8") as configuration:
        methods, options = parse_mapping_cfg(configuration)  # type: ignore[no-untyped-call]  # Babel's own gap
    catalogue = Catalog(domain=DOMAIN)
    found = extract_from_dir(checkout, method_map=methods, options_map=options, comment_tags=("Translators:",))
    for name, _, phrase, comments, context in sorted(found, key=lambda entry: (entry[0], entry[1])):
        catalogue.add(phrase, None, [(name, 0)], auto_comments=comments, context=context)
    return catalogue


def update_catalogues(checkout: Path) -> None:
    """Bring every catalogue up to what is extracted: new phrases empty, phrases no longer used dropped."""
    template = extract_phrases(checkout)
    for file in find_catalogue_files(checkout / "translations").values():
        catalogue = _read(file)
        kept = Catalog(locale=catalogue.locale, domain=DOMAIN)
        for message in template:
            if message.id:
                known = catalogue.get(message.id, message.context)
                text = known.string if known is not None and not known.fuzzy else None
                places = sorted(set(message.locations))
                kept.add(message.id, text, places, auto_comments=message.auto_comments, context=message.context)
        file.write_bytes(_written(kept))


def begin_catalogue(tag: str) -> bytes:
    """Return a catalogue for the language ``tag`` with every phrase, none translated yet.

    The phrases are those of the catalogues that come with the program, so that no checkout is needed.
    Raises :class:`ValueError` for a tag that CLDR does not know.
    """
    begun = Catalog(locale=tag.replace("-", "_"), domain=DOMAIN)
    if begun.locale is None:
        raise ValueError(f"CLDR knows no language {tag!r}.")
    for message in _read(next(iter(find_catalogue_files(translations_folder()).values()))):
        if message.id:
            places = sorted(set(message.locations))
            begun.add(message.id, None, places, auto_comments=message.auto_comments, context=message.context)
    return _written(begun)


def read_own_catalogues(files: Mapping[str, bytes | None]) -> tuple[OwnCatalogue, ...]:
    """Read the catalogues that an operator keeps, by their names, such as ``pt-BR.po``.

    A phrase may be missing, none be wrong. ``None``: a file that cannot be read. Raises :class:`SettingsError` with one
    finding a fault.
    """
    found: list[OwnCatalogue] = []
    findings: list[Finding] = []
    for name, content in sorted(files.items()):
        tag = name.removesuffix(".po").replace("_", "-")
        if content is None:
            findings.append(
                _finding(name, None, "This is no file of text below 1 MiB.", "Put the catalogue itself here.")
            )
            continue
        try:
            catalogue = read_po(io.BytesIO(content), locale=tag.replace("-", "_"), domain=DOMAIN, abort_invalid=True)
            compile_catalogue(content, tag)
        except (PoFileError, ValueError, LookupError, TypeError) as error:
            findings.append(_finding(name, None, f"This is no catalogue: {error}.", "Mend the syntax of the file."))
        else:
            found.append(OwnCatalogue(tag, content))
            if catalogue.locale is None:
                findings.append(_finding(name, None, f"CLDR knows no language {tag!r}.", "Name the file after one."))
            findings += [
                _finding(name, message.lineno, fault, "Mend the translation.")
                for message in catalogue
                if message.id and any(_texts_of(message))
                for fault in faults_of_message(message, forms=catalogue.num_plurals)
            ]
    if findings:
        raise SettingsError(
            "The catalogues in translations/ have faults.",
            remedy="Mend them and try again.",
            findings=tuple(findings),
        )
    return tuple(found)


def find_catalogue_faults(checkout: Path) -> tuple[str, ...]:
    """Say in a sentence each what is missing, left over, fuzzy or inconsistent in the catalogues of ``checkout``."""
    template = extract_phrases(checkout)
    return tuple(
        f"{file.parent.parent.name}: {fault}"
        for file in find_catalogue_files(checkout / "translations").values()
        for fault in faults_of(_read(file), template)
    )


def _read(file: Path) -> Catalog:
    with file.open("rb") as source:
        return read_po(source, locale=file.parent.parent.name, domain=DOMAIN)


def _written(catalogue: Catalog) -> bytes:
    written = io.BytesIO()
    written.write(_HEADER.format(language=catalogue.locale_identifier, plurals=catalogue.plural_forms).encode())
    write_po(written, catalogue, width=110, include_lineno=False, omit_header=True)
    return written.getvalue()


def _texts_of(message: Message) -> Iterable[str]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _finding(name: str, line: int | None, message: str, remedy: str) -> Finding:
    place = f"translations/{name}"
    return Finding(path=place, line=line, rule="catalogue", severity=Severity.ERROR, message=message, remedy=remedy)
