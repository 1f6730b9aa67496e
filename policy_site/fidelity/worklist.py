"""What a translator needs, in one Markdown file: what changed, the new source, and the translation as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from policy_site import redlines
from policy_site.catalogue import current_edition, standing
from policy_site.fidelity.sources import source_of
from policy_site.fidelity.standing import comparison_of, newest_version, staleness
from policy_site.model import (
    Document,
    Edition,
    Policy,
    SectionFidelity,
    Staleness,
    Standing,
    TranslatedSection,
    Version,
    Words,
)

_PARTS = ("summary", "impact", "choices")


@dataclass(frozen=True, slots=True)
class _Texts:
    """The two texts of a policy that a translator works with."""

    source: Edition
    source_document: Document
    translation: Edition | None
    translation_document: Document | None


def write_worklist(
    policies: tuple[Policy, ...], locale: str, documents: Mapping[str, Document], *, as_of: datetime
) -> str:
    """Write the worklist of a language: each policy with what is stale, missing or superfluous in it.

    Texts stand in fences that nothing in them can close. Says so where there is nothing to do.
    """
    parts = [f"# Translations into {locale}"]
    for policy in policies:
        if policy.authoritative_locale != locale and policy.versions:
            parts += _policy_parts(policy, locale, documents, as_of)
    if len(parts) == 1:
        parts.append("Every section and every release note is translated.")
    return "\n\n".join(parts) + "\n"


def _policy_parts(policy: Policy, locale: str, documents: Mapping[str, Document], as_of: datetime) -> list[str]:
    version = newest_version(policy)
    source = version.editions.get(policy.authoritative_locale)
    if source is None:
        return []
    found, _ = current_edition(policy, version, locale)
    translation = found if found and found.locale == locale else None
    texts = _Texts(
        source, documents[source.digest], translation, documents[translation.digest] if translation else None
    )
    told = staleness(policy, version, locale, documents, comparison_of(documents))
    parts = list(_section_parts(told, texts)) if told else list(_whole_text(texts))
    parts += [part for each in policy.versions for part in _note_parts(policy, each, locale, as_of)]
    if not parts:
        return []
    heading = [f"## {_line(policy.id)}", f"Source: {_code(source.revision.path)}, version {_code(version.label)}."]
    if translation:
        heading.append(
            f"Translation: {_code(translation.revision.path)}, of version {_code(translation.version)}."
            f" When it is done, write `version: {_line(version.label)}` into its front matter."
        )
    return [*heading, *parts]


def _section_parts(told: tuple[Staleness, redlines.Redline], texts: _Texts) -> Iterator[str]:
    state, redline = told
    by_id = {section.id: section for section in redline.sections if not section.is_trace or section.new_id is None}
    for section in state.sections:
        if section.fidelity is SectionFidelity.CURRENT:
            continue
        yield f"### {_line(section.heading) or 'Introduction'} ({_what_to_do(section)})"
        yield f"Id: {_code(section.id)}"
        if section.fidelity is SectionFidelity.STALE:
            yield "What changed in the source: `[-deleted-]`, `{+added+}`."
            yield _fenced(_redline_text(redline, by_id[section.id]), "text")
        if section.fidelity is not SectionFidelity.EXTRA:
            yield "The source now:"
            yield _fenced(source_of(texts.source.body, texts.source_document, section.id), "markdown")
        if section.translated_id is not None and texts.translation and texts.translation_document:
            yield "The translation:"
            yield _fenced(
                source_of(texts.translation.body, texts.translation_document, section.translated_id), "markdown"
            )


def _what_to_do(section: TranslatedSection) -> str:
    match section.fidelity:
        case SectionFidelity.STALE:
            return f"changed: {section.words_added} words added, {section.words_deleted} deleted"
        case SectionFidelity.MISSING if section.change:
            return f"new: {section.words} words"
        case SectionFidelity.MISSING:
            return f"not translated: {section.words} words"
        case _ if section.change:
            return "removed from the source"
        case _:
            return "not in the source"


def _redline_text(redline: redlines.Redline, section: redlines.SectionRedline) -> str:
    alone = replace(redline, sections=(section,))
    return redlines.text.render(alone, colour=False, is_whole=True)


def _whole_text(texts: _Texts) -> Iterator[str]:
    if texts.translation is None:
        yield "### The whole text (not translated)"
        yield _fenced(texts.source.body, "markdown")


def _note_parts(policy: Policy, version: Version, locale: str, as_of: datetime) -> Iterator[str]:
    """Yield the words of a release note that are still to be translated, where readers still meet them first."""
    if version.note is None or standing(policy, version, as_of) not in (Standing.IN_FORCE, Standing.UPCOMING):
        return
    said = version.note.words.get(policy.authoritative_locale)
    translated = version.note.words.get(locale) or Words(locale)
    missing = [part for part in _PARTS if getattr(said, part, "") and not getattr(translated, part)]
    if not missing or said is None:
        return
    yield f"### Release note of {_line(version.label)} (not translated: {', '.join(missing)})"
    yield f"To be written: {_code(version.note.path.removesuffix('.md') + f'.{locale}.md')}"
    for part in missing:
        yield f"Under a heading with the id `{{#{part}}}`:"
        yield _fenced(getattr(said, part), "markdown")


# --- Markdown that nothing in it can break ---------------------------------------------------------------------------


def _fenced(text: str, kind: str) -> str:
    """Put a text between fences longer than any run of their sign in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}{kind}\n{text.strip(chr(10))}\n{fence}"


def _line(text: str) -> str:
    """Return words that stand on one line and mark nothing up."""
    return re.sub(r"([\\`*_{}\[\]<>#|~!&])", r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    """Return words as code on one line."""
    words = " ".join(text.split())
    longest = max((len(run) for run in re.findall(r"`+", words)), default=0)
    edge = "`" * (longest + 1)
    return f"{edge} {words} {edge}" if longest else f"`{words}`"
