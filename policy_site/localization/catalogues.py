"""The gettext catalogues, kept in step with the code: phrases extracted, catalogues updated and found at fault."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from policy_site.localization import DOMAIN, find_catalogue_files

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
        with file.open("rb") as source:
            catalogue = read_po(source, locale=file.parent.parent.name, domain=DOMAIN)
        kept = Catalog(locale=catalogue.locale, domain=DOMAIN)
        for message in template:
            if message.id:
                known = catalogue.get(message.id, message.context)
                text = known.string if known is not None and not known.fuzzy else None
                places = sorted(set(message.locations))
                kept.add(message.id, text, places, auto_comments=message.auto_comments, context=message.context)
        with file.open("wb") as target:
            target.write(_HEADER.format(language=kept.locale_identifier, plurals=kept.plural_forms).encode())
            write_po(target, kept, width=110, include_lineno=False, omit_header=True)


def find_catalogue_faults(checkout: Path) -> tuple[str, ...]:
    """Say in a sentence each what is missing, left over, fuzzy or inconsistent in the catalogues of ``checkout``."""
    template = extract_phrases(checkout)
    return tuple(
        f"{file.parent.parent.name}: {fault}"
        for file in find_catalogue_files(checkout / "translations").values()
        for fault in _faults_of(file, template)
    )


def _faults_of(file: Path, template: Catalog) -> Iterator[str]:
    with file.open("rb") as source:
        catalogue = read_po(source, locale=file.parent.parent.name, domain=DOMAIN)
    wanted = {(message.id, message.context) for message in template if message.id}
    for message in catalogue:
        if message.id and (message.id, message.context) not in wanted:
            yield f"{message.id!r} is not used any more."
    for message_id, context in sorted(wanted, key=str):
        entry = catalogue.get(message_id, context)
        if entry is None:
            yield f"{message_id!r} is not in the catalogue."
        else:
            yield from _faults_of_message(entry, forms=catalogue.num_plurals)


def _faults_of_message(message: Message, *, forms: int) -> Iterator[str]:
    ids = _texts(message.id)
    texts = _texts(message.string)
    if message.fuzzy:
        yield f"{message.id!r} is marked fuzzy."
    if not all(texts) or len(texts) != (forms if message.pluralizable else 1):
        yield f"{message.id!r} is not translated in every form."
        return
    allowed = set.union(*(_placeholders(text) for text in ids))
    required = set.intersection(*(_placeholders(text) for text in ids)) - {"num"}
    for text in texts:
        used = _placeholders(text)
        if not required <= used <= allowed or re.sub(r"%\(\w+\)s|%%", "", text).count("%"):
            yield f"{text!r} has other placeholders than {message.id!r}."
        if "<" in text or "&" in text:
            yield f"{text!r} holds markup; phrases are plain text."


def _texts(text: str | Iterable[str] | None) -> tuple[str, ...]:
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))
