"""What tests of whole publications share: from a repository to findings, in one call."""

from __future__ import annotations

from datetime import UTC, datetime

from policy_site.checks import check
from policy_site.history import read_history
from policy_site.model import Finding
from policy_site.publication import Publication, compile_publication
from policy_site.settings import Settings, read_settings
from policy_site.sources import Places
from tests.support.builder import PolicyRepository

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def compiled(
    repository: PolicyRepository, *, as_of: datetime = NOW, with_work_tree: bool = False, ref: str | None = None
) -> Publication:
    """Compile what a repository publishes."""
    settings = read_settings(repository.content / "site.toml")
    return compiled_with(settings, repository, as_of=as_of, with_work_tree=with_work_tree, ref=ref)


def compiled_with(
    settings: Settings,
    repository: PolicyRepository,
    *,
    as_of: datetime = NOW,
    with_work_tree: bool = False,
    ref: str | None = None,
) -> Publication:
    """Compile what a repository publishes under other settings than its own."""
    places = Places(settings)
    history = read_history(
        repository.root,
        folder=repository.folder,
        branch=settings.branch,
        wanted=lambda path: places.of(path) is not None,
        with_work_tree=with_work_tree,
        ref=ref,
        with_tags=settings.reads_tags,
        encoding_of=places.encoding_of,
    )
    return compile_publication(settings, history, as_of=as_of)


def findings_of(repository: PolicyRepository, *, as_of: datetime = NOW) -> tuple[Finding, ...]:
    """Return everything ``check`` says of a repository."""
    return check(compiled(repository, as_of=as_of))
