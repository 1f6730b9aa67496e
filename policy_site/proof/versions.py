"""The permanent pages, and what was told of them when they were first published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from policy_site.history import History
from policy_site.model import EventKind, Revision
from policy_site.pages import PageKind
from policy_site.proof.differences import Cause, Difference
from policy_site.proof.statements import Statement
from policy_site.publication import Publication

_FIRST = (EventKind.PUBLISHED, EventKind.RECORDED, EventKind.TRANSLATED)


def first_publications(records: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], str, str | None]]:
    """Give the event with which each text became public, its language, and the SHA-256 that was told."""
    told: set[tuple[str, str, str]] = set()
    for record in records:
        locale = record.get("language") or record.get("authoritative_language")
        key = (record["policy"], record["version"], str(locale))
        if record["type"] in _FIRST and key not in told:
            told.add(key)
            editions = record.get("editions")
            edition = editions.get(locale) if isinstance(editions, dict) else None
            digest = edition.get("sha256") if isinstance(edition, dict) else None
            yield record, str(locale), digest if isinstance(digest, str) else None


def compare_with_statement(
    records: Sequence[Mapping[str, Any]], statement: Statement, *, is_alone: bool
) -> Iterator[Difference]:
    """Say where what the manifest says of versions is not what was told of them first.

    ``is_alone``: git is not asked, which could tell whether the words of another text are others.
    """
    stated = _stated_digests(statement)
    for record, locale, digest in first_publications(records):
        version = f"{record['policy']} {record['version']}"
        page = _page(record, locale)
        if (record["policy"], record["version"]) not in {key[:2] for key in stated}:
            fact = f"Event {record['seq']} tells of {version}, which the manifest does not name."
            yield Difference(Cause.HISTORY, page, fact)
            continue
        if page not in statement.files:
            yield Difference(Cause.MISSING, page, f"The permanent page of {version} is not in the manifest.")
        now = stated.get((record["policy"], record["version"], locale))
        if is_alone and digest is not None and now != digest:
            fact = f"Event {record['seq']} tells of another text of {version}. Whether its words differ, git can tell."
            yield Difference(Cause.KEPT, page, fact, counts=False)


def compare_with_git(
    records: Sequence[Mapping[str, Any]],
    publication: Publication,
    history: History,
    *,
    wording: Callable[[Revision], str],
) -> Iterator[Difference]:
    """Say where the text at a permanent address is not, word for word, the one that was first published there.

    ``wording`` names the visible words of a text. A translation may be mended later; the authoritative text may not,
    where release notes make the versions.
    """
    texts = {revision.digest: revision for past in history.revisions.values() for revision in past}
    versions = {(one.policy, one.label): one for policy in publication.policies for one in policy.versions}
    for record, locale, digest in first_publications(records):
        version = versions.get((record["policy"], record["version"]))
        name = f"{record['policy']} {record['version']}"
        page = _page(record, locale)
        if version is None:
            yield Difference(Cause.HISTORY, page, f"Event {record['seq']} tells of {name}, which git does not have.")
            continue
        edition = version.editions.get(locale)
        if digest is None or (edition is not None and edition.digest == digest):
            continue
        first = texts.get(digest)
        if first is None:
            fact = f"Event {record['seq']} tells of a text of {name} (SHA-256 {digest[:16]}…) that git does not have."
            yield Difference(Cause.HISTORY, page, fact)
        elif edition is None or wording(first) != wording(edition.revision):
            fact = f"The words of {name} are others than those first published (event {record['seq']})."
            is_promised = locale == record["authoritative_language"]
            is_promised = is_promised and publication.settings.versions.grouping.is_ours
            yield Difference(Cause.KEPT, page, fact, counts=is_promised)


def _page(record: Mapping[str, Any], locale: str) -> str:
    address = PageKind.VERSION.pattern.format(locale=locale, policy=record["policy"], version=record["version"])
    return f"{address}index.html"


def _stated_digests(statement: Statement) -> Mapping[tuple[str, str, str], str]:
    """Return the SHA-256 of each edition that the manifest names, by policy, version and language."""
    found: dict[tuple[str, str, str], str] = {}
    policies = statement.facts.get("policies")
    for policy in policies if isinstance(policies, list) else []:
        versions = policy.get("versions") if isinstance(policy, dict) else None
        for version in versions if isinstance(versions, list) else []:
            editions = version.get("editions") if isinstance(version, dict) else None
            for locale, edition in editions.items() if isinstance(editions, dict) else ():
                digest = edition.get("sha256") if isinstance(edition, dict) else None
                found[str(policy.get("policy")), str(version.get("version")), locale] = str(digest)
    return found
