"""Editions become documents, and release notes become words for readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from policy_site.catalogue import Catalogue, Shelf, earlier_revisions, edition_at
from policy_site.documents import (
    PREVIEW,
    RenderFault,
    Source,
    adopt_ids,
    follow_aliases,
    render_documents,
    rewrite_links,
    set_apart,
    text,
)
from policy_site.model import (
    Block,
    Document,
    Edition,
    Finding,
    Policy,
    RenderedWords,
    Section,
    Severity,
    Span,
    Version,
    Words,
)
from policy_site.publication.sources import published_sources
from policy_site.publication.workshop import Workshop, digest_of
from policy_site.settings import Settings
from policy_site.sources import without_hidden_parts


def render_editions(
    catalogue: Catalogue, shelves: Sequence[Shelf], settings: Settings, workshop: Workshop
) -> tuple[Mapping[str, Document], Mapping[str, str], list[Finding]]:
    """Return the document of every edition by its digest, its Markdown where that is not the file, and faults.

    A text that cannot be rendered is shown as it was written, without its comments.
    """
    editions = {
        edition.digest: edition
        for policy in catalogue.policies
        for version in policy.versions
        for shown in version.editions.values()
        for edition in (
            *(edition_at(shown, revision) for revision in earlier_revisions(policy, shown)),
            shown,
        )
    }
    sources = [Source(digest, edition.body, edition.title) for digest, edition in sorted(editions.items())]
    rendered = render_documents(
        sources,
        extensions=settings.content.reading,
        cache=workshop.cache,
        jobs=workshop.jobs,
        given_up=workshop.given_up,
        progress=workshop.step("Rendering the texts", 0, len(sources)),
    )
    tips = tips_of(shelves)
    documents: dict[str, Document] = {}
    findings: list[Finding] = []
    for digest, edition in sorted(editions.items()):
        document = rendered[digest]
        if isinstance(document, RenderFault):
            findings.append(_render_finding(document, edition, is_tip=digest in tips))
            document = _as_written(edition)
        documents[digest] = replace(document, title=edition.title)
    for policy in catalogue.policies:
        for version in policy.versions:
            _share_ids(policy, version, documents)
    rules = settings.content.id_aliases
    documents = {digest: follow_aliases(document, rules) for digest, document in documents.items()}
    published = published_sources(editions, rendered, settings, workshop)
    return MappingProxyType(documents), MappingProxyType(published), findings


def render_previews(policies: Sequence[Policy], tips: frozenset[str], workshop: Workshop) -> Mapping[str, Document]:
    """Return, by digest, what a forge's preview shows of the texts that an author can still mend."""
    editions = {
        edition.digest: edition
        for policy in policies
        for version in policy.versions
        for edition in version.editions.values()
        if edition.digest in tips
    }
    rendered = render_documents(
        [Source(digest, edition.body, edition.title) for digest, edition in sorted(editions.items())],
        extensions=PREVIEW,
        cache=workshop.cache,
        jobs=workshop.jobs,
        given_up=workshop.given_up,
    )
    return MappingProxyType(
        {digest: document for digest, document in rendered.items() if isinstance(document, Document)}
    )


def tips_of(shelves: Sequence[Shelf]) -> frozenset[str]:
    """Return the digests of the texts that an author can still mend: those at the tip of the publishing branch."""
    return frozenset(
        revision.digest
        for shelf in shelves
        for revision in (
            *(found[-1] for found in shelf.texts.values()),
            *(shelf.version_texts[key][-1] for key in shelf.version_texts_at_tip),
            *shelf.archive.values(),
        )
    )


def _share_ids(policy: Policy, version: Version, documents: dict[str, Document]) -> None:
    """Give translations without ids of their own those of the authoritative text."""
    authoritative = version.editions.get(policy.authoritative_locale)
    if authoritative is None:
        return
    for shown in version.editions.values():
        digests = [shown.digest, *(revision.digest for revision in earlier_revisions(policy, shown))]
        for digest in digests:
            if digest != authoritative.digest:
                documents[digest] = adopt_ids(documents[digest], documents[authoritative.digest])


def _render_finding(fault: RenderFault, edition: Edition, *, is_tip: bool) -> Finding:
    return Finding(
        path=edition.revision.path,
        line=None,
        rule="rendering",
        severity=Severity.ERROR if is_tip else Severity.WARNING,
        message=fault.message,
        remedy=fault.remedy,
    )


def _as_written(edition: Edition) -> Document:
    """Show a text that cannot be rendered as it was written: nothing of it may be lost."""
    written = without_hidden_parts(edition.body)
    escaped = written.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    block = Block("pre", (), (), (Span(written),))
    return Document(edition.title, (Section("preamble", 0, "", f"<pre>{escaped}</pre>", (block,)),))


def render_words(
    catalogue: Catalogue, settings: Settings, workshop: Workshop
) -> tuple[Mapping[tuple[str, str, str], RenderedWords], Mapping[Words, RenderedWords], list[Finding]]:
    """Return the words of release notes for each reader's language, those said before corrections, and the faults."""
    written, earlier = _written_words(catalogue)
    parts = {
        part: Source(digest_of(part), part)
        for words in (*written.values(), *earlier)
        for part in (words.summary, words.impact, words.choices)
    }
    rendered = render_documents(
        list(parts.values()),
        extensions=settings.content.reading,
        cache=workshop.cache,
        jobs=workshop.jobs,
        given_up=workshop.given_up,
    )
    findings: list[Finding] = []
    documents: dict[str, Document] = {}
    for part, source in parts.items():
        document = rendered[source.key]
        if isinstance(document, RenderFault):
            message = f"The words of a release note cannot be rendered: {document.message}"
            findings.append(Finding("", None, "rendering", Severity.ERROR, message, document.remedy))
            document = Document("", ())
        documents[part] = document
    finished: dict[tuple[str, str, str], RenderedWords] = {}
    for policy in catalogue.policies:
        for version in policy.versions:
            for locale in settings.languages:
                key = (policy.id, version.label, locale)
                said = written.get(key) or written.get((policy.id, version.label, policy.authoritative_locale))
                if said is not None:
                    finished[key] = _rendered(said, locale, documents, version.label)
    before = {words: _rendered(words, words.locale, documents, label) for words, label in earlier.items()}
    return MappingProxyType(finished), MappingProxyType(before), findings


def _written_words(catalogue: Catalogue) -> tuple[dict[tuple[str, str, str], Words], dict[Words, str]]:
    written: dict[tuple[str, str, str], Words] = {}
    earlier: dict[Words, str] = {}
    for policy in catalogue.policies:
        for version in policy.versions:
            for locale, words in (version.note.words if version.note else {}).items():
                written[policy.id, version.label, locale] = words
            for state in version.earlier:
                earlier.update(dict.fromkeys(state.note.words.values() if state.note else (), version.label))
    return written, earlier


def _rendered(words: Words, locale: str, documents: Mapping[str, Document], label: str) -> RenderedWords:
    parts = {"summary": words.summary, "impact": words.impact, "choices": words.choices}
    apart = set_apart({f"{own_ids(label)}{name}-": documents[part] for name, part in parts.items()})
    return _written(RenderedWords(locale=locale, language=words.locale, commit=words.commit), apart)


def own_ids(label: str) -> str:
    """Return what the ids in the words of a version begin with, and no others on a page."""
    return f"note-{label}-"


def with_links(words: RenderedWords, resolve: Callable[[str], str | None]) -> RenderedWords:
    """Return words whose links lead where ``resolve`` says, in HTML and in plain text; ``None`` leaves one as it is."""
    return _written(words, tuple(rewrite_links(document, resolve) for document in words.documents))


def _written(words: RenderedWords, documents: tuple[Document, ...]) -> RenderedWords:
    if not documents:
        return words
    summary, impact, choices = documents
    return replace(
        words,
        documents=documents,
        summary_html=summary.html,
        summary_text=text(summary),
        impact_html=impact.html,
        impact_text=text(impact),
        choices_html=choices.html,
        choices_text=text(choices),
    )
