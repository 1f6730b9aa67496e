"""What the pages of one policy are made from: nothing of the other policies, so that theirs can change without it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

from policy_site.catalogue import applied_until, standing
from policy_site.model import Policy
from policy_site.publication import Publication
from policy_site.publication.attachments import Attachment


def portion(publication: Publication, policy: Policy) -> Publication:
    """Return the publication with one policy alone, and without what no page of a policy says."""
    said = {
        words
        for version in policy.versions
        for state in version.earlier
        if state.note
        for words in state.note.words.values()
    }
    return replace(
        publication,
        commit=None,
        policies=(policy,),
        words=MappingProxyType({key: words for key, words in publication.words.items() if key[0] == policy.id}),
        earlier_words=MappingProxyType(
            {words: rendered for words, rendered in publication.earlier_words.items() if words in said}
        ),
        events=tuple(event for event in publication.events if event.policy == policy.id),
        findings=(),
        tips=frozenset(),
        next_transition=None,
        previews=MappingProxyType({}),
        extra_files=MappingProxyType({}),
        kept_records=MappingProxyType({}),
        kept_files=MappingProxyType(
            {address: kept for address, kept in publication.kept_files.items() if _is_of(policy, address)}
        ),
        moved=MappingProxyType(
            {address: target for address, target in publication.moved.items() if _is_of(policy, address)}
        ),
        stands_until=None,
    )


def _is_of(policy: Policy, address: str) -> bool:
    return address.split("/")[1:2] == [policy.id]


def digest_portion(part: Publication, policy: Policy) -> str:
    """Return a digest of everything in a portion that its pages can say: equal digests, equal pages.

    The as-of instant counts by what it makes of the versions. Which program and settings make the pages, the caller
    has to add.
    """
    digest = hashlib.sha256()
    for one in _parts(part, policy):
        digest.update(repr(one).encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def _parts(part: Publication, policy: Policy) -> Iterator[object]:
    yield policy
    for version in policy.versions:
        yield standing(policy, version, part.as_of), applied_until(policy, version, part.as_of)
        for edition in version.editions.values():
            for revision in (*edition.earlier, edition.revision):
                document = part.documents.get(revision.digest)
                yield revision.digest, part.sources.get(revision.digest)
                # what is compared is read from the same HTML
                yield document and (document.title, [(section.id, section.html) for section in document.sections])
    yield sorted(part.words.items())
    yield sorted((repr(words), rendered) for words, rendered in part.earlier_words.items())
    yield part.events
    yield part.is_complete, part.incompleteness, part.preview_of, part.has_documents, part.has_papers
    yield [
        (repr(wanted), found.name if isinstance(found, Attachment) else found)
        for wanted, found in part.attachments.items()
    ]
    yield [(address, hashlib.sha256(kept).hexdigest()) for address, kept in sorted(part.kept_files.items())]
    yield sorted(part.moved.items())
    yield part.brand.style, sorted(part.brand.static), part.brand.logo, part.brand.logo_dark
