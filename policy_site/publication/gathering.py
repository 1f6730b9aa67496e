"""Which files the texts and notes of a publication name, and what they hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from policy_site.catalogue import earlier_revisions, edition_at
from policy_site.documents import links, pictures
from policy_site.history import AttachedFiles, Wanted
from policy_site.model import Document, Edition, Policy, RenderedWords, Version, Words
from policy_site.publication.attachments import Attachments, read_attachments, wanted_by


def gather_attachments(
    files: AttachedFiles,
    policies: Sequence[Policy],
    documents: Mapping[str, Document],
    words: Mapping[tuple[str, str, str], RenderedWords],
    earlier_words: Mapping[Words, RenderedWords],
    *,
    tips: Collection[str],
) -> Attachments:
    """Read every file that a text or a release note names, each at the commit of what names it.

    What an author can still mend, texts at the tip and release notes, is looked for at the tip, too.
    """
    wanted: set[Wanted] = set()
    mendable: set[Wanted] = set()
    for policy in policies:
        for version in policy.versions:
            for shown in version.editions.values():
                editions = (*(edition_at(shown, each) for each in earlier_revisions(policy, shown)), shown)
                for edition in editions:
                    asked = set(wanted_by(documents[edition.digest], *place_of(edition)))
                    wanted |= asked
                    mendable |= asked if edition.digest in tips else set()
            for said in _said(policy, version, words, earlier_words):
                for document in said.documents:
                    if links(document) or pictures(document):
                        asked = set(wanted_by(document, said.commit, sources_of_note(policy, version)))
                        wanted |= asked
                        mendable |= asked
    return read_attachments(files, wanted, mendable=mendable)


def place_of(edition: Edition) -> tuple[str | None, tuple[str, ...]]:
    """Return the commit of a text, and the files that its links may start from."""
    return edition.revision.commit, (edition.revision.path,)


def sources_of_note(policy: Policy, version: Version) -> tuple[str, ...]:
    """Return the files that links in a release note may start from: the note, and the text that it is about."""
    edition = version.editions.get(policy.authoritative_locale)
    paths = (version.note.path if version.note else "", edition.revision.path if edition else "")
    return tuple(path for path in paths if path)


def _said(
    policy: Policy,
    version: Version,
    words: Mapping[tuple[str, str, str], RenderedWords],
    earlier_words: Mapping[Words, RenderedWords],
) -> Sequence[RenderedWords]:
    now = [said for (owner, label, _), said in words.items() if (owner, label) == (policy.id, version.label)]
    notes = [state.note for state in version.earlier if state.note]
    return [*now, *(earlier_words[said] for note in notes for said in note.words.values() if said in earlier_words)]
